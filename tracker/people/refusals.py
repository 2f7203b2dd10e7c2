"""Refusals in the log: a few an hour for each identity, then one line with a count.

The tally is that of a process. What it has not written when the process is killed is lost; what it
writes is bounded by the number of accounts and tokens, however many requests come.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from tracker.model.accounts import Refusal
from tracker.storage import accounts, event_log
from tracker.storage.event_log import LogEntry
from tracker.storage.sessions import Session

MAX_ENTRIES: Final = 10
"""Entries of one identity in `PERIOD`, before its refusals are only counted."""

PERIOD: Final = timedelta(hours=1)

KIND: Final = "refusal"
FURTHER: Final = "further refusals"

NOBODY: Final = "unknown"
"""Subject of refusals of names, tokens and identities that nobody here has."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Refusals of one identity since the first of its current period."""

    subject: str
    since: datetime
    count: int = 0

    @property
    def excess(self) -> int:
        """Number of refusals without an entry of their own."""
        return max(self.count - MAX_ENTRIES, 0)


class RefusalTally:
    """Refusals of this process by identity. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tallies: dict[str, Tally] = {}

    def count(self, subject: str, now: datetime) -> tuple[bool, tuple[Tally, ...]]:
        """Count a refusal.

        Returns whether it gets an entry of its own, and the tallies whose period has ended.
        """
        with self._lock:
            ended = self._take(lambda tally: now - tally.since >= PERIOD)
            before = self._tallies.get(subject, Tally(subject, now))
            after = Tally(subject, before.since, before.count + 1)
            self._tallies[subject] = after
            return after.excess == 0, ended

    def drain(self) -> tuple[Tally, ...]:
        """Return all tallies with uncounted refusals, and begin anew."""
        with self._lock:
            return self._take(lambda tally: True)

    def _take(self, is_due: Callable[[Tally], bool]) -> tuple[Tally, ...]:
        due = [tally for tally in self._tallies.values() if is_due(tally)]
        for tally in due:
            del self._tallies[tally.subject]
        return tuple(tally for tally in due if tally.excess)


def append_refusal(session: Session, subject: str, facts: Mapping[str, Any], now: datetime) -> None:
    """Append a refusal; `facts` has the `act` that was refused."""
    event_log.append_entry(session, KIND, subject, facts=facts, at=now)


def append_tallies(session: Session, tallies: tuple[Tally, ...], now: datetime) -> None:
    """Append a line with a count for each tally."""
    for tally in tallies:
        facts = {"act": FURTHER, "count": tally.excess, "since": tally.since}
        append_refusal(session, tally.subject, facts, now)


def list_refusals(session: Session, limit: int = 50) -> tuple[Refusal, ...]:
    """Return what was refused lately, the newest first."""
    names = {account.id: account.name for account in accounts.list_accounts(session)}
    entries = event_log.list_newest(session, KIND, limit)
    return tuple(_parse_refusal(entry, names) for entry in entries)


def _parse_refusal(entry: LogEntry, names: Mapping[str, str]) -> Refusal:
    facts, actor = json.loads(entry.body), json.loads(entry.actor or "{}")
    name = names.get(entry.subject) or actor.get("by") or entry.subject
    door, count = actor.get("via", ""), facts.get("count", 1)
    return Refusal(entry.seq, entry.entered_at, name, facts["act"], door, count)
