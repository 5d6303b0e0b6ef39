"""What a check says: findings, the steps that mend them, and the objects that they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from scanner.subject import Subject
from scanner.text import Text, Value
from scanner.words import Severity, Status


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a sentence, and where it helps a command, a portal path or a link."""

    text: Text
    command: str = ""
    portal: str = ""
    link: str = ""


def step(
    template: str, /, *, command: str = "", portal: str = "", link: str = "", **values: Value
) -> Step:
    """A step of a fix. Commands that change something show their preview form first."""
    return Step(Text(template, values), command, portal, link)


@dataclass(slots=True)
class Affected:
    """The objects that one finding is about: named columns, and a row of cells for each object.

    The judge writes them to a file beside the result; the finding keeps a count and a sample.
    Cells are data of the environment, except in the `spoken` columns: those hold words of the
    product, one or several, each of which is in the package's catalogues (see Vocabulary).
    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    spoken: tuple[str, ...] = ()

    def add(self, *cells: str) -> None:
        """Note one object. Raises ValueError when the cells do not fit the columns."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for the columns {self.columns}")
        self.rows.append(cells)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's statement about one subject.

    `reason` names the way of passing or failing; check id and reason together are the message id.
    `facts` are labelled values for the reader: what was expected, what is there, where one asked.
    """

    status: Status
    reason: str
    subject: Subject
    text: Text
    severity: Severity | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    affected: Affected | None = None
    permission: str = ""
    whole: bool = False

    def at(self, severity: Severity) -> Finding:
        """The same finding with another severity than the check's own."""
        return replace(self, severity=severity)

    def showing(self, **facts: Value) -> Finding:
        """The same finding with labelled facts, such as expected=, observed=, asked=, record=."""
        return replace(self, facts={**self.facts, **facts})

    def fixed_by(self, *steps: Step) -> Finding:
        """The same finding with exact steps of its own, shown under those of the check."""
        return replace(self, steps=self.steps + steps)

    def of_the_whole(self) -> Finding:
        """The same finding as one that only the whole list supports, such as 'there is none'.

        Like a pass, it is taken back where the list was cut short.
        """
        return replace(self, whole=True)

    def affecting(self, affected: Affected) -> Finding:
        """The same finding with the objects that it is about."""
        return replace(self, affected=affected)


def passed(reason: str, subject: Subject, template: str, /, **values: Value) -> Finding:
    """The good state holds."""
    return Finding(Status.PASS, reason, subject, Text(template, values))


def warned(reason: str, subject: Subject, template: str, /, **values: Value) -> Finding:
    """It works, but not well; one severity below a fail unless the finding says otherwise."""
    return Finding(Status.WARN, reason, subject, Text(template, values))


def failed(reason: str, subject: Subject, template: str, /, **values: Value) -> Finding:
    """The good state does not hold, and evidence shows it."""
    return Finding(Status.FAIL, reason, subject, Text(template, values))


def not_applicable(reason: str, subject: Subject, template: str, /, **values: Value) -> Finding:
    """Evidence or scope shows that the question does not arise."""
    return Finding(Status.NOT_APPLICABLE, reason, subject, Text(template, values))


def not_assessed(reason: str, subject: Subject, template: str, /, **values: Value) -> Finding:
    """It could not be determined. `reason` starts with a word of Reason, as in 'timeout-inside'."""
    return Finding(Status.NOT_ASSESSED, reason, subject, Text(template, values))


def manual(reason: str, subject: Subject, template: str, /, **values: Value) -> Finding:
    """No probe can see it, and nobody has answered yet."""
    return Finding(Status.MANUAL, reason, subject, Text(template, values))


_WORST_FIRST = (
    Status.ERROR,
    Status.FAIL,
    Status.WARN,
    Status.NOT_ASSESSED,
    Status.MANUAL,
    Status.PASS,
    Status.NOT_APPLICABLE,
)


_FAULTS = (Status.ERROR, Status.FAIL, Status.WARN, Status.NOT_ASSESSED, Status.MANUAL)


def combined(found: Sequence[Finding]) -> Finding:
    """One finding for a subject with several faults: the worst speaks, the others are told as steps.

    Among equals the first speaks. Raises ValueError where there is none.
    """
    if not found:
        raise ValueError("nothing to combine")
    first, *others = sorted(found, key=lambda one: _WORST_FIRST.index(one.status))
    told = (one for one in others if one.status in _FAULTS)
    return first.fixed_by(*(step for one in told for step in (Step(one.text), *one.steps)))


Findings = Sequence[Finding]
