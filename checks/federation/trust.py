"""Whether the tenant, realm discovery and the addresses of the trust agree with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checks.federation.keys import document_of
from checks.federation.links import DOMAINS, MANAGE, TRUST
from scanner.api import (
    Effort,
    Finding,
    Missing,
    Owner,
    Phase,
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
from scanner.evidence.federation import DomainRealm, FederationMetadata, Outcome
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tenant_federation import DomainFederation, host_in


@check(
    id="federation.realm-discovery",
    title="Realm discovery tells clients what the tenant's configuration says",
    action="Bring realm discovery and the tenant's configuration of the domain together",
    why="Before anybody has signed in, realm discovery decides where the browser goes with the"
    " password. Where it sends people to another host than the tenant's configuration names, sign-in"
    " breaks, or somebody else has taken it over.",
    fix=[
        step(
            "Compare the configuration of the domain with what is meant.",
            command="Get-MgDomain -DomainId <domain> | Select-Object Id, AuthenticationType\n"
            "Get-MgDomainFederationConfiguration -DomainId <domain>",
        ),
        step("After a recent change wait an hour and scan again: it spreads slowly."),
        step(
            "Where nobody knows the identity provider, treat it as an incident, then set the"
            " federation of the domain up anew.",
            link=MANAGE,
        ),
    ],
    verify="In a private browser window, a name of the domain at the sign-in page leads to the"
    " federation service that the tenant's configuration names.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3", "E6"],
    blocks=["sign-in of the domain"],
    documents=[
        "https://learn.microsoft.com/entra/identity/enterprise-apps/home-realm-discovery-policy",
        TRUST,
    ],
    settle_after="1 h",
)
def realm_discovery(
    realm: DomainRealm, configuration: DomainFederation | Missing, domains: TenantDomains | None
) -> Iterator[Finding]:
    """Compare type and host; without the tenant a definite type is all that can be had."""
    subject, told = realm.subject, realm.account_type.casefold()
    known = domains.named(realm.domain) if domains else None
    if domains is not None and (known is None or not known.is_verified):
        yield not_applicable("unverified", subject, "The domain is not verified in the tenant.")
    elif told not in ("managed", "federated", "unknown"):
        yield not_assessed(
            "unsupported-answer",
            subject,
            "Realm discovery answered with an account type that this version does not know:"
            " {type}.",
            type=realm.account_type or "-",
        )
    elif known is None:
        yield _alone(realm, told)
    else:
        yield _compared(realm, told, known.authentication_type.casefold(), configuration)


def _alone(realm: DomainRealm, told: str) -> Finding:
    if told == "unknown":
        return warned(
            "unknown-domain",
            realm.subject,
            "Realm discovery does not know the domain; no tenant has verified it.",
        )
    return passed("definite", realm.subject, "Realm discovery says {type}.", type=told).showing(
        sends_to=host_in(realm.sign_in_url)
    )


def _compared(
    realm: DomainRealm, told: str, held: str, configuration: DomainFederation | Missing
) -> Finding:
    subject = realm.subject
    if told != held:
        return warned(
            "other-type",
            subject,
            "Realm discovery says {told}, and the tenant says {held}; a recent change may still be"
            " spreading.",
            told=told,
            held=held,
        ).showing(expected=held, observed=told)
    sent = host_in(realm.sign_in_url)
    wanted = configuration.host if isinstance(configuration, DomainFederation) else ""
    if told == "federated" and sent and wanted and sent != wanted:
        return failed(
            "other-host",
            subject,
            "Realm discovery sends people to {sent}, and the tenant's configuration names {wanted}.",
            sent=sent,
            wanted=wanted,
        ).showing(expected=wanted, observed=sent)
    return passed(
        "agree", subject, "Realm discovery and the tenant agree: {type}.", type=told
    ).showing(sends_to=sent or said("the tenant itself"))


_INTERNAL = ("corp", "home", "internal", "intra", "intranet", "lan", "local", "private")
"""Suffixes that no public resolver knows (RFC 6762, appendix G, and RFC 9476 among others)."""


@check(
    id="federation.endpoint-urls",
    title="Addresses in the trust are usable",
    action="Correct the addresses in the federation configuration of the domain",
    why="The tenant sends browsers and clients to these addresses. One that is not https, that has"
    " no public name or that does not resolve ends every sign-in at an error page.",
    fix=[
        step(
            "Compare the addresses with the name of the federation service, and correct them.",
            command="Get-MgDomainFederationConfiguration -DomainId <domain>\n"
            "Update-MgDomainFederationConfiguration -DomainId <domain> -InternalDomainFederationId"
            " <id> -PassiveSignInUri https://<service>/adfs/ls/ -WhatIf",
        ),
        step("Or let Entra Connect write the trust anew.", link=MANAGE),
    ],
    verify="All addresses of the configuration are https on the federation service name, and the"
    " name resolves.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3", "E6"],
    blocks=["sign-in of the domain"],
    documents=[TRUST],
    requires=["dns.federation-name"],
)
def endpoint_urls(
    configuration: DomainFederation, metadata: tuple[FederationMetadata, ...] | Missing
) -> Iterator[Finding]:
    """Look at the three addresses that clients use, and whether their host can be found."""
    subject, host = configuration.subject, configuration.host
    addresses = {
        "passiveSignInUri": configuration.passive_uri,
        "activeSignInUri": configuration.active_uri,
        "metadataExchangeUri": configuration.exchange_uri,
    }
    given = {name: url for name, url in addresses.items() if url}
    plain = [name for name, url in given.items() if not url.casefold().startswith("https://")]
    broken = _unusable(configuration, host, plain)
    if broken:
        yield broken.showing(**given)
        return
    document = document_of(host, metadata)
    if document is not None and document.by.outcome is Outcome.DNS:
        yield failed(
            "not-found", subject, "The host {host} of the trust does not resolve.", host=host
        ).showing(**given)
        return
    elsewhere = [name for name, url in given.items() if host_in(url) != host]
    absent = [name for name in addresses if name not in given]
    if elsewhere:
        yield warned(
            "other-host",
            subject,
            "Addresses of the trust are on another host than {host}: {names}.",
            host=host,
            names=elsewhere,
        ).showing(**given)
    elif absent:
        yield warned(
            "absent",
            subject,
            "The trust names no {names}; clients that sign in without a browser need it.",
            names=absent,
        )
    elif document is None or document.by.outcome in (Outcome.RESOLVER, Outcome.UNTRIED):
        yield not_assessed(
            "unreachable-name",
            subject,
            "The addresses of the trust look right; whether {host} resolves is not known.",
            host=host,
        )
    else:
        yield passed(
            "usable", subject, "All addresses of the trust are https on {host}.", host=host
        )


def _unusable(configuration: DomainFederation, host: str, plain: list[str]) -> Finding | None:
    subject = configuration.subject
    if plain:
        return failed(
            "not-https", subject, "Addresses of the trust are not https: {names}.", names=plain
        )
    if not host:
        return failed(
            "no-address", subject, "The trust does not say where people of the domain sign in."
        )
    if "." not in host or host.rpartition(".")[2] in _INTERNAL:
        return failed(
            "internal-name",
            subject,
            "The trust sends people to {host}, a name that exists inside only.",
            host=host,
        )
    return None


@check(
    id="federation.issuer-unique",
    title="Each federated domain has its own issuer",
    action="Give each federated domain an issuer of its own",
    why="The tenant finds the domain of a token by its issuer. Two domains that share one cannot"
    " both be signed in to; with several domains on one AD FS farm the claim rules have to issue it"
    " by the suffix of the user.",
    fix=[
        step(
            "Let Entra Connect repair the trust for several domains: it rewrites the issuers and the"
            " claim rules.",
            portal="Microsoft Entra Connect > Configure > Manage federation",
            link=DOMAINS,
        ),
        step("Then sign in as a user of each suffix."),
    ],
    verify="The issuerUri of every federated domain is another one, as in"
    " http://<domain>/adfs/services/trust/.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3", "E6"],
    blocks=["sign-in of the second domain"],
    documents=[DOMAINS, TRUST],
)
def issuer_unique(configurations: tuple[DomainFederation, ...]) -> Iterator[Finding]:
    """Compare the issuers of all federated domains, without their final slash and case."""
    if len(configurations) <= 1:
        yield not_applicable(
            "one-domain", tenant(), "No more than one domain of the tenant is federated."
        )
        return
    issuers = {one.domain: one.issuer.casefold().rstrip("/") for one in configurations}
    counts = Counter(issuers.values())
    for one in configurations:
        mine = issuers[one.domain]
        sharing = [name for name, other in issuers.items() if other == mine and name != one.domain]
        if not mine:
            yield failed("no-issuer", one.subject, "The trust of the domain names no issuer.")
        elif counts[mine] > 1:
            yield failed(
                "shared",
                one.subject,
                "The domain shares its issuer {issuer} with {others}.",
                issuer=one.issuer,
                others=sharing,
            )
        elif one.host and mine == f"http://{one.host}/adfs/services/trust":
            yield warned(
                "farm-issuer",
                one.subject,
                "The issuer of the domain is that of the farm itself, {issuer}; a further domain"
                " needs its own.",
                issuer=one.issuer,
            )
        else:
            yield passed(
                "own",
                one.subject,
                "The domain has an issuer of its own, {issuer}.",
                issuer=one.issuer,
            )
