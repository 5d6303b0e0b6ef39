"""A throw-away PKI for tests: authorities and leaves with whatever is to be wrong with them."""

import functools
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH


@functools.cache
def _rsa(bits, number):
    return rsa.generate_private_key(65537, bits)


def key(kind="ec", number=0):
    """A key of that kind; RSA keys take long to make and are the same for the same number."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    if kind.startswith("rsa"):
        return _rsa(int(kind[3:]), number)
    if kind == "p224":
        return ec.generate_private_key(ec.SECP224R1())
    if kind == "dsa":
        return dsa.generate_private_key(1024)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    raise AssertionError(kind)


@dataclass
class Made:
    """A certificate with its key, and the chain to send above it."""

    certificate: x509.Certificate
    key: object
    chain: tuple = ()

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def pem(self, *, chain=True, with_key=False):
        parts = [self.certificate, *(self.chain if chain else ())]
        text = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in parts)
        return text + self.key_pem() if with_key else text

    def key_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else [])


def alternative(text):
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def usage(*words):
    return x509.KeyUsage(**{word: word in words for word in _USAGES})


def make(
    common,
    issuer=None,
    *,
    names=(),
    kind="ec",
    number=0,
    digest="sha256",
    starts=-10 * DAY,
    ends=80 * DAY,
    ca=False,
    basic=True,
    path_length=None,
    usages=(SERVER,),
    key_usage=None,
    urls=None,
    limits=None,
    must_staple=False,
    extra=(),
    serial=None,
    critical_names=False,
    sent_by=None,
):
    """A certificate. `urls` maps 'issuer', 'ocsp', 'crl' to addresses; `sent_by` forges the issuer."""
    own = key(kind, number)
    signer = issuer.key if issuer else own
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common))
        .issuer_name((sent_by or issuer).certificate.subject if issuer else name(common))
        .public_key(own.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(NOW + starts)
        .not_valid_after(NOW + ends)
    )
    for value, critical in _extensions(
        ca, basic, path_length, names, critical_names, usages, key_usage, urls, limits, must_staple
    ):
        builder = builder.add_extension(value, critical=critical)
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False
    ).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
    )
    for value, critical in extra:
        builder = builder.add_extension(value, critical=critical)
    chosen = None if isinstance(signer, ed25519.Ed25519PrivateKey) else _digest(digest)
    made = builder.sign(signer, chosen)
    above = () if not issuer or _is_root(issuer) else (issuer.certificate, *issuer.chain)
    return Made(made, own, above)


def _digest(word):
    return {"sha256": hashes.SHA256(), "sha1": hashes.SHA1(), "md5": hashes.MD5()}[word]


def _is_root(made):
    return made.certificate.subject == made.certificate.issuer


def _extensions(
    ca, basic, path_length, names, critical_names, usages, key_usage, urls, limits, must_staple
):
    if basic:
        yield x509.BasicConstraints(ca=ca, path_length=path_length), True
    if key_usage is not None:
        yield usage(*key_usage), True
    elif ca:
        yield usage("key_cert_sign", "crl_sign"), True
    if names:
        yield x509.SubjectAlternativeName([alternative(one) for one in names]), critical_names
    if usages and not ca:
        yield x509.ExtendedKeyUsage(list(usages)), False
    if must_staple:
        yield x509.TLSFeature([x509.TLSFeatureType.status_request]), False
    if limits:
        yield x509.NameConstraints(**limits), True
    urls = urls or {}
    access = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(urls[word]))
        for word, method in (
            ("ocsp", AuthorityInformationAccessOID.OCSP),
            ("issuer", AuthorityInformationAccessOID.CA_ISSUERS),
        )
        if word in urls
    ]
    if access:
        yield x509.AuthorityInformationAccess(access), False
    if "crl" in urls:
        point = x509.DistributionPoint(
            [x509.UniformResourceIdentifier(urls["crl"])], None, None, None
        )
        yield x509.CRLDistributionPoints([point]), False


class Pki:
    """A root and an intermediate, and leaves below them."""

    def __init__(self, word="Test"):
        self.root = make(f"{word} Root", ca=True, ends=4000 * DAY)
        self.inter = make(f"{word} Issuing", self.root, ca=True, ends=2000 * DAY)

    def leaf(self, *names, issuer=None, common=None, **more):
        return make(
            common if common is not None else names[0][:60],
            issuer or self.inter,
            names=names,
            **more,
        )


def revocation_list(issuer, *, revoked=(), starts=-DAY, ends=7 * DAY, signer=None, extra=()):
    """A revocation list in DER; `revoked` are certificates, or pairs with a reason."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(NOW + starts)
        .next_update(NOW + ends)
    )
    for one in revoked:
        made, reason = one if isinstance(one, tuple) else (one, "superseded")
        entry = (
            x509.RevokedCertificateBuilder()
            .serial_number(made.certificate.serial_number)
            .revocation_date(NOW - DAY)
            .add_extension(x509.CRLReason(x509.ReasonFlags(reason)), critical=False)
            .build()
        )
        builder = builder.add_revoked_certificate(entry)
    for value, critical in extra:
        builder = builder.add_extension(value, critical=critical)
    return builder.sign((signer or issuer).key, hashes.SHA256()).public_bytes(
        serialization.Encoding.DER
    )


def ocsp_answer(
    leaf, issuer, *, revoked=False, starts=-DAY, ends=7 * DAY, signer=None, delegate=None
):
    """An OCSP answer in DER, signed by the issuer, by `signer`, or by a `delegate` sent along."""
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=leaf.certificate,
        issuer=issuer.certificate,
        algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
        this_update=NOW + starts,
        next_update=None if ends is None else NOW + ends,
        revocation_time=NOW - DAY if revoked else None,
        revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
    )
    by = delegate or signer or issuer
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, by.certificate)
    if delegate:
        builder = builder.certificates([delegate.certificate])
    return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
