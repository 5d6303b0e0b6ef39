"""A table as an inventory: one line for each server, or for each product on it.

The columns of servers: name, roles, os_name, os_version, installation, domain_joined, last_installed,
pending, restart_pending, dotnet_release, product, version, staging. Of clients: platform, version,
edition, count, configuration_manager. Of browsers: browser, version, count. Of each: collected_at.
Lines with the same name are one server.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.sources.inventory.places import Place
from scanner.sources.inventory.shape import unknown

_SERVER: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "roles": ("roles",),
    "os_name": ("system", "name"),
    "os_version": ("system", "version"),
    "installation": ("system", "installation"),
    "domain_joined": ("domain_joined",),
    "last_installed": ("updates", "last_installed"),
    "pending": ("updates", "pending"),
    "restart_pending": ("updates", "restart_pending"),
    "dotnet_release": ("dotnet_release",),
    "staging": ("sync", "staging"),
}
_TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "name": ("servers", (*_SERVER, "product", "version")),
    "platform": ("clients", ("platform", "version", "edition", "count", "configuration_manager")),
    "browser": ("browsers", ("browser", "version", "count")),
}
_NUMBERS = {"pending", "dotnet_release", "count"}
_FLAGS = {"domain_joined", "restart_pending", "staging"}
_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0"}
_MOST_LINES = 100_000


class TableError(ValueError):
    """A table that cannot be used; the message begins with ':' and a line where it has one."""


def from_table(text: str) -> tuple[dict[str, Any], dict[Place, int]]:
    """The same plain data as of a JSON inventory, and the line of each entry. Raises TableError."""
    rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    try:
        header = [cell.strip().casefold() for cell in next(rows, [])]
        key, columns = _kind_of(header)
        for cell in header:
            if cell not in (*columns, "collected_at"):
                raise TableError(f":1: {unknown('column', cell, (*columns, 'collected_at'))}")
        table = _Table(key)
        for row in _filled(rows, header):
            table.add(row, rows.line_num)
    except csv.Error as error:
        raise TableError(f":{rows.line_num}: not a table: {error}") from error
    return table.data, table.lines


def _delimiter(text: str) -> str:
    """Comma, semicolon (as spreadsheets write it in many countries) or tab, by the first line."""
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


def _kind_of(header: list[str]) -> tuple[str, tuple[str, ...]]:
    for column, found in _TABLES.items():
        if column in header:
            return found
    raise TableError(
        ":1: neither JSON nor a table with a column 'name' (servers), 'platform' (clients) or"
        " 'browser'"
    )


def _filled(rows: Any, header: list[str]) -> Iterator[dict[str, str]]:
    for row in rows:
        if rows.line_num > _MOST_LINES:
            raise TableError(f":{rows.line_num}: more than {_MOST_LINES} lines")
        if len(row) > len(header):
            raise TableError(f":{rows.line_num}: {len(row)} cells for {len(header)} columns")
        cells = {column: cell.strip() for column, cell in zip(header, row, strict=False)}
        if any(cells.values()):
            yield {column: cell for column, cell in cells.items() if cell}


class _Table:
    """The entries of one table as they grow, and the line that each began on."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._entries: list[dict[str, Any]] = []
        self._servers: dict[str, dict[str, Any]] = {}
        self.data: dict[str, Any] = {key: self._entries}
        self.lines: dict[Place, int] = {(): 1}

    def add(self, row: dict[str, str], line: int) -> None:
        """Take one line in."""
        if "collected_at" in row:
            self.data.setdefault("collected_at", row.pop("collected_at"))
        if self._key == "servers":
            self._server(row, line)
        else:
            self._begin({column: _value(column, cell) for column, cell in row.items()}, line)

    def _begin(self, entry: dict[str, Any], line: int) -> dict[str, Any]:
        self.lines[self._key, len(self._entries)] = line
        self._entries.append(entry)
        return entry

    def _server(self, row: dict[str, str], line: int) -> None:
        name = row.get("name", "")
        entry = self._servers.get(name.casefold())
        if entry is None:
            entry = self._servers[name.casefold()] = self._begin({"name": name}, line)
        for column, (*above, last) in _SERVER.items():
            if column in row:
                inner = entry
                for part in above:
                    inner = inner.setdefault(part, {})
                inner[last] = _value(column, row[column])
        if "product" in row:
            product = {"product": row["product"], "version": row.get("version", "")}
            entry.setdefault("software", []).append(product)


def _value(column: str, cell: str) -> Any:
    """The cell as its column means it; what it cannot be is left as text, and refused later."""
    if column == "roles":
        return [one for one in cell.replace(";", " ").replace(",", " ").split() if one]
    if column in _NUMBERS and cell.isascii() and cell.isdigit() and len(cell) <= 9:  # noqa: PLR2004 - beyond any count
        return int(cell)
    if column in _FLAGS and cell.casefold() in _YES | _NO:
        return cell.casefold() in _YES
    return cell
