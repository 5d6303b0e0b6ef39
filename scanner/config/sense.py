"""Values that are of the right type and still cannot be meant: ports, names, addresses, files."""

from __future__ import annotations

import codecs
import ipaddress
import re
from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import urlsplit

from scanner.config.model import Config
from scanner.words import Owner

Problem = tuple[tuple[str | int, ...], str]

_NAME = re.compile(r"^(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?$")
_TARGET = re.compile(r"^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):(\d{1,5})$")
_PROXY = re.compile(r"^(none|((http|socks5h?)://)?(\[[0-9a-fA-F:.]+\]|[^\s:/@\[\]]+):\d{1,5}/?)$")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LDAP = re.compile(r"ldaps?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?/?")
_ATTRIBUTE = re.compile(r"^[A-Za-z][A-Za-z0-9-]*$")
_HIGHEST_PORT = 65535


def nonsense(config: Config) -> Iterator[Problem]:
    """Every value of the configuration that cannot work, with what would."""
    yield from _times(config)
    yield from _names(config)
    yield from _addresses(config)
    yield from _files(config)
    yield from _published(config)
    yield from _sign_in(config)
    yield from _exposure(config)
    yield from _brand(config)
    yield from _directory(config)
    yield from _ldap(config)
    yield from _owners(config)


def owner_of(word: str) -> Owner | None:
    """The role that a key of [owners] means: `dns-admin`, or "DNS admin" as reports write it."""
    return next((role for role in Owner if _key_of(role) == _key_of(word)), None)


def _key_of(word: str) -> str:
    return re.sub(r"[\s_-]+", "-", word.strip()).casefold()


def _owners(config: Config) -> Iterator[Problem]:
    right = [_key_of(role) for role in Owner]
    seen: dict[Owner, str] = {}
    for key, name in config.owners.items():
        role = owner_of(key)
        if role is None:
            near = get_close_matches(_key_of(key), right, n=1, cutoff=0.6)
            meant = f"did you mean {near[0]!r}? " if near else ""
            yield ("owners", key), f"unknown role {key!r}; {meant}right are: {', '.join(right)}"
            continue
        if role in seen:
            yield ("owners", key), f"the same role as {seen[role]!r}; keep one of them"
        if not name.strip():
            yield ("owners", key), 'expected a name or an address, such as "dns-team@contoso.com"'
        seen.setdefault(role, key)


def _brand(config: Config) -> Iterator[Problem]:
    accent = config.report.brand.accent
    if accent and not _COLOUR.fullmatch(accent):
        yield ("report", "brand", "accent"), f'expected a colour such as "#1a5878", got {accent!r}'


def _times(config: Config) -> Iterator[Problem]:
    for path, value in {
        ("tenant", "timeout"): config.tenant.timeout,
        ("dns", "timeout"): config.dns.timeout,
        ("network", "timeout"): config.network.timeout,
    }.items():
        if value <= 0:
            yield path, f"expected seconds above zero, got {value}"


def _names(config: Config) -> Iterator[Problem]:
    named: list[tuple[tuple[str | int, ...], str]] = [
        *((("domains", "names", place), name) for place, name in enumerate(config.domains.names)),
        *((("domains", "parked", place), name) for place, name in enumerate(config.domains.parked)),
        *((("hosts", place, "name"), host.name) for place, host in enumerate(config.hosts)),
        *(
            (("network", "ad_domains", place), name)
            for place, name in enumerate(config.network.ad_domains)
        ),
        *(
            (("network", "servers", kind, place), name)
            for kind, names in config.network.servers.items()
            for place, name in enumerate(names)
        ),
        (("tenant", "domain"), config.tenant.domain),
        *((("dns", "forests", place), name) for place, name in enumerate(config.dns.forests)),
        *((("dns", "search", place), name) for place, name in enumerate(config.dns.search)),
    ]
    for path, name in named:
        if name and not _NAME.match(name):
            yield path, f"expected a name such as contoso.com, without scheme or path, got {name!r}"


def _addresses(config: Config) -> Iterator[Problem]:
    for view in ("external", "internal"):
        for place, one in enumerate(getattr(config.dns, view)):
            if not _is_resolver(one):
                yield (
                    ("dns", view, place),
                    (
                        'expected an address such as "192.0.2.1" or "192.0.2.1:5300", or'
                        f' "tls://HOST" or "https://HOST/dns-query", got {one!r}'
                    ),
                )
    for place, host in enumerate(config.hosts):
        if not 0 < host.port <= _HIGHEST_PORT:
            yield ("hosts", place, "port"), f"expected a port from 1 to 65535, got {host.port}"
        if host.connect and not _TARGET.match(host.connect):
            yield ("hosts", place, "connect"), f"expected ADDRESS:PORT, got {host.connect!r}"
    for name, target in config.network.connect.items():
        if not (_TARGET.match(name) and _TARGET.match(target)):
            yield ("network", "connect", name), 'expected { "host:port" = "address:port" }'
    if config.network.proxy and not _PROXY.match(config.network.proxy):
        yield (
            ("network", "proxy"),
            (
                'expected HOST:PORT, http://HOST:PORT, socks5://HOST:PORT, socks5h://HOST:PORT or "none"'
                f", without user and password, got {config.network.proxy!r}"
            ),
        )


def _is_resolver(text: str) -> bool:
    """Whether a text is an address with or without port, or the URL of a resolver."""
    bare = text if "://" in text or text.startswith("[") or text.count(":") < 2 else f"[{text}]"  # noqa: PLR2004 - IPv6
    try:
        parts = urlsplit(bare if "://" in bare else f"//{bare}")
        port = parts.port
        if parts.scheme:
            return parts.scheme in ("tls", "https") and bool(parts.hostname) and port != 0
        ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return False
    return port != 0 and not parts.path


def _published(config: Config) -> Iterator[Problem]:
    """Where addresses in certificates may lead, and the lists of a host that publishes them."""
    for place, one in enumerate(config.trust.fetch_inside):
        if not (_is_network(one) if "/" in one or ":" in one else _NAME.match(one)):
            yield (
                ("trust", "fetch_inside", place),
                f'expected a name or a network such as "10.1.0.0/16", got {one!r}',
            )
    for place, host in enumerate(config.hosts):
        for number, url in enumerate(host.crls):
            if not url.casefold().startswith("http://"):
                yield (
                    ("hosts", place, "crls", number),
                    f'expected an address such as "http://pki.contoso.com/CA.crl", got {url!r}',
                )


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _files(config: Config) -> Iterator[Problem]:
    named = [
        (("trust", "ca_file"), config.trust.ca_file),
        (("trust", "roots_file"), config.trust.roots_file),
        (("trust", "private_roots_file"), config.trust.private_roots_file),
        *(
            (("hosts", place, "certificate_file"), one.certificate_file)
            for place, one in enumerate(config.hosts)
        ),
        (("network", "catalogue"), config.network.catalogue),
        (("answers", "file"), config.answers.file),
        (("policy", "waivers"), config.policy.waivers),
        (("policy", "assignments"), config.policy.assignments),
        (("inventory", "versions"), config.inventory.versions),
        *((("inventory", "files", n), name) for n, name in enumerate(config.inventory.files)),
        (("tenant", "auth", "certificate_file"), config.tenant.auth.certificate_file),
    ]
    for path, name in named:
        if name and not config.beside(name).is_file():
            yield path, f"there is no file {config.beside(name)}"


_MOST_EXPOSED = 16  # a /28


def _exposure(config: Config) -> Iterator[Problem]:
    wanted = config.policy.exposure
    for place, one in enumerate(wanted.addresses):
        try:
            ipaddress.ip_address(one)
        except ValueError:
            path = ("policy", "exposure", "addresses", place)
            yield path, f"expected a single address such as 198.51.100.7, got {one!r}"
    if len(wanted.addresses) > _MOST_EXPOSED:
        yield ("policy", "exposure", "addresses"), f"at most {_MOST_EXPOSED} addresses in one run"
    if wanted.addresses and not wanted.owned:
        yield (
            ("policy", "exposure", "owned"),
            "set owned = true to confirm that these addresses are yours to probe",
        )


def _sign_in(config: Config) -> Iterator[Problem]:
    auth = config.tenant.auth
    if auth.method in ("certificate", "secret", "device-code") and not auth.client_id:
        yield (
            ("tenant", "auth", "client_id"),
            f'method = "{auth.method}" needs the application id of the scan\'s app registration',
        )
    if auth.method == "certificate" and not auth.certificate_file:
        yield (
            ("tenant", "auth", "certificate_file"),
            'method = "certificate" needs a PEM file with certificate and private key',
        )
    if auth.method != "none" and not (config.tenant.domain or config.tenant.id):
        yield ("tenant", "domain"), "signing in needs a domain of the tenant, or its id"


def _directory(config: Config) -> Iterator[Problem]:
    section = config.directory
    for place, name in enumerate(section.files):
        path = config.beside(name)
        if path.is_dir():
            yield ("directory", "files", place), f"{path} is a folder; name the files in it"
        elif not path.is_file():
            yield ("directory", "files", place), f"there is no file {path}"
    if section.roots_file and not config.beside(section.roots_file).is_file():
        yield (
            ("directory", "roots_file"),
            f"there is no file {config.beside(section.roots_file)}",
        )
    if not _ATTRIBUTE.match(section.login_attribute):
        yield (
            ("directory", "login_attribute"),
            f'expected the name of an attribute, such as "mail", got {section.login_attribute!r}',
        )
    for key in ("base", "include", "exclude"):
        for place, name in enumerate(getattr(section, key)):
            if "=" not in name:
                yield (
                    ("directory", key, place),
                    f'expected a distinguished name, such as "OU=Staff,DC=contoso,DC=com", got {name!r}',
                )
    if section.encoding and not _is_encoding(section.encoding):
        yield (
            ("directory", "encoding"),
            f'expected an encoding, such as "cp1252", got {section.encoding!r}',
        )


def _ldap(config: Config) -> Iterator[Problem]:
    section = config.directory
    listed = not isinstance(section.ldap, str)
    for place, address in enumerate(section.servers):
        where = ("directory", "ldap", place) if listed else ("directory", "ldap")
        if not _LDAP.fullmatch(address):
            yield (
                where,
                f'expected an address such as "ldaps://dc1.corp.contoso.com", got {address!r}',
            )
        elif address in section.servers[:place]:
            yield where, f"{address} is named twice"
    if len(section.servers) > 1 and section.base:
        yield (
            ("directory", "base"),
            "goes with one server only; of several each is read whole. Use include and exclude",
        )
    if section.bind.method == "simple" and not section.bind.name:
        yield ("directory", "bind", "name"), 'method = "simple" needs the name of an account'
    if section.bind.timeout <= 0:
        yield (
            ("directory", "bind", "timeout"),
            f"expected seconds above zero, got {section.bind.timeout}",
        )


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
