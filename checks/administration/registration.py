"""How ready people are for a second factor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.gate import unlicensed
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
    check,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_groups import PilotGroups
from scanner.evidence.tenant_signin import (
    Registration,
    RegistrationSummary,
)

REGISTERED = object_set(said("users to register for MFA"))
_METHODS = "Entra admin center > Authentication methods"
_REGISTRATION = (
    "https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails"
)
_CAMPAIGN = (
    "https://learn.microsoft.com/entra/identity/authentication/how-to-mfa-registration-campaign"
)


@check(
    id="administration.users-registered-for-mfa",
    title="Administrators are MFA-capable and users have registered",
    action="Have administrators and users register for multi-factor authentication",
    why="A policy that is switched on before people have registered produces a wave of blocked"
    " sign-ins, administrators among them.",
    fix=[
        step("Run a registration campaign.", portal=f"{_METHODS} > Registration campaign"),
        step("Give those who cannot register by themselves a Temporary Access Pass."),
    ],
    verify="The registration report shows all administrators as capable and 90 percent of the"
    " members as registered; it may lag behind by a day or two.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G14", "E6"],
    blocks=["multi-factor authentication"],
    documents=[_REGISTRATION, _CAMPAIGN],
    settle_after="2 days",
)
class UsersRegisteredForMfa(Fold[Registration]):
    """Counts registrations of administrators, members and the pilot."""

    def __init__(self, skus: Skus | None, pilots: PilotGroups | None, scope: Scope) -> None:
        self._gate = unlicensed(REGISTERED, skus, "entra-p1")
        self._good = scope.threshold("mfa_registered_percent", 90)
        self._poor = scope.threshold("mfa_registered_fail_percent", 50)
        self._pilots = pilots.member_ids if pilots else frozenset()
        self._members = self._registered = self._pilot = self._pilot_registered = 0
        self._admins = Affected(("id", "sign-in name"))

    def see(self, item: Registration) -> None:
        """Take one user in."""
        if item.admin and not item.mfa_capable:
            self._admins.add(item.id, item.upn)
        if item.user_type.casefold() != "member":
            return
        self._members += 1
        self._registered += item.mfa_registered
        if item.id in self._pilots:
            self._pilot += 1
            self._pilot_registered += item.mfa_registered

    def findings(self) -> Iterable[Finding]:
        """Administrators first, then the share of the members."""
        if self._gate:
            yield self._gate
            return
        if not self._members and not len(self._admins):
            yield not_applicable("nobody", REGISTERED, "The registration report lists no member.")
            return
        percent = _percent(self._registered, self._members)
        pilot = _percent(self._pilot_registered, self._pilot) if self._pilot else percent
        values = {"percent": percent, "count": self._members}
        if len(self._admins):
            yield failed(
                "admin-not-capable",
                REGISTERED,
                "{admins} administrators have no usable second factor; {percent} percent of"
                " {count} members have registered.",
                admins=len(self._admins),
                **values,
            ).affecting(self._admins)
        elif pilot < self._poor:
            yield failed(
                "few-registered",
                REGISTERED,
                "{percent} percent of {count} members have registered for multi-factor"
                " authentication, and {pilot} percent of the users of the first wave.",
                pilot=pilot,
                **values,
            )
        elif percent < self._good:
            yield warned(
                "not-all-registered",
                REGISTERED,
                "{percent} percent of {count} members have registered for multi-factor"
                " authentication; {good} percent should have.",
                good=self._good,
                **values,
            )
        else:
            yield passed(
                "registered",
                REGISTERED,
                "All administrators have a second factor, and {percent} percent of {count} members"
                " have registered.",
                **values,
            )


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


@check(
    id="administration.mfa-registration-rate",
    title="Registration rates for MFA and password reset are high enough",
    action="Raise the share of users who have registered for MFA",
    why="The two numbers say in one request how far the organisation is from the day on which a"
    " policy can be switched on without stopping work.",
    fix=step("Run a registration campaign.", portal=f"{_METHODS} > Registration campaign"),
    verify="At least 90 percent of the members are counted as registered.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G14", "E6"],
    blocks=["multi-factor authentication", "self-service password reset"],
    documents=[
        "https://learn.microsoft.com/graph/api/authenticationmethodsroot-usersregisteredbyfeature",
        _CAMPAIGN,
    ],
    settle_after="2 days",
)
def mfa_registration_rate(
    summary: RegistrationSummary, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Judge the share that the summary counts as registered."""
    gate = unlicensed(REGISTERED, skus, "entra-p1")
    if gate:
        yield gate
        return
    registered = summary.of("mfaRegistered")
    if registered is None or not summary.total:
        yield not_assessed(
            "unsupported-summary",
            REGISTERED,
            "The summary does not say how many users have registered.",
        )
        return
    good = scope.threshold("mfa_registered_percent", 90)
    poor = scope.threshold("mfa_registered_fail_percent", 50)
    percent = _percent(registered, summary.total)
    values = {"percent": percent, "count": summary.total, "good": good}
    if percent < poor:
        yield failed(
            "few-registered",
            REGISTERED,
            "{percent} percent of {count} members have registered for multi-factor authentication;"
            " {good} percent should have.",
            **values,
        )
    elif percent < good:
        yield warned(
            "not-all-registered",
            REGISTERED,
            "{percent} percent of {count} members have registered for multi-factor authentication;"
            " {good} percent should have.",
            **values,
        )
    else:
        yield passed(
            "registered",
            REGISTERED,
            "{percent} percent of {count} members have registered for multi-factor authentication.",
            percent=percent,
            count=summary.total,
        )
