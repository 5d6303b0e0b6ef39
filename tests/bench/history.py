"""`history list` and `diff` over 2,000 runs of 5,000 findings each, against reading one run plainly.

python -m tests.bench.history [RUNS] [FINDINGS]
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from scanner.evidence.codec import encode
from scanner.evidence.envelope import Header
from scanner.history.index import run_rows
from scanner.store import folder_name
from scanner.testing import NOW
from tests.history.runs import finding, run_of

BAR = 1.0
"""Seconds that each command may take, as a whole process."""


def store(folder, runs, findings):
    """Write that many runs, all but the last in history/. A tenth of the findings is good each day."""
    before = None
    for day in range(runs):
        seen = [
            finding("fail" if (number + day) % 10 else "pass", subject=f"{number}.example")
            for number in range(findings)
        ]
        result = run_of(seen, day, before=before)
        home = folder
        if day < runs - 1:
            home = folder / "history" / folder_name(result.collected_at)
        (home / "evidence").mkdir(parents=True)
        header = Header(NOW + timedelta(days=day), "bench", "contoso.com")
        (home / "evidence" / "header.json").write_bytes(encode(header))
        (home / "result.json").write_bytes(encode(result))
        before = result


def timed(*words):
    """Seconds of a whole process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-P", "-m", "scanner", *words], check=True, capture_output=True)
    return time.perf_counter() - began


def main(runs=2000, findings=5000):
    """Print the figures."""
    folder = Path(tempfile.mkdtemp(prefix="emsready-bench-"))
    try:
        print(f"{runs} runs of {findings} findings each")
        store(folder, runs, findings)
        data = (folder / "result.json").read_bytes()
        began = time.perf_counter()
        json.loads(data)
        anchor = time.perf_counter() - began
        print(f"anchor: json.loads of one result.json ({len(data) / 1e6:.1f} MB): {anchor:.3f} s")
        began = time.perf_counter()
        run_rows(folder)
        print(f"making the index once: {time.perf_counter() - began:.1f} s")
        for words in (("history", "list"), ("diff",), ("trend",), ("agenda",)):
            best = min(timed(*words, "-o", str(folder)) for _ in range(3))
            verdict = "within" if best <= BAR else "OVER"
            told = f"{best:.2f} s, {best / anchor:.1f} x the anchor, {verdict} {BAR} s"
            print(f"{' '.join(words):<13} {told}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
