"""What answered questions and forecasts of open ones say about scenarios."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.scenarios.likelihood_table import (
    indicator_information,
    indicator_probabilities,
    scenario_posterior,
    soft_update,
)
from tests.forecasts.strategies import law
from tests.tables import check_rows

PRIOR = [0.5, 0.3, 0.2]
TABLE = [[0.8, 0.3, 0.6], [0.1, 0.6, 0.05]]

inner = st.floats(0.01, 0.99)
World = tuple[list[float], list[list[float]], list[float]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A prior over 1 to 4 scenarios, 1 to 3 rows of likelihoods, and a forecast for each row."""
    scenarios, indicators = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    weights = draw(st.lists(st.floats(0.05, 1.0), min_size=scenarios, max_size=scenarios))
    row = st.lists(inner, min_size=scenarios, max_size=scenarios)
    table = draw(st.lists(row, min_size=indicators, max_size=indicators))
    board = draw(st.lists(inner, min_size=indicators, max_size=indicators))
    return [w / math.fsum(weights) for w in weights], table, board


def joint(prior: list[float], table: list[list[float]]) -> tuple[Floats, Floats]:
    """Every combination of answers (one a row), and its probability with each scenario."""
    answers = np.array(list(itertools.product((0, 1), repeat=len(table))))
    rows = np.array(table)
    cells = [
        [p * np.prod(np.where(y, rows[:, j], 1 - rows[:, j])) for j, p in enumerate(prior)]
        for y in answers
    ]
    return answers.astype(np.float64), np.array(cells)


def fitted_in_turns(prior: list[float], table: list[list[float]], board: list[float]) -> Floats:
    """Iterative proportional fitting over all the cells: the textbook's way to the same answer."""
    answers, cells = joint(prior, table)
    for _ in range(3000):
        for k, said in enumerate(board):
            yes = answers[:, k] == 1
            cells[yes] *= said / cells[yes].sum()
            cells[~yes] *= (1 - said) / cells[~yes].sum()
        if all(abs(cells[answers[:, k] == 1].sum() - said) < 1e-13 for k, said in enumerate(board)):
            break
    return cells


def test_bayes_rule_by_hand() -> None:
    # Bayes rule by hand.
    # 0.5·0.8·0.1 = 0.04, 0.3·0.3·0.6 = 0.054, 0.2·0.6·0.05 = 0.006; together 0.1.
    assert scenario_posterior(PRIOR, TABLE) == pytest.approx((0.4, 0.54, 0.06), abs=1e-12)
    # Without an observation the prior stands.
    assert scenario_posterior(PRIOR, []) == pytest.approx(PRIOR)
    assert soft_update(PRIOR, [], []).scenarios == pytest.approx(PRIOR)
    assert soft_update(PRIOR, [], []).nats == pytest.approx(0.0, abs=1e-12)
    # A thousand observations do not run out of numbers.
    found = scenario_posterior([0.5, 0.5], [[0.01, 0.02]] * 2000)
    assert found == pytest.approx((0.0, 1.0), abs=1e-12)
    # What is ruled out stays out.
    assert scenario_posterior([0.5, 0.5, 0.0], [[0.0, 0.4, 0.9]]) == (0.0, 1.0, 0.0)
    with pytest.raises(ForecastsError, match="rules out every scenario"):
        scenario_posterior([0.5, 0.5, 0.0], [[0.0, 0.0, 0.9]])
    with pytest.raises(ForecastsError, match="rules out every scenario"):
        soft_update([0.5, 0.5], [[1.0, 1.0], [0.5, 0.5]], [0.0, 0.5])


@law
@given(worlds())
def test_the_posterior_sums_to_one_whatever_the_order(world: World) -> None:
    prior, table, board = world
    found = scenario_posterior(prior, table)
    assert math.fsum(found) == pytest.approx(1.0, abs=1e-12)
    assert scenario_posterior(prior, table[::-1]) == pytest.approx(found, abs=1e-12)
    soft = soft_update(prior, table, board)
    assert math.fsum(soft.scenarios) == pytest.approx(1.0, abs=1e-12)
    assert soft_update(prior, table[::-1], board[::-1]).scenarios == pytest.approx(
        soft.scenarios, abs=1e-9
    )


@law
@given(worlds(), st.data())
def test_a_certain_board_is_the_posterior(world: World, data: st.DataObject) -> None:
    prior, table, _ = world
    answers = data.draw(st.lists(st.integers(0, 1), min_size=len(table), max_size=len(table)))
    observed = [[x if y else 1 - x for x in row] for row, y in zip(table, answers, strict=True)]
    found = soft_update(prior, table, [float(y) for y in answers])
    assert found.scenarios == pytest.approx(scenario_posterior(prior, observed), abs=1e-12)
    chance = sum(p * math.prod(row[j] for row in observed) for j, p in enumerate(prior))
    assert found.nats == pytest.approx(-math.log(chance), abs=1e-9)


@law
@given(worlds())
def test_it_is_the_nearest_joint_distribution_that_the_board_allows(world: World) -> None:
    prior, table, board = world
    cells, before = fitted_in_turns(*world), joint(prior, table)[1]
    found = soft_update(prior, table, board)
    assert found.scenarios == pytest.approx(cells.sum(axis=0), abs=1e-7)
    assert found.nats == pytest.approx(float(np.sum(cells * np.log(cells / before))), abs=1e-7)


@law
@given(worlds())
def test_a_board_that_says_what_was_expected_changes_nothing(world: World) -> None:
    prior, table, _ = world
    found = soft_update(prior, table, indicator_probabilities(prior, table))
    assert found.scenarios == pytest.approx(prior, abs=1e-9)
    assert found.nats == pytest.approx(0.0, abs=1e-9)


@law
@given(worlds(), st.integers(2, 5), st.booleans())
def test_copies_of_a_row_count_once(world: World, copies: int, answered: bool) -> None:
    prior, table, board = world
    if answered:
        board = [float(b > 0.5) for b in board]
    weights = [1.0 / copies] * copies + [1.0] * (len(table) - 1)
    found = soft_update(
        prior, [table[0]] * copies + table[1:], [board[0]] * copies + board[1:], weights
    )
    once = soft_update(prior, table, board)
    assert found.scenarios == pytest.approx(once.scenarios, abs=1e-8)
    assert found.nats == pytest.approx(once.nats, abs=1e-8)


@law
@given(worlds(), st.lists(st.floats(0.1, 1.0), min_size=3, max_size=3))
def test_rows_of_less_weight_end_at_the_board(world: World, powers: list[float]) -> None:
    prior, table, board = world
    weights = powers[: len(table)]
    found = soft_update(prior, table, board, weights)
    moved = np.array(found.row_logs) / np.array(weights)[:, None]
    # exp(row log / weight) = no + yes · e^shift in each scenario, so two of them give the shift.
    rows = np.array(table)
    for no, size, said in zip(1.0 - rows, np.exp(moved), board, strict=True):
        assert float((1.0 - no / size) @ found.scenarios) == pytest.approx(said, abs=1e-8)
    expected = indicator_probabilities(prior, table)
    unmoved = soft_update(prior, table, expected, weights)
    assert unmoved.scenarios == pytest.approx(prior, abs=1e-9)


def test_boards_of_many_indicators() -> None:
    # Answered and open indicators can be mixed.
    table = [[0.8, 0.3, 0.6], [0.1, 0.6, 0.05], [0.5, 0.7, 0.2]]
    answered = scenario_posterior(PRIOR, [[1 - x for x in table[2]]])
    expected = soft_update(answered, table[:2], [0.9, 0.25])
    assert soft_update(PRIOR, table, [0.9, 0.25, 0.0]).scenarios == pytest.approx(
        expected.scenarios, abs=1e-9
    )
    # Many indicators need no table of all their answers.
    rng = np.random.default_rng(5)
    table, board = rng.uniform(0.05, 0.95, (60, 4)), rng.uniform(0.05, 0.95, 60)
    found = soft_update([0.4, 0.3, 0.2, 0.1], table, board)
    assert math.fsum(found.scenarios) == pytest.approx(1.0, abs=1e-12)
    assert found.nats > 0.0
    # A scenario that is certain of an indicator can still be fitted.
    # YES in the first, NO in the second: the board's 0.7 is the first one's probability.
    assert soft_update([0.2, 0.8], [[1.0, 0.0]], [0.7]).scenarios == pytest.approx(
        (0.7, 0.3), abs=1e-9
    )
    # The second row fits only if the second scenario goes with NO for sure, which the shifts reach
    # in the limit.
    assert soft_update([0.5, 0.5], [[1.0, 0.0], [1.0, 0.5]], [0.5, 0.5]).scenarios == pytest.approx(
        (0.5, 0.5), abs=1e-9
    )


@check_rows([([[1.0, 1.0]], [0.5]), ([[0.0, 0.0]], [0.5]), ([[1.0, 0.0], [1.0, 0.0]], [0.3, 0.6])])
def test_a_board_that_the_table_rules_out_is_refused(
    table: list[list[float]], board: list[float]
) -> None:
    with pytest.raises(ForecastsError, match=r"put 0\.01 or 0\.99 where the table says 0 or 1"):
        soft_update([0.5, 0.5], table, board)


def test_expectation_and_information_by_hand() -> None:
    # What prior and table lead to expect.
    # 0.5·0.8 + 0.3·0.3 + 0.2·0.6 and 0.5·0.1 + 0.3·0.6 + 0.2·0.05
    assert indicator_probabilities(PRIOR, TABLE) == pytest.approx((0.61, 0.24), abs=1e-12)
    # Information by hand.
    # The answer is a coin flip, and within each scenario a chance of 3 in 4 or 1 in 4.
    within = -(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25))
    assert indicator_information([0.5, 0.5], [0.75, 0.25]) == pytest.approx(1 - within, abs=1e-12)
    assert indicator_information([0.5, 0.5], [0.0, 1.0]) == 1.0
    assert indicator_information([1.0, 0.0], [0.0, 1.0]) == 0.0


@law
@given(worlds())
def test_information_is_the_expected_distance_of_posterior_from_prior(world: World) -> None:
    prior, table, _ = world
    row = table[0]
    distance = 0.0
    for observed in (row, [1 - x for x in row]):
        chance = math.fsum(p * x for p, x in zip(prior, observed, strict=True))
        after = scenario_posterior(prior, [observed])
        distance += chance * math.fsum(
            a * math.log2(a / p) for a, p in zip(after, prior, strict=True)
        )
    found = indicator_information(prior, row)
    assert found == pytest.approx(distance, abs=1e-9)
    assert 0.0 <= found <= 1.0
    assert indicator_information(prior, [1 - x for x in row]) == pytest.approx(found, abs=1e-9)


@check_rows([[0.5, 0.5, 0.5], [[0.5, 0.5]], [[[0.5, 0.5, 0.5]]]])
def test_a_table_of_another_shape_is_refused(table: list[object]) -> None:
    with pytest.raises(ForecastsError, match="one probability for each scenario"):
        scenario_posterior(PRIOR, np.array(table))


def test_impossible_tables_are_refused() -> None:
    # Numbers that are no probabilities are refused.
    with pytest.raises(InvalidProbability, match="add up to 1"):
        scenario_posterior([0.5, 0.6], [[0.5, 0.5]])
    with pytest.raises(InvalidProbability):
        scenario_posterior([0.5, 0.5], [[0.5, 1.5]])
    with pytest.raises(InvalidProbability):
        soft_update([0.5, 0.5], [[0.5, 0.5]], [math.nan])
    with pytest.raises(InvalidProbability):
        indicator_information([0.5, 0.5], [0.5, -0.1])
    # A prior that is no list and a board of another length are refused.
    with pytest.raises(ForecastsError, match="one probability for each scenario"):
        scenario_posterior([[0.5, 0.5]], [[0.5, 0.5]])
    with pytest.raises(ForecastsError, match="each of the 2 rows"):
        soft_update(PRIOR, TABLE, [0.5])
