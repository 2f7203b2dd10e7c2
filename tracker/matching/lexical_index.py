"""Lexical stage: BM25 of items against all profiles at once, as sparse matrices.

Scores are BM25 (Robertson & Zaragoza 2009) with the rarity of `matching.rarity`: profiles are the
documents and an item is the query, each of its tokens once. Lengths do not count (b = 0), so that
a further line never lowers the score of a profile. Building takes a fraction of a second for ten
thousand profiles.
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

MAX_PROFILE_LENGTH: Final = 20_000
"""Characters of a profile that are read: all of its phrasings, within reason."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens of texts: `shared` is texts × columns, 1 where a text has a token of some profile.

    `weight` is the summed rarity of all distinct tokens of each text, and `names` the number of
    distinct people, places and bodies, both including those of no profile.
    """

    shared: "csr_matrix"
    weight: Floats
    names: Floats


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
        around = {t for p in profiles for t in tokens.of(p.background)}
        token_ids = sorted({t for counts in frequencies for t in counts} | around | {NO_TOKEN})
        self._token_of_column = np.array(token_ids, dtype=np.int64)
        self._column_of_token = np.full(len(tokens), -1, dtype=np.int64)
        self._column_of_token[self._token_of_column[1:]] = np.arange(1, len(token_ids))
        self.rarity = token_rarities([tokens.names[t] for t in token_ids])
        self.is_entity = np.array([tokens.is_entity(t) for t in token_ids], dtype=np.float32)
        self.bm25 = self._make_bm25(frequencies).T.tocsr()
        self._rarity_of_token = token_rarities(tokens.names)
        self._entity_of_token = self._find_entities(0)

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
        weight, names = (
            np.bincount(rows, values[ids], minlength=len(token_lists)).astype(np.float32)
            for values in (self._rarity_of_token, self._entity_of_token)
        )
        columns = self._column_of_token[ids]
        is_shared = columns > 0
        return TokenCounts(
            _make_ones(
                rows[is_shared], columns[is_shared], (len(token_lists), len(self._token_of_column))
            ),
            weight,
            names,
        )

    def make_rows(self, texts: Sequence[str]) -> "csr_matrix":
        """Return texts × columns: 1 where a text has a token of some profile."""
        return self._make_matrix(
            [
                dict.fromkeys((t for t in self.tokens.of(text) if self._has_column(t)), 1.0)
                for text in texts
            ]
        )

    def _has_column(self, token: int) -> bool:
        return token < len(self._column_of_token) and self._column_of_token[token] > 0

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

    def _add_rarities(self) -> None:
        """Add the rarities of new tokens, which no profile has."""
        missing = len(self.tokens) - len(self._column_of_token)
        if missing > 0:
            self._column_of_token = np.concatenate(
                [self._column_of_token, np.full(missing, -1, dtype=np.int64)]
            )
            first = len(self._rarity_of_token)
            new = token_rarities(self.tokens.names[first:])
            self._rarity_of_token = np.concatenate([self._rarity_of_token, new])
            self._entity_of_token = np.concatenate(
                [self._entity_of_token, self._find_entities(first)]
            )

    def _find_entities(self, first: int) -> Floats:
        tokens = range(first, len(self.tokens))
        return np.array([self.tokens.is_entity(t) for t in tokens], dtype=np.float32)

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
        saturated = [
            {token: n * (BM25_K1 + 1) / (n + BM25_K1) for token, n in counts.items()}
            for counts in frequencies
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
