"""Likelihood ratios, words for them, and what repetition, time and silence leave of them."""

import math

import pytest
from hypothesis import strategies as st

from forecasts.errors import ForecastsError
from forecasts.evidence.likelihood_ratios import (
    ICD_203,
    ICD_203_BANDS,
    decay_weight,
    ratio_from_words,
)
from tests.tables import check_rows

inner = st.floats(0.01, 0.99)
ratios = st.floats(0.01, 100.0)
moments = st.lists(st.floats(0.0, 50.0), max_size=8).map(sorted)


def test_a_weight_halves_with_each_half_life() -> None:
    assert [decay_weight(2.0, age, 14.0) for age in (0, 7, 14, 42)] == pytest.approx(
        [2.0, 2**0.5, 1.0, 0.25], abs=1e-12
    )
    assert decay_weight(2.0, 1e9, None) == 2.0
    assert decay_weight(-math.inf, 1e6, 1.0) == 0.0


@check_rows([(-1.0, 14.0), (1.0, 0.0), (1.0, -3.0), (math.nan, 14.0), (1.0, math.inf)])
def test_evidence_from_the_future_and_impossible_half_lives_are_refused(
    age: float, half: float
) -> None:
    with pytest.raises(ForecastsError):
        decay_weight(1.0, age, half)


def test_words_become_ratios() -> None:
    # Words become the ratio of their midpoints.
    assert ratio_from_words("likely", "unlikely") == pytest.approx(0.675 / 0.325, abs=1e-12)
    assert ratio_from_words("rare", "common", {"rare": 0.1, "common": 0.4}) == pytest.approx(
        0.25, abs=1e-12
    )
    assert list(ICD_203.values()) == pytest.approx(
        [0.03, 0.125, 0.325, 0.5, 0.675, 0.875, 0.97], abs=1e-12
    )
    # An unknown word is refused with the known ones.
    with pytest.raises(
        ForecastsError,
        match="'perhaps' is no word for a chance here: use one of almost no chance, ",
    ):
        ratio_from_words("likely", "perhaps")
    # The bands of chance words touch.
    assert [low.high for low in ICD_203_BANDS[:-1]] == [high.low for high in ICD_203_BANDS[1:]]


@check_rows([0.0, 1.0, math.nan])
def test_a_word_that_means_certainty_leaves_no_ratio(midpoint: float) -> None:
    with pytest.raises(ForecastsError, match="midpoint of 'never'"):
        ratio_from_words("never", "likely", {"never": midpoint, "likely": 0.7})
