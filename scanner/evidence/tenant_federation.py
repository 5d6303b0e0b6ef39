"""How the tenant believes that its federated domains sign in, one configuration per domain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from scanner.evidence.certificate import Certificate
from scanner.evidence.envelope import GraphCall, evidence
from scanner.evidence.tenant import DOMAINS
from scanner.subject import Subject, domain

# https://learn.microsoft.com/graph/api/domain-list-federationconfiguration: no OData options here.
FEDERATION_CONFIGURATION = GraphCall(
    "/domains/{id}/federationConfiguration",
    permissions=("Domain-InternalFederation.Read.All",),
    properties=(
        "id",
        "displayName",
        "issuerUri",
        "passiveSignInUri",
        "activeSignInUri",
        "metadataExchangeUri",
        "signOutUri",
        "preferredAuthenticationProtocol",
        "signingCertificate",
        "nextSigningCertificate",
        "signingCertificateUpdateStatus/certificateUpdateResult",
        "signingCertificateUpdateStatus/lastRunDateTime",
        "federatedIdpMfaBehavior",
        "promptLoginBehavior",
        "isSignedAuthenticationRequestRequired",
    ),
)


@evidence("domain-federation", source="graph", calls=(DOMAINS, FEDERATION_CONFIGURATION))
@dataclass(frozen=True, slots=True)
class DomainFederation:
    """The federation settings of one domain, as Microsoft Graph names them.

    `configured` is False where the domain is federated and the tenant holds no configuration for
    it. A certificate that cannot be read says so in its `problem`. `mfa_behaviour`,
    `prompt_behaviour` and `update_result` are kept as written, because the service adds words.
    `inherited_by` are the child domains that have no configuration of their own.
    """

    domain: str
    configured: bool = True
    id: str = ""
    display_name: str = ""
    issuer: str = ""
    passive_uri: str = ""
    active_uri: str = ""
    exchange_uri: str = ""
    sign_out_uri: str = ""
    protocol: str = ""
    certificate: Certificate | None = None
    next_certificate: Certificate | None = None
    update_result: str | None = None
    update_ran: datetime | None = None
    mfa_behaviour: str | None = None
    prompt_behaviour: str | None = None
    signed_requests: bool | None = None
    inherited_by: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """The domain that the settings belong to."""
        return domain(self.domain)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """What the tenant accepts as a signature for the domain: the current one, then the next."""
        return tuple(one for one in (self.certificate, self.next_certificate) if one)

    @property
    def host(self) -> str:
        """The host that browsers are sent to, in lower case; empty where the address has none."""
        return host_in(self.passive_uri)

    @property
    def adfs(self) -> bool:
        """Whether the address that browsers are sent to is one of AD FS."""
        try:
            return urlsplit(self.passive_uri).path.casefold().startswith("/adfs/")
        except ValueError:
            return False


def host_in(url: str) -> str:
    """The host of a URL in lower case; empty where it has none that can be read."""
    try:
        return (urlsplit(url.strip()).hostname or "").casefold().rstrip(".")
    except ValueError:
        return ""
