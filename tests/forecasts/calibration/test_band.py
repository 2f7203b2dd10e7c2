"""Bands and tests of calibration: what a calibrated forecaster would look like."""

from itertools import pairwise

import numpy as np
import pytest

from forecasts.calibration.band import fit_pointwise_band, judge_calibration
from forecasts.calibration.corp import corp, reliability_curve
from forecasts.calibration.dispersion import estimate_dispersion
from forecasts.calibration.family_correlation import correlate_outcomes
from forecasts.errors import ForecastsError, InvalidProbability


def test_bands_by_hand() -> None:
    # 20 forecasts of 50 %: P(k ≤ 5) = .021, P(k ≤ 6) = .058 of Binomial(20, ½).
    found = judge_calibration([0.5] * 20, [0, 1] * 10, draws=8000)
    alone = fit_pointwise_band([0.5] * 20, draws=2000)
    assert (alone.lower, alone.upper) == ((0.3,), (0.7,))
    # 60 forecasts in families of 3 that share one fate are as good as 20.
    tied = fit_pointwise_band([0.5] * 60, [k % 20 for k in range(60)], draws=2000)
    assert (tied.lower, tied.upper) == ((0.3,), (0.7,))
    assert found.simultaneous.lower[0] == pytest.approx(0.25, abs=0.06)
    assert found.simultaneous.upper[0] == pytest.approx(0.75, abs=0.06)
    assert found.outside == (0,)
    # Certainties have bands without width and one miss leaves them.
    found = judge_calibration([1.0, 0.0] * 20, [1, 0] * 19 + [0, 0], draws=100)
    assert found.simultaneous.lower == found.simultaneous.upper == (0.0, 1.0)
    assert found.outside == (0, -1)
    assert found.deviation.is_far


def test_bands_rise_and_hold_the_diagonal() -> None:
    rng = np.random.default_rng(0)
    for n in (40, 300):  # beyond 60 distinct forecasts the band is fitted at some of them
        p = rng.random(n)
        found = judge_calibration(p, rng.random(n) < p, draws=500)
        pointwise = fit_pointwise_band(p, draws=300)
        for band in (found.simultaneous, pointwise):
            assert band.x == tuple(sorted(p.round(12)))
            for low, x, high in zip(band.lower, band.x, band.upper, strict=True):
                assert 0.0 <= low <= high <= 1.0
                # At the ends the fit is biased outwards: there shares of 0 and 1 are usual.
                assert not 0.05 < x < 0.95 or low <= x <= high
        whole = found.simultaneous
        assert all(a <= b + 1e-9 for part in (whole.lower, whole.upper) for a, b in pairwise(part))
        width = np.subtract(whole.upper, whole.lower).mean()
        assert width > np.subtract(pointwise.upper, pointwise.lower).mean()


def test_the_same_seed_gives_the_same_answer() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(40).round(2)
    outcomes = (rng.random(40) < p).astype(int)
    found = judge_calibration(p, outcomes, draws=200)
    assert judge_calibration(p, outcomes, draws=200) == found
    assert judge_calibration(p, outcomes, draws=200, seed=1) != found
    apart = [f"q{n}" for n in range(40)]
    assert judge_calibration(p, outcomes, apart, draws=200) == found


def test_p_values_by_hand() -> None:
    # 9 of 10 at 50 %: as far off or farther with 0, 1, 9, 10 of 10, that is 22 of 1024.
    found = judge_calibration([0.5] * 10, [1] * 9 + [0], draws=4000)
    assert found.p_value == pytest.approx(22 / 1024, abs=0.01)
    # What came exactly as said speaks for calibration alone.
    assert judge_calibration([0.3] * 10, [1] * 3 + [0] * 7, draws=100).p_value == 1.0
    # The error of a perfect forecaster with one question: E |p − o| = 2 p (1 − p).
    assert judge_calibration([0.3], [1], draws=4000).expected_gap == pytest.approx(0.42, abs=0.02)


def test_one_fate_accuses_nobody() -> None:
    # Five questions each of forty families that share one fate, all of the same forecast.
    rng = np.random.default_rng(3)
    alarms = {"known": 0, "opened together": 0, "opened apart": 0}
    for world in range(40):
        p = np.repeat(rng.integers(1, 10, 40) / 10, 5)
        happened = np.repeat(rng.random(40), 5) < p
        families = np.repeat(np.arange(40), 5).tolist()
        order = rng.permutation(200)
        for name, found in (
            ("known", judge_calibration(p, happened, families, draws=150, seed=world)),
            ("opened together", judge_calibration(p, happened, draws=150, seed=world)),
            ("opened apart", judge_calibration(p[order], happened[order], draws=150, seed=world)),
        ):
            alarms[name] += any(found.outside) or found.deviation.is_far
    assert max(alarms["known"], alarms["opened together"]) <= 5
    assert alarms["opened apart"] >= 10


def test_too_sure_forecasts_leave_the_band() -> None:
    said = [0.05] * 50 + [0.95] * 50
    happened = [*[1, 0, 0, 0] * 12, 0, 0, *[0, 1, 1, 1] * 12, 1, 1]
    found = judge_calibration(said, happened)
    assert found.outside == (1, -1)
    assert found.deviation.is_far
    assert found.deviation.confidence > 3 > abs(found.deviation.level)
    assert found.p_value < 0.01
    # What was measured is what the decomposition says.
    assert [at.recalibrated for at in reliability_curve(said, happened)] == [0.24, 0.76]
    assert corp(said, happened).mcb == pytest.approx(0.19**2)


def test_luck_of_neighbours_widens_the_band() -> None:
    said = [0.5] * 60
    runs, spread = [1, 1, 1, 0, 0, 0] * 10, [1, 0] * 30
    apart, together = (judge_calibration(said, outcomes, draws=400) for outcomes in (spread, runs))
    assert (apart.dispersion, estimate_dispersion(np.zeros(9))) == (1.0, 1.0)
    # By hand: products at lags 1 to 8 of a run of three and three, times 8/9 to 1/9, over 60.
    luck = np.array(runs) - 0.5
    expected = 1 + 2 * sum((9 - k) / 9 * (luck[:-k] @ luck[k:]) for k in range(1, 9)) / 15.0
    assert estimate_dispersion(luck) == pytest.approx(max(1.0, expected))
    pairs = judge_calibration(said, [1] * 30 + [0] * 30, draws=400)
    assert pairs.dispersion > 5.0
    widths = [t.simultaneous.upper[0] - t.simultaneous.lower[0] for t in (apart, together, pairs)]
    assert widths == sorted(widths)
    # A recorded family is one row here.
    tied = judge_calibration(said, [1] * 30 + [0] * 30, [n // 30 for n in range(60)], draws=400)
    assert tied.dispersion == 1.0


def test_correlation_within_families() -> None:
    p = np.array([0.2, 0.6] * 50)
    families = np.repeat(np.arange(50), 2)
    luck = np.repeat(np.random.default_rng(0).random(50), 2)
    together = correlate_outcomes(p, (luck < p).astype(float), families)
    assert together.correlation > 0.8
    assert (together.questions, together.families, together.shared) == (100, 50, 50)
    assert together.effective == pytest.approx(100 / (1 + together.correlation))
    told = together.describe()
    assert told.startswith("100 questions (50 independent), which count as 5")
    assert told.endswith("(correlated by up to 1.00)")
    # Options that exclude each other do not count as one.
    exclusive = np.array([1.0, 0.0] * 25 + [0.0, 1.0] * 25)
    assert correlate_outcomes(np.full(100, 0.5), exclusive, families).correlation < 0.05
    # One family says nothing on its correlation, and families of one need none.
    assert correlate_outcomes(p, p, np.zeros(100, dtype=int)).correlation > 0.6
    apart = correlate_outcomes(p, p, np.arange(100))
    assert (apart.effective, apart.describe()) == (100, "100 questions")


def test_impossible_input_of_a_test_is_refused() -> None:
    with pytest.raises(ForecastsError, match="no resolved forecast to judge: give at least one"):
        judge_calibration([], [])
    with pytest.raises(InvalidProbability):
        judge_calibration([1.1], [1])
    with pytest.raises(ForecastsError, match="at least one draw"):
        judge_calibration([0.5], [1], draws=0)
    with pytest.raises(ForecastsError, match="one family for each forecast: there are 2 for 1"):
        judge_calibration([0.5], [1], ["a", "b"])
