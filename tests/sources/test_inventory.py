"""Inventories: read, refused with line and key, merged, and what is missing kept as missing."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scanner.cli.main import main
from scanner.config.model import Config
from scanner.config.model import Inventory as Section
from scanner.evidence.inventory import InventoryClients, InventoryServer, Software
from scanner.evidence.versions import VersionFacts, older, version_of
from scanner.lab.inventory import servers as lab_servers
from scanner.lab.organisation import Organisation
from scanner.sources.inventory.document import InventoryError, read_inventory
from scanner.sources.inventory.places import places
from scanner.sources.inventory.schema import schema, written
from scanner.sources.inventory.source import InventorySource, VersionsError, version_facts
from scanner.subject import host
from scanner.words import Reason
from tests.scanning import scan_text, verdicts
from tests.sources.gathering import Gathering

HEAD = '{\n"collected_at": "2026-11-20T08:00:00Z",\n"servers": [\n'


def read(folder, content):
    path = folder / "inventory.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_inventory(path)


def gathered(folder, *contents, **section):
    names = []
    for number, content in enumerate(contents):
        names.append(f"{number}.json")
        (folder / names[-1]).write_text(content, encoding="utf-8")
    config = Config(inventory=Section(tuple(names), **section), path=folder / "emsready.toml")
    gathering = Gathering(config, frozenset(InventorySource.kinds))
    InventorySource().collect(gathering)
    return gathering


def one_server(**more):
    return HEAD + json.dumps({"name": "S1.contoso.com", **more}) + "]}"


def test_a_server_is_read_with_the_day_of_its_file(tmp_path):
    found = read(
        tmp_path, one_server(software=[{"product": "entra-connect", "version": "2.6.1.0"}])
    )
    (server,) = found.servers
    assert server.seen == date(2026, 11, 20)
    assert server.software == (Software("entra-connect", "2.6.1.0"),)
    assert server.subject == host("s1.contoso.com")
    assert found.bad == []


def test_what_windows_powershell_redirects_is_utf_16(tmp_path):
    assert len(read(tmp_path, one_server().encode("utf-16")).servers) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"servers": [}', r":1: not valid JSON"),
        ("[]", r":1: expected an object"),
        ('{"collected_at": "2026-11-20"}', r":1: neither 'servers' nor"),
        ('{\n"servers": []}', r":1: the key 'collected_at' is missing"),
        (
            '{\n"collected_at": "soon",\n"servers": []}',
            r':2: collected_at: expected a date such as "',
        ),
        ('{"schema": "2.0",\n"collected_at": "2026-11-20", "servers": []}', r"reads schema 1.0"),
        ('{"collected_at": "2026-11-20",\n"servers": {}}', r":2: servers: expected a list"),
        ("nothing like it", r":1: neither JSON nor a table"),
        (b"\xff\xfe\x00", r"neither UTF-8 nor UTF-16"),
        ("[" * 100_000, r"not valid JSON"),
        ('{"a":' * 30 + "1" + "}" * 30, r"nested deeper"),
        ('{"a": ' + "1" * 5000 + "}", r"not valid JSON"),
    ],
)
def test_a_file_that_is_no_inventory_is_refused(tmp_path, content, says):
    with pytest.raises(InventoryError) as caught:
        read(tmp_path, content)
    assert re.search(says, str(caught.value)), str(caught.value)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ('{"name": "S1",\n"role": ["ndes"]}', r":5: servers.0.role: unknown key 'role'.*'roles'"),
        ('{"name": "S1",\n"roles": ["ndse"]}', r":5: servers.0.roles.0: .*did you mean 'ndes'"),
        ('{"name": "S1",\n"domain_joined": "yes"}', r":5: servers.0.domain_joined: .*true, false"),
        (
            '{"name": "S1",\n"system": {\n"version": "Ten"}}',
            r":6: servers.0.system.version: .*such as",
        ),
        (
            '{"name": "S1",\n"updates": {"pending": -1}}',
            r":5: servers.0.updates.pending: .*not neg",
        ),
        (
            '{"name": "S1",\n"updates": {"last_installed": "1.2.2026"}}',
            r":5: .*last_installed: .*date",
        ),
        (
            '{"name": "S1",\n"software": [{"product": "ndes"}]}',
            r":5: .*software.0.product: unknown",
        ),
        ('{"name": "S1",\n"software": 1}', r":5: servers.0.software: expected a list"),
        ('{"name": "S1",\n"ndes": []}', r":5: servers.0.ndes: expected an object"),
        ('{"roles": []}', r":4: servers.0: the key 'name' is missing"),
        ('{"name": " "}', r":4: servers.0.name: a server needs its name"),
        ('"S1"', r":4: servers.0: expected an object"),
    ],
)
def test_a_bad_entry_costs_that_entry_and_is_named(tmp_path, entry, says):
    found = read(tmp_path, HEAD + entry + ',\n{"name": "S2"}]}')
    assert [one.name for one in found.servers] == ["S2"]
    assert re.search(says, found.bad[0].problem), found.bad


def test_an_unknown_key_of_the_file_costs_nothing_else(tmp_path):
    found = read(tmp_path, one_server()[:-1] + ',\n"server": []}')
    assert found.servers
    assert "did you mean 'servers'" in found.bad[0].problem


TABLE = """\
name;roles;os_version;last_installed;pending;product;version;staging;collected_at
SYNC01;entra-connect;10.0.20348.1;2026-11-12;3;entra-connect;2.6.84.0;yes;2026-11-20
sync01;;;;;provisioning-agent;1.1.2102.0;;
NDES01;"ndes, certificate-connector";10.0.20348.1;;;;;;
"""


def test_a_table_is_an_inventory_too(tmp_path):
    first, second = read(tmp_path, TABLE).servers
    assert [one.product for one in first.software] == ["entra-connect", "provisioning-agent"]
    assert (first.sync.staging, first.updates.pending) == (True, 3)
    assert second.roles == ("ndes", "certificate-connector")


def test_clients_and_browsers_are_counted_in_tables(tmp_path):
    found = read(
        tmp_path,
        "platform,version,edition,count,collected_at\nwindows,10.0.26100,pro,5,2026-11-20\n",
    )
    assert [(one.platform, one.count) for one in found.clients] == [("windows", 5)]
    found = read(tmp_path, "browser\tcount\tcollected_at\nedge\t7\t2026-11-20\n")
    assert [(one.browser, one.count) for one in found.browsers] == [("edge", 7)]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("name,rolle,collected_at\nS,x,2026-11-20\n", r":1: unknown column 'rolle'.*'roles'"),
        ("name,collected_at\nS,2026-11-20,x\n", r":2: 3 cells for 2 columns"),
        ('name,collected_at\n"S,2026\n', r":\d: not a table"),
        ("name,roles\nS,ndes\n", r":1: the key 'collected_at' is missing"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path, table, says):
    with pytest.raises(InventoryError) as caught:
        read(tmp_path, table)
    assert re.search(says, str(caught.value)), str(caught.value)


def test_a_wrong_cell_is_named_with_its_line(tmp_path):
    table = "platform,version,count,collected_at\nios,17,x,2026-11-20\nios,18,2,\n"
    found = read(tmp_path, table)
    assert [one.version for one in found.clients] == ["18"]
    assert re.search(r":2: clients.0.count: expected a whole number", found.bad[0].problem)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        ),
        max_leaves=30,
    ),
    st.integers(0, 3),
)
def test_the_line_of_every_value_is_found(value, indent):
    text = json.dumps(value, indent=indent or None)
    found = places(text)
    lines = text.splitlines() or [""]
    for place, line in found.items():
        assert 1 <= line <= len(lines)
        inner = value
        for key in place:
            inner = inner[key]
        if isinstance(inner, int) and not isinstance(inner, bool):
            assert str(inner) in lines[line - 1]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(tmp_path_factory, data):
    try:
        read(tmp_path_factory.mktemp("inventory"), data)
    except InventoryError as error:
        assert str(error)  # noqa: PT017 - any bytes may be a mistake, and are told as one


def test_the_shipped_schema_is_made_from_the_types_and_accepts_what_is_read(capsys):
    assert main(["inventory", "schema"]) == 0
    assert capsys.readouterr().out == written()
    validator = Draft202012Validator(schema())
    validator.check_schema(schema())
    for healthy in (True, False):
        servers = lab_servers(Organisation(healthy=healthy), date(2026, 11, 20))
        validator.validate({"collected_at": "2026-11-20T08:00:00Z", "servers": servers})
    for wrong in ({"server": []}, {"servers": [{"name": "S", "role": []}]}):
        assert list(validator.iter_errors({"collected_at": "2026-11-20T08:00:00Z", **wrong}))


def test_without_an_inventory_only_the_facts_are_there():
    gathering = Gathering(Config(), frozenset(InventorySource.kinds))
    InventorySource().collect(gathering)
    assert gathering.one(VersionFacts).releases
    assert gathering.gap(InventoryServer).reason is Reason.UNCONFIGURED
    assert "emsready inventory script" in gathering.gap(InventoryClients).detail


def test_a_server_of_several_files_is_the_one_that_was_seen_last(tmp_path):
    old = one_server(dotnet_release=1).replace("2026-11-20", "2026-10-20")
    gathering = gathered(tmp_path, one_server(dotnet_release=2), old)
    assert gathering.one(InventoryServer).dotnet_release == 2


def test_what_cannot_be_read_is_missing_about_its_own_server(tmp_path):
    gathering = gathered(tmp_path, one_server(rolls=[]), "no inventory")
    gap = gathering.gap(InventoryServer, host("s1.contoso.com"))
    assert gap.reason is Reason.UNSUPPORTED
    assert "servers.0.rolls" in gap.detail
    assert "neither JSON nor a table" in gathering.gap(InventoryServer).detail


def test_an_empty_list_of_servers_is_none_and_not_a_gap(tmp_path):
    gathering = gathered(tmp_path, HEAD + "]}")
    assert gathering.gap(InventoryServer) is None
    assert InventoryServer in gathering.none


def test_own_facts_about_versions_take_the_place_of_ours(tmp_path):
    (tmp_path / "facts.json").write_text('{"as_of": "2030-01-01"}')
    config = Config(inventory=Section((), "facts.json"), path=tmp_path / "emsready.toml")
    assert version_facts(config) == VersionFacts(date(2030, 1, 1))
    (tmp_path / "facts.json").write_text('{"as_of": "2030-01-01", "releases": [{"name": 1}]}')
    with pytest.raises(VersionsError, match=r"facts.json: .*releases\[0\]"):
        version_facts(config)


PRIMARY = ("https://learn.microsoft.com/", "https://github.com/microsoft/")


def test_every_shipped_fact_has_a_source_and_a_version():
    facts = version_facts(Config())
    for one in (*facts.releases, *facts.minimums):
        assert one.source.startswith(PRIMARY), one
        assert version_of(one.version), one
    keys = [(one.product, one.version, one.track) for one in facts.releases]
    assert len(keys) == len(set(keys))


def test_versions_are_compared_by_number():
    assert version_of("10.0.9") < version_of("10.0.10")
    assert older((2, 5), (2, 5, 79, 0))
    assert not older((2, 5, 79), (2, 5, 79, 0))
    assert [version_of(text) for text in ("", "1.", "v1", "1.-2", "1٢", "9" * 10)] == [None] * 6


def test_a_minimum_holds_from_its_day_on():
    facts = version_facts(Config())
    assert facts.minimum("entra-connect", date(2026, 9, 29)) is None
    assert facts.coming("entra-connect", date(2026, 9, 29)).version == "2.5.79.0"
    assert facts.minimum("entra-connect", date(2026, 9, 30)).version == "2.5.79.0"


def test_files_are_checked_from_the_command_line(tmp_path, capsys):
    good, bad = tmp_path / "good.json", tmp_path / "bad.csv"
    good.write_text(one_server(roles=["ndes"]))
    bad.write_text("platform,version,count,collected_at\nios,17,x,2026-11-20\n")
    assert main(["inventory", "validate", str(good)]) == 0
    assert "1 servers (1 ndes)" in capsys.readouterr().out
    assert main(["inventory", "validate", str(good), str(bad), str(tmp_path / "none")]) == 2
    told = capsys.readouterr().err
    assert "bad.csv:2: clients.0.count" in told
    assert "none: cannot be read" in told
    assert main(["inventory", "validate", "--json", str(good)]) == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["servers"] == 1


def test_a_scan_judges_by_the_inventory_and_keeps_what_it_lost(tmp_path):
    (tmp_path / "inventory.json").write_text(
        HEAD
        + json.dumps({"name": "dc1", "system": {"version": "6.3.9600"}})
        + ',\n{"name": "dc2", "rolls": []}]}'
    )
    config = '[inventory]\nfiles = ["inventory.json"]\n'
    result = scan_text(config, tmp_path, only=["infrastructure.servers-supported"])
    assert verdicts(result, "infrastructure.servers-supported") == {
        "dc1": ("fail", "ended"),
        "dc2": ("not-assessed", "missing-unsupported"),
    }
    (gap,) = [one for one in result.findings if one.subject.name == "dc2"]
    assert "inventory.json:5: servers.1.rolls" in gap.message.text


def test_the_name_of_a_server_is_compared_without_case():
    one = InventoryServer("S1.Contoso.com", date(2026, 1, 1))
    assert replace(one, name="s1.contoso.com").subject == one.subject
