"""Relevance of candidates: a logistic head on their features, fitted on labelled pairs.

`load_heads.toml` holds its weights for each kind of encoder, with the number of pairs that they
rest on; `tests/training/heads.py` makes it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tracker.matching.lexical_index import CandidatePairs, LexicalIndex, TokenCounts, sum_exactly

Floats = NDArray[np.float32]

FEATURE_NAMES: Final = (
    "near the sentence",  # cosine of the item with the profile's own sentence
    "near a phrasing",  # the highest cosine with any phrasing
    "BM25",  # over 40
    "BM25 of its best",  # over what the profile's own sentence would score
    "sentence covered",  # share of the sentence's rarity that the item has
    "item covered",  # share of the item's rarity that the profile has
    "names in common",  # share of the rarity of names in the sentence that the item has
    "names elsewhere",  # rarity of matched names that stand in phrasings, over 10
    "rarest word",  # over 10
    "words in common",  # ln(1 + number)
    "terms in headline",  # share of the author's groups
    "terms",  # share of the author's groups, anywhere
    "all terms in headline",
    "all terms",
    "demanded",  # 1 where the author wrote terms
)


def compute_lexical_features(
    index: LexicalIndex, counted: TokenCounts, pairs: CandidatePairs
) -> Floats:
    """Compute the columns from "BM25" to "words in common"."""
    matched = index.match_tokens(counted, pairs)
    rarity, entity = index.rarity, index.is_entity
    total = sum_exactly(matched, rarity)
    bm25 = sum_exactly(matched.multiply(index.bm25_rows[pairs.profiles]))
    core = matched.multiply(index.core[pairs.profiles]).tocsr()
    in_core = sum_exactly(core, rarity)
    names_in_core = sum_exactly(core, rarity * entity)
    names = sum_exactly(matched, rarity * entity)
    entities = index.core_entities[pairs.profiles]
    return np.stack(
        [
            bm25 / 40.0,
            np.minimum(bm25 / index.self_score[pairs.profiles], 1.5),
            in_core / index.core_weight[pairs.profiles],
            total / np.maximum(counted.weight[pairs.items], 1e-6),
            np.where(entities > 0, names_in_core / np.maximum(entities, 1e-6), 0.5),
            (names - names_in_core) / 10.0,
            _max_per_row(matched.indptr, rarity[matched.indices]) / 10.0,
            np.log1p(np.diff(matched.indptr)),
        ],
        axis=1,
    ).astype(np.float32)


def compute_rule_features(headline: Floats, anywhere: Floats, demanded: Floats) -> Floats:
    """Compute the columns from "terms in headline" on."""
    full = [(share > 0.999).astype(np.float32) for share in (headline, anywhere)]
    return np.stack([headline, anywhere, *full, demanded], axis=1).astype(np.float32)


def _max_per_row(starts: NDArray[np.int32], values: Floats) -> Floats:
    """Return the highest value of each row, 0 for an empty one."""
    maxima = np.zeros(len(starts) - 1, dtype=np.float32)
    filled = np.diff(starts) > 0
    if filled.any():
        maxima[filled] = np.maximum.reduceat(values, starts[:-1][filled])
    return maxima


WEIGHTS_FILE: Final = Path(__file__).with_name("heads.toml")


MIN_RELEVANCE_BY_RULE_IN_TITLE: Final = 0.8
MIN_RELEVANCE_BY_RULE: Final = 0.65
"""Minimum P(relevant) if the author's own rule is fulfilled, in the headline or with the summary.
Of the labelled pairs 56 of 57 and 17 of 18 such items were relevant; the floors are lower, since
the rules were tried on the same news.
"""


@dataclass(frozen=True, slots=True)
class Head:
    """P(relevant) = sigmoid(bias + weights · features), in the order of `features.NAMES`.

    There is one for profiles with phrasings and one for a `bare` sentence. `threshold` is the
    working point: from there on a match becomes evidence. `pairs` is the number of labelled pairs
    that it rests on.
    """

    bias: float
    weights: tuple[float, ...]
    threshold: float
    pairs: int

    def log_odds(self, features: Floats) -> Floats:
        """Return the log-odds of relevance of each row."""
        totals = np.full(len(features), self.bias, dtype=np.float64)
        for column, weight in zip(features.T, self.weights, strict=True):
            # One by one: a product of matrices sums differently in each batch.
            totals += weight * column.astype(np.float64)
        return totals.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Heads:
    """Heads of one kind of encoder."""

    phrased: Head
    bare: Head

    @property
    def threshold(self) -> float:
        """Working point of profiles with phrasings."""
        return self.phrased.threshold

    def relevance(self, features: Floats, bare: NDArray[np.bool_]) -> Floats:
        """Return P(relevant) of each row, 0 to 1; `bare` marks rows of profiles without
        phrasings.
        """
        z = np.where(bare, self.bare.log_odds(features), self.phrased.log_odds(features))
        p = 1.0 / (1.0 + np.exp(-np.clip(z, -30.0, 30.0)))
        demanded = features[:, FEATURE_NAMES.index("demanded")] > 0.0
        headline = (
            features[:, FEATURE_NAMES.index("all terms in headline")]
            * MIN_RELEVANCE_BY_RULE_IN_TITLE
        )
        anywhere = features[:, FEATURE_NAMES.index("all terms")] * MIN_RELEVANCE_BY_RULE
        floor = np.where(demanded, np.maximum(headline, anywhere), 0.0)
        return np.asarray(np.maximum(p, floor), dtype=np.float32)


@lru_cache(maxsize=4)
def load_heads(kind: str) -> Heads:
    """Return the heads for "static", "minilm" or "lexical"."""
    tables = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    return Heads(_read_head(tables[kind]), _read_head(tables[f"{kind}-bare"]))


def _read_head(table: Mapping[str, Any]) -> Head:
    weights = tuple(float(table["weights"].get(name, 0.0)) for name in FEATURE_NAMES)
    return Head(table["bias"], weights, table["threshold"], table["pairs"])
