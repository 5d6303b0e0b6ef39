"""The real gatherers over zones in memory: evidence for tests of checks, without any socket."""

import asyncio
from dataclasses import replace

import dns.message

from scanner.evidence.dns import Lookup, LookupStatus, not_asked
from scanner.evidence.dns_domain import DnsDomain
from scanner.lab.dns.zones import Zones
from scanner.sources.dns.aliases import alias_facts
from scanner.sources.dns.case import Case
from scanner.sources.dns.source import INSIDE, PER_DOMAIN
from scanner.sources.dns.wire import Question, read_reply, to_lookup
from scanner.words import Cloud
from tests.servers import clouds

NAME = "contoso.com"


class Memory:
    """A resolver over zones in memory. `faults` maps (name, type) to a status, or to a Lookup."""

    recursion = True

    def __init__(self, lines, *, faults=None, everything=None, view="public", ad=()):
        self.zones = lines if isinstance(lines, Zones) else Zones(lines)
        self.faults = faults or {}
        self.everything = everything
        self.view = view
        self.ad = ad
        self.kept = {}

    async def ask(self, name, rdtype, *, dnssec=False, checking_disabled=False):
        key = (name.rstrip(".").lower(), rdtype)
        self.kept[key] = found = self._lookup(*key)
        return found

    async def ask_all(self, *questions):
        return tuple([await self.ask(*one) for one in questions])

    def asked(self):
        return list(self.kept.values())

    def _lookup(self, name, rdtype):
        fault = self.everything or self.faults.get((name, rdtype)) or self.faults.get((name, "*"))
        if isinstance(fault, Lookup):
            return fault
        if fault:
            told = {"view": self.view, "server": "192.0.2.53"}
            return Lookup(name, rdtype, LookupStatus(fault), **told)
        question = Question(name, rdtype)
        try:
            query = dns.message.from_wire(question.encode()[0])
        except ValueError:
            return replace(not_asked(name, rdtype), status=LookupStatus.UNSUPPORTED)
        wire = self.zones.answer(query).to_wire()
        reply = read_reply(wire, question)
        flags = {*reply.flags, *(["ad"] if name in self.ad else [])}
        reply = replace(reply, flags=tuple(sorted(flags)))
        return to_lookup(
            question, reply, view=self.view, server="192.0.2.53", transport="udp", size=len(wire)
        )


class Views:
    """What gatherers get in place of sockets."""

    def __init__(self, public, internal=(), direct=None):
        from scanner.config.model import Config  # noqa: PLC0415

        self.config = Config()
        self.public = public
        self.internal = internal
        self._direct = direct

    def direct(self, address, name=""):
        return self._direct or self.public

    def asked(self):
        return self.public.asked()


def zone(name=NAME, cloud="worldwide", changes=None):
    """Lines of a good domain with changes, and of the world around it."""
    records = clouds.good(name, cloud)
    records["@", "SOA"] = ["ns1 hostmaster 1 7200 3600 1209600 60"]
    records["@", "NS"] = ["ns1", "ns2"]
    records["ns1", "A"] = ["203.0.113.53"]
    records["ns2", "A"] = ["203.0.113.54"]
    for key, data in (changes or {}).items():
        records.pop(key, None)
        if data is not None:
            records[key] = data
    lines = []
    for (owner, kind), many in records.items():
        full = name if owner == "@" else owner[:-1] if owner.endswith(".") else f"{owner}.{name}"
        lines += [f"{full} {kind} {_absolute(kind, data, name)}" for data in many]
    for top, rest in clouds.world([name], cloud).items():
        if top != ".":
            lines += [f"{line.split(' ', 1)[0]}.{top} {line.split(' ', 1)[1]}" for line in rest]
    return lines


def _absolute(kind, data, name):
    """Data with its host name made absolute, as $ORIGIN would."""
    if kind not in ("CNAME", "MX", "SRV", "NS", "SOA"):
        return data
    words = data.split(" ")
    places = (0, 1) if kind == "SOA" else (-1,)
    for place in places:
        if not words[place].endswith("."):
            words[place] = f"{words[place]}.{name}."
    return " ".join(words)


def about(name=NAME, **facts):
    """The facts of a domain with mail, Teams and Intune, verified."""
    given = {
        "configured": True,
        "verified": True,
        "services": ("Email", "OfficeCommunicationsOnline", "Intune"),
        "tenant_read": True,
        "users": 10,
    }
    return DnsDomain(name, **{**given, **facts})


def gathered(
    lines, domain=None, *, cloud="worldwide", expected=None, internal=None, direct=None, **faults
):
    """All evidence of one domain, by the real gatherers."""
    domain = domain or about()
    public = Memory(lines, **faults)
    inside = [Memory(internal, view="internal")] if internal is not None else []
    views = Views(public, inside, direct)
    case = Case(domain, views, Cloud(cloud), expected)

    async def gather():
        found = [domain]
        gatherers = (*PER_DOMAIN.values(), *INSIDE.values())
        found += [await gatherer(case) for gatherer in gatherers]
        return found + await alias_facts(views, [domain.domain])

    return asyncio.run(gather())
