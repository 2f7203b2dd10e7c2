"""When feeds are asked again, and how they fare."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.feeds.answers import Fetched, NotModified
from tracker.feeds.item import FeedId
from tracker.feeds.polling import LATE_AFTER, FeedState, PollRules, after_failure, after_success, due, health

NOW = datetime(2022, 6, 1, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
RULES = PollRules()
HOUR = timedelta(hours=1)


def a_feed(id: str = "wire", **changed: Any) -> FeedState:
    values: dict[str, Any] = {
        "id": FeedId(id),
        "title": "Wire",
        "url": f"https://{id}.example/rss",
        "source_group": "wire",
        "grade": "B",
        "theme": "news",
        "etag": '"old"',
        "last_modified": "old date",
        "next_due_at": NOW,
        "last_attempt_at": EARLIER,
        "last_success_at": EARLIER,
        "last_new_at": EARLIER,
        "last_status": 200,
        "last_error": "",
        "failures": 0,
        "paused": False,
        "items_seen": 10,
    }
    return FeedState(**{**values, **changed})


def a_document(etag: str | None = '"new"', last_modified: str | None = None, fresh: float = 0.0) -> Fetched:
    return Fetched(FeedId("wire"), "https://wire.example/rss", 200, b"", "text/xml", etag, last_modified, fresh)


def wait_of(state: FeedState) -> timedelta:
    return state.next_due_at - NOW


feed_ids = st.text(min_size=1, max_size=20)
failures = st.integers(0, 10_000)
seconds = st.floats(0, 400 * 86400, allow_nan=False)
rules = st.builds(
    PollRules,
    period_seconds=st.floats(0, 1e6),
    max_period_seconds=st.floats(0, 1e7),
    retry_seconds=st.floats(0, 1e6),
    max_retry_seconds=st.floats(0, 1e7),
)
results = st.one_of(
    st.builds(a_document, st.none() | st.text(max_size=9), st.none() | st.text(max_size=9), seconds),
    st.builds(NotModified, st.just(FeedId("wire")), seconds),
)


# After success


def test_a_new_document_brings_its_own_validators_even_if_it_has_none() -> None:
    after = after_success(a_feed(), a_document('"new"', None), 3, NOW, RULES)
    assert (after.etag, after.last_modified, after.last_status) == ('"new"', None, 200)
    assert after_success(a_feed(), a_document(None, None), 0, NOW, RULES).etag is None


def test_an_unchanged_document_keeps_the_validators() -> None:
    after = after_success(a_feed(), NotModified(FeedId("wire"), 0.0), 0, NOW, RULES)
    assert (after.etag, after.last_modified, after.last_status) == ('"old"', "old date", 304)


def test_success_counts_new_items_and_remembers_when_they_came() -> None:
    after = after_success(a_feed(), a_document(), 3, NOW, RULES)
    assert (after.items_seen, after.last_new_at, after.last_success_at, after.last_attempt_at) == (13, NOW, NOW, NOW)
    assert after_success(a_feed(), a_document(), 0, NOW, RULES).last_new_at == EARLIER


def test_what_was_odd_about_a_document_stays_visible() -> None:
    after = after_success(a_feed(), a_document(), 1, NOW, RULES, warning="malformed: mismatched tag")
    assert (after.last_error, health(after, NOW)) == ("malformed: mismatched tag", "ok")


def test_a_document_that_stays_fresh_is_not_asked_for_before_it_is_stale() -> None:
    assert wait_of(after_success(a_feed(), a_document(fresh=7200), 0, NOW, RULES)) == 2 * HOUR
    assert wait_of(after_success(a_feed(), NotModified(FeedId("wire"), 7200), 0, NOW, RULES)) == 2 * HOUR


def test_freshness_beyond_a_day_is_not_believed() -> None:
    assert wait_of(after_success(a_feed(), a_document(fresh=3e9), 0, NOW, RULES)) == 24 * HOUR


def test_feeds_set_up_together_drift_apart_but_each_keeps_its_own_wait() -> None:
    waits = [wait_of(after_success(a_feed(f"feed-{n}"), a_document(), 0, NOW, RULES)) for n in range(50)]
    again = [wait_of(after_success(a_feed(f"feed-{n}"), a_document(), 0, NOW, RULES)) for n in range(50)]
    assert waits == again
    assert len(set(waits)) == 50
    assert timedelta(minutes=27) <= min(waits) < timedelta(minutes=28)
    assert timedelta(minutes=32) < max(waits) <= timedelta(minutes=33)


@settings(deadline=None)
@given(feed_ids, failures, results, st.integers(0, 500), rules)
def test_success_resets_failures_and_looks_ahead(
    feed: str, failed: int, result: Any, new: int, poll_rules: PollRules
) -> None:
    before = a_feed(feed, failures=failed, last_error="timed out after 30 s", last_status=None)
    after = after_success(before, result, new, NOW, poll_rules)
    assert after.next_due_at > NOW
    assert wait_of(after) >= timedelta(seconds=min(result.min_age_seconds, poll_rules.max_period_seconds))
    assert (after.failures, after.last_error, after.last_success_at) == (0, "", NOW)
    assert after.items_seen == before.items_seen + new


# After failure


def test_failure_keeps_what_is_known_and_says_why() -> None:
    after = after_failure(a_feed(), "HTTP 404 Not Found", NOW, RULES, status=404)
    assert (after.failures, after.last_error, after.last_status, after.last_attempt_at) == (
        1,
        "HTTP 404 Not Found",
        404,
        NOW,
    )
    assert (after.etag, after.last_modified, after.last_success_at, after.items_seen) == (
        '"old"',
        "old date",
        EARLIER,
        10,
    )


def test_one_missing_document_is_not_the_end_of_a_feed() -> None:
    state = a_feed()
    for _ in range(50):
        state = after_failure(state, "HTTP 404 Not Found", NOW, RULES, status=404)
    assert not state.paused
    assert due([state], state.next_due_at) == (state,)


def test_waits_double_from_an_hour_to_a_week() -> None:
    state, hours = a_feed(), []
    for _ in range(10):
        state = after_failure(state, "host not found", NOW, RULES)
        hours.append(wait_of(state) / HOUR)
    share = hours[0]  # of the feed's own, between 0.9 and 1.1
    assert 0.9 <= share <= 1.1
    assert [round(h / share, 6) for h in hours] == [1, 2, 4, 8, 16, 32, 64, 128, 168, 168]


def test_a_feed_that_is_gone_for_good_pauses_with_its_reason() -> None:
    after = after_failure(a_feed(), "HTTP 410 Gone", NOW, RULES, status=410, gone=True)
    assert (after.paused, after.last_error, health(after, NOW)) == (True, "HTTP 410 Gone", "paused")
    assert due([after], NOW + timedelta(days=365)) == ()


def test_a_paused_feed_is_not_woken_by_an_answer() -> None:
    paused = a_feed(paused=True)
    assert after_success(paused, a_document(), 1, NOW, RULES).paused
    assert after_failure(paused, "timed out after 30 s", NOW, RULES).paused


def test_a_document_that_could_not_be_read_leaves_no_validators() -> None:
    after = after_failure(a_feed(), "an HTML page, not a feed", NOW, RULES, status=200, drop_validators=True)
    assert (after.etag, after.last_modified) == (None, None)


@settings(deadline=None)
@given(feed_ids, failures, st.none() | seconds, rules, st.booleans(), st.booleans())
def test_failure_looks_ahead_and_never_earlier_than_the_server_asked(
    feed: str, failed: int, asked: float | None, poll_rules: PollRules, gone: bool, drop: bool
) -> None:
    after = after_failure(
        a_feed(feed, failures=failed), "no", NOW, poll_rules, retry_after_seconds=asked, gone=gone, drop_validators=drop
    )
    assert after.next_due_at > NOW
    assert wait_of(after) >= timedelta(seconds=asked or 0.0)
    assert after.failures == failed + 1


@settings(deadline=None)
@given(feed_ids, failures, rules)
def test_the_next_failure_in_a_row_never_shortens_the_wait(feed: str, failed: int, poll_rules: PollRules) -> None:
    first = after_failure(a_feed(feed, failures=failed), "no", NOW, poll_rules)
    assert after_failure(first, "no", NOW, poll_rules).next_due_at >= first.next_due_at


# Health and turn


def test_health_is_the_first_rule_that_holds() -> None:
    unasked = a_feed(last_attempt_at=None, last_success_at=None, last_new_at=None, last_status=None)
    overdue = NOW + LATE_AFTER + timedelta(seconds=1)
    assert health(unasked, NOW) == "new"
    assert health(a_feed(), NOW + LATE_AFTER) == "ok"
    assert health(a_feed(), overdue) == health(unasked, overdue) == "late"
    assert health(a_feed(failures=1), overdue) == "failing"
    assert health(a_feed(failures=1, paused=True), overdue) == "paused"


def test_due_feeds_come_longest_overdue_first() -> None:
    second, first, waiting = (
        a_feed("b", next_due_at=NOW),
        a_feed("c", next_due_at=EARLIER),
        a_feed("a", next_due_at=NOW + timedelta(microseconds=1)),
    )
    tied = replace(second, id=FeedId("a"))
    assert due([second, waiting, first, tied, replace(first, paused=True)], NOW) == (first, tied, second)
