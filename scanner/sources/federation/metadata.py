"""Federation metadata (SAML 2.0 metadata, WS-Federation 1.2) to facts.

Elements are found by their qualified names and only where the schema has them: below the role
descriptors of the root entity. A key in a signature, or in an entity inside the entity, is no key
of the service.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from scanner.evidence.certificate import Certificate
from scanner.evidence.federation import MetadataEndpoint, Refusal, Signature
from scanner.sources.federation.safe_xml import RefusedXml, parse
from scanner.sources.tls.certificate import read_certificate
from scanner.text import said

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
FED = "{http://docs.oasis-open.org/wsfed/federation/200706}"
WSA = "{http://www.w3.org/2005/08/addressing}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"

_ROLES = {f"{MD}RoleDescriptor", f"{MD}IDPSSODescriptor", f"{MD}SPSSODescriptor"}
_MOST_KEYS = 20
_MOST_ENDPOINTS = 100
_LONGEST = 64 * 1024
_SHA1 = ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1")


@dataclass(frozen=True, slots=True)
class Document:
    """The facts of one metadata document."""

    entity_id: str
    signing: tuple[Certificate, ...]
    encryption: tuple[Certificate, ...]
    endpoints: tuple[MetadataEndpoint, ...]
    signature: Signature
    signer: str


def read_document(data: bytes) -> Document:
    """Read a document. Raises RefusedXml, coded `not-metadata` for XML of another kind."""
    root = parse(data)
    if root.tag != f"{MD}EntityDescriptor":
        raise RefusedXml(
            Refusal.NOT_METADATA, said("the root element is {tag}", tag=_short(root.tag))
        )
    roles = [one for one in root if one.tag in _ROLES]
    issuing = [one for one in roles if _issues(one)]
    signing = _keys(issuing, "signing") or _keys(roles, "signing")
    named = _certificate_text(root.find(f"{DS}Signature/{DS}KeyInfo"))
    signer = read_key(named).sha256 if named else ""
    return Document(
        entity_id=root.get("entityID", "")[:_LONGEST],
        signing=signing,
        encryption=_keys(roles, "encryption"),
        endpoints=tuple(_endpoints(roles))[:_MOST_ENDPOINTS],
        signature=_signature(root),
        signer=signer if signer in {one.sha256 for one in signing} else "",
    )


def read_key(text: str) -> Certificate:
    """A certificate from base64, with or without white space; what is none says so."""
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        return Certificate(b"", digest, problem=said("the text is not base64"))
    return read_certificate(der)


def _issues(role: Element) -> bool:
    """Whether the role issues tokens: a security token service or a SAML identity provider."""
    kind = role.get(f"{XSI}type", "").rpartition(":")[2]
    if role.tag == f"{MD}RoleDescriptor":
        return kind in ("", "SecurityTokenServiceType")
    return role.tag == f"{MD}IDPSSODescriptor"


def _keys(roles: list[Element], use: str) -> tuple[Certificate, ...]:
    """The keys of that use, each once, in the order of the document. A key without use has both."""
    found: dict[str, Certificate] = {}
    for role in roles:
        for descriptor in role.findall(f"{MD}KeyDescriptor"):
            text = _certificate_text(descriptor.find(f"{DS}KeyInfo"))
            if descriptor.get("use", use) == use and text and len(found) < _MOST_KEYS:
                key = read_key(text)
                found.setdefault(key.sha256, key)
    return tuple(found.values())


def _certificate_text(info: Element | None) -> str:
    text = info.findtext(f"{DS}X509Data/{DS}X509Certificate", "") if info is not None else ""
    return text if len(text) <= _LONGEST else said("too long")


def _endpoints(roles: list[Element]) -> Iterator[MetadataEndpoint]:
    for role in roles:
        for one in role.findall(f"{MD}SingleSignOnService"):
            yield _endpoint("SingleSignOnService", one.get("Location", ""), one.get("Binding", ""))
        for kind in ("PassiveRequestorEndpoint", "SecurityTokenServiceEndpoint"):
            for one in role.findall(f"{FED}{kind}/{WSA}EndpointReference/{WSA}Address"):
                yield _endpoint(kind, one.text or "", "")


def _endpoint(kind: str, address: str, binding: str) -> MetadataEndpoint:
    return MetadataEndpoint(kind, address.strip()[:2000], binding.strip()[:200])


def _signature(root: Element) -> Signature:
    """Whether there is a signature, and whether its own words show that it cannot count."""
    found = root.find(f"{DS}Signature")
    if found is None:
        return Signature.ABSENT
    info = found.find(f"{DS}SignedInfo")
    references = info.findall(f"{DS}Reference") if info is not None else []
    covers = {one.get("URI", "") for one in references}
    if covers not in ({""}, {f"#{root.get('ID', '')}"}) or len(references) != 1:
        return Signature.NOT_ROOT
    method = info.find(f"{DS}SignatureMethod") if info is not None else None
    digest = references[0].find(f"{DS}DigestMethod")
    used = {one.get("Algorithm", "") for one in (method, digest) if one is not None}
    return Signature.WEAK if used & set(_SHA1) else Signature.UNCHECKED


def _short(tag: str) -> str:
    return tag.rpartition("}")[2][:80]
