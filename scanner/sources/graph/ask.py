"""The address of a declared call: identifiers, $select, $filter and dates put in their places."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from scanner.evidence.envelope import GraphCall

_AGO = re.compile(r"\{(\d+) days ago\}")


def address(base: str, call: GraphCall, ident: str = "", *, whole: bool = False) -> str:
    """The URL of a call. With `whole` a list is asked for without its filter."""
    path = call.path.replace("{id}", quote(ident, safe=""))
    query = [("$select", ",".join(call.select))] if call.select else []
    query += [
        (key, value) for key, value in call.query if not (whole and key in ("$filter", "$count"))
    ]
    text = "&".join(f"{key}={quote(_filled(value, ident), safe=',')}" for key, value in query)
    return f"{base}/{call.version}{path}{'?' if text else ''}{text}"


def _filled(value: str, ident: str) -> str:
    """A query option with what only the run knows; a quote in a name is doubled (OData 4.01)."""

    def date(match: re.Match[str]) -> str:
        then = datetime.now(UTC) - timedelta(days=int(match[1]))
        return then.strftime("%Y-%m-%dT%H:%M:%SZ")

    filled = _AGO.sub(date, value)
    return filled.replace("{ids}", ident).replace("{name}", ident.replace("'", "''"))
