"""How near an item is to each phrasing, the same to the last bit in any company."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.matching.small_encoder import SmallEncoder
from tests.tables import check_rows
from tracker.matching.matching_profile import Profile
from tracker.matching.semantic import (
    GRID_STEPS,
    MAX_SUMMARY_LENGTH,
    MIN_CANDIDATE_COSINE,
    JudgeIndex,
    SemanticIndex,
    encoder_input,
    encoder_kind,
    round_to_grid,
)
from tracker.matching.tokens import Vocabulary

TOKENS = Vocabulary()
PROFILES = (
    Profile("harbour strike", ("dockers walk out",), ("dockers go back to work", "harbour opens")),
    Profile("river flood"),
    Profile("treaty is signed", ("leaders sign a treaty",)),
)
texts = st.lists(
    st.sampled_from("harbour strike river flood dockers treaty signed opens zebra".split()),
    max_size=6,
)


def semantic(*profiles: Profile) -> SemanticIndex:
    return SemanticIndex(profiles, SmallEncoder(), TOKENS)


def random_vectors(rows: int, width: int, seed: int) -> NDArray[np.float32]:
    found = np.random.default_rng(seed).normal(size=(rows, width))
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def test_the_best_phrasing_counts_for_a_profile() -> None:
    stage = semantic(*PROFILES)
    similar = stage.similar(stage.encode(["dockers walk out", "river flood"]))
    best = stage.best(similar)
    assert similar.shape == (2, 7)
    assert best.shape == (2, 3)
    assert best[0, 0] == pytest.approx(1.0, abs=1e-3)
    assert best[1, 1] == pytest.approx(1.0, abs=1e-3)
    assert best[1, 0] < 0.5
    stage = semantic(*PROFILES)
    pairs = stage.near(stage.best(stage.similar(stage.encode(["treaty is signed"]))), 3)
    assert (pairs.items.tolist(), pairs.profiles.tolist()) == ([0], [2])
    stage = semantic(*PROFILES)
    best = np.array(
        [[0.9, 0.8, 0.7], [0.9, 0.1, MIN_CANDIDATE_COSINE - 0.01], [0.0, 0.0, 0.0]],
        dtype=np.float32,
    )
    assert stage.near(best, 2).profiles.tolist() == [0, 1, 0]
    assert stage.near(best, 3).items.tolist() == [0, 0, 0, 1]


def test_a_judge_encodes_lines_when_they_are_compared() -> None:
    encoder, line_encoder = SmallEncoder("minilm-items"), SmallEncoder("minilm-lines")
    profiles = (replace(PROFILES[0], background="the port"), *PROFILES[1:])
    judge = JudgeIndex(profiles, encoder, TOKENS, line_encoder)
    assert line_encoder.asked == []
    vectors = judge.encode(["dockers walk out", "river flood"])
    rows = np.array([0, 0, 1]), np.array([0, 1, 4])
    cosines = judge.similar_lines(vectors, *rows)
    assert line_encoder.asked == ["harbour strike", "dockers walk out", "river flood"]
    assert cosines.tolist() == pytest.approx([cosines[0], 1.0, 1.0], abs=1e-3)
    assert cosines[0] < 0.5
    assert judge.similar_backgrounds(vectors, np.array([0]), np.array([0])).shape == (1,)
    assert line_encoder.asked[3:] == ["the port"]
    assert encoder.asked == ["dockers walk out", "river flood"]
    nobody = np.zeros(0, dtype=np.int64)
    assert judge.similar_lines(judge.encode([]), nobody, nobody).shape == (0,)


@given(st.lists(texts, min_size=1, max_size=5))
def test_a_judge_compares_the_same_in_any_company(items: list[list[str]]) -> None:
    judge = JudgeIndex(PROFILES, SmallEncoder(), TOKENS, SmallEncoder())
    vectors = judge.encode([" ".join(item) for item in items])
    rows = np.arange(len(items)).repeat(7), np.tile(np.arange(7), len(items))
    whole = judge.similar_lines(vectors, *rows)
    for place in reversed(range(len(whole))):
        chosen = np.array([place])
        assert judge.similar_lines(vectors, rows[0][chosen], rows[1][chosen])[0] == whole[place]


def test_nothing_is_near_to_nothing() -> None:
    empty = semantic()
    best = empty.best(empty.similar(empty.encode(["harbour"])))
    assert best.shape == (1, 0)
    assert len(empty.near(best, 5)) == 0
    stage = semantic(*PROFILES)
    assert len(stage.near(stage.best(stage.similar(stage.encode([]))), 5)) == 0
    stage = semantic(*PROFILES)
    assert not stage.similar(stage.encode(["", "🎉"])).any()
    assert encoder_kind(None) == "lexical"


def test_the_encoder_reads_headlines_and_names_in_english() -> None:
    encoder = SmallEncoder()
    SemanticIndex([Profile("中国")], encoder, TOKENS)
    assert encoder.asked == ["china 中国"]
    assert encoder_input("Title", "") == "Title"
    assert encoder_input("Title", "x" * 1_000) == "Title. " + "x" * MAX_SUMMARY_LENGTH


@check_rows(["static-1a2b", "minilm-8199be6f-1"])
def test_an_encoders_kind_begins_its_name(name: str) -> None:
    assert encoder_kind(SmallEncoder(name)) == name.split("-", maxsplit=1)[0]


@given(st.integers(0, 10_000))
def test_comparable_vectors_are_nearly_the_same_and_stay_so(seed: int) -> None:
    vectors = random_vectors(3, 384, seed)
    found = round_to_grid(vectors)
    assert np.abs(found - vectors).max() <= 0.5 / GRID_STEPS + 1e-7
    assert (round_to_grid(found) == found).all()
    assert not round_to_grid(np.zeros((1, 4), dtype=np.float32)).any()


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_cosines_of_comparable_vectors_are_exact_whatever_is_multiplied(
    seed: int, rows: int
) -> None:
    items, phrasings = (
        round_to_grid(random_vectors(rows, 256, seed)),
        round_to_grid(random_vectors(9, 256, seed + 1)),
    )
    exact = items.astype(np.float64) @ phrasings.astype(np.float64).T
    assert ((items @ phrasings.T).astype(np.float64) == exact).all()
    assert all((items[row] @ phrasings.T == exact[row]).all() for row in range(rows))


@given(st.lists(texts, min_size=1, max_size=5))
def test_an_item_is_as_near_in_any_company(items: list[list[str]]) -> None:
    stage, said = semantic(*PROFILES), [" ".join(item) for item in items]
    whole = stage.similar(stage.encode(said))
    assert all(
        (stage.similar(stage.encode([text]))[0] == whole[row]).all()
        for row, text in enumerate(said)
    )
