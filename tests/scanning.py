"""Whole scans in tests, through the same code that the command line runs."""

import functools
from pathlib import Path

from scanner.config import read_config
from scanner.scan import Options, Parts, scan
from scanner.select import Selection


@functools.cache
def parts():
    """Everything installed, loaded once."""
    return Parts.load()


def scan_text(text, folder, *, only=(), targets=(), formats=()):
    """Scan with that configuration text; returns the RunResult. Its files are in folder / 'run'."""
    config = Path(folder) / "emsready.toml"
    config.write_text(text, encoding="utf-8")
    options = Options(Selection(tuple(only), (), tuple(targets)), tuple(formats))
    return scan(read_config(config), parts(), options, Path(folder) / "run")


def verdicts(result, check):
    """{subject name: (status, reason)} of the findings of that check."""
    return {
        one.subject.name: (str(one.status), one.reason)
        for one in result.findings
        if one.check == check
    }
