"""What Active Directory alone does over LDAP, by each library: ranges, other login names, forests."""

import pytest

from scanner.config.model import Bind, Config, Directory
from scanner.evidence.directory import Collision, DirectoryInput, DirectoryObject
from scanner.evidence.forest import Forest
from scanner.sources.directory.source import DirectorySource
from scanner.sources.interface import Unavailable
from scanner.words import Reason
from tests.servers.ldap_double import BIND, SEARCH, UNBIND, ldap_double
from tests.servers.parts import free_port
from tests.sources.gathering import Gathering
from tests.sources.libraries import LIBRARIES, leave_only

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
MOST = 1500
"""Values of one answer: MaxValRange of Active Directory."""


@pytest.fixture(params=LIBRARIES)
def library(request, monkeypatch):
    """Only that library is there."""
    leave_only(request.param, monkeypatch)
    return request.param


class Domain:
    """A domain of one server: people, groups, and a schema."""

    def __init__(self, root="DC=contoso,DC=com", schema=(), catalogue=(), members=0):
        self.root = root
        self.schema = {
            name: "FALSE" if name not in catalogue else "TRUE"
            for name in (
                "objectClass", "cn", "displayName", "mail", "sAMAccountName", "userPrincipalName",
                "proxyAddresses", "member", "groupType", "objectGUID", *schema,
            )
        }  # fmt: skip
        self.people = {}
        self.members = [f"CN=m{number},{root}" for number in range(members)]

    def person(self, name, **attributes):
        dn = f"CN={name},CN=Users,{self.root}"
        self.people[dn] = {
            "objectClass": ["top", "user"],
            "objectCategory": [f"CN=Person,CN=Schema,CN=Configuration,{self.root}"],
            "cn": [name],
            "displayName": [name],
            "sAMAccountName": [name],
            **{key: [value] for key, value in attributes.items()},
        }
        return self

    def __call__(self, asked):
        configuration = f"CN=Configuration,{self.root}"
        if (asked.base, asked.scope) == ("", "base"):
            yield (
                "",
                {
                    "namingContexts": [self.root, configuration],
                    "defaultNamingContext": [self.root],
                    "rootDomainNamingContext": [self.root],
                    "configurationNamingContext": [configuration],
                    "schemaNamingContext": [f"CN=Schema,{configuration}"],
                    "dnsHostName": ["dc1"],
                },
            )
        elif asked.base.startswith("CN=Schema,") and asked.scope == "one":
            for name, flag in self.schema.items():
                yield (
                    f"CN={name},{asked.base}",
                    {
                        "objectClass": ["top", "attributeSchema"],
                        "cn": [name],
                        "lDAPDisplayName": [name],
                        "isMemberOfPartialAttributeSet": [flag],
                    },
                )
        elif asked.scope == "subtree" and asked.base in ("", self.root):
            wanted = {one.lower() for one in asked.attributes}
            for dn, held in self.people.items():
                yield dn, {name: held[name] for name in held if name.lower() in wanted}
            if self.members:
                yield (
                    self._group(),
                    {
                        "objectClass": ["top", "group"],
                        "cn": ["All"],
                        "sAMAccountName": ["All"],
                        "groupType": ["-2147483646"],
                        **self._range(0),
                    },
                )
        elif asked.base == self._group() and asked.attributes[0].startswith("member;range="):
            first = int(asked.attributes[0].partition("=")[2].partition("-")[0])
            yield asked.base, self._range(first)

    def _group(self):
        return f"CN=All,CN=Users,{self.root}"

    def _range(self, first):
        """The members from that one on, as many as one answer holds ([MS-ADTS] 3.1.1.3.1.3.3)."""
        last = first + MOST
        end = "*" if last >= len(self.members) else last - 1
        found = {f"member;range={first}-{end}": self.members[first:last]}
        return {"member": [], **found} if first == 0 else found


def gather(*ports, **more):
    source = DirectorySource()
    servers = tuple(f"ldap://127.0.0.1:{port}" for port in ports)
    section = Directory(
        ldap=servers if len(servers) > 1 else servers[0], bind=Bind(timeout=5), **more
    )
    gathering = Gathering(Config(directory=section), frozenset(source.kinds))
    source.collect(gathering)
    return gathering


@pytest.mark.parametrize("members", [1, MOST, MOST + 1, 2 * MOST, 4321])
def test_all_members_of_a_large_group_are_counted(library, members):
    with ldap_double(Domain(members=members)) as server:
        found = gather(server.port)
    (group,) = found.streams[DirectoryObject].items
    assert (group.members, group.more_members) == (members, False)
    assert found.one(DirectoryInput).carries("member")
    follow_ups = [one.attributes[0] for one in server.asked if one.base.startswith("CN=All,")]
    assert follow_ups == [f"member;range={first}-*" for first in range(MOST, members, MOST)]


def test_only_bind_search_and_unbind_are_ever_said(library):
    with ldap_double(Domain(members=4321).person("ann")) as server:
        gather(server.port)
    assert set(server.seen) == {BIND, SEARCH, UNBIND}


def test_members_that_the_server_stops_giving_are_a_part(library):
    whole = Domain(members=4321)

    def stingy(asked):
        return () if asked.attributes[0] == f"member;range={2 * MOST}-*" else whole(asked)

    with ldap_double(stingy) as server:
        (group,) = gather(server.port).streams[DirectoryObject].items
    assert (group.members, group.more_members) == (2 * MOST, True)


def test_a_group_that_cannot_be_asked_again_costs_no_other(library):
    whole = Domain(members=4321).person("ann")

    def refusing(asked):
        if asked.attributes[0].startswith("member;range="):
            raise PermissionError
        return whole(asked)

    with ldap_double(refusing) as server:
        found = gather(server.port)
    sizes = {item.name: item.members for item in found.streams[DirectoryObject].items}
    assert sizes == {"ann": 0, "All": MOST}
    assert found.streams[DirectoryObject].missing is None


def test_another_login_attribute_is_asked_for_and_known(library):
    domain = Domain(schema=("employeeID",)).person("ann", employeeID="ann@contoso.com")
    with ldap_double(domain) as server:
        found = gather(server.port, login_attribute="employeeID")
    (ann,) = found.streams[DirectoryObject].items
    assert ann.login == "ann@contoso.com"
    assert found.one(DirectoryInput).carries("employeeID")
    assert any("employeeid" in one.attributes for one in server.asked)


def test_a_login_attribute_that_nobody_has_is_empty_and_not_unasked(library):
    with ldap_double(Domain(schema=("employeeID",)).person("ann")) as server:
        found = gather(server.port, login_attribute="employeeID")
    assert found.one(DirectoryInput).carries("employeeID")
    with ldap_double(Domain().person("ann")) as server:
        found = gather(server.port, login_attribute="employeeID")
    assert not found.one(DirectoryInput).carries("employeeID")


def forests():
    ours = Domain("DC=contoso,DC=com").person("ann", mail="ann@contoso.com")
    theirs = Domain("DC=fabrikam,DC=com").person("bob", mail="ann@contoso.com")
    return ours, theirs


def test_several_forests_are_read_in_one_run(library):
    ours, theirs = forests()
    with ldap_double(ours) as one, ldap_double(theirs) as two:
        found = gather(one.port, two.port)
    assert [item.name for item in found.streams[DirectoryObject].items] == ["ann", "bob"]
    assert sorted({one.name for one in found.every(Forest)}) == ["contoso.com", "fabrikam.com"]
    parts = found.one(DirectoryInput).parts
    assert [part.name for part in parts] == [
        f"ldap://127.0.0.1:{one.port}",
        f"ldap://127.0.0.1:{two.port}",
    ]
    shared = [item for item in found.streams[Collision].items if item.attribute == "mail"]
    assert [len(item.holders) for item in shared] == [2]


def test_a_forest_that_is_gone_costs_only_itself(library):
    ours, _ = forests()
    gone = free_port()
    with ldap_double(ours) as one:
        found = gather(gone, one.port)
    assert [item.name for item in found.streams[DirectoryObject].items] == ["ann"]
    missing = found.streams[DirectoryObject].missing
    assert missing.reason is Reason.UNREACHABLE
    assert f"127.0.0.1:{gone}" in missing.detail


def test_forests_that_are_all_gone_are_all_named(library):
    gone = free_port(), free_port()
    with pytest.raises(Unavailable) as caught:
        gather(*gone)
    assert all(str(port) in caught.value.missing.detail for port in gone)


def test_a_second_server_of_one_forest_repeats_nothing(library):
    ours, _ = forests()
    with ldap_double(ours) as one, ldap_double(ours) as two:
        found = gather(one.port, two.port)
    assert len(found.streams[DirectoryObject].items) == 1
    assert found.one(DirectoryInput).parts[1].skipped == {"the same object again": 1}
