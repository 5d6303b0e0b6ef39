"""The change of the signing certificate: when it comes, and whether the tenant follows by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from checks.federation.keys import (
    PROMOTED_DAYS,
    WATCHED_DAYS,
    closed_to_public,
    days_left,
    is_adfs,
    other_product,
    thumbprint,
    unread,
    until,
)
from checks.federation.links import CERTIFICATES, RENEW
from scanner.api import (
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
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.certificate import Certificate
from scanner.evidence.federation import FederationHost, FederationMetadata
from scanner.evidence.inventory import InventoryServer
from scanner.evidence.tenant_federation import DomainFederation


@check(
    id="federation.signing-rollover-ready",
    title="The change of the signing certificate will surprise nobody",
    action="Prepare the next change of the signing certificate",
    why="AD FS makes and promotes signing certificates on days of its own choosing. A change that"
    " falls near the kickoff, or that the tenant does not know of, stops sign-in in the middle of"
    " the project.",
    fix=[
        step(
            "See on which days the certificate will be made and promoted.",
            command="Get-AdfsProperties | Format-List AutoCertificateRollover, Certificate*\n"
            "Get-AdfsCertificate -CertificateType Token-Signing",
        ),
        step(
            "Bring the change forward to a date that suits, by making and publishing the successor"
            " now.",
            command="Update-AdfsCertificate -CertificateType Token-Signing",
        ),
        step(
            "Certificates of a certification authority do not change by themselves: plan 60 days."
        ),
    ],
    verify="One signing key with more than 35 days left is published, or a second one that outlives"
    " it and that the tenant holds.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3"],
    blocks=["the date of the kickoff"],
    documents=[CERTIFICATES, RENEW],
    requires=["federation.metadata-well-formed"],
)
def signing_rollover_ready(
    document: FederationMetadata,
    service: FederationHost,
    configurations: tuple[DomainFederation, ...] | None,
    servers: tuple[InventoryServer, ...] | None,
    scope: Scope,
    header: Header,
) -> Iterator[Finding]:
    """Foresee the promotion: 15 days before the end by default, unless settings say otherwise."""
    subject, primary = document.subject, document.primary
    if not is_adfs(service):
        yield other_product(subject)
        return
    kickoff = scope.plans.kickoff
    held = [one for one in configurations or () if one.host == document.name]
    known = primary or next((one.certificate for one in held if one.certificate), None)
    due = known.not_after - timedelta(days=PROMOTED_DAYS) if known and known.not_after else None
    near = kickoff and due and due.date() <= kickoff + timedelta(days=14)
    if near and due and closed_to_public(document):
        yield failed(
            "due-and-closed",
            subject,
            "AD FS changes its signing certificate about {date}, before or soon after the kickoff,"
            " and the tenant cannot fetch the new one.",
            date=due.date().isoformat(),
        )
    elif not document.accepted or primary is None or not document.trusted:
        yield unread(document, subject)
    elif _by_hand(servers) and days_left(primary, header) < _PLANNED_DAYS:
        yield warned(
            "by-hand",
            subject,
            "The signing key has {days} days left, and AD FS does not change it by itself.",
            days=days_left(primary, header),
        ).showing(automatic_rollover=said("off, says the inventory"))
    else:
        yield _rollover(document, primary, held, header)


_PLANNED_DAYS = 60
"""How long before the end a change by hand should be planned, says the vendor."""


def _by_hand(servers: tuple[InventoryServer, ...] | None) -> bool:
    """Whether an inventory of the farm says that automatic rollover is off."""
    farms = [one.ad_fs for one in servers or () if one.ad_fs is not None]
    return any(one.auto_rollover is False for one in farms)


def _rollover(
    document: FederationMetadata,
    primary: Certificate,
    held: list[DomainFederation],
    header: Header,
) -> Finding:
    subject, left = document.subject, days_left(primary, header)
    others = [one for one in document.signing if one.sha256 != primary.sha256]
    later = [
        one
        for one in others
        if one.not_after and primary.not_after and one.not_after > primary.not_after
    ]
    if not later and left > WATCHED_DAYS:
        return passed(
            "no-change-near",
            subject,
            "The signing key has {days} days left, and no change is under way.",
            days=left,
        )
    if not later:
        return warned(
            "due",
            subject,
            "The signing key has {days} days left; a change of the certificate is near.",
            days=left,
        )
    told = {"successor": thumbprint(later[0]), "until": until(later[0])}
    if not held:
        return not_assessed(
            "unconfigured-tenant",
            subject,
            "A successor is published ({successor}, until {until}); whether the tenant knows it is"
            " not known without reading the tenant.",
            **told,
        )
    published = {one.sha256 for one in later}
    ignorant = [
        one.domain for one in held if not published & {key.sha256 for key in one.certificates}
    ]
    if ignorant:
        return warned(
            "successor-unknown",
            subject,
            "The service publishes a successor ({successor}, until {until}), and the tenant does not"
            " hold it for {domains}.",
            domains=ignorant,
            **told,
        )
    return passed(
        "successor-known",
        subject,
        "The service publishes a successor ({successor}, until {until}), and the tenant holds it.",
        **told,
    )


@check(
    id="federation.certificate-update-healthy",
    title="The automatic certificate update of the tenant succeeds",
    action="Find out why the tenant could not update the signing certificate",
    why="The tenant fetches a new signing certificate from the federation metadata by itself."
    " Where its last attempt failed, the next one will too, and then the certificate has to be"
    " written by hand in time.",
    fix=[
        step("See that the federation metadata is readable from the internet, and well formed."),
        step(
            "Until it is, write each new certificate into the tenant by hand.",
            command="Get-MgDomainFederationConfiguration -DomainId <domain> | Select-Object"
            " -ExpandProperty SigningCertificateUpdateStatus",
        ),
    ],
    verify="The result of the last certificate update that the tenant reports is Success.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["A3", "E6"],
    blocks=["the next change of the signing certificate"],
    documents=[
        RENEW,
        "https://learn.microsoft.com/graph/api/resources/signingcertificateupdatestatus",
    ],
    requires=["federation.metadata-published"],
    settle_after="24 h",
)
def certificate_update_healthy(configuration: DomainFederation) -> Iterator[Finding]:
    """Any word but Success is shown and warned about; none at all means that nothing was due."""
    subject, result = configuration.subject, configuration.update_result
    if result is None:
        found = passed("nothing-due", subject, "The tenant reports no update of the certificate.")
    elif result.casefold() == "success":
        found = passed(
            "succeeded", subject, "The last update of the signing certificate succeeded."
        )
    else:
        found = warned(
            "not-success",
            subject,
            "The last update of the signing certificate ended with {result}.",
            result=result[:200],
        ).showing(expected="Success", observed=result[:200])
    ran = configuration.update_ran
    yield found.showing(ran=ran.isoformat()) if ran else found
