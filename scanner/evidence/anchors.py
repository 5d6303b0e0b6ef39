"""Source anchors: what ties an object on premises to its object in the cloud.

https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-design-concepts
"""

from __future__ import annotations

import binascii

from scanner.evidence.directory import DirectoryObject


def guid_text(digits: str) -> str:
    """A GUID as AD prints it, from its sixteen bytes: the first three groups are little-endian."""
    if len(digits) != 32:  # noqa: PLR2004 - sixteen bytes in hexadecimal
        return ""
    d = digits
    return (
        f"{d[6:8]}{d[4:6]}{d[2:4]}{d[0:2]}-{d[10:12]}{d[8:10]}-{d[14:16]}{d[12:14]}"
        f"-{d[16:20]}-{d[20:]}"
    )


def anchor_of(item: DirectoryObject) -> str:
    """The GUID that Entra Connect takes for the anchor; empty where neither attribute was exported."""
    return (guid_text(item.anchor) if item.anchor else "") or item.guid


def immutable_guid(immutable_id: str) -> str:
    """The GUID behind an immutable id: base64 of its sixteen bytes; empty for an id of another kind."""
    try:
        return guid_text(binascii.a2b_base64(immutable_id, strict_mode=True).hex())
    except ValueError:
        return ""
