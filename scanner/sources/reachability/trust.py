"""Whom a certificate may come from: the store of the machine, and public roots alone.

Inspection by a CA that the machine trusts passes the first and fails the second; nothing else shows it.
"""

from __future__ import annotations

import base64
import re
import ssl
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

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

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_MOST_INTERMEDIATES = 300
_DER = 2  # _ssl.ENCODING_DER


def parse(der: bytes) -> x509.Certificate:
    """The library's view of a certificate. Raises one of UNREADABLE."""
    with warnings.catch_warnings():  # it warns of serial numbers that are not positive
        warnings.simplefilter("ignore")
        return x509.load_der_x509_certificate(der)


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer's name and key fit the certificate and its signature."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (*UNREADABLE, InvalidSignature):
        return False
    return True


def _der(data: bytes) -> set[bytes]:
    found = set()
    for body in _BLOCK.findall(data):
        try:
            found.add(base64.b64decode(b"".join(body.split()), validate=True))
        except ValueError:
            continue
    return found


def _context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    return made


class Trust:
    """The three ways of looking at a certificate, and the intermediates that were seen to be good.

    Raises OSError or ssl.SSLError where a file of roots cannot be used.
    """

    def __init__(self, public_roots: Path, more_for_os: Path | None = None) -> None:
        self.public = _context()
        self.public.load_verify_locations(cafile=str(public_roots))
        self.machine = _context()
        self.machine.load_default_certs(ssl.Purpose.SERVER_AUTH)
        if more_for_os:
            self.machine.load_verify_locations(cafile=str(more_for_os))
        self.nobody = _context()
        self.nobody.check_hostname = False
        self.nobody.verify_mode = ssl.CERT_NONE
        self._machine_roots = _machine_roots(self.machine)
        if more_for_os:
            self._machine_roots |= _der(more_for_os.read_bytes())
        self._covered = _der(public_roots.read_bytes()) <= self._machine_roots
        self._intermediates: dict[bytes, bytes] = {}

    def machine_accepts(self, chain: list[bytes]) -> bool | None:
        """Whether the store of the machine accepts what public roots accept; None: ask it.

        Every public root is in the store, or the one that this chain ends at is.
        """
        if self._covered:
            return True
        if chain and chain[-1] in self._machine_roots:
            return True
        return None

    def learn(self, chain: list[bytes]) -> None:
        """Remember the intermediates of a chain that public roots accept."""
        for der in chain[1:-1]:
            if len(self._intermediates) < _MOST_INTERMEDIATES:
                self._intermediates.setdefault(der, der)

    def completes(self, leaf: bytes) -> bool:
        """Whether a known good intermediate issued that certificate: the server did not send it."""
        try:
            certificate = parse(leaf)
        except UNREADABLE:
            return False
        return any(signed_by(certificate, one) for one in _parsed(self._intermediates))


def _parsed(ders: Iterable[bytes]) -> Iterable[x509.Certificate]:
    for der in ders:
        try:
            yield parse(der)
        except UNREADABLE:
            continue


def _machine_roots(context: ssl.SSLContext) -> set[bytes]:
    """The roots of the machine as far as they can be listed; a folder of them is read lazily."""
    found = set(context.get_ca_certs(binary_form=True))
    paths = ssl.get_default_verify_paths()
    if paths.capath and not found:
        for path in Path(paths.capath).glob("*.0"):
            try:
                found |= _der(path.read_bytes())
            except OSError:
                continue
    return found


def chains_of(tls: ssl.SSLObject) -> list[bytes]:
    """The verified chain, leaf first, root last; empty where this Python does not hand it out.

    Public since Python 3.13; before, the same method stands one level below.
    """
    reader: Any = tls if hasattr(tls, "get_verified_chain") else getattr(tls, "_sslobj", None)
    read = getattr(reader, "get_verified_chain", None)
    if read is None:
        return []
    try:
        return [_bytes_of(one) for one in read() or ()]
    except (ssl.SSLError, ValueError):
        return []


def _bytes_of(certificate: Any) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    return bytes(certificate.public_bytes(_DER))
