"""Whole scans of federated organisations, through the command's own code, on loopback."""

import json

import pytest

from scanner.lab.lab import Lab, toml
from scanner.lab.organisation import Organisation
from tests.scanning import scan_text, verdicts
from tests.servers.parts import free_port
from tests.sources.federation.farms import DOMAIN, HOST, LOGIN, Farm

PACKAGE = ("federation",)


def scanned(lab, folder, **changed):
    """A scan of the lab's federation with some sections of its configuration replaced."""
    settings = lab._settings()
    for section, values in changed.items():
        settings[section] = {**settings.get(section, {}), **values}
    return scan_text(toml(settings), folder, only=PACKAGE)


def said(result):
    """{check: {(status, reason)}} of the whole package."""
    found = {}
    for one in result.findings:
        found.setdefault(one.check.partition(".")[2], set()).add((str(one.status), one.reason))
    return found


@pytest.fixture
def healthy(tmp_path):
    (tmp_path / "lab").mkdir()
    with Lab(Organisation(healthy=True), tmp_path / "lab") as lab:
        yield lab


def test_the_repaired_organisation(healthy, tmp_path):
    found = said(scanned(healthy, tmp_path))
    bad = {
        check: verdict
        for check, several in found.items()
        for verdict in several
        if verdict[0] in ("fail", "error")
    }
    assert bad == {}
    assert found["certificate-matches-tenant"] == {("pass", "match")}
    assert found["signing-certificate-current"] == {("pass", "days-enough")}
    assert found["ws-trust-not-exposed"] == {("pass", "closed")}
    assert found["hybrid-join-endpoints"] == {("pass", "open")}
    assert found["probe-not-public"] == {("pass", "closed")}
    assert found["realm-discovery"] == {("pass", "agree")}
    assert found["domain-authentication-as-planned"] == {("pass", "as-planned")}


def test_the_troubled_organisation(tmp_path):
    (tmp_path / "lab").mkdir()
    with Lab(Organisation(), tmp_path / "lab") as lab:
        found = said(scanned(lab, tmp_path))
    failing = {
        check for check, several in found.items() if any(one[0] == "fail" for one in several)
    }
    assert failing == {
        "clock-skew",
        "no-unknown-signing-certificate",
        "signing-certificate-current",
        "ws-trust-not-exposed",
    }
    assert found["mfa-behaviour"] == {("warn", "undecided")}
    assert not any(one[0] == "error" for several in found.values() for one in several)


def test_a_scan_from_inside_does_not_speak_of_the_internet(healthy, tmp_path):
    settings = {"hosts": [one for one in healthy._settings()["hosts"] if one["role"] == "adfs"]}
    whole = {**healthy._settings(), **settings}
    whole["network"] = {**whole["network"], "vantage": "inside"}
    found = said(scan_text(toml(whole), tmp_path, only=PACKAGE))
    assert found["ws-trust-not-exposed"] == {("not-assessed", "unconfigured-outside")}
    assert found["metadata-published"] == {("not-assessed", "unsupported-from-inside")}
    assert found["endpoints-reachable"] == {("not-assessed", "unsupported-from-inside")}
    assert found["hybrid-join-endpoints"] == {("pass", "open")}
    assert found["certificate-matches-tenant"] == {("pass", "match")}


def test_a_denied_permission_is_named(healthy, tmp_path):
    login = healthy.parts[0].login
    login.roles = tuple(one for one in login.roles if "InternalFederation" not in one)
    result = scanned(healthy, tmp_path)
    (one,) = [one for one in result.findings if one.check == "federation.mfa-behaviour"]
    assert (one.status, one.missing.permission) == (
        "not-assessed",
        "Domain-InternalFederation.Read.All",
    )
    found = said(result)
    assert found["signing-certificate-current"] == {("pass", "days-enough")}  # by the metadata
    assert found["metadata-well-formed"] == {("pass", "well-formed")}


def test_a_tenant_without_federation_has_nothing_to_judge(healthy, tmp_path):
    holdings = healthy.parts[0].graph.holdings
    for one in holdings["v1.0 /domains"]:
        one["authenticationType"] = "Managed"
    result = scanned(healthy, tmp_path, domains={"sign_in": {}})
    settled = said(result)
    assert ("warn", "other-type") in settled["realm-discovery"]  # it still says federated


def test_a_second_domain_with_the_same_issuer_fails(healthy, tmp_path):
    holdings = healthy.parts[0].graph.holdings
    for one in holdings["v1.0 /domains"]:
        if one["id"] == "fabrikam.com":
            one["authenticationType"] = "Federated"
    key = "v1.0 /domains/{}/federationConfiguration"
    holdings[key.format("fabrikam.com")] = holdings[key.format("contoso.com")]
    result = scanned(healthy, tmp_path)
    assert verdicts(result, "federation.issuer-unique") == {
        "contoso.com": ("fail", "shared"),
        "fabrikam.com": ("fail", "shared"),
    }


def test_what_is_managed_everywhere_is_not_applicable(tmp_path):
    farm = Farm(tmp_path)
    with farm.login("Managed") as login:
        text = toml(
            {
                "domains": {"names": [DOMAIN]},
                "tenant": {"endpoints": {"login": f"https://{LOGIN}"}},
                "network": {"connect": {f"{LOGIN}:443": login.address}},
                "trust": {"ca_file": str(tmp_path / "roots.pem")},
            }
        )
        found = said(scan_text(text, tmp_path, only=PACKAGE))
    assert found["realm-discovery"] == {("pass", "definite")}
    assert found["metadata-published"] == {("not-applicable", "nothing-in-scope")}
    assert found["signing-certificate-current"] == {("not-applicable", "nothing-in-scope")}
    assert found["mfa-behaviour"] == {("not-assessed", "missing-unconfigured")}


def test_from_outside_without_any_sign_in(tmp_path):
    farm = Farm(tmp_path)
    with farm.login() as login, farm.serve() as server:
        text = toml(
            {
                "domains": {"names": [DOMAIN]},
                "tenant": {"endpoints": {"login": f"https://{LOGIN}"}},
                "network": {
                    "roles": ["internet"],
                    "connect": {
                        f"{LOGIN}:443": login.address,
                        f"{HOST}:443": server.address,
                        f"{HOST}:80": f"127.0.0.1:{free_port()}",
                    },
                },
                "trust": {"ca_file": str(tmp_path / "roots.pem")},
            }
        )
        result = scan_text(text, tmp_path, only=PACKAGE)
    found = said(result)
    assert found["endpoints-reachable"] == {("pass", "answers")}
    assert found["metadata-published"] == {("pass", "readable")}
    assert found["signing-certificate-current"] == {("pass", "days-enough")}
    assert found["ws-trust-not-exposed"] == {("pass", "closed")}
    assert found["supported-version"] == {("pass", "modern")}
    assert verdicts(result, "federation.signing-certificate-current").keys() == {DOMAIN}
    evidence = tmp_path / "run"
    texts = "".join(one.read_text() for one in evidence.rglob("federation-*.json"))
    assert json.loads((next(evidence.rglob("federation-trust.json"))).read_text())["items"]
    assert "Set-Cookie" not in texts
