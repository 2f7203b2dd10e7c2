from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from forecasts.errors import ForecastsError, InvalidResolution, InvalidTime
from forecasts.forecaster import COMPUTED, RESERVED
from forecasts.question import (
    Resolution,
    aware,
    check_resolution,
    effective_close,
    latest,
    outcome_value,
    status,
    utc,
)
from tests.forecasts.strategies import OPENS, day, question, resolution


@pytest.mark.parametrize("days", [0.0, -1.0])
def test_a_question_that_does_not_open_before_it_closes_is_refused(days: float) -> None:
    with pytest.raises(InvalidTime, match="closes before it opens"):
        question(days=days)


def test_scoring_ends_at_the_scheduled_close_or_when_the_answer_was_known() -> None:
    q = question(days=100)
    assert effective_close(q, None) == day(100)
    assert effective_close(q, resolution("yes", known=40, entered=90)) == day(40)
    assert effective_close(q, resolution("no", known=120)) == day(100)


@pytest.mark.parametrize(
    ("now", "expected"), [(-0.1, "upcoming"), (0, "open"), (99.9, "open"), (100, "closed"), (500, "closed")]
)
def test_an_unanswered_question_opens_and_closes_on_time(now: float, expected: str) -> None:
    assert status(question(days=100), None, day(now)) == expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("yes", "resolved"), ("no", "resolved"), ("annulled", "annulled"), ("ambiguous", "ambiguous")],
)
def test_an_answered_question_shows_its_answer_whatever_the_time(outcome: str, expected: str) -> None:
    assert status(question(days=100), resolution(outcome, known=10), day(20)) == expected  # type: ignore[arg-type]


def test_only_yes_and_no_can_be_scored_against() -> None:
    assert outcome_value(resolution("yes")) == 1
    assert outcome_value(resolution("no")) == 0
    assert outcome_value(resolution("annulled")) is None
    assert outcome_value(resolution("ambiguous")) is None
    assert outcome_value(None) is None


def test_the_resolution_entered_last_counts_whatever_it_says_about_the_past() -> None:
    first, second = resolution("yes", known=50, entered=60), resolution("no", known=40, entered=70)
    assert latest([]) is None
    assert latest([first, second]) is second
    assert latest([second, first]) is second


def test_of_two_resolutions_entered_at_one_instant_the_later_in_order_counts() -> None:
    first, second = resolution("yes", known=50), resolution("annulled", known=50)
    assert latest([first, second]) is second
    assert latest([second, first]) is first


def test_a_sound_resolution_passes() -> None:
    check_resolution(question(), resolution("yes", known=50, entered=51))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"source_url": "  "}, "needs a source"),
        ({"source_url": "a newspaper"}, r"http\(s\) link"),
        ({"known_at": day(-1), "event_at": day(-1)}, "before the question opened"),
        ({"event_at": day(51)}, "before it happened"),
        ({"entered_at": day(49)}, "in the future"),
    ],
)
def test_a_resolution_that_contradicts_the_times_or_names_no_source_is_refused(
    changed: dict[str, object], reason: str
) -> None:
    wrong: Resolution = replace(resolution("yes", known=50), **changed)  # type: ignore[arg-type]
    with pytest.raises(InvalidResolution, match=reason):
        check_resolution(question(), wrong)


def test_a_bare_date_is_its_first_instant_in_utc() -> None:
    assert utc(" 2026-01-01 ") == OPENS


def test_an_offset_is_turned_into_utc() -> None:
    read = utc("2026-01-01T02:00:00+02:00")
    assert read == OPENS
    assert read.tzinfo is UTC
    assert aware(datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == OPENS


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "01/02/2026"])
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidTime, match="is not a date: write 2022-06-01"):
        utc(text)


@pytest.mark.parametrize("text", ["2026-01-01T12:00", "20260101"])
def test_a_time_without_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidTime, match="no time zone"):
        utc(text)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(InvalidTime, match=r"2026-01-01T00:00:00.*no time zone"):
        aware(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"])
def test_an_instant_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InvalidTime, match="outside the years 1 to 9999"):
        utc(text)


def test_every_refusal_is_a_forecasts_error_and_a_value_error() -> None:
    for error in (InvalidTime("x"), InvalidResolution("x")):
        assert isinstance(error, ForecastsError)
        assert isinstance(error, ValueError)


def test_no_person_can_take_the_name_of_a_computed_forecaster() -> None:
    assert {f.id for f in COMPUTED} < RESERVED
    assert "crowd" in RESERVED
