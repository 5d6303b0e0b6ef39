"""The signature inside a metadata document, verified where the extra `fedsig` is installed.

The certificate inside the signature is never an anchor: only a signing key that the document lists
may have made it, and only a signature over the whole document counts.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography import x509

from scanner.evidence.certificate import Certificate
from scanner.evidence.federation import Signature
from scanner.sources.federation.metadata import Document
from scanner.text import said

_WORDS = 200


@dataclass(frozen=True, slots=True)
class _Tools:
    signxml: Any
    exceptions: Any
    etree: Any


def _tools() -> _Tools | None:
    """The libraries of the extra; None where they are not installed."""
    try:
        return _Tools(
            importlib.import_module("signxml"),
            importlib.import_module("signxml.exceptions"),
            importlib.import_module("lxml.etree"),
        )
    except ImportError:
        return None


def verified(data: bytes, document: Document) -> tuple[Signature, str]:
    """The state of the signature, and the verifier's words where it does not hold.

    `data` has passed the limits of safe_xml already: no document type, bounded size and depth.
    """
    tools = _tools()
    if document.signature is not Signature.UNCHECKED or tools is None:
        return document.signature, ""
    parser = tools.etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = tools.etree.fromstring(data, parser)
    except tools.etree.XMLSyntaxError as error:
        return Signature.UNCHECKED, str(error)[:_WORDS]
    return _by_listed_keys(tools, root, document)


def _by_listed_keys(tools: _Tools, root: Any, document: Document) -> tuple[Signature, str]:
    """Try the key that the signature names, else every listed one."""
    named = [one for one in document.signing if one.sha256 == document.signer]
    told = said("none of the listed keys can be read")
    for key in _readable(named or document.signing):
        try:
            result = tools.signxml.XMLVerifier().verify(
                root, x509_cert=key, id_attribute="ID", expect_config=_configured(tools, key)
            )
        except tools.exceptions.InvalidDigest as error:
            return Signature.BROKEN, str(error)[:_WORDS]
        except (tools.exceptions.SignXMLException, ValueError) as error:
            told = str(error)[:_WORDS]
            continue
        whole = result.signed_xml is not None and result.signed_xml.tag == root.tag
        whole = whole and result.signed_xml.get("ID") == root.get("ID")
        return (Signature.VALID, "") if whole else (Signature.NOT_ROOT, "")
    return (Signature.BROKEN if named else Signature.NOT_LISTED), told


def _readable(keys: Iterable[Certificate]) -> Iterable[x509.Certificate]:
    for key in keys:
        if not key.problem:
            yield x509.load_der_x509_certificate(key.der)


def _configured(tools: _Tools, key: x509.Certificate) -> Any:
    """As of a moment when the key was valid: an ended one is judged by its own check."""
    at = key.not_valid_before_utc + timedelta(seconds=1)
    return tools.signxml.SignatureConfiguration(location="./", verification_time=at)
