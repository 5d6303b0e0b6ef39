"""Root causes of which several checks of federation see a symptom."""

from __future__ import annotations

from checks.federation.links import RENEW
from scanner.api import Finding, cause, step


def _host(finding: Finding) -> str:
    """The federation host, which findings about a domain carry among their facts."""
    return str(finding.facts.get("host") or finding.subject.name)


METADATA_CLOSED = cause(
    id="federation.metadata-closed",
    members=[
        "federation.metadata-published#closed-and-due",
        "federation.signing-certificate-current#not-fetched",
        "federation.signing-rollover-ready#due-and-closed",
    ],
    tie=_host,
    title="Publish the federation metadata before the signing certificate changes",
    why="The signing certificate is about to change, and the tenant cannot read the document that"
    " would tell it the next one. On the day of the change everybody of the domain is locked out.",
    fix=[
        step(
            "Publish the path on the proxy, and let everybody read it through load balancer and"
            " firewall; then restart the service on every node.",
            command="Get-AdfsEndpoint | Where-Object AddressPath -Like '*metadata*'\n"
            "Set-AdfsEndpoint -TargetAddressPath /FederationMetadata/2007-06/ -Proxy $true -WhatIf\n"
            "Restart-Service adfssrv",
        ),
        step(
            "Where it must stay closed, make the successor now and write it into the tenant by hand,"
            " for each federated domain.",
            command="Update-AdfsCertificate -CertificateType Token-Signing\n"
            "Update-MgDomainFederationConfiguration -DomainId <domain>"
            " -InternalDomainFederationId <id> -NextSigningCertificate <base64> -WhatIf",
            link=RENEW,
        ),
    ],
)

KEYS_APART = cause(
    id="federation.keys-apart",
    members=[
        "federation.certificate-matches-tenant#no-overlap",
        "federation.no-unknown-signing-certificate#older-left-over",
    ],
    tie=lambda finding: finding.subject.name,
    title="Give the tenant the certificate that the federation service signs with",
    why="The federation service signs with a newer certificate than the tenant holds, so that the"
    " tenant rejects its tokens: federated sign-in of the domain is broken, or will be at the next"
    " change.",
    fix=[
        step(
            "Keep an administrator on the initial onmicrosoft.com domain at hand, who does not"
            " depend on federation."
        ),
        step(
            "Compare the thumbprints on both sides, write the primary certificate into the tenant,"
            " and sign in as a user of the domain.",
            command="Get-AdfsCertificate -CertificateType Token-Signing\n"
            "Get-MgDomainFederationConfiguration -DomainId <domain>",
        ),
    ],
)
