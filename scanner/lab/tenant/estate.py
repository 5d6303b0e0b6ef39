"""Everything that the sample tenant holds, by the version and path that it is read at."""

from __future__ import annotations

from typing import Any

from scanner.lab.tenant import management, people, policies, services
from scanner.lab.tenant.facts import Facts


def estate(facts: Facts) -> dict[str, Any]:
    """Lists, single objects, and plain numbers for what is only counted."""
    ident = facts.organisation.tenant_id
    found: dict[str, Any] = {
        "v1.0 /organization": [facts.organization()],
        f"v1.0 /organization/{ident}": facts.authority(),
        "v1.0 /domains": facts.domains(),
        "v1.0 /subscribedSkus": facts.skus(),
        **people.holdings(facts),
        **policies.holdings(facts),
        **management.holdings(facts),
        **services.holdings(facts),
    }
    for domain in facts.domains():
        name = domain["id"]
        found[f"v1.0 /domains/{name}/serviceConfigurationRecords"] = facts.service_records(name)
        found[f"v1.0 /domains/{name}/verificationDnsRecords"] = facts.verification_records(name)
    return found
