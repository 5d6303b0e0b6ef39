"""Refreshing the Microsoft 365 rows of the endpoint list from Microsoft's web service, on request.

Only rows of the Microsoft 365 areas are replaced; what was curated about a name (hosts to probe, words
on inspection) stays with it. The rows of the service for Intune are declared inaccurate: never asked.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from scanner.evidence.folder import write_atomically
from scanner.sources.reachability.catalogue import Catalogue, CatalogueError, bundled, parse, read

SERVICE = "https://endpoints.office.com"
_SECONDS = 30.0
_LARGEST = 8 * 1024 * 1024
_TOLERANCE = 0.3  # how far the number of records may move before it is taken for a mistake
_MUST_HAVE = {"Worldwide": ("login.microsoftonline.com", "outlook.office365.com")}
_LATER = 429


class RefreshError(Exception):
    """The list could not be refreshed; what is there stays as it is."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did."""

    instance: str
    before: str
    after: str
    changed: bool
    path: Path


def cache_folder() -> Path:
    """Where the refreshed list is kept, for this user."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "emsready"


def refreshed_file() -> Path:
    """The refreshed list, whether it is there or not."""
    return cache_folder() / "endpoints.json"


def current() -> Catalogue:
    """The newer of the bundled and the refreshed list. Raises CatalogueError for a spoilt cache."""
    ours, path = bundled(), refreshed_file()
    if not path.is_file():
        return ours
    kept = read(path, "refreshed")
    return kept if kept.as_of >= ours.as_of else ours


def refresh(instance: str, service: str = SERVICE) -> Refreshed:
    """Ask for the version, and where it is newer fetch, check and keep the list.

    Raises RefreshError; the list that was there is kept then, and kept as the previous one otherwise.
    """
    path = refreshed_file()
    data = _source_data(path)
    version = str(_get(service, f"/version/{instance}").get("latest", ""))
    if not (version.isdigit() and len(version) == 10):  # noqa: PLR2004 - YYYYMMDDNN
        raise RefreshError(f"the service named no version but {version!r}")
    before = str(data["provenance"].get(instance, {}).get("version", ""))
    if version <= before:
        return Refreshed(instance, before, version, changed=False, path=path)
    records = _get(service, f"/endpoints/{instance}", as_list=True)
    _check(records, data, instance)
    merged = _merged(data, records, instance, version)
    text = _text(merged)
    try:
        parse(text, "refreshed", str(path))
    except CatalogueError as error:
        raise RefreshError(f"the refreshed list is not usable: {error}") from error
    _keep(path, text)
    return Refreshed(instance, before, version, changed=True, path=path)


def _source_data(path: Path) -> dict[str, Any]:
    """The list that is refreshed: the cached one where it is the newer one, else the bundled one."""
    if path.is_file() and current().origin == "refreshed":
        text = path.read_text(encoding="utf-8")
    else:
        text = files("scanner").joinpath("data", "endpoints.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def _get(service: str, path: str, *, as_list: bool = False) -> Any:
    """One answer of the service as JSON. Raises RefreshError."""
    import requests  # noqa: PLC0415 - costs start-up time that a scan need not pay

    where = f"{service}{path}"
    try:
        with requests.get(
            where, params={"clientrequestid": _client_id()}, timeout=_SECONDS, stream=True
        ) as answer:
            if answer.status_code == _LATER:
                raise RefreshError("the service asks to wait an hour before the next try")
            answer.raise_for_status()
            body = answer.raw.read(_LARGEST + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise RefreshError(f"{where}: {type(error).__name__}: {error}") from error
    if len(body) > _LARGEST:
        raise RefreshError(f"{where}: more than {_LARGEST} bytes")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefreshError(f"{where}: not valid JSON") from error
    if not isinstance(found, list if as_list else dict):
        raise RefreshError(f"{where}: not what the documentation of the service describes")
    return found


def _client_id() -> str:
    """The id of this installation: made once, because the service limits by it."""
    path = cache_folder() / "client-id"
    try:
        return str(uuid.UUID(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError):
        made = str(uuid.uuid4())
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(path, made.encode())
        return made


def _check(records: list[Any], data: Mapping[str, Any], instance: str) -> None:
    """Refuse what cannot be a whole list. Raises RefreshError."""
    if not all(isinstance(one, dict) and isinstance(one.get("id"), int) for one in records):
        raise RefreshError("a record without an id")
    before = data["provenance"].get(instance, {}).get("records", 0)
    if before and abs(len(records) - before) > _TOLERANCE * before:
        raise RefreshError(f"{len(records)} records after {before}: too different to be believed")
    names = {url for one in records for url in one.get("urls") or ()}
    for name in _MUST_HAVE.get(instance, ()):
        if name not in names:
            raise RefreshError(f"{name} is missing in the new list")
    for one in records:
        for key in ("tcpPorts", "udpPorts"):
            ports = str(one.get(key) or "").replace(" ", "")
            if not all(
                part.replace("-", "", 1).isdigit() for part in filter(None, ports.split(","))
            ):
                raise RefreshError(f"record {one['id']}: {key} is {ports!r}")


def _merged(
    data: dict[str, Any], records: list[Any], instance: str, version: str
) -> dict[str, Any]:
    today = datetime.now(UTC).date().isoformat()
    mine = [one for one in data["endpoints"] if _is_m365(one, instance)]
    curated = {one.get("fqdn"): one for one in mine}
    rows = [row for one in records for row in _rows(one, instance, today, curated, data)]
    others = [one for one in data["endpoints"] if not _is_m365(one, instance)]
    sets = [one for one in data["m365_sets"] if one["cloud"] != instance]
    sets += [
        {
            "cloud": instance,
            "set_id": one["id"],
            "serviceArea": one.get("serviceArea", ""),
            "ips": one["ips"],
            "version": version,
        }
        for one in records
        if one.get("ips")
    ]
    provenance = {
        "instance": instance,
        "version": version,
        "records": len(records),
        "note": "fetched from the web service",
        "fetched": today,
    }
    return {
        **data,
        "version": f"{data['version'].partition('+')[0]}+{version}",
        "as_of": today,
        "sources": {**data["sources"], "ws": SERVICE},
        "provenance": {**data["provenance"], instance: provenance},
        "m365_sets": sets,
        "endpoints": rows + others,
    }


def _is_m365(row: Mapping[str, Any], instance: str) -> bool:
    return bool(row["cloud"] == instance and str(row["area"]).startswith("M365-"))


def _rows(
    record: Mapping[str, Any],
    instance: str,
    today: str,
    curated: Mapping[str | None, Mapping[str, Any]],
    data: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    category = record.get("category", "Default")
    for name in record.get("urls") or [None]:
        known = curated.get(name, {})
        row: dict[str, Any] = {
            "cloud": instance,
            "area": f"M365-{record.get('serviceArea', 'Common')}",
            "service": record.get("serviceAreaDisplayName", ""),
            "set_id": record["id"],
            "category": category,
            "source_role": "client",
            "tcp": str(record.get("tcpPorts") or "").replace(" ", ""),
            "udp": str(record.get("udpPorts") or "").replace(" ", ""),
            "expected_trust": "public-root",
            "source": "ws",
            "as_of": today,
        }
        if name:
            row["fqdn"] = name
        if not record.get("required", True):
            row["required"] = False
        if category in ("Optimize", "Allow"):
            row["tls_inspection_allowed"] = "discouraged"
        hosts = data["wildcard_probes"].get(name, {})
        if hosts:
            row |= {"probe_hosts": hosts["hosts"], "probe_source": hosts["source"]}
        kept = (
            "tls_inspection_allowed",
            "probe_hosts",
            "probe_source",
            "probe_note",
            "expected_trust",
        )
        yield row | {key: known[key] for key in kept if key in known}


def _text(data: Mapping[str, Any]) -> str:
    """One row a line, so that two lists can be compared."""
    parts = []
    for key, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines = ",\n".join(f"  {json.dumps(one, ensure_ascii=False)}" for one in value)
            parts.append(f" {json.dumps(key)}: [\n{lines}\n ]")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.is_file():
        write_atomically(path.with_suffix(".previous.json"), path.read_bytes())
    write_atomically(path, text.encode())
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_atomically(path.with_suffix(".sha256"), f"{digest}  {path.name}\n".encode())
