"""What the tracker answered last, kept as long as it would answer the same: every click runs a page
anew.

An answer stands until something is written to the database, by this process or another, and for
five minutes at most, because some of it depends on the time. It is shared by all sessions: answers
are frozen values, which nobody changes.
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

FRESH: Final = timedelta(minutes=5)
"""How long an answer stands while nothing is written. Probabilities move by less than a page shows
in that time.
"""

MOST: Final = 128
"""Answers that are kept, those asked for last; the page of a question with 1,000 pieces of evidence
takes 6 MB.
"""

READS: Final = frozenset(
    "accuracy act_moved calendar calibration coherence compare effect_of_review essay"
    " essay_titles essays feed feeds fleet groups habits held inbox learned learned_history"
    " lint_question moved post_mortem question question_at questions receipts"
    " replayed_until headlines scenario_sets scenarios first_steps budget installation"
    " people".split()
)
"""The verbs whose answers are kept."""

PERSONAL: Final = frozenset(("post_mortem", "effect_of_review"))
"""Of these, those whose answer depends on who asks."""

LOGGED: Final = frozenset(("questions",))
"""Of these, those that follow from logged facts alone: polling writes every minute, and changes
nothing of them.
"""


@dataclass(slots=True)
class _Kept:
    """An answer, and what the database was when it was asked for."""

    lock: Lock = field(default_factory=Lock)
    version: str = ""
    newest_entry: int = -1
    at: datetime | None = None
    answer: Any = None


class Remembering:
    """A tracker that answers again what it answered before, where it would answer the same."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def acting_as(self, who: ForecasterId) -> "Remembering":
        """The same for somebody else: what it answered is shared, but for what depends on who
        asks.
        """
        other = Remembering(self._tracker.acting_as(who))
        other._lock, other._kept = self._lock, self._kept
        return other

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._tracker, name)
        return partial(self._remembered, name, found) if name in READS else found

    def _remembered(self, name: str, read: Callable[..., Any], *args: Any, **named: Any) -> Any:
        asks = self._tracker.me if name in PERSONAL else ""
        kept = self._place((name, asks, args, tuple(sorted(named.items()))))
        with kept.lock:  # who asks the same at once waits for the one answer
            version, now = self._tracker.version(), self._tracker.now()
            fresh = kept.at is not None and timedelta(0) <= now - kept.at < FRESH
            if not fresh or (version != kept.version and not self._still(name, kept)):
                # Asked before the answer: what is written in between makes the answer newer than it
                # says, never older.
                newest_entry = self._tracker.newest_entry() if name in LOGGED else -1
                kept.answer = read(*args, **named)
                kept.newest_entry, kept.at = newest_entry, now
            kept.version = version
            return kept.answer

    def _still(self, name: str, kept: _Kept) -> bool:
        """Whether all that was written since is of no account."""
        return name in LOGGED and self._tracker.newest_entry() == kept.newest_entry

    def _place(self, key: Hashable) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return kept
