"""How often one party may be asked. Pure: the time is an argument, and nobody sleeps here.

A party is a registrable domain (bbc.co.uk, but a.github.io and b.github.io are two), because
servers count requests per site and not per host name, and because what one customer of a hosting
service says must not silence the others. Each has a bucket of tokens: a few requests at once, then
a steady rate. Who would have to wait for long is told when to come back, one after the other.
"""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final

from publicsuffixlist import PublicSuffixList

from tracker.feeds.item import FeedId

PATIENCE: Final = 5.0
"""Seconds. A shorter wait is slept through, a longer one is a reason to come back later."""

ONES_OWN: Final = frozenset(
    (
        "localhost localdomain local lan home corp internal intranet private test example invalid "
        "onion arpa"
    ).split()
)
"""Last parts of names that no public name server knows."""

ROOM: Final = 5_000
"""Buckets that are kept before those that are full again are thrown away."""


FORGOTTEN_AFTER: Final = 3600.0
"""Seconds after which a place in the queue that nobody came for is given up."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and one more every `gap` seconds."""

    gap: float
    burst: int


USUAL: Final = Rate(gap=1.0, burst=5)
SLOWER: Final = MappingProxyType({"reddit.com": Rate(gap=60.0, burst=1)})
"""Sites that are known to refuse what is usual elsewhere."""


@lru_cache(maxsize=20_000)
def registrable_domain(host: str) -> str:
    """The part of a host's name that one party has registered; "" for addresses and names of one's
    own network.
    """
    name = host.rstrip(".").lower()
    if name.rpartition(".")[2] in ONES_OWN or _is_address(name):
        return ""
    return _suffixes().privatesuffix(name) or ""


@cache
def _suffixes() -> PublicSuffixList:
    # The list that comes with the package; 30 ms, which only those pay who ask a public host.
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
    """`full_at` is when all tokens are back, `promised` the last time that somebody was told to
    come back at.
    """

    full_at: float = 0.0
    promised: float = 0.0
    rests_until: float = 0.0
    promises: dict[FeedId, float] = field(default_factory=dict)

    def idle(self, now: float) -> bool:
        return max(self.full_at, self.promised, self.rests_until) <= now


class Buckets:
    """The tokens of all domains. Times are seconds on any one clock that only goes forward."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}
        self._room = ROOM

    def wait(self, domain: str, feed: FeedId, now: float) -> float:
        """Seconds until a feed may be asked. Up to PATIENCE, the token is taken and the feed is to
        be asked then.

        Beyond, nothing is taken: the feed is to come back, and keeps its place until it does. Those
        who come for the first time queue behind those who were told to come back.
        """
        bucket, gap = self._bucket(domain, now), _rate(domain).gap
        promise = bucket.promises.get(feed)
        if promise is not None and promise - now > PATIENCE:
            return max(promise, bucket.rests_until) - now
        ready = max(now, bucket.full_at - (_rate(domain).burst - 1) * gap, bucket.rests_until)
        if promise is None and bucket.promised > now:
            ready = max(ready, bucket.promised + gap)
        if ready - now <= PATIENCE:
            bucket.full_at = max(bucket.full_at, ready) + gap
            bucket.promises.pop(feed, None)
            return ready - now
        bucket.promises[feed] = ready
        bucket.promised = max(bucket.promised, ready)
        return ready - now

    def rest(self, domain: str, seconds: float, now: float) -> None:
        """The domain's server wants nobody of us for so long."""
        bucket = self._bucket(domain, now)
        bucket.rests_until = max(bucket.rests_until, now + seconds)

    def resting(self, domain: str, now: float) -> float:
        """Seconds for which the domain is still to be left alone; 0 when it may be asked."""
        bucket = self._buckets.get(domain)
        return max(bucket.rests_until - now, 0.0) if bucket else 0.0

    def _bucket(self, domain: str, now: float) -> _Bucket:
        bucket = self._buckets.get(domain)
        if bucket is None:
            if len(self._buckets) >= self._room:
                self._buckets = {name: b for name, b in self._buckets.items() if not b.idle(now)}
                self._room = max(ROOM, 2 * len(self._buckets))
            bucket = self._buckets[domain] = _Bucket()
        elif bucket.promises and bucket.promised <= now:
            bucket.promises = {
                f: at for f, at in bucket.promises.items() if now - at < FORGOTTEN_AFTER
            }
        return bucket


def enough(domain: str) -> str:
    """In words, why a domain is not asked at once."""
    gap = _rate(domain).gap
    often = {1.0: "a second", 60.0: "a minute"}.get(gap, f"in {gap:g} seconds")
    return f"{domain} is asked about once {often}, and other feeds are before this one"


def _rate(domain: str) -> Rate:
    return SLOWER.get(domain, USUAL)
