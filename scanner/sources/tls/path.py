"""Finding the path from a leaf to a root, with a budget of our own.

What a server sends is hostile: with a few certificates of one name and key the search of a naive
builder grows exponentially and in native code cannot be interrupted. Here each name and key stands in
a path once, and signatures and steps are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from cryptography import x509

from scanner.evidence.tls import CertificatePath, PathFault, PathOutcome
from scanner.sources.tls.anchors import Anchors, SetName, mozilla_keys
from scanner.sources.tls.certificate import Parsed, extension, parse, signed_by
from scanner.sources.tls.constraints import constrained
from scanner.sources.tls.rules import path_faults
from scanner.sources.tls.strict import objection
from scanner.text import said

MOST_POOL = 40
_MOST_DEPTH = 8
_MOST_SIGNATURES = 60
_MOST_STEPS = 300
_EXPLAINS = (
    PathOutcome.TRUSTED,
    PathOutcome.SELF_SIGNED,
    PathOutcome.UNKNOWN_ROOT,
    PathOutcome.MISSING_ISSUER,
    PathOutcome.BAD_SIGNATURE,
)
"""Which end of a search explains best, where there are several."""


@dataclass(frozen=True, slots=True)
class _End:
    """One way that a search ended: the path so far, and with `trusted` the set of its anchor."""

    outcome: PathOutcome
    path: tuple[Parsed, ...]
    roots: SetName | None = None
    faults: tuple[PathFault, ...] = ()


@dataclass(slots=True)
class _Search:
    anchors: Anchors
    pool: Sequence[Parsed]
    now: datetime
    signatures: int = _MOST_SIGNATURES
    steps: int = _MOST_STEPS
    exhausted: bool = False
    ends: list[_End] = field(default_factory=list)

    def walk(self, path: tuple[Parsed, ...]) -> bool:
        """Go on from the last certificate. True when nothing better can be found."""
        self.steps -= 1
        if self.steps < 0 or len(path) > _MOST_DEPTH:
            self.exhausted = True
            return self.steps < 0
        last = path[-1]
        if last.facts.self_signed:
            return self._at_root(path)
        named = False
        for anchor, roots in _likeliest(last, self.anchors.called(last.issuer)):
            named = True
            if self._signed(last, anchor) and self._trusted((*path, anchor), roots):
                return True
        known = {one.identity for one in path}
        for issuer in self._issuers(last):
            named = True
            if issuer.identity in known or self._is_anchor(issuer):
                continue
            if self._signed(last, issuer) and self.walk((*path, issuer)):
                return True
        if not any(
            len(end.path) > len(path) and end.path[: len(path)] == path for end in self.ends
        ):
            outcome = PathOutcome.BAD_SIGNATURE if named else PathOutcome.MISSING_ISSUER
            self.ends.append(_End(outcome, path))
        return False

    def _at_root(self, path: tuple[Parsed, ...]) -> bool:
        last = path[-1]
        if len(path) == 1:
            self.ends.append(_End(PathOutcome.SELF_SIGNED, path))
            return False
        for anchor, roots in self.anchors.called(last.subject):
            if anchor.identity == last.identity:
                return self._trusted((*path[:-1], anchor), roots)
        self.ends.append(_End(PathOutcome.UNKNOWN_ROOT, path))
        return False

    def _trusted(self, path: tuple[Parsed, ...], roots: SetName) -> bool:
        end = _End(PathOutcome.TRUSTED, path, roots, tuple(path_faults(path)))
        self.ends.append(end)
        return roots == "public" and not end.faults and _in_date(path, self.now)

    def _is_anchor(self, one: Parsed) -> bool:
        return any(found.identity == one.identity for found, _ in self.anchors.called(one.subject))

    def _issuers(self, last: Parsed) -> list[Parsed]:
        """Certificates of the issuer's name: those of the right key identifier and in date first."""
        found = [one for one in self.pool if one.subject == last.issuer]
        wanted = _wanted_key(last)
        return sorted(
            found, key=lambda one: (not _fits(one, wanted), not _in_date([one], self.now))
        )

    def _signed(self, child: Parsed, issuer: Parsed) -> bool:
        self.signatures -= 1
        if self.signatures < 0:
            self.exhausted = True
            return False
        return _verified(child.facts.der, issuer.facts.der)


def find_path(
    leaf: Parsed, pool: Sequence[Parsed], anchors: Anchors, host: str, now: datetime
) -> CertificatePath:
    """The best path from the leaf through the pool to an anchor, and what is wrong along it."""
    if "public" in anchors.problems:
        return CertificatePath(PathOutcome.NO_ROOTS, detail=anchors.problems["public"])
    search = _Search(anchors, pool[:MOST_POOL], now)
    search.walk((leaf,))
    best = min(search.ends, key=lambda end: _rank(end, now), default=None)
    clean = best is not None and best.outcome is PathOutcome.TRUSTED and not best.faults
    if best is None or (search.exhausted and not clean):
        return CertificatePath(
            PathOutcome.EXHAUSTED,
            detail=said("the certificates that were sent form too many paths"),
        )
    return _described(best, host, now)


def _described(end: _End, host: str, now: datetime) -> CertificatePath:
    facts = tuple(one.facts for one in end.path)
    found = CertificatePath(end.outcome, certificates=facts)
    last = end.path[-1]
    if end.outcome is PathOutcome.TRUSTED:
        faults = list(end.faults)
        if not faults and (words := objection(end.path, host, now)):
            faults.append(PathFault("strict-client", 0, last.facts.subject, words))
        return replace(
            found,
            roots=end.roots or "",
            anchor=last.facts.subject,
            listed=last.identity in mozilla_keys(),
            faults=tuple(faults),
            constrained=constrained(end.path),
        )
    if end.outcome in (PathOutcome.MISSING_ISSUER, PathOutcome.BAD_SIGNATURE):
        return replace(found, missing=last.facts.issuer, issuer_urls=last.facts.issuer_urls)
    return replace(found, anchor=last.facts.subject)


def _rank(end: _End, now: datetime) -> tuple[int, bool, bool, bool, int]:
    return (
        _EXPLAINS.index(end.outcome),
        bool(end.faults),
        not _in_date(end.path, now),
        end.roots != "public",
        -len(end.path) if end.outcome is not PathOutcome.TRUSTED else len(end.path),
    )


def _in_date(path: Sequence[Parsed], now: datetime) -> bool:
    return all(
        one.facts.not_before is not None
        and one.facts.not_after is not None
        and one.facts.not_before <= now <= one.facts.not_after
        for one in path
    )


def _likeliest(last: Parsed, found: list[tuple[Parsed, SetName]]) -> list[tuple[Parsed, SetName]]:
    wanted = _wanted_key(last)
    return sorted(found, key=lambda one: not _fits(one[0], wanted))


def _wanted_key(one: Parsed) -> bytes | None:
    identifier = extension(one.made, x509.AuthorityKeyIdentifier)
    return identifier.key_identifier if identifier else None


def _fits(one: Parsed, wanted: bytes | None) -> bool:
    """Whether the key identifier is the wanted one; a hint for the order, not a condition."""
    own = extension(one.made, x509.SubjectKeyIdentifier)
    return wanted is None or own is None or own.digest == wanted


@lru_cache(maxsize=4096)
def _verified(child: bytes, issuer: bytes) -> bool:
    lower, upper = parse(child), parse(issuer)
    if not isinstance(lower, Parsed) or not isinstance(upper, Parsed):
        return False
    return signed_by(lower.made, upper.made)
