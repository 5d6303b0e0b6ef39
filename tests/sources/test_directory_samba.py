"""A real Active Directory: rootDSE, schema, global catalog, StartTLS and LDAPS, its refusals."""

import importlib.util

import pytest

from scanner.cli.main import main
from scanner.config.model import Bind, Config, Directory, Network, Trust
from scanner.evidence.directory import DirectoryInput, DirectoryObject, SyncAccount, Verdict
from scanner.evidence.forest import Forest
from scanner.sources.directory.source import DirectorySource
from scanner.sources.interface import Unavailable
from scanner.words import Reason
from tests.servers.samba import (
    PASSWORD,
    REALM,
    ROOT,
    add,
    domain_controller,
    password,
    search,
    ticket,
)
from tests.sources.gathering import Gathering
from tests.sources.test_directory_source import INSTALLED

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:ssl.match_hostname"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    # the serial number of the certificate that Samba makes for itself is negative at times
    pytest.mark.filterwarnings("ignore:Parsed a serial number"),
]
HOST = "dc1.corp.contoso.test"
SERVICES = f"CN=Services,CN=Configuration,{ROOT}"
ENTRIES = f"""\
dn: CN=Ann Lee,CN=Users,{ROOT}
objectClass: user
sAMAccountName: ann
userPrincipalName: ann lee@contoso.com
displayName: Ann Lee
mail: ann@contoso.com
proxyAddresses: SMTP:ann@contoso.com

dn: CN=Bob,CN=Users,{ROOT}
objectClass: user
sAMAccountName: bob
mail: ann@contoso.com

dn: CN=Device Registration Configuration,{SERVICES}
objectClass: container

dn: CN=62a0ff2e-97b9-4513-943f-0d221bd30080,CN=Device Registration Configuration,{SERVICES}
objectClass: serviceConnectionPoint
keywords: azureADName:contoso.com
keywords: azureADId:11111111-1111-4111-8111-111111111111

dn: CN=Group Key Distribution Service,{SERVICES}
objectClass: container

dn: CN=Master Root Keys,CN=Group Key Distribution Service,{SERVICES}
objectClass: container

dn: CN=RightsManagementServices,{SERVICES}
objectClass: container

dn: CN=SCP,CN=RightsManagementServices,{SERVICES}
objectClass: serviceConnectionPoint
serviceBindingInformation: https://rms.contoso.test/_wmcs/certification

dn: CN=Issuing CA,CN=Enrollment Services,CN=Public Key Services,{SERVICES}
objectClass: pKIEnrollmentService
dNSHostName: ca1.contoso.test
certificateTemplates: CEPEncryption

dn: CN=900274c4-b7d2-43c8-90ee-00a9f650e335,CN=System,{ROOT}
objectClass: serviceConnectionPoint
keywords: 11111111-1111-4111-8111-111111111111

dn: CN=ADFS,CN=Microsoft,CN=Program Data,{ROOT}
objectClass: container

dn: CN=svc-adfs,CN=Users,{ROOT}
objectClass: user
sAMAccountName: svc-adfs
servicePrincipalName: host/sts.contoso.test

dn: CN=Admins,CN=Password Settings Container,CN=System,{ROOT}
objectClass: msDS-PasswordSettings
msDS-PasswordSettingsPrecedence: 10
msDS-PasswordReversibleEncryptionEnabled: FALSE
msDS-PasswordHistoryLength: 24
msDS-PasswordComplexityEnabled: TRUE
msDS-MinimumPasswordLength: 15
msDS-MinimumPasswordAge: -864000000000
msDS-MaximumPasswordAge: -36288000000000
msDS-LockoutThreshold: 0
msDS-LockoutObservationWindow: -18000000000
msDS-LockoutDuration: -18000000000

dn: CN=System Management,CN=System,{ROOT}
objectClass: container

dn: CN=Reader,CN=Users,{ROOT}
objectClass: user
sAMAccountName: reader
userPrincipalName: reader@{REALM}

dn: CN=MSOL_1a2b,CN=Users,{ROOT}
objectClass: user
sAMAccountName: MSOL_1a2b
description: {INSTALLED}

dn: CN=Team,CN=Users,{ROOT}
objectClass: group
sAMAccountName: Team
member: CN=Ann Lee,CN=Users,{ROOT}
member: CN=Bob,CN=Users,{ROOT}

"""


WRONG = f"""\
dn: CN=Wrong,CN=Users,{ROOT}
changetype: add
objectClass: user
cn: Wrong
displayName: Wrong
sAMAccountName: a.very.long.account.name
userPrincipalName: wr ong@contoso.com
proxyAddresses: smtp:ann lee@contoso.com
proxyAddresses: SMTP:wrong@contoso.com
"""


@pytest.fixture(scope="module")
def controller(tmp_path_factory):
    if not any(importlib.util.find_spec(name) for name in ("ldap", "ldap3")):
        pytest.skip("no LDAP library is installed")
    folder = tmp_path_factory.mktemp("dc")
    with domain_controller(folder) as address:
        add(address, ENTRIES)
        yield address, folder / "samba" / "private" / "tls" / "ca.pem"


def gather(controller, scheme, port, monkeypatch, login="userPrincipalName", **bind):
    address, roots = controller
    monkeypatch.setenv("EMSREADY_LDAP_PASSWORD", PASSWORD)
    bind = {"method": "simple", "name": f"Administrator@{REALM}", "timeout": 20.0} | bind
    source = DirectorySource()
    config = Config(
        directory=Directory(
            ldap=f"{scheme}://{HOST}:{port}", bind=Bind(**bind), login_attribute=login
        ),
        network=Network(connect={f"{HOST}:{port}": f"{address}:{port}"}),
        trust=Trust(ca_file=str(roots)),
    )
    gathering = Gathering(config, frozenset(source.kinds))
    source.collect(gathering)
    return gathering


def test_the_forest_tells_its_facts(controller, monkeypatch):
    found = gather(controller, "ldap", 389, monkeypatch, start_tls=True)
    forest = found.every(Forest)[-1]
    assert (forest.name, forest.server) == ("corp.contoso.test", HOST)
    assert (forest.level, forest.schema, forest.recycle_bin, forest.read_only) == (
        4,
        69,
        False,
        False,
    )
    (domain,) = forest.domains
    assert (domain.dns, domain.netbios, domain.minimum_length) == ("corp.contoso.test", "CORP", 7)
    assert "azureADName:contoso.com" in forest.registration
    assert forest.rights_management == ("https://rms.contoso.test/_wmcs/certification",)
    assert forest.exchange_schema is None
    assert {"services", "schema", "partitions", "controllers"} <= set(forest.looked)
    assert forest.radius_members == {"corp.contoso.test": 0}
    assert [(one.name, one.level, one.read_only) for one in forest.controllers] == [
        ("DC1", 4, False)
    ]
    (authority,) = forest.authorities
    assert (authority.host, authority.templates) == ("ca1.contoso.test", ("CEPEncryption",))
    assert forest.management_container
    assert not forest.management_schema
    assert "mailNickname" in forest.outside_schema
    assert "proxyAddresses" not in forest.outside_schema
    assert forest.key_root is False  # an administrator sees that there is none
    assert set(domain.looked) == {"accounts", "program data", "system"}
    assert (domain.kerberos_trust, domain.fine_grained, domain.provisioning) == (
        ("11111111-1111-4111-8111-111111111111",),
        ("Admins",),
        None,
    )
    assert (domain.federation, domain.federation_names) == (True, ("sts.contoso.test",))


def test_an_ordinary_account_knows_what_it_may_not_see(controller, monkeypatch):
    """Readable for everybody by default: all but password settings and keys."""
    password(controller[0], f"CN=Reader,CN=Users,{ROOT}")
    reader = f"reader@{REALM}"
    found = gather(controller, "ldap", 389, monkeypatch, start_tls=True, name=reader)
    forest = found.every(Forest)[-1]
    assert forest.key_root is None
    (domain,) = forest.domains
    assert domain.fine_grained == ()
    assert (forest.level, forest.recycle_bin, domain.minimum_length) == (4, False, 7)
    assert forest.absent("services")
    assert forest.absent("system")
    assert forest.rights_management is not None
    assert domain.federation


def test_objects_are_judged_as_from_a_file(controller, monkeypatch):
    found = gather(controller, "ldaps", 636, monkeypatch)
    ground = found.one(DirectoryInput)
    objects = {one.name: one for one in found.streams[DirectoryObject].items}
    assert [fault.kinds for fault in objects["Ann Lee"].faults] == [("character",)]
    assert ground.verdict(objects["krbtgt"]) is Verdict.STAYS
    assert ground.verdict(objects["Ann Lee"]) is Verdict.SYNCS
    assert objects["Team"].members == 2
    assert objects["Ann Lee"].guid.count("-") == 4
    assert not ground.carries("mailNickname")  # there is no Exchange schema
    assert ground.carries("targetAddress") is False
    account = SyncAccount("MSOL_1a2b", "SYNC1", "contoso.onmicrosoft.com")
    assert ground.sync_accounts == (account,)
    assert ground.foreign_groups == 0  # well-known principals are no members of other forests
    assert any(one.startswith("CN=Administrator,") for one in ground.privileged)


def test_fixes_are_taken_and_taken_back(controller, monkeypatch, tmp_path):
    """Delete and add in one change: for single values too, and for the name of the account."""
    add(controller[0], WRONG)
    names = ("sAMAccountName", "userPrincipalName", "displayName", "proxyAddresses", "mail")

    def held():
        text = search(controller[0], f"CN=Wrong,CN=Users,{ROOT}", *names)
        return sorted(line for line in text.splitlines() if line)

    before = held()
    export = tmp_path / "wrong.ldif"
    export.write_text("\n".join((*WRONG.splitlines(), "objectClass: user")) + "\n")
    folder = tmp_path / "fixes"
    assert main(["directory", "check", "-q", str(export), "--fixes", str(folder)]) == 0
    groups = sorted(path.name for path in folder.iterdir() if path.is_dir())
    assert groups == [
        "proxyAddresses-character",
        "sAMAccountName-length",
        "userPrincipalName-character",
    ]
    for group in groups:
        add(controller[0], (folder / group / "fix.ldif").read_text())
    fixed = held()
    assert "sAMAccountName: a.very.long.account" in fixed
    assert "proxyAddresses: smtp:annlee@contoso.com" in fixed
    for group in groups:
        add(controller[0], (folder / group / "undo.ldif").read_text())
    assert held() == before


def test_the_global_catalog_says_what_it_lacks(controller, monkeypatch):
    found = gather(controller, "ldap", 3268, monkeypatch, start_tls=True)
    assert found.one(DirectoryInput).parts[0].catalogue
    assert "mS-DS-ConsistencyGuid" in found.every(Forest)[-1].outside_catalogue
    names = {one.name for one in found.streams[DirectoryObject].items}
    assert {"Ann Lee", "Bob", "Team"} <= names


def test_another_login_attribute_is_known_where_the_server_has_it(controller, monkeypatch):
    found = gather(controller, "ldap", 389, monkeypatch, "employeeID", start_tls=True)
    assert found.one(DirectoryInput).carries("employeeID")
    # a global catalog has no such attribute, which is not the same as users without one
    found = gather(controller, "ldap", 3268, monkeypatch, "employeeID", start_tls=True)
    assert not found.one(DirectoryInput).carries("employeeID")
    assert found.one(DirectoryInput).carries("userPrincipalName")


def test_a_password_in_the_open_is_refused_by_the_server_too(controller, monkeypatch):
    with pytest.raises(Unavailable) as caught:
        gather(controller, "ldap", 389, monkeypatch, unprotected=True)
    assert caught.value.missing.reason is Reason.UNSUPPORTED
    assert "TLS" in caught.value.missing.detail


def test_without_a_bind_there_are_no_objects(controller, monkeypatch):
    with pytest.raises(Unavailable) as caught:
        gather(controller, "ldap", 389, monkeypatch, method="anonymous", name="")
    assert caught.value.missing.reason is Reason.DENIED


def test_a_wrong_password_is_said_in_words(controller, monkeypatch):
    with pytest.raises(Unavailable) as caught:
        gather(controller, "ldaps", 636, monkeypatch, name=f"nobody@{REALM}")
    assert caught.value.missing.reason is Reason.DENIED


def test_kerberos_signs_and_seals_without_tls(controller, monkeypatch, tmp_path):
    pytest.importorskip("ldap")
    for name, value in ticket(controller[0], tmp_path).items():
        monkeypatch.setenv(name, value)
    found = gather(controller, "ldap", 389, monkeypatch, method="kerberos", name="")
    assert "Ann Lee" in {one.name for one in found.streams[DirectoryObject].items}


def test_without_a_ticket_kerberos_is_denied(controller, monkeypatch, tmp_path):
    pytest.importorskip("ldap")
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/none")
    with pytest.raises(Unavailable) as caught:
        gather(controller, "ldap", 389, monkeypatch, method="kerberos", name="")
    assert caught.value.missing.reason is Reason.DENIED


def test_a_redirected_ldaps_is_never_spoken_in_the_open(controller, monkeypatch):
    pytest.importorskip("ldap")
    with pytest.raises(Unavailable) as caught:
        gather(controller, "ldaps", 636, monkeypatch, method="kerberos", name="")
    assert "start_tls" in caught.value.missing.detail
