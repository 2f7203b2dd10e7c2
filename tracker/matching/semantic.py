"""The semantic stage: how near an item is in meaning to the phrasings of each profile, as cosines
of vectors.
"""

from collections.abc import Sequence
from itertools import accumulate, chain, pairwise
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tracker.matching.lexical import Pairs
from tracker.matching.profile import Profile
from tracker.matching.tokens import Tokens

Floats = NDArray[np.float32]

MOST_SUMMARY: Final = 300
"""Characters of a summary that are encoded after the headline."""

NEAR: Final = 0.4
"""Cosine from which a profile is a candidate even if it shares no rare word with the item."""


GRID: Final = 2.0**11
"""Steps to 1 of the numbers in a vector that is compared; it moves a cosine by some 0.0002."""


class Encoder(Protocol):
    """Texts → vectors of length 1. `name` is its kind and its version, as in "static-1a2b3c4d"."""

    name: str
    dim: int

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row of float32 a text; all zero for a text without a known word."""


def kind_of(encoder: Encoder | None) -> str:
    """The kind of an encoder, by which heads and thresholds are chosen: "static", "minilm", or
    "lexical" for none.
    """
    return encoder.name.partition("-")[0] if encoder else "lexical"


def comparable(vectors: Floats) -> Floats:
    """Vectors of length 1 on a grid on which float32 products are exact, so that cosines are the
    same to the last bit.

    All sums are multiples of 2^-22 and not much above 1, which 24 bits hold. Else a product of
    matrices would depend on what else is multiplied, and a replay would find other numbers.
    """
    return np.asarray(np.rint(vectors * np.float32(GRID)) / np.float32(GRID), dtype=np.float32)


class Semantic:
    """The phrasings of all profiles as vectors.

    `phrasings` encodes the profiles' own texts, the encoder itself unless another is given: one
    that remembers them, where profiles come and go.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        encoder: Encoder,
        tokens: Tokens,
        phrasings: Encoder | None = None,
    ) -> None:
        self._encoder = encoder
        self._tokens = tokens
        self._starts = list(accumulate((len(p.phrasings) for p in profiles), initial=0))
        texts = list(chain.from_iterable(p.phrasings for p in profiles))
        self._phrasings = self._encoded(texts, phrasings or encoder)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Texts in any of the scripts that the gazetteer knows as `comparable` vectors."""
        return self._encoded(texts, self._encoder)

    def _encoded(self, texts: Sequence[str], encoder: Encoder) -> Floats:
        return comparable(encoder.encode([self._tokens.in_english(text) for text in texts]))

    def similar(self, vectors: Floats) -> Floats:
        """Items × phrasings: cosines of vectors that `encode` made."""
        found: Floats = vectors @ self._phrasings.T
        return found

    def best(self, similar: Floats) -> Floats:
        """Items × profiles: the highest cosine with any phrasing."""
        if similar.shape[1] == len(self._starts) - 1:  # one phrasing each, or nothing at all
            return similar
        return np.asarray(np.maximum.reduceat(similar, self._starts[:-1], axis=1))

    def near(self, best: Floats, most: int) -> Pairs:
        """Profiles that an item is near to, at most the `most` nearest."""
        items, profiles = np.divmod(np.flatnonzero(best >= NEAR), max(1, best.shape[1]))
        found = best[items, profiles]
        ends = np.cumsum(np.bincount(items, minlength=len(best)))
        kept = np.ones(len(items), dtype=bool)
        for start, end in pairwise([0, *ends.tolist()]):
            if end - start > most:
                row = found[start:end]
                kept[start:end] = row >= np.partition(row, len(row) - most)[len(row) - most]
        return Pairs(items[kept], profiles[kept])

    def sentence(self, similar: Floats, pairs: Pairs) -> Floats:
        """The cosine of each pair's item with the profile's own sentence."""
        return np.asarray(similar[pairs.items, np.asarray(self._starts)[pairs.profiles]])

    def of_profile(self, similar: Floats, item: int, profile: int) -> Floats:
        """The cosines of one item with each phrasing of one profile, its own sentence first."""
        return np.asarray(similar[item, self._starts[profile] : self._starts[profile + 1]])


def as_read(title: str, summary: str) -> str:
    """The text of an item that is encoded."""
    return f"{title}. {summary[:MOST_SUMMARY]}" if summary else title
