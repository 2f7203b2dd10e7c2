"""What people type as a forecast: what is taken, and what is refused with a word on what would be
right.
"""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.errors import ForecastsError, InvalidForecast, InvalidProbability
from forecasts.questions.parse_forecast import base_for_change, parse_forecast
from forecasts.questions.parse_probability import parse_probability
from forecasts.questions.question import Option, Question, check_distribution, utc
from tests.forecasts.strategies import (
    KINDS,
    OPENS,
    categorical_question,
    date_question,
    day,
    law,
    numeric_question,
    ordered_question,
    question,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/entry")

OPEN = numeric_question(Scale(0.0, 100.0, open_upper=True))
CLOSED = numeric_question(Scale(-50.0, 50.0))
LOG = numeric_question(Scale(1.0, 1000.0, open_lower=True, open_upper=True, zero_point=0.0))
DATE = date_question()  # 2026-01-01 to 2027-01-01
CAPITALS = categorical_question("New York", "Moscow", "Other")


def shares(text: str, of: Question = CAPITALS) -> dict[str, float]:
    found = parse_forecast(of, text, OPENS)
    return dict(zip(found.options, found.p, strict=True))


def curve(of: Question, text: str) -> Cdf:
    found = parse_forecast(of, text, OPENS)
    assert isinstance(found, Cdf)
    return found


def refused(of: Question, text: str) -> str:
    with pytest.raises((InvalidForecast, InvalidProbability)) as caught:
        parse_forecast(of, text, OPENS)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@check_rows(TABLES["a_probability_is_read_as_people_write_it"])
def test_a_probability_is_read_as_people_write_it(text: str, p: float) -> None:
    assert parse_probability(text) == Binary(p)
    assert parse_forecast(question(), text, OPENS) == Binary(p)


@check_rows(["-0", "-0.0", "-0%"])
def test_a_zero_has_no_sign(text: str) -> None:
    assert str(parse_probability(text).p) == "0.0"


@check_rows(["1", "01", "001", " 1 "])
def test_a_bare_one_is_ambiguous_and_refused(text: str) -> None:
    with pytest.raises(InvalidProbability, match=r"could be 1% or certainty: write 1% or 1\.0"):
        parse_probability(text)


@check_rows(["2.5", "1.5", "100.0", "1.0000001", "1" * 400 + ".0"])
def test_more_than_one_with_a_point_is_refused(text: str) -> None:
    with pytest.raises(
        InvalidProbability, match=r"lies between 0 and 1, .*for a percentage add the sign"
    ) as caught:
        parse_probability(text)
    assert len(str(caught.value)) < 180


@check_rows(["101", "150%", "-5", "-5%", "-0.1", "9" * 5000])
def test_a_number_outside_the_range_is_refused_and_never_moved(text: str) -> None:
    with pytest.raises(InvalidProbability, match="a probability lies between 0 and 1"):
        parse_probability(text)


@check_rows(TABLES["other_text_is_refused_with_examples"])
def test_other_text_is_refused_with_examples(text: str) -> None:
    with pytest.raises(
        InvalidProbability, match=r"is not a probability: write 0\.63, 63% or 63, odds 2:1"
    ):
        parse_probability(text)


@check_rows(TABLES["what_could_be_meant_in_two_ways_is_refused"])
def test_what_could_be_meant_in_two_ways_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidProbability, match=reason):
        parse_probability(text)


@check_rows(TABLES["a_change_is_made_on_what_is_held"])
def test_a_change_is_made_on_what_is_held(text: str, p: float) -> None:
    assert parse_probability(text, Binary(0.6)).p == pytest.approx(p, abs=1e-12)
    assert parse_forecast(question(), text, OPENS, Binary(0.6)) == parse_probability(
        text, Binary(0.6)
    )


@check_rows(TABLES["impossible_changes_are_refused"])
def test_impossible_changes_are_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidProbability, match=reason) as caught:
        parse_probability(text, Binary(0.6))
    assert len(str(caught.value)) < 250


@law
@given(st.floats(0.01, 0.99), st.floats(0.1, 10.0))
def test_a_factor_and_its_inverse_cancel(p: float, factor: float) -> None:
    there = parse_probability(f"x{factor:.12f}", Binary(p))
    assert parse_probability(f"x{1 / float(f'{factor:.12f}'):.12f}", there).p == pytest.approx(
        p, abs=1e-6
    )


@law
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_odds_for_and_against_add_up_to_one(yes: int, no: int) -> None:
    assume(yes + no > 0)
    for_it, against = parse_probability(f"{yes}:{no}").p, parse_probability(f"{no}:{yes}").p
    assert for_it + against == pytest.approx(1.0)


def test_a_refusal_is_one_short_line_whatever_was_typed() -> None:
    for of in KINDS:
        said = refused(of, "some\nthing\n" * 1000)
        assert len(said) < 250


@law
@given(st.integers(0, 100))
def test_a_whole_percentage_is_read_to_the_last_bit(n: int) -> None:
    assert (
        parse_probability(f"{n}%").p
        == float(f"{n / 100:.2f}")
        == parse_probability(f"{n / 100:.2f}").p
    )


# Options


@check_rows(TABLES["shares_are_read_in_any_order_spelling_and_separation"])
def test_shares_are_read_in_any_order_spelling_and_separation(text: str) -> None:
    assert shares(text) == {"New York": 0.5, "Moscow": 0.3, "Other": 0.2}


def test_shares_are_read_by_name() -> None:
    # Options that are not named get nothing.
    assert shares("Moscow=100") == {"New York": 0.0, "Moscow": 1.0, "Other": 0.0}
    assert shares("Moscow=rest") == shares("Moscow=100%")
    # A bare one among options is a percentage.
    assert shares("Moscow=1 New York=99") == {"New York": 0.99, "Moscow": 0.01, "Other": 0.0}
    assert shares("Moscow=1 Other=rest")["Other"] == 0.99
    # An ordered question takes its levels as options.
    found = parse_forecast(ordered_question(), "high=20 low=30 middle=50", OPENS)
    assert found == Categorical(("low", "middle", "high"), (0.3, 0.5, 0.2))
    # Names with commas percent signs or digits are told apart by the equal sign.
    of = categorical_question("North, Korea", "% of votes", "50%", "rest area", "Other")
    found = shares("North, Korea=10% % of votes=20% 50%=30% rest area=15% Other=rest", of)
    assert found == pytest.approx(
        {"North, Korea": 0.1, "% of votes": 0.2, "50%": 0.3, "rest area": 0.15, "Other": 0.25}
    )
    # Options of other scripts are read in any case.
    of = categorical_question("Straße", "МОСКВА", "Other")
    assert shares("STRASSE=40 москва=60", of) == {"Straße": 0.4, "МОСКВА": 0.6, "Other": 0.0}


def test_the_rest_is_what_is_missing() -> None:
    assert shares("New York=33.3% Moscow=66.7% Other=rest") == {
        "New York": 0.333,
        "Moscow": 0.667,
        "Other": 0.0,
    }
    ten = categorical_question(*(f"o{n}" for n in range(10)), "Other")
    found = shares(" ".join(f"o{n}=10%" for n in range(10)) + " Other=rest", ten)
    assert str(found["Other"]) == "0.0"
    assert (
        shares("New York=0.6 Moscow=0.2 Other=rest")["Other"] == 0.2
    )  # and not 0.19999999999999996


def test_only_options_that_are_offered_then_can_be_named() -> None:
    of = categorical_question(
        Option("Moscow", removed_at=day(20)), Option("Minsk", added_at=day(10)), "Other"
    )
    assert parse_forecast(of, "Moscow=40 Other=rest", day(9)) == Categorical(
        ("Moscow", "Other"), (0.4, 0.6)
    )
    assert parse_forecast(of, "Minsk=40 Other=rest", day(20)) == Categorical(
        ("Minsk", "Other"), (0.4, 0.6)
    )
    with pytest.raises(InvalidForecast, match="no option 'Minsk': the options are Moscow, Other"):
        parse_forecast(of, "Minsk=40 Other=rest", day(9))
    with pytest.raises(InvalidForecast, match="no option 'Moscow': the options are Minsk, Other"):
        parse_forecast(of, "Moscow=40 Other=rest", day(20))


@check_rows(TABLES["shares_that_cannot_be_meant_are_refused"])
def test_shares_that_cannot_be_meant_are_refused(text: str, reason: str) -> None:
    assert reason in refused(CAPITALS, text)


def test_many_blanks_cost_no_time_to_refuse() -> None:
    assert "is not a share" in refused(CAPITALS, "a" + " " * 50_000 + "b" + " " * 50_000)
    assert "no option" in refused(CAPITALS, ("a" + " " * 1000) * 50 + "=5")


# Numbers and dates


@check_rows(TABLES["levels_are_read_as_percentages_or_shares_in_any_order"])
def test_levels_are_read_as_percentages_or_shares_in_any_order(text: str) -> None:
    found = curve(OPEN, text)
    assert [found.quantile(level) for level in (0.1, 0.5, 0.9)] == pytest.approx([9.0, 41.0, 72.0])
    assert found.above == pytest.approx(0.01)


def test_levels_masses_and_negative_numbers() -> None:
    # A level of one is one percent and one point nought is the end.
    assert curve(OPEN, "1=3 50=41").at(3.0) == pytest.approx(0.01)
    assert curve(OPEN, "1.0=99").at(99.0) == 1.0
    assert curve(OPEN, "0%=20 100%=60").quantile(0.25) == pytest.approx(30.0)
    # The mass beyond an open bound can be said.
    assert curve(OPEN, "50%=41 ABOVE=20%").above == pytest.approx(0.2)
    assert curve(OPEN, "50%=41 above=1").above == pytest.approx(0.01)
    found = curve(LOG, "below=3% 50%=41 above=0.1")
    assert (found.below, found.above) == pytest.approx((0.03, 0.1))
    # Numbers below zero are read.
    assert curve(CLOSED, "25%=-5 50%=0 75%=5").quantile(0.25) == pytest.approx(-5.0)
    handles = curve(CLOSED, "-5 0 5")
    assert handles.at(0.0) == pytest.approx(0.5)
    assert handles.at(-5.0) == pytest.approx(0.25, abs=0.01)


@check_rows(
    [
        (OPEN, "above=90%", 0.0, 0.05, 0.9),
        (OPEN, "above=100%", 0.0, 0.0, 1.0),
        (DATE, "never=97%", 0.0, 0.015, 0.97),
        (DATE, "Never=100", 0.0, 0.0, 1.0),
        (LOG, "below=90%", 0.9, 0.95, 0.01),  # of the other open bound nothing was said
        (LOG, "below=3% above=97%", 0.03, 0.03, 0.97),
        (LOG, "below=100%", 1.0, 1.0, 0.0),
        (LOG, "below=20% above=20%", 0.2, 0.5, 0.2),
    ]
)
def test_the_remainder_is_spread_over_the_range(
    of: Question, text: str, below: float, half: float, above: float
) -> None:
    found = curve(of, text)
    middle = float(of.scale.values(0.5))
    assert (found.below, found.at(middle), found.above) == pytest.approx((below, half, above))


@check_rows(["10 20 40", "10, 20, 40", "10;20;40", "  10\t20\n40 "])
def test_three_numbers_are_a_quarter_the_middle_and_a_quarter(text: str) -> None:
    found = curve(OPEN, text)
    assert found.at(20.0) == pytest.approx(0.5)
    assert found.at(40.0) == pytest.approx(0.75)


def test_dates_and_values_beyond_the_range() -> None:
    # Dates are read with and without a time in any zone.
    found = curve(
        DATE, "10%=2026-03-01 50%=2026-07-01T02:00:00+02:00 75%=2026-09-01T06:00Z never=20%"
    )
    assert found.quantile(0.1) == day_number(utc("2026-03-01"))
    assert found.quantile(0.5) == day_number(utc("2026-07-01"))
    assert found.quantile(0.75) == day_number(utc("2026-09-01")) + 0.25
    assert found.above == pytest.approx(0.2)
    assert curve(DATE, "2026-03-01 2026-05-01 2026-07-01").at(
        day_number(utc("2026-05-01"))
    ) == pytest.approx(0.5)
    # A date after the window says by itself how likely never is.
    found = curve(DATE, "50%=2026-07-02T12:00Z 100%=2027-07-03")
    assert found.above == pytest.approx(0.25, abs=0.001)
    # A value beyond an open bound says by itself how much lies there.
    assert curve(OPEN, "50%=50 100%=150").above == pytest.approx(0.25)


HELD = {
    OPEN: curve(OPEN, "5%=3 50%=41 above=17.5%"),
    LOG: curve(LOG, "50%=41 below=3.21% above=20%"),
    DATE: curve(DATE, "50%=2026-05-01 never=12%"),
}
THREE = {OPEN: "10 20 40", LOG: "10, 20, 40", DATE: "2026-03-01;2026-05-01 2026-07-01"}


@check_rows(HELD)
def test_three_values_keep_the_masses_beyond_open_bounds(of: Question) -> None:
    found = parse_forecast(of, THREE[of], OPENS, HELD[of])
    assert (found.below, found.above) == pytest.approx((HELD[of].below, HELD[of].above), abs=1e-12)
    values = curve(of, THREE[of])
    assert [found.quantile(q) for q in (0.25, 0.5, 0.75)] == pytest.approx(
        [values.quantile(q) for q in (0.25, 0.5, 0.75)]
    )


def test_three_values_change_what_is_held() -> None:
    # A mass given beside three values replaces the kept one.
    dates = parse_forecast(DATE, f"Never = 20 % {THREE[DATE]}", OPENS, HELD[DATE])
    numbers = parse_forecast(LOG, "10 20 40, above=0.5%", OPENS, HELD[LOG])
    assert dates.above == pytest.approx(0.2)
    assert (numbers.below, numbers.above) == pytest.approx((0.0321, 0.005))
    assert numbers.at(20.0) == pytest.approx(0.5)
    # Three values change the base rate of who holds nothing.
    assert base_for_change(DATE, None) == DATE.prior
    assert base_for_change(DATE, HELD[DATE]) == HELD[DATE]
    assert base_for_change(question(), None) is None


def test_three_values_need_a_small_never() -> None:
    mostly_never = curve(DATE, "50%=2026-05-01 never=40%")
    with pytest.raises(InvalidForecast) as caught:
        parse_forecast(DATE, THREE[DATE], OPENS, mostly_never)
    told = "15%=2026-03-01 30%=2026-05-01 45%=2026-07-01 never=40%"
    assert str(caught.value) == (
        "three dates leave a quarter of everything beyond the outer ones, but never is 40%: "
        f"give it, too, such as never=20%, or write levels, such as {told}"
    )
    assert curve(DATE, told).above == pytest.approx(0.4)


@check_rows(TABLES["a_curve_that_cannot_be_meant_is_refused"])
def test_a_curve_that_cannot_be_meant_is_refused(of: str, text: str, reason: str) -> None:
    asked = {"OPEN": OPEN, "CLOSED": CLOSED, "LOG": LOG, "DATE": DATE}[of]
    assert reason in refused(asked, text)


PIECES = st.sampled_from(
    ["=", "%", " ", ",", ";", "-", "+", ".", "0", "1", "50", "1e9", "nan", "inf", "rest", "never", "above", "below",
     "Moscow", "other", "low", "2026-05-01", "2026-05-01T12:00Z", "½", "\N{NULL}", "\n", "👍", "５０"]
)  # fmt: skip


@law
@given(st.sampled_from(KINDS), st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40))
def test_whatever_is_typed_is_a_forecast_or_a_refusal(of: Question, text: str) -> None:
    with suppress(ForecastsError):
        check_distribution(of, parse_forecast(of, text, OPENS))


@law
@given(
    st.sets(st.integers(1, 99), min_size=1, max_size=6),
    st.sets(st.integers(-49, 49), min_size=6, max_size=6),
)
def test_a_curve_goes_through_every_point_that_was_typed(
    levels: set[int], values: set[int]
) -> None:
    pairs = list(zip(sorted(levels), sorted(values), strict=False))
    found = curve(CLOSED, " ".join(f"{level}%={value}" for level, value in pairs))
    for level, value in pairs:
        assert found.at(value) == pytest.approx(level / 100)
    assert all(a <= b for a, b in pairwise(found.p))
