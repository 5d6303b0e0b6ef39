"""The whole lab: every part started, and one emsready.toml that leads a scan to all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from scanner.lab.answers import LabAnswers
from scanner.lab.authority import Authority
from scanner.lab.directory import LabDirectory
from scanner.lab.dns import LabDns
from scanner.lab.federation import LabFederation
from scanner.lab.inventory import LabInventory
from scanner.lab.network import LabNetwork
from scanner.lab.organisation import Organisation
from scanner.lab.services import LabServices
from scanner.lab.tenant import LabTenant


class Part(Protocol):
    """One part of the lab: entered to run, and asked for its share of the configuration."""

    def settings(self) -> Mapping[str, object]:
        """What emsready.toml says so that a scan finds this part, as nested tables."""

    def __enter__(self) -> Self:
        """Start."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""


PARTS: tuple[Callable[[Organisation, Authority, Path], Part], ...] = (
    LabTenant,
    LabFederation,
    LabAnswers,
    LabInventory,
    LabDns,
    LabServices,
    LabDirectory,
    LabNetwork,
)
"""Makes each part from the organisation, the lab's authority, and a folder for its files."""


class Lab(AbstractContextManager["Lab"]):
    """The sample organisation, running while this is entered. `config` is the file to scan with."""

    def __init__(self, organisation: Organisation, folder: Path) -> None:
        self.organisation = organisation
        self.folder = folder
        self.config = folder / "emsready.toml"
        self.authority = Authority()
        self.parts: list[Part] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        try:
            for make in PARTS:
                part = make(self.organisation, self.authority, self.folder)
                self.parts.append(self._stack.enter_context(part))
            self.config.write_text(toml(self._settings()), encoding="utf-8")
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _settings(self) -> dict[str, Any]:
        roots = self.folder / "lab-roots.pem"
        roots.write_bytes(self.authority.root_pem())
        mine = self.organisation
        settings: dict[str, Any] = {
            "customer": {"name": mine.name},
            "scope": {"identity": "hybrid"},
            "owners": dict(_OWNERS),
            "trust": {"ca_file": str(roots), "roots_file": str(roots)},
            "report": {"notice": "This is the sample organisation of emsready, not a real one."},
        }
        for part in self.parts:
            _merge(settings, part.settings())
        return settings


_OWNERS = {
    "dns-admin": "Dana Nowak",
    "network-admin": "network-team@contoso.com",
    "project-manager": "Pat Moreau",
    "tenant-admin": "Ana Silva",
}
"""Who stands behind some of the roles; the others have nobody yet, as it goes."""


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Tables are joined, lists put one after the other, everything else is replaced."""
    for key, value in more.items():
        if isinstance(value, Mapping):
            _merge(into.setdefault(key, {}), value)
        elif isinstance(value, list):
            into[key] = [*into.get(key, []), *value]
        else:
            into[key] = value


def toml(settings: Mapping[str, Any]) -> str:
    """Nested tables as TOML. Strings of JSON are strings of TOML too (TOML 1.0, basic strings)."""
    return "\n".join(_table((), settings)) + "\n"


def _table(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterable[str]:
    if path:
        yield f"\n[{'.'.join(map(json.dumps, path))}]"
    below = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    for key, value in table.items():
        if key not in below:
            yield f"{json.dumps(key)} = {_value(value)}"
    for key, value in below.items():
        yield from _table((*path, key), value)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(_pairs(value))} }}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    return (f"{json.dumps(key)} = {_value(one)}" for key, one in table.items())
