"""Waiting time after wrong passwords."""

from datetime import datetime, timedelta
from typing import Final

from tracker.model.accounts import Account

FREE_FAILURES: Final = 5
"""Wrong passwords in a row that cost nothing: people mistype."""

FIRST_WAIT: Final = timedelta(seconds=30)
MAX_WAIT: Final = timedelta(hours=1)
"""So that a stranger who guesses cannot lock somebody out for long."""


def compute_wait(account: Account, now: datetime) -> timedelta:
    """Return how long an account takes no password; it doubles with each further failure."""
    over = account.failures - FREE_FAILURES
    if over < 0 or account.failed_at is None:
        return timedelta(0)
    wait: timedelta = min(FIRST_WAIT * 2 ** min(over, 20), MAX_WAIT)
    return max(account.failed_at + wait - now, timedelta(0))
