"""The test for one planned look: flipped signs, whole families at a time."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError
from forecasts.statistics import intervals
from forecasts.statistics.intervals import cluster_sums, sign_flip_test
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


@check_rows([intervals.EXACT_CLUSTERS, intervals.EXACT_CLUSTERS + 1])
def test_many_clusters_are_flipped_at_random_and_p_hardly_moves(n: int) -> None:
    held = scattered(n, 0.03)
    flips = np.array(np.meshgrid(*[[1, -1]] * n)).reshape(n, -1)
    exact = np.mean(np.abs(np.array(held) @ flips) >= abs(sum(held)) - 1e-12)
    assert 0.05 < exact < 0.9
    assert sign_flip_test(held) == pytest.approx(
        exact, abs=1e-12 if n <= intervals.EXACT_CLUSTERS else 0.02
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


@law
@given(differences, st.integers(0, 3))
def test_clusters_of_one_row_are_no_clusters(held: list[float], seed: int) -> None:
    alone = list(range(len(held)))
    assert sign_flip_test(held, alone, draws=200, seed=seed) == sign_flip_test(
        held, draws=200, seed=seed
    )


@law
@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=12))
def test_rows_in_one_cluster_count_as_their_sum(held: list[float]) -> None:
    assert sign_flip_test([*held, 0.25], [0] * len(held) + [1]) == sign_flip_test(
        [math.fsum(held), 0.25]
    )


@check_rows(
    [
        ([], None, "at least one score"),
        ([0.1, math.nan], None, "missing or infinite"),
        ([0.1, math.inf], None, "missing or infinite"),
        ([0.1, 0.2], ["a"], "there are 1 for 2"),
        ([[0.1, 0.2]], None, "a plain list"),
        (0.1, None, "a plain list"),
    ]
)
def test_differences_that_cannot_be_tested_are_refused(
    held: object, events: list[str] | None, reason: str
) -> None:
    with pytest.raises(ForecastsError, match=reason):
        sign_flip_test(held, events)  # type: ignore[arg-type]


def test_no_draws_are_refused() -> None:
    with pytest.raises(
        ForecastsError, match="at least one repetition is needed, better thousands, not 0"
    ):
        sign_flip_test([0.1] * 20, draws=0)


def test_sums_of_clusters_keep_columns_apart() -> None:
    assert cluster_sums([[1, 10], [2, 20], [3, 30]], ["a", "b", "a"]).tolist() == [
        [4.0, 40.0],
        [2.0, 20.0],
    ]
