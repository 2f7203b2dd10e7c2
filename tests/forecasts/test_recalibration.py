"""The shift and stretch of log-odds that a record bears out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.statistics import recalibration
from forecasts.statistics.recalibration import CLIP, Recalibration, fit_recalibration
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows

records = st.lists(st.tuples(probabilities, st.integers(0, 1)), max_size=30)


def split(record: list[tuple[float, int]]) -> tuple[list[float], list[int]]:
    return [p for p, _ in record], [outcome for _, outcome in record]


def simulated(seed: int, n: int, sharpness: float) -> tuple[Floats, Floats]:
    """Forecasts and outcomes of someone whose log-odds are `sharpness` times what they should
    be.
    """
    rng = np.random.default_rng(seed)
    true = rng.normal(0.0, 1.2, n)
    happened = (rng.random(n) < 1 / (1 + np.exp(-true))).astype(np.float64)
    return 1 / (1 + np.exp(-sharpness * true)), happened


def test_recalibration_by_hand() -> None:
    # Without a record nothing changes.
    assert fit_recalibration([], []) == Recalibration(0.0, 1.0)
    # With wide priors it is plain logistic regression.
    p, happened = simulated(3, 400, 2.0)
    x = np.log(p / (1 - p)).clip(math.log(1 / 99), math.log(99))
    plain = LogisticRegression(C=np.inf, tol=1e-10).fit(x[:, None], happened)
    found = fit_recalibration(p, happened, sd_a=1e6, sd_b=1e6)
    assert (found.a, found.b) == pytest.approx((plain.intercept_[0], plain.coef_[0, 0]), abs=1e-5)
    # Too sure forecasts are drawn in and too cautious ones stretched.
    assert fit_recalibration(*simulated(1, 500, 2.5)).b < 0.7
    assert fit_recalibration(*simulated(1, 500, 0.5)).b > 1.3
    assert abs(fit_recalibration(*simulated(1, 2000, 1.0)).b - 1.0) < 0.15


@law
@given(records)
def test_tight_priors_change_nothing(record: list[tuple[float, int]]) -> None:
    found = fit_recalibration(*split(record), sd_a=1e-6, sd_b=1e-6)
    assert (found.a, found.b) == pytest.approx((0.0, 1.0), abs=1e-8)
    assert found.apply([0.01, 0.2, 0.99]) == pytest.approx([0.01, 0.2, 0.99], abs=1e-8)


@law
@given(records, st.floats(0.05, 3.0), st.floats(0.05, 3.0))
def test_no_other_shift_or_stretch_is_more_probable(
    record: list[tuple[float, int]], sd_a: float, sd_b: float
) -> None:
    p, happened = split(record)
    x = np.log(np.clip(p, *CLIP)) - np.log1p(-np.clip(p, *CLIP))

    def loss(at: Floats) -> float:
        z = at[0] + at[1] * x
        misfit = np.logaddexp(0.0, z) - np.array(happened) * z
        return float(np.sum(misfit) + (at[0] / sd_a) ** 2 / 2 + ((at[1] - 1) / sd_b) ** 2 / 2)

    found = fit_recalibration(p, happened, sd_a=sd_a, sd_b=sd_b)
    other = minimize(loss, [0.0, 1.0], method="BFGS")
    assert loss(np.array([found.a, found.b])) <= loss(other.x) + 1e-12 * (1 + loss(other.x))
    assert (found.a, found.b) == pytest.approx(tuple(other.x), abs=1e-3)


@check_rows([(1, 1.0), (0, -1.0)])
def test_one_outcome_shifts_within_limits(outcome: int, side: float) -> None:
    found = fit_recalibration([0.5] * 1000, [outcome] * 1000)
    shift = side * found.a
    assert shift > 0.0
    # Where the pull of the prior, a / 0.5², balances that of a thousand outcomes.
    assert shift / 0.25 == pytest.approx(1000 / (1 + math.exp(shift)))
    assert found.b == pytest.approx(1.0, abs=1e-9)


def test_separable_records_and_certainty() -> None:
    # Separable records and hardly any prior still settle.
    found = fit_recalibration([0.9, 0.8, 0.2], [1, 1, 0], sd_a=1e6, sd_b=1e6)
    assert math.isfinite(found.a)
    assert 10.0 < found.b < 100.0
    # Certainty is mended like the ends of the clip.
    ends = Recalibration(0.3, 0.5).apply([[0.0, 0.01], [0.99, 1.0]])
    assert ends.shape == (2, 2)
    assert ends[0, 0] == ends[0, 1]
    assert ends[1, 0] == ends[1, 1]
    assert ends[0, 0] == pytest.approx(1 / (1 + math.exp(-0.3 - 0.5 * math.log(1 / 99))))
    # The fitted clip is kept.
    assert fit_recalibration([0.3], [1], clip=(0.05, 0.95)).clip == (0.05, 0.95)


@law
@given(st.floats(-2.0, 2.0), st.floats(0.0, 3.0), st.lists(probabilities, min_size=2, max_size=8))
def test_equal_forecasts_get_equal_recalibrated_values_and_order_is_kept(
    a: float, b: float, p: list[float]
) -> None:
    found = Recalibration(a, b).apply([*sorted(p), max(p)])
    assert found[-1] == found[-2]
    assert (np.diff(found) >= 0.0).all()
    assert ((found > 0.0) & (found < 1.0)).all()


@check_rows([(0.0, 0.99), (0.01, 1.0), (0.6, 0.4), (math.nan, 0.9)])
def test_a_clip_that_leaves_certainty_in_is_refused(clip: tuple[float, float]) -> None:
    with pytest.raises(ForecastsError, match="clip"):
        fit_recalibration([0.3], [1], clip=clip)


def test_records_that_do_not_match_are_refused() -> None:
    with pytest.raises(ForecastsError, match="one outcome for each"):
        fit_recalibration([0.3, 0.4], [1])
    with pytest.raises(ForecastsError, match="flat list"):
        fit_recalibration([[0.3]], [[1]])
    with pytest.raises(InvalidProbability):
        fit_recalibration([1.3], [1])
    with pytest.raises(ValueError, match="0 or 1"):
        fit_recalibration([0.3], [0.5])


@check_rows([(0.0, 1.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.inf)])
def test_priors_without_a_width_are_refused(sd_a: float, sd_b: float) -> None:
    with pytest.raises(ForecastsError, match="standard deviations"):
        fit_recalibration([0.3], [1], sd_a=sd_a, sd_b=sd_b)


def test_a_fit_that_does_not_settle_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalibration, "_MAX_ITERATIONS", 1)
    with pytest.raises(ForecastsError, match="did not settle"):
        fit_recalibration([0.3], [1])
