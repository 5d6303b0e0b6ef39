"""Limits of size and number: of an object, of a group, of the directory, of Cloud Sync."""

from __future__ import annotations

from collections import Counter
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
    forest,
    not_applicable,
    object_set,
    passed,
    step,
    tenant,
    warned,
)
from scanner.evidence.directory import DirectoryInput, DirectoryObject, SyncPlan
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tenant_sync import SyncState

_OBJECTS = object_set("objects on premises")
_GROUPS = object_set("groups on premises")
_GUIDE = "https://learn.microsoft.com/entra/identity/hybrid/cloud-sync/connect-to-cloud-sync-decision-guide"
_CLOUD_SYNC = "https://learn.microsoft.com/entra/identity/hybrid/cloud-sync/how-to-prerequisites"
_ENDPOINT = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sync-endpoint-api-v2"
)
CERTIFICATES_MOST = 15
PROXIES_WARN, PROXIES_MOST = 300, 332
MEMBERS_MOST = 250_000
CLOUD_SYNC_MEMBERS, CLOUD_SYNC_OBJECTS = 50_000, 150_000
UNVERIFIED_QUOTA, VERIFIED_QUOTA, LICENCED_QUOTA = 50_000, 300_000, 500_000
_NEARLY = 0.8


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
                objects=len(self._large),
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
        elif too_damaged(self._found):
            yield unclear(_OBJECTS, self._found)
        else:
            yield passed("sizes-good", _OBJECTS, "No object is too large.")


@check(
    id="directory_sync.group-sizes-within-limits",
    title="No group is too large to synchronise",
    action="Split the groups that are too large, or leave them out",
    why="A group with 250,000 members or more is not synchronised at all, and Cloud Sync takes"
    " 50,000. Its"
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
    documents=[DEFAULT_RULES, _ENDPOINT, _GUIDE],
)
class GroupSizesWithinLimits(Fold[DirectoryObject]):
    """Counts members; a list that the server cut off is a lower bound."""

    def __init__(self, found: DirectoryInput, plan: SyncPlan | None) -> None:
        self._found = found
        cloud = plan is not None and plan.tool == "cloud-sync"
        self._limit = CLOUD_SYNC_MEMBERS if cloud else MEMBERS_MOST
        self._most = self._limit + 1 if cloud else self._limit
        self._groups = 0
        self._large = Affected(("dn", "members"))
        self._near = Affected(("dn", "members"))
        self._cut = Affected(("dn", "members"))

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if item.type == "group":
            self._groups += 1
            if item.members >= self._most:
                self._large.add(item.dn, str(item.members))
            elif item.members >= self._limit * _NEARLY:
                self._near.add(item.dn, str(item.members))
            elif item.more_members:
                self._cut.add(item.dn, f"at least {item.members}")

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


@check(
    id="directory_sync.cloud-sync-within-limits",
    title="The forest fits Cloud Sync, where it is planned",
    action="Choose Entra Connect instead, or bring the forest within the limits of Cloud Sync",
    why="Cloud Sync takes at most 150,000 objects of a domain and 50,000 members of a group, and"
    " it does not"
    " synchronise devices. What goes beyond needs Entra Connect.",
    fix=[
        step("Compare the two in Microsoft's decision guide.", link=_GUIDE),
        step("Leave out what need not synchronise, by a scoping filter."),
    ],
    verify="Repeat the check: the counts are within the limits.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["synchronising with Cloud Sync"],
    documents=[_GUIDE, _CLOUD_SYNC],
)
class CloudSyncWithinLimits(Fold[DirectoryObject]):
    """Counts objects by domain, large groups, devices and inetOrgPersons."""

    def __init__(self, found: DirectoryInput, plan: SyncPlan) -> None:
        self._found = found
        self._planned = plan.tool == "cloud-sync"
        self._domains: Counter[str] = Counter()
        self._large = 0
        self._devices = 0
        self._persons = 0

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if self._planned and self._found.counts(item):
            self._domains[item.domain] += 1
            self._large += item.type == "group" and item.members > CLOUD_SYNC_MEMBERS
            self._devices += item.type == "computer"
            self._persons += item.type == "inetOrgPerson"

    def findings(self) -> Iterator[Finding]:
        """One finding for each domain."""
        if not self._planned:
            yield not_applicable("not-planned", forest("all forests"), "Cloud Sync is not planned.")
            return
        for name, count in sorted(self._domains.items()):
            yield self._about(name, count)

    def _about(self, name: str, count: int) -> Finding:
        problems = [f"{count} objects in the domain"] if count > CLOUD_SYNC_OBJECTS else []
        problems += [f"{self._large} groups above 50,000 members"] if self._large else []
        problems += [f"{self._devices} devices to synchronise"] if self._devices else []
        if problems:
            return failed(
                "beyond-limits",
                forest(name),
                "{domain} goes beyond Cloud Sync: {problems}.",
                domain=name,
                problems=problems,
            )
        if self._persons:
            return warned(
                "persons",
                forest(name),
                "{domain} has {persons} inetOrgPerson objects, whose password hashes Cloud Sync does not"
                " synchronise.",
                domain=name,
                persons=self._persons,
            )
        return passed(
            "within-limits", forest(name), "{domain} fits Cloud Sync with {count} objects.",
            domain=name, count=count,
        )  # fmt: skip
