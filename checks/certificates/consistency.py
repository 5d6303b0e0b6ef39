"""Whether all addresses serve the same certificate, and whether this scan itself sees the truth."""

from __future__ import annotations

from collections.abc import Iterator

from checks.certificates.roles import CLAUSE, FEDERATION, to_install, weighed
from scanner.api import (
    RUN,
    Effort,
    Finding,
    Header,
    Owner,
    Said,
    Severity,
    Status,
    Topic,
    Vocabulary,
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
from scanner.evidence.tls import (
    AddressAnswer,
    CloudPath,
    PathOutcome,
    ServedChain,
    TlsChain,
    TlsEndpoint,
    TlsOutcome,
)

_OUTCOMES = Vocabulary(map(str, TlsOutcome))
_MANAGE = "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/manage-ssl-certificates-ad-fs-wap"


@check(
    id="certificates.same-on-all-addresses",
    title="All addresses of a name serve the same certificate",
    action="Install the same certificate on every node",
    why="Where nodes differ, sign-in works sometimes. The node that was forgotten is found by whoever"
    " the balancer sends there.",
    fix=[
        step("Bind the certificate on the address named here, or take the address out of DNS."),
        step("Look at IPv6 addresses too: nobody maintains them, and clients prefer them."),
    ],
    verify="openssl s_client -connect ADDRESS:443 -servername HOST shows one certificate everywhere.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[_MANAGE],
    blocks=["sign-in that works sometimes"],
    requires=["certificates.reachable"],
)
def same_on_all_addresses(found: TlsEndpoint, chain: TlsChain, header: Header) -> Iterator[Finding]:
    """Compare what the addresses of one name serve."""
    finding = _same(found, chain, header)
    if finding.status is Status.FAIL:
        finding = finding.fixed_by(*to_install(found.role))
        if found.role in FEDERATION:
            finding = finding.at(Severity.HIGH)
        else:
            finding = weighed(finding, found.role, Severity.MEDIUM)
    yield finding.showing(
        addresses=[
            said("{address}: {outcome}", address=one.address, outcome=_OUTCOMES.say(one.outcome))
            for one in found.addresses
        ]
    )


def _same(found: TlsEndpoint, chain: TlsChain, header: Header) -> Finding:
    subject = found.subject
    if len(found.addresses) < 2:  # noqa: PLR2004 - nothing to compare
        return not_applicable("one-address", subject, "The name has one address.")
    answered = [one for one in found.addresses if one.outcome is TlsOutcome.OK and one.leaf]
    leaves = {one.leaf for one in answered}
    bad = {
        leaf.sha256
        for one in chain.served
        if (leaf := one.leaf) and not _acceptable(one, found.host, header)
    }
    if bad & leaves and leaves - bad:
        odd = [one.address for one in answered if one.leaf in bad]
        return failed(
            "one-fails",
            subject,
            "The certificate at {odd} fails, while another address serves a good one.",
            odd=odd,
        )
    if len({one.key for one in answered}) > 1 and found.role in FEDERATION:
        return failed("keys", subject, "The addresses serve certificates with different keys.")
    if len(leaves) > 1:
        return warned("different", subject, "The addresses serve different certificates.")
    silent = [one.address for one in found.addresses if one not in answered]
    if silent:
        return warned("silent", subject, "These addresses do not answer: {silent}.", silent=silent)
    return passed("same", subject, "All addresses serve the same certificate.")


def _acceptable(one: ServedChain, host: str, header: Header) -> bool:
    """Whether a client would take that certificate: name, dates, path."""
    leaf, now = one.leaf, header.collected_at
    if leaf is None or leaf.not_before is None or leaf.not_after is None:
        return False
    in_date = leaf.not_before <= now <= leaf.not_after
    return in_date and leaf.covers(host) and one.path.outcome is PathOutcome.TRUSTED


@check(
    id="certificates.same-inside-and-outside",
    title="Proxy and farm serve the same key",
    action="Install the certificate of the farm on the proxies too",
    why="With extended protection, which is the default, sign-in by Windows credentials through the"
    " proxy works only if proxy and farm present the same key.",
    fix=step(
        "Set the certificate of the farm on every proxy.",
        command="Get-AdfsSslCertificate\nGet-WebApplicationProxySslCertificate\n"
        "Set-WebApplicationProxySslCertificate -Thumbprint <thumbprint>",
    ),
    verify="The thumbprints on farm and proxies are the same.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[_MANAGE],
    blocks=["Windows sign-in through the proxy"],
    requires=["certificates.reachable"],
)
def same_inside_and_outside(found: TlsEndpoint) -> Iterator[Finding]:
    """Compare the keys of the two sides of one federation service, where both were looked at."""
    if found.role not in FEDERATION:
        return
    farm, proxy = (_of(found.addresses, role) for role in FEDERATION)
    subject = found.subject
    if not farm or not proxy:
        yield not_assessed(
            "unconfigured-sides",
            subject,
            "Only one side was looked at; give the name twice in hosts, as adfs and as wap, each with"
            " the address to connect to.",
        )
    elif {one.key for one in farm} == {one.key for one in proxy}:
        yield passed("same", subject, "Farm and proxy serve the same key.")
    else:
        yield warned("different", subject, "Farm and proxy serve different keys.")


def _of(addresses: tuple[AddressAnswer, ...], role: str) -> list[AddressAnswer]:
    return [one for one in addresses if one.role == role and one.key]


@check(
    id="certificates.path-not-intercepted",
    title="Nothing breaks TLS between the scanner and Microsoft",
    action="Exempt Microsoft's hosts from TLS inspection",
    why="A box on the way opens TLS and presents certificates of its own. Entra Connect and the Intune"
    " connectors do not support that; and what this scan saw of other hosts came the same way.",
    fix=step(
        "Exempt the sign-in and Graph hosts of Microsoft from TLS inspection, then scan again."
    ),
    verify="openssl s_client -connect login.microsoftonline.com:443 shows an issuer that is public.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.DAYS,
    clause=["E4"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites",
        "https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-network-connectivity-principles",
    ],
    blocks=["Entra Connect", "connectors", "enrolment"],
)
def path_not_intercepted(found: CloudPath) -> Iterator[Finding]:
    """Judge where the chains of Microsoft's hosts end, as seen from here."""
    seen = [one for one in found.hosts if one.path is not None]
    strange = [one for one in seen if one.path and not _public(one.path.outcome, one.path.roots)]
    if strange:
        first = strange[0]
        top = first.path.certificates[-1] if first.path and first.path.certificates else None
        yield failed(
            "opened",
            RUN,
            "The certificate of {host} comes from {issuer}, which is no public authority: TLS is opened"
            " on the way.",
            host=first.host,
            issuer=common_name(top.issuer) if top else said("an unreadable issuer"),
        ).showing(hosts=[one.host for one in strange], proxy=found.proxy or "none")
    elif len(seen) < len(found.hosts) or not seen:
        yield not_assessed(
            "unreachable-cloud",
            RUN,
            "Not every host of Microsoft could be reached: {hosts}.",
            hosts=[
                said("{host} ({detail})", host=one.host, detail=Said.of(one.detail))
                for one in found.hosts
                if one.path is None
            ],
        )
    else:
        yield passed("untouched", RUN, "Microsoft's hosts show certificates of public authorities.")


def _public(outcome: PathOutcome, roots: str) -> bool:
    return outcome is PathOutcome.TRUSTED and roots == "public"
