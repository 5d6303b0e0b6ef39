"""What the result codes of LDAP mean, and what is kept when a reading breaks off, by each library."""

import time

import pytest

from scanner.config.model import Bind, Config, Directory
from scanner.evidence.directory import DirectoryInput, DirectoryObject
from scanner.sources.directory.session import Patience
from scanner.sources.directory.source import DirectorySource
from scanner.sources.interface import Unavailable
from scanner.words import Reason
from tests.servers.ldap_double import LOST, PAGE, Reference, ResultError, ldap_double
from tests.sources.gathering import Gathering
from tests.sources.libraries import LIBRARIES, leave_only

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
ROOT = "DC=contoso,DC=com"


@pytest.fixture(params=LIBRARIES, autouse=True)
def library(request, monkeypatch):
    """Only that library is there, and nobody waits long."""
    leave_only(request.param, monkeypatch)
    monkeypatch.setattr(Patience, "pause", 0.01)
    return request.param


def person(number):
    name = f"u{number}"
    held = {"objectClass": ["top", "user"], "objectCategory": ["person"], "cn": [name]}
    return f"CN={name},{ROOT}", held | {"sAMAccountName": [name], "displayName": [name]}


class Script:
    """A server that is no Active Directory, and answers each reading of the tree by the next script."""

    def __init__(self, *scripts):
        self._scripts = list(scripts)
        self.readings = 0

    def __call__(self, asked):
        if asked.base == "":
            yield "", {"namingContexts": [ROOT]}
            return
        self.readings += 1
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        for one in script:
            if isinstance(one, Exception):
                raise one
            if callable(one):
                one()
            else:
                yield one


def gather(server, *, timeout=5.0, base=(ROOT,)):
    source = DirectorySource()
    section = Directory(
        ldap=f"ldap://127.0.0.1:{server.port}", base=base, bind=Bind(timeout=timeout)
    )
    gathering = Gathering(Config(directory=section), frozenset(source.kinds))
    source.collect(gathering)
    return gathering


def refused(*script, **more):
    """Why nothing could be read."""
    with ldap_double(Script(script)) as server, pytest.raises(Unavailable) as caught:
        gather(server, **more)
    return caught.value.missing


def names(gathering):
    return [item.name for item in gathering.streams[DirectoryObject].items]


@pytest.mark.parametrize(
    ("result", "reason", "words"),
    [
        (ResultError(1, "000004DC: In order to perform this operation a successful bind must be"
                   " completed on the connection."), Reason.DENIED, "wants a bind"),
        (ResultError(1, "00000057: LdapErr: DSID-0C090B8A"), Reason.BUG, "DSID-0C090B8A"),
        (ResultError(3), Reason.TIMEOUT, "time limit"),
        (ResultError(4), Reason.UNSUPPORTED, "size limit"),
        (ResultError(8), Reason.UNSUPPORTED, "start_tls"),
        (ResultError(10), Reason.UNSUPPORTED, "another server"),
        (ResultError(11), Reason.TIMEOUT, "administrative limit"),
        (ResultError(12), Reason.UNSUPPORTED, "pages"),
        (ResultError(32), Reason.DENIED, "no such object"),
        (ResultError(34), Reason.UNCONFIGURED, "distinguished name"),
        (ResultError(50), Reason.DENIED, "may not read"),
        (ResultError(51), Reason.UNREACHABLE, "busy"),
        (ResultError(52), Reason.UNREACHABLE, "unavailable"),
        (ResultError(80, "something odd"), Reason.BUG, "80"),
    ],
    ids=lambda one: str(one.code) if isinstance(one, ResultError) else None,
)  # fmt: skip
def test_each_result_has_its_reason(result, reason, words):
    missing = refused(result)
    assert missing.reason is reason
    assert words in missing.detail


@pytest.mark.parametrize(
    ("code", "text", "reason", "words"),
    [
        (8, "", Reason.UNSUPPORTED, "start_tls"),
        (49, "80090308: LdapErr: comment: AcceptSecurityContext error, data 52e", Reason.DENIED,
         "wrong password"),
        (49, "data 775, v4563", Reason.DENIED, "locked"),
        (49, "", Reason.DENIED, "refused"),
        (51, "", Reason.UNREACHABLE, "busy"),
    ],
    ids=range(5),
)  # fmt: skip
def test_each_result_of_a_bind_has_its_reason(code, text, reason, words):
    with (
        ldap_double(Script(()), bind=lambda: (code, text)) as server,
        pytest.raises(Unavailable) as caught,
    ):
        gather(server)
    assert caught.value.missing.reason is reason
    assert words in caught.value.missing.detail


def test_a_busy_server_is_asked_once_more():
    script = Script((ResultError(51),), (person(1),))
    with ldap_double(script) as server:
        found = gather(server)
    assert (names(found), script.readings) == (["u1"], 2)
    assert found.streams[DirectoryObject].missing is None
    script = Script((ResultError(51),), (ResultError(52),), (person(1),))
    with ldap_double(script) as server, pytest.raises(Unavailable):
        gather(server)
    assert script.readings == 2


def test_a_busy_server_may_let_in_at_the_second_try():
    codes = [51, 0]
    with ldap_double(Script((person(1),)), bind=lambda: (codes.pop(0), "")) as server:
        assert names(gather(server)) == ["u1"]


def test_pages_are_read_to_the_end():
    pages = [person(1), PAGE, person(2), PAGE, PAGE, person(3)]
    with ldap_double(Script(pages)) as server:
        found = gather(server)
    assert names(found) == ["u1", "u2", "u3"]
    assert found.one(DirectoryInput).parts[0].complete


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (LOST, Reason.UNREACHABLE),
        (ResultError(3), Reason.TIMEOUT),
        (ResultError(11), Reason.TIMEOUT),
    ],
    ids=["lost", "time", "limit"],
)
def test_what_came_before_a_break_is_judged_as_a_part(end, reason):
    with ldap_double(Script([person(1), person(2), PAGE, end])) as server:
        found = gather(server)
    assert names(found) == ["u1", "u2"]
    (part,) = found.one(DirectoryInput).parts
    assert (part.entries, part.complete) == (2, False)
    missing = found.streams[DirectoryObject].missing
    assert missing.reason is reason
    assert "first 2 entries" in missing.detail


def test_a_connection_that_is_lost_before_anything_came_is_unreachable():
    assert refused(LOST).reason is Reason.UNREACHABLE


def test_references_to_other_servers_are_no_entries():
    script = [Reference("ldap://127.0.0.1:1/DC=child"), person(1), Reference("ldap://x"), PAGE]
    with ldap_double(Script([*script, person(2)])) as server:
        found = gather(server)
    assert names(found) == ["u1", "u2"]
    assert found.one(DirectoryInput).damaged == 0


def test_a_server_that_says_nothing_costs_its_timeout_alone():
    missing = refused(lambda: time.sleep(3), timeout=0.5)
    assert missing.reason in (Reason.TIMEOUT, Reason.UNREACHABLE)


def test_a_base_that_fails_costs_no_other():
    def answer(asked):
        if asked.base == "":
            return iter([("", {"namingContexts": [ROOT]})])
        if asked.base.startswith("OU=Gone"):
            raise ResultError(32)
        return iter([person(1)])

    with ldap_double(answer) as server:
        found = gather(server, base=(f"OU=Gone,{ROOT}", ROOT))
    assert names(found) == ["u1"]
    assert found.streams[DirectoryObject].missing.reason is Reason.DENIED


def test_entries_of_a_failed_search_never_turn_up_in_the_next():
    def answer(asked):
        if asked.base == "":
            yield "", {"namingContexts": [ROOT]}
        elif asked.base.startswith("OU=One"):
            yield person(1)
            raise ResultError(50)
        else:
            yield person(2)

    with ldap_double(answer) as server:
        found = gather(server, base=(f"OU=One,{ROOT}", ROOT))
    assert names(found)[-1] == "u2"
    assert found.one(DirectoryInput).parts[0].skipped == {}
