"""Queue requests: the token buckets of `manners`, a limit per host, then a limit for all.

A waiting request holds nothing that another could use: first comes the domain's token, then a slot
of the host, then one of the slots for all, so that many requests to a slow host do not block the
others. Waiting does not count against a feed's own time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

from tracker.feeds.answers import FetchLimits
from tracker.feeds.fetching.rate_limit import MAX_SLEEP_SECONDS, TokenBuckets, explain_deferral
from tracker.feeds.fetching.runner import FetchRun
from tracker.feeds.item import FeedId

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
