"""OCSP (RFC 6960): the request, and what an answer is worth. No I/O here."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from scanner.evidence.revocation import RevocationAnswer, RevocationOutcome
from scanner.sources.tls.certificate import UNREADABLE, Parsed, extension, signed_by
from scanner.sources.tls.signatures import verifies
from scanner.text import said

SLACK = timedelta(minutes=5)
_LONGEST_WITHOUT_END = timedelta(days=7)
_MOST_ANSWERS = 50
_MOST_RESPONDERS = 5

Method = Literal["staple", "ocsp"]


def request_for(child: Parsed, issuer: Parsed) -> bytes:
    """The DER of a request about one certificate. Raises one of UNREADABLE."""
    # SHA-1 names the certificate here and protects nothing; responders know no other (RFC 5019)
    return _request(child, issuer, hashes.SHA1()).public_bytes(Encoding.DER)  # noqa: S303


def _request(child: Parsed, issuer: Parsed, digest: hashes.HashAlgorithm) -> ocsp.OCSPRequest:
    builder = ocsp.OCSPRequestBuilder().add_certificate(child.made, issuer.made, digest)
    return builder.build()


def judge_answer(
    der: bytes, child: Parsed, issuer: Parsed, now: datetime, method: Method, url: str = ""
) -> RevocationAnswer:
    """What that answer says about the certificate; good or revoked only where it verifies."""
    empty = RevocationAnswer(method, url, RevocationOutcome.GARBAGE)
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            words = response.response_status.name.casefold().replace("_", " ")
            return replace(
                empty,
                outcome=RevocationOutcome.UNKNOWN,
                detail=said("the responder says: {words}", words=words),
            )
        return _judged(response, child, issuer, now, empty)
    except UNREADABLE as error:
        return replace(empty, detail=said("no OCSP answer: {error}", error=str(error)[:100]))


def _judged(
    response: ocsp.OCSPResponse,
    child: Parsed,
    issuer: Parsed,
    now: datetime,
    empty: RevocationAnswer,
) -> RevocationAnswer:
    single = _about(response, child, issuer)
    if single is None:
        detail = said("the answer is about another certificate")
        return replace(empty, outcome=RevocationOutcome.FOREIGN, detail=detail)
    if not _authentic(response, issuer, now):
        detail = said("neither the issuer nor a responder that it authorised has signed the answer")
        return replace(empty, outcome=RevocationOutcome.BAD_SIGNATURE, detail=detail)
    dated = replace(empty, this_update=single.this_update_utc, next_update=single.next_update_utc)
    if not _current(single, now):
        return replace(
            dated, outcome=RevocationOutcome.STALE, detail=said("the answer is not in date")
        )
    if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return replace(dated, outcome=RevocationOutcome.GOOD)
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        reason = single.revocation_reason
        return replace(
            dated,
            outcome=RevocationOutcome.REVOKED,
            revoked_at=single.revocation_time_utc,
            reason=reason.value if reason else "",
        )
    detail = said("the responder does not know the certificate")
    return replace(dated, outcome=RevocationOutcome.UNKNOWN, detail=detail)


def _about(
    response: ocsp.OCSPResponse, child: Parsed, issuer: Parsed
) -> ocsp.OCSPSingleResponse | None:
    """The single answer whose id names the certificate: issuer name, issuer key and serial."""
    for single in itertools.islice(response.responses, _MOST_ANSWERS):
        if single.serial_number != child.serial:
            continue
        asked = _request(child, issuer, single.hash_algorithm)
        if (asked.issuer_name_hash, asked.issuer_key_hash) == (
            single.issuer_name_hash,
            single.issuer_key_hash,
        ):
            return single
    return None


def _authentic(response: ocsp.OCSPResponse, issuer: Parsed, now: datetime) -> bool:
    """Whether the issuer signed, or a responder certificate that it issued for this purpose."""
    signers = [issuer.made]
    for one in response.certificates[:_MOST_RESPONDERS]:
        usages = extension(one, x509.ExtendedKeyUsage) or ()
        if (
            ExtendedKeyUsageOID.OCSP_SIGNING in usages
            and one.not_valid_before_utc - SLACK <= now <= one.not_valid_after_utc
            and signed_by(one, issuer.made)
        ):
            signers.append(one)
    digest = response.signature_hash_algorithm
    return any(
        verifies(one, response.signature, response.tbs_response_bytes, digest) for one in signers
    )


def _current(single: ocsp.OCSPSingleResponse, now: datetime) -> bool:
    start, end = single.this_update_utc, single.next_update_utc
    return start <= now + SLACK and now <= (end or start + _LONGEST_WITHOUT_END)
