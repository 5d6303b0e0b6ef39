"""The PowerShell collector, read by a real parser: it is valid, it only reads, and it is for 5.1."""

import json
import re
import shutil
import subprocess
from importlib.resources import files

import pytest
import tree_sitter
import tree_sitter_powershell

from scanner.cli.main import main
from scanner.sources.inventory.schema import InventoryFile, schema

SCRIPT = files("scanner").joinpath("data", "emsready-inventory.ps1").read_bytes()
TREE = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language())).parse(SCRIPT)

READERS = {
    "ConvertTo-Json",
    "ForEach-Object",
    "Get-ADSyncScheduler",
    "Get-AdfsFarmInformation",
    "Get-AdfsGlobalAuthenticationPolicy",
    "Get-AdfsProperties",
    "Get-ChildItem",
    "Get-CimInstance",
    "Get-Date",
    "Get-HotFix",
    "Get-Item",
    "Get-ItemProperty",
    "Get-Service",
    "Get-WebBinding",
    "Import-Module",
    "Select-Object",
    "Sort-Object",
    "Test-Path",
    "Where-Object",
    "Write-Output",
    "Write-Warning",
}
"""Commands that change nothing on the server."""

KNOWN = {"Set-StrictMode": "itself", "New-Object": "Microsoft.Update.Session and UTF8Encoding"}
"""Commands whose names sound otherwise, and what they are used for."""


def nodes(kind, node=TREE.root_node):
    if node.type == kind:
        yield node
    for child in node.children:
        yield from nodes(kind, child)


def words(node):
    return SCRIPT[node.start_byte : node.end_byte].decode()


def test_it_is_what_the_command_prints(capsys):
    assert main(["inventory", "script"]) == 0
    assert capsys.readouterr().out.encode() == SCRIPT


def test_it_parses():
    assert not TREE.root_node.has_error


def test_it_is_plain_text_that_every_windows_reads_alike():
    SCRIPT.decode(
        "ascii"
    )  # 5.1 takes a file without a byte order mark for one in the local code page


def test_it_only_reads():
    own = {words(one) for one in nodes("function_name")}
    called = {words(one) for one in nodes("command_name")} - own - {"$Look"}
    assert called - READERS - KNOWN.keys() == set()
    assert own <= {one for one in own if one.startswith("Get-")}


def test_the_only_file_that_it_writes_is_the_one_that_was_asked_for():
    methods = re.findall(r"\[System\.IO\.\w+\]::(\w+)\(([^,]*),", SCRIPT.decode())
    assert methods == [("WriteAllText", "$target")]
    assert re.findall(r"New-Object (?:-ComObject )?([\w.]+)", SCRIPT.decode()) == [
        "Microsoft.Update.Session",
        "System.Text.UTF8Encoding",
    ]


@pytest.mark.parametrize(
    "syntax", [r"\?\?", r"\?\.", r" && ", r" \|\| ", r"ForEach-Object -Parallel"]
)
def test_it_uses_nothing_that_came_after_5_1(syntax):
    code = "\n".join(line.partition("#")[0] for line in SCRIPT.decode().splitlines())
    assert not re.search(syntax, code)


def test_every_key_that_it_writes_is_one_of_the_format():
    known = set(InventoryFile.__dataclass_fields__)
    for definition in schema()["$defs"].values():
        known |= set(definition.get("properties", {}))
    written = {words(one) for one in nodes("key_expression")}
    written |= set(re.findall(r"\$(?:found|server)\.(\w+) = ", SCRIPT.decode()))
    looks = {
        "'system'",
        "'updates'",
        "'tls'",
        "'software'",
        "'sync'",
        "'ad_fs'",
        "'authorities'",
        "'ndes'",
    }
    plain = {one for one in written if re.fullmatch(r"[a-z_0-9]+", one)} - looks
    assert plain - known == {"running"}  # taken out again before it is written
    products = set(re.findall(r"^        '([a-z-]+)' +=", SCRIPT.decode(), re.MULTILINE))
    text = json.dumps(schema())
    assert [one for one in products if f'"{one}"' not in text] == []


def test_a_real_powershell_accepts_it_where_there_is_one():
    shell = shutil.which("pwsh")
    if not shell:
        pytest.skip("no PowerShell here")
    check = (
        "$errors = $null; [void] [System.Management.Automation.Language.Parser]::ParseInput("
        "[Console]::In.ReadToEnd(), [ref] $null, [ref] $errors); $errors.Count"
    )
    done = subprocess.run(
        [shell, "-NoProfile", "-Command", check],
        input=SCRIPT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == b"0"
