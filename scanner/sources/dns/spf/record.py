"""The grammar of an SPF record (RFC 7208, 4.6.1, 5, 6 and 12)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from scanner.sources.dns.spf.macros import MacroError, ends_in_macro, pieces
from scanner.text import said

VERSION = "v=spf1"
_MODIFIER = re.compile(r"^([A-Za-z][A-Za-z0-9._-]*)=(.*)$", re.DOTALL)
_CIDR = re.compile(r"^(?P<domain>.*?)(?:/(?P<four>\d+))?(?://(?P<six>\d+))?$", re.DOTALL)
_TOP = r"(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])"
_DOMAIN_END = re.compile(rf"\.{_TOP}\.?$", re.IGNORECASE)
_MECHANISMS = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
_COSTLY = frozenset({"include", "a", "mx", "ptr", "exists"})

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SpfSyntaxError(ValueError):
    """A record that breaks the grammar; `code` says how: syntax, unknown-term or empty-domain."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Term:
    """One mechanism. `domain` is the domain-spec with its macros, empty for the current domain."""

    kind: str
    text: str
    qualifier: str = "+"
    domain: str = ""
    network: Network | None = None
    four: int = 32
    six: int = 128

    @property
    def costs(self) -> bool:
        """Whether it counts against the limit of ten (4.6.4)."""
        return self.kind in _COSTLY


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """A valid record. `redirect` and `explanation` are domain-specs, empty where not given."""

    terms: tuple[Term, ...]
    redirect: str = ""
    explanation: str = ""

    @property
    def reachable(self) -> tuple[Term, ...]:
        """The terms up to the first 'all'; an evaluation never gets behind it."""
        for place, term in enumerate(self.terms):
            if term.kind == "all":
                return self.terms[: place + 1]
        return self.terms

    @property
    def all_term(self) -> Term | None:
        """The first 'all', which hides a redirect (6.1)."""
        return next((term for term in self.terms if term.kind == "all"), None)


def is_spf(text: str) -> bool:
    """Whether a TXT is an SPF record: the version, followed by a space or nothing (4.5)."""
    return text[:7].lower() in (VERSION, f"{VERSION} ")


def parse_record(text: str) -> SpfRecord:
    """Read a record whole. Raises SpfSyntaxError for any mistake anywhere (4.6)."""
    if not text.isascii():
        raise SpfSyntaxError("syntax", said("the record holds characters outside ASCII"))
    terms: list[Term] = []
    modifiers: dict[str, str] = {}
    for word in text[len(VERSION) :].split(" "):
        if not word:
            continue
        modifier = _MODIFIER.match(word)
        if modifier:
            _take_modifier(modifier[1].lower(), modifier[2], modifiers)
        else:
            terms.append(_term(word))
    return SpfRecord(tuple(terms), modifiers.get("redirect", ""), modifiers.get("exp", ""))


def _take_modifier(name: str, value: str, modifiers: dict[str, str]) -> None:
    if name in ("redirect", "exp"):
        if name in modifiers:
            raise SpfSyntaxError("syntax", said("{name}= stands twice in the record", name=name))
        modifiers[name] = _domain_spec(value, f"{name}={value}")
    else:
        _check_macros(value, value)


def _term(word: str) -> Term:
    qualifier, rest = (word[0], word[1:]) if word[0] in "+-~?" else ("+", word)
    name = re.split(r"[:/]", rest, maxsplit=1)[0].lower()
    if name not in _MECHANISMS:
        raise SpfSyntaxError(
            "unknown-term", said("there is no mechanism called {word}", word=repr(word[:80]))
        )
    argument = rest[len(name) :]
    if name == "all":
        if argument:
            raise SpfSyntaxError(
                "syntax", said("'all' takes no argument: {word}", word=repr(word[:80]))
            )
        return Term("all", word, qualifier)
    if name in ("ip4", "ip6"):
        return Term(name, word, qualifier, network=_network(name, argument, word))
    if name in ("include", "exists"):
        if not argument.startswith(":"):
            raise SpfSyntaxError(
                "empty-domain",
                said("{name} needs a domain: {word}", name=name, word=repr(word[:80])),
            )
        return Term(name, word, qualifier, _domain_spec(argument[1:], word))
    if name == "ptr":
        if not argument:
            return Term("ptr", word, qualifier)
        if not argument.startswith(":"):
            raise SpfSyntaxError(
                "syntax", said("expected ptr or ptr:domain: {word}", word=repr(word[:80]))
            )
        return Term("ptr", word, qualifier, _domain_spec(argument[1:], word))
    return _address_term(name, qualifier, argument, word)


def _address_term(name: str, qualifier: str, argument: str, word: str) -> Term:
    """An 'a' or 'mx', with an optional domain and optional lengths of both families."""
    match = _CIDR.match(argument)
    assert match is not None  # noqa: S101 - every part of the pattern is optional
    domain = match["domain"]
    if domain and not domain.startswith(":"):
        raise SpfSyntaxError("syntax", said("not understood: {word}", word=repr(word[:80])))
    return Term(
        name,
        word,
        qualifier,
        _domain_spec(domain[1:], word) if domain else "",
        four=_length(match["four"], 32, word),
        six=_length(match["six"], 128, word),
    )


def _length(text: str | None, most: int, word: str) -> int:
    if text is None:
        return most
    if (text.startswith("0") and text != "0") or len(text) > 3 or int(text) > most:  # noqa: PLR2004 - digits of 128
        raise SpfSyntaxError("syntax", said("no such prefix length: {word}", word=repr(word[:80])))
    return int(text)


def _network(name: str, argument: str, word: str) -> Network:
    address, slash, length = argument.removeprefix(":").partition("/")
    most = 32 if name == "ip4" else 128
    kind = ipaddress.IPv4Address if name == "ip4" else ipaddress.IPv6Address
    if not argument.startswith(":") or (slash and not length.isdigit()) or "%" in address:
        raise SpfSyntaxError(
            "syntax", said("{name} needs an address: {word}", name=name, word=repr(word[:80]))
        )
    prefix = _length(length if slash else None, most, word)
    try:
        found = kind(address)
    except ValueError as error:
        raise SpfSyntaxError(
            "syntax", said("no valid address: {word}", word=repr(word[:80]))
        ) from error
    return ipaddress.ip_network((str(found), prefix), strict=False)


def _domain_spec(text: str, word: str) -> str:
    """A domain-spec: macros in order, and an end that is a top label or a macro (7.1)."""
    if not text:
        raise SpfSyntaxError(
            "empty-domain", said("a domain is missing: {word}", word=repr(word[:80]))
        )
    _check_macros(text, word)
    if not (ends_in_macro(text) or _DOMAIN_END.search(text)):
        raise SpfSyntaxError("syntax", said("no domain name: {word}", word=repr(word[:80])))
    return text


def _check_macros(text: str, word: str) -> None:
    try:
        pieces(text)
    except MacroError as error:
        raise SpfSyntaxError(
            "syntax", said("{why}: {word}", why=str(error), word=repr(word[:80]))
        ) from error
