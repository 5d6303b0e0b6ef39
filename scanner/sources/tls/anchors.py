"""Sets of root certificates, read one by one so that a bad one costs only itself."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

import certifi

from scanner.config.model import Config
from scanner.sources.tls.certificate import Parsed, parse
from scanner.text import said

_BLOCK = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)

SetName = Literal["public", "private"]


@dataclass(slots=True)
class Anchors:
    """The roots of all sets by their encoded name, and the intermediates that came with them.

    `problems` says of a set why it is empty, where it should not be. `public_file` says that a file
    of the configuration decides what is public, in place of Mozilla's list.
    """

    by_subject: dict[bytes, list[tuple[Parsed, SetName]]] = field(default_factory=dict)
    intermediates: list[Parsed] = field(default_factory=list)
    problems: dict[SetName, str] = field(default_factory=dict)
    public_file: bool = False
    private_file: str = ""

    def called(self, subject: bytes) -> list[tuple[Parsed, SetName]]:
        """The roots of that encoded name, those of the public set first."""
        return self.by_subject.get(subject, [])

    def add(self, roots: Iterable[Parsed], name: SetName) -> None:
        """Take roots into a set."""
        for one in roots:
            self.by_subject.setdefault(one.subject, []).append((one, name))


def read_anchors(config: Config) -> Anchors:
    """What counts as public ([trust] roots_file, else Mozilla's list), and the organisation's own."""
    anchors = Anchors(public_file=bool(config.trust.roots_file))
    public = Path(certifi.where())
    if config.trust.roots_file:
        public = config.beside(config.trust.roots_file)
    _read_set(anchors, public, "public")
    if config.trust.private_roots_file:
        own = config.beside(config.trust.private_roots_file)
        anchors.private_file = own.name
        _read_set(anchors, own, "private")
    return anchors


def _read_set(anchors: Anchors, path: Path, name: SetName) -> None:
    try:
        found = list(pem_certificates(path.read_bytes()))
    except OSError as error:
        anchors.problems[name] = said(
            "{name} cannot be read: {error}", name=path.name, error=str(error.strerror)
        )
        return
    if not found:
        anchors.problems[name] = said("{name} holds no readable certificate", name=path.name)
    if name == "public":
        anchors.add(found, name)
        return
    # an intermediate whose issuer is in the file too completes paths; it does not end them
    roots = {one.subject for one in found}
    below = [one for one in found if one.issuer != one.subject and one.issuer in roots]
    anchors.intermediates = below
    anchors.add((one for one in found if one not in below), name)


def pem_certificates(data: bytes) -> Iterator[Parsed]:
    """All readable certificates of a PEM text."""
    for body in _BLOCK.findall(data):
        try:
            parsed = parse(base64.b64decode(b"".join(body.split()), validate=True))
        except ValueError:
            continue
        if isinstance(parsed, Parsed):
            yield parsed


@lru_cache(maxsize=1)
def mozilla_keys() -> frozenset[tuple[bytes, str]]:
    """Name and key of every root in Mozilla's list, as certifi packs it."""
    return frozenset(one.identity for one in pem_certificates(Path(certifi.where()).read_bytes()))
