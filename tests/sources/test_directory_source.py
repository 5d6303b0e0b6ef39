"""The directory source from a file to evidence: objects, collisions, counts."""

import random

import pytest

from scanner.config.model import Config, Directory, Domains
from scanner.directory import check_exports
from scanner.evidence.directory import (
    Collision,
    DirectoryInput,
    DirectoryObject,
    SyncAccount,
    Verdict,
)
from scanner.evidence.suffixes import DirectorySuffixes
from scanner.lab.directory.faults import troubled
from scanner.lab.directory.ldif import ldif
from scanner.lab.directory.people import Forest
from scanner.progress import Silent
from scanner.record import rows_reader
from scanner.sources.directory.source import DirectorySource
from scanner.sources.interface import Unavailable
from scanner.words import Reason
from tests.servers import faulty_forest
from tests.sources.gathering import Gathering

FOREST = Forest("corp.contoso.local", "contoso.com", "fabrikam.com")
USER = ["top", "person", "organizationalPerson", "user"]


def gather(tmp_path, *texts, **section):
    paths = []
    for number, text in enumerate(texts):
        path = tmp_path / f"part{number}.ldif"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        paths.append(str(path))
    source = DirectorySource()
    gathering = Gathering(
        Config(directory=Directory(files=tuple(paths), **section)), frozenset(source.kinds)
    )
    source.collect(gathering)
    return gathering


def person(name, **values):
    record = {"dn": [f"CN={name},DC=contoso,DC=com"], "objectClass": USER, "cn": [name]}
    record |= {"sAMAccountName": [name], "displayName": [name]}
    record |= {key: one if isinstance(one, list) else [one] for key, one in values.items()}
    return record


def text_of(*records):
    return "".join(ldif(records))


def groups(gathering):
    """{attribute: [[holder names]]}."""
    told = {}
    for one in gathering.streams[Collision].items:
        names = [holder.dn[3:].partition(",")[0] for holder in one.holders]
        told.setdefault(one.attribute, []).append(names)
    return told


def test_nothing_configured_says_what_to_set():
    with pytest.raises(Unavailable) as caught:
        DirectorySource().collect(Gathering())
    assert caught.value.missing.reason is Reason.UNCONFIGURED
    assert "directory.files" in caught.value.missing.detail


def test_a_healthy_forest_has_no_fault(tmp_path):
    gathering = gather(tmp_path, text_of(*FOREST.everyone(300)))
    objects = gathering.streams[DirectoryObject].items
    found = gathering.one(DirectoryInput)
    bad = [one for item in objects for one in item.faults if one.kinds or one.warnings]
    assert (len(objects), bad, groups(gathering)) == (304, [], {})
    verdicts = {item.name: found.verdict(item) for item in objects}
    assert verdicts["Administrator"] is Verdict.STAYS
    assert verdicts["Amina Abel 0"] is Verdict.SYNCS
    assert found.parts[0].classes == {"computer": 15, "contact": 15, "group": 31, "user": 243}
    suffixes = {one.name: one.users for one in gathering.one(DirectorySuffixes).suffixes}
    assert set(suffixes) == {"contoso.com", "fabrikam.com"}


def test_all_holders_of_a_value_are_found_first_one_too(tmp_path):
    gathering = gather(
        tmp_path,
        text_of(
            person("a", mail="x@contoso.com"),
            person("b", mail="X@contoso.com"),
            person("c", mail="y@contoso.com"),
            person("d", mail="x@CONTOSO.com"),
        ),
    )
    assert groups(gathering) == {"mail": [["a", "b", "d"]]}


def test_the_repaired_value_collides(tmp_path):
    gathering = gather(
        tmp_path, text_of(person("a", mailNickname=".ann"), person("b", mailNickname="Ann"))
    )
    assert groups(gathering)["mailNickname"] == [["a", "b"]]
    holders = gathering.streams[Collision].items[0].holders
    assert [one.repaired for one in holders] == [True, False]
    # and what would be proposed is taken
    assert groups(gathering)["proposal:mailNickname"] == [["a"]]


def test_one_object_may_collide_with_itself(tmp_path):
    gathering = gather(
        tmp_path, text_of(person("a", proxyAddresses=["SMTP:x@contoso.com", "smtp:X@contoso.com"]))
    )
    assert groups(gathering) == {"proxyAddresses": [["a", "a"]]}


def test_types_of_proxy_addresses_are_told_apart(tmp_path):
    gathering = gather(
        tmp_path,
        text_of(
            person("a", proxyAddresses="SMTP:x@contoso.com"),
            person("b", proxyAddresses="sip:x@contoso.com"),
        ),
    )
    assert groups(gathering) == {}


def test_account_names_have_to_be_unique_only_without_a_sign_in_name(tmp_path):
    gathering = gather(
        tmp_path,
        text_of(
            person("a", sAMAccountName="same"),
            person("b", sAMAccountName="SAME"),
            person("c", sAMAccountName="same", userPrincipalName="c@contoso.com"),
        ),
    )
    assert groups(gathering) == {"sAMAccountName": [["a", "b"]]}


def test_values_equal_when_composed_and_in_upper_case(tmp_path):
    gathering = gather(
        tmp_path,
        text_of(
            person("a", mail="stra\u00dfe@contoso.com"),
            person("b", mail="STRASSE@contoso.com"),
            person("c", mailNickname="jos\u00e9"),
            person("d", mailNickname="jose\u0301"),
            person("e", mail="\u00e6@contoso.com"),
            person("f", mail="ae@contoso.com"),
        ),
    )
    assert groups(gathering) == {"mail": [["a", "b"]], "mailNickname": [["c", "d"]]}


def test_an_address_in_several_attributes_of_one_object_is_as_it_should_be(tmp_path):
    address = "ann@contoso.com"
    one = person("a", mail=address, userPrincipalName=address, proxyAddresses=f"SMTP:{address}")
    assert groups(gather(tmp_path, text_of(one))) == {}


def test_an_address_of_two_objects_in_different_attributes(tmp_path):
    gathering = gather(
        tmp_path,
        text_of(
            person("a", userPrincipalName="x@contoso.com"),
            person("b", proxyAddresses="smtp:X@contoso.com"),
            person("c", targetAddress="SMTP:x@contoso.com"),
        ),
    )
    assert groups(gathering) == {"": [["a", "b"]]}


def test_order_does_not_change_the_groups(tmp_path):
    entries = list(troubled(FOREST, FOREST.everyone(300)))
    whole = {key: sorted(map(sorted, one)) for key, one in groups(
        gather(tmp_path, text_of(*entries))
    ).items()}  # fmt: skip
    assert whole
    random.Random(7).shuffle(entries)
    mixed = groups(gather(tmp_path, text_of(*entries)))
    assert {key: sorted(map(sorted, one)) for key, one in mixed.items()} == whole


def test_several_files_are_one_directory(tmp_path):
    gathering = gather(
        tmp_path,
        text_of(person("a", mail="x@contoso.com")),
        text_of(person("b", mail="x@contoso.com"), person("a", mail="x@contoso.com")),
    )
    assert groups(gathering) == {"mail": [["a", "b"]]}
    parts = gathering.one(DirectoryInput).parts
    assert [part.skipped for part in parts] == [{}, {"the same object again": 1}]


def test_a_damaged_entry_is_a_row_and_the_rest_is_read(tmp_path):
    text = text_of(person("a")) + "dn: CN=b\ncn:: !\n\n" + text_of(person("c"))
    gathering = gather(tmp_path, text)
    (row,) = gathering.one(DirectoryInput).unreadable
    assert (row.place, row.dn) == ("part0.ldif:10", "CN=b")
    assert len(gathering.streams[DirectoryObject].items) == 2


def test_a_file_that_is_no_export_is_named(tmp_path):
    with pytest.raises(Unavailable) as caught:
        gather(tmp_path, b"PK\x03\x04 a spreadsheet")
    assert "part0.ldif" in caught.value.missing.detail
    assert caught.value.missing.reason is Reason.UNSUPPORTED


def test_objects_that_are_none_of_ours_are_counted(tmp_path):
    gathering = gather(
        tmp_path,
        text_of(
            {"dn": ["OU=x"], "objectClass": ["top", "organizationalUnit"]},
            person("gmsa", objectClass=[*USER, "computer", "msDS-GroupManagedServiceAccount"]),
            person("c", objectCategory="CN=Person,CN=Schema", objectClass=["contact"]),
        ),
    )
    assert gathering.one(DirectoryInput).parts[0].classes == {
        "contact": 1,
        "msDS-GroupManagedServiceAccount": 1,
        "organizationalUnit": 1,
    }


def test_a_generated_forest_gives_exactly_its_faults(tmp_path):
    """The forest of the bench, in small: every fault twice or more, and nothing else is told."""
    path = tmp_path / "forest.ldif"
    expected = faulty_forest.write(path, 4000)
    assert {row[0] for row in expected} == faulty_forest.CHECKS
    config = Config(
        domains=Domains(names=faulty_forest.DOMAINS), directory=Directory(files=(str(path),))
    )
    result, _ = check_exports(config, tmp_path / "run", Silent())
    assert faulty_forest.found(result, rows_reader(tmp_path / "run")) == expected
    others = {
        (one.check, one.subject.name)
        for one in result.findings
        if one.status in ("fail", "warn", "error") and not one.affected
    }
    assert others == {("directory_sync.upn-suffixes-verified", "corp.local")}


INSTALLED = (
    "Account created by Microsoft Azure Active Directory Connect with installation identifier 1a2b"
    " running on computer SYNC1 configured to synchronize to tenant contoso.onmicrosoft.com. This"
    " account must have directory replication permissions."
)


def test_units_and_sync_accounts_are_found_whatever_was_exported(tmp_path):
    units = [
        {"dn": [f"OU={name},DC=contoso,DC=com"], "objectClass": ["top", "organizationalUnit"]}
        for name in ("Staff", "R/D", "Old\\20", "One\\2C two")
    ]
    accounts = [person(name, sAMAccountName=name) for name in ("MSOL_1a2b", "AAD_3c4d", "MSOLtd")]
    accounts[0]["description"] = [INSTALLED]
    computer = person("SYNC1", operatingSystem="Windows Server 2019 Standard")
    computer["objectClass"] = ["top", "user", "computer"]
    found = gather(tmp_path, text_of(*units, computer, *accounts)).one(DirectoryInput)
    assert [one.partition(",")[0] for one in found.units] == ["OU=R/D", "OU=Old\\20"]
    assert found.sync_accounts == (
        SyncAccount(
            "MSOL_1a2b", "SYNC1", "contoso.onmicrosoft.com", "Windows Server 2019 Standard"
        ),
        SyncAccount("AAD_3c4d"),
    )
