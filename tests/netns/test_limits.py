"""Edges that limit, and places without a way out: never a false block, and never a long wait."""

import pytest

from tests.netns.outside import probe_command, run_rig, side_by_side, verdicts

pytestmark = pytest.mark.timeout(240)  # rigs on a busy machine

COUNT = 120


def world(folder, rules):
    hosts, targets = {}, []
    for number in range(COUNT):
        name = f"h{number}.rig.test"
        hosts[name] = {"a": [f"203.0.113.{number + 10}"]}
        targets.append({"id": name, "kind": "tls", "host": name, "port": 443})
    text = "table inet t {\n chain f { type filter hook forward priority 0; policy accept;\n"
    text += f"  ct state established,related accept\n  {rules}\n }}\n}}\n"
    (done,) = run_rig(folder, hosts, [probe_command(folder, targets)], rules=text)
    assert done["code"] == 0, done["err"]
    return verdicts(folder)


def counted(found):
    counts = {}
    for one in found.values():
        key = one["status"], one["reason"]
        counts[key] = counts.get(key, 0) + 1
    return counts


RULES = {
    "rate": "iifname f0 tcp flags syn limit rate over 20/second burst 20 packets drop",
    "count": "iifname f0 tcp flags syn ct count over 10 reject with tcp reset",
    "shut": "iifname f0 ip daddr 203.0.113.0/24 drop",
    "some": "ip daddr 203.0.113.10-203.0.113.45 drop",
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    base = tmp_path_factory.mktemp("limits")
    found = side_by_side(
        base, {name: lambda folder, rule=rule: world(folder, rule) for name, rule in RULES.items()}
    )
    return {name: counted(one) for name, one in found.items()}


def test_behind_a_limit_of_new_connections_nothing_is_called_blocked(runs):
    counts = runs["rate"]
    assert not [key for key in counts if key[0] in ("fail", "unknown")], counts
    assert counts.get(("warn", "rate_limited_edge"), 0) > COUNT // 3, counts


def test_behind_a_limit_of_open_connections_nothing_is_called_blocked(runs):
    counts = runs["count"]
    assert not [key for key in counts if key[0] in ("fail", "unknown")], counts


def test_without_a_way_out_every_target_still_gets_its_result(runs):
    assert runs["shut"] == {("fail", "tcp_timeout"): COUNT}


def test_dropped_ones_among_open_ones(runs):
    assert runs["some"] == {("fail", "tcp_timeout"): 36, ("pass", "ok"): COUNT - 36}
