"""The synchronisation as the tenant sees it."""

from datetime import timedelta

import pytest

from checks.directory_sync.tenant import sync_recent
from scanner.evidence.envelope import Missing
from scanner.evidence.scope import Plans, Scope
from scanner.evidence.tenant import Organization
from scanner.testing import NOW, run_check
from scanner.words import Reason

HYBRID, CLOUD = Scope(Plans(identity="hybrid")), Scope(Plans(identity="cloud"))


@pytest.mark.parametrize(
    ("enabled", "hours", "scope", "expected"),
    [
        (True, 0.5, HYBRID, ("pass", "recent")),
        (True, 3, HYBRID, ("pass", "recent")),
        (True, 5, HYBRID, ("warn", "late")),
        (True, 24.5, HYBRID, ("fail", "stale")),
        (True, 24.5, Scope(), ("fail", "stale")),
        (True, None, HYBRID, ("fail", "never-ran")),
        (False, 500, HYBRID, ("fail", "switched-off")),
        (None, None, HYBRID, ("fail", "never-enabled")),
        (None, None, Scope(), ("not-applicable", "no-hybrid-plan")),
        (True, 0.5, CLOUD, ("not-applicable", "no-hybrid-plan")),
    ],
)
def test_the_age_of_the_last_run(enabled, hours, scope, expected):
    last = None if hours is None else NOW - timedelta(hours=hours)
    organization = Organization("t", "Contoso", enabled, last)
    (found,) = run_check(sync_recent, organization, scope)
    assert (found.status, found.reason) == expected


def test_a_denied_tenant_is_not_assessed():
    missing = {Organization: Missing(Reason.DENIED, "", "Organization.Read.All")}
    (found,) = run_check(sync_recent, HYBRID, missing=missing)
    assert (found.status, found.reason) == ("not-assessed", "missing-denied")
