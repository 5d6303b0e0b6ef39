"""Every way to sign in, over HTTPS, and what a refusal says."""

import base64
import sys
from dataclasses import replace

import pytest

from scanner.config.model import Trust
from scanner.evidence.tenant import Organization, SignedIn, Skus
from scanner.lab.tenant.faults import Reply
from scanner.sources.interface import Unavailable
from scanner.words import Reason
from tests.servers.tenant import collected, config_of


def sign_in_refusal(config):
    with pytest.raises(Unavailable) as caught:
        collected(config, Organization)
    return caught.value.missing


def test_a_certificate_signs_in_and_the_token_says_what_is_granted(lab, config):
    found = collected(config, SignedIn, Skus)
    caller = found.one(SignedIn)
    assert caller.mode == "app"
    assert caller.app_id == lab.organisation.client_id
    assert "Organization.Read.All" in caller.granted
    assert [one.name for one in caller.needed] == ["LicenseAssignment.Read.All"]
    assert found.one(Skus).skus


def test_a_secret_signs_in(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_SECRET", lab.organisation.client_secret)
    assert collected(config_of(lab, tmp_path, "secret"), Organization).one(Organization)


def test_a_device_code_signs_in_as_a_person(lab, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    found = collected(config_of(lab, tmp_path, "device-code"), SignedIn, Organization)
    assert found.one(SignedIn).mode == "delegated"
    assert "LABCODE01" in capsys.readouterr().err
    assert found.one(Organization)


def test_a_device_code_without_a_terminal_says_what_to_use_instead(lab, tmp_path):
    missing = sign_in_refusal(config_of(lab, tmp_path, "device-code"))
    assert missing.reason is Reason.UNSUPPORTED
    assert "certificate" in missing.detail


def test_a_federated_workload_signs_in_with_its_own_token(lab, tmp_path, monkeypatch):
    mine = lab.organisation.client_id
    part = base64.urlsafe_b64encode(b'{"sub": "%s"}' % mine.encode()).decode()
    (tmp_path / "assertion").write_text(f"e30.{part}.x", encoding="ascii")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "assertion"))
    assert collected(config_of(lab, tmp_path, "federated"), Organization).one(Organization)


def test_a_wrong_secret_is_told_in_plain_words(lab, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_SECRET", "another")
    missing = sign_in_refusal(config_of(lab, tmp_path, "secret"))
    assert missing.reason is Reason.DENIED
    assert "client secret is wrong" in missing.detail
    assert "7000215" in missing.detail


def test_an_unset_secret_names_the_variable(lab, tmp_path, monkeypatch):
    monkeypatch.delenv("LAB_SECRET", raising=False)
    assert "LAB_SECRET" in sign_in_refusal(config_of(lab, tmp_path, "secret")).detail


def test_an_unknown_tenant_is_told_in_plain_words(lab, tmp_path):
    missing = sign_in_refusal(config_of(lab, tmp_path, domain="fabricam.example"))
    assert missing.reason is Reason.DENIED
    assert "does not exist" in missing.detail


def test_a_key_that_is_no_pair_is_told_with_its_file(lab, tmp_path):
    (tmp_path / "scan.pem").write_text("not a certificate", encoding="ascii")
    missing = sign_in_refusal(config_of(lab, tmp_path))
    assert "scan.pem" in missing.detail


def test_a_failing_sign_in_service_is_unreachable_not_denied(lab, config):
    lab.faults.always["/token"] = Reply(503, b"<html>", kind="text/html")
    missing = sign_in_refusal(config)
    assert missing.reason is Reason.UNREACHABLE


def test_an_inspecting_proxy_shows_as_an_untrusted_certificate(config):
    missing = sign_in_refusal(replace(config, trust=Trust()))
    assert missing.reason is Reason.UNREACHABLE
    assert "trust.ca_file" in missing.detail


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_in_the_environment_does_not_replace_the_configured_roots(
    lab, config, tmp_path, monkeypatch, variable
):
    (tmp_path / "empty.pem").write_text("", encoding="ascii")
    monkeypatch.setenv(variable, str(tmp_path / "empty.pem"))
    assert collected(config, Organization).one(Organization)


def test_no_tenant_and_no_method_are_unconfigured(lab, tmp_path):
    assert sign_in_refusal(config_of(lab, tmp_path, domain="")).reason is Reason.UNCONFIGURED
    missing = sign_in_refusal(config_of(lab, tmp_path, "none"))
    assert missing.reason is Reason.UNCONFIGURED
    assert "tenant.auth.method" in missing.detail
