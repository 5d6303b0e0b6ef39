"""Forest facts: levels, schema, names, services; every way of passing, failing and not knowing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from checks.directory_sync import forest as sync
from checks.infrastructure import (
    certification_authorities,
    configuration_manager,
    controllers,
    domains,
    exchange,
    forest,
    radius,
    registration,
)
from scanner.api import Header, Missing, Reason, Scope, Severity
from scanner.evidence.certificate import Certificate
from scanner.evidence.directory import DirectoryInput, DirectoryObject, DirectoryPart, SyncPlan
from scanner.evidence.forest import (
    Authority,
    DomainController,
    ExchangeServer,
    Forest,
    ForestDomain,
    ManagementPoint,
    ManagementSite,
)
from scanner.evidence.scope import Plans
from scanner.evidence.tenant import Organization, TenantDomain, TenantDomains
from scanner.evidence.versions import Release, VersionFacts
from scanner.testing import NOW, run_check

EVERYTHING = (
    "controllers", "domain names", "domains", "partitions", "schema", "schema version", "services",
)  # fmt: skip
HEADER = Header(NOW, "test", "contoso.com", complete=True)
TENANT = Organization("11111111-1111-4111-8111-111111111111", "Contoso")
DOMAINS = TenantDomains((TenantDomain("contoso.com", is_verified=True),))


READ = ForestDomain("corp.local", looked=("accounts", "program data", "system"))


def live(**facts):
    facts.setdefault("looked", EVERYTHING)
    facts.setdefault("domains", (READ,))
    return Forest("corp.local", server="dc1.corp.local", **facts)


def exported(**facts):
    return Forest("corp.local", **facts)


def said(check, *items):
    return [(str(one.status), one.reason) for one in run_check(check, *items, HEADER)]


def planned(*workloads):
    return Scope(plans=Plans(workloads=workloads))


PER_FOREST = [
    forest.forest_functional_level_supported,
    domains.domain_functional_levels_known,
    forest.schema_version_supported,
    forest.recycle_bin_enabled,
    domains.netbios_names_without_dots,
    domains.domain_names_multi_label,
    domains.password_policy_known,
    forest.device_recovery_schema_known,
    registration.hybrid_join_scp_matches_tenant,
    registration.cloud_kerberos_trust_known,
    registration.rights_management_scp_absent,
    registration.ad_fs_farm_known,
    certification_authorities.enterprise_certification_authorities_valid,
    certification_authorities.ndes_templates_published,
    certification_authorities.trust_stores_published,
    radius.radius_servers_registered,
    configuration_manager.configuration_manager_known,
    exchange.exchange_schema_present,
    exchange.exchange_version_supported,
    sync.writable_domain_controller,
    sync.cloud_sync_agent_prerequisites,
    sync.global_catalog_attributes_complete,
]


@pytest.mark.parametrize("check", PER_FOREST)
def test_without_forest_facts_nothing_is_assessed(check):
    gap = Missing(Reason.UNCONFIGURED, "set directory.ldap")
    (one,) = run_check(check, missing={Forest: gap})
    assert (str(one.status), one.reason) == ("not-assessed", "missing-unconfigured")


OF_THE_FOREST = [
    forest.forest_functional_level_supported,
    forest.schema_version_supported,
    forest.recycle_bin_enabled,
    forest.device_recovery_schema_known,
    registration.hybrid_join_scp_matches_tenant,
    registration.rights_management_scp_absent,
    certification_authorities.enterprise_certification_authorities_valid,
    certification_authorities.ndes_templates_published,
    certification_authorities.trust_stores_published,
    configuration_manager.configuration_manager_known,
    configuration_manager.configuration_manager_version_supported,
    exchange.exchange_schema_present,
    exchange.exchange_version_supported,
]
OF_DOMAINS = [
    domains.domain_functional_levels_known,
    domains.netbios_names_without_dots,
    domains.password_policy_known,
    registration.cloud_kerberos_trust_known,
    registration.ad_fs_farm_known,
]
FACTS = VersionFacts(
    date(2026, 11, 1),
    (
        Release("configuration-manager", "old", "5.0.9106", date(2024, 10, 10), "https://x"),
        Release("configuration-manager", "new", "5.0.9141", date(2027, 6, 1), "https://x"),
        Release("exchange", "Exchange 2016", "15.1.2507", date(2025, 10, 14), "https://x"),
        Release("exchange", "Exchange 2019", "15.2.1748", date(2025, 10, 14), "https://x"),
        Release("exchange", "Exchange SE", "15.2.2562", date(2035, 12, 31), "https://x"),
        Release("exchange-schema", "SE", "17003", None, "https://x"),
    ),
)


@pytest.mark.parametrize("check", [*OF_THE_FOREST, *OF_DOMAINS])
def test_what_was_not_read_is_unknown_and_never_absent(check):
    assert said(check, live(looked=(), domains=()), FACTS) == [("not-assessed", "denied-not-read")]
    assert said(check, exported(), FACTS) == [("not-assessed", "unconfigured-not-exported")]


@pytest.mark.parametrize("check", OF_DOMAINS)
def test_a_domain_that_was_not_read_is_unknown(check):
    hidden = ForestDomain("corp.local", looked=("accounts",))
    assert said(check, live(domains=(hidden,))) == [("not-assessed", "denied-not-read")]
    # a controller shows its own domain only
    child = ForestDomain("child.corp.local")
    assert said(check, live(domains=(child,))) == [("not-assessed", "unconfigured-other-domain")]
    assert said(check, exported(domains=(child,))) == [
        ("not-assessed", "unconfigured-not-exported")
    ]


ASKED = [
    (forest.forest_functional_level_supported, {"level": 7}),
    (forest.schema_version_supported, {"schema": 88}),
    (forest.recycle_bin_enabled, {"recycle_bin": True}),
    (forest.recycle_bin_enabled, {"recycle_bin": False}),
    (forest.device_recovery_schema_known, {}),
    (registration.hybrid_join_scp_matches_tenant, {"registration": ("azureADId:x",)}),
    (registration.rights_management_scp_absent, {}),
    (registration.cloud_kerberos_trust_known, {}),
    (registration.ad_fs_farm_known, {}),
    (certification_authorities.trust_stores_published, {}),
    (configuration_manager.configuration_manager_known, {}),
    (exchange.exchange_schema_present, {}),
    (exchange.exchange_version_supported, {"exchange_servers": (ExchangeServer("a"),)}),
]


@pytest.mark.parametrize(("check", "facts"), ASKED)
def test_each_fact_says_where_it_stands(check, facts):
    (one,) = run_check(check, live(**facts), FACTS, TENANT, DOMAINS, HEADER)
    assert "DC=corp,DC=local" in one.facts["asked"]


@pytest.mark.parametrize(
    ("level", "status", "reason", "severity"),
    [
        (0, "fail", "too-old-for-connect", None),
        (2, "fail", "below-minimum", Severity.HIGH),
        (3, "warn", "no-recycle-bin", None),
        (4, "pass", "supported", None),
        (10, "pass", "supported", None),
    ],
)
def test_the_level_of_the_forest(level, status, reason, severity):
    (one,) = run_check(forest.forest_functional_level_supported, live(level=level))
    assert (str(one.status), one.reason, one.severity) == (status, reason, severity)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (13, ("fail", "schema-too-old")),
        (47, ("warn", "no-managed-accounts")),
        (69, ("pass", "too-old-for-cloud-sync")),
        (88, ("pass", "schema-recent")),
    ],
)
def test_the_schema(version, expected):
    assert said(forest.schema_version_supported, live(schema=version)) == [expected]


def test_the_recycle_bin():
    assert said(forest.recycle_bin_enabled, live(recycle_bin=True)) == [("pass", "on")]
    assert said(forest.recycle_bin_enabled, live(recycle_bin=False)) == [("warn", "off")]


def of_domain(**facts):
    dns = facts.pop("dns", "corp.local")
    return live(domains=(ForestDomain(dns, **facts),))


def test_domains():
    levels = domains.domain_functional_levels_known
    assert said(levels, of_domain(level=2)) == [("warn", "old-level")]
    assert said(levels, of_domain(level=7)) == [("pass", "level-known")]
    dots = domains.netbios_names_without_dots
    assert said(dots, of_domain(netbios="CO.RP")) == [("fail", "dot")]
    assert said(dots, of_domain(netbios="CORP")) == [("pass", "no-dot")]
    labels = domains.domain_names_multi_label
    assert said(labels, of_domain(dns="corp")) == [("fail", "single-label")]
    assert said(labels, of_domain()) == [("pass", "several-labels")]
    policy = domains.password_policy_known
    assert said(policy, of_domain(minimum_length=7)) == [("warn", "short-passwords")]
    (one,) = run_check(
        policy,
        of_domain(minimum_length=14, never_expires=True, complexity=True, fine_grained=("Admins",)),
    )
    assert (str(one.status), one.severity, one.reason) == ("pass", Severity.INFO, "policy-known")
    assert str(one.text).endswith("greatest age unlimited.")
    assert (one.facts["fine_grained"], one.facts["complexity"]) == (["Admins"], "required")


def test_schema_for_recovery():
    (one,) = run_check(
        forest.device_recovery_schema_known, live(schema_names=("ms-mcs-admpwd", "cn"))
    )
    assert "legacy LAPS" in str(one.text)


def test_the_connection_point_of_hybrid_join():
    check = registration.hybrid_join_scp_matches_tenant

    def point(name="contoso.com", ident=TENANT.tenant_id):
        return live(registration=(f"AzureADName:{name}", f"azureADid:{ident}"))

    assert said(check, point(), TENANT, DOMAINS) == [("pass", "this-tenant")]
    assert said(check, point(ident="22222222"), TENANT, DOMAINS) == [("fail", "other-tenant")]
    assert said(check, point("fabrikam.com"), TENANT, DOMAINS) == [("fail", "domain-unverified")]
    assert said(check, live(registration=("junk",)), TENANT, DOMAINS) == [
        ("fail", "domain-unverified")
    ]
    assert said(check, point()) == [("not-assessed", "unconfigured-no-tenant")]
    # another tenant is another tenant, whatever its domains are
    assert said(check, point(ident="22222222"), TENANT) == [("fail", "other-tenant")]
    assert said(check, point(), TENANT) == [("not-assessed", "unconfigured-no-tenant")]
    assert said(check, live(), TENANT, DOMAINS) == [("not-applicable", "not-set-up")]
    assert said(check, live(), TENANT, DOMAINS, planned("hybrid-join")) == [
        ("fail", "no-connection-point")
    ]


def test_cloud_kerberos_trust():
    check = registration.cloud_kerberos_trust_known

    def trust(*told):
        return live(domains=(replace(READ, kerberos_trust=told),))

    assert said(check, live(), TENANT) == [("not-applicable", "not-set-up")]
    assert said(check, trust(), TENANT) == [("pass", "set-up")]
    assert said(check, trust("other")) == [("pass", "set-up")]
    assert said(check, trust(f'{{"t":"{TENANT.tenant_id.upper()}"}}'), TENANT) == [
        ("pass", "this-tenant")
    ]
    assert said(check, trust("other"), TENANT) == [("fail", "other-tenant")]
    # each domain has its own
    two = live(domains=(READ, ForestDomain("a.corp.local", kerberos_trust=("other",))))
    assert said(check, two, TENANT) == [("fail", "other-tenant"), ("not-applicable", "not-set-up")]


def test_rights_management():
    check = registration.rights_management_scp_absent
    there = live(rights_management=("https://rms.corp.local",))
    assert said(check, live()) == [("pass", "absent")]
    assert said(check, there) == [("warn", "present")]
    assert said(check, there, planned("information-protection")) == [("fail", "competes")]


def test_the_federation_farm():
    check = registration.ad_fs_farm_known
    assert said(check, live()) == [("not-applicable", "no-farm")]
    assert said(check, live(domains=(replace(READ, federation=True),))) == [("pass", "farm")]
    named = replace(READ, federation=True, federation_names=("sts.contoso.com",))
    (one,) = run_check(check, live(domains=(named,)))
    assert (one.reason, one.subject.name) == ("farm-named", "corp.local")
    assert 'name = "sts.contoso.com"' in one.steps[0].command


def certificate(days=1000, **facts):
    made = Certificate(b"", "x", key="k", key_type="RSA", key_bits=2048, hash="sha256")
    return replace(made, not_after=NOW + timedelta(days=days), **facts)


def authority(*certificates, **facts):
    return live(authorities=(Authority("CA", "ca1.corp.local", (), certificates),), **facts)


def test_certification_authorities():
    check = certification_authorities.enterprise_certification_authorities_valid
    assert said(check, authority(certificate())) == [("pass", "valid")]
    assert said(check, authority(certificate(-1), certificate())) == [("pass", "valid")]
    assert said(check, authority(certificate(-1))) == [("fail", "expired")]
    assert said(check, authority(certificate(100))) == [("warn", "ends-soon")]
    assert said(check, authority(certificate(hash="sha1"))) == [("fail", "weak")]
    assert said(check, authority(certificate(key_bits=1024))) == [("fail", "weak")]
    assert said(check, authority(certificate(key_type="EC", key_bits=256))) == [("pass", "valid")]
    assert said(check, authority()) == [("not-assessed", "unsupported-no-certificate")]
    assert said(check, live()) == [("not-applicable", "none")]
    assert said(check, live(), planned("device-certificates")) == [("warn", "no-authority")]


def test_templates_of_ndes():
    check = certification_authorities.ndes_templates_published
    hint = live(authorities=(Authority("CA", "", ("cepencryption",)),))
    assert said(check, hint) == [("pass", "hint")]
    assert said(check, live()) == [("not-applicable", "no-hint")]


def test_trust_stores():
    check = certification_authorities.trust_stores_published
    assert said(check, live()) == [("not-applicable", "none")]
    assert said(check, authority(certificate(), trusted=(certificate(),))) == [
        ("pass", "published")
    ]
    assert said(check, authority(certificate(), trusted=(certificate(key="z"),))) == [
        ("warn", "authority-missing")
    ]
    assert said(check, authority(certificate(), trusted=(certificate(-1),))) == [
        ("fail", "all-expired")
    ]
    assert said(check, live(roots=(certificate(-1),))) == [("fail", "roots-expired")]
    assert said(check, live(roots=(certificate(-1), certificate()))) == [("pass", "published")]


def test_radius_servers():
    check = radius.radius_servers_registered
    none = live(radius_members={"corp.local": 0})
    assert said(check, live()) == [("not-assessed", "unconfigured-not-read")]
    assert said(check, live(radius_members={"corp.local": 2})) == [("pass", "registered")]
    assert said(check, none) == [("not-applicable", "none")]
    assert said(check, none, planned("device-certificates")) == [("warn", "none-registered")]


def point(version, *sites):
    made = (ManagementPoint("MP", "cm1.corp.local", "P01", version),)
    return live(management_points=made, management_sites=tuple(map(ManagementSite, sites)))


def test_configuration_manager():
    check = configuration_manager.configuration_manager_known
    assert said(check, point("5.00.9128.1000", "P01")) == [("pass", "published")]
    assert said(check, point("5.00.9128.1000", "P01", "C00")) == [
        ("pass", "published-with-central")
    ]
    assert said(check, live(management_sites=(ManagementSite("C00"),))) == [("pass", "sites-only")]
    assert said(check, live(management_schema=True)) == [("warn", "container-missing")]
    assert said(check, live(management_schema=True, management_container=True)) == [
        ("not-applicable", "none")
    ]
    assert said(check, live()) == [("not-applicable", "none")]
    # a domain that nobody read may hold the container
    two = live(management_schema=True, domains=(READ, ForestDomain("child.corp.local")))
    assert said(check, two) == [("not-assessed", "denied-not-read")]


def test_versions_of_configuration_manager():
    check = configuration_manager.configuration_manager_version_supported
    assert said(check, live(), FACTS) == [("not-applicable", "none")]
    assert said(check, point("5.00.9106.1000"), FACTS) == [("fail", "out-of-support")]
    assert said(check, point("5.00.9141.1000"), FACTS) == [("pass", "in-support")]
    assert said(check, point("5.00.9999.1000"), FACTS) == [("pass", "newer")]
    assert said(check, point("4.0"), FACTS) == [("fail", "far-too-old")]
    assert said(check, point("5.00.9120.1"), FACTS) == [
        ("not-assessed", "unsupported-unknown-version")
    ]
    assert said(check, point(""), FACTS) == [("not-assessed", "unsupported-unknown-version")]


def test_exchange():
    schema = exchange.exchange_schema_present
    (one,) = run_check(schema, live(exchange_schema=17003), FACTS)
    assert (one.reason, str(one.text)) == (
        "present",
        "The Exchange schema is there, with version 17003 (SE).",
    )
    assert said(schema, live(), FACTS) == [("pass", "absent")]
    check = exchange.exchange_version_supported

    def servers(*versions):
        made = (ExchangeServer(f"MX{at}", one, 54) for at, one in enumerate(versions))
        return live(exchange_servers=tuple(made))

    old, older = "Version 15.1 (Build 32507.6)", "Version 15.0 (Build 31497.2)"
    last, new = "Version 15.2 (Build 31748.10)", "Version 15.2 (Build 32562.17)"
    hybrid, cloud = (Scope(plans=Plans(identity=one)) for one in ("hybrid", "cloud-only"))
    assert said(check, live(), FACTS) == [("not-applicable", "no-servers")]
    for one in (old, older, last):
        assert said(check, servers(one), FACTS) == [("warn", "out-of-support")]
        assert said(check, servers(one), FACTS, hybrid) == [("warn", "out-of-support")]
        assert said(check, servers(one), FACTS, cloud) == [("pass", "out-of-support-unused")]
    assert said(check, servers(old, new), FACTS) == [("pass", "supported")]
    assert said(check, servers("?"), FACTS) == [("not-assessed", "unsupported-unknown-build")]
    early = Header(NOW.replace(year=2025, month=1), "test", "contoso.com", complete=True)
    for version, reason in ((last, "supported"), (old, "out-of-support")):
        (one,) = run_check(check, servers(version), FACTS, early)
        assert one.reason == reason
    assert one.affected.rows[0] == (
        "MX0",
        old,
        "mailbox, client access, unified messaging, transport",
    )


def test_the_server_that_was_asked():
    check = sync.writable_domain_controller
    assert said(check, live(read_only=False)) == [("pass", "writable")]
    assert said(check, live(read_only=True)) == [("fail", "read-only")]
    assert said(check, exported()) == [("not-assessed", "unconfigured-not-live")]
    assert said(check, live()) == [("not-assessed", "denied-not-read")]


def test_the_agent_of_cloud_sync():
    check = sync.cloud_sync_agent_prerequisites
    plan = SyncPlan("cloud-sync")
    names = ("msDS-ExternalDirectoryObjectId",)
    assert said(check, live(), SyncPlan()) == [("not-applicable", "not-planned")]
    assert said(check, live(schema=88), plan) == [("not-assessed", "denied-keys")]
    assert said(check, exported(), plan) == [("not-assessed", "unconfigured-keys")]
    assert said(check, live(key_root=False, schema=88), plan) == [("fail", "prerequisites-missing")]
    assert said(check, live(key_root=True, schema=47), plan) == [("fail", "prerequisites-missing")]
    assert said(check, live(key_root=True, schema=69), plan) == [("warn", "schema-before-2016")]
    ready = {"key_root": True, "schema": 88, "schema_names": names}
    assert said(check, live(**ready), plan) == [("pass", "prerequisites-met")]
    for levels, expected in (((4, 4), "prerequisites-missing"), ((4, 5), "prerequisites-met")):
        made = tuple(DomainController(f"DC{at}", level) for at, level in enumerate(levels))
        ((_, reason),) = said(check, live(controllers=made, **ready), plan)
        assert reason == expected
    there = live(domains=(replace(READ, provisioning=True),), schema=88)
    assert said(check, there, plan) == [("pass", "agent-installed")]


def test_the_global_catalog():
    check = sync.global_catalog_attributes_complete
    lacking = live(outside_catalogue=("proxyAddresses",))
    part = DirectoryPart("ldap://dc:3268", 1, (), catalogue=True)
    assert said(check, exported()) == [("not-assessed", "unconfigured-schema")]
    assert said(check, live()) == [("pass", "attributes-complete")]
    assert said(check, lacking) == [("pass", "attributes-not-needed")]
    assert said(check, lacking, DirectoryInput((part,))) == [("warn", "attributes-missing")]
    assert said(check, live(outside_schema=("mailNickname",))) == [("pass", "attributes-unknown")]


def objects(check, *items):
    ground = [one for one in items if not isinstance(one, DirectoryObject)]
    ground.append(DirectoryInput((DirectoryPart("x", 1, ()),)))
    seen = [one for one in items if isinstance(one, DirectoryObject)]
    found = run_check(check, *ground, HEADER, streams={DirectoryObject: seen})
    return {one.subject.name: (str(one.status), one.reason) for one in found}


def controller(name, system):
    return DirectoryObject(f"CN={name},DC=a,DC=b", "computer", name, control=532480, system=system)


def test_domain_controllers():
    check = controllers.DomainControllersSupported
    assert objects(check, DirectoryObject("CN=pc", "computer", "pc", control=4096)) == {
        "domain controllers": ("not-assessed", "unconfigured-no-controllers")
    }
    assert objects(
        check,
        controller("dc1", "Windows Server 2022 Datacenter"),
        controller("dc2", "Windows Server 2012 R2 Standard"),
        controller("dc3", "Samba"),
        controller("dc4", "Windows Server\u00ae 2008 Standard"),
        controller("dc5", "Windows Server 2016 Standard"),
        controller("dc6", "Windows 2000 Server"),
    ) == {
        "dc1.a.b": ("pass", "current-system"),
        "dc2.a.b": ("warn", "old-system"),
        "dc3.a.b": ("not-assessed", "unsupported-unknown-system"),
        "dc4.a.b": ("warn", "old-system"),
        "dc5.a.b": ("warn", "old-system"),
        "dc6.a.b": ("warn", "old-system"),
    }


def test_controllers_too_old_for_cloud_kerberos_trust():
    check = controllers.DomainControllersSupported
    old = objects(check, controller("dc1", "Windows Server 2012 R2 Standard"))
    assert old["domain controllers"] == ("pass", "no-cloud-kerberos")
    assert "domain controllers" not in objects(check, controller("dc1", "Windows Server 2016"))
    assert "domain controllers" not in objects(check, controller("dc1", "Samba"))


def test_controllers_by_their_entries_below_sites():
    """Where the computers were not read; the same controller is never told twice."""
    made = tuple(
        DomainController(f"DC{at}", level) for at, level in enumerate((6, 7, 10, None), start=1)
    )
    found = objects(
        controllers.DomainControllersSupported,
        exported(controllers=made),
        controller("dc1", "Windows Server 2012 R2 Standard"),
    )
    assert found == {
        "dc1.a.b": ("warn", "old-system"),
        "dc2.corp.local": ("not-assessed", "unconfigured-system"),
        "dc3.corp.local": ("pass", "current-level"),
        "dc4.corp.local": ("not-assessed", "unconfigured-system"),
    }
    alone = objects(controllers.DomainControllersSupported, exported(controllers=made[:1]))
    assert alone == {
        "dc1.corp.local": ("warn", "old-level"),
        "domain controllers": ("pass", "no-cloud-kerberos"),
    }


def test_krbtgt():
    def account(days):
        moment = None if days is None else int((NOW - timedelta(days=days)).timestamp())
        return DirectoryObject(
            "CN=krbtgt,DC=a,DC=b", "user", "krbtgt", sam="krbtgt", password_set=moment
        )

    check = controllers.KrbtgtPasswordFresh
    assert objects(check) == {"krbtgt accounts": ("not-assessed", "unconfigured-not-exported")}
    assert objects(check, account(180)) == {"a.b": ("pass", "fresh-password")}
    assert objects(check, account(181)) == {"a.b": ("warn", "old-password")}
    assert objects(check, account(None)) == {"a.b": ("not-assessed", "unconfigured-no-date")}
