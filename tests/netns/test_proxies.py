"""Paths through proxies: explicit, signed in, inspecting, in between, SOCKS."""

import json

import pytest

from tests.netns import proxies
from tests.netns.outside import many_probes, run_rig, verdicts

pytestmark = pytest.mark.timeout(240)  # rigs on a busy machine

GATE = proxies.GATE
HOSTS = {
    f"{name}.rig.test": {"a": [f"203.0.113.{number}"]}
    for number, name in enumerate(
        ("good", "forbidden", "exempt", "cut-by-name", "dead", "between"), 10
    )
}
RULES = """
table inet t {
 chain pre { type nat hook prerouting priority -100; policy accept;
  iifname "f0" ip daddr 203.0.113.15 tcp dport 443 redirect to :3131
 }
 chain f { type filter hook forward priority 0; policy accept;
  ct state established,related accept
  iifname "f0" ip saddr 10.77.1.2 ip daddr 203.0.113.0/24 drop
 }
 chain o { type filter hook output priority 0; policy accept;
  ip daddr 203.0.113.14 reject with tcp reset
 }
}
"""


def target(name, kind="tls", **more):
    ports = {"tls": 443, "http": 80}
    return {"id": name, "kind": kind, "host": f"{name}.rig.test", "port": ports[kind], **more}


def through(port, credentials=""):
    url = f"http://{credentials}{GATE}:{port}"
    return {"https_proxy": url, "http_proxy": url}


# name of the run: (environment, targets, {target: (status, reason)})
RUNS = {
    "explicit": (
        through(3128),
        [target("good"), target("forbidden"), target("dead"), target("missing")],
        {
            "good": ("pass", "ok"),
            "forbidden": ("fail", "proxy_denied"),
            "dead": ("fail", "proxy_denied"),
            "missing": ("fail", "proxy_denied"),
        },
    ),
    "explicit-http": (
        through(3128),
        [target("good", "http"), target("forbidden", "http")],
        {"good": ("pass", "ok"), "forbidden": ("fail", "proxy_denied")},
    ),
    "direct-although-there-is-a-proxy": (
        {**through(3128), "no_proxy": ".rig.test"},
        [target("good")],
        {"good": ("fail", "tcp_timeout")},
    ),
    "wants-a-sign-in": (
        through(3129),
        [target("good"), target("exempt", proxy_auth="no")],
        {"good": ("fail", "proxy_auth_required"), "exempt": ("fail", "proxy_auth_unsupported")},
    ),
    "signed-in": (
        through(3129, "u:p4ssw0rd-p@"),
        [target("good"), target("exempt", proxy_auth="no")],
        {"good": ("pass", "ok"), "exempt": ("fail", "proxy_auth_unsupported")},
    ),
    "wrong-password": (
        through(3129, "u:x@"),
        [target("good")],
        {"good": ("fail", "proxy_auth_required")},
    ),
    "inspecting": (
        through(3130),
        [target("good", tls_inspection="no"), target("forbidden"), target("exempt")],
        {
            "good": ("fail", "tls_intercepted"),
            "forbidden": ("warn", "tls_intercepted"),
            "exempt": ("pass", "ok"),
        },
    ),
    "in-between": (
        {},
        [target("between", tls_inspection="no")],
        {"between": ("fail", "tls_intercepted")},
    ),
    "cut-by-name": (
        through(3130),
        [target("cut-by-name")],
        {"cut-by-name": ("fail", "tls_reset")},
    ),
    "no-proxy-there": (
        through(3999),
        [target("good"), target("exempt", "http")],
        {"good": ("fail", "proxy_unreachable"), "exempt": ("fail", "proxy_unreachable")},
    ),
    "socks-names-there": (
        {"all_proxy": f"socks5h://{GATE}:1080"},
        [target("good"), target("good2", "http") | {"host": "good.rig.test"}, target("dead")],
        {"good": ("pass", "ok"), "good2": ("pass", "ok"), "dead": ("fail", "tcp_refused")},
    ),
    "socks-names-here": (
        {"all_proxy": f"socks5://{GATE}:1080"},
        [target("good")],
        {"good": ("pass", "ok")},
    ),
    "socks-wants-a-sign-in": (
        {"all_proxy": f"socks5h://{GATE}:1081"},
        [target("good")],
        {"good": ("fail", "proxy_auth_required")},
    ),
    "socks-signed-in": (
        {"all_proxy": f"socks5h://u:p@{GATE}:1081"},
        [target("good")],
        {"good": ("pass", "ok")},
    ),
    "no-socks-there": (
        {"all_proxy": f"socks5h://{GATE}:3128"},
        [target("good")],
        {"good": ("fail", "proxy_unreachable")},
    ),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxies")
    folder.chmod(0o755)
    helpers = [
        proxies.explicit(folder),
        proxies.signed_in(folder),
        proxies.inspecting(folder),
        *proxies.socks(folder),
    ]
    command = many_probes(folder, {name: one[:2] for name, one in RUNS.items()})
    (done,) = run_rig(folder, HOSTS, [command], rules=RULES, helpers=helpers)
    assert done["code"] == 0, done["err"]
    assert json.loads(done["out"].splitlines()[-1]) == [0] * len(RUNS), done
    return {name: verdicts(folder, name) for name in RUNS}


@pytest.mark.parametrize("name", RUNS)
def test_path(found, name):
    expected = RUNS[name][2]
    seen = {key: (one["status"], one["reason"]) for key, one in found[name].items()}
    assert seen == expected, found[name]


def test_no_password_is_written_anywhere(found):
    assert "p4ssw0rd" not in str(found)
