"""The source against look-alikes on loopback: what is asked, of whom, and what becomes of it."""

import pytest

from scanner.config.model import Host
from scanner.evidence import federation as paths
from scanner.evidence.federation import (
    DomainRealm,
    FederationHost,
    FederationMetadata,
    FederationTrust,
    Outcome,
    Refusal,
    SignInClock,
    Vantage,
)
from scanner.evidence.tenant import TenantDomain, TenantDomains
from scanner.lab.https import Page
from scanner.sources.federation.source import FederationSource
from scanner.sources.interface import Unavailable
from scanner.subject import domain, host
from scanner.words import Reason
from tests.servers.parts import free_port
from tests.sources.federation.farms import DOMAIN, HOST, Farm, adfs, federation, gathered


@pytest.fixture
def farm(tmp_path):
    return Farm(tmp_path)


def test_a_configured_host_is_looked_at_and_every_path_is_asked_once(farm):
    with farm.serve() as server:
        found = gathered(farm.config(adfs(server)))
    seen, document = found.one(FederationHost), found.one(FederationMetadata)
    (face,) = seen.faces
    assert (seen.adfs, seen.configured, face.trusted) == (True, True, True)
    assert document.accepted
    assert document.signing[0].subject == f"CN=ADFS Signing - {HOST}"
    assert face.answer(paths.OPENID).content == "openid"
    assert face.answer(paths.PASSIVE).content == "html"
    assert face.answer(paths.WINDOWS_13).status == 404
    assert abs(face.clock.offset) < 3
    asked = [path for _, path, _ in server.requests.seen]
    assert len(asked) == len(set(asked)) == 11
    assert {method for method, _, _ in server.requests.seen} == {"GET"}
    for _, _, headers in server.requests.seen:
        assert "emsready" in headers["User-Agent"]
        assert not {"Authorization", "Cookie"} & set(headers)
    assert found.one(FederationTrust) == FederationTrust("", HOST, "configuration")
    assert found.gap(DomainRealm).reason is Reason.UNCONFIGURED


def test_realm_discovery_leads_to_the_host(farm):
    with farm.serve() as server, farm.login() as login:
        config = farm.config(connect={f"{HOST}:443": server.address}, login=login)
        found = gathered(config)
    realm = found.one(DomainRealm)
    assert (realm.account_type, realm.sign_in_url[:24]) == ("Federated", f"https://{HOST}/")
    assert found.one(FederationTrust) == FederationTrust(DOMAIN, HOST, "realm")
    assert found.one(FederationHost).domains == (DOMAIN,)
    assert found.one(FederationHost).adfs
    assert found.one(FederationMetadata).accepted
    assert abs(found.one(SignInClock).clock.offset) < 3
    assert all("emsready-probe%40contoso.com" in path for _, path, _ in login.requests.seen)


@pytest.mark.parametrize("kind", ["Managed", "Unknown"])
def test_nothing_federated_is_nothing_to_look_at(farm, kind):
    with farm.login(kind) as login:
        found = gathered(farm.config(login=login))
    assert found.one(DomainRealm).account_type == kind
    assert {FederationTrust, FederationHost, FederationMetadata} <= found.none


def test_without_domains_and_hosts_nobody_knows(farm):
    found = gathered(farm.config())
    assert found.gap(FederationTrust).reason is Reason.UNCONFIGURED
    assert "domains.names" in found.gap(DomainRealm).detail


def test_a_sign_in_host_that_is_not_there_is_a_gap_and_the_plan_still_counts(farm):
    config = farm.config(login=None, connect={"login.lab.test:443": f"127.0.0.1:{free_port()}"})
    config = config.__class__(
        **{
            **{name: getattr(config, name) for name in config.__slots__},
            "domains": config.domains.__class__(
                names=("contoso.com", "fabrikam.com"), sign_in={"contoso.com": "federated"}
            ),
        }
    )
    found = gathered(config)
    assert found.gap(DomainRealm, domain("contoso.com")).reason is Reason.UNREACHABLE
    assert found.gap(DomainRealm, domain("fabrikam.com")).reason is Reason.UNREACHABLE
    assert found.gap(SignInClock).reason is Reason.UNREACHABLE
    assert found.one(FederationTrust) == FederationTrust("contoso.com", "", "plan")


def test_an_answer_without_a_realm_is_a_gap(farm):
    with farm.login(status=400) as login:
        found = gathered(farm.config(login=login))
    assert "HTTP 400" in found.gap(DomainRealm, domain(DOMAIN)).detail


def test_a_sign_in_host_with_an_untrusted_certificate_says_what_to_do(farm, tmp_path):
    (tmp_path / "other").mkdir()
    with farm.login() as login:
        config = Farm(tmp_path / "other").config(login=login)
        found = gathered(config)
    assert "trust.ca_file" in found.gap(DomainRealm, domain(DOMAIN)).detail


def test_the_tenant_decides_which_domains_are_asked_for(farm):
    tenant = TenantDomains(
        (
            TenantDomain("contoso.com", "Federated", is_verified=True),
            TenantDomain("unverified.com", "Managed"),
            TenantDomain("contoso.onmicrosoft.com", "Managed", is_initial=True, is_verified=True),
        )
    )
    with farm.serve() as server, farm.login() as login:
        config = farm.config(connect={f"{HOST}:443": server.address}, login=login)
        found = gathered(config, tenant, federation())
    assert [one.domain for one in found.every(DomainRealm)] == ["contoso.com"]
    assert found.one(FederationTrust) == FederationTrust("contoso.com", HOST, "tenant")


def test_an_untrusted_certificate_is_read_once_more_and_marked(farm, tmp_path):
    (tmp_path / "other").mkdir()
    other = Farm(tmp_path / "other")
    with other.serve() as server:
        found = gathered(farm.config(adfs(server)))
    (face,) = found.one(FederationHost).faces
    assert not face.trusted
    assert face.distrust
    assert found.one(FederationMetadata).accepted
    assert not found.one(FederationMetadata).trusted


def test_a_certificate_for_another_name_is_untrusted_too(farm):
    with farm.serve(names=["else.contoso.com"]) as server:
        found = gathered(farm.config(adfs(server)))
    assert not found.one(FederationHost).faces[0].trusted


def test_an_unusable_trust_file_is_named(farm, tmp_path):
    (tmp_path / "roots.pem").write_text("nothing")
    with pytest.raises(Unavailable, match=r"trust\.ca_file"):
        gathered(farm.config())


def test_a_closed_port_is_told_once_and_nothing_more_is_tried(farm):
    found = gathered(farm.config(Host(HOST, "adfs", 443, f"127.0.0.1:{free_port()}")))
    (face,) = found.one(FederationHost).faces
    assert {one.outcome for one in face.answers if one.path != paths.PROBE} == {Outcome.REFUSED}
    assert found.one(FederationMetadata).by.outcome is Outcome.REFUSED


def test_a_name_without_an_address_is_told(farm):
    found = gathered(farm.config(Host(HOST, "adfs")))
    assert found.one(FederationMetadata).by.outcome is Outcome.DNS


def test_another_product_is_asked_for_metadata_only(farm):
    with farm.serve({}) as server, farm.login(host=HOST) as login:
        config = farm.config(connect={f"{HOST}:443": server.address}, login=None)
        found = gathered(config, federation(path="/app/office365/sso/wsfed/passive"))
        assert login
    assert found.one(FederationHost).adfs is None
    assert len(server.requests.seen) == 1


def test_two_faces_of_one_name_are_told_apart(farm):
    inside = {
        **farm.pages,
        paths.WINDOWS_13: Page(401, headers=(("WWW-Authenticate", "Negotiate, NTLM"),)),
    }
    with farm.serve(inside) as server, farm.serve() as proxy:
        found = gathered(farm.config(adfs(server), adfs(proxy, "wap")))
    first, second = found.one(FederationHost).faces
    assert (first.proxy, second.proxy) == (False, True)
    assert first.answer(paths.WINDOWS_13).schemes == ("negotiate", "ntlm")
    assert second.answer(paths.WINDOWS_13).status == 404
    assert second.public
    assert not first.public
    assert found.one(FederationMetadata).outside.public


def test_metadata_of_the_public_face_counts_even_where_only_the_inside_reads_it(farm):
    with farm.serve() as server, farm.serve({}) as proxy:
        found = gathered(farm.config(adfs(server), adfs(proxy, "wap")))
    document = found.one(FederationMetadata)
    assert document.accepted
    assert (document.outside.public, document.outside.status) == (True, 404)


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (Page(200, b"<!DOCTYPE html><html>captive portal</html>"), Refusal.DOCTYPE),
        (Page(200, b"x" * (1024 * 1024 + 1)), Refusal.TOO_LARGE),
        (Page(200, b"<a/>"), Refusal.NOT_METADATA),
    ],
)
def test_another_document_is_refused_by_its_code(farm, page, code):
    with farm.serve({**farm.pages, paths.METADATA: page}) as server:
        found = gathered(farm.config(adfs(server)))
    assert found.one(FederationMetadata).by.refusal is code


def test_a_redirect_is_not_followed(farm):
    away = Page(302, headers=(("Location", "https://127.0.0.1:1/elsewhere"),))
    with farm.serve({**farm.pages, paths.METADATA: away}) as server:
        found = gathered(farm.config(adfs(server)))
    assert found.one(FederationMetadata).by.status == 302


def test_the_clock_of_the_host_is_compared(farm):
    with farm.serve(skew=-400) as server:
        found = gathered(farm.config(adfs(server)))
    assert found.one(FederationHost).faces[0].clock.offset == pytest.approx(-400, abs=3)


@pytest.mark.parametrize(
    ("network", "vantage"),
    [
        ({}, Vantage.UNKNOWN),
        ({"roles": ("internet",)}, Vantage.OUTSIDE),
        ({"roles": ("domain-client",)}, Vantage.INSIDE),
        ({"roles": ("internet", "connect-server")}, Vantage.UNKNOWN),
        ({"vantage": "outside"}, Vantage.OUTSIDE),
        ({"vantage": "Inside, Berlin"}, Vantage.INSIDE),
        ({"vantage": "Berlin office"}, Vantage.UNKNOWN),
    ],
)
def test_where_the_scan_stands_is_what_the_user_says(farm, network, vantage):
    with farm.serve() as server:
        found = gathered(farm.config(adfs(server), **network))
    assert found.one(FederationHost).faces[0].vantage is vantage


def test_plain_http_is_asked_for_the_probe_only_where_it_is_known(farm):
    with farm.serve() as server:
        config = farm.config(adfs(server), connect={f"{HOST}:80": f"127.0.0.1:{free_port()}"})
        found = gathered(config)
    probe = found.one(FederationHost).faces[0].answer(paths.PROBE)
    assert probe.outcome is Outcome.REFUSED


def test_preview_names_the_contacts(farm):
    with farm.login() as login:
        config = farm.config(Host(HOST, "adfs"), login=login)
        source = FederationSource()
        found = list(source.touches(config, frozenset(source.kinds)))
    assert {one.target.split("/")[2] for one in found} == {"login.lab.test", HOST}
    assert list(source.touches(config, frozenset())) == []


def test_a_tunnel_through_a_proxy_is_asked_for_by_name(farm):
    from tests.sources.federation.farms import raw_server  # noqa: PLC0415

    asked = []

    def behave(sock):
        asked.append(sock.recv(4096))
        sock.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

    with raw_server(behave) as proxy, farm.login() as login:
        config = farm.config(login=login, proxy=proxy)
        config.network.connect.clear()
        found = gathered(config)
    assert asked[0].startswith(b"CONNECT login.lab.test:443 ")
    assert "407" in found.gap(DomainRealm, domain(DOMAIN)).detail
    assert found.gap(DomainRealm, host("x")) is None
