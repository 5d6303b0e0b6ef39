"""Services that the directory reveals: certification, RADIUS, Configuration Manager, Exchange."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from checks.infrastructure.unread import unread
from checks.infrastructure.words import CERTAINTY
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Subject,
    SubjectKind,
    Topic,
    Value,
    check,
    domain,
    failed,
    host,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.certificate import Certificate
from scanner.evidence.forest import Authority, Forest, ManagementPoint
from scanner.evidence.versions import VersionFacts, version_of

_WARN_DAYS = 180
_RSA_LEAST = 2048
_NDES_TEMPLATES = ("IPSECIntermediateOffline", "EnrollmentAgentOffline", "CEPEncryption")
_CERTIFICATES = "https://learn.microsoft.com/intune/intune-service/protect/certificates-configure"
_NTAUTH = "https://learn.microsoft.com/troubleshoot/windows-server/certificates-and-public-key-infrastructure-pki/import-third-party-ca-to-enterprise-ntauth-store"
_EXCHANGE = "https://learn.microsoft.com/exchange/new-features/build-numbers-and-release-dates"
_ALL = Subject(SubjectKind.FOREST, said("all forests"))


@check(
    id="infrastructure.enterprise-certification-authorities-valid",
    title="Enterprise CA certificates are valid and strong",
    action="Renew the certificates of the enterprise certification authorities",
    why="Certificate profiles, Wi-Fi and VPN stand on these authorities. When the certificate of"
    " one expires"
    " or is too weak, every certificate that it issued fails with it.",
    fix=[
        step(
            "Renew the certificate of the authority with a new key, while the old one is still valid.",
            command="certutil -CAInfo\ncertutil -renewCert",
        )
    ],
    verify="CN=Enrollment Services shows the new certificate.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G20"],
    blocks=["certificate profiles", "Wi-Fi and VPN profiles"],
    documents=[_CERTIFICATES],
)
def enterprise_certification_authorities_valid(
    forests: tuple[Forest, ...], scope: Scope, header: Header
) -> Iterator[Finding]:
    """One finding for each authority, by its newest certificate."""
    authorities = {
        (one.host or one.name): (found, one) for found in forests for one in found.authorities
    }
    for name in sorted(authorities):
        found, one = authorities[name]
        finding = _authority(one, header).showing(
            asked=found.asked("services", "CN=Enrollment Services", "cACertificate")
        )
        if one.services:
            finding = finding.showing(enrols_at=list(one.services))
        yield finding
    if authorities:
        return
    if unseen := _unseen(forests, "services"):
        yield unread(unseen, "CN=Services")
    elif scope.workload("device-certificates"):
        yield warned(
            "no-authority",
            _ALL,
            "Certificate profiles are planned, and no enterprise certification authority is published.",
        )
    else:
        yield not_applicable("none", _ALL, "No enterprise certification authority is published.")


def _unseen(forests: tuple[Forest, ...], place: str) -> Forest | None:
    """The first forest of which that place was not read."""
    return next((found for found in forests if not found.absent(place)), None)


def _authority(one: Authority, header: Header) -> Finding:
    subject = host(one.host or one.name)
    good = [made for made in one.certificates if made.not_after is not None]
    newest = max(good, key=lambda made: made.not_after or header.collected_at, default=None)
    if newest is None or newest.not_after is None:
        return not_assessed(
            "unsupported-no-certificate",
            subject,
            "{name} publishes no certificate that can be read.",
            name=subject.name,
        )
    ends = newest.not_after
    told = {"name": subject.name, "ends": ends.date().isoformat()}
    if ends <= header.collected_at:
        return failed("expired", subject, "The certificate of {name} expired on {ends}.", **told)
    if _is_weak(newest):
        return failed(
            "weak",
            subject,
            "The certificate of {name} is weak: signed with {hash}, {kind} key of {bits} bits.",
            name=subject.name,
            hash=newest.hash,
            kind=newest.key_type,
            bits=newest.key_bits,
        )
    if ends - header.collected_at < timedelta(days=_WARN_DAYS):
        return warned("ends-soon", subject, "The certificate of {name} ends on {ends}.", **told)
    return passed("valid", subject, "The certificate of {name} is valid until {ends}.", **told)


def _is_weak(made: Certificate) -> bool:
    small = made.key_type.casefold() == "rsa" and made.key_bits < _RSA_LEAST
    return small or made.hash.casefold() in ("sha1", "md5")


@check(
    id="infrastructure.ndes-templates-published",
    title="Templates that point to NDES are known",
    action="Name the NDES server in [[hosts]], so that it is looked at",
    why="An authority that publishes these templates usually serves an NDES server, which has to"
    " be published"
    " and connected for certificates by SCEP. The templates are a hint, no proof.",
    fix=[step('Add a block [[hosts]] with role = "ndes" and the public name of the server.')],
    verify="The next scan looks at the server.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.PKI_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["G20"],
    documents=[
        "https://learn.microsoft.com/intune/intune-service/protect/certificates-scep-configure"
    ],
)
def ndes_templates_published(forests: tuple[Forest, ...]) -> Iterator[Finding]:
    """Tell which authorities publish them."""
    authorities = {one.name: one for found in forests for one in found.authorities}
    wanted = {name.casefold() for name in _NDES_TEMPLATES}
    hints = [
        authorities[name].host or name
        for name in sorted(authorities)
        if wanted & {template.casefold() for template in authorities[name].templates}
    ]
    if hints:
        yield (
            passed(
                "hint",
                _ALL,
                "An NDES server probably exists: {authorities} publish its templates.",
                authorities=hints,
            )
            .at(Severity.INFO)
            .showing(
                asked=forests[0].asked("services", "CN=Enrollment Services", "certificateTemplates")
            )
        )
    elif unseen := _unseen(forests, "services"):
        yield unread(unseen, "CN=Services")
    else:
        yield not_applicable("no-hint", _ALL, "No authority publishes templates of NDES.")


@check(
    id="infrastructure.trust-stores-published",
    title="Issuing CAs are in NTAuth and current",
    action="Publish the issuing certification authorities in NTAuth",
    why="A network policy server accepts a client certificate only from an authority in NTAuth. An"
    " authority"
    " that is missing there, or only there with an expired certificate, locks its devices out of Wi-Fi.",
    fix=[
        step(
            "Publish the certificate of the authority.",
            command="certutil -viewstore -enterprise NTAuth\ncertutil -dspublish -f <file.cer> NTAuthCA",
        )
    ],
    verify="certutil -viewstore -enterprise NTAuth shows the certificate.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.PKI_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G20"],
    documents=[_NTAUTH],
)
def trust_stores_published(found: Forest, header: Header) -> Iterator[Finding]:
    """Compare the published authorities with NTAuth, and look at the ends of both stores."""
    subject = found.subject
    if not found.absent("services"):
        yield unread(found, "CN=Services")
        return
    keys = {one.key for one in found.trusted if one.key}
    missing = [
        one.host or one.name
        for one in found.authorities
        if one.certificates and not keys & {made.key for made in one.certificates}
    ]
    if not (found.authorities or found.trusted or found.roots):
        finding = not_applicable("none", subject, "No certification authority is published.")
    elif _all_expired(found.trusted, header):
        finding = failed("all-expired", subject, "All certificates in NTAuth have expired.")
    elif _all_expired(found.roots, header):
        finding = failed(
            "roots-expired", subject, "All certificates in Certification Authorities have expired."
        )
    elif missing:
        finding = warned(
            "authority-missing", subject, "NTAuth lacks {authorities}.", authorities=missing
        ).at(Severity.MEDIUM)
    else:
        finding = passed("published", subject, "NTAuth holds every enterprise authority.")
    yield finding.showing(
        asked=found.asked(
            "services",
            "CN=NTAuthCertificates and CN=Certification Authorities,CN=Public Key Services",
            "cACertificate",
        )
    )


def _all_expired(store: tuple[Certificate, ...], header: Header) -> bool:
    return bool(store) and all(
        one.not_after is not None and one.not_after <= header.collected_at for one in store
    )


@check(
    id="infrastructure.radius-servers-registered",
    title="RADIUS servers are registered in AD",
    action="Register the network policy servers in Active Directory",
    why="A network policy server reads dial-in properties of accounts only as a member of the"
    " group RAS and"
    " IAS Servers. Without that it refuses Wi-Fi and VPN sign-ins. This is how Windows works by"
    " experience.",
    fix=[
        step(
            "Register the server, on it, as domain administrator.",
            command="netsh nps add registeredserver",
        )
    ],
    verify="The group RAS and IAS Servers has the server as a member.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G20"],
    documents=[
        "https://learn.microsoft.com/windows-server/networking/technologies/nps/nps-manage-register"
    ],
)
def radius_servers_registered(forests: tuple[Forest, ...], scope: Scope) -> Iterator[Finding]:
    """One finding for each domain whose group was read."""
    groups = {name: count for found in forests for name, count in found.radius_members.items()}
    if not groups:
        yield not_assessed(
            "unconfigured-not-read", _ALL, "The group RAS and IAS Servers was not read."
        )
    for name, members in sorted(groups.items()):
        if members:
            finding = passed(
                "registered",
                domain(name),
                "RADIUS servers registered in {domain}: {members}.",
                domain=name,
                members=members,
            ).at(Severity.INFO)
        elif scope.workload("device-certificates"):
            finding = warned(
                "none-registered",
                domain(name),
                "Certificates for devices are planned, and no RADIUS server is registered in {domain}.",
                domain=name,
            ).at(Severity.MEDIUM)
        else:
            finding = not_applicable(
                "none", domain(name), "No RADIUS server is registered in {domain}.", domain=name
            )
        yield finding.showing(
            asked=forests[0].asked("accounts", "RAS and IAS Servers", "member", domain=name)
        )


@check(
    id="infrastructure.configuration-manager-known",
    title="Configuration Manager sites are known",
    action="Complete the container of Configuration Manager, or accept that sites are not published",
    why="Where Configuration Manager manages the computers today, co-management is the way to"
    " Intune. Its"
    " servers publish themselves into the container System Management, on which they need full control.",
    fix=[
        step(
            "Make the container and give the site servers full control.",
            link="https://learn.microsoft.com/intune/configmgr/core/plan-design/network/extend-the-active-directory-schema",
        )
    ],
    verify="CN=System Management,CN=System of the domain holds the management points.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["G19"],
    documents=[
        "https://learn.microsoft.com/intune/configmgr/core/plan-design/network/extend-the-active-directory-schema"
    ],
)
def configuration_manager_known(found: Forest) -> Iterator[Finding]:
    """Tell what is published. A site without a management point of its own is a central one."""
    subject = found.subject
    sites = sorted({one.site or one.name for one in found.management_points})
    published = {one.code for one in found.management_sites}
    central = sorted(published - set(sites)) if sites else []
    asked = found.asked("system", "mSSMSSiteCode", "mSSMSMPName", "mSSMSVersion", "dNSHostName")
    if sites and central:
        finding = passed(
            "published-with-central",
            subject,
            "Configuration Manager publishes the sites {sites}, and {central} without a management"
            " point, which is how a central site looks. Co-management starts at the highest site.",
            sites=sites,
            central=central,
        ).at(Severity.INFO)
    elif sites:
        finding = passed(
            "published",
            subject,
            "Configuration Manager publishes the sites {sites}: computers can come to Intune by"
            " co-management.",
            sites=sites,
        ).at(Severity.INFO)
    elif published:
        finding = passed(
            "sites-only",
            subject,
            "Configuration Manager publishes the sites {sites}, and no management point.",
            sites=sorted(published),
        ).at(Severity.INFO)
    elif not found.absent("system"):
        yield unread(found, said("CN=System of every domain"))
        return
    elif found.management_schema and not found.management_container:
        finding = warned(
            "container-missing",
            subject,
            "The schema is extended for Configuration Manager, and the container System Management"
            " is missing.",
        )
    else:
        finding = not_applicable("none", subject, "The forest publishes no Configuration Manager.")
    yield finding.showing(asked=asked)


@check(
    id="infrastructure.configuration-manager-version-supported",
    title="Site versions are supported",
    action="Update Configuration Manager to a supported version",
    why="A version gets updates for eighteen months. Co-management and the cloud services are"
    " supported with"
    " those versions only.",
    fix=[
        step(
            "Install the newest update from the console.",
            portal="Configuration Manager console > Administration > Updates and Servicing",
        )
    ],
    verify="The management points publish the new version.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G19"],
    blocks=["co-management"],
    documents=["https://learn.microsoft.com/intune/configmgr/core/servers/manage/updates"],
)
def configuration_manager_version_supported(
    forests: tuple[Forest, ...], facts: VersionFacts, header: Header
) -> Iterator[Finding]:
    """Judge the version that each management point publishes by the dated facts."""
    points = {one.host or one.name: one for found in forests for one in found.management_points}
    if not points and (unseen := _unseen(forests, "system")):
        yield unread(unseen, said("CN=System of every domain"))
    elif not points:
        yield not_applicable("none", _ALL, "No management point is published.")
    for name, point in sorted(points.items()):
        yield _point(name, point, facts, header).showing(
            asked=forests[0].asked("system", "mSSMSVersion")
        )


def _point(name: str, point: ManagementPoint, facts: VersionFacts, header: Header) -> Finding:
    version = version_of(point.version) if point.version else None
    release = facts.release(_MANAGER, version) if version else None
    told = {"name": name, "version": point.version or "unknown"}
    if version and facts.beyond(_MANAGER, version):
        return passed("newer", host(name), "{name} has version {version}.", **told)
    if version and facts.at_or_below(_MANAGER, version) is None:
        return failed(
            "far-too-old",
            host(name),
            "{name} has version {version}, older than all that were still in support on {day}.",
            **told,
            day=facts.as_of.isoformat(),
        )
    if release is None or release.ends is None:
        return not_assessed(
            "unsupported-unknown-version",
            host(name),
            "The support of version {version} on {name} is not known.",
            **told,
        )
    told["ends"] = release.ends.isoformat()
    if release.ends < header.collected_at.date():
        finding = failed(
            "out-of-support",
            host(name),
            "{name} has version {version}, whose support ended on {ends}.",
            **told,
        )
    else:
        finding = passed(
            "in-support",
            host(name),
            "{name} has version {version}, supported until {ends}.",
            **told,
        )
    return finding.showing(source=release.source, certainty=CERTAINTY.say(release.certainty))


@check(
    id="infrastructure.exchange-schema-present",
    title="The Exchange schema's presence is known",
    action="Know whether the Exchange schema is there",
    why="Without it there is no mailNickname and no msExch attribute: checks on them do not apply,"
    " and Exchange"
    " attributes cannot be managed on premises.",
    fix=[step("Nothing is to be done; it explains what else is told.")],
    verify="The report says whether the schema is there.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["A4"],
    documents=["https://learn.microsoft.com/exchange/plan-and-deploy/prepare-ad-and-domains"],
)
def exchange_schema_present(found: Forest, facts: VersionFacts) -> Iterator[Finding]:
    """Tell whether the schema has the Exchange attributes, and of which version they are."""
    asked = found.asked("schema", "CN=ms-Exch-Schema-Version-Pt", "rangeUpper")
    if found.exchange_schema is not None:
        yield (
            passed(
                "present",
                found.subject,
                "The Exchange schema is there, with version {version} ({release}).",
                version=found.exchange_schema,
                release=_named(facts, "exchange-schema", found.exchange_schema),
            )
            .at(Severity.INFO)
            .showing(asked=asked)
        )
    elif found.absent("schema"):
        yield (
            passed("absent", found.subject, "There is no Exchange schema.")
            .at(Severity.INFO)
            .showing(asked=asked)
        )
    else:
        yield unread(found, "CN=Schema")


def _named(facts: VersionFacts, product: str, number: int) -> str:
    release = facts.release(product, (number,))
    return release.name if release else said("of a release that is not known here")


@check(
    id="infrastructure.exchange-version-supported",
    title="Exchange is recent enough for hybrid",
    action="Update Exchange, or retire it",
    why="Exchange 2016 and 2019 are out of support since 14 October 2025, and hybrid needs a"
    " supported server."
    " A schema outlives its servers, so that the builds of the servers count.",
    fix=[
        step(
            "Upgrade to Exchange Server Subscription Edition, or remove the last server as documented.",
            command="Get-ExchangeServer | Select-Object Name, AdminDisplayVersion",
            link="https://learn.microsoft.com/exchange/manage-hybrid-exchange-recipients-with-management-tools",
        )
    ],
    verify="The servers in the configuration partition have the new build.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.REMEDIATE,
    clause=["G17", "A4"],
    documents=[_EXCHANGE, "https://learn.microsoft.com/lifecycle/products/exchange-server-2019"],
)
def exchange_version_supported(
    found: Forest, facts: VersionFacts, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge the newest server by its build: a schema outlives its servers."""
    if not found.absent("services") and not found.exchange_servers:
        yield unread(found, "CN=Microsoft Exchange,CN=Services")
        return
    if not found.exchange_servers:
        yield not_applicable("no-servers", found.subject, "The forest has no Exchange server.")
        return
    rows = Affected(("server", "version", "roles"), spoken=("roles",))
    for one in found.exchange_servers:
        rows.add(one.name, one.version, _roles(one.roles))
    builds = [build for one in found.exchange_servers if (build := build_of(one.version))]
    yield (
        _newest(found, max(builds, default=None), facts, scope, header)
        .showing(
            asked=found.asked(
                "services", "CN=Microsoft Exchange", "serialNumber", "msExchCurrentServerRoles"
            ),
            **_prepared(found, facts),
        )
        .affecting(rows)
    )


def _newest(
    found: Forest,
    build: tuple[int, ...] | None,
    facts: VersionFacts,
    scope: Scope,
    header: Header,
) -> Finding:
    """The verdict about the newest server of a forest."""
    subject = found.subject
    release = facts.at_or_below(_EXCHANGE_SERVER, build) if build else None
    if build is None:
        return not_assessed(
            "unsupported-unknown-build",
            subject,
            "The builds of the Exchange servers cannot be read.",
        )
    told = {
        "build": ".".join(map(str, build)),
        "release": release.name if release else said("an older version"),
    }
    ended = release is None or (release.ends and release.ends <= header.collected_at.date())
    ended = ended or build < _NEWER_THAN_2016
    if not ended:
        return passed(
            "supported",
            subject,
            "The newest Exchange server has build {build} ({release}).",
            **told,
        )
    if scope.hybrid is False:
        return passed(
            "out-of-support-unused",
            subject,
            "The newest Exchange server has build {build} ({release}), which is out of support; no"
            " hybrid is planned.",
            **told,
        ).at(Severity.INFO)
    return warned(
        "out-of-support",
        subject,
        "The newest Exchange server has build {build} ({release}), which is out of support.",
        **told,
    ).at(Severity.MEDIUM)


def _prepared(found: Forest, facts: VersionFacts) -> dict[str, Value]:
    """What the forest was prepared for, for the facts of the finding."""
    told: dict[str, Value] = {}
    if found.exchange_schema is not None:
        number = found.exchange_schema
        told["schema"] = f"{number}: {_named(facts, 'exchange-schema', number)}"
    if found.exchange_organisation is not None:
        number = found.exchange_organisation
        told["organisation"] = f"{number}: {_named(facts, 'exchange-organisation', number)}"
    domains = [f"{one.dns} {one.exchange}" for one in found.domains if one.exchange is not None]
    if domains:
        told["domains"] = domains
    return told


_NEWER_THAN_2016 = (15, 2)
_MANAGER, _EXCHANGE_SERVER = "configuration-manager", "exchange"
_ROLES = {
    2: said("mailbox"),
    4: said("client access"),
    16: said("unified messaging"),
    32: said("transport"),
    64: said("edge"),
}


def _roles(bits: int | None) -> str:
    return ", ".join(name for bit, name in _ROLES.items() if (bits or 0) & bit)


def build_of(text: str) -> tuple[int, int, int] | None:
    """'Version 15.2 (Build 32562.17)' as (15, 2, 2562): the directory adds 30,000 to the build."""
    words = text.replace("(", " ").replace(")", " ").split()
    numbers = [one for one in words if one[:1].isdigit()]
    if len(numbers) < 2:  # noqa: PLR2004 - version and build
        return None
    major, _, minor = numbers[0].partition(".")
    build = numbers[1].partition(".")[0]
    if not (major.isdecimal() and minor.isdecimal() and build.isdecimal()):
        return None
    return int(major), int(minor), int(build) % 30_000
