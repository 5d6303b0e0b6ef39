"""The synchronisation as the tenant knows it."""

import pytest

from checks.directory_sync.tenant_agents import (
    client_version_supported,
    hybrid_agents_redundant,
    no_mass_deletion,
)
from checks.directory_sync.tenant_objects import NoProvisioningErrors, sync_account_unhindered
from checks.directory_sync.tenant_state import (
    accidental_deletion_guard,
    object_quota_headroom,
    password_hash_sync_recent,
    sync_features_as_planned,
)
from scanner.evidence.directory import DirectoryObject
from scanner.evidence.scope import Plans, Scope
from scanner.evidence.suffixes import SuffixCount, TenantSuffixes
from scanner.evidence.tenant import Organization, ProvisioningError, User
from scanner.evidence.tenant_access import AccessPolicies, AccessPolicy
from scanner.evidence.tenant_groups import (
    ContactsInError,
    GroupsInError,
    NamedGroup,
    ObjectInError,
    PilotGroup,
    PilotGroups,
)
from scanner.evidence.tenant_roles import (
    DIRECTORY_SYNCHRONIZATION_ACCOUNTS,
    GLOBAL_ADMINISTRATOR,
    RoleAssignment,
    RoleAssignments,
    RoleHolder,
    RoleHolders,
)
from scanner.evidence.tenant_sync import (
    AuthenticationAgents,
    DeletedUsers,
    HybridAgent,
    ProvisioningAgents,
    SyncClient,
    SyncFeatures,
    SyncState,
)
from scanner.testing import run_check
from tests.checks.judging import (
    BOUGHT,
    DENIED,
    HYBRID,
    NOT_PLANNED,
    UNSUPPORTED,
    ago,
    assert_open,
    planned,
    verdict,
)

SYNCED = Organization("t", "Contoso", on_premises_sync_enabled=True)
FEDERATED = Scope(Plans(identity="hybrid"), sign_in={"contoso.com": "federated"})


@pytest.mark.parametrize(
    ("beat", "feature", "scope", "expected"),
    [
        (0.3, True, HYBRID, ("pass", "recent")),
        (0.3, None, HYBRID, ("pass", "recent")),
        (5, True, HYBRID, ("warn", "late")),
        (50, True, HYBRID, ("fail", "stale")),
        (None, True, HYBRID, ("fail", "never-ran")),
        (None, None, HYBRID, ("not-assessed", "unsupported-silent")),
        (None, False, HYBRID, ("fail", "off")),
        (None, False, FEDERATED, ("warn", "off-with-federation")),
        (50, True, NOT_PLANNED, ("not-applicable", "no-hybrid-plan")),
    ],
)
def test_password_heartbeat(beat, feature, scope, expected):
    state = SyncState(synced=True, password_sync=None if beat is None else ago(hours=beat))
    features = SyncFeatures(password_sync=feature)
    assert verdict(password_hash_sync_recent, state, features, scope) == expected
    assert_open(password_hash_sync_recent, SyncState, HYBRID)


def test_the_heartbeat_is_judged_without_the_features():
    state = SyncState(synced=True, password_sync=ago(hours=1))
    missing = {SyncFeatures: DENIED}
    assert verdict(password_hash_sync_recent, state, HYBRID, missing=missing)[0] == "pass"


CONFLICT = (ProvisioningError("PropertyConflict", "ProxyAddresses", "SMTP:a@x"),)
NO_GROUPS, NO_CONTACTS = GroupsInError((), 5), ContactsInError((), 5)


def people(errors):
    return [User(str(i), f"u{i}@x", errors=CONFLICT if i < errors else ()) for i in range(50)]


@pytest.mark.parametrize(
    ("errors", "groups", "scope", "expected"),
    [
        (0, NO_GROUPS, HYBRID, ("pass", "none")),
        (3, NO_GROUPS, HYBRID, ("warn", "few-errors")),
        (20, NO_GROUPS, HYBRID, ("fail", "errors")),
        (0, GroupsInError((ObjectInError("g", "G", CONFLICT),), 5), HYBRID, ("warn", "few-errors")),
        (0, NO_GROUPS, NOT_PLANNED, ("not-applicable", "no-hybrid-plan")),
        (20, NO_GROUPS, NOT_PLANNED, ("fail", "errors")),
    ],
)
def test_provisioning_errors(errors, groups, scope, expected):
    found = verdict(
        NoProvisioningErrors, groups, NO_CONTACTS, SYNCED, scope, streams={User: people(errors)}
    )
    assert found == expected


ANN, IMMUTABLE = "00112233-4455-6677-8899-aabbccddeeff", "MyIRAFVEd2aImaq7zN3u/w=="


def in_error(*objects, users=None):
    streams = {DirectoryObject: objects} if objects else {}
    users = users or [User("1", "ann@x", errors=CONFLICT * 2, anchor=IMMUTABLE)]
    (found,) = run_check(
        NoProvisioningErrors,
        GroupsInError((ObjectInError("g", "G", CONFLICT),), 5),
        NO_CONTACTS,
        HYBRID,
        streams={User: users, **streams},
    )
    return found.affected.columns[-1], [(row[1], row[-1]) for row in found.affected.rows]


def test_errors_name_the_object_on_premises():
    ann = DirectoryObject("CN=Ann", "user", "Ann", guid=ANN, login="other@x")
    namesake = DirectoryObject("CN=Namesake", "user", "Ann", login="ANN@x")
    group = DirectoryObject("CN=Group", "group", "Ann", login="ann@x")
    rows = [("g", ""), ("1", "CN=Ann"), ("1", "CN=Ann")]
    # by the anchor, whatever the name is now; by the name where nothing has the anchor
    assert in_error(ann, namesake, group) == ("dn", rows)
    assert in_error(namesake, ann) == ("dn", rows)
    assert in_error(namesake) == ("dn", [("g", ""), *[("1", "CN=Namesake")] * 2])
    # nothing of the kind, or no directory: as it was
    for objects in ((), (group,), (DirectoryObject("CN=B", "user", "B", login=None),)):
        assert in_error(*objects)[0] == "category"


def test_a_user_without_an_error_is_never_looked_up():
    users = [User("1", "ann@x", anchor=IMMUTABLE)]
    ann = DirectoryObject("CN=Ann", "user", "Ann", guid=ANN, login="ann@x")
    assert in_error(ann, users=users) == ("category", [("g", "PropertyConflict")])


def test_any_pilot_user_in_error_fails():
    pilots = PilotGroups((PilotGroup("p", (NamedGroup("g", "p"),), ("0",)),))
    found = verdict(
        NoProvisioningErrors, NO_GROUPS, NO_CONTACTS, pilots, HYBRID, streams={User: people(1)}
    )
    assert found == ("fail", "errors")


def test_errors_that_a_service_reports_count():
    users = [User("1", "a@x", unresolved=1)]
    found = verdict(NoProvisioningErrors, NO_GROUPS, NO_CONTACTS, HYBRID, streams={User: users})
    assert found == ("warn", "few-errors")


def test_unread_groups_never_let_it_pass_but_errors_of_users_still_count():
    missing = {GroupsInError: DENIED}
    found = verdict(
        NoProvisioningErrors, NO_CONTACTS, HYBRID, streams={User: people(0)}, missing=missing
    )
    assert found == ("not-assessed", "denied-unread")
    found = verdict(
        NoProvisioningErrors, NO_CONTACTS, HYBRID, streams={User: people(20)}, missing=missing
    )
    assert found == ("fail", "errors")
    assert_open(NoProvisioningErrors, User, NO_GROUPS, NO_CONTACTS, HYBRID)


def account(*, enabled=True, roles=(), count=1):
    rows = [
        RoleAssignment(f"s{i}", role)
        for i in range(count)
        for role in (DIRECTORY_SYNCHRONIZATION_ACCOUNTS, *roles)
    ]
    holders = tuple(RoleHolder(f"s{i}", f"Sync_{i}@x", enabled) for i in range(count))
    return RoleAssignments(tuple(rows)), RoleHolders(holders)


def mfa(state="enabled", *, roles=(), users=(), **more):
    return AccessPolicies(
        (
            AccessPolicy(
                "p",
                "MFA",
                state,
                include_users=("All",),
                exclude_users=users,
                exclude_roles=roles,
                include_applications=("All",),
                controls=("mfa",),
                **more,
            ),
        )
    )


NO_POLICY = AccessPolicies(())


@pytest.mark.parametrize(
    ("accounts", "policies", "scope", "expected"),
    [
        (account(), NO_POLICY, HYBRID, ("pass", "unhindered")),
        (account(), mfa(), HYBRID, ("fail", "hindered")),
        (
            account(),
            mfa(roles=(DIRECTORY_SYNCHRONIZATION_ACCOUNTS,)),
            HYBRID,
            ("pass", "unhindered"),
        ),
        (account(), mfa(users=("s0",)), HYBRID, ("pass", "unhindered")),
        (account(), mfa(client_app_types=("other",)), HYBRID, ("pass", "unhindered")),
        (account(), mfa("enabledForReportingButNotEnforced"), HYBRID, ("warn", "may-be-hindered")),
        (account(count=3), NO_POLICY, HYBRID, ("warn", "may-be-hindered")),
        (account(enabled=False), NO_POLICY, HYBRID, ("fail", "hindered")),
        (account(roles=(GLOBAL_ADMINISTRATOR,)), NO_POLICY, HYBRID, ("fail", "hindered")),
        (account(count=0), NO_POLICY, HYBRID, ("not-applicable", "no-account")),
        (account(), mfa(), NOT_PLANNED, ("not-applicable", "no-hybrid-plan")),
    ],
)
def test_the_account(accounts, policies, scope, expected):
    assert verdict(sync_account_unhindered, *accounts, policies, scope) == expected
    assert_open(sync_account_unhindered, AccessPolicies, *accounts, HYBRID)


@pytest.mark.parametrize(
    ("used", "quota", "expected"),
    [
        (2000, 50_000, ("pass", "room")),
        (45_000, 50_000, ("warn", "filling")),
        (49_000, 50_000, ("fail", "full")),
        (None, None, ("not-assessed", "unsupported-silent")),
    ],
)
def test_quota(used, quota, expected):
    assert verdict(object_quota_headroom, SyncState(used=used, quota=quota)) == expected
    assert_open(object_quota_headroom, SyncState)


@pytest.mark.parametrize(
    ("kind", "threshold", "expected"),
    [
        ("enabledForCount", 500, ("pass", "on")),
        ("enabledForPercentage", 10, ("pass", "on")),
        ("enabledForCount", 5000, ("warn", "high-threshold")),
        ("disabled", None, ("fail", "off")),
        (None, None, ("not-assessed", "unsupported-silent")),
    ],
)
def test_deletion_guard(kind, threshold, expected):
    features = SyncFeatures(prevention=kind, threshold=threshold)
    assert verdict(accidental_deletion_guard, features, SYNCED, HYBRID) == expected
    assert verdict(accidental_deletion_guard, features, NOT_PLANNED)[0] == "not-applicable"
    assert_open(accidental_deletion_guard, SyncFeatures, HYBRID)


GOOD = {"quarantine_upn": True, "quarantine_proxy": True, "sync_upn": True}
RESET = planned("self-service-password-reset", identity="hybrid")


@pytest.mark.parametrize(
    ("features", "scope", "expected"),
    [
        (SyncFeatures(password_writeback=True, **GOOD), HYBRID, ("pass", "as-planned")),
        (SyncFeatures(password_writeback=False, **GOOD), HYBRID, ("warn", "features-off")),
        (SyncFeatures(password_writeback=False, **GOOD), RESET, ("fail", "no-writeback")),
        (SyncFeatures(quarantine_upn=False, sync_upn=True), HYBRID, ("warn", "features-off")),
        (SyncFeatures(), HYBRID, ("not-assessed", "unsupported-silent")),
        (SyncFeatures(), NOT_PLANNED, ("not-applicable", "no-hybrid-plan")),
    ],
)
def test_features(features, scope, expected):
    assert verdict(sync_features_as_planned, features, SYNCED, BOUGHT, scope) == expected
    assert_open(sync_features_as_planned, SyncFeatures, BOUGHT, HYBRID)


@pytest.mark.parametrize(
    ("version", "interval", "expected"),
    [
        ("2.5.190.0", "PT30M", ("pass", "supported")),
        ("2.5.79.0", None, ("pass", "supported")),
        ("2.5.190.0", "PT2H", ("warn", "long-interval")),
        ("2.5.190.0", "P1D", ("warn", "long-interval")),
        ("2.5.190.0", "nonsense", ("pass", "supported")),
        ("2.4.18.0", "PT30M", ("fail", "too-old")),
        ("1.6.16.0", "PT30M", ("fail", "too-old")),
        (None, None, ("not-assessed", "unsupported-silent")),
    ],
)
def test_client(version, interval, expected):
    assert (
        verdict(client_version_supported, SyncClient(version, interval), SYNCED, HYBRID) == expected
    )
    found = verdict(client_version_supported, SyncClient(version, interval), NOT_PLANNED)
    assert found[0] == "not-applicable"
    assert_open(client_version_supported, SyncClient, HYBRID)


def agents(*statuses):
    return tuple(HybridAgent(f"srv{i}", one) for i, one in enumerate(statuses))


@pytest.mark.parametrize(
    ("provisioning", "authentication", "expected"),
    [
        ((), (), ("not-applicable", "no-agent")),
        (("active", "active"), (), ("pass", "redundant")),
        (("active",), (), ("warn", "single")),
        ((), ("inactive",), ("fail", "none-active")),
        (("active", "active"), ("active",), ("warn", "single")),
    ],
)
def test_agents(provisioning, authentication, expected):
    found = verdict(
        hybrid_agents_redundant,
        ProvisioningAgents(agents(*provisioning)),
        AuthenticationAgents(agents(*authentication)),
        HYBRID,
    )
    assert found == expected
    missing = {ProvisioningAgents: UNSUPPORTED}
    found = verdict(hybrid_agents_redundant, AuthenticationAgents(()), HYBRID, missing=missing)
    assert found == ("not-assessed", "missing-unsupported")


def test_mass_deletion():
    left = TenantSuffixes((SuffixCount("contoso.com", 300),))
    assert verdict(no_mass_deletion, DeletedUsers(3), left) == ("pass", "few-deleted")
    assert verdict(no_mass_deletion, DeletedUsers(60), left) == ("warn", "many-deleted")
    assert verdict(no_mass_deletion, DeletedUsers(0), TenantSuffixes(())) == ("pass", "few-deleted")
    assert_open(no_mass_deletion, DeletedUsers, left)
