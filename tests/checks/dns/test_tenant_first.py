"""Where the tenant can be read, its own list is the truth; and what does not apply is left alone."""

import pytest

from checks.dns.domains import domain_verified, tenant_service_records_published
from checks.dns.enrolment import enterprise_enrollment, enterprise_registration
from checks.dns.exchange import mx_dane, mx_points_to_cloud
from checks.dns.hosts import cname_conflict
from checks.dns.services import autodiscover, sip_federation
from checks.dns.signing import dkim_selectors, dmarc_policy
from checks.dns.spf import spf_lookup_limit, spf_valid
from checks.dns.transport import parked_protected
from scanner.api import Header, Missing, Reason, Scope
from scanner.evidence.dns import Lookup, LookupStatus, Record
from scanner.evidence.scope import Plans
from scanner.evidence.tenant import DomainRecords, ExpectedRecord
from scanner.testing import NOW, run_check
from scanner.words import Cloud
from tests.dns.memory import NAME, about, gathered, zone

MAIL, TEXT = ("@", "MX"), ("@", "TXT")
NEW = "contoso-com.n-v1.mx.microsoft"
PROOF = ExpectedRecord("TXT", NAME, "MS=ms12345678")


def records(*service, verification=(PROOF,), unavailable=0):
    return DomainRecords(NAME, tuple(service), tuple(verification), unavailable)


def one(check, items, *more, **options):
    """(status, reason) of the single finding of a check."""
    (found,) = run_check(check, *items, *more, **options)
    return str(found.status), found.reason


def mx(host):
    return ExpectedRecord("MX", NAME, host, 3600, 0)


@pytest.mark.parametrize(
    ("published", "verdict"),
    [
        ([f"0 {NEW}."], ("pass", "right")),
        (["0 contoso-com.mail.protection.outlook.com."], ("warn", "old-form")),
        (
            [f"0 {NEW}.", "10 contoso-com.mail.protection.outlook.com."],
            ("warn", "others-behind"),
        ),
        (["0 fabrikam-com.mail.protection.outlook.com."], ("fail", "other-domain")),
        ([f"20 {NEW}.", "10 mail.filter.example."], ("warn", "not-first")),
        (["10 mail.filter.example."], ("warn", "other-host")),
    ],
)
def test_the_mail_host_of_the_tenants_list(published, verdict):
    lines = [*zone(changes={MAIL: published}), f"{NEW} A 198.51.100.9"]
    lines.append("fabrikam-com.mail.protection.outlook.com A 198.51.100.9")
    assert one(mx_points_to_cloud, gathered(lines), records(mx(NEW))) == verdict


def test_the_finding_says_who_expects_what_and_gives_the_line():
    lines = zone(changes={MAIL: None})
    (found,) = run_check(mx_points_to_cloud, *gathered(lines), records(mx(NEW)))
    assert found.facts["source"] == "the tenant's own list"
    assert found.steps[0].command == f"contoso.com. 3600 IN MX 0 {NEW}."
    assert found.facts["asked"] == "MX contoso.com at 192.0.2.53 (public)"


def test_without_the_tenants_list_a_us_token_is_only_likely():
    lines = zone(cloud="gcc-high")
    items = gathered(
        lines, about(services=None, verified=None, tenant_read=False), cloud="gcc-high"
    )
    header = Header(NOW, "test", NAME, cloud=Cloud.GCC_HIGH, complete=True)
    assert one(mx_points_to_cloud, items, header) == ("warn", "token-unconfirmed")


EMS_ONLY = about(services=("Intune",))


@pytest.mark.parametrize(
    "check", [mx_points_to_cloud, autodiscover, dkim_selectors], ids=lambda one: one.__name__
)
def test_a_tenant_with_ems_only_is_not_blamed_for_mail(check):
    items = gathered(zone(changes={MAIL: None, ("autodiscover", "CNAME"): None}), EMS_ONLY)
    assert one(check, items) == ("not-applicable", "no-mail")


def test_spf_without_mail_needs_no_cloud():
    items = gathered(zone(changes={TEXT: ['"v=spf1 -all"']}), EMS_ONLY)
    assert one(spf_valid, items) == ("pass", "valid")
    assert one(sip_federation, items) == ("not-applicable", "no-teams")


def test_nobody_knows_whether_there_is_mail():
    unknown = about(services=None, verified=None, tenant_read=False)
    bare = zone(
        changes={
            MAIL: None,
            TEXT: None,
            ("autodiscover", "CNAME"): None,
            ("selector1._domainkey", "CNAME"): None,
            ("selector2._domainkey", "CNAME"): None,
            ("_sipfederationtls._tcp", "SRV"): None,
        }
    )
    items = gathered(bare, unknown)
    assert one(mx_points_to_cloud, items) == ("not-assessed", "unconfigured-mail")
    assert one(dkim_selectors, items) == ("not-assessed", "unconfigured-mail")
    assert one(sip_federation, items) == ("not-assessed", "unconfigured-teams")


@pytest.mark.parametrize(
    "check",
    [
        mx_points_to_cloud,
        autodiscover,
        dkim_selectors,
        spf_valid,
        dmarc_policy,
        enterprise_enrollment,
        enterprise_registration,
        sip_federation,
    ],
    ids=lambda one: one.__name__,
)
def test_parked_domains_are_judged_by_their_own_check(check):
    assert one(check, gathered(zone(), about(parked=True)))[0] == "not-applicable"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        (
            {
                MAIL: ["0 ."],
                TEXT: ['"v=spf1 -all"'],
                ("_dmarc", "TXT"): ['"v=DMARC1; p=reject"'],
            },
            ("pass", "protected"),
        ),
        ({MAIL: ["0 ."], TEXT: None, ("_dmarc", "TXT"): None}, ("warn", "half-protected")),
        ({MAIL: None, TEXT: None, ("_dmarc", "TXT"): None}, ("fail", "unprotected")),
    ],
)
def test_parked_domains(changes, verdict):
    items = gathered(zone(changes=changes), about(parked=True))
    assert one(parked_protected, items) == verdict


def test_enrolment_looks_at_every_suffix_in_use_and_at_no_other():
    unused = about(configured=False, users=0, services=("Email",))
    assert one(enterprise_enrollment, gathered(zone(), unused)) == (
        "not-applicable",
        "not-a-suffix-in-use",
    )
    suffix = about(configured=False, users=3, services=("Email",))
    assert one(enterprise_enrollment, gathered(zone(), suffix)) == ("pass", "right")
    macs = Scope(plans=Plans(platforms=("macos",)))
    assert one(enterprise_enrollment, gathered(zone()), macs) == (
        "not-applicable",
        "windows-not-planned",
    )


def test_the_registration_host_of_the_list_is_the_one_to_publish():
    lines = zone(cloud="gcc-high", changes={("enterpriseregistration", "CNAME"): None})
    owner = f"enterpriseregistration.{NAME}"
    listed = ExpectedRecord("CNAME", owner, "EnterpriseRegistration.windows.net", 3600)
    header = Header(NOW, "test", NAME, cloud=Cloud.GCC_HIGH, complete=True)
    (found,) = run_check(
        enterprise_registration, *gathered(lines, cloud="gcc-high"), records(listed), header
    )
    assert found.steps[-1].command == f"{owner}. 3600 IN CNAME enterpriseregistration.windows.net."


UNVERIFIED = {"verified": False}


@pytest.mark.parametrize(
    ("facts", "texts", "verdict"),
    [
        ({}, [], ("pass", "verified")),
        (UNVERIFIED, ["MS=ms12345678"], ("warn", "published-unverified")),
        (UNVERIFIED, ["MS=ms99999999"], ("fail", "other-value")),
        (UNVERIFIED, ["other"], ("fail", "unpublished")),
        ({**UNVERIFIED, "configured": False, "users": 0}, [], ("warn", "unverified-unused")),
        ({"verified": None}, [], ("fail", "not-in-tenant-in-use")),
        (
            {"verified": None, "configured": False, "users": 0},
            [],
            ("not-applicable", "not-in-tenant"),
        ),
        ({"verified": None, "tenant_read": False}, ["MS=ms12345678"], ("pass", "published")),
        (
            {"verified": None, "tenant_read": False},
            ["x"],
            ("not-assessed", "unconfigured-state"),
        ),
        ({"initial": True}, [], ("not-applicable", "initial")),
    ],
)
def test_verification(facts, texts, verdict):
    changes = {TEXT: [f'"{text}"' for text in texts] or None}
    items = gathered(zone(changes=changes), about(**facts))
    assert one(domain_verified, items, records()) == verdict


def test_verification_at_the_wrong_name_and_by_mail_record():
    lost = zone(changes={TEXT: None, ("_ms", "TXT"): ['"MS=ms12345678"']})
    items = gathered(lost, about(**UNVERIFIED))
    assert one(domain_verified, items, records()) == ("fail", "wrong-owner-name")
    proof = ExpectedRecord("MX", NAME, "ms12345678.msv1.invalid", 3600, 32767)
    by_mail = zone(changes={TEXT: None, MAIL: ["32767 ms12345678.msv1.invalid."]})
    items = gathered(by_mail, about(**UNVERIFIED))
    both = records(verification=(PROOF, proof))
    assert one(domain_verified, items, both) == ("warn", "published-unverified")


def test_verification_seen_from_outside_only():
    items = gathered(zone(), about(verified=None, services=None, tenant_read=False))
    assert one(domain_verified, items) == ("not-assessed", "unconfigured-tenant")


EXTRA = ExpectedRecord("CNAME", f"extra.{NAME}", "extra.example", 3600)


@pytest.mark.parametrize(
    ("published", "wanted", "verdict"),
    [
        ("extra.example.", EXTRA, ("pass", "published")),
        ("other.example.", EXTRA, ("fail", "missing")),
        (None, EXTRA, ("fail", "missing")),
        (
            None,
            ExpectedRecord("CNAME", f"extra.{NAME}", "extra.example", optional=True),
            ("warn", "optional-missing"),
        ),
    ],
)
def test_records_that_no_other_check_owns(published, wanted, verdict):
    lines = zone(changes={("extra", "CNAME"): [published] if published else None})
    listed = records(mx("contoso-com.mail.protection.outlook.com"), wanted)
    items = gathered(lines, expected=listed)
    assert one(tenant_service_records_published, items, listed) == verdict


def test_records_that_the_tenant_could_not_tell():
    listed = records(unavailable=1)
    items = gathered(zone(), expected=listed)
    assert one(tenant_service_records_published, items, listed) == (
        "not-assessed",
        "unsupported-records",
    )
    denied = Missing(Reason.DENIED, "403")
    assert one(tenant_service_records_published, items, missing={DomainRecords: denied}) == (
        "not-assessed",
        "denied-records",
    )
    other = gathered(zone(), about(verified=False), expected=listed)
    assert one(tenant_service_records_published, other, listed) == (
        "not-applicable",
        "unverified",
    )


@pytest.mark.parametrize(
    ("lines", "signed", "verdict"),
    [
        ([], [NAME], ("warn", "unsigned")),
        ([f"{NAME} DS 1 13 2 {'1' * 64}"], [], ("warn", "no-keys")),
        (
            [
                f"{NAME} DS 1 13 2 {'1' * 64}",
                f"_25._tcp.{NEW} TLSA 3 1 1 {'2' * 64}",
            ],
            [NAME, f"_25._tcp.{NEW}"],
            ("pass", "in-place"),
        ),
        (
            [
                f"{NAME} DS 1 13 2 {'1' * 64}",
                f"_25._tcp.{NEW} TLSA 3 1 1 {'2' * 64}",
            ],
            [],
            ("warn", "not-authentic"),
        ),
    ],
)
def test_dane(lines, signed, verdict):
    lines = [*zone(changes={MAIL: [f"0 {NEW}."]}), f"{NEW} A 198.51.100.9", *lines]
    assert one(mx_dane, gathered(lines, ad=signed)) == verdict


def test_dane_bogus_and_elsewhere():
    lines = [*zone(changes={MAIL: [f"0 {NEW}."]}), f"{NEW} A 198.51.100.9"]
    faults = {(f"_25._tcp.{NEW}", "TLSA"): "bogus"}
    assert one(mx_dane, gathered(lines, faults=faults)) == ("fail", "bogus")
    assert one(mx_dane, gathered(zone())) == ("not-applicable", "other-host")


def test_an_alias_beside_other_records():
    """What only a server that answers by type shows."""
    name = f"autodiscover.{NAME}"
    beside = Lookup(name, "A", LookupStatus.ANSWER, (Record("203.0.113.4"),))
    items = gathered(zone(), faults={(name, "A"): beside})
    found = {
        finding.subject.name: (str(finding.status), finding.reason)
        for finding in run_check(cname_conflict, *items)
    }
    assert found[name] == ("fail", "other-records")
    assert found[f"enterpriseenrollment.{NAME}"] == ("pass", "alone")
    assert one(autodiscover, items) == ("fail", "alias-beside-address")


def test_two_aliases_at_one_name():
    name = f"autodiscover.{NAME}"
    both = (Record("autodiscover.outlook.com"), Record("mail.filter.example"))
    items = gathered(
        zone(), faults={(name, "CNAME"): Lookup(name, "CNAME", LookupStatus.ANSWER, both)}
    )
    (found,) = [one for one in run_check(cname_conflict, *items) if one.subject.name == name]
    assert found.reason == "two-aliases"


def test_lookup_limit_has_no_opinion_without_a_single_record():
    items = gathered(zone(changes={TEXT: None}))
    assert one(spf_lookup_limit, items) == ("not-applicable", "no-single-record")
