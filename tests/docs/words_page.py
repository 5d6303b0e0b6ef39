"""The page of exit codes, statuses, states and the other words that are a contract."""

from scanner import words
from scanner.clauses import CLAUSES
from scanner.cli import exits
from scanner.fleet import model as fleet
from scanner.history import states
from tests.docs.markdown import cell, code, page, plain, sentences_below, table

SHOWN = (
    "Status",
    "Severity",
    "Reason",
    "Topic",
    "Verdict",
    "Owner",
    "Effort",
    "Phase",
    "Lane",
    "SubjectKind",
    "Cloud",
)


def words_page():
    """The page."""
    return page(
        "Words and codes",
        "They stand in result.json, in waivers and in other people's tools, and are a contract.",
        "## Exit codes",
        plain(exits.Exit.__doc__ or ""),
        table(["code", "meaning"], list(_rows(exits, exits.Exit, lambda one: str(int(one))))),
        f"`--fail-on` takes any of {', '.join(map(code, exits.FAIL_ON))}.",
        "## State",
        "What became of a finding since the run before. One that never failed has none.",
        table(["word", "meaning"], list(_rows(states, states.State, str))),
        "## Customers of a fleet",
        plain(fleet.State.__doc__ or ""),
        table(["word", "meaning"], list(_rows(fleet, fleet.State, str))),
        *(block for name in SHOWN for block in _enum(getattr(words, name))),
        "## Clauses",
        "The customer's responsibilities, and who can say whether they are met.",
        table(
            ["clause", "responsibility", "seen by"],
            [[one.id, cell(one.text), ", ".join(map(str, one.seen_by))] for one in CLAUSES],
        ),
    )


def _enum(kind):
    yield f"## {kind.__name__}"
    yield plain(kind.__doc__ or "")
    rows = list(_rows(words, kind, str))
    if any(row[1] for row in rows):
        yield table(["word", "meaning"], rows)
    else:
        yield ", ".join(row[0] for row in rows) + "."


def _rows(module, kind, shown):
    texts = sentences_below(module)
    for one in kind:
        if str(one):
            yield [code(shown(one)), cell(texts.get((kind.__name__, one.name), ""))]
