"""emsready permissions: the one declared place of every Graph read, in the forms that people need."""

import json
import re
from typing import NamedTuple

import pytest

from scanner.cli.main import main
from scanner.evidence.envelope import kind_of
from scanner.sources.graph.permission_ids import PERMISSION_IDS, id_of
from scanner.sources.graph.source import GraphSource


class Done(NamedTuple):
    code: int
    out: str
    err: str


READ = re.compile(r"\.Read(\.|$)|^RoleManagement\.Read|\.Read\.Directory$")


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run the command in this process: loading everything anew for each call would take long."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = main(["permissions", *words])
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return run


def listed(call, *words):
    done = call("--json", *words)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_every_permission_only_reads(call):
    for mode in ((), ("--delegated",)):
        names = [one["name"] for one in listed(call, *mode)["permissions"]]
        assert names
        assert [one for one in names if "Write" in one] == []
        assert all(READ.search(one) for one in names)


def test_every_call_has_its_address_properties_and_permission(call):
    calls = listed(call, "--calls")["calls"]
    assert len(calls) > 70
    for one in calls:
        assert one["method"] == "GET"
        assert one["version"] in ("v1.0", "beta")
        assert one["path"].startswith("/")
        assert one["permissions"]["delegated"]
        assert one["select"] or one["properties"] or one["path"].endswith("/$count")
        assert one["checks"], f"nobody needs {one['path']}"
        assert one["evidence"]


def test_nothing_of_graph_is_read_that_is_not_listed(call):
    told = {(one["version"], one["path"]) for one in listed(call, "--calls")["calls"]}
    used = {(one.version, one.path) for kind in GraphSource().kinds for one in kind_of(kind).calls}
    assert told <= used
    assert {path for _, path in used - told} == set()


def test_the_list_follows_the_chosen_checks(call):
    found = listed(call, "--only", "devices.apple-push-certificate", "--calls")
    assert [one["name"] for one in found["permissions"]] == [
        "DeviceManagementConfiguration.Read.All",
        "LicenseAssignment.Read.All",
    ]
    assert {one["path"] for one in found["calls"]} == {
        "/deviceManagement/applePushNotificationCertificate",
        "/subscribedSkus",
    }


def test_a_check_that_needs_a_person_is_told(call):
    done = call()
    assert "devices.automatic-enrolment-scope" in done.out
    assert "devices.automatic-enrolment-scope" not in call("--delegated").out


def test_the_manifest_names_roles_or_scopes_of_graph(call):
    manifest = json.loads(call("--manifest").out)["requiredResourceAccess"]
    assert [one["resourceAppId"] for one in manifest] == ["00000003-0000-0000-c000-000000000000"]
    assert {one["type"] for one in manifest[0]["resourceAccess"]} == {"Role"}
    names = [one["name"] for one in listed(call)["permissions"]]
    assert len(manifest[0]["resourceAccess"]) == len(names)
    assert id_of("User.Read.All", delegated=False) in {
        one["id"] for one in manifest[0]["resourceAccess"]
    }
    scopes = json.loads(call("--manifest", "--delegated").out)["requiredResourceAccess"][0]
    assert {one["type"] for one in scopes["resourceAccess"]} == {"Scope"}


def test_ids_are_not_used_twice():
    ids = [one for pair in PERMISSION_IDS.values() for one in pair if one]
    assert len(ids) == len(set(ids))


def test_the_consent_link_names_tenant_and_application(call, tmp_path):
    (tmp_path / "emsready.toml").write_text(
        '[tenant]\ndomain = "contoso.com"\ncloud = "gcc-high"\n'
        '[tenant.auth]\nmethod = "secret"\nclient_id = "0b8e5c9a"\n',
        encoding="utf-8",
    )
    done = call("--consent")
    assert done.out.strip() == (
        "https://login.microsoftonline.us/contoso.com/adminconsent?client_id=0b8e5c9a"
    )


def test_a_consent_link_without_tenant_says_which_key_is_missing(call):
    done = call("--consent")
    assert done.code == 2
    assert "tenant.auth.client_id" in done.err


def test_a_mistyped_check_is_told_with_the_nearest(call):
    done = call("--only", "devices.apple-push-certifcate")
    assert done.code == 2
    assert "devices.apple-push-certificate" in done.err
