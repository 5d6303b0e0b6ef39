"""Names that follow from other names, several servers behind one, and files in place of a probe."""

import pytest

from scanner.config import ConfigError, read_config
from scanner.config.model import Config
from scanner.lab.dns.server import DnsServer
from scanner.lab.dns.zones import Zones
from scanner.sources.tls.source import TlsSource
from tests.certificates.looking import host, look
from tests.servers.pki import CLIENT, DAY, Pki, make
from tests.servers.tls import Sockets, context_of, tls_server

PKI, OWN = Pki(), Pki("Own")
DOMAINS = '[domains]\nnames = ["lab.test"]'
ZONE = (
    "lab.test SOA ns.lab.test. h.lab.test. 1 1 1 1 60",
    "sts.lab.test A 127.0.0.1",
)


def with_dns(*records):
    return DnsServer(Zones((*ZONE, *records)))


def adfs(folder, leaf, *records, connect=None, extra=DOMAINS):
    with (
        with_dns(*records) as resolver,
        tls_server(context_of(leaf, folder)) as server,
        tls_server(context_of(PKI.leaf("registration.lab.test", common="r"), folder)) as other,
    ):
        connect = {
            key: server.address if to == "sts" else other.address
            for key, to in (connect or {}).items()
        }
        hosts = [host("sts.lab.test", server.address, "adfs")]
        return look(
            folder, hosts, roots=PKI.root, connect=connect, extra=extra, dns=resolver.address
        )


def test_nothing_else_leads_to_the_organisation(tmp_path):
    said = adfs(
        tmp_path,
        PKI.leaf("sts.lab.test"),
        "enterpriseregistration.lab.test CNAME enterpriseregistration.windows.net.",
        "enterpriseregistration.windows.net A 192.0.2.1",
        "autodiscover.lab.test CNAME autodiscover.outlook.com.",
        "autodiscover.outlook.com A 192.0.2.2",
    )
    assert said.of("adfs-names", "sts.lab.test") == ("pass", "all-names")
    assert {one.subject.name for one in said.result.findings} <= {"sts.lab.test:443", "this run"}


def test_a_name_that_the_certificate_lacks(tmp_path):
    said = adfs(
        tmp_path,
        PKI.leaf("sts.lab.test"),
        "certauth.sts.lab.test CNAME sts.lab.test.",
    )
    assert said.of("adfs-names", "sts.lab.test") == ("warn", "further-names")
    assert said.of("hostname-covered", "certauth.sts.lab.test") == ("fail", "other-names")
    finding = said.finding("adfs-names", "sts.lab.test")
    steps = [one.text for one in finding.steps]
    assert any("sts.lab.test, certauth.sts.lab.test" in one for one in steps)


def test_a_wildcard_hides_it_from_people_only(tmp_path):
    said = adfs(tmp_path, PKI.leaf("*.lab.test"), connect={"certauth.sts.lab.test:443": "sts"})
    assert said.of("adfs-names", "sts.lab.test") == ("warn", "further-names")
    assert said.of("no-wildcard", "sts.lab.test") == ("warn", "wildcard")


def test_a_name_that_another_server_serves_well(tmp_path):
    leaf = PKI.leaf("sts.lab.test")
    served = {"enterpriseregistration.lab.test:443": "other"}
    said = adfs(tmp_path, leaf, connect=served)
    assert said.of("adfs-names", "sts.lab.test") == ("warn", "further-names")


def test_a_wildcard_record_is_nobodys_wish(tmp_path):
    said = adfs(tmp_path, PKI.leaf("sts.lab.test"), "*.lab.test A 192.0.2.9")
    assert said.of("adfs-names", "sts.lab.test") == ("pass", "all-names")
    assert {one.subject.name for one in said.result.findings} <= {"sts.lab.test:443", "this run"}


def test_the_service_name_itself(tmp_path):
    said = adfs(tmp_path, PKI.leaf("other.lab.test"))
    assert said.of("adfs-names", "sts.lab.test") == ("fail", "service-name")
    assert str(said.finding("hostname-covered", "sts.lab.test").severity) == "blocker"


def test_without_dns_nothing_is_said_of_further_names(tmp_path):
    with tls_server(context_of(PKI.leaf("sts.lab.test"), tmp_path)) as server:
        said = look(
            tmp_path, [host("sts.lab.test", server.address, "adfs")], roots=PKI.root, extra=DOMAINS
        )
    assert said.of("adfs-names", "sts.lab.test") == ("not-assessed", "unreachable-dns")


def test_a_name_without_any_address(tmp_path):
    with with_dns() as resolver:
        said = look(tmp_path, [host("gone.lab.test")], dns=resolver.address)
    assert said.of("reachable", "gone.lab.test") == ("fail", "no-such-name")


def two_sides(folder, farm, proxy):
    hosts = [
        host("sts.lab.test", farm, "adfs"),
        host("sts.lab.test", proxy, "wap"),
    ]
    return look(folder, hosts, roots=PKI.root)


def test_farm_and_proxy_with_one_name(tmp_path):
    one, other = PKI.leaf("sts.lab.test"), PKI.leaf("sts.lab.test")
    with (
        tls_server(context_of(one, tmp_path)) as farm,
        tls_server(context_of(one, tmp_path)) as proxy,
        tls_server(context_of(other, tmp_path)) as stranger,
        Sockets(lambda connection, over: None) as dead,
    ):
        (tmp_path / "b").mkdir()
        (tmp_path / "c").mkdir()
        same = two_sides(tmp_path, farm.address, proxy.address)
        different = two_sides(tmp_path / "b", farm.address, stranger.address)
        half = two_sides(tmp_path / "c", farm.address, dead.address)
    name = "sts.lab.test"
    assert same.of("same-inside-and-outside", name) == ("pass", "same")
    assert same.of("same-on-all-addresses", name) == ("pass", "same")
    assert different.of("same-inside-and-outside", name) == ("warn", "different")
    assert different.of("same-on-all-addresses", name) == ("fail", "keys")
    assert half.of("same-inside-and-outside", name) == ("not-assessed", "unconfigured-sides")
    assert half.of("same-on-all-addresses", name) == ("warn", "silent")
    assert half.of("reachable", name) == ("warn", "some-addresses")


def test_a_forgotten_node(tmp_path):
    good, lapsed = PKI.leaf("web.test"), PKI.leaf("web.test", ends=-DAY)
    with (
        tls_server(context_of(good, tmp_path)) as one,
        tls_server(context_of(lapsed, tmp_path)) as other,
    ):
        hosts = [host("web.test", one.address), host("web.test", other.address)]
        said = look(tmp_path, hosts, roots=PKI.root)
    assert said.of("same-on-all-addresses", "web.test") == ("fail", "one-fails")
    assert said.of("in-validity", "web.test") == ("fail", "expired")


RADIUS = {
    "suitable": (lambda: OWN.leaf("nps.test"), ("pass", "suitable")),
    "empty-subject": (lambda: OWN.leaf("nps.test", common=""), ("fail", "empty-subject")),
    "for-clients": (lambda: OWN.leaf("nps.test", usages=(CLIENT,)), ("fail", "no-purpose")),
    "weak": (lambda: OWN.leaf("nps.test", kind="rsa1024"), ("fail", "weak-key")),
    "expired": (lambda: OWN.leaf("nps.test", ends=-DAY), ("fail", "expired")),
    "long": (lambda: OWN.leaf("nps.test", ends=900 * DAY), ("warn", "long-life")),
    "public": (lambda: PKI.leaf("nps.test"), ("warn", "public-authority")),
    "other-name": (lambda: OWN.leaf("other.test"), ("warn", "other-name")),
}


def radius(folder, data):
    (folder / "nps.cer").write_bytes(data)
    hosts = [{"name": "nps.test", "role": "radius", "certificate_file": "nps.cer"}]
    return look(folder, hosts, roots=PKI.root, private=[OWN.root, OWN.inter])


@pytest.mark.parametrize("word", RADIUS)
def test_the_certificate_of_a_radius_server_from_a_file(tmp_path, word):
    made, wanted = RADIUS[word]
    assert radius(tmp_path, made().pem()).of("radius-acceptable", "nps.test") == wanted


def test_a_file_with_a_private_key_is_refused(tmp_path):
    said = radius(tmp_path, OWN.leaf("nps.test").pem(with_key=True))
    finding = said.finding("radius-acceptable", "nps.test")
    assert str(finding.status) == "not-assessed"
    assert "private key" in finding.message.text
    everything = b"".join(one.read_bytes() for one in (tmp_path / "run").rglob("*.json"))
    assert b"PRIVATE KEY" not in everything


def test_a_file_that_is_none(tmp_path):
    said = radius(tmp_path, b"hello")
    assert said.of("radius-acceptable", "nps.test")[0] == "not-assessed"


def test_without_a_file_a_person_is_asked(tmp_path):
    said = look(tmp_path, [{"name": "nps.test", "role": "radius"}])
    assert said.of("radius-acceptable", "nps.test") == ("manual", "not-supplied")


def test_a_file_that_is_not_there_is_named(tmp_path):
    file = tmp_path / "emsready.toml"
    file.write_text('[[hosts]]\nname = "nps.test"\nrole = "radius"\ncertificate_file = "no.cer"\n')
    with pytest.raises(ConfigError, match=r"certificate_file.*no\.cer"):
        read_config(file)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            '[trust]\nfetch_inside = ["10.0.0.0/33"]',
            r"trust\.fetch_inside\.0: expected a name or a",
        ),
        (
            '[[hosts]]\nname = "p.test"\ncrls = ["ldap://x"]',
            r"hosts\.0\.crls\.0: expected an address",
        ),
        ('[[hosts]]\nname = "p.test"\nstarttls = "imap"', "right are: smtp, ldap, none"),
    ],
)
def test_a_slip_in_the_configuration_is_named(tmp_path, text, wanted):
    file = tmp_path / "emsready.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=wanted):
        read_config(file)


def through(folder, made, *, proxy=""):
    """A scan whose way to Microsoft ends at a server with that certificate."""
    with tls_server(context_of(made, folder)) as server:
        connect = [
            f'"{name}:443" = "{server.address}"'
            for name in ("login.microsoftonline.com", "graph.microsoft.com")
        ]
        (folder / "roots.pem").write_bytes(PKI.root.pem())
        text = (
            f'[trust]\nroots_file = "roots.pem"\n[network]\ntimeout = 1.0\n{proxy}\n'
            "[network.connect]\n" + "\n".join(connect)
        )
        from tests.certificates.looking import Said  # noqa: PLC0415
        from tests.scanning import scan_text  # noqa: PLC0415

        return Said(scan_text(text, folder, only=["certificates.path-not-intercepted"]))


def test_a_box_that_opens_tls_on_the_way_is_named(tmp_path):
    box = make("login.microsoftonline.com", OWN.inter, names=("login.microsoftonline.com",))
    said = through(tmp_path, box)
    assert said.of("path-not-intercepted", "this run") == ("fail", "opened")
    assert "Own Root" in said.finding("path-not-intercepted", "this run").message.text


def test_an_open_way_passes(tmp_path):
    said = through(tmp_path, PKI.leaf("login.microsoftonline.com", "graph.microsoft.com"))
    assert said.of("path-not-intercepted", "this run") == ("pass", "untouched")


def test_the_way_leads_through_the_proxy(tmp_path):
    made = PKI.leaf("login.microsoftonline.com", "graph.microsoft.com")
    context = context_of(made, tmp_path)
    asked = []

    def proxy(connection, over):
        asked.append(connection.recv(4096).split(b"\r\n")[0])
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(10)

    with Sockets(proxy) as server:
        said = through(tmp_path, made, proxy=f'proxy = "{server.address}"')
    assert said.of("path-not-intercepted", "this run") == ("pass", "untouched")
    assert b"CONNECT login.microsoftonline.com:443 HTTP/1.1" in asked


def test_a_proxy_that_refuses(tmp_path):
    def refuse(connection, over):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

    with Sockets(refuse) as server:
        said = through(tmp_path, OWN.leaf("x.test"), proxy=f'proxy = "{server.address}"')
    finding = said.finding("path-not-intercepted", "this run")
    assert str(finding.status) == "not-assessed"
    assert "407" in finding.message.text


def test_what_a_scan_would_touch_is_listed_without_touching_it():
    config = Config()
    listed = {one.target for one in TlsSource().touches(config, frozenset(TlsSource.kinds))}
    assert listed == {"login.microsoftonline.com:443", "graph.microsoft.com:443"}


def test_without_hosts_the_configuration_is_asked_for(tmp_path):
    said = look(tmp_path, [])
    assert said.of("reachable", "this run") == ("not-assessed", "missing-unconfigured")
