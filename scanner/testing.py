"""For tests of checks, ours and other people's: judge hand-made evidence without any folder.

found = run_check(my_check, TenantDomains(...), Scope(...))
assert [(one.status, one.reason) for one in found] == [(Status.FAIL, "no-domain")]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scanner.catalogue import Check, check_of
from scanner.evidence.envelope import Header, Missing, kind_of
from scanner.evidence.folder import Evidence
from scanner.evidence.scope import Scope
from scanner.findings import Finding
from scanner.judge import judge
from scanner.subject import Subject

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""When hand-made evidence was collected, unless a Header says otherwise: a Monday."""


@dataclass(slots=True)
class _Objects:
    """A stream in memory."""

    kind: type
    items: list[Any]
    missing: Missing | None = None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


def evidence_of(
    *items: object,
    missing: Mapping[type, Missing] | None = None,
    gaps: Iterable[tuple[type, Subject, Missing]] = (),
    streams: Mapping[type, Iterable[object]] | None = None,
    cut: Missing | None = None,
    nothing: Iterable[type] = (),
) -> Evidence:
    """Evidence as a run would hold it.

    `missing` are whole kinds that could not be had, `gaps` single subjects. `streams` are the
    objects of each stream; with `cut` all of them are a part only. `nothing` are kinds that were
    looked for and of which there is none. A Header and an empty Scope are
    added where none is given.
    """
    header = next((one for one in items if isinstance(one, Header)), None)
    found = Evidence(header or Header(NOW, "test", "contoso.com", complete=True))
    given = [one for one in items if not isinstance(one, Header)]
    if not any(isinstance(one, Scope) for one in given):
        given.append(Scope())
    for item in given:
        found.items.setdefault(type(item), {})[getattr(item, "subject", None)] = item
    for kind in nothing:
        found.items.setdefault(kind, {})
    for kind, why in (missing or {}).items():
        found.gaps.setdefault(kind, {})[None] = why
    for kind, subject, why in gaps:
        found.gaps.setdefault(kind, {})[subject] = why
    for kind, objects in (streams or {}).items():
        found.streams[kind] = _Objects(kind, list(objects), cut)
    return found


def run_check(judged: Callable[..., Any], *items: object, **more: Any) -> list[Finding]:
    """What that check says about evidence made by `evidence_of`, by way of the real judge.

    Raises TypeError where the function or class is no check, or an item is no evidence.
    """
    check = check_of(judged)
    if not isinstance(check, Check):
        raise TypeError(f"{judged!r} is not decorated as a check")
    for item in items:
        try:
            kind_of(type(item))
        except KeyError:
            raise TypeError(f"{type(item).__name__} is not declared as evidence") from None
    return [one.finding for one in judge([check], evidence_of(*items, **more))]
