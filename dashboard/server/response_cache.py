"""Tracker proxy that caches read results until the database changes.

A result stays valid until something is written to the database, by this process or another, and for
five minutes at most, because some of it depends on the time. All sessions share it: results are
frozen values. Services mark which methods may be cached: see `tracker.app.service.cacheable`.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, Final, cast

from forecasts.questions.question import ForecasterId
from tracker.app.service import CachePolicy, Service
from tracker.app.tracker import Tracker
from tracker.model.principal import Principal

MAX_AGE: Final = timedelta(minutes=5)
"""Age up to which a result is used while nothing is written. Probabilities change by less than a
page shows in that time.
"""

MAX_ENTRIES: Final = 512
"""Least recently used results beyond this are dropped; the page of a question with 1,000 pieces of
evidence takes 6 MB.
"""


@dataclass(slots=True)
class _Entry:
    """A cached result and the state of the database when it was read."""

    lock: Lock = field(default_factory=Lock)
    version: str = ""
    newest_log_entry: int = -1
    read_at: datetime | None = None
    result: Any = None


class _CachedService:
    """Service proxy that answers cacheable methods from the cache."""

    def __init__(self, cache: "ResponseCache", service: Service) -> None:
        self._cache = cache
        self._service = service

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._service, name)
        policy = getattr(method, "cache_policy", None)
        if policy is None:
            return method
        return partial(self._cache.read, policy, (type(self._service), name), method)


class ResponseCache:
    """Tracker proxy whose services answer from a cache shared by all sessions."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    def acting_as(self, forecaster: ForecasterId) -> "ResponseCache":
        """Return a proxy in the name of another; results that depend on nobody are shared."""
        return self._share_with(self._tracker.acting_as(forecaster))

    def serve(self, principal: Principal) -> "ResponseCache":
        """Return a proxy for whoever a door has identified."""
        return self._share_with(self._tracker.serve(principal))

    def _share_with(self, tracker: Tracker) -> "ResponseCache":
        other = ResponseCache(tracker)
        other._lock, other._entries = self._lock, self._entries
        return other

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._tracker, name)
        return _CachedService(self, value) if isinstance(value, Service) else value

    def read(
        self,
        policy: CachePolicy,
        place: Hashable,
        method: Callable[..., Any],
        *args: Any,
        **options: Any,
    ) -> Any:
        """Return the cached result of a method, or call it and cache the result."""
        person = self._tracker.me if policy.per_person else ""
        version = self._tracker.system.version()
        hidden = self._tracker.context.store.load_hidden(version)
        entry = self._entry((place, person, hidden, args, tuple(sorted(options.items()))))
        with entry.lock:  # concurrent callers of the same method wait for one result
            now = self._tracker.now()
            fresh = entry.read_at is not None and timedelta(0) <= now - entry.read_at < MAX_AGE
            changed = version != entry.version and not self._is_same_log(policy, entry)
            if not fresh or changed:
                # Read before the result: what is written in between makes the result newer than
                # its mark, never older.
                newest = self._tracker.system.newest_entry() if policy.from_log else -1
                entry.result = method(*args, **options)
                entry.newest_log_entry, entry.read_at = newest, now
            entry.version = version
            return entry.result

    def _is_same_log(self, policy: CachePolicy, entry: _Entry) -> bool:
        """Return True if a result that follows from the log alone is still valid."""
        return policy.from_log and self._tracker.system.newest_entry() == entry.newest_log_entry

    def _entry(self, key: Hashable) -> _Entry:
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > MAX_ENTRIES:
                self._entries.popitem(last=False)
            return entry


_shared: list[Tracker] = []
_guarded: list[bool] = []


def share_tracker(tracker: Tracker, *, guarded: bool = False) -> None:
    """Set the tracker of this process, behind the response cache.

    Where it is `guarded`, a gate tells each session who is logged in.
    """
    _shared[:] = [cast(Tracker, ResponseCache(tracker))]
    _guarded[:] = [guarded]


def is_guarded() -> bool:
    """Return whether sessions of this process need a log-in."""
    return any(_guarded)


def get_tracker() -> Tracker:
    """Return the tracker of this process."""
    if not _shared:
        raise RuntimeError("no tracker was opened: start the dashboard with `python -m dashboard`")
    return _shared[0]
