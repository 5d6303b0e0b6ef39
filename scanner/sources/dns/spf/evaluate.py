"""The function check_host() of RFC 7208: whether a host may send mail for a domain."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from scanner.evidence.dns import Lookup
from scanner.sources.dns.spf.macros import IPAddress, MacroError, Message, expand, shortened
from scanner.sources.dns.spf.record import (
    SpfRecord,
    SpfSyntaxError,
    Term,
    is_spf,
    parse_record,
)

Ask = Callable[[str, str], Awaitable[Lookup]]
"""A resolver: name and type to a lookup. Failures are statuses of the lookup, never exceptions."""

LIMIT = 10
VOID_LIMIT = 2
_HOSTS = 10
_LONGEST_LABEL, _LONGEST_NAME = 63, 253
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result by its word in the RFC; the reason code of an error; the term that matched."""

    result: str
    reason: str = ""
    matched: str = ""
    explanation: str = ""


class _Stop(Exception):  # noqa: N818 - it ends an evaluation
    def __init__(self, result: str, reason: str) -> None:
        super().__init__(reason)
        self.result, self.reason = result, reason


@dataclass(slots=True)
class _Run:
    """One evaluation: the message, the resolver, and what is left of the limits."""

    message: Message
    ask: Ask
    lookups: int = 0
    voids: int = 0
    explained_by: tuple[str, str] = field(default=("", ""))

    def count(self) -> None:
        """One more term that asks DNS."""
        self.lookups += 1
        if self.lookups > LIMIT:
            raise _Stop("permerror", "lookup-limit")

    async def look(self, name: str, rdtype: str) -> tuple[str, ...]:
        """The values at a name for a term; an empty answer counts as void (4.6.4)."""
        lookup = await self.ask(name, rdtype)
        if not lookup.known:
            raise _Stop("temperror", "temperror")
        if lookup.absent:
            self.voids += 1
            if self.voids > VOID_LIMIT:
                raise _Stop("permerror", "void-limit")
        return lookup.values


async def evaluate(message: Message, domain: str, ask: Ask) -> Evaluation:
    """The result for a message whose sender, or HELO name, is in that domain."""
    ip = message.ip
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    sender = message.sender if "@" in message.sender else f"postmaster@{domain}"
    run = _Run(Message(ip, sender, message.helo, message.receiver), ask)
    if not _well_formed(domain):
        return Evaluation("none", "none")
    try:
        result, matched = await _check(run, domain)
    except _Stop as stop:
        return Evaluation(stop.result, stop.reason)
    told = await _explain(run) if result == "fail" else ""
    return Evaluation(result, "", matched, told)


def _well_formed(domain: str) -> bool:
    labels = domain.removesuffix(".").split(".")
    return (
        len(labels) > 1
        and len(domain) <= _LONGEST_NAME
        and all(0 < len(label) <= _LONGEST_LABEL for label in labels)
    )


async def _check(run: _Run, domain: str) -> tuple[str, str]:
    """Result and matched term for a domain. Raises _Stop for errors; 'none' without a record."""
    record = await _fetch(run, domain)
    if record is None:
        return "none", ""
    run.explained_by = (domain, record.explanation)
    for term in record.terms:
        if term.costs:
            run.count()
        if await _matches(run, term, domain):
            return _RESULTS[term.qualifier], term.text
    if not record.redirect:
        return "neutral", ""
    run.count()
    target = await _target(run, record.redirect, domain)
    if target is None or not _well_formed(target):
        raise _Stop("permerror", "redirect-none")
    result, matched = await _check(run, target)
    if result == "none":
        raise _Stop("permerror", "redirect-none")
    return result, matched


async def _fetch(run: _Run, domain: str) -> SpfRecord | None:
    lookup = await run.ask(domain, "TXT")
    if not lookup.known:
        raise _Stop("temperror", "temperror")
    records = [text for text in lookup.values if is_spf(text)]
    if not records:
        return None
    if len(records) > 1:
        raise _Stop("permerror", "multiple")
    try:
        return parse_record(records[0])
    except SpfSyntaxError as error:
        raise _Stop("permerror", error.code) from error


async def _matches(run: _Run, term: Term, domain: str) -> bool:
    if term.kind == "all":
        return True
    if term.network is not None:
        return run.message.ip.version == term.network.version and run.message.ip in term.network
    target = await _target(run, term.domain, domain) if term.domain else domain
    if term.kind == "include":
        return await _include(run, target)
    if target is None:
        return False
    return await {"a": _a, "mx": _mx, "exists": _exists, "ptr": _ptr}[term.kind](run, term, target)


async def _include(run: _Run, target: str | None) -> bool:
    explained_by = run.explained_by
    if target is None or not _well_formed(target):
        raise _Stop("permerror", "include-none")
    result, _ = await _check(run, target)
    run.explained_by = explained_by  # an included record never explains (6.2)
    if result == "none":
        raise _Stop("permerror", "include-none")
    return result == "pass"


async def _a(run: _Run, term: Term, target: str) -> bool:
    return _any_in(await _addresses(run, target), term, run.message.ip)


async def _mx(run: _Run, term: Term, target: str) -> bool:
    hosts = [one for one in await run.look(target, "MX") if one != "."]
    if len(hosts) > _HOSTS:
        raise _Stop("permerror", "mx-limit")
    for one in hosts:
        if _any_in(await _addresses(run, one), term, run.message.ip):
            return True
    return False


async def _exists(run: _Run, term: Term, target: str) -> bool:  # noqa: ARG001 - of one shape with the others
    return bool(await run.look(target, "A"))


async def _ptr(run: _Run, term: Term, target: str) -> bool:  # noqa: ARG001 - of one shape with the others
    wanted = target.lower().rstrip(".")
    names = await _validated(run)
    return any(name == wanted or name.endswith(f".{wanted}") for name in names)


async def _addresses(run: _Run, name: str) -> tuple[str, ...]:
    return await run.look(name, _address_type(run.message.ip))


def _address_type(ip: IPAddress) -> str:
    return "A" if ip.version == 4 else "AAAA"  # noqa: PLR2004 - IPv4


def _any_in(addresses: tuple[str, ...], term: Term, ip: IPAddress) -> bool:
    length = term.four if ip.version == 4 else term.six  # noqa: PLR2004 - IPv4
    return any(ip in ipaddress.ip_network((one, length), strict=False) for one in addresses)


async def _validated(run: _Run) -> list[str]:
    """The names of the address that lead back to it (5.5). Errors mean no name, never an error."""
    ip = run.message.ip
    lookup = await run.ask(ip.reverse_pointer, "PTR")
    if lookup.absent:
        run.voids += 1
        if run.voids > VOID_LIMIT:
            raise _Stop("permerror", "void-limit")
    found = []
    for name in lookup.values[:_HOSTS]:
        forward = await run.ask(name, _address_type(ip))
        if any(ipaddress.ip_address(one) == ip for one in forward.values):
            found.append(name)
    return found


async def _name_for_macro(run: _Run, domain: str) -> str:
    """The letter p: the domain itself, else a name below it, else any, else 'unknown' (7.3)."""
    names = await _validated(run)
    below = [name for name in names if name.endswith(f".{domain}")]
    if domain in names:
        return domain
    return next(iter(below or names), "unknown")


async def _target(run: _Run, spec: str, domain: str) -> str | None:
    """The name that a domain-spec stands for; None where it is no possible name."""
    try:
        text = await expand(spec, run.message, domain, partial(_name_for_macro, run, domain))
    except MacroError:
        return None
    name = shortened(text.removesuffix("."))
    labels = name.split(".")
    return name if all(0 < len(one) <= _LONGEST_LABEL for one in labels) else None


async def _explain(run: _Run) -> str:
    """The explanation that the domain gives for a fail; nothing on any trouble (6.2)."""
    domain, spec = run.explained_by
    if not spec:
        return ""
    try:
        target = await _target(run, spec, domain)
        lookup = await run.ask(target, "TXT") if target else None
        if lookup is None or len(lookup.values) != 1 or not lookup.value.isascii():
            return ""
        named = partial(_name_for_macro, run, domain)
        return await expand(lookup.value, run.message, domain, named, explanation=True)
    except (MacroError, _Stop):
        return ""
