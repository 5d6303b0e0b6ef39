"""Not answered is not 'not there': no check may take silence for a missing record."""

import pytest

from scanner.evidence.dns import LookupStatus
from scanner.lab.dns.zones import Zones
from scanner.registry import load_checks
from scanner.testing import run_check
from tests.dns.memory import Memory, gathered, zone

SILENCE = [
    one
    for one in LookupStatus
    if one not in (LookupStatus.ANSWER, LookupStatus.NODATA, LookupStatus.NXDOMAIN)
]
FINDINGS = {  # where a failed lookup is the finding itself
    ("bogus", "dns.dnssec"),
    ("bogus", "dns.mx-dane"),
    ("truncated", "dns.apex-txt-size"),
}
TENANT = {"dns.domain-verified", "dns.tenant-service-records-published", "dns.sip-federation"}
CHECKS = [one for one in load_checks().checks if one.package == "dns"]
PUBLIC = [
    one
    for one in CHECKS
    if {kind.__name__ for kind in one.types}.isdisjoint(
        {"ResolverHealth", "ForestNames", "HostNames", "CaaFacts", "SearchSuffixes"}
    )
]


def judged(items, checks=None):
    return {
        one.id: [(str(found.status), found.reason) for found in run_check(one.judge, *items)]
        for one in checks or PUBLIC
    }


@pytest.mark.parametrize("status", SILENCE)
def test_where_nothing_answers_nothing_is_said(status):
    found = judged(gathered([], everything=status, internal=[]))
    loud = {
        (check, verdict)
        for check, verdicts in found.items()
        for verdict in verdicts
        if verdict[0] not in ("not-assessed", "not-applicable")
        and (str(status), check) not in FINDINGS
        and check not in TENANT
    }
    assert loud == set()


def test_one_lost_answer_never_makes_a_fault():
    """A good domain, each lookup lost in turn: no check may fail or warn that did not before."""
    zones = Zones(zone())
    direct = Memory(zones)
    before = judged(gathered(zones, internal=[], direct=direct))
    keys = {
        (lookup.name, lookup.type)
        for item in gathered(zones, internal=[])
        for lookup in getattr(item, "found", ())
    }
    assert len(keys) > 40
    blamed = []
    for key in sorted(keys):
        after = judged(gathered(zones, internal=[], direct=direct, faults={key: "servfail"}))
        blamed += [
            (key, check, verdict)
            for check, verdicts in after.items()
            for verdict in verdicts
            if verdict[0] in ("fail", "error")
            or (verdict[0] == "warn" and verdict not in before[check])
        ]
    assert blamed == []


def test_a_good_domain_is_good():
    found = judged(gathered(zone(), internal=[]))
    bad = {
        check: one for check, one in found.items() if any(v[0] in ("fail", "error") for v in one)
    }
    assert bad == {}
