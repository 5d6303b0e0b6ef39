"""DER to facts. Certificates are hostile input: what cannot be read is a fact, never a crash."""

from __future__ import annotations

import hashlib
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, SignatureAlgorithmOID

from scanner.evidence.certificate import Certificate

T = TypeVar("T")
K = TypeVar("K", bound=x509.ExtensionType)

MOST_BYTES = 64 * 1024  # per certificate; real ones stay far below 16 KiB
_WORDS = 120  # characters of a parser's message that are worth keeping
_LONGEST_NAME = 400
_MOST_URLS = 5
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

_SIGNED_WITH = {
    SignatureAlgorithmOID.RSASSA_PSS.dotted_string: "rsa-pss",
    "1.2.840.10045.4": "ecdsa",
    "1.2.840.113549.1.1": "rsa",
    "1.2.840.10040.4": "dsa",
    "2.16.840.1.101.3.4.3": "dsa",
    "1.3.101.112": "eddsa",
    "1.3.101.113": "eddsa",
}
_KEY_TYPES: dict[type[Any], tuple[str, int]] = {
    rsa.RSAPublicKey: ("RSA", 0),
    dsa.DSAPublicKey: ("DSA", 0),
    ed25519.Ed25519PublicKey: ("Ed25519", 256),
    ed448.Ed448PublicKey: ("Ed448", 456),
}
"""Name and size in bits; 0 where each key has its own."""
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A certificate in both forms: facts, and the library's object where it can be read.

    `subject` and `issuer` are the encoded names, by which issuers are found.
    """

    facts: Certificate
    made: x509.Certificate
    subject: bytes
    issuer: bytes
    serial: int

    @property
    def identity(self) -> tuple[bytes, str]:
        """Name and key: two certificates that share them stand for the same authority."""
        return self.subject, self.facts.key


@lru_cache(maxsize=2048)
def read_certificate(der: bytes) -> Certificate:
    """The facts of one certificate."""
    parsed = parse(der)
    return parsed if isinstance(parsed, Certificate) else parsed.facts


@lru_cache(maxsize=2048)
def parse(der: bytes) -> Parsed | Certificate:
    """A certificate in both forms; only its facts, with the problem, where it cannot be read."""
    digest = hashlib.sha256(der).hexdigest()
    try:
        with _QUIET, warnings.catch_warnings():  # of serial numbers that are not positive
            warnings.simplefilter("ignore")
            made = _load(der)
            names = made.subject.public_bytes(), made.issuer.public_bytes()
            return Parsed(_facts(made, der, digest), made, *names, made.serial_number)
    except UNREADABLE as error:
        return Certificate(der[:MOST_BYTES], digest, problem=_words(error))


_QUIET = threading.RLock()
"""The filters of warnings belong to the whole process: one thread at a time changes them."""


def _load(der: bytes) -> x509.Certificate:
    """The library's view of a certificate. Raises one of UNREADABLE."""
    if len(der) > MOST_BYTES:
        raise ValueError(f"{len(der)} bytes are too many for a certificate")
    return x509.load_der_x509_certificate(der)


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's name and key fit the certificate and its signature."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (*UNREADABLE, InvalidSignature):
        return False
    return True


def extension(made: x509.Certificate, kind: type[K]) -> K | None:
    """The value of an extension, or None where it is absent or cannot be read."""
    try:
        return made.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


def _facts(made: x509.Certificate, der: bytes, digest: str) -> Certificate:
    names = extension(made, x509.SubjectAlternativeName)
    basic = extension(made, x509.BasicConstraints)
    usages = extension(made, x509.ExtendedKeyUsage)
    features = extension(made, x509.TLSFeature)
    key_type, key_bits = _key(made)
    return Certificate(
        der=der,
        sha256=digest,
        subject=_attempt(made.subject.rfc4514_string, "")[:_LONGEST_NAME],
        issuer=_attempt(made.issuer.rfc4514_string, "")[:_LONGEST_NAME],
        serial=f"{made.serial_number:x}",
        not_before=made.not_valid_before_utc,
        not_after=made.not_valid_after_utc,
        dns_names=tuple(names.get_values_for_type(x509.DNSName)) if names else (),
        ip_names=_addresses(names),
        key=_attempt(lambda: _key_hash(made), ""),
        key_type=key_type,
        key_bits=key_bits,
        signed_with=_signed_with(made),
        hash=_hash(made),
        is_ca=bool(basic and basic.ca),
        self_signed=made.subject == made.issuer and signed_by(made, made),
        usages=None if usages is None else tuple(one.dotted_string for one in usages),
        key_usages=_key_usages(made),
        must_staple=bool(features and x509.TLSFeatureType.status_request in features),
        timestamps=_timestamps(made),
        issuer_urls=_access(made, AuthorityInformationAccessOID.CA_ISSUERS),
        ocsp_urls=_access(made, AuthorityInformationAccessOID.OCSP),
        crl_urls=_crl_urls(made),
        oddities=tuple(_oddities(made)),
    )


def _attempt(read: Callable[[], T], instead: T) -> T:
    try:
        return read()
    except UNREADABLE:
        return instead


def _addresses(names: x509.SubjectAlternativeName | None) -> tuple[str, ...]:
    return tuple(str(one) for one in names.get_values_for_type(x509.IPAddress)) if names else ()


def _key_hash(made: x509.Certificate) -> str:
    key = made.public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def _key(made: x509.Certificate) -> tuple[str, int]:
    """Kind and size of the public key, such as ('EC secp256r1', 256)."""
    try:
        key: Any = made.public_key()
    except UNREADABLE as error:
        return f"unknown ({_words(error)})", 0
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    for kind, (name, bits) in _KEY_TYPES.items():
        if isinstance(key, kind):
            return name, bits or key.key_size
    return type(key).__name__, 0


def _signed_with(made: x509.Certificate) -> str:
    oid = made.signature_algorithm_oid.dotted_string
    family = next((one for one in _SIGNED_WITH if oid == one or oid.startswith(one + ".")), "")
    return _SIGNED_WITH.get(family, oid)


def _hash(made: x509.Certificate) -> str:
    algorithm = _attempt(lambda: made.signature_hash_algorithm, None)
    return algorithm.name if algorithm else ""


def _key_usages(made: x509.Certificate) -> tuple[str, ...] | None:
    usage = extension(made, x509.KeyUsage)
    if usage is None:
        return None
    return tuple(word for word in _KEY_USAGES if getattr(usage, word))


def _timestamps(made: x509.Certificate) -> int:
    found = extension(made, x509.PrecertificateSignedCertificateTimestamps)
    return len(list(found)) if found else 0


def _access(made: x509.Certificate, method: x509.ObjectIdentifier) -> tuple[str, ...]:
    access = extension(made, x509.AuthorityInformationAccess) or ()
    return tuple(
        one.access_location.value[:_LONGEST_NAME]
        for one in access
        if one.access_method == method
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    )[:_MOST_URLS]


def _crl_urls(made: x509.Certificate) -> tuple[str, ...]:
    points = extension(made, x509.CRLDistributionPoints) or ()
    return tuple(
        name.value[:_LONGEST_NAME]
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    )[:_MOST_URLS]


def _oddities(made: x509.Certificate) -> list[str]:
    """Deviations that this library reads all the same, and others or later ones do not."""
    found = []
    if made.serial_number <= 0:
        found.append("serial-not-positive")
    if made.version is not x509.Version.v3:
        found.append("not-version-3")
    try:
        list(made.extensions)
    except UNREADABLE as error:
        found.append(f"extensions-unreadable: {_words(error)}")
    return found


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:_WORDS]
