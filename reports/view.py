"""What every document format asks of a run: lookups, groups and an order, without any words."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports.gaps import Gap, gaps_of
from scanner.result import CheckRecord, FindingRecord, ItemRecord, RunResult, WaiverRecord
from scanner.words import Lane, Owner, Phase, Severity, Status, SubjectKind, Topic

PREFIX = "efp1:"
"""What a fingerprint starts with; its short form is the first eight digits behind it."""

NEXT = 5
"""How many of their next items the agenda shows to each owner."""

_SERIOUS = (Severity.BLOCKER, Severity.HIGH)
_HEX = re.compile(r"[0-9a-f]{8,}")


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """The items of one topic within one phase, in the order of the plan."""

    topic: Topic
    items: tuple[ItemRecord, ...]


@dataclass(frozen=True, slots=True)
class PhaseGroup:
    """The items of one phase, topic by topic."""

    phase: Phase
    topics: tuple[TopicGroup, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Something only people know: the finding that asks it and who usually answers."""

    finding: FindingRecord
    title: str
    why: str
    owner: Owner | None


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check with those of its findings that share a status."""

    id: str
    title: str
    topic: Topic
    findings: tuple[FindingRecord, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed: what it is, what it is about, and where the document shows it."""

    title: str
    subject: str
    item: str


class View:
    """A run with its lookups. Items and findings that a list names but the run lacks are left out."""

    def __init__(self, result: RunResult) -> None:
        self.result = result
        self.items = {item.id: item for item in result.plan}
        self.findings = {finding.id: finding for finding in result.findings}
        self.checks = {check.id: check for check in result.checks}
        self.counts = Counter(finding.status for finding in result.findings)
        self.short = short_ids(self.items)
        self.work = [item for item in result.plan if item.status is not Status.MANUAL]
        self.listed = {item.id for item in self.work}
        self.item_of = {one: item for item in result.plan for one in item.findings}
        self.earlier = {one.id: one for one in result.earlier}

    @property
    def phases(self) -> list[PhaseGroup]:
        """The remediation list: phase, then topic, then the plan's own order."""
        groups: dict[Phase, dict[Topic, list[ItemRecord]]] = {}
        for item in self.work:
            groups.setdefault(item.phase, {}).setdefault(item.topic, []).append(item)
        return [
            PhaseGroup(
                phase,
                tuple(TopicGroup(t, tuple(groups[phase][t])) for t in Topic if t in groups[phase]),
            )
            for phase in Phase
            if phase in groups
        ]

    @property
    def first(self) -> list[ItemRecord]:
        """What to do first, in order; at most ten."""
        return self.known(self.result.summary.do_first)[:10]

    @property
    def domains(self) -> list[str]:
        """The names of the domains that findings are about."""
        return self._named(SubjectKind.DOMAIN)

    @property
    def places(self) -> list[str]:
        """The names of the hosts and endpoints that findings are about."""
        return self._named(SubjectKind.HOST, SubjectKind.ENDPOINT)

    def _named(self, *kinds: SubjectKind) -> list[str]:
        subjects = (finding.subject for finding in self.result.findings)
        return sorted({one.name for one in subjects if one.kind in kinds})

    @property
    def digest(self) -> str:
        """What tells the checks that were known to this run, and their versions, from others."""
        known = sorted(self.result.catalogue.items())
        text = "".join(f"{check}={version}\n" for check, version in known)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def questions(self) -> list[Question]:
        """The manual checklist, by owner and then by check."""
        asked = [self._question(f) for f in self.of(Status.MANUAL)]
        return sorted(asked, key=lambda one: (one.owner or "~", one.finding.check, one.finding.id))

    @property
    def gaps(self) -> list[Gap]:
        """What could not be checked, one group for each reason and missing permission or source."""
        return gaps_of(self.of(Status.NOT_ASSESSED, Status.ERROR))

    def of(self, *statuses: Status) -> list[FindingRecord]:
        """The findings with one of these statuses, in the order of the run."""
        return [finding for finding in self.result.findings if finding.status in statuses]

    def lines(self, status: Status) -> list[CheckLine]:
        """The findings of one status, gathered check by check."""
        groups: dict[str, list[FindingRecord]] = {}
        for finding in self.of(status):
            groups.setdefault(finding.check, []).append(finding)
        return [
            CheckLine(check, self.title(check), found[0].topic, tuple(found))
            for check, found in sorted(groups.items())
        ]

    def known(self, ids: Iterable[str]) -> list[ItemRecord]:
        """The items with these ids that the remediation list shows."""
        return [self.items[one] for one in ids if one in self.listed]

    def behind(self, item: ItemRecord) -> list[FindingRecord]:
        """The findings that an item was made from."""
        return [self.findings[one] for one in item.findings if one in self.findings]

    def helps(self, gap: Gap) -> list[ItemRecord]:
        """The items whose steps would close a gap."""
        ids = (self.item_of[one.id].id for one in gap.findings if one.id in self.item_of)
        return self.known(dict.fromkeys(ids))

    def check(self, check: str) -> CheckRecord | None:
        """What the run says about a check, or None."""
        return self.checks.get(check)

    def title(self, check: str) -> str:
        """The title of a check, or its id where the run does not describe it."""
        return self.checks[check].title if check in self.checks else check

    def lines_of(self, ids: Iterable[str]) -> list[Line]:
        """What the ids from the list of changes stand for."""
        return [self._line(one) for one in ids]

    def _line(self, ident: str) -> Line:
        """An item, a finding, or where the run holds neither any more, only the id itself."""
        if ident in self.items:
            return Line(self.items[ident].title, "", ident if ident in self.listed else "")
        finding = self.findings.get(ident) or self.earlier.get(ident)
        if finding is None:
            return Line(ident, "", "")
        item = self.item_of.get(ident)
        shown = item.id if item and item.id in self.listed else ""
        return Line(self.title(finding.check), finding.subject.name, shown)

    @property
    def changes(self) -> list[tuple[str, list[str]]]:
        """The states of the findings since the run before, with their ids; nothing without one."""
        found = self.result.summary.changes
        if found is None:
            return []
        named = [
            ("regressed", found.regressed),
            ("new", found.new),
            ("fixed", found.fixed),
            ("changed", found.changed),
            ("check-changed", found.check_changed),
            ("not-rechecked", found.not_rechecked),
            ("open", found.open),
        ]
        return [(state, ids) for state, ids in named if ids or state in ("new", "fixed", "open")]

    def state_of(self, item: ItemRecord) -> str:
        """What became of an item since the run before: the most urgent state of its findings."""
        states = {finding.state for finding in self.behind(item)}
        order = ("regressed", "waiver-expired", "new", "changed", "check-changed", "open")
        return next((one for one in order if one in states), "")

    @property
    def accepted(self) -> list[FindingRecord]:
        """The findings that a waiver covers."""
        held = range(len(self.result.waivers))
        found = [one for one in self.result.findings if one.state == "waived"]
        return [one for one in found if one.waiver in held]

    @property
    def lanes(self) -> list[Lane]:
        """The lanes that hold an item, in their order."""
        held = {item.lane for item in self.work}
        return [one for one in Lane if one in held]

    @property
    def states(self) -> list[str]:
        """The states of all items, each once, where there was a run before."""
        states = dict.fromkeys(self.state_of(item) for item in self.work)
        return [one for one in states if one] if self.result.summary.changes else []

    @property
    def overdue(self) -> list[ItemRecord]:
        """The items whose date has passed."""
        return [item for item in self.work if "overdue" in item.flags]

    @property
    def waiting(self) -> list[ItemRecord]:
        """The serious items that wait for others."""
        return [item for item in self.work if item.needs and item.effective_severity in _SERIOUS]

    @property
    def doubtful(self) -> list[ItemRecord]:
        """The items about which people and scan disagree, or whose dates do."""
        return [item for item in self.work if set(item.flags) - {"overdue"}]

    @property
    def undecided(self) -> list[WaiverRecord]:
        """The waivers about which something is to be decided."""
        return [one for one in self.result.waivers if one.due_soon or one.state != "active"]

    @property
    def next_by_owner(self) -> list[tuple[Owner, list[ItemRecord]]]:
        """What each owner can begin at once: what is due next comes first, then as in the plan."""
        ready = sorted(filter(_can_begin, self.work), key=lambda one: one.due or date.max)
        mine = [(owner, [one for one in ready if one.owner is owner][:NEXT]) for owner in Owner]
        return [(owner, items) for owner, items in mine if items]

    def _question(self, finding: FindingRecord) -> Question:
        check, item = self.check(finding.check), self.item_of.get(finding.id)
        owner = item.owner if item else check.owner if check else None
        why = check.why if check else ""
        return Question(finding, self.title(finding.check), why, owner)


def _can_begin(item: ItemRecord) -> bool:
    """Whether nothing stands before an item that is still to be done."""
    return not item.needs and item.phase is not Phase.IMPROVE and item.work != "accepted"


def titled(item: ItemRecord, colon: str = ": ") -> str:
    """What to do and, where it is one thing, about what: that tells items apart."""
    return f"{item.title}{colon}{item.about[0]}" if len(item.about) == 1 else item.title


def short_ids(ids: Iterable[str]) -> dict[str, str]:
    """A short hexadecimal form of each id, unique among them and safe as an anchor."""
    short: dict[str, str] = {}
    taken: set[str] = set()
    for one in ids:
        digits = one.removeprefix(PREFIX)
        if not _HEX.fullmatch(digits):
            digits = hashlib.sha256(one.encode(errors="replace")).hexdigest()
        length = 8
        while digits[:length] in taken and length < len(digits):
            length += 1
        short[one] = digits[:length]
        taken.add(short[one])
    return short
