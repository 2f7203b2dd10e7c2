"""The test for one planned look: flipped signs, whole families at a time."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError
from forecasts.statistics import intervals
from forecasts.statistics.intervals import sign_flip_test
from tests.forecasts.strategies import law
from tests.tables import check_rows

DIFFERENCES = [0.03, -0.02, 0.05, 0.01, -0.04, 0.06, 0.02, 0.07]

differences = st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=40)


def scattered(n: int, mean: float, seed: int = 5) -> list[float]:
    return (mean + 0.1 * np.random.default_rng(seed).standard_normal(n)).tolist()


def test_sign_flips_by_hand_scipy_and_seed() -> None:
    # Totals that tie but for rounding count as far.
    # 0.1 + 0.2 − 0.3 is 2.8e-17 in floats; all eight choices of sign reach 0.
    assert sign_flip_test([0.1, 0.2, -0.3]) == 1.0
    assert sign_flip_test([0.0, 0.0]) == 1.0
    # Exact flips agree with scipy.
    theirs = scipy.stats.permutation_test(
        (np.array(DIFFERENCES),), np.mean, permutation_type="samples", n_resamples=256
    )
    assert sign_flip_test(DIFFERENCES) == pytest.approx(theirs.pvalue, abs=1e-12)
    # Random flips never give zero.
    assert sign_flip_test([1.0] * 100, draws=999) == 1 / 1000
    # Random flips repeat with their seed.
    held = scattered(60, 0.02)
    assert (
        sign_flip_test(held, seed=3) == sign_flip_test(held, seed=3) != sign_flip_test(held, seed=4)
    )


@check_rows([intervals.EXACT_FAMILIES, intervals.EXACT_FAMILIES + 1])
def test_many_families_are_flipped_at_random_and_p_hardly_moves(n: int) -> None:
    held = scattered(n, 0.03)
    flips = np.array(np.meshgrid(*[[1, -1]] * n)).reshape(n, -1)
    exact = np.mean(np.abs(np.array(held) @ flips) >= abs(sum(held)) - 1e-12)
    assert 0.05 < exact < 0.9
    assert sign_flip_test(held) == pytest.approx(
        exact, abs=1e-12 if n <= intervals.EXACT_FAMILIES else 0.02
    )


def test_work_in_small_portions_is_all_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "MAX_CELLS", 64)
    assert sign_flip_test([1.0] * 20, draws=10) == 1 / 11


@law
@given(differences, st.integers(0, 3))
def test_p_ignores_sign_and_unit(held: list[float], seed: int) -> None:
    p = sign_flip_test(held, draws=200, seed=seed)
    assert 0.0 < p <= 1.0
    assert sign_flip_test([-d for d in held], draws=200, seed=seed) == p
    assert sign_flip_test([d * 128 for d in held], draws=200, seed=seed) == p


@check_rows(
    [
        ([], "at least one difference"),
        ([0.1, math.nan], "missing or infinite"),
        ([0.1, math.inf], "missing or infinite"),
        ([[0.1, 0.2]], "a plain list"),
        (0.1, "a plain list"),
    ]
)
def test_differences_that_cannot_be_tested_are_refused(held: object, reason: str) -> None:
    with pytest.raises(ForecastsError, match=reason):
        sign_flip_test(held)  # type: ignore[arg-type]


def test_no_draws_are_refused() -> None:
    with pytest.raises(
        ForecastsError, match="at least one repetition is needed, better thousands, not 0"
    ):
        sign_flip_test([0.1] * 20, draws=0)
