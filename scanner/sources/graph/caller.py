"""As whom the scan reads: what the claims of the token say, and what the wanted evidence needs."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.evidence.envelope import Missing, kind_of
from scanner.evidence.tenant import NeededPermission, SignedIn
from scanner.sources.graph.read import text, texts
from scanner.sources.graph.signin import claims_of
from scanner.words import Reason


def signed_in(token: str, wanted: frozenset[type]) -> SignedIn | Missing:
    """The caller, for information only: the signature of the token is the service's to check."""
    claims = claims_of(token)
    delegated = "scp" in claims
    if not delegated and "roles" not in claims and "tid" not in claims:
        return Missing(Reason.UNSUPPORTED, "the access token does not say what it permits")
    granted = text(claims.get("scp")).split() if delegated else texts(claims.get("roles"))
    return SignedIn(
        app_id=text(claims.get("appid")) or text(claims.get("azp")),
        tenant_id=text(claims.get("tid")),
        mode="delegated" if delegated else "app",
        granted=tuple(sorted(granted)),
        needed=tuple(_needed(wanted, delegated=delegated)),
    )


def _needed(wanted: frozenset[type], *, delegated: bool) -> Iterator[NeededPermission]:
    feeds: dict[str, set[str]] = {}
    for kind in (kind_of(one) for one in wanted):
        for call in kind.calls:
            names = (call.delegated or call.permissions) if delegated else call.permissions
            for name in names:
                feeds.setdefault(name, set()).add(kind.name)
    for name in sorted(feeds):
        yield NeededPermission(name, tuple(sorted(feeds[name])))
