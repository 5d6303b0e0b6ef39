"""Print ready, commented files for a nightly scan. Changes nothing on this machine."""

from __future__ import annotations

import argparse
import re
import sys

from scanner.cli.exits import Exit

KINDS = ("systemd", "cron", "windows", "github", "azure-devops", "kubernetes")
_OUTSIDE = ("github", "azure-devops", "kubernetes")
_HOMES = {
    "windows": (
        r"C:\Program Files\emsready\Scripts\emsready.exe",
        r"C:\ProgramData\emsready\emsready.toml",
        r"C:\ProgramData\emsready\runs",
    ),
    "": ("/opt/emsready/bin/emsready", "/etc/emsready/emsready.toml", "/var/lib/emsready/runs"),
}
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--at", default="02:30", metavar="HH:MM", help="default: 02:30")
    parser.add_argument("--zone", default="Etc/UTC", help="time zone, where the kind has one")
    parser.add_argument("--config", help="path of the configuration on that machine")
    parser.add_argument("--output", metavar="DIR", help="folder of the runs on that machine")
    parser.add_argument("--command", metavar="PATH", help="path of emsready on that machine")
    parser.add_argument("--image", default="emsready:latest", help="container image")
    parser.add_argument("--fail-on", default="blocker,regressed", help="as in `emsready scan`")


def run(arguments: argparse.Namespace) -> int:
    """Print the files."""
    from importlib.resources import files  # noqa: PLC0415
    from string import Template  # noqa: PLC0415

    from scanner.cli.options import gate  # noqa: PLC0415
    from scanner.config.read import ConfigError  # noqa: PLC0415

    time = _TIME.fullmatch(arguments.at)
    if not time:
        raise ConfigError(f"--at {arguments.at}: expected a time such as 02:30")
    command, config, output = _HOMES.get(arguments.kind, _HOMES[""])
    hour, minute = time.groups()
    values = {
        "at": f"*-*-* {hour}:{minute}:00",
        "hour": str(int(hour)),
        "minute": str(int(minute)),
        "hour2": hour,
        "minute2": minute,
        "zone": arguments.zone,
        "command": arguments.command or command,
        "config": arguments.config or config,
        "output": arguments.output or output,
        "log": f"{arguments.output or output}.log",
        "image": arguments.image,
        "gate": ",".join(gate(arguments)) or "none",
    }
    if problem := _unusable(arguments.kind, values):
        raise ConfigError(problem)
    text = files("scanner").joinpath("data", "schedule", f"{arguments.kind}.txt").read_text("utf-8")
    print(Template(text).substitute(values), end="")
    if arguments.kind in _OUTSIDE:
        print(
            "note: this kind runs outside your network; checks of the inside (domain controllers, "
            "internal DNS, proxies, directory) need a host there",
            file=sys.stderr,
        )
    return Exit.DONE


def _unusable(kind: str, values: dict[str, str]) -> str:
    """Why a value would break the file that it goes into; empty where none does."""
    wrong = {"cron": "%\n", "windows": '<>&"\n'}.get(kind, '"\n')
    for name in ("command", "config", "output", "image", "zone"):
        if bad := set(values[name]) & set(wrong):
            return (
                f"{values[name]!r} holds {', '.join(sorted(map(repr, bad)))}, which {kind} misreads"
            )
        if " " in values[name] and kind != "windows":
            return f"{values[name]!r} holds a space; name a path without one"
    return ""
