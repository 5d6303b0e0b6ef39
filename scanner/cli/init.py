"""Write a commented emsready.toml, and beside it the questions that only people can answer."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_CONFIG

ANSWERS = "answers.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("-o", "--output", default=DEFAULT_CONFIG, help=f"default: {DEFAULT_CONFIG}")
    parser.add_argument("--customer", help="name of the organisation")
    parser.add_argument("--domain", help="its main domain, such as contoso.com")
    parser.add_argument("--client-id", help="application id of the scan's app registration")
    parser.add_argument(
        "--force", action="store_true", help="replace a configuration that is there"
    )
    parser.add_argument(
        "--answers-only", action="store_true", help="only the file with the questions"
    )
    parser.add_argument(
        "--lang", default="en", help="language of questions and report: en or zh-CN"
    )
    parser.add_argument("--no-input", action="store_true", help="never ask, even on a terminal")


def run(arguments: argparse.Namespace) -> int:
    """Ask what is not given, write the file, and say what comes next."""
    from scanner.cli.formats import language  # noqa: PLC0415

    config = Path(arguments.output)
    if not arguments.answers_only:
        if config.exists() and not arguments.force:
            print(f"emsready: {config} is there already; --force replaces it", file=sys.stderr)
            return Exit.USAGE
        _write_config(config, arguments, language(arguments.lang))
    _write_answers(config.with_name(ANSWERS), language(arguments.lang))
    print(
        "Next: fill in what you know, then `emsready preview` shows what a scan would touch, and "
        "`emsready scan` scans.",
        file=sys.stderr,
    )
    return Exit.DONE


def _write_config(config: Path, arguments: argparse.Namespace, lang: str) -> None:
    from scanner.config.template import Wishes, config_template  # noqa: PLC0415

    asks = sys.stdin.isatty() and not arguments.no_input
    wishes = Wishes(
        customer=arguments.customer or (_ask("Organisation") if asks else ""),
        domain=arguments.domain or (_ask("Main domain, such as contoso.com") if asks else ""),
        client_id=arguments.client_id
        or (_ask("Application id of the scan (empty: without the tenant)") if asks else ""),
        answers=ANSWERS,
        language=lang,
    )
    _write(config, config_template(wishes))
    print(config)


def _write_answers(path: Path, lang: str) -> None:
    """Write the questions. A file that is there holds answers, and is never replaced."""
    from scanner.registry import load_checks, sentences  # noqa: PLC0415
    from scanner.sources.answers.template import answers_template  # noqa: PLC0415

    if path.exists():
        print(f"{path} is there already, and is left as it is", file=sys.stderr)
        return
    said = sentences(lang)
    _write(path, answers_template(load_checks().checks, lambda text: said.get(text, text)))
    print(path)


def _ask(question: str) -> str:
    print(f"{question}: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
