"""The language of what a command prints: --lang."""

from __future__ import annotations

import argparse

from scanner.speech import Speech
from scanner.translate import ENGLISH


def add_language(parser: argparse.ArgumentParser) -> None:
    """--lang, for commands that print for people."""
    parser.add_argument("--lang", metavar="LANGUAGE", default=ENGLISH, help="en or zh-CN")


def speech_of(arguments: argparse.Namespace) -> Speech:
    """The speech that --lang asks for. Raises ConfigError for a language that nobody speaks."""
    from scanner.cli.formats import language  # noqa: PLC0415

    return Speech(language(arguments.lang))
