"""What the sample organisation publishes, outside and inside, and the part of the world around it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from scanner.lab.organisation import Organisation

NAME_SERVERS = ("203.0.113.53", "203.0.113.54")
"""Where the sample organisation's zones are served, as DNS says; the lab redirects them."""
OLD_NAME_SERVER = "203.0.113.55"
"""A server that the troubled zone still lists and that serves something else."""
PARKED = "contoso.net"
_PUBLIC, _FARM = "203.0.113.10", "10.0.0.10"
_HOSTS = ("apps", "ndes", "vpn", "mail", "portal", "pki")
_VERIFICATION = {"contoso.com": "MS=ms31415926", "fabrikam.com": "MS=ms27182818"}
_CONTROLLERS = ("dc1", "dc2")
_SERVICES = {
    "_ldap._tcp.dc._msdcs": 389,
    "_kerberos._tcp.dc._msdcs": 88,
    "_ldap._tcp.gc._msdcs": 3268,
    "_gc._tcp": 3268,
    "_kerberos._tcp": 88,
    "_kerberos._udp": 88,
    "_kpasswd._tcp": 464,
    "_kpasswd._udp": 464,
}
_FILTERED = "manage.microsoft.com"


def world() -> Iterator[str]:
    """Names of the cloud that records lead to, as far as the lab needs them."""
    for name in (
        "enterpriseenrollment-s.manage.microsoft.com",
        "enterpriseregistration.windows.net",
        "autodiscover.outlook.com",
        "login.microsoftonline.com",
        "graph.microsoft.com",
        _FILTERED,
        "contoso-com.mail.protection.outlook.com",
    ):
        yield f"{name} A 198.51.100.20"
        yield f"{name} AAAA 2001:db8:100::20"
    yield 'spf.protection.outlook.com TXT "v=spf1 ip4:198.51.100.0/24 -all"'
    yield "azurewebsites.net SOA ns1.azure-dns.example. nobody.example. 1 1800 900 604800 60"
    for top in ("com", "net"):
        yield f"{top} SOA a.gtld.example. nobody.example. 1 1800 900 604800 86400"


def public(mine: Organisation) -> Iterator[str]:
    """The zones as the world sees them."""
    yield from world()
    for name in (mine.domain, mine.second_domain, PARKED):
        yield from _zone(name)
    for name in (mine.domain, mine.second_domain):
        yield f"{name} A {_PUBLIC}"
        yield f"{name} AAAA 2001:db8:10::10"
    for label in _HOSTS:
        yield f"{label}.{mine.domain} A {_PUBLIC}"
    yield f'{mine.domain} TXT "{_VERIFICATION[mine.domain]}"'
    yield from _healthy(mine) if mine.healthy else _troubled(mine)


def internal(mine: Organisation) -> Iterator[str]:
    """What the organisation's own resolver answers; troubled: its zone of the same name is poor."""
    yield from (line for line in world() if mine.healthy or not line.startswith(_FILTERED))
    yield f"{mine.domain} SOA dc1.{mine.forest}. hostmaster.{mine.domain}. 88 900 600 86400 3600"
    yield f"{mine.federation_host} A {_FARM}"
    for label in _HOSTS:
        yield f"{label}.{mine.domain} A 10.0.0.20"
    if mine.healthy:
        yield from _aliases(mine.domain)
        yield f"autodiscover.{mine.domain} CNAME autodiscover.outlook.com."
    yield from _zone(mine.second_domain)
    yield from _directory(mine)


def _zone(name: str) -> Iterator[str]:
    yield f"{name} SOA ns1.{name}. hostmaster.{name}. 2026110201 7200 3600 1209600 3600"
    for number, address in enumerate(NAME_SERVERS, 1):
        yield f"{name} NS ns{number}.{name}."
        yield f"ns{number}.{name} A {address}"


def _aliases(name: str) -> Iterator[str]:
    yield f"enterpriseenrollment.{name} CNAME enterpriseenrollment-s.manage.microsoft.com."
    yield f"enterpriseregistration.{name} CNAME enterpriseregistration.windows.net."


def _directory(mine: Organisation) -> Iterator[str]:
    """Active Directory as its domain controllers register it; troubled: one of them is long gone."""
    for label in _CONTROLLERS:
        for service, port in _SERVICES.items():
            yield f"{service}.{mine.forest} SRV 0 100 {port} {label}.{mine.forest}."
    yield f"_ldap._tcp.pdc._msdcs.{mine.forest} SRV 0 100 389 dc1.{mine.forest}."
    for number, label in enumerate(_CONTROLLERS[: 2 if mine.healthy else 1], 5):
        yield f"{label}.{mine.forest} A 10.0.0.{number}"


def _healthy(mine: Organisation) -> Iterator[str]:
    name = mine.domain
    yield f'{mine.second_domain} TXT "{_VERIFICATION[mine.second_domain]}"'
    yield from _aliases(name)
    yield from _aliases(mine.second_domain)
    yield f"{mine.federation_host} A {_PUBLIC}"
    yield f"{mine.federation_host} AAAA 2001:db8:10::10"
    yield f"{name} MX 0 contoso-com.mail.protection.outlook.com."
    yield f"autodiscover.{name} CNAME autodiscover.outlook.com."
    yield f'{name} TXT "v=spf1 include:spf.protection.outlook.com -all"'
    yield f'{mine.second_domain} TXT "v=spf1 -all"'
    yield from _keys(mine, ("selector1", "selector2"), 2048)
    for one in (name, mine.second_domain, PARKED):
        yield f'_dmarc.{one} TXT "v=DMARC1; p=reject; rua=mailto:dmarc@{name}"'
    for one in (mine.second_domain, PARKED):
        yield f'{one}._report._dmarc.{name} TXT "v=DMARC1"'
    yield f'_smtp._tls.{name} TXT "v=TLSRPTv1; rua=mailto:tls@{name}"'
    yield f"{PARKED} MX 0 ."
    yield f'{PARKED} TXT "v=spf1 -all"'


def _troubled(mine: Organisation) -> Iterator[str]:
    """The usual mistakes, one of each kind."""
    name = mine.domain
    # Enrolment: the alias of another cloud; registration: the left-over of a pilot; one suffix bare.
    yield f"enterpriseenrollment.{name} CNAME enterpriseenrollment-s.manage.microsoft.us."
    yield f"enterpriseregistration.{name} CNAME {mine.federation_host}."
    yield f"msoid.{name} CNAME clientconfig.microsoftonline-p.net."
    # Verification: the text of another tenant.
    yield f'{mine.second_domain} TXT "MS=ms99999999"'
    # Federation: the name of the load balancer as an alias, which breaks Kerberos.
    yield f"{mine.federation_host} CNAME balancer.{name}."
    yield f"balancer.{name} A {_PUBLIC}"
    # Mail: the own server still comes first; SPF needs twelve lookups; half of DKIM; DMARC in prose.
    yield f"{name} MX 5 mail.{name}."
    yield f"{name} MX 10 contoso-com.mail.protection.outlook.com."
    yield f"autodiscover.{name} CNAME mail.{name}."
    senders = " ".join(f"include:spf{number}.senders.example" for number in range(1, 6))
    yield f'{name} TXT "v=spf1 include:spf.protection.outlook.com {senders} ~all"'
    for number in range(1, 6):
        yield f'spf{number}.senders.example TXT "v=spf1 a:out{number}.senders.example -all"'
        yield f"out{number}.senders.example A 203.0.113.{number}"
    yield from _keys(mine, ("selector1",), 1024)
    yield f'_dmarc.{name} TXT "v=DMARC1; p=none; pct=50"'
    yield f'_mta-sts.{name} TXT "v=STSv1; id=20260101"'
    # The zone: an alias to a page that was deleted, a private address, a server that left years ago.
    yield f"shop.{name} CNAME contoso-shop.azurewebsites.net."
    yield f"sip.{name} CNAME sipdir.online.lync.com."
    yield f"wpad.{name} CNAME parking.example."
    yield "parking.example A 192.0.2.80"
    yield f"{name} NS ns3.{name}."
    yield f"ns3.{name} A {OLD_NAME_SERVER}"
    yield f'{name} CAA 0 issue "letsencrypt.org"'


def _keys(mine: Organisation, selectors: tuple[str, ...], bits: int) -> Iterator[str]:
    """Selectors as aliases to keys below the initial domain, as Exchange Online makes them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"
    strings = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
    token = mine.domain.replace(".", "-")
    for selector in selectors:
        target = f"{selector}-{token}._domainkey.{mine.initial_domain}"
        yield f"{selector}._domainkey.{mine.domain} CNAME {target}."
        yield f"{target} TXT {strings}"
