"""Edges that limit, and places without a way out: never a false block, and never a long wait."""

import json

import pytest

from tests.netns.outside import probe_command, run_rig, verdicts

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


def test_behind_a_limit_of_new_connections_nothing_is_called_blocked(tmp_path):
    found = world(
        tmp_path, "iifname f0 tcp flags syn limit rate over 20/second burst 20 packets drop"
    )
    counts = counted(found)
    assert not [key for key in counts if key[0] in ("fail", "unknown")], counts
    assert counts.get(("warn", "rate_limited_edge"), 0) > COUNT // 3, counts


def test_behind_a_limit_of_open_connections_nothing_is_called_blocked(tmp_path):
    found = world(tmp_path, "iifname f0 tcp flags syn ct count over 10 reject with tcp reset")
    counts = counted(found)
    assert not [key for key in counts if key[0] in ("fail", "unknown")], counts


@pytest.mark.parametrize("rule", ["iifname f0 ip daddr 203.0.113.0/24 drop"])
def test_without_a_way_out_every_target_still_gets_its_result(tmp_path, rule):
    found = world(tmp_path, rule)
    assert counted(found) == {("fail", "tcp_timeout"): COUNT}
    assert json.dumps(found)


def test_dropped_ones_among_open_ones(tmp_path):
    found = world(tmp_path, "ip daddr 203.0.113.10-203.0.113.45 drop")
    assert counted(found) == {("fail", "tcp_timeout"): 36, ("pass", "ok"): COUNT - 36}
