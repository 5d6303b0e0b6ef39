"""The federation source: domains to hosts by realm discovery and the tenant, hosts to facts."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.config.model import Config
from scanner.evidence.envelope import Missing
from scanner.evidence.federation import (
    METADATA,
    DomainRealm,
    FederationHost,
    FederationMetadata,
    FederationTrust,
    SignInClock,
)
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tenant_federation import DomainFederation
from scanner.sources.federation.farm import Looker
from scanner.sources.federation.lanes import side_by_side
from scanner.sources.federation.realm import SignInHost
from scanner.sources.federation.targets import Target, domains_to_ask, targets
from scanner.sources.federation.trust import TlsSettings
from scanner.sources.federation.trusts import trusts_of
from scanner.sources.graph.clouds import endpoints_of
from scanner.sources.interface import Contact, Gather
from scanner.sources.tls.addresses import split_address
from scanner.sources.tls.names import ascii_name
from scanner.subject import domain
from scanner.text import said
from scanner.words import Reason

_WIDTH = 8


class FederationSource:
    """Asks the sign-in host for each domain's realm, and looks at each federation service."""

    name = "federation"
    kinds: tuple[type, ...] = (
        DomainRealm,
        FederationTrust,
        FederationHost,
        FederationMetadata,
        SignInClock,
    )
    after: tuple[type, ...] = (TenantDomains, DomainFederation)
    budget = 60.0

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """The sign-in host, and the federation hosts that the configuration names."""
        if not wanted:
            return
        if domains_to_ask(config, None):
            login = endpoints_of(config.tenant).login
            yield Contact("federation", login, "https GET", "realm discovery for each domain")
        for name in sorted(targets(config, (), ())):
            told = "federation metadata and the paths of AD FS"
            yield Contact("federation", f"https://{name}{METADATA}", "https GET", told)

    def collect(self, gather: Gather) -> None:
        """Gather realms first: they lead to hosts, and prove that there is a way out."""
        config = gather.config
        tls = TlsSettings.of(config)
        tenant = gather.seen(TenantDomains)
        known = tenant if isinstance(tenant, TenantDomains) else None
        federations = gather.seen_all(DomainFederation)
        names = domains_to_ask(config, known)
        login = SignInHost(config, tls, gather.deadline)
        realms = _realms(gather, login, names)
        found = targets(config, federations, realms)
        trusts = trusts_of(config.domains.sign_in, known, federations, realms, found)
        _trusts(gather, trusts, known=known is not None or bool(realms))
        if gather.wanted & {FederationHost, FederationMetadata}:
            # through a proxy an answer proves nothing about the direct way
            proven = bool(realms) and not config.network.http_proxy
            _hosts(gather, Looker(config, tls, proven, _plain_redirects(config)), found)


def _realms(gather: Gather, login: SignInHost, names: list[str]) -> list[DomainRealm]:
    """Ask for each domain, some side by side."""
    told = said("no domain is named; set domains.names, or sign in to the tenant")
    if not names:
        gather.miss(DomainRealm, Missing(Reason.UNCONFIGURED, told))
        gather.miss(SignInClock, Missing(Reason.UNCONFIGURED, told))
        return []
    asked = dict(side_by_side(names, login.ask, width=_WIDTH, deadline=gather.deadline))
    late = Missing(Reason.TIMEOUT, "the time for realm discovery was used up")
    found = []
    for name in names:
        realm = asked.get(name, late)
        if isinstance(realm, Missing):
            gather.miss(DomainRealm, realm, domain(name))
        else:
            found.append(realm)
            gather.put(realm)
    if login.clock is not None:
        gather.put(SignInClock(login.name, login.clock))
    else:
        gather.miss(SignInClock, late if not login.unreachable else asked_missing(asked))
    return found


def asked_missing(asked: dict[str, DomainRealm | Missing]) -> Missing:
    """Why the sign-in host gave nothing: what it said to the first domain that failed."""
    return next(one for one in asked.values() if isinstance(one, Missing))


def _trusts(gather: Gather, trusts: list[FederationTrust], *, known: bool) -> None:
    """Keep them; without any, nothing is federated, or nobody could say whether."""
    for trust in trusts:
        gather.put(trust)
    if not trusts and known:
        gather.nothing(FederationTrust)
    elif not trusts:
        told = said(
            "no domain is known to be federated; set domains.names, or a host with role adfs"
        )
        gather.miss(FederationTrust, Missing(Reason.UNCONFIGURED, told))


def _hosts(gather: Gather, looker: Looker, found: dict[str, Target]) -> None:
    if not found:
        gather.nothing(FederationHost)
        gather.nothing(FederationMetadata)
        return
    work = list(found.values())

    def look(target: Target) -> tuple[FederationHost, FederationMetadata]:
        return looker.look(target, gather.deadline)

    done = 0
    for _, (host, metadata) in side_by_side(work, look, width=_WIDTH, deadline=gather.deadline):
        gather.put(host)
        gather.put(metadata)
        done += 1
        gather.progress(done, len(work))
    if done < len(work):
        late = Missing(Reason.TIMEOUT, "the time for the federation hosts was used up")
        gather.miss(FederationHost, late)
        gather.miss(FederationMetadata, late)


def _plain_redirects(config: Config) -> dict[str, tuple[str, int]]:
    """Where [network] connect sends plain http, by name."""
    found = {}
    for key, to in config.network.connect.items():
        name, port = split_address(key)
        if port == 80:  # noqa: PLR2004
            found[ascii_name(name)] = split_address(to)
    return found
