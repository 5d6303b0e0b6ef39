"""Whether the certificates name the hosts that present them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from checks.certificates.dates import unreadable
from checks.certificates.roles import (
    CLAUSE,
    FEDERATION,
    names_of,
    to_install,
    to_request,
    weighed,
    worst,
)
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Severity,
    Status,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.certificate import common_name
from scanner.evidence.tls import DerivedName, DerivedNames, ServedChain, TlsChain


@check(
    id="certificates.hostname-covered",
    title="The certificate names the host",
    action="Install a certificate that names the host",
    why="A client accepts a certificate only for the names in its subject alternative name. The common"
    " name has not counted for years, and a wildcard stands for one label only.",
    fix=step("Have the certificate reissued with the name of the host, then bind it."),
    verify="openssl x509 -noout -ext subjectAltName lists the name of the host.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[
        "https://www.rfc-editor.org/rfc/rfc9525#section-6",
        "https://support.apple.com/103769",
    ],
    blocks=["the service of the host"],
    requires=["certificates.reachable"],
)
def hostname_covered(found: TlsChain) -> Iterator[Finding]:
    """Judge each certificate that the endpoint serves."""
    finding = worst(found, lambda one: _covered(found, one))
    if finding.status is Status.FAIL:
        finding = finding.fixed_by(to_request([found.host]), *to_install(found.role))
    yield weighed(finding, found.role, Severity.HIGH, stops=True)


def _covered(found: TlsChain, one: ServedChain) -> Finding:
    leaf, subject = one.leaf, found.subject
    if leaf is None:
        return unreadable(subject)
    if leaf.covers(found.host):
        return passed("covered", subject, "The certificate names the host.")
    if not leaf.dns_names and not leaf.ip_names:
        return failed(
            "no-names",
            subject,
            "The certificate has no subject alternative name; its common name {name} does not count.",
            name=common_name(leaf.subject) or "(none)",
        )
    near = get_close_matches(found.host, leaf.dns_names, n=1, cutoff=0.0)
    return failed(
        "other-names",
        subject,
        "The certificate does not name {host}; the nearest of its {count} names is {nearest}.",
        host=found.host,
        count=len(leaf.dns_names) + len(leaf.ip_names),
        nearest=(near[0] if near else leaf.ip_names[0])[:120],
    ).showing(expected=found.host, observed=names_of(leaf))


@check(
    id="certificates.adfs-names",
    title="The AD FS certificate serves all names that AD FS needs",
    action="Request one certificate with all names that AD FS needs",
    why="AD FS answers under several names: its own, certauth. in front of it for sign-in with"
    " certificates on port 443, and enterpriseregistration. for each suffix where it registers devices."
    " A wildcard of the parent domain hides from people that certauth. is not covered.",
    fix=step(
        "Request one certificate with the service name, certauth. in front of it, and one"
        " enterpriseregistration. name for each suffix that leads to the organisation."
    ),
    verify="openssl x509 -noout -ext subjectAltName lists every name.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-requirements",
        "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/ad-fs-support-for-alternate-hostname-binding-for-certificate-authentication",
    ],
    blocks=["federated sign-in", "sign-in with certificates", "device registration"],
    requires=["certificates.reachable"],
)
def adfs_names(found: TlsChain, derived: DerivedNames) -> Iterator[Finding]:
    """Judge the certificate of the service name against all names that follow from it."""
    if found.role not in FEDERATION:
        return
    finding = _adfs(found, derived)
    if finding.status in (Status.FAIL, Status.WARN):
        needed = [found.host, *(one.name for one in _needed(found, derived))]
        finding = finding.fixed_by(to_request(needed), *to_install(found.role))
    yield weighed(finding, found.role, Severity.HIGH)


def _needed(found: TlsChain, derived: DerivedNames) -> list[DerivedName]:
    """The names that lead to the organisation and that AD FS answers to."""
    return [
        one
        for one in derived.names
        if one.state == "own"
        and (one.follows == found.host or one.role == "enterpriseregistration")
    ]


def _adfs(found: TlsChain, derived: DerivedNames) -> Finding:
    leaf, subject = found.served[0].leaf, found.subject
    if leaf is None:
        return unreadable(subject)
    if not leaf.covers(found.host):
        return failed(
            "service-name",
            subject,
            "The certificate of the federation service does not name {host}.",
            host=found.host,
        ).showing(observed=names_of(leaf))
    absent = [
        one.name
        for one in _needed(found, derived)
        if not leaf.covers(one.name) and one.covered is not True
    ]
    if absent:
        return warned(
            "further-names",
            subject,
            "These names lead to the organisation and no certificate names them: {names}.",
            names=absent,
        ).showing(observed=names_of(leaf))
    unknown = [one.name for one in derived.names if one.state == "unknown"]
    if unknown:
        return not_assessed(
            "unreachable-dns",
            subject,
            "DNS did not say whether these names are in use: {names}.",
            names=unknown[:10],
        )
    return passed("all-names", subject, "The certificate names all that leads to AD FS.")


@check(
    id="certificates.no-wildcard",
    title="The AD FS certificate is not a shared wildcard",
    action="Plan a certificate of its own for AD FS",
    why="The key of a wildcard lies on other servers too: whoever takes one of them can pose as the"
    " sign-in page. And it does not cover certauth. in front of the service name.",
    fix=step("Give AD FS a certificate of its own at the next renewal."),
    verify="openssl x509 -noout -ext subjectAltName shows no name that starts with an asterisk.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.INFO,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    phase=Phase.IMPROVE,
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/deployment/best-practices-securing-ad-fs"
    ],
    requires=["certificates.reachable"],
)
def no_wildcard(found: TlsChain) -> Iterator[Finding]:
    """Judge the names on the certificates of farm and proxy."""
    yield worst(found, lambda one: _own_certificate(found, one))


def _own_certificate(found: TlsChain, one: ServedChain) -> Finding:
    if found.role not in FEDERATION:
        return not_applicable("other-role", found.subject, "The host is not part of AD FS.")
    if one.leaf is None:
        return unreadable(found.subject)
    wild = [name[:120] for name in one.leaf.dns_names if name.startswith("*.")]
    if wild:
        return warned(
            "wildcard", found.subject, "The certificate names {names}.", names=wild[:5]
        ).at(Severity.INFO)
    return passed("own", found.subject, "The certificate names single hosts only.")
