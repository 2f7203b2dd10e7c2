import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distribution import Binary, logit, parse_probability, sigmoid
from forecasts.errors import InvalidProbability
from tests.forecasts.strategies import law


@pytest.mark.parametrize("p", [-0.01, 1.01, math.nan, math.inf, -math.inf])
def test_a_number_outside_0_to_1_is_refused_and_never_moved_until_it_fits(p: float) -> None:
    with pytest.raises(InvalidProbability, match="between 0 and 1"):
        Binary(p)


def test_certainty_is_a_probability_with_infinite_log_odds() -> None:
    assert Binary(0.0).log_odds == -math.inf
    assert Binary(1.0).log_odds == math.inf


def test_even_odds_and_three_to_one_have_their_log_odds() -> None:
    assert Binary(0.5).log_odds == 0.0
    assert logit(0.75) == pytest.approx(math.log(3))


@law
@given(st.floats(-700.0, 700.0))
def test_sigmoid_stays_a_probability_and_mirrors_at_zero(z: float) -> None:
    assert 0.0 <= sigmoid(z) <= 1.0
    assert sigmoid(z) + sigmoid(-z) == pytest.approx(1.0)


@law
@given(st.floats(0.0001, 0.9999))
def test_sigmoid_undoes_logit(p: float) -> None:
    assert sigmoid(logit(p)) == pytest.approx(p, abs=1e-12)


def test_sigmoid_of_infinities_is_certainty() -> None:
    assert (sigmoid(-math.inf), sigmoid(math.inf)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("typed", "p"),
    [
        ("0.63", 0.63),
        (".63", 0.63),
        (" 63% ", 0.63),
        ("63 %", 0.63),
        ("63", 0.63),
        ("62.5%", 0.625),
        ("100", 1.0),
        ("0", 0.0),
        ("0%", 0.0),
        ("1%", 0.01),
        ("1.0", 1.0),
        ("+0.2", 0.2),
    ],
)
def test_people_may_type_a_fraction_or_a_percentage(typed: str, p: float) -> None:
    assert parse_probability(typed) == Binary(p)


@pytest.mark.parametrize("typed", ["", "half", "0,63", "nan", "inf", "1e-3", "--5", "5%%", "%"])
def test_what_is_no_number_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(InvalidProbability, match=r"write 0\.63, 63% or 63"):
        parse_probability(typed)


@pytest.mark.parametrize("typed", ["101", "150%", "-5%", "-0.1", "1.5", "63.5"])
def test_a_number_out_of_range_is_refused(typed: str) -> None:
    with pytest.raises(InvalidProbability, match="between 0 and 1"):
        parse_probability(typed)


@pytest.mark.parametrize("typed", ["1", "+1", " 1 "])
def test_a_bare_1_is_refused_because_it_could_mean_two_things(typed: str) -> None:
    with pytest.raises(InvalidProbability, match="1 % or certainty"):
        parse_probability(typed)


@pytest.mark.parametrize("percent", range(101))
def test_every_whole_percentage_reads_as_the_nearest_fraction(percent: int) -> None:
    assert parse_probability(f"{percent}%").p == percent / 100
