"""Root causes that several checks of this package see the symptoms of."""

from __future__ import annotations

from scanner.api import Finding, cause, step


def _by_subject(finding: Finding) -> str:
    return finding.subject.name


SPF_TOO_DEAR = cause(
    id="dns.spf-too-many-lookups",
    members=["dns.spf-valid#lookup-limit", "dns.spf-lookup-limit#above-limit"],
    tie=_by_subject,
    title="Bring the SPF record below ten lookups",
    why="Receivers stop after ten DNS lookups with an error, so mail of the senders at the end of the"
    " record fails, at random from the user's point of view.",
    fix=[
        step("Remove senders that are not in use any more."),
        step("Give bulk senders a subdomain of their own with a record of its own."),
    ],
)

OTHER_CLOUD = cause(
    id="dns.records-of-another-cloud",
    members=[
        "dns.mx-points-to-cloud#other-cloud",
        "dns.autodiscover#other-cloud",
        "dns.spf-valid#other-cloud",
        "dns.sip-federation#other-cloud",
        "dns.enterprise-enrollment#other-cloud",
        "dns.enterprise-registration#other-cloud",
    ],
    tie=_by_subject,
    title="Replace the records of another Microsoft cloud",
    why="Worldwide, the US government clouds and the one run by 21Vianet have different host names."
    " Records copied from the set-up page of another cloud lead to services that do not know the"
    " organisation.",
    fix=step("Publish the values of the organisation's own cloud, as its tenant lists them."),
)

WILDCARD = cause(
    id="dns.wildcard-hides-names",
    members=["dns.wildcard#answers", "dns.msoid-absent#from-wildcard"],
    tie=_by_subject,
    title="Replace the wildcard by the names that are meant",
    why="A wildcard answers for names that nobody has published, and clients take that for a service.",
    fix=step("Publish the names that are in use one by one, and remove the wildcard."),
)
