"""The endpoint list: reading it, checking it, and choosing the rows that count for a role.

The list ships as scanner/data/endpoints.json; `[network] catalogue` names another file of the same
structure, and `emsready endpoints update` keeps a refreshed one in the user's cache folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from scanner.evidence.endpoints import EndpointRows, Row
from scanner.words import Cloud

_PORTS = re.compile(r"^(\d{1,5}(-\d{1,5})?)(,\d{1,5}(-\d{1,5})?)*$")
_NAME = re.compile(r"^\*?[\w.<>*-]+$")
_REMOVED = "removed"

CALLERS: Mapping[str, frozenset[str]] = {
    "client": frozenset(
        {"client", "client / DP", "client / RMS connector", "WSUS / client", "domain client"}
    ),
    "managed-device": frozenset({"managed device"}),
    "domain-client": frozenset(
        {
            "domain-joined client",
            "domain-joined client (SYSTEM)",
            "domain member",
            "domain client",
        }
    ),
    "apple-device": frozenset({"Apple device"}),
    "android-device": frozenset({"Android device"}),
    "connect-server": frozenset(
        {
            "Entra Connect server",
            "AD FS / WAP / DC / Entra Connect (Health agent)",
            "Health agent",
        }
    ),
    "pta-agent": frozenset({"PTA agent"}),
    "connector": frozenset({"connector"}),
    "adfs": frozenset(
        {
            "AD FS",
            "AD FS/WAP",
            "AD FS / WAP / DC / Entra Connect (Health agent)",
            "Health agent",
        }
    ),
    "wap": frozenset(
        {
            "WAP",
            "AD FS/WAP",
            "AD FS / WAP / DC / Entra Connect (Health agent)",
            "Health agent",
        }
    ),
    "domain-controller": frozenset(
        {"AD FS / WAP / DC / Entra Connect (Health agent)", "Health agent"}
    ),
    "configuration-manager": frozenset(
        {
            "ConfigMgr service connection point",
            "CMG connection point",
            "CMG connection point / client",
            "site server",
            "site system",
            "management point",
            "console",
        }
    ),
    "ndes": frozenset(
        {
            "NDES",
            "Intune certificate connector",
            "domain member / NDES / Intune certificate connector",
        }
    ),
    "internet": frozenset({"internet client", "any"}),
}
"""Whose rows (`source_role` of the list) each word of [network] roles selects."""


class CatalogueError(ValueError):
    """An endpoint list that cannot be used; the message names the file, the row and the key."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """An endpoint list. `origin` is bundled, refreshed or the name of the operator's own file."""

    version: str
    as_of: str
    origin: str
    clouds: Mapping[str, str]
    rows: tuple[Mapping[str, Any], ...]
    unverified: tuple[Mapping[str, Any], ...]
    ranges: Mapping[tuple[str, int], tuple[str, ...]]
    m365_versions: Mapping[str, str]

    def areas(
        self, roles: Iterable[str], cloud: Cloud, fill: Mapping[str, str], vantage: str
    ) -> Iterator[EndpointRows]:
        """The rows of each area for each role, with templates filled, in the order of the list.

        A row whose template cannot be filled keeps its destination and has no host.
        """
        instance = self.clouds.get(cloud, "Worldwide")
        for role in dict.fromkeys(roles):
            callers = CALLERS.get(role, frozenset()) | {"all"}
            chosen: dict[str, list[Mapping[str, Any]]] = {}
            for row in self.rows:
                if row.get("source_role") in callers and _in_cloud(row, instance):
                    chosen.setdefault(row["area"], []).append(row)
            for area, rows in chosen.items():
                yield self._area(vantage, area, role, rows, fill)

    def _area(
        self,
        vantage: str,
        area: str,
        role: str,
        rows: list[Mapping[str, Any]],
        fill: Mapping[str, str],
    ) -> EndpointRows:
        sets = dict.fromkeys((row["cloud"], row.get("set_id") or 0) for row in rows)
        ranges = [one for row in rows for one in row.get("ips", ())]
        ranges += [one for key in sets for one in self.ranges.get(key, ())]
        made = (_row(row, fill) for row in rows if not _gone(row))
        return EndpointRows(
            vantage, area, role, tuple(dict.fromkeys(made)), tuple(dict.fromkeys(ranges))
        )


def _gone(row: Mapping[str, Any]) -> bool:
    return str(row.get("status", "")).startswith(_REMOVED)


def _in_cloud(row: Mapping[str, Any], instance: str) -> bool:
    """Rows of own servers, Apple, Google and of revocation stand under Worldwide for all clouds."""
    if row["cloud"] == instance:
        return True
    everywhere = row.get("destination", "Microsoft cloud") != "Microsoft cloud"
    return bool(row["cloud"] == "Worldwide" and (everywhere or row["area"] == "CertValidation"))


def _row(row: Mapping[str, Any], fill: Mapping[str, str]) -> Row:
    name = _filled(row.get("fqdn") or "", fill)
    given = row.get("probe_hosts") or ([] if name.startswith("*") else [row.get("fqdn") or ""])
    hosts = [_filled(one, fill).casefold() for one in given]
    return Row(
        destination=(name or row.get("destination", "")).casefold() if name else "",
        hosts=tuple(one for one in dict.fromkeys(hosts) if one and "<" not in one),
        tcp=row.get("tcp", ""),
        udp=row.get("udp", ""),
        required=row.get("required", True),
        inspection=row.get("tls_inspection_allowed", "not-stated"),
        proxy_auth=row.get("proxy_auth_supported", "not-stated"),
        trust=row.get("expected_trust") or "",
        service=row.get("service", ""),
        purpose=row.get("purpose", ""),
        set_id=row.get("set_id"),
        kind=row.get("direction", "outbound"),
        towards=row.get("destination", "Microsoft cloud"),
        migrating=str(row.get("status", "")).startswith("migrating"),
        guess=row.get("probe_source") == "derived",
        as_of=row.get("as_of") or "",
        source=row.get("source", ""),
    )


def _filled(text: str, fill: Mapping[str, str]) -> str:
    for name, value in fill.items():
        if value:
            text = text.replace(f"<{name}>", value)
    return text


def bundled() -> Catalogue:
    """The list that ships with this version."""
    text = files("scanner").joinpath("data", "endpoints.json").read_text(encoding="utf-8")
    return parse(text, "bundled", "scanner/data/endpoints.json")


def read(path: Path, origin: str = "") -> Catalogue:
    """A list in a file. Raises CatalogueError naming file, row and key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: cannot be read: {error}") from error
    return parse(text, origin or path.name, str(path))


def parse(text: str, origin: str, name: str) -> Catalogue:
    """The text of a list. Raises CatalogueError with every row that is wrong, ten at most."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"{name}: not valid JSON: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("endpoints"), list):
        raise CatalogueError(f'{name}: expected an object with a list "endpoints"')
    problems = [
        f"{name}: {part}[{place}]: {problem}"
        for part in ("endpoints", "unverified")
        for place, row in enumerate(data.get(part) or [])
        for problem in _problems(row)
    ]
    if problems:
        raise CatalogueError("\n".join(problems[:10]))
    sets = data.get("m365_sets") or []
    return Catalogue(
        version=str(data.get("version", "unknown")),
        as_of=str(data.get("as_of", "")),
        origin=origin,
        clouds=data.get("clouds") or {},
        rows=tuple(data["endpoints"]),
        unverified=tuple(data.get("unverified") or ()),
        ranges={(one["cloud"], one["set_id"]): tuple(one["ips"]) for one in sets},
        m365_versions={
            cloud: str(about.get("version", ""))
            for cloud, about in (data.get("provenance") or {}).items()
        },
    )


def _problems(row: object) -> Iterator[str]:
    """What is wrong with one row, with the key and what is right."""
    if not isinstance(row, dict):
        yield "expected an object"
        return
    for key in ("cloud", "area", "source_role"):
        if not isinstance(row.get(key), str) or not row[key]:
            yield f"{key}: expected a text such as Worldwide, Intune or client"
    for key in ("tcp", "udp"):
        value = row.get(key, "")
        if not isinstance(value, str) or (value and not _ports_valid(value)):
            yield f'{key}: expected ports such as "443" or "80,443,5228-5230", got {value!r}'
    for one in [row.get("fqdn"), *(row.get("probe_hosts") or [])]:
        if one is not None and (not isinstance(one, str) or not _NAME.match(one)):
            yield f"fqdn: expected a name such as login.microsoftonline.com, got {one!r}"
    if not isinstance(row.get("required", True), bool):
        yield f"required: expected true or false, got {row['required']!r}"


def _ports_valid(text: str) -> bool:
    return bool(_PORTS.match(text)) and all(
        0 < int(number) < 65536  # noqa: PLR2004 - a port has 16 bits
        for number in re.findall(r"\d+", text)
    )
