"""What the pages that people write hold: blocks of code, commands, links."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.docs.markdown import anchor

TREE = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^ *(`{3,})(\S*)\n(.*?)^ *\1 *$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(emsready [^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code of a page."""

    page: str
    language: str
    text: str


def written():
    """The pages that people write, README first."""
    top = [TREE / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    below = [path for path in (TREE / "docs").rglob("*.md") if "reference" not in path.parts]
    return [path for path in top if path.is_file()] + sorted(
        path for path in below if path != TREE / "docs" / "README.md"
    )


def every():
    """All pages, those that are made included."""
    return [*written(), TREE / "docs" / "README.md", *(TREE / "docs" / "reference").rglob("*.md")]


def name_of(path):
    """The page as a test is called after it."""
    return path.relative_to(TREE).as_posix()


def blocks(path):
    """The blocks of code of a page."""
    text = path.read_text(encoding="utf-8")
    return [Block(name_of(path), match[2], match[3]) for match in _FENCE.finditer(text)]


def commands(path):
    """The words of every whole emsready command in the blocks of a page."""
    for block in blocks(path):
        if block.language in ("", "sh", "console", "bash"):
            for line in block.text.replace("\\\n", " ").splitlines():
                words = _words(line.strip().removeprefix("$ "))
                if words[:1] == ["emsready"]:
                    yield words[1:]
                elif words[:2] == ["python3", "run.py"] and words[2:3] not in (["test"], ["lint"]):
                    yield words[2:]


def mentions(path):
    """The words of every emsready command that a page mentions in a sentence."""
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    for match in _INLINE.finditer(text):
        if words := _words(match[1]):
            yield words[1:]


def _words(line):
    """A line of a shell as the words of its first command; nothing where it is no such line."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return []
    for place, word in enumerate(words):
        if word in ("|", ">", ">>", "&&", "||", ";") or word.startswith((">", "2>")):
            return words[:place]
    return words


def links(path):
    """The links of a page to other pages and places of ours."""
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    return [
        one for one in _LINK.findall(text) if "://" not in one and not one.startswith("mailto:")
    ]


def anchors(path):
    """The places in a page that a link can name."""
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    return {anchor(re.sub(r"`|\[|\]\([^)]*\)", "", one)) for one in _HEADING.findall(text)}
