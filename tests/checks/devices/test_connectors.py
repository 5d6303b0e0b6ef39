"""Apple, Google, certificate servers, threat defence and partners."""

import pytest

from checks.devices.apple import (
    apple_enrolment_token,
    apple_push_certificate,
    apple_volume_purchase_token,
)
from checks.devices.connectors import (
    exchange_connector_connected,
    hybrid_autopilot_connector,
    ndes_connector_healthy,
    version_of,
)
from checks.devices.partners import (
    DEFENDER,
    managed_google_play_bound,
    partner_connectors_responsive,
    threat_defence_connector_healthy,
)
from scanner.evidence.scope import Scope
from scanner.evidence.tenant_connectors import (
    AppleEnrolmentToken,
    AppleEnrolmentTokens,
    ApplePush,
    AppleVolumeToken,
    AppleVolumeTokens,
    CertificateConnector,
    CertificateConnectors,
    CompliancePartner,
    CompliancePartners,
    DomainJoinConnector,
    DomainJoinConnectors,
    ExchangeConnector,
    ExchangeConnectors,
    GooglePlay,
    ManagementPartner,
    ManagementPartners,
    ThreatDefenceConnector,
    ThreatDefenceConnectors,
)
from scanner.evidence.tenant_profiles import DeviceProfile, DeviceProfiles
from tests.checks.judging import (
    BOUGHT,
    NOT_PLANNED,
    NOTHING,
    ago,
    ahead,
    assert_open,
    owning,
    planned,
    verdict,
)

APPLE = planned("intune", platforms=("ios",))
ANDROID = planned("intune", platforms=("android",))
UNSTATED = Scope()


@pytest.mark.parametrize(
    ("push", "skus", "scope", "expected"),
    [
        (ApplePush("mdm@contoso.com", "t", ahead(days=200)), BOUGHT, APPLE, ("pass", "current")),
        (ApplePush("mdm@contoso.com", "t", ahead(days=20)), BOUGHT, APPLE, ("warn", "ends-soon")),
        (ApplePush("mdm@contoso.com", "t", ago(days=1)), BOUGHT, APPLE, ("fail", "expired")),
        (
            ApplePush("me@ICLOUD.com", "t", ahead(days=200)),
            BOUGHT,
            APPLE,
            ("warn", "personal-account"),
        ),
        (ApplePush(), BOUGHT, APPLE, ("fail", "absent")),
        (ApplePush(), BOUGHT, UNSTATED, ("not-applicable", "not-stated")),
        (ApplePush("m@x", "t", ago(days=1)), BOUGHT, UNSTATED, ("fail", "expired")),
        (ApplePush(), BOUGHT, NOT_PLANNED, ("not-applicable", "not-planned")),
        (ApplePush(), NOTHING, APPLE, ("not-assessed", "unsupported-no-plan")),
    ],
)
def test_push_certificate(push, skus, scope, expected):
    assert verdict(apple_push_certificate, push, skus, scope) == expected
    assert_open(apple_push_certificate, ApplePush, BOUGHT, APPLE)


def token(left=200, synced=2, error=0):
    return AppleEnrolmentTokens(
        (AppleEnrolmentToken("t", "a@x", ahead(days=left), ago(hours=synced), error),)
    )


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (token(), ("pass", "tokens-valid")),
        (token(left=20), ("warn", "token-at-risk")),
        (token(synced=30), ("warn", "token-at-risk")),
        (token(left=-1), ("fail", "token-broken")),
        (token(synced=24 * 8), ("fail", "token-broken")),
        (token(error=3), ("fail", "token-broken")),
        (AppleEnrolmentTokens(()), ("not-applicable", "no-token")),
    ],
)
def test_enrolment_tokens(tokens, expected):
    assert verdict(apple_enrolment_token, tokens, BOUGHT, APPLE) == expected
    assert_open(apple_enrolment_token, AppleEnrolmentTokens, BOUGHT, APPLE)


def volume(state="valid", left=200, synced=2, status="completed"):
    return AppleVolumeTokens(
        (AppleVolumeToken("a@x", "C", state, ahead(days=left), ago(hours=synced), status),)
    )


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (volume(), ("pass", "tokens-valid")),
        (volume(left=20), ("warn", "token-at-risk")),
        (volume(synced=30), ("warn", "token-at-risk")),
        (volume(status="failed"), ("warn", "token-at-risk")),
        (volume("expired"), ("fail", "token-unusable")),
        (volume("assignedToExternalMDM"), ("fail", "token-unusable")),
        (volume("newWord"), ("not-assessed", "unsupported-state")),
        (AppleVolumeTokens(()), ("not-applicable", "no-token")),
    ],
)
def test_volume_tokens(tokens, expected):
    assert verdict(apple_volume_purchase_token, tokens, BOUGHT, APPLE) == expected
    assert_open(apple_volume_purchase_token, AppleVolumeTokens, BOUGHT, APPLE)


@pytest.mark.parametrize(
    ("play", "scope", "expected"),
    [
        (GooglePlay("boundAndValidated", ago(hours=3), "success"), ANDROID, ("pass", "bound")),
        (GooglePlay("boundAndValidated", ago(hours=30), "success"), ANDROID, ("warn", "sync-late")),
        (
            GooglePlay("boundAndValidated", ago(hours=3), "unknownError"),
            ANDROID,
            ("warn", "sync-late"),
        ),
        (GooglePlay("bound", ago(hours=3), "success"), ANDROID, ("warn", "not-validated")),
        (GooglePlay(), ANDROID, ("fail", "not-bound")),
        (GooglePlay("unbinding"), ANDROID, ("fail", "not-bound")),
        (GooglePlay("newWord"), ANDROID, ("not-assessed", "unsupported-status")),
        (GooglePlay(), UNSTATED, ("not-applicable", "not-stated")),
        (GooglePlay(), NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_google_play(play, scope, expected):
    assert verdict(managed_google_play_bound, play, BOUGHT, scope) == expected
    assert_open(managed_google_play_bound, GooglePlay, BOUGHT, ANDROID)


def connector(state="active", version="6.2406.0.1001", hours=0.2):
    return CertificateConnectors(
        (CertificateConnector("c", "pki01", state, version, ago(hours=hours)),)
    )


CERTIFICATES = planned("device-certificates")
ISSUING = DeviceProfiles((DeviceProfile("scep", "windows", "client-certificate", ("g",)),))


@pytest.mark.parametrize(
    ("connectors", "profiles", "scope", "expected"),
    [
        (connector(), DeviceProfiles(()), CERTIFICATES, ("pass", "active")),
        (connector(hours=5), DeviceProfiles(()), CERTIFICATES, ("warn", "silent-or-old")),
        (
            connector(version="6.2304.0.5"),
            DeviceProfiles(()),
            CERTIFICATES,
            ("warn", "silent-or-old"),
        ),
        (connector(version="6.10000.0"), DeviceProfiles(()), CERTIFICATES, ("pass", "active")),
        (connector("inactive"), DeviceProfiles(()), CERTIFICATES, ("fail", "inactive")),
        (connector(hours=50), DeviceProfiles(()), CERTIFICATES, ("fail", "inactive")),
        (CertificateConnectors(()), DeviceProfiles(()), CERTIFICATES, ("fail", "none")),
        (CertificateConnectors(()), ISSUING, UNSTATED, ("fail", "none")),
        (CertificateConnectors(()), DeviceProfiles(()), UNSTATED, ("not-applicable", "not-stated")),
    ],
)
def test_certificate_connectors(connectors, profiles, scope, expected):
    assert verdict(ndes_connector_healthy, connectors, profiles, BOUGHT, scope) == expected
    assert_open(ndes_connector_healthy, CertificateConnectors, BOUGHT, CERTIFICATES)


def defence(state="enabled", hours=2, windows=True, ident=DEFENDER):
    return ThreatDefenceConnectors(
        (ThreatDefenceConnector(ident, state, ago(hours=hours), windows, True, True),)
    )


DEFENCE = planned("endpoint-threat-defence", platforms=("windows",))


@pytest.mark.parametrize(
    ("connectors", "skus", "scope", "expected"),
    [
        (defence(), BOUGHT, DEFENCE, ("pass", "connected")),
        (defence("available"), BOUGHT, DEFENCE, ("warn", "half-connected")),
        (defence(hours=40), BOUGHT, DEFENCE, ("warn", "half-connected")),
        (defence(windows=False), BOUGHT, DEFENCE, ("warn", "half-connected")),
        (defence("unresponsive"), BOUGHT, DEFENCE, ("fail", "not-connected")),
        (ThreatDefenceConnectors(()), BOUGHT, DEFENCE, ("fail", "not-connected")),
        (defence("newWord"), BOUGHT, DEFENCE, ("not-assessed", "unsupported-state")),
        (defence(ident="other"), owning("intune"), DEFENCE, ("pass", "connected")),
        (defence(), BOUGHT, NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_threat_defence(connectors, skus, scope, expected):
    assert verdict(threat_defence_connector_healthy, connectors, skus, scope) == expected
    assert_open(threat_defence_connector_healthy, ThreatDefenceConnectors, BOUGHT, DEFENCE)


def joiner(state="active", version="6.2501.2000.5", hours=0.2):
    return DomainJoinConnectors((DomainJoinConnector("j", state, version, ago(hours=hours)),))


HYBRID_AUTOPILOT = planned("autopilot-hybrid")


@pytest.mark.parametrize(
    ("connectors", "scope", "expected"),
    [
        (joiner(), HYBRID_AUTOPILOT, ("pass", "active")),
        (joiner(hours=4), HYBRID_AUTOPILOT, ("warn", "silent-or-old")),
        (joiner(version="6.2400.1.1"), HYBRID_AUTOPILOT, ("warn", "silent-or-old")),
        (joiner("inactive"), HYBRID_AUTOPILOT, ("fail", "none-active")),
        (DomainJoinConnectors(()), HYBRID_AUTOPILOT, ("fail", "none-active")),
        (DomainJoinConnectors(()), UNSTATED, ("not-applicable", "not-stated")),
    ],
)
def test_connectors_for_active_directory(connectors, scope, expected):
    assert verdict(hybrid_autopilot_connector, connectors, BOUGHT, scope) == expected
    assert_open(hybrid_autopilot_connector, DomainJoinConnectors, BOUGHT, HYBRID_AUTOPILOT)


def exchange(status="connected", kind="hosted"):
    return ExchangeConnectors((ExchangeConnector("ex01", kind, status),))


def test_exchange_connectors():
    check, scope = exchange_connector_connected, planned("exchange-connector")
    assert verdict(check, exchange(), scope) == ("pass", "connected")
    assert verdict(check, exchange("disconnected"), scope) == ("fail", "disconnected")
    assert verdict(check, exchange(kind="onPremises"), scope) == ("warn", "on-premises-type")
    assert verdict(check, ExchangeConnectors(()), scope) == ("not-applicable", "none")
    assert verdict(check, ExchangeConnectors(()), UNSTATED) == ("not-applicable", "not-stated")
    assert_open(check, ExchangeConnectors, scope)


def test_partner_connectors():
    check = partner_connectors_responsive
    none = CompliancePartners(())
    good = ManagementPartners((ManagementPartner("p", "enabled", configured=True),))
    idle = ManagementPartners((ManagementPartner("p", "unavailable", configured=False),))
    bad = CompliancePartners((CompliancePartner("q", "unresponsive"),))
    assert verdict(check, none, good, BOUGHT) == ("pass", "responsive")
    assert verdict(check, none, idle, BOUGHT) == ("not-applicable", "none")
    assert verdict(check, bad, good, BOUGHT) == ("fail", "silent")
    assert verdict(check, none, good, NOTHING) == ("not-assessed", "unsupported-no-plan")
    assert_open(check, CompliancePartners, good, BOUGHT)


def test_versions_compare_as_numbers_and_never_crash():
    assert version_of("6.2406.0.1001") > version_of("6.2304.99")
    assert version_of("") == ()
    assert version_of("9" * 50)
