"""Inspection, names, revocation, proxies, UDP, time and the quality of the path."""

import pytest

from checks.firewall.agreement import vantages_agree
from checks.firewall.datagrams import time_in_sync, udp_required
from checks.firewall.distance import latency, points
from checks.firewall.inspection import INSPECTING_BOX, tls_not_inspected
from checks.firewall.names import dns_not_filtered, legacy_names_migrated
from checks.firewall.optional import optional_endpoints_reachable
from checks.firewall.quality import connection_rate, ipv6_consistent, mtu
from checks.firewall.revocation import crl_and_ocsp_reachable
from checks.firewall.signing_in import proxy_without_authentication
from scanner.evidence.reachability import (
    Attempt,
    Burst,
    HttpSeen,
    NameLookup,
    TlsSeen,
    UdpSeen,
    Why,
)
from scanner.testing import run_check
from scanner.words import Severity
from tests.checks.firewall.places import area, opened, place, probe, row


def judged(check, *items):
    return [(str(one.status), one.reason) for one in run_check(check, *items)]


ISSUER = "CN=Gateway CA"
SHOWN = TlsSeen(public_code=0, os_code=0, version="TLSv1.3")
RESIGNED = TlsSeen(public_code=20, os_code=0, issuer=ISSUER)


def inspected(host="a.example", **more):
    return probe(host, Why.TLS_INTERCEPTED, tls=RESIGNED, offender=ISSUER, **more)


def test_inspection_is_judged_by_the_strictest_row():
    strict, loose = row(inspection="no"), row("b.example", inspection="discouraged")
    items = [area("Intune", strict, loose), place()]
    (found,) = run_check(tls_not_inspected, *items, inspected(), inspected("b.example"))
    assert (found.status, found.reason) == ("fail", "intercepted-unsupported")
    assert found.severity is Severity.BLOCKER
    assert found.text.values["names"] == ["a.example"]
    assert INSPECTING_BOX.tie(found) == ISSUER
    (found,) = run_check(tls_not_inspected, *items, probe(tls=SHOWN), inspected("b.example"))
    assert (found.status, found.reason) == ("warn", "intercepted-discouraged")
    assert judged(tls_not_inspected, *items, probe(tls=SHOWN), probe("b.example", tls=SHOWN)) == [
        ("pass", "public-roots")
    ]


def test_inspection_without_a_handshake_or_without_tls():
    silent = probe(reason=Why.TCP_TIMEOUT)
    assert judged(tls_not_inspected, area(), silent, place()) == [
        ("not-assessed", "unreachable-no-handshake")
    ]
    plain = area("CertValidation", row(tcp="80", inspection="n/a"))
    web = probe(port=80, protocol="http")
    assert judged(tls_not_inspected, plain, web, place()) == [("not-applicable", "no-tls")]


def test_a_private_root_is_no_inspection():
    private = area("Intune", row(trust="microsoft-private-root (unverified)"))
    assert judged(tls_not_inspected, private, inspected(), place()) == [("pass", "public-roots")]


def lookup(name="a.example", outcome="ok", resolver="10.0.0.53", place=""):
    addresses = ("192.0.2.1",) if outcome == "ok" else ()
    return NameLookup(place, name, resolver, outcome, addresses)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((lookup(), probe()), ("pass", "names-shown")),
        ((lookup(outcome="nxdomain"), probe(reason=Why.DNS_NXDOMAIN)), ("fail", "hidden")),
        ((lookup(outcome="nodata"), probe(reason=Why.DNS_NODATA)), ("fail", "hidden")),
        ((lookup(), probe(reason=Why.DNS_SINKHOLE)), ("fail", "hidden")),
        ((lookup(outcome="nxdomain"), probe()), ("warn", "hidden-by-one-resolver")),
        ((lookup(outcome="timeout"), probe()), ("not-assessed", "unreachable-silent")),
        ((probe(),), ("not-assessed", "missing-unconfigured")),
    ],
)
def test_resolvers(items, expected):
    assert judged(dns_not_filtered, area(), place(), *items) == [expected]


@pytest.mark.parametrize("more", [{"required": False}, {"guess": True}, {"set_id": 125}])
def test_names_that_may_not_exist_at_all_are_not_held_against_a_resolver(more):
    items = [area("Intune", row(**more)), place(), probe(reason=Why.DNS_NXDOMAIN)]
    assert judged(dns_not_filtered, *items, lookup(outcome="nxdomain")) == [("pass", "names-shown")]


OLD = row("old.azureedge.net", service="Scripts Europe (legacy CDN)", migrating=True)
NEW = row("new.manage.microsoft.com", service="Scripts Europe")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (Why.OK, Why.OK, ("pass", "new-names-work")),
        (Why.TCP_TIMEOUT, Why.OK, ("pass", "new-names-work")),
        (Why.OK, Why.TCP_TIMEOUT, ("fail", "old-only")),
        (Why.TCP_TIMEOUT, Why.TCP_TIMEOUT, ("warn", "neither")),
        (Why.OK, Why.UNKNOWN, ("not-assessed", "timeout-not-tried")),
    ],
)
def test_content_names_that_moved(old, new, expected):
    probes = [probe(OLD.destination, old), probe(NEW.destination, new)]
    assert judged(legacy_names_migrated, area("Intune", OLD, NEW), *probes, place()) == [expected]


def test_no_old_names():
    assert judged(legacy_names_migrated, area(), probe(), place()) == [
        ("not-applicable", "no-old-names")
    ]


def test_revocation_hosts_for_each_role():
    crl = row("crl.example", tcp="80", inspection="n/a")
    items = [area("CertValidation", crl, role=one) for one in ("client", "connect-server")]
    works = probe("crl.example", port=80, protocol="http")
    assert judged(crl_and_ocsp_reachable, *items, works, place()) == [("pass", "all-reachable")] * 2
    denied = probe("crl.example", Why.PROXY_DENIED, port=80, protocol="http")
    assert judged(crl_and_ocsp_reachable, *items, denied, place()) == [("fail", "proxy-denied")] * 2
    assert judged(crl_and_ocsp_reachable, area(), probe(), place()) == [
        ("not-applicable", "no-role-needs-it")
    ]


CANNOT = row(proxy_auth="no")


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((area("Intune", CANNOT), probe(path="proxy")), ("pass", "passes-without")),
        (
            (
                area("Intune", CANNOT),
                probe(
                    reason=Why.PROXY_AUTH_UNSUPPORTED,
                    path="proxy",
                    http=HttpSeen(407, proxy_schemes=("Negotiate", "NTLM")),
                ),
            ),
            ("fail", "sign-in-demanded"),
        ),
        ((area("Intune", CANNOT), probe()), ("not-applicable", "no-proxy")),
        ((area(), probe(path="proxy")), ("not-applicable", "no-such-caller")),
        (
            (area("Intune", CANNOT), probe(reason=Why.PROXY_UNREACHABLE, path="proxy")),
            ("not-assessed", "unreachable-proxy"),
        ),
    ],
)
def test_callers_that_cannot_sign_in(items, expected):
    assert judged(proxy_without_authentication, *items, place()) == [expected]


def media(port, reason=Why.OK):
    return probe("tr.example", reason, port=port, protocol="stun", udp=UdpSeen(1, 1))


CALLS = row("", hosts=("tr.example",), tcp="", udp="3478,3479")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Why.OK, Why.OK, ("pass", "answers")),
        (Why.OK, Why.UDP_NO_REPLY, ("warn", "some-ports")),
        (Why.UDP_NO_REPLY, Why.UDP_NO_REPLY, ("fail", "udp-no-reply")),
        (Why.UDP_ICMP_PORT, Why.UDP_ICMP_PORT, ("fail", "udp-icmp-port")),
        (Why.UNKNOWN, Why.UNKNOWN, ("not-assessed", "timeout-not-asked")),
    ],
)
def test_udp_services(first, second, expected):
    items = [area("M365-Skype", CALLS, role="client"), place()]
    assert judged(udp_required, *items, media(3478, first), media(3479, second)) == [expected]


def test_udp_is_not_judged_without_a_way_out():
    items = [area("M365-Skype", CALLS, role="client"), place(egress="closed")]
    dead = [media(3478, Why.UDP_NO_REPLY), media(3479, Why.UDP_NO_REPLY)]
    assert judged(udp_required, *items, *dead) == [("not-assessed", "unreachable-no-way-out")]


def test_no_udp_is_needed():
    assert judged(udp_required, area(), probe(), place()) == [("not-applicable", "no-udp-needed")]


def clock(offset, **more):
    return probe("time.example", port=123, protocol="ntp", udp=UdpSeen(3, 3, offset=offset), **more)


def web(skew, host):
    return probe(host, port=80, protocol="http", http=HttpSeen(200, skew=skew))


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((clock(0.2),), ("pass", "in-sync")),
        ((clock(-90),), ("warn", "off")),
        ((clock(301),), ("fail", "far-off")),
        (
            (clock(0), probe("t2", port=123, protocol="ntp", udp=UdpSeen(1, 1, offset=70))),
            ("warn", "sources-disagree"),
        ),
        (tuple(web(1, f"h{number}") for number in range(3)), ("warn", "by-web-only")),
        (tuple(web(900, f"h{number}") for number in range(3)), ("fail", "far-off")),
        ((web(0, "h"),), ("not-assessed", "unreachable-no-time")),
    ],
)
def test_the_clock(items, expected):
    assert judged(time_in_sync, place(), *items) == [expected]


def test_two_places_with_hosts_of_the_same_name_are_two_clocks():
    two = [place("Berlin", host="pc"), place("Lyon", host="pc")]
    found = [clock(0, place="Berlin"), clock(400, place="Lyon")]
    assert sorted(judged(time_in_sync, *two, *found)) == [("fail", "far-off"), ("pass", "in-sync")]


def dual(four, six, host="a.example"):
    attempts = (Attempt("192.0.2.1", four), Attempt("2001:db8::1", six))
    return probe(host, attempts=attempts)


@pytest.mark.parametrize(
    ("seen", "ipv6", "expected"),
    [
        (dual("open", "open"), True, ("pass", "both-work")),
        (dual("open", "timeout"), True, ("warn", "ipv6-broken")),
        (dual("prohibited", "open"), True, ("warn", "ipv4-broken")),
        (dual("timeout", "timeout"), True, ("pass", "both-work")),
        (probe(attempts=(opened(),)), True, ("not-applicable", "no-host-with-both")),
        (dual("open", "timeout"), False, ("not-applicable", "no-ipv6")),
    ],
)
def test_families(seen, ipv6, expected):
    assert judged(ipv6_consistent, place(ipv6=ipv6), seen) == [expected]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (probe(tls=SHOWN), ("pass", "none-stalls")),
        (probe(reason=Why.MTU_BLACKHOLE), ("fail", "black-hole")),
        (probe(reason=Why.TLS_TIMEOUT), ("not-assessed", "unsupported-stall")),
        (probe(reason=Why.TCP_TIMEOUT), ("not-assessed", "unreachable-no-handshake")),
    ],
)
def test_large_packets(seen, expected):
    assert judged(mtu, place(), seen) == [expected]


@pytest.mark.parametrize(
    ("here", "seen", "expected"),
    [
        (place(), probe(attempts=(opened(),)), ("pass", "all-at-once")),
        (place(limited_at=20.0), probe(attempts=(opened(),)), ("warn", "limited-rate")),
        (place(connection_limit=True), probe(attempts=(opened(),)), ("warn", "limited-count")),
        (place(bursts=(Burst(1, 20, 3),)), probe(attempts=(opened(),)), ("warn", "burst-lost")),
        (place(), probe(attempts=(opened(tries=2),)), ("warn", "late")),
        (place(), probe(reason=Why.TCP_TIMEOUT), ("not-assessed", "unreachable-nothing-opened")),
    ],
)
def test_bursts(here, seen, expected):
    assert judged(connection_rate, here, seen) == [expected]


def door(ms, **more):
    return probe("outlook.office365.com", attempts=(Attempt("192.0.2.1", "open", 1, ms),), **more)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (door(20), ("pass", "near")),
        (door(160), ("warn", "far")),
        (door(5, path="proxy"), ("not-assessed", "unsupported-not-direct")),
        (probe(), ("not-applicable", "no-front-door")),
    ],
)
def test_distance(seen, expected):
    assert judged(latency, place(), seen) == [expected]


@pytest.mark.parametrize(
    ("ms", "worth"), [(0, 100), (10, 100), (25, 80), (62.5, 70), (100, 60), (350, 0), (900, 0)]
)
def test_points(ms, worth):
    assert points(ms) == worth


def test_places_that_agree_and_places_that_differ():
    two = [area(place="Berlin"), area(place="Lyon"), place("Berlin"), place("Lyon")]
    same = [probe(place="Berlin"), probe(place="Lyon")]
    assert judged(vantages_agree, *two, *same) == [("pass", "same")]
    (found,) = run_check(
        vantages_agree, *two, probe(place="Berlin"), probe(reason=Why.TCP_TIMEOUT, place="Lyon")
    )
    assert (found.status, found.reason) == ("warn", "differ")
    assert found.text.values["worst"] == "Lyon"
    assert found.affected.rows == [
        ("Intune", "managed-device", "a.example", "443", "works", "tcp_timeout")
    ]
    assert judged(vantages_agree, area(), probe(), place()) == [("not-applicable", "one-place")]
    apart = [area(place="Berlin"), area("AIP", place="Lyon"), place("Berlin"), place("Lyon")]
    assert judged(vantages_agree, *apart, *same) == [("not-assessed", "unsupported-nothing-common")]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Why.OK, ("pass", "all-reachable")),
        (Why.TCP_TIMEOUT, ("warn", "some-blocked")),
        (Why.UNKNOWN, ("not-assessed", "timeout-not-all-tried")),
    ],
)
def test_optional_rows(reason, expected):
    optional = area("Intune", row(required=False))
    assert judged(optional_endpoints_reachable, optional, probe(reason=reason), place()) == [
        expected
    ]


def test_no_optional_rows():
    assert judged(optional_endpoints_reachable, area(), probe(), place()) == [
        ("not-applicable", "none")
    ]
