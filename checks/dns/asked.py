"""What all checks of this package say alike: silence, expected values, records to publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from scanner.api import Finding, Step, Subject, Vocabulary, not_assessed, said, step
from scanner.evidence.dns import Lookup, LookupStatus, View
from scanner.evidence.dns_clouds import CLOUDS, owners_of
from scanner.evidence.dns_domain import DomainLookups, WildcardProbe
from scanner.evidence.tenant import DomainRecords, ExpectedRecord

TTL = 3600
"""Seconds that Microsoft's set-up pages ask for."""

RECORDS_PAGE = (
    "https://learn.microsoft.com/microsoft-365/enterprise/external-domain-name-system-records"
)
DOMAINS_PORTAL = "Microsoft 365 admin center > Settings > Domains > (domain) > DNS records"

_SILENCE = {
    LookupStatus.SERVFAIL: (
        "unreachable-servfail",
        "Not assessed: {server} failed to look up {record} (SERVFAIL). {detail}",
    ),
    LookupStatus.BOGUS: (
        "unreachable-bogus",
        "Not assessed: {record} fails DNSSEC validation at {server}; see dns.dnssec. {detail}",
    ),
    LookupStatus.REFUSED: (
        "denied-refused",
        "Not assessed: {server} refused to look up {record}. {detail}",
    ),
    LookupStatus.TIMEOUT: (
        "timeout-silent",
        "Not assessed: {server} gave no usable reply for {record} in time. {detail}",
    ),
    LookupStatus.LAME: (
        "unreachable-lame",
        "Not assessed: {server} answered for {record} with a referral instead of data. {detail}",
    ),
    LookupStatus.TRUNCATED: (
        "unreachable-truncated",
        "Not assessed: the reply for {record} is too large for UDP, and TCP to {server} fails. {detail}",
    ),
    LookupStatus.UNSUPPORTED: (
        "unsupported-query",
        "Not assessed: {server} does not understand the query for {record}. {detail}",
    ),
    LookupStatus.UNREACHABLE: (
        "unreachable-server",
        "Not assessed: {server} could not be reached for {record}. {detail}",
    ),
    LookupStatus.UNCONFIGURED: (
        "unconfigured-view",
        "Not assessed: {record} was not looked up in this run.",
    ),
}


def undetermined(subject: Subject, lookup: Lookup) -> Finding:
    """The finding for a lookup that says nothing about its record."""
    reason, template = _SILENCE[lookup.status]
    return not_assessed(
        reason,
        subject,
        template,
        server=lookup.server or said("the resolver"),
        record=f"{lookup.type} {lookup.name}",
        detail=lookup.detail,
    ).showing(asked=asked(lookup))


CLOUD_NAMES = Vocabulary(
    ("worldwide", "GCC High", "DoD", "GCC High or DoD", "worldwide or GCC High", "21Vianet (China)")
)
VIEWS = Vocabulary(get_args(View))
STATUSES = Vocabulary(map(str, LookupStatus))


def asked(lookup: Lookup) -> str:
    """Where and what one asked, for the reader."""
    return said(
        "{type} {name} at {server} ({view})",
        type=lookup.type,
        name=lookup.name,
        server=lookup.server or said("no resolver"),
        view=VIEWS.say(lookup.view),
    )


def observed(*lookups: Lookup) -> str:
    """What is there now, in the words of a zone file."""
    lines = [line for one in lookups if one.present for line in lines_of(one)]
    return "; ".join(lines)[:500] or said("no record")


def lines_of(lookup: Lookup) -> list[str]:
    """The records of an answer as lines of a zone file."""
    lines = []
    for one in lookup.records:
        numbers = [str(n) for n in (one.priority, one.weight, one.port) if n is not None]
        value = quoted(one.value) if lookup.type in ("TXT", "SPF") else dotted(one.value)
        value = value if lookup.type in _NAMES or lookup.type in ("TXT", "SPF") else one.value
        lines.append(" ".join([f"{lookup.owner}.", lookup.type, *numbers, value]))
    return lines


_NAMES = {"CNAME", "MX", "SRV", "NS", "PTR"}
_LONGEST_STRING = 255


def dotted(name: str) -> str:
    """A name as a zone file wants it, with the final dot."""
    return name if name.endswith(".") else f"{name}."


def quoted(text: str) -> str:
    """A text as strings of a zone file, none above 255 characters."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    parts = [safe[at : at + _LONGEST_STRING] for at in range(0, len(safe), _LONGEST_STRING)]
    return " ".join(f'"{part}"' for part in parts or [""])


def zone_line(owner: str, rdtype: str, value: str, ttl: int = TTL) -> str:
    """One line to paste into a zone file."""
    return f"{owner}. {ttl} IN {rdtype} {value}"


def publish(owner: str, rdtype: str, value: str, ttl: int = TTL) -> Step:
    """The step that publishes exactly that record."""
    return step(
        "Publish this {type} record at {owner}, in the internal zone as well where one exists:"
        " {value}",
        command=zone_line(owner, rdtype, value, ttl),
        type=rdtype,
        owner=owner,
        value=value,
    )


def remove(owner: str, rdtype: str, value: str) -> Step:
    """The step that deletes exactly that record."""
    return step(
        "Delete the {type} record at {owner}: {value}", type=rdtype, owner=owner, value=value[:300]
    )


@dataclass(frozen=True, slots=True)
class Expected:
    """What should be published, and who says so: 'tenant' or 'table'."""

    values: tuple[str, ...]
    said_by: str
    ttl: int = TTL
    optional: bool = False

    @property
    def value(self) -> str:
        """The value to publish."""
        return self.values[0]

    @property
    def source(self) -> str:
        """Who says so, for the reader."""
        if self.said_by == "tenant":
            return said("the tenant's own list")
        return said("the published list of this cloud")


def expected_at(records: DomainRecords | None, owner: str, rdtype: str, *fallback: str) -> Expected:
    """The value for that owner name and type: the tenant's where it lists one, else the table's."""
    for one in tenant_records(records, rdtype):
        if one.owner.casefold().rstrip(".") == owner.casefold():
            value = one.value.casefold().rstrip(".")
            return Expected((value,), "tenant", one.ttl or TTL, one.optional)
    return Expected(tuple(fallback), "table")


def tenant_records(records: DomainRecords | None, rdtype: str) -> list[ExpectedRecord]:
    """The service records of that type that the tenant lists."""
    return [one for one in (records.service if records else ()) if one.type == rdtype]


def phantom(lookup: Lookup, wildcard: WildcardProbe | None) -> bool:
    """Whether an answer is only what the zone answers for every name that nobody published."""
    if wildcard is None or not lookup.present:
        return False
    random = wildcard.of(f"{wildcard.label}.{wildcard.domain}", lookup.type)
    return random.present and set(random.values) == set(lookup.values)


def uses_mail(lookups: DomainLookups) -> bool | None:
    """Whether the domain has mail in the tenant: the tenant's word, else a public sign of it.

    Signs are an MX, an SPF include or an autodiscover alias that leads to Exchange Online of any
    cloud. None where the tenant was not read and there is no sign.
    """
    about = lookups.about
    told = about.has("Email")
    if told is not None:
        return told or bool(about.has("EmailInternalRelayOnly"))
    hosts = lookups.of(about.domain, "MX").values
    texts = lookups.of(about.domain, "TXT").values
    alias = lookups.of(f"autodiscover.{about.domain}", "CNAME").value
    if any(owners_of(host) for host in (*hosts, alias)) or any(map(_includes_a_cloud, texts)):
        return True
    return None


def _includes_a_cloud(text: str) -> bool:
    words = text.casefold().split(" ")
    return words[0] == "v=spf1" and any(f"include:{one.spf}" in words for one in CLOUDS.values())


def mail_unknown(subject: Subject) -> Finding:
    """The finding where nobody can say whether the domain has mail in the tenant."""
    return not_assessed(
        "unconfigured-mail",
        subject,
        "Whether this domain has mail in the tenant is not known: the tenant was not read, and no"
        " public record leads to Exchange Online.",
    )
