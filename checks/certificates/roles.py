"""What the role of a host means for its certificate: whose trust it needs, and how a fail weighs."""

from __future__ import annotations

from collections.abc import Callable

from scanner.api import Finding, Severity, Status, Step, said, step
from scanner.evidence.certificate import Certificate
from scanner.evidence.tls import ServedChain, TlsChain

FEDERATION = ("adfs", "wap")
_EITHER = ("ndes", "vpn", "other")
_PRIVATE = ("radius", "cdp")
BROWSED = ("adfs", "wap", "exchange", "app-proxy", "web")
"""Roles that people open in a browser."""

CLAUSE = ["G18"]
_WORSE = [Status.PASS, Status.NOT_APPLICABLE, Status.NOT_ASSESSED, Status.WARN, Status.FAIL]


def needs_public(role: str) -> bool:
    """Whether unmanaged clients open it, so that only a public authority will do."""
    return role not in _EITHER + _PRIVATE


def weighed(finding: Finding, role: str, severity: Severity, *, stops: bool = False) -> Finding:
    """The finding with the severity of its role.

    A fail where sign-in federates is a blocker if the fault `stops` clients; where a private CA is in
    order it is one step milder.
    """
    if finding.status is not Status.FAIL:
        return finding
    if stops and role in FEDERATION:
        return finding.at(Severity.BLOCKER)
    return finding if needs_public(role) else finding.at(severity.one_lower)


def worst(found: TlsChain, judged: Callable[[ServedChain], Finding]) -> Finding:
    """The worst of what is said of the lists that one endpoint serves, and where that one was seen."""
    several = [(judged(one), one) for one in found.served]
    finding, place = max(several, key=lambda pair: _WORSE.index(pair[0].status))
    if len(several) == 1:
        return finding
    leaf = place.leaf
    return finding.showing(address=place.place, key=leaf.key_type if leaf else "unreadable")


def to_install(role: str) -> tuple[Step, ...]:
    """Where a new certificate goes, by the role of the host."""
    return _INSTALL.get(role, _INSTALL["web"])


def to_request(names: list[str]) -> Step:
    """What to ask the certification authority for."""
    return step(
        "Request one certificate with these names in the subject alternative name: {names}. Key RSA"
        " 2048 or 3072 bits, signature SHA-256, purpose server authentication, private key"
        " exportable where several servers share it.",
        names=names,
    )


def names_of(leaf: Certificate) -> list[str]:
    """At most five of its names, and how many more there are."""
    names = [*leaf.dns_names, *leaf.ip_names]
    more = [said("and {count} more", count=len(names) - 5)] if len(names) > 5 else []  # noqa: PLR2004 - as said
    return [one[:120] for one in names[:5]] + more


_ADFS = (
    step(
        "Import the certificate with its private key on every AD FS server and let the service"
        " account read the key; then set it on the primary server.",
        command="Get-AdfsSslCertificate\nSet-AdfsSslCertificate -Thumbprint <thumbprint>",
    ),
    step(
        "Import the same certificate on every proxy and set it there.",
        command="Get-WebApplicationProxySslCertificate\n"
        "Set-WebApplicationProxySslCertificate -Thumbprint <thumbprint>",
    ),
)
_INSTALL: dict[str, tuple[Step, ...]] = {
    "adfs": _ADFS,
    "wap": _ADFS,
    "ndes": (
        step(
            "Import the certificate on the NDES server and bind it in IIS; where a proxy publishes"
            " NDES, bind it there too.",
            command="Get-IISSiteBinding -Name 'Default Web Site'",
            portal="IIS Manager > Default Web Site > Bindings > https",
        ),
    ),
    "exchange": (
        step(
            "Import the certificate on every Exchange server and enable it for IIS, and for SMTP on"
            " the transport servers.",
            command="Get-ExchangeCertificate | Format-List Subject, NotAfter, Services\n"
            "Enable-ExchangeCertificate -Thumbprint <thumbprint> -Services IIS,SMTP",
        ),
    ),
    "web": (
        step("Install the certificate with its intermediates on every node and load balancer."),
    ),
}
_INSTALL["autodiscover"] = _INSTALL["exchange"]
