"""What is known of item and profile as numbers that a person can check."""

import numpy as np
import pytest

from tracker.matching.gazetteer import Aliases
from tracker.matching.lexical_index import CandidatePairs, LexicalIndex
from tracker.matching.matching_profile import Profile
from tracker.matching.relevance_model import (
    FEATURE_NAMES,
    compute_lexical_features,
    compute_rule_features,
)
from tracker.matching.tokens import Vocabulary

FIRST, LAST = FEATURE_NAMES.index("BM25"), FEATURE_NAMES.index("words in common")
LEXICAL = FEATURE_NAMES[FIRST : LAST + 1]
TOKENS = Vocabulary()


def features(item: str, *profiles: Profile, tokens: Vocabulary = TOKENS) -> list[dict[str, float]]:
    """The lexical features of an item with each profile, by name."""
    index = LexicalIndex(profiles, tokens)
    pairs = CandidatePairs(np.zeros(len(profiles), dtype=np.int64), np.arange(len(profiles)))
    found = compute_lexical_features(index, index.count([item]), pairs)
    assert found.dtype == np.float32
    return [dict(zip(LEXICAL, row, strict=True)) for row in found.tolist()]


def test_words_are_covered_by_their_rarity() -> None:
    (found,) = features("China signs a harbour treaty", Profile("China signs a harbour treaty"))
    assert (
        found["sentence covered"]
        == found["item covered"]
        == found["names in common"]
        == pytest.approx(1.0)
    )
    assert found["BM25 of its best"] == pytest.approx(1.0)
    assert found["words in common"] == pytest.approx(np.log(5))
    assert found["names elsewhere"] == 0.0
    (found,) = features("A zebra sleeps", Profile("China signs a treaty"))
    assert set(found.values()) == {0.0}
    tokens = Vocabulary(Aliases())
    (found,) = features("qwertyuio sleeps soundly", Profile("qwertyuio asdfghjkl"), tokens=tokens)
    assert found["sentence covered"] == pytest.approx(0.5)
    assert 0.0 < found["item covered"] < 0.5


def test_names_and_rare_words_are_counted_apart() -> None:
    assert features("harbour", Profile("harbour strike"))[0]["names in common"] == 0.5
    (found,) = features("Xi visits Kazan", Profile("Russia hosts a summit", ("Putin greets Xi",)))
    assert found["names elsewhere"] > 0.0
    assert found["names in common"] == 0.0
    nothing, common, rare = features(
        "China and a zebra", Profile("river"), Profile("China votes"), Profile("zebra from China")
    )
    assert nothing["rarest word"] == 0.0
    assert 0.0 < common["rarest word"] < rare["rarest word"]
    index = LexicalIndex([Profile("harbour")], TOKENS)
    nobody = np.zeros(0, dtype=np.int64)
    assert compute_lexical_features(
        index, index.count(["harbour"]), CandidatePairs(nobody, nobody)
    ).shape == (
        0,
        len(LEXICAL),
    )


def test_a_rule_counts_as_full_only_when_it_is() -> None:
    headline, anywhere = (
        np.array(x, dtype=np.float32) for x in ([1 / 3, 1.0, 0.0], [1.0, 1.0, 2 / 3])
    )
    found = compute_rule_features(headline, anywhere, np.array([1.0, 1.0, 1.0], dtype=np.float32))
    names = FEATURE_NAMES[LAST + 1 :]
    assert found.shape == (3, len(names))
    rows = [dict(zip(names, row, strict=True)) for row in found.tolist()]
    assert [row["all terms in headline"] for row in rows] == [0.0, 1.0, 0.0]
    assert [row["all terms"] for row in rows] == [1.0, 1.0, 0.0]
    assert [row["demanded"] for row in rows] == [1.0] * 3
