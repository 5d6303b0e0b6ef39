"""Terms, branding, services around, and settings of the tenant."""

import pytest

from checks.administration.policies import (
    certificate_authentication_trust_valid,
    notification_contacts_set,
    trusted_locations_defined,
    user_consent_governed,
)
from checks.administration.protection import (
    labels_enabled_for_groups,
    rights_management_available,
    sensitivity_labels_published,
)
from checks.administration.services import (
    cloud_app_security_plan_present,
    entra_recommendations_reviewed,
    integrated_application_present,
    no_pending_service_changes,
    service_health_clear,
)
from checks.administration.terms import (
    company_terms_published,
    sign_in_page_branded,
    terms_of_use_enforced,
)
from scanner.evidence.tenant import Organization, Skus
from scanner.evidence.tenant_access import (
    AccessPolicies,
    AccessPolicy,
    AddressRange,
    Agreement,
    Agreements,
    NamedLocation,
    NamedLocations,
)
from scanner.evidence.tenant_enrolment import AllCompanyTerms, Assignment, CompanyTerms
from scanner.evidence.tenant_profiles import CertificateFacts, SignInAuthorities, SignInAuthority
from scanner.evidence.tenant_services import (
    GROUP_UNIFIED,
    RIGHTS_MANAGEMENT,
    Application,
    Applications,
    GroupSetting,
    GroupSettings,
    Label,
    Labels,
    Recommendation,
    Recommendations,
    RightsManagement,
    ServiceHealth,
    ServiceIssue,
    ServiceIssues,
    ServiceMessage,
    ServiceMessages,
    ServicePrincipal,
    ServiceState,
    SettingValue,
    SignInBranding,
)
from scanner.evidence.tenant_signin import AuthorizationPolicy, ConsentRequests, Reviewer
from scanner.testing import run_check
from tests.checks.judging import (
    BOUGHT,
    NOT_PLANNED,
    NOTHING,
    UNSUPPORTED,
    ago,
    ahead,
    assert_open,
    owning,
    planned,
    verdict,
)

INTUNE = planned("intune")
TEXT = "Whoever enrols a device agrees that the company manages it."


def terms(*rows):
    return AllCompanyTerms(rows)


@pytest.mark.parametrize(
    ("rows", "skus", "scope", "expected"),
    [
        (
            (CompanyTerms("t", "T", TEXT, (Assignment("1"),)),),
            BOUGHT,
            INTUNE,
            ("pass", "published"),
        ),
        ((CompanyTerms("t", "T", TEXT),), BOUGHT, INTUNE, ("warn", "not-in-force")),
        (
            (CompanyTerms("t", "T", "Lorem ipsum dolor sit amet", (Assignment("1"),)),),
            BOUGHT,
            INTUNE,
            ("warn", "not-in-force"),
        ),
        ((), BOUGHT, INTUNE, ("fail", "none")),
        ((), BOUGHT, NOT_PLANNED, ("not-applicable", "not-planned")),
        ((), NOTHING, INTUNE, ("not-assessed", "unsupported-no-plan")),
    ],
)
def test_company_terms(rows, skus, scope, expected):
    assert verdict(company_terms_published, terms(*rows), skus, scope) == expected
    assert_open(company_terms_published, AllCompanyTerms, BOUGHT, INTUNE)


AGREEMENTS = Agreements((Agreement("a", "Use"),))
NAMING = AccessPolicies((AccessPolicy("p", "p", "enabled", terms=("a",)),))
SILENT = AccessPolicies((AccessPolicy("p", "p", "disabled", terms=("a",)),))
TERMS = planned("terms-of-use")


@pytest.mark.parametrize(
    ("agreements", "policies", "scope", "expected"),
    [
        (AGREEMENTS, NAMING, TERMS, ("pass", "enforced")),
        (AGREEMENTS, SILENT, TERMS, ("warn", "not-referenced")),
        (Agreements(()), NAMING, TERMS, ("fail", "none")),
        (Agreements(()), NAMING, NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_terms_of_use(agreements, policies, scope, expected):
    assert verdict(terms_of_use_enforced, agreements, policies, BOUGHT, scope) == expected


def test_terms_of_use_that_only_a_person_may_see():
    missing = {Agreements: UNSUPPORTED}
    assert verdict(terms_of_use_enforced, NAMING, BOUGHT, TERMS, missing=missing) == (
        "not-assessed",
        "unsupported-unread",
    )


def test_branding():
    scope = planned("branding")
    assert verdict(sign_in_page_branded, SignInBranding("i", "Hello"), BOUGHT, scope)[0] == "pass"
    assert verdict(sign_in_page_branded, SignInBranding(), BOUGHT, scope)[0] == "warn"
    assert (
        verdict(sign_in_page_branded, SignInBranding(), BOUGHT, NOT_PLANNED)[0] == "not-applicable"
    )
    assert_open(sign_in_page_branded, SignInBranding, BOUGHT, scope)


def health(status, service="Microsoft Intune"):
    return ServiceHealth((ServiceState("Exchange Online", "x"), ServiceState(service, status)))


def test_service_health():
    assert verdict(service_health_clear, health("serviceOperational")) == ("pass", "clear")
    assert verdict(service_health_clear, health("serviceRestored")) == ("pass", "clear")
    assert verdict(service_health_clear, health("serviceDegradation")) == ("warn", "disturbed")
    assert verdict(service_health_clear, health("x", "Teams")) == ("not-applicable", "no-service")
    issue = ServiceIssue("IT1", "Slow", "Microsoft Intune", "incident")
    (found,) = run_check(service_health_clear, health("confirmed"), ServiceIssues((issue,)))
    assert found.affected.rows == [("Microsoft Intune", "IT1", "Slow", "incident")]
    assert_open(service_health_clear, ServiceHealth)


def message(days, *, major=True, service="Microsoft Intune"):
    return ServiceMessages((ServiceMessage("MC1", "T", (service,), ahead(days=days), major),))


def test_announced_changes():
    assert verdict(no_pending_service_changes, message(30)) == ("warn", "changes-due")
    assert verdict(no_pending_service_changes, message(90)) == ("pass", "none-due")
    assert verdict(no_pending_service_changes, message(-5)) == ("pass", "none-due")
    assert verdict(no_pending_service_changes, message(30, major=False)) == ("pass", "none-due")
    assert verdict(no_pending_service_changes, message(30, service="Teams")) == ("pass", "none-due")
    assert_open(no_pending_service_changes, ServiceMessages)


def test_recommendations():
    def hint(kind, status):
        return Recommendations((Recommendation("n", kind, "high", status),))

    check = entra_recommendations_reviewed
    assert verdict(check, hint("adfsAppsMigration", "active")) == ("warn", "active")
    assert verdict(check, hint("adfsAppsMigration", "dismissed")) == ("pass", "none-active")
    assert verdict(check, hint("staleApps", "active")) == ("pass", "none-active")
    assert_open(check, Recommendations)


def test_cloud_app_security():
    scope = planned("cloud-app-security")
    assert verdict(cloud_app_security_plan_present, BOUGHT, scope) == ("pass", "present")
    assert verdict(cloud_app_security_plan_present, NOTHING, scope) == ("warn", "absent")
    assert verdict(cloud_app_security_plan_present, NOTHING, NOT_PLANNED)[0] == "not-applicable"
    assert_open(cloud_app_security_plan_present, Skus, scope)


PROTECTION = planned("information-protection")


def principal(enabled):
    return RightsManagement((ServicePrincipal("i", RIGHTS_MANAGEMENT, "RMS", enabled),))


@pytest.mark.parametrize(
    ("found", "skus", "scope", "expected"),
    [
        (principal(enabled=True), BOUGHT, PROTECTION, ("pass", "enabled")),
        (principal(enabled=False), BOUGHT, PROTECTION, ("fail", "disabled")),
        (RightsManagement(()), BOUGHT, PROTECTION, ("fail", "absent")),
        (RightsManagement(()), BOUGHT, NOT_PLANNED, ("not-applicable", "not-planned")),
        (
            RightsManagement(()),
            owning("intune"),
            PROTECTION,
            ("not-assessed", "unsupported-no-plan"),
        ),
    ],
)
def test_rights_management(found, skus, scope, expected):
    assert verdict(rights_management_available, found, skus, scope) == expected
    assert_open(rights_management_available, RightsManagement, BOUGHT, PROTECTION)


def test_labels():
    check = sensitivity_labels_published
    assert verdict(check, Labels((Label("1", "Internal"),)), BOUGHT, PROTECTION) == (
        "pass",
        "labels",
    )
    assert verdict(check, Labels(()), BOUGHT, PROTECTION) == ("warn", "no-label")
    assert verdict(check, Labels(()), BOUGHT, NOT_PLANNED)[0] == "not-applicable"
    assert_open(check, Labels, BOUGHT, PROTECTION)


def test_labels_for_groups():
    check = labels_enabled_for_groups
    on = GroupSettings((GroupSetting(GROUP_UNIFIED, (SettingValue("EnableMIPLabels", "true"),)),))
    assert verdict(check, on, BOUGHT, PROTECTION) == ("pass", "known")
    assert verdict(check, GroupSettings(()), BOUGHT, PROTECTION) == ("not-applicable", "not-set")
    assert verdict(check, on, BOUGHT, NOT_PLANNED) == ("not-applicable", "not-planned")
    assert_open(check, GroupSettings, BOUGHT, PROTECTION)


def test_integrated_applications():
    check, scope = integrated_application_present, planned("sso-application")
    assert verdict(check, Applications((Application("Travel", "saml"),)), scope)[0] == "pass"
    assert verdict(check, Applications(()), scope) == ("warn", "none")
    assert verdict(check, Applications(()), NOT_PLANNED)[0] == "not-applicable"
    assert_open(check, Applications, scope)


def test_notification_contacts():
    check = notification_contacts_set
    good = Organization("t", "C", technical_contacts=("a@x",), privacy_statement="https://x")
    assert verdict(check, good) == ("pass", "recorded")
    assert verdict(check, Organization("t", "C")) == ("warn", "not-recorded")
    assert_open(check, Organization)


BROAD = ("ManagePermissionGrantsForSelf.microsoft-user-default-legacy",)
ASKING = ConsentRequests(enabled=True, reviewers=(Reviewer("/users/a"),))


@pytest.mark.parametrize(
    ("grants", "requests", "expected"),
    [
        ((), ASKING, ("pass", "governed")),
        (
            ("ManagePermissionGrantsForSelf.microsoft-user-default-low",),
            ASKING,
            ("pass", "governed"),
        ),
        (BROAD, ASKING, ("warn", "not-governed")),
        ((), ConsentRequests(enabled=False), ("warn", "not-governed")),
        ((), ConsentRequests(enabled=True), ("warn", "not-governed")),
        (None, ASKING, ("not-assessed", "unsupported-silent")),
        ((), ConsentRequests(), ("not-assessed", "unsupported-silent")),
    ],
)
def test_consent(grants, requests, expected):
    assert (
        verdict(user_consent_governed, AuthorizationPolicy(grant_policies=grants), requests)
        == expected
    )
    assert_open(user_consent_governed, ConsentRequests, AuthorizationPolicy(grant_policies=()))


def location(cidr="198.51.100.0/24", *, trusted=True):
    return NamedLocations((NamedLocation("l", "Office", trusted, (AddressRange(cidr),)),))


def referring(*places):
    return AccessPolicies((AccessPolicy("p", "p", "enabled", exclude_locations=places),))


@pytest.mark.parametrize(
    ("locations", "policies", "expected"),
    [
        (location(), referring("AllTrusted"), ("pass", "defined")),
        (location(trusted=False), referring("AllTrusted"), ("warn", "none-trusted")),
        (location("10.0.0.0/8"), referring("AllTrusted"), ("warn", "private-range")),
        (location("100.64.1.0/24"), referring("l"), ("warn", "private-range")),
        (location("fd00::/8"), referring("l"), ("warn", "private-range")),
        (location("not a range"), referring("l"), ("pass", "defined")),
        (location(), referring(), ("not-applicable", "not-used")),
    ],
)
def test_trusted_locations(locations, policies, expected):
    assert verdict(trusted_locations_defined, locations, policies, BOUGHT) == expected
    assert_open(trusted_locations_defined, NamedLocations, policies, BOUGHT)


def authority(expires, crl="http://crl.contoso.com/root.crl", problem=""):
    facts = CertificateFacts("CN=Root", expires, "RSA 2048", 2048, "sha256", True, problem)
    return SignInAuthorities((SignInAuthority("CN=Root", crl, facts),))


@pytest.mark.parametrize(
    ("found", "scope", "expected"),
    [
        (authority(ahead(days=900)), INTUNE, ("pass", "valid")),
        (authority(ahead(days=90)), INTUNE, ("warn", "ends-soon")),
        (authority(ago(days=1)), INTUNE, ("fail", "invalid")),
        (authority(ahead(days=900), ""), INTUNE, ("fail", "invalid")),
        (authority(ahead(days=900), "ldap:///CN=x"), INTUNE, ("fail", "invalid")),
        (authority(ahead(days=900), "http://pki.contoso.local/a.crl"), INTUNE, ("fail", "invalid")),
        (authority(ahead(days=900), "http://10.1.2.3/a.crl"), INTUNE, ("fail", "invalid")),
        (authority(None, problem="it cannot be decoded"), INTUNE, ("fail", "invalid")),
        (SignInAuthorities(()), NOT_PLANNED, ("not-applicable", "not-planned")),
        (SignInAuthorities(()), planned("certificate-sign-in"), ("not-applicable", "none")),
    ],
)
def test_certificate_sign_in(found, scope, expected):
    assert verdict(certificate_authentication_trust_valid, found, scope) == expected
    assert_open(certificate_authentication_trust_valid, SignInAuthorities, INTUNE)
