"""Addresses, filters that the service refuses, counts, tokens that run out, clouds and offers."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from scanner.config.model import Tenant, TenantEndpoints
from scanner.evidence.envelope import GraphCall
from scanner.evidence.graph import graph_read, prop
from scanner.evidence.tenant import User
from scanner.evidence.tenant_access import AccessPolicies
from scanner.evidence.tenant_connectors import ApplePush, GooglePlay
from scanner.evidence.tenant_devices import DeviceCount, HybridDevice, StaleDeviceCount
from scanner.evidence.tenant_groups import GROUP_BY_NAME, GroupsInError, LicenceErrors, PilotGroups
from scanner.evidence.tenant_roles import RoleHolders
from scanner.evidence.tenant_services import SignInBranding
from scanner.evidence.tenant_signin import LegacySignIns
from scanner.lab.tenant.facts import group_id
from scanner.lab.tenant.faults import Reply, page_expired, refusal
from scanner.sources.graph.ask import address
from scanner.sources.graph.clouds import Origin, endpoints_of
from scanner.sources.graph.pace import Pace
from scanner.sources.interface import Unavailable
from scanner.words import Cloud, Reason
from tests.servers.tenant import collected


def query(call, ident=""):
    return parse_qs(urlsplit(address("https://graph", call, ident)).query)


def test_a_quote_in_a_name_cannot_leave_its_filter():
    found = query(GROUP_BY_NAME, "O'Brien' or displayName ne '")
    assert found["$filter"] == ["displayName eq 'O''Brien'' or displayName ne '''"]


def test_an_id_cannot_leave_its_place_in_the_path():
    call = GraphCall("/domains/{id}/verificationDnsRecords")
    assert "/domains/..%2F..%2Fusers/" in address("https://graph", call, "../../users")


def test_dates_are_counted_back_from_now():
    (call,) = (one for one in calls_of(StaleDeviceCount))
    assert re.fullmatch(
        r"approximateLastSignInDateTime le \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
        query(call)["$filter"][0],
    )


def calls_of(kind):
    from scanner.evidence.envelope import kind_of  # noqa: PLC0415

    return kind_of(kind).calls


def test_a_class_that_no_read_can_fill_is_told_at_once():
    class Nothing:
        word: str = prop("word", "")

    with pytest.raises(TypeError, match="Nothing"):
        graph_read("no-such-kind", "/nothing", "User.Read.All")(Nothing)


def test_numbers_are_counted_by_the_service(lab, config):
    found = collected(config, DeviceCount, StaleDeviceCount)
    assert (found.one(DeviceCount).count, found.one(StaleDeviceCount).count) == (20, 0)
    assert lab.graph.mistakes == []


def test_a_number_that_is_none_is_a_broken_answer(lab, config):
    lab.faults.always["/devices/$count"] = Reply(body=b"many", kind="text/plain")
    assert collected(config, DeviceCount).gap(DeviceCount).reason is Reason.BUG


def test_a_list_whose_filter_is_refused_is_read_whole(lab, config):
    lab.faults.plan(
        "/devices", refusal(400, "Request_UnsupportedQuery", "Unsupported property filter")
    )
    lab.graph.holdings["v1.0 /devices"].append({"id": "x", "trustType": "Workplace"})
    assert len(collected(config, HybridDevice).streams[HybridDevice].items) == 21
    asked = [one for one in lab.requests if one.path == "/v1.0/devices"]
    assert ["filter" in one.query for one in asked] == [True, False]


def test_what_was_never_set_up_is_a_fact(lab, config):
    gone = refusal(404, "ResourceNotFound", "not found")
    empty = Reply(204, b"")
    for reply in (gone, empty):
        lab.faults.always["/deviceManagement/applePushNotificationCertificate"] = reply
        assert collected(config, ApplePush).one(ApplePush) == ApplePush()
    lab.faults.always["/deviceManagement/androidManagedStoreAccountEnterpriseSettings"] = gone
    assert collected(config, GooglePlay).one(GooglePlay).bind_status == "notBound"
    assert collected(config, SignInBranding).one(SignInBranding).id is None


def test_an_address_that_this_cloud_lacks_is_unsupported(lab, config):
    told = "Resource not found for the segment 'conditionalAccess'."
    lab.faults.always["/identity/conditionalAccess/policies"] = refusal(400, "BadRequest", told)
    assert collected(config, AccessPolicies).gap(AccessPolicies).reason is Reason.UNSUPPORTED


def test_of_a_sample_only_the_first_page_is_read(lab, config):
    lab.graph.holdings["v1.0 /auditLogs/signIns"] *= 60
    assert len(collected(config, LegacySignIns).one(LegacySignIns).rows) == 25
    assert len([one for one in lab.requests if one.path == "/v1.0/auditLogs/signIns"]) == 1


def test_a_token_that_runs_out_in_mid_list_is_renewed(lab, config):
    lab.login.lifetime = 2
    lab.faults.delay = 0.25
    lab.graph.largest_page = 25
    users = collected(config, User).streams[User]
    assert users.missing is None
    assert len(lab.login.issued) > 1


def test_role_holders_are_looked_up_some_at_a_time(lab, config):
    found = collected(config, RoleHolders).one(RoleHolders)
    assert len(found.users) == 9
    looked_up = [one for one in lab.requests if one.path == "/v1.0/users"]
    assert len(looked_up) == 1


def test_members_of_a_group_in_error_may_stay_unknown(lab, config):
    lab.faults.always[f"/groups/{group_id(2)}/membersWithLicenseErrors"] = refusal(403, "Forbidden")
    (group,) = collected(config, LicenceErrors).one(LicenceErrors).groups
    assert group.members == ()
    assert "403" in group.unread


@pytest.mark.parametrize(
    ("wanted", "found"), [("EMS licences", 1), (group_id(2), 1), ("None", 0), (group_id(9), 0)]
)
def test_pilot_groups_are_found_by_name_or_id(lab, config, wanted, found):
    config = replace(config, scope=replace(config.scope, pilot_groups=(wanted,)))
    (group,) = collected(config, PilotGroups).one(PilotGroups).groups
    assert len(group.matches) == found
    assert len(group.member_ids) == 20 * found


def test_groups_in_error_survive_an_expired_page(lab, config):
    lab.graph.holdings["v1.0 /groups"][0]["onPremisesProvisioningErrors"] = [{"category": "x"}]
    lab.graph.largest_page = 1
    lab.faults.plan_later("/groups", page_expired())
    found = collected(config, GroupsInError).one(GroupsInError)
    assert (len(found.objects), found.total) == (1, 3)


@pytest.mark.parametrize(
    ("cloud", "login", "graph"),
    [
        (Cloud.WORLDWIDE, "https://login.microsoftonline.com", "https://graph.microsoft.com"),
        (Cloud.GCC_HIGH, "https://login.microsoftonline.us", "https://graph.microsoft.us"),
        (Cloud.DOD, "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
        (
            Cloud.CHINA,
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
        ),
    ],
)
def test_four_clouds(cloud, login, graph):
    found = endpoints_of(Tenant(cloud=cloud))
    assert (found.login, found.graph) == (login, graph)


def test_an_endpoint_without_https_is_told():
    with pytest.raises(Unavailable) as caught:
        endpoints_of(Tenant(endpoints=TenantEndpoints(graph="http://graph")))
    assert "tenant.endpoints.graph" in caught.value.missing.detail


@pytest.mark.parametrize("url", ["", "graph", "https://user@graph", "https://[", "https://g:x"])
def test_what_is_no_origin_is_none(url):
    assert Origin.of(url) is None


def test_the_pace_of_a_class_is_shared_and_grows_with_what_was_taken():
    pace = Pace({"conditional-access": (1, 5.0), "reports": (2, 5.0)})
    assert pace.take("conditional-access") == 0
    assert 4 < pace.take("conditional-access") <= 5
    assert pace.take("reports") == pace.take("reports") == 0
    assert pace.take("reports") > 4
    assert pace.take("identity") == pace.take("identity") == 0


def test_a_limit_that_is_nearly_used_up_slows_down():
    pace = Pace({})
    for nonsense in ("", "much", "0.2", "99"):
        pace.heed("identity", nonsense)
    assert pace.wait("identity") == 0
    pace.heed("identity", "1.2")
    assert 1 < pace.wait("identity") <= 1.2
