"""A rare word says more; the table that ships counts in tokens, so that all languages meet in
it.
"""

import math

import numpy as np
import pytest

from tracker.matching import rarity as module
from tracker.matching.rarity import counts, rarities, rarity


def test_rarity_is_the_logarithm_of_how_few_texts_have_a_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "counts", lambda: (99, {"common": 50}))
    assert rarity("common") == pytest.approx(math.log(100 / 50.5))
    assert rarity("unheard") == pytest.approx(math.log(200))


def test_the_token_of_nothing_has_no_weight() -> None:
    assert rarity("") == 0.0


def test_every_token_of_the_table_weighs_something_and_the_unheard_weigh_most() -> None:
    texts, seen = counts()
    assert min(seen.values()) > 0
    assert max(seen.values()) <= texts
    assert 0.0 < min(map(rarity, seen)) <= max(map(rarity, seen)) < rarity("unheardof")


def test_what_is_much_spoken_of_weighs_less() -> None:
    assert rarity("@china") < rarity("@kazakhstan") < rarity("zebra")
    assert rarity("@united-states") < 4.0


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    names = ["", "@china", "unheardof"]
    found = rarities(names)
    assert found.dtype == np.float32
    assert found.tolist() == pytest.approx([rarity(name) for name in names])
    assert rarities([]).shape == (0,)
