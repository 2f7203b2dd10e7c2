"""One bounded conditional GET per feed. The only file that knows the HTTP client; bytes come out.

Bounded in time (one deadline over connecting, redirects and every byte, so a server that drips is cut
off), in size (after decompression, so a small bomb stays small) and in redirects (followed by hand,
each hop looked at). Polite: conditional requests with the server's own validators, an honest name,
no cookies, few requests at once to one host. A feed's failure is a value with a reason that a person
understands; one feed's failure stops no other.
"""

import asyncio
import errno
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp

from tracker.feeds.answers import Fetch, Fetched, FetchFailed, FetchLimits, FetchRequest, FetchResult, NotModified

ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, "
    "*/*;q=0.1"
)
CHUNK: Final = 65_536
LONGEST_RETRY_AFTER: Final = 366 * 86400.0
"""Seconds. A server that asks for more than a year is taken to mean a year."""

REDIRECTS: Final = (301, 302, 303, 307, 308)
PATIENCE: Final = (429, 503)
"""The answers whose Retry-After is a request to us."""


def http_fetch(limits: FetchLimits, now: Callable[[], datetime]) -> Fetch:
    """A fetch over HTTP. It may be called from any thread, also one that runs an event loop of its own."""

    def fetch(requests: Sequence[FetchRequest]) -> Sequence[FetchResult]:
        with ThreadPoolExecutor(1) as own_thread:
            return own_thread.submit(lambda: asyncio.run(_fetch_all(requests, limits, now))).result()

    return fetch


async def _fetch_all(
    requests: Sequence[FetchRequest], limits: FetchLimits, now: Callable[[], datetime]
) -> Sequence[FetchResult]:
    asyncio.get_running_loop().set_default_executor(_Lookups(limits.in_flight))
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": limits.user_agent, "Accept": ACCEPT},
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
    ) as session:
        visit = _Visit(session, limits, now)
        return await asyncio.gather(*(visit.fetch(request) for request in requests))


class _Lookups(ThreadPoolExecutor):
    """Threads that look up names: one for each request in flight, so that one lookup that hangs holds up no other.

    A lookup cannot be broken off. Closing does not wait for those that are past their feed's deadline.
    """

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)


class _Failure(Exception):  # it travels inside this file only, and leaves as a FetchFailed
    def __init__(
        self, reason: str, status: int | None = None, retry_after: float | None = None, *, gone: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason, self.status, self.retry_after, self.gone = reason, status, retry_after, gone


class _Visit:
    """The fetches of one call, which share a session and wait for each other's hosts."""

    def __init__(self, session: aiohttp.ClientSession, limits: FetchLimits, now: Callable[[], datetime]) -> None:
        self._session = session
        self._limits = limits
        self._now = now
        self._places = asyncio.Semaphore(limits.in_flight)
        self._hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.per_host))

    async def fetch(self, request: FetchRequest) -> FetchResult:
        try:
            return await self._follow(request)
        except _Failure as failure:
            return FetchFailed(request.feed_id, failure.reason, failure.status, failure.retry_after, failure.gone)
        except TimeoutError:
            return _failed(request, f"timed out after {self._limits.total_seconds:g} s")
        except Exception as error:  # whatever one server makes the client stumble over stops no other feed
            return _failed(request, _reason(error))

    async def _follow(self, request: FetchRequest) -> Fetched | NotModified:
        """Ask, and go where the answer points. Waiting for a place costs nothing of the feed's time."""
        url, seconds_left = request.url, self._limits.total_seconds
        clock = asyncio.get_running_loop().time
        for _ in range(self._limits.max_redirects + 1):
            async with self._place(_host(url)):
                started = clock()
                async with asyncio.timeout(seconds_left):
                    answer = await self._ask(request, url)
                seconds_left -= clock() - started
            if not isinstance(answer, str):
                return answer
            url = answer
        raise _Failure(f"more than {self._limits.max_redirects} redirects")

    @asynccontextmanager
    async def _place(self, host: str) -> AsyncIterator[None]:
        # First the host, then the place: feeds that queue for a slow host must not fill all places.
        async with self._hosts[host], self._places:
            yield

    async def _ask(self, request: FetchRequest, url: str) -> Fetched | NotModified | str:
        """One request: the document, the word that it has not changed, or the address to ask instead."""
        headers = _conditions(request)
        async with self._session.get(url, headers=headers, allow_redirects=False) as response:
            if response.status in REDIRECTS and "Location" in response.headers:
                return urljoin(url, response.headers["Location"])
            if response.status == HTTPStatus.NOT_MODIFIED and headers:
                return NotModified(request.feed_id, _freshness(response, self._now()))
            if response.status != HTTPStatus.OK:
                raise self._refused(response)
            return Fetched(
                feed_id=request.feed_id,
                url=str(response.url),
                status=response.status,
                body=await self._body(response),
                content_type=response.headers.get("Content-Type", ""),
                etag=_validator(response.headers.get("ETag")),
                last_modified=_validator(response.headers.get("Last-Modified")),
                min_age_seconds=_freshness(response, self._now()),
            )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """The whole body, unless it grows past the limit. The client decompresses piece by piece."""
        limit, body = self._limits.max_bytes, bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            body += chunk
            if len(body) > limit:
                raise _Failure(f"answer larger than {limit / 1e6:g} MB", response.status)
        return bytes(body)

    def _refused(self, response: aiohttp.ClientResponse) -> _Failure:
        status, asked = response.status, response.headers.get("Retry-After", "")
        wait = _retry_after(asked, self._now()) if status in PATIENCE else None
        return _Failure(_status_line(status), status, wait, gone=status == HTTPStatus.GONE)


def _failed(request: FetchRequest, reason: str) -> FetchFailed:
    return FetchFailed(request.feed_id, reason, None, None, False)


def _host(url: str) -> str:
    """The host of an address that we may ask; the same look at the feed's own and at each redirect's."""
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and not re.search(r"[\s\x00-\x1f]", parts.hostname):
            return parts.hostname
    except ValueError:
        pass
    raise _Failure("not an http(s) address")


def _conditions(request: FetchRequest) -> dict[str, str]:
    validators = (("If-None-Match", request.etag), ("If-Modified-Since", request.last_modified))
    return {name: value for name, value in validators if value}


def _validator(header: str | None) -> str | None:
    """A validator word for word, unless it could not be sent back or stored."""
    return header if header and header.isprintable() else None


def _status_line(status: int) -> str:
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"  # never the server's own phrase: it may say anything
    except ValueError:
        return f"HTTP {status}"


def _reason(error: Exception) -> str:
    """An error of the network in a few words."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "host not found"
        case aiohttp.ClientSSLError():
            return "no secure connection (certificate or TLS refused)"
        case aiohttp.InvalidURL() | ValueError():
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


def _retry_after(value: str, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date; None if it is unreadable."""
    if re.fullmatch(r"\d{1,12}", value.strip(), re.ASCII):
        return min(float(value), LONGEST_RETRY_AFTER)
    until = _http_date(value)
    return None if until is None else min(max((until - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)


def _freshness(response: aiohttp.ClientResponse, now: datetime) -> float:
    """Seconds for which a shared answer stays fresh: max-age less the time it has lain, else Expires."""
    headers = response.headers
    control = ",".join(headers.getall("Cache-Control", ())).lower()
    if "no-cache" in control or "no-store" in control:
        return 0.0
    max_age = re.search(r"(?:^|[\s,])max-age=\"?(\d{1,12})", control, re.ASCII)
    if max_age:
        age = re.match(r"\d{1,12}", headers.get("Age", ""), re.ASCII)
        return max(float(max_age[1]) - (float(age[0]) if age else 0.0), 0.0)
    until = _http_date(headers.get("Expires", ""))
    return 0.0 if until is None else max((until - now).total_seconds(), 0.0)


def _http_date(value: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(value)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
