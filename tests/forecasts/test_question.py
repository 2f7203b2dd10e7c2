"""Questions: what each kind needs, which forecasts fit, when they stand open, and how times are
read.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from forecasts.distributions.cdf import Cdf, Scale, day_number, uniform_curve
from forecasts.distributions.distribution import (
    Binary,
    Categorical,
    Distribution,
    even_distribution,
)
from forecasts.errors import (
    ForecastsError,
    InvalidForecast,
    InvalidQuestion,
    InvalidResolution,
    InvalidTime,
)
from forecasts.questions.question import (
    COMPUTED,
    FORECAST_FORMATS,
    RESERVED,
    Option,
    Question,
    check_distribution,
    effective_close,
    latest_resolution,
    question_status,
    to_utc,
    uninformed_prior,
    utc,
)
from tests.forecasts.strategies import (
    KINDS,
    LEVELS,
    OPENS,
    OPTIONS,
    answered,
    categorical_question,
    date_question,
    day,
    numeric_question,
    ordered_question,
    question,
    resolution,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/question")

CURVE = Cdf((0.0, 100.0), (0.0, 1.0))


@check_rows([0.0, -1.0])
def test_a_question_opens_before_it_closes(days: float) -> None:
    with pytest.raises(InvalidTime, match="closes before it opens"):
        question(days=days)


def test_a_base_rate_is_no_younger_than_the_opening() -> None:
    undated = replace(question(), prior_reason="3 of 10 years")
    asked = replace(undated, prior_as_of=OPENS - timedelta(days=2))
    assert asked.dated_prior_reason == "3 of 10 years. As of 30 December 2025."
    assert undated.dated_prior_reason == "3 of 10 years"
    assert replace(undated, prior_as_of=OPENS).prior_as_of == OPENS
    with pytest.raises(InvalidTime, match="as of a time after the opening"):
        replace(undated, prior_as_of=OPENS + timedelta(seconds=1))


# What each kind needs


@check_rows([("Moscow",), ("Moscow", "Moscow"), ("Moscow", " ")])
def test_options_are_at_least_two_each_named_once(names: tuple[str, ...]) -> None:
    for base in (categorical_question(), ordered_question()):
        with pytest.raises(InvalidQuestion, match="at least two options, each of them once"):
            replace(base, options=tuple(map(Option, names)))


@check_rows([question(), numeric_question(), date_question()])
def test_only_categorical_and_ordered_questions_have_options(base: Question) -> None:
    with pytest.raises(InvalidQuestion, match="has no options"):
        replace(base, options=(Option("Moscow"), Option("Other")))


@check_rows([question(), categorical_question(), ordered_question()])
def test_only_numbers_and_dates_have_a_range(base: Question) -> None:
    with pytest.raises(InvalidQuestion, match="a range belongs to numeric and date questions"):
        replace(base, scale=Scale(0.0, 1.0))


@check_rows([numeric_question(), date_question()])
def test_numbers_and_dates_need_a_range(base: Question) -> None:
    with pytest.raises(InvalidQuestion, match="and to all of them"):
        replace(base, scale=None)


def test_priors_base_rates_and_offered_options() -> None:
    # A prior is of the kind of its question.
    with pytest.raises(ForecastsError, match="is a binary question: give a probability"):
        replace(question(), prior=CURVE)
    # Only a binary question has a base rate.
    assert question(prior=0.2).base_rate == 0.2
    with pytest.raises(InvalidForecast, match="is a numeric question: it has no single base rate"):
        _ = numeric_question().base_rate
    # An option is offered from its adding until its removal.
    late, gone = Option("Minsk", added_at=day(10)), Option("Beijing", removed_at=day(20))
    asked = categorical_question("Moscow", late, gone, "Other")
    assert asked.offered_options(day(0)) == ("Moscow", "Beijing", "Other")
    assert asked.offered_options(day(10)) == ("Moscow", "Minsk", "Beijing", "Other")
    assert asked.offered_options(day(20)) == ("Moscow", "Minsk", "Other")


# Which forecasts fit

FITTING: dict[str, Distribution] = {
    "binary": Binary(0.4),
    "categorical": even_distribution(OPTIONS),
    "ordered": even_distribution(LEVELS),
    "numeric": CURVE,
    "date": uniform_curve(Scale(day_number(OPENS), day_number(day(100)), open_upper=True)),
}


@check_rows([q for q in KINDS if q.scale is None or q.scale.zero_point is None])
def test_a_forecast_fits_its_kind(asked: Question) -> None:
    check_distribution(asked, FITTING[asked.kind])
    for held in FITTING.values():
        if type(held) is not type(FITTING[asked.kind]):
            with pytest.raises(
                InvalidForecast, match=f"is a {asked.kind} question: {FORECAST_FORMATS[asked.kind]}"
            ):
                check_distribution(asked, held)


def test_forecasts_that_fit() -> None:
    # A forecast names options of its question alone.
    check_distribution(categorical_question(), even_distribution(("Moscow", "Other")))
    with pytest.raises(InvalidForecast, match="has no option 'Minsk'"):
        check_distribution(categorical_question(), even_distribution(("Moscow", "Minsk")))
    # A bound may have been through a logarithm and back.
    check_distribution(numeric_question(), Cdf((-1e-9, 100 + 1e-9), (0.0, 1.0)))
    # Certainty fits every kind.
    check_distribution(question(), Binary(0.0))
    check_distribution(question(), Binary(1.0))
    check_distribution(categorical_question(), Categorical(OPTIONS, (1.0, 0.0, 0.0)))
    check_distribution(numeric_question(), Cdf((0.0, 50.0, 51.0, 100.0), (0.0, 0.0, 1.0, 1.0)))
    # Knowing nothing is a half all options alike or an even curve.
    assert uninformed_prior() == Binary(0.5)
    assert uninformed_prior(OPTIONS) == even_distribution(OPTIONS)
    assert uninformed_prior(scale=Scale(0.0, 100.0)) == CURVE


@check_rows([(-0.001, 100.0), (0.0, 100.001), (-50.0, 50.0)])
def test_a_curve_stays_in_the_range(x: tuple[float, float]) -> None:
    for scale in (Scale(0.0, 100.0), Scale(0.0, 100.0, open_lower=True, open_upper=True)):
        with pytest.raises(InvalidForecast, match="leaves the range 0 to 100"):
            check_distribution(numeric_question(scale), Cdf(x, (0.0, 1.0)))


@check_rows([(0.1, 1.0), (0.0, 0.9)])
def test_mass_lies_beyond_open_bounds_alone(
    p: tuple[float, float],
) -> None:
    held = Cdf((0.0, 100.0), p)
    check_distribution(numeric_question(Scale(0.0, 100.0, open_lower=True, open_upper=True)), held)
    with pytest.raises(InvalidForecast, match="beyond a closed bound"):
        check_distribution(numeric_question(), held)


# When it stands open


def test_the_answer_that_counts() -> None:
    # Scoring ends at the scheduled close or when the answer was known.
    q = question(days=100)
    assert effective_close(q, None) == day(100)
    assert effective_close(q, resolution("yes", known=40, entered=90)) == day(40)
    assert effective_close(q, resolution("no", known=120)) == day(100)
    assert effective_close(numeric_question(days=100), answered("7", known=40)) == day(40)
    # The resolution entered last counts whatever it says about the past.
    first, second = resolution("yes", known=50, entered=60), resolution("no", known=40, entered=70)
    assert latest_resolution([]) is None
    assert latest_resolution([first, second]) is second
    assert latest_resolution([second, first]) is second
    # Of two resolutions entered at one instant the later in order counts.
    first, second = resolution("yes", known=50), resolution("annulled", known=50)
    assert latest_resolution([first, second]) is second
    assert latest_resolution([second, first]) is first


@check_rows([(-0.1, "upcoming"), (0, "open"), (99.9, "open"), (100, "closed"), (500, "closed")])
def test_an_unanswered_question_opens_and_closes_on_time(now: float, expected: str) -> None:
    assert question_status(question(days=100), None, day(now)) == expected


@check_rows(TABLES["an_answered_question_shows_its_answer_whatever_the_time"])
def test_an_answered_question_shows_its_answer_whatever_the_time(
    outcome: str, expected: str
) -> None:
    assert question_status(question(days=100), resolution(outcome, known=10), day(20)) == expected  # type: ignore[arg-type]


# How times are read


def test_times_are_utc() -> None:
    # A bare date is its first instant in utc.
    assert utc(" 2026-01-01 ") == OPENS
    # An offset is turned into utc.
    read = utc("2026-01-01T02:00:00+02:00")
    assert read == OPENS
    assert read.tzinfo is UTC
    assert to_utc(datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == OPENS
    # A naive datetime is refused.
    with pytest.raises(InvalidTime, match=r"2026-01-01T00:00:00.*no time zone"):
        to_utc(datetime(2026, 1, 1))  # noqa: DTZ001


@check_rows(["", "tomorrow", "2026-13-01", "01/02/2026"])
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidTime, match="is not a date: write 2022-06-01"):
        utc(text)


@check_rows(["2026-01-01T12:00", "20260101"])
def test_a_time_without_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidTime, match="no time zone"):
        utc(text)


@check_rows(["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"])
def test_an_instant_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InvalidTime, match="outside the years 1 to 9999"):
        utc(text)


def test_refusals_are_value_errors_and_names_reserved() -> None:
    # Every refusal is a forecasts error and a value error.
    for error in (
        InvalidTime("x"),
        InvalidResolution("x"),
        InvalidQuestion("x"),
        InvalidForecast("x"),
    ):
        assert isinstance(error, ForecastsError)
        assert isinstance(error, ValueError)
    # No person can take the name of a computed forecaster.
    assert {f.id for f in COMPUTED} < RESERVED
    assert "crowd" in RESERVED
