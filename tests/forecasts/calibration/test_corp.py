import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from forecasts.calibration.corp import (
    CorpRule,
    CurvePoint,
    corp,
    reliability_curve,
)
from forecasts.errors import ForecastsError, InvalidProbability
from tests.forecasts.strategies import law

Rows = list[tuple[float, int]]

RULES: list[CorpRule] = ["brier", "log"]
both_rules = pytest.mark.parametrize("rule", RULES)
hundredths = st.integers(0, 100).map(lambda k: k / 100)
rows = st.lists(st.tuples(hundredths, st.integers(0, 1)), min_size=1, max_size=40)


def columns(rows: Rows) -> tuple[list[float], list[int]]:
    return [p for p, _ in rows], [outcome for _, outcome in rows]


def nats(share: float) -> float:
    """What always saying this share costs when it is right about how often."""
    return -share * math.log(share) - (1 - share) * math.log(1 - share)


def test_the_parts_of_both_scores_by_hand() -> None:
    # The parts by hand.
    # .2 held once in two and .4 never: pooled to 1 of 4. Then .8 twice in two.
    found = corp([0.2, 0.2, 0.4, 0.4, 0.8, 0.8], [0, 1, 0, 0, 1, 1])
    assert found.recalibrated == (0.25, 0.25, 0.25, 0.25, 1.0, 1.0)
    assert found.score == pytest.approx((0.04 + 0.64 + 0.16 + 0.16 + 0.04 + 0.04) / 6)
    assert found.unc == pytest.approx(0.25)
    assert found.dsc == pytest.approx(0.25 - (3 * 0.0625 + 0.5625) / 6)
    assert found.mcb == pytest.approx(found.score - (3 * 0.0625 + 0.5625) / 6)
    # The parts of the log score by hand.
    found = corp([0.2, 0.2, 0.4, 0.4, 0.8, 0.8], [0, 1, 0, 0, 1, 1], rule="log")
    best = 4 * nats(0.25) / 6
    assert found.recalibrated == (0.25, 0.25, 0.25, 0.25, 1.0, 1.0)
    assert found.score == pytest.approx(
        -(3 * math.log(0.8) + math.log(0.2) + 2 * math.log(0.6)) / 6
    )
    assert found.unc == pytest.approx(math.log(2))
    assert found.dsc == pytest.approx(math.log(2) - best)
    assert found.mcb == pytest.approx(found.score - best)
    # Only the log score of the forecast is clipped.
    right, wrong = corp([0.0, 1.0], [0, 1], rule="log"), corp([0.0, 1.0], [1, 0], rule="log")
    assert (right.score, right.dsc, right.unc) == pytest.approx(
        (-math.log(0.999), math.log(2), math.log(2))
    )
    assert right.recalibrated == (0.0, 1.0)
    assert (wrong.score, wrong.dsc) == pytest.approx((-math.log(0.001), 0.0))
    assert wrong.recalibrated == (0.5, 0.5)


@both_rules
@pytest.mark.parametrize("outcome", [0, 1])
def test_what_always_ends_the_same_way_has_no_uncertainty(rule: CorpRule, outcome: int) -> None:
    found = corp([0.1, 0.5, 0.9], [outcome] * 3, rule=rule)
    assert found.recalibrated == (outcome, outcome, outcome)
    assert (found.dsc, found.unc) == (0.0, 0.0)
    assert found.mcb == found.score


@both_rules
def test_one_resolved_question_is_enough(rule: CorpRule) -> None:
    found = corp([0.7], [1], rule=rule)
    assert found.recalibrated == (1.0,)
    assert found.mcb == found.score == pytest.approx(0.09 if rule == "brier" else -math.log(0.7))


def test_recalibration_pools_ranks_and_rounding() -> None:
    # Forecasts that rank backwards are all pooled.
    assert corp([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]).recalibrated == (0.5, 0.5, 0.5, 0.5)
    # Numbers that differ only by rounding are equal.
    found = corp([0.35, 0.4 - 0.05, 1 - 0.65], [0, 1, 0])
    assert found.recalibrated == (1 / 3, 1 / 3, 1 / 3)
    assert found.dsc == pytest.approx(0.0)
    assert len(reliability_curve([0.35, 0.4 - 0.05, 1 - 0.65], [0, 1, 0])) == 1


@law
@given(rows, st.randoms(), st.sampled_from(RULES))
def test_equal_forecasts_get_equal_recalibrated_values_in_any_order(
    rows: Rows, random: Random, rule: CorpRule
) -> None:
    by_p: dict[float, float] = {}
    found = corp(*columns(rows), rule=rule)
    for (p, _), value in zip(rows, found.recalibrated, strict=True):
        assert by_p.setdefault(p, value) == value
    random.shuffle(rows)
    again = corp(*columns(rows), rule=rule)
    assert again.recalibrated == tuple(by_p[p] for p, _ in rows)
    assert (again.score, again.mcb, again.dsc, again.unc) == pytest.approx(
        (found.score, found.mcb, found.dsc, found.unc), abs=1e-12
    )


@law
@given(rows, st.sampled_from(RULES))
def test_the_parts_add_up_and_none_is_negative(rows: Rows, rule: CorpRule) -> None:
    found = corp(*columns(rows), rule=rule)
    assert found.score == pytest.approx(found.mcb - found.dsc + found.unc, abs=1e-12)
    assert min(found.mcb, found.dsc, found.unc) >= 0.0
    assert found.dsc <= found.unc + 1e-12


@law
@given(rows)
def test_the_recalibrated_values_are_those_of_scikit_learn(rows: Rows) -> None:
    p, outcomes = columns(rows)
    theirs = IsotonicRegression().fit_transform(p, outcomes)
    assert corp(p, outcomes).recalibrated == pytest.approx(theirs, abs=1e-9)


@law
@given(rows)
def test_the_curve_rises_through_each_forecast_once(rows: Rows) -> None:
    p, outcomes = columns(rows)
    points = reliability_curve(p, outcomes)
    assert [point.p for point in points] == sorted(set(p))
    assert [point.n for point in points] == [p.count(point.p) for point in points]
    assert all(low.recalibrated <= high.recalibrated for low, high in pairwise(points))
    height = {point.p: point.recalibrated for point in points}
    assert corp(p, outcomes).recalibrated == tuple(height[x] for x in p)


def test_the_points_of_the_curve_by_hand() -> None:
    assert reliability_curve([0.8, 0.2, 0.8, 0.5], [1, 1, 1, 0]) == (
        CurvePoint(0.2, 1, 0.5),
        CurvePoint(0.5, 1, 0.5),
        CurvePoint(0.8, 2, 1.0),
    )


def test_impossible_input_of_corp_is_refused() -> None:
    # Nothing to judge is refused.
    for judged in (corp, reliability_curve):
        with pytest.raises(
            ForecastsError, match="no resolved forecast to judge: give at least one"
        ):
            judged([], [])
        with pytest.raises(ValueError, match="is 0 or 1"):
            judged([0.5], [0.5])
        with pytest.raises(ForecastsError, match="one outcome for each forecast"):
            judged([0.5], [1, 0])
    # What is no probability is refused.
    for p in (1.1, -0.1, float("nan")):
        with pytest.raises(InvalidProbability):
            corp([p], [1])
