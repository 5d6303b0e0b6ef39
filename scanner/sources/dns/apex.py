"""What stands at the domain itself, at the names that Microsoft's services use, and at random."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace

from scanner.evidence.dns import Lookup
from scanner.evidence.dns_domain import (
    ApexRecords,
    ServiceNames,
    TenantRecordLookups,
    WildcardProbe,
)
from scanner.sources.dns.case import Case
from scanner.sources.dns.views import ask_addresses, ask_alias, ask_name, once

APEX_TYPES = ("SOA", "NS", "MX", "TXT", "CNAME", "A", "AAAA", "SPF")
WILD_TYPES = ("A", "AAAA", "CNAME", "TXT", "MX")
ALIASES = ("autodiscover", "enterpriseenrollment", "enterpriseregistration", "sip", "lyncdiscover")
SERVICES = ("_sipfederationtls._tcp", "_sip._tls", "_autodiscover._tcp")
_MOST_HOSTS = 20


async def mail_signs(case: Case) -> list[Lookup]:
    """What shows, where the tenant cannot be asked, whether the domain has mail in it."""
    questions = (
        (case.domain, "MX"),
        (case.domain, "TXT"),
        (f"autodiscover.{case.domain}", "CNAME"),
    )
    return list(await case.public.ask_all(*questions))


async def apex_records(case: Case) -> ApexRecords:
    """The apex, the hosts that mail goes to, and where a lost verification record may be."""
    found = await ask_name(case.public, case.domain, *APEX_TYPES)
    found += await mail_signs(case)
    exchange = next(one for one in found if one.type == "MX")
    for batch in await asyncio.gather(*(_host(case, one) for one in hosts_of(exchange))):
        found += batch
    if case.about.verified is False:
        lost = (f"_ms.{case.domain}", f"{case.domain}.{case.domain}")
        found += await asyncio.gather(*(case.public.ask(name, "TXT") for name in lost))
    return ApexRecords(once(found), case.about)


def hosts_of(lookup: Lookup) -> list[str]:
    """The hosts that MX, NS or SRV records name; the root stands for 'no such service'."""
    return [one for one in dict.fromkeys(lookup.values) if one != "."][:_MOST_HOSTS]


async def _host(case: Case, name: str) -> list[Lookup]:
    return await ask_name(case.public, name, "CNAME", "A", "AAAA")


async def service_names(case: Case) -> ServiceNames:
    """The aliases and services of Microsoft's clouds, old ones included, and signs of mail."""
    aliases = [ask_alias(case.public, f"{label}.{case.domain}") for label in ALIASES]
    services = [_service(case, f"{label}.{case.domain}") for label in SERVICES]
    msoid = ask_name(case.public, f"msoid.{case.domain}", "CNAME", "A")
    found = await asyncio.gather(*aliases, *services, msoid, mail_signs(case))
    return ServiceNames(once(one for batch in found for one in batch), case.about)


async def _service(case: Case, name: str) -> list[Lookup]:
    service = await case.public.ask(name, "SRV")
    hosts = await asyncio.gather(*(_host(case, one) for one in hosts_of(service)))
    return [service, *(one for batch in hosts for one in batch)]


async def wildcard_probe(case: Case) -> WildcardProbe:
    """A label that nobody has published."""
    label = f"emsready-{secrets.token_hex(8)}"
    found = await ask_name(case.public, f"{label}.{case.domain}", *WILD_TYPES)
    return WildcardProbe(once(found), case.about, label)


async def tenant_records(case: Case) -> TenantRecordLookups:
    """Every record that the tenant asks for. Most are in the cache of the run already."""
    records = case.expected.service if case.expected else ()
    asked = await asyncio.gather(*(case.public.ask(one.owner, one.type) for one in records))
    hosts = [one.value for one in records if one.type == "MX"]
    addresses = await ask_addresses(case.public, *hosts)
    return TenantRecordLookups(once(replace(one) for one in (*asked, *addresses)), case.about)
