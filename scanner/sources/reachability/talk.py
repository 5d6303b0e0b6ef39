"""The talk over an open connection, whatever path it was opened on."""

from __future__ import annotations

import socket
from dataclasses import replace

from scanner.evidence.reachability import HttpSeen, Probe, Why
from scanner.sources.reachability.connect import Address
from scanner.sources.reachability.edge import Edge
from scanner.sources.reachability.exposure import examine_exposure
from scanner.sources.reachability.http import BadAnswerError, ask, basic, made_by_proxy
from scanner.sources.reachability.proxy import Proxy
from scanner.sources.reachability.services import SPOKEN, greet
from scanner.sources.reachability.targets import Target
from scanner.sources.reachability.tls import Dial
from scanner.sources.reachability.work import Settings, Work

_AUTHENTICATION, _NETWORK_SIGN_IN = 407, 511  # RFC 9110, 15.5.8; RFC 6585, 6


async def talk(
    work: Work, settings: Settings, edge: Edge, sock: socket.socket, address: Address, dial: Dial
) -> None:
    """Say what the protocol of the target says, and keep in the work what came back.

    `dial` opens further connections to the same place. What the end of the run cut off is forgotten:
    nobody refused it.
    """
    if settings.over:
        return
    target = work.job.target
    if target.protocol == "tls":
        work.verdict = await settings.looker.examine(sock, target.host, dial)
    elif target.protocol == "http":
        work.probe = await _http(work, settings, sock)
    elif target.protocol == "exposure":
        work.probe = work.made(*await examine_exposure(sock, address, edge))
    elif target.protocol in SPOKEN:
        work.probe = work.made(await greet(sock, target.protocol, target.host))
    else:
        work.probe = work.made(Why.OK)
    if settings.over and work.reason is not Why.OK:
        work.forget()


async def _http(work: Work, settings: Settings, sock: socket.socket) -> Probe:
    target, proxy = work.job.target, work.job.proxy
    asked = work.job.url_path
    headers: tuple[tuple[str, str], ...] = ()
    if proxy and proxy.scheme == "http":
        asked = f"http://{target.host}:{target.port}{asked}"
        if proxy.user and not target.anonymous:
            headers = (basic(proxy.user, proxy.password),)
    try:
        seen = await ask(sock, target.host, asked, seconds=settings.left, headers=headers)
    except TimeoutError:
        return work.made(Why.HTTP_TIMEOUT)
    except BadAnswerError as error:
        return work.made(Why.HTTP_RESET, str(error))
    except OSError:
        return work.made(Why.HTTP_RESET)
    reason = _reason(seen, target, proxy, settings)
    offender = ""
    if reason is not Why.OK:
        offender = proxy.label if proxy else (seen.via or seen.server)
    detail = f"status {seen.status}" + (f" to {seen.location}" if seen.location else "")
    return replace(work.made(reason, detail, offender), http=seen)


def _reason(seen: HttpSeen, target: Target, proxy: Proxy | None, settings: Settings) -> Why:
    if seen.status == _AUTHENTICATION:
        return unauthorised(target)
    if seen.status == _NETWORK_SIGN_IN:
        return Why.CAPTIVE_PORTAL
    if made_by_proxy(seen, expected=proxy is not None):
        return Why.PROXY_DENIED
    moved = 300 <= seen.status < 400 and bool(seen.location)  # noqa: PLR2004
    if moved and not settings.related(target.host, seen.location):
        return Why.CAPTIVE_PORTAL
    return Why.OK


def unauthorised(target: Target) -> Why:
    """What a demand for a sign-in means to the caller of that target."""
    return Why.PROXY_AUTH_UNSUPPORTED if target.anonymous else Why.PROXY_AUTH_REQUIRED
