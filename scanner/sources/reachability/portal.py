"""The pages that operating systems ask for to find a web sign-in page in between."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from scanner.config.model import Config
from scanner.evidence.reachability import HttpSeen, Probe, Sentinel, Why
from scanner.sources.reachability.proxy import Proxy
from scanner.sources.reachability.targets import Target
from scanner.sources.reachability.work import Job

SENTINELS: tuple[tuple[str, str], ...] = (
    ("http://www.msftconnecttest.com/connecttest.txt", "Microsoft Connect Test"),
    ("http://captive.apple.com/", "Success"),
    ("http://connectivitycheck.gstatic.com/generate_204", ""),
)
"""URL, and what the body must hold; '' stands for status 204 without a body."""
_EMPTY = 204


def sentinel_jobs(config: Config, proxies: dict[str, Proxy]) -> list[Job]:
    """One job for each page, on the path that HTTP takes."""
    jobs = []
    for url, _ in SENTINELS:
        parts = urlsplit(url)
        target = Target(0, parts.hostname or "", 80, "http")
        redirected = {f"{target.host}:80", "*:80"} & set(config.network.connect)
        jobs.append(Job(target, None if redirected else proxies.get("http"), parts.path))
    return jobs


def sentinels_of(probes: Sequence[Probe]) -> tuple[Sentinel, ...]:
    """What came back for each page, or for the first ones."""
    return tuple(
        Sentinel(url, expected, _matches(probe.http, expected), probe.http, probe.reason)
        for (url, expected), probe in zip(SENTINELS, probes, strict=False)
    )


def _matches(seen: HttpSeen | None, expected: str) -> bool:
    if seen is None:
        return False
    if not expected:
        return seen.status == _EMPTY
    whole = expected.startswith("Microsoft")
    body = seen.body.strip()
    return seen.status == 200 and (body == expected if whole else expected in body)  # noqa: PLR2004


def shows_portal(sentinel: Sentinel) -> bool:
    """Whether somebody else answered for that page."""
    return (
        sentinel.answer is not None
        and not sentinel.matches
        and sentinel.reason
        not in (
            Why.PROXY_DENIED,
            Why.PROXY_AUTH_REQUIRED,
            Why.PROXY_AUTH_UNSUPPORTED,
        )
    )
