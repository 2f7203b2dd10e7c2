"""First start: which of the feeds that came with a question set answer, and which to pause.

A set names feeds that may have moved or gone since it was written. Each is judged once: by its
first answer where that will not change by asking again, by its second one otherwise. While nothing
at all has answered, the network is missing, and what failed until then counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId

PAUSE_REASON: Final = "did not answer at the first start"
"""Beginning of the reason why a feed is paused."""

MIN_ATTEMPTS: Final = 2
SECOND_ATTEMPT_AFTER: Final = timedelta(minutes=30)
"""Time after the first answer of any feed from which an attempt counts as a second one."""

SAME_ROUND: Final = timedelta(minutes=5)
"""Time before the first answer of any feed in which a failure belongs to the same round."""

TRANSIENT_STATUSES: Final = frozenset((408, 425, 429))
"""Refusals that pass, as all failures of a server from 500 on."""


@dataclass(frozen=True, slots=True)
class FirstStart:
    """Number of feeds that answered, those that were paused, and those that are asked again.

    `since` is the time of the first answer of any feed.
    """

    since: datetime
    answering: int
    paused: tuple[FeedId, ...]
    waiting: tuple[FeedId, ...]

    @property
    def feeds(self) -> int:
        """Number of all feeds."""
        return self.answering + len(self.paused) + len(self.waiting)

    @property
    def summary(self) -> str:
        """The result in a line: `14 of 18 feeds answer; 3 paused, 1 asked again`."""
        silent = ((self.paused, "paused"), (self.waiting, "asked again"))
        words = ", ".join(f"{len(feeds)} {verb}" for feeds, verb in silent if feeds)
        return count_answering(self.answering, self.feeds) + (f"; {words}" if words else "")


def count_answering(answering: int, feeds: int) -> str:
    """Say how many feeds answer.

    >>> count_answering(14, 18), count_answering(1, 1), count_answering(1, 2)
    ('14 of 18 feeds answer', 'the only feed answers', '1 of 2 feeds answers')
    """
    if feeds == 1:
        return "the only feed answers" if answering else "the only feed does not answer"
    return f"{answering} of {feeds} feeds {'answers' if answering == 1 else 'answer'}"


def assess_first_start(states: Sequence[FeedState], before: FirstStart | None) -> FirstStart | None:
    """Judge the feeds of a first start; None while feeds have not been asked or none answers.

    `before` is the judgement so far, if there is one: then its waiting feeds are judged anew. Feeds
    that are paused already, or gone, are not counted.
    """
    candidates = {state.id for state in states} if before is None else {*before.waiting}
    judged = [state for state in states if state.id in candidates and not state.paused]
    if any(state.last_attempt_at is None for state in judged):
        return before
    answers = [state.last_success_at for state in judged if state.last_success_at]
    if before is None and not answers:
        return None
    since = min(answers) if before is None else before.since
    silent = [state for state in judged if state.last_success_at is None]
    hopeless = tuple(state.id for state in silent if _is_hopeless(state, since))
    return FirstStart(
        since=since,
        answering=len(answers) + (before.answering if before else 0),
        paused=(*(before.paused if before else ()), *hopeless),
        waiting=tuple(state.id for state in silent if state.id not in hopeless),
    )


def explain_pause(state: FeedState) -> str:
    """Return the reason for a pause at the first start."""
    return f"{PAUSE_REASON}: {state.last_error}"


def was_paused_at_start(state: FeedState) -> bool:
    """Return True if the feed is paused since the first start."""
    return state.paused_why.startswith(PAUSE_REASON)


def is_lasting(status: int | None) -> bool:
    """Return True for the status of a failure that asking again will not change.

    A status of success belongs to a document that is no feed.
    """
    return status is not None and status < 500 and status not in TRANSIENT_STATUSES


def _is_hopeless(state: FeedState, since: datetime) -> bool:
    """Return True for a feed with a lasting failure, or a second one, after the first answer."""
    attempted = state.last_attempt_at or since
    if is_lasting(state.last_status):
        return attempted >= since - SAME_ROUND
    return state.failures >= MIN_ATTEMPTS and attempted >= since + SECOND_ATTEMPT_AFTER
