"""Enrolment, profiles, portal and the devices that are there."""

import base64

import pytest

from checks.devices.enrolment import (
    INTUNE,
    automatic_enrolment_scope,
    enrolment_restrictions_fit_platforms,
    registration_allowed,
)
from checks.devices.inventory import (
    HybridJoinedDevicesFresh,
    few_stale_devices,
    first_devices_enrolled,
)
from checks.devices.portal import (
    app_protection_assigned,
    company_portal_branded,
    compliance_policy_per_platform,
    core_apps_assigned,
    unassigned_devices_non_compliant,
)
from checks.devices.profiles import (
    certificate_profile_chain_complete,
    trusted_root_profile_valid,
)
from checks.devices.windows import autopilot_ready, hello_for_business_default
from scanner.evidence.scope import Scope
from scanner.evidence.tenant import IntuneTenant
from scanner.evidence.tenant_devices import (
    DeviceCount,
    HybridDevice,
    ManagedDevices,
    StaleDeviceCount,
    SystemCounts,
)
from scanner.evidence.tenant_enrolment import (
    AndroidAppProtection,
    AppProtection,
    Assignment,
    AutopilotDevice,
    AutopilotDevices,
    AutopilotProfile,
    AutopilotProfiles,
    AutopilotSync,
    BrandingProfile,
    BrandingProfiles,
    CompliancePolicies,
    CompliancePolicy,
    DeviceRegistration,
    EnrolmentConfiguration,
    EnrolmentConfigurations,
    GroupReference,
    IosAppProtection,
    MamScope,
    MdmScope,
    MobileApp,
    MobileApps,
    MobilityPolicy,
    PlatformRestriction,
)
from scanner.evidence.tenant_groups import NamedGroup, PilotGroup, PilotGroups
from scanner.evidence.tenant_profiles import (
    CertificateFacts,
    DeviceProfile,
    DeviceProfiles,
    RawProfile,
)
from scanner.lab.authority import Authority
from scanner.sources.graph import profiles
from tests.checks.judging import (
    BOUGHT,
    DENIED,
    NOT_PLANNED,
    NOTHING,
    UNSUPPORTED,
    ago,
    ahead,
    assert_open,
    planned,
    verdict,
)

MOBILE = planned("intune", platforms=("ios", "android"))
WINDOWS = planned("intune", "autopilot", platforms=("windows",))
UNSTATED = Scope()
ALL, SOME, NO = (
    f"#microsoft.graph.{one}DeviceRegistrationMembership" for one in ("all", "enumerated", "no")
)


@pytest.mark.parametrize(
    ("policy", "scope", "expected"),
    [
        (DeviceRegistration(20, "notRequired", ALL, ALL), WINDOWS, ("pass", "allowed")),
        (DeviceRegistration(20, "notRequired", SOME, SOME), WINDOWS, ("pass", "allowed")),
        (DeviceRegistration(20, "notRequired", NO, ALL), WINDOWS, ("fail", "not-allowed")),
        (DeviceRegistration(20, "notRequired", NO, ALL), MOBILE, ("pass", "allowed")),
        (DeviceRegistration(20, "notRequired", ALL, NO), MOBILE, ("fail", "not-allowed")),
        (DeviceRegistration(2, "notRequired", ALL, ALL), MOBILE, ("warn", "small-quota")),
        (DeviceRegistration(20, "required", ALL, ALL), MOBILE, ("warn", "mfa-required-here")),
        (DeviceRegistration(), MOBILE, ("not-assessed", "unsupported-membership")),
        (
            DeviceRegistration(20, "notRequired", NO, NO),
            NOT_PLANNED,
            ("not-applicable", "not-planned"),
        ),
    ],
)
def test_registration(policy, scope, expected):
    assert verdict(registration_allowed, policy, BOUGHT, scope) == expected
    assert_open(registration_allowed, DeviceRegistration, BOUGHT, scope)


def mdm(applies, *groups, others=()):
    return MdmScope((MobilityPolicy(INTUNE, "Microsoft Intune", applies, groups), *others))


NO_MAM = MamScope((MobilityPolicy(INTUNE, "Microsoft Intune", "none"),))
ALL_MAM = MamScope((MobilityPolicy(INTUNE, "Microsoft Intune", "all"),))
NO_PILOT = PilotGroups(())
PILOT = PilotGroups((PilotGroup("p", (NamedGroup("g", "p"),)),))


@pytest.mark.parametrize(
    ("found", "mam", "pilots", "scope", "expected"),
    [
        (mdm("all"), NO_MAM, NO_PILOT, WINDOWS, ("pass", "included")),
        (mdm("none"), NO_MAM, NO_PILOT, WINDOWS, ("fail", "nobody")),
        (MdmScope(()), NO_MAM, NO_PILOT, WINDOWS, ("fail", "nobody")),
        (mdm("selected", GroupReference("g")), NO_MAM, PILOT, WINDOWS, ("pass", "included")),
        (mdm("selected", GroupReference("h")), NO_MAM, PILOT, WINDOWS, ("fail", "without-pilot")),
        (mdm("selected"), NO_MAM, NO_PILOT, WINDOWS, ("fail", "without-pilot")),
        (mdm("all"), ALL_MAM, NO_PILOT, WINDOWS, ("warn", "mam-competes")),
        (
            mdm("all", others=(MobilityPolicy("x", "Other MDM", "all"),)),
            NO_MAM,
            NO_PILOT,
            WINDOWS,
            ("warn", "competing"),
        ),
        (mdm("newWord"), NO_MAM, NO_PILOT, WINDOWS, ("not-assessed", "unsupported-scope")),
        (mdm("none"), NO_MAM, NO_PILOT, NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_automatic_enrolment(found, mam, pilots, scope, expected):
    assert verdict(automatic_enrolment_scope, found, mam, pilots, BOUGHT, scope) == expected


def test_automatic_enrolment_that_only_a_person_may_see():
    missing = {MdmScope: UNSUPPORTED, MamScope: UNSUPPORTED}
    found = verdict(automatic_enrolment_scope, BOUGHT, WINDOWS, missing=missing)
    assert found == ("not-assessed", "unsupported-unread")


SHUT, OPEN = PlatformRestriction(blocked=True), PlatformRestriction()


def restriction(ios=OPEN, *, priority=0, assigned=False, **more):
    return EnrolmentConfiguration(
        "#x.deviceEnrollmentPlatformRestrictionsConfiguration",
        "r",
        priority,
        ios=ios,
        android=OPEN,
        windows=OPEN,
        macos=OPEN,
        assignments=(Assignment("1"),) if assigned else (),
        **more,
    )


def limit(value):
    return EnrolmentConfiguration("#x.deviceEnrollmentLimitConfiguration", "l", 0, value)


@pytest.mark.parametrize(
    ("rows", "scope", "expected"),
    [
        ((restriction(), limit(10)), MOBILE, ("pass", "allowed")),
        ((restriction(SHUT),), MOBILE, ("fail", "platform-blocked")),
        ((restriction(SHUT),), WINDOWS, ("pass", "allowed")),
        ((restriction(SHUT),), planned("intune"), ("warn", "platform-blocked-unstated")),
        (
            (restriction(), restriction(SHUT, priority=1, assigned=True)),
            MOBILE,
            ("fail", "platform-blocked"),
        ),
        ((restriction(), restriction(SHUT, priority=1)), MOBILE, ("pass", "allowed")),
        ((restriction(), limit(2)), MOBILE, ("warn", "small-limit")),
        ((restriction(SHUT),), NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_restrictions(rows, scope, expected):
    found = EnrolmentConfigurations(rows)
    assert verdict(enrolment_restrictions_fit_platforms, found, BOUGHT, scope) == expected
    assert_open(enrolment_restrictions_fit_platforms, EnrolmentConfigurations, BOUGHT, MOBILE)


def hello(state):
    kind = "#x.deviceEnrollmentWindowsHelloForBusinessConfiguration"
    return EnrolmentConfigurations((EnrolmentConfiguration(kind, "h", 0, hello=state),))


def test_hello():
    check = hello_for_business_default
    assert verdict(check, hello("disabled"), BOUGHT, WINDOWS) == ("pass", "known")
    assert verdict(check, hello("enabled"), BOUGHT, WINDOWS) == ("warn", "enabled-for-all")
    assert verdict(check, EnrolmentConfigurations(()), BOUGHT, WINDOWS)[0] == "not-assessed"
    assert verdict(check, hello("enabled"), BOUGHT, NOT_PLANNED)[0] == "not-applicable"
    assert_open(check, EnrolmentConfigurations, BOUGHT, WINDOWS)


DEVICE = AutopilotDevices((AutopilotDevice("SN"),))
PROFILE = AutopilotProfiles((AutopilotProfile("p", (Assignment("1"),)),))


@pytest.mark.parametrize(
    ("devices", "found", "days", "scope", "expected"),
    [
        (DEVICE, PROFILE, 0, WINDOWS, ("pass", "ready")),
        (DEVICE, PROFILE, 5, WINDOWS, ("warn", "sync-old")),
        (DEVICE, AutopilotProfiles((AutopilotProfile("p"),)), 0, WINDOWS, ("warn", "no-profile")),
        (AutopilotDevices(()), PROFILE, 0, WINDOWS, ("fail", "no-device")),
        (AutopilotDevices(()), PROFILE, 0, UNSTATED, ("not-applicable", "not-stated")),
    ],
)
def test_autopilot(devices, found, days, scope, expected):
    sync = AutopilotSync("completed", ago(days=days))
    assert verdict(autopilot_ready, devices, found, sync, BOUGHT, scope) == expected
    assert_open(autopilot_ready, AutopilotDevices, PROFILE, BOUGHT, WINDOWS)


GOOD = BrandingProfile(True, "Default", "Contoso", contact_mail="h@x", privacy_url="https://x/p")


@pytest.mark.parametrize(
    ("rows", "scope", "expected"),
    [
        ((GOOD,), MOBILE, ("pass", "branded")),
        ((BrandingProfile(), GOOD), MOBILE, ("pass", "branded")),
        ((BrandingProfile(display_name="C", privacy_url="http://x"),), MOBILE, ("warn", "partly")),
        ((BrandingProfile(),), MOBILE, ("fail", "nothing")),
        ((), MOBILE, ("fail", "nothing")),
        ((), NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_portal(rows, scope, expected):
    assert verdict(company_portal_branded, BrandingProfiles(rows), BOUGHT, scope) == expected


def test_the_portal_without_beta_falls_back_to_the_account():
    account = IntuneTenant(
        "active", "i", brand_name="C", brand_privacy="https://x", brand_phone="1"
    )
    missing = {BrandingProfiles: UNSUPPORTED}
    assert verdict(company_portal_branded, account, BOUGHT, MOBILE, missing=missing)[0] == "pass"
    missing |= {IntuneTenant: DENIED}
    found = verdict(company_portal_branded, BOUGHT, MOBILE, missing=missing)
    assert found == ("not-assessed", "unsupported-unread")


def test_apps():
    assert (
        verdict(core_apps_assigned, MobileApps((MobileApp("a", True),)), BOUGHT, MOBILE)[0]
        == "pass"
    )
    assert verdict(core_apps_assigned, MobileApps((MobileApp("a"),)), BOUGHT, MOBILE)[0] == "warn"
    assert verdict(core_apps_assigned, MobileApps(()), BOUGHT, NOT_PLANNED)[0] == "not-applicable"
    assert_open(core_apps_assigned, MobileApps, BOUGHT, MOBILE)


def test_app_protection():
    check, scope = app_protection_assigned, planned("app-protection", platforms=("ios", "android"))
    yes, no = (AppProtection("p", True),), (AppProtection("p"),)
    assert (
        verdict(check, IosAppProtection(yes), AndroidAppProtection(yes), BOUGHT, scope)[0] == "pass"
    )
    assert (
        verdict(check, IosAppProtection(yes), AndroidAppProtection(no), BOUGHT, scope)[0] == "warn"
    )
    none = planned("app-protection", platforms=("windows",))
    found = verdict(check, IosAppProtection(()), AndroidAppProtection(()), BOUGHT, none)
    assert found == ("not-applicable", "no-mobile-platform")
    assert_open(check, IosAppProtection, AndroidAppProtection(yes), BOUGHT, scope)


def compliance(*platforms, assigned=True):
    return CompliancePolicies(
        tuple(
            CompliancePolicy(
                f"#microsoft.graph.{one}CompliancePolicy",
                one,
                (Assignment("1"),) if assigned else (),
            )
            for one in platforms
        )
    )


@pytest.mark.parametrize(
    ("found", "scope", "expected"),
    [
        (compliance("ios", "androidWorkProfile"), MOBILE, ("pass", "assigned")),
        (compliance("ios"), MOBILE, ("warn", "not-assigned")),
        (compliance("ios", "android", assigned=False), MOBILE, ("warn", "not-assigned")),
        (compliance("windows10"), planned("intune"), ("pass", "assigned")),
        (compliance(), planned("intune"), ("warn", "not-assigned")),
        (compliance(), planned("intune", platforms=("linux",)), ("not-applicable", "no-platform")),
        (compliance(), NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_compliance(found, scope, expected):
    assert verdict(compliance_policy_per_platform, found, BOUGHT, scope) == expected
    assert_open(compliance_policy_per_platform, CompliancePolicies, BOUGHT, MOBILE)


def test_devices_without_a_policy():
    check, scope = unassigned_devices_non_compliant, planned("conditional-access")

    def account(**settings):
        return IntuneTenant("active", "i", **settings)

    assert (
        verdict(check, account(secure_by_default=True, check_in_days=30), BOUGHT, scope)[0]
        == "pass"
    )
    assert verdict(check, account(secure_by_default=False), BOUGHT, scope)[0] == "warn"
    assert (
        verdict(check, account(secure_by_default=True, check_in_days=90), BOUGHT, scope)[0]
        == "warn"
    )
    assert verdict(check, account(), BOUGHT, scope)[0] == "not-assessed"
    assert verdict(check, account(), BOUGHT, NOT_PLANNED)[0] == "not-applicable"
    assert_open(check, IntuneTenant, BOUGHT, scope)


def chain(*parts, wifi_groups=("g",)):
    found = [DeviceProfile("wifi", "windows", "wifi", wifi_groups, enterprise=True)]
    found += [DeviceProfile(part, "windows", part, ("g",)) for part in parts]
    return DeviceProfiles(tuple(found))


CERTIFICATES = planned("device-certificates")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (chain("root", "client-certificate"), ("pass", "complete")),
        (chain("root"), ("warn", "incomplete")),
        (chain("client-certificate"), ("warn", "incomplete")),
        (chain("root", "client-certificate", wifi_groups=("other",)), ("warn", "incomplete")),
        (chain("root", "client-certificate", wifi_groups=()), ("not-applicable", "no-profile")),
        (DeviceProfiles(()), ("not-applicable", "no-profile")),
    ],
)
def test_chains(found, expected):
    assert verdict(certificate_profile_chain_complete, found, BOUGHT, CERTIFICATES) == expected
    assert_open(certificate_profile_chain_complete, DeviceProfiles, BOUGHT, CERTIFICATES)
    outside = verdict(certificate_profile_chain_complete, DeviceProfiles(()), BOUGHT, UNSTATED)
    assert outside == ("not-applicable", "not-stated")


def root(days=900, key="RSA 2048", bits=2048, signature="sha256", *, is_ca=True, problem=""):
    facts = CertificateFacts("CN=Root", ahead(days=days), key, bits, signature, is_ca, problem)
    return DeviceProfiles((DeviceProfile("root", "windows", "root", ("g",), certificate=facts),))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (root(), ("pass", "valid")),
        (root(key="EC 256", bits=256), ("pass", "valid")),
        (root(days=90), ("warn", "ends-soon-or-weak")),
        (root(key="RSA 1024", bits=1024), ("warn", "ends-soon-or-weak")),
        (root(signature="sha1"), ("warn", "ends-soon-or-weak")),
        (root(is_ca=False), ("warn", "ends-soon-or-weak")),
        (root(days=-1), ("fail", "expired-or-unreadable")),
        (root(problem="it cannot be decoded"), ("fail", "expired-or-unreadable")),
        (DeviceProfiles(()), ("not-applicable", "no-root")),
    ],
)
def test_roots(found, expected):
    assert verdict(trusted_root_profile_valid, found, BOUGHT, CERTIFICATES) == expected
    assert_open(trusted_root_profile_valid, DeviceProfiles, BOUGHT, CERTIFICATES)
    found = verdict(trusted_root_profile_valid, DeviceProfiles(()), NOTHING, CERTIFICATES)
    assert found == ("not-assessed", "unsupported-no-plan")


def test_certificates_are_read_as_the_portal_keeps_them():
    pem = Authority("Some Root").root_pem()
    der = base64.b64encode(base64.b64decode(b"".join(pem.splitlines()[1:-1])))
    for encoded in (pem.decode(), der.decode(), base64.b64encode(pem).decode()):
        facts = profiles.certificate(encoded)
        assert (facts.problem, facts.is_ca, facts.key) == ("", True, "EC 256")
    assert profiles.certificate("").problem
    assert profiles.certificate("AAAA").problem
    assert profiles.certificate("%" * 200).problem
    assert profiles.certificate("A" * 1_000_000).problem


@pytest.mark.parametrize(
    ("kind", "platform", "part", "enterprise"),
    [
        ("windows81TrustedRootCertificate", "windows", "root", False),
        ("iosScepCertificateProfile", "ios", "client-certificate", False),
        (
            "androidDeviceOwnerPkcsCertificateProfile",
            "androiddeviceowner",
            "client-certificate",
            False,
        ),
        ("windowsWifiEnterpriseEAPConfiguration", "windows", "wifi", True),
        ("macOSEnterpriseWiFiConfiguration", "macos", "wifi", True),
        ("iosWiFiConfiguration", "ios", "wifi", False),
        ("iosikEv2VpnConfiguration", "ios", "vpn", False),
    ],
)
def test_profiles_by_their_type(kind, platform, part, enterprise):
    found = profiles.profile(RawProfile("1", f"#microsoft.graph.{kind}", "n"), ())
    assert (found.platform, found.part, found.enterprise) == (platform, part, enterprise)
    assert (
        profiles.profile(RawProfile("1", "#microsoft.graph.iosCustomConfiguration", "n"), ())
        is None
    )


def hybrid(count, pending=0):
    return [
        HybridDevice(
            str(i), f"pc{i}", "ServerAd", "Windows", "10", None if i < pending else ago(days=9)
        )
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("devices", "scope", "expected"),
    [
        (hybrid(20), planned("hybrid-join"), ("pass", "registered")),
        (hybrid(20, 8), planned("hybrid-join"), ("warn", "pending")),
        ([], planned("co-management"), ("fail", "none")),
        ([], UNSTATED, ("not-applicable", "not-stated")),
        ([HybridDevice("1", "p", "Workplace")], planned("hybrid-join"), ("fail", "none")),
    ],
)
def test_hybrid_devices(devices, scope, expected):
    assert verdict(HybridJoinedDevicesFresh, scope, streams={HybridDevice: devices}) == expected
    assert_open(HybridJoinedDevicesFresh, HybridDevice, scope)


def test_no_hybrid_device_in_a_part_of_the_list_is_not_none():
    found = verdict(
        HybridJoinedDevicesFresh, planned("hybrid-join"), streams={HybridDevice: []}, cut=DENIED
    )
    assert found == ("not-assessed", "missing-denied")


def test_stale_devices():
    check = few_stale_devices
    assert verdict(check, DeviceCount(100), StaleDeviceCount(10)) == ("pass", "fresh")
    assert verdict(check, DeviceCount(100), StaleDeviceCount(40)) == ("warn", "stale")
    assert verdict(check, DeviceCount(0), StaleDeviceCount(0)) == ("not-applicable", "no-devices")
    assert_open(check, StaleDeviceCount, DeviceCount(1))


def managed(**systems):
    return ManagedDevices(5, 5, 0, SystemCounts(**systems))


@pytest.mark.parametrize(
    ("found", "scope", "expected"),
    [
        (managed(ios=1, android=2), MOBILE, ("pass", "enrolled")),
        (managed(ios=1), MOBILE, ("warn", "some-missing")),
        (managed(), MOBILE, ("fail", "none")),
        (managed(), planned("intune"), ("not-applicable", "no-platform-stated")),
        (managed(), planned("intune", platforms=("linux",)), ("not-applicable", "no-platform")),
        (managed(), NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_first_devices(found, scope, expected):
    assert verdict(first_devices_enrolled, found, BOUGHT, scope) == expected
    assert_open(first_devices_enrolled, ManagedDevices, BOUGHT, MOBILE)
