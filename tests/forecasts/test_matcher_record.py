"""What reviews say about the matcher: corrections of its probability, precision and recall."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forecasts.errors import InvalidProbability
from forecasts.evidence.corrections import (
    MAX_CORRECTION,
    MatchReview,
    apply_correction,
    fit_correction,
)
from forecasts.evidence.matcher_record import NearMissSample, Precision, estimate_recall
from tests.tables import check_rows

PROBABILITIES = st.floats(0.0, 1.0)
REVIEWS = st.lists(st.builds(MatchReview, PROBABILITIES, st.booleans()), max_size=30)
TOLERANCE = 1e-9


def test_without_reviews_nothing_is_corrected() -> None:
    assert fit_correction([]) == 0.0
    assert apply_correction(0.123, 0.0) == 0.123


@given(st.lists(PROBABILITIES, min_size=1, max_size=30))
def test_keeping_all_raises_and_rejecting_all_lowers(probabilities: list[float]) -> None:
    assert fit_correction(MatchReview(p, True) for p in probabilities) > 0.0
    assert fit_correction(MatchReview(p, False) for p in probabilities) < 0.0


@given(REVIEWS, PROBABILITIES)
def test_another_review_moves_it_towards_its_verdict(reviews: list[MatchReview], p: float) -> None:
    before = fit_correction(reviews)
    assert fit_correction([*reviews, MatchReview(p, True)]) >= before - TOLERANCE
    assert fit_correction([*reviews, MatchReview(p, False)]) <= before + TOLERANCE


@given(REVIEWS, st.randoms())
def test_it_is_bounded_and_ignores_the_order(reviews: list[MatchReview], random: object) -> None:
    correction = fit_correction(reviews)
    assert abs(correction) <= MAX_CORRECTION
    assert fit_correction(reviews[::-1]) == correction


@given(PROBABILITIES, st.integers(1, 40))
def test_the_same_verdict_more_often_says_more(p: float, count: int) -> None:
    rejected = MatchReview(p, False)
    few, more = fit_correction([rejected] * count), fit_correction([rejected] * (count + 1))
    assert more <= few + TOLERANCE


@given(st.floats(0.01, 0.99), st.floats(-3.0, 3.0))
def test_a_correction_is_taken_back_by_its_opposite(p: float, correction: float) -> None:
    corrected = apply_correction(p, correction)
    assume(0.001 < corrected < 0.999)
    assert math.isclose(apply_correction(corrected, -correction), p, rel_tol=1e-9)


def test_an_impossible_probability_is_refused() -> None:
    with pytest.raises(InvalidProbability):
        fit_correction([MatchReview(1.2, True)])


@check_rows(
    [
        (0, 0, "", False),
        (2, 2, "", False),
        (2, 3, "2 of 3 kept (67%)", False),
        (0, 7, "0 of 7 kept (0%)", False),
        (2, 8, "2 of 8 kept (25%)", True),
        (3, 10, "3 of 10 kept (30%)", False),
    ]
)
def test_precision_is_shown_from_three_reviews_on(
    accepted: int, reviewed: int, words: str, is_low: bool
) -> None:
    precision = Precision(accepted, reviewed)
    assert (str(precision), precision.is_low) == (words, is_low)


def test_recall_extrapolates_the_judged_near_misses() -> None:
    precision = Precision(8, 10)
    week = NearMissSample(logged=50, listed=100, answered=5, missed=1)
    recall = estimate_recall([week, NearMissSample(9, 9, 0, 0)], precision)
    assert recall is not None
    assert (round(recall.share, 4), recall.n) == (round(40 / 60, 4), 5)
    assert estimate_recall([NearMissSample(50, 100, 4, 1)], precision) is None
    assert estimate_recall([week], Precision(2, 2)) is None
    none_missed = estimate_recall([NearMissSample(50, 100, 5, 0)], precision)
    assert none_missed is not None
    assert none_missed.share == 1.0
