"""emsready.toml: every mistake is named with file, line, key and what is right."""

import pytest

from scanner.config import ConfigError, read_config
from scanner.config.decisions import read_decisions
from scanner.config.lines import Lines
from scanner.config.sense import owner_of
from scanner.config.template import Wishes, config_template
from scanner.words import Owner


def read(tmp_path, text):
    path = tmp_path / "emsready.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def mistakes(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    return str(caught.value).replace(str(tmp_path), "").splitlines()


def test_an_empty_file_is_a_configuration(tmp_path):
    assert read(tmp_path, "").network.roles == ("client",)


def test_what_init_writes_reads_back(tmp_path):
    wishes = Wishes(customer='Contoso "Ltd"', domain="contoso.com", client_id="id")
    config = read(tmp_path, config_template(wishes))
    assert config.customer.name == 'Contoso "Ltd"'
    assert config.domains.names == ("contoso.com",)
    assert config.tenant.auth.method == "secret"


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("[customer]\nnme = 'x'", 2, "customer.nme", "did you mean 'name'"),
        ("\n[custumer]\n", 2, "custumer", "did you mean 'customer'"),
        ("[dns]\ntimeout = 'long'", 2, "dns.timeout", "expected a number"),
        ("[dns]\ntimeout = -1", 2, "dns.timeout", "above zero"),
        ("[dns]\nexternal = ['ns.contoso']", 2, "dns.external.0", "expected an address"),
        ("[tenant]\ncloud = 'moon'", 2, "tenant.cloud", "right are: worldwide"),
        ("[scope]\nkickoff = '2027-01-31'", 2, "scope.kickoff", "without quotes"),
        ("[scope]\nplatforms = 'windows'", 2, "scope.platforms", "expected a list"),
        ("[scope]\nplatforms = ['windws']", 2, "scope.platforms.0", "did you mean 'windows'"),
        ("[[hosts]]\nrole = 'adfs'", 1, "hosts.0", "a host needs a name"),
        ("[[hosts]]\nname='a.b'\n[[hosts]]\nname='c.d'\nport=0", 5, "hosts.1.port", "1 to 65535"),
        ("[domains]\nnames = ['https://contoso.com']", 2, "domains.names.0", "without scheme"),
        ("[trust]\nca_file = 'gone.pem'", 2, "trust.ca_file", "there is no file"),
        ("[policy]\ndue_days = { urgent = 3 }", 2, "policy.due_days.urgent", "right are"),
        ("[owners]\ndns-admn = 'Ana'", 2, "owners.dns-admn", "did you mean 'dns-admin'"),
        ("[owners]\nboss = 'Ana'", 2, "owners.boss", "right are: tenant-admin, identity-admin"),
        ("[owners]\npki-admin = ' '", 2, "owners.pki-admin", "a name or an address"),
        ("[owners]\npki-admin = 3", 2, "owners.pki-admin", "expected text in quotes"),
        (
            "[owners]\ndns-admin = 'Ana'\n'DNS admin' = 'Bo'",
            3,
            "owners.DNS admin",
            "the same role as 'dns-admin'",
        ),
        (
            "[tenant]\ndomain = 'a.example'\n[tenant.auth]\nmethod = 'secret'",
            3,
            "tenant.auth.client_id",
            "application id",
        ),
    ],
)
def test_a_mistake_is_named(tmp_path, text, line, key, words):
    (told,) = mistakes(tmp_path, text)
    assert told.startswith(f"/emsready.toml:{line}: {key}: ")
    assert words in told


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file(tmp_path):
    told = mistakes(tmp_path, "[customer]\nnme = 'x'\n[dns]\ntimeout = 'y'\n")
    assert [one.split(":")[1] for one in told] == ["2", "4"]


def test_broken_toml_names_its_place(tmp_path):
    (told,) = mistakes(tmp_path, "[customer\n")
    assert "not valid TOML" in told
    assert "line 1" in told


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigError, match="emsready init"):
        read_config(tmp_path / "nowhere.toml")


def test_binary_rubbish_is_no_traceback(tmp_path):
    path = tmp_path / "emsready.toml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(path)


def test_lines_of_dotted_quoted_and_repeated_keys():
    lines = Lines('[a.b]\n"x.y" = 1\nc.d = 2\n[[t]]\nk = 1\n[[t]]\nk = 2\n')
    assert lines.of(("a", "b", "x.y")) == 2
    assert lines.of(("a", "b", "c", "d")) == 3
    assert (lines.of(("t", 0, "k")), lines.of(("t", 1, "k"))) == (5, 7)
    assert lines.of(("a", "b", "unknown")) == 1
    assert lines.of(("nothing",)) == 0


@pytest.mark.parametrize(
    ("proxy", "http"),
    [
        ("", ""),
        ("none", ""),
        ("proxy.contoso.com:8080", "proxy.contoso.com:8080"),
        ("http://proxy.contoso.com:8080", "proxy.contoso.com:8080"),
        ("socks5h://proxy.contoso.com:1080", ""),
    ],
)
def test_who_speaks_only_http_to_a_proxy_is_told_only_of_such_ones(tmp_path, proxy, http):
    assert read(tmp_path, f'[network]\nproxy = "{proxy}"').network.http_proxy == http


def test_owners_are_known_by_key_and_by_the_word_of_reports(tmp_path):
    text = "[owners]\ndns-admin = ' Ana '\n'tenant admin' = 'b@contoso.com'\nPKI_admin = 'Cy'"
    owners = read_decisions(read(tmp_path, text)).owners
    assert owners == {"DNS admin": "Ana", "tenant admin": "b@contoso.com", "PKI admin": "Cy"}


def test_every_role_has_a_key_and_the_template_names_it():
    text = config_template(Wishes())
    for role in Owner:
        key = str(role).replace(" ", "-").lower()
        assert owner_of(key) is owner_of(role) is role
        assert key in text


def test_one_server_or_several_are_named(tmp_path):
    one = read(tmp_path, '[directory]\nldap = "ldaps://a.example"')
    assert one.directory.servers == ("ldaps://a.example",)
    two = read(tmp_path, '[directory]\nldap = ["ldaps://a.example", "ldap://b.example:3268"]')
    assert two.directory.servers == ("ldaps://a.example", "ldap://b.example:3268")
    assert read(tmp_path, "").directory.servers == ()


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('ldap = ["ldaps://a.example", "b.example"]', "directory.ldap.1", "expected an address"),
        ('ldap = ["ldaps://a.example", 3]', "directory.ldap.1", "expected text in quotes"),
        ("ldap = 3", "directory.ldap", "expected text in quotes"),
        ('ldap = ["ldap://a", "ldap://a"]', "directory.ldap.1", "named twice"),
        (
            'ldap = ["ldap://a", "ldap://b"]\nbase = ["DC=a"]',
            "directory.base",
            "goes with one server only",
        ),
    ],
)
def test_servers_that_make_no_sense_are_named(tmp_path, text, key, words):
    (line,) = mistakes(tmp_path, f"[directory]\n{text}")
    assert f": {key}: " in line
    assert words in line
