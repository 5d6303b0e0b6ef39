"""The source of tenant evidence: what to read, side by side, and what to say where it fails."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from scanner.config.model import Config
from scanner.evidence.envelope import GraphCall, Missing, kind_of
from scanner.evidence.suffixes import SuffixCount, TenantSuffixes
from scanner.evidence.tenant import (
    DOMAINS,
    INTUNE,
    MDM_AUTHORITY,
    ORGANIZATION,
    SERVICE_RECORDS,
    SKUS,
    USERS,
    VERIFICATION_RECORDS,
    DomainRecords,
    IntuneTenant,
    MdmAuthority,
    Organization,
    SignedIn,
    Skus,
    TenantDomain,
    TenantDomains,
    User,
)
from scanner.sources.graph import read
from scanner.sources.graph.answers import GraphFailure
from scanner.sources.graph.caller import signed_in
from scanner.sources.graph.client import GraphClient
from scanner.sources.graph.clouds import endpoints_of
from scanner.sources.graph.crew import Crew, Job
from scanner.sources.graph.flows import Flow
from scanner.sources.graph.session import SIGN_IN_METHODS, GuardedSession, write_roots
from scanner.sources.graph.signin import SignIn
from scanner.sources.interface import Contact, Gather, Unavailable
from scanner.subject import domain
from scanner.words import Reason

_KINDS: tuple[type, ...] = (
    Organization,
    MdmAuthority,
    TenantDomains,
    DomainRecords,
    Skus,
    User,
    TenantSuffixes,
    IntuneTenant,
    SignedIn,
)
_THREADS = 5
_RESTARTS = 2


class GraphSource:
    """Reads the tenant over Microsoft Graph."""

    name = "graph"
    kinds = _KINDS
    after: tuple[type, ...] = ()
    budget = 480.0
    back_off = 1.0

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """The sign-in host, and each call with the permission that it needs."""
        if config.tenant.auth.method == "none" or not _tenant(config):
            return
        endpoints = endpoints_of(config.tenant)
        yield Contact("graph", endpoints.login, "https", "sign in")
        calls: dict[GraphCall, None] = {}
        for kind in _KINDS:
            if kind in wanted:
                calls.update(dict.fromkeys(kind_of(kind).calls))
        for call in calls:
            target = f"{endpoints.graph}/{call.version}{call.path}"
            permission = (call.permissions or call.delegated or ("",))[0]
            yield Contact("graph", target, "https GET", "read the tenant", permission)

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
                roots, SIGN_IN_METHODS, config.network.proxy, config.tenant.timeout
            ) as http:
                flow = Flow(config, endpoints, http, gather.deadline)
                sign_in = SignIn(flow.fetch(), gather.deadline, self.back_off)
                client = GraphClient(
                    endpoints.graph,
                    sign_in,
                    roots,
                    gather.deadline,
                    config.tenant.timeout,
                    config.network.proxy,
                    self.back_off,
                )
                self._read(gather, client, sign_in.current())

    def _read(self, gather: Gather, client: GraphClient, token: str) -> None:
        if SignedIn in gather.wanted:
            caller = signed_in(token, gather.wanted)
            if isinstance(caller, Missing):
                gather.miss(SignedIn, caller)
            else:
                gather.put(caller)
        reading = Reading(gather, client)
        try:
            if not Crew(_THREADS, gather.progress).run(reading.jobs(), gather.deadline):
                raise Unavailable(Reason.TIMEOUT, "the time for reading the tenant is used up")
        finally:
            client.close()


class Reading:
    """One reading of a tenant: a job for each list, run side by side."""

    def __init__(self, gather: Gather, client: GraphClient) -> None:
        self._gather = gather
        self._client = client

    def jobs(self) -> Iterator[Job]:
        """The jobs for what is wanted; the longest list comes first."""
        wanted = self._gather.wanted
        if wanted & {User, TenantSuffixes}:
            yield self._users
        if wanted & {TenantDomains, DomainRecords}:
            yield self._domains
        if wanted & {Organization, MdmAuthority}:
            yield self._organization
        if Skus in wanted:
            yield self._skus
        if IntuneTenant in wanted:
            yield self._intune

    def _miss(self, missing: Missing, *kinds: type) -> None:
        for kind in kinds:
            if kind in self._gather.wanted:
                self._gather.miss(kind, missing)

    def _put(self, item: object) -> None:
        if type(item) in self._gather.wanted:
            self._gather.put(item)

    def _organization(self) -> None:
        try:
            found = self._client.single(ORGANIZATION)
            # Some services answer with the one object instead of a list of it.
            items = read.objects(found.get("value")) or [found]
            organization = read.organization(items[0])
        except GraphFailure as failure:
            return self._miss(failure.missing, Organization, MdmAuthority)
        if not organization.tenant_id:
            told = "GET /organization: the answer names no tenant"
            return self._miss(Missing(Reason.BUG, told), Organization, MdmAuthority)
        self._put(organization)
        if MdmAuthority in self._gather.wanted:
            self._authority(organization.tenant_id)
        return None

    def _authority(self, tenant_id: str) -> None:
        try:
            found = self._client.single(MDM_AUTHORITY, tenant_id)
        except GraphFailure as failure:
            return self._miss(failure.missing, MdmAuthority)
        value = read.text(found.get("mobileDeviceManagementAuthority"))
        return self._put(MdmAuthority(value or None))

    def _domains(self) -> Iterable[Job]:
        try:
            domains = [read.tenant_domain(one) for one in self._client.listing(DOMAINS)]
        except GraphFailure as failure:
            self._miss(failure.missing, TenantDomains, DomainRecords)
            return ()
        named = sorted((one for one in domains if one.name), key=lambda one: one.name)
        self._put(TenantDomains(tuple(named)))
        if DomainRecords not in self._gather.wanted:
            return ()
        # Nothing is published by the customer for the initial domain: its DNS is Microsoft's.
        return [partial(self._records, one) for one in named if not one.is_initial]

    def _records(self, tenant_domain: TenantDomain) -> None:
        name = tenant_domain.name
        try:
            proof = self._client.listing(VERIFICATION_RECORDS, name)
            service = self._services(tenant_domain)
        except GraphFailure as failure:
            self._gather.miss(DomainRecords, failure.missing, domain(name))
        else:
            self._gather.put(read.records(name, service, proof))

    def _services(self, tenant_domain: TenantDomain) -> list[read.Item]:
        """The service records; for an unverified domain the tenant may not tell them yet."""
        try:
            return list(self._client.listing(SERVICE_RECORDS, tenant_domain.name))
        except GraphFailure as failure:
            if tenant_domain.is_verified or failure.missing.reason is not Reason.UNSUPPORTED:
                raise
            return [{}]  # read as one record that the tenant could not give

    def _skus(self) -> None:
        try:
            found = self._client.listing(SKUS)
        except GraphFailure as failure:
            return self._miss(failure.missing, Skus)
        return self._put(Skus(tuple(read.sku(one) for one in found)))

    def _users(self) -> None:
        for attempt in range(_RESTARTS + 1):
            stream = self._gather.stream(User)  # opening it again discards the earlier attempt
            suffixes: Counter[str] = Counter()
            count = 0
            try:
                for page in self._client.pages(USERS):
                    for user in map(read.user, page):
                        stream.add(user)
                        if user.enabled and user.user_type.casefold() == "member":
                            suffixes[user.suffix] += 1
                    count += len(page)
            except GraphFailure as failure:
                if failure.expired and attempt < _RESTARTS:
                    continue
                missing = failure.missing
                told = f"only the first {count} users were read: " if count else ""
                told += missing.detail
                part = Missing(missing.reason, told, missing.permission)
                self._miss(part, TenantSuffixes)
                return stream.end(part)
            counted = (SuffixCount(name, users) for name, users in sorted(suffixes.items()))
            self._put(TenantSuffixes(tuple(counted)))
            return stream.end()
        return None

    def _intune(self) -> None:
        try:
            found = self._client.single(INTUNE)
        except GraphFailure as failure:
            if failure.absent:
                return self._put(IntuneTenant(None))
            return self._miss(failure.missing, IntuneTenant)
        state = read.text(found.get("subscriptionState"))
        if not state:
            told = "GET /deviceManagement: the answer names no state of the subscription"
            return self._miss(Missing(Reason.BUG, told), IntuneTenant)
        return self._put(IntuneTenant(state, read.text(found.get("intuneAccountId")) or None))


def _tenant(config: Config) -> str:
    return config.tenant.id or config.tenant.domain
