"""The entry point: parse, dispatch, and turn every error into one clear message and an exit code."""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import sys

from scanner import __version__
from scanner.cli.exits import Exit

COMMANDS = {
    "demo": "scan the built-in sample organisation and write its report",
    "init": "write a commented emsready.toml",
    "preview": "list every host, port, API and permission that a scan would touch",
    "permissions": "the Microsoft Graph permissions: table, manifest, consent link, every call",
    "scan": "collect, judge, plan and report",
    "collect": "only collect evidence, to be judged elsewhere or later",
    "judge": "judge a folder of saved evidence again",
    "report": "render a saved run in another format or language",
    "answer": "answer what only people know",
    "directory": "check exports of Active Directory at once, or print how to export",
    "history": "list the runs of a folder, the life of a finding, remove old runs",
    "diff": "say what changed between two runs",
    "trend": "show how the open findings of each topic developed",
    "agenda": "write the agenda of the checkpoint meeting",
    "waive": "accept a finding until a date, list and check what is accepted",
    "assign": "say who does a remediation item by when",
    "inventory": "facts that only tools on your servers see: a collector, and its file checked",
    "fleet": "scan many customers or sites and write their portfolio",
    "notify": "tell people elsewhere what the newest run brought",
    "schedule": "print ready files for a nightly scan: systemd, cron, Windows, GitHub, …",
    "checks": "list the checks, explain one, or write the frame of a new one",
    "endpoints": "say which endpoint list is in use, or refresh it",
    "probe": "probe any list of destinations and say why what does not work",
    "export": "write the plan as files for task boards: planner, jira, ado",
    "schema": "print the JSON Schema of result.json",
    "config": "print the configuration in force, and where each value comes from",
    "doctor": "examine this installation and its surroundings",
}

log = logging.getLogger("emsready")


def parser(chosen: str = "") -> argparse.ArgumentParser:
    """The command line: all commands by name, and the options of the chosen one.

    Only its module is imported, so that --help answers at once however many there are.
    """
    top = argparse.ArgumentParser(
        prog="emsready",
        description="Is this environment ready for Enterprise Mobility + Security, and what is to be "
        "done about what is not? Reads only; writes nothing to tenant, directory or DNS.",
        epilog="First steps: emsready demo; then emsready init, preview, scan. "
        "Exit codes: 0 done, 1 gate failed, 2 usage or configuration, 3 incomplete, "
        "4 sign-in or permission, 5 internal, 130 interrupted.",
    )
    top.add_argument("--version", action="version", version=f"emsready {__version__}")
    below = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        one = below.add_parser(name, help=summary)
        if name != chosen:
            continue
        module = importlib.import_module(f"scanner.cli.{name}")
        one.description = module.__doc__
        one.add_argument("-v", "--verbose", action="count", default=0, help="log more, to stderr")
        one.add_argument("--debug", action="store_true", help="show the traceback of an error")
        module.add_arguments(one)
        one.set_defaults(run=module.run)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    arguments = parser(next(iter(words), "")).parse_args(words)
    _log_to_stderr(arguments.verbose)
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        told = "interrupted; what had been collected is kept and marked incomplete"
        return _end(arguments, told, Exit.INTERRUPTED)
    except BrokenPipeError:
        # the reader of our output left early (head, less): that is no error, and Python must not
        # complain about it when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:
        if arguments.debug:
            raise
        return _end(arguments, *_explain(error))


def _end(arguments: argparse.Namespace, told: str, code: int) -> int:
    """One message for people; unattended, one line for machines too."""
    for line in told.splitlines():
        print(f"emsready: {line}", file=sys.stderr)
    if getattr(arguments, "unattended", False):
        print(json.dumps({"emsready": __version__, "exit": int(code), "error": told}))
    return code


def _explain(error: Exception) -> tuple[str, int]:
    """What happened, for people, and the code for machines; a traceback only with --debug."""
    from scanner.brand import BrandError  # noqa: PLC0415
    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.evidence.folder import EvidenceError  # noqa: PLC0415
    from scanner.report import FormatError  # noqa: PLC0415
    from scanner.select import SelectionError  # noqa: PLC0415
    from scanner.store import StoreError  # noqa: PLC0415

    if isinstance(
        error, BrandError | ConfigError | FormatError | EvidenceError | SelectionError | StoreError
    ):
        return str(error), Exit.USAGE
    if isinstance(error, OSError):
        name = f" ({error.filename})" if error.filename else ""
        told = (
            "earlier runs are untouched, and what had been collected stays in the unfinished folder"
        )
        return f"{error.strerror or error}{name}; {told}", Exit.INTERNAL
    log.debug("internal error", exc_info=error)
    told = f"{type(error).__name__}: {error}"
    return f"internal error: {told}; run again with --debug for the details", Exit.INTERNAL


def _log_to_stderr(verbosity: int) -> None:
    """Set up our own logger only: other packages keep theirs."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    log.handlers[:] = [handler]
    log.propagate = False
    log.setLevel({0: logging.CRITICAL, 1: logging.INFO}.get(verbosity, logging.DEBUG))
