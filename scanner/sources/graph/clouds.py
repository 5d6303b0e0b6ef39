"""Where each Microsoft cloud signs in and where its Graph is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from scanner.config.model import Tenant
from scanner.sources.interface import Unavailable
from scanner.text import said
from scanner.words import Cloud, Reason

# https://learn.microsoft.com/graph/deployments; the 21Vianet sign-in host is the one that the
# libraries use today, where older pages still name login.chinacloudapi.cn.
_HOSTS = {
    Cloud.WORLDWIDE: ("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    Cloud.GCC_HIGH: ("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    Cloud.DOD: ("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    Cloud.CHINA: (
        "https://login.partner.microsoftonline.cn",
        "https://microsoftgraph.chinacloudapi.cn",
    ),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: what a token may be sent to."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin | None:
        """Read the origin of a URL; None where it has none, or carries a user name."""
        try:
            parts = urlsplit(url)
            port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
        except ValueError:
            return None
        if not parts.hostname or "@" in parts.netloc:
            return None
        return cls(parts.scheme, parts.hostname.casefold(), port)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The base URLs of one tenant's cloud, without a final slash."""

    login: str
    graph: str


def endpoints_of(tenant: Tenant) -> Endpoints:
    """The addresses to use. Raises Unavailable(unconfigured) for one that is not https."""
    login, graph = _HOSTS[tenant.cloud]
    return Endpoints(
        _checked("login", tenant.endpoints.login or login),
        _checked("graph", tenant.endpoints.graph or graph),
    )


def _checked(key: str, url: str) -> str:
    origin = Origin.of(url)
    if origin is None or origin.scheme != "https":
        raise Unavailable(
            Reason.UNCONFIGURED,
            said(
                "tenant.endpoints.{key} must be a base address that starts with https://", key=key
            ),
        )
    return url.rstrip("/")
