"""Certificates with one fault each, on one nginx: what every check says of each of them."""

import ipaddress

import pytest
from cryptography import x509

from tests.certificates.looking import host, look
from tests.servers.pki import CLIENT, DAY, SERVER, Made, Pki, make
from tests.servers.tls import nginx

PUBLIC, OWN = Pki("Public"), Pki("Own")
LONG = {"starts": -10 * DAY, "ends": 191 * DAY}


def limited(**limits):
    return make("Limited", PUBLIC.root, ca=True, ends=999 * DAY, limits=_limits(**limits))


def _limits(permitted=(), excluded=()):
    return {
        "permitted_subtrees": [_general(one) for one in permitted] or None,
        "excluded_subtrees": [_general(one) for one in excluded] or None,
    }


def _general(text):
    try:
        return x509.IPAddress(ipaddress.ip_network(text))
    except ValueError:
        return x509.DNSName(text)


def unordered(name):
    second = make("Second", PUBLIC.inter, ca=True, ends=900 * DAY)
    leaf = PUBLIC.leaf(name, issuer=second)
    return Made(leaf.certificate, leaf.key, tuple(reversed(leaf.chain)))


def with_chain(name, *more, **options):
    leaf = PUBLIC.leaf(name, **options)
    return Made(leaf.certificate, leaf.key, (*leaf.chain, *(one.certificate for one in more)))


def alone(made):
    return Made(made.certificate, made.key)


def below(name, **options):
    """A leaf below an intermediate of its own."""
    inter = make("Odd Issuing", PUBLIC.root, **{"ca": True, "ends": 900 * DAY, **options})
    return PUBLIC.leaf(name, issuer=inter)


def forged(name):
    """A leaf that claims an issuer who did not sign it."""
    stranger = make(None, ca=True)
    leaf = make(name, stranger, names=(name,), sent_by=PUBLIC.inter)
    return Made(leaf.certificate, leaf.key, (PUBLIC.inter.certificate,))


def two_too_deep(name):
    upper = make("Upper", PUBLIC.root, ca=True, path_length=0, ends=900 * DAY)
    lower = make("Lower", upper, ca=True, ends=800 * DAY)
    return PUBLIC.leaf(name, issuer=lower)


def renewed_beside_stale(name):
    """An expired intermediate and a current one with the same name and key."""
    fresh = make("Renewed", PUBLIC.root, ca=True, kind="rsa2048", number=7, ends=500 * DAY)
    stale = make("Renewed", PUBLIC.root, ca=True, kind="rsa2048", number=7, ends=-DAY)
    leaf = PUBLIC.leaf(name, issuer=fresh)
    return Made(leaf.certificate, leaf.key, (stale.certificate, fresh.certificate))


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
TRUST = {"publicly-trusted": "self-signed"}

SITUATIONS = {
    # name: (role, certificate, what fails or warns)
    "healthy": ("web", PUBLIC.leaf, {}),
    "healthy-rsa": ("web", lambda n: PUBLIC.leaf(n, kind="rsa2048"), {}),
    "healthy-wild": ("web", lambda n: PUBLIC.leaf("*.lab.test"), {}),
    "below-the-root": ("web", lambda n: PUBLIC.leaf(n, issuer=PUBLIC.root), {}),
    "deep-chain": (
        "web",
        lambda n: PUBLIC.leaf(n, issuer=make("Third", PUBLIC.inter, ca=True, ends=90 * DAY)),
        {},
    ),
    "root-sent": ("web", lambda n: with_chain(n, PUBLIC.root), {}),
    "expired": ("web", lambda n: PUBLIC.leaf(n, ends=-DAY), {"in-validity": "expired"}),
    "expired-adfs": ("adfs", lambda n: PUBLIC.leaf(n, ends=-DAY), {"in-validity": "expired"}),
    "not-yet-valid": (
        "web",
        lambda n: PUBLIC.leaf(n, starts=DAY),
        {"in-validity": "not-yet-valid"},
    ),
    "authority-expired": (
        "web",
        lambda n: below(n, starts=-900 * DAY, ends=-DAY),
        {"in-validity": "authority-expired", "chain-order": "expired"},
    ),
    "renewed-beside-stale": ("web", renewed_beside_stale, {"chain-order": "expired"}),
    "few-days": (
        "web",
        lambda n: PUBLIC.leaf(n, ends=20 * DAY, starts=-150 * DAY),
        {"days-left": "few-days"},
    ),
    "last-days": (
        "web",
        lambda n: PUBLIC.leaf(n, ends=5 * DAY, starts=-150 * DAY),
        {"days-left": "last-days"},
    ),
    "short-life-fresh": ("web", lambda n: PUBLIC.leaf(n, starts=-DAY, ends=5 * DAY), {}),
    "short-life-late": (
        "web",
        lambda n: PUBLIC.leaf(n, starts=-40 * DAY, ends=10 * DAY),
        {"days-left": "few-days"},
    ),
    "too-long": ("web", lambda n: PUBLIC.leaf(n, **LONG), {"validity-period": "too-long"}),
    "too-long-private": (
        "ndes",
        lambda n: OWN.leaf(n, ends=900 * DAY),
        {"validity-period": "too-long-for-apple"},
    ),
    "other-name": (
        "web",
        lambda n: PUBLIC.leaf("other.lab.test"),
        {"hostname-covered": "other-names"},
    ),
    "wildcard-too-high": (
        "web",
        lambda n: PUBLIC.leaf("*.test"),
        {"hostname-covered": "other-names"},
    ),
    "two.labels": (
        "web",
        lambda n: PUBLIC.leaf("*.lab.test"),
        {"hostname-covered": "other-names"},
    ),
    "only-common-name": (
        "web",
        lambda n: make(n, PUBLIC.inter),
        {"hostname-covered": "no-names"},
    ),
    "address-only": (
        "web",
        lambda n: PUBLIC.leaf("127.0.0.1", common=n),
        {"hostname-covered": "other-names"},
    ),
    "self-signed": ("web", lambda n: make(n, names=(n,)), TRUST),
    "self-signed-vpn": ("vpn", lambda n: make(n, names=(n,)), TRUST),
    "self-made-authority": (
        "web",
        lambda n: make(n, names=(n,), ca=True, key_usage=("digital_signature", "key_cert_sign")),
        {**TRUST, "leaf-not-ca": "authority", "server-auth-usage": "no-purpose"},
    ),
    "private-web": ("web", OWN.leaf, {"publicly-trusted": "private-root"}),
    "private-ndes": ("ndes", OWN.leaf, {}),
    "unknown-root": (
        "web",
        lambda n: _sent_with_root(Pki("Nobody"), n),
        {"publicly-trusted": "unknown-root"},
    ),
    "unknown-root-vpn": (
        "vpn",
        lambda n: _sent_with_root(Pki("Nobody"), n),
        {"publicly-trusted": "unknown-root"},
    ),
    "incomplete": (
        "web",
        lambda n: alone(PUBLIC.leaf(n)),
        {"publicly-trusted": "unknown-issuer"},
    ),
    "incomplete-private": (
        "ndes",
        lambda n: alone(OWN.leaf(n)),
        {"chain-complete": "intermediate-missing"},
    ),
    "wrong-order": ("web", unordered, {"chain-order": "wrong-order"}),
    "unrelated-extra": ("web", lambda n: with_chain(n, OWN.inter), {"chain-order": "unrelated"}),
    "duplicate": ("web", lambda n: with_chain(n, PUBLIC.inter), {"chain-order": "duplicate"}),
    "bad-signature": (
        "web",
        forged,
        {"publicly-trusted": "bad-signature", "chain-valid": "bad-signature"},
    ),
    "issuer-not-ca": ("web", lambda n: below(n, ca=False), {"chain-valid": "issuer-not-ca"}),
    "issuer-may-not-sign": (
        "web",
        lambda n: below(n, key_usage=("crl_sign",)),
        {"chain-valid": "issuer-may-not-sign"},
    ),
    "path-length": ("web", two_too_deep, {"chain-valid": "path-length"}),
    "critical-extension": (
        "web",
        lambda n: PUBLIC.leaf(n, extra=[(UNKNOWN, True)]),
        {"chain-valid": "unknown-critical-extension"},
    ),
    "empty-subject": (
        "web",
        lambda n: PUBLIC.leaf(n, common=""),
        {"chain-valid": "empty-subject"},
    ),
    "not-permitted": (
        "web",
        lambda n: PUBLIC.leaf(n, issuer=limited(permitted=["corp.local"])),
        {"name-constraints": "name-not-permitted"},
    ),
    "excluded": (
        "web",
        lambda n: PUBLIC.leaf(n, issuer=limited(excluded=["lab.test"])),
        {"name-constraints": "name-excluded"},
    ),
    "permitted": ("web", lambda n: PUBLIC.leaf(n, issuer=limited(permitted=["lab.test"])), {}),
    "weak-key-issuer": (
        "web",
        lambda n: below(n, kind="rsa1024", number=3),
        {"key-strength": "weak"},
    ),
    "odd-curve": ("web", lambda n: PUBLIC.leaf(n, kind="p224"), {"key-strength": "kind"}),
    "large-key": ("web", lambda n: below(n, kind="rsa4104"), {"key-strength": "large"}),
    "client-only": (
        "web",
        lambda n: PUBLIC.leaf(n, usages=(CLIENT,)),
        {"server-auth-usage": "other-purpose"},
    ),
    "no-purpose": (
        "web",
        lambda n: PUBLIC.leaf(n, usages=()),
        {"server-auth-usage": "no-purpose"},
    ),
    "client-purpose-ndes": (
        "ndes",
        lambda n: PUBLIC.leaf(n, usages=(SERVER, CLIENT)),
        {"no-client-auth-usage": "client-purpose"},
    ),
    "no-digital-signature": (
        "web",
        lambda n: PUBLIC.leaf(n, kind="rsa2048", key_usage=("key_encipherment",)),
        {"chain-valid": "no-digital-signature"},
    ),
    "wildcard-adfs": (
        "adfs",
        lambda n: PUBLIC.leaf("*.lab.test"),
        {"no-wildcard": "wildcard"},
    ),
    "must-staple": (
        "web",
        lambda n: PUBLIC.leaf(n, must_staple=True),
        {"ocsp-staple": "absent"},
    ),
    "no-hsts": ("exchange", PUBLIC.leaf, {"strict-transport-security": "absent"}),
}


def _sent_with_root(pki, name):
    leaf = pki.leaf(name)
    return Made(leaf.certificate, leaf.key, (*leaf.chain, pki.root.certificate))


def block(number, folder, made, *, hsts):
    file = folder / f"c{number}.pem"
    file.write_bytes(made.pem())
    (folder / f"c{number}.key").write_bytes(made.key_pem())
    header = "add_header Strict-Transport-Security max-age=31536000 always;" if hsts else ""
    return (
        f"server {{ listen {{listen}} ssl; ssl_certificate {file}; {header}"
        f"ssl_certificate_key {folder}/c{number}.key; ssl_protocols TLSv1.2 TLSv1.3;"
        "ssl_conf_command Options -SessionTicket; ssl_ciphers ECDHE+AESGCM:@SECLEVEL=0;"
        "location / { return 200; } }"
    )


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """One scan of all situations."""
    folder = tmp_path_factory.mktemp("situations")
    made = {word: make_one(f"{word}.lab.test") for word, (_, make_one, _) in SITUATIONS.items()}
    blocks = [
        block(number, folder, one, hsts=word != "no-hsts")
        for number, (word, one) in enumerate(made.items())
    ]
    with nginx(folder, blocks) as ports:
        hosts = [
            host(f"{word}.lab.test", f"127.0.0.1:{port}", role)
            for (word, (role, _, _)), port in zip(SITUATIONS.items(), ports, strict=True)
        ]
        return look(folder, hosts, roots=PUBLIC.root, private=[OWN.root, OWN.inter])


@pytest.mark.parametrize("word", SITUATIONS)
def test_each_fault_is_named_and_nothing_else(said, word):
    assert said.bad(f"{word}.lab.test") == SITUATIONS[word][2]


def test_there_are_no_errors(said):
    assert [one for one in said.result.findings if one.status == "error"] == []


def test_a_fault_that_stops_sign_in_is_a_blocker_on_adfs_and_milder_where_private_is_fine(said):
    severity = {
        word: str(said.finding(check, f"{word}.lab.test").severity)
        for word, check in (
            ("expired", "in-validity"),
            ("expired-adfs", "in-validity"),
            ("self-signed", "publicly-trusted"),
            ("self-signed-vpn", "publicly-trusted"),
        )
    }
    assert severity == {
        "expired": "high",
        "expired-adfs": "blocker",
        "self-signed": "high",
        "self-signed-vpn": "medium",
    }
    assert str(said.finding("publicly-trusted", "self-signed-vpn.lab.test").status) == "warn"


def test_three_faults_that_look_alike_are_told_apart(said):
    reasons = [
        (
            said.of("publicly-trusted", f"{word}.lab.test")[1],
            said.of("chain-complete", f"{word}.lab.test"),
        )
        for word in ("self-signed", "private-web", "incomplete")
    ]
    assert reasons == [
        ("self-signed", ("not-applicable", "self-signed")),
        ("private-root", ("pass", "complete")),
        ("unknown-issuer", ("not-assessed", "unsupported-unknown-issuer")),
    ]


def test_a_healthy_endpoint_passes_everything_that_applies(said):
    states = {
        one.check.partition(".")[2]: str(one.status)
        for one in said.result.findings
        if one.subject.name == "healthy.lab.test:443"
    }
    assert states.pop("not-revoked") == "not-assessed"  # it names no place to ask
    assert set(states.values()) == {"pass", "not-applicable"}
    assert states["publicly-trusted"] == states["tls-versions"] == "pass"
