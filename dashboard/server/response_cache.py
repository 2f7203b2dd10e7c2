"""Cache of read results of the tracker: every click runs a page anew.

An entry is valid until the database changes, by this process or another, and for at most five
minutes, because some results depend on the time. All sessions share it: results are frozen values.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, Final

from forecasts.questions.question import ForecasterId
from tracker.app.tracker import Tracker

MAX_AGE: Final = timedelta(minutes=5)
"""Lifetime of an entry in an unchanged database; probabilities change less than a page shows
meanwhile.
"""

MAX_RESPONSES: Final = 128
"""Size of the LRU cache; the page of a question with 1,000 pieces of evidence takes 6 MB."""

CACHED_METHODS: Final = frozenset(
    "accuracy act_moved calendar calibration coherence compare effect_of_review essay"
    " essay_titles essays feed feeds fleet groups habits held inbox learned learned_history"
    " lint_question moved post_mortem question question_at questions receipts"
    " replayed_until headlines scenario_sets scenarios first_steps budget installation"
    " people".split()
)
"""Tracker methods whose results are cached."""

PERSONAL_METHODS: Final = frozenset(("post_mortem", "effect_of_review"))
"""Cached methods whose result depends on the acting forecaster."""

LOG_ONLY_METHODS: Final = frozenset(("questions",))
"""Cached methods that depend on logged facts alone: polling writes every minute without changing
them.
"""


@dataclass(slots=True)
class _CacheEntry:
    """Cached result and the database version that it belongs to."""

    lock: Lock = field(default_factory=Lock)
    version: str = ""
    newest_entry: int = -1
    at: datetime | None = None
    answer: Any = None


class ResponseCache:
    """Tracker proxy that caches read results until the database changes."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, _CacheEntry] = OrderedDict()

    def acting_as(self, forecaster_id: ForecasterId) -> "ResponseCache":
        """Return a proxy for another forecaster that shares the cache."""
        other = ResponseCache(self._tracker.acting_as(forecaster_id))
        other._lock, other._entries = self._lock, self._entries
        return other

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._tracker, name)
        return partial(self._read_cached, name, attribute) if name in CACHED_METHODS else attribute

    def _read_cached(self, name: str, read: Callable[..., Any], *args: Any, **named: Any) -> Any:
        reader = self._tracker.me if name in PERSONAL_METHODS else ""
        entry = self._get_entry((name, reader, args, tuple(sorted(named.items()))))
        with entry.lock:  # concurrent equal calls wait for one result
            version, now = self._tracker.version(), self._tracker.now()
            fresh = entry.at is not None and timedelta(0) <= now - entry.at < MAX_AGE
            if not fresh or (version != entry.version and not self._is_unaffected(name, entry)):
                # Read before the result: a write in between makes the result newer than its label.
                newest_entry = self._tracker.newest_entry() if name in LOG_ONLY_METHODS else -1
                entry.answer = read(*args, **named)
                entry.newest_entry, entry.at = newest_entry, now
            entry.version = version
            return entry.answer

    def _is_unaffected(self, name: str, entry: _CacheEntry) -> bool:
        """Return True if no relevant write happened since the value was cached."""
        return name in LOG_ONLY_METHODS and self._tracker.newest_entry() == entry.newest_entry

    def _get_entry(self, key: Hashable) -> _CacheEntry:
        with self._lock:
            entry = self._entries.setdefault(key, _CacheEntry())
            self._entries.move_to_end(key)
            while len(self._entries) > MAX_RESPONSES:
                self._entries.popitem(last=False)
            return entry
