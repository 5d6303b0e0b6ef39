"""One reading of a tenant: a job for each kind of evidence, run side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, get_type_hints

from scanner.evidence.envelope import Missing, kind_of, kinds
from scanner.evidence.graph import row_of, shape_of
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
    Skus,
    TenantDomain,
    TenantDomains,
    User,
    suffix_of,
)
from scanner.evidence.tenant_federation import DomainFederation
from scanner.sources.graph import read
from scanner.sources.graph.answers import Answer, GraphFailure, Page
from scanner.sources.graph.client import GraphClient
from scanner.sources.graph.crew import Job
from scanner.sources.graph.federation import federation_jobs
from scanner.sources.graph.follow import Following
from scanner.sources.graph.offer import Offer
from scanner.sources.graph.rows import row
from scanner.sources.graph.users import page_of_users, raw
from scanner.sources.graph.users import user as user_of
from scanner.sources.interface import Gather
from scanner.subject import domain
from scanner.text import said
from scanner.words import Reason

RESTARTS = 2
BY_HAND: frozenset[type] = frozenset({Organization, IntuneTenant, User})
"""Kinds whose shape could be read without further code, and which want more than that."""


class Reading:
    """Names the jobs for what is wanted; each keeps its evidence, or why it could not be had."""

    def __init__(self, gather: Gather, client: GraphClient, offer: Offer) -> None:
        self._gather = gather
        self._client = client
        self._offer = offer
        self._follow = Following(gather, client, offer)

    def jobs(self) -> Iterator[Job]:
        """The jobs; the longest lists come first."""
        wanted = self._gather.wanted
        if wanted & {User, TenantSuffixes}:
            yield self._users
        plain = [one for one in kinds() if one.type in wanted and is_plain(one.type)]
        for kind in sorted(plain, key=lambda one: not one.stream):
            yield partial(self._plain, kind.type)
        if wanted & {TenantDomains, DomainRecords, DomainFederation}:
            yield self._domains
        if wanted & {Organization, MdmAuthority}:
            yield self._organization
        if Skus in wanted:
            yield self._skus
        if IntuneTenant in wanted:
            yield self._intune
        yield from self._follow.jobs()

    def _miss(self, missing: Missing, *types: type) -> None:
        for kind in types:
            if kind in self._gather.wanted:
                self._gather.miss(kind, missing)

    def _put(self, item: object) -> None:
        if type(item) in self._gather.wanted:
            self._gather.put(item)

    def _plain(self, cls: type) -> None:
        """Read a kind by its shape."""
        (call,) = kind_of(cls).calls
        unoffered = self._offer.refusal(call)
        if unoffered is not None:
            return self._miss(unoffered, cls)
        if kind_of(cls).stream:
            return self._stream(cls)
        try:
            self._put(self._shaped(cls))
        except GraphFailure as failure:
            if failure.absent and call.absence:
                return self._put(cls())
            return self._miss(failure.missing, cls)
        return None

    def _shaped(self, cls: Any) -> object:
        (call,) = kind_of(cls).calls
        ident = self._offer.tenant_id if "{id}" in call.path else ""
        if shape_of(cls) == "count":
            return cls(self._client.number(call, ident))
        if shape_of(cls) == "object":
            return row(cls, self._client.single(call, ident))
        inner = row_of(get_type_hints(cls)["rows"])
        assert inner is not None  # noqa: S101 - the shape says so
        items = self._client.listing(call, ident)
        return cls(tuple(row(inner, one) for one in items))

    def _stream(self, cls: type) -> None:
        (call,) = kind_of(cls).calls
        for attempt in range(RESTARTS + 1):
            stream = None  # opened with the first page: what was denied is missing, not empty
            count = 0
            try:
                for page in self._client.pages(call):
                    # opening it again discards an earlier attempt
                    stream = stream or self._gather.stream(cls)
                    for item in page:
                        stream.add(row(cls, item))
                    count += len(page)
            except GraphFailure as failure:
                if failure.expired and attempt < RESTARTS:
                    continue
                if stream is None:
                    return self._miss(failure.missing, cls)
                return stream.end(part(failure.missing, count, said("objects")))
            return stream.end() if stream else None
        return None

    def _users(self) -> None:
        for attempt in range(RESTARTS + 1):
            stream = None
            suffixes: Counter[str] = Counter()
            count = 0
            try:
                for page in self._client.quick_pages(USERS, users_in):
                    stream = stream or self._gather.stream(User)
                    for user in map(user_of, page):
                        stream.add(user)
                        if user.enabled and user.user_type.casefold() == "member":
                            suffixes[suffix_of(user.upn)] += 1
                    count += len(page)
            except GraphFailure as failure:
                if failure.expired and attempt < RESTARTS:
                    continue
                missing = part(failure.missing, count, said("users"))
                self._miss(missing, TenantSuffixes)
                return stream.end(missing) if stream else self._miss(missing, User)
            counted = (SuffixCount(name, users) for name, users in sorted(suffixes.items()))
            self._put(TenantSuffixes(tuple(counted)))
            return stream.end() if stream else None
        return None

    def _organization(self) -> None:
        try:
            organization = row(Organization, self._client.single(ORGANIZATION))
        except GraphFailure as failure:
            return self._miss(failure.missing, Organization, MdmAuthority)
        if not organization.tenant_id:
            told = said("GET /organization: the answer names no tenant")
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
            self._miss(failure.missing, TenantDomains, DomainRecords, DomainFederation)
            return ()
        named = sorted((one for one in domains if one.name), key=lambda one: one.name)
        self._put(TenantDomains(tuple(named)))
        jobs = list(federation_jobs(self._gather, self._client, named))
        if DomainRecords not in self._gather.wanted:
            return jobs
        # Nothing is published by the customer for the initial domain: its DNS is Microsoft's.
        records = [partial(self._records, one) for one in named if not one.is_initial]
        if not records:
            self._gather.nothing(DomainRecords)
        return jobs + records

    def _records(self, tenant_domain: TenantDomain) -> None:
        name = tenant_domain.name
        try:
            proof = self._client.listing(VERIFICATION_RECORDS, name)
            service = self._services(tenant_domain)
        except GraphFailure as failure:
            self._gather.miss(DomainRecords, failure.missing, domain(name))
        else:
            self._gather.put(read.records(name, service, proof))

    def _services(self, tenant_domain: TenantDomain) -> list[Any]:
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

    def _intune(self) -> None:
        try:
            found = row(IntuneTenant, self._client.single(INTUNE))
        except GraphFailure as failure:
            if failure.no_service:
                return self._put(IntuneTenant(None))
            return self._miss(failure.missing, IntuneTenant)
        if not found.subscription_state:
            told = said("GET /deviceManagement: the answer names no state of the subscription")
            return self._miss(Missing(Reason.BUG, told), IntuneTenant)
        return self._put(found)


def is_plain(cls: type) -> bool:
    """Whether a kind is read by its shape alone, from its one call."""
    kind = kind_of(cls)
    return (
        kind.source == "graph"
        and len(kind.calls) == 1
        and cls not in BY_HAND
        and shape_of(cls) != "other"
    )


def users_in(answer: Answer) -> Page | None:
    """A page of users: decoded at once where it has the documented shape, else one by one."""
    if answer.status == 200 and (quick := page_of_users(answer.body)):  # noqa: PLR2004
        return Page(*quick)
    page = answer.page()
    if page is None or page.items is None:
        return page
    return Page([raw(one) for one in page.items if isinstance(one, dict)], page.link)


def part(missing: Missing, count: int, things: str) -> Missing:
    """What is missing of a list of which the beginning was read."""
    if not count:
        return missing
    return replace(
        missing,
        detail=said(
            "only the first {count} {things} were read: {detail}",
            count=count,
            things=things,
            detail=missing.said,
        ),
    )
