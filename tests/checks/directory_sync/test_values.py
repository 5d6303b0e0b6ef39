"""The checks of single attributes."""

import pytest

from checks.directory_sync import values
from scanner.api import Missing, Reason, Severity, Status
from scanner.evidence.directory import DirectoryInput, DirectoryObject
from scanner.evidence.forest import Forest
from scanner.testing import run_check
from tests.checks.directory_sync.objects import fault, found, judged, user

CASES = [
    (values.UserPrincipalNamesValid, "userPrincipalName"),
    (values.ProxyAddressesValid, "proxyAddresses"),
    (values.TargetAddressesValid, "targetAddress"),
    (values.MailValuesValid, "mail"),
    (values.MailNicknamesValid, "mailNickname"),
    (values.SamAccountNamesValid, "sAMAccountName"),
    (values.NamesValid, "displayName"),
    (values.NamesValid, "givenName"),
]


CHECKS = list(dict.fromkeys(one for one, _ in CASES))


def about(check, attribute, objects, ground=None, **more):
    return judged(check, DirectoryObject, objects, ground or found(), **more)[attribute]


@pytest.mark.parametrize(("check", "attribute"), CASES)
def test_each_way_that_an_attribute_is_judged(check, attribute):
    bad = user(faults=(fault(attribute),), login="a@b.com")
    doubtful = user(faults=(fault(attribute, kinds=(), warnings=("character",)),))
    info = user(faults=(fault(attribute, kinds=(), infos=("blank",)),))
    outside = user(faults=(fault(attribute),), reasons=("critical",))
    disputed = user(faults=(fault(attribute),), reasons=("x",), disputed=("x",))
    assert about(check, attribute, [user(), bad]) == ("fail", "invalid-values")
    assert about(check, attribute, [user(), doubtful]) == ("warn", "doubtful-values")
    assert about(check, attribute, [disputed]) == ("warn", "doubtful-values")
    assert about(check, attribute, [user(), info, outside]) == ("pass", "values-valid")
    assert about(check, attribute, [user()], found(unreadable=3)) == (
        "not-assessed",
        "unsupported-unreadable-entries",
    )
    assert about(check, attribute, [bad], found(unreadable=3)) == ("fail", "invalid-values")
    bare = found(classes={"organizationalUnit": 1})
    assert about(check, attribute, [], bare) == ("not-applicable", "no-objects")
    assert about(check, attribute, [user()], found(without=[attribute.lower()])) == (
        "not-assessed",
        "unconfigured-not-exported",
    )


@pytest.mark.parametrize("check", CHECKS)
def test_without_a_directory_nothing_is_assessed(check):
    gap = Missing(Reason.UNCONFIGURED, "set directory.files")
    (one,) = run_check(check, missing={DirectoryObject: gap, DirectoryInput: gap})
    assert (one.status, one.reason) == (Status.NOT_ASSESSED, "missing-unconfigured")


@pytest.mark.parametrize("check", CHECKS)
def test_a_part_of_a_directory_is_never_a_pass(check):
    cut = Missing(Reason.TIMEOUT, "the time was used up")
    findings = run_check(check, found(), streams={DirectoryObject: [user()]}, cut=cut)
    assert {one.status for one in findings} == {Status.NOT_ASSESSED}


def test_a_reason_that_rests_on_what_was_not_exported_convicts_nobody():
    one = user(faults=(fault("mail"),), reasons=("no-sam",))
    ground = found(without=["samaccountname"])
    assert about(values.MailValuesValid, "mail", [one], ground) == ("fail", "invalid-values")
    assert about(values.MailValuesValid, "mail", [one]) == ("pass", "values-valid")


def test_a_bad_account_name_weighs_more_where_nothing_else_names_the_user():
    def severity(login):
        one = user(faults=(fault("sAMAccountName"),), login=login)
        (said,) = run_check(values.SamAccountNamesValid, found(), streams={DirectoryObject: [one]})
        return said.severity

    assert severity(None) is Severity.HIGH
    assert severity("ann@contoso.com") is None


def test_the_sign_in_name_may_be_another_attribute():
    one = user(faults=(fault("mail (sign-in name)"), fault("userPrincipalName")))
    ground = found(login_attribute="mail")
    said = judged(values.UserPrincipalNamesValid, DirectoryObject, [one], ground)
    assert said == {"mail (sign-in name)": ("fail", "invalid-values")}


def test_rows_name_object_value_kinds_and_proposal():
    one = user(faults=(fault("mail", "bad value", ("length",), detail="300 > 256", proposal="b"),))
    (said,) = run_check(values.MailValuesValid, found(), streams={DirectoryObject: [one]})
    row = dict(zip(said.affected.columns, said.affected.rows[0], strict=True))
    assert row["dn"] == one.dn
    assert (row["value"], row["kinds"], row["detail"], row["proposal"], row["scope"]) == (
        "bad value",
        "length",
        "300 > 256",
        "b",
        "syncs",
    )
    assert str(said.text) == "Invalid values of mail on objects that synchronise: 1 (length 1)."


def test_an_attribute_that_the_schema_does_not_have_is_not_asked_for():
    ground = found(without=("mailnickname",))
    without = Forest("a.example", outside_schema=("mailNickname",))

    def nickname(*more):
        return judged(values.MailNicknamesValid, DirectoryObject, [user()], ground, *more)[
            "mailNickname"
        ]

    assert nickname() == ("not-assessed", "unconfigured-not-exported")
    assert nickname(without) == ("not-applicable", "not-in-schema")
    # another forest has it, and did not export it
    assert nickname(without, Forest("b.example")) == ("not-assessed", "unconfigured-not-exported")
