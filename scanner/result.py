"""The result of a run: what result.json holds and all that a report may know.

Every field is plain data; sentences carry their message id and values beside the English words.
Where a value, fact, detail or name is words of the product and no data of the environment, `words`
has the sentence behind it, under the name of the value: one for each string of a list, None for data.
The JSON Schema that ships as scanner/data/result.schema.json describes the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from scanner.text import Value
from scanner.words import Effort, Lane, Owner, Phase, Severity, Status, SubjectKind, Topic, Verdict

SCHEMA = "1.0"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence by reference: its message key (see RunResult.texts) and its named values.

    Without a key it is words that a catalogue may have as they are.
    """

    key: str = ""
    params: dict[str, Value] = field(default_factory=dict)
    words: dict[str, list[Phrase | None]] = field(default_factory=dict)


Words = dict[str, list[Phrase | None]]
"""The sentences behind values, by the name of the value."""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence: its message id, its named values, and the words in English."""

    key: str
    params: dict[str, Value]
    text: str
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of a fix."""

    key: str
    params: dict[str, Value]
    text: str
    command: str = ""
    portal: str = ""
    link: str = ""
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """What a finding is about."""

    kind: SubjectKind
    name: str
    words: Words = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class AffectedRecord:
    """The objects behind a finding: how many, the first ones, and the file that holds all.

    `spoken` are the columns whose cells are words of the product.
    """

    count: int
    columns: list[str]
    sample: list[list[str]]
    file: str
    digest: str = ""
    spoken: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MissingRecord:
    """Why something was not assessed."""

    reason: str
    detail: str = ""
    permission: str = ""
    evidence: str = ""
    source: str = ""
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LastKnown:
    """What was last known of a finding when it was seen failing: the facts that a later run compares.

    `digest` stands for the set of affected objects, `version` for that of the check.
    """

    status: Status
    severity: Severity
    reason: str
    digest: str
    seen: datetime
    version: int


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """One finding with its stable id.

    `state` says what became of it since the run before, `why` adds the reason where there is one.
    `first_seen` is when it first failed, `since` when the present episode began, `fixed_on` when it
    was last seen to be gone. `waiver` is the index of the waiver that covers it. `words` are those of
    facts.
    """

    id: str
    check: str
    topic: Topic
    subject: SubjectRecord
    status: Status
    severity: Severity
    reason: str
    message: Message
    facts: dict[str, Value] = field(default_factory=dict)
    steps: list[StepRecord] = field(default_factory=list)
    affected: AffectedRecord | None = None
    missing: MissingRecord | None = None
    since: datetime | None = None
    state: str = "new"
    why: str = ""
    first_seen: datetime | None = None
    fixed_on: datetime | None = None
    last: LastKnown | None = None
    waiver: int | None = None
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EarlierRecord:
    """A finding of earlier runs that this run does not hold: not looked at, or its subject is gone."""

    id: str
    check: str
    topic: Topic
    subject: SubjectRecord
    severity: Severity
    message: Message
    state: str
    why: str = ""
    first_seen: datetime | None = None
    since: datetime | None = None
    fixed_on: datetime | None = None
    last: LastKnown | None = None


@dataclass(frozen=True, slots=True)
class WaiverRecord:
    """A waiver as this run saw it: active, expired, unused, not-needed or invalid, and about what.

    `problem` says what is wrong with it, `due_soon` that it expires within two weeks.
    """

    check: str
    subject: str
    reason: str
    approved_by: str
    ticket: str
    created: date | None
    expires: date
    state: str
    problem: str = ""
    due_soon: bool = False
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class VerifyRecord:
    """How to see that an item is done: the good answer, the exact re-run, and when to look.

    `settle_after` is the time that a change takes to be seen, empty where it is seen at once.
    `renew` are the sources whose files or answers a person has to bring up to date first.
    """

    text: str
    commands: list[str]
    settle_after: str = ""
    renew: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PrerequisiteRecord:
    """A check that an item requires and that does not hold it up, and why not.

    `state`: 'unknown' where it could not be assessed (`item` would make it known), 'accepted' where
    a waiver covers it, 'circle' where the wait for `item` was left out because the two waited for
    each other and that one is the mildest prerequisite of the circle.
    """

    check: str
    state: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One remediation item: a root cause and what to do about it.

    `phrases` are the sentences behind title, why, verify, blocks and settle_after, by those names.
    `about` are the domains, hosts and so on that it is about, at most three, for a heading.
    `lane` says by when it has to be closed, `before` what for: the services that are to be enabled.
    `waiting` counts the later items that wait for it, directly or through others.
    `prerequisites` are those that do not hold it up although its checks require them.
    `assignee`, `work` (open, in-progress, done, accepted), `note` and `updated` are what people said;
    `assignee_set` and `due_set` say that name and date were given for this very item: otherwise they
    are those of the role ([owners]) and of the calendar. `flags`: overdue,
    earlier-than-prerequisite, claimed-done.
    """

    id: str
    cause: str
    title: str
    why: str
    phase: Phase
    topic: Topic
    owner: Owner
    effort: Effort
    due: date | None
    severity: Severity
    effective_severity: Severity
    status: Status
    blocks: list[str]
    needs: list[str]
    unblocks: list[str]
    reach: int
    checks: list[str]
    findings: list[str]
    clauses: list[str]
    steps: list[StepRecord]
    verify: VerifyRecord
    documents: list[str]
    settle_after: str = ""
    about: list[str] = field(default_factory=list)
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)
    assignee: str = ""
    work: str = "open"
    note: str = ""
    updated: datetime | None = None
    assignee_set: bool = False
    due_set: bool = False
    flags: list[str] = field(default_factory=list)
    first_seen: datetime | None = None
    age_days: int | None = None
    lane: Lane = Lane.KICKOFF
    before: list[str] = field(default_factory=list)
    waiting: int = 0
    prerequisites: list[PrerequisiteRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """What a reader needs to know of a check that ran."""

    id: str
    title: str
    why: str
    topic: Topic
    severity: Severity
    package: str
    version: int
    clauses: list[str]
    documents: list[str]
    permissions: list[str]
    origin: str
    owner: Owner | None = None
    action: str = ""


@dataclass(frozen=True, slots=True)
class CoverageRecord:
    """How far one source got: complete, partial or missing, and why."""

    source: str
    state: str
    reason: str = ""
    detail: str = ""
    evidence: list[str] = field(default_factory=list)
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """The readiness verdict for one topic, with the numbers behind it."""

    topic: Topic
    verdict: Verdict
    blockers: int
    open: int
    unknown: int
    passed: int


@dataclass(frozen=True, slots=True)
class ClauseRecord:
    """One clause of the customer's responsibilities, as far as this run saw it."""

    id: str
    checks: list[str]
    state: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the run before; None in Summary where there was none.

    The lists hold finding ids by state. `seconds` lie between the two runs. `warning` is a word of
    caution: 'many-gone' where so much went away that permissions or scope may have changed.
    """

    previous: datetime
    new: list[str]
    fixed: list[str]
    open: list[str]
    not_rechecked: list[str]
    changed: list[str] = field(default_factory=list)
    regressed: list[str] = field(default_factory=list)
    check_changed: list[str] = field(default_factory=list)
    seconds: int = 0
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The first screen of a report."""

    topics: list[TopicRecord]
    counts: dict[str, int]
    do_first: list[str]
    changes: Changes | None = None
    incomplete: list[str] = field(default_factory=list)
    sign_in_failed: bool = False


@dataclass(frozen=True, slots=True)
class ExhibitCell:
    """One value of an exhibit: words, a shade, a number, or days."""

    text: str = ""
    shade: str = "none"
    number: int | None = None
    start: date | None = None
    end: date | None = None
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExhibitRow:
    """One line of an exhibit, with a cell for each column."""

    label: str
    cells: list[ExhibitCell]


@dataclass(frozen=True, slots=True)
class ExhibitRecord:
    """A table or series for the reader's eye: matrix, timeline or bars. It judges nothing."""

    id: str
    kind: str
    title: str
    note: str
    corner: str
    columns: list[str]
    rows: list[ExhibitRow]
    total: int
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunResult:
    """A judged run.

    `owners` are the people behind roles, as the configuration names them.
    `earlier` are findings of runs before that this one does not hold; `catalogue` are all known
    checks with their versions; `notes` are sentences about the run itself; with
    `narrowed` it looked at some subjects only.
    `texts` are the English templates of all sentences by message key. `language` is what the words
    are in: always English in result.json, and what a report was asked for once translated, where
    `untranslated` are the sentences that had to stay English.
    """

    schema: str
    tool: str
    collected_at: datetime
    complete: bool
    customer: str
    notice: str
    environment: str
    cloud: str
    vantage: str
    coverage: list[CoverageRecord]
    findings: list[FindingRecord]
    plan: list[ItemRecord]
    checks: list[CheckRecord]
    summary: Summary
    broken: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    earlier: list[EarlierRecord] = field(default_factory=list)
    waivers: list[WaiverRecord] = field(default_factory=list)
    catalogue: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    narrowed: bool = False
    owners: dict[str, str] = field(default_factory=dict)
    exhibits: list[ExhibitRecord] = field(default_factory=list)
    language: str = "en"
    untranslated: list[str] = field(default_factory=list)
    words: Words = field(default_factory=dict)

    @property
    def tracked(self) -> list[FindingRecord | EarlierRecord]:
        """All findings that this run speaks of: its own, then those of earlier runs."""
        return [*self.findings, *self.earlier]
