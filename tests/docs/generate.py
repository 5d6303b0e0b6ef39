"""Write docs/README.md and docs/reference/ from the code: python -m tests.docs.generate [--check]."""

import sys
from pathlib import Path

from scanner.registry import OURS, load_checks, load_sources
from tests.docs.check_pages import check_pages
from tests.docs.command_page import command_page
from tests.docs.configuration_page import configuration_page
from tests.docs.evidence_page import evidence_page
from tests.docs.markdown import page
from tests.docs.words_page import words_page

HOME = Path(__file__).resolve().parents[2] / "docs"
MADE = "reference"


def pages():
    """{path below docs: text} of every page that is made from the code."""
    checks = [one for one in load_checks().checks if one.origin.startswith(f"{OURS} ")]
    load_sources()  # declares the kinds of evidence
    made = {
        "README.md": _reference_contents(),
        "commands.md": command_page(),
        "configuration.md": configuration_page(),
        "evidence.md": evidence_page(checks),
        "words.md": words_page(),
        **check_pages(checks),
    }
    return {"README.md": _contents(), **{f"{MADE}/{name}": text for name, text in made.items()}}


def _contents():
    """The contents of docs/: whatever pages are there, by their headings."""
    return page(
        "Documentation",
        "Start with the [README](../README.md).",
        "\n".join(_titles(HOME)),
        "Made from the code: the [reference](reference/README.md) of all checks, commands, keys, kinds "
        "of evidence and words.",
        "Why it is built as it is:",
        "\n".join(_titles(HOME / "decisions", "decisions/")),
    )


def _titles(folder, prefix=""):
    for path in sorted(folder.glob("*.md")):
        if path.name != "README.md":
            title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
            yield f"- [{title}]({prefix}{path.name})"


def _reference_contents():
    return page(
        "Reference",
        "Made from the code, so that it cannot say anything else.",
        "- [Checks](checks/README.md)\n- [Commands](commands.md)\n- [Configuration](configuration.md)\n"
        "- [Evidence](evidence.md)\n- [Words and codes](words.md)",
    )


def stale(home=HOME):
    """The pages that are not what the code says, and those that nothing makes any more."""
    wanted = pages()
    changed = [name for name, text in wanted.items() if _read(home / name) != text]
    return sorted(changed + [name for name in _made(home) if name not in wanted])


def _made(home):
    return [path.relative_to(home).as_posix() for path in (home / MADE).rglob("*.md")]


def _read(path):
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def write(home=HOME):
    """Write every page, and remove what nothing makes any more."""
    wanted = pages()
    for name, text in wanted.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    for name in _made(home):
        if name not in wanted:
            (home / name).unlink()


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit("\n".join(stale()) or 0)
    write()
