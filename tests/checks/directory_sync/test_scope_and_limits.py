"""Scope, limits and hygiene."""

from dataclasses import replace

import pytest

from checks.directory_sync import cloud_sync, hygiene, limits, scope
from scanner.api import Header, Missing, Reason, Severity
from scanner.evidence.directory import DirectoryInput, DirectoryObject, SyncPlan
from scanner.evidence.tenant import TenantDomain, TenantDomains
from scanner.evidence.tenant_sync import SyncClient, SyncFeatures, SyncState
from scanner.testing import NOW, run_check
from tests.checks.directory_sync.objects import found, judged, user

OBJECTS = [
    limits.ObjectSizesWithinLimits,
    limits.GroupSizesWithinLimits,
    limits.ObjectCountWithinQuota,
    cloud_sync.CloudSyncWithinLimits,
    scope.SyncScopeKnown,
    scope.PrivilegedAccountsNotSynced,
    scope.StaleAccountsReviewed,
    hygiene.SyncedAttributesAscii,
    hygiene.SeamlessSsoKeyFresh,
]
DAMAGED = {"unreadable": 5}


def about(check, objects, *items, ground=None):
    (said,) = judged(check, DirectoryObject, objects, ground or found(), *items).values()
    return said


def alone(check, ground):
    return [(str(one.status), one.reason) for one in run_check(check, ground)]


@pytest.mark.parametrize("check", OBJECTS)
def test_without_a_directory_nothing_is_assessed(check):
    gap = Missing(Reason.UNCONFIGURED)
    (one,) = run_check(check, missing={DirectoryObject: gap, DirectoryInput: gap})
    assert str(one.status) == "not-assessed"


@pytest.mark.parametrize(
    "check",
    [
        limits.ObjectSizesWithinLimits,
        limits.ObjectCountWithinQuota,
        scope.PrivilegedAccountsNotSynced,
        hygiene.SyncedAttributesAscii,
        scope.SyncScopeKnown,
    ],
)
def test_nothing_passes_when_much_was_unreadable(check):
    assert about(check, [user()], ground=found(**DAMAGED)) == (
        "not-assessed",
        "unsupported-unreadable-entries",
    )


def test_sizes_of_objects():
    check = limits.ObjectSizesWithinLimits
    assert about(check, []) == ("not-applicable", "no-objects")
    assert about(check, [user(certificates=15, proxies=300)]) == ("pass", "sizes-good")
    assert about(check, [user(certificates=16)]) == ("fail", "too-large")
    assert about(check, [user(mail_certificates=16)]) == ("fail", "too-large")
    assert about(check, [user(proxies=301)]) == ("warn", "nearly-too-large")
    assert about(check, [user(proxies=333)]) == ("fail", "too-large")
    assert about(check, [user(proxies=333, reasons=("critical",))]) == ("pass", "sizes-good")


def test_sizes_that_were_not_exported_are_not_judged():
    without = ["proxyaddresses", "usercertificate"]
    said = about(limits.ObjectSizesWithinLimits, [user()], ground=found(without=without))
    assert said == ("not-assessed", "unconfigured-not-exported")
    said = about(limits.GroupSizesWithinLimits, [group(0)], ground=found(without=["member"]))
    assert said == ("not-assessed", "unconfigured-not-exported")


def test_an_object_that_is_too_large_twice_is_one():
    both = [user(certificates=16, proxies=333), user("b"), user("c", proxies=333)]
    (said,) = run_check(limits.ObjectSizesWithinLimits, found(), streams={DirectoryObject: both})
    assert said.text.values["objects"] == 2
    assert len(said.affected) == 3


def group(members, **more):
    return user("g", type="group", members=members, **more)


def test_sizes_of_groups():
    check = limits.GroupSizesWithinLimits
    plan = SyncPlan("cloud-sync")
    assert about(check, [user()]) == ("not-applicable", "no-groups")
    assert about(check, [group(100)]) == ("pass", "groups-small")
    assert about(check, [group(199_999)]) == ("pass", "groups-small")
    assert about(check, [group(200_000)]) == ("warn", "groups-nearly-too-large")
    assert about(check, [group(249_999)]) == ("warn", "groups-nearly-too-large")
    assert about(check, [group(250_000)]) == ("fail", "groups-too-large")
    assert about(check, [group(50_000)], plan) == ("warn", "groups-nearly-too-large")
    assert about(check, [group(50_001)], plan) == ("fail", "groups-too-large")
    assert about(check, [group(1500, more_members=True)]) == ("warn", "members-cut-off")
    assert about(check, [group(300_000, reasons=("too-large",))]) == ("fail", "groups-too-large")
    out = group(300_000, reasons=("too-large", "critical"))
    assert about(check, [out, group(1)]) == ("pass", "groups-small")


@pytest.mark.parametrize(("version", "verdict"), [("1.6.16.0", "fail"), ("2.5.190.0", "pass")])
def test_the_old_endpoint_takes_fewer_members(version, verdict):
    said = about(limits.GroupSizesWithinLimits, [group(60_000)], SyncClient(version))
    assert said[0] == verdict


def test_the_quota():
    check = limits.ObjectCountWithinQuota
    two = [user(), user()]
    bare = TenantDomains((TenantDomain("c.onmicrosoft.com", is_initial=True, is_verified=True),))
    assert about(check, two) == ("pass", "within-quota")
    assert about(check, two, bare) == ("pass", "within-quota")
    assert about(check, two, SyncState(quota=1)) == ("fail", "quota-too-small")
    assert about(check, two, SyncState(quota=2)) == ("warn", "quota-nearly-used")
    assert about(check, [user(), user(reasons=("critical",))], SyncState(quota=2)) == (
        "pass",
        "within-quota",
    )


def test_cloud_sync():
    check = cloud_sync.CloudSyncWithinLimits
    plan = SyncPlan("cloud-sync")
    assert about(check, [user()], SyncPlan()) == ("not-applicable", "not-planned")
    assert about(check, [user()], plan) == ("pass", "within-limits")
    assert about(check, [group(50_001)], plan) == ("fail", "beyond-limits")
    assert about(check, [user(type="computer")], plan) == ("fail", "beyond-limits")
    assert about(check, [user(type="inetOrgPerson")], plan) == ("warn", "persons")
    hashes = SyncFeatures(password_sync=True)
    assert about(check, [user(type="inetOrgPerson")], plan, hashes) == ("fail", "beyond-limits")
    assert about(check, [user()], SyncPlan("cloud-sync", 59)) == ("pass", "within-limits")
    assert about(check, [user()], SyncPlan("cloud-sync", 60)) == ("fail", "beyond-limits")


def test_what_stays_out():
    check = scope.SyncScopeKnown
    assert about(check, []) == ("not-applicable", "no-objects")
    assert about(check, [user(), user(reasons=("critical",))]) == ("pass", "known")
    assert about(check, [user(reasons=("no-sam",))]) == ("warn", "unexpected")
    assert about(check, [user(reasons=("no-sam",), control=514)]) == ("pass", "known")
    assert about(check, [user(reasons=("filtered-ou", "no-sam"))]) == ("pass", "known")
    assert about(check, [user(type="group", open=("no-group-type",))]) == ("warn", "unexpected")


def test_a_linked_mailbox_is_expected_where_the_other_forest_was_read_too():
    linked = user(reasons=("linked-mailbox",))
    assert about(scope.SyncScopeKnown, [linked]) == ("warn", "unexpected")
    ground = found()
    two = replace(ground, parts=(*ground.parts, replace(ground.parts[0], name="other.ldif")))
    assert about(scope.SyncScopeKnown, [linked], ground=two) == ("pass", "known")


def test_the_table_of_what_stays_out():
    objects = [user(reasons=("critical",)), user("c", type="contact", reasons=("no-mail",))]
    (said,) = run_check(scope.SyncScopeKnown, found(), streams={DirectoryObject: objects})
    assert said.severity is Severity.HIGH
    assert [row[2:] for row in said.affected.rows] == [
        ("does-not-sync", "critical", "documented"),
        ("does-not-sync", "no-mail", "documented"),
    ]


def test_administrators():
    check = scope.PrivilegedAccountsNotSynced
    boss = user("boss")
    members = found(without=["admincount"], privileged=(boss.dn.upper(),))
    assert about(check, [user()]) == ("pass", "administrators-outside")
    assert about(check, [user(admin=True)]) == ("warn", "administrators-in-scope")
    assert about(check, [user(admin=True, reasons=("critical",))]) == (
        "pass",
        "administrators-outside",
    )
    assert about(check, [boss], ground=members) == ("warn", "administrators-in-scope")
    assert about(check, [user()], ground=found(without=["admincount"])) == (
        "not-assessed",
        "unconfigured-not-exported",
    )


def ago(days):
    return int(NOW.timestamp()) - days * 86400


def test_stale_accounts():
    check = scope.StaleAccountsReviewed
    header = Header(NOW, "test", "contoso.com", complete=True)
    objects = [
        user(control=512, last_logon=ago(10)),
        user(control=512, last_logon=ago(91)),
        user(control=512, last_logon=ago(200)),
        user(control=514, last_logon=ago(900)),
        user(control=66048),
    ]
    assert about(check, objects, header) == ("pass", "counted")
    (said,) = run_check(check, found(), header, streams={DirectoryObject: objects})
    assert [said.text.values[key] for key in ("old", "recent", "disabled", "never")] == [1, 2, 1, 1]
    assert about(check, [user(control=544)], header) == ("warn", "no-password-needed")
    assert about(check, [], header) == ("not-applicable", "no-users")
    bare = found(without=["lastlogontimestamp", "useraccountcontrol"])
    assert about(check, [user()], header, ground=bare) == (
        "not-assessed",
        "unconfigured-not-exported",
    )


def test_other_forests():
    check = scope.foreign_principals_in_scope
    assert alone(check, found()) == [("pass", "none")]
    assert alone(check, found(foreign_groups=1)) == [("warn", "other-forests")]
    assert alone(check, found(trusts=1)) == [("warn", "other-forests")]
    assert alone(check, found(without=["member"])) == [
        ("not-assessed", "unconfigured-not-exported")
    ]


def test_conflicts_and_units():
    assert alone(hygiene.no_conflict_objects, found()) == [("pass", "no-conflicts")]
    assert alone(hygiene.no_conflict_objects, found(conflicts=("CN=x",))) == [("warn", "conflicts")]
    assert alone(hygiene.no_conflict_objects, found(**DAMAGED))[0][0] == "not-assessed"
    check = hygiene.organizational_unit_names_clean
    with_units = {"classes": {"organizationalUnit": 3}}
    assert alone(check, found()) == [("not-applicable", "no-units")]
    assert alone(check, found(**with_units)) == [("pass", "names-clean")]
    assert alone(check, found(units=("OU=a/b",), **with_units)) == [("warn", "awkward-names")]
    assert alone(check, found(**with_units, **DAMAGED))[0][0] == "not-assessed"


def test_letters_beyond_ascii():
    check = hygiene.SyncedAttributesAscii
    assert about(check, []) == ("not-applicable", "no-objects")
    assert about(check, [user(beyond_ascii=("displayname",))]) == ("pass", "mail-ascii")
    assert about(check, [user(beyond_ascii=("mail",))]) == ("warn", "mail-beyond-ascii")


def test_the_key_of_seamless_sign_on():
    check = hygiene.SeamlessSsoKeyFresh
    header = Header(NOW, "test", "contoso.com", complete=True)

    def account(days):
        moment = None if days is None else ago(days)
        return user("x", type="computer", sam="AZUREADSSOACC$", password_set=moment)

    assert about(check, [user()], header) == ("not-assessed", "unconfigured-no-computers")
    assert about(check, [user(type="computer", sam="pc$")], header) == (
        "not-applicable",
        "not-used",
    )
    assert about(check, [account(30)], header) == ("pass", "key-fresh")
    assert about(check, [account(31), account(2)], header) == ("warn", "key-old")
    assert about(check, [account(None)], header) == ("not-assessed", "unconfigured-not-exported")
