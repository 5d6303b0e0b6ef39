"""How strong keys and signatures are. The library's verifier accepts weak leaf keys: judged here."""

from __future__ import annotations

from collections.abc import Iterator

from checks.certificates.dates import unreadable
from checks.certificates.roles import CLAUSE, weighed, worst
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Severity,
    Topic,
    check,
    failed,
    passed,
    step,
    warned,
)
from scanner.evidence.certificate import Certificate
from scanner.evidence.tls import ServedChain, TlsChain

_CURVES = ("EC secp256r1", "EC secp384r1", "EC secp521r1")
_LEAST, _MOST = 2048, 4096
_APPLE = "https://support.apple.com/103769"
_BASELINE = "https://cabforum.org/working-groups/server/baseline-requirements/"


def _below_root(one: ServedChain) -> tuple[Certificate, ...]:
    """The path without its root; the leaf alone where there is no path."""
    path = one.path.certificates
    if len(path) > 1:
        ends = one.path.anchor or path[-1].self_signed
        return path[:-1] if ends else path
    return (one.leaf,) if one.leaf else ()


@check(
    id="certificates.key-strength",
    title="Keys are strong enough",
    action="Replace the key that is too weak or of an unusual kind",
    why="Apple devices and browsers refuse RSA keys below 2048 bits and all but three elliptic curves.",
    fix=step(
        "Make a new key pair, do not have the old one signed again: RSA 2048 or 3072 for AD FS; RSA or"
        " P-256 elsewhere."
    ),
    verify="openssl x509 -noout -text shows a key of RSA 2048 bits or more, or P-256, P-384, P-521.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[
        _APPLE,
        _BASELINE,
        "https://learn.microsoft.com/windows-server/identity/ad-fs/technical-reference/ad-fs-and-keyspec-property",
    ],
    blocks=["Apple devices", "browsers"],
    requires=["certificates.reachable"],
)
def key_strength(found: TlsChain) -> Iterator[Finding]:
    """Judge the keys of leaf and intermediates."""
    yield weighed(worst(found, lambda one: _keys(found, one)), found.role, Severity.HIGH)


def _keys(found: TlsChain, one: ServedChain) -> Finding:
    subject = found.subject
    if one.leaf is None:
        return unreadable(subject)
    large = False
    for certificate in _below_root(one):
        kind, bits = certificate.key_type, certificate.key_bits
        if kind == "RSA" and bits >= _LEAST and bits % 8 == 0:
            large = large or bits > _MOST
        elif kind not in _CURVES:
            return failed(
                "weak" if kind == "RSA" and bits < _LEAST else "kind",
                subject,
                "The key of {name} is {kind} with {bits} bits.",
                name=certificate.label,
                kind=kind,
                bits=bits,
            ).showing(expected="RSA 2048 to 4096, P-256, P-384 or P-521")
    kind, bits = one.leaf.key_type, one.leaf.key_bits
    if large:
        return warned(
            "large",
            subject,
            "An RSA key has more than 4096 bits: handshakes are slow and some devices refuse it.",
        )
    return passed("strong", subject, "{kind}, {bits} bits.", kind=kind, bits=bits)


@check(
    id="certificates.signature-algorithm",
    title="Signatures use SHA-2",
    action="Have the certificate reissued with a SHA-256 signature",
    why="A signature over SHA-1 or MD5 can be forged. Apple devices and browsers refuse it.",
    fix=[
        step("Have the certificate reissued with SHA-256."),
        step(
            "A private authority has its own digest raised first, and its subordinates reissued.",
            command="certutil -getreg CA\\CSP\\CNGHashAlgorithm\n"
            "certutil -setreg CA\\CSP\\CNGHashAlgorithm SHA256",
        ),
    ],
    verify="openssl x509 -noout -text shows a signature algorithm with SHA-256 or better.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[_APPLE, _BASELINE],
    blocks=["Apple devices", "browsers"],
    requires=["certificates.reachable"],
)
def signature_algorithm(found: TlsChain) -> Iterator[Finding]:
    """Judge the signatures below the root; the root's own protects nothing."""
    yield weighed(worst(found, lambda one: _signatures(found, one)), found.role, Severity.HIGH)


def _signatures(found: TlsChain, one: ServedChain) -> Finding:
    subject = found.subject
    if one.leaf is None:
        return unreadable(subject)
    below = _below_root(one)
    for certificate in below:
        if certificate.signed_with == "eddsa":
            continue  # it has a digest of its own; what its key means is said by key-strength
        if not certificate.hash.startswith(("sha2", "sha3", "sha5")):
            return failed(
                "weak-digest",
                subject,
                "{name} is signed over {digest}.",
                name=certificate.label,
                digest=certificate.hash or certificate.signed_with,
            )
    if any(certificate.signed_with == "rsa-pss" for certificate in below):
        return warned(
            "pss",
            subject,
            "Signed with RSASSA-PSS, which older Windows roles and appliances cannot verify.",
        )
    return passed(
        "sha2", subject, "Signed over {digest}.", digest=one.leaf.hash or one.leaf.signed_with
    )
