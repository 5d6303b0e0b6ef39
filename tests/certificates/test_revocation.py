"""Staples, responders and lists: real ones, stale ones, forged ones, and addresses inside."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509

from scanner.evidence.revocation import RevocationOutcome
from scanner.sources.tls.certificate import parse
from scanner.sources.tls.crl import judge_list, read_list
from scanner.sources.tls.ocsp import judge_answer
from tests.certificates.looking import host, look
from tests.servers.parts import free_port, need, running
from tests.servers.pki import (
    DAY,
    NOW,
    Made,
    Pki,
    make,
    ocsp_answer,
    revocation_list,
)
from tests.servers.tls import context_of, openssl_server, tls_server

PKI, OTHER = Pki(), Pki("Other")
CRL, AIA, OCSP = "http://crl.test/list.crl", "http://crl.test/issuing.cer", "http://ocsp.test/"


@contextlib.contextmanager
def publishing(pages):
    """A web server for lists, issuers and answers; POST is answered like GET. Gives address:port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = pages.get(self.path)
            status, body, headers = found if isinstance(found, tuple) else (200, found, {})
            self.send_response(404 if found is None else status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body or b"")

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def scanned(folder, leaf, pages, *, names=("crl.test", "ocsp.test"), **more):
    """A scan of one healthy server with that certificate, and of what is published."""
    with publishing(pages) as address, tls_server(context_of(leaf, folder)) as server:
        connect = {f"{one}:80": address for one in names}
        hosts = [host("web.test", server.address), *more.pop("hosts", [])]
        return look(folder, hosts, roots=PKI.root, connect=connect, **more)


def leaf_with(**urls):
    return PKI.leaf("web.test", urls=urls)


LISTS = {
    # what is published at the address of the list: (revoked?, reachable?)
    "good": (lambda leaf: revocation_list(PKI.inter), "good", "answered"),
    "revoked": (lambda leaf: revocation_list(PKI.inter, revoked=[leaf]), "revoked", "answered"),
    "on-hold": (
        lambda leaf: revocation_list(PKI.inter, revoked=[(leaf, "certificateHold")]),
        "revoked",
        "answered",
    ),
    "stale": (
        lambda leaf: revocation_list(PKI.inter, starts=-9 * DAY, ends=-DAY),
        "unreachable-answers",
        "no-answer",
    ),
    "not-yet": (
        lambda leaf: revocation_list(PKI.inter, starts=DAY),
        "unreachable-answers",
        "no-answer",
    ),
    "forged": (
        lambda leaf: revocation_list(PKI.inter, signer=OTHER.inter),
        "unreachable-answers",
        "no-answer",
    ),
    "other-issuer": (
        lambda leaf: revocation_list(OTHER.inter),
        "unreachable-answers",
        "no-answer",
    ),
    "garbage": (lambda leaf: b"not a list", "unreachable-answers", "no-answer"),
    "absent": (lambda leaf: None, "unreachable-answers", "no-answer"),
    "denied": (lambda leaf: (401, b"", {}), "unreachable-answers", "no-answer"),
    "moved": (
        lambda leaf: (302, b"", {"Location": "http://crl.test/moved"}),
        "good",
        "answered",
    ),
    "moved-inside": (
        lambda leaf: (302, b"", {"Location": "http://127.0.0.1/list"}),
        "unreachable-answers",
        "no-answer",
    ),
    "moving-for-ever": (
        lambda leaf: (302, b"", {"Location": CRL}),
        "unreachable-answers",
        "no-answer",
    ),
}


@pytest.mark.parametrize("word", LISTS)
def test_a_list_counts_only_where_it_verifies(tmp_path, word):
    publish, revoked, reachable = LISTS[word]
    leaf = leaf_with(crl=CRL)
    pages = {"/list.crl": publish(leaf), "/moved": revocation_list(PKI.inter)}
    said = scanned(tmp_path, leaf, pages)
    assert said.of("not-revoked", "web.test")[1] == revoked
    assert said.of("revocation-reachable", "web.test")[1] == reachable


def delegate(issuer, **more):
    usages = (x509.oid.ExtendedKeyUsageOID.OCSP_SIGNING,)
    return make("Responder", issuer, **{"usages": usages, **more})


ANSWERS = {
    "good": (lambda leaf: ocsp_answer(leaf, PKI.inter), "good"),
    "revoked": (lambda leaf: ocsp_answer(leaf, PKI.inter, revoked=True), "revoked"),
    "stale": (
        lambda leaf: ocsp_answer(leaf, PKI.inter, starts=-9 * DAY, ends=-DAY),
        "unreachable-answers",
    ),
    "without-end": (lambda leaf: ocsp_answer(leaf, PKI.inter, ends=None), "good"),
    "old-without-end": (
        lambda leaf: ocsp_answer(leaf, PKI.inter, starts=-8 * DAY, ends=None),
        "unreachable-answers",
    ),
    "forged": (
        lambda leaf: ocsp_answer(leaf, PKI.inter, signer=OTHER.inter),
        "unreachable-answers",
    ),
    "delegated": (
        lambda leaf: ocsp_answer(leaf, PKI.inter, delegate=delegate(PKI.inter)),
        "good",
    ),
    "self-appointed": (
        lambda leaf: ocsp_answer(leaf, PKI.inter, delegate=delegate(OTHER.inter)),
        "unreachable-answers",
    ),
    "delegate-without-usage": (
        lambda leaf: ocsp_answer(leaf, PKI.inter, delegate=delegate(PKI.inter, usages=())),
        "unreachable-answers",
    ),
    "about-another": (
        lambda leaf: ocsp_answer(PKI.leaf("other.test"), PKI.inter),
        "unreachable-answers",
    ),
    "garbage": (lambda leaf: b"<html>proxy</html>", "unreachable-answers"),
}


@pytest.mark.parametrize("word", ANSWERS)
def test_an_answer_counts_only_where_it_verifies(tmp_path, word):
    answer, revoked = ANSWERS[word]
    leaf = leaf_with(ocsp=OCSP)
    said = scanned(tmp_path, leaf, {"/": answer(leaf)})
    assert said.of("not-revoked", "web.test")[1] == revoked


def test_a_list_saves_what_a_dead_responder_does_not_say(tmp_path):
    leaf = leaf_with(ocsp=OCSP, crl=CRL)
    said = scanned(tmp_path, leaf, {"/list.crl": revocation_list(PKI.inter)})
    assert said.of("not-revoked", "web.test") == ("pass", "good")
    assert said.of("revocation-reachable", "web.test") == ("pass", "answered")


def test_a_revoked_intermediate(tmp_path):
    inter = make("Revoked Issuing", PKI.root, ca=True, urls={"crl": CRL}, ends=99 * DAY)
    leaf = PKI.leaf("web.test", issuer=inter)
    said = scanned(tmp_path, leaf, {"/list.crl": revocation_list(PKI.root, revoked=[inter])})
    assert said.of("not-revoked", "web.test") == ("fail", "revoked")
    assert "Revoked Issuing" in said.finding("not-revoked", "web.test").message.text


def test_a_missing_issuer_is_found_and_never_passes(tmp_path):
    leaf = leaf_with(issuer=AIA, crl=CRL)
    alone = Made(leaf.certificate, leaf.key)
    pages = {"/issuing.cer": PKI.inter.der, "/list.crl": revocation_list(PKI.inter)}
    said = scanned(tmp_path, alone, pages)
    assert said.of("chain-complete", "web.test") == ("fail", "intermediate-missing")
    assert said.of("publicly-trusted", "web.test") == ("not-assessed", "unsupported-incomplete")
    assert said.of("not-revoked", "web.test") == ("pass", "good")
    text = said.finding("chain-complete", "web.test").message.text
    assert "Test Issuing" in text
    assert AIA in text


def test_a_missing_issuer_in_a_bundle_that_leads_to_a_private_root(tmp_path):
    leaf = OTHER.leaf("web.test", urls={"issuer": AIA})
    alone = Made(leaf.certificate, leaf.key)
    said = scanned(tmp_path, alone, {"/issuing.cer": OTHER.inter.pem()}, private=OTHER.root)
    assert said.of("chain-complete", "web.test") == ("fail", "intermediate-missing")
    assert said.of("publicly-trusted", "web.test") == ("fail", "private-root")


def test_garbage_in_the_place_of_an_issuer(tmp_path):
    leaf = leaf_with(issuer=AIA)
    alone = Made(leaf.certificate, leaf.key)
    said = scanned(tmp_path, alone, {"/issuing.cer": bytes(5000)})
    assert said.of("chain-complete", "web.test")[0] == "not-assessed"
    assert said.of("publicly-trusted", "web.test") == ("fail", "unknown-issuer")


def test_inside_places_that_were_allowed_are_asked(tmp_path):
    leaf = leaf_with(crl="http://127.0.0.1:{port}/list.crl")
    with publishing({"/list.crl": revocation_list(PKI.inter)}) as address:
        leaf = leaf_with(crl=f"http://{address}/list.crl")
        with tls_server(context_of(leaf, tmp_path)) as server:
            hosts = [host("web.test", server.address)]
            refused = look(tmp_path, hosts, roots=PKI.root)
            (tmp_path / "b").mkdir()
            allowed = look(
                tmp_path / "b", hosts, roots=PKI.root, trust='fetch_inside = ["127.0.0.0/8"]'
            )
    assert refused.of("not-revoked", "web.test") == ("not-assessed", "unreachable-answers")
    assert allowed.of("not-revoked", "web.test") == ("pass", "good")


def test_the_responder_of_openssl(tmp_path):
    """A real responder, and the staple that a real server makes of its answer."""
    program = need("openssl")
    port = free_port()
    leaf = PKI.leaf("web.test", urls={"ocsp": f"http://127.0.0.1:{port}/"}, must_staple=True)
    serial = f"{leaf.certificate.serial_number:X}"
    serial = serial if len(serial) % 2 == 0 else f"0{serial}"
    (tmp_path / "index.txt").write_text(f"V\t350101000000Z\t\t{serial}\tunknown\t/CN=web.test\n")
    (tmp_path / "inter.pem").write_bytes(PKI.inter.pem(chain=False))
    (tmp_path / "inter.key").write_bytes(PKI.inter.key_pem())
    (tmp_path / "staple.der").write_bytes(ocsp_answer(leaf, PKI.inter))
    arguments = [program, "ocsp", "-index", "index.txt", "-port", str(port), "-nmin", "60"]
    arguments += ["-rsigner", "inter.pem", "-rkey", "inter.key", "-CA", "inter.pem"]
    staple = ("-status_file", str(tmp_path / "staple.der"), "-tls1_2")
    with (
        running(arguments, port=port, cwd=tmp_path),
        openssl_server(leaf, tmp_path, *staple) as tls,
    ):
        said = look(
            tmp_path,
            [host("web.test", f"127.0.0.1:{tls}")],
            roots=PKI.root,
            trust='fetch_inside = ["127.0.0.1"]',
        )
    assert said.of("not-revoked", "web.test") == ("pass", "good")
    assert said.of("revocation-reachable", "web.test") == ("pass", "answered")
    assert said.of("ocsp-staple", "web.test") == ("pass", "current")


def test_a_stale_staple(tmp_path):
    leaf = PKI.leaf("web.test")
    file = tmp_path / "staple.der"
    file.write_bytes(ocsp_answer(leaf, PKI.inter, starts=-9 * DAY, ends=-DAY))
    with openssl_server(leaf, tmp_path, "-status_file", str(file), "-tls1_2") as port:
        said = look(tmp_path, [host("web.test", f"127.0.0.1:{port}")], roots=PKI.root)
    assert said.of("ocsp-staple", "web.test") == ("warn", "bad-staple")


PUBLISHED = {
    "current": (lambda: revocation_list(OTHER.inter), ("pass", "published")),
    "ends-soon": (lambda: revocation_list(OTHER.inter, ends=DAY / 2), ("warn", "ends-soon")),
    "expired": (
        lambda: revocation_list(OTHER.inter, starts=-9 * DAY, ends=-DAY),
        ("fail", "expired"),
    ),
    "forged": (
        lambda: revocation_list(OTHER.inter, signer=PKI.inter),
        ("fail", "forged"),
    ),
    "denied": (lambda: (403, b"", {}), ("fail", "refused")),
    "absent": (lambda: None, ("fail", "refused")),
    "garbage": (lambda: b"x", ("fail", "unreadable")),
    "strangers": (
        lambda: revocation_list(Pki("Nobody").root),
        ("not-assessed", "unconfigured-issuer"),
    ),
}


@pytest.mark.parametrize("word", PUBLISHED)
def test_the_lists_of_the_own_authority(tmp_path, word):
    publish, wanted = PUBLISHED[word]
    own = {"name": "pki.test", "role": "cdp", "crls": ["http://pki.test/own.crl"]}
    leaf = PKI.leaf("web.test")
    said = scanned(
        tmp_path,
        leaf,
        {"/own.crl": publish()},
        names=("pki.test",),
        hosts=[own],
        private=[OTHER.root, OTHER.inter],
    )
    assert said.of("crl-publication", "pki.test") == wanted


def test_lists_that_certificates_of_the_own_authority_name_are_found(tmp_path):
    leaf = OTHER.leaf("ndes.test", urls={"crl": "http://pki.test/found.crl"})
    with publishing({}) as address, tls_server(context_of(leaf, tmp_path)) as server:
        said = look(
            tmp_path,
            [host("ndes.test", server.address, "ndes")],
            private=OTHER.root,
            connect={"pki.test:80": address},
        )
    assert said.of("crl-publication", "pki.test") == ("fail", "refused")
    assert said.of("publicly-trusted", "ndes.test") == ("pass", "own-root")


def test_a_publishing_host_without_lists_asks_for_them(tmp_path):
    own = {"name": "pki.test", "role": "cdp"}
    said = scanned(tmp_path, PKI.leaf("web.test"), {}, hosts=[own])
    assert said.of("crl-publication", "pki.test") == ("not-assessed", "missing-unconfigured")


def outcome(der, child, issuer=PKI.inter):
    return judge_list(read_list(der), parse(child.der), parse(issuer.der), NOW, CRL).outcome


def partitioned(**words):
    base = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**base, **words})


@pytest.mark.parametrize(
    ("extra", "wanted"),
    [
        ([(partitioned(only_contains_user_certs=True), True)], RevocationOutcome.GOOD),
        ([(partitioned(only_contains_ca_certs=True), True)], RevocationOutcome.FOREIGN),
        ([(partitioned(indirect_crl=True), True)], RevocationOutcome.FOREIGN),
        ([(x509.DeltaCRLIndicator(1), True)], RevocationOutcome.FOREIGN),
        (
            [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), True)],
            RevocationOutcome.FOREIGN,
        ),
        (
            [
                (
                    partitioned(
                        full_name=[x509.UniformResourceIdentifier("http://x.test/1")],
                        only_contains_user_certs=True,
                    ),
                    True,
                )
            ],
            RevocationOutcome.FOREIGN,
        ),
    ],
)
def test_a_list_for_other_certificates_says_nothing(extra, wanted):
    assert outcome(revocation_list(PKI.inter, extra=extra), leaf_with(crl=CRL)) is wanted


def test_an_answer_is_never_good_about_a_certificate_of_another_issuer():
    twin = make("web.test", OTHER.inter, serial=PKI.leaf("web.test").certificate.serial_number)
    answer = ocsp_answer(twin, OTHER.inter)
    found = judge_answer(answer, parse(twin.der), parse(PKI.inter.der), NOW, "ocsp")
    assert found.outcome is RevocationOutcome.FOREIGN
