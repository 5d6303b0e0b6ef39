"""Reading a directory over LDAP from a real server, by each library that is there."""

import re
from dataclasses import replace

import pytest

from scanner.config.model import Bind, Config, Directory, Network, Trust
from scanner.evidence.codec import plain
from scanner.evidence.directory import Collision, DirectoryInput, DirectoryObject
from scanner.evidence.forest import Forest
from scanner.lab.authority import Authority
from scanner.sources.directory import live
from scanner.sources.directory.source import DirectorySource
from scanner.sources.interface import Unavailable
from scanner.words import Reason
from tests.servers.parts import free_port
from tests.servers.slapd import PASSWORD, READER, SUFFIX, slapd
from tests.sources.gathering import Gathering
from tests.sources.libraries import LIBRARIES, leave_only

pytestmark = [  # both are ldap3's own affairs, on Python 3.11
    pytest.mark.filterwarnings("ignore:ssl.match_hostname"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PEOPLE = 2300


def person(number):
    mail = f"user{number % (PEOPLE - 1)}@contoso.com"  # the last one repeats the first
    other = "description: user7@contoso.com\n" if number == 7 else ""
    return (
        f"dn: cn=User {number},{SUFFIX}\nobjectClass: top\nobjectClass: user\ncn: User {number}\n"
        f"objectCategory: person\ndisplayName: User {number}\nmail: {mail}\n"
        f"sAMAccountName: user{number}\nuserPrincipalName: user{number}@contoso.com\n"
        f"proxyAddresses: SMTP:user{number}@contoso.com\nproxyAddresses: smtp:u {number}@contoso.com\n"
        f"userAccountControl: 512\n{other}\n"
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slapd")
    authority = Authority()
    pem = folder / "server.pem"
    issued = authority.issue(["dc1.contoso.com"])
    pem.write_bytes(issued.pem())
    roots = folder / "roots.pem"
    roots.write_bytes(authority.root_pem())
    text = "".join(map(person, range(PEOPLE)))
    with slapd(folder, text, certificate=pem) as port:
        yield port, roots, folder


@pytest.fixture(params=LIBRARIES)
def library(request, monkeypatch):
    """Only that library is there."""
    leave_only(request.param, monkeypatch)
    return request.param


def gather(server, *, redirect=None, trust=True, login="userPrincipalName", **bind):
    port, roots, _ = server
    source = DirectorySource()
    config = Config(
        directory=Directory(
            ldap=f"ldap://{redirect or '127.0.0.1'}:{389 if redirect else port}",
            base=(SUFFIX,),
            login_attribute=login,
            bind=Bind(timeout=10, **bind),
        ),
        trust=Trust(ca_file=str(roots) if trust else ""),
    )
    if redirect:
        connect = {f"{redirect}:389": f"127.0.0.1:{port}"}
        config = replace(config, network=Network(connect=connect))
    gathering = Gathering(config, frozenset(source.kinds))
    source.collect(gathering)
    return gathering


def test_all_entries_come_page_by_page(server, library):
    gathering = gather(server)
    objects = gathering.streams[DirectoryObject].items
    assert len(objects) == PEOPLE
    assert gathering.streams[DirectoryObject].missing is None
    assert {one.kinds for item in objects for one in item.faults} == {("character",)}
    shared = [one for one in gathering.streams[Collision].items if one.attribute == "mail"]
    assert [len(one.holders) for one in shared] == [2]
    assert gathering.one(DirectoryInput).carries("proxyAddresses")
    # a directory that is none of Microsoft's has no forest facts, which is said
    assert gathering.gap(Forest).reason is Reason.UNCONFIGURED


def test_live_and_exported_give_the_same_objects(server, library, tmp_path):
    live_objects = gather(server).streams[DirectoryObject].items
    path = tmp_path / "users.ldif"
    path.write_text("".join(map(person, range(PEOPLE))))
    source = DirectorySource()
    exported = Gathering(Config(directory=Directory(files=(str(path),))), frozenset(source.kinds))
    source.collect(exported)

    def by_name(items):
        return sorted((plain(one) for one in items), key=lambda one: one["dn"].casefold())

    assert by_name(live_objects) == by_name(exported.streams[DirectoryObject].items)


def test_another_login_attribute_comes_with_the_entries(server, library):
    gathering = gather(server, login="description")
    objects = gathering.streams[DirectoryObject].items
    assert gathering.one(DirectoryInput).carries("description")
    assert {item.login for item in objects} == {None, "user7@contoso.com"}


def test_a_password_goes_over_tls_only(server, library, monkeypatch):
    monkeypatch.setenv("EMSREADY_LDAP_PASSWORD", PASSWORD)
    with pytest.raises(Unavailable) as caught:
        gather(server, method="simple", name=READER)
    assert "unprotected" in caught.value.missing.detail
    protected = gather(
        server, redirect="dc1.contoso.com", method="simple", name=READER, start_tls=True
    )
    assert len(protected.streams[DirectoryObject].items) == PEOPLE
    open_to_all = gather(server, method="simple", name=READER, unprotected=True)
    assert len(open_to_all.streams[DirectoryObject].items) == PEOPLE


def test_a_wrong_password_is_denied(server, library, monkeypatch):
    monkeypatch.setenv("EMSREADY_LDAP_PASSWORD", "wrong")
    with pytest.raises(Unavailable) as caught:
        gather(server, method="simple", name=READER, unprotected=True)
    assert caught.value.missing.reason is Reason.DENIED
    assert "wrong" not in caught.value.missing.detail


def test_an_unknown_root_is_no_reason_to_go_on(server, library, monkeypatch):
    monkeypatch.setenv("EMSREADY_LDAP_PASSWORD", PASSWORD)
    with pytest.raises(Unavailable) as caught:
        gather(server, redirect="dc1.contoso.com", trust=False, start_tls=True)
    assert caught.value.missing.reason is Reason.UNREACHABLE


def test_a_name_that_is_not_in_the_certificate_is_refused(server, library):
    with pytest.raises(Unavailable) as caught:
        gather(server, redirect="other.contoso.com", start_tls=True)
    assert caught.value.missing.reason is Reason.UNREACHABLE


def test_nobody_listening_is_unreachable(server, library):
    with pytest.raises(Unavailable) as caught:
        gather((free_port(), *server[1:]))
    assert caught.value.missing.reason is Reason.UNREACHABLE


def test_the_server_saw_binds_and_searches_only(server):
    log = (server[2] / "log").read_text(errors="replace")
    operations = set(re.findall(r"op=\d+ ([A-Z]+)", log))
    assert "SRCH" in operations
    assert operations <= {"BIND", "SRCH", "UNBIND", "RESULT", "SEARCH", "STARTTLS", "EXT"}


def test_without_a_library_it_says_what_to_install(server, monkeypatch):
    def none(name, *more):
        raise ImportError(name)

    monkeypatch.setattr(live.importlib, "import_module", none)
    with pytest.raises(Unavailable) as caught:
        gather(server)
    assert "emsready[ldap]" in caught.value.missing.detail
