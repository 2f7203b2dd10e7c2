"""The lexical stage: all profiles at once as sparse matrices, an item as the tokens that it has in
common with them.

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

from tracker.matching.profile import Profile
from tracker.matching.rarity import rarities
from tracker.matching.tokens import NOTHING, Tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

K1: Final = 1.2
B: Final = 0.75

MOST_PROFILE: Final = 20_000
"""Characters of a profile that are read: all of its phrasings, within reason."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """Texts as tokens: `shared` is texts × columns, 1 where a text has a token that some profile
    has, too.

    `weight` is the summed rarity of all distinct tokens of each text, those that no profile has
    included.
    """

    shared: "csr_matrix"
    weight: Floats


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidates: which item goes with which profile."""

    items: Ints
    profiles: Ints

    def __len__(self) -> int:
        return len(self.items)


class Lexical:
    """An index of profiles by their words."""

    def __init__(self, profiles: Sequence[Profile], tokens: Tokens) -> None:
        self.tokens = tokens
        self.profiles = profiles
        whole = [_frequencies(tokens.of(p.words, MOST_PROFILE)) for p in profiles]
        known = sorted({t for one in whole for t in one} | {NOTHING})
        self._of_column = np.array(known, dtype=np.int64)
        self._column = np.full(len(tokens), -1, dtype=np.int64)
        self._column[self._of_column[1:]] = np.arange(1, len(known))
        self.rarity = rarities([tokens.names[t] for t in known])
        self.is_entity = np.array([tokens.is_entity(t) for t in known], dtype=np.float32)
        self.has = self._matrix([dict.fromkeys(one, 1.0) for one in whole])
        self.core = self._matrix([dict.fromkeys(tokens.of(p.text), 1.0) for p in profiles])
        self.bm25_rows = self._bm25(whole)
        self.bm25 = self.bm25_rows.T.tocsr()
        self.self_score = np.maximum(exact_sums(self.core.multiply(self.bm25_rows)), 1e-6)
        self.core_weight = np.maximum(exact_sums(self.core, self.rarity), 1e-6)
        self.core_entities = exact_sums(self.core, self.rarity * self.is_entity)
        self._rarity_of_token = rarities(tokens.names)

    def count(self, texts: Sequence[str]) -> Counted:
        """Texts as what they share with the profiles."""
        found = [self.tokens.of(text) for text in texts]
        lengths = np.fromiter(map(len, found), dtype=np.int64, count=len(found))
        ids = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=int(lengths.sum()))
        self._grow()
        rows = np.repeat(np.arange(len(found)), lengths)
        distinct = np.unique(rows * len(self.tokens) + ids)
        rows, ids = np.divmod(distinct, len(self.tokens))
        weight = np.bincount(rows, self._rarity_of_token[ids], minlength=len(found)).astype(
            np.float32
        )
        columns = self._column[ids]
        kept = columns > 0
        return Counted(_ones(rows[kept], columns[kept], (len(found), len(self._of_column))), weight)

    def best(self, counted: Counted, most: int) -> Pairs:
        """The `most` profiles with the highest BM25 for each text; fewer where fewer share a
        word.
        """
        scores = counted.shared @ self.bm25
        starts, columns, data = scores.indptr, scores.indices, scores.data
        items, chosen = [], []
        for row in range(scores.shape[0]):
            start, end = starts[row], starts[row + 1]
            if end - start > most:
                top = np.argpartition(data[start:end], end - start - most)[-most:]
                chosen.append(columns[start:end][top])
            else:
                chosen.append(columns[start:end])
            items.append(len(chosen[-1]))
        rows = np.repeat(np.arange(scores.shape[0]), items)
        return Pairs(rows, np.concatenate(chosen).astype(np.int64) if chosen else rows)

    def matched(self, counted: Counted, pairs: Pairs) -> "csr_matrix":
        """Pairs × columns: 1 where item and profile share the token."""
        found: csr_matrix = counted.shared[pairs.items].multiply(self.has[pairs.profiles]).tocsr()
        return found

    def _grow(self) -> None:
        """Give tokens that texts brought their rarity; no profile knows them."""
        missing = len(self.tokens) - len(self._column)
        if missing > 0:
            self._column = np.concatenate([self._column, np.full(missing, -1, dtype=np.int64)])
            new = rarities(self.tokens.names[len(self._rarity_of_token) :])
            self._rarity_of_token = np.concatenate([self._rarity_of_token, new])

    def _matrix(self, rows: Sequence[dict[int, float]]) -> "csr_matrix":
        from scipy.sparse import csr_matrix

        starts = list(accumulate((len(row) - (NOTHING in row) for row in rows), initial=0))
        columns = np.fromiter(_but_nothing(rows), dtype=np.int64, count=starts[-1])
        values = np.fromiter(
            (v for row in rows for t, v in row.items() if t != NOTHING), dtype=np.float32
        )
        return csr_matrix(
            (values, self._column[columns], starts), shape=(len(rows), len(self._of_column))
        )

    def _bm25(self, whole: Sequence[dict[int, int]]) -> "csr_matrix":
        lengths = [sum(one.values()) for one in whole]
        usual = sum(lengths) / max(1, len(lengths)) or 1.0
        saturated = [
            {t: n * (K1 + 1) / (n + K1 * (1 - B + B * length / usual)) for t, n in one.items()}
            for one, length in zip(whole, lengths, strict=True)
        ]
        found = self._matrix(saturated)
        found.data *= self.rarity[found.indices]
        return found


def exact_sums(matrix: Any, weights: Floats | None = None) -> NDArray[np.float64]:
    """The (weighted) sum of each row, the same in any order of columns.

    That order depends on which words were seen first. Sums of thousands of numbers with 24 bits are
    exact in 53.
    """
    ones = np.ones(matrix.shape[1]) if weights is None else weights.astype(np.float64)
    return np.asarray(matrix.astype(np.float64) @ ones)


def _frequencies(found: Sequence[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for token in found:
        counts[token] = counts.get(token, 0) + 1
    counts.pop(NOTHING, None)
    return counts


def _but_nothing(rows: Sequence[dict[int, float]]) -> Iterator[int]:
    return (t for row in rows for t in row if t != NOTHING)


def _ones(rows: Ints, columns: Ints, shape: tuple[int, int]) -> "csr_matrix":
    """Rows come sorted, so that the matrix can be made without sorting again."""
    from scipy.sparse import csr_matrix

    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    return csr_matrix((np.ones(len(columns), dtype=np.float32), columns, starts), shape=shape)
