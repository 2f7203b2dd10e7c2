"""Rate limit of requests by identity: a token bucket for each. The time is an argument."""

import math
from collections import OrderedDict
from threading import Lock
from typing import Final

MAX_BUCKETS: Final = 10_000
"""Identities that are remembered; the one that was longest away is forgotten, and has a full
bucket when it comes back.
"""


class RateLimit:
    """Bucket of each identity: `per_minute` requests at once, and as many more each minute.

    0 a minute means no limit. Thread-safe.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._lock = Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, identity: str, now: float) -> int:
        """Take one request; return 0, or after how many seconds the next is free.

        `now` is in seconds of a clock that never goes back.

        >>> limit = RateLimit(2)
        >>> [limit.take("ada", at) for at in (0.0, 0.0, 0.0, 10.0, 30.0)]
        [0, 0, 30, 20, 0]
        """
        if not self._per_minute:
            return 0
        rate = self._per_minute / 60
        with self._lock:
            free, at = self._buckets.pop(identity, (float(self._per_minute), now))
            free = min(float(self._per_minute), free + (now - at) * rate)
            is_granted = free >= 1
            self._buckets[identity] = (free - is_granted, now)
            while len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
        return 0 if is_granted else max(1, math.ceil((1 - free) / rate - 1e-9))
