"""Check exports of Active Directory in the terminal, without tenant or configuration."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import FAIL_ON, Exit
from scanner.cli.language import add_language, speech_of
from scanner.speech import Speech, padded

if TYPE_CHECKING:
    from scanner.config.model import Config
    from scanner.evidence.directory import DirectoryPart
    from scanner.evidence.folder import Evidence
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
    add_language(check)
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
    problems = problems or [
        told for name in config.directory.files if (told := _unfit(name, config))
    ]
    if arguments.select and not arguments.fixes:
        problems.append("--select chooses among the fixes that --fixes DIR writes; name a folder")
    if arguments.csv and not Path(arguments.csv).absolute().parent.is_dir():
        problems.append(f"there is no folder {Path(arguments.csv).absolute().parent}")
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def _unfit(name: str, config: Config) -> str:
    """Why a file is no export; empty where it may be one."""
    from scanner.sources.directory.formats import UnknownFormatError, open_entries  # noqa: PLC0415

    path = Path(name)
    try:
        if not path.stat().st_size:
            return f"{path} is empty: the export wrote nothing, or is not finished"
        file, _ = open_entries(path, config.directory.encoding, frozenset())
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    except UnknownFormatError as error:
        return str(error)
    file.close()
    return ""


def _check(arguments: argparse.Namespace) -> int:
    from scanner.cli.exits import gate_reasons  # noqa: PLC0415
    from scanner.cli.options import gate, progress  # noqa: PLC0415
    from scanner.directory import check_exports  # noqa: PLC0415
    from scanner.fixes.rows import write_rows  # noqa: PLC0415
    from scanner.fixes.write import selection, write_fixes  # noqa: PLC0415

    fail_on, speech = gate(arguments), speech_of(arguments)
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
                path = str(Path(arguments.fixes) / name)
                told = speech.say("{path}: {count} changes", path=path, count=count)
                print(told, file=sys.stderr)
        if arguments.json:
            from scanner.evidence.codec import plain  # noqa: PLC0415

            print(json.dumps(plain(result.findings), indent=1))
        else:
            _tell(speech.run(result), time.monotonic() - began, speech)
            _tell_parts(evidence, speech)
    reasons = gate_reasons(result, fail_on)
    for reason in reasons:
        print(f"emsready: {speech.again(reason)}", file=sys.stderr)
    unread = [one for one in speech.run(result).coverage if one.state == "missing"]
    for one in unread:
        print(f"emsready: {one.detail}", file=sys.stderr)
    return Exit.INCOMPLETE if unread else Exit.GATE_FAILED if reasons else Exit.DONE


def _tell(result: RunResult, seconds: float, speech: Speech) -> None:
    """The findings, worst first, with the first objects of each; then what could not be judged."""
    order = ["fail", "warn", "error", "manual", "not-assessed", "pass", "not-applicable"]
    found = sorted(
        result.findings,
        key=lambda one: (order.index(one.status.value), one.severity.rank, one.check),
    )
    for one in found:
        if one.status.value in ("fail", "warn", "error", "manual"):
            _tell_one(one, speech)
    _tell_open([one for one in found if one.status.value == "not-assessed"], speech)
    counts = {word: sum(one.status.value == word for one in found) for word in order}
    told = [f"{count} {speech.label('status', word)}" for word, count in counts.items() if count]
    _print(speech.say("{counts}; {seconds} s", counts=told, seconds=f"{seconds:.1f}"))


def _tell_open(found: list[FindingRecord], speech: Speech) -> None:
    """What was not assessed: each reason once, with the checks that it keeps open."""
    names: dict[str, list[str]] = {}
    for one in found:
        told = names.setdefault(one.message.text, [])
        name = one.check.partition(".")[2]
        if name not in told:
            told.append(name)
    for text, checks in names.items():
        print(speech.label("status", "not-assessed").upper())
        _print(_safe(text), "  ")
        _print(", ".join(checks), "    ")
        print()


def _tell_one(one: FindingRecord, speech: Speech) -> None:
    name = one.check.partition(".")[2]
    status = padded(speech.label("status", one.status.value).upper(), 12)
    _print(f"{status} {padded(speech.label('severity', one.severity.value), 8)} {name}")
    _print(_safe(one.message.text), "  ")
    if one.affected:
        for row in one.affected.sample[:_SAMPLE]:
            cells = zip(one.affected.columns, row, strict=True)
            _print(_safe("; ".join(f"{name}={cell}" for name, cell in cells if cell)), "    ")
        more = one.affected.count - min(_SAMPLE, len(one.affected.sample))
        if more > 0:
            _print(speech.say("… and {count} more", count=more), "    ")
    print()


def _tell_parts(evidence: Evidence, speech: Speech) -> None:
    """What was read: how much of each file, and what of it did not count."""
    from scanner.evidence.directory import DirectoryInput  # noqa: PLC0415

    found = evidence.one(DirectoryInput)
    for part in found.parts if isinstance(found, DirectoryInput) else ():
        told = _read(part, speech)
        _print(speech.say("{what}: {about}", what=_safe(part.name), about=told))


def _read(part: DirectoryPart, speech: Speech) -> str:
    classes = sorted(part.classes.items(), key=lambda pair: -pair[1])
    told = [_counted(classes[:_SAMPLE], speech)] if classes else []
    if part.skipped:
        left = _counted(part.skipped.items(), speech)
        told.append(speech.say("left out: {classes}", classes=left))
    if part.unreadable:
        told.append(speech.say("unreadable: {count}", count=f"{part.unreadable:,}"))
    entries = "{count} entry" if part.entries == 1 else "{count} entries"
    return "; ".join([speech.say(entries, count=f"{part.entries:,}"), *told])


def _counted(words: Iterable[tuple[str, int]], speech: Speech) -> str:
    named = ((speech.say("no class") if not word else speech.word(word), n) for word, n in words)
    return speech.list(f"{_safe(word)} {count:,}" for word, count in named)


def _print(text: str, indent: str = "") -> None:
    """A paragraph; in a terminal it is broken at the edge of the window, in a file it is one line."""
    if not sys.stdout.isatty():
        print(indent + text)
        return
    width = max(40, shutil.get_terminal_size().columns)
    if any(char > "\u2e80" for char in text):  # each takes two columns
        width //= 2
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
    )
    print("\n".join(lines))


def _safe(text: str) -> str:
    """Values of a directory are hostile: no control character reaches the terminal."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
