"""What `emsready schedule` prints is valid for whoever reads it, and carries no secret."""

import re
import xml.etree.ElementTree as ET

import pytest
import yaml

from scanner.cli.main import main
from scanner.cli.schedule import KINDS


def printed(capsys, *words):
    code = main(["schedule", *words])
    return code, capsys.readouterr()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_filled_in_and_explained(capsys, kind):
    code, said = printed(capsys, kind, "--at", "03:07")
    assert code == 0
    assert "--unattended" in said.out
    assert not re.search(r"\$\{?(at|hour|minute|command|config|output|image|gate)\b", said.out)
    assert "secret" not in re.sub(r"without (a )?stored secret|no stored secret", "", said.out)
    assert ("inside" in said.err) == (kind in ("github", "azure-devops", "kubernetes"))


def test_the_task_of_windows_is_well_formed_and_in_the_order_of_its_schema(capsys):
    _, said = printed(capsys, "windows", "--at", "03:07")
    task = ET.fromstring(said.out)  # our own text
    names = [one.tag.partition("}")[2] for one in task]
    assert names == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
    assert "T03:07:00" in said.out


@pytest.mark.parametrize("kind", ["github", "azure-devops", "kubernetes"])
def test_what_is_yaml_reads_as_yaml(capsys, kind):
    _, said = printed(capsys, kind, "--at", "03:07")
    documents = list(yaml.safe_load_all(said.out))
    assert documents
    assert "7 3 * * *" in said.out


def test_a_cron_line_has_five_fields_and_no_percent_sign(capsys):
    _, said = printed(capsys, "cron", "--at", "03:07")
    (line,) = [one for one in said.out.splitlines() if one and not one.startswith(("#", "PATH"))]
    assert line.split()[:5] == ["7", "3", "*", "*", "*"]
    assert "%" not in line


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cron", "--at", "25:00"], "expected a time"),
        (["cron", "--config", "/etc/50%/x.toml"], "'%'"),
        (["systemd", "--output", "/srv/my runs"], "holds a space"),
        (["windows", "--config", "C:\\a&b.toml"], "'&'"),
        (["cron", "--fail-on", "everything"], "right are"),
    ],
)
def test_what_would_break_the_file_is_refused(capsys, words, told):
    code, said = printed(capsys, *words)
    assert code == 2
    assert told in said.err
