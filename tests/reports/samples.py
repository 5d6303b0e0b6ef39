"""Runs to render, made by the real judge and plan from checks made for the purpose."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scanner.api import (
    Affected,
    Effort,
    Owner,
    Phase,
    Reason,
    Scope,
    Severity,
    Topic,
    check,
    domain,
    failed,
    manual,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    question,
    step,
    warned,
)
from scanner.assess import Options, Parts, assess
from scanner.catalogue import check_of
from scanner.evidence.envelope import Header
from scanner.registry import Catalogue
from scanner.report import Rendering
from scanner.result import Changes, CoverageRecord, ExhibitCell, ExhibitRecord, ExhibitRow
from scanner.testing import evidence_of
from scanner.text import Text
from scanner.words import Status

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

EVIL = [
    "</script><script>window.pwned=1</script>",
    '"><img src=x onerror="window.pwned=2">',
    "<!--",
    "javascript:window.pwned=3",
    "data:text/html,<script>window.pwned=4</script>",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\uff1d1+1",
    "a|b`c`*d*_e_[f](http://evil.example)",
    "\u202egnp.exe",
    "line\u2028separator",
    "nul\0byte",
    "half\ud800pair",
    "x" * 10_000,
    "{{7*7}}{% raw %}${7*7}",
    "]]><evil/>&lt;b&gt;",
    "\x1b[31mred\x1b[0m",
    "' onmouseover='window.pwned=5",
    "# heading\n- item\r\nBcc: x@evil.example",
]
"""What names, records and subjects of an environment may hold."""


def declared(number=0, **more):
    """A decorator that declares a check with that number."""
    owners, efforts, topics = list(Owner), list(Effort), list(Topic)
    known = {
        "id": f"sample.check-{number}",
        "title": f"Thing {number} is in order",
        "action": f"Put thing {number} in order",
        "why": "Sign-in fails for everybody whose thing is not in order, and nobody sees why.",
        "fix": [
            step("Look at it first.", command="Get-Thing -WhatIf\nGet-Thing"),
            step("Then mend it.", portal="Admin center > Things", link="https://example.com/mend"),
        ],
        "verify": "The thing shows a green mark.",
        "topic": topics[number % len(topics)],
        "severity": list(Severity)[number % 4],
        "owner": owners[number % len(owners)],
        "effort": efforts[number % len(efforts)],
        "phase": list(Phase)[1 + number % 3],
        "clause": ["E3"],
        "documents": [
            "https://learn.microsoft.com/mem/intune/fundamentals/",
            "https://learn.microsoft.com/entra/fundamentals/",
        ],
        "blocks": ["enrolment"],
        "settle_after": "1 h",
    }
    return check(**{**known, **more})


def run_of(*judges, notice="", **changes):
    """The result of those checks, and the rows of its affected objects by file."""
    rows = {}
    found = Catalogue(tuple(check_of(one) for one in judges), ())
    header = Header(
        AT, "emsready test", "contoso.com", complete=True, customer="Contoso", notice=notice,
        vantage="Berlin", cloud="worldwide",
    )  # fmt: skip
    made = assess(
        evidence_of(header), Parts(found, (), {}, ()), Options(), rows.__setitem__, NOWHERE
    )
    return dataclasses.replace(made, tool="emsready test", **changes), rows


NOWHERE = Path("no-such-folder")
"""A folder without any earlier run."""


def order(made, **more):
    """The order that renders what `run_of` gave."""
    result, rows = made
    return Rendering(result, rows=lambda one: rows[one.file].rows, **more)


def small(**changes):
    """One finding of every kind, an item that waits for another, and an earlier run."""

    @declared(0, severity=Severity.BLOCKER, phase=Phase.REMEDIATE)
    def first(scope: Scope):
        yield (
            failed("gone", domain("contoso.com"), "The {what} is gone.", what="thing")
            .showing(expected="a thing", observed=["nothing", "else"])
            .fixed_by(step("Put {what} back.", what="it", command="Set-Thing -Name contoso.com"))
        )
        yield passed("there", domain("contoso.net"), "It is there.")

    @declared(1, requires=["sample.check-0"], effort=Effort.WEEKS)
    def second(scope: Scope):
        users = Affected(("id", "sign-in name"))
        for number in range(60):
            users.add(f"{number:08}", f"user{number}@contoso.com")
        yield failed("wrong", object_set("users"), "{n} users are wrong.", n=60).affecting(users)

    @declared(2)
    def third(scope: Scope):
        yield warned("old", domain("contoso.com"), "It is old.")

    @declared(3)
    def fourth(scope: Scope):
        yield manual("open", question("who"), "Who answers the telephone?")

    @declared(4)
    def fifth(scope: Scope):
        yield not_applicable("none", domain("contoso.com"), "There is none.")

    @declared(5)
    def sixth(scope: Scope):
        finding = not_assessed("denied", domain("contoso.com"), "It may not be read.")
        yield dataclasses.replace(finding, permission="User.Read.All")

    @declared(6)
    def seventh(scope: Scope):
        raise ValueError("broken on purpose")

    result, rows = run_of(first, second, third, fourth, fifth, sixth, seventh)
    known = [one.id for one in result.findings if one.status is Status.FAIL]
    changed = Changes(
        AT - timedelta(days=7), new=known[:1], fixed=[], open=known[1:], not_rechecked=[]
    )
    summary = dataclasses.replace(result.summary, changes=changed)
    made = {"exhibits": exhibits("contoso.com"), **changes}
    return dataclasses.replace(result, summary=summary, **made), rows


def exhibits(*words):
    """One exhibit of each kind that shows those words wherever words of the environment stand."""
    made = []
    for kind in ("matrix", "timeline", "bars"):
        day = AT.date()
        cells = [
            ExhibitCell(word, shade, 7, day - timedelta(days=9), day + timedelta(days=90))
            for word in words
            for shade in ("good", "warn", "bad", "unknown", "none", word)
        ]
        lines = [ExhibitRow(word, cells[:6]) for word in words]
        columns = [*words, *"abcdef"][:6]
        made.append(
            ExhibitRecord(f"sample.{kind}", kind, words[0], words[0], words[0], columns, lines, 99)
        )
    return made


def big(findings=300, objects=20_000, largest=12_131):
    """Many findings, each an item of its own; one of them holds most of the objects."""
    rest = objects - largest
    counts = [largest, *[rest // (findings - 1)] * (findings - 1)]
    counts[1] += objects - sum(counts)
    return run_of(*(_with_objects(number, count) for number, count in enumerate(counts)))


def _with_objects(number, count):
    @declared(number)
    def judge(scope: Scope):
        users = Affected(("id", "sign-in name", "mail"))
        for one in range(count):
            users.add(
                f"{number:04}{one:08}", f"u{one}.{number}@contoso.com", f"mail{one}@contoso.com"
            )
        yield (
            failed("wrong", object_set(f"set {number}"), "{n} objects are wrong.", n=count)
            .showing(expected="right", observed="wrong")
            .affecting(users)
        )

    return judge


def hostile():
    """Every place that holds words of the environment holds every payload."""

    def judge_of(number, evil):
        @declared(number, documents=[evil, "https://example.com/ok"])
        def judge(scope: Scope):
            rows = Affected((evil, "name"), [(one, evil) for one in EVIL * 3])
            yield (
                failed("bad", object_set(evil), "{who} is bad: {all}", who=evil, all=EVIL)
                .showing(observed=evil, expected=EVIL)
                .fixed_by(step("Mend {who}.", who=evil, command=evil, portal=evil, link=evil))
                .affecting(rows)
            )
            yield manual("ask", question(evil + "?"), "What of {who}?", who=evil)
            finding = not_assessed("denied", object_set(evil + "!"), "Denied {who}", who=evil)
            yield dataclasses.replace(finding, permission=evil)
            yield passed("good", object_set(evil + "."), "{who} is good", who=evil)
            yield not_applicable("none", object_set(evil + ","), "{who} is none", who=evil)

        return judge

    judges = [judge_of(number, evil) for number, evil in enumerate(EVIL)]
    result, rows = run_of(*judges, notice=EVIL[0])
    return dataclasses.replace(
        result,
        customer=EVIL[1],
        environment=EVIL[0],
        vantage=EVIL[10],
        cloud=EVIL[1],
        exhibits=exhibits(*EVIL),
        broken=EVIL,
        coverage=[CoverageRecord(one, "partial", Reason.DENIED, one, [one]) for one in EVIL],
    ), rows


def empty():
    """A run that judged nothing."""
    return run_of()


def unassessed():
    """A run that could look at nothing."""

    def judge_of(number):
        @declared(number)
        def judge(scope: Scope):
            yield not_assessed("unreachable", domain("contoso.com"), "No answer from it.")

        return judge

    return run_of(*map(judge_of, range(12)))


def texts_of(made):
    """Every template of a run, for catalogues made from it."""
    return {Text(one, {}).template for one in made[0].texts.values() if "{" not in one}
