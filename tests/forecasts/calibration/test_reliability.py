"""All that can be said of one forecaster's calibration, and the bins behind it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.calibration.corp import consistency_band, corp, mcb_test, reliability_curve
from forecasts.calibration.decomposition import measure_discrimination, murphy, sharpness
from forecasts.calibration.reliability import (
    BAND_LEVEL,
    BIN_PERCENT,
    CalibrationSnapshot,
    Reliability,
    assess_reliability,
    bin_forecasts,
    give_advice,
)
from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.questions.question import QuestionId
from tests.forecasts.strategies import law, probabilities


def points(
    *found: tuple[float, int], clusters: list[str] | None = None
) -> list[CalibrationSnapshot]:
    names = [f"q{n}" for n in range(len(found))]
    return [
        CalibrationSnapshot(QuestionId(name), cluster, p, outcome)
        for name, cluster, (p, outcome) in zip(names, clusters or names, found, strict=True)
    ]


def judged(
    given_points: list[CalibrationSnapshot], *, resamples: int = 200, seed: int = 0
) -> Reliability:
    found = assess_reliability(given_points, resamples=resamples, seed=seed)
    assert found is not None
    return found


def test_reliability_of_few_or_certain_points() -> None:
    # Without a point there is nothing to say.
    assert assess_reliability([]) is None
    # One point is judged as far as it goes.
    found = judged(points((0.7, 1)))
    assert (found.n, found.clusters) == (1, 1)
    assert (found.corp.score, found.corp.mcb, found.corp.dsc, found.corp.unc) == pytest.approx(
        (0.09, 0.09, 0.0, 0.0)
    )
    assert [(at.p, at.n, at.recalibrated) for at in found.curve] == [(0.7, 1, 1.0)]
    assert (found.band.x, found.band.lower, found.band.upper, found.band.level) == (
        (0.7,),
        (0.0,),
        (1.0,),
        BAND_LEVEL,
    )
    assert [b.n for b in found.bins] == [0, 0, 0, 1, 0]
    assert found.p_value == 1.0
    assert (found.discrimination.auc, found.sharpness) == (None, 0.0)
    assert found.advice == "Too few questions to say anything: 1 of the 20 needed, 19 are missing."
    # Where everything happened there is nothing to tell apart.
    found = judged(points(*((p / 100, 1) for p in range(70, 99))))
    assert (found.corp.unc, found.corp.dsc) == (0.0, 0.0)
    assert {at.recalibrated for at in found.curve} == {1.0}
    assert found.corp.mcb == pytest.approx(found.corp.score)
    assert (found.discrimination.auc, found.discrimination.no) == (None, 0)
    assert found.advice.startswith(
        "Too low: forecasts said 84% on average and 100% happened; go higher."
    )
    # Certainties that were right are perfect.
    found = judged(points((1.0, 1), (0.0, 0), (1.0, 1)))
    assert (found.corp.score, found.corp.mcb, found.p_value) == (0.0, 0.0, 1.0)
    assert found.corp.dsc == pytest.approx(found.corp.unc)


def test_everything_is_of_the_same_points() -> None:
    p = [0.1, 0.1, 0.35, 0.6, 0.85, 0.35, 0.9, 0.6]
    happened = [0, 0, 1, 0, 1, 0, 1, 1]
    fates = ["a", "a", "b", "b", "c", "c", "d", "d"]
    given_points = points(*zip(p, happened, strict=True), clusters=fates)
    pairs = list(zip(p, happened, strict=True))
    assert judged(given_points, resamples=300, seed=7) == Reliability(
        snapshots=tuple(given_points),
        clusters=4,
        bins=bin_forecasts(pairs, fates),
        corp=corp(p, happened),
        curve=reliability_curve(p, happened),
        band=consistency_band(p, level=0.9, resamples=300, seed=7, clusters=fates),
        p_value=mcb_test(p, happened, resamples=300, seed=7, clusters=fates),
        murphy=murphy(p, happened),
        discrimination=measure_discrimination(p, happened),
        sharpness=sharpness(p),
        advice=give_advice(pairs, fates),
    )


def test_reliability_depends_on_seed_and_clusters() -> None:
    # The same seed gives the same answer.
    given_points = points(*((n / 20, n % 2) for n in range(20)))
    assert judged(given_points, seed=3) == judged(given_points, seed=3)
    assert judged(given_points, seed=3).band != judged(given_points, seed=4).band
    # Questions of one fate are one piece of luck.
    # Said 20 % thirty times, and half of it happened: an accusation, unless all of it was one
    # event.
    found = [(0.2, n % 2) for n in range(30)]
    apart, tied = judged(points(*found)), judged(points(*found, clusters=["one"] * 30))
    assert (apart.clusters, tied.clusters) == (30, 1)
    assert apart.p_value < 0.01
    assert tied.p_value > 0.1
    assert apart.band.upper[0] < 0.5 < tied.band.upper[0]
    assert apart.corp == tied.corp


def test_what_is_no_probability_or_no_outcome_is_refused() -> None:
    with pytest.raises(InvalidProbability):
        assess_reliability(points((1.1, 1)))
    with pytest.raises(InvalidProbability):
        assess_reliability(points((math.nan, 1)))
    with pytest.raises(ValueError, match="0 or 1"):
        assess_reliability(points((0.5, 2), (0.5, 0)))
    with pytest.raises(ForecastsError, match="at least one resample"):
        assess_reliability(points((0.5, 1)), resamples=0)


@law
@given(
    st.lists(
        st.tuples(probabilities, st.integers(0, 1), st.sampled_from("abc")), min_size=1, max_size=12
    )
)
def test_the_parts_belong_to_one_whole(facts: list[tuple[float, int, str]]) -> None:
    found = judged(
        points(*((p, o) for p, o, _ in facts), clusters=[c for _, _, c in facts]), resamples=20
    )
    assert found.n == len(facts) == sum(b.n for b in found.bins) == sum(at.n for at in found.curve)
    assert found.clusters == len({cluster for _, _, cluster in facts})
    assert found.corp.score == pytest.approx(found.corp.mcb - found.corp.dsc + found.corp.unc)
    assert found.band.x == tuple(at.p for at in found.curve)
    assert 1 / 21 <= found.p_value <= 1.0


def test_every_number_lands_in_one_bin() -> None:
    # Every tenth of a percent and its neighbours land in exactly one bin.
    for k in range(1001):
        exact = k / 1000
        near = {exact, float(f"{k}e-3"), k * 0.001, 1.0 - (1000 - k) / 1000}
        near |= {math.nextafter(p, towards) for p in tuple(near) for towards in (0.0, 1.0)}
        for p in near:
            if 0.0 <= p <= 1.0:
                (at,) = (place for place, b in enumerate(bin_forecasts([(p, 1)])) if b.n == 1)
                assert at == min(k // (10 * BIN_PERCENT), 4)
    # Thirty five percent lands in one bin however it was worked out.
    for p in (0.35, 0.4 - 0.05, 0.7 / 2, 1.0 - 0.65, 0.1 + 0.25, 35 / 100):
        assert [b.n for b in bin_forecasts([(p, 1)])] == [0, 1, 0, 0, 0]
