import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from forecasts.calibration.corp import (
    Band,
    CorpRule,
    CurvePoint,
    consistency_band,
    corp,
    mcb_test,
    reliability_curve,
)
from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError, InvalidProbability
from tests.forecasts.strategies import law
from tests.tables import check_rows

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


def test_bands_by_hand() -> None:
    # The points of the curve by hand.
    assert reliability_curve([0.8, 0.2, 0.8, 0.5], [1, 1, 1, 0]) == (
        CurvePoint(0.2, 1, 0.5),
        CurvePoint(0.5, 1, 0.5),
        CurvePoint(0.8, 2, 1.0),
    )
    # A band of level nine tenths goes from five to ninety five percent.
    # 20 forecasts of 50 %: P(k ≤ 5) = .021, P(k ≤ 6) = .058, P(k ≤ 7) = .132 of Binomial(20, ½).
    said = [0.5] * 20
    found = {
        level: consistency_band(said, level=level, resamples=10_000) for level in (0.8, 0.9, 0.97)
    }
    assert found[0.9] == Band((0.5,), (0.3,), (0.7,), 0.9)
    assert (found[0.8].lower, found[0.8].upper) == ((0.35,), (0.65,))
    assert (found[0.97].lower, found[0.97].upper) == ((0.25,), (0.75,))
    # Certainties have a band without width.
    assert consistency_band([1.0, 0.0] * 20, resamples=50) == Band(
        (0.0, 1.0), (0.0, 1.0), (0.0, 1.0), 0.9
    )
    # One forecast has a band from never to always.
    assert consistency_band([0.5]) == Band((0.5,), (0.0,), (1.0,), 0.9)


def test_bands_hold_the_diagonal() -> None:
    # A band holds the diagonal and is narrower for more rows.
    p = np.arange(1, 20) / 20
    few, many = (consistency_band(np.repeat(p, each), resamples=300) for each in (3, 200))
    x, lower, upper = (np.array(part) for part in (many.x, many.lower, many.upper))
    assert np.all((lower < x) & (x < upper))
    assert np.all(upper - lower < np.array(few.upper) - few.lower)
    assert np.max(upper - lower) < 0.12
    # A band of forecasts that all differ rises and stays within bounds.
    band = consistency_band(np.random.default_rng(0).random(200), resamples=200)
    assert len(band.x) == 200
    for part in (band.x, band.lower, band.upper):
        assert list(part) == sorted(part)
        assert 0.0 <= part[0] <= part[-1] <= 1.0
    # A band does not depend on the order of rows but on the seed.
    p = np.random.default_rng(1).random(40)
    band = consistency_band(p, resamples=100)
    assert consistency_band(p[::-1], resamples=100) == band
    assert consistency_band(p, resamples=100, seed=1) != band


def test_clusters_of_one_and_of_all() -> None:
    # Clusters of one question are no clusters.
    p = np.sort(np.random.default_rng(1).random(40))
    outcomes = np.arange(40) % 2
    clusters = [f"question {k}" for k in range(40)]
    assert consistency_band(p, resamples=50, clusters=clusters) == consistency_band(p, resamples=50)
    assert mcb_test(p, outcomes, resamples=50, clusters=clusters) == mcb_test(
        p, outcomes, resamples=50
    )
    # Questions of one fate are one piece of luck.
    said, clusters = [0.5] * 20, ["summit"] * 20
    assert consistency_band(said, resamples=100, clusters=clusters) == Band(
        (0.5,), (0.0,), (1.0,), 0.9
    )
    assert mcb_test(said, [1] * 20) < 0.01
    assert mcb_test(said, [1] * 20, clusters=clusters) == 1.0


def test_clusters_widen_the_band() -> None:
    # Clusters widen the band in any order of rows.
    # 60 forecasts in clusters of 3 are as good as 20: see the band of level nine tenths above.
    said = [0.5] * 60
    for clusters in ([k // 3 for k in range(60)], [k % 20 for k in range(60)]):
        band = consistency_band(said, resamples=10_000, clusters=clusters)
        assert (band.lower, band.upper) == ((0.3,), (0.7,))
    alone = consistency_band(said)
    assert alone.upper[0] - alone.lower[0] < 0.3
    # Clusters of different sizes are drawn whole.
    # One time in four only the ten are drawn, and as often only the one; its value is then carried
    # on to the other.
    said, clusters = [0.0] * 10 + [1.0], ["big"] * 10 + ["small"]
    assert consistency_band(said, resamples=200, clusters=clusters) == Band(
        (0.0, 1.0), (0.0, 0.0), (1.0, 1.0), 0.9
    )
    assert consistency_band(said, resamples=200).upper == (0.0, 1.0)


def test_p_values_by_hand() -> None:
    # The test agrees with counting all outcomes.
    # 9 of 10 at 50 %: as far off or farther with 0, 1, 9, 10 of 10, that is 22 of 1024.
    assert mcb_test([0.5] * 10, [1] * 9 + [0], resamples=4000) == pytest.approx(22 / 1024, abs=0.01)
    # What came exactly as said speaks for calibration alone.
    assert mcb_test([0.3] * 10, [1] * 3 + [0] * 7) == 1.0
    assert mcb_test([0.0, 1.0, 1.0], [0, 1, 1]) == 1.0


def test_a_p_value_depends_on_the_seed_alone() -> None:
    rng = np.random.default_rng(2)
    p = rng.random(50)
    outcomes = rng.random(50) < p
    found = mcb_test(p, outcomes, resamples=300)
    assert mcb_test(p[::-1], outcomes[::-1], resamples=300) == found
    assert len({mcb_test(p, outcomes, resamples=300, seed=seed) for seed in range(5)}) > 1


def rejected(said: Floats, happened: NDArray[np.bool_], clusters: Sequence[int] | None) -> float:
    """How often a test at 10 % speaks against forecasts that are calibrated."""
    tried = enumerate(zip(said, happened, strict=True))
    found = [
        mcb_test(p, outcomes, resamples=99, seed=k, clusters=clusters) for k, (p, outcomes) in tried
    ]
    return float(np.mean(np.array(found) <= 0.1))


def test_the_test_accuses_as_often_as_it_says() -> None:
    # Independent questions are accused as often as the level says.
    rng = np.random.default_rng(3)
    said = rng.integers(1, 20, size=(200, 60)) / 20
    assert rejected(said, rng.random(said.shape) < said, None) == pytest.approx(0.1, abs=0.06)
    # Deadlines of one event are accused too often until they are a cluster.
    rng = np.random.default_rng(4)
    said = rng.integers(1, 20, size=(200, 100)) / 20
    happened = np.repeat(rng.random((200, 10)), 10, axis=1) < said
    clusters = [k // 10 for k in range(100)]
    assert rejected(said, happened, None) > 0.3
    assert rejected(said, happened, clusters) == pytest.approx(0.1, abs=0.06)
    # A test finds forecasts that are too sure.
    said = [0.05] * 50 + [0.95] * 50
    happened = [1] * 12 + [0] * 38 + [0] * 12 + [1] * 38
    assert mcb_test(said, happened) < 0.01
    assert mcb_test(said, happened, clusters=[k // 2 for k in range(100)]) < 0.01


def test_impossible_input_of_corp_is_refused() -> None:
    # Nothing to judge is refused.
    for judged in (
        lambda: corp([], []),
        lambda: reliability_curve([], []),
        lambda: consistency_band([]),
        lambda: mcb_test([], []),
    ):
        with pytest.raises(
            ForecastsError, match="no resolved forecast to judge: give at least one"
        ):
            judged()
    # What is no probability or no outcome is refused.
    for p in (1.1, -0.1, float("nan")):
        for judged in (
            lambda p=p: corp([p], [1]),
            lambda p=p: consistency_band([p]),
            lambda p=p: mcb_test([p], [1]),
        ):
            with pytest.raises(InvalidProbability):
                judged()
    for judged in (corp, reliability_curve, mcb_test):
        with pytest.raises(ValueError, match="is 0 or 1"):
            judged([0.5], [0.5])
        with pytest.raises(ForecastsError, match="one outcome for each forecast"):
            judged([0.5], [1, 0])
    # No resamples and clusters that do not match are refused.
    for judged in (
        lambda **given: consistency_band([0.5], **given),
        lambda **given: mcb_test([0.5], [1], **given),
    ):
        with pytest.raises(ForecastsError, match="at least one resample"):
            judged(resamples=0)
        with pytest.raises(
            ForecastsError, match="one cluster for each forecast: there are 2 for 1"
        ):
            judged(clusters=["a", "b"])


@check_rows([0.0, 1.0, 90, float("nan")])
def test_a_level_that_is_no_chance_is_refused(level: float) -> None:
    with pytest.raises(ForecastsError, match=r"such as 0\.9"):
        consistency_band([0.5], level=level)
