"""Looking for an issuer that was not sent, where the certificate says it can be had.

What is found explains a fault; it never turns it into a pass.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from scanner.evidence.tls import CertificatePath, Completion, PathOutcome
from scanner.sources.tls.anchors import Anchors, pem_certificates
from scanner.sources.tls.certificate import UNREADABLE, Parsed, parse
from scanner.sources.tls.fetch import BUNDLE, Fetcher
from scanner.sources.tls.path import find_path

_MOST_FETCHES = 3
_MOST_IN_BUNDLE = 20


async def completed(
    path: CertificatePath,
    pool: list[Parsed],
    anchors: Anchors,
    fetcher: Fetcher,
    host: str,
    now: datetime,
) -> tuple[CertificatePath, CertificatePath]:
    """The path with what completes it where its issuer was not sent, and the path completed.

    The second one is for asking further questions, such as about revocation.
    """
    if path.outcome is not PathOutcome.MISSING_ISSUER or not path.certificates:
        return path, path
    leaf = parse(path.certificates[0].der)
    if not isinstance(leaf, Parsed):
        return path, path
    more = [*pool, *anchors.intermediates]
    source = anchors.private_file
    found = find_path(leaf, more, anchors, host, now)
    urls = path.issuer_urls
    for _ in range(_MOST_FETCHES):
        if found.outcome is not PathOutcome.MISSING_ISSUER or not urls:
            break
        fetched = await fetcher.get(urls[0], BUNDLE)
        more += [] if fetched.fault else certificates_in(fetched.body)
        source = urls[0]
        again = find_path(leaf, more, anchors, host, now)
        urls = urls[1:] if len(again.certificates) == len(found.certificates) else again.issuer_urls
        found = again
    return replace(path, completion=_completion(path, found, source)), found


def _completion(sent: CertificatePath, found: CertificatePath, source: str) -> Completion | None:
    """What the longer path has that the sent one had not; None where nothing was found."""
    added = found.certificates[len(sent.certificates) :]
    if not added:
        return None
    rooted = found.outcome in (PathOutcome.TRUSTED, PathOutcome.UNKNOWN_ROOT)
    if rooted:
        below = [one.subject for one in added[:-1]]
        only_root = not below
        subjects = tuple(below) or (added[-1].subject,)
    else:
        subjects, only_root = tuple(one.subject for one in added), False
    return Completion(subjects, source, found.roots, only_root=only_root, anchor=found.anchor)


def certificates_in(data: bytes) -> list[Parsed]:
    """The certificates in what was fetched: DER, PEM or a PKCS #7 bundle."""
    one = parse(data)
    if isinstance(one, Parsed):
        return [one]
    if found := list(pem_certificates(data))[:_MOST_IN_BUNDLE]:
        return found
    try:
        bundle = pkcs7.load_der_pkcs7_certificates(data)
    except UNREADABLE:
        return []
    bodies = [each.public_bytes(Encoding.DER) for each in bundle[:_MOST_IN_BUNDLE]]
    return [each for body in bodies if isinstance(each := parse(body), Parsed)]
