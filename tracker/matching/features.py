"""Features of candidates (item × profile): the input of the head.

Each number has a meaning that a person can check; `FEATURE_NAMES` names the columns.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.matching.lexical import CandidatePairs, LexicalIndex, TokenCounts, sum_exactly

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
