"""Run folders: published by renaming, so that whatever happens an older run stays whole."""

import os
import stat
from datetime import timedelta

import pytest

from scanner.config.model import Config
from scanner.evidence.folder import Writer
from scanner.registry import Catalogue
from scanner.scan import Options, Parts, assess, header_of, scope_of
from scanner.store import RunFolder, StoreError, evidence_in, previous_result, read_result
from scanner.testing import NOW, evidence_of

PARTS = Parts(Catalogue((), ()), (), {}, ())


def made(folder, at, **reports):
    """Publish an empty run of that moment."""
    run = RunFolder.prepare(folder, at)
    writer = Writer(run.evidence, header_of(Config(), at))
    writer.open()
    writer.close(complete=True)
    evidence = evidence_of(writer.header, scope_of(Config()))
    result = assess(evidence, PARTS, Options(), lambda *_: None, folder)
    run.publish(result, {name: text.encode() for name, text in reports.items()})
    return result


def test_a_run_is_published_whole_and_for_its_owner_only(tmp_path):
    out = tmp_path / "runs"
    made(out, NOW, **{"report.html": "one"})
    names = sorted(one.name for one in out.iterdir() if one.name != ".lock")
    assert names == ["evidence", "report.html", "result.json"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert stat.S_IMODE((out / "result.json").stat().st_mode) == 0o600


def test_the_run_before_moves_to_history_unchanged(tmp_path):
    made(tmp_path, NOW, **{"report.html": "one"})
    before = (tmp_path / "result.json").read_bytes()
    made(tmp_path, NOW + timedelta(days=1), **{"report.html": "two"})
    (old,) = (tmp_path / "history").iterdir()
    assert (old / "result.json").read_bytes() == before
    assert (old / "report.html").read_text() == "one"
    assert (old / "evidence" / "header.json").is_file()
    assert (tmp_path / "report.html").read_text() == "two"


def test_the_newest_older_run_is_found(tmp_path):
    for days in (0, 1, 2):
        made(tmp_path, NOW + timedelta(days=days))
    assert previous_result(tmp_path, NOW + timedelta(days=5)).collected_at == NOW + timedelta(
        days=2
    )
    assert previous_result(tmp_path, NOW + timedelta(days=2)).collected_at == NOW + timedelta(
        days=1
    )
    assert previous_result(tmp_path, NOW) is None


def test_foreign_files_in_the_folder_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    made(tmp_path, NOW)
    made(tmp_path, NOW + timedelta(days=1))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(StoreError, match="is a file"):
        RunFolder.prepare(tmp_path / "runs", NOW)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="cannot write"):
        RunFolder.prepare(tmp_path / "runs", NOW)


def test_a_damaged_result_is_named(tmp_path):
    (tmp_path / "result.json").write_text('{"schema": 5}')
    with pytest.raises(StoreError, match=r"result\.json cannot be read"):
        read_result(tmp_path)
    assert previous_result(tmp_path, NOW) is None


def test_evidence_is_found_where_people_point(tmp_path):
    made(tmp_path / "runs", NOW)
    evidence = tmp_path / "runs" / "evidence"
    assert evidence_in(evidence) == evidence
    assert evidence_in(tmp_path / "runs") == evidence
    with pytest.raises(StoreError, match="holds no evidence"):
        evidence_in(tmp_path)


def test_evidence_of_a_killed_scan_is_found(tmp_path):
    run = RunFolder.prepare(tmp_path, NOW)
    writer = Writer(run.evidence, header_of(Config(), NOW))
    writer.open()
    assert evidence_in(tmp_path) == run.evidence
