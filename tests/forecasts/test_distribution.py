"""One class a kind of answer: what they hold, and what they refuse."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import (
    OTHER,
    Binary,
    Categorical,
    distribution_from_shares,
    even_distribution,
    p_yes,
)
from forecasts.errors import InvalidForecast, InvalidProbability
from tests.forecasts.strategies import OPTIONS, categoricals, law
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/distribution")


@check_rows([-0.01, 1.01, math.nan, math.inf, -math.inf])
def test_a_number_outside_0_to_1_is_refused(p: float) -> None:
    with pytest.raises(InvalidProbability, match="between 0 and 1"):
        Binary(p)


def test_probabilities_and_certainty() -> None:
    # Only a binary forecast has a probability of yes.
    assert p_yes(Binary(0.0)) == 0.0
    assert p_yes(even_distribution(OPTIONS)) is None
    assert p_yes(None) is None
    # An option may be certain.
    assert Categorical(("a", "b"), (0.0, 1.0)).of("b") == 1.0


@check_rows([((), ()), (("a",), (1.0,)), (("a", "b"), (1.0,)), (("a", "b"), (0.2, 0.3, 0.5))])
def test_each_of_at_least_two_options_needs_its_probability(
    options: tuple[str, ...], p: tuple[float, ...]
) -> None:
    with pytest.raises(InvalidForecast, match="at least two options"):
        Categorical(options, p)


def test_options_are_distinct_and_the_first_likeliest() -> None:
    # An option cannot be named twice.
    with pytest.raises(InvalidForecast, match="named twice"):
        Categorical(("a", "a"), (0.5, 0.5))
    # The likeliest option is the first of those with most.
    assert Categorical(OPTIONS, (0.2, 0.5, 0.3)).likeliest == "Beijing"
    assert Categorical(OPTIONS, (0.2, 0.4, 0.4)).likeliest == "Beijing"
    # Who knows nothing says every option alike.
    assert even_distribution(("a", "b", "c", "d")).p == (0.25,) * 4
    for too_few in ((), ("a",)):
        with pytest.raises(InvalidForecast, match="at least two options"):
            even_distribution(too_few)


@check_rows([(0.5, 0.4), (1.2, -0.2), (math.nan, 1.0)])
def test_shares_that_are_none_are_refused_and_not_normalised(p: tuple[float, float]) -> None:
    with pytest.raises(InvalidProbability):
        Categorical(("a", "b"), p)


def test_unknown_options_are_read_from_other() -> None:
    # An option that was not offered yet is read from other.
    held = Categorical(("Moscow", OTHER), (0.2, 0.8))
    assert (held.index("Moscow"), held.of("Moscow")) == (0, 0.2)
    assert (held.index("Minsk"), held.of("Minsk")) == (1, 0.8)
    # Without other an unknown option is refused with those that there are.
    with pytest.raises(InvalidForecast, match=r"no option 'Minsk' here.*Moscow, Beijing"):
        even_distribution(("Moscow", "Beijing")).of("Minsk")


def test_a_removed_option_goes_to_other() -> None:
    held = Categorical((OTHER, "Moscow", "Beijing"), (0.125, 0.25, 0.625))
    assert held.without("Beijing") == Categorical((OTHER, "Moscow"), (0.75, 0.25))


@check_rows(TABLES["where_an_option_cannot_be_taken_out_the_forecast_stays"])
def test_where_an_option_cannot_be_taken_out_the_forecast_stays(
    options: tuple[str, ...], removed: str
) -> None:
    assert even_distribution(options).without(removed) == even_distribution(options)


@law
@given(categoricals(("a", "b", "c", OTHER)), st.permutations(["a", "b"]))
def test_options_are_removed_without_losing_mass(held: Categorical, order: list[str]) -> None:
    left = held
    for option in order:
        left = left.without(option)
    assert left.options == ("c", OTHER)
    assert math.fsum(left.p) == pytest.approx(1.0)
    assert left.of("c") == held.of("c")


def test_shares_by_name_follow_the_question() -> None:
    # Shares by name come into the order of the question and the unnamed get nothing.
    assert distribution_from_shares({"Other": 0.4, "Moscow": 0.6}, OPTIONS) == Categorical(
        OPTIONS, (0.6, 0.0, 0.4)
    )
    # A share for what is not offered is refused.
    with pytest.raises(
        InvalidForecast, match=r"no option 'Minsk': the options are Moscow, Beijing, Other"
    ):
        distribution_from_shares({"Moscow": 0.5, "Minsk": 0.5}, OPTIONS)
    # Every kind of forecast is compared by what it says.
    assert even_distribution(OPTIONS) == Categorical(OPTIONS, (1 / 3, 1 / 3, 1 / 3))
    assert hash(Cdf((0.0, 1.0), (0.0, 1.0))) == hash(Cdf((0.0, 1.0), (0.0, 1.0)))
    assert Binary(0.5) != Binary(0.25)
