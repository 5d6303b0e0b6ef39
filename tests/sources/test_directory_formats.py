"""The same directory through every format gives the same evidence; and what each format adds."""

import csv
import io
import json
import uuid
from contextlib import closing

import pytest

from scanner.config.model import Config, Directory
from scanner.evidence.codec import plain
from scanner.evidence.directory import Collision, DirectoryInput, DirectoryObject
from scanner.lab.directory.faults import troubled
from scanner.lab.directory.ldif import ldif
from scanner.lab.directory.people import Forest
from scanner.sources.directory import cmdlets, text
from scanner.sources.directory.cmdlets import CmdletReader
from scanner.sources.directory.csvde import CsvdeReader
from scanner.sources.directory.entry import Broken, Entry
from scanner.sources.directory.formats import open_entries
from scanner.sources.directory.source import DirectorySource
from tests.sources.gathering import Gathering

FOREST = Forest("corp.contoso.local", "contoso.com", "fabrikam.com")
ENTRIES = list(troubled(FOREST, FOREST.everyone(240)))
SEVERAL = ("objectClass", "proxyAddresses", "member")


def as_csv(entries):
    names = list(dict.fromkeys(name for entry in entries for name in entry if name != "dn"))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["DN", *names])
    for entry in entries:
        writer.writerow([entry["dn"][0], *(_cell(name, entry.get(name)) for name in names)])
    return out.getvalue()


def _cell(name, values):
    if values is None:
        return ""
    if isinstance(values[0], bytes):
        return f"X'{values[0].hex()}'"
    return ";".join(one.replace(";", "\\;") for one in values) if name in SEVERAL else values[0]


def as_json(entries, *, lines=True, indent=None, wrapped=False):
    made = [_object(entry, wrapped=wrapped) for entry in entries]
    if lines:
        return "\n".join(map(json.dumps, made)) + "\n"
    return json.dumps(made, indent=indent, ensure_ascii=False)


def _object(entry, *, wrapped):
    made = {"DistinguishedName": entry["dn"][0]}
    for name, values in entry.items():
        if name == "objectGUID":
            made["ObjectGUID"] = str(uuid.UUID(bytes_le=values[0]))
        elif isinstance(values[0], bytes):
            made[name] = list(values[0])
        elif name in SEVERAL and wrapped:
            made[name] = {"value": values, "Count": len(values)}
        elif name != "dn":
            made[name] = values if len(values) > 1 else values[0]
    return made


def evidence(tmp_path, data):
    path = tmp_path / "export"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    source = DirectorySource()
    gathering = Gathering(Config(directory=Directory(files=(str(path),))), frozenset(source.kinds))
    source.collect(gathering)
    ground = plain(gathering.one(DirectoryInput))
    return {
        "objects": [plain(one) for one in gathering.streams[DirectoryObject].items],
        "collisions": [plain(one) for one in gathering.streams[Collision].items],
        "classes": ground["parts"][0]["classes"],
        "conflicts": ground["conflicts"],
    }


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda one: "".join(ldif(one)).encode("utf-16"), id="ldif, UTF-16"),
        pytest.param(lambda one: "".join(ldif(one)).replace("\n", "\r\n"), id="ldif, CRLF"),
        pytest.param(as_csv, id="csvde"),
        pytest.param(lambda one: as_csv(one).encode("utf-16"), id="csvde, UTF-16"),
        pytest.param(as_json, id="json, an object a line"),
        pytest.param(lambda one: as_json(one, lines=False), id="json, an array"),
        pytest.param(
            lambda one: as_json(one, lines=False, indent=4, wrapped=True).encode("utf-16"),
            id="json of Windows PowerShell",
        ),
    ],
)
def test_every_format_gives_the_same_evidence(tmp_path, write):
    assert evidence(tmp_path, write(ENTRIES)) == evidence(tmp_path, "".join(ldif(ENTRIES)))


def read(reader, data):
    return list(reader(io.BytesIO(data if isinstance(data, bytes) else data.encode())))


def test_csvde_splits_only_what_has_several_values():
    (found,) = read(
        CsvdeReader,
        "DN,objectClass,proxyAddresses,displayName,mail\n"
        '"CN=a,DC=x",user,X400:C=US\\;A=x\\;;smtp:a@b.c,"Lee; Ann",\n',
    )
    assert found.dn == "CN=a,DC=x"
    assert found.attributes == {
        "objectclass": ["user"],
        "proxyaddresses": ["X400:C=US;A=x;", "smtp:a@b.c"],
        "displayname": ["Lee; Ann"],
    }


def test_csvde_writes_what_is_not_ascii_as_digits():
    (found,) = read(CsvdeReader, f"DN,displayName\nCN=a,X'{'Jörg'.encode().hex()}'\n")
    assert found.attributes == {"displayname": ["J\u00f6rg"]}


def test_a_damaged_row_costs_itself_only():
    found = read(CsvdeReader, b"DN,mail\nCN=a,a@b\nCN=b\nCN=c,\xff\nCN=d,d@b\n")
    assert [type(one) for one in found] == [Entry, Broken, Entry, Entry]
    assert (found[1].place, found[2].undecodable) == (3, {"mail"})


def test_quoted_cells_may_hold_line_ends():
    found = read(CsvdeReader, 'DN,displayName\n"CN=a","two\nlines"\nCN=b,x\n')
    assert [one.attributes["displayname"] for one in found] == [["two\nlines"], ["x"]]
    assert [one.place for one in found] == [2, 4]


def test_powershell_values_in_all_their_shapes():
    found = read(
        CmdletReader,
        json.dumps(
            {
                "DistinguishedName": "CN=a",
                "objectClass": "user",
                "mail": None,
                "displayName": "",
                "proxyAddresses": {"value": ["SMTP:a@b.c"], "Count": 1},
                "userCertificate": [[1, 2], [3, 4]],
                "thumbnailPhoto": [1, 2, 3],
                "mS-DS-ConsistencyGuid": list(range(16)),
                "pwdLastSet": "/Date(1762000000000)/",
                "isCriticalSystemObject": True,
                "objectSid": {"BinaryLength": 28, "Value": "S-1-5-21-1-2-3-512"},
                "Enabled": False,
                "PropertyNames": ["x"],
            }
        ),
    )
    assert found[0].attributes == {
        "objectclass": ["user"],
        "displayname": [""],
        "proxyaddresses": ["SMTP:a@b.c"],
        "usercertificate": ["", ""],
        "thumbnailphoto": ["3"],
        "ms-ds-consistencyguid": [bytes(range(16)).hex()],
        "pwdlastset": [str((1762000000 + 11644473600) * 10**7)],
        "iscriticalsystemobject": ["TRUE"],
        "objectsid": ["S-1-5-21-1-2-3-512"],
        "useraccountcontrol": ["514"],
    }


@pytest.mark.parametrize(
    "damage", ['{"DistinguishedName": "CN=b", "mail": "x}', "{]}", "nonsense", '{"mail": "x"}']
)
def test_a_damaged_object_costs_itself_only(damage):
    good = '{"DistinguishedName": "CN=%s"}'
    found = read(CmdletReader, f"{good % 'a'}\n{damage}\n{good % 'c'}\n")
    assert [type(one) for one in found] == [Entry, Broken, Entry]
    assert [one.place for one in found] == [1, 2, 3]


def test_half_a_pair_is_no_text():
    (found,) = read(CmdletReader, '{"DistinguishedName": "CN=a", "mail": "\\ud800"}')
    assert found.undecodable == {"mail"}


def test_objects_may_lie_across_blocks(monkeypatch):
    data = as_json(ENTRIES[:20], lines=False, indent=2).encode()
    whole = [one.dn for one in read(CmdletReader, data)]
    assert len(whole) == 20
    for size in (1, 100, 1000):
        monkeypatch.setattr(text, "BLOCK", size)
        assert [one.dn for one in read(CmdletReader, data[:20000])][:5] == whole[:5]


def test_an_endless_object_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(text, "BLOCK", 64)
    monkeypatch.setattr(cmdlets, "LARGEST", 512)
    found = read(CmdletReader, '{"a": "' + "x" * 2000)
    assert found
    assert all(isinstance(one, Broken) for one in found)


def test_the_format_shows_by_its_beginning(tmp_path):
    for data, reader in (
        ("\n# comment\ndn: CN=a\n", "LdifReader"),
        ('"DN","cn"\n"CN=a","a"\n', "CsvdeReader"),
        ("  [ ]", "CmdletReader"),
        ("", "LdifReader"),
    ):
        path = tmp_path / "export"
        path.write_text(data)
        file, entries = open_entries(path, "", frozenset())
        with closing(file):
            assert type(entries).__name__ == reader
