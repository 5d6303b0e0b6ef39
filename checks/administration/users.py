"""The users of the tenant: sign-in names and usage location."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    Vocabulary,
    check,
    failed,
    not_applicable,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.tenant import Organization, TenantDomains, User

LICENSED_HOW = Vocabulary(("by group", "directly", "not yet"))
SYNCED = object_set(said("synchronised users"))
LICENSED = object_set(said("users to be licensed"))
WITH_MAIL = object_set(said("users with mail"))


def is_member(user: User) -> bool:
    """Whether this is an enabled account of the organisation's own."""
    return user.enabled and user.user_type.casefold() == "member"


@check(
    id="administration.upn-suffix-verified",
    title="Users sign in with a verified custom domain",
    action="Give synchronised users a sign-in name in a verified domain",
    why="A suffix that the tenant has not verified is replaced by the initial domain when a user is"
    " synchronised. Such a user cannot sign in with the name that everybody knows, and enrolment"
    " by mail address does not find the account.",
    fix=[
        step(
            "Verify the domain in the tenant if it is public; if it is not, add a public suffix to"
            " the forest.",
            command="Get-ADForest | Select-Object -ExpandProperty UPNSuffixes\n"
            "Set-ADForest -Identity <forest> -UPNSuffixes @{Add='<domain>'}",
        ),
        step(
            "Change the sign-in names in Active Directory and let them synchronise.",
            command="Set-ADUser -Identity <user> -UserPrincipalName <name>@<domain> -WhatIf\n"
            "Set-ADUser -Identity <user> -UserPrincipalName <name>@<domain>",
        ),
    ],
    verify="No synchronised user has a sign-in name in the initial domain any more.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "E6", "A4"],
    blocks=["preparing directory synchronisation", "sign-in", "Company Portal"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname"
    ],
    requires=["dns.domain-verified"],
    settle_after="1 h",
)
class UpnSuffixVerified(Fold[User]):
    """Looks at the suffix of every enabled synchronised member."""

    def __init__(self, domains: TenantDomains, scope: Scope) -> None:
        self._warn = scope.threshold("upn_warn_percent", 1)
        self._fail = scope.threshold("upn_fail_percent", 5)
        self._good = {
            one.name.casefold() for one in domains.domains if one.is_verified and not one.is_initial
        }
        self._count = 0
        self._bad = Affected(("id", "sign-in name", "mail"))

    def see(self, item: User) -> None:
        """Take one user in."""
        if is_member(item) and item.synced:
            self._count += 1
            if item.suffix not in self._good:
                self._bad.add(item.id, item.upn, item.mail or "")

    def findings(self) -> Iterable[Finding]:
        """Judge the share of users without a verified custom suffix."""
        bad = len(self._bad)
        percent = round(100 * bad / self._count, 1) if self._count else 0.0
        if not self._count:
            yield not_applicable("no-synced-user", SYNCED, "No enabled user is synchronised.")
        elif percent < self._warn:
            yield passed(
                "suffixes-verified",
                SYNCED,
                "{good} of {count} synchronised users sign in with a verified custom domain.",
                good=self._count - bad,
                count=self._count,
            ).affecting(self._bad)
        else:
            yield (
                self._said(percent)
                .showing(
                    expected=sorted(self._good) or said("a verified custom domain"),
                    observed=f"{percent} %",
                    threshold=f"{self._fail} %",
                )
                .affecting(self._bad)
            )

    def _said(self, percent: float) -> Finding:
        if percent > self._fail:
            return failed(
                "suffix-unverified",
                SYNCED,
                "{bad} of {count} synchronised users ({percent} %) have a sign-in name outside the"
                " verified custom domains: their suffix on premises is not one of them.",
                bad=len(self._bad),
                count=self._count,
                percent=percent,
            )
        return warned(
            "some-suffixes-unverified",
            SYNCED,
            "{bad} of {count} synchronised users ({percent} %) have a sign-in name outside the"
            " verified custom domains.",
            bad=len(self._bad),
            count=self._count,
            percent=percent,
        )


@check(
    id="administration.users-have-usage-location",
    title="Users to be licensed have a usage location",
    action="Set the usage location of every user to be licensed",
    why="Some services may not be offered in every country, so a licence is refused to a user whose"
    " country is not known. The assignment fails one user at a time, and those users can neither"
    " enrol nor be protected.",
    fix=[
        step(
            "For synchronised users, fill msExchUsageLocation (two letters) in Active Directory, or"
            " map the country attribute to it in the synchronisation rules.",
            command="Set-ADUser -Identity <user> -Replace @{msExchUsageLocation='<two letters>'}"
            " -WhatIf\n"
            "Set-ADUser -Identity <user> -Replace @{msExchUsageLocation='<two letters>'}",
        ),
        step(
            "For cloud-only users, set it in the tenant.",
            command="Update-MgUser -UserId <id> -UsageLocation <two letters> -WhatIf\n"
            "Update-MgUser -UserId <id> -UsageLocation <two letters>",
        ),
    ],
    verify="Counting the users whose usageLocation is null gives 0.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E6", "G10"],
    blocks=["licensing end users"],
    documents=["https://learn.microsoft.com/graph/api/resources/user"],
    settle_after="1 h",
)
class UsersHaveUsageLocation(Fold[User]):
    """Counts the enabled members without a usage location, licensed by a group or directly."""

    def __init__(self, organization: Organization | None, scope: Scope) -> None:
        self._limit = scope.threshold("usage_location_missing_percent", 1)
        self._default = organization and (
            organization.default_usage_location or organization.country
        )
        self._count = 0
        self._direct = 0
        self._without = Affected(("id", "sign-in name", "licensed"), spoken=("licensed",))

    def see(self, item: User) -> None:
        """Take one user in."""
        if not is_member(item):
            return
        self._count += 1
        if item.usage_location:
            return
        by_group = item.licensed_by_group
        self._direct += not by_group
        told = (
            said("by group")
            if by_group
            else said("directly")
            if item.license_ids
            else said("not yet")
        )
        self._without.add(item.id, item.upn, told)

    def findings(self) -> Iterable[Finding]:
        """Judge the share without location; a group's licence takes the tenant's location."""
        missing = len(self._without)
        percent = round(100 * missing / self._count, 1) if self._count else 0.0
        numbers = {"missing": missing, "count": self._count, "percent": percent}
        if not self._count:
            yield not_applicable("no-members", LICENSED, "The tenant has no enabled member.")
        elif not missing:
            yield passed(
                "all-located", LICENSED, "All {count} users have a location.", count=self._count
            )
        elif not self._direct and self._default:
            yield warned(
                "default-used",
                LICENSED,
                "{missing} of {count} users have no usage location; their licences come from groups"
                " and take the tenant's location {location}.",
                missing=missing,
                count=self._count,
                location=self._default,
            ).affecting(self._without)
        elif percent > self._limit:
            yield (
                failed(
                    "location-missing",
                    LICENSED,
                    "{missing} of {count} users ({percent} %) have no usage location.",
                    **numbers,
                )
                .showing(threshold=f"{self._limit} %")
                .affecting(self._without)
            )
        else:
            yield warned(
                "few-locations-missing",
                LICENSED,
                "{missing} of {count} users ({percent} %) have no usage location.",
                **numbers,
            ).affecting(self._without)


@check(
    id="administration.upn-equals-mail",
    title="Sign-in name equals primary mail address",
    action="Align sign-in names with mail addresses",
    why="The Company Portal, mail profiles and Outlook ask for the address and expect the sign-in"
    " name; who has two names types the wrong one. How much it matters depends on your users.",
    fix=[
        step(
            "Change the sign-in name in Active Directory and let it synchronise.",
            command="Set-ADUser -Identity <user> -UserPrincipalName <mail> -WhatIf",
        ),
        step("Or tell users which of the two names to type, before the first device enrols."),
    ],
    verify="Sign-in name and mail address of the users are the same, whatever their case.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["E3", "E6"],
    blocks=["e-mail profiles"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname"
    ],
    settle_after="1 h",
)
class UpnEqualsMail(Fold[User]):
    """Compares the two names of every enabled member with mail."""

    def __init__(self, scope: Scope) -> None:
        self._limit = scope.threshold("upn_mail_percent", 5)
        self._count = 0
        self._other = Affected(("id", "sign-in name", "mail"))

    def see(self, item: User) -> None:
        """Take one user in."""
        if is_member(item) and item.mail:
            self._count += 1
            if item.mail.casefold() != item.upn.casefold():
                self._other.add(item.id, item.upn, item.mail)

    def findings(self) -> Iterable[Finding]:
        """Judge the share of users with two names."""
        other = len(self._other)
        percent = round(100 * other / self._count, 1) if self._count else 0.0
        values = {"other": other, "count": self._count, "percent": percent}
        if not self._count:
            yield not_applicable("no-mail", WITH_MAIL, "No enabled member has a mail address.")
        elif percent > self._limit:
            yield warned(
                "two-names",
                WITH_MAIL,
                "{other} of {count} users ({percent} %) sign in with another name than their mail"
                " address.",
                **values,
            ).affecting(self._other)
        else:
            yield passed(
                "one-name",
                WITH_MAIL,
                "{other} of {count} users ({percent} %) sign in with another name than their mail"
                " address; few.",
                **values,
            ).affecting(self._other)
