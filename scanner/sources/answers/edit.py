"""Writing one answer into the answers file; comments and everything else in it stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from scanner.evidence.answers import Answer
from scanner.evidence.folder import write_atomically
from scanner.sources.answers.read import AnswersError, read_answers


def write_answer(path: Path, answer: Answer) -> None:
    """Put that answer into the file in place of an earlier one.

    Raises AnswersError when the file cannot be used as it is, and OSError.
    """
    read_answers(path)  # says with lines what is wrong, better than a parser that keeps comments
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    except TOMLKitError as error:
        raise AnswersError(f"{path}: {error}") from error
    table = _table(document, answer.question)
    values = {
        "answer": str(answer.word),
        "by": answer.by,
        "on": answer.on,
        "until": answer.until or "",
        "reason": answer.reason,
        "evidence": answer.evidence,
    }
    for key, value in values.items():
        if value or key in table:
            table[key] = value
    write_atomically(path, tomlkit.dumps(document).encode("utf-8"))


def _table(document: Any, question: str) -> Any:
    """The table of that question, made where the file has none."""
    if question in document:
        return document[question]
    package, _, name = question.partition(".")
    if package not in document:
        document[package] = tomlkit.table(is_super_table=True)
    if name not in document[package]:
        document[package][name] = tomlkit.table()
    return document[package][name]
