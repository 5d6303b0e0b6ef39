"""The change request: rows that a network team can carry out, and the same as text for a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checks.firewall.facts import RowState
from checks.firewall.words import change
from scanner.api import Affected
from scanner.evidence.reachability import Why

COLUMNS = (
    "request",
    "action",
    "area",
    "role",
    "vantages",
    "source",
    "destination_kind",
    "destination",
    "protocol",
    "ports",
    "direction",
    "required",
    "tls_inspection",
    "proxy_auth",
    "reason",
    "evidence",
    "blocks",
    "source_document",
    "as_of",
)
_HERE = "this place"
_MOST_NAMES = 12


def places_of(states: Iterable[RowState]) -> list[str]:
    """The labels of the places where those states were seen."""
    return sorted({one.area.vantage or _HERE for one in states})


def places_of_labels(labels: Iterable[str]) -> list[str]:
    """The labels of places as a sentence names them."""
    return sorted({one or _HERE for one in labels})


def source_of(role: str, states: Iterable[RowState]) -> str:
    """A placeholder for the source of a rule: never guessed from one address."""
    places = [one for one in places_of(states) if one != _HERE]
    return f"<subnets of {role}{', ' if places else ''}{', '.join(places)}>"


def destinations_of(states: Sequence[RowState]) -> list[str]:
    """What to write into the rule: wildcards with their bare parent beside them."""
    found: list[str] = []
    for one in states:
        name = one.row.destination or one.row.towards
        found.append(name)
        if name.startswith("*."):
            found.append(name[2:])
    return list(dict.fromkeys(found))


def ports_of(states: Iterable[RowState]) -> list[str]:
    """The TCP ports of those rows, each once."""
    found = {part for one in states for part in one.row.tcp.split(",") if part}
    return sorted(found, key=lambda text: int(text.partition("-")[0]))


def request_rows(
    number: int, area: str, role: str, blocks: str, states: Sequence[RowState]
) -> Affected:
    """One row for each destination, in the columns that the documentation fixes."""
    found = Affected(COLUMNS)
    source = source_of(role, states)
    for name in dict.fromkeys(one.row.destination or one.row.towards for one in states):
        mine = [one for one in states if (one.row.destination or one.row.towards) == name]
        lead = mine[0]
        row = lead.row
        found.add(
            request_id(area, role, number),
            change(lead.reason),
            area,
            role,
            ", ".join(places_of(mine)),
            source,
            "wildcard" if row.wildcard else "fqdn",
            name,
            "tcp",
            ",".join(ports_of(mine)),
            row.kind,
            "yes" if row.required else "no",
            _inspection(row.inspection),
            _sign_in(row.proxy_auth),
            lead.reason.value,
            lead.offender or lead.detail,
            blocks,
            row.source,
            row.as_of,
        )
    return found


def request_id(area: str, role: str, number: int) -> str:
    """The stable name of one request."""
    return f"FW-{area}-{role}-{number}"


def _inspection(word: str) -> str:
    return {"no": "bypass", "discouraged": "bypass", "n/a": "n/a"}.get(word, "allowed")


def _sign_in(word: str) -> str:
    if word in ("no", "machine-context-only"):
        return "bypass"
    return "n/a" if word == "n/a" else "allowed"


def request_text(
    number: int, area: str, role: str, blocks: str, states: Sequence[RowState], total: int
) -> str:
    """The request as text, for a mail or a ticket."""
    lead = states[0]
    names = destinations_of(states)
    shown = ", ".join(names[:_MOST_NAMES]) + (
        f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    )
    also = [
        words
        for words, wanted in (
            ("no TLS inspection", any(one.row.inspection == "no" for one in states)),
            ("no proxy authentication", any(one.row.proxy_auth == "no" for one in states)),
        )
        if wanted
    ]
    lines = [
        f"{request_id(area, role, number)}   {area}   blocks: {blocks}",
        f"  from   {source_of(role, states)}   seen at: {', '.join(places_of(states))}",
        f"  to     {shown}   TCP {', '.join(ports_of(states))}",
        *([f"  and    {'; '.join(also)}"] if also else []),
        f"  found  {_found(lead.reason, lead)}, {len(states)} of {total} destinations",
        f"  basis  {lead.row.service or area}, endpoint list of {_newest(states)}",
    ]
    return "\n".join(lines)


def _found(reason: Why, lead: RowState) -> str:
    more = lead.offender or lead.detail
    return f"{reason.value} ({more})" if more else reason.value


def _newest(states: Sequence[RowState]) -> str:
    return max((one.row.as_of for one in states), default="") or "unknown date"
