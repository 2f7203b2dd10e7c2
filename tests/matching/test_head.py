"""The head turns features into a chance; an author's rule that is fulfilled has a floor."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.tables import check_rows
from tracker.matching.relevance_model import (
    FEATURE_NAMES,
    MIN_RELEVANCE_BY_RULE,
    MIN_RELEVANCE_BY_RULE_IN_TITLE,
    Head,
    Heads,
    load_heads,
)

WEIGHTS = tuple(0.5 if name == "BM25" else 0.0 for name in FEATURE_NAMES)
HEAD = Head(-1.0, WEIGHTS, 0.5, 10)
BOTH = Heads(HEAD, replace(HEAD, bias=-3.0))


def rows(*named: dict[str, float]) -> NDArray[np.float32]:
    """Rows of features, 0 where nothing is said."""
    return np.array(
        [[row.get(name, 0.0) for name in FEATURE_NAMES] for row in named], dtype=np.float32
    )


def relevance(features: NDArray[np.float32], *, bare: bool = False) -> list[float]:
    """P(relevant) of each row."""
    found: list[float] = BOTH.relevance(features, np.full(len(features), bare)).tolist()
    return found


def test_a_chance_is_the_sigmoid_of_the_weighted_sum() -> None:
    assert HEAD.log_odds(rows({"BM25": 4.0})).tolist() == [1.0]
    assert relevance(rows({"BM25": 4.0}))[0] == pytest.approx(1 / (1 + math.exp(-1.0)))
    assert relevance(rows({"BM25": 4.0}), bare=True)[0] == pytest.approx(1 / (1 + math.exp(1.0)))
    assert relevance(rows().reshape(0, len(FEATURE_NAMES))) == []


def test_a_fulfilled_rule_has_a_floor_but_no_ceiling() -> None:
    full = {"demanded": 1.0, "all terms": 1.0}
    assert relevance(rows(full))[0] == pytest.approx(MIN_RELEVANCE_BY_RULE)
    assert relevance(rows({**full, "all terms in headline": 1.0}))[0] == pytest.approx(
        MIN_RELEVANCE_BY_RULE_IN_TITLE
    )
    assert relevance(rows({**full, "BM25": 20.0}))[0] > MIN_RELEVANCE_BY_RULE_IN_TITLE
    assert relevance(rows({"all terms": 1.0}))[0] < 0.5
    assert relevance(rows({"demanded": 1.0}))[0] < 0.5


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=20))
def test_chances_are_chances_whatever_the_features(values: list[float]) -> None:
    assert all(0.0 <= p <= 1.0 for p in relevance(rows(*({"BM25": value} for value in values))))


@given(
    st.lists(
        st.lists(
            st.floats(-2, 2, width=32), min_size=len(FEATURE_NAMES), max_size=len(FEATURE_NAMES)
        ),
        min_size=1,
        max_size=9,
    )
)
def test_a_chance_is_the_same_in_any_company(values: list[list[float]]) -> None:
    head = load_heads("static").phrased
    features = np.array(values, dtype=np.float32)
    whole = head.log_odds(features).tolist()
    assert [head.log_odds(features[row : row + 1])[0] for row in range(len(values))] == whole


@check_rows(["static", "minilm", "lexical"])
def test_shipped_heads_are_complete(kind: str) -> None:
    found = load_heads(kind)
    for head in (found.phrased, found.bare):
        assert len(head.weights) == len(FEATURE_NAMES)
        assert any(weight > 0.0 for weight in head.weights)
        assert 0.0 < head.threshold < 1.0
        assert head.bias < 0.0  # what shares nothing is not relevant
    assert found.threshold == found.phrased.threshold


def test_without_an_encoder_no_weight_lies_on_cosines() -> None:
    found = load_heads("lexical")
    near = [FEATURE_NAMES.index("near the sentence"), FEATURE_NAMES.index("near a phrasing")]
    assert [head.weights[n] for head in (found.phrased, found.bare) for n in near] == [0.0] * 4


def test_heads_of_an_unknown_kind_are_an_error() -> None:
    with pytest.raises(KeyError):
        load_heads("crystal ball")
