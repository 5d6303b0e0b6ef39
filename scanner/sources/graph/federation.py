"""Reading the federation configuration of each federated domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from scanner.evidence.certificate import Certificate
from scanner.evidence.tenant import TenantDomain
from scanner.evidence.tenant_federation import FEDERATION_CONFIGURATION, DomainFederation
from scanner.sources.federation.metadata import read_key
from scanner.sources.graph.answers import GraphFailure
from scanner.sources.graph.client import GraphClient
from scanner.sources.graph.crew import Job
from scanner.sources.graph.read import flag, moment, text
from scanner.sources.interface import Gather
from scanner.subject import domain


def federation_jobs(
    gather: Gather, client: GraphClient, domains: Sequence[TenantDomain]
) -> Iterator[Job]:
    """One call for each federated domain; a child inherits and is named with its parent."""
    if DomainFederation not in gather.wanted:
        return
    federated = {one.name for one in domains if _federated(one)}
    roots = [name for name in sorted(federated) if not _parent(name, federated)]
    if not roots:
        gather.nothing(DomainFederation)
    for name in roots:
        children = tuple(one for one in sorted(federated) if _parent(one, {name}))
        yield partial(_read, gather, client, name, children)


def _federated(one: TenantDomain) -> bool:
    return one.is_verified and one.authentication_type.casefold() == "federated"


def _parent(name: str, federated: set[str]) -> bool:
    return any(name.endswith(f".{other}") for other in federated)


def _read(gather: Gather, client: GraphClient, name: str, children: tuple[str, ...]) -> None:
    try:
        found = client.listing(FEDERATION_CONFIGURATION, name)
    except GraphFailure as failure:
        gather.miss(DomainFederation, failure.missing, domain(name))
    else:
        gather.put(configuration(name, found[0] if found else None, children))


def configuration(
    name: str, item: Mapping[str, Any] | None, children: tuple[str, ...] = ()
) -> DomainFederation:
    """One configuration from Graph's JSON; None where the tenant holds none."""
    if item is None:
        return DomainFederation(name, configured=False, inherited_by=children)
    update = item.get("signingCertificateUpdateStatus")
    status: Mapping[str, Any] = update if isinstance(update, dict) else {}
    return DomainFederation(
        domain=name,
        id=text(item.get("id")),
        display_name=text(item.get("displayName")),
        issuer=text(item.get("issuerUri")).strip(),
        passive_uri=text(item.get("passiveSignInUri")).strip(),
        active_uri=text(item.get("activeSignInUri")).strip(),
        exchange_uri=text(item.get("metadataExchangeUri")).strip(),
        sign_out_uri=text(item.get("signOutUri")).strip(),
        protocol=text(item.get("preferredAuthenticationProtocol")),
        certificate=_certificate(item.get("signingCertificate")),
        next_certificate=_certificate(item.get("nextSigningCertificate")),
        update_result=text(status.get("certificateUpdateResult")) or None,
        update_ran=moment(status.get("lastRunDateTime")),
        mfa_behaviour=text(item.get("federatedIdpMfaBehavior")) or None,
        prompt_behaviour=text(item.get("promptLoginBehavior")) or None,
        signed_requests=flag(item.get("isSignedAuthenticationRequestRequired")),
        inherited_by=children,
    )


def _certificate(value: object) -> Certificate | None:
    return read_key(text(value)) if text(value).strip() else None
