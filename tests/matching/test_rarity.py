"""A rare word says more; the table that ships counts in tokens, so that all languages meet in
it.
"""

import math

import numpy as np
import pytest

from tracker.matching import tokens as module
from tracker.matching.tokens import load_counts, token_rarities, token_rarity


def test_rarity_is_the_logarithm_of_how_few_texts_have_a_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "load_counts", lambda: (99, {"common": 50}))
    assert token_rarity("common") == pytest.approx(math.log(100 / 50.5))
    assert token_rarity("unheard") == pytest.approx(math.log(200))


def test_the_token_of_nothing_has_no_weight() -> None:
    assert token_rarity("") == 0.0


def test_every_token_of_the_table_weighs_something_and_the_unheard_weigh_most() -> None:
    texts, seen = load_counts()
    assert min(seen.values()) > 0
    assert max(seen.values()) <= texts
    assert (
        0.0
        < min(map(token_rarity, seen))
        <= max(map(token_rarity, seen))
        < token_rarity("unheardof")
    )


def test_what_is_much_spoken_of_weighs_less() -> None:
    assert token_rarity("@china") < token_rarity("@kazakhstan") < token_rarity("zebra")
    assert token_rarity("@united-states") < 4.0


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    names = ["", "@china", "unheardof"]
    found = token_rarities(names)
    assert found.dtype == np.float32
    assert found.tolist() == pytest.approx([token_rarity(name) for name in names])
    assert token_rarities([]).shape == (0,)
