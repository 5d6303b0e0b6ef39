"""Whom to trust: one file of root certificates for everything that speaks TLS to a known place."""

from __future__ import annotations

import ssl
from pathlib import Path

from scanner.config.model import Config
from scanner.sources.interface import Unavailable
from scanner.text import said
from scanner.words import Reason


def write_roots(config: Config, folder: Path) -> Path:
    """Write one PEM file of the roots to trust: the system's, certifi's, and trust.ca_file.

    Raises Unavailable(unconfigured) naming the file that cannot be used.
    """
    from requests.utils import DEFAULT_CA_BUNDLE_PATH  # noqa: PLC0415 - files alone need none of it

    found = dict.fromkeys(ssl.create_default_context().get_ca_certs(binary_form=True))
    pem = [Path(DEFAULT_CA_BUNDLE_PATH).read_text(encoding="utf-8")]
    pem += [ssl.DER_cert_to_PEM_cert(der) for der in found]
    if config.trust.ca_file:
        pem += _own_roots(config.beside(config.trust.ca_file))
    bundle = folder / "roots.pem"
    bundle.write_text("\n".join(pem), encoding="utf-8")
    return bundle


def _own_roots(path: Path) -> list[str]:
    from cryptography import x509  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Unavailable(
            Reason.UNCONFIGURED,
            said(
                "trust.ca_file: {name} holds no PEM certificates ({error})",
                name=path.name,
                error=str(error),
            ),
        ) from error
    return [one.public_bytes(Encoding.PEM).decode() for one in certificates]
