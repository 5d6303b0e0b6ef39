"""What is set for federated domains, and for the way away from federation."""

from __future__ import annotations

from collections.abc import Iterator

from checks.federation.keys import update_command
from checks.federation.links import SECURE, TRUST
from scanner.api import (
    Effort,
    Finding,
    Missing,
    Owner,
    Phase,
    Severity,
    Subject,
    Topic,
    check,
    not_applicable,
    not_assessed,
    passed,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tenant_access import AccessPolicies
from scanner.evidence.tenant_federation import DomainFederation
from scanner.evidence.tenant_sync import StagedRollouts


def _unset(subject: Subject) -> Finding:
    return not_applicable(
        "no-configuration", subject, "The tenant holds no federation configuration for the domain."
    )


@check(
    id="federation.mfa-behaviour",
    title="Who performs multi-factor authentication is an explicit decision",
    action="Decide who performs multi-factor authentication, and set it for the domain",
    why="Unless it is decided, the tenant believes a federated token that says that multi-factor"
    " authentication was done. Whoever can shape tokens then passes every policy that requires it,"
    " and nobody can say which side has to be configured.",
    fix=[
        step("Decide with the owner of multi-factor authentication which side performs it."),
        step(
            "Where it is the tenant: register the users first, then set it. The setting replaces the"
            " older SupportsMfa for good.",
            command="Update-MgDomainFederationConfiguration -DomainId <domain>"
            " -InternalDomainFederationId <id> -FederatedIdpMfaBehavior rejectMfaByFederatedIdp"
            " -WhatIf",
        ),
        step(
            "Where it is the federation service: set enforceMfaByFederatedIdp, and see that its"
            " access rules issue the claim only after it was really done."
        ),
    ],
    verify="The domain has one of the two values, and the sign-in log of a test user shows which side"
    " performed multi-factor authentication.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G14", "G9"],
    blocks=["conditional access with multi-factor authentication"],
    documents=[TRUST, SECURE],
)
def mfa_behaviour(
    configuration: DomainFederation, policies: AccessPolicies | Missing
) -> Iterator[Finding]:
    """An explicit side is good; to accept claims is a risk where a policy requires them."""
    subject, value = configuration.subject, configuration.mfa_behaviour
    known = (value or "").casefold()
    if not configuration.configured:
        yield _unset(subject)
    elif value is None:
        yield warned(
            "undecided",
            subject,
            "Nobody has decided who performs multi-factor authentication; the tenant accepts a claim"
            " that it was done.",
        ).fixed_by(
            step(
                "For this domain, where the tenant is to perform it:",
                command=update_command(
                    configuration, "-FederatedIdpMfaBehavior rejectMfaByFederatedIdp"
                ),
            )
        )
    elif known == "rejectmfabyfederatedidp":
        yield passed("by-tenant", subject, "The tenant always performs it itself.")
    elif known == "enforcemfabyfederatedidp":
        yield passed("by-provider", subject, "The federation service performs it.")
    elif known != "acceptifmfadonebyfederatedidp":
        yield not_assessed(
            "unsupported-value",
            subject,
            "The setting has a value that this version does not know: {value}.",
            value=value[:100],
        )
    elif isinstance(policies, Missing):
        yield not_assessed(
            f"{policies.reason}-policies",
            subject,
            "The tenant accepts a claim that it was done; whether a policy requires it is not known."
            " {detail}",
            detail=policies.said,
        )
    else:
        yield _accepting(subject, policies)


def _accepting(subject: Subject, policies: AccessPolicies) -> Finding:
    requiring = [
        one.name
        for one in policies.rows
        if one.enabled and ("mfa" in one.controls or one.strength is not None)
    ]
    if requiring:
        return warned(
            "claims-accepted",
            subject,
            "The tenant accepts a claim that it was done, and policies require it: {policies}.",
            policies=requiring[:10],
        )
    return passed(
        "claims-accepted-unused",
        subject,
        "The tenant accepts a claim that it was done; no enabled policy requires it so far.",
    )


@check(
    id="federation.request-signing",
    title="The request-signing setting is known",
    action="Note whether the tenant signs its requests to the provider",
    why="Where the tenant signs its SAML requests, the federation service has to follow the tenant's"
    " key changes, or sign-in ends on the day of one.",
    fix=step(
        "Where requests are signed, see that the service reads the tenant's metadata by itself.",
        command="Get-MgDomainFederationConfiguration -DomainId <domain> |"
        " Select-Object IsSignedAuthenticationRequestRequired",
    ),
    verify="The setting stands in the documentation of the federation service.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.INFO,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["A3"],
    documents=[TRUST],
)
def request_signing(configuration: DomainFederation) -> Iterator[Finding]:
    """Shown with its consequence; neither value is wrong."""
    subject = configuration.subject
    if not configuration.configured:
        yield _unset(subject)
    elif configuration.signed_requests:
        yield passed(
            "signed",
            subject,
            "The tenant signs its SAML requests; the service has to follow its key changes.",
        )
    else:
        yield passed("unsigned", subject, "The tenant does not sign its requests (the default).")


@check(
    id="federation.staged-rollout-consistent",
    title="Staged rollout is used only while a migration is under way",
    action="Switch staged rollouts off that are left from a migration",
    why="A rollout group that is left after the migration hides who signs in how, and reacts in"
    " unexpected ways when a domain is federated again.",
    fix=step(
        "Switch the features off once all domains are managed.",
        portal="Microsoft Entra admin center > Entra Connect > Connect Sync > Staged rollout",
    ),
    verify="No staged rollout is enabled while all domains are managed.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.INFO,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["A3"],
    blocks=["migration from AD FS"],
    documents=["https://learn.microsoft.com/graph/api/featurerolloutpolicies-list"],
)
def staged_rollout_consistent(
    rollouts: StagedRollouts, domains: TenantDomains
) -> Iterator[Finding]:
    """A rollout makes sense only where something is still federated."""
    federated = [
        one.name
        for one in domains.domains
        if one.is_verified and one.authentication_type.casefold() == "federated"
    ]
    enabled = [one.feature or one.name for one in rollouts.rows if one.enabled]
    if not rollouts.rows and not federated:
        yield not_applicable("none", tenant(), "Nothing is federated, and no rollout is defined.")
    elif enabled and not federated:
        yield warned(
            "left-over",
            tenant(),
            "Staged rollouts are enabled although no domain is federated: {features}.",
            features=enabled,
        )
    elif enabled:
        yield passed(
            "under-way",
            tenant(),
            "Staged rollouts are enabled ({features}) while {domains} are federated.",
            features=enabled,
            domains=federated,
        )
    else:
        yield passed("none-enabled", tenant(), "No staged rollout is enabled.")
