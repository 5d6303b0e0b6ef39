"""What the collector wrote down on the servers of the sample organisation, and its count of clients."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scanner.lab.authority import Authority
from scanner.lab.organisation import Organisation

_NEW = "10.0.20348.2849"  # Windows Server 2022
_GOOD_TLS = {"tls12_client": True, "strong_crypto": True, "system_default": True}
_WEAK_TLS = {"tls12_server": True, "tls10_server": True}


class LabInventory(AbstractContextManager["LabInventory"]):
    """Two files: the servers as JSON, the clients as a table that somebody exported."""

    def __init__(self, organisation: Organisation, _: Authority, folder: Path) -> None:
        self._organisation = organisation
        self._servers = folder / "servers.json"
        self._clients = folder / "clients.csv"

    def settings(self) -> Mapping[str, object]:
        """Where the files stand."""
        return {"inventory": {"files": [str(self._servers), str(self._clients)]}}

    def __enter__(self) -> Self:
        today = datetime.now(UTC).date()
        seen = today - timedelta(days=4)
        content = {
            "schema": "1.0",
            "collector": "emsready-inventory.ps1 1.0",
            "collected_at": f"{seen.isoformat()}T07:30:00Z",
            "servers": servers(self._organisation, seen),
        }
        self._servers.write_text(json.dumps(content, indent=1), encoding="utf-8")
        self._clients.write_text(_table(self._organisation, seen), encoding="utf-8")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing runs."""


def servers(organisation: Organisation, seen: date) -> list[dict[str, Any]]:
    """The servers in the variant of the organisation."""
    good = organisation.healthy
    made = [
        *_directory(seen, good=good),
        *_synchronisation(seen, good=good),
        *_federation(seen, good=good),
        *_certificates(seen, good=good),
        _server(
            "cm01",
            ["configuration-manager"],
            seen,
            software=[
                ("configuration-manager-site", "5.00.9160.1000" if good else "5.00.9106.1000")
            ],
            tls=_GOOD_TLS,
        ),
    ]
    for one in made:
        one["name"] = f"{one['name']}.{organisation.forest}"
    return made


def _server(name: str, roles: list[str], seen: date, **more: Any) -> dict[str, Any]:
    """A server with nothing wrong, but for what is said."""
    made = {
        "name": name,
        "roles": roles,
        "domain_joined": True,
        "system": {
            "name": "Windows Server 2022 Standard",
            "version": _NEW,
            "installation": "full",
        },
        "updates": {
            "last_installed": (seen - timedelta(days=9)).isoformat(),
            "pending": 0,
            "restart_pending": False,
        },
        "dotnet_release": 528449,
        **more,
    }
    made["software"] = [
        {"product": product, "version": version} for product, version in more.get("software", [])
    ]
    return made


def _directory(seen: date, *, good: bool) -> list[dict[str, Any]]:
    """Domain controllers: one is years out of support, another misses its updates."""
    old = {"system": {"name": "Windows Server 2012 R2 Standard", "version": "6.3.9600"}}
    behind = {
        "updates": {
            "last_installed": (seen - timedelta(days=131)).isoformat(),
            "pending": 7,
            "restart_pending": True,
        }
    }
    return [
        _server("dc01", ["domain-controller"], seen, **({} if good else old)),
        _server("dc02", ["domain-controller"], seen, **({} if good else behind)),
    ]


def _synchronisation(seen: date, *, good: bool) -> list[dict[str, Any]]:
    """Two servers: both active, and one of a version whose synchronisation has stopped."""
    standby = {"staging": good, "database": "localdb"}
    active = {"staging": False, "database": "localdb"}
    version = "2.6.84.0" if good else "2.4.131.0"
    return [
        _server(
            "sync01",
            ["entra-connect"],
            seen,
            software=[("entra-connect", version)],
            sync=active,
            tls=_GOOD_TLS if good else {"tls12_client": True},
        ),
        _server(
            "sync02",
            ["entra-connect"],
            seen,
            software=[("entra-connect", "2.6.84.0")],
            sync=standby,
            tls=_GOOD_TLS,
        ),
    ]


def _federation(seen: date, *, good: bool) -> list[dict[str, Any]]:
    """AD FS: the retired multi-factor authentication server still has its adapter there."""
    adapter = "AzureMfaAuthentication" if good else "AzureMfaServerAuthentication"
    tls = {"tls12_server": True} if good else _WEAK_TLS
    farm = {"level": 4, "providers": [adapter], "auto_rollover": True}
    return [
        _server("sts01", ["ad-fs"], seen, ad_fs=farm, tls=tls),
        _server("wap01", ["wap"], seen, tls=tls, domain_joined=False),
    ]


def _certificates(seen: date, *, good: bool) -> list[dict[str, Any]]:
    """Certificate services: a weak authority with a stale list, and NDES without its module."""
    authority = {
        "name": "Contoso Issuing CA",
        "kind": "enterprise-subordinate",
        "expires": (seen + timedelta(days=2000 if good else 95)).isoformat(),
        "hash_algorithm": "sha256" if good else "sha1",
        "key_algorithm": "RSA",
        "key_bits": 4096,
        "crl_next_update": (seen + timedelta(days=5 if good else -3)).isoformat(),
    }
    connector = [("certificate-connector", "6.2510.3.2002" if good else "6.2301.1.0")]
    ndes = {"policy_module": good, "https_binding": True, "enhanced_security": not good}
    roles = ["ndes", "certificate-connector"]
    return [
        _server("ca01", ["certification-authority"], seen, authorities=[authority]),
        _server("ndes01", roles, seen, software=connector, ndes=ndes, tls=_GOOD_TLS),
        _server("nps01", ["nps"], seen),
    ]


def _table(organisation: Organisation, seen: date) -> str:
    rows = [
        ("windows", "10.0.28020.100", "enterprise", 1180),
        ("ios", "26.1", "", 420),
        ("macos", "26.0", "", 35),
        ("android", "15", "", 260),
    ]
    if not organisation.healthy:
        rows += [
            ("windows", "10.0.19045.6456", "enterprise", 214),
            ("ios", "16.7.10", "", 31),
            ("android", "9", "", 12),
        ]
    lines = ["platform,version,edition,count,collected_at"]
    lines += [f"{','.join(map(str, row))},{seen.isoformat()}" for row in rows]
    return "\n".join(lines) + "\n"
