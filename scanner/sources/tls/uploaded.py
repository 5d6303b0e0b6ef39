"""Certificates from files, of servers that no probe can see. A private key is refused unread."""

from __future__ import annotations

from datetime import datetime

from scanner.config.model import Config, Host
from scanner.evidence.envelope import Missing
from scanner.evidence.tls import UploadedCertificate
from scanner.sources.interface import Gather
from scanner.sources.tls.aia import certificates_in
from scanner.sources.tls.anchors import Anchors
from scanner.sources.tls.chains import Sent, path_of, served
from scanner.subject import host
from scanner.text import said
from scanner.words import Reason

_MOST_BYTES = 1024 * 1024
_SECRET = (b"PRIVATE KEY-----", b"PuTTY-User-Key-File")
_PFX_VERSION = b"\x02\x01\x03"


def read_uploads(gather: Gather, anchors: Anchors, now: datetime) -> None:
    """Keep the certificate of every RADIUS server, or that none was given."""
    config = gather.config
    named = [one for one in config.hosts if one.role == "radius"]
    if not named:
        gather.nothing(UploadedCertificate)
    for one in named:
        if not one.certificate_file:
            gather.put(UploadedCertificate(one.name, one.role))
            continue
        found = _upload(config, one, anchors, now)
        if isinstance(found, Missing):
            gather.miss(UploadedCertificate, found, host(one.name))
        else:
            gather.put(found)


def _upload(
    config: Config, one: Host, anchors: Anchors, now: datetime
) -> UploadedCertificate | Missing:
    path = config.beside(one.certificate_file)
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES)
    except OSError as error:
        return Missing(
            Reason.UNREACHABLE,
            said("{name} cannot be read: {error}", name=path.name, error=str(error.strerror)),
        )
    if any(word in data for word in _SECRET) or _PFX_VERSION in data[:8]:
        return Missing(
            Reason.UNSUPPORTED,
            said(
                "{name} holds a private key; export the certificate alone and delete this copy",
                name=path.name,
            ),
        )
    found = certificates_in(data)
    if not found:
        return Missing(
            Reason.UNSUPPORTED, said("{name} holds no certificate that can be read", name=path.name)
        )
    leaf = next((each for each in found if not each.facts.is_ca), found[0])
    ordered = [leaf, *(each for each in found if each is not leaf)]
    sent = Sent(path.name, "tls12", tuple(each.facts.der for each in ordered))
    chain = served(sent, path_of(sent, anchors, one.name, now), now)
    return UploadedCertificate(one.name, one.role, path.name, chain)
