"""Names replaced by keyed tokens, so that a run can be shown to somebody who must not know them.

A token is a word for the kind and the first 48 bits of HMAC-SHA-256 under a key that never leaves
the customer: the same object has the same token in every run and format, and without the key nobody
can test a guess. Numbers, record types, versions and our own words stay.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.evidence.codec import convert, plain
from scanner.report import Rows
from scanner.result import AffectedRecord, RunResult
from scanner.words import SubjectKind

Reader = Callable[[AffectedRecord], Rows]

_KINDS = {
    SubjectKind.DOMAIN: "domain",
    SubjectKind.HOST: "host",
    SubjectKind.ENDPOINT: "host",
    SubjectKind.FOREST: "domain",
}
_USER = re.compile(r"(?<![\w.+-])[\w.+'-]+(?:#EXT#)?@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_PATTERNS = (
    ("guid", re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)),
    ("sid", re.compile(r"\bS-1-\d+(?:-\d+){2,}\b")),
    ("cert", re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b", re.IGNORECASE)),
    ("ip", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")),
    (
        "ip",
        re.compile(
            r"(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}[0-9a-f:]*[0-9a-f]{1,4}(?![\w:])", re.IGNORECASE
        ),
    ),
    ("ip", re.compile(r"(?<![\w:])[0-9a-f:]*::[0-9a-f:]*[0-9a-f](?![\w:])", re.IGNORECASE)),
    ("dn", re.compile(r"\b(?:CN|OU)=[^\"'<>\n]*?DC=[\w-]+(?:,DC=[\w-]+)*", re.IGNORECASE)),
)
_HOST = re.compile(
    r"(?<![\w.@-])(?:[\w*-]+\.)+[a-z][a-z0-9-]*[a-z](?::\d{1,5})?(?![\w@-])", re.IGNORECASE
)
_PUBLIC = (
    "microsoft.com", "microsoftonline.com", "windows.net", "azure.com", "azure.net",
    "office.com", "office365.com", "outlook.com", "live.com", "msftauth.net", "msauth.net",
    "apple.com", "google.com", "ietf.org", "rfc-editor.org", "microsoftonline.us",
    "microsoft.us", "azure.us", "office365.us", "microsoftonline.cn", "chinacloudapi.cn",
    "partner.outlook.cn", "github.com", "iana.org", "icann.org", "cabforum.org", "nist.gov",
    "windowsupdate.com", "digicert.com", "lync.com", "aadrm.com",
)  # fmt: skip
_BEFORE_DASHED = ("", "selector1-", "selector2-")
_SHORTEST = 4
"""Shorter cells are no names that could be found in free text without finding everything else."""

_OUR_COLUMNS = frozenset(
    {
        "plan", "state", "product", "product state", "seats", "assigned", "members",
        "licensed", "rule", "members without it", "permission", "evidence that needs it",
        "type", "status", "reason", "attribute", "error", "platform", "port", "protocol",
        "role", "service", "category", "version",
    }
)  # fmt: skip
_OURS = frozenset(
    {
        "schema", "tool", "check", "checks", "topic", "status", "severity", "reason", "state", "why",
        "key", "id", "findings", "owner", "effort", "phase", "kind", "source", "evidence", "origin",
        "permission", "permissions", "documents", "link", "portal", "clauses", "texts", "catalogue",
        "digest", "file", "cause", "title", "collected_at", "since", "first_seen", "due", "language",
        "package", "needs", "unblocks", "phrases", "counts", "changes", "do_first", "cloud", "work",
    }
)  # fmt: skip
"""Fields that hold our own words, ids and moments. A fingerprint tells nothing without its parts."""


def read_key(path: Path) -> bytes:
    """The key of that file, made on first use for its owner only. Raises OSError, ValueError."""
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = secrets.token_bytes(32)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key.hex() + "\n")
    if len(key) < 16:  # noqa: PLR2004 - 128 bits, below which guessing pays
        raise ValueError(f"{path} holds no key for redaction")
    return key


@dataclass(slots=True)
class Redaction:
    """Replaces names by tokens. What was learned from typed fields is found in free text as well."""

    key: bytes
    _tokens: dict[str, str] = field(default_factory=dict)
    _learned: re.Pattern[str] | None = None

    def token(self, kind: str, value: str) -> str:
        """The token of a value; the same for every way of writing it in large or small letters."""
        plain_value = value.casefold()
        known = self._tokens.get(plain_value)
        if known is None:
            mac = hmac.new(
                self.key, f"{kind}\n{plain_value}".encode("utf-8", "surrogatepass"), hashlib.sha256
            )
            known = self._tokens[plain_value] = f"{kind}-{mac.hexdigest()[:12]}"
        return known

    def result(self, result: RunResult) -> RunResult:
        """The run with every name replaced."""
        self._learn(_names(result))
        return convert(self._walk(plain(result), ""), RunResult)

    def rows(self, rows: Iterable[Iterable[str]]) -> Iterator[list[str]]:
        """Rows of affected objects with every cell that can name something replaced."""
        for row in rows:
            yield [self.cell(cell) for cell in row]

    def reader(self, read: Reader) -> Reader:
        """A reader of affected objects that redacts what another one reads."""
        return lambda affected: self.rows(read(affected))

    def cell(self, cell: str) -> str:
        """One cell: a number or a word of ours stays, everything else is a name."""
        text = self.text(cell)
        if text != cell or not cell or _plain_word(cell):
            return text
        return self.token("name", cell)

    def text(self, text: str) -> str:
        """Free text with all names that are known or look like one replaced."""
        # a sign-in name as a whole, before the domain within it is known as a name of its own
        text = _USER.sub(functools.partial(self._matched, "user"), text)
        if self._learned is not None:
            text = self._learned.sub(lambda match: self._tokens[match[0].casefold()], text)
        for kind, pattern in _PATTERNS:
            text = pattern.sub(functools.partial(self._matched, kind), text)
        return _HOST.sub(self._host, text)

    def _matched(self, kind: str, match: re.Match[str]) -> str:
        if kind == "ip" and not _is_address(match[0]):
            return match[0]  # a time, a version
        return self.token(kind, match[0])

    def _host(self, match: re.Match[str]) -> str:
        name, colon, port = match[0].partition(":")
        plain_name = name.casefold()
        if _public(plain_name):
            return match[0]
        return f"{self.token('host', name)}{colon}{port}"

    def _learn(self, names: Iterable[tuple[str, str]]) -> None:
        for kind, name in names:
            self.token(kind, name)
        if self._tokens:
            longest = sorted(self._tokens, key=len, reverse=True)
            words = "|".join(map(re.escape, longest))
            self._learned = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)

    def _walk(self, value: Any, name: str) -> Any:
        if isinstance(value, dict):
            if name == "texts":
                return value
            # the values of a sentence have names of their own, which may be those of our fields
            theirs = name in ("params", "facts", "words")
            return {key: self._walk(one, "" if theirs else key) for key, one in value.items()}
        if isinstance(value, list):
            if name == "sample":
                return list(self.rows(value))
            return [self._walk(one, name) for one in value]
        return self.text(value) if isinstance(value, str) and name not in _OURS else value


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _public(name: str) -> bool:
    """Whether a name belongs to a service that everybody knows and not to the customer."""
    return any(name == one or name.endswith(f".{one}") for one in _PUBLIC)


def _plain_word(cell: str) -> bool:
    """A number, a date, or words without anything that a name of a customer would have."""
    return bool(re.fullmatch(r"[\d.,:%/ +TZ-]+|[a-z][a-z -]{0,40}", cell))


def _names(result: RunResult) -> Iterator[tuple[str, str]]:
    """What typed fields say is a name."""
    yield from (
        (kind, name)
        for kind, name in (
            ("customer", result.customer),
            ("domain", result.environment),
            ("site", result.vantage),
        )
        if name
    )
    for one in result.tracked:
        kind = _KINDS.get(one.subject.kind, "")
        name = one.subject.name.partition(":")[0]
        if kind and not _public(name.casefold()):
            yield kind, name
            if kind == "domain":
                # Microsoft's own hosts carry the domain with dashes: contoso-com.mail.protection…
                yield from ((kind, f"{word}{name.replace('.', '-')}") for word in _BEFORE_DASHED)
                yield from _brand(name)
    for finding in result.findings:
        if finding.affected:
            yield from _cells(finding.affected)
    for item in result.plan:
        if item.assignee:
            yield "person", item.assignee
    yield from (("person", name) for name in result.owners.values())
    for waiver in result.waivers:
        yield "person", waiver.approved_by


def _brand(domain: str) -> Iterator[tuple[str, str]]:
    """The word that a domain is known by: authorities, sites and groups are called after it."""
    labels = domain.split(".")
    word = labels[-2] if len(labels) > 1 else ""
    if len(word) > _SHORTEST:
        yield "name", word


def _cells(affected: AffectedRecord) -> Iterator[tuple[str, str]]:
    """Names in the sample of affected objects, so that sentences about them lose them as well."""
    known = (("user", _USER), *_PATTERNS)
    for row in affected.sample:
        for column, cell in zip(affected.columns, row, strict=False):
            if column in _OUR_COLUMNS or len(cell) < _SHORTEST or _plain_word(cell):
                continue
            kind = next((kind for kind, pattern in known if pattern.fullmatch(cell)), "name")
            yield kind, cell
