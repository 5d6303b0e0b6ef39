"""The page of all commands, read from the parsers themselves and not from their --help.

What argparse prints differs from one Python to the next; what it knows does not.
"""

import argparse
import inspect

from scanner.cli.main import COMMANDS, parser
from tests.docs.markdown import cell, code, fence, page, plain, table

SHARED = ("-h", "-v", "--debug")


def command_page():
    """The page."""
    return page(
        "Commands",
        "Results go to stdout, progress and remarks to stderr. Every command also takes `--help`, "
        "`-v` (log more) and `--debug` (show the traceback of an error).",
        table(
            ["command", "what it does"],
            [
                [f"[`emsready {name}`](#emsready-{name})", cell(text)]
                for name, text in COMMANDS.items()
            ],
        ),
        *(block for name in COMMANDS for block in _blocks(parser_of(name), 2)),
    )


def parser_of(command):
    """The parser of one command, with its options."""
    return below(parser(command))[command]


def below(one):
    """{name: parser} of the commands below a parser."""
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _blocks(one, level):
    yield f"{'#' * level} {one.prog}"
    if one.description:
        yield plain(inspect.cleandoc(one.description))
    yield fence(" ".join([one.prog, *_usage(one)]))
    rows = [
        [_name(action), _explained(action)]
        for action in one._actions
        if not isinstance(action, argparse._SubParsersAction)
        and action.help != argparse.SUPPRESS
        and not set(SHARED).intersection(action.option_strings)
    ]
    if rows:
        yield table(["word", "meaning"], rows)
    helps = {
        choice.dest: choice.help
        for action in one._actions
        if isinstance(action, argparse._SubParsersAction)
        for choice in action._choices_actions
    }
    for name, inner in below(one).items():
        inner.description = inner.description or _sentence(helps.get(name, ""))
        yield from _blocks(inner, level + 1)


def _sentence(text):
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _usage(one):
    options = any(
        action.option_strings
        and action.help != argparse.SUPPRESS
        and not set(SHARED).intersection(action.option_strings)
        for action in one._actions
    )
    if options:
        yield "[options]"
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield "|".join(action.choices)
        elif not action.option_strings:
            word = _metavar(action)
            plenty = {"*": f"[{word} ...]", "+": f"{word} [...]", "?": f"[{word}]"}
            yield plenty.get(action.nargs, word)


def _metavar(action):
    if action.metavar:
        return action.metavar
    if action.choices:
        return "|".join(map(str, action.choices))
    return action.dest.upper()


def _name(action):
    if not action.option_strings:
        return code(_metavar(action))
    value = f" {_metavar(action)}" if action.nargs != 0 else ""
    return ", ".join(code(word + value) for word in action.option_strings)


def _explained(action):
    parts = [action.help or ""]
    if action.required and action.option_strings:
        parts.append("required")
    plain_default = isinstance(action.default, str | int | float) and action.default is not False
    told = "default" in (action.help or "")
    if plain_default and action.default not in ("", 0) and not told and action.nargs != 0:
        parts.append(f"default: {action.default}")
    return cell("; ".join(filter(None, parts)))
