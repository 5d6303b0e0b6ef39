"""Which view of a federation host answers which question, and what its answers amount to."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.api import Finding, Subject, not_assessed
from scanner.evidence.federation import Answer, Face, FederationHost, Outcome, Vantage

CLOSED = (404, 410, 503)
"""What AD FS and its proxy say of a path that is switched off or not published."""


def published(service: FederationHost) -> list[Face]:
    """The faces that show what the internet can reach."""
    return [one for one in service.faces if one.public]


def inner(service: FederationHost) -> list[Face]:
    """The faces of the farm itself: what is not known to be outside counts as inside here."""
    return [one for one in service.faces if not one.public]


def reached(service: FederationHost) -> list[Face]:
    """The faces by which people outside come: the outside itself, else the proxy, else unknown."""
    outside = [one for one in service.faces if one.vantage is Vantage.OUTSIDE]
    proxies = [one for one in service.faces if one.proxy and one.vantage is Vantage.UNKNOWN]
    unknown = [one for one in service.faces if one.vantage is Vantage.UNKNOWN]
    return outside or proxies or unknown


def is_open(answer: Answer) -> bool:
    """Whether something is behind the path, whatever it wants of the caller."""
    return answer.outcome is Outcome.ANSWERED and answer.status not in CLOSED


def is_closed(answer: Answer) -> bool:
    """Whether the path is switched off or not published."""
    return answer.outcome is Outcome.ANSWERED and answer.status in CLOSED


def words(answer: Answer) -> str:
    """An answer in a few characters, for a sentence."""
    if answer.outcome is not Outcome.ANSWERED:
        return str(answer.outcome)
    offered = f" {'+'.join(answer.schemes)}" if answer.schemes else ""
    return f"{answer.status}{offered}"


def shown(answers: Iterable[Answer]) -> list[str]:
    """Paths with what each said."""
    return [f"{one.path}: {words(one)}" for one in answers]


def not_from_here(subject: Subject) -> Finding:
    """The question is about the internet, and this run does not see what the internet sees."""
    return not_assessed(
        "unconfigured-outside",
        subject,
        "This run does not see what the internet sees. Scan from outside with network.roles ="
        ' ["internet"], or name the proxy as a host with role wap.',
    )


def unanswered(subject: Subject, answers: Iterable[Answer]) -> Finding:
    """None of the paths in question said anything."""
    said = list(answers)
    late = any(one.outcome is Outcome.TIMEOUT for one in said)
    return not_assessed(
        "timeout-host" if late else "unreachable-host",
        subject,
        "The host did not answer: {answers}.",
        answers=shown(said),
    )
