"""Sign-in names: there, verified, predicted, unique."""

import base64
import uuid

import pytest

from checks.directory_sync import cloud_names, logins
from scanner.api import Missing, Reason, Scope
from scanner.catalogue import check_of
from scanner.evidence.cloud_names import predicted, suffixes_of
from scanner.evidence.directory import DirectoryInput, DirectoryObject
from scanner.evidence.forest import Forest
from scanner.evidence.tenant import TenantDomain, TenantDomains, User
from scanner.evidence.tenant_roles import (
    GLOBAL_ADMINISTRATOR,
    MembersOfGroup,
    RoleAssignment,
    RoleAssignments,
    RoleHolders,
)
from scanner.evidence.tenant_sync import SyncFeatures
from scanner.judge import judge
from scanner.testing import evidence_of, run_check
from tests.checks.directory_sync.objects import fault, found, judged, user

TENANT = TenantDomains(
    (
        TenantDomain("contoso.onmicrosoft.com", is_initial=True, is_verified=True),
        TenantDomain("contoso.com", is_verified=True),
        TenantDomain("fabrikam.com", is_verified=False),
    )
)
USERS = "users on premises"
NO_LOGIN = {"without": ["userprincipalname"]}
CHECKS = [
    logins.UsersHaveUserPrincipalNames,
    logins.UpnSuffixesVerified,
    cloud_names.CloudUserNamesUnchanged,
    cloud_names.CloudUserNamesUnique,
    logins.UpnMatchesPrimaryAddress,
]


def ann(login="ann@contoso.com", name="Ann", **more):
    return user(name, login=login, sam=name.lower(), **more)


def about(check, objects, *items, ground=None):
    return judged(check, DirectoryObject, objects, ground or found(), *items)


@pytest.mark.parametrize("check", CHECKS)
def test_without_a_directory_nothing_is_assessed(check):
    gap = Missing(Reason.UNCONFIGURED)
    (one,) = run_check(check, missing={DirectoryObject: gap, DirectoryInput: gap})
    assert str(one.status) == "not-assessed"


@pytest.mark.parametrize("check", CHECKS[:4])
def test_without_the_attribute_nothing_is_assessed(check):
    said = about(check, [user(login=None)], TENANT, ground=found(**NO_LOGIN))
    assert said == {USERS: ("not-assessed", "unconfigured-not-exported")}


@pytest.mark.parametrize("check", CHECKS)
def test_without_users_there_is_nothing_to_judge(check):
    said = about(check, [user(type="group"), ann(reasons=("critical",))], TENANT)
    assert [status for status, _ in said.values()] == ["not-applicable"]


@pytest.mark.parametrize("check", [CHECKS[0], *CHECKS[2:]])
def test_nothing_passes_when_much_was_unreadable(check):
    said = about(check, [ann(address="ann@contoso.com")], TENANT, ground=found(unreadable=5))
    assert said == {USERS: ("not-assessed", "unsupported-unreadable-entries")}


def test_users_without_a_sign_in_name():
    check = logins.UsersHaveUserPrincipalNames
    off = user(login=None, control=514)
    assert about(check, [ann()]) == {USERS: ("pass", "all-named")}
    assert about(check, [ann(), user(login=None)]) == {USERS: ("fail", "without-name")}
    assert about(check, [ann(), off]) == {USERS: ("warn", "disabled-without-name")}
    assert about(check, [ann(), user(login=None, reasons=("no-sam",))]) == {
        USERS: ("pass", "all-named")
    }


def test_each_suffix_is_judged_alone():
    local = ann(
        "a@corp.local", faults=(fault("userPrincipalName", "a@corp.local", ["top-level-domain"]),)
    )
    objects = [ann(), ann("b@FABRIKAM.com"), ann("c@elsewhere.org"), local, ann("nothing")]
    forest = Forest("corp.local", suffixes=("contoso.com", "unused.org"))
    assert about(logins.UpnSuffixesVerified, objects, TENANT, forest) == {
        "contoso.com": ("pass", "verified"),
        "fabrikam.com": ("fail", "not-verified"),
        "elsewhere.org": ("fail", "not-verified"),
        "corp.local": ("fail", "not-routable"),
        "unused.org": ("pass", "unused"),
    }


def test_without_the_tenant_only_what_can_never_be_verified_fails():
    local = ann("a@corp.local", faults=(fault("userPrincipalName", kinds=["top-level-domain"]),))
    assert about(logins.UpnSuffixesVerified, [ann(), local]) == {
        "contoso.com": ("not-assessed", "unconfigured-no-tenant"),
        "corp.local": ("fail", "not-routable"),
    }


def test_names_that_change():
    check = cloud_names.CloudUserNamesUnchanged
    assert about(check, [ann()], TENANT) == {USERS: ("pass", "names-kept")}
    assert about(check, [ann("a@fabrikam.com")], TENANT) == {USERS: ("fail", "names-change")}
    assert about(check, [ann()], Scope(domains=("contoso.com",))) == {USERS: ("pass", "names-kept")}
    assert about(check, [ann()]) == {USERS: ("not-assessed", "unconfigured-no-domains")}


ANN, IMMUTABLE = "00112233-4455-6677-8899-aabbccddeeff", "MyIRAFVEd2aImaq7zN3u/w=="


def changed(objects, users):
    streams = {DirectoryObject: objects, User: users}
    (said,) = run_check(cloud_names.CloudUserNamesUnchanged, found(), TENANT, streams=streams)
    return said


def test_who_is_synchronised_has_the_name_that_the_tenant_shows():
    """The name is computed anew only when it changes on premises: the real one wins."""
    unverified, verified = ann("ann@fabrikam.com", guid=ANN), ann(guid=ANN)
    kept = User("1", "Ann@Fabrikam.com", synced=True, anchor=IMMUTABLE)
    old = User("1", "ann@contoso.onmicrosoft.com", synced=True, anchor=IMMUTABLE)
    assert changed([unverified], [kept]).reason == "names-kept"
    assert changed([verified], [User("1", "ann@contoso.com", anchor=IMMUTABLE)]).reason == (
        "names-kept"
    )
    said = changed([verified], [old])
    assert (said.reason, said.facts["synchronised"]) == ("names-change", 1)
    (row,) = said.affected.rows
    assert dict(zip(said.affected.columns, row, strict=True)) == {
        "dn": verified.dn,
        "on premises": "ann@contoso.com",
        "predicted": "ann@contoso.com",
        "reason": "another name in the tenant",
        "in the tenant": "ann@contoso.onmicrosoft.com",
    }


def test_who_is_not_synchronised_yet_is_predicted_beside_those_who_are():
    bob = ann("bob@fabrikam.com", name="Bob", guid=ANN.replace("0", "9"))
    cloud_only = User("2", "bob@fabrikam.com")
    kept = User("1", "ann@contoso.com", synced=True, anchor=IMMUTABLE)
    said = changed([ann(guid=ANN), bob], [cloud_only, kept])
    assert [row[0] for row in said.affected.rows] == [bob.dn]
    assert said.affected.columns[-1] == "in the tenant"
    assert said.affected.rows[0][-1] == ""
    # nobody is synchronised: there is nothing to show
    said = changed([bob], [cloud_only, User("3", "x@contoso.com", anchor="junk")])
    assert said.affected.columns == ("dn", "on premises", "predicted", "reason")


def test_names_that_collide():
    check = cloud_names.CloudUserNamesUnique
    two = [
        ann("a@fabrikam.com", alias="ann"),
        ann("b@fabrikam.com", name="Bob", alias="ANN"),
    ]
    assert about(check, two, TENANT) == {USERS: ("fail", "names-collide")}
    (said,) = run_check(check, found(), TENANT, streams={DirectoryObject: two})
    assert [row[1] for row in said.affected.rows] == [two[0].dn, two[1].dn]
    assert about(check, [two[0], ann()], TENANT) == {USERS: ("pass", "names-unique-here")}
    assert about(check, two) == {USERS: ("not-assessed", "unconfigured-no-domains")}


def test_names_and_addresses():
    check = logins.UpnMatchesPrimaryAddress
    assert about(check, [ann(address="ANN@contoso.com")]) == {USERS: ("pass", "names-match")}
    assert about(check, [ann(address="a.lee@contoso.com")]) == {USERS: ("warn", "names-differ")}
    assert about(check, [ann()]) == {USERS: ("not-applicable", "no-addresses")}


@pytest.mark.parametrize(
    ("item", "name", "reason"),
    [
        (ann(), "ann@contoso.com", ""),
        (ann("ann@CONTOSO.com"), "ann@CONTOSO.com", ""),
        # the anchors of the page on cloud names
        (ann("user3@corp.local", alias="user1"), "user1@contoso.onmicrosoft.com", "suffix not verified"),
        (ann("other@corp.local", alias="user4"), "user4@contoso.onmicrosoft.com", "suffix not verified"),
        (
            ann("a b@contoso.com", alias="ab", faults=(fault("userPrincipalName", "a b@contoso.com"),)),
            "ab@contoso.onmicrosoft.com",
            "invalid",
        ),
        (
            ann("a@contoso.com", faults=(fault("userPrincipalName", kinds=["duplicate"]),)),
            "a@contoso.com",
            "",
        ),
        (ann(None), "Ann@contoso.onmicrosoft.com", "no sign-in name"),
        (ann(None, dn="CN=x,DC=contoso,DC=com"), "ann@contoso.com", "no sign-in name"),
    ],
    ids=range(8),
)  # fmt: skip
def test_predictions(item, name, reason):
    made = predicted(item, suffixes_of(TENANT, Scope()))
    assert (made.name.casefold(), made.reason) == (name.casefold(), reason)


TENANT_USERS = "users of the tenant"
ADMIN = RoleAssignments((RoleAssignment("id-ann@contoso.com", GLOBAL_ADMINISTRATOR),))
GUID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")


def cloud(upn="ann@contoso.com", **more):
    return User(f"id-{upn}", upn, **more)


def tied(upn, guid, **more):
    return cloud(upn, synced=True, anchor=base64.b64encode(guid.bytes_le).decode(), **more)


def against(objects, users, *items, ground=None, **more):
    """What is said of directory and tenant when both are there."""
    streams = {DirectoryObject: objects, User: users}
    said = run_check(
        cloud_names.CloudUserNamesUnique,
        ground or found(), TENANT, *items, streams=streams, **more,
    )  # fmt: skip
    return {one.subject.name: (str(one.status), one.reason) for one in said}


def with_cloud(objects, users, *items, **more):
    return against(objects, users, *items, **more)[TENANT_USERS]


TAKEN, MATCHED, FREE = (
    ("fail", "names-taken"),
    ("warn", "users-taken-over"),
    ("pass", "names-free"),
)


def test_a_cloud_only_user_with_the_predicted_name_is_taken_over():
    assert against([ann()], [cloud("Ann@contoso.com")]) == {
        USERS: ("pass", "names-unique"),
        TENANT_USERS: MATCHED,
    }
    assert with_cloud([ann()], [cloud("bob@contoso.com")]) == FREE
    # the prediction counts, not the name on premises
    moved = ann("ann@fabrikam.com", alias="al")
    assert with_cloud([moved], [cloud("ann@fabrikam.com")]) == FREE
    assert with_cloud([moved], [cloud("al@contoso.onmicrosoft.com")]) == MATCHED


def test_a_cloud_only_user_with_the_primary_address_is_taken_over():
    item = ann(address="ann.lee@contoso.com")
    primary = cloud("x@contoso.com", proxies=("SMTP:Ann.Lee@contoso.com",))
    assert with_cloud([item], [primary]) == MATCHED
    assert with_cloud([item], [cloud("x@contoso.com", mail="ann.lee@contoso.com")]) == MATCHED
    assert (
        with_cloud([item], [cloud("x@contoso.com", proxies=("smtp:ann.lee@contoso.com",))]) == FREE
    )


def test_an_administrator_is_never_taken_over():
    assert with_cloud([ann()], [cloud()], ADMIN) == TAKEN
    through_group = RoleAssignments((RoleAssignment("g", GLOBAL_ADMINISTRATOR),))
    holders = RoleHolders((), (MembersOfGroup("g", ("id-ann@contoso.com",)),))
    assert with_cloud([ann()], [cloud()], through_group, holders) == TAKEN
    assert with_cloud([ann()], [cloud()], through_group) == MATCHED
    address = cloud("ann@contoso.com", mail="lee@contoso.com")
    assert with_cloud([ann("a@contoso.com", address="lee@contoso.com")], [address], ADMIN) == TAKEN


def test_nobody_is_taken_over_where_soft_match_is_blocked():
    assert with_cloud([ann()], [cloud()], SyncFeatures(block_soft_match=True)) == TAKEN
    assert with_cloud([ann()], [cloud()], SyncFeatures(block_soft_match=False)) == MATCHED


def test_a_synchronised_user_of_another_anchor_holds_the_name():
    own = tied("ann@contoso.com", GUID)
    other = tied("ann@contoso.com", uuid.UUID(int=7))
    assert with_cloud([ann(guid=str(GUID))], [own]) == FREE
    assert with_cloud([ann(guid=str(GUID))], [other]) == TAKEN
    kept = ann(guid=str(uuid.UUID(int=9)), anchor=GUID.bytes_le.hex())
    assert with_cloud([kept], [own]) == FREE
    assert with_cloud([kept], [other]) == TAKEN


def test_what_cannot_be_compared_convicts_nobody():
    other = tied("ann@contoso.com", uuid.UUID(int=7))
    assert with_cloud([ann()], [other]) == FREE  # neither anchor attribute was exported
    assert with_cloud([ann(guid=str(GUID))], [cloud(synced=True)]) == FREE
    custom = cloud(synced=True, anchor="E1234")
    assert with_cloud([ann(guid=str(GUID))], [custom]) == FREE  # anchors are another attribute here
    usual = [tied(f"{name}@contoso.com", uuid.UUID(int=name)) for name in range(3)]
    assert with_cloud([ann(guid=str(GUID))], [custom, *usual]) == TAKEN


def test_objects_out_of_scope_take_nothing_over():
    assert with_cloud([ann(reasons=("critical",)), ann("b@contoso.com")], [cloud()]) == FREE


def test_without_the_tenants_users_the_pass_says_so_and_a_fail_stands():
    twice = [ann(), ann(name="Bob")]
    assert about(CHECKS[3], [ann()], TENANT) == {USERS: ("pass", "names-unique-here")}
    assert about(CHECKS[3], twice, TENANT) == {USERS: ("fail", "names-collide")}
    denied = {User: Missing(Reason.DENIED, "no consent", "User.Read.All")}
    said = run_check(CHECKS[3], found(), TENANT, streams={DirectoryObject: [ann()]}, missing=denied)
    assert [(one.subject.name, one.reason) for one in said] == [
        (TENANT_USERS, "denied-unread"),
        (USERS, "names-unique-here"),
    ]
    assert said[0].permission == "User.Read.All"


def test_a_list_of_users_that_was_cut_short_supports_a_fail_and_no_pass():
    def cut_short(item):
        streams = {DirectoryObject: [item], User: [cloud()]}
        evidence = evidence_of(found(), TENANT, ADMIN, streams=streams)
        evidence.streams[User].missing = Missing(Reason.THROTTLED, "only the first user")
        judged = judge([check_of(CHECKS[3])], evidence)
        return [(one.finding.subject.name, one.finding.reason) for one in judged]

    assert cut_short(ann()) == [(TENANT_USERS, "names-taken"), (USERS, "names-unique-here")]
    assert cut_short(ann("b@contoso.com")) == [
        (TENANT_USERS, "throttled-unread"),
        (USERS, "names-unique-here"),
    ]
