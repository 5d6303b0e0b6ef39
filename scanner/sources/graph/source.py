"""The source of tenant evidence: signing in, and then reading what is wanted side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from scanner.config.model import Config
from scanner.evidence import (  # noqa: F401 - importing a module declares its kinds
    suffixes,
    tenant_access,
    tenant_connectors,
    tenant_devices,
    tenant_enrolment,
    tenant_federation,
    tenant_groups,
    tenant_profiles,
    tenant_roles,
    tenant_services,
    tenant_signin,
    tenant_sync,
)
from scanner.evidence.envelope import GraphCall, Missing, kind_of, kinds
from scanner.evidence.tenant import SignedIn
from scanner.sources.graph.caller import signed_in
from scanner.sources.graph.client import GraphClient
from scanner.sources.graph.clouds import endpoints_of
from scanner.sources.graph.crew import Crew
from scanner.sources.graph.flows import Flow
from scanner.sources.graph.offer import Offer
from scanner.sources.graph.pace import RATES
from scanner.sources.graph.reading import Reading
from scanner.sources.graph.session import SIGN_IN_METHODS, GuardedSession
from scanner.sources.graph.signin import SignIn, claims_of
from scanner.sources.interface import Contact, Gather, Unavailable
from scanner.sources.trust import write_roots
from scanner.words import Reason

_THREADS = 5


class GraphSource:
    """Reads the tenant over Microsoft Graph."""

    name = "graph"
    after: tuple[type, ...] = ()
    budget = 480.0
    back_off = 1.0
    rates = RATES

    @property
    def kinds(self) -> tuple[type, ...]:
        """Every kind that is declared with Graph as its source, those of plugins included."""
        return tuple(one.type for one in kinds() if one.source == "graph")

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """The sign-in host, and each call with the permission that it needs."""
        if config.tenant.auth.method == "none" or not _tenant(config):
            return
        endpoints = endpoints_of(config.tenant)
        yield Contact("graph", endpoints.login, "https", "sign in")
        calls: dict[GraphCall, None] = {}
        for kind in self.kinds:
            if kind in wanted:
                calls.update(dict.fromkeys(kind_of(kind).calls))
        for call in calls:
            target = f"{endpoints.graph}/{call.version}{call.path}"
            yield Contact("graph", target, "https GET", "read the tenant", " ".join(call.needs))

    def collect(self, gather: Gather) -> None:
        """Gather what is wanted. Raises Unavailable where the tenant cannot be read at all."""
        config = gather.config
        if not _tenant(config):
            raise Unavailable(
                Reason.UNCONFIGURED, "no tenant is named; set tenant.domain or tenant.id"
            )
        if config.tenant.auth.method == "none":
            raise Unavailable(
                Reason.UNCONFIGURED,
                "no sign-in to the tenant is configured; set tenant.auth.method",
            )
        endpoints = endpoints_of(config.tenant)
        with tempfile.TemporaryDirectory(prefix="emsready-") as folder:
            roots = write_roots(config, Path(folder))
            with GuardedSession(
                roots, SIGN_IN_METHODS, config.network.http_proxy, config.tenant.timeout
            ) as http:
                flow = Flow(config, endpoints, http, gather.deadline)
                sign_in = SignIn(flow.fetch(), gather.deadline, self.back_off)
                client = GraphClient(
                    endpoints.graph,
                    sign_in,
                    roots,
                    gather.deadline,
                    config.tenant.timeout,
                    config.network.http_proxy,
                    self.back_off,
                    self.rates,
                )
                self._read(gather, client, sign_in.current())

    def _read(self, gather: Gather, client: GraphClient, token: str) -> None:
        if SignedIn in gather.wanted:
            caller = signed_in(token, gather.wanted)
            if isinstance(caller, Missing):
                gather.miss(SignedIn, caller)
            else:
                gather.put(caller)
        reading = Reading(gather, client, _offer(gather.config, token))
        try:
            if not Crew(_THREADS, gather.progress).run(reading.jobs(), gather.deadline):
                raise Unavailable(Reason.TIMEOUT, "the time for reading the tenant is used up")
        finally:
            client.close()


def _tenant(config: Config) -> str:
    return config.tenant.id or config.tenant.domain


def _offer(config: Config, token: str) -> Offer:
    claims = claims_of(token)
    told = claims.get("tid")
    known = isinstance(told, str) and bool(told)
    return Offer(
        tenant_id=str(told) if known else config.tenant.id,
        delegated="scp" in claims if known else None,
        beta=config.tenant.beta,
    )
