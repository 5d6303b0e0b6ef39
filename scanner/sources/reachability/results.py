"""What a finished, or cut off, job amounts to."""

from __future__ import annotations

from dataclasses import replace

from scanner.evidence.reachability import Probe, Why
from scanner.sources.reachability.sweep import Shape
from scanner.sources.reachability.tls import Looker
from scanner.sources.reachability.work import Work
from scanner.text import said

# The most telling first: where several addresses fail, it is told.
_OUTCOMES = {
    "prohibited": Why.ICMP_PROHIBITED,
    "unreachable": Why.ICMP_UNREACHABLE,
    "refused": Why.TCP_REFUSED,
    "no-route": Why.HOST_UNREACHABLE,
    "timeout": Why.TCP_TIMEOUT,
    "": Why.UNKNOWN,
}
_PUBLIC_PROTOCOLS = ("tls", "http")
_TIME_UP = said("time was up")


def probe_of(work: Work, shape: Shape, looker: Looker) -> Probe:
    """The probe, with the last word on incomplete chains, filters and late openings."""
    found = _spoken(work, looker) or _unspoken(work, shape)
    sunk = work.private and not found.works and not found.unknown
    if sunk and found.protocol in _PUBLIC_PROTOCOLS:
        where = ", ".join(leg.address[0] for leg in work.legs)
        found = replace(found, reason=Why.DNS_SINKHOLE, detail=where)
    return _with_tries(found, work, shape)


def _spoken(work: Work, looker: Looker) -> Probe | None:
    """What the talk gave; None where there was none."""
    if work.verdict is None:
        attempts = tuple(leg.attempt() for leg in work.legs)
        return replace(work.probe, attempts=attempts) if work.probe else None
    verdict = looker.reconsider(work.verdict)
    intercepted = verdict.reason is Why.TLS_INTERCEPTED
    reason = verdict.reason
    if reason is Why.OK and verdict.retried:
        reason = Why.NEEDED_RETRY
    issuer = verdict.seen.issuer if intercepted else ""
    return replace(work.made(reason, verdict.detail, issuer), tls=verdict.seen)


def _unspoken(work: Work, shape: Shape) -> Probe:
    """A connection is all that was wanted, or all that failed."""
    if not work.legs:
        return work.made(Why.UNKNOWN, _TIME_UP)
    if any(leg.outcome == "open" for leg in work.legs):
        done = work.job.target.protocol == "tcp"
        return work.made(Why.OK) if done else work.made(Why.UNKNOWN, _TIME_UP)
    order = list(_OUTCOMES)
    worst = min(work.legs, key=lambda leg: order.index(leg.outcome))
    reason = _OUTCOMES[worst.outcome]
    if reason is Why.UNKNOWN:
        return work.made(reason, said("nothing gets out directly") if shape.breaker else _TIME_UP)
    return work.made(reason, worst.icmp, worst.offender)


def _with_tries(found: Probe, work: Work, shape: Shape) -> Probe:
    """Whether it took more than one attempt to open."""
    tries = [leg.tries for leg in work.legs if leg.outcome == "open"]
    if found.reason is not Why.OK or found.udp or not tries or min(tries) == 1:
        return found
    limited = shape.limited_at or shape.connection_limit
    return replace(found, reason=Why.RATE_LIMITED_EDGE if limited else Why.NEEDED_RETRY)
