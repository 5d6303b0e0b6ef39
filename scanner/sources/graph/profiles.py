"""Device profiles and authorities as facts: which part of a chain of trust each is."""

from __future__ import annotations

import base64
import binascii
import re

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from scanner.evidence.tenant_profiles import (
    CertificateFacts,
    DeviceProfile,
    Part,
    ProfileAssignment,
    RawAuthority,
    RawProfile,
    SignInAuthority,
)
from scanner.text import said

# What type names of the beta version hold; what stands before is the platform.
_PARTS: tuple[tuple[str, Part], ...] = (
    ("trustedrootcertificate", "root"),
    ("scepcertificateprofile", "client-certificate"),
    ("pkcscertificateprofile", "client-certificate"),
    ("pfximportcertificateprofile", "client-certificate"),
    ("importedpfxcertificateprofile", "client-certificate"),
    ("wifi", "wifi"),
    ("vpn", "vpn"),
)
_PLATFORMS = (
    "androiddeviceowner",
    "androidforwork",
    "androidworkprofile",
    "aospdeviceowner",
    "android",
    "ios",
    "macos",
    "windows",
)
_LARGEST = 100_000


def lacks_certificate(raw: RawProfile) -> bool:
    """Whether a trusted root profile came without its certificate."""
    return _part(raw.type) == "root" and not raw.root


def profile(raw: RawProfile, assignments: tuple[ProfileAssignment, ...]) -> DeviceProfile | None:
    """A profile of a chain of trust; None for any other."""
    part = _part(raw.type)
    if part is None:
        return None
    plain = raw.type.rpartition(".")[2].casefold()
    return DeviceProfile(
        name=raw.name,
        platform=next((one for one in _PLATFORMS if plain.startswith(one)), plain),
        part=part,
        targets=tuple(sorted({_target(one) for one in assignments})),
        enterprise=part == "wifi" and "enterprise" in plain,
        certificate=certificate(raw.root or "") if part == "root" else None,
    )


def authority(raw: RawAuthority) -> SignInAuthority:
    """An authority for certificate sign-in with what its certificate says."""
    return SignInAuthority(raw.issuer, raw.crl or "", certificate(raw.certificate or ""))


def certificate(encoded: str) -> CertificateFacts:
    """Read a base64 DER (or PEM) certificate; what cannot be read is told in `problem`."""
    if not encoded.strip():
        return CertificateFacts(problem=said("the tenant does not give its content"))
    if len(encoded) > _LARGEST:
        return CertificateFacts(problem=said("it is far too large for a certificate"))
    try:
        found = _loaded(encoded)
        key = found.public_key()
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
        return CertificateFacts(
            problem=said("it cannot be decoded ({kind})", kind=type(error).__name__)
        )
    bits = key.key_size if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else 0
    kind = {rsa.RSAPublicKey: "RSA", ec.EllipticCurvePublicKey: "EC"}
    word = next((name for cls, name in kind.items() if isinstance(key, cls)), type(key).__name__)
    digest = found.signature_hash_algorithm
    return CertificateFacts(
        subject=found.subject.rfc4514_string()[:300],
        expires=found.not_valid_after_utc,
        key=f"{word} {bits}" if bits else word,
        key_bits=bits,
        signature=digest.name if digest else "",
        is_ca=_is_ca(found),
    )


def _loaded(encoded: str) -> x509.Certificate:
    if "-----BEGIN" in encoded:
        return x509.load_pem_x509_certificate(encoded.encode("ascii", "replace"))
    data = base64.b64decode(re.sub(r"\s", "", encoded), validate=True)
    if data.startswith(b"-----BEGIN"):  # the portal takes PEM files and keeps them as they are
        return x509.load_pem_x509_certificate(data)
    return x509.load_der_x509_certificate(data)


def _is_ca(found: x509.Certificate) -> bool:
    """A version 1 root has no extensions and is taken as a CA where it signed itself."""
    try:
        return found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return found.version is x509.Version.v1 and found.issuer == found.subject
    except ValueError:
        return False


def _part(type_name: str) -> Part | None:
    plain = type_name.casefold()
    return next((part for word, part in _PARTS if word in plain), None)


def _target(one: ProfileAssignment) -> str:
    """A group by its id, or the type of the target for all users and all devices."""
    if one.target is None:
        return "unknown"
    return one.target.group_id or one.target.type.rpartition(".")[2]
