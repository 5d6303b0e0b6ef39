"""Sets of root certificates, read one by one so that a bad one costs only itself."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path

import certifi
from cryptography import x509

from scanner.config.model import Config
from scanner.sources.tls.certificate import UNREADABLE, parse

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


@dataclass(slots=True)
class Anchors:
    """One set of roots by subject name. `problem` says why it is empty, where it should not be."""

    by_subject: dict[bytes, list[x509.Certificate]] = field(default_factory=dict)
    problem: str = ""

    def add(self, certificate: x509.Certificate) -> None:
        """Take a root in. Raises one of UNREADABLE where its name cannot be read."""
        self.by_subject.setdefault(certificate.subject.public_bytes(), []).append(certificate)

    def called(self, subject: bytes) -> list[x509.Certificate]:
        """The roots of that encoded name."""
        return self.by_subject.get(subject, [])


def read_anchors(path: Path) -> Anchors:
    """All readable certificates of a PEM file."""
    anchors = Anchors()
    try:
        data = path.read_bytes()
    except OSError as error:
        return Anchors(problem=f"{path.name} cannot be read: {error.strerror}")
    for body in _BLOCK.findall(data):
        try:
            anchors.add(parse(base64.b64decode(b"".join(body.split()), validate=True)))
        except UNREADABLE:
            continue
    if not anchors.by_subject:
        anchors.problem = f"{path.name} holds no readable certificate"
    return anchors


def public_roots_file(config: Config) -> Path:
    """What counts as public: [trust] roots_file, else Mozilla's set as certifi packs it."""
    named = config.trust.roots_file
    return config.beside(named) if named else Path(certifi.where())


def private_roots_file(config: Config) -> Path | None:
    """The organisation's own roots, where they are configured."""
    named = config.trust.private_roots_file
    return config.beside(named) if named else None
