"""Whole scans inside the rig: configuration in, findings out."""

import json
import sys

import pytest

from tests.netns import proxies
from tests.netns.outside import probe_command, run_rig, side_by_side, verdicts

pytestmark = pytest.mark.timeout(240)  # rigs on a busy machine

GATE = "10.77.1.1"
NAMES = {
    "login.microsoftonline.com": 10,
    "manage.microsoft.com": 11,
    "discovery.dm.microsoft.com": 12,
    "graph.microsoft.com": 13,
    "outlook.office365.com": 14,
    "crl.microsoft.com": 15,
    "www.msftconnecttest.com": 16,
    "time.windows.com": 17,
    "world.tr.teams.microsoft.com": 18,
    "enterpriseregistration.windows.net": 19,
    "device.login.microsoftonline.com": 20,
    "dc1.corp.rig.test": 21,
}


def hosts(**changes):
    found = {}
    for name, number in NAMES.items():
        found[name] = {"a": [f"203.0.113.{number}"], "ntp": 1, "stun": 1}
    found["www.msftconnecttest.com"]["http"] = "known-page"
    for name, change in changes.items():
        found[name.replace("_", ".")] |= change
    return found


def catalogue():
    """A short endpoint list of the same structure as the shipped one."""

    def one(area, fqdn, role="managed device", **more):
        return {
            "cloud": "Worldwide",
            "area": area,
            "source_role": role,
            "fqdn": fqdn,
            "tcp": "443",
        } | more

    rows = [
        one(
            "Intune", "manage.microsoft.com", tls_inspection_allowed="no", proxy_auth_supported="no"
        ),
        one("Intune", "*.dm.microsoft.com", probe_hosts=["discovery.dm.microsoft.com"]),
        one("Intune", "time.windows.com", tcp="", udp="123"),
        one("M365-Common", "login.microsoftonline.com", "client", set_id=56, tcp="443,80"),
        one("M365-Common", "graph.microsoft.com", "client", tls_inspection_allowed="discouraged"),
        one("M365-Common", "outlook.office365.com", "client"),
        one("CertValidation", "crl.microsoft.com", "all", tcp="80", tls_inspection_allowed="n/a"),
        one(
            "DeviceRegistration",
            "enterpriseregistration.windows.net",
            "domain-joined client (SYSTEM)",
            proxy_auth_supported="machine-context-only",
        ),
        one(
            "DeviceRegistration",
            "device.login.microsoftonline.com",
            "domain-joined client (SYSTEM)",
            proxy_auth_supported="machine-context-only",
            tls_inspection_allowed="no",
        ),
        {
            "cloud": "Worldwide",
            "area": "M365-Skype",
            "source_role": "client",
            "probe_hosts": ["world.tr.teams.microsoft.com"],
            "udp": "3478",
        },
    ]
    return {
        "version": "rig",
        "as_of": "2026-11-01",
        "clouds": {"worldwide": "Worldwide"},
        "endpoints": rows,
    }


def config(folder, more="", network=""):
    text = f"""
[customer]
name = "Rig"
[scope]
identity = "hybrid"
[network]
roles = ["client", "managed-device", "domain-client"]
vantage = "Rig"
catalogue = "list.json"
{network}
[trust]
roots_file = "public.pem"
{more}
"""
    (folder / "list.json").write_text(json.dumps(catalogue()))
    (folder / "emsready.toml").write_text(text)


def scan(folder, world, rules="", network="", helpers=(), **env):
    config(folder, network=network)
    argv = [sys.executable, "-m", "scanner", "scan", "-c", str(folder / "emsready.toml")]
    argv += ["-o", str(folder / "run"), "--only", "firewall", "--format", "json", "-q"]
    known = {"SSL_CERT_FILE": str(folder / "machine.pem"), "SSL_CERT_DIR": str(folder / "none")}
    known["XDG_CACHE_HOME"] = str(folder)
    text = "table inet t {\n chain f { type filter hook forward priority 0; policy accept;\n"
    text += f"  ct state established,related accept\n  {rules}\n }}\n}}\n"
    command = {"argv": argv, "env": known | env}
    (done,) = run_rig(folder, world, [command], rules=text, helpers=helpers)
    assert done["code"] in (0, 3), done["err"]
    (result,) = (folder / "run").rglob("result.json")
    found = {}
    for one in json.loads(result.read_text())["findings"]:
        key = one["check"].removeprefix("firewall.")
        found.setdefault(key, []).append((one["subject"]["name"], one["status"], one["reason"]))
    return found


def verdict(found, check, subject=None):
    mine = [one for one in found[check] if subject in (None, one[0])]
    return [(status, reason) for _, status, reason in mine]


FAULTS = {
    "manage_microsoft_com": {"tls": "corporate"},
    "graph_microsoft_com": {"tls": "corporate"},
    "time_windows_com": {"shift": 1000},
    "enterpriseregistration_windows_net": {"dns": "nxdomain"},
    "www_msftconnecttest_com": {"http": "portal"},
}
FAULTY_RULES = """ip daddr 203.0.113.10 tcp dport 443 reject with icmp type admin-prohibited
  ip daddr 203.0.113.12 drop
  ip daddr 203.0.113.15 tcp dport 80 reject with tcp reset
  udp dport 3478 reject with icmp type admin-prohibited"""
SHUT = "iifname f0 ip daddr 203.0.113.0/24 drop"


def behind_a_proxy(folder):
    folder.chmod(0o755)
    return scan(
        folder,
        hosts(),
        SHUT,
        network=f'proxy = "{GATE}:3129"\nproxy_user = "u"',
        helpers=[proxies.signed_in(folder)],
        EMSREADY_PROXY_PASSWORD="p4ssw0rd-p",
    )


def as_nobody(folder):
    """The rig by way of a user namespace, as without root."""
    world = {"a.rig.test": {"a": ["203.0.113.10"]}, "b.rig.test": {"a": ["203.0.113.11"]}}
    targets = [
        {"id": name, "kind": "tls", "host": f"{name}.rig.test", "port": 443} for name in ("a", "b")
    ]
    text = "table inet t {\n chain f { type filter hook forward priority 0; policy accept;\n"
    text += "  ip daddr 203.0.113.11 reject with icmp type admin-prohibited\n }\n}\n"
    way = ["unshare", "-Urnmp", "--fork", "--kill-child", "--mount-proc"]
    run_rig(folder, world, [probe_command(folder, targets)], rules=text, way=way)
    return {key: (one["status"], one["reason"]) for key, one in verdicts(folder).items()}


RUNS = {
    "open": lambda folder: scan(folder, hosts()),
    "faults": lambda folder: scan(folder, hosts(**FAULTS), FAULTY_RULES),
    "shut": lambda folder: scan(folder, hosts(), SHUT),
    "no-names": lambda folder: scan(folder, hosts(), "ip daddr 198.51.100.53 drop"),
    "proxy": behind_a_proxy,
    "nobody": as_nobody,
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    base = tmp_path_factory.mktemp("scans")
    base.chmod(0o755)
    return side_by_side(base, RUNS)


def failing(found):
    return [check for check, several in found.items() if any(one[1] == "fail" for one in several)]


def test_an_open_way_out(runs):
    found = runs["open"]
    bad = [
        (check, one)
        for check, several in found.items()
        for one in several
        if one[1] in ("fail", "error", "warn")
    ]
    assert bad == []
    for check in (
        "egress-available",
        "required-endpoints-reachable",
        "intune-endpoints-reachable",
        "device-registration-reachable",
        "crl-and-ocsp-reachable",
        "dns-not-filtered",
        "tls-not-inspected",
        "no-captive-portal",
        "time-in-sync",
        "udp-required",
        "connection-rate",
        "mtu",
    ):
        assert {status for _, status, _ in found[check]} == {"pass"}, (check, found[check])


def test_faults_of_many_kinds_at_once(runs):
    found = runs["faults"]
    assert verdict(found, "required-endpoints-reachable", "M365-Common from client") == [
        ("fail", "icmp-prohibited")
    ]
    assert sorted(verdict(found, "intune-endpoints-reachable")) == [
        ("fail", "tcp-timeout"),
        ("fail", "tls-intercepted"),
    ]
    assert verdict(found, "device-registration-reachable") == [("fail", "dns-nxdomain")]
    assert verdict(found, "dns-not-filtered") == [("fail", "hidden")]
    assert verdict(found, "tls-not-inspected") == [("fail", "intercepted-unsupported")]
    assert set(verdict(found, "crl-and-ocsp-reachable")) == {("fail", "tcp-refused")}
    assert verdict(found, "no-captive-portal") == [("fail", "foreign-answer")]
    assert verdict(found, "time-in-sync") == [("fail", "far-off")]
    assert ("fail", "udp-icmp-prohibited") in verdict(found, "udp-required")


def test_no_way_out_is_one_finding(runs):
    found = runs["shut"]
    assert verdict(found, "egress-available") == [("fail", "nothing-gets-out")]
    assert failing(found) == ["egress-available"]
    assert verdict(found, "intune-endpoints-reachable") == [
        ("not-assessed", "unreachable-no-way-out")
    ]


def test_a_silent_resolver_is_not_held_against_the_destinations(runs):
    found = runs["no-names"]
    assert verdict(found, "egress-available") == [("not-assessed", "unreachable-no-resolver")]
    assert failing(found) == []


def test_a_proxy_that_wants_a_sign_in(runs):
    found = runs["proxy"]
    assert verdict(found, "egress-available") == [("pass", "open")]
    assert verdict(found, "proxy-without-authentication") == [("fail", "sign-in-demanded")]
    assert verdict(found, "proxy-allows-device-registration") == [("fail", "stopped-by-proxy")]
    assert verdict(found, "intune-endpoints-reachable") == [("fail", "proxy-auth-unsupported")]
    assert verdict(found, "required-endpoints-reachable", "M365-Common from client") == [
        ("pass", "all-reachable")
    ]


def test_no_password_is_kept(runs, tmp_path_factory):
    assert runs["proxy"]
    base = tmp_path_factory.getbasetemp()
    saved = "".join(path.read_text() for path in base.rglob("proxy/run/**/*.json"))
    assert saved
    assert "p4ssw0rd" not in saved


def test_without_root_by_way_of_a_user_namespace(runs):
    assert runs["nobody"] == {"a": ("pass", "ok"), "b": ("fail", "icmp_prohibited")}
