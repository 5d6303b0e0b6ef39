"""The federation configuration of domains, read from Graph."""

import pytest

from scanner.evidence.tenant import DomainRecords, TenantDomain, TenantDomains
from scanner.evidence.tenant_federation import DomainFederation, host_in
from scanner.lab.authority import Authority
from scanner.lab.federation.document import der64
from scanner.lab.tenant.faults import Reply, denied, refusal
from scanner.sources.federation.targets import Target
from scanner.sources.federation.trusts import trusts_of
from scanner.sources.graph.federation import configuration
from scanner.subject import domain
from scanner.words import Reason
from tests.servers.tenant import collected, config_of, running_tenant

KEY = "v1.0 /domains/{}/federationConfiguration"


@pytest.fixture
def tenant(tmp_path):
    with running_tenant(tmp_path) as lab:
        yield lab


def read(lab, folder):
    return collected(config_of(lab, folder), DomainFederation, TenantDomains)


def test_a_federated_domain_is_read_with_its_certificates(tenant, tmp_path):
    found = read(tenant, tmp_path).one(DomainFederation)
    assert (found.domain, found.host, found.adfs) == ("contoso.com", "sts.contoso.com", True)
    assert found.certificate.subject == "CN=ADFS Signing - sts.contoso.com"
    assert found.next_certificate.not_after > found.certificate.not_after
    assert (found.update_result, found.mfa_behaviour) == ("Success", None)
    assert found.update_ran.tzinfo


def test_a_domain_without_a_configuration_says_so(tenant, tmp_path):
    tenant.graph.holdings[KEY.format("contoso.com")] = []
    assert not read(tenant, tmp_path).one(DomainFederation).configured


def test_a_child_domain_inherits_and_is_named_with_its_parent(tenant, tmp_path):
    first = tenant.graph.holdings["v1.0 /domains"][1]
    tenant.graph.holdings["v1.0 /domains"].append({**first, "id": "eu.contoso.com"})
    found = read(tenant, tmp_path).one(DomainFederation)
    assert (found.domain, found.inherited_by) == ("contoso.com", ("eu.contoso.com",))


def test_nothing_federated_is_nothing(tenant, tmp_path):
    for one in tenant.graph.holdings["v1.0 /domains"]:
        one["authenticationType"] = "Managed"
    found = read(tenant, tmp_path)
    assert found.every(DomainFederation) == []
    assert DomainFederation in found.none


def test_a_tenant_of_the_initial_domain_alone_has_no_records_to_ask_for(tenant, tmp_path):
    del tenant.graph.holdings["v1.0 /domains"][1:]
    found = collected(config_of(tenant, tmp_path), DomainFederation, DomainRecords)
    assert {DomainFederation, DomainRecords} <= found.none


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (denied(), Reason.DENIED),
        (refusal(404, "Request_ResourceNotFound"), Reason.UNSUPPORTED),
        (Reply.of({"odd": 1}), Reason.BUG),
    ],
)
def test_a_refusal_is_a_gap_of_that_domain(tenant, tmp_path, reply, reason):
    tenant.faults.always["/domains/contoso.com/federationConfiguration"] = reply
    found = read(tenant, tmp_path)
    assert found.gap(DomainFederation, domain("contoso.com")).reason is reason
    assert len(found.every(TenantDomains)) == 1


def test_a_list_of_domains_that_fails_is_a_gap_of_all(tenant, tmp_path):
    tenant.faults.always["/domains"] = denied()
    assert read(tenant, tmp_path).gap(DomainFederation).reason is Reason.DENIED


def test_whatever_stands_in_the_place_of_a_value_costs_nothing():
    item = dict.fromkeys(
        (
            "issuerUri",
            "passiveSignInUri",
            "signingCertificate",
            "signingCertificateUpdateStatus",
            "isSignedAuthenticationRequestRequired",
            "federatedIdpMfaBehavior",
        ),
        17,
    )
    found = configuration("contoso.com", item)
    assert (found.certificate, found.host, found.update_result) == (None, "", None)
    broken = configuration("contoso.com", {"signingCertificate": "no base64 %%"})
    assert broken.certificate.problem
    key = der64(Authority().token_signing("x"))
    spread = configuration("contoso.com", {"signingCertificate": f" {key[:40]}\r\n{key[40:]} "})
    assert spread.certificate.subject == "CN=x"


@pytest.mark.parametrize("url", ["", "https://[x/", "nonsense", "//", "https:///adfs/ls/"])
def test_an_address_without_a_host_has_none(url):
    assert host_in(url) == ""
    assert DomainFederation("x", passive_uri=url).host == ""


def test_a_domain_whose_configuration_is_unknown_is_still_federated():
    known = TenantDomains(
        (
            TenantDomain("contoso.com", "Federated", is_verified=True),
            TenantDomain("eu.contoso.com", "Federated", is_verified=True),
            TenantDomain("other.com", "Federated"),
        )
    )
    hosts = {"sts.contoso.com": Target("sts.contoso.com", configured=True)}
    (found,) = trusts_of({}, known, [], [], hosts)
    assert (found.domain, found.host, found.told_by) == ("contoso.com", "sts.contoso.com", "tenant")
