from collections.abc import Callable
from dataclasses import astuple
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from forecasts.calibration.decomposition import (
    Discrimination,
    Murphy,
    check_pairs,
    ece,
    ece_of_perfect,
    measure_discrimination,
    murphy,
    sharpness,
)
from forecasts.errors import ForecastsError, InvalidProbability
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows

Rows = list[tuple[float, int]]

hundredths = st.integers(0, 100).map(lambda k: k / 100)
rows = st.lists(st.tuples(probabilities | hundredths, st.integers(0, 1)), min_size=1, max_size=40)
tied_rows = st.lists(st.tuples(hundredths, st.integers(0, 1)), min_size=1, max_size=40)


def columns(rows: Rows) -> tuple[list[float], list[int]]:
    return [p for p, _ in rows], [outcome for _, outcome in rows]


def test_murphys_parts_by_hand() -> None:
    # Bins (0, .5] and (.5, 1]: said .2 and .8, happened 0 of 2 and 1 of 2, overall 1 of 4.
    found = murphy([0.1, 0.3, 0.7, 0.9], [0, 0, 1, 0], edges=[0, 0.5, 1])
    assert found.brier == pytest.approx((0.01 + 0.09 + 0.09 + 0.81) / 4)
    assert found.rel == pytest.approx((2 * 0.2**2 + 2 * 0.3**2) / 4)
    assert found.res == pytest.approx((2 * 0.25**2 + 2 * 0.25**2) / 4)
    assert found.unc == pytest.approx(0.25 * 0.75)
    assert found.wbv == pytest.approx(0.1**2)
    assert found.wbc == pytest.approx(2 * (0.5 * -0.1 + -0.5 * 0.1) / 4)


def test_the_bias_of_a_small_bin_is_taken_out_even_below_zero() -> None:
    # One bin of two: its own noise is 2 · ½ · ½ / 1 / 2 = ¼, and that of the overall share ¼ too.
    found = murphy([0.5, 0.5], [0, 1])
    assert (found.rel, found.res, found.unc) == (0.0, 0.0, 0.25)
    assert (found.rel_bc, found.res_bc, found.unc_bc) == (-0.25, 0.0, 0.5)


def test_one_question_has_no_uncertainty_and_nothing_to_correct() -> None:
    found = murphy([0.75], [1])
    assert found == Murphy(0.0625, 0.0625, 0.0, 0.0, 0.0, 0.0, 0.0625, 0.0, 0.0)


@law
@given(rows, st.sampled_from([None, [0, 1], [0, 0.25, 0.5, 0.75, 1], [0, 0.05, 0.9, 1]]))
def test_murphys_parts_add_up_to_the_brier_score_with_and_without_bias(
    rows: Rows, edges: list[float] | None
) -> None:
    p, outcomes = columns(rows)
    found = murphy(p, outcomes, edges)
    inside = found.wbv - found.wbc
    assert found.brier == pytest.approx(np.mean((np.array(p) - outcomes) ** 2), abs=1e-12)
    assert found.rel - found.res + found.unc + inside == pytest.approx(found.brier, abs=1e-12)
    assert found.rel_bc - found.res_bc + found.unc_bc + inside == pytest.approx(
        found.brier, abs=1e-12
    )
    assert min(found.rel, found.res, found.unc, found.wbv) >= 0.0
    assert found.res <= found.unc + 1e-12


@law
@given(rows, st.randoms())
def test_the_order_of_rows_does_not_matter(rows: Rows, random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    for decomposed in (murphy, measure_discrimination):
        ours, theirs = (
            np.array(astuple(decomposed(*columns(r))), dtype=float) for r in (rows, shuffled)
        )
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    assert ece(*columns(rows)) == pytest.approx(ece(*columns(shuffled)), abs=1e-12)


@check_rows(range(1, 10))
def test_a_number_on_an_edge_lies_in_the_lower_bin_however_it_was_computed(k: int) -> None:
    for p in (k / 10, 1 - (10 - k) / 10, k * 0.1, sum([0.1] * k)):
        assert murphy([p, k / 10 - 0.05], [1, 0]).res == 0.0  # one bin
        assert murphy([p, k / 10 + 0.001], [1, 0]).res == 0.25  # two bins
        assert ece([p, k / 10 - 0.05], [1, 0]) == pytest.approx(abs(k / 10 - 0.025 - 0.5))


def test_zero_lies_in_the_first_bin_and_one_in_the_last() -> None:
    assert murphy([0.0, 0.1, 1.0, 0.95], [0, 1, 0, 1]).res == 0.0


@check_rows(
    [
        [],
        [0.5],
        [0, 0.5, 0.5, 1],
        [1, 0],
        [0.1, 1],
        [0, 0.9],
        [0, float("nan"), 1],
        [[0, 1], [0, 1]],
    ]
)
def test_edges_that_do_not_rise_from_nothing_to_certainty_are_refused(edges: list[float]) -> None:
    with pytest.raises(ForecastsError, match="edges of bins rise from 0 to 1"):
        murphy([0.5], [1], edges)


@check_rows([murphy, measure_discrimination, ece, check_pairs])
def test_rows_that_cannot_be_judged_are_refused(judge: Callable[..., object]) -> None:
    with pytest.raises(ForecastsError, match="no resolved forecast to judge: give at least one"):
        judge([], [])
    with pytest.raises(ForecastsError, match="one outcome for each forecast"):
        judge([0.5, 0.6], [1])
    with pytest.raises(ForecastsError, match="one outcome for each forecast"):
        judge([[0.5, 0.6]], [[1, 0]])
    with pytest.raises(InvalidProbability):
        judge([0.5, float("nan")], [1, 0])
    with pytest.raises(ValueError, match="is 0 or 1"):
        judge([0.5, 0.6], [1, 0.5])


def test_equal_forecasts_are_half_a_win() -> None:
    found = measure_discrimination([0.75, 0.25, 0.25, 0.5], [1, 0, 1, 0])
    assert found == Discrimination((1 + 1 + 0.5 + 0) / 4, 0.5, 0.375, 0.125, 2, 2)
    assert measure_discrimination([0.4 - 0.05, 0.35], [1, 0]).auc == 0.5


def test_without_both_outcomes_there_is_nothing_to_tell_apart() -> None:
    assert measure_discrimination([0.25, 0.75], [1, 1]) == Discrimination(
        None, 0.5, None, None, 2, 0
    )
    assert measure_discrimination([0.0], [0]) == Discrimination(None, None, 0.0, None, 0, 1)


@law
@given(tied_rows, st.booleans())
def test_the_area_under_the_curve_is_the_one_that_scikit_learn_computes(
    rows: Rows, turned: bool
) -> None:
    rows = [*rows, (0.4, 0), (0.6, 1)]
    p, outcomes = columns([(p, 1 - outcome) if turned else (p, outcome) for p, outcome in rows])
    assert measure_discrimination(p, outcomes).auc == pytest.approx(
        roc_auc_score(outcomes, p), abs=1e-12
    )


@law
@given(rows)
def test_saying_the_opposite_turns_discrimination_round(rows: Rows) -> None:
    p, outcomes = columns([*rows, (0.4, 0), (0.6, 1)])
    ours, opposite = (
        measure_discrimination(p, outcomes),
        measure_discrimination(1 - np.round(p, 9), outcomes),
    )
    assert ours.slope is not None
    assert ours.slope == pytest.approx(-opposite.slope, abs=1e-8)
    assert measure_discrimination(np.round(p, 9), outcomes).auc == pytest.approx(1 - opposite.auc)


def test_sharpness_is_the_variance_of_what_was_said() -> None:
    assert sharpness([0.75] * 8) == 0.0
    assert sharpness([0, 0, 1, 1]) == 0.25
    assert sharpness([0.25, 0.75]) == 0.0625
    with pytest.raises(ForecastsError, match="give at least one"):
        sharpness([])
    with pytest.raises(InvalidProbability):
        sharpness([1.5])


def test_calibration_error_by_hand() -> None:
    # Halves: said .2 on average and none of two happened; said .9 and the one happened.
    assert ece([0.1, 0.3, 0.9], [0, 0, 1], bins=2) == pytest.approx((2 * 0.2 + 0.1) / 3)
    assert ece([0.1, 0.3, 0.9], [0, 0, 1], bins=1) == pytest.approx(0.1)


@check_rows([1, 5, 10, 17])
def test_calibration_error_is_the_one_of_scikit_learns_curve(bins: int) -> None:
    rng = np.random.default_rng(bins)
    p = rng.random(300)
    outcomes = rng.random(300) < p**2
    share, said = calibration_curve(outcomes, p, n_bins=bins)
    sizes = np.unique(np.ceil(p * bins), return_counts=True)[1]
    assert ece(p, outcomes, bins) == pytest.approx(sizes @ np.abs(share - said) / 300)


@check_rows([0, -3])
def test_less_than_one_bin_is_refused(bins: int) -> None:
    with pytest.raises(ForecastsError, match="give at least one"):
        ece([0.5], [1], bins)
    with pytest.raises(ForecastsError, match="give at least one"):
        ece_of_perfect(5, bins)


def test_a_perfect_forecaster_with_one_question_is_off_by_a_third() -> None:
    # E |p − o| = E 2 p (1 − p) = 1/3 for uniform p.
    assert ece_of_perfect(1) == pytest.approx(1 / 3, abs=0.01)


def test_the_error_of_a_perfect_forecaster_grows_with_bins_and_falls_with_questions() -> None:
    found = [
        ece_of_perfect(n, bins, resamples=500)
        for n, bins in ((400, 5), (400, 10), (50, 10), (10, 10))
    ]
    assert found == sorted(found)
    assert found[2] == pytest.approx(0.139, abs=0.01)


def test_the_same_seed_gives_the_same_perfect_forecasters() -> None:
    first, again, other = (ece_of_perfect(20, resamples=50, seed=seed) for seed in (3, 3, 4))
    assert first == again != other


@check_rows([(0, 10), (10, 0)])
def test_no_questions_and_no_resamples_are_refused(n: int, resamples: int) -> None:
    with pytest.raises(ForecastsError, match="give at least one of each"):
        ece_of_perfect(n, resamples=resamples)
