"""Certification authorities that the directory reveals, and the stores that computers trust."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from checks.infrastructure.unread import unread, unseen
from checks.infrastructure.words import ALL_FORESTS
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
    host,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.certificate import Certificate
from scanner.evidence.forest import Authority, Forest

_WARN_DAYS = 180
_RSA_LEAST = 2048
_NDES_TEMPLATES = ("IPSECIntermediateOffline", "EnrollmentAgentOffline", "CEPEncryption")
_CERTIFICATES = "https://learn.microsoft.com/intune/intune-service/protect/certificates-configure"
_NTAUTH = "https://learn.microsoft.com/troubleshoot/windows-server/certificates-and-public-key-infrastructure-pki/import-third-party-ca-to-enterprise-ntauth-store"


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
    if hidden := unseen(forests, "services"):
        yield unread(hidden, "CN=Services")
    elif scope.workload("device-certificates"):
        yield warned(
            "no-authority",
            ALL_FORESTS,
            "Certificate profiles are planned, and no enterprise certification authority is published.",
        )
    else:
        yield not_applicable(
            "none", ALL_FORESTS, "No enterprise certification authority is published."
        )


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
                ALL_FORESTS,
                "An NDES server probably exists: {authorities} publish its templates.",
                authorities=hints,
            )
            .at(Severity.INFO)
            .showing(
                asked=forests[0].asked("services", "CN=Enrollment Services", "certificateTemplates")
            )
        )
    elif hidden := unseen(forests, "services"):
        yield unread(hidden, "CN=Services")
    else:
        yield not_applicable("no-hint", ALL_FORESTS, "No authority publishes templates of NDES.")


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
