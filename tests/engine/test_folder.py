"""Evidence on disk: what goes in comes out, and what is damaged is named."""

import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.codec import CodecError, decode, encode
from scanner.evidence.envelope import Header, Missing
from scanner.evidence.folder import EvidenceError, Writer, load, write_atomically
from scanner.subject import domain
from scanner.testing import NOW
from scanner.words import Reason
from tests.engine.sample import Colour, DomainFact, Thing


@pytest.fixture
def folder(tmp_path):
    """A small evidence folder."""
    writer = Writer(tmp_path / "evidence", Header(NOW, "test", "contoso.com"))
    writer.open()
    writer.put(Colour("blue"))
    writer.put(DomainFact("b.example"))
    writer.put(DomainFact("a.example", good=False))
    writer.miss(DomainFact, Missing(Reason.TIMEOUT, "silent"), domain("c.example"))
    stream = writer.stream(Thing)
    for number in range(3):
        stream.add(Thing(str(number)))
    writer.save((Colour, DomainFact, Thing))
    writer.close(complete=True)
    return writer.folder


def test_what_was_written_is_read(folder):
    found = load(folder)
    assert found.header == Header(NOW, "test", "contoso.com", complete=True)
    assert [one.name for one in found.every(DomainFact)] == ["a.example", "b.example"]
    assert found.one(DomainFact, domain("c.example")).reason is Reason.TIMEOUT
    assert [one.id for one in found.streams[Thing]] == ["0", "1", "2"]
    assert found.streams[Thing].missing is None


def test_only_the_owner_can_read_it(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}


def test_a_stream_that_a_crash_cut_off_is_a_part(folder):
    path = folder / "test-object.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    stream = load(folder).streams[Thing]
    assert stream.missing.reason is Reason.TIMEOUT
    assert len(list(stream)) in (2, 3)


def test_a_damaged_line_in_the_middle_is_named(folder):
    path = folder / "test-object.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b'{"id": 7}\n', *lines[2:]]))
    with pytest.raises(EvidenceError, match=r"test-object\.jsonl.*\$\.id"):
        list(load(folder).streams[Thing])


def test_a_damaged_file_is_named_with_the_path_inside(folder):
    path = folder / "test-domain.json"
    content = json.loads(path.read_text())
    content["items"][0]["name"] = 5
    path.write_text(json.dumps(content))
    with pytest.raises(EvidenceError, match=r"test-domain\.json.*\$.*name"):
        load(folder)


def test_a_newer_schema_is_refused(folder):
    path = folder / "header.json"
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 99'))
    with pytest.raises(EvidenceError, match="newer"):
        load(folder)


def test_a_folder_without_header_is_no_evidence(tmp_path):
    with pytest.raises(EvidenceError, match=r"header\.json is missing"):
        load(tmp_path)


def test_evidence_of_an_unknown_kind_is_left_alone(folder):
    (folder / "from-the-future.json").write_text('{"kind": "from-the-future"}')
    assert load(folder).one(Colour) == Colour("blue")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    write_atomically(path, b"old")

    def refuse(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@given(st.text(), st.booleans())
def test_any_value_survives_the_codec(name, good):
    fact = DomainFact(name, good)
    try:
        data = encode(fact)
    except UnicodeEncodeError:  # half a surrogate pair is no text
        return
    assert decode(data, DomainFact) == fact
    assert encode(decode(data, DomainFact)) == data


def test_deep_nesting_is_an_error_and_not_a_crash():
    with pytest.raises(CodecError):
        decode(b"[" * 100_000, Colour)
