"""State of a feed after each poll, with the time of the next one. Pure: time is an argument.

After an answer a feed is polled again as its publication rate and the common pace require, or later
if its server declares the answer fresh for longer, or the document asks for it. After a failure the
wait doubles from an hour to a week (backoff), and is never shorter than the server requested. A
feed that is gone for good (HTTP 410), or that has only failed for 30 days, is paused and shows the
reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from tracker.feeds.feed import Feed, FeedState, PublicationRate, update_rate
from tracker.feeds.fetch_results import Deferred, Fetched, FetchFailed, NotModified
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.budget import (
    NextPoll,
    compute_jitter,
    format_duration,
    format_moment,
    schedule_next_poll,
)

if TYPE_CHECKING:
    from forecasts.question_sets.question_set import FeedSeed

NOT_MODIFIED_STATUS: Final = 304

MIN_WAIT_SECONDS: Final = 1.0
"""Minimum wait in seconds: a feed that was just polled is not due at once."""

MAX_WAIT_SECONDS: Final = 366 * 86400.0
"""Maximum wait in seconds: a request for more is taken to mean a year."""

MAX_RECENT_STATUSES: Final = 24
"""Number of recent statuses in a state."""


@dataclass(frozen=True, slots=True)
class PollRules:
    """The common pace, and the rules for retries and pauses.

    `pace` is computed for all feeds together. The wait that a server or a document requests after a
    good answer is limited by `max_rest`. A failing feed is retried after `retry`, then after
    twice as long each time, up to `max_retry`. After `dead_after` with at least `dead_failures`
    failures and no success it is paused. A permanent redirect replaces the address after
    `move_after`.
    """

    pace: float = 0.15
    max_rest: timedelta = timedelta(days=1)
    retry: timedelta = timedelta(hours=1)
    max_retry: timedelta = timedelta(days=7)
    dead_after: timedelta = timedelta(days=30)
    dead_failures: int = 5
    move_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PollNews:
    """Result of an answer, apart from the items themselves.

    `published` holds for each new item when it was published, or first seen if that was earlier or
    it has no date. `changed` counts the items that were edited. `warning` describes defects of the
    document ("" for none), and `ttl_seconds` is how long it asks not to be polled (0 if
    unspecified); both are None if it was unchanged and not read again.
    """

    published: Sequence[datetime] = ()
    changed: int = 0
    warning: str | None = None
    ttl_seconds: float | None = None


NO_NEWS: Final = PollNews()
"""Result of an answer without changes."""


def feed_from_seed(seed: "FeedSeed") -> Feed:
    """Convert a feed of a question set."""
    return Feed(FeedId(seed.id), seed.title, seed.url, seed.source_group, seed.grade, seed.theme)


def make_feed_state(feed: Feed, now: datetime) -> FeedState:
    """Return the state of a new feed, due now."""
    return FeedState(feed, now)


def after_success(
    state: FeedState,
    result: Fetched | NotModified,
    now: datetime,
    rules: PollRules,
    *,
    news: PollNews = NO_NEWS,
) -> FeedState:
    """Return the state after a readable answer and its new items.

    Validators are replaced by those of a new document, even by none, and stay unchanged if nothing
    has changed: a reader that keeps an old one never sees news again. They also stay when the
    feed's address changes: they came from the target of the redirects, which is requested next
    time.
    """
    fetched = result if isinstance(result, Fetched) else None
    updated = replace(
        _apply_redirect(state, result.moved_to, now, rules),
        etag=fetched.etag if fetched else state.etag,
        last_modified=fetched.last_modified if fetched else state.last_modified,
        ttl_seconds=state.ttl_seconds if news.ttl_seconds is None else news.ttl_seconds,
        last_success_at=now,
        last_new_at=now if news.published else state.last_new_at,
        last_error=_keep_warning(state) if news.warning is None else news.warning,
        failures=0,
        failing_since=None,
        last_bytes=len(fetched.body) if fetched else state.last_bytes,
        items_seen=state.items_seen + len(news.published),
        rhythm=_update_rhythm(state, news, now),
    )
    status = fetched.status if fetched else NOT_MODIFIED_STATUS
    return _record_attempt(
        updated,
        status,
        result.seconds,
        now=now,
        schedule=_schedule_after_success(updated, result, now, rules),
    )


def after_failure(
    state: FeedState, failed: FetchFailed, now: datetime, rules: PollRules
) -> FeedState:
    """Return the state after a failed request, with the reason and a longer wait.

    A missing document (HTTP 404) is a failure like any other: feeds come back.
    """
    failures = state.failures + 1
    failing_since = min(state.failing_since or now, now)  # a clock may be set back
    updated = replace(
        state, failures=failures, failing_since=failing_since, last_error=failed.reason
    )
    updated = replace(
        updated, paused_why=state.paused_why or _explain_give_up(updated, failed, now, rules)
    )
    schedule = _schedule_retry(updated, failed, now, rules)
    return _record_attempt(updated, failed.status, failed.seconds, now=now, schedule=schedule)


def after_unreadable(
    state: FeedState, document: Fetched, now: datetime, rules: PollRules, *, reason: str
) -> FeedState:
    """Return the state after an unreadable document, which is a failure like any other.

    Validators are dropped: the server would answer "not modified" to a document that was never
    stored.
    """
    failure = FetchFailed(document.feed_id, reason, document.status, seconds=document.seconds)
    reset = replace(state, etag=None, last_modified=None, last_bytes=len(document.body))
    return after_failure(reset, failure, now, rules)


def after_deferral(state: FeedState, deferred: Deferred, now: datetime) -> FeedState:
    """Return the state after a request was deferred by the rate limit."""
    return replace(
        state, next_due_at=_add_wait(now, deferred.wait_seconds), next_reason=deferred.reason
    )


def pause_until(state: FeedState, until: datetime, why: str) -> FeedState:
    """Return the state after the domain of the feed was paused."""
    return (
        state if until <= state.next_due_at else replace(state, next_due_at=until, next_reason=why)
    )


def _record_attempt(
    state: FeedState, status: int | None, seconds: float, *, now: datetime, schedule: NextPoll
) -> FeedState:
    answers = [*state.recent.split(), "-" if status is None else str(status)]
    return replace(
        state,
        next_due_at=schedule.at,
        next_reason="paused: not asked until a person says so" if state.paused else schedule.why,
        last_attempt_at=now,
        last_status=status,
        last_seconds=seconds,
        recent=" ".join(answers[-MAX_RECENT_STATUSES:]),
    )


def _update_rhythm(state: FeedState, news: PollNews, now: datetime) -> PublicationRate:
    if state.rhythm.at is not None and not news.published:
        return state.rhythm  # silence is accounted for when the rate is read
    return update_rate(state.rhythm, news.published, now, since=state.last_success_at)


def _keep_warning(state: FeedState) -> str:
    """Return the warning about the document that is still the newest; after failures the last error
    is another.
    """
    return "" if state.failures else state.last_error


def _schedule_after_success(
    state: FeedState, result: Fetched | NotModified, now: datetime, rules: PollRules
) -> NextPoll:
    """Follow the publication rate, unless the server or the document requests a longer wait: take
    the longest.
    """
    options = [schedule_next_poll(state, rules.pace, now)]
    if result.min_age_seconds > 0:
        stale = _add_wait(now, min(result.min_age_seconds, rules.max_rest.total_seconds()))
        options.append(
            NextPoll(stale, f"the server says the answer stays fresh until {format_moment(stale)}")
        )
    if state.ttl_seconds > 0:
        ttl = min(state.ttl_seconds, rules.max_rest.total_seconds())
        options.append(
            NextPoll(
                _add_wait(now, ttl),
                f"the feed itself asks to be left alone for {format_duration(ttl)} (ttl)",
            )
        )
    return max(options, key=lambda option: option.at)


def _schedule_retry(
    state: FeedState, failed: FetchFailed, now: datetime, rules: PollRules
) -> NextPoll:
    exponent = min(state.failures - 1, 60)  # exceeds any week without overflow
    doubled = rules.retry.total_seconds() * 2.0**exponent
    wait = min(doubled, rules.max_retry.total_seconds())
    times = (
        "1 failure"
        if state.failures == 1
        else f"{_format_ordinal(state.failures)} failure in a row"
    )
    backoff = NextPoll(
        _add_wait(now, wait * compute_jitter(state, now)),
        f"{times}, next try after {format_duration(wait)}",
    )
    until = _add_wait(now, failed.retry_after_seconds or 0.0)
    return max(
        backoff,
        NextPoll(until, f"the server asked to wait until {format_moment(until)}"),
        key=lambda option: option.at,
    )


def _explain_give_up(state: FeedState, failed: FetchFailed, now: datetime, rules: PollRules) -> str:
    """Return why a feed should be paused, "" if there is no reason."""
    if failed.gone:
        return f"its server says that it is gone for good ({failed.reason})"
    since = state.failing_since or now
    if now - since < rules.dead_after or state.failures < rules.dead_failures:
        return ""
    return (
        f"nothing but failures since {since:%Y-%m-%d}, {state.failures} in a row; the last "
        f"one: {failed.reason}"
    )


def _apply_redirect(state: FeedState, moved_to: str, now: datetime, rules: PollRules) -> FeedState:
    """Follow a permanent redirect: at once if only http became https, else once it has lasted long
    enough.
    """
    if moved_to in ("", state.feed.url):
        return replace(state, moved_to="", moved_since=None) if state.moved_to else state
    pending = state.moved_since if moved_to == state.moved_to else None
    has_lasted = pending is not None and now - pending >= rules.move_after
    if has_lasted or _is_https_upgrade(state.feed.url, moved_to):
        return replace(state, feed=replace(state.feed, url=moved_to), moved_to="", moved_since=None)
    return replace(state, moved_to=moved_to, moved_since=min(pending or now, now))


def _is_https_upgrade(old: str, new: str) -> bool:
    """Return True if the new address is the old one with https for http."""
    try:
        before, after = urlsplit(old), urlsplit(new)
        usual_ports = before.port in (None, 80) and after.port in (None, 443)
    except ValueError:
        return False
    return (
        (before.scheme, after.scheme) == ("http", "https")
        and usual_ports
        and _url_parts(before) == _url_parts(after)
    )


def _url_parts(url: SplitResult) -> tuple[str | None, ...]:
    return url.username, url.password, url.hostname, url.path or "/", url.query


def _add_wait(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=min(max(seconds, MIN_WAIT_SECONDS), MAX_WAIT_SECONDS))


def _format_ordinal(number: int) -> str:
    last = 0 if number % 100 in (11, 12, 13) else number % 10
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(last, "th")


@dataclass(frozen=True, slots=True)
class DayCount:
    """Polling results of a feed on one day (UTC), or the increment by one poll."""

    day: date
    polls: int = 0
    not_modified: int = 0
    failed: int = 0
    bytes: int = 0
    seconds: float = 0.0
    new_items: int = 0
    changed_items: int = 0


def count_poll(
    result: Fetched | NotModified | FetchFailed,
    now: datetime,
    *,
    news: PollNews = NO_NEWS,
    unreadable: bool = False,
) -> DayCount:
    """Count one poll; `unreadable` for a document that could not be read."""
    return DayCount(
        day=now.astimezone(UTC).date(),
        polls=1,
        not_modified=int(isinstance(result, NotModified)),
        failed=int(unreadable or isinstance(result, FetchFailed)),
        bytes=len(result.body) if isinstance(result, Fetched) else 0,
        seconds=result.seconds,
        new_items=len(news.published),
        changed_items=news.changed,
    )
