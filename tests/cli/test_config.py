"""emsready config show: what is in force, where it comes from, and nothing secret."""

import json

import pytest

from scanner.config import read_config
from scanner.config.origin import masked
from tests.cli.command import emsready

TEXT = """\
[customer]
name = "Contoso"

[tenant]
domain = "contoso.com"
[tenant.auth]
method = "secret"
client_id = "x"
secret_env = "MINE"

[scope]
kickoff = 2027-01-31

[dns]
external = ["192.0.2.53"]

[[hosts]]
name = "sts.contoso.com"
role = "adfs"
[[hosts]]
name = "www.contoso.com"

[network]
connect = { "a.example:443" = "127.0.0.1:1" }

[owners]
dns-admin = "Ana"
"PKI admin" = "Bo"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "emsready.toml").write_text(TEXT)
    return tmp_path


def shown(folder, *words, **env):
    done = emsready("config", "show", "--json", *words, cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    return {(one["section"], one["key"]): one for one in json.loads(done.stdout)}


def test_each_value_has_its_origin(folder):
    found = shown(folder, "--resolver", "192.0.2.1", "--vantage", "Berlin")
    assert found["[customer]", "name"]["origin"] == "emsready.toml:2"
    assert found["[customer]", "language"]["origin"] == "default"
    assert found["[dns]", "external"]["origin"] == "command line"
    assert found["[dns]", "external"]["value"] == ["192.0.2.1"]
    assert found["[network]", "vantage"]["origin"] == "command line"
    assert found["[network]", "connect"]["origin"] == "emsready.toml:24"
    assert found["[owners]", "PKI admin"]["origin"] == "emsready.toml:28"
    assert found["[[hosts]]", "name"]["origin"] == "emsready.toml:21"


def test_a_secret_is_never_shown_but_whether_it_is_there(folder):
    for env, told in (({"MINE": "hunter2"}, "set"), ({}, "not set")):
        done = emsready("config", "show", "--origin", cwd=folder, env=env)
        assert "hunter2" not in done.stdout
        assert f"the variable is {told}\n" in done.stdout
    assert masked({"a": ("http://user:word@proxy:8080",)}) == {"a": ("http://***@proxy:8080",)}


def test_what_is_shown_reads_back_as_the_same_configuration(folder):
    for words in ((), ("--origin",)):
        done = emsready("config", "show", *words, cwd=folder)
        again = folder / "again.toml"
        again.write_text(done.stdout)
        first, second = read_config(folder / "emsready.toml"), read_config(again)
        assert [first.dns, first.hosts, first.tenant, first.scope, first.network, first.owners] == [
            second.dns,
            second.hosts,
            second.tenant,
            second.scope,
            second.network,
            second.owners,
        ]


def test_without_a_file_a_domain_is_enough(tmp_path):
    found = shown(tmp_path, "contoso.com")
    assert found["[domains]", "names"]["origin"] == "command line"
    assert emsready("config", "show", cwd=tmp_path).returncode == 2
