"""What people wrote about the product is true: commands parse, keys exist, links lead somewhere."""

import argparse
import tomllib

import pytest

from scanner.cli.exits import Exit
from scanner.cli.main import COMMANDS, parser
from scanner.config.model import Config
from scanner.config.read import ConfigError, read_toml
from scanner.registry import load_formats
from tests.cli.command import emsready
from tests.docs.command_page import below, parser_of
from tests.docs.configuration_page import FILES, sections
from tests.docs.reading import (
    TREE,
    anchors,
    blocks,
    commands,
    every,
    links,
    mentions,
    name_of,
    written,
)

README = TREE / "README.md"
FIRST_MINUTE = (["doctor"], ["checks", "list"], ["demo"])


def each_page(pages):
    return pytest.mark.parametrize("path", pages, ids=name_of)


def known_words(one):
    """The options of a parser and of all below it."""
    found = {word for action in one._actions for word in action.option_strings}
    for inner in below(one).values():
        found |= known_words(inner)
    return found


@each_page(written())
def test_every_command_in_a_block_parses(path, capsys):
    for words in commands(path):
        assert words[0] in COMMANDS or words[0].startswith("-"), words
        try:
            parser(words[0]).parse_args(words)
        except SystemExit as error:
            if error.code:
                pytest.fail(f"emsready {' '.join(words)}: {capsys.readouterr().err}")


@each_page(written())
def test_every_command_in_a_sentence_exists(path):
    for words in mentions(path):
        if words[0].startswith(("-", "…")) or words[0].isupper():
            continue
        assert words[0] in COMMANDS, words
        one = parser_of(words[0])
        if below(one) and len(words) > 1 and not words[1].startswith("-"):
            actions = words[1].split("|")
            assert set(actions) <= set(below(one)), words
        options = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert options <= known_words(one), words


def test_every_command_is_written_about():
    told = " ".join(path.read_text(encoding="utf-8") for path in written())
    assert [name for name in COMMANDS if f"emsready {name}" not in told] == []


def test_every_section_of_the_configuration_is_written_about():
    told = " ".join(path.read_text(encoding="utf-8") for path in written())
    names = {title.strip("[]").partition(".")[0] for title, _ in sections(Config)}
    assert [one for one in sorted(names) if f"[{one}]" not in told and f"[{one}." not in told] == []


@each_page([path for path in written() if any(one.language == "toml" for one in blocks(path))])
def test_every_configuration_that_is_shown_can_be_read(path, tmp_path):
    for block in blocks(path):
        if block.language == "toml" and (kind := kind_of_file(block.text)):
            (tmp_path / "shown.toml").write_text(block.text, encoding="utf-8")
            try:
                read_toml(tmp_path / "shown.toml", kind, "")
            except ConfigError as error:
                pytest.fail(str(error))


def kind_of_file(text):
    """Which file a block shows, by its sections; None for answers, which have a reader of their own."""
    try:
        keys = set(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        pytest.fail(f"{error}:\n{text}")
    if keys & {"project", "build-system"} or any(
        "." in key or key == "responsibilities" for key in keys
    ):
        return None
    if keys & {"fleet", "customer"} and (
        "fleet" in keys or isinstance(tomllib.loads(text)["customer"], list)
    ):
        return FILES["fleet.toml"]
    if "waiver" in keys:
        return FILES["waivers.toml"]
    return FILES["assignments.toml"] if "assignment" in keys else FILES["emsready.toml"]


@each_page(every())
def test_every_link_leads_somewhere(path):
    for link in links(path):
        name, _, place = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if place and target.suffix == ".md":
            assert place in anchors(target), link


def test_the_first_minute_of_the_readme_runs(tmp_path):
    shown = [words for words in commands(README) if words in list(FIRST_MINUTE)]
    for words in FIRST_MINUTE:
        assert words in shown, "the README shows it"
        done = emsready(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout
    assert (tmp_path / "emsready-demo" / "report.html").is_file()


def test_the_readme_tells_every_exit_code_and_format():
    text = README.read_text(encoding="utf-8")
    assert [one for one in Exit if f"| {int(one)} |" not in text] == []
    formats, _ = load_formats()
    assert [name for name in formats if name not in text] == []


def test_a_parser_never_hides_a_command():
    assert isinstance(parser("scan"), argparse.ArgumentParser)
    assert set(below(parser())) == set(COMMANDS)
