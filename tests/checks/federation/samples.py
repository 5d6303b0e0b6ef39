"""Hand-made evidence of a federated domain in good order, and changes to it."""

import hashlib
from dataclasses import fields, replace
from datetime import timedelta

from scanner.evidence.certificate import Certificate
from scanner.evidence.federation import (
    METADATA,
    Answer,
    Clock,
    Face,
    FederationHost,
    FederationMetadata,
    FederationTrust,
    MetadataEndpoint,
    Outcome,
    Publication,
    Vantage,
)
from scanner.evidence.tenant_federation import DomainFederation
from scanner.testing import NOW

DOMAIN, HOST = "contoso.com", "sts.contoso.com"


def certificate(name="current", days=200, *, made=None, **changed):
    """A signing certificate with that many days left, of the kind that AD FS makes."""
    der = name.encode()
    return replace(
        Certificate(
            der=der,
            sha256=hashlib.sha256(der).hexdigest(),
            subject=f"CN=ADFS Signing - {HOST}",
            issuer=f"CN=ADFS Signing - {HOST}",
            not_before=NOW + timedelta(days=days - 365 if made is None else made),
            not_after=NOW + timedelta(days=days),
            key_type="RSA",
            key_bits=2048,
            hash="sha256",
            self_signed=True,
        ),
        **changed,
    )


CURRENT = certificate()
SUCCESSOR = certificate("successor", 400)


def trust(domain=DOMAIN, host=HOST):
    return FederationTrust(domain, host, "tenant")


def configuration(**changed):
    return replace(
        DomainFederation(
            domain=DOMAIN,
            id="c1",
            issuer=f"http://{DOMAIN}/adfs/services/trust/",
            passive_uri=f"https://{HOST}/adfs/ls/",
            active_uri=f"https://{HOST}/adfs/services/trust/2005/usernamemixed",
            exchange_uri=f"https://{HOST}/adfs/services/trust/mex",
            certificate=CURRENT,
            update_result="Success",
            mfa_behaviour="rejectMfaByFederatedIdp",
        ),
        **changed,
    )


_BY = {one.name for one in fields(Publication)}


def metadata(*signing, **changed):
    """A document, read from outside; what concerns the reading goes to both of its faces."""
    by = Publication(Outcome.ANSWERED, Vantage.OUTSIDE, public=True, proven=True, status=200)
    by = replace(by, **{name: value for name, value in changed.items() if name in _BY})
    made = FederationMetadata(
        name=HOST,
        url=f"https://{HOST}{METADATA}",
        by=by,
        outside=by,
        entity_id=f"http://{HOST}/adfs/services/trust",
        signing=signing or (CURRENT,),
        encryption=(certificate("encryption"),),
        endpoints=(
            MetadataEndpoint("PassiveRequestorEndpoint", f"https://{HOST}/adfs/ls/"),
            MetadataEndpoint("SingleSignOnService", f"https://{HOST}/adfs/ls/"),
        ),
    )
    return replace(made, **{name: one for name, one in changed.items() if name not in _BY})


def closed(status=404, **changed):
    """Metadata that did not come."""
    return metadata(status=status, signing=(), entity_id="", **changed)


def face(vantage=Vantage.OUTSIDE, *, answers=None, **changed):
    said = {METADATA: Answer(METADATA, Outcome.ANSWERED, 200, content="xml")}
    said.update({one.path: one for one in answers or ()})
    made = Face(vantage, "192.0.2.1:443", proven=True, answers=tuple(said.values()))
    return replace(made, **{"clock": Clock(0.4, 0.05), **changed})


def said(path, status=200, **changed):
    return replace(Answer(path, Outcome.ANSWERED, status), **changed)


def lost(path, outcome=Outcome.REFUSED):
    return Answer(path, outcome, detail="no")


def service(*faces, **changed):
    made = FederationHost(HOST, adfs=True, domains=(DOMAIN,), faces=faces or (face(),))
    return replace(made, **changed)


def verdicts(found):
    """Status and reason of each finding."""
    return [(str(one.status), one.reason) for one in found]
