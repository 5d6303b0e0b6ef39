"""The rules of RFC 5280 that a path must keep, as coded faults with the certificate they are in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from scanner.evidence.certificate import ANY_USAGE, SERVER_AUTH
from scanner.evidence.tls import PathFault
from scanner.sources.tls.certificate import UNREADABLE, Parsed, extension
from scanner.sources.tls.constraints import constraint_faults
from scanner.text import said

_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.ISSUER_ALTERNATIVE_NAME,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.POLICY_CONSTRAINTS,
    ExtensionOID.POLICY_MAPPINGS,
    ExtensionOID.INHIBIT_ANY_POLICY,
    ExtensionOID.CRL_DISTRIBUTION_POINTS,
    ExtensionOID.TLS_FEATURE,
}


def path_faults(path: Sequence[Parsed]) -> list[PathFault]:
    """What is wrong along a path whose last certificate is the anchor, dates left aside."""
    return [*_each(path), *_issuers(path), *constraint_faults(path)]


def _each(path: Sequence[Parsed]) -> Iterator[PathFault]:
    for position, one in enumerate(path):
        for code, detail in _own_faults(one, leaf=position == 0):
            yield PathFault(code, position, one.facts.subject, detail)


def _own_faults(one: Parsed, *, leaf: bool) -> Iterator[tuple[str, str]]:
    unreadable = [word for word in one.facts.oddities if word.startswith("extensions-unreadable")]
    if unreadable:
        yield "extension-unreadable", unreadable[0].partition(": ")[2]
        return
    if "not-version-3" in one.facts.oddities:
        yield "not-version-3", ""
    for found in one.made.extensions:
        if found.critical and found.oid not in _UNDERSTOOD:
            yield "unknown-critical-extension", found.oid.dotted_string
    if leaf and not one.made.subject.rdns and not _critical_names(one.made):
        yield "empty-subject", ""
    if leaf and extension(one.made, x509.NameConstraints) is not None:
        yield "constraints-on-leaf", ""


def _critical_names(made: x509.Certificate) -> bool:
    try:
        return made.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical
    except (x509.ExtensionNotFound, *UNREADABLE):
        return True  # no names at all: the host name check says so


def _issuers(path: Sequence[Parsed]) -> Iterator[PathFault]:
    """What the certificates above the leaf may not do although they do it."""
    below = 0  # intermediates so far that are not self-issued
    for position, one in enumerate(path[1:], 1):
        subject = one.facts.subject
        basic = extension(one.made, x509.BasicConstraints)
        if not one.facts.is_ca:
            yield PathFault("issuer-not-ca", position, subject)
        elif basic and basic.path_length is not None and below > basic.path_length:
            detail = said(
                "{below} authorities below it, {path_length} allowed",
                below=below,
                path_length=basic.path_length,
            )
            yield PathFault("path-length", position, subject, detail)
        usages = one.facts.key_usages
        if usages is not None and "key_cert_sign" not in usages:
            yield PathFault("issuer-may-not-sign", position, subject)
        anchor = position == len(path) - 1
        purposes = one.facts.usages
        if not anchor and purposes is not None and not {SERVER_AUTH, ANY_USAGE} & set(purposes):
            yield PathFault("issuer-not-for-servers", position, subject)
        below += one.subject != one.issuer
