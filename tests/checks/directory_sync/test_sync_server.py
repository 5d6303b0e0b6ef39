"""The synchronisation server, by inventory or by answer."""

from datetime import date

import pytest

from checks.directory_sync.sync_server import (
    connect_server_supported,
    connect_version_supported,
    single_active_sync_server,
)
from checks.responsibilities.environment import on_premises_mfa_server_retired
from scanner.api import Answers, Header, Missing, Reason, Scope
from scanner.evidence.answers import Answer, AnswerWord
from scanner.evidence.directory import DirectoryInput, SyncAccount
from scanner.evidence.inventory import AdFsFarm, InventoryServer, SyncServer, TlsSettings, Updates
from scanner.evidence.scope import Plans
from scanner.testing import NOW, run_check
from tests.checks.inventory import FACTS, said, server

NONE = {InventoryServer: Missing(Reason.UNCONFIGURED, "no inventory is named")}
CHECKS = [connect_version_supported, connect_server_supported, single_active_sync_server]


def connect(name="s1", version="2.6.84.0", staging=False, **more):
    return server(
        name,
        roles=("entra-connect",),
        software=[("entra-connect", version)] if version else (),
        sync=SyncServer(staging),
        **more,
    )


def system(version, **more):
    return (
        connect("s1", version=None, **more)
        if version is None
        else server("s1", version=version, roles=("entra-connect",), **more)
    )


@pytest.mark.parametrize("check", CHECKS)
def test_without_an_inventory_a_person_is_asked(check):
    (found,) = run_check(check, Answers(), FACTS, missing=NONE)
    assert (found.status, found.reason) == ("manual", "unanswered")
    (found,) = run_check(check, Answers(), FACTS, Scope(Plans(identity="cloud")), missing=NONE)
    assert (found.status, found.reason) == ("not-applicable", "cloud-only")
    given = Answers(
        (Answer(f"directory_sync.{found.subject.name}", AnswerWord.NO, "A", date(2026, 10, 1)),)
    )
    (found,) = run_check(check, given, FACTS, Scope(Plans(identity="cloud")), missing=NONE)
    assert found.status == "fail"


@pytest.mark.parametrize("check", CHECKS)
def test_an_inventory_without_such_a_server_answers_nothing(check):
    (found,) = run_check(check, Answers(), FACTS, server())
    assert found.status == "manual"


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("2.6.84.0", ("pass", "supported")),
        ("2.5.190.0", ("warn", "retired")),
        ("2.5.76.0", ("fail", "stopped")),
        ("1.6.16.0", ("fail", "stopped")),
        ("", ("not-assessed", "unconfigured-no-version")),
    ],
)
def test_the_version_is_judged(version, verdict):
    found = run_check(connect_version_supported, Answers(), FACTS, connect(version=version))
    assert said(found) == {"s1": verdict}


def test_the_version_fails_already_before_the_day():
    early = Header(NOW.replace(month=8), "test", "contoso.com", complete=True)
    found = run_check(
        connect_version_supported, Answers(), FACTS, connect(version="2.5.3.0"), early
    )
    assert said(found) == {"s1": ("fail", "stopped")}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (system("10.0.20348.1", domain_joined=True, dotnet_release=528040), ("pass", "meets")),
        (system("10.0.17763.1"), ("pass", "meets")),
        (system("10.0.14393.1"), ("warn", "system-2016")),
        (system("6.3.9600"), ("fail", "system-too-old")),
        (system("10.0.26100.1742"), ("fail", "system-2025")),
        (system("10.0.26100.7000"), ("warn", "system-2025-updated")),
        (
            system("10.0.26100", updates=Updates(installed=("KB5070773",))),
            ("warn", "system-2025-updated"),
        ),
        (system(""), ("not-assessed", "unconfigured-no-system")),
        (system("10.0.20348", installation="core"), ("fail", "no-desktop")),
        (system("10.0.14393", installation="essentials"), ("fail", "no-desktop")),
        (system("10.0.17763", installation="essentials"), ("pass", "meets")),
        (system("10.0.20348", domain_joined=False), ("fail", "not-joined")),
        (system("10.0.20348", dotnet_release=460805), ("fail", "dotnet-too-old")),
        (system("10.0.20348", tls=TlsSettings(tls12_client=False)), ("fail", "tls-off")),
        (system("10.0.20348", sync=SyncServer(database="azure-sql")), ("fail", "azure-sql")),
        (system("10.0.20348", sync=SyncServer(case_sensitive=True)), ("fail", "case-sensitive")),
    ],
)
def test_the_server_is_judged_by_the_prerequisites(found, verdict):
    assert said(run_check(connect_server_supported, Answers(), found)) == {"s1": verdict}


@pytest.mark.parametrize(
    ("servers", "verdict"),
    [
        ([connect("s1"), connect("s2", staging=True)], ("pass", "one-active")),
        ([connect("s1"), connect("s2")], ("fail", "several-active")),
        ([connect("s1", staging=True)], ("fail", "none-active")),
    ],
)
def test_one_server_is_active(servers, verdict):
    assert said(run_check(single_active_sync_server, Answers(), *servers)) == {"tenant": verdict}


def test_a_server_whose_mode_is_not_known_is_asked_about():
    found = run_check(
        single_active_sync_server, Answers(), connect("s1"), connect("s2", staging=None)
    )
    assert said(found) == {"single-active-sync-server": ("manual", "unanswered")}


@pytest.mark.parametrize(
    "found",
    [
        server(software=[("mfa-server", "8.0.6.1")]),
        server(ad_fs=AdFsFarm(providers=("AzureMfaServerAuthentication",))),
        server(ad_fs=AdFsFarm(providers=("WindowsAzureMultiFactorAuthentication",))),
    ],
)
def test_an_inventory_contradicts_the_answer_about_the_mfa_server(found):
    yes = Answers(
        (
            Answer(
                "responsibilities.on-premises-mfa-server-retired",
                AnswerWord.YES,
                "A",
                date(2026, 1, 1),
            ),
        )
    )
    assert [one.reason for one in run_check(on_premises_mfa_server_retired, yes, found)] == [
        "still-there"
    ]
    new = server(ad_fs=AdFsFarm(providers=("AzureMfaAuthentication",)))
    assert [one.status for one in run_check(on_premises_mfa_server_retired, yes, new)] == ["pass"]


def directory(*accounts):
    made = (SyncAccount(one) if isinstance(one, str) else one for one in accounts)
    return DirectoryInput((), sync_accounts=tuple(made))


def active(*items, **more):
    (found,) = run_check(single_active_sync_server, FACTS, *items, **more)
    return str(found.status), found.reason


def test_several_accounts_of_sync_servers_are_asked_about():
    two = directory("MSOL_1a2b", "msol_1A2B", "MSOL_3c4d", "AAD_5e6f")
    assert active(Answers(), two, missing=NONE) == ("manual", "several-accounts")
    assert active(Answers(), directory("MSOL_1a2b"), missing=NONE) == ("manual", "unanswered")
    assert active(Answers(), two, connect(staging=False)) == ("manual", "several-accounts")
    both = (connect("s1"), connect("s2", staging=True))
    assert active(Answers(), two, *both) == ("pass", "one-active")
    assert active(Answers(), two, connect("s1"), connect("s2")) == ("fail", "several-active")
    (found,) = run_check(single_active_sync_server, FACTS, Answers(), two, missing=NONE)
    assert len(found.affected) == 2
    assert found.subject.name == "single-active-sync-server"


def test_one_server_may_have_an_account_in_each_forest():
    two = directory(SyncAccount("MSOL_1", "SYNC1", "a.example"), SyncAccount("MSOL_2", "sync1"))
    assert active(Answers(), two, missing=NONE) == ("manual", "unanswered")
    (found,) = run_check(single_active_sync_server, FACTS, Answers(), two, missing=NONE)
    assert found.affected.rows[0] == ("MSOL_1", "SYNC1", "a.example", "")


@pytest.mark.parametrize("check", [connect_version_supported, connect_server_supported])
def test_an_account_in_the_directory_says_that_there_is_a_server(check):
    nobody = Scope(plans=Plans(identity="cloud-only"))

    def told(*items):
        (one,) = run_check(check, FACTS, Answers(), nobody, *items, missing=NONE)
        return str(one.status), one.reason, one.affected.rows if one.affected else []

    assert told() == ("not-applicable", "cloud-only", [])
    assert told(directory("AAD_1")) == ("not-applicable", "cloud-only", [])
    assert told(directory("MSOL_1")) == ("manual", "unanswered", [("MSOL_1", "", "", "")])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Windows Server 2012 R2 Standard", ("fail", "computer-too-old")),
        ("Windows Server 2016 Standard", ("warn", "computer-2016")),
        ("Windows Server 2022 Standard", None),
        ("Windows Server 2025 Standard", ("fail", "computer-2025")),
        ("", None),
    ],
)
def test_the_computer_object_tells_the_system_of_a_named_server(name, expected):
    there = directory(SyncAccount("MSOL_1", "SYNC1", "a.example", name))
    found = run_check(connect_server_supported, FACTS, Answers(), there, missing=NONE)
    told = {one.subject.name: (str(one.status), one.reason) for one in found}
    assert told.get("sync1") == expected
    # the question stays: a name says little
    assert told["connect-server-supported"] == ("manual", "unanswered")
    # an inventory knows better
    found = run_check(connect_server_supported, FACTS, Answers(), there, connect("sync1"))
    assert not any("computer object" in str(one.text) for one in found)


def test_an_answer_settles_whose_the_accounts_are():
    two = directory("MSOL_1a2b", "MSOL_3c4d")
    ident = "directory_sync.single-active-sync-server"
    yes = Answers((Answer(ident, AnswerWord.YES, "A", date(2026, 10, 1)),))
    assert active(yes, two, missing=NONE) == ("pass", "answered-yes")
