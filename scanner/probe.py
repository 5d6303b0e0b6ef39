"""The stand-alone probe: any list of targets through the reachability source, one verdict for each.

Input is a JSON list of targets, output {"results": [{"target", "status", "reason", …}]}. The proxy
variables, SSL_CERT_FILE and EMSREADY_PUBLIC_ROOTS of the environment count, and the resolver of this
host. Words of status and reason are a contract.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi

from scanner.deadline import Deadline
from scanner.evidence.reachability import Attempt, Probe, Why
from scanner.sources.reachability.edge import descriptors
from scanner.sources.reachability.portal import SENTINELS, sentinels_of
from scanner.sources.reachability.prober import Prober
from scanner.sources.reachability.proxy import Environment, parse_proxy
from scanner.sources.reachability.resolve import Names, system_resolvers
from scanner.sources.reachability.sites import knows
from scanner.sources.reachability.targets import Target
from scanner.sources.reachability.tls import Looker
from scanner.sources.reachability.trust import Trust
from scanner.sources.reachability.work import Job, Settings

KINDS = ("tls", "http", "ntp", "stun", "exposure")
DEADLINE = 120.0
_PORTS = {"tls": 443, "http": 80, "ntp": 123, "stun": 3478}
_TALK = 5.0
_SKEW_WARN, _SKEW_FAIL = 60.0, 300.0
_CANNOT_SIGN_IN = ("no", "machine-context-only")
_ROOTS = "EMSREADY_PUBLIC_ROOTS"


class TargetsError(ValueError):
    """A list of targets that cannot be used; the message names file, entry and key."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One target of the list; absent keys take the lenient default."""

    id: str
    kind: str
    host: str
    port: int
    required: bool = True
    inspection: str = "not-stated"
    proxy_auth: str = "not-stated"

    @property
    def target(self) -> Target:
        """What is probed for it."""
        anonymous = self.proxy_auth in _CANNOT_SIGN_IN
        return Target(0 if self.required else 1, self.host, self.port, self.kind, anonymous)


def read_targets(path: Path) -> list[Wanted]:
    """The list in a file. Raises TargetsError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TargetsError(f"{path}: cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:
        raise TargetsError(f"{path}: not valid JSON: {error}") from error
    if isinstance(data, dict):
        data = data.get("targets")
    if not isinstance(data, list):
        raise TargetsError(f"{path}: expected a JSON list of targets")
    return [_wanted(one, f"{path}: target {place}") for place, one in enumerate(data)]


def _wanted(one: Any, where: str) -> Wanted:
    if not isinstance(one, dict):
        raise TargetsError(f"{where}: expected an object with id, kind, host and port")
    for key in ("host", "kind"):
        if not isinstance(one.get(key), str) or not one[key]:
            raise TargetsError(f"{where}: {key}: expected a text, got {one.get(key)!r}")
    if one["kind"] not in KINDS:
        raise TargetsError(f"{where}: kind: one of {', '.join(KINDS)}, got {one['kind']!r}")
    port = one.get("port", _PORTS.get(one["kind"]))
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:  # noqa: PLR2004
        raise TargetsError(f"{where}: port: expected a number from 1 to 65535, got {port!r}")
    host = one["host"].rstrip(".").casefold().strip("[]")
    return Wanted(
        id=str(one.get("id", f"{host}:{port}")),
        kind=one["kind"],
        host=host,
        port=port,
        required=one.get("required", True) is not False,
        inspection=str(one.get("tls_inspection", "not-stated")),
        proxy_auth=str(one.get("proxy_auth", "not-stated")),
    )


def probe(wanted: Sequence[Wanted], seconds: float = DEADLINE) -> list[dict[str, Any]]:
    """Probe all of them; a result for each, in their order, whatever happens.

    Raises TargetsError where the environment names a proxy or roots that cannot be used.
    """
    environment = Environment.read()
    jobs: dict[tuple[Any, ...], Job] = {}
    for one in wanted:
        jobs.setdefault(_key(one), _job(one, environment))
    with descriptors() as most:
        probes = asyncio.run(_run(list(jobs.values()), environment, seconds, most))
    found = dict(zip(jobs, probes, strict=True))
    return [_result(one, found[_key(one)]) for one in wanted]


def _key(one: Wanted) -> tuple[Any, ...]:
    return (*one.target.key, one.target.anonymous)


def _job(one: Wanted, environment: Environment) -> Job:
    if one.target.direct_only or one.kind == "exposure":
        return Job(one.target)
    named = environment.for_target(one.kind, one.host, one.port)
    try:
        return Job(one.target, parse_proxy(named) if named else None)
    except ValueError as error:
        raise TargetsError(f"the proxy of the environment: {error}") from error


async def _run(jobs: list[Job], environment: Environment, seconds: float, most: int) -> list[Probe]:
    deadline = Deadline.after(seconds)
    settings = Settings(
        vantage="",
        looker=Looker(_trust(), _TALK),
        names=Names("", system_resolvers(), deadline),
        connect={},
        seconds=_TALK,
        deadline=deadline,
        descriptors=most,
        related=knows(("*.microsoft.com", "*.office.com", "*.microsoftonline.com")),
    )
    probes = await Prober(settings).run(jobs)
    if any(_redirects(one) for one in probes) and await _clean(settings, environment):
        return [_as_it_is(one) for one in probes]
    return probes


def _trust() -> Trust:
    try:
        return Trust(Path(os.environ.get(_ROOTS) or certifi.where()))
    except (OSError, ssl.SSLError) as error:
        raise TargetsError(f"{_ROOTS}: cannot be used: {error}") from error


def _redirects(one: Probe) -> bool:
    """Whether it was led elsewhere; a sign-in page does that, and so do some services."""
    led = one.http is not None and 300 <= one.http.status < 400  # noqa: PLR2004
    return one.reason is Why.CAPTIVE_PORTAL and led


async def _clean(settings: Settings, environment: Environment) -> bool:
    """Whether the page that Windows asks for comes back as it should."""
    url, _ = SENTINELS[0]
    host, _, path = url.removeprefix("http://").partition("/")
    named = environment.for_target("http", host, 80)
    job = Job(Target(0, host, 80, "http"), parse_proxy(named) if named else None, f"/{path}")
    (found,) = await Prober(settings).run([job])
    return sentinels_of([found])[0].matches


def _as_it_is(one: Probe) -> Probe:
    if not _redirects(one):
        return one
    return Probe(
        one.vantage,
        one.host,
        one.port,
        one.protocol,
        one.path,
        attempts=one.attempts,
        http=one.http,
    )


def _result(wanted: Wanted, found: Probe) -> dict[str, Any]:
    status, reason = verdict(wanted, found)
    result: dict[str, Any] = {"target": wanted.id, "status": status, "reason": reason or "ok"}
    more: Mapping[str, Any] = {
        "detail": found.detail,
        "path": found.path,
        "offender": found.offender,
        "issuer": found.tls.issuer if found.tls else "",
        "http_status": found.http.status if found.http else 0,
        "offset": found.udp.offset if found.udp else None,
        "attempts": [_attempt(one) for one in found.attempts],
    }
    return result | {key: value for key, value in more.items() if value not in ("", 0, None, [])}


def _attempt(one: Attempt) -> dict[str, Any]:
    known = {
        "address": one.address,
        "outcome": one.outcome,
        "tries": one.tries,
        "ms": one.ms,
        "icmp": one.icmp,
        "offender": one.offender,
    }
    return {key: value for key, value in known.items() if value != ""}


def verdict(wanted: Wanted, found: Probe) -> tuple[str, str]:
    """Status and reason of one target. `unknown` is never a pass and never a fail."""
    reason = found.reason
    if reason is Why.UNKNOWN:
        return "unknown", reason
    if wanted.kind == "exposure":
        return ("fail", Why.EXPOSED) if reason is Why.EXPOSED else ("pass", "")
    if reason is Why.PROXY_AUTH_REQUIRED and wanted.proxy_auth in _CANNOT_SIGN_IN:
        reason = Why.PROXY_AUTH_UNSUPPORTED
    bad = "fail" if wanted.required else "warn"
    if reason is Why.TLS_INTERCEPTED and wanted.inspection != "no":
        return "warn", reason
    return _working(found, bad) if found.works else (bad, reason)


def _working(found: Probe, bad: str) -> tuple[str, str]:
    """What there is to say of a destination that answers."""
    offset = abs(found.udp.offset or 0.0) if found.udp else 0.0
    if offset >= _SKEW_WARN:
        return (bad if offset > _SKEW_FAIL else "warn"), Why.CLOCK_SKEW
    hint = found.reason or _lame(found.attempts)
    return ("warn", hint) if hint else ("pass", "")


_WORDS = {
    "timeout": Why.TCP_TIMEOUT,
    "refused": Why.TCP_REFUSED,
    "prohibited": Why.ICMP_PROHIBITED,
    "unreachable": Why.ICMP_UNREACHABLE,
    "no-route": Why.HOST_UNREACHABLE,
}


def _lame(attempts: Sequence[Attempt]) -> str:
    """What is wrong with the other addresses of a name that works, where half or more of them fail."""
    four = [one for one in attempts if one.version == 4]  # noqa: PLR2004
    six = [one for one in attempts if one.version == 6]  # noqa: PLR2004
    for family, other, word in ((six, four, Why.IPV6_BROKEN), (four, six, Why.IPV4_BROKEN)):
        if family and other and _dead(family) == len(family) and _dead(other) < len(other):
            return word
    dead = [one for one in attempts if one.outcome in _WORDS]
    return _WORDS[dead[0].outcome] if dead and len(dead) * 2 >= len(attempts) else ""


def _dead(attempts: Sequence[Attempt]) -> int:
    return sum(one.outcome in _WORDS for one in attempts)
