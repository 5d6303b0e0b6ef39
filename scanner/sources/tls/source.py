"""The source of TLS evidence: every service side by side on one event loop, each within its time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from scanner.config.model import Config
from scanner.evidence.federation import FederationTrust
from scanner.evidence.revocation import CrlHost, EndpointRevocation
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tls import (
    CloudPath,
    DerivedNames,
    HttpsAnswer,
    TlsChain,
    TlsEndpoint,
    TlsProtocol,
    UploadedCertificate,
)
from scanner.sources.interface import Contact, Gather
from scanner.sources.tls.cloud import cloud_hosts
from scanner.sources.tls.derive import candidates, suffixes
from scanner.sources.tls.round import Round
from scanner.sources.tls.targets import configured, once

_KINDS: tuple[type, ...] = (
    TlsEndpoint,
    TlsProtocol,
    TlsChain,
    EndpointRevocation,
    HttpsAnswer,
    DerivedNames,
    CrlHost,
    CloudPath,
    UploadedCertificate,
)


class TlsSource:
    """Looks at the TLS services of the organisation, as any client on the network could."""

    name = "tls"
    kinds = _KINDS
    after: tuple[type, ...] = (TenantDomains, FederationTrust)
    budget = 300.0

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """Each service with its port, and what follows from the names and the certificates."""
        targets = once(configured(config))
        for target in targets if wanted else ():
            where = f"{target.host}:{target.port}"
            yield Contact("tls", where, "tls", "read the certificate and what is offered")
        for one in candidates(targets, suffixes(config, None)) if wanted else ():
            yield Contact(
                "tls", f"{one.name}:443", "tls", "the same, if DNS leads to a host of yours"
            )
        if wanted & {EndpointRevocation, CrlHost, TlsChain} and targets:
            yield Contact(
                "tls",
                "addresses in the certificates",
                "http",
                "revocation answers and missing issuers; inside addresses only if allowed",
            )
        if CloudPath in wanted:
            for name in cloud_hosts(config):
                yield Contact("tls", f"{name}:443", "tls", "see whether TLS is opened on the way")

    def collect(self, gather: Gather) -> None:
        """Gather what is wanted of every service."""
        asyncio.run(Round(gather).run())
