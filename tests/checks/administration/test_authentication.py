"""How ready people are for a second factor."""

import pytest

from checks.administration.authentication import (
    authentication_methods_migrated,
    no_legacy_sign_ins,
    self_service_password_reset_enabled,
)
from checks.administration.registration import UsersRegisteredForMfa, mfa_registration_rate
from scanner.evidence.tenant_groups import NamedGroup, PilotGroup, PilotGroups
from scanner.evidence.tenant_signin import (
    AuthenticationMethods,
    FeatureCount,
    LegacySignIn,
    LegacySignIns,
    MethodConfiguration,
    Registration,
    RegistrationSummary,
)
from scanner.evidence.tenant_sync import SyncFeatures
from tests.checks.judging import (
    BOUGHT,
    DENIED,
    NOT_PLANNED,
    UNSUPPORTED,
    ago,
    assert_open,
    owning,
    planned,
    verdict,
)

WITHOUT_P1 = owning("intune")


def people(registered, *, of=100, admin_capable=True):
    rows = [Registration(str(i), f"u{i}@x", mfa_registered=i < registered) for i in range(of)]
    return [
        *rows,
        Registration("admin", "admin@x", admin=True, mfa_capable=admin_capable, user_type="x"),
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (people(95), ("pass", "registered")),
        (people(70), ("warn", "not-all-registered")),
        (people(30), ("fail", "few-registered")),
        (people(95, admin_capable=False), ("fail", "admin-not-capable")),
        ([], ("not-applicable", "nobody")),
    ],
)
def test_registration(rows, expected):
    assert verdict(UsersRegisteredForMfa, BOUGHT, streams={Registration: rows}) == expected


def test_the_pilot_decides_where_it_is_named():
    pilots = PilotGroups((PilotGroup("p", (NamedGroup("g", "p"),), ("0", "1")),))
    rows = people(30)
    assert verdict(UsersRegisteredForMfa, BOUGHT, pilots, streams={Registration: rows})[0] == "warn"


def test_a_part_of_the_report_may_fail_but_never_pass():
    found = verdict(UsersRegisteredForMfa, BOUGHT, streams={Registration: people(95)}, cut=DENIED)
    assert found == ("not-assessed", "missing-denied")
    rows = people(95, admin_capable=False)
    assert (
        verdict(UsersRegisteredForMfa, BOUGHT, streams={Registration: rows}, cut=DENIED)[0]
        == "fail"
    )


def test_registration_without_plan_or_permission():
    found = verdict(UsersRegisteredForMfa, WITHOUT_P1, streams={Registration: people(95)})
    assert found == ("not-assessed", "unsupported-no-plan")
    assert_open(UsersRegisteredForMfa, Registration, BOUGHT)


def summary(total=100, **features):
    return RegistrationSummary(total, tuple(FeatureCount(*one) for one in features.items()))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (summary(mfaRegistered=95), ("pass", "registered")),
        (summary(mfaRegistered=60), ("warn", "not-all-registered")),
        (summary(mfaRegistered=20), ("fail", "few-registered")),
        (summary(), ("not-assessed", "unsupported-summary")),
        (summary(0, mfaRegistered=0), ("not-assessed", "unsupported-summary")),
    ],
)
def test_rate(found, expected):
    assert verdict(mfa_registration_rate, found, BOUGHT) == expected


def test_rate_denied():
    assert_open(mfa_registration_rate, RegistrationSummary, BOUGHT)
    found = verdict(mfa_registration_rate, summary(mfaRegistered=9), WITHOUT_P1)
    assert found == ("not-assessed", "unsupported-no-plan")


APP, SMS_OFF = (
    MethodConfiguration("MicrosoftAuthenticator", "enabled"),
    MethodConfiguration("Sms", "disabled"),
)


@pytest.mark.parametrize(
    ("state", "methods", "expected"),
    [
        ("migrationComplete", (APP,), ("pass", "migrated")),
        ("migrationComplete", (SMS_OFF,), ("fail", "no-method")),
        ("preMigration", (APP,), ("warn", "not-migrated")),
        ("migrationInProgress", (APP,), ("warn", "not-migrated")),
        (None, (APP,), ("not-assessed", "unsupported-state")),
        ("unknownFutureValue", (APP,), ("not-assessed", "unsupported-state")),
    ],
)
def test_migration(state, methods, expected):
    found = AuthenticationMethods(state, None, methods)
    assert verdict(authentication_methods_migrated, found) == expected
    assert_open(authentication_methods_migrated, AuthenticationMethods)


RESET = planned("self-service-password-reset", identity="hybrid")


@pytest.mark.parametrize(
    ("found", "writeback", "scope", "expected"),
    [
        (summary(ssprEnabled=100), True, RESET, ("pass", "enabled")),
        (summary(ssprEnabled=40), True, RESET, ("warn", "for-some")),
        (summary(ssprEnabled=0), True, RESET, ("fail", "for-nobody")),
        (summary(ssprEnabled=100), False, RESET, ("fail", "no-writeback")),
        (summary(), True, RESET, ("not-assessed", "unsupported-summary")),
        (summary(ssprEnabled=0), True, NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_password_reset(found, writeback, scope, expected):
    features = SyncFeatures(password_writeback=writeback)
    assert verdict(self_service_password_reset_enabled, found, features, BOUGHT, scope) == expected


def test_password_reset_that_only_a_person_may_see():
    missing = {RegistrationSummary: UNSUPPORTED, SyncFeatures: DENIED}
    found = verdict(self_service_password_reset_enabled, BOUGHT, RESET, missing=missing)
    assert found == ("not-assessed", "unsupported-unread")
    found = verdict(self_service_password_reset_enabled, BOUGHT, NOT_PLANNED, missing=missing)
    assert found == ("not-applicable", "not-planned")


def test_legacy_sign_ins():
    used = LegacySignIns((LegacySignIn("IMAP4", ago(days=1), "a@x"),))
    assert verdict(no_legacy_sign_ins, LegacySignIns(()), BOUGHT) == ("pass", "none")
    assert verdict(no_legacy_sign_ins, used, BOUGHT) == ("warn", "still-used")
    assert verdict(no_legacy_sign_ins, used, WITHOUT_P1) == ("not-applicable", "no-plan")
    assert_open(no_legacy_sign_ins, LegacySignIns, BOUGHT)
