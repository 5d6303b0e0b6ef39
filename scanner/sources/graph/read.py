"""From Graph's JSON to typed facts. What is missing or of another type becomes None, never a crash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from scanner.evidence.tenant import (
    DomainRecords,
    ExpectedRecord,
    RecordType,
    ServicePlan,
    Sku,
    TenantDomain,
)

Item = Mapping[str, Any]
_TYPES: dict[str, RecordType] = {"cname": "CNAME", "mx": "MX", "txt": "TXT", "srv": "SRV"}


def text(value: object) -> str:
    """A string, or an empty one."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """A whole number, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(value: object) -> bool | None:
    """True, false, or None for anything else: null has a meaning of its own in Graph."""
    return value if isinstance(value, bool) else None


def moment(value: object) -> datetime | None:
    """A time in UTC from ISO 8601, or None."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def objects(value: object) -> list[Item]:
    """The objects of a list; nothing where it is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: object) -> tuple[str, ...]:
    """The strings of a list; nothing where it is none."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def tenant_domain(item: Item) -> TenantDomain:
    """One domain."""
    return TenantDomain(
        name=text(item.get("id")).casefold(),
        authentication_type=text(item.get("authenticationType")),
        is_default=item.get("isDefault") is True,
        is_initial=item.get("isInitial") is True,
        is_verified=item.get("isVerified") is True,
        supported_services=texts(item.get("supportedServices")),
        is_admin_managed=item.get("isAdminManaged") is not False,
    )


def records(name: str, service: Iterable[Item], verification: Iterable[Item]) -> DomainRecords:
    """What the tenant wants to see in the DNS of that domain."""
    wanted = [_record(one, name) for one in service]
    proof = [_record(one, name) for one in verification]
    return DomainRecords(
        domain=name,
        service=tuple(one for one in wanted if one),
        verification=tuple(one for one in proof if one),
        unavailable=wanted.count(None) + proof.count(None),
    )


def _record(item: Item, name: str) -> ExpectedRecord | None:
    """One record; None for a type that the tenant cannot compute or that is unknown here."""
    kind = _TYPES.get(text(item.get("recordType")).casefold())
    if kind is None:
        return None
    value = {
        "CNAME": item.get("canonicalName"),
        "MX": item.get("mailExchange"),
        "TXT": item.get("text"),
        "SRV": item.get("nameTarget"),
    }[kind]
    if not text(value):
        return None
    return ExpectedRecord(
        type=kind,
        owner=_owner(item, name),
        value=text(value) if kind == "TXT" else text(value).casefold().rstrip("."),
        ttl=number(item.get("ttl")),
        priority=number(item.get("preference" if kind == "MX" else "priority")),
        weight=number(item.get("weight")),
        port=number(item.get("port")),
        optional=item.get("isOptional") is True,
        service=text(item.get("supportedService")).removeprefix("null"),
    )


def _owner(item: Item, name: str) -> str:
    """The full name of a record: Graph gives '@', a full name, or for SRV the name without prefix."""
    label = text(item.get("label")).casefold().rstrip(".")
    if label in ("", "@"):
        label = name
    elif label != name and not label.endswith(f".{name}"):
        label = f"{label}.{name}"
    prefix = f"{text(item.get('service'))}.{text(item.get('protocol'))}".casefold()
    if prefix != "." and not label.startswith(f"{prefix}."):
        return f"{prefix}.{label}"
    return label


def sku(item: Item) -> Sku:
    """One subscribed product."""
    seats = item.get("prepaidUnits")
    units = seats if isinstance(seats, dict) else {}
    return Sku(
        sku_id=text(item.get("skuId")).casefold(),
        part_number=text(item.get("skuPartNumber")),
        capability_status=text(item.get("capabilityStatus")),
        applies_to=text(item.get("appliesTo")),
        consumed=number(item.get("consumedUnits")) or 0,
        enabled=number(units.get("enabled")) or 0,
        warning=number(units.get("warning")) or 0,
        suspended=number(units.get("suspended")) or 0,
        locked_out=number(units.get("lockedOut")) or 0,
        plans=tuple(
            ServicePlan(
                id=text(one.get("servicePlanId")).casefold(),
                name=text(one.get("servicePlanName")),
                status=text(one.get("provisioningStatus")),
                applies_to=text(one.get("appliesTo")),
            )
            for one in objects(item.get("servicePlans"))
        ),
    )
