"""Limits of size and number: of an object, of a group, of the directory."""

from __future__ import annotations

from collections.abc import Iterator

from checks.directory_sync.common import (
    DEFAULT_RULES,
    EXPORT_AGAIN,
    PREREQUISITES,
    SYNC_ERRORS,
    too_damaged,
    unclear,
)
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.directory import DirectoryInput, DirectoryObject, SyncPlan
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tenant_sync import SyncClient, SyncState
from scanner.evidence.versions import older, version_of

_OBJECTS = object_set(said("objects on premises"))
_GROUPS = object_set(said("groups on premises"))
DECISION_GUIDE = "https://learn.microsoft.com/entra/identity/hybrid/cloud-sync/connect-to-cloud-sync-decision-guide"
_ENDPOINT = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sync-endpoint-api-v2"
)
CERTIFICATES_MOST = 15
PROXIES_WARN, PROXIES_MOST = 300, 332
MEMBERS_MOST = 250_000
CLOUD_SYNC_MEMBERS = 50_000
UNVERIFIED_QUOTA, VERIFIED_QUOTA, LICENCED_QUOTA = 50_000, 300_000, 500_000
_NEARLY = 0.8
_GROWING = ("proxyAddresses", "userCertificate", "userSMIMECertificate")
_FIRST_ENDPOINT = (2, 0)
"""Entra Connect below it uses the first endpoint, whose limit is that of Cloud Sync."""


@check(
    id="directory_sync.object-sizes-within-limits",
    title="No object exceeds Entra's size limits",
    action="Remove expired certificates and old addresses from the objects that are too large",
    why="Entra refuses an object with more than 15 certificates, and one whose addresses and other"
    " values"
    " take too much room: none of its changes arrive any more.",
    fix=[
        step(
            "Look at the certificates, then remove the expired ones.",
            command="Get-ADUser -Identity <guid> -Properties userCertificate |"
            " Select-Object -ExpandProperty userCertificate\n"
            "Set-ADUser -Identity <guid> -Certificates @{Remove=$expired} -WhatIf",
        ),
        step("Remove addresses that nobody writes to any more."),
    ],
    verify=EXPORT_AGAIN,
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["synchronising these objects"],
    documents=[SYNC_ERRORS],
)
class ObjectSizesWithinLimits(Fold[DirectoryObject]):
    """Counts the values of the attributes that grow."""

    def __init__(self, found: DirectoryInput) -> None:
        self._found = found
        self._seen = 0
        self._objects = 0
        self._large = Affected(("dn", "attribute", "values", "limit"))
        self._near = Affected(("dn", "attribute", "values", "limit"))

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        self._seen += 1
        if (
            item.proxies > PROXIES_WARN
            or item.certificates > CERTIFICATES_MOST
            or item.mail_certificates > CERTIFICATES_MOST
        ) and self._found.counts(item):
            self._take(item)

    def _take(self, item: DirectoryObject) -> None:
        for name, count, limit in (
            ("userCertificate", item.certificates, CERTIFICATES_MOST),
            ("userSMIMECertificate", item.mail_certificates, CERTIFICATES_MOST),
            ("proxyAddresses", item.proxies, PROXIES_MOST),
        ):
            if count > limit:
                self._large.add(item.dn, name, str(count), str(limit))
        self._objects += bool(self._large) and self._large.rows[-1][0] == item.dn
        if PROXIES_WARN < item.proxies <= PROXIES_MOST:
            self._near.add(item.dn, "proxyAddresses", str(item.proxies), str(PROXIES_MOST))

    def findings(self) -> Iterator[Finding]:
        """One finding over all objects."""
        if not self._seen:
            yield not_applicable("no-objects", _OBJECTS, "The input holds no object.")
        elif self._large:
            yield failed(
                "too-large",
                _OBJECTS,
                "{objects} objects have more values than Entra takes.",
                objects=self._objects,
            ).affecting(self._large)
        elif self._near:
            yield warned(
                "nearly-too-large",
                _OBJECTS,
                "{objects} objects have more than {limit} addresses; somewhere above it, depending"
                " on the"
                " rest of the object, Entra refuses them.",
                objects=len(self._near),
                limit=PROXIES_WARN,
            ).affecting(self._near)
        elif not any(map(self._found.carries, _GROWING)):
            yield not_assessed(
                "unconfigured-not-exported",
                _OBJECTS,
                "No entry of the input carries any of {attributes}; export them too to have sizes"
                " judged.",
                attributes=list(_GROWING),
            )
        elif too_damaged(self._found):
            yield unclear(_OBJECTS, self._found)
        else:
            yield passed("sizes-good", _OBJECTS, "No object is too large.")


@check(
    id="directory_sync.group-sizes-within-limits",
    title="No group is too large to synchronise",
    action="Split the groups that are too large, or leave them out",
    why="A group with 250,000 members or more is not synchronised at all; Cloud Sync, and Entra"
    " Connect 1 with its old endpoint, take 50,000. Its"
    " members then lose what the group grants them in the cloud.",
    fix=[
        step("Split the group, or use a dynamic group in the cloud instead."),
        step(
            "See how many members a group has.",
            command="(Get-ADGroup -Identity <guid> -Properties member).member.Count",
        ),
    ],
    verify=EXPORT_AGAIN,
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["synchronising these groups"],
    documents=[DEFAULT_RULES, _ENDPOINT, DECISION_GUIDE],
)
class GroupSizesWithinLimits(Fold[DirectoryObject]):
    """Counts members; a list that the server cut off is a lower bound."""

    def __init__(
        self, found: DirectoryInput, plan: SyncPlan | None, client: SyncClient | None
    ) -> None:
        self._found = found
        version = version_of(client.version) if client and client.version else None
        small = plan is not None and plan.tool == "cloud-sync"
        small = small or (version is not None and older(version, _FIRST_ENDPOINT))
        self._limit = CLOUD_SYNC_MEMBERS if small else MEMBERS_MOST
        self._most = self._limit + 1 if small else self._limit
        self._groups = 0
        self._large = Affected(("dn", "members"))
        self._near = Affected(("dn", "members"))
        self._cut = Affected(("dn", "members"), spoken=("members",))

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if item.type == "group" and (not item.reasons or self._may_come(item)):
            self._groups += 1
            if item.members >= self._most:
                self._large.add(item.dn, str(item.members))
            elif item.members >= self._limit * _NEARLY:
                self._near.add(item.dn, str(item.members))
            elif item.more_members:
                self._cut.add(item.dn, said("at least {members}", members=item.members))

    def _may_come(self, item: DirectoryObject) -> bool:
        """Whether nothing but its size keeps a group out."""
        return set(self._found.firm(item)) <= {"too-large"}

    def findings(self) -> Iterator[Finding]:
        """One finding over all groups."""
        if not self._groups:
            yield not_applicable("no-groups", _GROUPS, "The input holds no group.")
        elif self._large:
            yield failed(
                "groups-too-large",
                _GROUPS,
                "{groups} groups have too many members; the limit is {limit}.",
                groups=len(self._large),
                limit=self._limit,
            ).affecting(self._large)
        elif self._near:
            yield warned(
                "groups-nearly-too-large",
                _GROUPS,
                "{groups} groups are near the limit of {limit} members.",
                groups=len(self._near),
                limit=self._limit,
            ).affecting(self._near)
        elif self._cut:
            yield warned(
                "members-cut-off",
                _GROUPS,
                "The members of {groups} groups were exported in part only, so that their size is"
                " unknown.",
                groups=len(self._cut),
            ).affecting(self._cut)
        elif not self._found.carries("member"):
            yield not_assessed(
                "unconfigured-not-exported",
                _GROUPS,
                "No entry of the input carries {attribute}; export it too to have it judged.",
                attribute="member",
            )
        elif too_damaged(self._found):
            yield unclear(_GROUPS, self._found)
        else:
            yield passed(
                "groups-small",
                _GROUPS,
                "No group comes near the limit of {limit}.",
                limit=self._limit,
            )


@check(
    id="directory_sync.object-count-within-quota",
    title="The objects to come fit the quota",
    action="Verify a domain, or have the quota raised before the first synchronisation",
    why="A tenant takes 50,000 objects, 300,000 once a domain is verified, and more on request."
    " What goes"
    " beyond is refused, object by object. The database that comes with Entra Connect holds about"
    " 100,000 objects; its server needs 16 GB of memory above 50,000 objects and 32 GB above 100,000.",
    fix=[
        step(
            "Verify a domain.",
            portal="Entra admin center > Identity > Settings > Domain names > Add custom domain",
        ),
        step(
            "Ask Microsoft's support for a higher quota; above 500,000 objects a licence is needed too."
        ),
    ],
    verify="The quota that the tenant reports is larger than the number of objects.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["synchronising all objects"],
    documents=[PREREQUISITES],
)
class ObjectCountWithinQuota(Fold[DirectoryObject]):
    """Counts what will synchronise and compares it with the quota of the tenant."""

    def __init__(
        self, found: DirectoryInput, domains: TenantDomains | None, state: SyncState | None
    ) -> None:
        self._found = found
        self._quota = _quota(domains, state)
        self._count = 0

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        self._count += not item.reasons or self._found.counts(item)

    def findings(self) -> Iterator[Finding]:
        """The number against the quota; without the tenant, against that of a verified domain."""
        told = {"count": self._count, "quota": self._quota}
        if self._count > self._quota:
            yield failed(
                "quota-too-small",
                tenant(),
                "{count} objects would synchronise, and the quota is {quota}.",
                **told,
            )
        elif self._count > LICENCED_QUOTA:
            yield warned(
                "licence-needed",
                tenant(),
                "{count} objects would synchronise; above 500,000 a licence is needed. The quota is"
                " {quota}.",
                **told,
            )
        elif self._count > self._quota * _NEARLY:
            yield warned(
                "quota-nearly-used",
                tenant(),
                "{count} objects would synchronise, which comes near the quota of {quota}.",
                **told,
            )
        elif too_damaged(self._found):
            yield unclear(_OBJECTS, self._found)
        else:
            yield passed(
                "within-quota", tenant(), "{count} objects fit the quota of {quota}.", **told
            )


def _quota(domains: TenantDomains | None, state: SyncState | None) -> int:
    """What the tenant says, else what follows from its domains."""
    if state is not None and state.quota:
        return state.quota
    if domains is None or any(one.is_verified and not one.is_initial for one in domains.domains):
        return VERIFIED_QUOTA
    return UNVERIFIED_QUOTA
