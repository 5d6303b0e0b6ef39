"""The command line as people run it: in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]


def emsready(*words, cwd=None, env=None, timeout=100, **options):
    """Run a command; returns the finished process with stdout and stderr as text."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "scanner", *map(str, words)],
        cwd=cwd,
        env=surroundings(**(env or {})),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
        **options,
    )


def surroundings(**more):
    """The environment of this process without proxies, with the tree under test first."""
    kept = {key: one for key, one in os.environ.items() if "proxy" not in key.casefold()}
    path = os.pathsep.join(filter(None, (str(TREE), more.pop("PYTHONPATH", ""))))
    return {**kept, "PYTHONPATH": path, "PYTHONUTF8": "1", **more}
