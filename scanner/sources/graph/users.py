"""From Graph's users to evidence, written for speed: it runs a million times.

A page of the shape that Graph documents is decoded straight into `RawUser`; any other one takes the
patient way, in which what is missing or of another type becomes None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scanner.evidence.codec import CodecError, decode, readable, writable
from scanner.evidence.tenant import ProvisioningError, User
from scanner.sources.graph.read import Item, flag, moment, objects, text, texts
from scanner.sources.graph.rows import row

_USER = writable(User)
_LONGEST_VALUE = 400


@dataclass(frozen=True, slots=True)
class RawLicence:
    """An assigned product as it comes."""

    skuId: str | None = None  # noqa: N815 - as Graph names it, here and below
    disabledPlans: tuple[str, ...] | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class RawState:
    """How an assignment stands, as it comes."""

    skuId: str | None = None  # noqa: N815
    state: str | None = None
    assignedByGroup: str | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class RawError:
    """A provisioning error as it comes."""

    category: str | None = None
    propertyCausingError: str | None = None  # noqa: N815
    value: str | None = None
    occurredDateTime: datetime | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class RawServiceError:
    """An error that a service reports, as it comes."""

    isResolved: bool | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class RawUser:
    """A user as it comes."""

    id: str | None = None
    userPrincipalName: str | None = None  # noqa: N815
    accountEnabled: bool | None = None  # noqa: N815
    userType: str | None = None  # noqa: N815
    usageLocation: str | None = None  # noqa: N815
    assignedLicenses: tuple[RawLicence, ...] | None = None  # noqa: N815
    licenseAssignmentStates: tuple[RawState, ...] | None = None  # noqa: N815
    onPremisesSyncEnabled: bool | None = None  # noqa: N815
    onPremisesProvisioningErrors: tuple[RawError, ...] | None = None  # noqa: N815
    serviceProvisioningErrors: tuple[RawServiceError, ...] | None = None  # noqa: N815
    externalUserState: str | None = None  # noqa: N815
    createdDateTime: datetime | None = None  # noqa: N815
    mail: str | None = None
    onPremisesImmutableId: str | None = None  # noqa: N815
    proxyAddresses: tuple[str, ...] | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page of users. `value` None: it is no page."""

    value: list[RawUser] | None = None
    link: str | None = None


_PAGE = readable(RawPage, link="@odata.nextLink")


def page_of_users(body: bytes) -> tuple[list[RawUser], str] | None:
    """The users of a page and the link to the next; None for a page of another shape."""
    try:
        page = decode(body, _PAGE)
    except CodecError:
        return None
    return None if page.value is None else (page.value, page.link or "")


def raw(item: Item) -> RawUser:
    """One user from JSON of whatever shape."""
    return RawUser(
        id=text(item.get("id")),
        userPrincipalName=text(item.get("userPrincipalName")),
        accountEnabled=flag(item.get("accountEnabled")),
        userType=text(item.get("userType")),
        usageLocation=text(item.get("usageLocation")),
        assignedLicenses=tuple(
            RawLicence(text(one.get("skuId")), texts(one.get("disabledPlans")))
            for one in objects(item.get("assignedLicenses"))
        ),
        licenseAssignmentStates=tuple(
            RawState(
                text(one.get("skuId")), text(one.get("state")), text(one.get("assignedByGroup"))
            )
            for one in objects(item.get("licenseAssignmentStates"))
        ),
        onPremisesSyncEnabled=flag(item.get("onPremisesSyncEnabled")),
        onPremisesProvisioningErrors=tuple(
            RawError(one.category, one.attribute, one.value, one.since)
            for one in (
                row(ProvisioningError, each)
                for each in objects(item.get("onPremisesProvisioningErrors"))
            )
        ),
        serviceProvisioningErrors=tuple(
            RawServiceError(flag(one.get("isResolved")))
            for one in objects(item.get("serviceProvisioningErrors"))
        ),
        externalUserState=text(item.get("externalUserState")),
        createdDateTime=moment(item.get("createdDateTime")),
        mail=text(item.get("mail")),
        onPremisesImmutableId=text(item.get("onPremisesImmutableId")),
        proxyAddresses=texts(item.get("proxyAddresses")),
    )


def user(one: RawUser, make: Callable[..., User] = _USER) -> User:
    """One user as evidence, by position. An account whose state is not told counts as enabled."""
    licences, states = one.assignedLicenses or (), one.licenseAssignmentStates or ()
    errors, reported = one.onPremisesProvisioningErrors, one.serviceProvisioningErrors
    created = one.createdDateTime
    return make(
        one.id or "",
        one.userPrincipalName or "",
        one.accountEnabled is not False,
        one.userType or "Member",
        one.usageLocation or None,
        tuple([each.skuId.casefold() for each in licences if each.skuId]),
        one.onPremisesSyncEnabled,
        one.mail or None,
        bool(states) and all([each.assignedByGroup for each in states]),  # noqa: C419 - faster
        _inactive(states),
        tuple(_disabled(licences)) if any([each.disabledPlans for each in licences]) else (),  # noqa: C419
        tuple(map(_error, errors)) if errors else (),
        sum(each.isResolved is not True for each in reported) if reported else 0,
        one.externalUserState or None,
        _in_utc(created) if created else None,
        one.onPremisesImmutableId or "",
        one.proxyAddresses or (),
    )


def _inactive(states: tuple[RawState, ...]) -> tuple[str, ...]:
    """The products that no assignment makes active; a user may get one in several ways."""
    if all([one.state == "Active" for one in states]):  # noqa: C419 - so it is for nearly everybody
        return ()
    known = [
        (one.skuId.casefold(), one.state.casefold()) for one in states if one.skuId and one.state
    ]
    active = {ident for ident, state in known if state.startswith("active")}
    return tuple(dict.fromkeys(ident for ident, _ in known if ident not in active))


def _disabled(licences: tuple[RawLicence, ...]) -> Iterator[str]:
    for one in licences:
        for plan in one.disabledPlans or ():
            yield f"{(one.skuId or '').casefold()}/{plan.casefold()}"


def _error(one: RawError) -> ProvisioningError:
    return ProvisioningError(
        one.category or "",
        one.propertyCausingError or "",
        (one.value or "")[:_LONGEST_VALUE],
        _in_utc(one.occurredDateTime) if one.occurredDateTime else None,
    )


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
