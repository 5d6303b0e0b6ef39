"""Sign-in names and usage location of the users."""

import pytest

from checks.administration.users import UpnSuffixVerified, UsersHaveUsageLocation
from scanner.evidence.envelope import Missing
from scanner.evidence.tenant import Organization, TenantDomain, TenantDomains, User
from scanner.testing import run_check
from scanner.words import Reason

DOMAINS = TenantDomains(
    (
        TenantDomain("contoso.com", is_verified=True),
        TenantDomain("contoso.onmicrosoft.com", is_verified=True, is_initial=True),
        TenantDomain("fabrikam.com"),
    )
)


def synced(count, suffix):
    return [User(f"{suffix}{i}", f"u{i}@{suffix}", synced=True) for i in range(count)]


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (0, ("pass", "suffixes-verified")),
        (1, ("pass", "suffixes-verified")),
        (5, ("warn", "some-suffixes-unverified")),
        (20, ("fail", "suffix-unverified")),
    ],
)
def test_the_share_of_unverified_suffixes_decides(bad, expected):
    people = synced(200 - bad, "CONTOSO.com") + synced(bad, "contoso.onmicrosoft.com")
    (found,) = run_check(UpnSuffixVerified, DOMAINS, streams={User: people})
    assert (found.status, found.reason) == expected
    assert len(found.affected) == bad


def test_cloud_only_users_and_guests_do_not_count():
    people = [
        User("1", "a@contoso.onmicrosoft.com"),
        User("2", "b@x", user_type="Guest", synced=True),
    ]
    (found,) = run_check(UpnSuffixVerified, DOMAINS, streams={User: people})
    assert found.status == "not-applicable"


def test_denied_users_are_not_assessed():
    missing = {User: Missing(Reason.DENIED, "", "User.Read.All")}
    for check in (UpnSuffixVerified, UsersHaveUsageLocation):
        (found,) = run_check(check, DOMAINS, Organization("t", "Contoso"), missing=missing)
        assert (found.status, found.reason) == ("not-assessed", "missing-denied")


def location(people, default=None, **more):
    organization = Organization("t", "Contoso", default_usage_location=default)
    (found,) = run_check(UsersHaveUsageLocation, organization, streams={User: people}, **more)
    return found.status, found.reason


def people(missing, *, count=200, by_group=False):
    return [
        User(
            str(i),
            f"u{i}@x",
            usage_location=None if i < missing else "DE",
            licensed_by_group=by_group,
        )
        for i in range(count)
    ]


def test_everybody_located_passes():
    assert location(people(0)) == ("pass", "all-located")


def test_a_few_without_location_warn_and_many_fail():
    assert location(people(1)) == ("warn", "few-locations-missing")
    assert location(people(20)) == ("fail", "location-missing")


def test_group_licences_fall_back_to_the_location_of_the_tenant():
    assert location(people(20, by_group=True), "DE") == ("warn", "default-used")
    assert location(people(20, by_group=True)) == ("fail", "location-missing")


def test_a_tenant_without_members_is_not_applicable():
    assert location([User("1", "a@x", user_type="Guest")]) == ("not-applicable", "no-members")


def test_a_part_of_the_users_never_passes():
    cut = Missing(Reason.THROTTLED, "only the first 10 users were read")
    assert location(people(0), cut=cut) == ("not-assessed", "missing-throttled")
