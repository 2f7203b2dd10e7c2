"""How often feeds publish, learned from the times of their items."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.feeds.feed import (
    HOURS_PER_DAY,
    MAX_ITEMS_PER_MINUTE,
    MEMORY_DAYS,
    PublicationRate,
    hourly_rates,
    hourly_rates_of_all,
    items_per_day,
    update_rate,
)

NOW = datetime(2022, 6, 1, 12, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
UNKNOWN = PublicationRate()


def every(interval: timedelta, until: datetime, count: int) -> list[datetime]:
    return [until - interval * n for n in range(count, 0, -1)]


def watched(
    times: Sequence[datetime], start: datetime, end: datetime, interval: timedelta = HOUR
) -> PublicationRate:
    """A rhythm learned by asking at a fixed interval, first for a document that was empty."""
    rhythm = update_rate(UNKNOWN, [], start)
    last = start
    while last < end:
        now = last + interval
        new = [at for at in times if last < at <= now]
        rhythm = update_rate(rhythm, new, now, since=last) if new else rhythm
        last = now
    return rhythm


moments = st.timedeltas(-8000 * DAY, 8000 * DAY).map(NOW.__add__)
counts = st.lists(st.floats(0, 500), min_size=HOURS_PER_DAY, max_size=HOURS_PER_DAY)
rhythms = st.builds(
    lambda hours, days, at: PublicationRate(math.fsum(hours), days, at, tuple(hours)),
    counts,
    st.floats(0, MEMORY_DAYS),
    st.none() | moments,
)


# What is known at once


def test_before_anything_is_known_a_feed_may_bring_an_item_in_three_days_at_any_hour() -> None:
    assert items_per_day(UNKNOWN, NOW) == pytest.approx(0.3)
    assert hourly_rates(UNKNOWN, NOW) == pytest.approx([0.3] * HOURS_PER_DAY)


def test_a_feed_with_thirty_dated_entries_is_known_at_once() -> None:
    slow = update_rate(UNKNOWN, every(DAY / 3, NOW, 30), NOW)
    assert items_per_day(slow, NOW) == pytest.approx(3, rel=0.15)
    busy = update_rate(UNKNOWN, every(20 * MINUTE, NOW, 30), NOW)
    assert (
        36 < items_per_day(busy, NOW) < 72
    )  # ten hours are little to go by, but enough for half of the truth


def test_a_first_document_is_believed_for_two_weeks_at_most() -> None:
    yearly = [NOW - 365 * DAY * n for n in range(1, 30)]
    assert items_per_day(update_rate(UNKNOWN, [*yearly, NOW - DAY], NOW), NOW) < 0.3


def test_an_entry_pinned_long_ago_does_not_make_a_busy_feed_slow() -> None:
    entries = every(DAY / 12, NOW, 30)
    pinned = update_rate(UNKNOWN, [NOW - 400 * DAY, *entries], NOW)
    assert items_per_day(pinned, NOW) == pytest.approx(
        items_per_day(update_rate(UNKNOWN, entries, NOW), NOW), rel=0.1
    )


def test_entries_without_a_date_say_nothing_in_a_first_document() -> None:
    rhythm = update_rate(UNKNOWN, [NOW] * 30, NOW)
    assert (rhythm.items, rhythm.days, rhythm.at) == (0, 0, NOW)
    assert items_per_day(rhythm, NOW) == pytest.approx(0.3)


def test_a_feed_that_was_asked_before_its_rhythm_was_kept_has_been_watched_since() -> None:
    rhythm = update_rate(UNKNOWN, [NOW - 3 * HOUR, NOW], NOW, since=NOW - DAY)
    assert rhythm.items == pytest.approx(2, rel=0.05)
    assert rhythm.days == pytest.approx(1, rel=0.1)


# What is learned


def test_a_steady_feed_is_known_after_a_few_weeks() -> None:
    times = every(2 * HOUR, NOW, 28 * 12)
    assert items_per_day(watched(times, NOW - 28 * DAY, NOW), NOW) == pytest.approx(12, rel=0.1)


def test_a_feed_that_changes_its_ways_is_followed() -> None:
    times = [*every(2 * HOUR, NOW - 14 * DAY, 28 * 12), *every(DAY, NOW, 14)]
    assert items_per_day(watched(times, NOW - 42 * DAY, NOW), NOW) < 3


def test_the_hours_of_a_feed_are_learned_and_none_is_ever_empty() -> None:
    mornings = [NOW.replace(hour=hour) - DAY * n for n in range(21) for hour in (7, 8, 9)]
    rhythm = watched(sorted(mornings), NOW - 21 * DAY, NOW)
    expected = hourly_rates(rhythm, NOW)
    assert expected[8] > 10 * expected[20]
    assert min(expected) > 0


def test_hours_are_those_of_utc_whatever_zone_a_date_has() -> None:
    zone = timezone(timedelta(hours=9))
    rhythm = update_rate(
        update_rate(UNKNOWN, [], NOW - DAY), [(NOW - 3 * HOUR).astimezone(zone)], NOW
    )
    assert max(range(HOURS_PER_DAY), key=rhythm.hours.__getitem__) == 9


def test_items_without_a_date_came_at_any_time_since_the_poll_before() -> None:
    before = update_rate(UNKNOWN, [], NOW - 4 * HOUR)
    rhythm = update_rate(before, [NOW] * 8, NOW)
    assert rhythm.hours[8:12] == pytest.approx([2, 2, 2, 2], rel=0.05)
    late = update_rate(before, [NOW] * 8, NOW, since=NOW - HOUR)
    assert late.hours[11] == pytest.approx(late.items)


def test_a_date_before_the_last_poll_does_not_say_at_what_hour_an_item_came() -> None:
    midnight = NOW.replace(hour=0)
    rhythm = update_rate(update_rate(UNKNOWN, [], NOW - HOUR), [midnight, midnight], NOW)
    assert rhythm.hours[0] == 0
    assert rhythm.hours[11] == pytest.approx(rhythm.items)


@settings(deadline=None)
@given(rhythms, st.floats(0, 60))
def test_silence_need_not_be_kept(rhythm: PublicationRate, days: float) -> None:
    later = (rhythm.at or NOW) + days * DAY
    kept = update_rate(rhythm, [], later) if rhythm.at else rhythm
    assert hourly_rates(kept, later) == pytest.approx(hourly_rates(rhythm, later), rel=1e-6)


def test_a_feed_that_falls_silent_is_expected_to_bring_less_and_less() -> None:
    rhythm = update_rate(UNKNOWN, every(2 * HOUR, NOW, 30), NOW)
    expected = [items_per_day(rhythm, NOW + n * DAY) for n in range(30)]
    assert expected == sorted(expected, reverse=True)
    assert expected[-1] < 0.3


# What is not believed


def test_an_archive_with_new_dates_counts_as_a_few_items() -> None:
    usual = update_rate(UNKNOWN, every(DAY, NOW - DAY, 14), NOW - DAY)
    flood = update_rate(usual, [NOW - HOUR] * 500, NOW)
    assert flood.items <= usual.items + MAX_ITEMS_PER_MINUTE
    assert items_per_day(update_rate(UNKNOWN, [NOW - HOUR] * 500, NOW), NOW) <= 0.3


def test_old_entries_that_turn_up_late_count_for_nothing() -> None:
    usual = update_rate(UNKNOWN, every(DAY, NOW - DAY, 14), NOW - DAY)
    archive = [NOW - 300 * DAY - n * HOUR for n in range(400)]
    assert update_rate(usual, archive, NOW).items <= usual.items


def test_dates_that_lie_ahead_count_as_now() -> None:
    before = update_rate(UNKNOWN, [], NOW - 2 * HOUR)
    ahead = [NOW + 10_000 * DAY, NOW + MINUTE]
    assert update_rate(before, ahead, NOW) == update_rate(before, [NOW, NOW], NOW)


def test_a_clock_that_is_set_back_does_not_stop_the_learning() -> None:
    ahead = update_rate(UNKNOWN, every(DAY, NOW, 14), NOW + 900 * DAY)
    rhythm = update_rate(ahead, [NOW - HOUR], NOW)
    assert rhythm.at == NOW
    assert items_per_day(rhythm, NOW - DAY) > 0
    assert update_rate(rhythm, [NOW], NOW, since=NOW + 5 * HOUR).hours[12] == pytest.approx(
        rhythm.hours[12] + 1
    )
    times = every(2 * HOUR, NOW + 21 * DAY, 21 * 12)
    for at in times:
        rhythm = update_rate(rhythm, [at], at + MINUTE, since=at - HOUR)
    assert items_per_day(rhythm, times[-1]) == pytest.approx(12, rel=0.15)


@settings(deadline=None)
@given(rhythms, st.lists(moments, max_size=40), moments, st.none() | moments)
def test_whatever_the_dates_say_a_rhythm_stays_one(
    rhythm: PublicationRate, published: list[datetime], now: datetime, since: datetime | None
) -> None:
    after = update_rate(rhythm, published, now, since=since)
    assert after.items == pytest.approx(math.fsum(after.hours))
    assert 0 <= after.items <= rhythm.items + len(published) + 1e-6
    assert 0 <= after.days <= MEMORY_DAYS + 1e-9
    assert after.at == now
    assert min(hourly_rates(after, now)) > 0
    assert len(after.hours) == HOURS_PER_DAY


# One formula, two ways to ask


@settings(deadline=None)
@given(rhythms, moments)
def test_the_hours_of_a_day_make_up_the_day(rhythm: PublicationRate, at: datetime) -> None:
    assert np.mean(hourly_rates(rhythm, at)) == pytest.approx(items_per_day(rhythm, at))


@settings(deadline=None)
@given(st.lists(rhythms, min_size=1, max_size=5), moments)
def test_many_feeds_at_once_get_what_each_gets(
    several: list[PublicationRate], at: datetime
) -> None:
    np.testing.assert_allclose(
        hourly_rates_of_all(several, at).T, [hourly_rates(r, at) for r in several], rtol=1e-9
    )
