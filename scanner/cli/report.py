"""Render a saved run again: another format, another language, without judging or scanning."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_OUT, words

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.redact import Redaction
    from scanner.report import Brand


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "run_folder", nargs="?", default=DEFAULT_OUT, help=f"default: {DEFAULT_OUT}"
    )
    parser.add_argument("--format", metavar="LIST", default="html", help="such as html,json")
    parser.add_argument("--lang", metavar="LANGUAGE", default="en", help="en or zh-CN")
    parser.add_argument(
        "-c", "--config", metavar="FILE", help="take the brand from its [report.brand]"
    )
    parser.add_argument("-o", "--output", metavar="DIR", help="default: the run's own folder")
    parser.add_argument(
        "--redact", action="store_true", help="replace names by tokens; -o names another folder"
    )
    parser.add_argument(
        "--key",
        metavar="FILE",
        help="key of the tokens; default: redaction.key of the run's folder",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the files and print their paths."""
    from scanner.cli.formats import chosen_formats, language  # noqa: PLC0415
    from scanner.evidence.codec import encode  # noqa: PLC0415
    from scanner.evidence.folder import write_atomically  # noqa: PLC0415
    from scanner.scan import Parts, render  # noqa: PLC0415
    from scanner.store import StoreError, read_result  # noqa: PLC0415

    folder = Path(arguments.run_folder)
    result = read_result(folder)
    if result is None:
        raise StoreError(f"{folder} holds no run (no result.json); `emsready scan` makes one")
    parts = Parts.load()
    names = chosen_formats(words(arguments.format), parts)
    out = Path(arguments.output) if arguments.output else folder
    redaction = _redaction(arguments, folder, out) if arguments.redact else None
    result = redaction.result(result) if redaction else result
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = render(
        result,
        parts.formats,
        names,
        language(arguments.lang),
        folder=folder,
        brand=_brand(arguments.config),
        redaction=redaction,
    )
    if "json" in names or redaction:
        files["result.json"] = encode(result)
    for name, content in files.items():
        (out / name).parent.mkdir(mode=0o700, exist_ok=True)
        write_atomically(out / name, content)
        print(out / name)
    return Exit.DONE


def _redaction(arguments: argparse.Namespace, folder: Path, out: Path) -> Redaction:
    """The redaction by the key of the customer. Raises ConfigError."""
    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.redact import Redaction, read_key  # noqa: PLC0415

    if out.resolve() == folder.resolve():
        raise ConfigError("--redact needs another folder: name it with -o")
    path = Path(arguments.key) if arguments.key else folder / "redaction.key"
    try:
        return Redaction(read_key(path))
    except ValueError as error:
        raise ConfigError(f"{path}: no key for redaction (64 hex digits in one line)") from error


def _brand(config: str | None) -> Brand | None:
    from scanner.brand import brand_of  # noqa: PLC0415
    from scanner.config import read_config  # noqa: PLC0415

    if config is None:
        return None
    found = read_config(Path(config))
    return brand_of(found.report.brand, found.beside(""))
