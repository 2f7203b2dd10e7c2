"""When to ask a feed again, and how it fares. Pure: state and result in, new state out; time is an argument.

After an answer a feed is asked again after the period, or later if its server said that the answer
stays fresh for longer. After a failure the wait doubles from an hour to a week, and is never shorter
than the server asked for. A feed is never given up for failing; one that says it is gone for good
(HTTP 410) pauses and shows why.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from forecasts.evidence import Grade
from forecasts.question_set import FeedSeed
from tracker.feeds.answers import Fetched, NotModified
from tracker.feeds.item import FeedId

Health = Literal["new", "ok", "late", "failing", "paused"]

SHORTEST_WAIT = 1.0
"""Seconds. Whatever the rules say, a feed that has just been asked is not due in the same moment."""

LATE_AFTER = timedelta(hours=1)
"""A feed that has been due for so long is late: nobody polls."""

SPREAD = 0.1
"""Waits differ by up to this share from feed to feed, so that feeds set up together drift apart."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed, and what polling it has taught.

    `etag` and `last_modified` are the server's validators, word for word. `last_status` is None when
    there was no HTTP answer. `last_error` is the reason of the last failure, or after a success what
    was odd about the document ("" when all is well). `failures` counts those since the last success.
    """

    id: FeedId
    title: str
    url: str
    source_group: str
    grade: Grade
    theme: str
    etag: str | None
    last_modified: str | None
    next_due_at: datetime
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    last_status: int | None
    last_error: str
    failures: int
    paused: bool
    items_seen: int


@dataclass(frozen=True, slots=True)
class PollRules:
    """How often to ask a feed that answers, and how patiently to retry one that does not."""

    period_seconds: float = 1800
    max_period_seconds: float = 86400
    retry_seconds: float = 3600
    max_retry_seconds: float = 7 * 86400


def after_success(  # noqa: PLR0917 - a state, what happened, when, and the rules
    state: FeedState,
    result: Fetched | NotModified,
    new_items: int,
    now: datetime,
    rules: PollRules,
    *,
    warning: str = "",
) -> FeedState:
    """The feed after an answer that could be read; `warning` says what was odd about it.

    Validators are replaced by those of a new document, even by none, and stay as they were when
    nothing had changed: a reader that holds on to an old one never sees news again.
    """
    fresh = min(result.min_age_seconds, rules.max_period_seconds)
    answered = replace(
        state,
        next_due_at=_due_at(now, max(_spread(state.id, rules.period_seconds), fresh)),
        last_attempt_at=now,
        last_success_at=now,
        last_new_at=now if new_items else state.last_new_at,
        last_error=warning,
        failures=0,
        items_seen=state.items_seen + new_items,
    )
    if isinstance(result, NotModified):
        return replace(answered, last_status=304)
    return replace(answered, etag=result.etag, last_modified=result.last_modified, last_status=result.status)


def after_failure(
    state: FeedState,
    reason: str,
    now: datetime,
    rules: PollRules,
    *,
    status: int | None = None,
    retry_after_seconds: float | None = None,
    gone: bool = False,
    drop_validators: bool = False,
) -> FeedState:
    """The feed after it could not be fetched or read, with the reason and a longer wait.

    `drop_validators` belongs to a document that came but could not be read: with its validators kept,
    the server would say "not modified" to a document we never had.
    """
    failures = state.failures + 1
    doubled = rules.retry_seconds * 2.0 ** min(failures - 1, 60)  # 60 doublings are past any week, and no overflow
    wait = _spread(state.id, min(doubled, rules.max_retry_seconds))
    return replace(
        state,
        etag=None if drop_validators else state.etag,
        last_modified=None if drop_validators else state.last_modified,
        next_due_at=_due_at(now, max(wait, retry_after_seconds or 0.0)),
        last_attempt_at=now,
        last_status=status,
        last_error=reason,
        failures=failures,
        paused=state.paused or gone,
    )


def health(state: FeedState, now: datetime) -> Health:
    """How a feed fares, for the health page. The first of these that holds:

    - `paused`: nobody polls it, because a person or the server said so;
    - `failing`: the last attempt failed (`last_error` says how, `failures` how often in a row);
    - `late`: it has been due for more than an hour, so the scheduler does not reach it;
    - `new`: it has not been asked yet;
    - `ok`: the last attempt brought an answer that could be read.
    """
    if state.paused:
        return "paused"
    if state.failures:
        return "failing"
    if now - state.next_due_at > LATE_AFTER:
        return "late"
    return "ok" if state.last_attempt_at else "new"


def due(states: Iterable[FeedState], now: datetime) -> tuple[FeedState, ...]:
    """The feeds whose time has come, the longest overdue first."""
    waiting = (state for state in states if state.next_due_at <= now and not state.paused)
    return tuple(sorted(waiting, key=lambda state: (state.next_due_at, state.id)))


def _due_at(now: datetime, wait_seconds: float) -> datetime:
    return now + timedelta(seconds=max(wait_seconds, SHORTEST_WAIT))


def _spread(feed_id: FeedId, seconds: float) -> float:
    """A wait made up to a tenth shorter or longer, always in the same way for the same feed."""
    lot = int.from_bytes(hashlib.sha256(feed_id.encode()).digest()[:8], "big") / 2**64
    return seconds * (1 - SPREAD + 2 * SPREAD * lot)


def never_polled(seed: FeedSeed, now: datetime) -> FeedState:
    """A feed that has never been polled, due now."""
    return FeedState(
        id=FeedId(seed.id),
        title=seed.title,
        url=seed.url,
        source_group=seed.source_group,
        grade=seed.grade,
        theme=seed.theme,
        etag=None,
        last_modified=None,
        next_due_at=now,
        last_attempt_at=None,
        last_success_at=None,
        last_new_at=None,
        last_status=None,
        last_error="",
        failures=0,
        paused=False,
        items_seen=0,
    )
