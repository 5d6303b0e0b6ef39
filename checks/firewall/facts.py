"""What the probes of all places say about each row of the endpoint list. No verdict of a check yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scanner.api import said
from scanner.evidence.endpoints import EndpointRows, Row
from scanner.evidence.reachability import Probe, Vantage, Why

Key = tuple[str, str, int, str]
_TRUST_REASONS = {
    Why.TLS_INTERCEPTED,
    Why.TLS_UNTRUSTED,
    Why.TLS_NAME_MISMATCH,
    Why.TLS_INCOMPLETE_CHAIN,
    Why.TLS_ALERT,
}
_SILENT = {Why.TCP_TIMEOUT, Why.TCP_REFUSED}
_INSPECTED = {Why.TLS_INTERCEPTED}
_PUSH = {5228, 5229, 5230}
_APPLE_PUSH = 5223
_WEB = 443
_REGIONAL = (said("Azure Attestation (device health)"), "IME scripts/Win32")


@dataclass(frozen=True, slots=True)
class RowState:
    """One row at one place: works, retried, lesser, half, fails, unknown or unprobed.

    lesser: only a second-best way works. half: port 443 works and port 80 is silent, while port 80
    of others answers, so that nobody can tell a rule from a service that does not listen there.
    unprobed: no host is known. `probes` are what the state rests on.
    """

    area: EndpointRows
    row: Row
    state: str
    reason: Why = Why.OK
    offender: str = ""
    detail: str = ""
    probes: tuple[Probe, ...] = ()

    @property
    def cause(self) -> tuple[Why, str]:
        """Why, and what did it: one finding for each."""
        return self.reason, self.offender


@dataclass(slots=True)
class Places:
    """Probes by place and destination, and how each place gets out."""

    probes: Mapping[Key, tuple[Probe, ...]]
    vantages: Mapping[str, Vantage]
    _cache: dict[tuple[str, str, str], list[RowState]] = field(default_factory=dict)
    _plain: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, probes: Iterable[Probe], vantages: Iterable[Vantage]) -> Places:
        """Sort the evidence of all places."""
        found: dict[Key, list[Probe]] = {}
        for probe in probes:
            key = (probe.vantage, probe.host, probe.port, probe.protocol)
            found.setdefault(key, []).append(probe)
        return cls(
            {key: tuple(several) for key, several in found.items()},
            {one.label: one for one in vantages},
        )

    def probe(self, vantage: str, host: str, port: int, protocol: str) -> Probe | None:
        """The probe on the path that the callers use: where there is a proxy, by way of it."""
        found = self.probes.get((vantage, host, port, protocol), ())
        proxied = [one for one in found if one.path != "direct"]
        return next(iter(proxied or found), None)

    def egress(self, area: EndpointRows) -> str:
        """open, closed, unknown or no-names: the best path out of that place."""
        place = self.vantages.get(area.vantage)
        states = [state for _, state in place.egress] if place else []
        return next((one for one in ("open", "no-names", "closed") if one in states), "unknown")

    def rows(self, area: EndpointRows) -> list[RowState]:
        """The state of each row that is current; regions count as one of several."""
        key = (area.vantage, area.area, area.role)
        if key not in self._cache:
            found = [self._row(area, row) for row in area.rows if not row.migrating]
            self._cache[key] = list(_regions(found))
        return self._cache[key]

    def _row(self, area: EndpointRows, row: Row) -> RowState:
        services = row.services
        if not row.hosts or not services:
            return RowState(area, row, "unprobed")
        looked = [
            (port, probe)
            for host in row.hosts
            for port, protocol in services
            if (probe := self.probe(area.vantage, host, port, protocol)) is not None
        ]
        if not looked:
            return RowState(area, row, "unknown", Why.UNKNOWN)
        if _nameless(row, looked):
            return RowState(area, row, "unprobed")
        found = _judged(area, row, looked)
        if found.state == "fails" and self._only_plain(area, row, looked):
            return replace(found, state="half")
        return found

    def _only_plain(
        self, area: EndpointRows, row: Row, looked: Sequence[tuple[int, Probe]]
    ) -> bool:
        """Whether only port 80 is silent here, where port 80 of most others answers."""
        broken = [one for _, one in looked if not works_for(row, area.area, one)]
        plain = all(one.protocol == "http" and one.reason in _SILENT for one in broken)
        if not plain or len(broken) == len(looked):
            return False
        if area.vantage not in self._plain:
            mine = [
                one.works
                for (place, _, _, protocol), several in self.probes.items()
                for one in several
                if place == area.vantage and protocol == "http"
            ]
            self._plain[area.vantage] = sum(mine) * 2 > len(mine)
        return self._plain[area.vantage]


def _nameless(row: Row, looked: Sequence[tuple[int, Probe]]) -> bool:
    """A name that does not exist says nothing where it was a guess, or may have been retired."""
    gone = all(one.reason in (Why.DNS_NXDOMAIN, Why.DNS_NODATA) for _, one in looked)
    return gone and (row.guess or row.revocation)


def _judged(area: EndpointRows, row: Row, looked: Sequence[tuple[int, Probe]]) -> RowState:
    probes = tuple(probe for _, probe in looked)
    broken = [(port, one) for port, one in looked if not works_for(row, area.area, one)]
    if not broken:
        retried = [one for one in probes if one.reason in (Why.NEEDED_RETRY, Why.RATE_LIMITED_EDGE)]
        if retried:
            return RowState(area, row, "retried", retried[0].reason, "", "", probes)
        return RowState(area, row, "works", probes=probes)
    lead = next((one for _, one in broken if not one.unknown), broken[0][1])
    if _second_best(looked, broken):
        state = "lesser" if _push_is_dead(looked, broken) else "works"
    else:
        state = "unknown" if lead.unknown else "fails"
    reason = _for_caller(row, lead)
    return RowState(area, row, state, reason, lead.offender, lead.detail, probes)


def works_for(row: Row, area: str, probe: Probe) -> bool:
    """Whether a probe's outcome lets the caller of that row work."""
    if probe.works:
        return True
    if probe.reason in _INSPECTED and row.inspection != "no":
        return True  # slower and fragile, and judged by the check of inspection; it works
    if probe.reason in _TRUST_REASONS:
        return row.private_root or area == "WindowsUpdate"
    return False


def _for_caller(row: Row, probe: Probe) -> Why:
    """A caller that cannot sign in to a proxy sees a demand for it as the end."""
    cannot = row.proxy_auth in ("no", "machine-context-only")
    if probe.reason is Why.PROXY_AUTH_REQUIRED and cannot:
        return Why.PROXY_AUTH_UNSUPPORTED
    return probe.reason


def _second_best(looked: Sequence[tuple[int, Probe]], broken: Sequence[tuple[int, Probe]]) -> bool:
    """Push rows mean one of their ports: 5223 or 443 (Apple), 5228 to 5230 or 443 (Google)."""
    ports = {port for port, _ in looked}
    if not ports & {_APPLE_PUSH, *_PUSH}:
        return False
    dead = {port for port, _ in broken}
    return bool(ports - dead) and (_WEB not in dead or bool(_PUSH & ports - dead))


def _push_is_dead(looked: Sequence[tuple[int, Probe]], broken: Sequence[tuple[int, Probe]]) -> bool:
    ports = {port for port, _ in looked} & {_APPLE_PUSH, *_PUSH}
    return ports <= {port for port, _ in broken}


def _regions(states: Sequence[RowState]) -> Iterator[RowState]:
    """A tenant needs one region of attestation and of script delivery: one whole region will do."""
    groups: dict[str, dict[str, list[RowState]]] = {}
    for one in states:
        family = next((name for name in _REGIONAL if one.row.service.startswith(name)), "")
        if not family:
            yield one
            continue
        groups.setdefault(family, {}).setdefault(one.row.service, []).append(one)
    for regions in groups.values():
        whole = [
            name
            for name, members in regions.items()
            if all(one.state in ("works", "retried", "unprobed") for one in members)
        ]
        for name, members in regions.items():
            if not whole or name in whole:
                yield from members
