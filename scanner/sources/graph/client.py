"""A read-only Microsoft Graph client: pages, patience and a token that stays with its host."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import requests
import urllib3

from scanner.deadline import Deadline
from scanner.evidence.envelope import GraphCall, Missing
from scanner.sources.graph.answers import Answer, GraphFailure, Page
from scanner.sources.graph.ask import address
from scanner.sources.graph.clouds import Origin
from scanner.sources.graph.pace import RATES, Pace
from scanner.sources.graph.session import GRAPH_METHODS, Bearer, GuardedSession
from scanner.sources.graph.signin import Tokens
from scanner.sources.interface import Unavailable
from scanner.text import said
from scanner.words import Reason

Item = dict[str, Any]
T = TypeVar("T")
LARGEST_BODY = 64 * 1024 * 1024
MOST_PAGES = 20_000
MOST_ITEMS = 100_000
_FINAL = (requests.exceptions.SSLError, requests.exceptions.ProxyError)


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
    rates: Mapping[str, tuple[int, float]] = field(default_factory=lambda: RATES)
    _pace: Pace = field(init=False)
    _local: threading.local = field(default_factory=threading.local)
    _sessions: list[GuardedSession] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pace = Pace(self.rates)

    def single(self, call: GraphCall, ident: str = "") -> Item:
        """Read one object. Raises GraphFailure; its `absent` says that there is no such object.

        Some services answer with a list of the one object.
        """
        found = self._ask(self._url(call, ident), call, self._session())
        values = found.get("value")
        if isinstance(values, list) and "id" not in found:
            found = next((one for one in values if isinstance(one, dict)), {})
            if not found and call.absence:
                raise GraphFailure(Missing(Reason.UNSUPPORTED, "there is none"), absent=True)
        return found

    def number(self, call: GraphCall, ident: str = "") -> int:
        """Read a count. Raises GraphFailure."""
        return self._keep_asking(self._url(call, ident), call, self._session(), Answer.number)

    def listing(self, call: GraphCall, ident: str = "", most: int = MOST_ITEMS) -> list[Item]:
        """Read a short list whole. Raises GraphFailure, also for one that is not short."""
        for attempt in count(1):
            try:
                return self._whole(call, ident, most)
            except GraphFailure as failure:
                if not failure.expired or attempt > 2:  # noqa: PLR2004 - restarted at most twice
                    raise
        raise AssertionError("unreachable")

    def _whole(self, call: GraphCall, ident: str, most: int) -> list[Item]:
        found: list[Item] = []
        for page in self.pages(call, ident):
            found += page
            if len(found) > most:
                told = said(
                    "GET {path}: the list is longer than the {most} entries that are read",
                    path=call.path,
                    most=most,
                )
                raise GraphFailure(Missing(Reason.UNSUPPORTED, told))
        return found

    def pages(self, call: GraphCall, ident: str = "") -> Iterator[list[Item]]:
        """The pages of a list, as they come. Raises GraphFailure, also in the middle."""
        for page in self.quick_pages(call, Answer.page, ident):
            yield [item for item in page if isinstance(item, dict)]

    def quick_pages(
        self, call: GraphCall, read: Callable[[Answer], Page | None], ident: str = ""
    ) -> Iterator[list[Any]]:
        """The pages of a list in the form that `read` gives them. Raises GraphFailure.

        While one page is worked on, the next is on its way.
        """
        session, seen = self._session(), set[str]()
        url = self._url(call, ident)
        page = self._first(url, call, ident, session, read)
        while True:
            seen.add(url)
            if page.items is None:
                raise Answer(200).as_failure(call)
            url, told = self._onward("" if call.sample else page.link, seen)
            coming = _Coming(partial(self._keep_asking, url, call, session, read)) if url else None
            yield page.items
            if told:
                raise GraphFailure(Missing(Reason.BUG, _about(call, told)))
            if coming is None:
                return
            page = coming.result()

    def close(self) -> None:
        """Close all connections."""
        for session in self._sessions:
            session.close()

    def _url(self, call: GraphCall, ident: str) -> str:
        return address(self.base, call, ident)

    def _first(
        self,
        url: str,
        call: GraphCall,
        ident: str,
        session: GuardedSession,
        read: Callable[[Answer], Page | None],
    ) -> Page:
        """The first page; without its filter where the service cannot filter in this way."""
        try:
            return self._keep_asking(url, call, session, read)
        except GraphFailure as failure:
            if not (failure.query and call.local):
                raise
            whole = address(self.base, call, ident, whole=True)
            return self._keep_asking(whole, call, session, read)

    def _onward(self, link: object, seen: set[str]) -> tuple[str, str]:
        """The address of the next page, or why it is not gone to; both empty at the end."""
        if not link:
            return "", ""
        if not isinstance(link, str) or Origin.of(link) != Origin.of(self.base):
            return "", (
                said(
                    "the next page is said to be on another host than the configured one; the token"
                    " does not go there"
                )
            )
        if link in seen or len(seen) >= MOST_PAGES:
            return "", said("the list leads back to an earlier page")
        return link, ""

    def _ask(self, url: str, call: GraphCall, session: GuardedSession) -> Item:
        """The JSON object at that address. Raises GraphFailure for a final refusal."""
        return self._keep_asking(url, call, session, Answer.content)

    def _keep_asking(
        self,
        url: str,
        call: GraphCall,
        session: GuardedSession,
        good: Callable[[Answer], T | None],
    ) -> T:
        """Ask until `good` finds something in an answer. Raises GraphFailure for a refusal."""
        renewed, attempt = False, 0
        while True:
            self._patience(call)
            token = self._token()
            answer = self._send(url, call, token, session)
            self._pace.heed(
                call.throttle_class, answer.headers.get("x-ms-throttle-limit-percentage", "")
            )
            found = good(answer)
            if found is not None:
                return found
            if answer.status == 401 and not renewed:  # noqa: PLR2004
                renewed = True
                self._renew(token)
                continue
            if call.absence and answer.is_empty():
                raise GraphFailure(Missing(Reason.UNSUPPORTED, "there is none"), absent=True)
            attempt += 1
            if attempt > answer.tries():
                raise answer.as_failure(call)
            self._pace.hold(call.throttle_class, answer.wait(attempt, self.back_off))
            if self._pace.wait(call.throttle_class) >= self.deadline.remaining():
                raise self._too_late(answer, call)

    def _too_late(self, answer: Answer, call: GraphCall) -> GraphFailure:
        """The next try would come after the deadline."""
        if answer.status == 429:  # noqa: PLR2004
            told = said("Microsoft Graph asks to wait longer than the time that is left")
            return GraphFailure(Missing(Reason.THROTTLED, _about(call, told)))
        return answer.as_failure(call)

    def _patience(self, call: GraphCall) -> None:
        """Wait until the call may be made. Raises GraphFailure where that is too late."""
        wait = self._pace.take(call.throttle_class)
        if wait >= self.deadline.remaining():
            raise GraphFailure(
                Missing(
                    Reason.TIMEOUT,
                    said("GET {path}: the time for the tenant is used up", path=call.path),
                )
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

    def _send(self, url: str, call: GraphCall, token: str, session: GuardedSession) -> Answer:
        headers = {"Accept": "application/json", "client-request-id": str(uuid.uuid4())}
        if call.eventual:  # not carried by the link to the next page: sent with each of them
            headers["ConsistencyLevel"] = "eventual"
        try:
            wait = self.deadline.left(self.timeout)
            with session.get(
                url,
                auth=Bearer(token),
                headers=headers,
                timeout=(wait, wait),
                stream=True,
            ) as response:
                return Answer(response.status_code, response.headers, self._body(response))
        except TimeoutError:
            missing = Missing(Reason.TIMEOUT, "the time for the tenant is used up")
            return Answer(0, failure=missing, final=True)
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


def _about(call: GraphCall, told: str) -> str:
    return said("GET {path}: {detail}", path=call.path, detail=told)


class _Coming:
    """A page that is fetched while the one before it is worked on."""

    def __init__(self, fetch: Callable[[], Page]) -> None:
        self._page: Page | None = None
        self._error: Exception | None = None
        self._fetch = fetch
        self._thread = threading.Thread(target=self._run, name="graph-next-page", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._page = self._fetch()
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error

    def result(self) -> Page:
        """The page. Raises GraphFailure."""
        self._thread.join()
        if self._page is None:
            raise self._error or AssertionError("neither page nor error")
        return self._page


def transport_failure(error: Exception, address: str) -> Missing:
    """Why no answer came, with the layer that failed, in words that an admin can act on."""
    if isinstance(error, requests.exceptions.ProxyError):
        return Missing(
            Reason.UNREACHABLE,
            said("{address}: the proxy did not pass the call on", address=address),
        )
    if isinstance(error, requests.exceptions.SSLError):
        told = said(
            "{address}: its certificate is not trusted here; if your network inspects TLS, name its"
            " root in trust.ca_file",
            address=address,
        )
        return Missing(Reason.UNREACHABLE, told)
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return Missing(Reason.TIMEOUT, said("{address}: no answer in time", address=address))
    if "NameResolutionError" in repr(error):
        return Missing(
            Reason.UNREACHABLE, said("{address}: the name cannot be resolved", address=address)
        )
    return Missing(
        Reason.UNREACHABLE, said("{address}: the connection failed or broke off", address=address)
    )
