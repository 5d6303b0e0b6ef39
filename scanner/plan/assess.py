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
from scanner.result import FindingRecord, VerifyRecord
from scanner.text import Text
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


def assess_drafts(
    pairs: Iterable[tuple[Judged, FindingRecord]], environment: str, texts: Texts
) -> list[Draft]:
    """The items that would make not-assessed findings judgeable."""
    groups: dict[tuple[str, str, str], list[tuple[Judged, FindingRecord]]] = {}
    for judged, record in pairs:
        missing = record.missing
        if record.status is not Status.NOT_ASSESSED or missing is None:
            continue
        place = missing.permission or missing.source or record.check.partition(".")[0]
        detail = missing.detail if missing.reason == Reason.UNCONFIGURED else ""
        groups.setdefault((missing.reason, place, detail), []).append((judged, record))
    return [_draft(key, groups[key], environment, texts) for key in sorted(groups)]


def _draft(
    key: tuple[str, str, str],
    members: list[tuple[Judged, FindingRecord]],
    environment: str,
    texts: Texts,
) -> Draft:
    reason, place, _ = key
    records = [record for _, record in members]
    detail = next((one.missing.detail for one in records if one.missing), "")
    permission = next((one.missing.permission for one in records if one.missing), "")
    advice = _advice(Reason(reason), place, permission, detail)
    checks = list(dict.fromkeys(one.check for one in records))
    cause = f"assess#{reason}#{place}"
    return Draft(
        id=fingerprint(environment, "item", *key),
        cause=cause,
        title=str(advice.title),
        why=str(advice.why),
        phase=Phase.ASSESS,
        topic=advice.topic,
        owner=advice.owner,
        effort=advice.effort,
        severity=_severity(Reason(reason), records),
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


def _severity(reason: Reason, records: list[FindingRecord]) -> Severity:
    """What nobody asked for is information; what was tried and failed counts like the best guess."""
    if reason is Reason.UNCONFIGURED:
        return Severity.INFO
    worst = min((one.severity for one in records), key=lambda word: word.rank)
    return Severity.HIGH if worst in (Severity.BLOCKER, Severity.HIGH) else Severity.MEDIUM


def _advice(reason: Reason, place: str, permission: str, detail: str) -> _Advice:
    if reason is Reason.DENIED and permission:
        return _permission(permission)
    told = step("{detail}", detail=detail)
    if reason is Reason.DENIED:
        return _Advice(
            "assess.denied",
            Text("Give the scan access: {place}", {"place": place}),
            Text("Access was refused, so nothing behind it could be judged."),
            Owner.TENANT_ADMIN,
            Effort.MINUTES,
            Topic.ADMINISTRATION,
            (told,),
        )
    if reason is Reason.UNCONFIGURED:
        return _Advice(
            "assess.unconfigured",
            Text("Tell the scan about: {place}", {"place": place}),
            Text(
                "These checks were left out because the configuration does not name what they look "
                "at."
            ),
            Owner.PROJECT_MANAGER,
            Effort.MINUTES,
            Topic.ADMINISTRATION,
            (told, step("Set it in emsready.toml and scan again.")),
        )
    if reason in (Reason.UNSUPPORTED, Reason.BUG):
        return _Advice(
            "assess.unsupported",
            Text("Find out by other means: {place}", {"place": place}),
            Text("This version cannot read it here, so a person has to look."),
            Owner.PROJECT_MANAGER,
            Effort.HOURS,
            Topic.ADMINISTRATION,
            (told,),
        )
    return _unreachable(place, told)


def _unreachable(place: str, told: Step) -> _Advice:
    return _Advice(
        "assess.unreachable",
        Text("Let the scan reach: {place}", {"place": place}),
        Text(
            "No answer came in time from this place, so nothing can be said about what lies behind "
            "it."
        ),
        Owner.NETWORK_ADMIN,
        Effort.HOURS,
        Topic.NETWORK,
        (
            told,
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
