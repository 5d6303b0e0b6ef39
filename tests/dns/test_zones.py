"""Signatures, delegation and aliases at the apex, on real servers and end to end."""

import subprocess

import pytest

from tests.scanning import scan_text, verdicts
from tests.servers.dns import free_dns_port, knot, unbound, wait_for_dns, zone_text
from tests.servers.parts import need, running

SIGNED = ("valid.test", "expired.test", "stranger.test", "open.test", "keyless.test")


def signed_zone(folder, name, *, expired=False):
    """(signed file, DS line) of a small zone."""
    keygen, sign = need("ldns-keygen"), need("ldns-signzone")
    path = folder / f"{name}.zone"
    path.write_text(zone_text(name, ["@ A 203.0.113.1", "www A 203.0.113.2"]))
    made = subprocess.run(
        [keygen, "-a", "ECDSAP256SHA256", "-k", name],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    key = made.stdout.strip()
    when = ["-i", "20240101000000", "-e", "20240201000000"] if expired else []
    subprocess.run([sign, "-n", *when, str(path), key], cwd=folder, check=True)
    return path.with_suffix(".zone.signed"), (folder / f"{key}.ds").read_text().strip()


@pytest.fixture(scope="module")
def dnssec(tmp_path_factory):
    """What dns.dnssec says of zones that are signed in different ways."""
    folder = tmp_path_factory.mktemp("dnssec")
    files, anchors = {}, []
    for name in SIGNED[:4]:
        files[name], ds = signed_zone(folder, name, expired=name == "expired.test")
        if name == "stranger.test":
            ds = ds.rsplit(None, 1)[0] + " " + "0" * 64
        if name != "open.test":
            anchors.append(ds)
    zones = {".": ["@ A 127.0.0.1"], "plain.test": ["@ A 203.0.113.1"]}
    anchor = [f'"{one}"' for one in anchors]
    # The parent of these zones holds their DS, as a registry does.
    zones["test"] = [
        *(f"{name.partition('.')[0]} NS ns.{name}." for name in (*SIGNED, "plain.test")),
        *(one.replace(".test.", "", 1) for one in anchors),
        f"keyless DS 1 13 2 {'1' * 64}",
    ]
    zones["keyless.test"] = ["@ A 203.0.113.1"]
    with (
        knot(folder / "knot", zones, files=files) as authority,
        unbound(folder / "unbound", [*zones, *files], authority, anchors=anchor) as resolver,
    ):
        names = ", ".join(f'"{one}"' for one in (*SIGNED, "plain.test"))
        text = f"""
            [domains]
            names = [{names}]
            [dns]
            external = ["127.0.0.1:{resolver}"]
        """
        return verdicts(scan_text(text, folder, only=["dns.dnssec", "dns.ipv6"]), "dns.dnssec"), (
            scan_text(text, folder, only=["dns.ipv6"])
        )


def test_dnssec(dnssec):
    found, _ = dnssec
    assert found == {
        "valid.test": ("pass", "validates"),
        "expired.test": ("fail", "bogus"),
        "stranger.test": ("fail", "bogus"),
        "open.test": ("warn", "chain-open"),
        "keyless.test": ("fail", "no-keys"),
        "plain.test": ("warn", "unsigned"),
    }


def test_other_checks_do_not_take_a_bogus_zone_for_an_empty_one(dnssec):
    _, result = dnssec
    found = verdicts(result, "dns.ipv6")
    assert found["expired.test"] == ("not-assessed", "unreachable-bogus")
    assert found["valid.test"] == ("warn", "four-only")


def test_delegation(tmp_path):
    """Three servers: a good one, one with an older zone, one that knows nothing; and a silent one."""
    serial = "@ SOA ns1 hostmaster {} 7200 3600 1209600 60"
    addresses = {"ns1": "127.53.0.1", "ns2": "127.53.0.2", "ns3": "127.53.0.3", "ns4": "127.53.0.4"}

    def zone(*servers, serial_number=5):
        lines = [serial.format(serial_number)]
        lines += [f"@ NS {one}" for one in servers]
        return lines + [f"{one} A {addresses[one]}" for one in servers]

    new = {
        "good.test": zone("ns1", "ns2"),
        "older.test": zone("ns1", "ns2"),
        "lame.test": zone("ns1", "ns3"),
        "silent.test": zone("ns1", "ns4"),
        "single.test": zone("ns1"),
        "nameless.test": [serial.format(5), "@ NS ns1", "@ NS ns9", "ns1 A 127.53.0.1"],
        "aliased.test": [*zone("ns1"), "@ NS ns5", "ns5 CNAME ns1"],
        "drift.test": zone("ns1", "ns2"),
        ".": ["@ A 127.0.0.1"],
    }
    new["test"] = [
        "@ NS ns1.parent.test.",
        "ns1.parent A 127.53.0.9",
        *(
            f"{name.partition('.')[0]} NS ns1.{name}."
            for name in new
            if name not in ("drift.test", ".")
        ),
        *(f"{name.partition('.')[0]} NS ns2.{name}." for name in ("good.test", "older.test")),
        "lame NS ns3.lame.test.",
        "silent NS ns4.silent.test.",
        "aliased NS ns5.aliased.test.",
        "nameless NS ns9.nameless.test.",
        "drift NS ns1.drift.test.",
    ]
    old = {**new, "older.test": zone("ns1", "ns2", serial_number=4)}
    nothing = {"other.test": ["@ A 127.0.0.1"]}
    closed = free_dns_port()
    with (
        knot(tmp_path / "new", new) as first,
        knot(tmp_path / "old", old) as second,
        knot(tmp_path / "nothing", nothing) as third,
        knot(tmp_path / "parent", {"test": new["test"]}) as parent,
        unbound(tmp_path / "unbound", new, first) as resolver,
    ):
        names = [one for one in new if one.count(".") == 1 and one != "."]
        text = f"""
            [domains]
            names = {names}
            [dns]
            external = ["127.0.0.1:{resolver}"]
            timeout = 0.5
            [network.connect]
            "127.53.0.1:53" = "127.0.0.1:{first}"
            "127.53.0.2:53" = "127.0.0.1:{second}"
            "127.53.0.3:53" = "127.0.0.1:{third}"
            "127.53.0.4:53" = "127.0.0.1:{closed}"
            "127.53.0.9:53" = "127.0.0.1:{parent}"
        """
        result = scan_text(text, tmp_path, only=["dns.delegation"])
    assert verdicts(result, "dns.delegation") == {
        "good.test": ("pass", "in-agreement"),
        "older.test": ("warn", "serials-differ"),
        "lame.test": ("fail", "lame-server"),
        "silent.test": ("fail", "silent-server"),
        "single.test": ("warn", "one-server"),
        "nameless.test": ("fail", "server-name-missing"),
        "aliased.test": ("warn", "server-is-alias"),
        "drift.test": ("warn", "parent-differs"),
    }


def test_all_servers_silent_is_not_a_fault_of_the_zone(tmp_path):
    with knot(tmp_path / "knot", {"good.test": ["@ A 203.0.113.1"]}) as port:
        text = f"""
            [domains]
            names = ["good.test"]
            [dns]
            external = ["127.0.0.1:{port}"]
            timeout = 0.3
            [network.connect]
            "127.0.0.1:53" = "127.0.0.1:{free_dns_port()}"
        """
        result = scan_text(text, tmp_path, only=["dns.delegation"])
    found = verdicts(result, "dns.delegation")["good.test"]
    assert found == ("not-assessed", "timeout-all-silent")


def test_an_alias_at_the_apex(tmp_path):
    """PowerDNS with zone files serves what other servers refuse to load."""
    program = need("pdns_server")
    port = free_dns_port()
    (tmp_path / "apex.zone").write_text(
        "$ORIGIN apex.test.\n$TTL 3600\n@ SOA ns1 hostmaster 1 7200 3600 1209600 60\n"
        "@ NS ns1\n@ CNAME www.other.test.\nns1 A 127.0.0.1\n"
    )
    (tmp_path / "named.conf").write_text(
        f'zone "apex.test" {{ type master; file "{tmp_path}/apex.zone"; }};\n'
    )
    (tmp_path / "pdns.conf").write_text(
        f"launch=bind\nbind-config={tmp_path}/named.conf\nlocal-address=127.0.0.1\n"
        f"local-port={port}\nsocket-dir={tmp_path}\nbind-check-interval=0\nwebserver=no\n"
        "enable-lua-records=no\nsecurity-poll-suffix=\n"
    )
    arguments = [program, f"--config-dir={tmp_path}", "--daemon=no", "--guardian=no"]
    with running(arguments) as process:
        wait_for_dns(port, "apex.test.", process=process)
        text = f"""
            [domains]
            names = ["apex.test"]
            [dns]
            external = ["127.0.0.1:{port}"]
            timeout = 1.0
        """
        result = scan_text(text, tmp_path, only=["dns.apex-cname", "dns.cname-conflict"])
    assert verdicts(result, "dns.apex-cname") == {"apex.test": ("fail", "alias")}
    assert verdicts(result, "dns.cname-conflict") == {"apex.test": ("fail", "other-records")}
