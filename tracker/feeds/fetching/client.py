"""HTTP client for feeds: bounded, rate-limited, restricted to allowed addresses.

The only module of the feeds that imports aiohttp. Bounded in time (one deadline over connect,
redirects and body, so slow servers are cut off), in size (after decompression) and in redirects
(followed by hand, each hop checked). Polite: conditional requests with the server's own validators,
an honest User-Agent, no cookies, few concurrent requests to one host and a steady rate per site.
Safe: the one function that makes sockets checks the address, whether it came from the feed, from
DNS or from a redirect. A failure is a value with a readable reason and does not affect other feeds.

aiohttp because of its low CPU cost per request: 0.06 ms for a 304 (on uvloop; 0.09 with this
module) against 0.36 with httpx and 0.54 with requests.
"""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Final, NamedTuple
from weakref import WeakSet

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from tracker.feeds.fetch_results import (
    Deferred,
    Fetched,
    FetchFailed,
    FetchLimits,
    FetchRequest,
    FetchResult,
    NotModified,
    RequestSource,
)
from tracker.feeds.fetching.addresses import (
    AllowedAddresses,
    HostResolver,
    parse_web_address,
    resolve_redirect,
)
from tracker.feeds.fetching.headers import (
    build_request_headers,
    clean_validator,
    describe_status,
    join_lines,
    parse_freshness,
    parse_retry_after,
)
from tracker.feeds.fetching.rate_limit import RequestDeferred, RequestQueue, registrable_domain
from tracker.feeds.fetching.runner import FetchRun, FetchRunner, RequestHandler
from tracker.feeds.plain_text import remove_invisible

LARGE_BODY_BYTES: Final = 1_000_000
"""Bytes above which a body is large."""

MAX_LARGE_BODIES: Final = 4


class BodyReader:
    """Reader of bodies with a shared limit. For one event loop."""

    def __init__(self) -> None:
        self._large_slots = asyncio.Semaphore(MAX_LARGE_BODIES)

    async def read_body(
        self, read_chunk: Callable[[], Awaitable[bytes]], max_bytes: int, deadline: asyncio.Timeout
    ) -> bytes | None:
        """Join the chunks up to the first empty one; None if they exceed `max_bytes` bytes."""
        chunks, size, is_large = list[bytes](), 0, False
        try:
            while chunk := await read_chunk():
                size += len(chunk)
                if size > max_bytes:
                    return None
                chunks.append(chunk)
                if size > LARGE_BODY_BYTES and not is_large:
                    is_large = await self._acquire_large_slot(deadline)
            return b"".join(chunks)
        finally:
            if is_large:
                self._large_slots.release()

    async def _acquire_large_slot(self, deadline: asyncio.Timeout) -> bool:
        clock = asyncio.get_running_loop().time
        remaining = (deadline.when() or 0.0) - clock()
        deadline.reschedule(None)
        await self._large_slots.acquire()
        deadline.reschedule(clock() + remaining)
        return True


ACCEPT_HEADER: Final = (
    "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, "
    "application/feed+json;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
KEEP_ALIVE_SECONDS: Final = 75.0
"""Seconds for which an idle connection is kept."""

MAX_KEPT_CONNECTIONS: Final = 400
"""Open connections above which new ones are not kept: a process is often limited to a thousand
files.
"""

MAX_CONTENT_TYPE_LENGTH: Final = 200
"""Maximum length of a Content-Type."""

PERMANENT_REDIRECTS: Final = (301, 308)
REDIRECT_STATUSES: Final = (301, 302, 303, 307, 308)
RETRY_AFTER_STATUSES: Final = (429, 503)
"""Statuses whose Retry-After header is obeyed."""


class HttpFetch:
    """A `Fetch` over HTTP. It may be called from any thread, also one with an event loop.

    Its thread and connections are kept from the first call until `close`. Raises ValueError when
    `limits.private` names an invalid network.
    """

    def __init__(self, limits: FetchLimits, now: Callable[[], datetime]) -> None:
        allowed = AllowedAddresses.of(limits.private)
        self._rounds = FetchRunner(limits.in_flight, lambda: _Client(limits, allowed, now))

    def __call__(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Send the requests that `more` returns; yield the results as they arrive."""
        return self._rounds(more)

    def close(self) -> None:
        """Cancel running requests; close thread and connections."""
        self._rounds.close()


class _FetchError(Exception):  # internal; returned as a FetchFailed
    def __init__(
        self,
        reason: str,
        status: int | None = None,
        wait: float | None = None,
        *,
        is_gone: bool = False,
        rests: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.wait = wait
        self.is_gone = is_gone
        self.rests = rests


class _Redirect(NamedTuple):
    status: int
    location: str


@dataclass(slots=True)
class _Visit:
    """State of one request. `seconds` is the time of its finished hops, `started_at` the start of
    the current one.
    """

    request: FetchRequest
    run: FetchRun
    host: str = ""
    refusal: str = ""
    permanent: bool = True
    moved_to: str = ""
    seconds: float = 0.0
    started_at: float = 0.0
    charged_domains: set[str] = field(default_factory=set)


_visit: ContextVar[_Visit] = ContextVar("visit")
"""The request whose socket is being made; tasks of the client inherit it."""


class _Client:
    """Shared state of the requests of one `HttpFetch`. To be made and used in its event loop."""

    def __init__(
        self, limits: FetchLimits, allowed: AllowedAddresses, now: Callable[[], datetime]
    ) -> None:
        self._limits, self._allowed, self._now = limits, allowed, now
        self._clock = asyncio.get_running_loop().time
        self._turns = RequestQueue(limits)
        self._resolver = _HostResolver(limits.in_flight)
        self._intake = BodyReader()
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._persistent, self._transient = (
            self._make_session(KEEP_ALIVE_SECONDS),
            self._make_session(None),
        )

    def _make_session(self, keep_alive: float | None) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                keepalive_timeout=keep_alive,
                force_close=keep_alive is None,
                resolver=self._resolver,
                socket_factory=self._make_socket,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": join_lines(self._limits.user_agent), "Accept": ACCEPT_HEADER},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            trust_env=False,  # a proxy would bypass the address check
        )

    async def __aenter__(self) -> RequestHandler:
        return self.answer

    async def __aexit__(self, *error: object) -> None:
        await self._persistent.close()
        await self._transient.close()
        await self._resolver.close()

    def _make_socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        """Make a socket, unless its address is not allowed."""
        family, kind, protocol, _, socket_address = address
        visit = _visit.get()
        if refusal := self._allowed.explain_refusal(visit.host, str(socket_address[0])):
            visit.refusal = refusal
            raise PermissionError(errno.EACCES, refusal)
        new_socket = socket.socket(family, kind, protocol)
        self._sockets.add(new_socket)
        return new_socket

    async def answer(self, request: FetchRequest, run: FetchRun) -> FetchResult:
        """Return the result of one request; never raises."""
        visit, feed = _Visit(request, run), request.feed_id
        _visit.set(visit)
        try:
            return await self._follow_redirects(visit)
        except _FetchError as error:
            return FetchFailed(
                feed_id=feed,
                reason=error.reason,
                status=error.status,
                retry_after_seconds=error.wait,
                gone=error.is_gone,
                rests=error.rests,
                seconds=visit.seconds,
            )
        except RequestDeferred as deferral:
            return Deferred(feed, deferral.wait_seconds, deferral.reason)
        except TimeoutError:
            return FetchFailed(
                feed, f"timed out after {self._limits.total_seconds:g} s", seconds=visit.seconds
            )

        except Exception as error:  # one server's fault must not stop the other feeds
            return FetchFailed(feed, visit.refusal or _describe_error(error), seconds=visit.seconds)

    async def _follow_redirects(self, visit: _Visit) -> Fetched | NotModified:
        """Request an address and follow its redirects."""
        url, status, visited = _require_url(parse_web_address(visit.request.url)), 0, set[URL]()
        for _ in range(self._limits.max_redirects + 1):
            async with self._acquire_turn(visit, url.raw_host or ""):
                answer = await self._send_request(visit, url)
            if not isinstance(answer, _Redirect):
                return answer
            visited.add(url)
            url, status = _require_url(resolve_redirect(url, answer.location)), answer.status
            if url in visited:
                raise _FetchError("redirects in a circle", status)
            visit.permanent = visit.permanent and status in PERMANENT_REDIRECTS
            if visit.permanent:
                visit.moved_to = str(url)
        raise _FetchError(f"more than {self._limits.max_redirects} redirects", status)

    def _acquire_turn(self, visit: _Visit, host: str) -> AbstractAsyncContextManager[None]:
        visit.host, visit.refusal = host, ""
        if not self._limits.polite:
            return nullcontext()
        return self._turns.turn(
            visit.request.feed_id,
            host,
            visit.charged_domains,
            domain=self._find_domain(host),
            run=visit.run,
        )

    def _find_domain(self, host: str) -> str:
        """Return the registrable domain of a public host; "" for an allowed private one."""
        return "" if self._allowed.host(host) else registrable_domain(host)

    async def _send_request(self, visit: _Visit, url: URL) -> Fetched | NotModified | _Redirect:
        """Send one request; return the document, "not modified" or a redirect."""
        visit.started_at = self._clock()
        try:
            async with asyncio.timeout(self._limits.total_seconds - visit.seconds) as deadline:
                session = (
                    self._persistent
                    if len(self._sockets) < MAX_KEPT_CONNECTIONS
                    else self._transient
                )
                headers = build_request_headers(withhold_secret(visit.request, url))
                response = await session.get(url, headers=headers, allow_redirects=False)
                try:
                    return await self._read_response(visit, response, deadline)
                finally:
                    response.release()
        finally:
            visit.seconds += self._clock() - visit.started_at

    async def _read_response(
        self, visit: _Visit, response: aiohttp.ClientResponse, deadline: asyncio.Timeout
    ) -> Fetched | NotModified | _Redirect:
        request, status, headers = visit.request, response.status, response.headers
        if status in REDIRECT_STATUSES and headers.get("Location"):
            return _Redirect(status, headers["Location"])
        not_modified = status == HTTPStatus.NOT_MODIFIED and (request.etag or request.last_modified)
        if status != HTTPStatus.OK and not not_modified:
            raise self._make_error(response, visit.host)
        body = b"" if not_modified else await self._read_body(visit, response, deadline)
        seconds = visit.seconds + self._clock() - visit.started_at
        control = ",".join(headers.getall("Cache-Control", ()))
        fresh = parse_freshness(
            control, headers.get("Age", ""), headers.get("Expires", ""), self._now()
        )
        if not_modified:
            return NotModified(request.feed_id, fresh, visit.moved_to, seconds)
        return Fetched(
            feed_id=request.feed_id,
            url=str(response.url),
            status=status,
            body=body,
            content_type=remove_invisible(headers.get("Content-Type", ""))[
                :MAX_CONTENT_TYPE_LENGTH
            ],
            etag=clean_validator(headers.get("ETag")),
            last_modified=clean_validator(headers.get("Last-Modified")),
            min_age_seconds=fresh,
            moved_to=visit.moved_to,
            seconds=seconds,
        )

    async def _read_body(
        self, visit: _Visit, response: aiohttp.ClientResponse, deadline: asyncio.Timeout
    ) -> bytes:
        """Return the whole body; fail if it is over the limit. It is decompressed in pieces."""
        max_bytes = (
            self._limits.max_bytes if visit.request.max_bytes is None else visit.request.max_bytes
        )
        body = None
        if (response.content_length or 0) <= max_bytes:
            body = await self._intake.read_body(response.content.readany, max_bytes, deadline)
        if body is None:
            raise _FetchError(f"answer larger than {max_bytes / 1e6:g} MB", response.status)
        return body

    def _make_error(self, response: aiohttp.ClientResponse, host: str) -> _FetchError:
        status = response.status
        wait = (
            parse_retry_after(response.headers.get("Retry-After", ""), self._now())
            if status in RETRY_AFTER_STATUSES
            else None
        )
        domain = self._find_domain(host) if wait is not None else ""
        if wait and domain and self._limits.polite:
            self._turns.rest(domain, wait)
        return _FetchError(
            describe_status(status), status, wait, is_gone=status == HTTPStatus.GONE, rests=domain
        )


class _HostResolver(HostResolver, AbstractResolver):
    """Our DNS lookups behind the client's interface."""


def withhold_secret(request: FetchRequest, url: URL) -> FetchRequest:
    """Return the request without its authorization unless it goes to its own server over TLS."""
    if not request.authorization or (
        url.scheme == "https" and url.origin() == URL(request.url).origin()
    ):
        return request
    return replace(request, authorization="")


def _require_url(url: URL | None) -> URL:
    if url is None:
        raise _FetchError("not an http(s) address")
    return url


def _describe_error(error: Exception) -> str:
    """Describe a network error in a few words."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "host not found"
        case aiohttp.ClientSSLError():
            return "no secure connection (certificate or TLS refused)"
        case aiohttp.InvalidURL():
            return "not an http(s) address"
        case OSError(errno=errno.ECONNREFUSED):
            return "connection refused"
        case aiohttp.ServerDisconnectedError() | OSError(errno=errno.ECONNRESET | errno.EPIPE):
            return "server hung up"
        case OSError() | aiohttp.ClientConnectionError():
            return "could not connect"
        case aiohttp.ClientError():
            return "answer was garbled or cut short"
        case _:
            return f"the HTTP client stumbled over it ({type(error).__name__})"
