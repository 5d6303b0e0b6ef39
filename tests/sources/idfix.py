"""The rules of IdFix 2.6 in its multi-tenant mode, as a reference for what ours may differ in.

Written from the description of its behaviour, for tests only; limits, classes of characters and order
are its own, faults included.
"""

import re

WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL = re.compile(rf"{WORD}(?:\.{WORD})*")
DOMAIN = re.compile(r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,17}\Z")
SPACE = "\t\n\v\f\r \x85\xa0"
LOGIN = (
    SPACE
    + "\\%&*+/=?'{}|<>();:,[]\"\u00e4\u00eb\u00ef\u00f6\u00fc\u00ff\u00c4\u00cb\u00cf\u00d6\u00dc\u0178"
)
SAM = '\\"|,/[]:<>+=;?*'
TARGET_SMTP = SPACE + '\\<>();,[]"'
TARGET = SPACE + '\\<>(),[]"'
PROXY_SMTP = SPACE + '<>();,[]"'
PROXY = SPACE + '<>(),[]"'
X = "\t\n\v\f\r[]\"'"


class Run:
    """One value on its way: each failing rule hands its repair on."""

    def __init__(self, value, roots, name=""):
        self.value, self.roots, self.name, self.kinds = value, roots, name, set()

    def length(self, limit):
        if len(self.value) > limit:
            self.kinds.add("length")
            self.value = self.value[:limit]

    def characters(self, forbidden):
        kept = "".join(char for char in self.value if char not in forbidden)
        if kept != self.value:
            self.kinds.add("character")
            self.value = kept or self.name

    def colon(self):
        head, colon, rest = self.value.partition(":")
        if head and colon and ":" in rest:
            self.kinds.add("character")
            self.value = f"{head}:{rest.replace(':', '')}"

    def address(self):
        prefix, x = "", self.value
        if "smtp:" in self.value.lower():
            before, _, x = self.value.partition(":")
            prefix = before.strip() + ":"
        final = x.rpartition(".")[2] if "." in x else ""
        if final and final.lower() not in self.roots:
            self.kinds.add("top-level-domain")
        if not DOMAIN.search(x):
            self.kinds.add("domain-part")
            head, at, domain = x.rpartition("@")
            if at:
                x = f"{head}@{re.sub('[^A-Za-z0-9.-]', '', domain)}"
        begins = re.match(rf"{LOCAL.pattern}@", x)
        if not begins or x.count("@") > 1:
            self.kinds.add("local-part")
            head, at, domain = x.rpartition("@")
            if at:
                kept = re.sub(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]", "", head)
                x = f"{kept}@{domain}".replace(".@", "@")
        if not re.fullmatch(rf"{LOCAL.pattern}{DOMAIN.pattern}", x):
            self.kinds.add("format")
        self.value = prefix + x


def login(value, roots):
    run = Run(value, roots)
    run.length(113)
    run.characters(LOGIN)
    run.address()
    return run.kinds


def proxy(value, roots):
    run = Run(value, roots)
    run.length(256)
    run.colon()
    if "smtp:" in value.lower():
        run.characters(PROXY_SMTP)
        run.address()
    elif re.match(r"x\.?[45]00", value, re.IGNORECASE | re.ASCII):
        run.characters(X)
    else:
        run.characters(PROXY)
    return run.kinds


def target(value, roots):
    run = Run(value, roots)
    run.length(255)
    run.colon()
    if "smtp:" in value.lower():
        run.characters(TARGET_SMTP)
        run.address()
    else:
        run.characters(TARGET)
    return run.kinds


def account(value, *, user):
    run = Run(value, ())
    run.length(20 if user else 256)
    run.characters(SAM)
    return run.kinds


def nickname(value):
    run = Run(value, ())
    run.length(64)
    if run.value.startswith("."):
        run.kinds.add("character")
    return run.kinds


def display_name(value):
    run = Run(value, ())
    run.length(255)
    return run.kinds | ({"blank"} if not run.value else set())


def given_name(value):
    run = Run(value, ())
    run.length(63)
    return run.kinds


_PREFIXES = (
    "admini", "cas_{", "discoverysearchmailbox", "federatedemail", "guest", "httpconnector", "krbtgt",
    "iusr_", "iwam", "msol", "support_", "systemmailbox", "wwioadmini", "healthmailbox",
    "exchange online-applicationaccount",
)  # fmt: skip


def skips(entry):
    """Whether an object gives no row at all. `entry` has its names as Active Directory spells them."""

    def first(name):
        return entry.get(name, [""])[0]

    cn, kind = first("cn"), entry["objectClass"][-1]
    if cn.endswith("$") or cn.lower().startswith(_PREFIXES):
        return True
    if "ACNF:" in entry["dn"][0].upper() or first("isCriticalSystemObject") == "TRUE":
        return True
    if kind == "user":
        hidden = first("msExchHideFromAddressLists") == "TRUE"
        return (
            first("sAMAccountName").upper().startswith(("CAS_", "SUPPORT_", "MSOL_"))
            or first("mailNickname").upper().startswith(("CAS_", "SYSTEMMAILBOX"))
            or (hidden and first("displayName").upper().startswith("MSOL"))
        )
    if kind == "group" and first("groupType"):
        security = int(first("groupType")) < 0
        return not first("mail") if security else not first("proxyAddresses")
    return False
