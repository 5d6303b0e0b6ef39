"""Items of phase assess: what has to be granted, configured or opened before the rest can be judged.

One item per missing permission, setting or place: never one per check that misses it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.findings import Step, step
from scanner.fingerprint import fingerprint
from scanner.judge import Judged
from scanner.plan.draft import Draft
from scanner.result import FindingRecord, MissingRecord, VerifyRecord
from scanner.text import Said, Text
from scanner.texts import Texts
from scanner.words import Effort, Owner, Phase, Reason, Severity, Status, Topic


@dataclass(frozen=True, slots=True)
class _Advice:
    """What to do about one obstacle. `key` names it among the message keys."""

    key: str
    title: Text
    why: Text
    owner: Owner
    effort: Effort
    topic: Topic
    steps: tuple[Step, ...]


_BLOCKS = Text("a complete assessment")
_VERIFY = Text("The checks named here no longer end as not-assessed.")
_SHOWN = 12
"""How many different obstacles one item spells out; the rest stand with the findings."""


@dataclass(frozen=True, slots=True, order=True)
class _Obstacle:
    """What stands in the way: findings that one and the same act would help share it."""

    kind: str
    place: str = ""


def assess_drafts(
    pairs: Iterable[tuple[Judged, FindingRecord]], environment: str, texts: Texts
) -> list[Draft]:
    """The items that would make not-assessed findings judgeable."""
    groups: dict[_Obstacle, list[FindingRecord]] = {}
    details: dict[_Obstacle, set[Said]] = {}
    for judged, record in pairs:
        if record.status is Status.NOT_ASSESSED and record.missing and judged.missing:
            obstacle = _obstacle(record, record.missing)
            groups.setdefault(obstacle, []).append(record)
            details.setdefault(obstacle, set()).add(judged.missing.said)
    advice = {key: _advice(key, sorted(filter(None, details[key]))) for key in groups}
    return [_draft(key, groups[key], advice[key], environment, texts) for key in sorted(groups)]


def _obstacle(record: FindingRecord, missing: MissingRecord) -> _Obstacle:
    reason = Reason(missing.reason)
    place = missing.source or record.check.partition(".")[0]
    if reason is Reason.DENIED:
        return (
            _Obstacle("permission", missing.permission)
            if missing.permission
            else _Obstacle("denied", place)
        )
    if reason is Reason.UNCONFIGURED:
        return _Obstacle("unconfigured")
    if reason in (Reason.UNSUPPORTED, Reason.BUG):
        # a permission that cannot be had this way is one that only a signed-in person has
        return _Obstacle("person" if missing.permission else "unsupported")
    return _Obstacle("unreachable", _PLACES.get(place, place))


def _draft(
    key: _Obstacle, records: list[FindingRecord], advice: _Advice, environment: str, texts: Texts
) -> Draft:
    checks = list(dict.fromkeys(one.check for one in records))
    return Draft(
        id=fingerprint(environment, "item", key.kind, key.place),
        cause=f"assess#{key.kind}#{key.place}",
        title=str(advice.title),
        why=str(advice.why),
        phase=Phase.ASSESS,
        topic=advice.topic,
        owner=advice.owner,
        effort=advice.effort,
        severity=_severity(key, records),
        status=Status.NOT_ASSESSED,
        blocks=[str(_BLOCKS)],
        checks=checks,
        requires=[],
        findings=records,
        clauses=["A2"],
        steps=texts.steps(advice.key, advice.steps),
        verify=VerifyRecord(
            str(_VERIFY),
            [f"emsready scan -c emsready.toml --only {','.join(checks)}"],
        ),
        documents=[],
        reach=len(records),
        phrases={
            "title": [texts.phrase(f"{advice.key}/title", advice.title)],
            "why": [texts.phrase(f"{advice.key}/why", advice.why)],
            "verify": [texts.phrase("assess/verify", _VERIFY)],
            "blocks": [texts.phrase("assess/blocks", _BLOCKS)],
        },
    )


def _severity(key: _Obstacle, records: list[FindingRecord]) -> Severity:
    """What was tried and failed counts like the best guess; what cannot be seen this way is no news."""
    if key.kind in ("unconfigured", "unsupported"):
        return Severity.INFO
    if key.kind == "person":
        return Severity.LOW
    worst = min((one.severity for one in records), key=lambda word: word.rank)
    return Severity.HIGH if worst in (Severity.BLOCKER, Severity.HIGH) else Severity.MEDIUM


def _advice(key: _Obstacle, details: list[Said]) -> _Advice:
    told = tuple(step("{detail}", detail=one) for one in details[:_SHOWN])
    if key.kind == "permission":
        return _permission(key.place)
    if key.kind == "unreachable":
        return _unreachable(key.place, told)
    title, why, owner, effort, steps = _BY_KIND[key.kind]
    text = Text(title, {"place": key.place}) if "{place}" in title else Text(title)
    return _Advice(
        f"assess.{key.kind}", text, Text(why), owner, effort, Topic.ADMINISTRATION, (*told, *steps)
    )


_BY_KIND: dict[str, tuple[str, str, Owner, Effort, tuple[Step, ...]]] = {
    "denied": (
        "Give the scan access: {place}",
        "Access was refused, so nothing behind it could be judged.",
        Owner.TENANT_ADMIN,
        Effort.MINUTES,
        (),
    ),
    "unconfigured": (
        "Tell the scan what it was not told",
        "These checks were left out because the configuration does not name what they look at.",
        Owner.PROJECT_MANAGER,
        Effort.MINUTES,
        (step("Set in emsready.toml what applies here, and scan again."),),
    ),
    "person": (
        "Scan once with a person signed in",
        (
            "Microsoft shows this part of the tenant to signed-in people alone, so an unattended scan "
            "cannot judge it."
        ),
        Owner.TENANT_ADMIN,
        Effort.MINUTES,
        (
            step(
                'Set method = "device-code" under [tenant.auth], scan on a terminal, and sign in as '
                "somebody who may read reports and policies, such as a Global Reader."
            ),
        ),
    ),
    "unsupported": (
        "Look by hand at what this scan cannot show",
        "This version cannot read it here, so a person has to look.",
        Owner.PROJECT_MANAGER,
        Effort.HOURS,
        (),
    ),
}
_PLACES = {
    "administration": "graph",
    "devices": "graph",
    "certificates": "tls",
    "firewall": "reachability",
    "directory_sync": "directory",
}
"""The source behind a package, where a check says itself that its evidence could not be had."""

_REACH = {
    "graph": "Let the scan reach Microsoft Graph and the sign-in",
    "dns": "Let the scan reach the DNS resolvers",
    "tls": "Let the scan reach the published servers",
    "reachability": "Let the scan reach Microsoft's endpoints",
    "federation": "Let the scan reach the federation service",
    "directory": "Let the scan reach the directory",
}


def _unreachable(place: str, told: tuple[Step, ...]) -> _Advice:
    return _Advice(
        f"assess.unreachable.{place}",
        Text(_REACH.get(place, "Let the scan reach what it looks at")),
        Text(
            "No answer came in time from this place, so nothing can be said about what lies behind "
            "it."
        ),
        Owner.NETWORK_ADMIN,
        Effort.HOURS,
        Topic.NETWORK,
        (
            *told,
            step("Open the way from the host that scans, or scan from a place that has it."),
            step("List what the scan needs to reach.", command="emsready preview"),
        ),
    )


def _permission(permission: str) -> _Advice:
    return _Advice(
        "assess.permission",
        Text("Grant the scan the permission {permission}", {"permission": permission}),
        Text(
            "Microsoft Graph refused to show this part of the tenant. It was not judged, and it may "
            "hide blockers."
        ),
        Owner.TENANT_ADMIN,
        Effort.MINUTES,
        Topic.ADMINISTRATION,
        (
            step(
                "Add the application permission {permission} to the app registration of the scan, "
                "and grant admin consent.",
                permission=permission,
                portal="Microsoft Entra admin center > App registrations > your app > API "
                "permissions > Add a permission > Microsoft Graph > Application permissions",
            ),
        ),
    )
