"""MTA-STS policies from a real HTTPS server, read as senders read them."""

import http.server
import ssl
import threading

import pytest

from scanner.lab.authority import Authority
from tests.scanning import scan_text, verdicts
from tests.servers.dns import knot

GOOD = "version: STSv1\r\nmode: enforce\r\nmx: *.protection.example\r\nmax_age: 604800\r\n"
CASES = {
    "good": (200, "text/plain", GOOD, ("pass", "enforced")),
    "testing": (200, "text/plain", GOOD.replace("enforce", "testing"), ("warn", "not-enforced")),
    "short": (
        200,
        "text/plain; charset=utf-8",
        GOOD.replace("604800", "60"),
        ("warn", "short-age"),
    ),
    "uncovered": (
        200,
        "text/plain",
        GOOD.replace("*.protection", "mail"),
        ("fail", "host-not-covered"),
    ),
    "html": (200, "text/html", GOOD, ("fail", "policy-broken")),
    "moved": (301, "text/plain", "", ("fail", "policy-broken")),
    "odd": (200, "text/plain", GOOD.replace("enforce", "strict"), ("fail", "policy-broken")),
    "empty": (200, "text/plain", "", ("fail", "policy-broken")),
    "untrusted": (200, "text/plain", GOOD, ("fail", "policy-broken")),
    "closed": (200, "text/plain", GOOD, ("pass", "record-good")),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.headers["Host"].removeprefix("mta-sts.").partition(".")[0]
        status, kind, body, _ = CASES[name]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Location", "https://elsewhere.example/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass


@pytest.fixture
def web(tmp_path):
    """(port, root file) of the policy hosts of all cases but the untrusted one."""
    authority = Authority()
    names = [f"mta-sts.{name}.test" for name in CASES if name != "untrusted"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue(names).write(tmp_path, "web"))
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    root = tmp_path / "root.pem"
    root.write_bytes(authority.root_pem())
    yield server.server_address[1], root
    server.shutdown()
    server.server_close()


def test_policies(web, tmp_path):
    port, root = web
    zones = {
        f"{name}.test": [
            "@ MX 0 a.protection.example.",
            '_mta-sts TXT "v=STSv1; id=1"',
            "mta-sts A 203.0.113.80",
        ]
        for name in CASES
    }
    zones["private.test"] = [
        "@ MX 0 a.protection.example.",
        '_mta-sts TXT "v=STSv1; id=1"',
        "mta-sts A 10.9.9.9",
    ]
    with knot(tmp_path / "knot", zones) as resolver:
        connect = "\n".join(
            f'"mta-sts.{name}.test:443" = "127.0.0.1:{1 if name == "closed" else port}"'
            for name in CASES
        )
        text = f"""
            [domains]
            names = {list(zones)}
            [dns]
            external = ["127.0.0.1:{resolver}"]
            [trust]
            roots_file = "{root}"
            [network]
            timeout = 3.0
            [network.connect]
            {connect}
        """
        found = verdicts(scan_text(text, tmp_path, only=["dns.mta-sts"]), "dns.mta-sts")
    wanted = {f"{name}.test": case[-1] for name, case in CASES.items()}
    # A private address is nothing that a policy host of a sender's world can have: not asked at all.
    wanted["private.test"] = ("pass", "record-good")
    assert found == wanted
