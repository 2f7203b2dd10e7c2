"""The heads turn features into a chance: a sigmoid of a weighted sum, the same in any company."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.tables import check_rows
from tracker.matching import relevance_model
from tracker.matching.line_features import FEATURE_NAMES
from tracker.matching.relevance_model import Head, load_heads

HEAD = Head(-1.0, tuple(0.5 if name == "rarest word" else 0.0 for name in FEATURE_NAMES))
JUDGED_ONLY = ("judged near the line", "headline near the line", "near the background")


def make_rows(*named: dict[str, float]) -> NDArray[np.float32]:
    """Rows of features, 0 where nothing is said."""
    rows = [[row.get(name, 0.0) for name in FEATURE_NAMES] for row in named]
    return np.array(rows, dtype=np.float32).reshape(len(named), len(FEATURE_NAMES))


def test_a_chance_is_the_sigmoid_of_the_weighted_sum() -> None:
    assert HEAD.log_odds(make_rows({"rarest word": 4.0})).tolist() == [1.0]
    (chance,) = HEAD.relevance(make_rows({"rarest word": 4.0}))
    assert chance == pytest.approx(1 / (1 + math.exp(-1.0)))
    (less,) = replace(HEAD, bias=-3.0).relevance(make_rows({"rarest word": 4.0}))
    assert less == pytest.approx(1 / (1 + math.exp(1.0)))
    assert HEAD.relevance(make_rows()).shape == (0,)


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=20))
def test_chances_are_chances_whatever_the_features(values: list[float]) -> None:
    chances = HEAD.relevance(make_rows(*({"rarest word": value} for value in values)))
    assert all(0.0 <= p <= 1.0 for p in chances.tolist())


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
    head = load_heads("static").judge
    features = np.array(values, dtype=np.float32)
    whole = head.log_odds(features).tolist()
    assert [head.log_odds(features[row : row + 1])[0] for row in range(len(values))] == whole


@check_rows(["static", "minilm", "lexical"])
def test_shipped_heads_are_complete(kind: str) -> None:
    heads = load_heads(kind)
    assert 0.0 < heads.gate < heads.threshold < 1.0
    assert heads.pairs > 10_000
    for head in (heads.wide, heads.judge):
        assert len(head.weights) == len(FEATURE_NAMES)
        assert any(weight > 0.0 for weight in head.weights)
        assert head.relevance(make_rows({}))[0] < heads.gate  # what shares nothing is not relevant


@check_rows(["static", "minilm", "lexical"])
def test_an_authors_rule_counts_for_and_against(kind: str) -> None:
    heads = load_heads(kind)
    for head in (heads.wide, heads.judge):
        without, missed, fulfilled = head.log_odds(
            make_rows({}, {"demanded": 1.0}, {"demanded": 1.0, "all terms": 1.0})
        )
        assert missed < without < fulfilled


@check_rows(
    [
        ("lexical", ("near the line", *JUDGED_ONLY)),
        ("static", JUDGED_ONLY),
    ]
)
def test_no_weight_lies_on_what_is_not_computed(kind: str, missing: tuple[str, ...]) -> None:
    heads = load_heads(kind)
    assert heads.wide == heads.judge
    assert [heads.judge.weights[FEATURE_NAMES.index(name)] for name in missing] == [0.0] * len(
        missing
    )


def test_the_transformer_judges_what_the_table_proposes() -> None:
    heads = load_heads("minilm")
    assert heads.wide == load_heads("static").wide
    judged = FEATURE_NAMES.index("judged near the line")
    assert heads.judge.weights[judged] > max(0.0, heads.wide.weights[judged])


def test_heads_of_an_unknown_kind_are_an_error() -> None:
    with pytest.raises(KeyError):
        load_heads("crystal ball")


def test_a_weight_of_no_feature_is_an_error() -> None:
    table = {"bias": 0.0, "weights": {"tea leaves": 1.0}}
    with pytest.raises(ValueError, match="tea leaves"):
        relevance_model._read_head(table)
