"""Settings of the tenant that onboarding leans on."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from checks.gate import outside, unlicensed
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Organization, Skus
from scanner.evidence.tenant_access import AccessPolicies, NamedLocations
from scanner.evidence.tenant_profiles import SignInAuthorities
from scanner.evidence.tenant_signin import AuthorizationPolicy, ConsentRequests

_BROAD = "microsoft-user-default-legacy"


@check(
    id="administration.notification-contacts-set",
    title="Technical contacts and a privacy statement are recorded",
    action="Record a technical contact and the privacy statement",
    why="Mails about expiry and incidents go nowhere otherwise, and users find no statement about"
    " what happens with their data.",
    fix=step(
        "Enter the contact of a team, not of a person, and the address of the statement.",
        portal="Entra admin center > Overview > Properties",
    ),
    verify="The properties of the tenant show a technical contact and a privacy statement URL.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["A1", "G21"],
    blocks=["notifications of administrators", "privacy link of the Company Portal"],
    documents=["https://learn.microsoft.com/graph/api/resources/organization"],
    settle_after="5 min",
)
def notification_contacts_set(organization: Organization) -> Iterator[Finding]:
    """Look for both."""
    lacking = []
    if not organization.technical_contacts:
        lacking.append(said("technical contact"))
    if not organization.privacy_statement:
        lacking.append(said("privacy statement"))
    if lacking:
        yield warned("not-recorded", tenant(), "Not recorded: {what}.", what=lacking)
    else:
        yield passed(
            "recorded", tenant(), "A technical contact and a privacy statement are recorded."
        )


@check(
    id="administration.user-consent-governed",
    title="User consent is limited and an admin consent workflow exists",
    action="Limit user consent and set up the admin consent workflow",
    why="Where users may consent to anything, a mail with a link is enough to give an application"
    " their data. Where they may consent to nothing and cannot ask either, the first application"
    " of the project stops there.",
    fix=[
        step(
            "Limit consent to verified publishers and low-impact permissions, or forbid it.",
            portal="Entra admin center > Enterprise applications > Consent and permissions > User"
            " consent settings",
        ),
        step(
            "Let users ask, and name who answers.",
            portal="Entra admin center > Enterprise applications > Consent and permissions > Admin"
            " consent settings",
        ),
    ],
    verify="The user consent settings are limited, and the admin consent settings name reviewers.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G9", "G1"],
    blocks=["one integrated SaaS application"],
    documents=[
        "https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent",
        "https://learn.microsoft.com/entra/identity/enterprise-apps/configure-admin-consent-workflow",
    ],
    settle_after="5 min",
)
def user_consent_governed(
    policy: AuthorizationPolicy, requests: ConsentRequests
) -> Iterator[Finding]:
    """Judge both settings together."""
    if policy.grant_policies is None or requests.enabled is None:
        yield not_assessed(
            "unsupported-silent", tenant(), "The tenant does not say how consent is governed."
        )
        return
    problems = []
    if any(one.casefold().endswith(_BROAD) for one in policy.grant_policies):
        problems.append(said("users may consent to any application"))
    if not requests.enabled or not requests.reviewers:
        problems.append(said("there is no workflow in which users can ask for consent"))
    if problems:
        yield warned(
            "not-governed", tenant(), "Consent is not governed: {problems}.", problems=problems
        )
    else:
        yield passed(
            "governed", tenant(), "User consent is limited, and users can ask an administrator."
        )


@check(
    id="administration.trusted-locations-defined",
    title="Trusted locations exist where policies refer to them",
    action="Define the trusted locations that policies refer to",
    why="A policy that refers to an empty set of places lets nobody through, or everybody. A private"
    " address range never matches: the service sees the public address of the network.",
    fix=step(
        "Enter the public addresses through which the network goes out, and mark them as trusted.",
        portal="Entra admin center > Conditional Access > Named locations",
    ),
    verify="The named locations show the public ranges of the network, marked as trusted.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G9", "E2"],
    blocks=["conditional access"],
    documents=[
        "https://learn.microsoft.com/entra/identity/conditional-access/concept-assignment-network"
    ],
    settle_after="5 min",
)
def trusted_locations_defined(
    locations: NamedLocations, policies: AccessPolicies, skus: Skus | None
) -> Iterator[Finding]:
    """Compare what policies refer to with what there is."""
    gate = unlicensed(tenant(), skus, "entra-p1")
    if gate:
        yield gate
        return
    named = {
        place.casefold()
        for one in policies.rows
        if one.enabled or one.report_only
        for place in (*one.include_locations, *one.exclude_locations)
    } - {"all"}
    private = [
        f"{one.name} ({address.cidr})"
        for one in locations.rows
        if one.trusted
        for address in one.ranges
        if _is_private(address.cidr)
    ]
    if not named and not private:
        yield not_applicable("not-used", tenant(), "No policy refers to a place.")
    elif "alltrusted" in named and not any(one.trusted for one in locations.rows):
        yield warned(
            "none-trusted", tenant(), "Policies refer to trusted locations, but none is defined."
        )
    elif private:
        yield warned(
            "private-range",
            tenant(),
            "Trusted locations hold address ranges that no sign-in ever comes from: {ranges}.",
            ranges=private,
        )
    else:
        yield passed(
            "defined",
            tenant(),
            "The {count} named locations are public address ranges or countries.",
            count=len(locations.rows),
        )


# RFC 1918, RFC 6598, RFC 3927, RFC 4193 and RFC 4291: no sign-in ever comes from there.
_INNER = tuple(
    ipaddress.ip_network(one)
    for one in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    )
)


def _is_private(cidr: str) -> bool:
    try:
        found = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    return any(found.overlaps(one) for one in _INNER if one.version == found.version)


@check(
    id="administration.certificate-authentication-trust-valid",
    title="The trust store for certificate sign-in is valid",
    action="Renew the authorities for certificate sign-in and publish their revocation lists",
    why="The directory fetches the revocation list from the internet at sign-in. Where an authority"
    " has expired or its list cannot be fetched, people cannot sign in, or revoked cards still can.",
    fix=[
        step(
            "Upload the new certificate of the authority before the old one ends.",
            portal="Entra admin center > Security Center > Public key infrastructure",
        ),
        step("Publish the revocation list at a public http address, and enter it there."),
    ],
    verify="Each authority is in date for more than 180 days and has a public http address for its"
    " revocation list. Newer tenants keep authorities in another place as well, so look there too.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.LOW,
    owner=Owner.PKI_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G20", "G18"],
    blocks=["certificate-based sign-in"],
    documents=[
        "https://learn.microsoft.com/graph/api/certificatebasedauthconfiguration-list",
        "https://learn.microsoft.com/entra/identity/authentication/concept-certificate-based-authentication",
    ],
    settle_after="1 h",
)
def certificate_authentication_trust_valid(
    found: SignInAuthorities, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge dates and revocation addresses of all authorities."""
    if not found.authorities:
        yield outside(
            tenant(), said("certificate sign-in"), scope, workloads=("certificate-sign-in",)
        ) or not_applicable(
            "none",
            tenant(),
            "This trust store is empty; newer tenants may hold authorities elsewhere.",
        )
        return
    days = scope.threshold("authority_warn_days", 180)
    affected = Affected(("authority", "expires", "revocation list", "problem"), spoken=("problem",))
    bad = late = 0
    for one in found.authorities:
        facts = one.certificate
        problem = ""
        if facts.problem or facts.expires is None:
            problem = facts.problem or said("it names no end")
        elif facts.expires <= header.collected_at:
            problem = said("it has expired")
        elif not _is_public_http(one.crl):
            problem = said("its revocation list has no public http address")
        bad += bool(problem)
        if (
            not problem
            and facts.expires
            and facts.expires - header.collected_at < timedelta(days=days)
        ):
            late += 1
            problem = said("it ends soon")
        if problem:
            ends = facts.expires.date().isoformat() if facts.expires else ""
            affected.add(one.issuer, ends, one.crl, problem)
    values = {"total": len(found.authorities)}
    if bad:
        yield failed(
            "invalid",
            tenant(),
            "{bad} of {total} authorities for certificate sign-in have expired, cannot be read or"
            " have no public revocation list.",
            bad=bad,
            **values,
        ).affecting(affected)
    elif late:
        yield warned(
            "ends-soon",
            tenant(),
            "{late} of {total} authorities for certificate sign-in end within {days} days.",
            late=late,
            days=days,
            **values,
        ).affecting(affected)
    else:
        yield passed(
            "valid",
            tenant(),
            "All {total} authorities for certificate sign-in are in date.",
            **values,
        )


def _is_public_http(address: str) -> bool:
    try:
        parts = urlsplit(address)
        name = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "." not in name:
        return False
    internal = (".local", ".internal", ".lan", ".corp", ".home", ".intranet")
    return not name.endswith(internal) and not _is_private(name)
