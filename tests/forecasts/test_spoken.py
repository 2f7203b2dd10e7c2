"""Forecasts and answers in words: true to their numbers, and fit to be typed in again."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale, day_number, uniform_curve
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions.formatting import (
    FULL_LEVELS,
    format_answer,
    format_full,
    format_percent,
    format_short,
    format_value,
    warn_of_past_mass,
)
from forecasts.questions.parse_forecast import parse_forecast
from forecasts.questions.question import Question, utc
from tests.forecasts.strategies import (
    KINDS,
    OPENS,
    answered,
    categorical_question,
    cdfs,
    date_question,
    day,
    distributions,
    law,
    numeric_question,
    ordered_question,
    probabilities,
    question,
    resolution,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/spoken")

NUMBER = numeric_question(Scale(0.0, 100.0, open_upper=True, unit="bn"))
LOG = numeric_question(Scale(1.0, 1000.0, open_lower=True, open_upper=True, zero_point=0.0))
DATE = date_question()  # 2026-01-01 to 2027-01-01


def again(of: Question, held: Distribution) -> Distribution:
    return parse_forecast(of, format_full(of, held), OPENS)


@check_rows(
    [
        (None, "–"),
        (0.0, "0.0%"),
        (-0.0, "0.0%"),
        (1e-300, "<0.1%"),
        (0.00099, "<0.1%"),
        (0.001, "0.1%"),
        (0.0312, "3.1%"),
        (0.0999, "10.0%"),
        (0.1, "10%"),
        (0.634, "63%"),
        (0.9, "90%"),
        (0.901, "90.1%"),
        (0.999, "99.9%"),
        (0.9990001, ">99.9%"),
        (1.0 - 1e-16, ">99.9%"),
        (1.0, "100.0%"),
    ]
)
def test_a_percentage_is_never_falsely_certain(p: float | None, said: str) -> None:
    assert format_percent(p) == said


@law
@given(probabilities)
def test_a_percentage_is_near_the_probability(p: float) -> None:
    said = format_percent(p)
    assert ("<" in said or ">" in said) == (0.0 < p < 0.001 or 0.999 < p < 1.0)
    assert float(said.strip("<>%")) / 100 == pytest.approx(
        p, abs=0.0050001 if 0.1 <= p <= 0.9 else 0.0010001
    )


# In short


def test_forecasts_in_short() -> None:
    # A forecast in short is a percentage or the likeliest option.
    assert format_short(question(), Binary(0.634)) == "63%"
    assert format_short(
        categorical_question(), Categorical(("Moscow", "Beijing", "Other"), (0.2, 0.5, 0.3))
    ) == ("Beijing 50%")
    tied = Categorical(("low", "middle", "high"), (0.05, 0.475, 0.475))
    assert format_short(ordered_question(), tied) == "middle 48%"
    # A curve in short is its middle with the range of nine in ten.
    held = Cdf((0.0, 10.0, 40.0, 90.0, 100.0), (0.0, 0.05, 0.5, 0.95, 0.99))
    assert format_short(NUMBER, held) == "40 (10 to 90)"
    assert (
        format_short(DATE, Cdf((20454.0, 20819.0), (0.0, 1.0)))
        == "2026-07-02 (2026-01-19 to 2026-12-13)"
    )
    # A curve that gives most to what lies beyond says so.
    assert format_short(NUMBER, Cdf((0.0, 100.0), (0.0, 0.4))) == "above 60%"
    assert format_short(DATE, Cdf((20454.0, 20819.0), (0.0, 0.02))) == "never 98.0%"
    assert format_short(LOG, Cdf((1.0, 1000.0), (0.7, 0.9))) == "below 70%"
    assert format_short(LOG, Cdf((1.0, 1000.0), (0.501, 0.501))) == "below 50%"
    # A hair under one half inside the range is still said.
    assert format_short(NUMBER, Cdf((0.0, 100.0), (0.0, math.nextafter(0.5, 0.0)))) == "above 50%"
    assert format_short(NUMBER, Cdf((0.0, 100.0), (0.0, 0.5))) == "100 (10 to 100)"


@check_rows(KINDS)
def test_nothing_held_is_a_dash(of: Question) -> None:
    assert format_short(of, None) == format_full(of, None) == "–"


@check_rows(TABLES["a_number_has_four_digits_or_all_before_the_point"])
def test_a_number_has_four_digits_or_all_before_the_point(x: float, said: str) -> None:
    assert format_value(NUMBER, x) == said


def test_dates_in_short_and_exact_probabilities() -> None:
    # A date is its day whatever the hour and the century.
    assert format_value(DATE, day_number(utc("2026-03-01T23:59:59Z"))) == "2026-03-01"
    assert format_value(DATE, day_number(utc("0476-09-04"))) == "0476-09-04"
    # A probability of four digits is typed again to the last bit.
    for n in range(10_001):
        p = float(f"{n}e-4")
        assert again(question(), Binary(p)) == Binary(p)


# In full


@check_rows(TABLES["probabilities_in_full_have_four_digits"])
def test_probabilities_in_full_have_four_digits(p: float, told: str) -> None:
    assert format_full(question(), Binary(p)) == told


@law
@given(
    probabilities
    | st.integers(0, 300).map(lambda n: 10.0**-n)
    | st.integers(0, 16).map(lambda n: 1 - 10.0**-n)
)
def test_typed_probabilities_keep_four_digits(p: float) -> None:
    found = again(question(), Binary(p))
    assert abs(found.p - p) <= max(5.01e-4 * min(p, 1.0 - p), 1e-14)


def test_shares_and_levels_in_full() -> None:
    # Shares in full add up though each is rounded.
    of = categorical_question()
    third = Categorical(("Moscow", "Beijing", "Other"), (1 / 3, 1 / 3, 1 / 3))
    assert format_full(of, third) == "Moscow=33.34% Beijing=33.33% Other=33.33%"
    assert format_full(of, Categorical(("Moscow", "Beijing", "Other"), (0.2, 0.5, 0.3))) == (
        "Moscow=20% Beijing=50% Other=30%"
    )
    assert format_full(of, Categorical(("Moscow", "Beijing", "Other"), (0.0, 1.0, 0.0))) == (
        "Moscow=0% Beijing=100% Other=0%"
    )
    tiny = Categorical(("Moscow", "Beijing", "Other"), (1e-7, 0.5, 0.5 - 1e-7))
    assert format_full(of, tiny) == "Moscow=0.00001% Beijing=49.99999% Other=50%"
    # Values that no digits tell apart are told once.
    jump = Cdf((0.0, 50.0, math.nextafter(50.0, 60.0), 100.0), (0.0, 0.01, 0.99, 1.0))
    assert format_full(numeric_question(), jump) == "5%=50 75%=50.000000000000007"
    found = again(numeric_question(), jump)
    assert found.quantile(0.05) == pytest.approx(50.0)
    # The levels of the full form rise.
    assert all(a < b for a, b in pairwise(FULL_LEVELS))


@law
@given(
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=40).filter(lambda found: sum(found) > 1e-6)
)
def test_typed_shares_keep_four_digits(weights: list[float]) -> None:
    names = tuple(f"o{n}, such" for n in range(len(weights)))
    held = Categorical(names, tuple(w / sum(weights) for w in weights))
    told = format_full(categorical_question(*names), held)
    assert re.fullmatch(r"(?:o\d+, such=\d+(?:\.\d+)?% ?)+", told)
    found = again(categorical_question(*names), held)
    likeliest = held.index(held.likeliest)
    for place, (was, now) in enumerate(zip(held.p, found.p, strict=True)):
        # The likeliest option takes what rounding leaves.
        assert abs(now - was) <= (
            5.01e-5 * len(weights) if place == likeliest else max(5.01e-4 * was, 1e-14)
        )


def test_curves_in_full() -> None:
    # A curve in full is told at five levels and beyond its open bounds.
    assert (
        format_full(NUMBER, uniform_curve(Scale(0.0, 100.0)))
        == "5%=5 25%=25 50%=50 75%=75 95%=95 above=0%"
    )
    closed = numeric_question()
    assert (
        format_full(closed, uniform_curve(Scale(0.0, 100.0))) == "5%=5 25%=25 50%=50 75%=75 95%=95"
    )
    assert (
        format_full(NUMBER, Cdf((0.0, 100.0), (0.0, 0.6)))
        == "5%=8.333 25%=41.67 50%=83.33 above=40%"
    )
    assert (
        format_full(LOG, Cdf((1.0, 10.0, 1000.0), (0.25, 0.5, 0.7)))
        == "25%=1 50%=10 below=25% above=30%"
    )
    assert format_full(DATE, Cdf((20454.0, 20819.0), (0.0, 0.03))) == "never=97%"
    assert format_full(DATE, Cdf((20454.0, 20554.0, 20819.0), (0.0, 0.5, 1.0))) == (
        "5%=2026-01-11 25%=2026-02-20 50%=2026-04-11 75%=2026-08-21 95%=2026-12-05 never=0%"
    )
    # Large numbers in full have no commas that would part them.
    of = numeric_question(Scale(0.0, 4e6))
    assert (
        format_full(of, uniform_curve(Scale(0.0, 4e6)))
        == "5%=200000 25%=1000000 50%=2000000 75%=3000000 95%=3800000"
    )
    assert format_full(of, Cdf((0.0, 9999.9, 4e6), (0.0, 0.5, 1.0))).split()[2] == "50%=9999.9"


def test_values_in_full_stay_distinct_and_inside() -> None:
    # Values in full have as many digits as tell them apart.
    narrow = Scale(2000.0, 2001.0)
    assert format_full(numeric_question(narrow), uniform_curve(narrow)) == (
        "5%=2000.05 25%=2000.25 50%=2000.5 75%=2000.75 95%=2000.95"
    )
    one_day = Cdf((20454.0, 20454.5, 20819.0), (0.0, 0.8, 0.8))
    assert format_full(DATE, one_day) == (
        "5%=2026-01-01T00:45+00:00 25%=2026-01-01T03:45+00:00 50%=2026-01-01T07:30+00:00"
        " 75%=2026-01-01T11:15+00:00 never=20%"
    )
    one_minute = Cdf((20454.0, 20454.5, 20454.5 + 1 / 86400, 20819.0), (0.0, 0.01, 0.99, 1.0))
    assert "50%=2026-01-01T12:00:00.500000+00:00" in format_full(DATE, one_minute)
    # A rounded value stays inside the range.
    tight = Scale(0.12344, 99.996)
    held = Cdf((0.12344, 0.12345, 99.995, 99.996), (0.0, 0.3, 0.7, 1.0))
    of = numeric_question(tight)
    assert format_full(of, held).split()[0] == "5%=0.123442"
    assert again(of, held) is not None
    window = Scale(20454.75, 20819.0, open_upper=True)
    noon = replace(DATE, scale=window, prior=uniform_curve(window))
    assert format_full(noon, Cdf((20454.75, 20455.0, 20819.0), (0.0, 0.2, 1.0))).startswith(
        "5%=2026-01-01T19:30+00:00"
    )


@law
@given(
    st.sampled_from([of for of in KINDS if of.scale is not None]).flatmap(
        lambda of: st.tuples(st.just(of), cdfs(of.scale or Scale(0, 1)))
    )
)
def test_a_typed_curve_keeps_its_levels(
    case: tuple[Question, Cdf],
) -> None:
    of, held = case
    found = again(of, held)
    assert of.scale is not None
    assert (found.below, found.above) == pytest.approx((held.below, held.above), abs=1e-4)
    for level in FULL_LEVELS:
        was, now = held.quantile(level), found.quantile(level)
        assert (was is None) == (now is None)
        if was is not None and now is not None:
            # Days are told without their hours; other values to four digits.
            assert abs(now - was) <= (1.0 if of.kind == "date" else 5.01e-4 * abs(was)) + 1e-6
            assert format_full(of, found) == format_full(of, again(of, found))


@law
@given(st.sampled_from(KINDS).flatmap(lambda of: st.tuples(st.just(of), distributions(of))))
def test_every_forecast_has_a_short_and_a_full_form(case: tuple[Question, Distribution]) -> None:
    of, held = case
    for said in (format_short(of, held), format_full(of, held)):
        assert said
        assert said == said.strip()
        assert not re.search(r"nan|inf|-0%|\d-0\b", said)


# Answers and warnings


def test_answers_in_words() -> None:
    # Answers in words.
    assert format_answer(question(), None) == "–"
    assert format_answer(question(), resolution("yes")) == "YES"
    assert format_answer(question(), resolution("no")) == "NO"
    assert format_answer(NUMBER, resolution("annulled")) == "annulled"
    assert format_answer(question(), resolution("ambiguous")) == "ambiguous"
    assert format_answer(categorical_question(), answered("Beijing")) == "Beijing"
    assert format_answer(NUMBER, answered("41.5")) == "41.5 bn"
    assert format_answer(LOG, answered("41.5")) == "41.5"
    assert format_answer(DATE, answered("2026-03-01")) == "2026-03-01"
    # An answer beyond the range has no unit.
    assert format_answer(NUMBER, answered("above")) == "above"
    assert format_answer(NUMBER, answered("Below")) == "Below"
    assert format_answer(DATE, answered("never")) == "never"


def test_mass_on_past_days_is_warned_of() -> None:
    assert DATE.scale is not None
    held = uniform_curve(DATE.scale)  # 95 % over 365 days
    assert warn_of_past_mass(DATE, held, OPENS) == ""
    assert warn_of_past_mass(DATE, held, day(1)) == ""  # 0.26 %
    assert (
        warn_of_past_mass(DATE, held, day(2))
        == "0.5% of this forecast lies on dates that are over: the event did not come then."
    )
    assert warn_of_past_mass(DATE, held, day(400)).startswith("95.0% of this forecast")
    assert warn_of_past_mass(DATE, Cdf((20600.0, 20819.0), (0.0, 0.8)), day(100)) == ""


@check_rows([(question(), Binary(0.5)), (NUMBER, uniform_curve(Scale(0.0, 100.0))), (DATE, None)])
def test_other_forecasts_carry_no_warning(of: Question, held: Distribution | None) -> None:
    assert warn_of_past_mass(of, held, day(300)) == ""
