"""Sign-in names: there, verified, predicted, unique."""

import pytest

from checks.directory_sync import logins
from scanner.api import Missing, Reason, Scope
from scanner.evidence.cloud_names import predicted, suffixes_of
from scanner.evidence.directory import DirectoryInput, DirectoryObject
from scanner.evidence.forest import Forest
from scanner.evidence.tenant import TenantDomain, TenantDomains
from scanner.testing import run_check
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
    logins.CloudUserNamesUnchanged,
    logins.CloudUserNamesUnique,
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
    check = logins.CloudUserNamesUnchanged
    assert about(check, [ann()], TENANT) == {USERS: ("pass", "names-kept")}
    assert about(check, [ann("a@fabrikam.com")], TENANT) == {USERS: ("fail", "names-change")}
    assert about(check, [ann()], Scope(domains=("contoso.com",))) == {USERS: ("pass", "names-kept")}
    assert about(check, [ann()]) == {USERS: ("not-assessed", "unconfigured-no-domains")}


def test_names_that_collide():
    check = logins.CloudUserNamesUnique
    two = [
        ann("a@fabrikam.com", alias="ann"),
        ann("b@fabrikam.com", name="Bob", alias="ANN"),
    ]
    assert about(check, two, TENANT) == {USERS: ("fail", "names-collide")}
    (said,) = run_check(check, found(), TENANT, streams={DirectoryObject: two})
    assert [row[1] for row in said.affected.rows] == [two[0].dn, two[1].dn]
    assert about(check, [two[0], ann()], TENANT) == {USERS: ("pass", "names-unique")}
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
