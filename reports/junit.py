"""JUnit XML for pipelines: a suite for each topic, a case for each check and subject."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from reports.escape import clip, visible
from scanner.report import Rendering, ReportFormat
from scanner.result import FindingRecord
from scanner.words import Status, Topic

_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (2.2) does not allow in a document."""

_SKIPPED = (Status.NOT_ASSESSED, Status.MANUAL, Status.NOT_APPLICABLE)


def render(order: Rendering) -> dict[str, bytes]:
    """report.xml. A warning passes with its text; what was not judged or is accepted is skipped."""
    run = order.run
    root = ET.Element("testsuites", name="emsready")
    for topic in Topic:
        mine = [one for one in run.findings if one.topic is topic]
        if mine:
            root.append(_suite(topic, mine, run.collected_at.strftime("%Y-%m-%dT%H:%M:%S")))
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return {JUNIT.filename: text + b"\n"}


def _suite(topic: Topic, findings: Sequence[FindingRecord], at: str) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        name=str(topic),
        tests=str(len(findings)),
        failures=str(sum(_failing(one) for one in findings)),
        errors=str(sum(one.status is Status.ERROR for one in findings)),
        skipped=str(sum(_skipped(one) for one in findings)),
        timestamp=at,
        time="0",
    )
    for finding in findings:
        suite.append(_case(finding))
    return suite


def _case(finding: FindingRecord) -> ET.Element:
    """The name is stable from run to run: the check, and the subject by its name."""
    case = ET.Element(
        "testcase", classname=finding.check, name=_text(clip(finding.subject.name)), time="0"
    )
    told = _text(clip(finding.message.text, 4_000))
    if _skipped(finding):
        why = "accepted" if finding.state == "waived" else str(finding.status)
        ET.SubElement(case, "skipped", message=f"{why}: {told}")
    elif finding.status is Status.ERROR:
        ET.SubElement(case, "error", message=told, type=finding.reason)
    elif _failing(finding):
        failure = ET.SubElement(case, "failure", message=told, type=str(finding.severity))
        failure.text = _text(
            "\n".join(f"{name}: {clip(value)}" for name, value in finding.facts.items())
        )
    elif finding.status is Status.WARN:
        ET.SubElement(case, "system-out").text = told
    return case


def _skipped(finding: FindingRecord) -> bool:
    return finding.status in _SKIPPED or finding.state == "waived"


def _failing(finding: FindingRecord) -> bool:
    return finding.status is Status.FAIL and finding.state != "waived"


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", visible(text))


JUNIT = ReportFormat("junit", "report.xml", render)
