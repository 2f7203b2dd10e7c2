"""Waiting time after wrong passwords, for accounts and for names that have none."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

FREE_FAILURES: Final = 5
"""Wrong passwords in a row that cost nothing: people mistype."""

FIRST_WAIT: Final = timedelta(seconds=30)
MAX_WAIT: Final = timedelta(hours=1)
"""So that a stranger who guesses cannot lock somebody out for long."""


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong passwords in a row, and the time of the last."""

    count: int = 0
    last_at: datetime | None = None


def compute_wait(failures: Failures, now: datetime) -> timedelta:
    """Return how long no password is taken; it doubles with each further failure."""
    over = failures.count - FREE_FAILURES
    if over < 0 or failures.last_at is None:
        return timedelta(0)
    wait: timedelta = min(FIRST_WAIT * 2 ** min(over, 20), MAX_WAIT)
    return max(failures.last_at + wait - now, timedelta(0))


MAX_UNKNOWN_NAMES: Final = 10_000


class UnknownNames:
    """Failures of names without an account, of this process: else a wait would betray accounts.

    Thread-safe. The names that were tried last are kept.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures: OrderedDict[str, Failures] = OrderedDict()

    def find(self, name: str) -> Failures:
        """Return the failures of a name."""
        with self._lock:
            return self._failures.get(name, Failures())

    def count(self, name: str, now: datetime) -> None:
        """Count a further failure."""
        with self._lock:
            before = self._failures.pop(name, Failures())
            self._failures[name] = Failures(before.count + 1, now)
            while len(self._failures) > MAX_UNKNOWN_NAMES:
                self._failures.popitem(last=False)
