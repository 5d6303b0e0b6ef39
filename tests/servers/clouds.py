"""A good domain of each Microsoft cloud, as lines of a zone, and the part of the world around it."""

import base64
import functools

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLOUDS = {
    "worldwide": {
        "mx": "{token}.mail.protection.outlook.com",
        "autodiscover": "autodiscover.outlook.com",
        "spf": "spf.protection.outlook.com",
        "enrollment": "enterpriseenrollment-s.manage.microsoft.com",
        "registration": "enterpriseregistration.windows.net",
        "sip": "sipfed.online.lync.com",
        "initial": "contoso.onmicrosoft.com",
        "msoid": None,
    },
    "gcc-high": {
        "mx": "contoso.mail.protection.office365.us",
        "autodiscover": "autodiscover.office365.us",
        "spf": "spf.protection.office365.us",
        "enrollment": "enterpriseenrollment-s.manage.microsoft.us",
        "registration": "enterpriseregistration.microsoftonline.us",
        "sip": "sipfed.online.gov.skypeforbusiness.us",
        "initial": "contoso.onmicrosoft.us",
        "msoid": None,
    },
    "dod": {
        "mx": "contoso.mail.protection.office365.us",
        "autodiscover": "autodiscover-dod.office365.us",
        "spf": "spf.protection.office365.us",
        "enrollment": "enterpriseenrollment-s.manage.microsoft.us",
        "registration": "enterpriseregistration.windows.net",
        "sip": "sipfed.online.dod.skypeforbusiness.us",
        "initial": "contoso.onmicrosoft.us",
        "msoid": None,
    },
    "china": {
        "mx": "{token}.mail.protection.partner.outlook.cn",
        "autodiscover": "autodiscover.partner.outlook.cn",
        "spf": "spf.protection.partner.outlook.cn",
        "enrollment": "enterpriseenrollment-s.manage.microsoftonline.cn",
        "registration": "enterpriseregistration.partner.microsoftonline.cn",
        "sip": "sipfed.online.partner.lync.cn",
        "initial": "contoso.partner.onmschina.cn",
        "msoid": "clientconfig.partner.microsoftonline-p.net.cn",
    },
}
TOPS = ("com", "net", "us", "cn", "microsoft", "example")


@functools.cache
def key_text(bits=2048):
    """A DKIM record with a key of that size, as strings of a zone file."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"
    return " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))


def good(name, cloud):
    """{(owner label, type): [data]} of a domain without a fault."""
    values = CLOUDS[cloud]
    token = name.replace(".", "-")
    records = {
        ("@", "A"): ["203.0.113.10"],
        ("@", "AAAA"): ["2001:db8::10"],
        ("@", "MX"): [f"0 {values['mx'].format(token=token)}."],
        ("@", "TXT"): [f'"v=spf1 include:{values["spf"]} -all"'],
        ("autodiscover", "CNAME"): [f"{values['autodiscover']}."],
        ("enterpriseenrollment", "CNAME"): [f"{values['enrollment']}."],
        ("enterpriseregistration", "CNAME"): [f"{values['registration']}."],
        ("_sipfederationtls._tcp", "SRV"): [f"100 1 5061 {values['sip']}."],
        ("_dmarc", "TXT"): [f'"v=DMARC1; p=reject; rua=mailto:dmarc@{name}"'],
        ("_smtp._tls", "TXT"): [f'"v=TLSRPTv1; rua=mailto:tls@{name}"'],
    }
    for selector in ("selector1", "selector2"):
        target = f"{selector}-{token}._domainkey.{values['initial']}."
        records[f"{selector}._domainkey", "CNAME"] = [target]
    if values["msoid"]:
        records["msoid", "CNAME"] = [f"{values['msoid']}."]
    return records


def world(names, cloud):
    """{zone: [lines]} of everything that those domains lead to."""
    values = CLOUDS[cloud]
    lines = {top: [] for top in TOPS}

    def add(name, rest):
        label, _, top = name.rpartition(".")
        lines[top].append(f"{label} {rest}")

    hosts = {
        one[key]
        for one in CLOUDS.values()
        for key in ("autodiscover", "enrollment", "registration")
    }
    hosts |= {one["sip"] for one in CLOUDS.values()}
    hosts |= {one["mx"] for one in CLOUDS.values() if "{" not in one["mx"]}
    hosts |= {"mail.filter.example", "sipdir.online.lync.com", "manage.microsoft.com"}
    hosts |= {"contoso-com.mail.protection.outlook.com"}
    for name in hosts:
        add(name, "A 198.51.100.20")
        add(name, "AAAA 2001:db8:100::20")
    for one in {one["spf"] for one in CLOUDS.values()}:
        add(one, 'TXT "v=spf1 ip4:198.51.100.0/24 -all"')
    for number in range(12):
        add(f"s{number}.senders.example", f'TXT "v=spf1 ip4:192.0.2.{number} -all"')
    for name in names:
        token = name.replace(".", "-")
        if "{" in values["mx"]:
            add(values["mx"].format(token=token), "A 198.51.100.25")
        for selector in ("selector1", "selector2"):
            add(f"{selector}-{token}._domainkey.{values['initial']}", f"TXT {key_text()}")
    add("azurewebsites.net", "TXT x")
    add("selector1-short._domainkey.keys.example", f"TXT {key_text(1024)}")
    add("selector1-revoked._domainkey.keys.example", 'TXT "v=DKIM1; k=rsa; p="')
    return {".": ["@ A 127.0.0.1"], **lines}


def lines_of(records):
    """Lines of a zone file."""
    return [f"{owner} {kind} {data}" for (owner, kind), many in records.items() for data in many]
