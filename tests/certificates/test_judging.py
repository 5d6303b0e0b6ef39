"""Single checks over hand-made evidence: what no server of ours can show, and what is missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from cryptography import x509

from checks.certificates import (
    chain,
    clients,
    consistency,
    dates,
    names,
    protocol,
    purpose,
    reach,
    revocation,
    strength,
    trust,
)
from scanner.api import Missing, Reason, Scope, endpoint
from scanner.evidence.revocation import (
    CertificateStatus,
    CrlHost,
    EndpointRevocation,
    PublishedList,
    RevocationAnswer,
    RevocationOutcome,
)
from scanner.evidence.scope import Plans
from scanner.evidence.tls import (
    ClientView,
    CloudHost,
    CloudPath,
    HttpsAnswer,
    PathOutcome,
    TlsChain,
    TlsEndpoint,
    TlsOutcome,
)
from scanner.testing import run_check
from tests.certificates.evidence import (
    HEADER,
    chain_of,
    list_of,
    protocol_of,
    with_leaf,
    with_path,
)
from tests.servers.pki import DAY, NOW, Pki, make

PKI = Pki()
LEAF = PKI.leaf("web.test")
GOOD = chain_of(LEAF, PKI.root)


def said(check, *evidence, **more):
    (found,) = run_check(check, *evidence, HEADER, **more)
    return str(found.status), found.reason


PER_CHAIN = [
    reach.parseable,
    dates.in_validity,
    dates.days_left,
    dates.validity_period,
    names.hostname_covered,
    names.no_wildcard,
    trust.chain_complete,
    trust.publicly_trusted,
    chain.chain_order,
    chain.chain_valid,
    chain.name_constraints,
    chain.leaf_not_ca,
    strength.key_strength,
    strength.signature_algorithm,
    purpose.server_auth_usage,
    purpose.no_client_auth_usage,
    purpose.transparency,
]


@pytest.mark.parametrize("check", PER_CHAIN, ids=lambda one: one.__name__)
def test_a_chain_that_was_not_had_is_not_assessed(check):
    gap = (TlsChain, endpoint("web.test", 443), Missing(Reason.TIMEOUT, "no answer in time"))
    assert said(check, gaps=[gap]) == ("not-assessed", "missing-timeout")


@pytest.mark.parametrize("check", PER_CHAIN, ids=lambda one: one.__name__)
def test_a_leaf_that_cannot_be_read_is_never_a_pass(check):
    unreadable = with_leaf(
        with_path(GOOD, outcome=PathOutcome.UNREADABLE, certificates=()), problem="ValueError"
    )
    status, _ = said(check, unreadable)
    allowed = {"not-assessed", "fail"} if check is reach.parseable else {"not-assessed"}
    allowed |= {"not-applicable"} if check is names.no_wildcard else set()
    assert status in allowed


@pytest.mark.parametrize("outcome", [PathOutcome.EXHAUSTED, PathOutcome.NO_ROOTS])
@pytest.mark.parametrize(
    "check",
    [trust.chain_complete, trust.publicly_trusted, chain.chain_valid, chain.name_constraints],
    ids=lambda one: one.__name__,
)
def test_a_path_that_could_not_be_followed_is_not_assessed(check, outcome):
    lost = with_path(GOOD, outcome=outcome, detail="too many")
    assert said(check, lost) == ("not-assessed", "unsupported-path")


def test_nothing_can_be_missing_behind_a_broken_signature():
    broken = with_path(GOOD, outcome=PathOutcome.BAD_SIGNATURE, missing="CN=x")
    assert said(trust.chain_complete, broken) == ("not-assessed", "unsupported-signature")


def test_the_worst_of_several_lists_speaks_and_says_where():
    lapsed = list_of(PKI.leaf("web.test", ends=-DAY), PKI.root, place="192.0.2.2:443")
    both = replace(GOOD, served=(GOOD.served[0], lapsed))
    (found,) = run_check(dates.in_validity, both, HEADER)
    assert found.reason == "expired"
    assert found.facts["address"] == "192.0.2.2:443"


def test_five_minutes_of_difference_between_clocks_are_forgiven():
    soon = chain_of(PKI.leaf("web.test", starts=timedelta(minutes=4)), PKI.root)
    later = chain_of(PKI.leaf("web.test", starts=timedelta(minutes=6)), PKI.root)
    assert said(dates.in_validity, soon)[0] == "pass"
    assert said(dates.in_validity, later) == ("fail", "not-yet-valid")


def test_thresholds_and_kickoff_come_from_the_scope():
    strict = Scope(thresholds={"certificate_days_warn": 100})
    lax = Scope(thresholds={"certificate_days_warn": 1, "certificate_days_fail": 0})
    late = Scope(plans=Plans(kickoff=(NOW + 90 * DAY).date()))
    ending = chain_of(PKI.leaf("web.test", starts=-150 * DAY, ends=20 * DAY), PKI.root)
    assert said(dates.days_left, ending, strict) == ("warn", "few-days")
    assert said(dates.days_left, ending, lax) == ("pass", "enough")
    assert said(dates.days_left, GOOD, late) == ("warn", "before-kickoff")
    assert said(dates.days_left, chain_of(PKI.leaf("web.test", ends=-DAY), PKI.root)) == (
        "not-applicable",
        "expired",
    )


LIFETIMES = [
    ((2017, 1, 1), 1200, "before-limits"),
    ((2018, 3, 1), 825, "within-limit"),
    ((2020, 8, 31), 825, "within-limit"),
    ((2020, 9, 1), 399, "too-long"),
    ((2020, 9, 1), 398, "within-limit"),
    ((2026, 3, 14), 398, "within-limit"),
    ((2026, 3, 15), 201, "too-long"),
    ((2026, 3, 15), 200, "within-limit"),
    ((2027, 3, 15), 101, "too-long"),
    ((2029, 3, 15), 47, "within-limit"),
    ((2029, 3, 15), 48, "too-long"),
]


@pytest.mark.parametrize(("start", "days", "reason"), LIFETIMES)
def test_the_limit_goes_by_the_day_of_issue(start, days, reason):
    begin = datetime(*start, tzinfo=UTC)
    dated = with_leaf(GOOD, not_before=begin, not_after=begin + days * DAY - timedelta(seconds=1))
    assert said(dates.validity_period, dated)[1] == reason
    over = with_leaf(GOOD, not_before=begin, not_after=begin + days * DAY)
    if reason == "within-limit":
        # both ends count: one second more is one day more
        limit = {825, 398, 200, 100, 47} & {days}
        assert said(dates.validity_period, over)[1] == ("too-long" if limit else reason)


def test_apple_devices_limit_private_certificates_too():
    own = with_path(GOOD, roots="private")
    long = with_leaf(own, not_after=NOW + 900 * DAY)
    windows = Scope(plans=Plans(platforms=("windows",)))
    assert said(dates.validity_period, long) == ("warn", "too-long-for-apple")
    assert said(dates.validity_period, long, windows) == ("not-applicable", "not-public")
    assert said(dates.validity_period, own) == ("not-applicable", "not-public")


LISTED = with_path(GOOD, listed=True)


def test_timestamps_are_counted_where_browsers_ask_for_them():
    none = replace(LISTED, served=(replace(LISTED.served[0], timestamps=0),))
    stapled = replace(LISTED, served=(replace(none.served[0], stapled=True),))
    sent = replace(LISTED, served=(replace(LISTED.served[0], timestamps=2),))
    old = with_leaf(none, not_before=datetime(2018, 4, 1, tzinfo=UTC))
    long = with_leaf(with_leaf(none, timestamps=2), not_after=NOW + 190 * DAY)
    assert said(purpose.transparency, GOOD) == ("not-applicable", "not-listed")
    assert said(purpose.transparency, none) == ("fail", "not-logged")
    assert said(purpose.transparency, with_leaf(none, timestamps=2)) == ("pass", "logged")
    assert said(purpose.transparency, with_leaf(none, timestamps=1)) == ("warn", "few-logs")
    assert said(purpose.transparency, long) == ("warn", "few-logs")
    assert said(purpose.transparency, sent) == ("pass", "logged")
    assert said(purpose.transparency, stapled) == ("not-assessed", "unsupported-hello")
    assert said(purpose.transparency, LISTED) == ("not-assessed", "unsupported-hello")
    assert said(purpose.transparency, old) == ("not-applicable", "before-rule")


def test_digests_and_kinds_of_signature():
    assert said(strength.signature_algorithm, GOOD) == ("pass", "sha2")
    for digest in ("sha1", "md5", ""):
        weak = with_leaf(GOOD, hash=digest)
        assert said(strength.signature_algorithm, weak) == ("fail", "weak-digest")
    pss = with_leaf(GOOD, signed_with="rsa-pss")
    assert said(strength.signature_algorithm, pss) == ("warn", "pss")
    odd = with_leaf(GOOD, signed_with="eddsa", hash="")
    assert said(strength.signature_algorithm, odd) == ("pass", "sha2")


def test_keys_of_odd_sizes_and_kinds():
    for kind, bits, reason in (
        ("RSA", 2047, "weak"),
        ("RSA", 2052, "kind"),
        ("DSA", 2048, "kind"),
        ("Ed25519", 256, "kind"),
        ("EC secp192r1", 192, "kind"),
        ("RSA", 8192, "large"),
    ):
        odd = with_leaf(GOOD, key_type=kind, key_bits=bits)
        assert said(strength.key_strength, odd)[1] == reason


def test_an_odd_serial_number_warns():
    assert said(reach.parseable, with_leaf(GOOD, oddities=("serial-not-positive",))) == (
        "warn",
        "odd-serial",
    )


def test_what_is_undetermined_is_no_pass():
    asked = protocol_of(
        ("tls12", "accepted", {"suite": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}),
        ("tls13", "accepted"),
        ("tls11", "undetermined"),
        ("tls10", "refused"),
        ("ssl3", "refused"),
        ("bad-suites", "undetermined"),
        ("dhe-only", "undetermined"),
        ("no-sni", "undetermined"),
        role="adfs",
    )
    assert said(protocol.tls_versions, asked) == ("not-assessed", "timeout-old")
    assert said(protocol.ciphers_strong, asked) == ("not-assessed", "timeout")
    assert said(protocol.dh_strength, asked) == ("not-assessed", "timeout")
    assert said(clients.sni_independent, asked) == ("not-assessed", "timeout")
    silent = protocol_of(("tls12", "undetermined"), ("tls13", "undetermined"))
    assert said(protocol.tls_versions, silent) == ("not-assessed", "timeout")
    assert said(protocol.forward_secrecy, silent) == ("not-assessed", "timeout")
    assert said(clients.client_certificate_request, silent) == (
        "not-assessed",
        "unsupported-hidden",
    )


def test_ssl3_is_a_fail_whatever_else_is_offered():
    old = protocol_of(("tls12", "accepted"), ("tls13", "accepted"), ("ssl3", "accepted"))
    assert said(protocol.tls_versions, old) == ("fail", "ssl3")


def test_where_tls_13_hides_the_request():
    view = ClientView(TlsOutcome.OK, version="TLSv1.3")
    only = protocol_of(("tls12", "refused"), ("tls13", "accepted"), client=view)
    assert said(clients.client_certificate_request, only) == ("pass", "not-asked-for")
    expected = protocol_of(
        ("tls12", "refused"), ("tls13", "accepted"), client=view, host="certauth.sts.test"
    )
    assert said(clients.client_certificate_request, expected) == (
        "not-assessed",
        "unsupported-hidden",
    )
    assert said(clients.sni_independent, replace(only, role="wap"))[0] == "not-assessed"


def test_the_header_of_browsers():
    page = HttpsAnswer("web.test", 443, "web", "/", 200, "max-age=31536000")
    assert said(clients.strict_transport_security, page) == ("pass", "sent")
    assert said(clients.strict_transport_security, replace(page, hsts="preload")) == (
        "warn",
        "no-age",
    )
    assert said(clients.strict_transport_security, replace(page, role="ndes"))[0] == (
        "not-applicable"
    )


def test_silence_is_held_against_a_host_only_where_the_way_out_is_proven():
    quiet = TlsEndpoint("a.test", 443, "web", TlsOutcome.TIMEOUT, "no answer in time")
    other_port = TlsEndpoint("b.test", 636, "other", TlsOutcome.OK)
    same_port = TlsEndpoint("c.test", 443, "web", TlsOutcome.OK)

    def of_quiet(*endpoints):
        (found,) = [
            one for one in run_check(reach.reachable, *endpoints) if one.subject == quiet.subject
        ]
        return str(found.status), found.reason

    assert of_quiet(quiet) == ("not-assessed", "timeout")
    assert of_quiet(quiet, other_port) == ("not-assessed", "timeout")
    assert of_quiet(quiet, same_port) == ("warn", "silent")
    unknown = TlsEndpoint("a.test", 443, "web", TlsOutcome.RESOLVER, "no resolver answered")
    assert of_quiet(unknown, same_port) == ("not-assessed", "unreachable")


def status(*answers, position=0, ways=1):
    return CertificateStatus(position, "00", "CN=web.test", ways, tuple(answers))


def revocation_of(*certificates):
    return EndpointRevocation("web.test", 443, "web", certificates, "public")


def answer(outcome, method="crl"):
    return RevocationAnswer(method, "http://crl.test/", outcome)


def test_one_revocation_outweighs_any_number_of_good_answers():
    mixed = revocation_of(
        status(answer(RevocationOutcome.GOOD, "ocsp"), answer(RevocationOutcome.REVOKED))
    )
    assert said(revocation.not_revoked, mixed) == ("fail", "revoked")


def test_one_certificate_without_an_answer_is_no_pass():
    half = revocation_of(
        status(answer(RevocationOutcome.GOOD)),
        status(answer(RevocationOutcome.UNREACHABLE), position=1),
    )
    assert said(revocation.not_revoked, half) == ("not-assessed", "unreachable-answers")
    assert said(revocation.revocation_reachable, half, GOOD) == ("warn", "no-answer")


def test_a_short_life_needs_no_answer():
    short = with_leaf(GOOD, not_before=NOW - DAY, not_after=NOW + 5 * DAY)
    assert said(revocation.revocation_reachable, revocation_of(), short) == (
        "not-applicable",
        "short-lived",
    )


def test_must_staple_where_the_staple_cannot_be_seen():
    hidden = replace(
        with_leaf(GOOD, must_staple=True),
        served=(replace(with_leaf(GOOD, must_staple=True).served[0], hello="tls13"),),
    )
    assert said(revocation.ocsp_staple, revocation_of(), hidden) == (
        "not-assessed",
        "unsupported-hello",
    )


def test_a_list_that_cannot_be_fetched_from_here():
    unseen = CrlHost(
        "pki.test", (PublishedList("http://pki.test/", RevocationOutcome.UNREACHABLE),)
    )
    assert said(revocation.crl_publication, unseen) == ("not-assessed", "unreachable-list")


def test_microsofts_hosts_that_were_not_reached():
    half = CloudPath(
        (
            CloudHost("login.test", TlsOutcome.OK, path=GOOD.served[0].path),
            CloudHost("graph.test", TlsOutcome.TIMEOUT, "no answer in time"),
        )
    )
    assert said(consistency.path_not_intercepted, half) == ("not-assessed", "unreachable-cloud")
    whole = CloudPath(half.hosts[:1])
    assert said(consistency.path_not_intercepted, whole) == ("pass", "untouched")


def general(text):
    if text.startswith("dir:"):
        return x509.DirectoryName(make(text[4:], PKI.root).certificate.subject)
    if "@" in text or text.startswith("mail:"):
        return x509.RFC822Name(text.removeprefix("mail:"))
    if text.startswith("uri:"):
        return x509.UniformResourceIdentifier(text[4:])
    try:
        return x509.IPAddress(ip_network(text))
    except ValueError:
        return x509.DNSName(text)


def limits(word, *names):
    return {
        f"{word}_subtrees": [general(one) for one in names],
        **{f"{other}_subtrees": None for other in {"permitted", "excluded"} - {word}},
    }


CONSTRAINED = [
    # kind, limits, names of the leaf, reason
    ("permitted", ["web.test"], ["web.test"], "allowed"),
    ("permitted", ["test"], ["web.test"], "allowed"),
    ("permitted", ["web.test"], ["other.test"], "name-not-permitted"),
    ("permitted", ["eb.test"], ["web.test"], "name-not-permitted"),
    ("permitted", ["10.0.0.0/8"], ["web.test"], "allowed"),
    ("permitted", ["10.0.0.0/8"], ["10.1.2.3"], "allowed"),
    ("permitted", ["10.0.0.0/8"], ["192.0.2.1"], "name-not-permitted"),
    ("excluded", ["10.0.0.0/8"], ["10.1.2.3"], "name-excluded"),
    ("excluded", ["2001:db8::/32"], ["2001:db8::1"], "name-excluded"),
    ("excluded", ["2001:db8::/32"], ["192.0.2.1"], "allowed"),
    ("excluded", ["test"], ["*.web.test"], "name-excluded"),
    ("excluded", ["a.web.test"], ["*.web.test"], "name-excluded"),
    ("excluded", ["a.b.web.test"], ["*.web.test"], "allowed"),
    ("permitted", ["web.test"], ["*.web.test"], "allowed"),
    ("permitted", [".test"], ["web.test"], "name-constraint-invalid"),
    ("excluded", ["dir:web.test"], ["web.test"], "name-excluded"),
    ("excluded", ["dir:other"], ["web.test"], "allowed"),
]


@pytest.mark.parametrize(("word", "limit", "held", "reason"), CONSTRAINED)
def test_names_against_the_limits_of_an_authority(word, limit, held, reason):
    inter = make("Limited", PKI.root, ca=True, ends=99 * DAY, limits=limits(word, *limit))
    leaf = PKI.leaf(*held, issuer=inter, common="web.test")
    found = said(chain.name_constraints, chain_of(leaf, PKI.root, host=held[0]))
    assert found[1] == reason


@pytest.mark.parametrize(
    ("limit", "name", "reason"),
    [
        ("mail:contoso.com", "mail:a@contoso.com", "allowed"),
        ("mail:contoso.com", "mail:a@other.com", "name-not-permitted"),
        ("mail:a@contoso.com", "mail:b@contoso.com", "name-not-permitted"),
        ("mail:.contoso.com", "mail:a@sub.contoso.com", "allowed"),
        ("uri:.contoso.com", "uri:https://a.contoso.com/x", "allowed"),
        ("uri:contoso.com", "uri:https://other.com/x", "name-not-permitted"),
    ],
)
def test_limits_of_other_kinds(limit, name, reason):
    inter = make("Limited", PKI.root, ca=True, ends=99 * DAY, limits=limits("permitted", limit))
    names = x509.SubjectAlternativeName([general(name)])
    leaf = PKI.leaf(issuer=inter, common="web.test", extra=[(names, False)])
    assert said(chain.name_constraints, chain_of(leaf, PKI.root))[1] == reason


def test_thousands_of_names_against_thousands_of_limits_are_given_up():
    many = limits("excluded", *(f"x{number}.test" for number in range(400)))
    inter = make("Limited", PKI.root, ca=True, ends=99 * DAY, limits=many)
    leaf = PKI.leaf(*(f"n{number}.test" for number in range(400)), issuer=inter)
    found = said(chain.name_constraints, chain_of(leaf, PKI.root, host="n1.test"))
    assert found == ("not-assessed", "unsupported-too-many")
