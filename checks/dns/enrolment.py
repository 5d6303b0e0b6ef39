"""The two aliases by which devices find enrolment and registration, for every suffix in use."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import (
    CLOUD_NAMES,
    DOMAINS_PORTAL,
    Expected,
    asked,
    expected_at,
    observed,
    phantom,
    publish,
    remove,
    undetermined,
)
from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    passed,
    step,
    warned,
)
from scanner.evidence.dns import Lookup
from scanner.evidence.dns_clouds import CLOUDS, foreign_cloud
from scanner.evidence.dns_domain import DnsDomain, ServiceNames, WildcardProbe
from scanner.evidence.tenant import DomainRecords

_CNAME_PAGE = "https://learn.microsoft.com/mem/intune/enrollment/windows-enrollment-create-cname"


def _outside(about: DnsDomain) -> Finding | None:
    """Why the aliases do not matter for a domain; None where they do."""
    if about.parked:
        return not_applicable("parked", about.subject, "The domain is parked; nobody signs in.")
    if about.in_use or about.has("Intune") or (about.users is None and about.services is None):
        return None
    return not_applicable(
        "not-a-suffix-in-use",
        about.subject,
        "No enabled user signs in with this suffix, and Intune is not on the domain.",
    )


def _alias(
    names: ServiceNames, label: str, wildcard: WildcardProbe | None
) -> tuple[Lookup, Lookup | None]:
    """The alias lookup, and the address lookup at the name itself where it holds addresses."""
    owner = f"{label}.{names.domain}"
    alias = names.of(owner, "CNAME")
    addresses = (names.of(owner, "A"), names.of(owner, "AAAA"))
    direct = next(
        (one for one in addresses if one.present and not one.chain and not phantom(one, wildcard)),
        None,
    )
    return alias, direct


@check(
    id="dns.enterprise-enrollment",
    title="The enrolment alias of each sign-in suffix leads to Intune",
    action="Publish the enrolment alias for each sign-in suffix",
    why="Windows looks for this alias below the suffix of the user's sign-in name to find the"
    " enrolment service. Without it users have to type a server name, and with a wrong one"
    " enrolment fails. An address record or a proxy in its place is not supported.",
    fix=[
        step(
            "Publish the alias below every suffix that users sign in with, not only below the"
            " primary domain.",
            portal=DOMAINS_PORTAL,
        ),
        step(
            "Let Intune test the alias afterwards.",
            portal="Intune admin center > Devices > Enrollment > Windows > CNAME Validation",
        ),
    ],
    verify="A CNAME query for enterpriseenrollment below the suffix answers with the target, at each"
    " authoritative server and at a public resolver.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G11", "E2"],
    blocks=["Windows enrolment without a server name"],
    documents=[_CNAME_PAGE],
    requires=["dns.domain-verified"],
    settle_after="1 h",
)
def enterprise_enrollment(
    names: ServiceNames,
    wildcard: WildcardProbe | None,
    records: DomainRecords | None,
    scope: Scope,
    header: Header,
) -> Iterator[Finding]:
    """Judge the alias of one suffix."""
    about, cloud = names.about, CLOUDS[header.cloud]
    if scope.platform("windows") is False:
        yield not_applicable(
            "windows-not-planned", about.subject, "Windows devices are not in scope."
        )
        return
    outside = _outside(about)
    if outside:
        yield outside
        return
    owner = f"enterpriseenrollment.{about.domain}"
    wanted = expected_at(records, owner, "CNAME", cloud.enrollment)
    alias, direct = _alias(names, "enterpriseenrollment", wildcard)
    yield _told(
        _enrollment(about, alias, direct, wanted, wildcard, names, header), owner, wanted, alias
    )


def _enrollment(
    about: DnsDomain,
    alias: Lookup,
    direct: Lookup | None,
    wanted: Expected,
    wildcard: WildcardProbe | None,
    names: ServiceNames,
    header: Header,
) -> Finding:
    subject, target, cloud = about.subject, alias.value, CLOUDS[header.cloud]
    if direct is not None:
        return failed(
            "address-record",
            subject,
            "{owner} is an address record, not an alias; clients accept only the alias.",
            owner=alias.name,
        ).fixed_by(remove(alias.name, direct.type, ", ".join(direct.values)))
    if not alias.known:
        return undetermined(subject, alias)
    if alias.absent or phantom(alias, wildcard):
        return warned("absent", subject, "There is no alias {owner}.", owner=alias.name)
    if target in wanted.values:
        return passed(
            "right", subject, "{owner} leads to {target}.", owner=alias.name, target=target
        )
    if target in cloud.old_enrollment:
        return warned(
            "old-target",
            subject,
            "{owner} leads to the older host {target}, which makes users confirm once more.",
            owner=alias.name,
            target=target,
        )
    return (
        _wrong(about, alias, header)
        or _dead(names, about, alias)
        or failed(
            "other-target",
            subject,
            "{owner} leads to {target}, which is not the enrolment service.",
            owner=alias.name,
            target=target,
        )
    )


def _wrong(about: DnsDomain, alias: Lookup, header: Header) -> Finding | None:
    other = foreign_cloud(alias.value, header.cloud)
    if not other:
        return None
    return failed(
        "other-cloud",
        about.subject,
        "{owner} leads to {target}, which belongs to the cloud {cloud}.",
        owner=alias.name,
        target=alias.value,
        cloud=CLOUD_NAMES.say(other),
    )


def _dead(names: ServiceNames, about: DnsDomain, alias: Lookup) -> Finding | None:
    if names.resolves(alias.value) is not False:
        return None
    return failed(
        "target-missing",
        about.subject,
        "{owner} leads to {target}, which does not exist.",
        owner=alias.name,
        target=alias.value,
    )


def _told(finding: Finding, owner: str, wanted: Expected, alias: Lookup) -> Finding:
    """A finding with the exact record, what is there, and who says what should be."""
    finding = finding.showing(
        expected=f"CNAME {' or '.join(wanted.values)}",
        observed=observed(alias),
        asked=asked(alias),
        source=wanted.source,
    )
    if finding.status in ("pass", "not-assessed"):
        return finding
    if alias.present and alias.value not in wanted.values:
        finding = finding.fixed_by(remove(owner, "CNAME", alias.value))
    return finding.fixed_by(publish(owner, "CNAME", f"{wanted.value}.", wanted.ttl))


@check(
    id="dns.enterprise-registration",
    title="The registration alias of each sign-in suffix leads to Entra ID",
    action="Publish the registration alias for each sign-in suffix",
    why="Devices look for this alias below the suffix of the user's sign-in name to register with"
    " Entra ID. A left-over from an on-premises device registration pilot sends them to the"
    " federation farm, and conditional access then never sees a registered device.",
    fix=[
        step(
            "Publish the alias below every suffix that users sign in with, inside and outside.",
            portal=DOMAINS_PORTAL,
        ),
        step(
            "If on-premises device registration is still in use, retire it before the change.",
            command="Get-AdfsDeviceRegistration",
        ),
    ],
    verify="A CNAME query for enterpriseregistration below the suffix answers with the target;"
    " dsregcmd /status on a test device shows the device as joined.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G11", "E2"],
    blocks=["device registration", "conditional access by device state", "hybrid join"],
    documents=[
        _CNAME_PAGE,
        "https://learn.microsoft.com/windows-server/identity/ad-fs/deployment/configure-corporate-dns-for-the-federation-service-and-drs",
    ],
    requires=["dns.domain-verified"],
    settle_after="1 h",
)
def enterprise_registration(
    names: ServiceNames,
    wildcard: WildcardProbe | None,
    records: DomainRecords | None,
    header: Header,
) -> Iterator[Finding]:
    """Judge the alias of one suffix."""
    about, cloud = names.about, CLOUDS[header.cloud]
    outside = _outside(about)
    if outside:
        yield outside
        return
    owner = f"enterpriseregistration.{about.domain}"
    listed = expected_at(records, owner, "CNAME", *cloud.registration)
    # Two official pages name different hosts for the US government clouds; both work.
    accepted = dict.fromkeys((*listed.values, *cloud.registration))
    wanted = Expected(tuple(accepted), listed.said_by, listed.ttl)
    alias, direct = _alias(names, "enterpriseregistration", wildcard)
    yield _told(
        _registration(about, alias, direct, wanted, wildcard, names, header), owner, wanted, alias
    )


def _registration(
    about: DnsDomain,
    alias: Lookup,
    direct: Lookup | None,
    wanted: Expected,
    wildcard: WildcardProbe | None,
    names: ServiceNames,
    header: Header,
) -> Finding:
    subject, target = about.subject, alias.value
    if direct is not None:
        return warned(
            "own-host",
            subject,
            "{owner} leads to {target}, as in on-premises device registration; devices then do not"
            " register with Entra ID.",
            owner=alias.name,
            target=", ".join(direct.values),
        ).fixed_by(remove(alias.name, direct.type, ", ".join(direct.values)))
    if not alias.known:
        return undetermined(subject, alias)
    if alias.absent or phantom(alias, wildcard):
        return warned("absent", subject, "There is no alias {owner}.", owner=alias.name)
    if target in wanted.values:
        return passed(
            "right", subject, "{owner} leads to {target}.", owner=alias.name, target=target
        )
    wrong = _wrong(about, alias, header) or _dead(names, about, alias)
    if wrong:
        return wrong
    if names.resolves(target) is None:
        return undetermined(subject, names.of(target, "A"))
    return warned(
        "own-host",
        subject,
        "{owner} leads to {target}, as in on-premises device registration; devices then do not"
        " register with Entra ID.",
        owner=alias.name,
        target=target,
    )
