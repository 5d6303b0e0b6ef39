"""List the sentences of the checks for translators, as a catalogue that can be filled in."""

from __future__ import annotations

import argparse
import json
import sys

from scanner.cli.exits import Exit

LANGUAGE = "zh-CN"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `checks texts`."""
    parser.description = (
        "Prints one JSON object of English sentences and what the catalogue of that language "
        "says for each; an empty value is still to be translated. Saved as "
        "<package>/locale/<language>.json beside the checks, it is the catalogue."
    )
    parser.add_argument("--package", metavar="NAME", help="one package; 'scanner' is the engine")
    parser.add_argument("--lang", metavar="LANGUAGE", default=LANGUAGE, help=f"default: {LANGUAGE}")
    parser.add_argument(
        "--missing", metavar="LANGUAGE", help="only what that language does not have yet"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the catalogue; remarks about it go to stderr."""
    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.registry import load_checks, sentences  # noqa: PLC0415
    from scanner.wording import gaps, packages_of, wording  # noqa: PLC0415

    found = wording(load_checks())
    if arguments.package and arguments.package not in found:
        raise ConfigError(
            f"no checks of package {arguments.package!r}; right are: {', '.join(sorted(found))}"
        )
    chosen = [found[arguments.package]] if arguments.package else list(found.values())
    language = arguments.missing or arguments.lang
    said = sentences(language)
    entries = {
        one: said.get(one, "")
        for package in chosen
        for one in [*sorted(package.sentences), *sorted(package.labels)]
    }
    if arguments.missing:
        entries = {one: words for one, words in entries.items() if not words}
    print(json.dumps(entries, indent=1, ensure_ascii=False))
    for package in chosen:
        held = gaps(package, language, packages_of(package.package))
        for line in held.extra:
            _remark(f"{package.package}: in the {language} catalogue, but no check says it: {line}")
        for place in package.untraceable:
            _remark(f"{package.package}: the template given here cannot be told: {place}")
    return Exit.DONE


def _remark(text: str) -> None:
    print(f"emsready: {text}", file=sys.stderr)
