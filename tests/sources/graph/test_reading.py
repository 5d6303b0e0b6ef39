"""What the client makes of the answers that the real service gives, good and bad, over HTTPS."""

import pytest

from scanner.evidence.suffixes import TenantSuffixes
from scanner.evidence.tenant import (
    DomainRecords,
    IntuneTenant,
    MdmAuthority,
    Organization,
    Skus,
    TenantDomains,
    User,
)
from scanner.lab.tenant.facts import GUESTS, USERS
from scanner.lab.tenant.faults import (
    Reply,
    denied,
    gateway,
    no_intune,
    page_expired,
    refusal,
    throttled,
    token_expired,
)
from scanner.subject import domain
from scanner.words import Reason
from tests.servers.tenant import collected, config_of


def asked(lab, path):
    return [one for one in lab.requests if one.path == f"/v1.0{path}"]


def test_a_whole_tenant_becomes_typed_evidence(lab, config):
    found = collected(config)
    unsupported = {Reason.UNSUPPORTED}
    assert {gap.reason for _, gap, _ in found.gaps} <= unsupported  # for a signed-in person alone
    assert lab.graph.mistakes == []
    assert found.one(Organization).tenant_id == lab.organisation.tenant_id
    assert found.one(MdmAuthority).authority == "unknown"
    assert found.one(IntuneTenant).subscription_state == "active"
    assert len(found.one(TenantDomains).domains) == 3
    assert {one.domain for one in found.every(DomainRecords)} == {"contoso.com", "fabrikam.com"}
    assert len(found.streams[User].items) == USERS
    assert found.streams[User].missing is None
    assert sum(one.users for one in found.one(TenantSuffixes).suffixes) < USERS - GUESTS


def test_only_reads_reach_the_tenant_and_tokens_go_only_to_graph(lab, config):
    collected(config)
    posts = {one.path for one in lab.requests if one.method != "GET"}
    assert posts == {f"/{lab.organisation.tenant_id}/oauth2/v2.0/token"}
    assert all(one.path.startswith(("/v1.0/", "/beta/")) for one in lab.requests if one.authorised)


def test_only_what_is_wanted_is_asked(lab, config):
    collected(config, Skus)
    assert {one.path for one in lab.requests if one.authorised} == {"/v1.0/subscribedSkus"}


def test_pages_are_followed_to_the_last(lab, config):
    lab.graph.largest_page = 70
    found = collected(config, User)
    assert len(found.streams[User].items) == USERS
    assert len(asked(lab, "/users")) == 5


def test_an_empty_page_with_a_link_is_not_the_end(lab, config):
    link = f'{{"value": [], "@odata.nextLink": "{lab.base}/v1.0/users?$top=999"}}'
    lab.faults.plan("/users", Reply(body=link.encode()))
    assert len(collected(config, User).streams[User].items) == USERS


@pytest.mark.parametrize("reply", [gateway(502), gateway(503), gateway(504), throttled("0")])
def test_what_passes_is_tried_again(lab, config, reply):
    lab.faults.plan("/subscribedSkus", reply, reply)
    assert collected(config, Skus).one(Skus).skus
    assert len(asked(lab, "/subscribedSkus")) == 3


def test_a_retry_never_comes_earlier_than_asked(lab, config):
    lab.faults.plan("/subscribedSkus", throttled("1"))
    collected(config, Skus)
    first, second = asked(lab, "/subscribedSkus")
    assert second.at - first.at >= 1.0


def test_a_service_that_never_recovers_is_unreachable(lab, config):
    lab.faults.always["/subscribedSkus"] = gateway()
    missing = collected(config, Skus).gap(Skus)
    assert missing.reason is Reason.UNREACHABLE
    assert "502" in missing.detail


def test_throttling_longer_than_the_budget_is_throttled(lab, config):
    lab.faults.always["/subscribedSkus"] = throttled("3600")
    missing = collected(config, Skus, seconds=3).gap(Skus)
    assert missing.reason is Reason.THROTTLED
    assert len(asked(lab, "/subscribedSkus")) == 1


def test_a_denied_call_names_its_permission_and_costs_nothing_else(lab, config):
    lab.faults.always["/subscribedSkus"] = denied()
    found = collected(config)
    missing = found.gap(Skus)
    assert missing.reason is Reason.DENIED
    assert missing.permission == "LicenseAssignment.Read.All"
    assert "LicenseAssignment.Read.All" in missing.detail
    assert found.one(Organization)
    assert found.streams[User].missing is None


def test_a_token_that_is_refused_in_mid_list_is_renewed_and_the_page_repeated(lab, config):
    lab.graph.largest_page = 100
    lab.faults.plan_later("/users", token_expired())
    found = collected(config, User)
    assert len(found.streams[User].items) == USERS
    assert len(lab.login.issued) == 2


def test_a_token_that_is_refused_for_good_is_denied(lab, config):
    lab.faults.always["/subscribedSkus"] = token_expired()
    assert collected(config, Skus).gap(Skus).reason is Reason.DENIED


def test_an_expired_page_starts_the_list_afresh(lab, config):
    lab.graph.largest_page = 100
    lab.faults.plan_later("/users", page_expired())
    found = collected(config, User, TenantSuffixes)
    assert len(found.streams[User].items) == USERS
    assert sum(one.users for one in found.one(TenantSuffixes).suffixes) < USERS


def test_pages_that_keep_expiring_leave_a_part(lab, config):
    lab.graph.largest_page = 100
    lab.faults.plan_later("/users", page_expired(), page_expired(), page_expired())
    stream = collected(config, User).streams[User]
    assert stream.missing.reason is Reason.TIMEOUT
    assert "first 100 users" in stream.missing.detail


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("{base}/v1.0{path}?$top=999&$skiptoken=100", "earlier page"),
        ("https://graph.attacker.example/v1.0{path}", "another host"),
        ("http://127.0.0.1/v1.0{path}", "another host"),
        ("{base}@graph.attacker.example/v1.0{path}", "another host"),
    ],
)
def test_a_link_that_loops_or_leads_away_ends_the_list(lab, config, link, told):
    lab.graph.largest_page = 100
    lab.faults.next_link["/users"] = link
    stream = collected(config, User).streams[User]
    assert stream.missing.reason is Reason.BUG
    assert told in stream.missing.detail


@pytest.mark.parametrize(
    "body", [b'{"items": []}', b"<html>sign in</html>", b"[]", b"\xff\xfe", b"[" * 100_000]
)
def test_a_broken_answer_is_never_an_empty_list(lab, config, body):
    lab.faults.always["/subscribedSkus"] = Reply(body=body)
    assert collected(config, Skus).gap(Skus).reason is Reason.BUG


def test_a_truncated_body_is_read_again(lab, config):
    lab.faults.plan("/subscribedSkus", Reply(body=b'{"value": []}', truncated=True))
    assert collected(config, Skus).one(Skus).skus


def test_a_list_cut_off_for_good_is_a_part_that_says_how_far_it_got(lab, config):
    lab.graph.largest_page = 100
    cut = Reply(body=b'{"value": []}', truncated=True)
    lab.faults.plan_later("/users", *[cut] * 6)
    stream = collected(config, User).streams[User]
    assert len(stream.items) == 100
    assert stream.missing.reason is Reason.UNREACHABLE
    assert "only the first 100" in stream.missing.detail


def test_a_server_that_dribbles_is_left_at_the_deadline(lab, config):
    lab.faults.always["/subscribedSkus"] = Reply(body=b'{"value": []}', dribble=0.2)
    missing = collected(config, Skus, seconds=1.5).gap(Skus)
    assert missing.reason is Reason.TIMEOUT


def test_a_redirect_is_not_followed(lab, config):
    away = {"Location": "https://graph.attacker.example/"}
    lab.faults.always["/subscribedSkus"] = Reply(302, headers=away)
    missing = collected(config, Skus).gap(Skus)
    assert missing.reason is Reason.UNREACHABLE
    assert "redirect" in missing.detail


def test_no_intune_account_is_a_fact_and_not_a_fault(lab, config):
    lab.faults.always["/deviceManagement"] = no_intune()
    assert collected(config, IntuneTenant).one(IntuneTenant).subscription_state is None


@pytest.mark.parametrize(
    "code", ["AadPremiumLicenseRequired", "Authentication_RequestFromNonPremiumTenantOrB2CTenant"]
)
def test_a_missing_licence_is_unsupported_not_denied(lab, config, code):
    lab.faults.always["/subscribedSkus"] = refusal(403, code)
    missing = collected(config, Skus).gap(Skus)
    assert missing.reason is Reason.UNSUPPORTED
    assert "licence" in missing.detail


def test_the_error_of_intune_is_found_inside_its_message(lab, config):
    inner = '{"_version": 3, "Message": "An error has occurred", "CustomApiErrorPhrase": ""}'
    lab.faults.always["/deviceManagement"] = refusal(500, "InternalServerError", inner)
    missing = collected(config, IntuneTenant).gap(IntuneTenant)
    assert missing.reason is Reason.UNREACHABLE
    assert "An error has occurred" in missing.detail
    assert "_version" not in missing.detail


def test_records_of_one_domain_that_fail_cost_that_domain_alone(lab, config):
    lab.faults.always["/domains/contoso.com/verificationDnsRecords"] = denied()
    found = collected(config, DomainRecords)
    assert found.gap(DomainRecords, domain("contoso.com")).reason is Reason.DENIED
    assert [one.domain for one in found.every(DomainRecords)] == ["fabrikam.com"]


def test_an_organization_that_comes_as_one_object_is_read_too(lab, config):
    ident = lab.organisation.tenant_id
    body = f'{{"id": "{ident}", "displayName": "Contoso"}}'.encode()
    lab.faults.plan("/organization", Reply(body=body))
    assert collected(config, Organization).one(Organization).tenant_id == ident


def test_a_graph_that_cannot_be_reached_says_so(lab, tmp_path):
    config = config_of(lab, tmp_path)
    lab.faults.always["/subscribedSkus"] = Reply(reset=True)
    missing = collected(config, Skus).gap(Skus)
    assert missing.reason is Reason.UNREACHABLE
    assert "broke off" in missing.detail
