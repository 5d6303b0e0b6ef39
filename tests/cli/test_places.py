"""Two sites and headquarters: collected apart, carried over, judged as one."""

import json

import pytest

from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from tests.cli.command import emsready

TENANT_ONLY = ("--only", "administration,devices")


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """Archives of two sites without credentials, and the evidence of headquarters."""
    folder = tmp_path_factory.mktemp("sites")
    (folder / "lab").mkdir()
    with Lab(Organisation(), folder / "lab") as lab:
        plain = folder / "lab" / "site.toml"
        text = lab.config.read_text()
        plain.write_text(text.replace('"method" = "certificate"', '"method" = "none"'))
        for name in ("Berlin", "Ōsaka / 2"):
            words = ("-c", plain, "--vantage", name, "--only", "firewall", "-q")
            done = emsready("collect", *words, "-o", folder / name.partition(" ")[0])
            assert done.returncode == 0, done.stderr
        hq = emsready("collect", "-c", lab.config, *TENANT_ONLY, "-q", "-o", folder / "hq")
        assert hq.returncode == 0, hq.stderr
    return folder


def archives(folder):
    return sorted(folder.glob("*/*.zip"))


def test_each_site_leaves_one_file_that_travels(sites):
    assert [one.name for one in archives(sites)] == ["berlin.zip", "ōsaka---2.zip"]


def test_together_they_are_one_run_with_all_places(sites, tmp_path):
    done = emsready("judge", *archives(sites), sites / "hq", "-o", tmp_path / "out")
    assert done.returncode in (0, 1, 3), done.stderr
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert {"Berlin", "Ōsaka / 2"} <= set(result["vantage"].split(", "))
    checks = {
        one["check"].partition(".")[0] for one in result["findings"] if one["status"] == "fail"
    }
    assert {"firewall", "devices"} <= checks
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Berlin" in page
    assert "Ōsaka" in page


def test_the_order_of_the_parts_does_not_matter(sites, tmp_path):
    parts = [*archives(sites), sites / "hq"]
    emsready("judge", *parts, "-o", tmp_path / "one")
    emsready("judge", *reversed(parts), "-o", tmp_path / "two")
    first = (tmp_path / "one" / "result.json").read_bytes()
    assert first == (tmp_path / "two" / "result.json").read_bytes()


def test_a_damaged_archive_is_one_clear_message(sites, tmp_path):
    bad = tmp_path / "bad.zip"
    data = bytearray(archives(sites)[0].read_bytes())
    data[len(data) // 2] ^= 0xFF
    bad.write_bytes(data)
    done = emsready("judge", bad, sites / "hq", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "bad.zip" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "result.json").exists()
