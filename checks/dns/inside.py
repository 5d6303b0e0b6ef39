"""Names that only the inside should know, and names that the inside must not lack."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import lines_of, observed, publish, undetermined
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
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
from scanner.evidence.addresses import is_private
from scanner.evidence.dns import Lookup, Lookups, first_undetermined
from scanner.evidence.dns_clouds import below
from scanner.evidence.dns_domain import UNROUTABLE, DnsDomain
from scanner.evidence.dns_inside import ForestNames, InternalNames, WpadNames

_PREREQUISITES = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites"
)
_LOCATE = "https://learn.microsoft.com/windows-server/identity/ad-ds/manage/dc-locator"


@check(
    id="dns.split-horizon-consistent",
    title="The internal zone holds the onboarding records too",
    action="Copy the onboarding records into the internal zone",
    why="Where the internal network has a zone of the same name, clients there never see the public"
    " one. A record that was published outside only works at home and not in the office.",
    fix=step("Publish the same record in the internal zone."),
    verify="The internal resolver answers for each onboarding record as a public one does.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    clause=["G11", "E2"],
    blocks=["enrolment and sign-in inside the network"],
    documents=[
        "https://learn.microsoft.com/windows-server/networking/dns/deploy/split-brain-dns-deployment"
    ],
    settle_after="1 h",
)
def split_horizon_consistent(names: InternalNames) -> Iterator[Finding]:
    """Compare both views of one domain."""
    subject = names.about.subject
    outside, inside = names.of(names.domain, "SOA"), names.internal(names.domain, "SOA")
    if names.about.parked:
        yield not_applicable("parked", subject, "The domain is parked.")
    elif not outside.known or not inside.known:
        yield undetermined(subject, inside if outside.known else outside)
    elif not inside.present or inside.records == outside.records:
        yield not_applicable("same-zone", subject, "There is no internal zone of that name.")
    else:
        yield _compared(names)


def _compared(names: InternalNames) -> Finding:
    subject = names.about.subject
    pairs = [(one, names.internal(one.name, one.type)) for one in names.found if one.type != "SOA"]
    missing = [there for there, here in pairs if there.present and here.absent]
    if missing:
        return (
            failed(
                "missing-inside",
                subject,
                "The internal zone lacks records that exist outside: {names}.",
                names=[one.name for one in missing],
            )
            .showing(expected=[line for one in missing for line in lines_of(one)])
            .fixed_by(*(publish(one.name, one.type, _data(one)) for one in missing))
        )
    silent = first_undetermined([one for pair in pairs for one in pair])
    if silent is not None:
        return undetermined(subject, silent)
    other = [
        here for there, here in pairs if there.present and set(there.values) != set(here.values)
    ]
    if other:
        return warned(
            "differs-inside",
            subject,
            "The internal zone holds other values than the public one: {records}.",
            records=[line for one in other for line in lines_of(one)],
        )
    return passed("same-records", subject, "The internal zone holds the onboarding records too.")


def _data(lookup: Lookup) -> str:
    return lines_of(lookup)[0].split(" ", 2)[2]


_DC, _PDC = "_ldap._tcp.dc._msdcs", "_ldap._tcp.pdc._msdcs"
_PORTS = {"_ldap": 389, "_kerberos": 88, "_kpasswd": 464, "_gc": 3268}


@check(
    id="dns.ad-srv-records",
    title="Clients find writable domain controllers by service records",
    action="Restore the service records of the domain controllers",
    why="Directory synchronisation and domain-joined clients find domain controllers by these records"
    " alone. Without them, or with targets that do not resolve, neither works.",
    fix=[
        step(
            "Let the domain controllers register their records again.",
            command="nltest /dsgetdc:<domain> /writable\nnltest /dsregdns",
        ),
        step("Restart the service Netlogon on domain controllers whose records are missing."),
    ],
    verify="An SRV query for _ldap._tcp.dc._msdcs below the domain lists the domain controllers.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    clause=["G7", "G11", "E3"],
    blocks=["directory synchronisation", "hybrid join"],
    documents=[_PREREQUISITES, _LOCATE],
    settle_after="1 h",
)
def ad_srv_records(names: ForestNames) -> Iterator[Finding]:
    """Judge the service records of one domain."""
    controllers = names.of(f"{_DC}.{names.name}", "SRV")
    yield _records(names, controllers).showing(observed=observed(controllers))


def _records(names: ForestNames, controllers: Lookup) -> Finding:
    subject = names.subject
    if not controllers.known:
        return undetermined(subject, controllers)
    if controllers.absent:
        return failed("absent", subject, "No service record names a domain controller.")
    hosts = controllers.values
    resolved = [one for one in hosts if names.of(one, "A").present]
    if not resolved and all(names.of(one, "A").absent for one in hosts):
        return failed("no-address", subject, "No domain controller that is listed resolves.")
    silent = next((one for one in names.found if not one.known and one.type == "SRV"), None)
    if silent is not None:
        return undetermined(subject, silent)
    odd = [
        said("{name} port {port}", name=one.name, port=record.port or 0)
        for one in names.found
        for record in one.records
        if one.type == "SRV" and record.port != _PORTS.get(_service(one.name), record.port)
    ]
    if odd:
        return warned("odd-port", subject, "Records name unusual ports: {records}.", records=odd)
    return _complete(names, hosts, resolved)


def _service(name: str) -> str:
    """The service label; the global catalogue uses LDAP on a port of its own."""
    return "_gc" if ".gc._msdcs." in name else name.partition(".")[0]


def _complete(names: ForestNames, hosts: tuple[str, ...], resolved: list[str]) -> Finding:
    subject = names.subject
    if len(resolved) < len(hosts):
        return warned(
            "some-without-address",
            subject,
            "Some listed domain controllers do not resolve: {names}.",
            names=[one for one in hosts if one not in resolved],
        )
    if names.of(f"{_PDC}.{names.name}", "SRV").absent:
        return warned("no-primary", subject, "No record names the primary domain controller (PDC).")
    if len(set(hosts)) < 2:  # noqa: PLR2004 - one to fail, one to go on
        return warned("one-controller", subject, "Only one domain controller is listed.")
    return passed(
        "complete", subject, "{count} domain controllers are listed and resolve.", count=len(hosts)
    )


@check(
    id="dns.ad-srv-not-public",
    title="Service records of Active Directory are not public",
    action="Remove the service records of Active Directory from public DNS",
    why="They tell the world the names of the domain controllers, and send clients outside to servers"
    " that they cannot reach, which delays every sign-in there.",
    fix=step("Serve the Active Directory zone inside only, apart from the public zone."),
    verify="Queries for the service records find nothing in public DNS.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    clause=["G9", "G11", "E4"],
    documents=[_LOCATE],
    settle_after="1 h",
)
def ad_srv_not_public(names: ForestNames) -> Iterator[Finding]:
    """Judge what public DNS says of one Active Directory domain."""
    present = [one for one in names.outside if one.present]
    silent = first_undetermined(names.outside)
    if present:
        yield failed(
            "public",
            names.subject,
            "Public DNS lists domain controllers: {names}.",
            names=sorted({value for one in present for value in one.values})[:20],
        )
    elif silent is not None:
        yield undetermined(names.subject, silent)
    else:
        yield passed("not-public", names.subject, "Public DNS lists no domain controllers.")


@check(
    id="dns.sync-server-resolution",
    title="The resolver for synchronisation knows Active Directory and Entra ID",
    action="Let the synchronisation server resolve both Active Directory and Entra ID",
    why="The installation of directory synchronisation asks for names of both sides. A resolver that"
    " knows only one of them ends it at once.",
    fix=step("Give the server a resolver of the domain that forwards to the internet."),
    verify="The resolver finds a domain controller and the sign-in host.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.BLOCKER,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=["G7", "G11", "E3"],
    blocks=["installing directory synchronisation"],
    documents=[_PREREQUISITES],
    settle_after="5 min",
)
def sync_server_resolution(names: ForestNames, scope: Scope) -> Iterator[Finding]:
    """Judge both halves at the internal resolver."""
    subject = names.subject
    if scope.hybrid is False:
        yield not_applicable("cloud-only", subject, "No synchronisation is planned.")
        return
    directory = names.of(f"{_DC}.{names.name}", "SRV")
    cloud = [names.of(one, "A") for one in names.control]
    if directory.absent:
        yield failed("no-directory", subject, "The resolver finds no domain controller.")
    elif any(one.absent for one in cloud):
        yield failed(
            "no-cloud",
            subject,
            "The resolver does not find these names of the cloud: {names}.",
            names=[one.name for one in cloud if one.absent],
        )
    else:
        silent = first_undetermined([directory, *cloud])
        yield (
            undetermined(subject, silent)
            if silent
            else passed(
                "both", subject, "The resolver finds domain controllers and the names of the cloud."
            )
        )


@check(
    id="dns.forest-name-routable",
    title="The forest name can be verified, or a verified suffix exists",
    action="Add a verified domain as sign-in suffix of the forest",
    why="Nobody can verify a name such as corp.local. Users whose sign-in name ends in it are"
    " synchronised with a name below the initial domain.",
    fix=[
        step(
            "Add a verified domain as alternative suffix, and give it to the users.",
            command="Get-ADForest | Select-Object UPNSuffixes\n"
            "Set-ADForest -Identity <forest> -UPNSuffixes @{Add='<domain>'} -WhatIf",
        )
    ],
    verify="Users who will be synchronised have a sign-in name below a verified domain.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    clause=["E3"],
    blocks=["sign-in names of synchronised users"],
    documents=[_PREREQUISITES],
    requires=["dns.domain-verified"],
)
def forest_name_routable(
    names: ForestNames, domains: tuple[DnsDomain, ...] | None
) -> Iterator[Finding]:
    """Judge the name of one forest; single labels and dots in NetBIOS names are others' affair."""
    subject, known = names.subject, domains or ()
    verified = [one.domain for one in known if one.verified and one.in_use and not one.initial]
    if "." in names.name and names.name.rpartition(".")[2] not in UNROUTABLE:
        yield passed("routable", subject, "The name of the forest can be verified.")
    elif verified:
        yield passed(
            "suffix-verified",
            subject,
            "The name of the forest cannot be verified, and {domain} can serve as suffix.",
            domain=verified[0],
        )
    elif not any(one.tenant_read for one in known):
        yield not_assessed(
            "unconfigured-tenant",
            subject,
            "The name of the forest cannot be verified; whether another suffix is, only the tenant"
            " can tell.",
        )
    else:
        yield warned(
            "unverifiable",
            subject,
            "The name of the forest cannot be verified, and no verified domain is in use.",
        )


@check(
    id="dns.wpad-safe",
    title="Names for proxy discovery belong to the organisation",
    action="Take the name for proxy discovery back",
    why="Windows asks for wpad below its suffixes to find a proxy. Whoever answers there decides where"
    " all web traffic of a roaming device goes.",
    fix=[
        step("Delete the public record, or let it lead to a host of the organisation."),
        step("Keep wildcards out of the zone: they answer for this name too."),
    ],
    verify="A query for wpad below the domain from outside finds nothing, or a host of one's own.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["G9", "G11", "E4"],
    documents=[
        "https://learn.microsoft.com/troubleshoot/windows-server/networking/disable-http-proxy-auth-features"
    ],
    settle_after="1 h",
)
def wpad_safe(names: WpadNames) -> Iterator[Finding]:
    """Judge the name below one domain, as seen outside."""
    address = names.of(f"wpad.{names.domain}", "A")
    within = Lookups(names.inside).of(address.name, "A")
    finding = _wpad(names, address, within)
    yield finding.showing(observed=observed(address), inside=observed(within))


def _wpad(names: WpadNames, address: Lookup, within: Lookup) -> Finding:
    subject = names.about.subject
    if address.chain and not below(address.owner, names.domain):
        return failed(
            "foreign",
            subject,
            "Outside, wpad leads to {target}, which lies in another domain.",
            target=address.owner,
        )
    if address.present:
        private = all(is_private(one) for one in address.values)
        return warned(
            "public",
            subject,
            "Outside, wpad leads to {address}; roaming devices ask there for a proxy.",
            address=", ".join(address.values),
        ).at(Severity.LOW if private else Severity.MEDIUM)
    if not address.known:
        return undetermined(subject, address)
    if within.present:
        return passed("inside-only", subject, "The name exists inside only.")
    return passed("absent", subject, "The name does not exist outside.")
