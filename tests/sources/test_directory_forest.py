"""Facts about a forest out of exports: the configuration partition, the schema, the domains."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from scanner.evidence.forest import DomainController, ExchangeServer, ManagementSite
from scanner.evidence.forest import Forest as ForestFacts
from scanner.lab.authority import Authority
from scanner.sources.directory.export_help import ATTRIBUTES
from tests.sources.test_directory_source import gather, text_of

ROOT = "DC=corp,DC=local"
CONFIGURATION = f"CN=Configuration,{ROOT}"
SERVICES = f"CN=Services,{CONFIGURATION}"
KEYS = f"CN=Public Key Services,{SERVICES}"
TENANT = "11111111-1111-4111-8111-111111111111"


def entry(dn, kind, *classes, **values):
    made = {"dn": [dn], "objectClass": ["top", *classes, kind]}
    made["cn"] = [dn.partition(",")[0].partition("=")[2]]
    return made | {name: one if isinstance(one, list) else [one] for name, one in values.items()}


def container(dn):
    return entry(dn, "container")


def configuration(certificate=b"\x30\x00"):
    partitions = f"CN=Partitions,{CONFIGURATION}"
    settings = "CN=NTDS Settings,CN={},CN=Servers,CN=Site,CN=Sites," + CONFIGURATION
    exchange = f"CN=Contoso,CN=Microsoft Exchange,{SERVICES}"
    level = "msDS-Behavior-Version"
    yield entry(
        partitions,
        "crossRefContainer",
        uPNSuffixes=["contoso.com"],
        **{level: "7", "msDS-EnabledFeature": f"CN=Recycle Bin Feature,CN=Optional,{SERVICES}"},
    )
    yield entry(f"CN=CORP,{partitions}", "crossRef", nETBIOSName="CORP", dnsRoot="corp.local")
    yield entry(f"CN=SUB,{partitions}", "crossRef", nETBIOSName="SUB", dnsRoot="sub.corp.local")
    yield entry(f"CN=TREE,{partitions}", "crossRef", nETBIOSName="TREE", dnsRoot="tree.example")
    yield entry(f"CN=Zones,{partitions}", "crossRef", dnsRoot="ForestDnsZones.corp.local")
    yield entry(settings.format("DC1"), "nTDSDSA", **{level: "7"})
    yield entry(settings.format("DC2"), "nTDSDSARO", "nTDSDSA", **{level: "5"})
    yield container(SERVICES)
    yield container(f"CN=Device Registration Configuration,{SERVICES}")
    yield entry(
        "CN=62a0ff2e-97b9-4513-943f-0d221bd30080,CN=Device Registration Configuration," + SERVICES,
        "serviceConnectionPoint",
        keywords=["azureADName:contoso.com", f"azureADId:{TENANT}"],
    )
    yield entry(
        f"CN=SCP,CN=RightsManagementServices,{SERVICES}",
        "serviceConnectionPoint",
        serviceBindingInformation="https://rms.corp.local/_wmcs/certification",
    )
    yield entry(
        f"CN=CA 1,CN=Enrollment Services,{KEYS}",
        "pKIEnrollmentService",
        dNSHostName="CA1.corp.local",
        certificateTemplates=["Machine", "CEPEncryption"],
        cACertificate=certificate,
        **{"msPKI-Enrollment-Servers": "1\n4\n1\nhttps://ca1.corp.local/ces\n0"},
    )
    yield entry(
        f"CN=NTAuthCertificates,{KEYS}", "certificationAuthority", cACertificate=certificate
    )
    yield entry(
        f"CN=Root,CN=Certification Authorities,{KEYS}",
        "certificationAuthority",
        cACertificate=certificate,
    )
    yield entry(
        f"CN=1,CN=Master Root Keys,CN=Group Key Distribution Service,{SERVICES}",
        "msKds-ProvRootKey",
    )
    yield entry(exchange, "msExchOrganizationContainer", objectVersion="16763")
    yield entry(
        f"CN=MX1,CN=Servers,{exchange}",
        "msExchExchangeServer",
        serialNumber="Version 15.2 (Build 32562.17)",
        msExchCurrentServerRoles="54",
    )


def schema(*more, count=1001):
    base = f"CN=Schema,{CONFIGURATION}"
    yield entry(base, "dMD", objectVersion="88")
    known = [*ATTRIBUTES, *more, *(f"attribute{number}" for number in range(count))]
    for name in known:
        flag = "FALSE" if name == "mS-DS-ConsistencyGuid" else "TRUE"
        yield entry(
            f"CN={name},{base}",
            "attributeSchema",
            lDAPDisplayName=name,
            isMemberOfPartialAttributeSet=flag,
        )
    version = f"CN=ms-Exch-Schema-Version-Pt,{base}"
    yield entry(version, "attributeSchema", lDAPDisplayName="msExchVersion", rangeUpper="17003")


def head(root, **values):
    values = {"msDS-Behavior-Version": "7", "minPwdLength": "14", "maxPwdAge": "0"} | values
    return entry(root, "domainDNS", **values)


def domain(root=ROOT):
    system = f"CN=System,{root}"
    yield container(f"CN=Policies,{system}")
    yield container(f"CN=System Management,{system}")
    yield container(f"CN=ADFS,CN=Microsoft,CN=Program Data,{root}")
    yield entry(
        f"CN=900274c4-b7d2-43c8-90ee-00a9f650e335,{system}",
        "serviceConnectionPoint",
        keywords=f'{{"TenantId":"{TENANT}"}}',
    )
    management = f"CN=System Management,{system}"
    yield entry(
        f"CN=SMS-MP-P01,{management}",
        "mSSMSManagementPoint",
        mSSMSMPName="SMS-MP-P01",
        dNSHostName="CM1.corp.local",
        mSSMSSiteCode="P01",
        mSSMSVersion="5.00.9106.1000",
    )
    yield entry(
        f"CN=SMS-Site-C00,{management}",
        "mSSMSSite",
        mSSMSSiteCode="C00",
        mSSMSSourceForest="Corp.local",
        mSSMSAssignmentSiteCode="C00",
    )
    yield entry(f"CN=Admins,CN=Password Settings Container,{system}", "msDS-PasswordSettings")
    yield entry(
        f"CN=provAgentgMSA,CN=Managed Service Accounts,{root}",
        "msDS-GroupManagedServiceAccount",
        "computer",
        servicePrincipalName=["host/sts.contoso.com", "http/sts.contoso.com", 'host/"a.b'],
    )
    yield entry(
        f"CN=Microsoft Exchange System Objects,{root}",
        "msExchSystemObjectsContainer",
        objectVersion="13243",
    )
    yield entry(
        f"CN=AzureADKerberos,OU=Domain Controllers,{root}",
        "computer",
        sAMAccountName="AzureADKerberos$",
    )


def facts(tmp_path, *texts):
    return gather(tmp_path, *texts).every(ForestFacts)


def test_everything_that_an_export_tells(tmp_path):
    authority = Authority().root.certificate
    text = text_of(
        *configuration(authority.public_bytes(Encoding.DER)), *schema(), head(ROOT), *domain()
    )
    (found,) = facts(tmp_path, text)
    assert (found.name, found.level, found.schema, found.recycle_bin) == ("corp.local", 7, 88, True)
    assert found.suffixes == ("contoso.com",)
    assert found.controllers == (
        DomainController("DC1", 7),
        DomainController("DC2", 5, read_only=True),
    )
    assert found.registration == ("azureADName:contoso.com", f"azureADId:{TENANT}")
    assert found.rights_management == ("https://rms.corp.local/_wmcs/certification",)
    (one,) = found.authorities
    assert (one.name, one.host, len(one.certificates)) == ("CA 1", "ca1.corp.local", 1)
    assert "https://ca1.corp.local/ces" in one.services[0]
    assert (len(found.trusted), len(found.roots), found.key_root) == (1, 1, True)
    assert (found.exchange_schema, found.exchange_organisation) == (17003, 16763)
    assert found.exchange_servers == (ExchangeServer("MX1", "Version 15.2 (Build 32562.17)", 54),)
    assert [(one.host, one.site) for one in found.management_points] == [("cm1.corp.local", "P01")]
    assert found.management_sites == (ManagementSite("C00", "corp.local", "C00"),)
    assert found.outside_catalogue == ("mS-DS-ConsistencyGuid",)
    assert found.outside_schema == ()
    assert {"partitions", "schema", "schema version", "services", "controllers"} <= {*found.looked}
    assert [one.dns for one in found.domains] == ["corp.local", "sub.corp.local", "tree.example"]
    mine = found.domains[0]
    assert (mine.netbios, mine.level, mine.minimum_length) == ("CORP", 7, 14)
    assert (mine.never_expires, mine.fine_grained, mine.exchange) == (True, ("Admins",), 13243)
    assert (mine.federation, mine.federation_names) == (True, ("sts.contoso.com",))
    assert (mine.provisioning, mine.looked) == (True, ("program data", "system"))
    assert TENANT in mine.kerberos_trust[0]


@pytest.mark.parametrize("order", [1, -1])
def test_domains_of_one_forest_come_together_in_any_order(tmp_path, order):
    """A child, and a tree with another name: the partitions say that both belong to the forest."""
    texts = [
        text_of(*configuration()),
        text_of(head("DC=sub,DC=corp,DC=local"), *domain("DC=sub,DC=corp,DC=local")),
        text_of(head("DC=tree,DC=example", minPwdLength="7")),
    ]
    (found,) = facts(tmp_path, *texts[::order])
    assert found.name == "corp.local"
    assert [(one.dns, one.level) for one in found.domains] == [
        ("corp.local", None),
        ("sub.corp.local", 7),
        ("tree.example", 7),
    ]
    # two of three domains say nothing about what lies in CN=System
    assert not found.absent("system")
    assert [point.site for point in found.management_points] == ["P01"]


def test_what_was_not_exported_is_unknown(tmp_path):
    """The attribute of the recycle bin is gone both where it is off and where nobody asked for it."""
    (found,) = facts(
        tmp_path,
        text_of(
            entry(f"CN=Partitions,{CONFIGURATION}", "crossRefContainer", uPNSuffixes="a.example"),
            container(SERVICES),
            container(f"CN=System,{ROOT}"),
        ),
    )
    assert found.recycle_bin is None
    assert not found.absent("services")
    assert not found.absent("system")
    (found,) = facts(tmp_path, text_of(*schema("mSSMSMPName", count=10)))
    assert found.management_schema
    assert not found.absent("schema")


def test_a_schema_without_exchange(tmp_path):
    some = [one for one in schema() if one["cn"][0] not in ("mailNickname", "targetAddress")]
    (found,) = facts(tmp_path, text_of(*some))
    assert found.outside_schema == ("mailNickname", "targetAddress")


def test_radius_servers_are_known_where_members_are(tmp_path):
    group = entry(
        f"CN=RAS and IAS Servers,CN=Users,{ROOT}", "group", sAMAccountName="RAS and IAS Servers"
    )
    (found,) = facts(tmp_path, text_of(*configuration(), group))
    assert found.radius_members == {}
    other = entry(f"CN=Team,{ROOT}", "group", sAMAccountName="Team", member=f"CN=a,{ROOT}")
    (found,) = facts(tmp_path, text_of(*configuration(), group, other))
    assert found.radius_members == {"corp.local": 0}
