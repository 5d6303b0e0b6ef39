"""A small certificate authority for the lab: one root, one intermediate, leaves on demand."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its key and the chain that a server should present above it."""

    certificate: x509.Certificate
    key: Key
    chain: tuple[x509.Certificate, ...] = ()

    def pem(self, *, with_chain: bool = True, with_key: bool = True) -> bytes:
        """Leaf, chain and key as one PEM file, as servers like to read it."""
        certificates = (self.certificate, *self.chain) if with_chain else (self.certificate,)
        parts = [one.public_bytes(serialization.Encoding.PEM) for one in certificates]
        if with_key:
            parts.append(
                self.key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        return b"".join(parts)

    def write(self, folder: Path, name: str, *, with_chain: bool = True) -> Path:
        """Write the PEM file for its owner only, and return its path."""
        path = folder / f"{name}.pem"
        path.touch(mode=0o600)
        path.write_bytes(self.pem(with_chain=with_chain))
        return path


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "emsready lab"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _issuer_at(place: str) -> x509.AuthorityInformationAccess:
    location = x509.UniformResourceIdentifier(f"{place}/issuing.cer")
    method = AuthorityInformationAccessOID.CA_ISSUERS
    return x509.AuthorityInformationAccess([x509.AccessDescription(method, location)])


def _list_at(place: str) -> x509.CRLDistributionPoints:
    location = x509.UniformResourceIdentifier(f"{place}/issuing.crl")
    return x509.CRLDistributionPoints([x509.DistributionPoint([location], None, None, None)])


def _authority(common: str, now: datetime, issuer: Issued | None) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(common)
    signing_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=3000))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
    )
    return Issued(builder.sign(signing_key, hashes.SHA256()), key)


@dataclass(slots=True)
class Authority:
    """A root and an issuing intermediate. `now` fixes the dates of everything it issues."""

    common: str = "Lab Root CA"
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    root: Issued = field(init=False)
    intermediate: Issued = field(init=False)
    _kept: dict[str, Issued] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = _authority(self.common, self.now, None)
        self.intermediate = _authority(f"{self.common} - Issuing", self.now, self.root)

    def issue(
        self,
        names: Sequence[str],
        *,
        starts: timedelta = timedelta(days=-10),
        ends: timedelta = timedelta(days=180),
        published_at: str = "",
    ) -> Issued:
        """A server certificate for those DNS names or addresses, valid relative to `now`.

        With `published_at` it says that the issuer's certificate and revocation list are there, as
        issuing.cer and issuing.crl.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(names[0][:64]))
            .issuer_name(self.intermediate.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + starts)
            .not_valid_after(self.now + ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.intermediate.key.public_key()
                ),
                critical=False,
            )
        )
        if published_at:
            builder = builder.add_extension(_issuer_at(published_at), critical=False)
            builder = builder.add_extension(_list_at(published_at), critical=False)
        certificate = builder.sign(self.intermediate.key, hashes.SHA256())
        return Issued(certificate, key, (self.intermediate.certificate,))

    def issuing_der(self) -> bytes:
        """The intermediate certificate, as it is published."""
        return self.intermediate.certificate.public_bytes(serialization.Encoding.DER)

    def revocation_list(self, *, ends: timedelta = timedelta(days=7)) -> bytes:
        """The revocation list of the intermediate, valid relative to `now`; nothing is revoked."""
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.intermediate.certificate.subject)
            .last_update(self.now - timedelta(days=8))
            .next_update(self.now + ends)
            .add_extension(x509.CRLNumber(1), critical=False)
            .sign(self.intermediate.key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.DER)

    def issue_application(self, common: str) -> Issued:
        """A self-signed certificate for an app registration; Entra wants an RSA key there."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(common))
            .issuer_name(_name(common))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=1))
            .not_valid_after(self.now + timedelta(days=365))
        )
        return Issued(builder.sign(key, hashes.SHA256()), key)

    def issue_self_signed(self, names: Sequence[str]) -> Issued:
        """A server certificate that no authority stands behind, as an appliance makes its own."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(names[0][:64]))
            .issuer_name(_name(names[0][:64]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now - timedelta(days=10))
            .not_valid_after(self.now + timedelta(days=180))
            .add_extension(
                x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        )
        return Issued(builder.sign(key, hashes.SHA256()), key)

    def token_signing(
        self,
        common: str,
        *,
        starts: timedelta = timedelta(days=-300),
        ends: timedelta = timedelta(days=65),
    ) -> Issued:
        """A self-signed token certificate as AD FS makes them; asked again, the same one.

        Two parts of the lab show it: what the federation service publishes and the tenant holds.
        """
        if common not in self._kept:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
            builder = (
                x509.CertificateBuilder()
                .subject_name(name)
                .issuer_name(name)
                .public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(self.now + starts)
                .not_valid_after(self.now + ends)
            )
            self._kept[common] = Issued(builder.sign(key, hashes.SHA256()), key)
        return self._kept[common]

    def root_pem(self) -> bytes:
        """The root certificate, as a trust file holds it."""
        return self.root.certificate.public_bytes(serialization.Encoding.PEM)
