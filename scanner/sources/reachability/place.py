"""The place that is looked from: this host, its resolvers, its proxies. Nothing leaves the machine."""

from __future__ import annotations

import os
import socket

from scanner.config.model import Config
from scanner.evidence.reachability import Vantage
from scanner.sources.interface import Unavailable
from scanner.sources.reachability.catalogue import Catalogue
from scanner.sources.reachability.proxy import Environment, Proxy, parse_proxy
from scanner.sources.reachability.resolve import resolvers_of, usable
from scanner.text import said
from scanner.words import Reason

_OUTSIDE4, _OUTSIDE6 = "192.0.2.1", "2001:db8::1"  # RFC 5737, RFC 3849: for routes only
_NONE = "none"


def proxies_of(config: Config) -> dict[str, Proxy]:
    """The proxy for 'tls' and for 'http' destinations: [network] proxy, else the environment's.

    `proxy = "none"` leaves the environment out. Raises Unavailable for one that cannot be read.
    """
    if config.network.proxy == _NONE:
        return {}
    environment = Environment.read()
    named = {
        "tls": config.network.proxy or environment.https or environment.all,
        "http": config.network.proxy or environment.http or environment.all,
    }
    try:
        return {kind: _signed_in(config, parse_proxy(text)) for kind, text in named.items() if text}
    except ValueError as error:
        raise Unavailable(
            Reason.UNCONFIGURED, said("[network] proxy: {error}", error=str(error))
        ) from error


def _signed_in(config: Config, proxy: Proxy) -> Proxy:
    """With the credentials that the operator put into the environment, where there are any."""
    user = config.network.proxy_user
    if not user or proxy.user:
        return proxy
    password = os.environ.get(config.network.proxy_password_env, "")
    return Proxy(proxy.scheme, proxy.host, proxy.port, user, password)


def describe(config: Config, catalogue: Catalogue) -> Vantage:
    """What is known of this place before anything was sent."""
    environment = Environment.read()
    proxies = proxies_of(config)
    chosen = proxies.get("tls") or proxies.get("http")
    return Vantage(
        label=config.network.vantage,
        roles=tuple(config.network.roles),
        host=socket.gethostname(),
        addresses=tuple(filter(None, (_source(_OUTSIDE4), _source(_OUTSIDE6)))),
        resolvers=tuple(one.label for one in resolvers_of(config)),
        proxy=chosen.label if chosen else "",
        pac_url=config.network.pac_url,
        bypass=environment.bypass if chosen else (),
        ipv4=bool(_source(_OUTSIDE4)),
        ipv6=usable(_OUTSIDE6),
        catalogue_version=catalogue.version,
        catalogue_as_of=catalogue.as_of,
        catalogue_origin=catalogue.origin,
    )


def _source(address: str) -> str:
    """The address that this host would use towards the outside. Sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((address, 443))
            return str(sock.getsockname()[0])
    except OSError:
        return ""
