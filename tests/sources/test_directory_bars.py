"""What the rules are measured by: every character in every place, every form of a directory, and every
decision to differ from IdFix about whole objects.
"""

from base64 import b64encode

import pytest

from scanner.config.model import Config, Directory
from scanner.evidence.codec import encode
from scanner.evidence.directory import Collision, DirectoryInput, DirectoryObject, Verdict
from scanner.evidence.scope import Scope
from scanner.judge import judge
from scanner.lab.directory.faults import troubled
from scanner.lab.directory.ldif import ldif
from scanner.lab.directory.people import Forest
from scanner.registry import load_checks
from scanner.sources.directory.source import DirectorySource
from scanner.testing import evidence_of
from tests.servers.ldap_double import ldap_double
from tests.sources import idfix
from tests.sources.gathering import Gathering
from tests.sources.test_directory_formats import as_csv, as_json
from tests.sources.test_directory_rules import faults

PRINTABLE = [chr(code) for code in range(32, 127)]
LETTERS = [
    "\u00e9", "\u00df", "\u0130", "\u0131", "\u017f", "\u212a", "\u65e5", "\u0301", "\u200b",
    "\ufeff", "\u2019", "\u201b", "\U0001f600", "\x00", "\x1c", "\x7f",
]  # fmt: skip
"""Beyond ASCII, or no sign at all; none of them is white space to .NET."""
SPACES = ["\t", "\n", "\r", "\x85", "\xa0", "\u1680", "\u2003", "\u2028", "\u202f", "\u3000"]
EVERY = [*PRINTABLE, *LETTERS, *SPACES]
PLACES = ["{}nn@contoso.com", "a{}n@contoso.com", "an{}@contoso.com", "ann@{}ontoso.com",
          "ann@con{}oso.com", "ann@contoso.c{}m", "ann@contoso.com{}"]  # fmt: skip


def found(attribute, value, **more):
    """(kinds, warnings) of one value."""
    kinds, warnings, _ = faults(attribute, value, **more).get(value, (set(), (), ()))
    return kinds, set(warnings)


@pytest.mark.parametrize("place", ["{}nn", "a{}n", "an{}", "{}"])
@pytest.mark.parametrize("char", EVERY, ids=ascii)
def test_each_character_in_each_place_of_a_name(char, place):
    value = place.format(char)
    for attribute in ("givenName", "mail"):
        assert found(attribute, value) == (set(), set())
    blank = place == "{}" and (char == " " or char in SPACES)
    assert found("displayName", value) == (set(), {"blank"} if blank else set())
    dots = char == "." and place in ("{}nn", "{}")
    assert found("mailNickname", value)[0] == ({"character"} if dots else set())
    bad = char in '\\"|,/[]:<>+=;?*'
    said = found("sAMAccountName", value)
    assert said == ({"character"} if bad else set(), {"character"} if char == "'" else set())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("char", [*LETTERS, *SPACES], ids=ascii)
def test_each_character_beyond_ascii_in_each_place_of_an_address(char, place):
    value = place.format(char)
    assert found("userPrincipalName", value)[0] == {"character"}
    space = char in SPACES
    for kind in ("SMTP:", "smtp:", "SIP:"):
        if char > "\x7f" or space:
            assert found("proxyAddresses", kind + value)[0] == {"character"}
    cut = char in "\t\n\r"
    assert found("proxyAddresses", "X500:" + value)[0] == ({"character"} if cut else set())
    said = found("targetAddress", "SMTP:" + value)[0]
    assert said == {"character"} if space else "character" not in said
    assert found("targetAddress", "X500:" + value)[0] == ({"character"} if space else set())


FOREST = Forest("corp.contoso.local", "contoso.com", "fabrikam.com")
ENTRIES = list(troubled(FOREST, FOREST.everyone(160)))


def folded(entries, width=31):
    """Everything in base64, in short lines."""
    for entry in entries:
        for name, values in entry.items():
            for value in values:
                data = value if isinstance(value, bytes) else value.encode()
                line = f"{name}:: {b64encode(data).decode()}"
                yield line[:width]
                yield from (
                    f" {line[at : at + width - 1]}" for at in range(width, len(line), width - 1)
                )
        yield ""


def over_ldap(asked):
    """The same entries from a server that is none of Microsoft's."""
    wanted = {name.lower() for name in asked.attributes}
    for entry in ENTRIES if asked.scope == "subtree" else ():
        held = {name: entry[name] for name in entry if name.lower() in wanted}
        yield entry["dn"][0], held


def gathered(directory):
    source = DirectorySource()
    gathering = Gathering(Config(directory=directory), frozenset(source.kinds))
    source.collect(gathering)
    return gathering


def from_file(tmp_path, data):
    path = tmp_path / "export"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return gathered(Directory(files=(str(path),)))


def said(gathering):
    """All findings about the directory, as bytes."""
    evidence = evidence_of(
        *gathering.items,
        Scope(domains=("contoso.com",)),
        missing={kind: missing for kind, missing, _ in gathering.gaps},
        streams={kind: stream.items for kind, stream in gathering.streams.items()},
    )
    about = [
        one for one in load_checks().checks if {DirectoryObject, DirectoryInput} & set(one.types)
    ]
    lines = []
    for one in judge(about, evidence):
        finding = one.finding
        rows = finding.affected.rows if finding.affected else []
        lines.append([one.check.id, finding.reason, finding.subject.name, str(finding.text), rows])
    assert len(lines) > 30
    return encode(lines)


@pytest.fixture(scope="module")
def plainly(tmp_path_factory):
    return said(from_file(tmp_path_factory.mktemp("plain"), "".join(ldif(ENTRIES))))


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda one: "".join(ldif(one)).encode("utf-16"), id="ldif, UTF-16"),
        pytest.param(lambda one: "\n".join(folded(one)), id="ldif, base64 in short lines"),
        pytest.param(as_csv, id="csvde"),
        pytest.param(as_json, id="json"),
    ],
)
def test_every_form_of_a_directory_gives_the_same_findings(tmp_path, write, plainly):
    assert said(from_file(tmp_path, write(ENTRIES))) == plainly


def test_a_server_gives_the_same_findings(plainly):
    pytest.importorskip("ldap3")
    with ldap_double(over_ldap) as server:
        address = f"ldap://127.0.0.1:{server.port}"
        assert said(gathered(Directory(ldap=address, base=("DC=x",)))) == plainly


def test_what_is_damaged_in_the_middle_costs_exactly_itself(tmp_path, plainly):
    text = "".join(ldif(ENTRIES))
    entries = text.split("\n\n")
    middle = len(entries) // 2
    assert entries[middle].startswith("dn:")
    damaged = [*entries[:middle], f"{entries[middle]}\nmail:: !", *entries[middle + 1 :]]
    whole = from_file(tmp_path, text).streams[DirectoryObject].items
    left = from_file(tmp_path, "\n\n".join(damaged))
    names = [one.dn for one in left.streams[DirectoryObject].items]
    assert [one.dn for one in whole if one.dn not in names] == [whole[middle].dn]
    assert left.one(DirectoryInput).damaged == 1
    assert left.one(DirectoryInput).unreadable[0].dn == whole[middle].dn


BAD = "smtp:old name@contoso.com"


def record(name, kind="user", dn=None, **values):
    classes = {
        "user": ["top", "person", "organizationalPerson", "user"],
        "group": ["top", "group"],
        "contact": ["top", "person", "organizationalPerson", "contact"],
    }
    made = {
        "dn": [dn or f"CN={name},DC=contoso,DC=com"],
        "objectClass": classes[kind],
        "cn": [name],
        "displayName": [name],
        "sAMAccountName": [name[:20]],
        "proxyAddresses": [BAD],
    }
    made |= {key: one if isinstance(one, list) else [one] for key, one in values.items()}
    return {key: values for key, values in made.items() if values != [None]}


OUT, IN = Verdict.STAYS, Verdict.SYNCS


@pytest.mark.parametrize(
    ("entry", "skipped", "verdict"),
    [
        pytest.param(record("Guest House Ltd"), True, IN, id="D1, a name like a built-in one"),
        pytest.param(record("Administration Team"), True, IN, id="D1, another one"),
        pytest.param(record("Store$"), True, IN, id="D1, a dollar sign"),
        pytest.param(record("Ann"), False, IN, id="nobody special"),
        pytest.param(
            record("Security", "group", groupType="-2147483646"), True, IN, id="D2, no mail"
        ),
        pytest.param(
            record("List", "group", groupType="8", mail="l@contoso.com", proxyAddresses=None),
            True, IN, id="D3, no proxyAddresses",
        ),
        pytest.param(record("Key", isCriticalSystemObject="TRUE"), True, OUT, id="D4, TRUE"),
        pytest.param(record("Key", isCriticalSystemObject="FALSE"), False, OUT, id="D4, FALSE"),
        pytest.param(
            record("Arbiter", msExchRecipientTypeDetails="4096"), False, OUT, id="D5, a decimal"
        ),
        pytest.param(
            record("x", dn="CN=x,OU=y\\0ACNF:1,DC=contoso,DC=com"), True, IN, id="D6, above"
        ),
        pytest.param(
            record("x", dn="CN=x\\0ACNF:1,DC=contoso,DC=com"), True, OUT, id="D6, itself"
        ),
        pytest.param(record("Leaver", userAccountControl="514"), False, IN, id="D7, disabled"),
    ],
)  # fmt: skip
def test_each_object_is_judged_and_its_scope_stands_beside(tmp_path, entry, skipped, verdict):
    assert idfix.skips(entry) is skipped
    # a second entry carries every attribute, so that its absence here says something
    other = record(
        "Other", mail="other@contoso.com", userPrincipalName="other@contoso.com",
        proxyAddresses="SMTP:other@contoso.com",
    )  # fmt: skip
    gathering = from_file(tmp_path, "".join(ldif([entry, other])))
    item = gathering.streams[DirectoryObject].items[0]
    rows = [fault.value for fault in item.faults if fault.kinds]
    assert rows == ([BAD] if entry.get("proxyAddresses") == [BAD] else [])
    assert gathering.one(DirectoryInput).verdict(item) is verdict


def test_objects_that_idfix_stumbles_over_are_judged(tmp_path):
    nameless = record("x")
    del nameless["cn"]  # D27
    latin = "dn: CN=y,DC=contoso,DC=com\nobjectClass: user\ncn: y\nmail:: /w==\n\n"  # D28
    text = "".join(ldif([nameless])) + latin
    gathering = from_file(tmp_path, text)
    first, second = gathering.streams[DirectoryObject].items
    assert (first.name, [one.value for one in first.faults if one.kinds]) == ("", [BAD])
    assert not any(one.kinds for one in second.faults)
    assert gathering.one(DirectoryInput).unreadable[0].problem == "not valid text: mail"


def test_every_holder_of_a_value_is_named_also_beside_one_that_idfix_skips(tmp_path):
    guest = record("Guest House", mail="a@contoso.com", proxyAddresses=None)  # D22
    ann = record("Ann", mail="A@contoso.com", proxyAddresses=None)  # D21
    gathering = from_file(tmp_path, "".join(ldif([guest, ann])))
    shared = [one for one in gathering.streams[Collision].items if one.attribute == "mail"]
    assert [[holder.value for holder in one.holders] for one in shared] == [
        ["a@contoso.com", "A@contoso.com"]
    ]


def test_equality_knows_no_language(tmp_path):
    pairs = [("\u00c6", "ae", 0), ("\u00df", "ss", 1), ("\u00e9", "e\u0301", 1)]  # D23
    for one, other, groups in pairs:
        entries = [
            record(f"u{number}", mailNickname=value, proxyAddresses=None)
            for number, value in enumerate((one, other))
        ]
        gathering = from_file(tmp_path, "".join(ldif(entries)))
        shared = [it for it in gathering.streams[Collision].items if it.attribute == "mailNickname"]
        assert len(shared) == groups, (one, other)


def test_another_login_attribute_takes_over_the_rules_of_sign_in_names(tmp_path):
    entry = record("Ann", userPrincipalName="a b@x", mail="an n@contoso.com", proxyAddresses=None)
    path = tmp_path / "export"
    path.write_text("".join(ldif([entry])))
    gathering = gathered(Directory(files=(str(path),), login_attribute="mail"))  # D31
    (item,) = gathering.streams[DirectoryObject].items
    kinds = {fault.attribute: fault.kinds for fault in item.faults}
    assert kinds == {"mail (sign-in name)": ("character",)}
