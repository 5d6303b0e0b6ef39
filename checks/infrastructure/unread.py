"""What is said where a place of the forest was not read: hidden from the account, or not exported."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import Finding, Subject, domain, not_assessed, said
from scanner.evidence.forest import Forest, ForestDomain


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


def unread_in(forest: Forest, one: ForestDomain, place: str) -> Finding:
    """The same of a place in a domain; the controller of one domain does not show another."""
    if forest.server and not one.looked and one.level is None:
        return not_assessed(
            "unconfigured-other-domain",
            domain(one.dns),
            "{server} holds another domain than {domain}; name one of its controllers in"
            " directory.ldap too.",
            server=forest.server,
            domain=one.dns,
        )
    return unread(forest, place, domain(one.dns))


def no_domains(forests: tuple[Forest, ...]) -> Iterator[Finding]:
    """What is said of each forest none of whose domains was read."""
    for found in forests:
        if not found.domains:
            yield unread(found, said("the domains of the forest"))


def of_domains(forests: tuple[Forest, ...]) -> list[tuple[Forest, ForestDomain]]:
    """Every domain with its forest, by name."""
    found = {one.dns: (forest, one) for forest in forests for one in forest.domains}
    return [found[name] for name in sorted(found)]


def unseen(forests: tuple[Forest, ...], place: str) -> Forest | None:
    """The first forest of which that place was not read."""
    return next((found for found in forests if not found.absent(place)), None)
