"""Forty situations on the direct path, side by side behind one firewall: status and reason of each."""

import pytest

from tests.netns.outside import probe_command, run_rig, verdicts

pytestmark = pytest.mark.timeout(240)  # rigs on a busy machine

GATE = "10.77.1.1"


def address(number):
    return f"203.0.113.{number}"


# name: (host, kind, more of the target, firewall rules, expected status, expected reason)
SITUATIONS = {
    "good-tls": ({}, "tls", {}, "", "pass", "ok"),
    "good-http": ({}, "http", {}, "", "pass", "ok"),
    "any-status-of-the-origin": ({"http": "forbidden"}, "http", {}, "", "pass", "ok"),
    "moved-within-the-site": ({"http": "moved"}, "http", {}, "", "pass", "ok"),
    "drop": ({}, "tls", {}, "ip daddr {a} drop", "fail", "tcp_timeout"),
    "drop-optional": ({}, "tls", {"required": False}, "ip daddr {a} drop", "warn", "tcp_timeout"),
    "reset": (
        {},
        "tls",
        {},
        "ip daddr {a} tcp dport 443 reject with tcp reset",
        "fail",
        "tcp_refused",
    ),
    "prohibited": (
        {},
        "tls",
        {},
        "ip daddr {a} reject with icmp type admin-prohibited",
        "fail",
        "icmp_prohibited",
    ),
    "port-unreachable": (
        {},
        "tls",
        {},
        "ip daddr {a} reject with icmp type port-unreachable",
        "fail",
        "icmp_unreachable",
    ),
    "net-unreachable": (
        {},
        "http",
        {},
        "ip daddr {a} reject with icmp type net-unreachable",
        "fail",
        "icmp_unreachable",
    ),
    "first-syn-lost": (
        {},
        "tls",
        {},
        "ip daddr {a} tcp flags syn numgen inc mod 2 < 1 drop",
        "warn",
        "needed_retry",
    ),
    "no-such-name": (None, "tls", {}, "", "fail", "dns_nxdomain"),
    "no-address": ({"a": []}, "tls", {}, "", "fail", "dns_nodata"),
    "name-fails": ({"dns": "servfail"}, "tls", {}, "", "fail", "dns_servfail"),
    "name-refused": ({"dns": "refused"}, "tls", {}, "", "fail", "dns_refused"),
    "name-silent": ({"dns": "silent"}, "tls", {}, "", "fail", "dns_timeout"),
    "sinkhole-nowhere": ({"a": ["0.0.0.0"]}, "tls", {}, "", "fail", "dns_sinkhole"),
    "sinkhole-inside": ({"a": ["10.77.1.1"]}, "tls", {}, "", "fail", "dns_sinkhole"),
    "tls-silent": ({"tls": "silent"}, "tls", {}, "", "fail", "tls_timeout"),
    "tls-cut": ({"tls": "cut"}, "tls", {}, "", "fail", "tls_reset"),
    "tls-alert": ({"tls": "alert"}, "tls", {}, "", "fail", "tls_alert"),
    "text-on-443": ({"tls": "text"}, "tls", {}, "", "fail", "tls_plaintext"),
    "inspected": (
        {"tls": "corporate"},
        "tls",
        {"tls_inspection": "no"},
        "",
        "fail",
        "tls_intercepted",
    ),
    "inspected-discouraged": (
        {"tls": "corporate"},
        "tls",
        {"tls_inspection": "discouraged"},
        "",
        "warn",
        "tls_intercepted",
    ),
    "inspected-untrusted": ({"tls": "stranger"}, "tls", {}, "", "fail", "tls_untrusted"),
    "expired": ({"tls": "expired"}, "tls", {}, "", "fail", "tls_expired"),
    "other-name": ({"tls": "other-name"}, "tls", {}, "", "fail", "tls_name_mismatch"),
    "no-chain": ({"tls": "no-chain"}, "tls", {}, "", "fail", "tls_incomplete_chain"),
    "sign-in-page": ({"http": "portal"}, "http", {}, "", "fail", "captive_portal"),
    "sign-in-status": ({"http": "511"}, "http", {}, "", "fail", "captive_portal"),
    "transparent-proxy-refuses": ({"http": "squid"}, "http", {}, "", "fail", "proxy_denied"),
    "time": ({"ntp": 1}, "ntp", {}, "", "pass", "ok"),
    "time-off": ({"ntp": 1, "shift": 900}, "ntp", {}, "", "fail", "clock_skew"),
    "time-a-little-off": ({"ntp": 1, "shift": -100}, "ntp", {}, "", "warn", "clock_skew"),
    "time-dropped": (
        {"ntp": 1},
        "ntp",
        {},
        "ip daddr {a} udp dport 123 drop",
        "fail",
        "udp_no_reply",
    ),
    "time-rejected": (
        {"ntp": 1},
        "ntp",
        {},
        "ip daddr {a} udp dport 123 reject",
        "fail",
        "udp_icmp_port",
    ),
    "time-prohibited": (
        {"ntp": 1},
        "ntp",
        {},
        "ip daddr {a} reject with icmp type admin-prohibited",
        "fail",
        "udp_icmp_prohibited",
    ),
    "media": ({"stun": 1}, "stun", {}, "", "pass", "ok"),
    "media-dropped": (
        {"stun": 1},
        "stun",
        {},
        "ip daddr {a} udp dport 3478 drop",
        "fail",
        "udp_no_reply",
    ),
    "exposed": ({"open": [22]}, "exposure", {}, "", "fail", "exposed"),
    "not-exposed": ({}, "exposure", {}, "", "pass", "ok"),
    "not-exposed-filtered": ({}, "exposure", {}, "ip daddr {a} tcp dport 22 drop", "pass", "ok"),
    "accepts-everything": (
        {"open": [22, 47113], "accepts": 1},
        "exposure",
        {},
        "",
        "unknown",
        "unknown",
    ),
    "six-only-prohibited": (
        {"a": [], "aaaa": ["2001:db8:f::1"]},
        "tls",
        {},
        "ip6 daddr 2001:db8:f::1 reject with icmpv6 type admin-prohibited",
        "fail",
        "icmp_prohibited",
    ),
    "six-works": ({"a": [], "aaaa": ["2001:db8:f::2"]}, "tls", {}, "", "pass", "ok"),
    "six-broken": (
        {"aaaa": ["2001:db8:f::3"]},
        "tls",
        {},
        "ip6 daddr 2001:db8:f::3 drop",
        "warn",
        "ipv6_broken",
    ),
    "four-broken": (
        {"aaaa": ["2001:db8:f::4"]},
        "tls",
        {},
        "ip daddr {a} drop",
        "warn",
        "ipv4_broken",
    ),
    "one-of-two-addresses": (
        {"more": 1},
        "tls",
        {},
        "ip daddr {a} drop",
        "warn",
        "tcp_timeout",
    ),
}
PORTS = {"tls": 443, "http": 80, "ntp": 123, "stun": 3478, "exposure": 22}


def world():
    """Hosts, targets and rules of all situations, each at an address of its own."""
    hosts, targets, rules = {}, [], []
    for number, (name, (host, kind, more, rule, _, _)) in enumerate(SITUATIONS.items(), 10):
        full = f"{name}.rig.test"
        if host is not None:
            own = [address(number)] + ([address(number + 100)] if "more" in host else [])
            hosts[full] = {"a": own, **host}
        targets.append({"id": name, "kind": kind, "host": full, "port": PORTS[kind], **more})
        rules += [one.format(a=address(number)) for one in rule.splitlines()]
    mtu = address(9)
    hosts["mtu.rig.test"] = {"a": [mtu], "tls": "good"}
    targets.append({"id": "mtu", "kind": "tls", "host": "mtu.rig.test", "port": 443})
    text = "table inet t {\n chain big { type filter hook forward priority -10; policy accept;\n"
    text += f"  ip saddr {mtu} ip length > 1200 drop\n }}\n"
    text += " chain f { type filter hook forward priority 0; policy accept;\n"
    text += "  ct state established,related accept\n"
    return hosts, targets, text + "".join(f"  {one}\n" for one in rules) + " }\n}\n"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("direct")
    hosts, targets, rules = world()
    (done,) = run_rig(folder, hosts, [probe_command(folder, targets)], rules=rules)
    assert done["code"] == 0, done["err"]
    return verdicts(folder) | {"": done}


@pytest.mark.parametrize("name", SITUATIONS)
def test_situation(found, name):
    *_, status, reason = SITUATIONS[name]
    assert (found[name]["status"], found[name]["reason"]) == (status, reason), found[name]


def test_large_packets_that_vanish(found):
    assert (found["mtu"]["status"], found["mtu"]["reason"]) == ("fail", "mtu_blackhole"), found[
        "mtu"
    ]


@pytest.mark.parametrize("name", ["prohibited", "port-unreachable", "time-prohibited"])
def test_the_box_that_rejects_is_named(found, name):
    assert found[name]["offender"] == GATE


def test_the_issuer_of_an_inspected_connection_is_named(found):
    assert "Rig Corporate Root" in found["inspected"]["issuer"]
