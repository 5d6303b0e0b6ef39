"""Certificate services, Wi-Fi and VPN: what profiles rely on has to be sound and working already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from scanner.api import (
    RUN,
    Answers,
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Question,
    Scope,
    Severity,
    Topic,
    answered,
    check,
    combined,
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.inventory import CertificationAuthority, InventoryServer

_SCEP = "https://learn.microsoft.com/intune/fundamentals/certificates/scep-infrastructure"
_CONNECTOR = "https://learn.microsoft.com/intune/fundamentals/certificates/connector/prerequisites"
_STRONG_BITS = 2048


@check(
    id="infrastructure.certification-authority-sound",
    title="Certification authorities are sound",
    action="Repair or renew the certification authority",
    why="Certificates for Wi-Fi, VPN and sign-in are worth what their authority is worth. When its own"
    " certificate or its revocation list runs out, all of them stop at once.",
    fix=[
        step(
            "Look at the authority and its lists.",
            command="certutil -CAInfo\ncertutil -URL <a certificate that it issued>",
        ),
        step("Plan a renewal with a new key early: certificates never outlive their authority's."),
    ],
    verify="A new inventory shows the new end, a SHA-2 signature, and a current revocation list.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G20"],
    blocks=["certificate, Wi-Fi and VPN profiles"],
    documents=[_SCEP],
)
def certification_authority_sound(
    servers: tuple[InventoryServer, ...], scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge every authority that the inventory tells of; several on one server count as one."""
    holders = [one for one in servers if one.authorities]
    if not holders:
        yield not_applicable("no-authority", RUN, "The inventory has no certification authority.")
    today = header.collected_at.date()
    for server in holders:
        found = [
            fault
            for one in server.authorities
            for fault in _of_authority(server, one, today, scope)
        ]
        names = ", ".join(one.name for one in server.authorities if one.name)
        yield combined(found).showing(authority=names)


def _of_authority(
    server: InventoryServer, authority: CertificationAuthority, today: date, scope: Scope
) -> Iterator[Finding]:
    subject = server.subject
    yield from _times(server, authority, today, scope)
    weak = authority.hash_algorithm.casefold().replace("-", "") in ("sha1", "md5")
    if weak:
        yield failed(
            "weak-hash",
            subject,
            "The authority signs with {algorithm}, which clients refuse.",
            algorithm=authority.hash_algorithm,
        )
    rsa = authority.key_algorithm.casefold() in ("", "rsa")
    if rsa and authority.key_bits is not None and authority.key_bits < _STRONG_BITS:
        yield failed(
            "short-key", subject, "The authority's key has {bits} bits.", bits=authority.key_bits
        )
    if authority.kind == "subordinate" and scope.workload("device-certificates"):
        yield failed(
            "standalone", subject, "A standalone authority cannot issue for certificate profiles."
        ).fixed_by(step("Set up an enterprise authority for the certificates of devices."))
    if "domain-controller" in server.roles:
        yield warned("on-domain-controller", subject, "The authority runs on a domain controller.")
    if authority.expires is None:
        yield not_assessed(
            "unconfigured-no-end",
            subject,
            "The inventory does not say until when the authority's own certificate is valid.",
        )


def _times(
    server: InventoryServer, authority: CertificationAuthority, today: date, scope: Scope
) -> Iterator[Finding]:
    subject, ends, due = server.subject, authority.expires, authority.crl_next_update
    warn_days = int(scope.threshold("infrastructure.authority-days", 180))
    if ends and ends < today:
        yield failed(
            "ended", subject, "The authority's certificate ended on {ends}.", ends=ends.isoformat()
        )
    elif ends and ends - today <= timedelta(days=warn_days):
        yield warned(
            "ends-soon",
            subject,
            "The authority's certificate ends on {ends}.",
            ends=ends.isoformat(),
        )
    elif ends:
        yield passed(
            "sound", subject, "The authority is valid until {ends}.", ends=ends.isoformat()
        )
    if due and due < server.seen:
        yield failed(
            "list-ended",
            subject,
            "The authority's revocation list was to be renewed by {due}.",
            due=due.isoformat(),
        ).fixed_by(
            step("Publish a new list, and look why it was not done.", command="certutil -CRL")
        )


@check(
    id="infrastructure.ndes-ready",
    title="NDES servers are set up for certificate profiles",
    action="Set the NDES server up as certificate profiles need it",
    why="Devices get SCEP certificates through this server. One thing wrong with it, and the profile"
    " stays pending on every device without a useful message.",
    fix=step(
        "Compare the server with the list of prerequisites, and mend what differs.",
        link=_CONNECTOR,
    ),
    verify="A new inventory shows no fault, and the address of NDES answers 403 to a browser.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G20"],
    blocks=["SCEP certificate profiles"],
    documents=[_SCEP, _CONNECTOR],
    requires=["infrastructure.certification-authority-sound"],
)
def ndes_ready(servers: tuple[InventoryServer, ...], scope: Scope) -> Iterator[Finding]:
    """Judge every server with the role against the prerequisites of the connector."""
    holders = [one for one in servers if "ndes" in one.roles]
    if not holders:
        yield not_applicable("no-ndes", RUN, "The inventory has no NDES server.")
    for server in holders:
        good = passed("ready", server.subject, "The server meets the prerequisites of NDES.")
        yield combined([*_place(server), *_setting(server, scope), good])


def _place(server: InventoryServer) -> Iterator[Finding]:
    """Faults of where the service was installed."""
    subject = server.subject
    if "domain-controller" in server.roles:
        yield failed("on-domain-controller", subject, "NDES runs on a domain controller.").fixed_by(
            step("Move NDES to a member server.")
        )
    if "certification-authority" in server.roles or server.authorities:
        yield failed("on-authority", subject, "NDES runs on the certification authority.").fixed_by(
            step("Move NDES to a server that is not the issuing authority.")
        )
    if server.domain_joined is False:
        yield failed("not-joined", subject, "The server is not joined to the domain.").fixed_by(
            step("Join the server to a domain of the authority's forest.")
        )
    if server.system.installation in ("core", "nano"):
        yield failed(
            "no-desktop", subject, "The connector needs an installation with desktop experience."
        ).fixed_by(step("Install the server anew with desktop experience."))


def _setting(server: InventoryServer, scope: Scope) -> Iterator[Finding]:
    """Faults of how the service is set up."""
    subject, ndes = server.subject, server.ndes
    if scope.workload("intune") is not False and not server.version_of("certificate-connector"):
        yield failed(
            "no-connector", subject, "The Certificate Connector for Intune is not installed."
        ).fixed_by(
            step(
                "Install the connector on the server, with SCEP chosen.",
                portal="Intune admin center > Tenant administration > Connectors and tokens"
                " > Certificate connectors",
            )
        )
    if ndes is None:
        yield not_assessed(
            "unconfigured-no-settings",
            subject,
            "The inventory does not say how NDES is set up; run the collector on the server itself.",
        )
        return
    if ndes.policy_module is False:
        yield failed(
            "no-policy-module", subject, "The policy module of Intune is not installed in NDES."
        ).fixed_by(step("Run the configuration of the connector again, with SCEP chosen."))
    if ndes.https_binding is False:
        yield failed("no-https", subject, "The web site has no binding for https.").fixed_by(
            step("Bind a server certificate with the server's name to port 443.")
        )
    if ndes.enhanced_security:
        yield failed(
            "enhanced-security",
            subject,
            "Internet Explorer Enhanced Security Configuration is on; the connector needs it off.",
        ).fixed_by(step("Switch it off for administrators in Server Manager > Local Server."))


ACCESS = Question(
    id="infrastructure.access-infrastructure-working",
    asked="Do the certification authority, the Wi-Fi and the VPN already work in production, where"
    " profiles for them are to be deployed?",
    yes="A device that was set up by hand connects with the same kind of certificate that the profile"
    " will bring: to Wi-Fi through RADIUS, to the VPN, and with the root trusted.",
    evidence="The date of the test, and the names of the servers.",
    known_by="The network administrator and the PKI administrator.",
)


@check(
    id=ACCESS.id,
    question=ACCESS,
    title="Certificate authority, Wi-Fi and VPN work before profiles rely on them",
    action="Bring certificate authority, Wi-Fi and VPN into production",
    why="A profile only carries settings to devices. What does not work by hand does not work by"
    " profile either, and is much harder to find there.",
    fix=[
        step(
            "Set one device up by hand with the certificate, and connect to Wi-Fi and VPN with it."
        ),
        step("Mend what fails in RADIUS, VPN or the authority first, and deploy profiles then."),
    ],
    verify=ACCESS.yes,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G20"],
    blocks=["certificate, Wi-Fi and VPN profiles"],
    documents=["https://learn.microsoft.com/intune/device-configuration/wifi-settings"],
)
def access_infrastructure_working(
    answers: Answers, scope: Scope, header: Header
) -> Iterator[Finding]:
    """What the answer says; nothing is asked where no certificates for devices are planned."""
    if scope.workload("device-certificates") is False and answers.of(ACCESS.id) is None:
        yield not_applicable(
            "not-planned", ACCESS.subject, "No certificates, Wi-Fi or VPN profiles are planned."
        )
    else:
        yield answered(ACCESS, answers, header)
