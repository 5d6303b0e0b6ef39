"""Duplicates within one attribute and across attributes."""

from dataclasses import replace

import pytest

from checks.directory_sync import uniqueness
from checks.directory_sync.reading import objects_readable
from scanner.api import Missing, Reason, Severity, Status
from scanner.evidence.directory import Collision, DirectoryInput, Unreadable
from scanner.testing import run_check
from tests.checks.directory_sync.objects import found, holder, judged

UNIQUE, ACROSS = uniqueness.AttributeValuesUnique, uniqueness.AddressesUniqueAcrossAttributes
OUT = {"reasons": ("critical",)}


def test_two_holders_that_synchronise_fail_and_all_are_named():
    one = Collision("mail", (holder("a"), holder("b"), holder("c", **OUT)))
    said = run_check(UNIQUE, found(), streams={Collision: [one]})
    by_name = {finding.subject.name: finding for finding in said}
    assert by_name["mail values"].status is Status.FAIL
    assert len(by_name["mail values"].affected) == 3
    assert by_name["proxyAddresses values"].status is Status.PASS


def test_one_holder_that_synchronises_is_worth_knowing_and_no_fail():
    one = Collision("mail", (holder("a"), holder("b", **OUT)))
    said = run_check(UNIQUE, found(), streams={Collision: [one]})
    (mail,) = [finding for finding in said if finding.subject.name == "mail values"]
    assert (mail.status, mail.reason, mail.severity) == (
        Status.PASS,
        "duplicates-outside",
        Severity.INFO,
    )


def test_attributes_that_were_not_exported_are_left_out():
    said = judged(UNIQUE, Collision, [], found(without=["targetaddress"]))
    assert "targetAddress values" not in said
    assert said["mail values"] == ("pass", "unique")


def test_collisions_of_proposals_are_none():
    one = Collision("proposal:mail", (holder("a"), holder("b")))
    assert judged(UNIQUE, Collision, [one], found())["mail values"] == ("pass", "unique")


@pytest.mark.parametrize("check", [UNIQUE, ACROSS])
def test_nothing_is_unique_when_much_was_unreadable(check):
    said = judged(check, Collision, [], found(unreadable=5))
    assert set(said.values()) == {("not-assessed", "unsupported-unreadable-entries")}
    gap = Missing(Reason.UNCONFIGURED)
    (one,) = run_check(check, missing={Collision: gap, DirectoryInput: gap})
    assert one.status is Status.NOT_ASSESSED


def across(*holders):
    return judged(ACROSS, Collision, [Collision("", holders)], found())[
        "addresses across attributes"
    ]


def test_an_address_in_two_attributes_or_types_fails():
    assert across(holder("a"), holder("b", "userPrincipalName")) == ("fail", "shared-addresses")
    assert across(holder("a"), holder("g", type="group")) == ("fail", "shared-addresses")


def test_only_objects_that_synchronise_count():
    assert across(holder("a"), holder("b", "userPrincipalName", **OUT)) == (
        "pass",
        "addresses-unique",
    )


def test_a_contact_of_another_forest_stands_for_the_user():
    away = holder("a", type="contact", dn="CN=a,DC=fabrikam,DC=com")
    assert across(holder("a"), away) == ("warn", "contacts-of-users")
    assert across(holder("a"), holder("c", type="contact")) == ("fail", "shared-addresses")


def test_unreadable_entries_are_rows():
    ground = found(unreadable=1)
    assert [one.reason for one in run_check(objects_readable, ground)] == ["unreadable"]


def test_everything_read_passes():
    assert [one.status for one in run_check(objects_readable, found())] == [Status.PASS]
    gap = Missing(Reason.UNCONFIGURED)
    (one,) = run_check(objects_readable, missing={DirectoryInput: gap})
    assert one.status is Status.NOT_ASSESSED


def test_rows_name_place_and_problem():
    ground = replace(found(unreadable=1), unreadable=(Unreadable("x:7", "CN=a", "bad"),))
    (one,) = run_check(objects_readable, ground)
    assert one.affected.rows == [("x:7", "CN=a", "bad")]
    assert one.severity is Severity.MEDIUM
