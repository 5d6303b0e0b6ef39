"""What the sample organisation publishes, outside and inside, and the part of the world around it."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.lab.organisation import Organisation

NAME_SERVERS = ("203.0.113.53", "203.0.113.54")
"""Where the sample organisation's zones are served, as DNS says; the lab redirects them."""
_PUBLIC, _MAIL = "203.0.113.10", "203.0.113.25"
_VERIFICATION = {"contoso.com": "MS=ms31415926", "fabrikam.com": "MS=ms27182818"}
_RSA_2048 = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyMyu9ujKHoMabEHsWFh7rBS8hTyi8sFc22prYMZBnqa/XMrNxvyH"
    "AIlbFjYc3DZSDGWzbFjuSE52VTOgvp/JpVWq5v43Gy/CvISYTH0t6nBCDR9+OJ5aiMqyFfOMoeWvNz+F52TV08nBXs8x58yP"
    "W36eJFLHUDKqFmfMsiKk+KRmTCzmE8Ej0VxGnxGzKtmIpSmDkfcCyx9nYLrWfM2OZ22xj2L/wFt0Rkr1kwaIEpL5Dy8BX8cG"
    "/BLVbR5JcXbXCTpNL6bnSHcIKpxMKoVsX4nYGzM7RyT3zfeLhyBKBcVeQ6PjAa1t6nEIGSBUeDPSRjRQZwT9+CVCVwRkRwID"
    "AQAB"
)


def world() -> Iterator[str]:
    """Names of Microsoft's clouds that records lead to, as far as the lab needs them."""
    for name in (
        "enterpriseenrollment-s.manage.microsoft.com",
        "enterpriseregistration.windows.net",
        "autodiscover.outlook.com",
        "sipfed.online.lync.com",
        "login.microsoftonline.com",
        "graph.microsoft.com",
        "manage.microsoft.com",
        "contoso-com.mail.protection.outlook.com",
    ):
        yield f"{name} A 198.51.100.20"
        yield f"{name} AAAA 2001:db8:100::20"
    yield 'spf.protection.outlook.com TXT "v=spf1 ip4:198.51.100.0/24 -all"'
    yield "com SOA a.gtld.example. nobody.example. 1 1800 900 604800 86400"
    yield "com NS a.gtld.example."
    yield "a.gtld.example A 203.0.113.60"


def public(mine: Organisation) -> Iterator[str]:
    """The zones as the world sees them."""
    yield from world()
    for name in (mine.domain, mine.second_domain):
        yield from _zone(name)
        yield from _apex(mine, name)
    if mine.healthy:
        yield from _aliases(mine.domain)
        yield from _aliases(mine.second_domain)
    else:
        yield from _troubled(mine)
    yield f"{mine.federation_host} A {_PUBLIC}"
    yield f"{mine.federation_host} AAAA 2001:db8:10::10"


def internal(mine: Organisation) -> Iterator[str]:
    """The zones as the organisation's own resolver answers them."""
    yield from world()
    yield from _zone(mine.domain)
    yield f"{mine.federation_host} A 10.0.0.10"
    if mine.healthy:
        yield from _aliases(mine.domain)
        yield from _aliases(mine.second_domain)


def _zone(name: str) -> Iterator[str]:
    yield f"{name} SOA ns1.{name}. hostmaster.{name}. 2026110201 7200 3600 1209600 3600"
    for number, address in enumerate(NAME_SERVERS, 1):
        yield f"{name} NS ns{number}.{name}."
        yield f"ns{number}.{name} A {address}"


def _apex(mine: Organisation, name: str) -> Iterator[str]:
    yield f"{name} A {_PUBLIC}"
    yield f"{name} AAAA 2001:db8:10::10"
    if name == mine.domain or mine.healthy:
        yield f'{name} TXT "{_VERIFICATION.get(name, "")}"'


def _aliases(name: str) -> Iterator[str]:
    yield f"enterpriseenrollment.{name} CNAME enterpriseenrollment-s.manage.microsoft.com."
    yield f"enterpriseregistration.{name} CNAME enterpriseregistration.windows.net."


def _troubled(mine: Organisation) -> Iterator[str]:
    """The usual mistakes: an alias of another cloud, a pilot's left-over, an alias never made."""
    yield f"enterpriseenrollment.{mine.domain} CNAME enterpriseenrollment-s.manage.microsoft.us."
    yield f"enterpriseregistration.{mine.domain} CNAME {mine.federation_host}."
    yield f'{mine.second_domain} TXT "MS=ms99999999"'
