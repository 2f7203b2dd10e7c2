"""The plainest ways to match and to cluster, worked by hand."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.acceptance.evaluation.baselines import Bm25, exact_title, majority
from tests.forecasts.strategies import law


def test_bm25_is_the_formula_worked_by_hand() -> None:
    index = Bm25(["summits fail", "a summit in the rain and the wind", "nothing"])
    # Stems: 2, 3 and 1 words, 2 on average; "summit" stands in two of three.
    idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    scores = [idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * length / 2)) for length in (2, 3)]
    assert index.scores("Will the summit?", np.arange(3)) == pytest.approx([*scores, 0.0])


def test_bm25_takes_rarity_from_the_pool_alone() -> None:
    index = Bm25(["summit", "strike", "summit", "summit"])
    assert (
        index.scores("summit", np.array([0, 1]))[0]
        > index.scores("summit", np.array([0, 2, 3]))[0]
        > 0
    )


@law
@given(
    st.lists(
        st.sampled_from(["summit strike", "the rain", "summit summit", ""]), min_size=1, max_size=8
    )
)
def test_bm25_is_positive_for_shared_words_alone(texts: list[str]) -> None:
    scores = Bm25(texts).scores("A summit", np.arange(len(texts)))
    assert [score > 0 for score in scores] == ["summit" in text for text in texts]
    assert (scores >= 0).all()


def test_the_majority_is_the_commoner_direction() -> None:
    assert (majority([1, -1, -1, 0]), majority([1, 1, -1]), majority([])) == (-1, 1, 1)


def test_headlines_match_despite_capitals_and_spaces() -> None:
    assert exact_title(["A b", "a  B", "b"]) == [0, 0, 1]
