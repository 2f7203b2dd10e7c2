"""When to ask a feed again after what it answered. Pure: state and result in, new state out; time
is an argument.

After an answer a feed is asked again when its rhythm and the pace of the fleet say so, or later if
its server says that the answer stays fresh for longer, or the document asks to be left alone. After
a failure the wait doubles from an hour to a week, and is never shorter than the server asked for. A
feed is never given up in silence: one that says that it is gone for good (HTTP 410), or that has
done nothing but fail for 30 days, pauses and shows why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from tracker.feeds.answers import Deferred, Fetched, FetchFailed, NotModified
from tracker.feeds.feed import Feed, FeedState, Rhythm
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.budget import Next, lot, moment, next_poll, span
from tracker.feeds.scheduling.publication_rate import learned

if TYPE_CHECKING:
    from forecasts.question_sets.question_set import FeedSeed

NOT_MODIFIED: Final = 304

SHORTEST_WAIT: Final = 1.0
"""Seconds. Whatever is asked for, a feed that has just been asked is not due in the same moment."""

LONGEST_WAIT: Final = 366 * 86400.0
"""Seconds. Who asks for more than a year is taken to mean a year."""

REMEMBERED: Final = 24
"""Answers that a state shows."""


@dataclass(frozen=True, slots=True)
class PollRules:
    """The fleet's pace, and how patiently to deal with servers.

    `pace` is what `tracker.feeds.scheduling.budget.fleet_pace` gives. What a server or a document asks
    for after a good answer is believed up to `longest_rest`. A failing feed is asked again after
    `retry`, then after twice as long each time, up to `longest_retry`. After `dead_after` with
    `dead_failures` failures or more and nothing else it pauses. An address that has moved for good
    is given up after `move_after`.
    """

    pace: float = 0.15
    longest_rest: timedelta = timedelta(days=1)
    retry: timedelta = timedelta(hours=1)
    longest_retry: timedelta = timedelta(days=7)
    dead_after: timedelta = timedelta(days=30)
    dead_failures: int = 5
    move_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class News:
    """What an answer brought, apart from the items themselves.

    `published` holds for each new item when it was published, or first seen if that was earlier or
    it has no date. `changed` counts the items that were edited. `warning` says what was odd about
    the document ("" for nothing), and `ttl_seconds` how long it asks to be left alone (0 for not at
    all); both are None when it was not read again because it was the same.
    """

    published: Sequence[datetime] = ()
    changed: int = 0
    warning: str | None = None
    ttl_seconds: float | None = None


NO_NEWS: Final = News()
"""What an answer brings that says that nothing has changed."""


def feed_of(seed: "FeedSeed") -> Feed:
    """A feed as a question set names it."""
    return Feed(FeedId(seed.id), seed.title, seed.url, seed.source_group, seed.grade, seed.theme)


def never_polled(feed: Feed, now: datetime) -> FeedState:
    """A feed that has never been polled, due now."""
    return FeedState(feed, now)


def after_success(
    state: FeedState,
    result: Fetched | NotModified,
    now: datetime,
    rules: PollRules,
    *,
    news: News = NO_NEWS,
) -> FeedState:
    """The feed after an answer that could be read, with what was new in it.

    Validators are replaced by those of a new document, even by none, and stay as they were when
    nothing had changed: a reader that holds on to an old one never sees news again. They stay when
    the feed's address changes, too: they came from where the redirects lead, which is where they go
    next time.
    """
    fetched = result if isinstance(result, Fetched) else None
    answered = replace(
        _at_its_address(state, result.moved_to, now, rules),
        etag=fetched.etag if fetched else state.etag,
        last_modified=fetched.last_modified if fetched else state.last_modified,
        ttl_seconds=state.ttl_seconds if news.ttl_seconds is None else news.ttl_seconds,
        last_success_at=now,
        last_new_at=now if news.published else state.last_new_at,
        last_error=_still_odd(state) if news.warning is None else news.warning,
        failures=0,
        failing_since=None,
        last_bytes=len(fetched.body) if fetched else state.last_bytes,
        items_seen=state.items_seen + len(news.published),
        rhythm=_rhythm(state, news, now),
    )
    status = fetched.status if fetched else NOT_MODIFIED
    return _asked(
        answered, status, result.seconds, now=now, then=_when_stale(answered, result, now, rules)
    )


def after_failure(
    state: FeedState, failed: FetchFailed, now: datetime, rules: PollRules
) -> FeedState:
    """The feed after it could not be fetched, with the reason and a longer wait.

    One missing document (HTTP 404) is a failure like any other: feeds come back.
    """
    failures = state.failures + 1
    failing_since = min(state.failing_since or now, now)  # a clock may be set back
    counted = replace(
        state, failures=failures, failing_since=failing_since, last_error=failed.reason
    )
    counted = replace(
        counted, paused_why=state.paused_why or _given_up(counted, failed, now, rules)
    )
    then = _when_to_retry(counted, failed, now, rules)
    return _asked(counted, failed.status, failed.seconds, now=now, then=then)


def after_unreadable(
    state: FeedState, document: Fetched, now: datetime, rules: PollRules, *, reason: str
) -> FeedState:
    """The feed after a document that could not be read, which is a failure like any other.

    No validators are kept: the server would say "not modified" to a document that we never had.
    """
    failed = FetchFailed(document.feed_id, reason, document.status, seconds=document.seconds)
    without = replace(state, etag=None, last_modified=None, last_bytes=len(document.body))
    return after_failure(without, failed, now, rules)


def after_deferral(state: FeedState, deferred: Deferred, now: datetime) -> FeedState:
    """The feed after it was not asked out of politeness: nothing is known but when to try."""
    return replace(
        state, next_due_at=_later(now, deferred.wait_seconds), next_reason=deferred.reason
    )


def rested(state: FeedState, until: datetime, why: str) -> FeedState:
    """The feed after another one of its domain was told to wait."""
    return (
        state if until <= state.next_due_at else replace(state, next_due_at=until, next_reason=why)
    )


def _asked(
    state: FeedState, status: int | None, seconds: float, *, now: datetime, then: Next
) -> FeedState:
    answers = [*state.recent.split(), "-" if status is None else str(status)]
    return replace(
        state,
        next_due_at=then.at,
        next_reason="paused: not asked until a person says so" if state.paused else then.why,
        last_attempt_at=now,
        last_status=status,
        last_seconds=seconds,
        recent=" ".join(answers[-REMEMBERED:]),
    )


def _rhythm(state: FeedState, news: News, now: datetime) -> Rhythm:
    if state.rhythm.at is not None and not news.published:
        return state.rhythm  # silence needs no keeping
    return learned(state.rhythm, news.published, now, since=state.last_success_at)


def _still_odd(state: FeedState) -> str:
    """What was odd about a document that is still the newest; after failures the last error is not
    about it.
    """
    return "" if state.failures else state.last_error


def _when_stale(
    state: FeedState, result: Fetched | NotModified, now: datetime, rules: PollRules
) -> Next:
    """By the rhythm, unless the server or the document asks for longer: then by who asks for
    longest.
    """
    asked_for = [next_poll(state, rules.pace, now)]
    if result.min_age_seconds > 0:
        stale = _later(now, min(result.min_age_seconds, rules.longest_rest.total_seconds()))
        asked_for.append(
            Next(stale, f"the server says the answer stays fresh until {moment(stale)}")
        )
    if state.ttl_seconds > 0:
        alone = min(state.ttl_seconds, rules.longest_rest.total_seconds())
        asked_for.append(
            Next(
                _later(now, alone), f"the feed itself asks to be left alone for {span(alone)} (ttl)"
            )
        )
    return max(asked_for, key=lambda then: then.at)


def _when_to_retry(state: FeedState, failed: FetchFailed, now: datetime, rules: PollRules) -> Next:
    doubled = rules.retry.total_seconds() * 2.0 ** min(
        state.failures - 1, 60
    )  # past any week, and no overflow
    wait = min(doubled, rules.longest_retry.total_seconds())
    times = "1 failure" if state.failures == 1 else f"{_nth(state.failures)} failure in a row"
    ours = Next(
        _later(now, wait * lot(state, now)), f"{times}, so it is left alone for {span(wait)}"
    )
    until = _later(now, failed.retry_after_seconds or 0.0)
    return max(
        ours,
        Next(until, f"the server asked to wait until {moment(until)}"),
        key=lambda then: then.at,
    )


def _given_up(state: FeedState, failed: FetchFailed, now: datetime, rules: PollRules) -> str:
    """Why nobody should ask a feed any more, "" when there is no such reason."""
    if failed.gone:
        return f"its server says that it is gone for good ({failed.reason})"
    since = state.failing_since or now
    if now - since < rules.dead_after or state.failures < rules.dead_failures:
        return ""
    return (
        f"nothing but failures since {since:%Y-%m-%d}, {state.failures} in a row; the last "
        f"one: {failed.reason}"
    )


def _at_its_address(state: FeedState, moved_to: str, now: datetime, rules: PollRules) -> FeedState:
    """The feed where its server says it is: at once when only made secure, else once it has said so
    for long enough.
    """
    if moved_to in ("", state.feed.url):
        return replace(state, moved_to="", moved_since=None) if state.moved_to else state
    pending = state.moved_since if moved_to == state.moved_to else None
    settled = pending is not None and now - pending >= rules.move_after
    if settled or _only_made_secure(state.feed.url, moved_to):
        return replace(state, feed=replace(state.feed, url=moved_to), moved_to="", moved_since=None)
    return replace(state, moved_to=moved_to, moved_since=min(pending or now, now))


def _only_made_secure(old: str, new: str) -> bool:
    """Is the new address the old one with https for http?"""
    try:
        before, after = urlsplit(old), urlsplit(new)
        usual_ports = before.port in (None, 80) and after.port in (None, 443)
    except ValueError:
        return False
    return (
        (before.scheme, after.scheme) == ("http", "https")
        and usual_ports
        and _place(before) == _place(after)
    )


def _place(url: SplitResult) -> tuple[str | None, ...]:
    return url.username, url.password, url.hostname, url.path or "/", url.query


def _later(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT))


def _nth(number: int) -> str:
    last = 0 if number % 100 in (11, 12, 13) else number % 10
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(last, "th")
