"""The change request: rows that a network team can carry out, and the same as text for a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checks.firewall.facts import RowState
from checks.firewall.words import ROLES, WHY, change
from scanner.api import Affected, said
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
_HERE = said("this place")
_MOST_NAMES = 12
_REQUEST = (
    "{id}   {area}   blocks: {blocks}\n  from   {source}   seen at: {places}\n"
    "  to     {hosts}   TCP {ports}\n"
)
_AND = "  and    {also}\n"
_BASIS = (
    "  found  {found}, {count} of {total} destinations\n  basis  {service}, endpoint list of {date}"
)


def places_of(states: Iterable[RowState]) -> list[str]:
    """The labels of the places where those states were seen."""
    return sorted({one.area.vantage or _HERE for one in states})


def places_of_labels(labels: Iterable[str]) -> list[str]:
    """The labels of places as a sentence names them."""
    return sorted({one or _HERE for one in labels})


def source_of(role: str, states: Iterable[RowState]) -> str:
    """A placeholder for the source of a rule: never guessed from one address."""
    places = [one for one in places_of(states) if one != _HERE]
    return said("<subnets of {names}>", names=[ROLES.say(role), *places])


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
    found = Affected(COLUMNS, spoken=("role", "source", "required", "reason", "blocks"))
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
    more = len(names) - _MOST_NAMES
    also = [
        words
        for words, wanted in (
            (said("no TLS inspection"), any(one.row.inspection == "no" for one in states)),
            (said("no proxy authentication"), any(one.row.proxy_auth == "no" for one in states)),
        )
        if wanted
    ]
    return said(
        _REQUEST + (_AND if also else "") + _BASIS,
        id=request_id(area, role, number),
        area=area,
        blocks=blocks,
        source=source_of(role, states),
        places=places_of(states),
        hosts=names[:_MOST_NAMES] + ([said("and {count} more", count=more)] if more > 0 else []),
        ports=ports_of(states),
        **({"also": also} if also else {}),
        found=_found(lead.reason, lead),
        count=len(states),
        total=total,
        service=lead.row.service or area,
        date=_newest(states),
    )


def _found(reason: Why, lead: RowState) -> str:
    word, more = WHY.say(reason.value), lead.offender or lead.detail
    return said("{reason} ({more})", reason=word, more=more) if more else word


def _newest(states: Sequence[RowState]) -> str:
    return max((one.row.as_of for one in states), default="") or said("unknown date")
