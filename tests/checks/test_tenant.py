"""Whole scans of the lab's tenant over HTTPS: every check of Graph evidence in each of its fates."""

import sys

import pytest

from scanner.evidence.envelope import kind_of
from scanner.lab.tenant.faults import no_intune
from scanner.sources.graph.source import GraphSource
from scanner.words import Reason, Status
from tests.scanning import parts, scan_text
from tests.servers.tenant import running_tenant


def graph_only(check):
    """Whether all that the check reads about the environment comes from Graph."""
    return {kind_of(one).source for one in check.types} - {"run"} == {"graph"}


CHECKS = {one.id: one for one in parts().catalogue.checks if graph_only(one)}
DELEGATED = {
    "administration.mfa-registration-rate",
    "administration.self-service-password-reset-enabled",
    "administration.terms-of-use-enforced",
    "devices.automatic-enrolment-scope",
    "directory_sync.hybrid-agents-redundant",
    "federation.staged-rollout-consistent",
}
EVERYTHING = """
platforms = ["windows", "ios", "android"]
workloads = ["intune", "conditional-access", "autopilot", "co-management", "hybrid-join",
  "device-certificates", "app-protection", "information-protection", "endpoint-threat-defence",
  "self-service-password-reset", "terms-of-use", "branding", "sso-application"]
identity = "hybrid"
pilot_groups = ["EMS pilot"]
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """No back-off that a test would have to wait for, and no pacing but where it is the point."""
    source = next(one for one in parts().sources if isinstance(one, GraphSource))
    monkeypatch.setattr(source, "back_off", 0.01)
    monkeypatch.setattr(source, "rates", {})
    return source


def configuration(lab, folder, scope, method="certificate", extra=""):
    mine = lab.organisation
    return f"""
[customer]
name = "Contoso"
[scope]
{scope}
[tenant]
domain = "{mine.domain}"
{extra}
[tenant.endpoints]
login = "{lab.base}"
graph = "{lab.base}"
[tenant.auth]
method = "{method}"
client_id = "{mine.client_id}"
certificate_file = "{folder / "scan.pem"}"
[trust]
ca_file = "{folder / "roots.pem"}"
"""


def scanned(lab, folder, scope=EVERYTHING, *, only=(), **more):
    return scan_text(
        configuration(lab, folder, scope, **more), folder, only=tuple(only) or tuple(CHECKS)
    )


def by_check(result):
    found = {}
    for one in result.findings:
        found.setdefault(one.check, set()).add(str(one.status))
    return found


def test_a_healthy_tenant_passes_and_nothing_was_asked_wrongly(tmp_path):
    with running_tenant(tmp_path, healthy=True) as lab:
        result = scanned(lab, tmp_path)
        assert lab.graph.mistakes == []
    found = by_check(result)
    assert set(found) == set(CHECKS)
    bad = {check: statuses for check, statuses in found.items() if statuses & {"fail", "error"}}
    assert bad == {}
    unseen = {check for check, statuses in found.items() if statuses == {"not-assessed"}}
    assert unseen == DELEGATED & set(CHECKS)
    assert sum("pass" in statuses for statuses in found.values()) > 55


def test_a_troubled_tenant_fails_where_it_should(tmp_path):
    with running_tenant(tmp_path) as lab:
        result = scanned(lab, tmp_path)
    found = by_check(result)
    assert not [check for check, statuses in found.items() if "error" in statuses]
    faults = {check for check, statuses in found.items() if statuses & {"fail", "warn"}}
    assert len(faults) > 50
    blockers = {one.check for one in result.findings if one.status is Status.FAIL} & {
        check.id for check in CHECKS.values() if check.severity == "blocker"
    }
    assert {
        "administration.licence-plans-present",
        "devices.apple-push-certificate",
        "devices.mdm-authority-intune",
        "directory_sync.sync-recent",
    } <= blockers


def test_without_any_permission_every_check_is_denied_and_none_judges(tmp_path):
    with running_tenant(tmp_path, healthy=True) as lab:
        lab.login.roles = ()
        result = scanned(lab, tmp_path)
    reasons = {}
    for one in result.findings:
        if one.check == "administration.scanner-permissions-granted":
            assert (one.status, one.reason) == ("fail", "none-granted")
            continue
        assert one.status in (Status.NOT_ASSESSED, Status.NOT_APPLICABLE), one
        if one.status is Status.NOT_ASSESSED:
            reasons[one.check] = one.missing
    unsupported = {check for check, one in reasons.items() if one.reason is Reason.UNSUPPORTED}
    assert unsupported <= DELEGATED
    for check, missing in reasons.items():
        if check not in unsupported:
            assert missing.reason is Reason.DENIED, check
            assert missing.permission, check
    assert len(reasons) > 60


@pytest.mark.parametrize(
    ("permission", "blind", "seeing"),
    [
        ("Policy.Read.All", "administration.mfa-required", "administration.global-admin-count"),
        ("User.Read.All", "administration.users-carry-plans", "devices.apple-push-certificate"),
        (
            "DeviceManagementConfiguration.Read.All",
            "devices.apple-push-certificate",
            "devices.apple-enrolment-token",
        ),
        ("Domain.Read.All", "administration.default-domain-custom", "devices.mdm-authority-intune"),
    ],
)
def test_one_missing_permission_blinds_only_what_needs_it(tmp_path, permission, blind, seeing):
    with running_tenant(tmp_path, healthy=True) as lab:
        lab.login.roles = tuple(one for one in lab.login.roles if one != permission)
        result = scanned(
            lab, tmp_path, only=[blind, seeing, "administration.scanner-permissions-granted"]
        )
    found = {one.check: one for one in result.findings}
    assert found[blind].status is Status.NOT_ASSESSED
    assert found[blind].missing.permission == permission
    assert permission in found[blind].message.text
    assert found[seeing].status is Status.PASS
    granted = found["administration.scanner-permissions-granted"]
    assert (granted.status, granted.reason) == ("warn", "some-missing")


def test_what_is_not_planned_is_not_applicable(tmp_path):
    nothing = 'platforms = []\nworkloads = []\nidentity = "cloud"'
    with running_tenant(tmp_path) as lab:
        result = scanned(lab, tmp_path, nothing)
    found = by_check(result)
    planned = {
        check
        for check, statuses in found.items()
        if statuses != {"not-applicable"} and check.startswith(("devices.", "directory_sync."))
    }
    assert planned <= {
        "devices.few-stale-devices",
        "devices.hello-for-business-default",
        "devices.partner-connectors-responsive",
        "directory_sync.no-mass-deletion",
        "directory_sync.no-provisioning-errors",
        "directory_sync.object-quota-headroom",
        "directory_sync.hybrid-agents-redundant",
    }


def test_a_signed_in_person_sees_what_applications_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with running_tenant(tmp_path, healthy=True) as lab:
        result = scanned(lab, tmp_path, only=sorted(DELEGATED & set(CHECKS)), method="device-code")
        assert lab.graph.mistakes == []
    found = by_check(result)
    assert {check for check, statuses in found.items() if "not-assessed" in statuses} == set()
    assert found["devices.automatic-enrolment-scope"] == {"pass"}


def test_a_signed_in_person_sees_the_faults_too(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with running_tenant(tmp_path) as lab:
        result = scanned(lab, tmp_path, only=sorted(DELEGATED & set(CHECKS)), method="device-code")
    found = by_check(result)
    assert found["devices.automatic-enrolment-scope"] == {"fail"}
    assert found["administration.mfa-registration-rate"] == {"fail"}
    assert found["administration.self-service-password-reset-enabled"] == {"fail"}
    assert found["administration.terms-of-use-enforced"] == {"warn"}


def test_when_every_third_request_fails_the_verdicts_are_right_or_open(tmp_path):
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    with running_tenant(tmp_path / "good", healthy=True) as lab:
        right = scanned(lab, tmp_path / "good")
    with running_tenant(tmp_path / "bad", healthy=True) as lab:
        lab.faults.every = 3
        found = scanned(lab, tmp_path / "bad")
    expected = {(one.check, one.subject.name): one.status for one in right.findings}
    for one in found.findings:
        if one.status is Status.NOT_ASSESSED:
            assert one.missing.reason in (
                Reason.UNREACHABLE,
                Reason.UNSUPPORTED,
                Reason.THROTTLED,
                Reason.TIMEOUT,
            )
        else:
            assert one.status == expected[one.check, one.subject.name], one
    settled = sum(one.status is not Status.NOT_ASSESSED for one in found.findings)
    assert settled > len(found.findings) * 0.8


def test_a_tenant_without_intune_fails_once_and_leaves_the_rest_open(tmp_path):
    with running_tenant(tmp_path) as lab:
        for key in lab.graph.holdings:
            path = key.partition(" ")[2]
            if path.startswith(("/deviceManagement", "/deviceAppManagement")):
                lab.faults.always[path] = no_intune()
        result = scanned(lab, tmp_path, only=[one for one in CHECKS if one.startswith("devices.")])
    found = by_check(result)
    assert found["devices.intune-subscription-active"] == {"fail"}
    failing = {check for check, statuses in found.items() if "fail" in statuses}
    assert failing == {"devices.intune-subscription-active", "devices.mdm-authority-intune"}
    for one in result.findings:
        if one.check == "devices.apple-push-certificate":
            assert one.missing.reason is Reason.UNSUPPORTED


def test_the_client_keeps_to_the_documented_rates(tmp_path, impatient, monkeypatch):
    rates = {"conditional-access": (1, 0.5), "reports": (2, 0.6)}
    monkeypatch.setattr(impatient, "rates", rates)
    monkeypatch.setattr(impatient, "back_off", 1.0)
    with running_tenant(tmp_path, healthy=True) as lab:
        lab.graph.limits.rates = rates
        lab.graph.largest_page = 100
        result = scanned(
            lab,
            tmp_path,
            only=[
                "administration.mfa-required",
                "administration.trusted-locations-defined",
                "administration.users-registered-for-mfa",
                "administration.no-legacy-sign-ins",
            ],
        )
        assert lab.graph.mistakes == []
    assert {str(one.status) for one in result.findings} <= {"pass", "not-applicable"}


def test_without_beta_what_needs_it_is_unsupported_and_says_why(tmp_path):
    with running_tenant(tmp_path, healthy=True) as lab:
        result = scanned(
            lab,
            tmp_path,
            only=["devices.managed-google-play-bound", "devices.company-portal-branded"],
            extra="beta = false",
        )
        assert not [one for one in lab.requests if one.path.startswith("/beta")]
    found = {one.check: one for one in result.findings}
    play = found["devices.managed-google-play-bound"]
    assert play.missing.reason is Reason.UNSUPPORTED
    assert "tenant.beta" in play.message.text
    assert found["devices.company-portal-branded"].status is Status.PASS  # v1.0 says enough
