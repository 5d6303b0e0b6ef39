"""Two views, published hosts, Active Directory names and resolvers, on real servers end to end."""

import pytest

from tests.scanning import scan_text, verdicts
from tests.servers.dns import Misbehaving, free_dns_port, knot

CONTROL = [
    "login.microsoftonline.com A 198.51.100.1",
    "login.microsoftonline.com AAAA 2001:db8::1",
    "graph.microsoft.com A 198.51.100.2",
    "manage.microsoft.com A 198.51.100.3",
    "enterpriseregistration.windows.net A 198.51.100.4",
    "enterpriseenrollment-s.manage.microsoft.com A 198.51.100.5",
    "@ NS a",
]
SRV = {
    "_ldap._tcp.dc._msdcs": 389,
    "_kerberos._tcp.dc._msdcs": 88,
    "_ldap._tcp.pdc._msdcs": 389,
    "_ldap._tcp.gc._msdcs": 3268,
    "_gc._tcp": 3268,
    "_kerberos._tcp": 88,
    "_kerberos._udp": 88,
    "_kpasswd._tcp": 464,
    "_kpasswd._udp": 464,
}


def directory(*controllers, without=(), addresses=True):
    lines = [
        f"{service} SRV 0 100 {port} {one}"
        for service, port in SRV.items()
        for one in controllers
        if service not in without
    ]
    return lines + [f"{one} A 10.0.0.{n}" for n, one in enumerate(controllers, 1) if addresses]


ALIASES = [
    "enterpriseenrollment CNAME enterpriseenrollment-s.manage.microsoft.com.",
    "enterpriseregistration CNAME enterpriseregistration.windows.net.",
]
OUTSIDE = {
    ".": CONTROL,
    "poor.test": [
        *ALIASES,
        "sts A 203.0.113.1",
        "vpn A 10.1.1.1",
        "portal A 203.0.113.2",
        "old CNAME gone",
        "lb A 203.0.113.3",
        "sso CNAME lb",
        "fs A 192.168.1.1",
        "auth A 203.0.113.9",
    ],
    "rich.test": ALIASES,
    "differs.test": ALIASES,
    "plain.test": ALIASES,
    "leaky.test": directory("dc1"),
}
INSIDE = {
    ".": CONTROL,
    "poor.test": ["@ SOA in h 9 1 1 1 1", "sts A 10.0.0.9", "auth CNAME sts", "sso A 10.0.0.9"],
    "rich.test": ["@ SOA in h 9 1 1 1 1", *ALIASES],
    "differs.test": [
        "@ SOA in h 9 1 1 1 1",
        ALIASES[0],
        "enterpriseregistration CNAME sts",
        "sts A 10.0.0.9",
    ],
    "plain.test": ALIASES,
    "good.local": directory("dc1", "dc2"),
    "single.local": directory("dc1"),
    "headless.local": directory("dc1", "dc2", without=["_ldap._tcp.pdc._msdcs"]),
    "lost.local": directory("dc1", addresses=False),
    "empty.local": ["@ A 10.0.0.1"],
    "leaky.test": directory("dc1", "dc2"),
}
FORESTS = [
    "good.local",
    "single.local",
    "headless.local",
    "lost.local",
    "empty.local",
    "leaky.test",
]


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inside")
    with knot(folder / "out", OUTSIDE) as outside, knot(folder / "in", INSIDE) as inside:
        text = f"""
            [domains]
            names = ["poor.test", "rich.test", "differs.test", "plain.test"]
            [dns]
            external = ["127.0.0.1:{outside}"]
            internal = ["127.0.0.1:{inside}"]
            forests = {FORESTS}
            search = ["good.local"]
            timeout = 1.0
            [network.connect]
            "127.0.0.1:53" = "127.0.0.1:{outside}"
            {"".join(HOSTS)}
        """
        return scan_text(text, folder, only=["dns"])


HOSTS = [
    f'\n[[hosts]]\nname = "{name}.poor.test"\nrole = "{role}"\n'
    for name, role in (
        ("sts", "adfs"),
        ("sso", "adfs"),
        ("fs", "adfs"),
        ("auth", "adfs"),
        ("nowhere", "wap"),
        ("vpn", "vpn"),
        ("portal", "web"),
        ("old", "app-proxy"),
    )
]


def test_split_horizon(result):
    assert verdicts(result, "dns.split-horizon-consistent") == {
        "poor.test": ("fail", "missing-inside"),
        "rich.test": ("pass", "same-records"),
        "differs.test": ("warn", "differs-inside"),
        "plain.test": ("not-applicable", "same-zone"),
    }


def test_federation_names(result):
    found = verdicts(result, "dns.federation-name")
    assert {name.partition(".")[0]: verdict for name, verdict in found.items()} == {
        "sts": ("pass", "right"),
        "sso": ("fail", "alias"),
        "fs": ("fail", "private-outside"),
        "auth": ("fail", "alias"),
        "nowhere": ("fail", "absent"),
        "vpn": ("not-applicable", "other-host"),
        "portal": ("not-applicable", "other-host"),
        "old": ("not-applicable", "other-host"),
    }


def test_listed_hosts(result):
    listed = verdicts(result, "dns.listed-names-resolve")
    assert listed["portal.poor.test"] == ("pass", "resolves")
    assert listed["old.poor.test"] == ("fail", "absent")
    public = verdicts(result, "dns.public-addresses")
    assert public["vpn.poor.test"] == ("fail", "private")
    assert public["portal.poor.test"] == ("pass", "public")
    assert public["old.poor.test"] == ("not-applicable", "no-address")
    assert verdicts(result, "dns.dangling-cname")["old.poor.test"] == ("warn", "dangling")


def test_directory_names(result):
    assert verdicts(result, "dns.ad-srv-records") == {
        "good.local": ("pass", "complete"),
        "single.local": ("warn", "one-controller"),
        "headless.local": ("warn", "no-primary"),
        "lost.local": ("fail", "no-address"),
        "empty.local": ("fail", "absent"),
        "leaky.test": ("pass", "complete"),
    }
    public = verdicts(result, "dns.ad-srv-not-public")
    assert public["leaky.test"] == ("fail", "public")
    assert public["good.local"] == ("pass", "not-public")
    sync = verdicts(result, "dns.sync-server-resolution")
    assert sync["good.local"] == ("pass", "both")
    assert sync["empty.local"] == ("fail", "no-directory")
    routable = verdicts(result, "dns.forest-name-routable")
    assert routable["good.local"] == ("not-assessed", "unconfigured-tenant")
    assert routable["leaky.test"] == ("pass", "routable")
    assert verdicts(result, "dns.search-suffix-safe") == {"this run": ("warn", "domain-missing")}


def test_a_good_resolver(result):
    for check, verdict in {
        "dns.resolver-works": ("pass", "answers"),
        "dns.resolver-unfiltered": ("pass", "same"),
        "dns.edns-and-tcp": ("pass", "both-work"),
        "dns.nxdomain-honest": ("pass", "honest"),
    }.items():
        assert list(verdicts(result, check).values()) == [verdict]


def test_bad_resolvers(tmp_path):
    """One that filters and lies, one that drops AAAA, one without EDNS and TCP, and a dead one."""
    rules = {
        "liar": [("graph.microsoft.com", None, "lie:10.0.0.1"), (".com", "A", "")],
        "blocker": [("manage.microsoft.com", None, "nxdomain")],
        "inventive": [
            ("login.microsoftonline.com", None, ""),
            ("microsoft.com", None, ""),
            (".com", "A", "lie:192.0.2.99"),
        ],
        "deaf": [("", "AAAA", "drop")],
    }
    with knot(tmp_path / "out", OUTSIDE) as outside:
        servers = {name: Misbehaving(outside, rule) for name, rule in rules.items()}
        for server in servers.values():
            server.__enter__()
        dead = free_dns_port()
        try:
            addresses = [one.address for one in servers.values()] + [f"127.0.0.1:{dead}"]
            text = f"""
                [domains]
                names = ["plain.test"]
                [dns]
                external = ["127.0.0.1:{outside}"]
                internal = {addresses}
                timeout = 0.3
            """
            checks = ["resolver-works", "resolver-unfiltered", "nxdomain-honest", "edns-and-tcp"]
            found = scan_text(text, tmp_path, only=[f"dns.{one}" for one in checks])
        finally:
            for server in servers.values():
                server.__exit__()
    named = {one.address: name for name, one in servers.items()} | {f"127.0.0.1:{dead}": "dead"}

    def of(check):
        return {named[key]: value for key, value in verdicts(found, check).items()}

    works = of("dns.resolver-works")
    assert works["dead"] == ("warn", "one-dead")
    assert works["deaf"] == ("warn", "aaaa-dropped")
    assert works["liar"] == ("pass", "answers")
    unfiltered = of("dns.resolver-unfiltered")
    assert unfiltered["liar"] == ("fail", "hidden")
    assert unfiltered["blocker"] == ("fail", "hidden")
    assert unfiltered["dead"] == ("not-assessed", "unreachable-server")
    honest = of("dns.nxdomain-honest")
    assert honest["inventive"] == ("fail", "invented")
    assert honest["blocker"] == ("pass", "honest")


def test_no_resolver_answers(tmp_path):
    text = f"""
        [domains]
        names = ["plain.test"]
        [dns]
        external = ["127.0.0.1:{free_dns_port()}"]
        internal = ["127.0.0.1:{free_dns_port()}"]
        timeout = 0.2
    """
    result = scan_text(text, tmp_path, only=["dns"])
    assert list(verdicts(result, "dns.resolver-works").values()) == [("fail", "all-dead")]
    reasons = {one.reason for one in result.findings if one.status == "fail"}
    assert reasons == {"all-dead"}, "nothing else may be said where nobody answers"
