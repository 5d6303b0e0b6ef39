"""Archives of evidence: what travels arrives whole, and what is hostile is refused by name."""

import json
import stat
import zipfile

import pytest

from scanner.evidence import archive
from scanner.evidence.archive import MANIFEST, pack, unpack
from scanner.evidence.envelope import Header
from scanner.evidence.folder import EvidenceError, Writer, load
from scanner.testing import NOW
from tests.engine.sample import Colour, Thing


@pytest.fixture
def evidence(tmp_path):
    writer = Writer(tmp_path / "evidence", Header(NOW, "test", "contoso.com", vantage="Berlin"))
    writer.open()
    writer.put(Colour("blue"))
    stream = writer.stream(Thing)
    for number in range(1000):
        stream.add(Thing(f"{number}-{number * number}"))
    writer.save((Colour, Thing))
    writer.close(complete=True)
    return writer.folder


@pytest.fixture
def packed(evidence, tmp_path):
    path = tmp_path / "berlin.zip"
    pack(evidence, path)
    return path


def test_what_was_packed_is_unpacked(evidence, packed, tmp_path):
    unpack(packed, tmp_path / "there")
    found = load(tmp_path / "there")
    assert found.one(Colour) == Colour("blue")
    assert sum(1 for _ in found.streams[Thing]) == 1000
    names = {one.name for one in (tmp_path / "there").iterdir()}
    assert names == {one.name for one in evidence.iterdir()}
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600


def test_the_same_evidence_gives_the_same_bytes_and_digest(evidence, packed, tmp_path):
    again = tmp_path / "again.zip"
    digest = pack(evidence, again)
    assert again.read_bytes() == packed.read_bytes()
    assert unpack(again, tmp_path / "there") == digest


def rewritten(path, *, change=None, more=(), manifest=None, drop=()):
    """The archive with something in it that is not ours."""
    with zipfile.ZipFile(path) as old:
        entries = [(info, old.read(info)) for info in old.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for info, data in entries:
            if info.filename in drop:
                continue
            content = data
            if info.filename == MANIFEST and manifest:
                told = json.loads(data)
                manifest(told)
                content = json.dumps(told).encode()
            if change and info.filename == change[0]:
                content = change[1](data)
            new.writestr(info, content)
        for info, data in more:
            new.writestr(info, data)
    return path


def link(name, target="/etc/passwd"):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target


def far(told):
    told["format"] = 99


def short(told):
    told["files"]["test-colour.json"]["size"] = 3


HOSTILE = {
    "traversal": ({"more": [("../evil.json", b"x")]}, "no file of evidence"),
    "absolute": ({"more": [("/tmp/evil.json", b"x")]}, "no file of evidence"),
    "backslash": ({"more": [("..\\evil.json", b"x")]}, "no file of evidence"),
    "folder": ({"more": [("sub/evil.json", b"x")]}, "no file of evidence"),
    "device": ({"more": [("con", b"x")]}, "no file of evidence"),
    "link": ({"more": [link("evil.json")]}, "is a link"),
    "undeclared": ({"more": [("evil.json", b"{}")]}, "only"),
    "missing": ({"drop": ["test-colour.json"]}, "only"),
    "forged": ({"change": ("test-colour.json", lambda _: b"{}")}, "not what the manifest says"),
    "longer": ({"manifest": short}, "not what the manifest says"),
    "future": ({"manifest": far}, "newer than"),
    "no manifest": ({"drop": [MANIFEST]}, "has no manifest"),
    "bad manifest": ({"change": (MANIFEST, lambda _: b'{"format": "x"}')}, r"manifest\.json"),
    "bomb": ({"more": [("bomb.json", b"0" * 50_000_000)]}, "too many"),
    "many": ({"more": [(f"f{n}.json", b"") for n in range(400)]}, "at most 300"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_and_nothing_is_written_outside(packed, tmp_path, name):
    how, told = HOSTILE[name]
    rewritten(packed, **how)
    before = {one for one in tmp_path.rglob("*") if "there" not in one.parts}
    with pytest.raises(EvidenceError, match=told):
        unpack(packed, tmp_path / "there")
    assert {one for one in tmp_path.rglob("*") if "there" not in one.parts} == before


def test_two_files_of_one_name_are_refused(packed, tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        rewritten(packed, more=[("test-colour.json", b"{}")])
    with pytest.raises(EvidenceError, match="twice"):
        unpack(packed, tmp_path / "there")


def test_a_size_that_lies_is_found_out_while_reading(packed, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_inflated", lambda _: False)
    monkeypatch.setattr(archive, "_SMALL", 100)
    with pytest.raises(EvidenceError, match="too large"):
        unpack(packed, tmp_path / "there")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip at all", b"\x00" * 5000])
def test_rubbish_is_no_archive(tmp_path, data):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(EvidenceError, match="no archive"):
        unpack(path, tmp_path / "there")


def test_evidence_of_a_newer_schema_is_refused_when_it_is_read(evidence, tmp_path):
    header = evidence / "header.json"
    header.write_text(header.read_text().replace('"schema": 1', '"schema": 9'))
    with pytest.raises(EvidenceError, match="newer"):
        pack(evidence, tmp_path / "x.zip")


def test_a_link_in_a_folder_of_evidence_is_refused(evidence, tmp_path):
    (evidence / "evil.json").symlink_to("/etc/passwd")
    with pytest.raises(EvidenceError, match="is a link"):
        pack(evidence, tmp_path / "x.zip")
