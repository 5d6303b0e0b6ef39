"""The one import of a check author."""

from scanner.answered import answered
from scanner.catalogue import Cause, Check, Fold, cause, check
from scanner.evidence.answers import Answers
from scanner.evidence.envelope import Header, Missing
from scanner.evidence.scope import Scope
from scanner.exhibit import Cell, ExhibitKind, Row, Shade, exhibit
from scanner.findings import (
    Affected,
    Finding,
    Step,
    combined,
    failed,
    manual,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.question import Question
from scanner.subject import (
    RUN,
    Subject,
    domain,
    endpoint,
    forest,
    host,
    object_set,
    question,
    tenant,
)
from scanner.text import Said, Text, Value, Vocabulary, said
from scanner.words import (
    Cloud,
    Effort,
    Owner,
    Phase,
    Reason,
    Severity,
    Status,
    SubjectKind,
    Topic,
)

__all__ = [
    "RUN",
    "Affected",
    "Answers",
    "Cause",
    "Cell",
    "Check",
    "Cloud",
    "Effort",
    "ExhibitKind",
    "Finding",
    "Fold",
    "Header",
    "Missing",
    "Owner",
    "Phase",
    "Question",
    "Reason",
    "Row",
    "Said",
    "Scope",
    "Severity",
    "Shade",
    "Status",
    "Step",
    "Subject",
    "SubjectKind",
    "Text",
    "Topic",
    "Value",
    "Vocabulary",
    "answered",
    "cause",
    "check",
    "combined",
    "domain",
    "endpoint",
    "exhibit",
    "failed",
    "forest",
    "host",
    "manual",
    "not_applicable",
    "not_assessed",
    "object_set",
    "passed",
    "question",
    "said",
    "step",
    "tenant",
    "warned",
]
