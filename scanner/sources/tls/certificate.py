"""DER to facts. Certificates are hostile input: what cannot be read is a fact, never a crash."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

from scanner.evidence.tls import Certificate

T = TypeVar("T")

MOST_BYTES = 64 * 1024  # per certificate; real ones stay far below 16 KiB
_WORDS = 120  # characters of a parser's message that are worth keeping
_MOST_NAMES = 1000
UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the certificate library raises for things that it cannot read."""


def parse(der: bytes) -> x509.Certificate:
    """The library's view of a certificate. Raises one of UNREADABLE."""
    if len(der) > MOST_BYTES:
        raise ValueError(f"{len(der)} bytes are too many for a certificate")
    with warnings.catch_warnings():  # it warns of serial numbers that are not positive
        warnings.simplefilter("ignore")
        return x509.load_der_x509_certificate(der)


def read_certificate(der: bytes) -> Certificate:
    """The facts of one certificate."""
    digest = hashlib.sha256(der).hexdigest()
    try:
        made = parse(der)
        return _facts(made, der, digest)
    except UNREADABLE as error:
        return Certificate(der[:MOST_BYTES], digest, problem=_words(error))


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's name and key fit the certificate and its signature."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (*UNREADABLE, InvalidSignature):
        return False
    return True


def _facts(made: x509.Certificate, der: bytes, digest: str) -> Certificate:
    key_type, key_bits = _key(made)
    names = _extension(made, x509.SubjectAlternativeName)
    basic = _extension(made, x509.BasicConstraints)
    return Certificate(
        der=der,
        sha256=digest,
        subject=_attempt(made.subject.rfc4514_string, ""),
        issuer=_attempt(made.issuer.rfc4514_string, ""),
        serial=f"{made.serial_number:x}",
        not_before=_date(made, "not_valid_before_utc"),
        not_after=_date(made, "not_valid_after_utc"),
        dns_names=tuple(names.get_values_for_type(x509.DNSName))[:_MOST_NAMES] if names else (),
        ip_names=_addresses(names),
        key_type=key_type,
        key_bits=key_bits,
        signature_algorithm=_signature(made),
        is_ca=bool(basic and basic.ca),
        self_signed=made.subject == made.issuer and signed_by(made, made),
        issuer_urls=_issuer_urls(made),
    )


def _attempt(read: Callable[[], T], instead: T) -> T:
    try:
        return read()
    except UNREADABLE:
        return instead


def _date(made: x509.Certificate, name: str) -> datetime:
    """A date of the certificate. Raises ValueError for one that no clock shows."""
    value: datetime = getattr(made, name)
    return value


def _extension(made: x509.Certificate, kind: type[Any]) -> Any:
    """The value of an extension, or None where it is absent or cannot be read."""
    try:
        return made.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


def _addresses(names: x509.SubjectAlternativeName | None) -> tuple[str, ...]:
    found = names.get_values_for_type(x509.IPAddress) if names else []
    return tuple(str(one) for one in found)[:_MOST_NAMES]


def _key(made: x509.Certificate) -> tuple[str, int]:
    """Kind and size of the public key, such as ('EC secp256r1', 256)."""
    try:
        key = made.public_key()
    except UNREADABLE as error:
        return f"unknown ({_words(error)})", 0
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    if isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        return "EdDSA", 256 if isinstance(key, ed25519.Ed25519PublicKey) else 456
    return type(key).__name__, 0


def _signature(made: x509.Certificate) -> str:
    try:
        algorithm = made.signature_hash_algorithm
    except UNREADABLE:
        algorithm = None
    return algorithm.name if algorithm else made.signature_algorithm_oid.dotted_string


def _issuer_urls(made: x509.Certificate) -> tuple[str, ...]:
    access = _extension(made, x509.AuthorityInformationAccess) or ()
    return tuple(
        one.access_location.value[:500]
        for one in access
        if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    )[:5]


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:_WORDS]
