"""Root causes that several checks of the tenant, or of tenant and directory, see the symptoms of."""

from __future__ import annotations

from scanner.api import Finding, cause, step

_SEATS = "seats"


def _by_seats(finding: Finding) -> str | None:
    """Licence errors belong here where every one of them is for want of seats."""
    if finding.reason != "members-in-error" or finding.affected is None:
        return _SEATS
    errors = {row[2].casefold() for row in finding.affected.rows}
    return _SEATS if errors == {"countviolation"} else None


TOO_FEW_SEATS = cause(
    id="administration.too-few-seats",
    members=[
        "administration.seats-cover-users#too-few-seats",
        "administration.no-group-licensing-errors#members-in-error",
    ],
    tie=_by_seats,
    title="Get enough seats for the users in scope",
    why="There are fewer seats than users, and groups that assign licences have already left members"
    " without one.",
    fix=[
        step("Add seats.", portal="Microsoft 365 admin center > Billing > Licenses"),
        step("Then have the groups processed again that could not assign their licences."),
    ],
)

SUFFIXES = cause(
    id="administration.suffixes-not-verified",
    members=[
        "administration.upn-suffix-verified#suffix-unverified",
        "administration.upn-suffix-verified#some-suffixes-unverified",
        "directory_sync.upn-suffixes-verified#not-verified",
        "directory_sync.upn-suffixes-verified#not-routable",
    ],
    tie=lambda _: "suffixes",
    title="Give every user a sign-in suffix that the tenant has verified",
    why="Tenant and directory see the same users: on premises their suffix is not one that the tenant"
    " has verified, and in the tenant their names end in the initial domain.",
    fix=[
        step("Verify each suffix that is a public domain of the organisation."),
        step("Replace every other suffix by a verified one, and let the names synchronise."),
    ],
)

QUOTA = cause(
    id="administration.directory-too-small",
    members=[
        "directory_sync.object-quota-headroom#full",
        "directory_sync.object-quota-headroom#filling",
        "directory_sync.object-count-within-quota#quota-too-small",
        "directory_sync.object-count-within-quota#quota-nearly-used",
    ],
    tie=lambda _: "quota",
    title="Make room in the directory for the objects to be synchronised",
    why="What is there and what is to come together reach the quota of the directory, at which the"
    " synchronisation stops.",
    fix=[
        step("Remove stale devices and deleted objects, and leave out of scope what nobody needs."),
        step("Or verify a custom domain, or ask Microsoft support for a larger quota."),
    ],
)
