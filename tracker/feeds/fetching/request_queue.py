"""Waiting for one's turn: the buckets of `manners`, few at once per host, and all places taken
last.

Who waits holds nothing that another could use: first comes the domain's token, then a place at the
host, then one of the places for all, so that a crowd for a slow host leaves room for everybody
else. None of it counts against a feed's own time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

from tracker.feeds.answers import FetchLimits
from tracker.feeds.fetching.rate_limit import PATIENCE, Buckets, enough
from tracker.feeds.fetching.runner import Round
from tracker.feeds.item import FeedId

LONGEST_QUEUE: Final = 60.0
"""Seconds that a feed stands in line at a host before it is sent away to come back as much
later.
"""


class NotNow(Exception):
    """Good manners forbid to ask at the moment; `wait_seconds` is when to come back."""

    def __init__(self, wait_seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.wait_seconds, self.reason = wait_seconds, reason


class Turns:
    """Who may ask whom at the moment. For one event loop."""

    def __init__(self, limits: FetchLimits) -> None:
        self._buckets = Buckets()
        self._per_host = limits.per_host
        self._places = asyncio.Semaphore(limits.in_flight)
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = (
            WeakValueDictionary()
        )  # gone when nobody is there

    @asynccontextmanager
    async def turn(
        self, feed: FeedId, host: str, paid: set[str], *, domain: str, line: Round
    ) -> AsyncIterator[None]:
        """While this lasts, the feed may ask the host. Raises NotNow.

        `paid` are the domains whose token the feed has: a redirect within one of them costs no
        other.
        """
        places = self._hosts.setdefault(host, asyncio.Semaphore(self._per_host))
        line.waiting += 1
        try:
            if domain and domain not in paid:
                await self._token(feed, domain)
                paid.add(domain)
            await _stand_in_line(places, host)
        finally:
            line.waiting -= 1
        try:
            async with self._places:
                self._let_rest(domain)
                yield
        finally:
            places.release()

    def rest(self, domain: str, seconds: float) -> None:
        """A server of the domain wants to be left alone."""
        self._buckets.rest(domain, seconds, _clock())

    async def _token(self, feed: FeedId, domain: str) -> None:
        self._let_rest(domain)
        wait = self._buckets.wait(domain, feed, _clock())
        if wait > PATIENCE:
            raise NotNow(wait, enough(domain))
        if wait > 0:
            await asyncio.sleep(wait)

    def _let_rest(self, domain: str) -> None:
        rest = self._buckets.resting(domain, _clock()) if domain else 0.0
        if rest > 0:
            raise NotNow(rest, f"{domain} has asked to be left alone for a while")


async def _stand_in_line(places: asyncio.Semaphore, host: str) -> None:
    if not places.locked():
        await places.acquire()  # at once; a timer would cost more than all the rest of it
        return
    try:
        async with asyncio.timeout(LONGEST_QUEUE):
            await places.acquire()
    except TimeoutError:
        raise NotNow(LONGEST_QUEUE, f"too many feeds were waiting for {host}") from None


def _clock() -> float:
    return asyncio.get_running_loop().time()
