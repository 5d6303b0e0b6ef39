from datetime import timedelta

import pytest

from checks.federation.document import (
    encryption_certificate_current,
    metadata_endpoints,
    metadata_signed,
    signing_key_strength,
)
from checks.federation.metadata import metadata_published, metadata_well_formed
from checks.federation.rollover import signing_rollover_ready
from scanner.evidence.envelope import Missing
from scanner.evidence.federation import (
    FederationMetadata,
    MetadataEndpoint,
    Outcome,
    Refusal,
    Signature,
    Vantage,
)
from scanner.evidence.inventory import AdFsFarm, InventoryServer
from scanner.evidence.scope import Plans, Scope
from scanner.evidence.tenant_federation import DomainFederation
from scanner.testing import NOW, run_check
from scanner.words import Reason
from tests.checks.federation.samples import (
    CURRENT,
    HOST,
    SUCCESSOR,
    certificate,
    closed,
    configuration,
    metadata,
    service,
    verdicts,
)

SIGNED = [
    metadata_published,
    metadata_well_formed,
    metadata_endpoints,
    metadata_signed,
    signing_rollover_ready,
    signing_key_strength,
    encryption_certificate_current,
]


@pytest.mark.parametrize("judged", SIGNED)
def test_nothing_in_scope_and_nothing_collected(judged):
    from scanner.evidence.federation import FederationHost  # noqa: PLC0415

    none = [FederationMetadata, FederationHost]
    assert verdicts(run_check(judged, nothing=none)) == [("not-applicable", "nothing-in-scope")]
    missing = dict.fromkeys(none, Missing(Reason.TIMEOUT, "late"))
    assert verdicts(run_check(judged, missing=missing)) == [("not-assessed", "missing-timeout")]


@pytest.mark.parametrize(
    ("document", "days", "verdict"),
    [
        (metadata(), 200, ("pass", "readable")),
        (metadata(vantage=Vantage.UNKNOWN, public=False), 200, ("pass", "readable")),
        (
            metadata(vantage=Vantage.INSIDE, public=False),
            200,
            ("not-assessed", "unsupported-from-inside"),
        ),
        (
            closed(vantage=Vantage.INSIDE, public=False),
            10,
            ("not-assessed", "unsupported-from-inside"),
        ),
        (metadata(vantage=Vantage.INSIDE, public=True), 200, ("pass", "readable")),
        (metadata(trusted=False), 200, ("warn", "untrusted-certificate")),
        (closed(), 36, ("warn", "closed")),
        (closed(), 35, ("fail", "closed-and-due")),
        (closed(503), 35, ("fail", "closed-and-due")),
        (metadata(refusal=Refusal.DOCTYPE, signing=()), 35, ("fail", "closed-and-due")),
        (closed(0, outcome=Outcome.REFUSED), 35, ("fail", "closed-and-due")),
        (closed(0, outcome=Outcome.TIMEOUT), 35, ("fail", "closed-and-due")),
        (
            closed(0, outcome=Outcome.TIMEOUT, proven=False),
            35,
            ("not-assessed", "timeout-metadata"),
        ),
        (
            closed(0, outcome=Outcome.REFUSED, public=False, vantage=Vantage.UNKNOWN),
            35,
            ("not-assessed", "unreachable-metadata"),
        ),
        (closed(0, outcome=Outcome.RESOLVER), 35, ("not-assessed", "unreachable-metadata")),
    ],
)
def test_published(document, days, verdict):
    held = configuration(certificate=certificate(days=days))
    assert verdicts(run_check(metadata_published, document, service(), held)) == [verdict]


def test_published_without_the_tenant_warns_at_most():
    missing = {DomainFederation: Missing(Reason.UNCONFIGURED, "no sign-in")}
    found = run_check(metadata_published, closed(), service(), missing=missing)
    assert verdicts(found) == [("warn", "closed")]


@pytest.mark.parametrize(
    "judged", [metadata_published, metadata_well_formed, signing_rollover_ready]
)
def test_another_product_has_its_own_documents(judged):
    found = run_check(judged, closed(), service(adfs=None), configuration())
    assert verdicts(found) == [("not-applicable", "other-product")]


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (metadata(), ("pass", "well-formed")),
        (metadata(trusted=False), ("not-assessed", "unsupported-untrusted")),
        (closed(), ("not-assessed", "unsupported-metadata")),
        (closed(0, outcome=Outcome.TIMEOUT), ("not-assessed", "timeout-metadata")),
        *[
            (metadata(refusal=code, signing=()), ("fail", f"refused-{code}"))
            for code in Refusal
            if code is not Refusal.NONE
        ],
        (metadata(entity_id=""), ("fail", "no-entity-id")),
        (metadata(signing=()), ("fail", "no-signing-key")),
        (metadata(certificate(problem="no")), ("fail", "unreadable-keys")),
        (metadata(certificate(problem="no"), CURRENT), ("pass", "well-formed")),
    ],
)
def test_well_formed(document, verdict):
    assert verdicts(run_check(metadata_well_formed, document, service())) == [verdict]


def test_another_host_in_the_entity_id_is_legal_and_shown():
    document = metadata(entity_id="http://fs.fabrikam.com/adfs/services/trust")
    (found,) = run_check(metadata_well_formed, document, service())
    assert (found.status, found.facts["entity_host"]) == ("pass", "fs.fabrikam.com")


def sign_in(*addresses):
    kinds = ("PassiveRequestorEndpoint", "SingleSignOnService", "SecurityTokenServiceEndpoint")
    return tuple(MetadataEndpoint(kind, one) for kind, one in zip(kinds, addresses, strict=False))


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (metadata(), ("pass", "on-host")),
        (metadata(endpoints=()), ("warn", "none")),
        (metadata(endpoints=sign_in("https://else.contoso.com/adfs/ls/")), ("warn", "other-host")),
        (metadata(endpoints=sign_in(f"http://{HOST}/adfs/ls/")), ("fail", "not-https")),
        (metadata(endpoints=sign_in("javascript:alert(1)")), ("fail", "not-https")),
        (metadata(endpoints=sign_in("https://[bad/")), ("warn", "other-host")),
        (
            metadata(endpoints=sign_in(f"https://{HOST}/", f"https://{HOST}/", "http://x/")),
            ("pass", "on-host"),
        ),
        (closed(), ("not-assessed", "unsupported-metadata")),
        (metadata(trusted=False), ("not-assessed", "unsupported-untrusted")),
    ],
)
def test_endpoints(document, verdict):
    assert verdicts(run_check(metadata_endpoints, document)) == [verdict]


@pytest.mark.parametrize(
    ("signature", "verdict", "severity"),
    [
        (Signature.ABSENT, ("warn", "unsigned"), None),
        (Signature.UNCHECKED, ("not-assessed", "unsupported-extra"), None),
        (Signature.VALID, ("pass", "valid"), None),
        (Signature.BROKEN, ("fail", "broken"), "high"),
        (Signature.NOT_LISTED, ("fail", "not-listed"), "high"),
        (Signature.NOT_ROOT, ("fail", "not-root"), "high"),
        (Signature.WEAK, ("fail", "weak"), None),
    ],
)
def test_signed(signature, verdict, severity):
    (found,) = run_check(metadata_signed, metadata(signature=signature))
    assert verdicts([found]) == [verdict]
    assert found.severity == severity


def test_an_unread_document_has_no_signature():
    assert verdicts(run_check(metadata_signed, closed())) == [
        ("not-assessed", "unsupported-metadata")
    ]


@pytest.mark.parametrize(
    ("document", "held", "verdict"),
    [
        (metadata(), {}, ("pass", "no-change-near")),
        (metadata(certificate(days=30)), {}, ("warn", "due")),
        (
            metadata(CURRENT, SUCCESSOR),
            {"next_certificate": SUCCESSOR},
            ("pass", "successor-known"),
        ),
        (metadata(CURRENT, SUCCESSOR), {}, ("warn", "successor-unknown")),
        (metadata(CURRENT, certificate("older", 3)), {}, ("pass", "no-change-near")),
        (closed(), {}, ("not-assessed", "unsupported-metadata")),
        (metadata(trusted=False), {}, ("not-assessed", "unsupported-untrusted")),
    ],
)
def test_rollover(document, held, verdict):
    found = run_check(signing_rollover_ready, document, service(), configuration(**held))
    assert verdicts(found) == [verdict]


@pytest.mark.parametrize(
    ("automatic", "days", "verdict"),
    [
        (False, 59, ("warn", "by-hand")),
        (False, 61, ("pass", "no-change-near")),
        (True, 59, ("pass", "no-change-near")),
        (None, 59, ("pass", "no-change-near")),
    ],
)
def test_a_farm_that_does_not_renew_by_itself_is_planned_early(automatic, days, verdict):
    farm = InventoryServer("sts01", NOW.date(), ad_fs=AdFsFarm(auto_rollover=automatic))
    document = metadata(certificate(days=days))
    found = run_check(signing_rollover_ready, document, service(), configuration(), farm)
    assert verdicts(found) == [verdict]


def test_a_successor_means_little_without_the_tenant():
    found = run_check(signing_rollover_ready, metadata(CURRENT, SUCCESSOR), service())
    assert verdicts(found) == [("not-assessed", "unconfigured-tenant")]


@pytest.mark.parametrize(("days", "status"), [(30, "fail"), (90, "not-assessed")])
def test_a_promotion_near_the_kickoff_that_cannot_be_fetched(days, status):
    scope = Scope(Plans(kickoff=(NOW + timedelta(days=20)).date()))
    held = configuration(certificate=certificate(days=days))
    (found,) = run_check(signing_rollover_ready, closed(), service(), held, scope)
    assert found.status == status


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (metadata(), ("pass", "strong")),
        (metadata(CURRENT, certificate("s", key_bits=1024)), ("fail", "weak-key")),
        (metadata(certificate("e", key_type="EC secp256r1", key_bits=256)), ("fail", "weak-key")),
        (metadata(certificate("h", hash="sha1")), ("warn", "old-hash")),
        (metadata(trusted=False), ("not-assessed", "unsupported-untrusted")),
    ],
)
def test_strength(document, verdict):
    assert verdicts(run_check(signing_key_strength, document)) == [verdict]


def test_strength_of_what_the_tenant_holds_where_the_document_is_closed():
    held = configuration(certificate=certificate(key_bits=1024))
    assert verdicts(run_check(signing_key_strength, closed(), held)) == [("fail", "weak-key")]
    assert verdicts(run_check(signing_key_strength, closed())) == [
        ("not-assessed", "unsupported-metadata")
    ]


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (metadata(), ("pass", "in-date")),
        (metadata(encryption=()), ("not-applicable", "absent")),
        (metadata(encryption=(certificate(days=35),)), ("warn", "near-its-end")),
        (metadata(encryption=(certificate(days=-1),)), ("warn", "near-its-end")),
        (
            metadata(encryption=(certificate(days=-1), certificate("n", 100))),
            ("pass", "in-date"),
        ),
        (metadata(trusted=False), ("not-assessed", "unsupported-untrusted")),
        (closed(), ("not-assessed", "unsupported-metadata")),
    ],
)
def test_encryption(document, verdict):
    assert verdicts(run_check(encryption_certificate_current, document)) == [verdict]
