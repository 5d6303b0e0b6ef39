"""Policies for mail in transit: MTA-STS (RFC 8461), TLS reports (RFC 8460), DANE (RFC 7672)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from scanner.evidence.dns import Lookup
from scanner.evidence.dns_clouds import below
from scanner.evidence.dns_mail import DaneFacts, MtaStsFacts, TlsRptFacts
from scanner.sources.dns.apex import hosts_of
from scanner.sources.dns.case import Case
from scanner.sources.dns.stspolicy import fetch_policy
from scanner.sources.dns.tags import TagError, tag_list
from scanner.sources.dns.views import ask_alias, once
from scanner.text import said

_ID = re.compile(r"^[A-Za-z0-9]{1,32}$")


async def mta_sts_facts(case: Case) -> MtaStsFacts:
    """The record, the policy host, the MX, and the policy itself where a record asks for it."""
    name, host = f"_mta-sts.{case.domain}", f"mta-sts.{case.domain}"
    text, exchange = await case.public.ask_all((name, "TXT"), (case.domain, "MX"))
    records = tuple(one for one in text.values if re.match(r"v\s*=\s*STSv1\s*;", one))
    facts = MtaStsFacts((text, exchange), case.about, tuple(one[:500] for one in records))
    if not text.present:
        return facts
    addresses = await ask_alias(case.public, host)
    facts = replace(facts, found=once((*facts.found, *addresses)))
    if len(records) != 1:
        return replace(facts, fault=_misspelt(text, "STSv1")) if not records else facts
    facts = replace(facts, fault=sts_fault(records[0]))
    policy, unread = await fetch_policy(case.views, host, facts)
    return replace(facts, policy=policy, unread=unread)


def sts_fault(text: str) -> str:
    """What is wrong with an MTA-STS record; nothing for a good one (RFC 8461, 3.1)."""
    try:
        tags = tag_list(text)
    except TagError as error:
        return str(error)
    if not _ID.match(tags.get("id", "")):
        return said("the id has to be 1 to 32 letters and digits")
    return ""


def _misspelt(lookup: Lookup, version: str) -> str:
    """A text that means to be the record and does not begin like one."""
    near = next((one for one in lookup.values if version.casefold() in one.casefold()), "")
    return (
        said("the record does not begin with v={version};: {near}", version=version, near=near[:80])
        if near
        else ""
    )


async def tls_rpt_facts(case: Case) -> TlsRptFacts:
    """The record that asks for TLS reports."""
    name = f"_smtp._tls.{case.domain}"
    text, exchange = await case.public.ask_all((name, "TXT"), (case.domain, "MX"))
    records = tuple(one for one in text.values if re.match(r"v\s*=\s*TLSRPTv1\s*;", one))
    facts = TlsRptFacts((text, exchange), case.about, tuple(one[:500] for one in records))
    if len(records) != 1:
        return replace(facts, fault=_misspelt(text, "TLSRPTv1")) if not records else facts
    fault, targets = tls_rpt_fault(records[0])
    return replace(facts, fault=fault, targets=targets)


def tls_rpt_fault(text: str) -> tuple[str, tuple[str, ...]]:
    """What is wrong with a TLS report record, and its targets (RFC 8460, 3)."""
    try:
        tags = tag_list(text)
    except TagError as error:
        return str(error), ()
    targets = tuple(one.strip() for one in tags.get("rua", "").split(",") if one.strip())
    if not targets:
        return said("there is no rua"), ()
    for one in targets:
        scheme, _, rest = one.partition(":")
        if scheme.lower() not in ("mailto", "https") or not rest:
            return said("reports go to mailto: or https: only, not to {one}", one=one[:80]), targets
    return "", targets


async def dane_facts(case: Case) -> DaneFacts:
    """TLSA of the mail hosts below mx.microsoft, with what the resolver says of its validation."""
    exchange = await case.public.ask(case.domain, "MX", dnssec=True)
    hosts = tuple(one for one in hosts_of(exchange) if below(one, "mx.microsoft"))
    if not hosts:
        return DaneFacts((exchange,), case.about)
    signed, *keys = await asyncio.gather(
        case.public.ask(case.domain, "DS", dnssec=True),
        *(case.public.ask(f"_25._tcp.{host}", "TLSA", dnssec=True) for host in hosts),
    )
    return DaneFacts((exchange, signed, *keys), case.about, hosts)
