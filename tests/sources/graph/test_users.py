"""Users by the quick way and by the patient one: the same evidence, whatever the shape."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.codec import encode_line, line_decoder
from scanner.evidence.suffixes import TenantSuffixes
from scanner.evidence.tenant import ProvisioningError, User
from scanner.lab.tenant.many import ManyUsers
from scanner.sources.graph.users import page_of_users, raw, user
from tests.servers.tenant import collected

FULL = {
    "id": "1",
    "userPrincipalName": "a@Contoso.com",
    "accountEnabled": False,
    "userType": "Guest",
    "usageLocation": "DE",
    "assignedLicenses": [{"skuId": "AAAA", "disabledPlans": ["BBBB"]}],
    "licenseAssignmentStates": [
        {"skuId": "AAAA", "state": "Active", "assignedByGroup": "g"},
        {"skuId": "CCCC", "state": "Error", "assignedByGroup": "g"},
        {"skuId": "AAAA", "state": "Error", "assignedByGroup": "h"},
    ],
    "onPremisesSyncEnabled": True,
    "onPremisesProvisioningErrors": [
        {
            "category": "PropertyConflict",
            "propertyCausingError": "UserPrincipalName",
            "value": "x" * 900,
            "occurredDateTime": "2026-01-02T03:04:05Z",
        }
    ],
    "serviceProvisioningErrors": [{"isResolved": True}, {"isResolved": False}, {}],
    "externalUserState": "PendingAcceptance",
    "createdDateTime": "2026-01-02T05:04:05+02:00",
    "mail": "a@contoso.com",
    "onPremisesImmutableId": "AQIDBAUGBwgJCgsMDQ4PEA==",
    "proxyAddresses": ["SMTP:a@contoso.com", "smtp:b@contoso.com"],
}
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
EXPECTED = User(
    "1",
    "a@Contoso.com",
    False,
    "Guest",
    "DE",
    ("aaaa",),
    True,
    "a@contoso.com",
    True,
    ("cccc",),
    ("aaaa/bbbb",),
    (ProvisioningError("PropertyConflict", "UserPrincipalName", "x" * 400, MOMENT),),
    2,
    "PendingAcceptance",
    MOMENT,
    "AQIDBAUGBwgJCgsMDQ4PEA==",
    ("SMTP:a@contoso.com", "smtp:b@contoso.com"),
)


def quickly(item):
    items, link = page_of_users(json.dumps({"value": [item]}).encode())
    assert link == ""
    return user(items[0], User)


def test_everything_that_graph_tells_is_read_by_both_ways():
    assert quickly(FULL) == EXPECTED
    assert user(raw(FULL), User) == EXPECTED
    assert EXPECTED.suffix == "contoso.com"


def test_what_is_written_reads_back_as_the_declared_evidence():
    line = encode_line(user(raw(FULL)))
    assert line_decoder(User).decode(line) == EXPECTED


def test_nothing_told_is_an_enabled_member():
    assert quickly({}) == user(raw({}), User) == User("", "")


odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.text(max_size=5),
    st.lists(
        st.one_of(st.none(), st.text(max_size=3), st.dictionaries(st.text(max_size=3), st.none()))
    ),
)


@given(st.dictionaries(st.sampled_from(sorted(FULL)), odd))
def test_a_page_of_another_shape_is_read_patiently_and_never_crashes(item):
    patient = user(raw(item), User)
    quick = page_of_users(json.dumps({"value": [item]}).encode())
    if quick is not None:
        assert user(quick[0][0], User) == patient
    assert line_decoder(User).decode(encode_line(user(raw(item)))) == patient


def test_one_odd_user_costs_the_page_its_speed_and_nothing_else(lab, config):
    lab.graph.holdings["v1.0 /users"][5]["usageLocation"] = ["not", "a", "string"]
    lab.graph.holdings["v1.0 /users"][6]["assignedLicenses"] = "none"
    lab.graph.largest_page = 100
    users = collected(config, User).streams[User]
    assert users.missing is None
    assert len(users.items) == len(lab.graph.holdings["v1.0 /users"])
    assert users.items[5].usage_location is None


def test_a_large_tenant_is_made_on_the_fly_and_read_to_its_end(lab, config):
    lab.graph.holdings["v1.0 /users"] = ManyUsers(lab.graph.facts, 5_000)
    found = collected(config, User, TenantSuffixes)
    assert found.one(TenantSuffixes).suffixes[0].users == 5_000
    assert sum(not one.usage_location for one in found.streams[User].items) == 50
