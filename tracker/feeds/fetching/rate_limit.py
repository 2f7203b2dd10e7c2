"""Rate limit per registrable domain, by token buckets. Pure: the time is an argument.

The limit applies to registrable domains (bbc.co.uk is one, a.github.io and b.github.io are two),
because servers count requests per site, and because one customer of a hosting service must not
silence the others. Each has a token bucket: a small burst, then a steady rate. A feed that would
wait for long gets a reservation to come back, one after the other.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final
from weakref import WeakValueDictionary

from publicsuffixlist import PublicSuffixList

from tracker.feeds.fetch_results import FetchLimits
from tracker.feeds.fetching.runner import FetchRun
from tracker.feeds.item import FeedId

MAX_SLEEP_SECONDS: Final = 5.0
"""Maximum wait in seconds that is slept through; a longer one defers the request."""

LOCAL_SUFFIXES: Final = frozenset(
    (
        "localhost localdomain local lan home corp internal intranet private test example invalid "
        "onion arpa"
    ).split()
)
"""Top-level names that are not in the public DNS."""

MIN_BUCKET_LIMIT: Final = 5_000
"""Number of buckets above which full ones are dropped."""


PROMISE_LIFETIME_SECONDS: Final = 3600.0
"""Seconds after which an unused reservation expires."""


@dataclass(frozen=True, slots=True)
class RequestRate:
    """`burst` requests at once, and one more every `gap` seconds."""

    gap: float
    burst: int


DEFAULT_RATE: Final = RequestRate(gap=1.0, burst=5)
SLOW_SITES: Final = MappingProxyType({"reddit.com": RequestRate(gap=60.0, burst=1)})
"""Sites that refuse the usual rate."""


@lru_cache(maxsize=20_000)
def registrable_domain(host: str) -> str:
    """Return the registrable domain of a host; "" for addresses and local names."""
    name = host.rstrip(".").lower()
    if name.rpartition(".")[2] in LOCAL_SUFFIXES or _is_address(name):
        return ""
    return _load_suffixes().privatesuffix(name) or ""


@cache
def _load_suffixes() -> PublicSuffixList:
    # The package's own list; loaded at first use, as it takes 30 ms.
    return PublicSuffixList()


def _is_address(name: str) -> bool:
    if name.replace(".", "").isdigit():
        return True  # also the short forms, such as 127.1
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class _Bucket:
    """State of one domain: `full_at` is when all tokens are back, `promised` the latest
    reservation.
    """

    full_at: float = 0.0
    promised: float = 0.0
    rests_until: float = 0.0
    promises: dict[FeedId, float] = field(default_factory=dict)

    def is_idle(self, now: float) -> bool:
        return max(self.full_at, self.promised, self.rests_until) <= now


class TokenBuckets:
    """Token buckets of all domains. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}
        self._room = MIN_BUCKET_LIMIT

    def wait(self, domain: str, feed: FeedId, now: float) -> float:
        """Return the seconds until a feed may send a request; up to PATIENCE, take the token.

        Beyond that nothing is taken: the feed keeps its reservation until it comes back. Requests
        without a reservation queue behind those with one.
        """
        bucket, gap = self._get_bucket(domain, now), _find_rate(domain).gap
        reservation = bucket.promises.get(feed)
        if reservation is not None and reservation - now > MAX_SLEEP_SECONDS:
            return max(reservation, bucket.rests_until) - now
        ready = max(now, bucket.full_at - (_find_rate(domain).burst - 1) * gap, bucket.rests_until)
        if reservation is None and bucket.promised > now:
            ready = max(ready, bucket.promised + gap)
        if ready - now <= MAX_SLEEP_SECONDS:
            bucket.full_at = max(bucket.full_at, ready) + gap
            bucket.promises.pop(feed, None)
            return ready - now
        bucket.promises[feed] = ready
        bucket.promised = max(bucket.promised, ready)
        return ready - now

    def rest(self, domain: str, seconds: float, now: float) -> None:
        """Block requests to a domain for so many seconds."""
        bucket = self._get_bucket(domain, now)
        bucket.rests_until = max(bucket.rests_until, now + seconds)

    def pause_seconds(self, domain: str, now: float) -> float:
        """Return the seconds for which a domain is still blocked; 0 if it is not."""
        bucket = self._buckets.get(domain)
        return max(bucket.rests_until - now, 0.0) if bucket else 0.0

    def _get_bucket(self, domain: str, now: float) -> _Bucket:
        bucket = self._buckets.get(domain)
        if bucket is None:
            if len(self._buckets) >= self._room:
                self._buckets = {name: b for name, b in self._buckets.items() if not b.is_idle(now)}
                self._room = max(MIN_BUCKET_LIMIT, 2 * len(self._buckets))
            bucket = self._buckets[domain] = _Bucket()
        elif bucket.promises and bucket.promised <= now:
            bucket.promises = {
                f: at for f, at in bucket.promises.items() if now - at < PROMISE_LIFETIME_SECONDS
            }
        return bucket


def explain_deferral(domain: str) -> str:
    """Explain why a request to a domain is deferred."""
    gap = _find_rate(domain).gap
    frequency = {1.0: "a second", 60.0: "a minute"}.get(gap, f"in {gap:g} seconds")
    return f"{domain} is asked about once {frequency}, and other feeds are before this one"


def _find_rate(domain: str) -> RequestRate:
    return SLOW_SITES.get(domain, DEFAULT_RATE)


MAX_QUEUE_SECONDS: Final = 60.0
"""Seconds that a request waits for a host before it is deferred by as many."""


class RequestDeferred(Exception):
    """The rate limit forbids the request now; `wait_seconds` says when to retry."""

    def __init__(self, wait_seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.wait_seconds, self.reason = wait_seconds, reason


class RequestQueue:
    """Queue of requests. For one event loop."""

    def __init__(self, limits: FetchLimits) -> None:
        self._buckets = TokenBuckets()
        self._per_host = limits.per_host
        self._all_slots = asyncio.Semaphore(limits.in_flight)
        # A semaphore is dropped when no request holds or awaits it.
        self._host_slots: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(
        self, feed: FeedId, host: str, paid: set[str], *, domain: str, run: FetchRun
    ) -> AsyncIterator[None]:
        """Hold a slot for one request to the host. Raises NotNow if the wait is long.

        `paid` are the domains whose token the feed has: a redirect within one of them costs no
        other.
        """
        slots = self._host_slots.setdefault(host, asyncio.Semaphore(self._per_host))
        run.waiting += 1
        try:
            if domain and domain not in paid:
                await self._take_token(feed, domain)
                paid.add(domain)
            await _acquire_slot(slots, host)
        finally:
            run.waiting -= 1
        try:
            async with self._all_slots:
                self._raise_if_paused(domain)
                yield
        finally:
            slots.release()

    def rest(self, domain: str, seconds: float) -> None:
        """Block requests to a domain for so many seconds."""
        self._buckets.rest(domain, seconds, _loop_time())

    async def _take_token(self, feed: FeedId, domain: str) -> None:
        self._raise_if_paused(domain)
        wait = self._buckets.wait(domain, feed, _loop_time())
        if wait > MAX_SLEEP_SECONDS:
            raise RequestDeferred(wait, explain_deferral(domain))
        if wait > 0:
            await asyncio.sleep(wait)

    def _raise_if_paused(self, domain: str) -> None:
        pause = self._buckets.pause_seconds(domain, _loop_time()) if domain else 0.0
        if pause > 0:
            raise RequestDeferred(pause, f"{domain} has asked to be left alone for a while")


async def _acquire_slot(slots: asyncio.Semaphore, host: str) -> None:
    if not slots.locked():
        await slots.acquire()  # without a timer, which would cost more than the rest
        return
    try:
        async with asyncio.timeout(MAX_QUEUE_SECONDS):
            await slots.acquire()
    except TimeoutError:
        raise RequestDeferred(
            MAX_QUEUE_SECONDS, f"too many feeds were waiting for {host}"
        ) from None


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
