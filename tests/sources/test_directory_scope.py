"""Whether an object synchronises by the default rules, and the reason that decides."""

import pytest

from scanner.sources.directory.sync_rules import UnitFilter, is_conflict, is_ordinary, ruling

GROUP = {"grouptype": "-2147483646", "samaccountname": "g"}


def reasons(kind, dn="CN=a,OU=x,DC=y", members=0, **attributes):
    found = ruling(
        kind,
        dn,
        {name: one if isinstance(one, list) else [one] for name, one in attributes.items()},
        members,
    )
    return found.reasons, found.disputed, found.open


def test_what_is_ordinary_at_first_sight_has_no_reason():
    for attributes in ({}, {"samaccountname": ["ann"]}, {"samaccountname": ["MSOL_1"]}):
        if is_ordinary("user", "CN=a,DC=y", attributes):
            assert ruling("user", "CN=a,DC=y", attributes, 0).reasons == []
    assert is_ordinary("user", "CN=a", {"samaccountname": ["ann"], "mailnickname": ["ann"]})
    assert not is_ordinary("contact", "CN=a", {"samaccountname": ["ann"]})


def decided(kind, **attributes):
    return reasons(kind, **attributes)[0]


USER = {"samaccountname": "ann"}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, []),
        ({"iscriticalsystemobject": "FALSE"}, ["critical"]),
        ({"samaccountname": []}, ["no-sam"]),
        ({"samaccountname": "msol_1a2b"}, ["sync-account"]),
        ({"samaccountname": "AAD_1a2b"}, ["sync-account"]),
        ({"samaccountname": "SUPPORT_388945a0"}, ["support"]),
        ({"samaccountname": "SUPPORT_other"}, []),
        ({"samaccountname": "CAS_{123}"}, ["cas"]),
        ({"samaccountname": "CAS_1"}, []),
        ({"mailnickname": "cas_{1}"}, ["cas"]),
        ({"mailnickname": "SystemMailbox{1}"}, ["system-mailbox"]),
        ({"msexchrecipienttypedetails": "2"}, ["linked-mailbox"]),
        ({"msexchrecipienttypedetails": "4096"}, ["recipient-type"]),
        ({"msexchrecipienttypedetails": str(0x20000000)}, ["recipient-type"]),
        ({"msexchrecipienttypedetails": "1"}, []),
        ({"useraccountcontrol": "514"}, []),
    ],
    ids=range(16),
)
def test_users(attributes, expected):
    assert decided("user", **(USER | attributes)) == expected
    listed = {name: one if isinstance(one, list) else [one] for name, one in attributes.items()}
    if is_ordinary("user", "CN=a,OU=x,DC=y", {"samaccountname": ["ann"]} | listed):
        assert expected == []
    assert decided("inetOrgPerson", **(USER | attributes)) == expected


MAIL = {"mail": "a@b.c"}
PROXY = {"proxyaddresses": "SMTP:a@b.c"}


def test_contacts():
    assert reasons("contact", **MAIL, **PROXY) == ([], [], [])
    assert reasons("contact", **PROXY)[0] == ["no-mail"]
    assert reasons("contact", **MAIL) == (["no-proxy"], ["no-proxy"], [])
    assert reasons("contact", mail="nobody", proxyaddresses="smtp:a@b.c")[0] == ["not-mail-enabled"]
    assert decided("contact") == ["no-mail", "no-proxy", "not-mail-enabled"]
    hidden = {"displayname": "x (MSOL)", "msexchhidefromaddresslists": "TRUE"}
    assert decided("contact", **MAIL, **PROXY, **hidden) == ["msol-hidden"]
    assert decided("contact", **MAIL, **PROXY, mailnickname="CAS_{1}") == ["cas"]


def test_groups():
    assert reasons("group", **GROUP) == ([], [], [])
    assert reasons("group", members=250_000, **GROUP)[0] == ["too-large"]
    assert reasons("group", members=249_999, **GROUP)[0] == []
    assert decided("group", **(GROUP | {"samaccountname": "MSOL_AD_Sync_RichCoexistence"})) == [
        "legacy"
    ]
    assert decided("group", **GROUP, msexchrecipienttypedetails=str(0x40000000)) == ["role-group"]
    assert decided("group", **(GROUP | {"grouptype": "-2147483643"})) == ["built-in"]
    assert reasons("group", dn="CN=Users,CN=Builtin,DC=x", **GROUP)[0] == ["built-in"]
    assert reasons("group", samaccountname="g") == ([], [], ["no-group-type"])


def test_distribution_groups():
    def of(**attributes):
        return reasons("group", grouptype="2", **attributes)

    assert of() == (["not-mail-enabled"], [], [])
    assert of(mail="x") == ([], [], [])
    assert of(proxyaddresses="smtp:a@b.c") == ([], [], [])
    # mail, but X500 addresses only: the two pages disagree
    assert of(mail="a@b.c", proxyaddresses="X500:x") == (
        ["not-mail-enabled"],
        ["not-mail-enabled"],
        [],
    )


def test_computers():
    assert decided("computer") == ["no-certificate"]
    assert decided("computer", usercertificate="") == []


@pytest.mark.parametrize(
    ("dn", "expected"),
    [
        ("CN=a\\0ACNF:1-2,OU=x", True),
        ("CN=a\nCNF:1-2,OU=x", True),
        ("CN=aCNF:1,OU=x", False),
        ("CN=b,CN=a\\0ACNF:1-2,OU=x", False),
        ("CN=Smith\\, a\\0ACNF:1,OU=x", True),
    ],
)
def test_conflicts_show_in_the_objects_own_name(dn, expected):
    assert is_conflict(dn) is expected


def test_the_nearest_unit_of_the_filter_decides():
    units = UnitFilter(["OU=Staff,DC=x"], ["OU=Old, OU=Staff,DC=x"])
    assert units.takes("CN=a,OU=Staff,DC=X")
    assert not units.takes("CN=a,ou=old,OU=Staff,DC=x")
    assert not units.takes("CN=a,OU=Else,DC=x")
    assert not units.takes("CN=a,OU=NotStaff,DC=x")
    only_out = UnitFilter(exclude=["OU=Old,DC=x"])
    assert only_out.takes("CN=a,DC=x")
    assert not only_out.takes("CN=a,OU=Old,DC=x")
    again = UnitFilter(["OU=New,OU=Old,DC=x"], ["OU=Old,DC=x"])
    assert again.takes("CN=a,OU=New,OU=Old,DC=x")
