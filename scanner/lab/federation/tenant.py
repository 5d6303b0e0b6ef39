"""What the sample tenant holds of its federated domain, and what realm discovery says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from scanner.lab.authority import Authority, Issued
from scanner.lab.federation.document import der64
from scanner.lab.organisation import Organisation

Item = dict[str, Any]


def signing(organisation: Organisation, authority: Authority) -> Issued:
    """The key that the service signs with. Troubled: 17 days are left, and there is no successor."""
    left = timedelta(days=210 if organisation.healthy else 17)
    common = f"ADFS Signing - {organisation.federation_host}"
    return authority.token_signing(common, starts=left - timedelta(days=365), ends=left)


def configurations(organisation: Organisation, authority: Authority) -> dict[str, list[Item]]:
    """The federation configurations by domain.

    Troubled: the tenant accepts a second key, which no federation service publishes, and nobody
    has decided who performs multi-factor authentication.
    """
    host = organisation.federation_host
    stranger = authority.token_signing("CN of an unknown service", ends=timedelta(days=900))
    item: Item = {
        "@odata.type": "#microsoft.graph.internalDomainFederation",
        "id": "7d5a0b8e-6a52-4f3c-9d0e-3f1f6b7a2c11",
        "displayName": organisation.name,
        "issuerUri": f"http://{organisation.domain}/adfs/services/trust/",
        "metadataExchangeUri": f"https://{host}/adfs/services/trust/mex",
        "signingCertificate": der64(signing(organisation, authority)),
        "passiveSignInUri": f"https://{host}/adfs/ls/",
        "preferredAuthenticationProtocol": "wsFed",
        "activeSignInUri": f"https://{host}/adfs/services/trust/2005/usernamemixed",
        "signOutUri": f"https://{host}/adfs/ls/",
        "promptLoginBehavior": "nativeSupport",
        "isSignedAuthenticationRequestRequired": None,
        "nextSigningCertificate": None if organisation.healthy else der64(stranger),
        "signingCertificateUpdateStatus": {
            "certificateUpdateResult": "Success",
            "lastRunDateTime": (authority.now - timedelta(hours=9)).isoformat(),
        },
        "federatedIdpMfaBehavior": "rejectMfaByFederatedIdp" if organisation.healthy else None,
    }
    return {organisation.domain: [item]}


def realm(organisation: Organisation, domain: str, *, new: bool) -> Item:
    """Realm discovery in its versioned form (`new`) and in the one that browsers use."""
    host = organisation.federation_host
    if domain != organisation.domain:
        known = domain in (organisation.second_domain, organisation.initial_domain)
        kind = "Managed" if known else "Unknown"
        return {"ver": "1.0", "account_type": kind} if new else {"NameSpaceType": kind}
    if new:
        return {
            "ver": "1.0",
            "account_type": "Federated",
            "domain_name": domain,
            "federation_protocol": "WSTrust",
            "federation_metadata_url": f"https://{host}/adfs/services/trust/mex",
            "federation_active_auth_url": f"https://{host}/adfs/services/trust/2005/usernamemixed",
            "cloud_instance_name": "microsoftonline.com",
        }
    return {
        "State": 3,
        "UserState": 2,
        "NameSpaceType": "Federated",
        "DomainName": domain,
        "AuthURL": f"https://{host}/adfs/ls/?username=nobody&wa=wsignin1.0",
        "FederationBrandName": organisation.name,
        "CloudInstanceName": "microsoftonline.com",
    }
