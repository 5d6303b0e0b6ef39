"""The metadata document of the lab's federation service."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from cryptography.hazmat.primitives.serialization import Encoding

from scanner.lab.authority import Issued

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<EntityDescriptor ID="_lab" entityID={entity} xmlns="urn:oasis:names:tc:SAML:2.0:metadata"'
    ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
    ' xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706"'
    ' xmlns:wsa="http://www.w3.org/2005/08/addressing"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)
_FED = 'protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706"'
_SAML = 'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"'
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


def document(host: str, signing: Sequence[Issued], encryption: Sequence[Issued]) -> bytes:
    """Metadata as AD FS writes it: the token service, then the SAML identity provider."""
    keys = "".join(_key("signing", one) for one in signing)
    locked = "".join(_key("encryption", one) for one in encryption)
    sign_in = quoteattr(f"https://{host}/adfs/ls/")
    passive = (
        "<fed:PassiveRequestorEndpoint><wsa:EndpointReference>"
        f"<wsa:Address>https://{host}/adfs/ls/</wsa:Address>"
        "</wsa:EndpointReference></fed:PassiveRequestorEndpoint>"
    )
    return "".join(
        (
            _HEAD.format(entity=quoteattr(f"http://{host}/adfs/services/trust")),
            f'<RoleDescriptor xsi:type="fed:SecurityTokenServiceType" {_FED}>{keys}{passive}',
            f"</RoleDescriptor><IDPSSODescriptor {_SAML}>{locked}{keys}",
            f'<SingleSignOnService Binding="{_POST}" Location={sign_in}/>',
            "</IDPSSODescriptor></EntityDescriptor>",
        )
    ).encode()


def der64(issued: Issued) -> str:
    """A certificate as metadata and Graph write it: base64 of its DER."""
    return base64.b64encode(issued.certificate.public_bytes(Encoding.DER)).decode()


def _key(use: str, issued: Issued) -> str:
    return (
        f'<KeyDescriptor use="{use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der64(issued)}'
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
    )
