"""Write the frame of a new check: its module, and a test whose cases fail until they are filled in."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.evidence.envelope import Kind

_ID = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Frame:
    """What is to be written: the files by their paths, and what to do with them."""

    files: dict[Path, str]
    next: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `checks new`."""
    parser.description = (
        "Writes module and test of a new check. In a checkout of emsready they go into the package "
        "that the id names; anywhere else they become a distribution of their own."
    )
    parser.add_argument("id", metavar="PACKAGE.ID", help="such as acme.break-glass-present")
    parser.add_argument(
        "--evidence",
        metavar="KIND",
        default="tenant-organization",
        help="what it reads, as docs/reference/evidence.md lists it; default: tenant-organization",
    )
    parser.add_argument("--into", metavar="DIR", default=".", help="default: this folder")


def run(arguments: argparse.Namespace) -> int:
    """Write the files and print their paths. Raises ConfigError where that cannot be meant."""
    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.registry import load_checks, load_sources  # noqa: PLC0415

    match = _ID.fullmatch(arguments.id)
    if not match:
        raise ConfigError(
            f"{arguments.id!r} is no id; expected one such as acme.break-glass-present"
        )
    taken = load_checks().named(arguments.id)
    if taken:
        raise ConfigError(f"{arguments.id} is there already, in {taken.judge.__module__}")
    load_sources()  # declares the kinds of evidence
    kind = _kind(arguments.evidence)
    frame = _frame(Path(arguments.into), match[1], match[2], kind)
    for path in frame.files:
        if path.exists() and path.name not in _SHARED:
            raise ConfigError(f"{path} is there already; nothing was written")
    for path, text in frame.files.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(path)
    print(f"Next: {frame.next}", file=sys.stderr)
    return Exit.DONE


_SHARED = ("__init__.py", "pyproject.toml")
"""Files that several checks share: those that are there stay as they are."""


def _kind(name: str) -> Kind:
    """Raises ConfigError naming the nearest kinds."""
    from difflib import get_close_matches  # noqa: PLC0415

    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.evidence.envelope import kind_named, kinds  # noqa: PLC0415

    found = kind_named(name)
    if found is None:
        names = [one.name for one in kinds()]
        near = ", ".join(get_close_matches(name, names, n=3, cutoff=0.4)) or ", ".join(names)
        raise ConfigError(f"there is no evidence of kind {name!r}; near are: {near}")
    return found


def _frame(home: Path, package: str, name: str, kind: Kind) -> Frame:
    """The files of a check of ours, or of another house. Raises ConfigError."""
    from scanner.config.read import ConfigError  # noqa: PLC0415

    plain = name.replace("-", "_")
    ours = (home / "scanner" / "__init__.py").exists() and (home / "checks").is_dir()
    module = f"checks.{package}.{plain}" if ours else f"{package}_checks.{plain}"
    values = {
        "id": f"{package}.{name}",
        "package": package,
        "module": module,
        "evidence_module": kind.type.__module__,
        "evidence": kind.type.__name__,
        "judge": "".join(word.title() for word in name.split("-")) if kind.stream else plain,
        "words": name.replace("-", " "),
    }
    form = "fold" if kind.stream else "check"
    if ours:
        if not (home / "checks" / package / "__init__.py").exists():
            known = sorted(one.parent.name for one in (home / "checks").glob("*/__init__.py"))
            raise ConfigError(f"there is no package {package!r}; right are: {', '.join(known)}")
        return Frame(
            {
                home / "checks" / package / f"{plain}.py": _text(form, values),
                home / "tests" / "checks" / package / f"test_{plain}.py": _text("test", values),
            },
            "fill in both; add the id to tests/checks/contract.json; then pytest "
            f"tests/checks/{package}/test_{plain}.py tests/checks/test_metadata.py, and "
            "python -m tests.docs.generate",
        )
    return Frame(
        {
            home / "pyproject.toml": _text("pyproject", values),
            home / f"{package}_checks" / "__init__.py": f'"""Checks of {package}."""\n',
            home / f"{package}_checks" / f"{plain}.py": _text(form, values),
            home / "tests" / f"test_{plain}.py": _text("test", values),
        },
        "fill in module and test; pip install --editable . beside emsready; then pytest, and "
        f"emsready checks show {package}.{name}",
    )


def _text(form: str, values: dict[str, str]) -> str:
    from importlib.resources import files  # noqa: PLC0415
    from string import Template  # noqa: PLC0415

    text = files("scanner").joinpath("data", "scaffold", f"{form}.txt").read_text("utf-8")
    return Template(text).substitute(values)
