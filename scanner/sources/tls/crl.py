"""Revocation lists (RFC 5280, section 5): what one is worth for a certificate. No I/O here."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import CRLEntryExtensionOID, ExtensionOID

from scanner.evidence.revocation import PublishedList, RevocationAnswer, RevocationOutcome
from scanner.sources.tls.certificate import UNREADABLE, Parsed
from scanner.sources.tls.fetch import Fetched
from scanner.sources.tls.ocsp import SLACK
from scanner.text import said

_PEM = re.compile(rb"-----BEGIN X509 CRL-----(.+?)-----END X509 CRL-----", re.DOTALL)
_UNDERSTOOD = {ExtensionOID.ISSUING_DISTRIBUTION_POINT, ExtensionOID.DELTA_CRL_INDICATOR}
FAULTS = {
    "location": RevocationOutcome.LOCATION,
    "inside": RevocationOutcome.INSIDE,
    "status": RevocationOutcome.STATUS,
    "too-large": RevocationOutcome.TOO_LARGE,
    "not-http": RevocationOutcome.GARBAGE,
}
"""How a fetch that failed reads as the outcome of asking; everything else is unreachable."""


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list that was read: the library's object and its encoded issuer; or why there is none."""

    made: x509.CertificateRevocationList | None
    problem: str = ""


def read_list(data: bytes) -> ReadList:
    """A list from DER or PEM."""
    found = _PEM.search(data)
    try:
        der = base64.b64decode(b"".join(found[1].split()), validate=True) if found else data
        return ReadList(x509.load_der_x509_crl(der))
    except UNREADABLE as error:
        return ReadList(None, said("no revocation list: {error}", error=str(error)[:100]))


def judge_list(
    found: ReadList, child: Parsed, issuer: Parsed, now: datetime, url: str
) -> RevocationAnswer:
    """What the list says about the certificate; good or revoked only where it verifies."""
    empty = RevocationAnswer("crl", url, RevocationOutcome.GARBAGE, found.problem)
    made = found.made
    if made is None:
        return empty
    try:
        outcome, detail = _worth(made, child, issuer, now, url)
        dated = replace(
            empty, this_update=made.last_update_utc, next_update=made.next_update_utc, detail=detail
        )
        if outcome is not RevocationOutcome.GOOD:
            return replace(dated, outcome=outcome)
        entry = made.get_revoked_certificate_by_serial_number(child.serial)
        if entry is None:
            return replace(dated, outcome=RevocationOutcome.GOOD)
        return replace(
            dated,
            outcome=RevocationOutcome.REVOKED,
            revoked_at=entry.revocation_date_utc,
            reason=_reason(entry),
        )
    except UNREADABLE as error:
        return replace(empty, detail=said("no revocation list: {error}", error=str(error)[:100]))


def _worth(
    made: x509.CertificateRevocationList, child: Parsed, issuer: Parsed, now: datetime, url: str
) -> tuple[RevocationOutcome, str]:
    """GOOD where the list may be believed about that certificate, else why not."""
    if made.issuer.public_bytes() != issuer.subject:
        return RevocationOutcome.FOREIGN, said("another authority issued the list")
    if not _signed(made, issuer):
        return RevocationOutcome.BAD_SIGNATURE, said("the authority did not sign the list")
    if not _in_date(made, now):
        return RevocationOutcome.STALE, said("the list is not in date")
    if not _in_scope(made, child, url):
        return RevocationOutcome.FOREIGN, said("the list covers other certificates")
    return RevocationOutcome.GOOD, ""


def _signed(made: x509.CertificateRevocationList, issuer: Parsed) -> bool:
    try:
        return made.is_signature_valid(issuer.made.public_key())  # type: ignore[arg-type]
    except (InvalidSignature, *UNREADABLE):
        return False


def _in_date(made: x509.CertificateRevocationList, now: datetime) -> bool:
    end = made.next_update_utc
    return made.last_update_utc <= now + SLACK and (end is None or now <= end)


def _in_scope(made: x509.CertificateRevocationList, child: Parsed, url: str) -> bool:
    """Whether the list is meant for certificates like that one; a delta alone never is."""
    for one in made.extensions:
        if one.critical and one.oid not in _UNDERSTOOD:
            return False
        if one.oid == ExtensionOID.DELTA_CRL_INDICATOR:
            return False
        if isinstance(one.value, x509.IssuingDistributionPoint):
            point = one.value
            if point.indirect_crl or point.only_contains_attribute_certs or point.only_some_reasons:
                return False
            if (point.only_contains_user_certs and child.facts.is_ca) or (
                point.only_contains_ca_certs and not child.facts.is_ca
            ):
                return False
            places = {name.value for name in point.full_name or () if isinstance(name.value, str)}
            if places and url not in places and not places & set(child.facts.crl_urls):
                return False
    return True


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        found = entry.extensions.get_extension_for_oid(CRLEntryExtensionOID.CRL_REASON).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return ""
    return found.reason.value if isinstance(found, x509.CRLReason) else ""


def published(
    fetched: Fetched, found: ReadList | None, issuers: list[Parsed], now: datetime
) -> PublishedList:
    """How one published list looks to whoever fetches it; `issuers` may have signed it."""
    if fetched.fault or found is None:
        outcome = FAULTS.get(fetched.fault, RevocationOutcome.UNREACHABLE)
        return PublishedList(fetched.url, outcome, fetched.detail, fetched.status)
    made = found.made
    if made is None:
        return PublishedList(fetched.url, RevocationOutcome.GARBAGE, found.problem, fetched.status)
    try:
        outcome, detail = _published(made, issuers, now)
        return PublishedList(
            fetched.url,
            outcome,
            detail,
            fetched.status,
            made.issuer.rfc4514_string()[:400],
            any(one.oid == ExtensionOID.DELTA_CRL_INDICATOR for one in made.extensions),
            made.last_update_utc,
            made.next_update_utc,
        )
    except UNREADABLE as error:
        detail = said("no revocation list: {error}", error=str(error)[:100])
        return PublishedList(fetched.url, RevocationOutcome.GARBAGE, detail, fetched.status)


def _published(
    made: x509.CertificateRevocationList, issuers: list[Parsed], now: datetime
) -> tuple[RevocationOutcome, str]:
    named = [one for one in issuers if one.subject == made.issuer.public_bytes()]
    if not named:
        return RevocationOutcome.NO_ISSUER, said("the certificate of the authority is not at hand")
    if not any(_signed(made, one) for one in named):
        return RevocationOutcome.BAD_SIGNATURE, said("the authority did not sign the list")
    if not _in_date(made, now):
        return RevocationOutcome.STALE, said("the list is not in date")
    return RevocationOutcome.GOOD, ""
