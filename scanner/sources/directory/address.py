"""The form of an Internet address, judged as IdFix does, with the current list of top-level domains.

Each rule that fails repairs the value for the next one, so that what is told is what remains after
the earlier repairs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.sources.directory.roots import RootZone

_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_WORD}(?:\.{_WORD})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_LABELS = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_FINAL = re.compile("[A-Za-z]{2,17}")
_NOT_DOMAIN = re.compile("[^A-Za-z0-9.-]")
_NOT_LOCAL = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]")
_SMTP = re.compile("smtp:", re.IGNORECASE | re.ASCII)
_REMEMBERED = 50_000

TOP_LEVEL = "top-level-domain"
DOMAIN = "domain-part"
LOCAL = "local-part"
FORMAT = "format"

is_local = _LOCAL.fullmatch


def is_smtp(value: str) -> bool:
    """Whether a value is an SMTP address by its prefix, in any case and anywhere."""
    return _SMTP.search(value) is not None


@dataclass(frozen=True, slots=True)
class Judged:
    """The kinds of fault of one address, and the value after all repairs."""

    kinds: tuple[str, ...]
    repaired: str


class AddressRule:
    """Judges addresses. Domains are remembered, because a forest has few of them."""

    def __init__(self, roots: RootZone) -> None:
        self._roots = roots.names
        self._domains: dict[str, bool] = {}

    def good_domain(self, domain: str) -> bool:
        """Whether what follows the @ is well formed and ends in a known top-level domain."""
        known = self._domains.get(domain)
        if known is None:
            known = self.is_domain(domain) and self.ends_in_root(domain)
            if len(self._domains) < _REMEMBERED:
                self._domains[domain] = known
        return known

    def is_domain(self, domain: str) -> bool:
        """Whether that is labels and a final label: 2 to 17 letters, or one on the list."""
        head, dot, final = domain.rpartition(".")
        if not dot or not _LABELS.fullmatch(head):
            return False
        return bool(_FINAL.fullmatch(final)) or final.lower() in self._roots

    def ends_in_root(self, text: str) -> bool:
        """Whether the text behind the last dot is on the list; nothing there is nothing wrong."""
        final = text.rpartition(".")[2] if "." in text else ""
        return not final or final.lower() in self._roots

    def judge(self, value: str) -> Judged:
        """Apply the four rules in their order."""
        prefix, x = "", value
        if is_smtp(value):
            before, _, x = value.partition(":")
            prefix = before.strip() + ":"
        kinds = [] if self.ends_in_root(x) else [TOP_LEVEL]
        if not ("@" in x and self.is_domain(x.rpartition("@")[2])):
            kinds.append(DOMAIN)
            x = _repaired_domain(x)
        if not _begins_well(x) or x.count("@") > 1:
            kinds.append(LOCAL)
            x = _repaired_local(x)
        local, at, domain = x.rpartition("@")
        if not (at and is_local(local) and self.is_domain(domain)):
            kinds.append(FORMAT)
        return Judged(tuple(kinds), prefix + x) if kinds else Judged((), value)


def _begins_well(x: str) -> bool:
    local, at, _ = x.partition("@")
    return bool(at) and is_local(local) is not None


def _repaired_domain(x: str) -> str:
    head, at, domain = x.rpartition("@")
    return f"{head}@{_NOT_DOMAIN.sub('', domain)}" if at else x


def _repaired_local(x: str) -> str:
    head, at, domain = x.rpartition("@")
    return f"{_NOT_LOCAL.sub('', head)}@{domain}".replace(".@", "@") if at else x
