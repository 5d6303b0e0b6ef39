"""Source anchors: shared ones, those of other systems, and those of other objects."""

import base64
import uuid

import pytest

from checks.directory_sync.anchors import SourceAnchorsConsistent
from scanner.api import Missing, Reason
from scanner.evidence.anchors import immutable_guid
from scanner.evidence.directory import Collision, DirectoryInput, DirectoryObject
from scanner.evidence.tenant import Organization, User
from scanner.testing import run_check
from tests.checks.directory_sync.objects import found, holder, user

DAMAGED = {"unreadable": 5}
GUID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
OTHER = uuid.UUID("0f0e0d0c-0b0a-0908-0706-050403020100")


def said(collisions=(), ground=None, *items, objects=(), **streams):
    shown = {Collision: collisions, DirectoryObject: objects, **streams.pop("streams", {})}
    findings = run_check(
        SourceAnchorsConsistent, ground or found(), *items, streams=shown, **streams
    )
    return {one.subject.name: (str(one.status), one.reason) for one in findings}


def anchors(collisions, ground, *items):
    return said(collisions, ground, *items)["source anchors"]


def test_source_anchors():
    shared = Collision("mS-DS-ConsistencyGuid", (holder("a"), holder("b")))
    syncing = Organization("id", "x", on_premises_sync_enabled=True)
    foreign = found(anchors=3, own_anchors=1)
    assert anchors([shared], found()) == ("fail", "anchors-shared")
    assert anchors([Collision("mail", shared.holders)], found()) == ("pass", "anchors-unique")
    assert anchors([], foreign) == ("warn", "attribute-in-use")
    assert anchors([], foreign, syncing) == ("pass", "anchors-unique")
    assert anchors([], found(anchors=3, own_anchors=3)) == ("pass", "anchors-unique")
    assert anchors([], found(**DAMAGED))[0] == "not-assessed"
    assert anchors([], found(without=["ms-ds-consistencyguid"])) == (
        "not-assessed",
        "unconfigured-not-exported",
    )


def tied(name, guid):
    anchor = base64.b64encode(guid.bytes_le).decode()
    return User(f"id-{name}", f"{name}@contoso.com", synced=True, anchor=anchor)


def ann(name="ann", guid=GUID, **more):
    login = more.pop("login", f"{name}@contoso.com")
    return user(name, guid=str(guid), login=login, **more)


def with_tenant(objects, users, ground=None, **more):
    streams = {User: users}
    return said((), ground, objects=objects, streams=streams, **more)["immutable ids"]


def test_an_immutable_id_is_base64_of_the_bytes_in_the_order_of_active_directory():
    # the GUID and the id of one object, as Get-ADUser and Graph print them
    assert immutable_guid("MyIRAFVEd2aImaq7zN3u/w==") == str(GUID)
    assert immutable_guid(base64.b64encode(GUID.bytes_le).decode()) == str(GUID)


@pytest.mark.parametrize("text", ["", "x", "E1234567", "MyIRAFVEd2aImaq7zN3u", "\u00e9" * 24])
def test_other_immutable_ids_are_no_guids(text):
    assert immutable_guid(text) == ""


def test_anchors_that_fit_the_tenant():
    objects = [ann(), ann("bob", OTHER, anchor=OTHER.bytes_le.hex())]
    assert with_tenant(objects, [tied("ANN", GUID), tied("bob", OTHER)]) == ("pass", "anchors-fit")
    renamed = [ann(login="ann.lee@contoso.com")]
    assert with_tenant(renamed, [tied("ann", GUID)]) == ("pass", "anchors-fit")


def test_an_anchor_of_another_object_fails():
    objects = [ann(login="a@contoso.com"), ann("bob", OTHER)]
    assert with_tenant(objects, [tied("bob", GUID)]) == ("fail", "anchors-of-others")
    taken = [ann(anchor=OTHER.bytes_le.hex(), login="a@contoso.com"), ann("bob", GUID)]
    assert with_tenant(taken, [tied("bob", OTHER)]) == ("fail", "anchors-of-others")


def test_objects_out_of_scope_and_groups_own_no_anchor():
    out = [ann(login="a@contoso.com", reasons=("critical",)), ann("bob", OTHER)]
    assert with_tenant(out, [tied("bob", GUID)]) == ("pass", "anchors-fit")
    group = [ann(login="a@contoso.com", type="group"), ann("bob", OTHER)]
    assert with_tenant(group, [tied("bob", GUID)]) == ("pass", "anchors-fit")


def test_without_the_tenant_only_the_directory_is_spoken_of():
    assert set(said(objects=[ann()])) == {"source anchors"}
    assert set(said(objects=[ann()], streams={User: []})) == {"source anchors"}


def test_a_tenant_that_could_not_be_read_is_no_pass():
    denied = {User: Missing(Reason.DENIED, "no consent", "User.Read.All")}
    assert said(objects=[ann()], missing=denied)["immutable ids"] == (
        "not-assessed",
        "denied-unread",
    )
    assert with_tenant([ann()], [tied("ann", GUID)], ground=found(**DAMAGED))[0] == "not-assessed"


def test_without_a_directory_nothing_is_assessed():
    gap = Missing(Reason.UNCONFIGURED)
    (one,) = run_check(SourceAnchorsConsistent, missing={DirectoryObject: gap, DirectoryInput: gap})
    assert str(one.status) == "not-assessed"


def test_collisions_that_were_not_read_are_no_pass():
    findings = run_check(
        SourceAnchorsConsistent,
        found(),
        streams={DirectoryObject: []},
        missing={Collision: Missing(Reason.TIMEOUT, "too late")},
    )
    assert [one.reason for one in findings] == ["timeout-unread"]
