"""Fixes: LDIF that a server takes and takes back, PowerShell that hostile values cannot break out of."""

import csv
import re
import subprocess

import tree_sitter
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st

from scanner.cli.main import main
from scanner.fixes.powershell import can_be_written, literal
from scanner.lab.directory.ldif import ldif
from tests.servers.parts import need
from tests.servers.slapd import PASSWORD, READER, SUFFIX, slapd

PEOPLE = [
    {
        "dn": [f"cn=Ann {number},{SUFFIX}"],
        "objectClass": ["top", "user"],
        "cn": [f"Ann {number}"],
        "displayName": ["Ann"],
        "sAMAccountName": [f"ann{number}"],
        "mailNickname": [f".ann{number}"],
        "userPrincipalName": [f"ann o'neil {number}@contoso.com"],
        "proxyAddresses": [f"SMTP:ann{number}@contoso.com", f"smtp:\u00e4nn {number}@contoso.com"],
    }
    for number in range(3)
]


def export(tmp_path, people=PEOPLE):
    path = tmp_path / "users.ldif"
    path.write_text("".join(ldif(people)), encoding="utf-8")
    return path


def fix(tmp_path, *more, people=PEOPLE):
    folder = tmp_path / "fixes"
    path = str(export(tmp_path, people))
    assert main(["directory", "check", "-q", path, "--fixes", str(folder), *more]) == 0
    return folder


def test_each_attribute_and_kind_has_a_folder(tmp_path, capsys):
    folder = fix(tmp_path)
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "README.txt",
        "mailNickname-character",
        "proxyAddresses-character",
        "userPrincipalName-character",
    }
    text = (folder / "mailNickname-character" / "fix.ldif").read_text()
    assert text.startswith(
        f"dn: cn=Ann 0,{SUFFIX}\nchangetype: modify\ndelete: mailNickname\nmailNickname: .ann0\n-\n"
        "add: mailNickname\nmailNickname: ann0\n-\n\n"
    )
    script = (folder / "userPrincipalName-character" / "fix.ps1").read_text(encoding="utf-8-sig")
    assert "'ann o''neil 0@contoso.com' 'anno''neil0@contoso.com'" in script
    assert "-WhatIf:(-not $Apply)" in script


def test_what_somebody_else_would_hold_is_not_proposed(tmp_path, capsys):
    other = {
        "dn": [f"cn=Bob,{SUFFIX}"],
        "objectClass": ["top", "user"],
        "cn": ["Bob"],
        "displayName": ["Bob"],
        "sAMAccountName": ["bob"],
        "mailNickname": ["ANN0"],
    }
    folder = fix(tmp_path, people=[*PEOPLE, other])
    text = (folder / "mailNickname-character" / "fix.ldif").read_text()
    assert "Ann 0" not in text
    assert "Ann 1" in text


def test_the_admin_selects(tmp_path, capsys):
    rows = fix(tmp_path) / "mailNickname-character" / "rows.csv"
    with rows.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    assert [row[6] for row in table[1:]] == ["ann0", "ann1", "ann2"]
    chosen = tmp_path / "chosen.csv"
    with chosen.open("w", newline="") as file:
        csv.writer(file).writerows(table[:2])
    text = (
        fix(tmp_path, "--select", str(chosen)) / "mailNickname-character" / "fix.ldif"
    ).read_text()
    assert text.count("changetype: modify") == 1


def test_a_server_takes_the_changes_and_takes_them_back(tmp_path, capsys):
    folder = fix(tmp_path)
    server = tmp_path / "server"
    server.mkdir()
    with slapd(server, export(tmp_path).read_text(), writer=READER) as port:

        def modify(name):
            for path in sorted(folder.glob(f"*/{name}.ldif")):
                command = [need("ldapmodify"), "-x", "-H", f"ldap://127.0.0.1:{port}"]
                command += ["-D", READER, "-w", PASSWORD, "-f", str(path)]
                subprocess.run(command, check=True, capture_output=True)

        def content():
            command = [need("ldapsearch"), "-x", "-LLL", "-H", f"ldap://127.0.0.1:{port}"]
            command += ["-b", SUFFIX, "(sAMAccountName=*)", "userPrincipalName", "proxyAddresses"]
            return subprocess.run(command, check=True, capture_output=True).stdout

        before = content()
        modify("fix")
        fixed = content()
        assert b"userPrincipalName: anno'neil0@contoso.com" in fixed
        assert b"proxyAddresses: smtp:nn0@contoso.com" in fixed
        modify("undo")
        assert sorted(content().splitlines()) == sorted(before.splitlines())


HOSTILE = (
    "x'; Remove-Item C:\\ -Recurse #",
    "$(Remove-Item x)",
    '"`n$env:x',
    "@'\nx\n'@",
    "--%",
    "a|b",
)


def test_the_script_is_powershell_and_hostile_values_are_literals_in_it(tmp_path, capsys):
    people = [
        PEOPLE[0]
        | {
            "dn": [f"cn={number}{word.translate({10: None, 44: None})},{SUFFIX}"],
            "mailNickname": [f".{number}{word}"],
            "userPrincipalName": [f"u {number}@contoso.com"],
            "proxyAddresses": [f"smtp:u {number}@contoso.com"],
        }
        for number, word in enumerate(HOSTILE)
    ]
    folder = fix(tmp_path, people=people)
    language = tree_sitter.Language(tree_sitter_powershell.language())
    scripts = list(folder.glob("*/fix.ps1"))
    assert len(scripts) == 3
    for path in scripts:
        text = path.read_text(encoding="utf-8-sig")
        tree = tree_sitter.Parser(language).parse(text.encode())
        assert not tree.root_node.has_error, path
        calls = [line for line in text.splitlines() if line.startswith("Edit-Value '")]
        commands = [
            one.text.decode()
            for one in _nodes(tree.root_node)
            if one.type == "command" and one.text.startswith(b"Edit-Value")
        ]
        # each line is one command, whatever stands in it
        assert commands == calls
        assert calls


def _nodes(node):
    yield node
    for child in node.children:
        yield from _nodes(child)


@given(st.text(max_size=40))
def test_no_value_breaks_out_of_its_literal(value):
    if can_be_written(value):
        inside = literal(value)[1:-1]
        assert not re.search("[\x00-\x1f]", inside)
        # what PowerShell reads: every quote stands for itself, doubled
        assert re.fullmatch("(?:[^'\u2018\u2019\u201a\u201b]|(['\u2018-\u201b])\\1)*", inside)
