"""Lexical stage: BM25 of items against all profiles at once, as sparse matrices.

Scores are BM25 (Robertson & Zaragoza 2009) with the rarity of `matching.rarity`: profiles are the
documents and an item is the query, each of its tokens once. Building takes a fraction of a second
for ten thousand profiles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tracker.matching.matching_profile import Profile
from tracker.matching.tokens import NO_TOKEN, Vocabulary, token_rarities

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BM25_K1: Final = 1.2
BM25_B: Final = 0.75

MAX_PROFILE_LENGTH: Final = 20_000
"""Characters of a profile that are read: all of its phrasings, within reason."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens of texts: `shared` is texts × columns, 1 where a text has a token of some profile.

    `weight` is the summed rarity of all distinct tokens of each text, including those of no
    profile.
    """

    shared: "csr_matrix"
    weight: Floats


@dataclass(frozen=True, slots=True)
class CandidatePairs:
    """Candidates: pairs of an item and a profile."""

    items: Ints
    profiles: Ints

    def __len__(self) -> int:
        return len(self.items)


class LexicalIndex:
    """Index of profiles by their tokens."""

    def __init__(self, profiles: Sequence[Profile], tokens: Vocabulary) -> None:
        self.tokens = tokens
        self.profiles = profiles
        frequencies = [_count_tokens(tokens.of(p.words, MAX_PROFILE_LENGTH)) for p in profiles]
        token_ids = sorted({t for counts in frequencies for t in counts} | {NO_TOKEN})
        self._token_of_column = np.array(token_ids, dtype=np.int64)
        self._column_of_token = np.full(len(tokens), -1, dtype=np.int64)
        self._column_of_token[self._token_of_column[1:]] = np.arange(1, len(token_ids))
        self.rarity = token_rarities([tokens.names[t] for t in token_ids])
        self.is_entity = np.array([tokens.is_entity(t) for t in token_ids], dtype=np.float32)
        self.has = self._make_matrix([dict.fromkeys(counts, 1.0) for counts in frequencies])
        self.core = self._make_matrix([dict.fromkeys(tokens.of(p.text), 1.0) for p in profiles])
        self.bm25_rows = self._make_bm25(frequencies)
        self.bm25 = self.bm25_rows.T.tocsr()
        self.self_score = np.maximum(sum_exactly(self.core.multiply(self.bm25_rows)), 1e-6)
        self.core_weight = np.maximum(sum_exactly(self.core, self.rarity), 1e-6)
        self.core_entities = sum_exactly(self.core, self.rarity * self.is_entity)
        self._rarity_of_token = token_rarities(tokens.names)

    def count(self, texts: Sequence[str]) -> TokenCounts:
        """Count the tokens that texts share with the profiles."""
        token_lists = [self.tokens.of(text) for text in texts]
        lengths = np.fromiter(map(len, token_lists), dtype=np.int64, count=len(token_lists))
        ids = np.fromiter(
            chain.from_iterable(token_lists), dtype=np.int64, count=int(lengths.sum())
        )
        self._add_rarities()
        rows = np.repeat(np.arange(len(token_lists)), lengths)
        distinct = np.unique(rows * len(self.tokens) + ids)
        rows, ids = np.divmod(distinct, len(self.tokens))
        weight = np.bincount(rows, self._rarity_of_token[ids], minlength=len(token_lists)).astype(
            np.float32
        )
        columns = self._column_of_token[ids]
        is_shared = columns > 0
        return TokenCounts(
            _make_ones(
                rows[is_shared], columns[is_shared], (len(token_lists), len(self._token_of_column))
            ),
            weight,
        )

    def best(self, counted: TokenCounts, limit: int) -> CandidatePairs:
        """Return for each text the `limit` profiles with the highest BM25; fewer where fewer share
        a word.
        """
        scores = counted.shared @ self.bm25
        starts, columns, data = scores.indptr, scores.indices, scores.data
        counts, chosen = [], []
        for row in range(scores.shape[0]):
            start, end = starts[row], starts[row + 1]
            if end - start > limit:
                top = np.argpartition(data[start:end], end - start - limit)[-limit:]
                chosen.append(columns[start:end][top])
            else:
                chosen.append(columns[start:end])
            counts.append(len(chosen[-1]))
        rows = np.repeat(np.arange(scores.shape[0]), counts)
        return CandidatePairs(rows, np.concatenate(chosen).astype(np.int64) if chosen else rows)

    def match_tokens(self, counted: TokenCounts, pairs: CandidatePairs) -> "csr_matrix":
        """Return pairs × columns: 1 where item and profile share the token."""
        shared: csr_matrix = counted.shared[pairs.items].multiply(self.has[pairs.profiles]).tocsr()
        return shared

    def _add_rarities(self) -> None:
        """Add the rarities of new tokens, which no profile has."""
        missing = len(self.tokens) - len(self._column_of_token)
        if missing > 0:
            self._column_of_token = np.concatenate(
                [self._column_of_token, np.full(missing, -1, dtype=np.int64)]
            )
            new = token_rarities(self.tokens.names[len(self._rarity_of_token) :])
            self._rarity_of_token = np.concatenate([self._rarity_of_token, new])

    def _make_matrix(self, rows: Sequence[dict[int, float]]) -> "csr_matrix":
        from scipy.sparse import csr_matrix

        starts = list(accumulate((len(row) - (NO_TOKEN in row) for row in rows), initial=0))
        columns = np.fromiter(_iterate_tokens(rows), dtype=np.int64, count=starts[-1])
        values = np.fromiter(
            (v for row in rows for t, v in row.items() if t != NO_TOKEN), dtype=np.float32
        )
        return csr_matrix(
            (values, self._column_of_token[columns], starts),
            shape=(len(rows), len(self._token_of_column)),
        )

    def _make_bm25(self, frequencies: Sequence[dict[int, int]]) -> "csr_matrix":
        lengths = [sum(counts.values()) for counts in frequencies]
        mean_length = sum(lengths) / max(1, len(lengths)) or 1.0
        saturated = [
            {
                t: n * (BM25_K1 + 1) / (n + BM25_K1 * (1 - BM25_B + BM25_B * length / mean_length))
                for t, n in counts.items()
            }
            for counts, length in zip(frequencies, lengths, strict=True)
        ]
        matrix = self._make_matrix(saturated)
        matrix.data *= self.rarity[matrix.indices]
        return matrix


def sum_exactly(matrix: Any, weights: Floats | None = None) -> NDArray[np.float64]:
    """Return the (weighted) sum of each row, independent of the order of columns.

    That order depends on which words were seen first. Sums of thousands of numbers with 24 bits are
    exact in 53.
    """
    ones = np.ones(matrix.shape[1]) if weights is None else weights.astype(np.float64)
    return np.asarray(matrix.astype(np.float64) @ ones)


def _count_tokens(tokens: Sequence[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for token in tokens:
        counts[token] = counts.get(token, 0) + 1
    counts.pop(NO_TOKEN, None)
    return counts


def _iterate_tokens(rows: Sequence[dict[int, float]]) -> Iterator[int]:
    return (t for row in rows for t in row if t != NO_TOKEN)


def _make_ones(rows: Ints, columns: Ints, shape: tuple[int, int]) -> "csr_matrix":
    """Make a matrix of ones. Rows come sorted, so it needs no sorting."""
    from scipy.sparse import csr_matrix

    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, starts), shape=shape)
