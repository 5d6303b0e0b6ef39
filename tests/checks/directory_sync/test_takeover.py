"""Soft match, and the takeover by hard match."""

import pytest

from checks.directory_sync.takeover import match_takeover_blocked
from scanner.api import Missing, Reason, Scope, Severity
from scanner.evidence.scope import Plans
from scanner.evidence.tenant import Organization
from scanner.evidence.tenant_sync import SyncFeatures
from scanner.testing import run_check

SYNCED = Organization("id", on_premises_sync_enabled=True)
NEVER = Organization("id")
HYBRID = Scope(Plans(identity="hybrid"))


def said(soft, hard, *items):
    features = SyncFeatures(block_soft_match=soft, block_hard_match=hard)
    (found,) = run_check(match_takeover_blocked, features, *items)
    return found


@pytest.mark.parametrize(
    ("soft", "hard", "verdict"),
    [
        (True, True, ("pass", "blocked")),
        (False, True, ("warn", "not-blocked")),
        (True, False, ("warn", "not-blocked")),
        (False, None, ("warn", "not-blocked")),
        (True, None, ("not-assessed", "unsupported-silent")),
        (None, None, ("not-assessed", "unsupported-silent")),
    ],
)
def test_after_the_onboarding_both_are_blocked(soft, hard, verdict):
    found = said(soft, hard, SYNCED)
    assert (str(found.status), found.reason) == verdict


def test_the_open_ones_are_named():
    found = said(False, False, SYNCED)
    assert found.severity is Severity.MEDIUM
    assert "soft match, takeover by hard match" in str(found.text)


def test_before_the_first_synchronisation_soft_match_is_wanted():
    found = said(False, False, NEVER, HYBRID)
    assert (str(found.status), found.reason) == ("pass", "needed-for-onboarding")
    assert found.severity is Severity.INFO
    assert said(True, True, NEVER, HYBRID).reason == "blocked"
    # who does not know whether anything is synchronised yet does not call it good
    assert said(False, False, HYBRID).reason == "not-blocked"


def test_without_synchronisation_there_is_nothing_to_block():
    assert said(False, False, NEVER).reason == "no-hybrid-plan"
    assert said(False, False, SYNCED, Scope(Plans(identity="cloud"))).reason == "no-hybrid-plan"


def test_without_the_features_nothing_is_assessed():
    denied = {SyncFeatures: Missing(Reason.DENIED, "no consent")}
    (found,) = run_check(match_takeover_blocked, SYNCED, missing=denied)
    assert str(found.status) == "not-assessed"
    assert found.reason == "missing-denied"
