"""The Graph side of the lab: which answer a path has, with $select, $top and page tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from scanner.lab.tenant.facts import Facts
from scanner.lab.tenant.faults import Faults, Reply, refusal

Item = dict[str, Any]
_DEFAULT_PAGE = 100
_LARGEST_PAGE = 999


@dataclass(slots=True)
class Graph:
    """Read-only Graph v1.0 over the facts of the tenant. `largest_page` caps $top."""

    facts: Facts
    faults: Faults
    largest_page: int = _LARGEST_PAGE
    _users: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._users = self.facts.users()

    def answer(self, base: str, path: str, query: dict[str, str]) -> Reply:
        """The answer to GET path?query."""
        skip = query.get("$skiptoken", "")
        planned = self.faults.pick(path, later_page=bool(skip))
        if planned is not None:
            return planned
        lists: dict[str, Callable[[], list[Item]]] = {
            "/organization": lambda: [self.facts.organization()],
            "/domains": self.facts.domains,
            "/subscribedSkus": self.facts.skus,
            "/users": lambda: self._users,
        }
        if path in lists:
            return self._page(base, path, lists[path](), query)
        return self._single(base, path, query)

    def _single(self, base: str, path: str, query: dict[str, str]) -> Reply:
        parts = [unquote(part) for part in path.strip("/").split("/")]
        match parts:
            case ["organization", ident] if ident == self.facts.organisation.tenant_id:
                return Reply.of(_selected(self.facts.authority(), query))
            case ["deviceManagement"]:
                return Reply.of(self.facts.intune())
            case ["domains", name, "serviceConfigurationRecords"] if self._knows(name):
                return self._page(base, path, self.facts.service_records(name), query)
            case ["domains", name, "verificationDnsRecords"] if self._knows(name):
                return self._page(base, path, self.facts.verification_records(name), query)
        return refusal(404, "Request_ResourceNotFound", "Resource does not exist.")

    def _knows(self, name: str) -> bool:
        return name in {one["id"] for one in self.facts.domains()}

    def _page(self, base: str, path: str, items: list[Item], query: dict[str, str]) -> Reply:
        size, start = query.get("$top", str(_DEFAULT_PAGE)), query.get("$skiptoken", "0")
        if not (size.isdigit() and start.isdigit() and int(size)):
            return refusal(400, "Request_BadRequest", "Invalid paging option.")
        end = int(start) + min(int(size), self.largest_page)
        page = [_selected(item, query) for item in items[int(start) : end]]
        content: dict[str, object] = {"value": page}
        if end < len(items):
            select = f"$select={query['$select']}&" if "$select" in query else ""
            link = f"{base}/v1.0{path}?{select}$top={size}&$skiptoken={end}"
            planned = self.faults.next_link.get(path)
            content["@odata.nextLink"] = (
                planned.replace("{base}", base).replace("{path}", path) if planned else link
            )
        return Reply.of(content)


def _selected(item: Item, query: dict[str, str]) -> Item:
    names = query.get("$select", "").split(",") if query.get("$select") else list(item)
    return {name: item.get(name) for name in names}
