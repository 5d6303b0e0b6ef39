"""The faults that directories have after twenty years, each in a few objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scanner.lab.directory.people import Attributes, Forest

Fault = Callable[[Attributes, int, Forest], None]


def troubled(forest: Forest, entries: Iterable[Attributes]) -> Iterator[Attributes]:
    """The same forest with faults: the same ones in the same objects every time."""
    number = 0
    for entry in entries:
        if entry["cn"][0] not in ("Administrator", "Guest", "krbtgt", "Domain Admins"):
            classes = entry["objectClass"]
            fault = _FAULTS.get((str(classes[-1]), number))
            if fault:
                fault(entry, number, forest)
            number += 1
        yield entry
    yield _conflict(forest)


def _conflict(forest: Forest) -> Attributes:
    """What is left of an account that two domain controllers created at the same time."""
    entry = forest.user(7)
    guid = "f3a6a5b0-2f6d-4b3e-9f58-2a8f1f0c7b11"
    entry["dn"] = [f"CN=Hugo Abel 7\\0ACNF:{guid},OU=Oslo,OU=Staff,{forest.root}"]
    entry["cn"] = [f"Hugo Abel 7\nCNF:{guid}"]
    entry["objectGUID"] = [b"\x01" * 16]
    for name in (
        "userPrincipalName",
        "mail",
        "mailNickname",
        "proxyAddresses",
        "mS-DS-ConsistencyGuid",
    ):
        del entry[name]
    entry["sAMAccountName"] = ["$DUPLICATE-3f1"]
    return entry


def _set(**values: str) -> Fault:
    """Put these values in place; {short} is the name of the person and {domain} of the forest."""

    def apply(entry: Attributes, number: int, forest: Forest) -> None:
        short = str(entry.get("mailNickname", [f"object{number}"])[0])
        for name, value in values.items():
            text = value.format(short=short, forest=forest.name, domain=forest.domain)
            entry[name] = [text]

    return apply


def _add_proxy(value: str) -> Fault:
    def apply(entry: Attributes, number: int, forest: Forest) -> None:
        text = value.format(number=number, forest=forest.name, domain=forest.domain)
        entry["proxyAddresses"] = [*entry.get("proxyAddresses", []), text]

    return apply


def _without(*names: str) -> Fault:
    def apply(entry: Attributes, number: int, forest: Forest) -> None:
        del number, forest
        for name in names:
            entry.pop(name, None)

    return apply


def _same_mail_as_first(entry: Attributes, number: int, forest: Forest) -> None:
    """Somebody who took over a post, and its addresses with it."""
    del number
    address = f"amina.abel0@{forest.domain}"
    entry["mail"] = [address]
    entry["proxyAddresses"] = [f"SMTP:{address}"]


_FAULTS: dict[tuple[str, int], Fault] = {
    **{("user", number): _set(userPrincipalName="{short}@{forest}") for number in range(60, 75)},
    ("user", 21): _set(userPrincipalName="anna fischer@{domain}"),
    ("user", 22): _set(userPrincipalName="jos\u00e9.garcia@{domain}"),
    ("user", 23): _set(userPrincipalName="{short}.@{domain}"),
    ("user", 24): _set(userPrincipalName="{short}"),
    ("user", 25): _set(userPrincipalName="$service@{domain}"),
    ("user", 26): _without("userPrincipalName"),
    ("user", 27): _without("userPrincipalName"),
    ("user", 41): _add_proxy("smtp:old name{number}@{domain}"),
    ("user", 42): _add_proxy("smtp:name{number};archive@{domain}"),
    ("user", 43): _add_proxy("smtp:name{number}"),
    ("user", 44): _add_proxy("smtp:name{number}@{forest}"),
    ("user", 45): _add_proxy("SIP:m\u00fcller{number}@{domain}"),
    ("user", 81): _same_mail_as_first,
    ("user", 82): _same_mail_as_first,
    ("group", 97): _set(mail="bruno.abel1@contoso.com"),
    ("group", 117): _without("mail", "proxyAddresses"),
    ("contact", 118): _set(targetAddress="SMTP:partner 118@partner.example.org"),
    ("contact", 138): _without("mail"),
    ("user", 101): _set(displayName=" "),
    ("user", 102): _set(givenName="Maximiliane " * 6),
    ("user", 103): _set(mailNickname=".{short}"),
    ("user", 104): _set(sAMAccountName="a.very.long.account.name"),
    ("user", 105): _set(sAMAccountName="o'connor105"),
    ("user", 120): _set(adminCount="1"),
    ("user", 121): _set(adminCount="1"),
}
