"""A generated forest of any size with known faults: its LDIF, and every row that a scan has to give.

Each fault stands at a fixed residue of the object's number; between them are people in good order.
What is expected is written down beside each fault by hand and never asks the product.
"""

from base64 import b64encode
from collections import Counter

DOMAINS = ("contoso.com", "fabrikam.com")
EVERY = 1000
ROOT = "DC=corp,DC=contoso,DC=com"
UNITS = f"OU=Staff,{ROOT}"

VALID = "directory_sync.user-principal-names-valid"
PROXIES = "directory_sync.proxy-addresses-valid"
TARGETS = "directory_sync.target-addresses-valid"
MAILS = "directory_sync.mail-values-valid"
NICKNAMES = "directory_sync.mail-nicknames-valid"
ACCOUNTS = "directory_sync.sam-account-names-valid"
NAMES = "directory_sync.names-valid"
UNIQUE = "directory_sync.attribute-values-unique"
ACROSS = "directory_sync.addresses-unique-across-attributes"
CHANGED = "directory_sync.cloud-user-names-unchanged"
COLLIDE = "directory_sync.cloud-user-names-unique"
WITHOUT = "directory_sync.users-have-user-principal-names"
DIFFERENT = "directory_sync.upn-matches-primary-address"
SIZES = "directory_sync.object-sizes-within-limits"
SCOPE = "directory_sync.sync-scope-known"
CONFLICTS = "directory_sync.no-conflict-objects"
UNITS_CLEAN = "directory_sync.organizational-unit-names-clean"
READABLE = "directory_sync.objects-readable"
PRIVILEGED = "directory_sync.privileged-accounts-not-synced"
STALE = "directory_sync.stale-accounts-reviewed"
ASCII = "directory_sync.synced-attributes-ascii"
ANCHORS = "directory_sync.source-anchors-consistent"

CHECKS = {
    VALID, PROXIES, TARGETS, MAILS, NICKNAMES, ACCOUNTS, NAMES, UNIQUE, ACROSS, CHANGED, COLLIDE,
    WITHOUT, DIFFERENT, SIZES, SCOPE, CONFLICTS, UNITS_CLEAN, READABLE, PRIVILEGED, STALE, ASCII,
    ANCHORS,
}  # fmt: skip
_VALUES = (VALID, PROXIES, TARGETS, MAILS, NICKNAMES, ACCOUNTS, NAMES)


def dn_of(number, container=UNITS):
    return f"CN=User {number:07d},{container}"


def user(number):
    """An entry in good order: [(attribute, value), …] without the dn."""
    name = f"user{number:07d}"
    return {
        "objectClass": ["top", "person", "organizationalPerson", "user"],
        "cn": [f"User {number:07d}"],
        "displayName": [f"User {number:07d}"],
        "givenName": ["User"],
        "mail": [f"{name}@contoso.com"],
        "mailNickname": [name],
        "proxyAddresses": [f"SMTP:{name}@contoso.com", f"smtp:{name}@fabrikam.com"],
        "sAMAccountName": [name],
        "userPrincipalName": [f"{name}@contoso.com"],
        "userAccountControl": ["512"],
    }


def ldif(dn, attributes):
    """The text of an entry; what LDIF cannot write plainly goes in base64 (RFC 2849)."""
    lines = [_line("dn", dn)]
    lines += [_line(name, one) for name, values in attributes.items() for one in values]
    return "\n".join(lines) + "\n\n"


def _line(name, value):
    if isinstance(value, bytes):
        return f"{name}:: {b64encode(value).decode()}"
    if value and (not value.isascii() or value[0] in " :<" or value[-1] == " " or "\n" in value):
        return f"{name}:: {b64encode(value.encode()).decode()}"
    return f"{name}: {value}"


def _renamed(number, login, kinds, *more):
    """A user whose sign-in name is wrong: it changes in the cloud and differs from the address."""
    entry = user(number) | {"userPrincipalName": [login]}
    dn = dn_of(number)
    rows = [(VALID, dn, f"userPrincipalName {kinds}"), (CHANGED, dn, ""), (DIFFERENT, dn, "")]
    return [(dn, entry)], [*rows, *more]


def blank_in_login(number):
    return _renamed(number, f"user {number:07d}@contoso.com", "character")


def unroutable_login(number):
    return _renamed(number, f"user{number:07d}@corp.local", "top-level-domain")


def letters_in_login(number):
    return _renamed(number, f"us\u00e9r{number:07d}@contoso.com", "character")


def login_without_domain(number):
    return _renamed(number, f"user{number:07d}", "format, domain-part, local-part")


def long_login(number):
    """Too long before the at sign; the cloud would take it all the same."""
    dn, local = dn_of(number), f"{number:065d}"
    entry = user(number) | {"userPrincipalName": [f"{local}@contoso.com"]}
    return [(dn, entry)], [(VALID, dn, "userPrincipalName length"), (DIFFERENT, dn, "")]


def dollar(number):
    """A warning, and nothing that changes: all addresses have it."""
    dn, address = dn_of(number), f"user${number:07d}@contoso.com"
    entry = user(number) | {
        "userPrincipalName": [address],
        "mail": [address],
        "proxyAddresses": [f"SMTP:{address}"],
    }
    return [(dn, entry)], [(VALID, dn, "userPrincipalName character")]


def apostrophe(number):
    """Allowed, whatever IdFix says."""
    address = f"o'user{number:07d}@contoso.com"
    entry = user(number) | {
        "userPrincipalName": [address],
        "mail": [address],
        "proxyAddresses": [f"SMTP:{address}"],
    }
    return [(dn_of(number), entry)], []


def semicolon_in_proxy(number):
    dn = dn_of(number)
    entry = user(number)
    entry["proxyAddresses"].append(f"smtp:user{number:07d};x@contoso.com")
    return [(dn, entry)], [(PROXIES, dn, "proxyAddresses character")]


def bracket_in_x500(number):
    dn = dn_of(number)
    entry = user(number)
    entry["proxyAddresses"].append(f"X500:/o=Org/cn=[{number}]")
    return [(dn, entry)], [(PROXIES, dn, "proxyAddresses character")]


def blank_in_target(number):
    dn = dn_of(number)
    entry = user(number) | {"targetAddress": [f"SMTP:user {number:07d}@contoso.com"]}
    return [(dn, entry)], [(TARGETS, dn, "targetAddress character")]


def long_mail(number):
    dn, mail = dn_of(number), f"{number:0250d}@contoso.com"
    entry = user(number) | {"mail": [mail]}
    return [(dn, entry)], [(MAILS, dn, "mail length")]


def dot_before_nickname(number):
    dn = dn_of(number)
    entry = user(number) | {"mailNickname": [f".user{number:07d}"]}
    return [(dn, entry)], [(NICKNAMES, dn, "mailNickname character")]


def long_account(number):
    dn = dn_of(number)
    entry = user(number) | {"sAMAccountName": [f"{number:021d}"]}
    return [(dn, entry)], [(ACCOUNTS, dn, "sAMAccountName length")]


def long_account_of_a_person(number):
    """The limit of twenty is that of users; an inetOrgPerson is none by its class."""
    entry = user(number) | {"sAMAccountName": [f"{number:021d}"]}
    entry["objectClass"] = [*entry["objectClass"], "inetOrgPerson"]
    return [(dn_of(number), entry)], []


def empty_display_name(number):
    dn = dn_of(number)
    return [(dn, user(number) | {"displayName": [""]})], [(NAMES, dn, "displayName blank")]


def long_names(number):
    dn = dn_of(number)
    entry = user(number) | {"displayName": ["x" * 257], "givenName": ["y" * 65]}
    rows = [(NAMES, dn, "displayName length"), (NAMES, dn, "givenName length")]
    return [(dn, entry)], rows


def names_at_their_limit(number):
    entry = user(number) | {"displayName": ["x" * 256], "givenName": ["y" * 64]}
    return [(dn_of(number), entry)], []


def without_login(number):
    dn, entry = dn_of(number), user(number)
    del entry["userPrincipalName"]
    return [(dn, entry)], [(WITHOUT, dn, ""), (CHANGED, dn, "")]


def disabled_without_login(number):
    entries, rows = without_login(number)
    entries[0][1]["userAccountControl"] = ["514"]
    return entries, rows


def accounts_shared(number):
    """Two users without a sign-in name and with one account name."""
    entries, rows = [], []
    for container in (UNITS, f"OU=Else,{ROOT}"):
        dn, entry = dn_of(number, container), user(number)
        for name in ("userPrincipalName", "mail", "mailNickname", "proxyAddresses"):
            del entry[name]
        entries.append((dn, entry))
        rows += [(WITHOUT, dn, ""), (CHANGED, dn, ""), (COLLIDE, dn, "")]
        rows.append((UNIQUE, dn, "sAMAccountName"))
    return entries, rows


def mail_of_another(number):
    """The address of the user two hundred numbers before, in both places."""
    dn, other, address = dn_of(number), dn_of(number - 200), f"user{number - 200:07d}@contoso.com"
    entry = user(number) | {"mail": [address], "proxyAddresses": [f"SMTP:{address}"]}
    rows = [(check, one, name) for check in (UNIQUE, ACROSS) for one in (dn, other)
            for name in ("mail", "proxyAddresses")]  # fmt: skip
    rows += [(ACROSS, other, "userPrincipalName"), (DIFFERENT, dn, "")]
    return [(dn, entry)], rows


def login_of_another(number):
    """The sign-in name of the user two hundred numbers before, in other letters."""
    dn, other = dn_of(number), dn_of(number - 200)
    login = f"USER{number - 200:07d}@Contoso.com"
    rows = [(UNIQUE, one, "userPrincipalName") for one in (dn, other)]
    rows += [(COLLIDE, one, "") for one in (dn, other)]
    rows += [(ACROSS, one, "userPrincipalName") for one in (dn, other)]
    rows += [(ACROSS, other, "mail"), (ACROSS, other, "proxyAddresses"), (DIFFERENT, dn, "")]
    return [(dn, user(number) | {"userPrincipalName": [login]})], rows


def nickname_of_another(number):
    dn, other = dn_of(number), dn_of(number - 200)
    entry = user(number) | {"mailNickname": [f"User{number - 200:07d}"]}
    return [(dn, entry)], [(UNIQUE, one, "mailNickname") for one in (dn, other)]


def proxy_twice(number):
    """One value in two spellings on one object."""
    dn, entry = dn_of(number), user(number)
    entry["proxyAddresses"].append(f"smtp:User{number:07d}@Fabrikam.com")
    return [(dn, entry)], [(UNIQUE, dn, "proxyAddresses")] * 2


def contact_with_address_of_a_user(number):
    dn, other = f"CN=Contact {number:07d},{UNITS}", dn_of(number - 200)
    address = f"user{number - 200:07d}@contoso.com"
    entry = {
        "objectClass": ["top", "person", "organizationalPerson", "contact"],
        "cn": [f"Contact {number:07d}"],
        "mail": [address],
        "proxyAddresses": [f"SMTP:{address}"],
    }
    rows = [(check, one, name) for check in (UNIQUE, ACROSS) for one in (dn, other)
            for name in ("mail", "proxyAddresses")]  # fmt: skip
    return [(dn, entry)], [*rows, (ACROSS, other, "userPrincipalName")]


def contact_without_mail(number):
    dn = f"CN=Contact {number:07d},{UNITS}"
    entry = {
        "objectClass": ["top", "person", "organizationalPerson", "contact"],
        "cn": [f"Contact {number:07d}"],
        "displayName": [f"Contact {number:07d}"],
    }
    return [(dn, entry)], [(SCOPE, dn, "no-mail, no-proxy, not-mail-enabled")]


def security_group(number):
    """It synchronises without mail."""
    return [(f"CN=Group {number:07d},{UNITS}", _group(number, "-2147483646"))], []


def distribution_group(number):
    dn = f"CN=Group {number:07d},{UNITS}"
    return [(dn, _group(number, "2"))], [(SCOPE, dn, "not-mail-enabled")]


def _group(number, kind):
    return {
        "objectClass": ["top", "group"],
        "cn": [f"Group {number:07d}"],
        "displayName": [f"Group {number:07d}"],
        "sAMAccountName": [f"group{number:07d}"],
        "groupType": [kind],
    }


def critical(number):
    """It stays out, and its faults are told all the same."""
    dn = dn_of(number)
    entry = user(number) | {"isCriticalSystemObject": ["TRUE"]}
    entry["userPrincipalName"] = [f"user {number:07d}@contoso.com"]
    return [(dn, entry)], [
        (VALID, dn, "userPrincipalName character"),
        (SCOPE, dn, "critical"),
    ]


def conflict(number):
    dn = f"CN=User {number:07d}\\0ACNF:5f1c9a4e-0000-4000-8000-{number:012d},{UNITS}"
    return [(dn, user(number))], [(CONFLICTS, dn, ""), (SCOPE, dn, "conflict")]


def awkward_unit(number):
    dn = f"OU=a/b {number},{ROOT}"
    entry = {"objectClass": ["top", "organizationalUnit"], "ou": [f"a/b {number}"]}
    return [(dn, entry)], [(UNITS_CLEAN, dn, "")]


def administrator(number):
    dn = dn_of(number)
    return [(dn, user(number) | {"adminCount": ["1"]})], [(PRIVILEGED, dn, "")]


def no_password(number):
    dn = dn_of(number)
    return [(dn, user(number) | {"userAccountControl": ["544"]})], [(STALE, dn, "")]


def letters_in_mail(number):
    dn = dn_of(number)
    entry = user(number) | {"mail": [f"b\u00e4cker{number}@contoso.com"]}
    return [(dn, entry)], [(ASCII, dn, "")]


def many_certificates(number):
    dn = dn_of(number)
    entry = user(number) | {"userCertificate;binary": [b"\x30\x00"] * 16}
    return [(dn, entry)], [(SIZES, dn, "userCertificate")]


def anchors_shared(number):
    entries, rows = [], []
    for twin in (number, number + EVERY * 1_000_000):
        dn = dn_of(twin)
        anchor = number.to_bytes(16, "big")
        entries.append((dn, user(twin) | {"mS-DS-ConsistencyGuid": [anchor]}))
        rows.append((ANCHORS, dn, ""))
    return entries, rows


def damaged(number):
    """Base64 that is none: the entry is lost, and no other."""
    return [(dn_of(number), user(number) | {"description": None})], [(READABLE, dn_of(number), "")]


FAULTS = {
    300: blank_in_login, 301: unroutable_login, 302: letters_in_login, 303: login_without_domain,
    304: long_login, 305: dollar, 306: apostrophe, 307: semicolon_in_proxy, 308: bracket_in_x500,
    309: blank_in_target, 310: long_mail, 311: dot_before_nickname, 312: long_account,
    313: long_account_of_a_person, 314: empty_display_name, 315: long_names,
    316: names_at_their_limit, 317: without_login, 318: disabled_without_login,
    319: accounts_shared, 320: mail_of_another, 321: login_of_another, 322: nickname_of_another,
    323: proxy_twice, 324: contact_with_address_of_a_user, 325: contact_without_mail,
    326: security_group, 327: distribution_group, 328: critical, 329: administrator,
    330: no_password, 331: letters_in_mail, 332: many_certificates, 333: anchors_shared,
}  # fmt: skip
RARE = {340: conflict, 341: awkward_unit, 342: damaged}
"""Those of which a scan names the first thousand only: once in two thousand."""


def forest(count):
    """The texts of a forest made of that many numbers, with what each adds to the expected rows."""
    for number in range(count):
        fault = FAULTS.get(number % EVERY) or RARE.get(number % (2 * EVERY))
        if fault is None:
            yield ldif(dn_of(number), user(number)), ()
            continue
        entries, rows = fault(number)
        text = "".join(ldif(dn, entry) for dn, entry in entries if None not in entry.values())
        if not text:
            ((dn, entry),) = entries
            del entry["description"]
            text = ldif(dn, entry)[:-1] + "displayName:: !!!\n\n"
        yield text, rows


def write(path, count):
    """Write the forest; what is expected of it, each row with how often."""
    expected = Counter()
    with path.open("w") as file:
        for text, rows in forest(count):
            file.write(text)
            expected.update(rows)
    return expected


def found(result, read_rows):
    """The rows of every finding that fails or warns: the check, the object, and what is told of it."""
    counted = Counter()
    for one in result.findings:
        if one.affected is None or one.status not in ("fail", "warn"):
            continue
        columns = one.affected.columns
        told = [columns.index(name) for name in _told(one.check) if name in columns]
        who = columns.index("dn")
        for row in read_rows(one.affected):
            what = " ".join(row[place] for place in told if row[place])
            counted[one.check, row[who], what] += 1
    return counted


def _told(check):
    """The columns beside the name of the object that the expectations speak of."""
    if check in _VALUES:
        return ("attribute", "kinds", "notes")
    return {
        SCOPE: ("reasons",),
        UNIQUE: ("attribute",),
        ACROSS: ("attribute",),
        SIZES: ("attribute",),
    }.get(check, ())
