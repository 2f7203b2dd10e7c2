"""BM25 of all profiles at once is BM25 of each one, and the best are the best."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tracker.matching import lexical_index
from tracker.matching.gazetteer import Aliases
from tracker.matching.lexical_index import LexicalIndex, sum_exactly
from tracker.matching.matching_profile import Profile
from tracker.matching.tokens import Vocabulary

WORDS = ("harbour", "strike", "treaty", "river", "vote", "flood", "unheard", "the")
TOKENS = Vocabulary()
texts = st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join)


def an_index(*sentences: str) -> LexicalIndex:
    return LexicalIndex([Profile(sentence) for sentence in sentences], Vocabulary(Aliases()))


def dense(index: LexicalIndex, items: list[str]) -> NDArray[np.float32]:
    """Items × profiles: BM25 in full."""
    found: NDArray[np.float32] = (index.count(items).shared @ index.bm25).toarray()
    return found


def test_bm25_of_an_example_counted_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        lexical_index, "token_rarities", lambda names: np.full(len(names), 2.0, dtype=np.float32)
    )
    index = an_index("harbour strike", "harbour harbour treaty")
    once, twice = 2.0 * 2.2 / (1 + 1.2), 2.0 * 2 * 2.2 / (2 + 1.2)
    assert dense(index, ["harbour"])[0] == pytest.approx([once, twice])
    assert dense(index, ["Harbours, harbour!"])[0] == pytest.approx(
        [once, twice]
    )  # each token of an item counts once
    assert dense(index, ["strikes at a harbour"])[0] == pytest.approx([2 * once, twice])
    assert dense(index, ["river the", ""]).any() == False  # noqa: E712 - numpy's


@given(st.lists(texts, min_size=1, max_size=8), st.lists(texts, max_size=5), st.integers(1, 5))
def test_the_best_are_those_of_a_full_computation(
    profiles: list[str], items: list[str], most: int
) -> None:
    index = an_index(*profiles)
    scores = dense(index, items)
    found = index.best(index.count(items), most)
    assert len(found) == len({*zip(found.items.tolist(), found.profiles.tolist(), strict=True)})
    for row, full in enumerate(scores):
        mine = sorted(full[found.profiles[found.items == row]].tolist(), reverse=True)
        assert mine == [score for score in sorted(full.tolist(), reverse=True) if score > 0][:most]


@given(st.lists(texts, max_size=6))
def test_an_item_is_counted_the_same_in_any_company(items: list[str]) -> None:
    one, other = (
        an_index("harbour strike", "river vote treaty"),
        an_index("harbour strike", "river vote treaty"),
    )
    whole = one.count(items)
    for row in reversed(range(len(items))):
        alone = other.count([items[row]])
        assert alone.shared.toarray().tolist() == whole.shared[row].toarray().tolist()
        assert alone.weight[0] == whole.weight[row]


def test_words_are_counted_for_items_and_profiles() -> None:
    index = an_index("the of", "harbour")
    assert dense(index, ["the harbour"])[0].tolist()[0] == 0.0
    index = an_index("harbour")
    weight = index.count(["harbour", "harbour harbour the", "harbour zebra"]).weight
    assert weight[0] == weight[1] < weight[2]
    index = an_index("harbour strike", "river")
    counted = index.count(["a strike in the harbour by the river"])
    shared = counted.shared.multiply(index.make_rows(["harbour strike", "river", "zebra"]))
    assert shared.sum(axis=1).ravel().tolist() == [[2.0, 1.0, 0.0]]
    index = an_index()
    assert len(index.best(index.count(["harbour strike"]), 3)) == 0
    assert len(an_index("harbour").best(an_index("harbour").count([]), 3)) == 0


@given(texts, st.lists(texts, max_size=3), texts, texts)
def test_a_further_line_never_lowers_a_score(
    sentence: str, lines: list[str], further: str, item: str
) -> None:
    before = LexicalIndex([Profile(sentence, tuple(lines))], TOKENS)
    after = LexicalIndex([Profile(sentence, (*lines, further))], TOKENS)
    assert dense(after, [item])[0, 0] >= dense(before, [item])[0, 0] - 1e-6


def test_names_are_counted_whether_a_profile_has_them_or_not() -> None:
    index = LexicalIndex([Profile("China signs a treaty")], TOKENS)
    texts = ["China", "Xi Jinping greets Putin in China", "zebra", ""]
    assert index.count(texts).names.tolist() == [1.0, 3.0, 0.0, 0.0]


def test_words_of_the_background_find_no_profile() -> None:
    index = LexicalIndex([Profile("river", background="The harbour of 2027.")], TOKENS)
    assert len(index.best(index.count(["harbour", "2027"]), 5)) == 0
    assert index.count(["harbour"]).shared.nnz == 1


@given(
    st.permutations(
        list(np.random.default_rng(0).uniform(0.1, 12.0, 40).astype(np.float32).tolist())
    )
)
def test_sums_do_not_depend_on_the_order_of_columns(values: list[float]) -> None:
    from scipy.sparse import csr_matrix

    row = csr_matrix(np.array([values], dtype=np.float32))
    assert sum_exactly(row)[0] == math.fsum(values)
    assert sum_exactly(row, np.full(40, 0.1, dtype=np.float32))[0] == pytest.approx(
        0.1 * math.fsum(values)
    )
