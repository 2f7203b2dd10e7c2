"""How often feeds are asked under one budget."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.benchmarks.polling import Fare, by_rhythm, by_the_clock, made_up
from tests.feeds.test_polling import DAY, HOUR, MINUTE, NOW, a_feed, states
from tests.feeds.test_rhythm import rhythms
from tests.tables import check_rows
from tracker.feeds.feed import FeedState, PublicationRate, hourly_rates, update_rate
from tracker.feeds.scheduling.budget import (
    MAX_POLLS_PER_DAY,
    MIN_POLLS_PER_DAY,
    FeedDemand,
    compute_fleet_pace,
    compute_need,
    compute_pace,
    explain_next_poll,
    format_duration,
    schedule_next_poll,
)

fleets = st.lists(st.tuples(rhythms, st.floats(0.1, 10)), min_size=1, max_size=6)


def polls_a_day(
    fleet: list[tuple[PublicationRate, float]], solved: float, *, clamped: bool = True
) -> float:
    """What a fleet takes at a pace, worked out feed by feed and hour by hour."""
    rates = [
        math.sqrt(weight * items) / solved
        for rhythm, weight in fleet
        for items in hourly_rates(rhythm, NOW)
    ]
    return (
        sum(
            min(max(polls, MIN_POLLS_PER_DAY), MAX_POLLS_PER_DAY) if clamped else polls
            for polls in rates
        )
        / 24
    )


def steady(a_day: float) -> PublicationRate:
    """Exactly so many items a day, at any hour."""
    return PublicationRate(
        7 * a_day + 0.25 * (a_day - 0.3), 7.0, NOW, ((7 * a_day + 0.25 * (a_day - 0.3)) / 24,) * 24
    )


def wait_of(state: FeedState, at_pace: float, now: datetime = NOW) -> timedelta:
    return schedule_next_poll(state, at_pace, now).at - now


# The pace of a fleet


@settings(deadline=None, max_examples=20)
@given(fleets, st.floats(0.02, 0.98))
def test_the_budget_is_met_bounds_included(
    fleet: list[tuple[PublicationRate, float]], share: float
) -> None:
    budget = len(fleet) * (MIN_POLLS_PER_DAY + share * (MAX_POLLS_PER_DAY - MIN_POLLS_PER_DAY))
    assert polls_a_day(fleet, compute_pace(fleet, budget, NOW)) == pytest.approx(budget, rel=0.01)


@settings(deadline=None, max_examples=20)
@given(fleets, st.floats(2, 100))
def test_without_bounds_polls_follow_the_square_root(
    fleet: list[tuple[PublicationRate, float]], each: float
) -> None:
    solved = compute_pace(fleet, each * len(fleet), NOW)
    free = polls_a_day(fleet, solved, clamped=False)
    assume(free == polls_a_day(fleet, solved))
    assert free == pytest.approx(each * len(fleet), rel=0.01)


def test_a_four_times_busier_feed_is_asked_twice_as_often() -> None:
    busy, calm = a_feed(rhythm=steady(8)), a_feed(rhythm=steady(2))
    solved = compute_pace([(busy.rhythm, 1), (calm.rhythm, 1)], 30, NOW)
    assert wait_of(calm, solved) / wait_of(busy, solved) == pytest.approx(2, rel=1e-6)
    assert DAY / wait_of(busy, solved) == pytest.approx(20, rel=0.11)  # the spread is a tenth


def test_budgets_that_no_pace_can_meet_give_the_nearest() -> None:
    fleet = [(steady(1), 1.0), (steady(50), 3.0)]
    assert polls_a_day(fleet, compute_pace(fleet, 0, NOW)) == pytest.approx(
        2 * MIN_POLLS_PER_DAY, rel=1e-5
    )
    assert polls_a_day(fleet, compute_pace(fleet, -5, NOW)) == pytest.approx(
        2 * MIN_POLLS_PER_DAY, rel=1e-5
    )
    assert polls_a_day(fleet, compute_pace(fleet, 1e9, NOW)) == pytest.approx(
        2 * MAX_POLLS_PER_DAY, rel=1e-5
    )
    assert compute_pace([], 100, NOW) > 0


def test_only_free_feeds_share_the_budget() -> None:
    free = [a_feed(rhythm=steady(4)), a_feed(rhythm=steady(9), need=2.0, importance=3.0)]
    others = [a_feed(paused_why="by hand"), a_feed(failures=1), a_feed(every_minutes=60.0)]
    expected = compute_pace([(steady(4), 1.0), (steady(9), 6.0)], 100 - 24, NOW)
    assert compute_fleet_pace([*free, *others], 100, NOW) == expected


# The next poll of a feed


@settings(deadline=None)
@given(states, st.floats(0.001, 100))
def test_polls_come_between_five_minutes_and_a_day(state: FeedState, at_pace: float) -> None:
    state = replace(state, feed=replace(state.feed, every_minutes=None))
    assert 4.5 * MINUTE <= wait_of(state, at_pace) <= 26.4 * HOUR


@settings(deadline=None)
@given(states, st.floats(0.001, 100), st.floats(1, 10))
def test_more_need_never_polls_later(state: FeedState, at_pace: float, more: float) -> None:
    needed = replace(state, need=state.need * more)
    assert schedule_next_poll(needed, at_pace, NOW).at <= schedule_next_poll(state, at_pace, NOW).at
    important = replace(state, feed=replace(state.feed, importance=state.feed.importance * more))
    assert (
        schedule_next_poll(important, at_pace, NOW).at <= schedule_next_poll(state, at_pace, NOW).at
    )


@settings(deadline=None)
@given(states, st.floats(0.001, 100))
def test_a_poll_is_due_when_hourly_polls_make_one(state: FeedState, at_pace: float) -> None:
    state = replace(state, feed=replace(state.feed, every_minutes=None))
    at, end, polls = NOW, schedule_next_poll(state, at_pace, NOW).at, 0.0
    rates, weight = hourly_rates(state.rhythm, NOW), max(state.feed.importance * state.need, 1e-6)
    while at < end:
        until = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, end)
        polls += min(
            max(math.sqrt(weight * rates[at.hour]) / at_pace, MIN_POLLS_PER_DAY), MAX_POLLS_PER_DAY
        ) * ((until - at) / DAY)
        at = until
    assert 0.9 - 1e-6 <= polls <= 1.1 + 1e-6


def test_a_wait_reaches_into_the_busy_hours() -> None:
    mornings = [
        NOW.replace(hour=7) - n * DAY + k * 10 * MINUTE for n in range(14) for k in range(12)
    ]
    state = a_feed(rhythm=update_rate(PublicationRate(), mornings, NOW))
    at_pace = compute_pace([(state.rhythm, 1)], 6, NOW)
    asked = [NOW]
    while asked[-1] < NOW + 3 * DAY:
        asked.append(schedule_next_poll(state, at_pace, asked[-1]).at)
    assert sum(6 <= at.hour < 10 for at in asked) > len(asked) / 3  # in a sixth of the day


def test_waits_are_spread_by_feed_and_hour() -> None:
    feeds = [a_feed(f"feed-{n}", rhythm=steady(10)) for n in range(200)]
    waits = [wait_of(state, 0.1) / MINUTE for state in feeds]
    assert waits == [wait_of(state, 0.1) / MINUTE for state in feeds]
    usual = 1440 * 0.1 / math.sqrt(10)
    assert 0.9 * usual <= min(waits) < 0.92 * usual
    assert 1.08 * usual < max(waits) <= 1.1 * usual
    later = [wait_of(state, 0.1, NOW + HOUR) / MINUTE for state in feeds]
    assert abs(np.corrcoef(waits, later)[0, 1]) < 0.3


def test_an_interval_that_was_set_is_kept() -> None:
    then = schedule_next_poll(a_feed(every_minutes=20.0), 0.1, NOW)
    assert 18 * MINUTE <= then.at - NOW <= 22 * MINUTE
    assert then.why == "every 20 min, as set"
    assert wait_of(a_feed(every_minutes=0.0), 0.1) > 50 * timedelta(seconds=1)
    assert wait_of(a_feed(every_minutes=1e9), 0.1) < 40 * DAY


def words_of(state: FeedState) -> str:
    """The reason for the next poll of a feed that has just answered."""
    then = schedule_next_poll(state, 0.1, NOW)
    return explain_next_poll(
        replace(state, last_attempt_at=NOW, next_due_at=then.at, next_reason=then.why)
    )


def test_the_reason_names_the_rhythm_the_hours_and_the_need() -> None:
    days = [NOW.replace(hour=6) - n * DAY + k * HOUR for n in range(1, 15) for k in range(12)]
    state = a_feed(rhythm=update_rate(PublicationRate(), days, NOW))
    minutes = round(wait_of(state, 0.1) / MINUTE)
    assert (
        words_of(state)
        == f"about 11 items a day, most of them 06–18 UTC: checked about every {minutes} min"
    )
    needed = words_of(replace(state, need=4.0))
    assert ", most of them 06–18 UTC, wanted more than others: checked about every" in needed


@check_rows(
    [
        (PublicationRate(), "not known yet how often it publishes: "),
        (steady(1.2), "about 1 item a day: "),
        (steady(1 / 3), "about 2 items a week: "),
        (steady(0.16), "about 1 item a week: "),
        (steady(0.05), "less than one item a week: "),
    ]
)
def test_the_reason_counts_by_the_day_or_the_week(rhythm: PublicationRate, words: str) -> None:
    assert words_of(a_feed(rhythm=rhythm)).startswith(words)


# What open questions need


def test_need_grows_with_evidence_and_nearness() -> None:
    assert compute_need(FeedDemand()) == compute_need(FeedDemand(items=500)) == 1.0
    assert compute_need(FeedDemand(on_theme=True)) == 2.0
    assert compute_need(FeedDemand(items=90, days_to_close=(0.0,) * 10)) == pytest.approx(1 + 8 / 2)
    weights = [
        compute_need(FeedDemand(items=50, days_to_close=(days,)))
        for days in (-3.0, 0.0, 30.0, 365.0, 9000.0)
    ]
    assert weights[0] == weights[1]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > compute_need(FeedDemand(items=50)) + 0.2


@given(st.integers(-5, 10_000), st.lists(st.floats(-1000, 10_000), max_size=20), st.booleans())
def test_need_lies_between_one_and_ten(items: int, days: list[float], on_theme: bool) -> None:
    weight = compute_need(FeedDemand(items, tuple(days), on_theme))
    assert 1 <= weight <= 10
    assert compute_need(FeedDemand(items, (*days, 100.0), on_theme)) > weight
    assert compute_need(FeedDemand(items, tuple(days), on_theme=True)) >= weight


# Words


@check_rows([
    (0, "1 min"), (2100, "35 min"), (3600, "60 min"), (6300, "1.8 h"), (14_400, "4 h"),
    (86_400, "24 h"), (7 * 86_400, "7 days"), (366 * 86_400, "366 days"),
])  # fmt: skip
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert format_duration(seconds) == words


# What it is for


@pytest.fixture(scope="module")
def fares() -> tuple[Fare, Fare]:
    feeds = made_up(40)
    return Fare.of(feeds, by_the_clock(len(feeds), 60)), Fare.of(feeds, by_rhythm(feeds, 24))


def test_fewer_polls_are_spent_and_delays_are_shorter(fares: tuple[Fare, Fare]) -> None:
    fixed, ours = fares
    assert ours.polls <= 1.01 * fixed.polls
    assert ours.mean <= fixed.mean / 2
    assert (ours.median, ours.p95) < (fixed.median, fixed.p95)
