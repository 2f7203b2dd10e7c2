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
    BINS,
    Discrimination,
    Murphy,
    check_pairs,
    measure_discrimination,
    measure_gap,
    murphy,
    sharpness,
)
from forecasts.errors import ForecastsError, InvalidProbability
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/calibration/decomposition")

Rows = list[tuple[float, int]]

hundredths = st.integers(0, 100).map(lambda k: k / 100)
rows = st.lists(st.tuples(probabilities | hundredths, st.integers(0, 1)), min_size=1, max_size=40)
tied_rows = st.lists(st.tuples(hundredths, st.integers(0, 1)), min_size=1, max_size=40)


def columns(rows: Rows) -> tuple[list[float], list[int]]:
    return [p for p, _ in rows], [outcome for _, outcome in rows]


def test_murphys_parts_by_hand_and_at_edges() -> None:
    # Murphys parts by hand.
    # Bins (0, .5] and (.5, 1]: said .2 and .8, happened 0 of 2 and 1 of 2, overall 1 of 4.
    found = murphy([0.1, 0.3, 0.7, 0.9], [0, 0, 1, 0], edges=[0, 0.5, 1])
    assert found.brier == pytest.approx((0.01 + 0.09 + 0.09 + 0.81) / 4)
    assert found.rel == pytest.approx((2 * 0.2**2 + 2 * 0.3**2) / 4)
    assert found.res == pytest.approx((2 * 0.25**2 + 2 * 0.25**2) / 4)
    assert found.unc == pytest.approx(0.25 * 0.75)
    assert found.wbv == pytest.approx(0.1**2)
    assert found.wbc == pytest.approx(2 * (0.5 * -0.1 + -0.5 * 0.1) / 4)
    # The bias of a small bin is taken out even below zero.
    # One bin of two: its own noise is 2 · ½ · ½ / 1 / 2 = ¼, and that of the overall share ¼ too.
    found = murphy([0.5, 0.5], [0, 1])
    assert (found.rel, found.res, found.unc) == (0.0, 0.0, 0.25)
    assert (found.rel_bc, found.res_bc, found.unc_bc) == (-0.25, 0.0, 0.5)
    # One question has no uncertainty and nothing to correct.
    found = murphy([0.75], [1])
    assert found == Murphy(0.0625, 0.0625, 0.0, 0.0, 0.0, 0.0, 0.0625, 0.0, 0.0)
    # Zero lies in the first bin and one in the last.
    assert murphy([0.0, 0.1, 1.0, 0.95], [0, 1, 0, 1]).res == 0.0


@law
@given(rows, st.sampled_from([None, [0, 1], [0, 0.25, 0.5, 0.75, 1], [0, 0.05, 0.9, 1]]))
def test_murphys_parts_add_up_to_the_brier_score(rows: Rows, edges: list[float] | None) -> None:
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
    assert measure_gap(*columns(rows)) == pytest.approx(measure_gap(*columns(shuffled)), abs=1e-12)


@check_rows(range(1, 10))
def test_an_edge_lies_in_the_lower_bin(k: int) -> None:
    for p in (k / 10, 1 - (10 - k) / 10, k * 0.1, sum([0.1] * k)):
        assert murphy([p, k / 10 - 0.05], [1, 0]).res == 0.0  # one bin
        assert murphy([p, k / 10 + 0.001], [1, 0]).res == 0.25  # two bins
        assert measure_gap([p, k / 10 - 0.05], [1, 0]) == pytest.approx(abs(k / 10 - 0.025 - 0.5))


@check_rows(TABLES["edges_that_do_not_rise_are_refused"])
def test_edges_that_do_not_rise_are_refused(edges: list[float]) -> None:
    with pytest.raises(ForecastsError, match="edges of bins rise from 0 to 1"):
        murphy([0.5], [1], edges)


@check_rows([murphy, measure_discrimination, measure_gap, check_pairs])
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


def test_discrimination_sharpness_and_calibration_error_by_hand() -> None:
    # Equal forecasts are half a win.
    found = measure_discrimination([0.75, 0.25, 0.25, 0.5], [1, 0, 1, 0])
    assert found == Discrimination((1 + 1 + 0.5 + 0) / 4, 0.5, 0.375, 0.125, 2, 2)
    assert measure_discrimination([0.4 - 0.05, 0.35], [1, 0]).auc == 0.5
    # Without both outcomes there is nothing to tell apart.
    assert measure_discrimination([0.25, 0.75], [1, 1]) == Discrimination(
        None, 0.5, None, None, 2, 0
    )
    assert measure_discrimination([0.0], [0]) == Discrimination(None, None, 0.0, None, 0, 1)
    # Sharpness is the variance of what was said.
    assert sharpness([0.75] * 8) == 0.0
    assert sharpness([0, 0, 1, 1]) == 0.25
    assert sharpness([0.25, 0.75]) == 0.0625
    with pytest.raises(ForecastsError, match="give at least one"):
        sharpness([])
    with pytest.raises(InvalidProbability):
        sharpness([1.5])
    # Calibration error by hand.
    # In the first tenth .1 was said and it did not happen; in the last .9 and it did, .95 and no.
    assert measure_gap([0.1, 0.91, 0.95], [0, 1, 0]) == pytest.approx((0.1 + 0.86) / 3)


@law
@given(tied_rows, st.booleans())
def test_discrimination_agrees_with_scikit_learn(rows: Rows, turned: bool) -> None:
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


def test_calibration_error_is_the_one_of_scikit_learns_curve() -> None:
    rng = np.random.default_rng(10)
    p = rng.random(300)
    outcomes = rng.random(300) < p**2
    share, said = calibration_curve(outcomes, p, n_bins=BINS)
    sizes = np.unique(np.ceil(p * BINS), return_counts=True)[1]
    assert measure_gap(p, outcomes) == pytest.approx(sizes @ np.abs(share - said) / 300)
