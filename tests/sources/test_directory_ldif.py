"""Reading LDIF: folding, encodings, damage, and nothing that is followed or kept in memory."""

import io
from base64 import b64encode
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.lab.directory.ldif import ldif
from scanner.sources.directory import ldif as module
from scanner.sources.directory.encoding import open_export
from scanner.sources.directory.entry import Broken, Entry, Skipped
from scanner.sources.directory.ldif import LdifReader


def read(text):
    data = text.encode() if isinstance(text, str) else text
    return list(LdifReader(io.BytesIO(data)))


def entry(text):
    (found,) = read(text)
    assert isinstance(found, Entry), found
    return found


def test_an_entry_has_lower_cased_names_and_values_in_their_order():
    found = entry("dn: CN=a\nobjectClass: top\nobjectClass: user\nMAIL: a@b.c\nsecret: x\n")
    assert found.dn == "CN=a"
    assert found.attributes == {"objectclass": ["top", "user"], "mail": ["a@b.c"]}
    assert found.place == 1


def test_folded_lines_are_joined_before_they_are_decoded():
    data = "dn: CN=J\u00f6rg\ncn: J\u00f6rg\n".encode().replace(b"\xc3\xb6", b"\xc3\n \xb6")
    assert entry(data).attributes["cn"] == ["J\u00f6rg"]


def test_base64_may_hold_what_plain_text_may_not():
    values = [" ", " blank in front", "tail ", "", "caf\u00e9", "two\nlines"]
    lines = "".join(f"displayName:: {b64encode(one.encode()).decode()}\n" for one in values)
    assert entry("dn: CN=a\n" + lines).attributes["displayname"] == values


def test_filler_goes_and_trailing_blanks_stay():
    found = entry("dn:CN=a\nmail:   x \ncn:y\n")
    assert found.dn == "CN=a"
    assert found.attributes == {"mail": ["x "], "cn": ["y"]}


def test_dn_may_be_base64():
    assert entry(f"dn:: {b64encode('CN=é'.encode()).decode()}\ncn: x\n").dn == "CN=é"


def test_options_are_stripped_and_a_cut_range_is_told_apart():
    found = entry(
        "dn: CN=g\nmember;range=0-1: CN=a\nmember;range=0-1: CN=b\nmember;range=2-*: CN=c\n"
        "userCertificate;binary:: AAAA\n"
    )
    assert found.attributes == {
        "member;partial": ["CN=a", "CN=b"],
        "member": ["CN=c"],
        "usercertificate": [""],
    }


def test_binary_values_are_kept_as_digits():
    found = entry(f"dn: CN=a\nobjectGUID:: {b64encode(bytes(range(16))).decode()}\n")
    assert found.attributes["objectguid"] == [bytes(range(16)).hex()]


def test_a_value_by_url_is_refused_and_never_opened():
    (found,) = read("dn: CN=a\nmail:< file:///etc/passwd\n")
    assert isinstance(found, Broken)
    assert "by URL" in found.problem


@pytest.mark.parametrize(
    "damage", ["cn:: !!!!", "cn:: QUJ", "a line without any end", "mail:< http://x/"]
)
def test_a_damaged_entry_costs_itself_only(damage):
    found = read(f"dn: CN=a\ncn: a\n\ndn: CN=b\n{damage}\n\ndn: CN=c\ncn: c\n")
    assert [type(one) for one in found] == [Entry, Broken, Entry]
    assert (found[1].dn, found[1].place) == ("CN=b", 4)
    assert found[2].place == 7


def test_a_value_that_is_no_text_costs_itself_only():
    found = entry(b"dn: CN=a\ncn: ok\nmail: \xff\xfe\ndisplayName:: /w==\n")
    assert found.attributes == {"cn": ["ok"]}
    assert found.undecodable == {"mail", "displayname"}


def test_changes_are_counted_and_additions_are_entries():
    found = read(
        "dn: CN=a\nchangetype: add\ncn: a\n\n"
        "dn: CN=b\nchangetype: modify\nreplace: cn\ncn: x\n-\n\n"
        "dn: CN=c\nchangetype: delete\n"
    )
    assert [type(one) for one in found] == [Entry, Skipped, Skipped]


def test_what_ldapsearch_writes_around_the_entries_is_no_entry():
    head = "# extended LDIF\n#\n\nversion: 1\n\n"
    tail = "# search reference\nref: ldap://x/\n\nsearch: 2\nresult: 0 Success\n"
    found = read(f"{head}dn: CN=a\ncn: a\n\n{tail}")
    assert [type(one) for one in found] == [Entry]


def test_a_version_line_may_touch_the_first_entry():
    assert entry("version: 1\ndn: CN=a\ncn: a\n").dn == "CN=a"


def test_an_entry_without_dn_is_told():
    (found,) = read("cn: nobody\nmail: x\n")
    assert isinstance(found, Broken)


def test_crlf_and_a_missing_last_line_end():
    found = read("dn: CN=a\r\ncn: a\r\n\r\n\r\ndn: CN=b\r\ncn: b")
    assert [one.attributes["cn"] for one in found] == [["a"], ["b"]]
    assert found[1].place == 5


def test_blocks_may_end_anywhere(monkeypatch):
    text = "dn: CN=a\r\ncn: J\u00f6rg\r\n\r\ndn: CN=b\r\nmail: long\r\n  er\r\n\r\n".encode()
    whole = read(text)
    for size in (1, 2, 3, 7, 16):
        monkeypatch.setattr(module, "BLOCK", size)
        assert read(text) == whole


def test_an_entry_without_end_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 64)
    monkeypatch.setattr(module, "LARGEST", 512)
    found = read("dn: CN=a\n" + "mail: x\n" * 500 + "\ndn: CN=b\ncn: b\n")
    assert [type(one) for one in found] == [Broken, Entry]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_show_by_mark_or_by_nulls(tmp_path, encoding):
    path = tmp_path / "users.ldif"
    path.write_bytes("dn: CN=J\u00f6rg \U0001f600\ncn: J\u00f6rg\n".encode(encoding))
    with closing(open_export(path)) as file:
        (found,) = LdifReader(file)
    assert (found.dn, found.attributes) == ("CN=J\u00f6rg \U0001f600", {"cn": ["J\u00f6rg"]})


def test_a_legacy_code_page_is_read_when_named(tmp_path):
    path = tmp_path / "users.ldif"
    path.write_bytes("dn: CN=J\u00f6rg\n".encode("cp1252"))
    with closing(open_export(path, "cp1252")) as file:
        (found,) = LdifReader(file)
    assert found.dn == "CN=J\u00f6rg"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=90)


@given(st.lists(st.lists(TEXT, min_size=1, max_size=3), min_size=1, max_size=4))
def test_what_is_written_is_read(values):
    records = [
        {"dn": [f"CN={number}"], "displayName": list(one)} for number, one in enumerate(values)
    ]
    found = read("".join(ldif(records)))
    assert [one.attributes["displayname"] for one in found] == values


@given(st.binary(max_size=300))
def test_nothing_makes_the_reader_raise(data):
    read(b"dn: CN=a\ncn: a\n\n" + data)
