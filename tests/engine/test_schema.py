"""The JSON Schema that ships is the one of the types, and what is written follows it."""

import json

import jsonschema
import pytest

from scanner.cli.main import main
from scanner.config import read_config
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from scanner.scan import Options, scan
from scanner.schema import schema, shipped
from tests.scanning import parts


def test_the_shipped_schema_is_that_of_the_types():
    hint = "a field changed: run `python -m scanner.schema` and commit the file"
    assert json.loads(shipped()) == schema(), hint


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(shipped()))


@pytest.mark.parametrize("healthy", [False, True])
def test_what_a_scan_writes_follows_the_schema(healthy, tmp_path):
    with Lab(Organisation(healthy=healthy), tmp_path) as lab:
        scan(read_config(lab.config), parts(), Options(formats=()), tmp_path / "run")
    written = json.loads((tmp_path / "run" / "result.json").read_bytes())
    jsonschema.Draft202012Validator(json.loads(shipped())).validate(written)
    assert written["schema"] == schema()["title"].split()[-1]


def test_the_command_prints_it(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
