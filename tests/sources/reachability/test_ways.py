"""From targets to addresses: redirections, names, filters, and servers that may be inside."""

import pytest

from scanner.deadline import Deadline
from scanner.evidence.reachability import NameLookup, Why
from scanner.sources.reachability.resolve import Names, Resolver
from scanner.sources.reachability.targets import Target
from scanner.sources.reachability.ways import Ways
from scanner.sources.reachability.work import Job, Settings, Work


def aimed(host, *addresses, outcome="ok", inner=False, connect=None):
    deadline = Deadline.after(5)
    names = Names("", [Resolver("192.0.2.53")], deadline)
    lookup = NameLookup("", host, "192.0.2.53", outcome, tuple(addresses))
    names.lookups[host, "192.0.2.53"] = lookup
    ways = Ways(Settings("", None, names, connect or {}, 1.0, deadline, 100))
    work = Work(Job(Target(0, host, 443, "tls", inner=inner)), "")
    ways.aim(work)
    return work, ways


def test_a_name_with_addresses():
    work, _ = aimed("a.example", "198.51.100.1", "198.51.100.2")
    assert [leg.address for leg in work.legs] == [("198.51.100.1", 443), ("198.51.100.2", 443)]
    assert not work.private


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [("nxdomain", Why.DNS_NXDOMAIN), ("nodata", Why.DNS_NODATA), ("timeout", Why.DNS_TIMEOUT)],
)
def test_a_name_without_addresses_names_the_resolver(outcome, reason):
    work, _ = aimed("a.example", outcome=outcome)
    assert (work.probe.reason, work.probe.offender) == (reason, "192.0.2.53")


def test_a_public_name_that_leads_to_nowhere_or_inside():
    work, _ = aimed("a.example", "0.0.0.0")
    assert work.probe.reason is Why.DNS_SINKHOLE
    work, _ = aimed("a.example", "10.0.0.1")
    assert work.private


def test_an_inner_server_is_rightly_inside():
    work, _ = aimed("dc1.corp.example", "10.0.0.1", inner=True)
    assert not work.private
    assert work.legs


@pytest.mark.parametrize("rule", ["a.example:443", "*:443"])
def test_a_redirection_asks_no_resolver(rule):
    work, ways = aimed("a.example", outcome="nxdomain", connect={rule: "127.0.0.1:8443"})
    assert work.legs[0].address == ("127.0.0.1", 8443)
    assert ways.redirected == 1
