"""Hand-made directory evidence for tests of checks."""

from scanner.evidence.directory import DirectoryInput, DirectoryObject, DirectoryPart, Fault, Holder
from scanner.testing import run_check

ALL = (
    "objectclass", "objectcategory", "objectguid", "cn", "displayname", "givenname", "sn", "mail",
    "mailnickname", "proxyaddresses", "targetaddress", "samaccountname", "userprincipalname",
    "grouptype", "useraccountcontrol", "ms-ds-consistencyguid", "lastlogontimestamp", "pwdlastset",
    "admincount", "member", "usercertificate",
)  # fmt: skip


def found(*, without=(), unreadable=0, entries=100, classes=None, **more):
    attributes = tuple(one for one in ALL if one not in without)
    part = DirectoryPart(
        "users.ldif", entries, attributes, classes or {"user": 90, "group": 10}, {}, unreadable
    )
    return DirectoryInput((part,), **more)


def user(name="Ann", **more):
    dn = more.pop("dn", f"CN={name},OU=Staff,DC=corp,DC=contoso,DC=com")
    return DirectoryObject(dn, more.pop("type", "user"), name, **more)


def fault(attribute, value="x", kinds=("character",), **more):
    return Fault(attribute, value, tuple(kinds), **more)


def holder(name, attribute="mail", value="a@b.com", **more):
    dn = more.pop("dn", f"CN={name},DC=corp,DC=contoso,DC=com")
    return Holder(dn, more.pop("type", "user"), attribute, value, **more)


def judged(check, kind, objects, *items, **more):
    """{subject: (status, reason)} of that check over a stream of objects."""
    findings = run_check(check, *items, streams={kind: objects}, **more)
    return {one.subject.name: (str(one.status), one.reason) for one in findings}
