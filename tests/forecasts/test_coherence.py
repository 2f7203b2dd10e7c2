"""Forecasts that contradict each other, and the nearest ones that do not."""

import math
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, minimize
from sklearn.isotonic import IsotonicRegression

from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError, InvalidProbability, InvalidTime
from forecasts.scenarios.coherence import (
    Repair,
    incoherence,
    repair_conjunction,
    repair_nested_dates,
    repair_sum_to_one,
    repair_total_probability,
    total_probability_gap,
)
from tests.forecasts.strategies import law
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/coherence")

inner = st.floats(1e-4, 1 - 1e-4)
said = inner | st.sampled_from([0.0, 1.0])
options = st.lists(said, min_size=1, max_size=6)
START = date(2026, 12, 31)


def chain(p: list[float]) -> Repair:
    return repair_nested_dates([(START + timedelta(days=i), x) for i, x in enumerate(p)])


def total(p: list[float]) -> Repair:
    b, if_b, if_not, a = p
    return repair_total_probability(p_b=b, p_a_given_b=if_b, p_a_given_not_b=if_not, p_a=a)


def gap(p: tuple[float, ...]) -> float:
    b, if_b, if_not, a = p
    return total_probability_gap(p_b=b, p_a_given_b=if_b, p_a_given_not_b=if_not, p_a=a)


def joined(p: list[float]) -> Repair:
    return repair_conjunction(p[0], p[len(p) // 2], p[-1])


def fits_both(p: tuple[float, ...]) -> bool:
    a, b, both = p
    return a + b - 1.0 - both <= 1e-9 and both <= min(a, b)


def four(strategy: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    return st.lists(strategy, min_size=4, max_size=4)


def logit(p: Floats) -> Floats:
    return np.log(p) - np.log1p(-p)


LOG_REPAIRS: dict[
    str, tuple[Callable[[list[float]], Repair], Callable[[tuple[float, ...]], bool]]
] = {
    "sum to one": (repair_sum_to_one, lambda p: abs(math.fsum(p) - 1) <= 1e-9),
    "nested dates": (chain, lambda p: list(p) == sorted(p)),
    "conjunction": (joined, fits_both),
    "total probability": (lambda p: total((p * 4)[:4]), lambda p: abs(gap(p)) <= 1e-9),
}


@pytest.mark.parametrize("name", LOG_REPAIRS)
@law
@given(options)
def test_repairs_are_coherent_and_repairing_twice_is_repairing_once(
    name: str, p: list[float]
) -> None:
    repair, is_coherent = LOG_REPAIRS[name]
    found = repair(p)
    assert is_coherent(found.after)
    assert all(0.0 <= x <= 1.0 for x in found.after)
    again = repair(list(found.after))
    assert again.after == found.after == again.before
    assert again.nats == 0.0


@pytest.mark.parametrize("name", LOG_REPAIRS)
@law
@given(options)
def test_what_was_coherent_is_unchanged_and_nothing_else_is(name: str, p: list[float]) -> None:
    repair, is_coherent = LOG_REPAIRS[name]
    found = repair(p)
    assert (found.after == found.before) == is_coherent(found.before)
    assert found.nats == 0.0 or not is_coherent(found.before)


@pytest.mark.parametrize("name", LOG_REPAIRS)
@law
@given(options)
def test_the_log_score_gains_in_every_world(name: str, p: list[float]) -> None:
    found = LOG_REPAIRS[name][0](p)
    assert min(found.gains) >= -1e-9
    assert not any(map(math.isnan, found.gains))


@pytest.mark.parametrize("name", LOG_REPAIRS)
@law
@given(four(inner))
@example([0.00390625, 0.9999, 0.001953125, 0.9999])
def test_no_world_gains_less_than_the_incoherence(name: str, p: list[float]) -> None:
    found = LOG_REPAIRS[name][0](p)
    assert math.isfinite(found.nats)
    assert min(found.gains) >= found.nats - 1e-9 * max(
        1.0, found.nats
    )  # sums of logarithms as large as that


def test_sums_are_repaired_by_hand() -> None:
    # One common shift of log odds makes a set add up.
    # Odds of 3 to 2 each; a shift by the factor 1/3 makes them 1 to 2, a third each.
    assert repair_sum_to_one([0.6, 0.6, 0.6]).after == pytest.approx(
        (1 / 3, 1 / 3, 1 / 3), abs=1e-12
    )
    found = repair_sum_to_one([0.55, 0.3, 0.25, 0.1])
    shifts = logit(np.array(found.after)) - logit(np.array(found.before))
    assert np.ptp(shifts) < 1e-12
    assert found.gains == pytest.approx([found.nats] * 4, abs=1e-12)


@law
@given(options)
def test_a_repair_makes_the_sum_one_and_keeps_the_order(p: list[float]) -> None:
    after = repair_sum_to_one(p).after
    assert math.fsum(after) == pytest.approx(1.0, abs=1e-9)
    assert [after[i] for i in np.argsort(p)] == pytest.approx(sorted(after), abs=1e-15)
    assert repair_sum_to_one(after).after == after


@law
@given(
    st.lists(inner, min_size=2, max_size=5), st.lists(st.floats(0.01, 1.0), min_size=5, max_size=5)
)
def test_no_other_coherent_set_is_nearer(p: list[float], weights: list[float]) -> None:
    other = np.array(weights[: len(p)]) / math.fsum(weights[: len(p)])
    assert repair_sum_to_one(p).nats <= incoherence(p, other) + 1e-9


@check_rows(TABLES["certainty_in_a_set_keeps_its_place_or_is_shared"])
def test_certainty_in_a_set_keeps_its_place_or_is_shared(
    p: list[float], after: list[float]
) -> None:
    assert repair_sum_to_one(p).after == pytest.approx(after, abs=1e-12)


def test_sets_at_the_edges() -> None:
    # A set without any chance is shared alike.
    assert repair_sum_to_one([0.0, 0.0]).after == (0.5, 0.5)
    # Numbers at the edge of what a float can hold still add up.
    found = repair_sum_to_one([5e-324, 1e-300, 1e-17])
    assert math.fsum(found.after) == pytest.approx(1.0, abs=1e-9)
    assert math.isfinite(found.nats)
    # A set that is no flat list is refused.
    for wrong in ([], [[0.5, 0.6]], 0.5):
        with pytest.raises(ForecastsError, match="flat list"):
            repair_sum_to_one(wrong)
    with pytest.raises(InvalidProbability):
        repair_sum_to_one([0.5, 1.1])


def test_implications_and_negations_by_hand() -> None:
    # What implies may not be likelier than what it implies: a chain of two.
    # Odds of 4 and 1/1: the mean of their logarithms is odds of 2.
    assert chain([0.8, 0.5]).after == pytest.approx((2 / 3, 2 / 3), abs=1e-12)
    assert chain([0.5, 0.8]).after == (0.5, 0.8)
    assert chain([1.0, 0.4]).after == (1.0, 1.0)
    assert chain([0.4, 0.0]).after == (0.0, 0.0)
    # A question and its negation add up: a set of two.
    # Odds of 4 for it, and 1 from its negation.
    assert repair_sum_to_one([0.8, 0.5]).after == pytest.approx((2 / 3, 1 / 3), abs=1e-12)
    assert repair_sum_to_one([0.7, 1 - 0.7]).after == (0.7, 1 - 0.7)
    assert repair_sum_to_one([1.0, 0.4]).after == (1.0, 0.0)
    assert repair_sum_to_one([0.4, 0.0]).after == (1.0, 0.0)


@check_rows([chain([1.0, 0.0]), repair_sum_to_one([1.0, 1.0]), repair_sum_to_one([0.0, 0.0])])
def test_opposite_certainties_meet_at_a_half(found: Repair) -> None:
    assert found.after == (0.5, 0.5)
    assert found.nats == math.inf
    assert max(found.gains) == math.inf


@law
@given(st.lists(inner, max_size=8))
def test_deadlines_are_isotonic_in_log_odds(p: list[float]) -> None:
    after = np.array(chain(p).after)
    if p:
        z = IsotonicRegression().fit_transform(np.arange(len(p)), logit(np.array(p)))
        assert after == pytest.approx(1 / (1 + np.exp(-z)), abs=1e-9)
    assert (np.diff(after) >= 0.0).all()
    assert after.size == len(p)


def test_deadlines_keep_order_and_refuse_duplicates() -> None:
    # Deadlines in any order come back in that order.
    one, two, three = (START + timedelta(days=i) for i in range(3))
    found = repair_nested_dates([(three, 0.9), (one, 0.8), (two, 0.5)])
    assert found.before == (0.9, 0.8, 0.5)
    assert found.after == pytest.approx((0.9, 2 / 3, 2 / 3), abs=1e-12)
    assert found.worlds == ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1))
    # A deadline that need not move does not move at all.
    assert chain([0.1, 0.6, 0.45, 0.7]).after[::3] == (0.1, 0.7)
    # Forecasts that differ in the last bit alone are put in order.
    above = math.nextafter(1e-4, 1.0)
    assert chain([above, 1e-4]).after == (above, above)
    assert chain([above, 1e-4]).after == (above, above)
    # A deadline given twice is refused.
    with pytest.raises(InvalidTime, match="given twice"):
        repair_nested_dates([(START, 0.2), (START, 0.3)])
    with pytest.raises(InvalidProbability):
        repair_nested_dates([(START, 1.2)])


@check_rows(TABLES["certain_deadlines_outweigh_the_others"])
def test_certain_deadlines_outweigh_the_others(p: list[float], after: list[float]) -> None:
    assert chain(p).after == pytest.approx(after, abs=1e-12)


def test_the_gap_says_which_side_is_too_high() -> None:
    assert gap((0.3, 0.8, 0.2, 0.5)) == pytest.approx(0.12, abs=1e-12)
    assert gap((0.3, 0.8, 0.2, 0.3)) == pytest.approx(-0.08, abs=1e-12)
    with pytest.raises(InvalidProbability):
        gap((0.3, 0.8, 0.2, 1.5))


@law
@given(four(inner), four(inner), st.sampled_from([1.0, 0.1, 0.001]))
def test_no_other_four_that_fit_together_are_nearer(
    p: list[float], other: list[float], step: float
) -> None:
    found = total(p)
    # Any others, and others near by: the divergence is convex, so what is least near by is least.
    b, if_b, if_not = (x + step * (y - x) for x, y in zip(found.after[:3], other[:3], strict=True))
    fitting = [b, if_b, if_not, b * if_b + (1 - b) * if_not]
    assert found.nats <= incoherence(p, fitting, [1.0, b, 1.0 - b, 1.0]) + 1e-12
    assert found.gains == pytest.approx([found.nats] * 4, abs=1e-8)


@check_rows(
    [
        ([0.5, 0.6, 0.2, 1.0], [0.75, 1.0, 1.0, 1.0]),
        ([0.5, 0.6, 0.2, 0.0], [1 / 3, 0.0, 0.0, 0.0]),
        ([0.3, 0.0, 0.0, 0.5], [0.3, 0.0, 0.0, 0.0]),
        ([0.3, 1.0, 1.0, 0.5], [0.3, 1.0, 1.0, 1.0]),
        ([0.3, 1.0, 1.0, 0.0], [0.3, 0.5, 0.5, 0.5]),
        ([0.3, 0.0, 0.0, 1.0], [0.3, 0.5, 0.5, 0.5]),
        # Odds of A are 1 to 1 and 4 to 1; they meet at 2 to 1, and B takes the odds of A as it goes
        # with it.
        ([0.5, 1.0, 0.0, 0.8], [2 / 3, 1.0, 0.0, 2 / 3]),
    ]
)
def test_certainty_on_either_side_of_a_condition_stands(p: list[float], after: list[float]) -> None:
    assert total(p).after == pytest.approx(after, abs=1e-12)


@law
@given(st.lists(inner, min_size=3, max_size=3))
def test_a_conjunction_is_repaired_as_a_general_solver_does_it(p: list[float]) -> None:
    # P(both) − P(A) − P(B) ≥ −1, P(A) − P(both) ≥ 0 and P(B) − P(both) ≥ 0.
    bounds = LinearConstraint(
        np.array([[-1.0, -1.0, 1.0], [1.0, 0.0, -1.0], [0.0, 1.0, -1.0]]), [-1.0, 0.0, 0.0]
    )
    start = np.array([p[0], p[1], max(p[0] + p[1] - 1.0, min(p))])
    inside = [(1e-9, 1.0 - 1e-9)] * 3
    found = minimize(
        lambda q: incoherence(p, q),
        start,
        method="SLSQP",
        bounds=inside,
        constraints=bounds,
        tol=1e-12,
    )
    assert joined(p).nats == pytest.approx(found.fun, abs=1e-6)


@law
@given(
    st.lists(inner, min_size=3, max_size=3),
    st.tuples(inner, inner, inner, inner),
    st.sampled_from([1.0, 0.01]),
)
def test_no_other_three_that_fit_together_are_nearer(
    p: list[float], world: tuple[float, ...], step: float
) -> None:
    found = joined(p)
    both, a_alone, b_alone, _ = (x / math.fsum(world) for x in world)
    other = np.array([both + a_alone, both + b_alone, both])
    between = np.array(found.after) + step * (other - np.array(found.after))
    assert found.nats <= incoherence(p, between) + 1e-12


@check_rows(
    [
        # Odds of 4 for both and of 1 for B, the lower: they meet at 2 to 1, and A is higher
        # already.
        ([0.9, 0.5, 0.8], [0.9, 2 / 3, 2 / 3]),
        # They would meet above A, so the three share the mean of odds of 1, 1 and 8.
        ([0.5, 0.5, 8 / 9], [2 / 3, 2 / 3, 2 / 3]),
        # "not A", "not B" and "both" are 1/5 each, odds of 1/4; the sum is 1 at odds of 1/2 each.
        ([0.8, 0.8, 0.2], [2 / 3, 2 / 3, 1 / 3]),
        ([0.4, 0.7, 1.0], [1.0, 1.0, 1.0]),
        ([0.0, 0.7, 0.6], [0.0, 0.7, 0.0]),
        ([1.0, 0.7, 0.0], [1.0, 0.0, 0.0]),
        ([1.0, 1.0, 0.3], [1.0, 1.0, 1.0]),
        ([1.0, 1.0, 0.0], [2 / 3, 2 / 3, 1 / 3]),
        ([0.0, 0.0, 1.0], [0.0, 0.0, 0.0]),
    ]
)
def test_conjunctions_by_hand(p: list[float], after: list[float]) -> None:
    assert joined(p).after == pytest.approx(after, abs=1e-12)


def test_a_conjunction_between_its_bounds_stays() -> None:
    assert joined([0.8, 0.7, 0.5]).after == (0.8, 0.7, 0.5)
    assert joined([0.8, 0.7, 0.7]).after == (0.8, 0.7, 0.7)
    with pytest.raises(InvalidProbability):
        repair_conjunction(0.5, 0.5, -0.1)


def test_incoherence_and_gains_by_hand() -> None:
    # Incoherence is the divergence of after from before.
    expected = 0.5 * math.log(0.5 / 0.8) + 0.5 * math.log(0.5 / 0.2)
    assert incoherence([0.8, 0.3], [0.5, 0.3]) == pytest.approx(expected, abs=1e-12)
    assert incoherence(0.8, 0.5) == pytest.approx(expected, abs=1e-12)
    assert incoherence([0.8, 0.0], [0.5, 0.5], [2.0, 0.0]) == pytest.approx(2 * expected, abs=1e-12)
    assert incoherence([0.8, 0.0], [0.5, 0.5]) == math.inf
    assert incoherence([], []) == 0.0
    with pytest.raises(ForecastsError, match="as many"):
        incoherence([0.8], [0.5, 0.5])
    with pytest.raises(InvalidProbability):
        incoherence([0.8], [1.5])
    # Taking back a wrong certainty is an infinite gain.
    found = repair_sum_to_one([1.0, 1.0])
    assert found.gains == (math.inf, math.inf)
    assert repair_sum_to_one([1.0, 0.5]).gains == pytest.approx((math.log(2), 0.0))
    # A conditional forecast is scored only where its condition holds.
    found = total([0.3, 0.8, 0.2, 0.5])
    assert found.worlds == ((1, 1, None, 1), (1, 0, None, 0), (0, None, 1, 1), (0, None, 0, 0))
    b, if_b, _, a = found.after
    assert found.gains[0] == pytest.approx(
        math.log(b * if_b * a) - math.log(0.3 * 0.8 * 0.5), abs=1e-12
    )
