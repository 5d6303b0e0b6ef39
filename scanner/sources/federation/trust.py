"""Whose certificates are accepted on the way to the sign-in host and the federation service."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Self

import certifi

from scanner.config.model import Config
from scanner.sources.interface import Unavailable
from scanner.text import said
from scanner.words import Reason


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """`strict` verifies; `lenient` reads in spite of a certificate that did not pass."""

    strict: ssl.SSLContext
    lenient: ssl.SSLContext

    @classmethod
    def of(cls, config: Config) -> Self:
        """By the system's roots, Mozilla's, and every file of [trust].

        Whether a chain is one that the public trusts is judged by the certificate checks.
        Raises Unavailable(unconfigured) naming the file that cannot be used.
        """
        strict = ssl.create_default_context()
        strict.load_verify_locations(certifi.where())
        trust = config.trust
        for key in ("ca_file", "roots_file", "private_roots_file"):
            named = getattr(trust, key)
            if named:
                _load(strict, key, str(config.beside(named)))
        lenient = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        lenient.check_hostname = False
        lenient.verify_mode = ssl.CERT_NONE
        return cls(strict, lenient)


def _load(context: ssl.SSLContext, key: str, path: str) -> None:
    try:
        context.load_verify_locations(path)
    except OSError as error:  # ssl.SSLError is one
        raise Unavailable(
            Reason.UNCONFIGURED,
            said("trust.{key}: {path} holds no PEM certificates", key=key, path=path),
        ) from error
