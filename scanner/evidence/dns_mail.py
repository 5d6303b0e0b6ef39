"""What mail policies a domain publishes: SPF, DKIM, DMARC, MTA-STS, TLS reports and DANE."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.dns import Lookup
from scanner.evidence.dns_domain import DomainLookups
from scanner.evidence.envelope import evidence


@dataclass(frozen=True, slots=True)
class SpfNode:
    """One record of an SPF tree, in the order of reading; `depth` 0 is the domain's own.

    `via` is the term that led there. `lookups` counts what an evaluation of this record and all
    below it can cost, `problem` is a code: none, multiple, syntax, unknown-term, empty-domain, loop.
    """

    domain: str
    via: str = ""
    depth: int = 0
    record: str = ""
    lookups: int = 0
    problem: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SpfBranch:
    """One term of the domain's own record, and what it costs with everything below it."""

    term: str
    lookups: int


@dataclass(frozen=True, slots=True)
class SpfTrial:
    """The result of check_host() for one address."""

    what: str
    ip: str
    result: str
    reason: str = ""
    matched: str = ""


@evidence("dns-spf", source="dns")
@dataclass(frozen=True)
class SpfFacts(DomainLookups):
    """The SPF tree of a domain. `found` holds TXT and SPF (type 99) at the domain, and signs of mail.

    `records` are the domain's own; `terminal` is the effective end: '-all', '~all', '?all', '+all',
    '' for none, or '?' where the tree could not be read that far. `voids` are names that terms ask
    for in vain. `unread` is the first lookup of the tree that said nothing.
    """

    records: tuple[str, ...] = ()
    nodes: tuple[SpfNode, ...] = ()
    branches: tuple[SpfBranch, ...] = ()
    lookups: int = 0
    voids: tuple[str, ...] = ()
    terminal: str = ""
    includes: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    ptr: bool = False
    unread: Lookup | None = None
    trials: tuple[SpfTrial, ...] = ()

    @property
    def problems(self) -> tuple[SpfNode, ...]:
        """The records of the tree with a definite fault."""
        return tuple(node for node in self.nodes if node.problem)


@dataclass(frozen=True, slots=True)
class DkimKey:
    """One key record: its algorithm and size, or what is wrong with it.

    `fault` is a code: revoked, unreadable, wrong-service, or empty.
    """

    algorithm: str = ""
    bits: int = 0
    testing: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class DkimSelector:
    """One selector: the alias asked for, the text at its end, and the key in it."""

    name: str
    alias: Lookup
    text: Lookup
    key: DkimKey | None = None
    authoritative_ttl: int | None = None


@evidence("dns-dkim", source="dns")
@dataclass(frozen=True)
class DkimFacts(DomainLookups):
    """The two selectors that Exchange Online signs with, and signs of mail in `found`."""

    selectors: tuple[DkimSelector, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportTarget:
    """Where aggregate reports go. `authorised` is None for an own target, or where nobody knows."""

    uri: str
    domain: str = ""
    external: bool = False
    authorised: bool | None = None
    lookup: Lookup | None = None


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """One valid DMARC record (RFC 9989), with the values that count.

    `removed` are tags that the standard has dropped, `invalid` tags whose value counted for nothing.
    """

    name: str
    text: str
    p: str = ""
    sp: str = ""
    np: str = ""
    testing: bool = False
    psd: str = "u"
    rua: tuple[str, ...] = ()
    pct: str = ""
    removed: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()


@evidence("dns-dmarc", source="dns")
@dataclass(frozen=True)
class DmarcFacts(DomainLookups):
    """The tree walk of a domain: what stands at each name, and the record that takes effect.

    `own` are all TXT at `_dmarc` of the domain; `candidates` counts those that begin as a DMARC
    record. `inherited` says that the record is that of a parent.
    """

    own: tuple[str, ...] = ()
    candidates: int = 0
    record: DmarcRecord | None = None
    inherited: bool = False
    organisation: str = ""
    targets: tuple[ReportTarget, ...] = ()
    walk: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StsPolicy:
    """An MTA-STS policy as it was served. `fault` says what was wrong with it, in a sentence."""

    mode: str = ""
    max_age: int | None = None
    mx: tuple[str, ...] = ()
    fault: str = ""

    def covers(self, host: str) -> bool:
        """Whether a pattern covers that host; '*.' stands for exactly one label (RFC 8461, 4.1)."""
        above = host.partition(".")[2]
        return any(one[2:] == above if one.startswith("*.") else one == host for one in self.mx)


@evidence("dns-mta-sts", source="dns")
@dataclass(frozen=True)
class MtaStsFacts(DomainLookups):
    """TXT at `_mta-sts`, the policy host's addresses, the MX, and the policy where it was read.

    `unread` says why the policy could not be asked for; nothing where it was, or had not to be.
    """

    records: tuple[str, ...] = ()
    fault: str = ""
    policy: StsPolicy | None = None
    unread: str = ""


@evidence("dns-tls-rpt", source="dns")
@dataclass(frozen=True)
class TlsRptFacts(DomainLookups):
    """TXT at `_smtp._tls` and the MX. `fault` says what is wrong with the one record."""

    records: tuple[str, ...] = ()
    fault: str = ""
    targets: tuple[str, ...] = ()


@evidence("dns-mx-dane", source="dns")
@dataclass(frozen=True)
class DaneFacts(DomainLookups):
    """The MX with its validation, and TLSA at each host below mx.microsoft."""

    hosts: tuple[str, ...] = ()
