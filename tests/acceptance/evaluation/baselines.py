"""What a matcher has to beat: the plainest ways to do its work, made anew in every evaluation.

BM25 here is deliberately not the matcher's own, so that a slip in one does not flatter the other.
Source: Robertson & Zaragoza 2009, Foundations and Trends in Information Retrieval 3, with the idf
that Lucene uses, which is never negative.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.probability import Floats
from forecasts.statistics.intervals import number_labels
from tests.acceptance.evaluation.labelled import folded
from tracker.matching.tokens import stem_word

K1 = 1.2
B = 0.75

# The words that Lucene's English analyser leaves out. Without them a "will" decides what a question
# is about.
_LEFT_OUT = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their"
    " then there these they this to was will with".split()
)
_WORD = re.compile(r"\w+")

_stem = lru_cache(maxsize=100_000)(stem_word)


class Bm25:
    """BM25 of texts: k1 = 1.2, b = 0.75, Snowball stems of English, without Lucene's 33 commonest
    words.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        from scipy.sparse import coo_array

        self._columns: dict[str, int] = {}
        rows, columns = [], []
        n = 0
        for row, text in enumerate(texts):
            found = [self._columns.setdefault(word, len(self._columns)) for word in stems(text)]
            columns += found
            rows += [row] * len(found)
            n = row + 1
        places = (np.array(rows, dtype=np.intp), np.array(columns, dtype=np.intp))
        self._counts: Any = coo_array(
            (np.ones(len(rows)), places), shape=(n, len(self._columns))
        ).tocsr()

    def scores(self, asked: str, pool: NDArray[np.intp]) -> Floats:
        """How well the texts with these numbers answer a text, in the order of the pool: 0 and up,
        higher is better.

        How rare a word is and how long a text usually is are taken from the pool alone. A word that
        is asked for twice counts twice.
        """
        counts, n = self._counts[pool].tocsc(), len(pool)
        lengths = np.asarray(counts.sum(axis=1), dtype=np.float64)
        usual = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
        found = np.zeros(n)
        for column in (self._columns[word] for word in stems(asked) if word in self._columns):
            count = counts[:, [column]].toarray().ravel()
            holders = np.count_nonzero(count)
            idf = np.log1p((n - holders + 0.5) / (holders + 0.5))
            found += idf * count * (K1 + 1) / (count + usual)
        return found


def stems(text: str) -> list[str]:
    """The stems of the words of a text that say something, in their order."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in _LEFT_OUT]


def majority(stances: Sequence[int]) -> int:
    """The commoner direction, +1 or −1; +1 when they are even, so that a file always has one."""
    return 1 if sum(stances) >= 0 else -1


def everything_alone(titles: Sequence[str]) -> list[int]:
    """No two items report the same."""
    return list(range(len(titles)))


def exact_title(titles: Sequence[str]) -> list[int]:
    """Items report the same when their headlines are the same but for capitals and spaces."""
    numbers: list[int] = number_labels(map(folded, titles)).tolist()
    return numbers
