"""SARIF 2.1.0 for code scanning and whoever reads it: a rule for a check, a result for an item.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

from reports.escape import clip, visible
from reports.plan_rows import steps_text
from reports.view import View, titled
from scanner.report import Rendering, ReportFormat
from scanner.result import CheckRecord, FindingRecord, ItemRecord, WaiverRecord
from scanner.words import Severity, Status

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST_RESULTS = 25_000
_MOST_PLACES = 100
_MOST_TAGS = 20
"""What GitHub keeps of one run, one result and one rule; the rest would only make the file large."""

_LEVEL = {
    Severity.BLOCKER: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_BASELINE = {
    "new": "new",
    "regressed": "new",
    "waiver-expired": "new",
    "changed": "updated",
    "check-changed": "updated",
    "open": "unchanged",
}


def render(order: Rendering) -> dict[str, bytes]:
    """report.sarif: open and accepted findings; what passed or was not judged is left out."""
    run, view = order.run, View(order.run)
    results = [_result(view, item, order) for item in view.work if item.status is not Status.MANUAL]
    results += [_accepted(view, one, order) for one in view.accepted]
    results = [one for one in results if one["kind"] == "fail"][:_MOST_RESULTS]
    used = sorted({one["ruleId"] for one in results})
    for one in results:
        one["ruleIndex"] = used.index(one["ruleId"])
    name, _, version = run.tool.partition(" ")
    driver = {
        "name": name,
        "version": version,
        "rules": [_rule(one, view.check(one)) for one in used],
    }
    faults = [_notification(one) for one in view.of(Status.ERROR)]
    invocation = {"executionSuccessful": run.complete, "toolExecutionNotifications": faults}
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "invocations": [invocation],
                "automationDetails": {"id": f"emsready/{_slug(run.environment)}/"},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return {SARIF.filename: json.dumps(log, indent=1, sort_keys=True).encode() + b"\n"}


def _rule(ident: str, check: CheckRecord | None) -> dict[str, Any]:
    if check is None:
        return {"id": ident}
    tags = [str(check.topic), check.package, *check.clauses]
    rule: dict[str, Any] = {
        "id": ident,
        "shortDescription": {"text": _text(check.title)},
        "fullDescription": {"text": _text(check.why)},
        "help": {"text": _text(f"{check.action}\n\n{check.why}")},
        "defaultConfiguration": {"level": _LEVEL[check.severity]},
        "properties": {"tags": list(dict.fromkeys(tags))[:_MOST_TAGS]},
    }
    if check.documents and check.documents[0].startswith("https://"):
        rule["helpUri"] = check.documents[0]
    return rule


def _result(view: View, item: ItemRecord, order: Rendering) -> dict[str, Any]:
    found = view.behind(item)
    state = view.state_of(item)
    made = {
        "ruleId": item.checks[0] if item.checks else item.cause,
        "kind": "open" if item.status is Status.NOT_ASSESSED else "fail",
        "level": "warning" if item.status is Status.WARN else _LEVEL[item.severity],
        "message": {"text": _text(f"{titled(item)}\n\n{_told(found)}\n\n{steps_text(item)}")},
        "occurrenceCount": max(1, item.reach),
        "locations": _locations(found),
        "partialFingerprints": _fingerprints(item.id),
        "rank": float(100 - 20 * item.effective_severity.rank),
        "properties": {
            "id": item.id,
            "phase": item.phase,
            "topic": item.topic,
            "lane": item.lane,
            "owner": item.owner,
            "assignee": item.assignee,
            "effort": item.effort,
            "due": str(item.due or ""),
            "state": state,
        },
    }
    if order.run.summary.changes and state in _BASELINE:
        made["baselineState"] = _BASELINE[state]
    if item.first_seen:
        made["provenance"] = {
            "firstDetectionTimeUtc": item.first_seen.strftime("%Y-%m-%dT%H:%M:%SZ")
        }
    return made


def _accepted(view: View, finding: FindingRecord, order: Rendering) -> dict[str, Any]:
    """A finding that somebody accepted: reported, and suppressed with the reason."""
    waiver: WaiverRecord = order.run.waivers[finding.waiver or 0]
    return {
        "ruleId": finding.check,
        "kind": "fail",
        "level": "warning" if finding.status is Status.WARN else _LEVEL[finding.severity],
        "message": {"text": _text(f"{view.title(finding.check)}\n\n{_told([finding])}")},
        "locations": _locations([finding]),
        "partialFingerprints": _fingerprints(finding.id),
        "suppressions": [
            {"kind": "external", "status": "accepted", "justification": _text(waiver.reason)}
        ],
    }


def _told(found: list[FindingRecord]) -> str:
    return "\n".join(f"{clip(one.subject.name)}: {one.message.text}" for one in found[:10])


def _locations(found: list[FindingRecord]) -> list[dict[str, Any]]:
    """A stable artefact for viewers that want a file, and the subjects as logical places."""
    topic = found[0].topic if found else "run"
    file = {"artifactLocation": {"uri": f"emsready/{topic}.md"}, "region": {"startLine": 1}}
    names = dict.fromkeys((_text(clip(one.subject.name)), str(one.subject.kind)) for one in found)
    places = [
        {"fullyQualifiedName": name, "kind": kind}
        for name, kind in itertools.islice(names, _MOST_PLACES)
    ]
    return [{"physicalLocation": file, "logicalLocations": places}]


def _fingerprints(ident: str) -> dict[str, str]:
    """Our own, and the name that GitHub reads."""
    bare = ident.rpartition(":")[2]
    return {"emsready/v1": bare, "primaryLocationLineHash": f"{bare}:1"}


def _notification(finding: FindingRecord) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": _text(finding.message.text)},
        "associatedRule": {"id": finding.check},
    }


def _text(text: str) -> str:
    return visible(clip(text, 8_000))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.-]+", "-", name.casefold())[:80].strip("-") or "environment"


SARIF = ReportFormat("sarif", "report.sarif", render)
