"""What evidence and findings are about, and how names are compared."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from scanner.text import said
from scanner.words import SubjectKind

_CASE_INSENSITIVE = {SubjectKind.DOMAIN, SubjectKind.HOST, SubjectKind.ENDPOINT, SubjectKind.FOREST}


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One thing that can be ready or not: a domain, a host, an endpoint, a set of objects.

    `ident` is the immutable identity where the thing has one (an Entra object id); the name is
    a label only and may change without making a new finding.
    """

    kind: SubjectKind
    name: str
    ident: str = ""

    @property
    def key(self) -> str:
        """The normalised identity, the same whatever case or composition a server answers in."""
        text = unicodedata.normalize("NFC", self.ident or self.name)
        if self.kind in _CASE_INSENSITIVE:
            return text.casefold().rstrip(".")
        return text


RUN = Subject(SubjectKind.RUN, said("this run"))
_TENANT = said("tenant")


def tenant(name: str = _TENANT, ident: str = "") -> Subject:
    """The tenant as a whole."""
    return Subject(SubjectKind.TENANT, name, ident)


def domain(name: str) -> Subject:
    """A DNS domain, in lower case and without the final dot."""
    return Subject(SubjectKind.DOMAIN, name.casefold().rstrip("."))


def host(name: str) -> Subject:
    """A server by its DNS name."""
    return Subject(SubjectKind.HOST, name.casefold().rstrip("."))


def endpoint(name: str, port: int) -> Subject:
    """A name and port. Never a certificate hash: a renewed certificate is the same endpoint."""
    return Subject(SubjectKind.ENDPOINT, f"{name.casefold().rstrip('.')}:{port}")


def forest(name: str) -> Subject:
    """An Active Directory forest by its root domain."""
    return Subject(SubjectKind.FOREST, name.casefold())


def object_set(name: str) -> Subject:
    """A named set of objects; several findings of one check need several names."""
    return Subject(SubjectKind.OBJECT_SET, name)


def question(name: str) -> Subject:
    """A question that only people can answer."""
    return Subject(SubjectKind.QUESTION, name)
