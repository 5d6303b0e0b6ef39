"""Duplicates within one attribute and across attributes."""

from dataclasses import replace

import pytest

from checks.directory_sync import uniqueness
from checks.directory_sync.reading import objects_readable
from scanner.api import Missing, Reason, Severity, Status
from scanner.evidence.directory import Collision, DirectoryInput, DirectoryObject, Unreadable
from scanner.evidence.forest import Forest, ForestDomain
from scanner.evidence.tenant import User
from scanner.testing import run_check
from tests.checks.directory_sync.objects import found, holder, user

UNIQUE, ACROSS = uniqueness.AttributeValuesUnique, uniqueness.AddressesUniqueAcrossAttributes
OUT = {"reasons": ("critical",)}


def looked(check, collisions, ground=None, objects=(), users=None, **more):
    """What a check says of collisions, of objects, and of the tenant's users where there are any."""
    streams = {Collision: collisions, DirectoryObject: objects}
    if users is not None:
        streams[User] = users
    return run_check(check, ground or found(), streams=streams, **more)


def judged(check, collisions, ground=None, **more):
    return {
        one.subject.name: (str(one.status), one.reason)
        for one in looked(check, collisions, ground, **more)
    }


def test_two_holders_that_synchronise_fail_and_all_are_named():
    one = Collision("mail", (holder("a"), holder("b"), holder("c", **OUT)))
    said = looked(UNIQUE, [one])
    by_name = {finding.subject.name: finding for finding in said}
    assert by_name["mail values"].status is Status.FAIL
    assert len(by_name["mail values"].affected) == 3
    assert by_name["proxyAddresses values"].status is Status.PASS


def test_one_holder_that_synchronises_is_worth_knowing_and_no_fail():
    one = Collision("mail", (holder("a"), holder("b", **OUT)))
    said = looked(UNIQUE, [one])
    (mail,) = [finding for finding in said if finding.subject.name == "mail values"]
    assert (mail.status, mail.reason, mail.severity) == (
        Status.PASS,
        "duplicates-outside",
        Severity.INFO,
    )


def test_attributes_that_were_not_exported_are_left_out():
    said = judged(UNIQUE, [], found(without=["targetaddress"]))
    assert "targetAddress values" not in said
    assert said["mail values"] == ("pass", "unique")


def test_collisions_of_proposals_are_none():
    one = Collision("proposal:mail", (holder("a"), holder("b")))
    assert judged(UNIQUE, [one])["mail values"] == ("pass", "unique")


@pytest.mark.parametrize("check", [UNIQUE, ACROSS])
def test_nothing_is_unique_when_much_was_unreadable(check):
    said = judged(check, [], found(unreadable=5))
    assert set(said.values()) == {("not-assessed", "unsupported-unreadable-entries")}
    gap = Missing(Reason.UNCONFIGURED)
    (one,) = run_check(check, missing={Collision: gap, DirectoryObject: gap, DirectoryInput: gap})
    assert one.status is Status.NOT_ASSESSED


def across(*holders, forests=()):
    held = [Collision("", holders)]
    (said,) = run_check(ACROSS, found(), *forests, streams={Collision: held})
    return str(said.status), said.reason


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


def test_domains_of_one_forest_are_one_forest():
    child = holder("a", type="contact", dn="CN=a,DC=child,DC=corp,DC=contoso,DC=com")
    assert across(holder("a"), child) == ("fail", "shared-addresses")
    tree = holder("a", type="contact", dn="CN=a,DC=fabrikam,DC=com")
    domains = (ForestDomain("corp.contoso.com"), ForestDomain("fabrikam.com"))
    known = [Forest("corp.contoso.com", domains=domains)]
    assert across(holder("a"), tree) == ("warn", "contacts-of-users")
    assert across(holder("a"), tree, forests=known) == ("fail", "shared-addresses")


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


def ann(name="Ann", login="ann@contoso.com", address="ann@contoso.com", **more):
    return user(name, login=login, address=address, **{"proxies": 1, **more})


def cloud(upn="info@contoso.com", *proxies, **more):
    return User(f"id-{upn}", upn, proxies=proxies, **more)


def values(*objects, users, collisions=()):
    said = judged(UNIQUE, collisions, objects=objects, users=users)
    return {name.partition(" ")[0]: what for name, what in said.items() if what[0] != "pass"}


HELD = ("fail", "held-in-the-tenant")


def test_a_value_of_a_cloud_only_user_is_held_twice():
    shared = cloud("info@contoso.com", "SMTP:info@contoso.com", "smtp:ANN@contoso.com")
    assert values(ann(), users=[shared]) == {"userPrincipalName": HELD, "proxyAddresses": HELD}
    said = looked(UNIQUE, [], objects=[ann()], users=[shared])
    one = next(each for each in said if each.status is Status.FAIL)
    assert one.affected.rows[0][-1] == "info@contoso.com (cloud-only user)"
    group = user("Info", type="group", address="info@contoso.com")
    assert values(group, users=[cloud()]) == {"mail": HELD}


def test_a_user_that_is_taken_over_holds_nothing_twice():
    assert values(ann(), users=[cloud("Ann@contoso.com", "SMTP:ann@contoso.com")]) == {}
    assert values(ann(login="a@contoso.com"), users=[cloud(mail="ann@contoso.com")]) == {}


def test_synchronised_users_and_objects_out_of_scope_are_none_to_compare():
    tied = cloud("x@contoso.com", "smtp:ann@contoso.com", synced=True)
    assert values(ann(), users=[tied]) == {}
    shared = cloud("x@contoso.com", "smtp:ann@contoso.com")
    assert values(ann(reasons=("critical",)), users=[shared]) == {}


def test_a_duplicate_outside_counts_when_the_tenant_holds_it_too():
    two = (
        holder("a", "proxyAddresses", "smtp:old@contoso.com"),
        holder("b", "proxyAddresses", "smtp:old@contoso.com", **OUT),
    )
    shared = cloud("x@contoso.com", "smtp:old@contoso.com")
    only = [Collision("proxyAddresses", two)]
    assert values(users=[shared], collisions=only) == {"proxyAddresses": HELD}
    assert values(users=[cloud()], collisions=only) == {}


def test_values_that_were_not_read_are_not_unique():
    gap = Missing(Reason.TIMEOUT, "too late")
    said = run_check(UNIQUE, found(), streams={DirectoryObject: []}, missing={Collision: gap})
    assert {(str(one.status), one.reason) for one in said} == {("not-assessed", "timeout-unread")}
