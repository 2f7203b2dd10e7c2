"""When feeds are asked again after what they answered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.question_sets.question_set import FeedSeed
from tests.feeds.test_rhythm import every, moments, rhythms
from tests.tables import check_rows
from tracker.feeds.feed import Feed, FeedState, PublicationRate, update_rate
from tracker.feeds.fetch_results import Deferred, Fetched, FetchFailed, NotModified
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.budget import explain_next_poll, schedule_next_poll
from tracker.feeds.scheduling.polling import (
    MAX_RECENT_STATUSES,
    PollNews,
    PollRules,
    after_deferral,
    after_failure,
    after_success,
    after_unreadable,
    feed_from_seed,
    make_feed_state,
    pause_until,
)

NOW = datetime(2022, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EARLIER = NOW - HOUR
RULES = PollRules()
WIRE = FeedId("wire")
URL = "https://wire.example/rss"
BUSY = update_rate(PublicationRate(), every(DAY / 48, EARLIER, 96), EARLIER)


def a_feed(id: str = "wire", url: str = URL, **changed: Any) -> FeedState:
    """A feed that fares well; names of `FeedState` change its state, those of `Feed` how it is set
    up.
    """
    of_feed = {name: changed.pop(name) for name in Feed.__slots__ if name in changed}
    values: dict[str, Any] = {
        "feed": Feed(FeedId(id), "Wire", url, "wire", "B", "news", **of_feed), "next_due_at": NOW,
        "etag": '"old"', "last_modified": "old date", "last_attempt_at": EARLIER,
        "last_success_at": EARLIER, "last_new_at": EARLIER, "last_status": 200, "recent": "200",
        "items_seen": 10, "rhythm": BUSY,
    }  # fmt: skip
    return FeedState(**{**values, **changed})


def a_document(
    etag: str | None = '"new"', last_modified: str | None = None, fresh: float = 0.0, **more: Any
) -> Fetched:
    return Fetched(WIRE, URL, 200, b"<rss/>", "text/xml", etag, last_modified, fresh, **more)


def unchanged(fresh: float = 0.0, **more: Any) -> NotModified:
    return NotModified(WIRE, fresh, **more)


def failed(reason: str = "host not found", status: int | None = None, **more: Any) -> FetchFailed:
    return FetchFailed(WIRE, reason, status, **more)


def wait_of(state: FeedState, since: datetime = NOW) -> timedelta:
    return state.next_due_at - since


seconds = st.floats(0, 400 * 86400)
addresses = st.sampled_from(
    ["", URL, "http://wire.example/rss", "https://b.example/", "https://[", "http://x:99999/"]
)
answers = st.one_of(
    st.builds(
        a_document,
        st.none() | st.text(max_size=9),
        st.none() | st.text(max_size=9),
        seconds,
        moved_to=addresses,
    ),
    st.builds(unchanged, seconds, moved_to=addresses),
)
failures = st.builds(
    failed,
    st.text(max_size=20),
    st.none() | st.integers(100, 599),
    retry_after_seconds=st.none() | seconds | st.just(1e18),
    gone=st.booleans(),
    seconds=st.floats(0, 30),
)
news = st.builds(
    PollNews,
    st.lists(moments, max_size=20),
    st.integers(0, 9),
    st.none() | st.text(max_size=9),
    st.none() | seconds | st.just(1e18),
)
feeds = st.builds(
    Feed,
    st.text(st.characters(codec=None), min_size=1, max_size=20).map(
        FeedId
    ),  # with half characters, too
    st.text(max_size=9),
    addresses,
    st.text(max_size=9),
    importance=st.floats(0, 1e6),
    every_minutes=st.none() | st.floats(0, 1e9),
)
states = st.builds(
    FeedState,
    feeds,
    moments,
    st.text(max_size=9),
    ttl_seconds=st.floats(0, 1e12),
    last_attempt_at=st.none() | moments,
    last_success_at=st.none() | moments,
    last_new_at=st.none() | moments,
    last_error=st.text(max_size=9),
    failures=st.integers(0, 10_000),
    failing_since=st.none() | moments,
    paused_why=st.sampled_from(["", "by hand"]),
    moved_to=addresses,
    moved_since=st.none() | moments,
    recent=st.lists(st.sampled_from(["200", "304", "-"]), max_size=30).map(" ".join),
    need=st.floats(0, 1e6),
    rhythm=rhythms,
)
rules = st.builds(
    PollRules,
    pace=st.floats(0, 1e6),
    max_rest=st.timedeltas(timedelta(), 7 * DAY),
    retry=st.timedeltas(timedelta(), 7 * DAY),
    max_retry=st.timedeltas(timedelta(), 60 * DAY),
)


# After success


def test_success_is_remembered() -> None:
    after = after_success(a_feed(), a_document('"new"', None), NOW, RULES)
    assert (after.etag, after.last_modified, after.last_status) == ('"new"', None, 200)
    assert after_success(a_feed(), a_document(None, None), NOW, RULES).etag is None
    after = after_success(a_feed(last_bytes=70), unchanged(seconds=0.2), NOW, RULES)
    assert (after.etag, after.last_modified, after.last_status) == ('"old"', "old date", 304)
    assert (after.last_bytes, after.last_seconds) == (70, 0.2)
    assert after_success(a_feed(last_bytes=70), a_document(), NOW, RULES).last_bytes == len(
        b"<rss/>"
    )
    after = after_success(a_feed(), a_document(), NOW, RULES, news=PollNews([NOW - MINUTE] * 3))
    assert (after.items_seen, after.last_new_at, after.last_success_at, after.last_attempt_at) == (
        13, NOW, NOW, NOW,
    )  # fmt: skip
    assert after.rhythm.items > BUSY.items
    same = after_success(a_feed(), a_document(), NOW, RULES, news=PollNews(changed=2))
    assert (same.items_seen, same.last_new_at) == (10, EARLIER)
    assert same.rhythm is BUSY  # so that it need not be stored
    before = a_feed(failures=7, failing_since=EARLIER, last_error="timed out after 30 s")
    after = after_success(before, unchanged(), NOW, RULES)
    assert (after.failures, after.failing_since, after.last_error) == (0, None, "")


def test_a_warning_stays_while_its_document_is_newest() -> None:
    after = after_success(
        a_feed(), a_document(), NOW, RULES, news=PollNews(warning="malformed: mismatched tag")
    )
    assert after.last_error == "malformed: mismatched tag"
    assert after_success(after, unchanged(), NOW, RULES).last_error == "malformed: mismatched tag"
    assert (
        after_success(after, a_document(), NOW, RULES, news=PollNews(warning="")).last_error == ""
    )


def test_the_next_poll_follows_rhythm_and_pace() -> None:
    after = after_success(a_feed(), unchanged(), NOW, RULES)
    then = schedule_next_poll(after, RULES.pace, NOW)
    assert (after.next_due_at, after.next_reason) == (then.at, then.why)
    slower = after_success(a_feed(), unchanged(), NOW, PollRules(pace=2 * RULES.pace))
    assert wait_of(slower) == pytest.approx(2 * wait_of(after), abs=MINUTE)


def test_whoever_asks_for_longest_is_heard_for_a_day() -> None:
    for answer in (a_document(fresh=7500), unchanged(fresh=7500)):
        after = after_success(a_feed(), answer, NOW, RULES)
        assert wait_of(after) == timedelta(seconds=7500)
        assert after.next_reason == "the server says the answer stays fresh until 1 Jun 14:05 UTC"
    after = after_success(a_feed(), a_document(), NOW, RULES, news=PollNews(ttl_seconds=7200))
    for again in (after, after_success(after, unchanged(), NOW, RULES)):
        assert wait_of(again) == 2 * HOUR
        assert again.next_reason == "the feed itself asks to be left alone for 2 h (ttl)"
    assert (
        wait_of(after_success(after, a_document(), NOW, RULES, news=PollNews(ttl_seconds=0))) < HOUR
    )
    after = after_success(
        a_feed(), a_document(fresh=7200), NOW, RULES, news=PollNews(ttl_seconds=10_800)
    )
    assert (wait_of(after), after.next_reason[:15]) == (3 * HOUR, "the feed itself")
    assert "stays fresh" in after_success(after, unchanged(fresh=14_400), NOW, RULES).next_reason
    often = after_success(a_feed(every_minutes=600), a_document(fresh=7200), NOW, RULES)
    assert often.next_reason == "every 10 h, as set"
    assert wait_of(after_success(a_feed(), a_document(fresh=3e9), NOW, RULES)) == 24 * HOUR
    assert (
        wait_of(after_success(a_feed(), a_document(), NOW, RULES, news=PollNews(ttl_seconds=1e9)))
        == 24 * HOUR
    )


@settings(deadline=None, max_examples=30)
@given(states, answers, news, rules)
def test_success_resets_failures_and_respects_every_wait(
    before: FeedState, result: Any, brought: PollNews, poll_rules: PollRules
) -> None:
    after = after_success(before, result, NOW, poll_rules, news=brought)
    most = poll_rules.max_rest
    assert after.next_due_at > NOW
    assert wait_of(after) >= min(timedelta(seconds=result.min_age_seconds), most)
    assert wait_of(after) >= timedelta(seconds=min(after.ttl_seconds, most.total_seconds()))
    assert (after.failures, after.failing_since, after.last_success_at) == (0, None, NOW)
    assert after.items_seen == before.items_seen + len(brought.published)
    assert after.paused_why == before.paused_why
    assert explain_next_poll(after)


# Moving house


def test_a_feed_moves_after_seven_days_of_one_answer() -> None:
    for old, new in [
        ("http://wire.example/rss?a=1", "https://wire.example/rss?a=1"),
        ("http://wire.example", "https://wire.example/"),
        ("http://wire.example:80/rss", "https://wire.example:443/rss"),
    ]:
        after = after_success(a_feed(url=old), unchanged(moved_to=new), NOW, RULES)
        assert (after.feed.url, after.moved_to, after.moved_since) == (new, "", None)
    target, state = "https://new.example/rss", a_feed()
    for days in range(7):
        state = after_success(
            state, a_document(f'"{days}"', moved_to=target), NOW + days * DAY, RULES
        )
        assert (state.feed.url, state.moved_to, state.moved_since) == (URL, target, NOW)
        state = after_failure(state, failed(), NOW + days * DAY + HOUR, RULES)
    moved = after_success(state, unchanged(moved_to=target), NOW + 7 * DAY, RULES)
    assert (moved.feed.url, moved.moved_to, moved.moved_since) == (target, "", None)
    assert moved.etag == '"6"'  # it came from the new address
    pending = a_feed(moved_to="https://new.example/rss", moved_since=NOW - 30 * DAY)
    other = after_success(pending, a_document(moved_to="https://other.example/rss"), NOW, RULES)
    assert (other.feed.url, other.moved_to, other.moved_since) == (
        URL,
        "https://other.example/rss",
        NOW,
    )
    for back in ("", URL):
        stayed = after_success(pending, a_document(moved_to=back), NOW, RULES)
        assert (stayed.feed.url, stayed.moved_to, stayed.moved_since) == (URL, "", None)
    pending = a_feed(moved_to="https://new.example/rss", moved_since=NOW + 900 * DAY)
    after = after_success(pending, a_document(moved_to="https://new.example/rss"), NOW, RULES)
    assert (after.feed.url, after.moved_since) == (URL, NOW)


@check_rows([
    "https://wire.example/other", "https://www.wire.example/rss",
    "https://wire.example:8443/rss", "https://wire.example/rss?page=2",
    "https://me:secret@wire.example/rss", "https://[",
])  # fmt: skip
def test_any_other_move_is_only_remembered_at_first(target: str) -> None:
    old = "http://wire.example/rss"
    after = after_success(a_feed(url=old), a_document(moved_to=target), NOW, RULES)
    assert (after.feed.url, after.moved_to, after.moved_since) == (old, target, NOW)


# After failure


def test_failures_are_remembered_and_waits_double() -> None:
    after = after_failure(a_feed(), failed("HTTP 404 Not Found", 404, seconds=0.5), NOW, RULES)
    assert (after.failures, after.failing_since, after.last_error) == (1, NOW, "HTTP 404 Not Found")
    assert (after.last_status, after.last_attempt_at, after.last_seconds) == (404, NOW, 0.5)
    assert (after.etag, after.last_modified, after.last_success_at, after.items_seen) == (
        '"old"', "old date", EARLIER, 10,
    )  # fmt: skip
    again = after_failure(after, failed(), NOW + HOUR, RULES)
    assert (again.failures, again.failing_since) == (2, NOW)
    state = a_feed()
    for n in range(50):
        state = after_failure(state, failed("HTTP 404 Not Found", 404), NOW + n * HOUR, RULES)
    assert not state.paused
    state, hours, reasons = a_feed(), [], []
    for _ in range(11):
        state = after_failure(state, failed(), NOW, RULES)
        hours.append(wait_of(state) / HOUR)
        reasons.append(state.next_reason)
    share = hours[0]  # of the feed's own at this hour, between 0.9 and 1.1
    assert 0.9 <= share <= 1.1
    assert [round(h / share, 6) for h in hours] == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168, 168]
    assert reasons[0] == "1 failure, next try after 60 min"
    assert reasons[1] == "2nd failure in a row, next try after 2 h"
    assert reasons[2] == "3rd failure in a row, next try after 4 h"
    assert reasons[10] == "11th failure in a row, next try after 7 days"


def test_a_server_that_asks_to_wait_is_not_asked_earlier() -> None:
    after = after_failure(a_feed(), failed("HTTP 429", 429, retry_after_seconds=7500), NOW, RULES)
    assert (wait_of(after), after.next_reason) == (
        timedelta(seconds=7500),
        "the server asked to wait until 1 Jun 14:05 UTC",
    )
    long = after_failure(
        a_feed(), failed("HTTP 503", 503, retry_after_seconds=40 * 86400), NOW, RULES
    )
    assert wait_of(long) == 40 * DAY
    short = after_failure(a_feed(), failed("HTTP 429", 429, retry_after_seconds=60), NOW, RULES)
    assert wait_of(short) > 50 * MINUTE


def test_a_feed_that_is_gone_or_dead_pauses() -> None:
    after = after_failure(a_feed(), failed("HTTP 410 Gone", 410, gone=True), NOW, RULES)
    assert after.paused
    assert after.paused_why == "its server says that it is gone for good (HTTP 410 Gone)"
    assert after.next_reason == "paused: not asked until a person says so"
    state, now = a_feed(), NOW
    while now < NOW + 30 * DAY:
        state = after_failure(state, failed(), now, RULES)
        assert not state.paused
        now = state.next_due_at
    dead = after_failure(state, failed(), now, RULES)
    times = dead.failures
    assert (
        dead.paused_why
        == f"nothing but failures since 2022-06-01, {times} in a row; the last one: host not found"
    )
    rarely = a_feed(failures=3, failing_since=NOW - 90 * DAY)
    fourth = after_failure(rarely, failed(), NOW, RULES)
    assert not fourth.paused
    assert after_failure(fourth, failed(), NOW, RULES).paused
    set_back = a_feed(failures=9, failing_since=NOW + 900 * DAY)
    assert after_failure(set_back, failed(), NOW, RULES).failing_since == NOW
    paused = a_feed(paused_why="by hand")
    assert after_success(paused, a_document(), NOW, RULES).paused_why == "by hand"
    actual = after_failure(paused, failed("HTTP 410 Gone", gone=True), NOW, RULES).paused_why
    assert actual == "by hand"


def test_an_unreadable_document_is_a_failure_without_validators() -> None:
    after = after_unreadable(
        a_feed(), a_document(seconds=0.7), NOW, RULES, reason="an HTML page, not a feed"
    )
    assert (after.etag, after.last_modified, after.last_bytes, after.last_seconds) == (
        None, None, 6, 0.7,
    )  # fmt: skip
    assert (after.failures, after.last_error, after.last_status) == (
        1,
        "an HTML page, not a feed",
        200,
    )
    assert after.last_success_at == EARLIER


@settings(deadline=None, max_examples=30)
@given(states, failures, rules)
def test_failure_looks_ahead_and_never_earlier_than_the_server_asked(
    before: FeedState, failure: FetchFailed, poll_rules: PollRules
) -> None:
    after = after_failure(before, failure, NOW, poll_rules)
    assert after.next_due_at > NOW
    assert wait_of(after) >= timedelta(seconds=min(failure.retry_after_seconds or 0.0, 366 * 86400))
    assert (after.failures, after.last_error) == (before.failures + 1, failure.reason)
    assert after.paused or not (before.paused or failure.gone)
    assert after.next_reason


@settings(deadline=None, max_examples=30)
@given(states, rules)
def test_the_next_failure_in_a_row_never_shortens_the_wait(
    before: FeedState, poll_rules: PollRules
) -> None:
    first = after_failure(before, failed(), NOW, poll_rules)
    assert after_failure(first, failed(), NOW, poll_rules).next_due_at >= first.next_due_at


# Without an answer


def test_a_feed_that_was_not_asked_keeps_its_state() -> None:
    before = a_feed()
    after = after_deferral(
        before, Deferred(WIRE, 90, "enough requests to wire.example for now"), NOW
    )
    assert (wait_of(after), after.next_reason) == (
        1.5 * MINUTE,
        "enough requests to wire.example for now",
    )
    assert replace(after, next_due_at=NOW, next_reason=before.next_reason) == before
    soon, late = a_feed(next_due_at=NOW + MINUTE), a_feed(next_due_at=NOW + DAY)
    after = pause_until(soon, NOW + HOUR, "wire.example asked to wait")
    assert (wait_of(after), after.next_reason) == (HOUR, "wire.example asked to wait")
    assert pause_until(late, NOW + HOUR, "wire.example asked to wait") is late


# All of it


def test_the_last_answers_are_remembered() -> None:
    state = a_feed(recent="")
    state = after_success(state, a_document(), NOW, RULES)
    state = after_success(state, unchanged(), NOW, RULES)
    state = after_failure(state, failed("HTTP 404 Not Found", 404), NOW, RULES)
    state = after_failure(state, failed(), NOW, RULES)
    assert state.recent == "200 304 404 -"
    for _ in range(MAX_RECENT_STATUSES):
        state = after_success(state, unchanged(), NOW, RULES)
    assert state.recent == " ".join(["304"] * MAX_RECENT_STATUSES)


def test_a_feed_of_a_question_set_is_due_at_once() -> None:
    seed = FeedSeed("wire", "Wire", URL, "wire", "B", "news")
    state = make_feed_state(feed_from_seed(seed), NOW)
    assert state.feed == Feed(WIRE, "Wire", URL, "wire", "B", "news")
    assert (state.next_due_at, state.next_reason, state.paused) == (NOW, "not polled yet", False)


@settings(deadline=None, max_examples=30)
@given(states, answers, failures, st.floats(-10, 1e18))
def test_no_state_is_too_odd_to_go_on_from(
    state: FeedState, result: Any, failure: FetchFailed, wait_seconds: float
) -> None:
    for next_state in (
        after_success(state, result, NOW, RULES),
        after_failure(state, failure, NOW, RULES),
        after_unreadable(state, a_document(), NOW, RULES, reason="cut short"),
        after_deferral(state, Deferred(WIRE, wait_seconds, "later"), NOW),
        pause_until(state, NOW + HOUR, "later"),
    ):
        assert next_state.next_due_at > NOW
