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
def test_a_number_outside_0_to_1_is_refused_and_never_moved_until_it_fits(p: float) -> None:
    with pytest.raises(InvalidProbability, match="between 0 and 1"):
        Binary(p)


def test_certainty_is_a_probability_with_infinite_log_odds() -> None:
    assert Binary(0.0).log_odds == -math.inf
    assert Binary(1.0).log_odds == math.inf
    assert Binary(0.5).log_odds == 0.0


def test_only_a_binary_forecast_has_a_probability_of_yes() -> None:
    assert p_yes(Binary(0.0)) == 0.0
    assert p_yes(even_distribution(OPTIONS)) is None
    assert p_yes(None) is None


@check_rows([((), ()), (("a",), (1.0,)), (("a", "b"), (1.0,)), (("a", "b"), (0.2, 0.3, 0.5))])
def test_each_of_at_least_two_options_needs_its_probability(
    options: tuple[str, ...], p: tuple[float, ...]
) -> None:
    with pytest.raises(InvalidForecast, match="at least two options"):
        Categorical(options, p)


def test_an_option_cannot_be_named_twice() -> None:
    with pytest.raises(InvalidForecast, match="named twice"):
        Categorical(("a", "a"), (0.5, 0.5))


@check_rows([(0.5, 0.4), (1.2, -0.2), (math.nan, 1.0)])
def test_shares_that_are_none_are_refused_and_not_normalised(p: tuple[float, float]) -> None:
    with pytest.raises(InvalidProbability):
        Categorical(("a", "b"), p)


def test_an_option_may_be_certain() -> None:
    assert Categorical(("a", "b"), (0.0, 1.0)).of("b") == 1.0


def test_an_option_that_was_not_offered_yet_is_read_from_other() -> None:
    held = Categorical(("Moscow", OTHER), (0.2, 0.8))
    assert (held.index("Moscow"), held.of("Moscow")) == (0, 0.2)
    assert (held.index("Minsk"), held.of("Minsk")) == (1, 0.8)


def test_without_other_an_unknown_option_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidForecast, match=r"no option 'Minsk' here.*Moscow, Beijing"):
        even_distribution(("Moscow", "Beijing")).of("Minsk")


def test_a_removed_option_gives_what_it_had_to_other_wherever_other_stands() -> None:
    held = Categorical((OTHER, "Moscow", "Beijing"), (0.125, 0.25, 0.625))
    assert held.without("Beijing") == Categorical((OTHER, "Moscow"), (0.75, 0.25))


@check_rows(TABLES["where_an_option_cannot_be_taken_out_the_forecast_stays"])
def test_where_an_option_cannot_be_taken_out_the_forecast_stays(
    options: tuple[str, ...], removed: str
) -> None:
    assert even_distribution(options).without(removed) == even_distribution(options)


@law
@given(categoricals(("a", "b", "c", OTHER)), st.permutations(["a", "b"]))
def test_options_can_be_removed_in_any_order_and_no_mass_is_lost(
    held: Categorical, order: list[str]
) -> None:
    left = held
    for option in order:
        left = left.without(option)
    assert left.options == ("c", OTHER)
    assert math.fsum(left.p) == pytest.approx(1.0)
    assert left.of("c") == held.of("c")


def test_the_likeliest_option_is_the_first_of_those_with_most() -> None:
    assert Categorical(OPTIONS, (0.2, 0.5, 0.3)).likeliest == "Beijing"
    assert Categorical(OPTIONS, (0.2, 0.4, 0.4)).likeliest == "Beijing"


def test_who_knows_nothing_says_every_option_alike() -> None:
    assert even_distribution(("a", "b", "c", "d")).p == (0.25,) * 4
    for too_few in ((), ("a",)):
        with pytest.raises(InvalidForecast, match="at least two options"):
            even_distribution(too_few)


def test_shares_by_name_come_into_the_order_of_the_question_and_the_unnamed_get_nothing() -> None:
    assert distribution_from_shares({"Other": 0.4, "Moscow": 0.6}, OPTIONS) == Categorical(
        OPTIONS, (0.6, 0.0, 0.4)
    )


def test_a_share_for_what_is_not_offered_is_refused() -> None:
    with pytest.raises(
        InvalidForecast, match=r"no option 'Minsk': the options are Moscow, Beijing, Other"
    ):
        distribution_from_shares({"Moscow": 0.5, "Minsk": 0.5}, OPTIONS)


def test_every_kind_of_forecast_is_compared_by_what_it_says() -> None:
    assert even_distribution(OPTIONS) == Categorical(OPTIONS, (1 / 3, 1 / 3, 1 / 3))
    assert hash(Cdf((0.0, 1.0), (0.0, 1.0))) == hash(Cdf((0.0, 1.0), (0.0, 1.0)))
    assert Binary(0.5) != Binary(0.25)
