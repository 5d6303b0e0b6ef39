"""The Graph side of the lab: which answer an address has, and what a client did wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from scanner.lab.tenant.estate import estate
from scanner.lab.tenant.facts import Facts
from scanner.lab.tenant.faults import Faults, Reply, gateway, missing_permission, refusal, throttled
from scanner.lab.tenant.guard import Limits, call_for, lacking
from scanner.lab.tenant.odata import QueryError, matching, selected

Item = dict[str, Any]
_DEFAULT_PAGE = 100
_LARGEST_PAGE = 999


@dataclass(slots=True)
class Graph:
    """Read-only Graph over the facts of the tenant. `largest_page` caps $top.

    `holdings` are the lists, objects and numbers by 'version path'; `mistakes` tells what a client
    should not have asked.
    """

    facts: Facts
    faults: Faults
    largest_page: int = _LARGEST_PAGE
    limits: Limits = field(default_factory=Limits)
    holdings: dict[str, Any] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    _asked: int = 0

    def __post_init__(self) -> None:
        self.holdings = estate(self.facts)

    def answer(
        self, base: str, address: str, query: dict[str, str], headers: Mapping[str, str]
    ) -> Reply:
        """The answer to GET address?query, where the address starts with the version."""
        version, _, rest = address.strip("/").partition("/")
        path = "/" + "/".join(unquote(part) for part in rest.split("/"))
        self._asked += 1
        if self.faults.every and self._asked % self.faults.every == 0:
            return gateway(503)
        planned = self.faults.pick(path, later_page="$skiptoken" in query)
        if planned is not None:
            return planned
        admitted = self.limits.admit(path)
        if admitted:
            if admitted == "early":
                self.mistakes.append(f"asked while throttled: {path}")
            patience = "" if "conditionalAccess" in path else str(int(self.limits.penalty))
            return throttled(patience)
        return self._permitted(version, path, headers) or self._found(
            base, version, path, query, headers
        )

    def _permitted(self, version: str, path: str, headers: Mapping[str, str]) -> Reply | None:
        """A refusal where the token does not open that address."""
        call = call_for(version, path)
        if call is None:
            return None
        claims = claims_of(headers.get("Authorization", ""))
        delegated = "scp" in claims
        granted = str(claims.get("scp", "")).split() if delegated else claims.get("roles", [])
        wanting = lacking(call, frozenset(granted), delegated=delegated)
        if not delegated and call.delegated_only:
            self.mistakes.append(f"asked without a person: {path}")
        return missing_permission(path, wanting) if wanting else None

    def _found(
        self,
        base: str,
        version: str,
        path: str,
        query: dict[str, str],
        headers: Mapping[str, str],
    ) -> Reply:
        counting = path.endswith("/$count")
        key = f"{version} {path.removesuffix('/$count')}"
        held = self.holdings.get(key)
        if held is None:
            return refusal(404, "Request_ResourceNotFound", "Resource does not exist.")
        if isinstance(held, dict):
            self._look_at_select(path, [held], query)
            return Reply.of(selected(held, query))
        eventual = headers.get("ConsistencyLevel", "") == "eventual"
        if (counting or "$count" in query) and not eventual:
            self.mistakes.append(f"an advanced query without ConsistencyLevel: {path}")
            return refusal(400, "Request_UnsupportedQuery", "ConsistencyLevel header is missing.")
        try:
            items = held if isinstance(held, int) else self._filtered(held, query)
        except QueryError as error:
            return refusal(400, "Request_UnsupportedQuery", f"Unsupported filter: {error}")
        if counting or isinstance(items, int):
            count = items if isinstance(items, int) else len(items)
            return Reply(body=b"\xef\xbb\xbf" + str(count).encode(), kind="text/plain")
        self._look_at_select(path, items, query)
        return self._page(base, f"{version}{path}", items, query)

    @staticmethod
    def _filtered(items: Sequence[Item], query: dict[str, str]) -> Sequence[Item]:
        if "$filter" not in query:
            return items
        test = matching(query["$filter"])
        return [item for item in items if test(item)]

    def _look_at_select(self, path: str, items: Sequence[Item], query: dict[str, str]) -> None:
        if "$select" in query and items:
            unknown = set(query["$select"].split(",")) - set(items[0])
            if unknown:
                self.mistakes.append(f"unknown properties of {path}: {sorted(unknown)}")

    def _page(self, base: str, address: str, items: Sequence[Item], query: dict[str, str]) -> Reply:
        size, start = query.get("$top", str(_DEFAULT_PAGE)), query.get("$skiptoken", "0")
        if not (size.isdigit() and start.isdigit() and int(size)):
            return refusal(400, "Request_BadRequest", "Invalid paging option.")
        if int(size) > _LARGEST_PAGE:
            self.mistakes.append(f"$top beyond {_LARGEST_PAGE}: {address}")
        end = int(start) + min(int(size), self.largest_page)
        page = [selected(item, query) for item in items[int(start) : end]]
        content: dict[str, object] = {"value": page}
        if end < len(items):
            kept = "".join(
                f"{key}={value}&"
                for key, value in query.items()
                if key in ("$select", "$filter", "$count")
            )
            link = f"{base}/{address}?{kept}$top={size}&$skiptoken={end}"
            path = "/" + address.partition("/")[2]
            planned = self.faults.next_link.get(path)
            content["@odata.nextLink"] = (
                planned.replace("{base}", base).replace("{path}", path) if planned else link
            )
        return Reply.of(content)


def claims_of(authorization: str) -> dict[str, Any]:
    """The claims of a bearer token that the lab gave out."""
    try:
        part = authorization.removeprefix("Bearer ").split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
