"""A PowerShell script that makes the changes: a dry run, unless it is told to apply them."""

from __future__ import annotations

import re

_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

HEAD = """\
#Requires -Modules ActiveDirectory
# Look through the changes below. Without -Apply this script shows what it would do and changes nothing.
# A value that has changed since the scan is left alone: it is removed by value.
param([switch] $Apply, [string] $Server, [string] $Log = "$PSScriptRoot\\fix.log")

function Edit-Value([string] $Identity, [string] $Attribute, [string] $Old, [string] $New) {
    $change = @{ Identity = $Identity; Remove = @{ $Attribute = $Old }; Add = @{ $Attribute = $New } }
    if ($Server) { $change.Server = $Server }
    $word = if ($Apply) { 'changed' } else { 'would change' }
    try {
        Set-ADObject @change -WhatIf:(-not $Apply) -ErrorAction Stop
    } catch {
        $word = "failed ($($_.Exception.Message))"
    }
    "$(Get-Date -Format o) $word $Identity $Attribute '$Old' -> '$New'" |
        Tee-Object -FilePath $Log -Append
}

"""


def can_be_written(*values: str) -> bool:
    """Whether no value holds a control character, which a script should not carry."""
    return not any(_CONTROL.search(value) for value in values)


def literal(value: str) -> str:
    """A single-quoted literal. PowerShell takes the typographic quotes for single quotes too."""
    return "'" + _QUOTES.sub(lambda found: found[0] * 2, value) + "'"


def call(identity: str, attribute: str, old: str, new: str) -> str:
    """One change as a line of the script."""
    return f"Edit-Value {literal(identity)} {literal(attribute)} {literal(old)} {literal(new)}\n"
