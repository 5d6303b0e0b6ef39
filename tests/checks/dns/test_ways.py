"""Every way of passing, warning and failing that no server in the other tests shows."""

from dataclasses import replace

import pytest

from checks.dns.hosts import (
    caa_allows_issuer,
    dangling_cname,
    federation_name,
    listed_names_resolve,
    public_addresses,
)
from checks.dns.inside import (
    ad_srv_records,
    forest_name_routable,
    sync_server_resolution,
    wpad_safe,
)
from checks.dns.resolvers import (
    edns_and_tcp,
    nxdomain_honest,
    resolver_latency,
    resolver_unfiltered,
    search_suffix_safe,
)
from checks.dns.services import legacy_skype_retired
from checks.dns.signing import dkim_selectors, dmarc_policy
from checks.dns.spf import spf_valid
from checks.dns.transport import mta_sts, tls_rpt
from checks.dns.zone import apex_txt_size, delegation, dnssec, ttl_change_ready
from scanner.api import Scope
from scanner.evidence.dns import Lookup, Lookups, LookupStatus, Record
from scanner.evidence.dns_host import HostNames
from scanner.evidence.dns_inside import ForestNames, ResolverHealth, Round, SearchSuffixes
from scanner.evidence.dns_zone import CaaFacts
from scanner.evidence.scope import Plans
from scanner.testing import run_check
from tests.dns.memory import NAME, Memory, about, gathered, zone
from tests.servers.clouds import key_text

GOT, NONE, GONE = LookupStatus.ANSWER, LookupStatus.NODATA, LookupStatus.NXDOMAIN
SELECTORS = [f"selector{number}._domainkey" for number in (1, 2)]


def one(check, items, *more, **options):
    """(status, reason) of the single finding of a check."""
    (found,) = run_check(check, *items, *more, **options)
    return str(found.status), found.reason


def lookup(name, rdtype, *values, status=None, **more):
    records = tuple(one if isinstance(one, Record) else Record(one) for one in values)
    return Lookup(name, rdtype, status or (GOT if records else GONE), records, **more)


def of(check, changes=None, domain=None, **options):
    """(status, reason) of a check of one domain, with changes to a good zone."""
    return one(check, gathered(zone(changes=changes), domain, **options))


# Mail policies.


def test_dkim_in_the_domain_itself_and_too_weak():
    own = {(one, "CNAME"): None for one in SELECTORS}
    own |= {(one, "TXT"): [key_text()] for one in SELECTORS}
    assert of(dkim_selectors, own) == ("warn", "text-instead-of-alias")
    # 512 bits: no library of today makes such a key, so this is one from a time that did.
    weak = (
        "v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL6qDYxYm8nK9ZfjA1rJcbWcMhFuQCb+g5eOsqmrZQ"
        "hYDJBJgkF8bTzlAQQ9bDnxmyGkqHNjTgHnL2eCqJ8gW5sCAwEAAQ=="
    )
    own |= {(one, "TXT"): [f'"{weak}"'] for one in SELECTORS}
    assert of(dkim_selectors, own) == ("fail", "key-too-short")


def test_dkim_alias_with_a_short_life():
    name = f"{SELECTORS[0]}.{NAME}"
    target = f"selector1-contoso-com._domainkey.{'contoso.onmicrosoft.com'}"
    hasty = lookup(name, "CNAME", target, ttl=300, flags=("aa",))
    assert of(dkim_selectors, faults={(name, "CNAME"): hasty}) == ("warn", "short-ttl")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("v=DMARC1; sp=reject", ("fail", "without-effect")),
        ("v=DMARC1; p=reject; rua=https://x.example", ("not-assessed", "unsupported-targets")),
        ("v=DMARC1; rua=mailto:d@contoso.com", ("warn", "policy-none")),
    ],
)
def test_dmarc(text, verdict):
    assert of(dmarc_policy, {("_dmarc", "TXT"): [f'"{text}"']}) == verdict


def test_dmarc_of_a_parent():
    lines = zone(
        changes={("_dmarc", "TXT"): ['"v=DMARC1; p=none; sp=reject; rua=mailto:a@contoso.com"']}
    )
    items = gathered(lines, about("sales.contoso.com"))
    assert one(dmarc_policy, items) == ("pass", "inherited")


def test_spf_that_is_long_and_of_the_retired_type():
    senders = " ".join(f"ip4:192.0.2.{number}" for number in range(40))
    long = f"v=spf1 include:spf.protection.outlook.com {senders} -all"
    strings = " ".join(f'"{long[at : at + 200]}"' for at in range(0, len(long), 200))
    assert of(spf_valid, {("@", "TXT"): [strings]}) == ("warn", "long-record")
    assert of(spf_valid, {("@", "SPF"): ['"v=spf1 -all"']}) == ("warn", "type-99")


def test_no_mail_comes_in():
    for check in (mta_sts, tls_rpt):
        assert of(check, {("@", "MX"): None}) == ("not-applicable", "no-mx")


# The zone.


def test_ttls():
    name = f"autodiscover.{NAME}"
    slow = lookup(name, "CNAME", "autodiscover.outlook.com", ttl=172800, flags=("aa",))
    assert of(ttl_change_ready) == ("pass", "short-enough")
    assert of(ttl_change_ready, faults={(name, "CNAME"): slow}) == ("warn", "too-long")
    gone = {("@", "MX"): None}
    gone |= {(f"{label}", "CNAME"): None for label in ("autodiscover", "enterpriseenrollment")}
    gone |= {("enterpriseregistration", "CNAME"): None}
    assert of(ttl_change_ready, gone) == ("not-applicable", "nothing-to-change")


def test_ttls_of_a_resolver_are_not_the_published_ones():
    names = [(NAME, "MX")]
    names += [
        (f"{label}.{NAME}", "CNAME")
        for label in ("autodiscover", "enterpriseenrollment", "enterpriseregistration")
    ]
    faults = {key: lookup(*key, Record("x.example", priority=0), ttl=99) for key in names}
    assert of(ttl_change_ready, faults=faults) == ("not-assessed", "unsupported-recursive")


def test_texts_that_need_tcp_where_there_is_none():
    assert of(apex_txt_size, faults={(NAME, "TXT"): "truncated"}) == (
        "fail",
        "too-large-without-tcp",
    )


def test_a_resolver_that_does_not_validate():
    signed = [*zone(), f"{NAME} DS 1 13 2 {'1' * 64}", f"{NAME} DNSKEY 257 3 13 dGVzdA=="]
    assert one(dnssec, gathered(signed)) == ("not-assessed", "unsupported-resolver")
    assert one(dnssec, gathered(signed, ad=[NAME])) == ("pass", "validates")


class Resolver(Memory):
    """Answers in place of a name server: with recursion and without authority."""

    def _lookup(self, name, rdtype):
        return Lookup(name, rdtype, GONE, flags=("ra",), server="203.0.113.53")


def test_outbound_dns_that_is_intercepted_is_no_lame_delegation():
    assert of(delegation, direct=Resolver([])) == ("not-assessed", "unreachable-intercepted")


def test_name_servers_without_names_or_addresses():
    assert of(delegation, {("@", "NS"): None}) == ("fail", "no-servers")
    silent = {(f"ns{n}.{NAME}", kind): "timeout" for n in (1, 2) for kind in ("A", "AAAA")}
    assert of(delegation, faults=silent) == ("not-assessed", "timeout-no-address")
    one_silent = {(f"ns2.{NAME}", kind): "timeout" for kind in ("A", "AAAA")}
    direct = Memory(zone())
    assert of(delegation, faults=one_silent, direct=direct) == (
        "not-assessed",
        "timeout-server-names",
    )


# Published hosts.

HOST = "sts.contoso.com"


def host(*found, inside=None, roles=("adfs",)):
    return HostNames(found, HOST, roles, inside, "adfs" in roles)


NO_ALIAS = lookup(HOST, "CNAME", status=NONE)
ADDRESS = lookup(HOST, "A", "203.0.113.1", ttl=3600, flags=("aa",))
NO_SIX = lookup(HOST, "AAAA", status=NONE)


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (host(NO_ALIAS, ADDRESS, NO_SIX), ("pass", "right")),
        (host(NO_ALIAS, replace(ADDRESS, ttl=172800), NO_SIX), ("warn", "long-ttl")),
        (
            host(NO_ALIAS, ADDRESS, NO_SIX, inside=Lookups((lookup(HOST, "A"),))),
            ("warn", "absent-inside"),
        ),
        (
            host(
                NO_ALIAS,
                ADDRESS,
                NO_SIX,
                inside=Lookups((lookup(HOST, "A", status=LookupStatus.REFUSED),)),
            ),
            ("not-assessed", "denied-refused"),
        ),
    ],
)
def test_federation_name(evidence, verdict):
    assert one(federation_name, [evidence]) == verdict


def test_the_federation_name_is_judged_once():
    evidence = host(NO_ALIAS, ADDRESS, NO_SIX)
    assert one(listed_names_resolve, [evidence]) == ("not-applicable", "federation")
    assert one(public_addresses, [evidence]) == ("not-applicable", "federation")


def test_a_private_address_of_a_host_that_need_not_work_outside():
    evidence = host(NO_ALIAS, lookup(HOST, "A", "10.0.0.1"), NO_SIX, roles=("radius",))
    assert one(public_addresses, [evidence]) == ("warn", "private-shown")


@pytest.mark.parametrize(
    ("records", "issuers", "verdict"),
    [
        ([Record("mailto:x", priority=0, tag="iodef")], (), ("warn", "no-issue")),
        (
            [Record("letsencrypt.org", priority=0, tag="issue")],
            (),
            ("not-assessed", "unconfigured-issuer"),
        ),
        (
            [Record("LetsEncrypt.org; x=1", priority=0, tag="issue")],
            ("letsencrypt.org",),
            ("pass", "named"),
        ),
    ],
)
def test_caa(records, issuers, verdict):
    facts = CaaFacts((lookup(NAME, "CAA", *records),), NAME, NAME)
    assert one(caa_allows_issuer, [facts], Scope(issuers=issuers)) == verdict


def test_aliases_that_lead_somewhere():
    found = {
        finding.subject.name: finding.reason
        for finding in run_check(dangling_cname, *gathered(zone()))
    }
    assert found[f"autodiscover.{NAME}"] == "leads-somewhere"


def test_old_names_that_still_lead_to_the_cloud():
    changes = {("sip", "CNAME"): ["sipdir.online.lync.com."]}
    assert of(legacy_skype_retired, changes) == ("pass", "still-lead")


def test_wpad_inside_only():
    inside = [f"wpad.{NAME} A 10.0.0.8"]
    assert of(wpad_safe, internal=inside) == ("pass", "inside-only")


# Inside the network.

FOREST = "corp.contoso.local"


def forest(*found, control=()):
    return ForestNames(found, FOREST, (), asked_inside=True, control=control)


def service(label, *hosts, port=389):
    records = [Record(f"{one}.{FOREST}", 0, 100, port) for one in hosts]
    return lookup(f"{label}.{FOREST}", "SRV", *records)


DCS = service("_ldap._tcp.dc._msdcs", "dc1", "dc2")
PDC = service("_ldap._tcp.pdc._msdcs", "dc1")
DC1 = lookup(f"dc1.{FOREST}", "A", "10.0.0.1")


def test_directory_records():
    odd = service("_kerberos._tcp.dc._msdcs", "dc1", port=89)
    dc2 = lookup(f"dc2.{FOREST}", "A", "10.0.0.2")
    assert one(ad_srv_records, [forest(DCS, PDC, odd, DC1, dc2)]) == ("warn", "odd-port")
    gone = lookup(f"dc2.{FOREST}", "A")
    assert one(ad_srv_records, [forest(DCS, PDC, DC1, gone)]) == ("warn", "some-without-address")


def test_the_synchronisation_server():
    login = lookup("login.microsoftonline.com", "A")
    evidence = forest(DCS, login, control=("login.microsoftonline.com",))
    assert one(sync_server_resolution, [evidence]) == ("fail", "no-cloud")
    cloud = Scope(plans=Plans(identity="cloud"))
    assert one(sync_server_resolution, [evidence], cloud) == ("not-applicable", "cloud-only")


def test_a_forest_name_that_nobody_can_verify():
    assert one(forest_name_routable, [forest(), about()]) == ("pass", "suffix-verified")
    unverified = about(verified=False)
    assert one(forest_name_routable, [forest(), unverified]) == ("warn", "unverifiable")


CONTROL = "login.microsoftonline.com"
HEALTH = ResolverHealth(
    (lookup(CONTROL, "A", "198.51.100.1"),),
    "10.0.0.53",
    control=(CONTROL,),
    outside=(lookup(CONTROL, "A", "198.51.100.1"),),
    made_up=lookup("made.up", "A"),
    plain_udp=lookup(CONTROL, "A", "198.51.100.1"),
    edns=lookup(CONTROL, "A", "198.51.100.1"),
    over_tcp=lookup(CONTROL, "A", "198.51.100.1"),
    cold=Round((20.0,) * 10),
    warm=Round((1.0,) * 10),
)
LOST = lookup(CONTROL, "A", status=LookupStatus.TIMEOUT)


@pytest.mark.parametrize(
    ("check", "changes", "verdict"),
    [
        (resolver_latency, {}, ("pass", "quick")),
        (resolver_latency, {"warm": Round((50.0,) * 10)}, ("warn", "slow")),
        (resolver_latency, {"cold": Round((2000.0,) * 10)}, ("fail", "very-slow")),
        (resolver_latency, {"cold": Round(lost=10)}, ("not-assessed", "timeout-no-times")),
        (edns_and_tcp, {"over_tcp": LOST}, ("warn", "no-tcp")),
        (edns_and_tcp, {"edns": LOST}, ("warn", "no-edns")),
        (
            edns_and_tcp,
            {
                "plain_udp": lookup(CONTROL, "A", status=LookupStatus.TRUNCATED),
                "over_tcp": LOST,
            },
            ("fail", "large-answers-lost"),
        ),
        (
            edns_and_tcp,
            {"plain_udp": None, "edns": None, "over_tcp": None},
            ("not-applicable", "secure-transport"),
        ),
        (nxdomain_honest, {"made_up": None}, ("not-assessed", "unconfigured-name")),
        (
            resolver_unfiltered,
            {
                "outside": (
                    lookup(CONTROL, "A", "198.51.100.1", chain=("edge.trafficmanager.net",)),
                ),
                "found": (lookup(CONTROL, "A", "198.51.100.9", chain=("portal.filter.example",)),),
            },
            ("warn", "other-chain"),
        ),
        (
            resolver_unfiltered,
            {"outside": (lookup(CONTROL, "A"),)},
            ("not-assessed", "unsupported-outside"),
        ),
    ],
)
def test_resolvers(check, changes, verdict):
    assert one(check, [replace(HEALTH, **changes)]) == verdict


def test_search_suffixes():
    wild = lookup(f"*.{NAME}", "A", "203.0.113.1")
    calm = lookup(f"*.{NAME}", "A")
    misled = lookup(f"{CONTROL}.{NAME}", "A")
    search = SearchSuffixes((calm, misled), (NAME,), CONTROL)
    assert one(search_suffix_safe, [search]) == ("pass", "safe")
    assert one(search_suffix_safe, [replace(search, found=(wild, misled))]) == ("warn", "swallows")
    assert one(search_suffix_safe, [replace(search, suffixes=())]) == ("not-applicable", "no-list")
