"""What the report draws of the names: which domain publishes which record."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import STATUSES
from scanner.api import Cell, ExhibitKind, Row, Shade, exhibit
from scanner.evidence.dns import Lookup, Lookups, LookupStatus
from scanner.evidence.dns_domain import ApexRecords, ServiceNames
from scanner.evidence.dns_mail import DmarcFacts

_SERVICES = {
    "Enrolment alias": ("enterpriseenrollment", "CNAME"),
    "Registration alias": ("enterpriseregistration", "CNAME"),
    "Autodiscover": ("autodiscover", "CNAME"),
}
_LONGEST = 60


@exhibit(
    id="dns.records",
    kind=ExhibitKind.MATRIX,
    title="What each domain publishes",
    note="As the public resolvers answered. Whether a record is right is said in the list above.",
    corner="Domain",
    columns=["NS", "MX", "SPF", *_SERVICES, "DMARC"],
)
def records(
    apexes: tuple[ApexRecords, ...],
    services: tuple[ServiceNames, ...] | None,
    policies: tuple[DmarcFacts, ...] | None,
) -> Iterator[Row]:
    """One line for each domain: the value of each record, or that there is none."""
    named = {one.domain: one for one in services or ()}
    walked = {one.domain: one for one in policies or ()}
    for apex in apexes:
        domain = apex.domain
        cells = {
            "NS": _cell(apex.of(domain, "NS")),
            "MX": _cell(apex.of(domain, "MX")),
            "SPF": _cell(apex.of(domain, "TXT"), "v=spf1"),
        }
        lookups: Lookups = named.get(domain) or Lookups()
        for column, (label, kind) in _SERVICES.items():
            cells[column] = _cell(lookups.of(f"{label}.{domain}", kind))
        policy: Lookups = walked.get(domain) or Lookups()
        cells["DMARC"] = _cell(policy.of(f"_dmarc.{domain}", "TXT"))
        yield Row(domain, cells)


def _cell(lookup: Lookup, prefix: str = "") -> Cell:
    if lookup.status is LookupStatus.UNCONFIGURED:
        return Cell()
    if not lookup.known:
        return Cell(STATUSES.say(lookup.status), Shade.UNKNOWN)
    values = [one for one in lookup.values if one.casefold().startswith(prefix)]
    if not lookup.present or not values:
        return Cell("", Shade.NONE)
    more = f" (+{len(values) - 1})" if len(values) > 1 else ""
    return Cell(values[0][:_LONGEST] + more, Shade.GOOD)
