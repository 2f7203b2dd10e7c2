"""A rare word says more; the table that ships counts in tokens, so that all languages meet in
it.
"""

import math

import numpy as np
import pytest

from tracker.matching import tokens
from tracker.matching.tokens import load_counts, token_rarities, token_rarity


def test_rarity_is_the_logarithm_of_the_document_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens, "load_counts", lambda: (99, {"common": 50}))
    assert token_rarity("common") == pytest.approx(math.log(100 / 50.5))
    assert token_rarity("unheard") == pytest.approx(math.log(200))


def test_rare_tokens_weigh_most() -> None:
    assert token_rarity("") == 0.0
    texts, seen = load_counts()
    assert min(seen.values()) > 0
    assert max(seen.values()) <= texts
    assert (
        0.0
        < min(map(token_rarity, seen))
        <= max(map(token_rarity, seen))
        < token_rarity("unheardof")
    )
    assert token_rarity("@china") < token_rarity("@kazakhstan") < token_rarity("zebra")
    assert token_rarity("@united-states") < 4.0
    names = ["", "@china", "unheardof"]
    found = token_rarities(names)
    assert found.dtype == np.float32
    assert found.tolist() == pytest.approx([token_rarity(name) for name in names])
    assert token_rarities([]).shape == (0,)
