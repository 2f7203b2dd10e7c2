import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.aggregation.pooling import (
    CLIP,
    REACH,
    SKILL_SCALE,
    extremise,
    pool_crowd,
    pool_curves,
    pool_options,
    recency_weights,
    weigh_skills,
    weighted_percentile,
)
from forecasts.errors import ForecastsError, InvalidForecast, InvalidProbability
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/pooling")

crowds = st.lists(probabilities, min_size=1, max_size=9)
Aggregate = Callable[[list[float]], float]


def equally_weighted_median(p: list[float]) -> float:
    return float(weighted_percentile(p, None, 0.5))


def pool_weighted(p: list[float]) -> float:
    """The weighted crowd of forecasters whose skill differs."""
    return pool_crowd(p, weigh_skills(np.linspace(-0.03, 0.02, len(p))))


def pool_evenly(p: list[float]) -> float:
    """The weighted crowd of equals, without recency."""
    return pool_crowd(p, 1.0 / recency_weights(len(p))) if p else pool_crowd(p, [])


ALL: list[Aggregate] = [equally_weighted_median, pool_crowd, pool_weighted, pool_evenly]
BLIND_TO_ORDER: list[Aggregate] = [equally_weighted_median, pool_evenly]


def named(aggregate: Aggregate) -> str:
    return aggregate.__name__


@pytest.mark.parametrize("aggregate", ALL, ids=named)
@law
@given(p=crowds)
def test_an_aggregate_lies_between_the_lowest_and_the_highest_forecast(
    aggregate: Aggregate, p: list[float]
) -> None:
    assert min(p) - 1e-12 <= aggregate(p) <= max(p) + 1e-12


@pytest.mark.parametrize("aggregate", ALL, ids=named)
@law
@given(p=probabilities, n=st.integers(1, 9))
def test_a_crowd_of_equal_forecasts_is_that_forecast(
    aggregate: Aggregate, p: float, n: int
) -> None:
    assert aggregate([p] * n) == pytest.approx(p, abs=1e-12)


@pytest.mark.parametrize("aggregate", ALL, ids=named)
@law
@given(p=crowds)
def test_pooling_the_complements_gives_the_complement(aggregate: Aggregate, p: list[float]) -> None:
    assert aggregate([1.0 - each for each in p]) == pytest.approx(1.0 - aggregate(p), abs=1e-9)


@pytest.mark.parametrize("aggregate", BLIND_TO_ORDER, ids=named)
@law
@given(p=crowds, dealer=st.randoms(use_true_random=False))
def test_where_all_weigh_the_same_order_does_not_matter(
    aggregate: Aggregate, p: list[float], dealer: random.Random
) -> None:
    shuffled = dealer.sample(p, len(p))
    assert aggregate(shuffled) == pytest.approx(aggregate(p), abs=1e-12)


@law
@given(p=st.lists(st.tuples(probabilities, st.integers(1, 4)), min_size=1, max_size=6))
def test_a_whole_weight_counts_a_forecast_so_many_times(p: list[tuple[float, int]]) -> None:
    repeated = [each for each, weight in p for _ in range(weight)]
    pooled = weighted_percentile([each for each, _ in p], [weight for _, weight in p], 0.5)
    assert float(pooled) == pytest.approx(float(np.median(repeated)), abs=1e-15)


def test_weighted_percentiles_by_hand() -> None:
    # A weighted percentile hit exactly is the mean of its neighbours.
    assert weighted_percentile([0.1, 0.2, 0.3, 0.8], [1, 1, 1, 1], 0.75).tolist() == pytest.approx(
        0.55
    )
    assert weighted_percentile([0.1, 0.2, 0.3, 0.8], [1, 1, 1, 1], 0.76).tolist() == pytest.approx(
        0.8
    )
    # 0.1 + 0.2 is not 0.3 in binary, but it is half of the weight
    assert weighted_percentile([0.1, 0.2, 0.9], [0.1, 0.2, 0.3], 0.5) == pytest.approx(0.55)
    # A weighted percentile treats each column on its own.
    values = [[0.33, 0.33, 0.34], [0.0, 0.5, 0.5], [0.4, 0.2, 0.4], [0.2, 0.6, 0.2]]
    assert weighted_percentile(values, None, 0.5) == pytest.approx([0.265, 0.415, 0.37])
    assert weighted_percentile(values, [0, 0, 2, 0], 0.5).tolist() == [0.4, 0.2, 0.4]
    # Shares of nothing and everything are the lowest and highest value with weight.
    values, weights = [5.0, -3.0, 7.0, 90.0], [1.0, 0.0, 1.0, 0.0]
    assert [weighted_percentile(values, weights, share).tolist() for share in (0.0, 1.0)] == [
        5.0,
        7.0,
    ]


@law
@given(p=crowds, low=probabilities, high=probabilities)
def test_percentiles_rise_with_their_share(p: list[float], low: float, high: float) -> None:
    shares = sorted([low, high])
    found = [float(weighted_percentile(p, recency_weights(len(p)), share)) for share in shares]
    assert found[0] <= found[1]


@check_rows(
    [
        ([], None),
        (0.5, None),
        ([0.1, math.nan], None),
        ([0.1, math.inf], None),
        ([0.1, 0.2], [1.0]),
        ([0.1, 0.2], [1.0, -1.0]),
        ([0.1, 0.2], [1.0, math.nan]),
        ([0.1, 0.2], [0.0, 0.0]),
    ]
)
def test_a_percentile_of_nothing_or_under_impossible_weights_is_refused(
    values: list[float], weights: list[float] | None
) -> None:
    with pytest.raises(InvalidForecast):
        weighted_percentile(values, weights, 0.5)


def test_a_share_is_a_probability() -> None:
    with pytest.raises(InvalidProbability, match="between 0 and 1, not 50"):
        weighted_percentile([0.1, 0.2], None, 50)


def test_recency_weights_fade_with_age_from_three_forecasts_on() -> None:
    assert recency_weights(1).tolist() == [1.0]
    assert recency_weights(2).tolist() == [1.0, 1.0]
    assert recency_weights(3).tolist() == pytest.approx(
        [math.exp(1 - math.sqrt(3)), math.exp(math.sqrt(2) - math.sqrt(3)), 1.0]
    )


@law
@given(n=st.integers(3, 400))
def test_newer_forecasts_weigh_more_and_the_newest_one(n: int) -> None:
    weights = recency_weights(n)
    assert (np.diff(weights) > 0.0).all()
    assert weights[-1] == 1.0


def test_the_crowd_by_hand() -> None:
    # Two are pooled in log odds and three by the recency weighted median.
    odds = math.sqrt(0.25 / 0.75 * (0.8 / 0.2))
    assert pool_crowd([0.25, 0.8]) == pytest.approx(odds / (1 + odds))
    # e^(1 − √3) + e^(√2 − √3) = 1.208 against 1 for the newest: half of 2.208 is passed at 0.5
    assert pool_crowd([0.2, 0.5, 0.9]) == 0.5
    assert pool_crowd([0.2, 0.9, 0.5]) == 0.5
    # 1 lies on the newest and 1.765 on the two newest: half of 2.690 is passed at 0.3
    assert pool_crowd([0.9, 0.8, 0.3, 0.1]) == 0.3
    # One careless zero does not wreck a crowd of three.
    assert pool_crowd([0.0, 0.4, 0.5]) == 0.4
    # Two who agree beyond the clip are believed.
    assert pool_crowd([0.001, 0.001]) == 0.001


def logit(p: float) -> float:
    return math.log(p / (1.0 - p))


def test_the_weighted_crowd_by_hand() -> None:
    # Two weigh by skill alone, in log-odds.
    odds = (3 * logit(0.6) + logit(0.4)) / 4
    assert pool_crowd([0.4, 0.6], [1, 3]) == pytest.approx(1 / (1 + math.exp(-odds)))
    # Three weigh by skill and recency.
    weights = recency_weights(3) * [2, 1, 1]
    odds = np.average([logit(p) for p in (0.3, 0.5, 0.6)], weights=weights)
    assert pool_crowd([0.3, 0.5, 0.6], [2, 1, 1]) == pytest.approx(1 / (1 + math.exp(-odds)))
    # A careless zero pulls no harder than a forecast at the end of the reach.
    edge = 1 / (1 + math.exp(REACH))
    assert pool_crowd([0.5, 0.0, 0.5, 0.5], [1] * 4) == pool_crowd([0.5, edge, 0.5, 0.5], [1] * 4)
    # Who agrees beyond the clip is believed.
    assert pool_crowd([0.001, 0.001, 0.001], [1, 2, 3]) == 0.001
    assert pool_crowd([0.0, CLIP], [1, 1]) == CLIP


def test_skill_is_turned_into_weight() -> None:
    # An unknown forecaster weighs as much as an average one, and skill adds up in logarithms.
    assert weigh_skills([0.0, SKILL_SCALE, -2 * SKILL_SCALE]) == pytest.approx(
        [1.0, math.e, math.exp(-2)]
    )
    # However bad somebody was, the weight stays a number above 0.
    assert (weigh_skills([-1e9, 1e9]) > 0.0).all()
    assert np.isfinite(weigh_skills([-1e9, 1e9])).all()
    with pytest.raises(ForecastsError, match="finite"):
        weigh_skills([math.nan])


@check_rows([[1.0], [1.0, -1.0], [0.0, 0.0], [1.0, math.nan]])
def test_weights_that_do_not_fit_are_refused(weights: list[float]) -> None:
    for pool in (pool_crowd, pool_options):
        with pytest.raises(InvalidForecast, match="weights"):
            pool([0.2, 0.3] if pool is pool_crowd else [[0.2, 0.8], [0.3, 0.7]], weights)
    with pytest.raises(InvalidForecast, match="weights"):
        pool_curves([([0, 10], [0.0, 1.0]), ([0, 10], [0.1, 0.9])], weights)


@check_rows(ALL)
def test_no_forecast_a_table_or_no_probability_makes_no_aggregate(aggregate: Aggregate) -> None:
    for none in ([], [[0.2, 0.3], [0.2, 0.3]]):
        if aggregate is not equally_weighted_median:
            with pytest.raises(InvalidForecast, match="at least one"):
                aggregate(none)  # type: ignore[arg-type]
    for wrong in ([0.2, 1.2], [math.nan, 0.3, 0.4]):
        if aggregate is not equally_weighted_median:
            with pytest.raises(InvalidProbability):
                aggregate(wrong)


def test_nobody_has_no_weight() -> None:
    with pytest.raises(InvalidForecast, match="at least one"):
        recency_weights(0)


@law
@given(p=st.floats(0.01, 0.99), a=st.floats(0.2, 3.0))
def test_extremising_is_undone_by_the_inverse_exponent_and_symmetric(p: float, a: float) -> None:
    assert extremise(p, a) == pytest.approx(p**a / (p**a + (1 - p) ** a), rel=1e-9)
    assert extremise(1 - p, a) == pytest.approx(1 - extremise(p, a), abs=1e-12)
    assert extremise(extremise(p, a), 1.0 / a) == pytest.approx(p, rel=1e-3)


def test_extremising_at_its_limits() -> None:
    # Certainty stays certain when extremised and a huge exponent does not break.
    assert [extremise(p, 2.5) for p in (0.0, 1.0)] == [0.0, 1.0]
    assert [extremise(p, 1e6) for p in (0.4, 0.5, 0.6)] == [0.0, 0.5, 1.0]
    # An impossible forecast is not extremised.
    with pytest.raises(InvalidProbability):
        extremise(1.1, 2.0)


@check_rows([0.0, -1.0, math.inf, math.nan])
def test_an_exponent_is_positive_and_finite(a: float) -> None:
    with pytest.raises(ForecastsError, match="positive number"):
        extremise(0.6, a)


@st.composite
def tables(draw: st.DrawFn, options: int | None = None) -> list[list[float]]:
    """Rows of probabilities over exclusive options, zeros among them."""
    width = draw(st.integers(2, 5)) if options is None else options
    cells = st.lists(st.integers(0, 20), min_size=width, max_size=width).filter(any)
    return [
        [cell / sum(row) for cell in row] for row in draw(st.lists(cells, min_size=1, max_size=7))
    ]


@law
@given(table=tables())
def test_a_crowd_over_options_sums_to_one(table: list[list[float]]) -> None:
    pooled = pool_options(table)
    assert pooled.shape == (len(table[0]),)
    assert pooled.sum() == pytest.approx(1.0)
    assert (pooled >= 0.0).all()


@law
@given(p=crowds)
def test_two_options_are_a_binary_question(p: list[float]) -> None:
    for weights in (None, np.arange(1.0, len(p) + 1)):
        pooled = pool_options([[each, 1.0 - each] for each in p], weights)
        alone = pool_crowd(p, weights)
        assert pooled.tolist() == pytest.approx([alone, 1.0 - alone], abs=1e-9)


@law
@given(table=tables(options=4), order=st.permutations(range(4)))
def test_naming_options_in_another_order_only_reorders_the_crowd(
    table: list[list[float]], order: list[int]
) -> None:
    reordered = pool_options(np.array(table)[:, order])
    assert reordered == pytest.approx(pool_options(table)[order], abs=1e-12)


def test_options_without_agreement_or_sum() -> None:
    # When each is certain of another option the recency weighted mean stands in.
    weights = recency_weights(3)
    assert pool_options(np.eye(3)) == pytest.approx(weights / weights.sum())
    assert pool_options(np.eye(2)).tolist() == [0.5, 0.5]
    # Options that do not sum to one are refused.
    with pytest.raises(InvalidProbability, match=r"add up to 1, not 1\.1"):
        pool_options([[0.5, 0.5], [0.5, 0.6]])


@check_rows([[], [[]], [0.5, 0.5], 0.5])
def test_options_without_rows_are_refused(wrong: list[float]) -> None:
    with pytest.raises(InvalidForecast, match="one row for each forecaster"):
        pool_options(wrong)


Curve = tuple[list[float], list[float]]


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """A curve from 0 to 100 with knots of its own."""
    inner = draw(st.lists(st.integers(1, 99), max_size=4, unique=True))
    shares = sorted(draw(st.lists(probabilities, min_size=len(inner) + 2, max_size=len(inner) + 2)))
    return [0.0, *map(float, sorted(inner)), 100.0], shares


@law
@given(given_curves=st.lists(curves(), min_size=1, max_size=6), at=st.floats(-10, 110))
def test_the_crowd_curve_is_the_weighted_mean(given_curves: list[Curve], at: float) -> None:
    x, share = pool_curves(given_curves)
    own = [np.interp(at, *curve) for curve in given_curves]
    expected = float(np.average(own, weights=recency_weights(len(given_curves))))
    assert float(np.interp(at, x, share)) == pytest.approx(expected, abs=1e-9)
    skill = np.arange(1.0, len(given_curves) + 1)
    expected = float(np.average(own, weights=recency_weights(len(given_curves)) * skill))
    weighted = np.interp(at, *pool_curves(given_curves, skill))
    assert float(weighted) == pytest.approx(expected, abs=1e-9)


@law
@given(given_curves=st.lists(curves(), min_size=1, max_size=6))
def test_the_crowd_curve_is_a_curve_on_everyones_knots(given_curves: list[Curve]) -> None:
    x, share = pool_curves(given_curves)
    assert x.tolist() == sorted({knot for knots, _ in given_curves for knot in knots})
    assert (np.diff(share) >= 0.0).all()
    assert min(shares[0] for _, shares in given_curves) <= share[0]
    assert share[-1] <= max(shares[-1] for _, shares in given_curves)


@law
@given(curve=curves(), n=st.integers(1, 12))
def test_equal_curves_are_the_crowd_curve_to_the_last_bit(curve: Curve, n: int) -> None:
    x, share = pool_curves([curve] * n)
    assert (x.tolist(), share.tolist()) == curve


def test_curves_beyond_knots_and_no_curves() -> None:
    # A curve is constant beyond its own knots.
    x, share = pool_curves([([0, 10], [0.1, 0.9]), ([5, 20], [0.2, 1.0])])
    assert x.tolist() == [0.0, 5.0, 10.0, 20.0]
    assert share == pytest.approx([0.15, 0.35, (0.9 + 0.2 + 0.8 / 3) / 2, 0.95])
    # A crowd of no curves or of impossible ones is refused.
    with pytest.raises(InvalidForecast, match="at least one"):
        pool_curves([])
    with pytest.raises(InvalidProbability):
        pool_curves([([0.0, 1.0], [0.0, 1.5])])


@check_rows(TABLES["what_is_no_curve_is_refused"])
def test_what_is_no_curve_is_refused(wrong: Curve) -> None:
    with pytest.raises(InvalidForecast):
        pool_curves([([0.0, 1.0], [0.0, 1.0]), wrong])
