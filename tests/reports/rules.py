"""The tools that know the rules of a page: axe-core, the Nu validator and Lighthouse.

`npm ci --ignore-scripts --prefix tests/reports/tools` brings them; nothing of them ships. They talk
to a page on this machine and to nobody else.
"""

import contextlib
import http.server
import json
import os
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from tests.servers.parts import need

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_TOOLS = Path(__file__).parent / "tools" / "node_modules"
_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    '--host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"',
]


def tool(name):
    """The path of a tool that npm brings. Without it the test is skipped, but in CI it fails."""
    path = _TOOLS / name
    if not path.exists():
        reason = "run: npm ci --ignore-scripts --prefix tests/reports/tools"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def axe(page):
    """What axe-core finds with everything unfolded: rule, number, first element, what is wrong.

    The page has to be opened with `bypass`, as its policy admits no other script.
    """
    page.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    # Items out of sight are as high as was estimated, and what is unfolded makes them higher.
    shown = "i.style.contentVisibility = 'visible'"
    page.run(f"document.querySelectorAll('.item').forEach(i => {{ {shown}; }})")
    page.run(tool("axe-core/axe.min.js").read_text(encoding="utf-8") + ";1")
    options = json.dumps(
        {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    )
    found = page.run(f"axe.run(document, {options}).then(r => JSON.stringify(r.violations))")
    return [
        (
            one["id"],
            len(one["nodes"]),
            one["nodes"][0]["html"][:200],
            one["nodes"][0]["failureSummary"],
        )
        for one in json.loads(found)
    ]


def validator(pages):
    """The lines that the Nu validator prints about these pages, by name: its errors."""
    jar, java = tool("vnu-jar/build/dist/vnu.jar"), need("java")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in pages.items():
            Path(folder, f"{name}.html").write_bytes(content)
        done = subprocess.run(
            [java, "-jar", str(jar), "--errors-only", *sorted(map(str, Path(folder).iterdir()))],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    return done.stderr.splitlines()


def lighthouse(content):
    """Lighthouse's score for accessibility, 0 to 100, on its phone; and the audits that failed."""
    program, node = tool("lighthouse/cli/index.js"), need("node")
    with _served(content) as address:
        done = subprocess.run(
            [
                node, str(program), address, "--quiet", "--output=json",
                "--only-categories=accessibility", "--throttling-method=provided",
                "--no-enable-error-reporting", f"--chrome-flags={' '.join(_FLAGS)}",
            ],
            env={**os.environ, "CHROME_PATH": need("chromium")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise AssertionError(done.stderr)
    found = json.loads(done.stdout)
    failed = [name for name, one in found["audits"].items() if one["score"] not in (None, 1)]
    return round(100 * found["categories"]["accessibility"]["score"]), failed


@contextlib.contextmanager
def _served(content):
    """The page at an address of this machine, which Lighthouse asks for."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/report.html"
        server.shutdown()
