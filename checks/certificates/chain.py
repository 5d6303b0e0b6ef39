"""What was sent, and whether the rules of RFC 5280 hold along the path."""

from __future__ import annotations

from collections.abc import Iterator

from checks.certificates.dates import unreadable
from checks.certificates.roles import CLAUSE, weighed, worst
from checks.certificates.trust import unknown_path
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.certificate import common_name
from scanner.evidence.tls import PathFault, PathOutcome, ServedChain, TlsChain

_PROFILE = "https://www.rfc-editor.org/rfc/rfc5280#section-6"
_ORDER = {
    "wrong-order": "The certificates are sent in the wrong order.",
    "unrelated": "Certificates are sent that do not belong to the chain.",
    "duplicate": "A certificate is sent twice.",
    "expired": "An expired certificate is sent besides those that are needed.",
    "long": "More than ten certificates are sent.",
}


@check(
    id="certificates.chain-order",
    title="The list is in order and holds nothing else",
    action="Rebuild the bundle of certificates that the server sends",
    why="TLS 1.2 wants each certificate to be issued by the next. Most clients forgive another order;"
    " old ones and appliances do not, and left-overs lead some of them down a dead path.",
    fix=step(
        "Rebuild the bundle: leaf first, then each issuer, without the root and without others."
    ),
    verify="openssl s_client -connect HOST:443 -servername HOST -showcerts lists leaf and issuers in"
    " order.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.LOW,
    owner=Owner.PKI_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[
        "https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2",
        "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2",
    ],
    blocks=["old clients"],
    requires=["certificates.reachable"],
)
def chain_order(found: TlsChain) -> Iterator[Finding]:
    """Judge the list as it was sent."""
    yield worst(found, lambda one: _ordered(found, one))


def _ordered(found: TlsChain, one: ServedChain) -> Finding:
    if one.leaf is None:
        return unreadable(found.subject)
    reason = next((code for code in _ORDER if code in one.order), "")
    if reason:
        finding = warned(reason, found.subject, _ORDER[reason])
        return finding.showing(sent=len(one.certificates), all=list(one.order))
    if "root" in one.order:
        return passed("with-root", found.subject, "In order; the root is sent too, without need.")
    return passed("in-order", found.subject, "In order, and nothing else is sent.")


_FAULTS = {
    "issuer-not-ca": "{name} is no authority, yet it issued another certificate.",
    "issuer-may-not-sign": "The key usage of {name} does not let it sign certificates.",
    "issuer-not-for-servers": "The authority {name} may not issue certificates for servers.",
    "path-length": "The authority {name} allows fewer authorities below it.",
    "unknown-critical-extension": "{name} holds a critical extension that clients do not know.",
    "extension-unreadable": "The extensions of {name} cannot be read.",
    "not-version-3": "{name} is no version 3 certificate.",
    "empty-subject": "The subject is empty, and the alternative names are not critical.",
    "constraints-on-leaf": "{name} limits names although it is no authority.",
    "strict-client": "Strict clients refuse the path that ends in {name}.",
}


@check(
    id="certificates.chain-valid",
    title="Signatures and constraints hold along the path",
    action="Replace the chain that breaks the rules of certification",
    why="Every client checks the signatures and the limits of the authorities on the way to the root."
    " Where one does not hold, all of them refuse the certificate.",
    fix=[
        step("Have the certificate issued by an authority that may issue it."),
        step("Install the intermediates that belong to the new certificate, and no others."),
    ],
    verify="openssl verify -CAfile root.pem -untrusted intermediates.pem leaf.pem says OK.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[_PROFILE],
    blocks=["all clients"],
    requires=["certificates.reachable", "certificates.chain-complete"],
)
def chain_valid(found: TlsChain) -> Iterator[Finding]:
    """Judge the path that was found; names are judged apart."""
    finding = worst(found, lambda one: _valid(found, one))
    yield weighed(finding, found.role, Severity.HIGH, stops=True)


def _valid(found: TlsChain, one: ServedChain) -> Finding:
    subject, path = found.subject, one.path
    if path.outcome is PathOutcome.BAD_SIGNATURE:
        return failed(
            "bad-signature",
            subject,
            "{name} is not signed by the certificate of its issuer {issuer}.",
            name=path.certificates[-1].label,
            issuer=common_name(path.missing),
        )
    if path.outcome is not PathOutcome.TRUSTED:
        return _no_path(found, one)
    wrong = [fault for fault in path.faults if not fault.code.startswith("name-")]
    if wrong:
        return _broken(found, wrong)
    usages = one.leaf.key_usages if one.leaf else None
    if usages is not None and "digital_signature" not in usages:
        return warned(
            "no-digital-signature",
            subject,
            "The key usage lacks digital signature, which clients need with current cipher suites.",
        )
    return passed("valid", subject, "Signatures and constraints hold.")


def _broken(found: TlsChain, wrong: list[PathFault]) -> Finding:
    first = wrong[0]
    return failed(
        first.code,
        found.subject,
        _FAULTS[first.code],
        name=common_name(first.subject) or said("(no name)"),
    ).showing(
        detail=first.detail or "-",
        position=first.position,
        faults=[f"{one.code} ({one.position})" for one in wrong[:10]],
    )


def _no_path(found: TlsChain, one: ServedChain) -> Finding:
    """Without a path to a root its rules cannot be judged; other checks say why there is none."""
    if one.path.outcome in (PathOutcome.UNREADABLE, PathOutcome.EXHAUSTED, PathOutcome.NO_ROOTS):
        return unknown_path(one, found)
    if one.path.outcome is PathOutcome.SELF_SIGNED:
        return not_applicable("self-signed", found.subject, "The certificate signed itself.")
    return not_assessed(
        "unsupported-no-path", found.subject, "No path to a known root was found to be judged."
    )


@check(
    id="certificates.name-constraints",
    title="No CA of the path forbids the name",
    action="Have the certificate issued by an authority that may issue this name",
    why="An authority may be limited to some names. A company's authority that is limited to an"
    " internal suffix and issues for a public one makes certificates that every client refuses.",
    fix=step(
        "Have the certificate issued under another authority, or use a name that it may issue."
    ),
    verify="openssl verify with the whole chain says OK, and not 'permitted subtree violation'.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=["https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10"],
    blocks=["all clients"],
    requires=["certificates.reachable"],
)
def name_constraints(found: TlsChain) -> Iterator[Finding]:
    """Judge the names in the path against the limits above them."""
    finding = worst(found, lambda one: _allowed(found, one))
    yield weighed(finding, found.role, Severity.HIGH, stops=True)


def _allowed(found: TlsChain, one: ServedChain) -> Finding:
    subject, path = found.subject, one.path
    if path.outcome is not PathOutcome.TRUSTED:
        return _no_path(found, one)
    wrong = next((fault for fault in path.faults if fault.code.startswith("name-")), None)
    if wrong is not None and wrong.code == "name-constraints-too-many":
        return not_assessed(
            "unsupported-too-many",
            subject,
            "The authority {name} limits so many names that they were not all compared.",
            name=common_name(wrong.subject),
        )
    if wrong is not None:
        return failed(
            wrong.code,
            subject,
            "The authority {name} does not allow a name below it: {detail}.",
            name=common_name(wrong.subject),
            detail=wrong.detail or wrong.code,
        )
    if path.constrained:
        return passed("allowed", subject, "The limits of the authorities allow the names.")
    return not_applicable("no-limits", subject, "No authority of the path limits names.")


@check(
    id="certificates.leaf-not-ca",
    title="The server certificate is not a CA",
    action="Replace the authority certificate on the server with a server certificate",
    why="Strict clients refuse an authority's certificate as that of a server. Whoever holds its key"
    " could issue certificates for any name.",
    fix=step(
        "Have an end-entity certificate issued for the host; home-made ones say CA by default."
    ),
    verify="openssl x509 -noout -ext basicConstraints shows CA:FALSE, or nothing.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=["https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9"],
    blocks=["strict clients"],
    requires=["certificates.reachable"],
)
def leaf_not_ca(found: TlsChain) -> Iterator[Finding]:
    """Judge each leaf that the endpoint serves."""
    yield weighed(worst(found, lambda one: _end_entity(found, one)), found.role, Severity.MEDIUM)


def _end_entity(found: TlsChain, one: ServedChain) -> Finding:
    if one.leaf is None:
        return unreadable(found.subject)
    if one.leaf.is_ca:
        return failed("authority", found.subject, "The server presents an authority's certificate.")
    return passed("end-entity", found.subject, "The certificate is that of a server.")
