"""Zone data in memory, and answers from it as a resolver would give them."""

from __future__ import annotations

from collections.abc import Iterable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

_LONGEST_CHAIN = 8


class Zones:
    """Records from lines of zone-file form: 'owner [ttl] type data', names absolute without '@'."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._sets: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rrset.RRset] = {}
        self._names: set[dns.name.Name] = set()
        for line in lines:
            self._add(line)

    def _add(self, line: str) -> None:
        owner, rest = line.split(None, 1)
        words = rest.split(None, 1)
        ttl = 3600
        if words[0].isdigit():
            ttl, words = int(words[0]), words[1].split(None, 1)
        rdtype = dns.rdatatype.from_text(words[0])
        name = dns.name.from_text(owner.lower())
        data = dns.rdata.from_text(
            dns.rdataclass.IN, rdtype, words[1], dns.name.root, relativize=False
        )
        found = self._sets.setdefault(
            (name, rdtype), dns.rrset.RRset(name, dns.rdataclass.IN, rdtype)
        )
        found.add(data, ttl)
        while name not in self._names:
            self._names.add(name)
            if name == dns.name.root:
                break
            name = name.parent()

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        """The response to a query: data, an alias followed, no data, or no such name."""
        response = dns.message.make_response(query, recursion_available=True)
        response.flags |= dns.flags.AA
        question = query.question[0]
        name, rdtype = question.name.canonicalize(), question.rdtype
        for _ in range(_LONGEST_CHAIN):
            found = self._find(name, rdtype)
            if found is not None:
                response.answer.append(found)
                return response
            alias = self._find(name, dns.rdatatype.CNAME)
            if alias is None:
                break
            response.answer.append(alias)
            name = alias[0].target.canonicalize()
        if not self._exists(name):
            response.set_rcode(dns.rcode.NXDOMAIN)
        response.authority.append(self._authority(name))
        return response

    def _find(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.rrset.RRset | None:
        found = self._sets.get((name, rdtype))
        if found is not None or name in self._names:
            return found
        wild = self._sets.get((_wildcard(self._encloser(name)), rdtype))
        if wild is None:
            return None
        made = dns.rrset.RRset(name, wild.rdclass, wild.rdtype)
        for one in wild:
            made.add(one, wild.ttl)
        return made

    def _exists(self, name: dns.name.Name) -> bool:
        return name in self._names or _wildcard(self._encloser(name)) in self._names

    def _encloser(self, name: dns.name.Name) -> dns.name.Name:
        """The nearest existing name above (RFC 4592, 3.3.1)."""
        while name != dns.name.root and name not in self._names:
            name = name.parent()
        return name

    def _authority(self, name: dns.name.Name) -> dns.rrset.RRset:
        while name != dns.name.root:
            found = self._sets.get((name, dns.rdatatype.SOA))
            if found is not None:
                return found
            name = name.parent()
        text = ". . 1 3600 600 86400 60"
        return dns.rrset.from_text(dns.name.root, 60, "IN", "SOA", text)


def _wildcard(name: dns.name.Name) -> dns.name.Name:
    try:
        return dns.name.Name((b"*", *name.labels))
    except dns.exception.DNSException:
        return dns.name.root
