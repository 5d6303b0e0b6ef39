"""Check exports of Active Directory in the terminal, without tenant or configuration."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import FAIL_ON, Exit

if TYPE_CHECKING:
    from scanner.config.model import Config
    from scanner.result import FindingRecord, RunResult

_SAMPLE = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two actions and their options."""
    below = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = below.add_parser(
        "check",
        help="judge exports by the rules of directory synchronisation",
        description="Judge exports (LDIF, CSV of csvde, JSON of Get-ADObject) by the rules of directory"
        " synchronisation, in the vocabulary of IdFix. Contacts nothing and changes nothing.",
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="LDIF, CSV or JSON")
    check.add_argument(
        "--domain",
        action="append",
        default=[],
        metavar="NAME",
        help="a domain that the tenant has verified; may be repeated",
    )
    check.add_argument(
        "--login-attribute",
        default="userPrincipalName",
        metavar="NAME",
        help="what users will sign in with (default: userPrincipalName)",
    )
    check.add_argument("--include", action="append", default=[], metavar="OU", help="only this OU")
    check.add_argument("--exclude", action="append", default=[], metavar="OU", help="not this OU")
    check.add_argument("--encoding", default="", help="of files without a byte order mark")
    check.add_argument("--csv", metavar="FILE", help="write all rows in the columns of IdFix")
    check.add_argument(
        "--fixes", metavar="DIR", help="write fixes to look through: LDIF, PowerShell"
    )
    check.add_argument(
        "--select", metavar="FILE", help="fixes for these objects only: a CSV, or a name a line"
    )
    check.add_argument("--json", action="store_true", help="print the findings as a JSON array")
    check.add_argument(
        "--fail-on", metavar="LIST", default="none", help=f"gate, any of: {', '.join(FAIL_ON)}"
    )
    check.add_argument("-q", "--quiet", action="store_true", help="no progress")
    below.add_parser("export-help", help="print the export commands for Windows")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked."""
    if arguments.action == "export-help":
        from scanner.sources.directory.export_help import EXPORT_HELP  # noqa: PLC0415

        print(EXPORT_HELP)
        return Exit.DONE
    return _check(arguments)


def _config(arguments: argparse.Namespace) -> Config:
    """The configuration that the options stand for. Raises ConfigError as a file would."""
    from scanner.config.model import Config, Directory, Domains  # noqa: PLC0415
    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.config.sense import nonsense  # noqa: PLC0415

    config = Config(
        domains=Domains(names=tuple(arguments.domain)),
        directory=Directory(
            files=tuple(str(Path(name).absolute()) for name in arguments.files),
            login_attribute=arguments.login_attribute,
            include=tuple(arguments.include),
            exclude=tuple(arguments.exclude),
            encoding=arguments.encoding,
        ),
    )
    problems = [text for _, text in nonsense(config)]
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def _check(arguments: argparse.Namespace) -> int:
    from scanner.cli.exits import gate_reasons  # noqa: PLC0415
    from scanner.cli.options import gate, progress  # noqa: PLC0415
    from scanner.directory import check_exports  # noqa: PLC0415
    from scanner.fixes.rows import write_rows  # noqa: PLC0415
    from scanner.fixes.write import selection, write_fixes  # noqa: PLC0415

    fail_on = gate(arguments)
    config = _config(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="emsready-directory-") as folder:
        result, evidence = check_exports(config, Path(folder) / "run", progress(arguments))
        if arguments.csv:
            write_rows(evidence, Path(arguments.csv))
        if arguments.fixes:
            chosen = selection(Path(arguments.select)) if arguments.select else None
            written = write_fixes(evidence, Path(arguments.fixes), chosen)
            for name, count in written.items():
                print(f"{Path(arguments.fixes) / name}: {count} changes", file=sys.stderr)
        if arguments.json:
            from scanner.evidence.codec import plain  # noqa: PLC0415

            print(json.dumps(plain(result.findings), indent=1))
        else:
            _tell(result, time.monotonic() - began)
    reasons = gate_reasons(result, fail_on)
    for reason in reasons:
        print(f"emsready: {reason}", file=sys.stderr)
    unread = [one for one in result.coverage if one.state == "missing"]
    for one in unread:
        print(f"emsready: {one.detail}", file=sys.stderr)
    return Exit.INCOMPLETE if unread else Exit.GATE_FAILED if reasons else Exit.DONE


def _tell(result: RunResult, seconds: float) -> None:
    """The findings, worst first, with the first objects of each."""
    order = ["fail", "warn", "error", "manual", "not-assessed", "pass", "not-applicable"]
    found = sorted(
        result.findings,
        key=lambda one: (order.index(one.status.value), one.severity.rank, one.check),
    )
    for one in found:
        if one.status.value not in ("pass", "not-applicable"):
            _tell_one(one)
    counts = {word: sum(one.status.value == word for one in found) for word in order}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    print(f"{told}; {seconds:.1f} s")


def _tell_one(one: FindingRecord) -> None:
    name = one.check.partition(".")[2]
    print(f"{one.status.value.upper():<12} {one.severity.value:<8} {name}")
    print(f"  {_safe(one.message.text)}")
    if one.affected:
        for row in one.affected.sample[:_SAMPLE]:
            cells = zip(one.affected.columns, row, strict=True)
            print("    " + _safe("; ".join(f"{name}={cell}" for name, cell in cells if cell)))
        more = one.affected.count - min(_SAMPLE, len(one.affected.sample))
        if more > 0:
            print(f"    … and {more} more")
    print()


def _safe(text: str) -> str:
    """Values of a directory are hostile: no control character reaches the terminal."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
