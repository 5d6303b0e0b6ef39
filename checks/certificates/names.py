"""Whether the certificates name the hosts that present them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from checks.certificates.dates import unreadable
from checks.certificates.roles import CLAUSE, names_of, to_install, to_request, weighed, worst
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Severity,
    Status,
    Topic,
    check,
    failed,
    passed,
    step,
)
from scanner.evidence.certificate import common_name
from scanner.evidence.tls import ServedChain, TlsChain


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
