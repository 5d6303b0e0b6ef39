"""English that stands in a report of another language: `python -m tests.reports.english FILE…`

Sentences are told from names by their small letters: three words in a row of which two are no
particles. What is a command, a path of a portal or a link is English in every language.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

_ALWAYS = {"script", "style", "code", "kbd", "pre", "a"}
"""Elements whose content is English, or nobody's language."""

_EMPTY = {
    "br",
    "img",
    "input",
    "meta",
    "link",
    "hr",
    "col",
    "rect",
    "line",
    "path",
    "circle",
    "use",
}
_QUOTED = re.compile(r"`[^`]*`|<[^<>]*>|\S*[@/\\=_*$%#]\S*|\bemsready( [a-z-]+)+")
_WORD = r"[A-Za-z][A-Za-z'\u2019-]*"
_RUN = re.compile(rf"{_WORD}(?:[ ,;:]+{_WORD}){{2,}}")
_PARTICLES = {
    "a",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "in",
    "of",
    "on",
    "or",
    "the",
    "to",
}
_IDS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


class _Texts(HTMLParser):
    """The texts of a page with the elements around them."""

    def __init__(self):
        super().__init__()
        self.found = []
        self._around = []

    def handle_starttag(self, tag, attrs):
        if tag not in _EMPTY:
            self._around.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag):
        while self._around and self._around.pop()[0] != tag:
            pass

    def handle_data(self, data):
        around = self._around
        if not any(tag in _ALWAYS or "portal" in style.split() for tag, style in around):
            self.found.append(" ".join(data.split()))


def sentences_in(text):
    """The runs of English words in one text."""
    for run in _RUN.finditer(_QUOTED.sub(" \u00b7 ", text)):
        words = re.split(r"[ ,;:]+", run[0])
        plain = [one for one in words if one[0].islower() and one not in _PARTICLES]
        if len(plain) > 1 and not all(map(_IDS.fullmatch, plain)):
            yield run[0]


def in_page(page):
    """Every English sentence of an HTML page, each once."""
    texts = _Texts()
    texts.feed(page)
    return sorted({one for text in texts.found for one in sentences_in(text)})


def in_markdown(page):
    """The same of Markdown, without code and the portal paths behind steps."""
    plain = re.sub(r"(`{3,}).*?\1", "", page, flags=re.DOTALL).replace("\\", "")
    lines = (line for line in plain.splitlines() if " > " not in line)
    return sorted({one for line in lines for one in sentences_in(line)})


if __name__ == "__main__":
    for name in sys.argv[1:]:
        text = Path(name).read_text(encoding="utf-8")
        for one in in_page(text) if name.endswith(".html") else in_markdown(text):
            print(f"{name}: {one}")  # noqa: T201
