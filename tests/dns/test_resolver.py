"""Our resolver against a server that misbehaves in every known way: silence is never absence."""

import asyncio

import pytest

from scanner.deadline import Deadline
from scanner.sources.dns.resolver import Peer, Resolver, Settings
from scanner.sources.dns.servers import parse_server
from tests.servers.dns import Misbehaving, free_dns_port, knot

ZONE = [
    "www A 192.0.2.80",
    "alias CNAME www",
    "broken CNAME gone",
    "outward CNAME www.elsewhere.test.",
    "text TXT plain",
    "large TXT " + " ".join(f'"{"x" * 200}"' for _ in range(10)),
    "many MX 10 www",
    'markup TXT "<script>alert(1)</script>" "\\255\\000"',
]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    with knot(tmp_path_factory.mktemp("knot"), {"good.test": ZONE}) as port:
        yield port


def ask(address, *questions, timeout=0.3, **options):
    """The lookups of those questions at that server, in order."""

    async def asked():
        settings = Settings(timeout, Deadline.after(10))
        servers = [address] if isinstance(address, str) else address
        resolver = Resolver([Peer(parse_server(one), settings) for one in servers], **options)
        try:
            return await resolver.ask_all(*questions)
        finally:
            await resolver.close()

    return asyncio.run(asked())


@pytest.mark.parametrize(
    ("mode", "status", "told"),
    [
        ("drop", "timeout", ""),
        ("wrong-id", "timeout", "wrong id"),
        ("wrong-question", "timeout", "another question"),
        ("cut", "timeout", "unreadable"),
        ("garbage", "timeout", ""),
        ("servfail", "servfail", ""),
        ("refused", "refused", ""),
        ("notimp", "unsupported", ""),
        ("formerr", "unsupported", ""),
        ("tc", "answer", ""),
        ("tconly", "truncated", "over TCP"),
        ("lame", "lame", ""),
        ("noedns", "answer", "refuses EDNS"),
        ("flaky", "answer", ""),
        ("delay", "answer", ""),
        ("nxdomain", "nxdomain", ""),
        ("empty", "nodata", ""),
        ("lie:10.0.0.1", "answer", ""),
    ],
)
def test_each_misbehaviour_has_its_status(authority, mode, status, told):
    with Misbehaving(authority, [("www.good.test", None, mode)]) as server:
        good, bad = ask(server.address, ("text.good.test", "TXT"), ("www.good.test", "A"))
    assert good.status == "answer"
    assert bad.status == status
    assert told in bad.detail
    assert bad.server == server.address
    if mode == "flaky":
        assert bad.attempts == 2
    if mode == "tc":
        assert bad.transport == "tcp"


def test_a_cut_no_is_no_no(authority):
    with Misbehaving(authority, [("gone.good.test", None, "cut")]) as server:
        (found,) = ask(server.address, ("gone.good.test", "A"))
    assert found.status == "timeout"


def test_chains_and_their_ends(authority):
    here = f"127.0.0.1:{authority}"
    alias, broken, kind, outward, nodata, gone = ask(
        here,
        ("alias.good.test", "A"),
        ("broken.good.test", "A"),
        ("broken.good.test", "CNAME"),
        ("outward.good.test", "A"),
        ("www.good.test", "TXT"),
        ("gone.good.test", "TXT"),
    )
    assert (alias.status, alias.values, alias.chain) == (
        "answer",
        ("192.0.2.80",),
        ("www.good.test",),
    )
    assert (broken.status, broken.chain) == ("nxdomain", ("gone.good.test",))
    assert (kind.status, kind.value) == ("answer", "gone.good.test")
    # An authority does not follow an alias out of its zones; asked for the target it refuses.
    assert (outward.status, outward.chain) == ("refused", ("www.elsewhere.test",))
    assert nodata.status == "nodata"
    assert gone.status == "nxdomain"
    assert alias.authoritative
    assert alias.ttl == 3600


def test_large_answers_come_over_tcp(authority):
    (found,) = ask(f"127.0.0.1:{authority}", ("large.good.test", "TXT"))
    assert found.transport == "tcp"
    assert len(found.value) == 2000
    assert found.size > 1232


def test_hostile_text_stays_data(authority):
    (found,) = ask(f"127.0.0.1:{authority}", ("markup.good.test", "TXT"))
    assert found.value == "<script>alert(1)</script>\ufffd\x00"


def test_one_question_is_asked_once(authority):
    with Misbehaving(authority) as server:
        found = ask(server.address, *[("www.good.test", "A"), ("WWW.good.test.", "A")] * 20)
        assert len(server.asked) == 1
    assert {one.value for one in found} == {"192.0.2.80"}


def test_failures_are_kept_too(authority):
    with Misbehaving(authority, [("good.test", None, "refused")]) as server:
        ask(server.address, *[("www.good.test", "A")] * 5)
        assert len(server.asked) == 1


def test_the_next_server_is_asked_where_the_first_fails(authority):
    dead = f"127.0.0.1:{free_dns_port()}"
    (found,) = ask([dead, f"127.0.0.1:{authority}"], ("www.good.test", "A"))
    assert found.status == "answer"
    assert found.server.endswith(str(authority))


def test_a_dead_server_is_not_paid_for_again_and_again(authority):
    with Misbehaving(authority, [("", None, "drop")]) as server:
        names = [(f"n{number}.good.test", "A") for number in range(300)]
        found = ask(server.address, *names, timeout=0.1)
        assert {one.status for one in found} == {"timeout"}
        # Two tries over UDP and one over TCP for each of the hundred that were under way at first.
        assert len(server.asked) <= 3 * 110


def test_nothing_listens(authority):
    (found,) = ask(f"127.0.0.1:{free_dns_port()}", ("www.good.test", "A"))
    assert found.status == "unreachable"


def test_a_name_that_dns_cannot_carry(authority):
    (found,) = ask(f"127.0.0.1:{authority}", (f"{'x' * 64}.good.test", "A"))
    assert found.status == "unsupported"


def test_no_server_is_unconfigured():
    (found,) = ask([], ("www.good.test", "A"))
    assert found.status == "unconfigured"
