"""The little Markdown that the reference pages are made of, as GitHub renders it."""

import ast
import inspect
import re

NOTE = "<!-- Made by `python -m tests.docs.generate` from the code; edit that instead of this page. -->"


def plain(text):
    """Text that Markdown shows as it stands: no tag, no emphasis. `Code` stays code."""
    parts = re.split(r"(`[^`]*`)", str(text))
    return "".join(part if part.startswith("`") else _escaped(part) for part in parts)


def _escaped(text):
    return re.sub(r"([\\*])", r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;")


def cell(text):
    """Text for a cell of a table."""
    return plain(text).replace("|", "\\|").replace("\n", " ")


def code(text):
    """A word in code; `\\|` is what GitHub wants for a bar inside a table."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def table(head, rows):
    """A table of cells that are Markdown already."""
    lines = [
        f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |")
        for row in (head, *rows)
    ]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])


def fence(text, language=""):
    """A block of code, whatever it holds."""
    marks = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text) or [""]))
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def anchor(heading):
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-")


def page(title, intro, *blocks):
    """A whole page."""
    return "\n\n".join([NOTE, f"# {title}", intro, *(block for block in blocks if block)]) + "\n"


def sentences_below(module):
    """{(class, name): the sentence that stands below that field or member in the source}."""
    found = {}
    for declared in ast.parse(inspect.getsource(module)).body:
        if isinstance(declared, ast.ClassDef):
            for one, below in zip(declared.body, declared.body[1:], strict=False):
                if isinstance(one, ast.Assign | ast.AnnAssign) and _is_text(below):
                    target = one.target if isinstance(one, ast.AnnAssign) else one.targets[0]
                    found[declared.name, target.id] = below.value.value
    return found


def _is_text(node):
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
