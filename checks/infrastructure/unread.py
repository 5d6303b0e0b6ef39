"""What is said where a place of the forest was not read: hidden from the account, or not exported."""

from __future__ import annotations

from scanner.api import Finding, Subject, not_assessed
from scanner.evidence.forest import Forest


def unread(forest: Forest, place: str, subject: Subject | None = None) -> Finding:
    """Over LDAP the account may not see it; in an export it is not there."""
    about = subject or forest.subject
    if forest.server:
        return not_assessed(
            "denied-not-read",
            about,
            "The account that read the forest does not see {place}.",
            place=place,
        )
    return not_assessed(
        "unconfigured-not-exported",
        about,
        "The export does not hold {place}; read the forest over LDAP, or export it too.",
        place=place,
    )
