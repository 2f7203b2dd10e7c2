"""How feeds, the fleet, and the feeds behind a question fare."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings

from tests.feeds.test_polling import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    a_document,
    a_feed,
    failed,
    states,
    unchanged,
)
from tests.feeds.test_rhythm import every, moments
from tracker.feeds.feed import FeedState, PublicationRate, update_rate
from tracker.feeds.scheduling.feed_health import (
    LATE_AFTER,
    UsualItems,
    assess_fleet,
    assess_health,
    compute_not_modified_share,
    compute_usual_items,
    explain_silence,
    is_quiet,
)
from tracker.feeds.scheduling.polling import (
    DayCount,
    PollNews,
    PollRules,
    after_failure,
    after_success,
    count_poll,
    make_feed_state,
)

# NOW is a Wednesday at noon.
UNASKED = make_feed_state(a_feed().feed, NOW)


def silent_for(gap: timedelta, interval: timedelta = DAY / 12, **changed: Any) -> FeedState:
    """A feed that answers, and brought an item at each interval until a while ago."""
    last = NOW - gap
    rhythm = update_rate(PublicationRate(), every(interval, last, 200), last)
    asked = {"last_success_at": NOW - MINUTE, "last_attempt_at": NOW - MINUTE}
    return a_feed(**{"last_new_at": last, "rhythm": rhythm, **asked, **changed})


# A feed


def test_health_is_the_first_rule_that_holds() -> None:
    overdue = NOW + LATE_AFTER + timedelta(seconds=1)
    assert assess_health(UNASKED, NOW) == "new"
    assert assess_health(a_feed(), NOW + LATE_AFTER) == "ok"
    assert assess_health(a_feed(), overdue) == assess_health(UNASKED, overdue) == "late"
    assert assess_health(a_feed(failures=1), overdue) == "failing"
    assert assess_health(a_feed(failures=1, paused_why="by hand"), overdue) == "paused"
    assert assess_health(silent_for(4 * DAY), NOW) == "quiet"
    assert assess_health(silent_for(4 * DAY), overdue) == "late"


def test_a_feed_is_quiet_after_an_unlikely_gap() -> None:
    assert not is_quiet(
        silent_for(23 * HOUR), NOW
    )  # an item every two hours, but a day may always pass
    assert is_quiet(silent_for(25 * HOUR), NOW)
    assert not is_quiet(silent_for(6 * DAY, interval=DAY), NOW)
    assert is_quiet(silent_for(12 * DAY, interval=DAY), NOW)
    monday, sunday = NOW - 2 * DAY, NOW - 3 * DAY
    friday_evening = sunday - 1.6 * DAY
    rhythm = update_rate(PublicationRate(), every(DAY / 12, friday_evening, 150), friday_evening)
    state = a_feed(last_new_at=friday_evening, rhythm=rhythm)
    assert not is_quiet(state, sunday + 10 * HOUR)
    assert is_quiet(state, monday + 8 * HOUR)
    assert is_quiet(silent_for(4000 * DAY, interval=20 * DAY), NOW)
    assert not is_quiet(silent_for(20 * DAY, interval=20 * DAY), NOW)
    assert not is_quiet(a_feed(last_new_at=None), NOW + 900 * DAY)
    assert not is_quiet(a_feed(rhythm=PublicationRate()), NOW + 900 * DAY)


# The feeds behind a question


def test_a_silent_feed_says_why() -> None:
    assert explain_silence(a_feed(), NOW) == ""
    assert explain_silence(UNASKED, NOW) == ""
    gone = after_failure(a_feed(), failed("HTTP 410 Gone", 410, gone=True), NOW, PollRules())
    actual = explain_silence(gone, NOW)
    assert actual == "paused: its server says that it is gone for good (HTTP 410 Gone)"
    once = after_failure(a_feed(), failed("host not found"), NOW, PollRules())
    assert explain_silence(once, NOW + HOUR) == ""
    twice = after_failure(once, failed("timed out after 30 s"), NOW + HOUR, PollRules())
    assert (
        explain_silence(twice, NOW + HOUR) == "failing since 1 Jun 12:00 UTC: timed out after 30 s"
    )
    state = a_feed(last_success_at=NOW - 31 * HOUR)
    assert explain_silence(state, NOW) == "no answer since 31 May 05:00 UTC"
    assert explain_silence(state, NOW - 3 * HOUR) == ""
    assert explain_silence(UNASKED, NOW + 2 * DAY) == "it has never answered"
    once = after_failure(UNASKED, failed(), NOW, PollRules())
    assert explain_silence(once, NOW + 2 * DAY) == "it has never answered"
    weekly = a_feed(
        last_success_at=NOW - 7 * DAY, every_minutes=7 * 1440.0, rhythm=PublicationRate()
    )
    assert explain_silence(weekly, NOW) == ""
    assert explain_silence(weekly, NOW + 3 * DAY) == "no answer since 25 May 12:00 UTC"
    actual = explain_silence(silent_for(4 * DAY), NOW)
    assert actual == "nothing new since 28 May 12:00 UTC, against about 11 items a day before"


@settings(deadline=None)
@given(states, moments)
def test_every_state_of_a_feed_has_a_health(state: FeedState, now: Any) -> None:
    named = assess_fleet([state], now)
    assert sum(named.counts.values()) == named.counts[assess_health(state, now)] == 1
    assert bool(explain_silence(state, now)) or assess_health(state, now) != "paused"


# The fleet


def answered(ago: timedelta, next_in: timedelta = 10 * MINUTE) -> FeedState:
    return a_feed(last_success_at=NOW - ago, last_attempt_at=NOW - ago, next_due_at=NOW + next_in)


def failing(ago: timedelta, **changed: Any) -> FeedState:
    last = {
        "last_success_at": NOW - ago - HOUR,
        "last_attempt_at": NOW - ago,
        "next_due_at": NOW + HOUR,
    }
    return a_feed(failures=1, failing_since=NOW - ago, **{**last, **changed})


def test_a_fleet_counts_its_feeds_by_health() -> None:
    found = assess_fleet(
        [answered(HOUR), answered(3 * HOUR), failing(HOUR), UNASKED, a_feed(paused_why="by hand")],
        NOW,
    )
    assert dict(found.counts) == {
        "new": 1, "ok": 2, "quiet": 0, "late": 0, "failing": 1, "paused": 1,
    }  # fmt: skip
    assert (found.feeds, found.share_failing) == (5, 1 / 3)
    assert (found.newest_success, found.alarm) == (NOW - HOUR, "")
    assert (
        assess_fleet([], NOW).share_failing,
        assess_fleet([], NOW).newest_success,
        assess_fleet([], NOW).alarm,
    ) == (
        0.0,
        None,
        "",
    )


def alarm(states: Sequence[FeedState]) -> str:
    return assess_fleet(states, NOW).alarm


def test_an_alarm_is_raised_when_the_fleet_is_in_trouble() -> None:
    fails_since_then = [answered(125 * MINUTE, 20 * HOUR), failing(121 * MINUTE)]
    assert alarm(fails_since_then) == "no feed has answered since 1 Jun 09:55 UTC"
    assert alarm([answered(119 * MINUTE, 20 * HOUR), failing(118 * MINUTE)]) == ""
    assert alarm([answered(5 * HOUR, -3 * HOUR)]) == "no feed has answered since 1 Jun 07:00 UTC"
    assert alarm([replace(UNASKED, next_due_at=NOW - 3 * HOUR)]) == "no feed has ever answered"

    def offline(ago: timedelta) -> list[FeedState]:
        return [after_failure(UNASKED, failed(), NOW - ago, PollRules())] * 3

    assert alarm(offline(119 * MINUTE)) == ""
    assert alarm(offline(121 * MINUTE)) == "no feed has ever answered"
    assert alarm([answered(HOUR)] * 8 + [failing(HOUR)] * 2) == ""
    assert alarm([answered(HOUR)] * 7 + [failing(HOUR)] * 3) == "3 of 10 feeds fail"
    assert (
        alarm([answered(HOUR)] * 2 + [failing(HOUR)] * 2) == ""
    )  # four feeds are too few to speak of shares
    assert alarm([answered(HOUR)] * 3 + [failing(HOUR)] * 2 + [UNASKED] * 20) == "2 of 5 feeds fail"
    actual = alarm([failing(3 * HOUR)] * 6)
    assert actual == "no feed has answered since 1 Jun 08:00 UTC; 6 of 6 feeds fail"


def test_no_alarm_is_raised_when_no_feed_was_due() -> None:
    assert alarm([answered(9 * HOUR, 5 * HOUR)]) == ""
    assert alarm([answered(9 * HOUR, -5 * MINUTE)]) == ""  # the scheduler is about to ask
    assert (
        alarm([answered(MINUTE), answered(9 * HOUR, -5 * HOUR)]) == ""
    )  # it is at work, but does not get round
    assert (
        alarm([answered(9 * HOUR, 5 * HOUR), failing(30 * MINUTE, last_success_at=NOW - 20 * HOUR)])
        == ""
    )
    assert (
        alarm([answered(9 * HOUR, 5 * HOUR), failing(30 * HOUR)]) == ""
    )  # that one is known not to answer
    assert (
        alarm([answered(9 * HOUR, 5 * HOUR), a_feed(paused_why="by hand", last_success_at=None)])
        == ""
    )


# Days


def test_days_add_up_and_are_compared_with_usual_ones() -> None:
    day = date(2022, 6, 1)
    news = PollNews([NOW, NOW], changed=1)
    assert count_poll(a_document(seconds=0.5), NOW, news=news) == DayCount(
        day, 1, 0, 0, 6, 0.5, 2, 1
    )
    assert count_poll(unchanged(seconds=0.1), NOW) == DayCount(day, 1, 1, 0, 0, 0.1, 0, 0)
    assert count_poll(failed(seconds=30.0), NOW) == DayCount(day, 1, 0, 1, 0, 30.0, 0, 0)
    assert count_poll(a_document(), NOW, unreadable=True) == DayCount(day, 1, 0, 1, 6)
    days = [
        DayCount(date(2022, 6, 1), polls=10, not_modified=9),
        DayCount(date(2022, 6, 2), polls=30, failed=3),
    ]
    assert compute_not_modified_share(days) == 9 / 40
    assert compute_not_modified_share([]) is None
    assert compute_not_modified_share([DayCount(date(2022, 6, 1))]) is None
    today = date(2022, 6, 1)
    days = [DayCount(today - n * DAY, new_items=n) for n in range(40)]
    assert compute_usual_items(days, NOW) == UsualItems(1, 14.5)  # days 1 to 28, without today
    assert compute_usual_items(days[5:8], NOW) == UsualItems(0, 6.0)
    assert compute_usual_items([], NOW) == UsualItems(0, 0.0)


def test_a_feed_is_well_after_an_answer() -> None:
    state = after_failure(
        after_failure(a_feed(), failed(), NOW, PollRules()), failed(), NOW, PollRules()
    )
    assert assess_health(state, NOW) == "failing"
    well = after_success(state, unchanged(), NOW, PollRules())
    assert (assess_health(well, NOW), explain_silence(well, NOW)) == ("ok", "")
    assert (
        assess_health(a_feed(last_success_at=NOW - DAY, last_attempt_at=NOW - HOUR), NOW) == "new"
    )
    assert (
        assess_health(a_feed(last_success_at=NOW - HOUR, last_attempt_at=NOW - HOUR), NOW) == "ok"
    )
