"""A redacted run names nobody: not in result.json, not in a report, not in its objects."""

import json
import re
import stat

import pytest

from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from scanner.redact import Redaction, read_key
from tests.cli.command import emsready


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    (folder / "lab").mkdir()
    with Lab(Organisation(), folder / "lab") as lab:
        done = emsready(
            "scan", "-c", lab.config, "-o", folder / "out", "-q", "--vantage", "Berlin-7"
        )
    assert done.returncode in (0, 1, 3), done.stderr
    return folder / "out"


def redacted(run, out):
    done = emsready("report", run, "--redact", "-o", out, "--format", "html,json")
    assert done.returncode == 0, done.stderr
    return {one.name: one.read_text(encoding="utf-8") for one in out.rglob("*") if one.is_file()}


def test_no_name_of_the_customer_is_left(run, tmp_path):
    for name, text in redacted(run, tmp_path / "shared").items():
        found = re.findall(
            r"(?i)contoso[\w.-]*|fabrikam[\w.-]*|berlin-7|dana nowak|pat moreau|[\w.]+@contoso",
            text,
        )
        assert found == [], name
        assert "ip-" in text or "domain-" in text, name


def test_our_own_words_stay(run, tmp_path):
    text = redacted(run, tmp_path / "shared")["result.json"]
    before = json.loads((run / "result.json").read_text())
    after = json.loads(text)
    for kept in ("id", "check", "status", "severity", "reason", "state"):
        assert [one[kept] for one in after["findings"]] == [one[kept] for one in before["findings"]]
    assert [one["title"] for one in after["plan"]] == [one["title"] for one in before["plan"]]
    assert after["collected_at"] == before["collected_at"]
    assert "learn.microsoft.com" in text


def test_tokens_are_the_same_every_time_and_others_under_another_key(run, tmp_path):
    first = redacted(run, tmp_path / "one")
    assert redacted(run, tmp_path / "two") == first
    key = run / "redaction.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.unlink()
    assert redacted(run, tmp_path / "three") != first


def test_the_run_itself_is_never_overwritten(run):
    done = emsready("report", run, "--redact")
    assert done.returncode == 2
    assert "another folder" in done.stderr


def test_a_key_that_is_none_is_named(tmp_path):
    (tmp_path / "key").write_text("abc\n")
    with pytest.raises(ValueError, match=r"non-hexadecimal|no key"):
        read_key(tmp_path / "key")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("mail anna@contoso.com now", "anna@contoso.com"),
        ("CN=Anna,OU=x,DC=contoso,DC=com is bad", "Anna"),
        ("at 10.1.2.3:443", "10.1.2.3"),
        ("at 2001:db8::5 today", "2001:db8::5"),
        ("id 0b8e5c9a-41d2-4f0e-8f53-6c2d7e9b1a44", "0b8e5c9a"),
        ("sid S-1-5-21-1-2-3-500", "S-1-5-21"),
        ("host srv01.corp.contoso.com:389", "srv01"),
    ],
)
def test_what_looks_like_a_name_is_replaced(text, hidden):
    assert hidden not in Redaction(b"k" * 32).text(text)


@pytest.mark.parametrize(
    "text",
    ["at 10:05:51 of 2026-11-25", "TLS 1.2", "see learn.microsoft.com/graph", "12.5 % of 300"],
)
def test_what_is_no_name_stays(text):
    assert Redaction(b"k" * 32).text(text) == text
