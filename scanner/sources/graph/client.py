"""A read-only Microsoft Graph client: pages, patience and a token that stays with its host."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
import urllib3

from scanner.deadline import Deadline
from scanner.evidence.envelope import GraphCall, Missing
from scanner.sources.graph.answers import Answer, GraphFailure
from scanner.sources.graph.clouds import Origin
from scanner.sources.graph.session import GRAPH_METHODS, Bearer, GuardedSession
from scanner.sources.graph.signin import Tokens
from scanner.sources.interface import Unavailable
from scanner.words import Reason

Item = dict[str, Any]
LARGEST_BODY = 64 * 1024 * 1024
MOST_PAGES = 20_000
_FINAL = (requests.exceptions.SSLError, requests.exceptions.ProxyError)


@dataclass(slots=True)
class Pace:
    """When each throttle class may be asked again; shared by all threads, so all slow down."""

    _until: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hold(self, name: str, seconds: float) -> None:
        """Nobody asks that class for so many seconds: requests made meanwhile count as well."""
        with self._lock:
            self._until[name] = max(self._until.get(name, 0.0), time.monotonic() + seconds)

    def wait(self, name: str) -> float:
        """Seconds until that class may be asked."""
        with self._lock:
            return max(0.0, self._until.get(name, 0.0) - time.monotonic())


@dataclass(slots=True)
class GraphClient:
    """Reads single objects and lists. `timeout` is for one wait on a socket, in seconds."""

    base: str
    tokens: Tokens
    roots: Path
    deadline: Deadline
    timeout: float = 30.0
    proxy: str = ""
    back_off: float = 1.0
    _pace: Pace = field(default_factory=Pace)
    _local: threading.local = field(default_factory=threading.local)
    _sessions: list[GuardedSession] = field(default_factory=list)

    def single(self, call: GraphCall, ident: str = "") -> Item:
        """Read one object. Raises GraphFailure."""
        return self._ask(self._url(call, ident), call)

    def listing(self, call: GraphCall, ident: str = "") -> list[Item]:
        """Read a short list whole. Raises GraphFailure."""
        for attempt in count(1):
            try:
                return [item for page in self.pages(call, ident) for item in page]
            except GraphFailure as failure:
                if not failure.expired or attempt > 2:  # noqa: PLR2004 - restarted at most twice
                    raise
        raise AssertionError("unreachable")

    def pages(self, call: GraphCall, ident: str = "") -> Iterator[list[Item]]:
        """The pages of a list, as they come. Raises GraphFailure, also in the middle."""
        url, seen = self._url(call, ident), set[str]()
        while url:
            if url in seen or len(seen) >= MOST_PAGES:
                raise GraphFailure(
                    Missing(Reason.BUG, f"GET {call.path}: the list leads back to an earlier page")
                )
            seen.add(url)
            found = self._ask(url, call)
            items = found.get("value")
            if not isinstance(items, list):
                raise Answer(200).as_failure(call)
            yield [item for item in items if isinstance(item, dict)]
            url = self._next(found.get("@odata.nextLink"), call)

    def close(self) -> None:
        """Close all connections."""
        for session in self._sessions:
            session.close()

    def _url(self, call: GraphCall, ident: str) -> str:
        path = call.path.replace("{id}", quote(ident, safe=""))
        query = [("$select", ",".join(call.select))] if call.select else []
        text = "&".join(f"{key}={quote(value, safe=',')}" for key, value in (*query, *call.query))
        return f"{self.base}/{call.version}{path}{'?' if text else ''}{text}"

    def _next(self, link: object, call: GraphCall) -> str:
        if not link:
            return ""
        if not isinstance(link, str) or Origin.of(link) != Origin.of(self.base):
            raise GraphFailure(
                Missing(
                    Reason.BUG,
                    f"GET {call.path}: the next page is said to be on another host than"
                    " the configured one; the token does not go there",
                )
            )
        return link

    def _ask(self, url: str, call: GraphCall) -> Item:
        """Ask until there is an answer to keep. Raises GraphFailure for a final refusal."""
        renewed, attempt = False, 0
        while True:
            self._patience(call)
            token = self._token()
            answer = self._send(url, token)
            found = answer.content()
            if found is not None:
                return found
            if answer.status == 401 and not renewed:  # noqa: PLR2004
                renewed = True
                self._renew(token)
                continue
            attempt += 1
            if attempt > answer.tries():
                raise answer.as_failure(call)
            self._pace.hold(call.throttle_class, answer.wait(attempt, self.back_off))
            if self._pace.wait(call.throttle_class) >= self.deadline.remaining():
                raise self._too_late(answer, call)

    def _too_late(self, answer: Answer, call: GraphCall) -> GraphFailure:
        """The next try would come after the deadline."""
        if answer.status == 429:  # noqa: PLR2004
            told = "Microsoft Graph asks to wait longer than the time that is left"
            return GraphFailure(Missing(Reason.THROTTLED, f"GET {call.path}: {told}"))
        return answer.as_failure(call)

    def _patience(self, call: GraphCall) -> None:
        """Wait until the call may be made. Raises GraphFailure where that is too late."""
        wait = self._pace.wait(call.throttle_class)
        if wait >= self.deadline.remaining():
            raise GraphFailure(
                Missing(Reason.TIMEOUT, f"GET {call.path}: the time for the tenant is used up")
            )
        if wait:
            time.sleep(wait)

    def _token(self) -> str:
        try:
            return self.tokens.current()
        except Unavailable as error:
            raise GraphFailure(error.missing) from error

    def _renew(self, refused: str) -> None:
        try:
            self.tokens.renew(refused)
        except Unavailable as error:
            raise GraphFailure(error.missing) from error

    def _send(self, url: str, token: str) -> Answer:
        try:
            wait = self.deadline.left(self.timeout)
            with self._session().get(
                url,
                auth=Bearer(token),
                headers={"Accept": "application/json", "client-request-id": str(uuid.uuid4())},
                timeout=(wait, wait),
                stream=True,
            ) as response:
                return Answer(response.status_code, response.headers, self._body(response))
        except TimeoutError:
            return Answer(0, failure=Missing(Reason.TIMEOUT, "the time for the tenant is used up"))
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            final = isinstance(error, _FINAL)
            return Answer(0, failure=transport_failure(error, self.base), final=final)

    def _body(self, response: requests.Response) -> bytes:
        """The body, piece by piece: a server that dribbles is left at the deadline."""
        parts, size = [], 0
        while part := response.raw.read1(65536, decode_content=True):
            self.deadline.left(self.timeout)
            parts.append(part)
            size += len(part)
            if size > LARGEST_BODY:
                return b""  # no JSON object, so it ends as a broken answer
        return b"".join(parts)

    def _session(self) -> GuardedSession:
        """One session for each thread: requests does not promise that they can be shared."""
        session: GuardedSession | None = getattr(self._local, "session", None)
        if session is None:
            session = GuardedSession(self.roots, GRAPH_METHODS, self.proxy)
            self._local.session = session
            self._sessions.append(session)
        return session


def transport_failure(error: Exception, address: str) -> Missing:
    """Why no answer came, with the layer that failed, in words that an admin can act on."""
    if isinstance(error, requests.exceptions.ProxyError):
        return Missing(Reason.UNREACHABLE, f"{address}: the proxy did not pass the call on")
    if isinstance(error, requests.exceptions.SSLError):
        told = "its certificate is not trusted here; if your network inspects TLS, name its root"
        return Missing(Reason.UNREACHABLE, f"{address}: {told} in trust.ca_file")
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return Missing(Reason.TIMEOUT, f"{address}: no answer in time")
    if "NameResolutionError" in repr(error):
        return Missing(Reason.UNREACHABLE, f"{address}: the name cannot be resolved")
    return Missing(Reason.UNREACHABLE, f"{address}: the connection failed or broke off")
