"""Default encoder: the sum of a text's word vectors from a table, at length 1.

The table imitates a sentence transformer (all-MiniLM-L6-v2): the cosine of two vectors measures the
similarity of their topics, -1..1, at a hundredth of the transformer's cost. It ignores word order,
negation, punctuation and scripts other than Latin.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from tracker.matching import table as tables
from tracker.matching.wordpiece import WordPiece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

BATCH_SIZE = 2_000
"""Texts that are counted together: enough that most words recur, few enough to need only 20 MB."""

_WORD = re.compile(r"[^\W_]+")


class StaticEncoder:
    """Encodes texts to vectors of `dim` numbers at length 1 by a table; a text without a known word
    is all zeros.

    `name` changes with the table: vectors of different names must not be compared.
    """

    kind = "static"

    def __init__(self, table: tables.WordTable) -> None:
        self.name = f"static-{table.sha256[:8]}"
        self.dim = table.rows.shape[1]
        self._table = table
        self._wordpiece = WordPiece(table.vocabulary)

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return one vector per row."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dim), np.float32)
        for start in range(0, len(texts), BATCH_SIZE):
            vectors[start : start + BATCH_SIZE] = self.encode_words(
                *count_words(texts[start : start + BATCH_SIZE])
            )
        return vectors

    def encode_words(self, counts: "csr_matrix", words: Sequence[str]) -> "NDArray[np.float32]":
        """Return vectors of texts whose words are counted already: `counts` is texts × words."""
        import numpy as np

        used = np.flatnonzero(np.bincount(counts.indices, minlength=len(words)))
        word_pieces, piece_vectors = self._split_into_pieces([words[i] for i in used.tolist()])
        vectors = (counts[:, used] @ word_pieces) @ piece_vectors
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
        unit: NDArray[np.float32] = np.divide(
            vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0
        )
        return unit

    def _split_into_pieces(self, words: Sequence[str]) -> "tuple[csr_matrix, NDArray[np.float32]]":
        """Return words × pieces, and the vectors of these pieces; only the needed rows
        leave int8.
        """
        import numpy as np
        from scipy.sparse import csr_matrix

        word_pieces = [self._wordpiece.pieces(word) for word in words]
        ends = np.cumsum([0, *map(len, word_pieces)])
        pieces = np.fromiter(chain.from_iterable(word_pieces), np.int64, ends[-1])
        distinct, columns = np.unique(pieces, return_inverse=True)
        row = self._table.row_of[distinct]
        piece_vectors = self._table.rows[row] * (self._table.scales[row] * (row >= 0))[:, None]
        shape = (len(words), len(distinct))
        return csr_matrix(
            (np.ones(len(pieces), np.float32), columns, ends), shape=shape
        ), piece_vectors


def count_words(texts: Sequence[str]) -> "tuple[csr_matrix, list[str]]":
    """Count words: return texts × words, and the words in the order of the columns.

    >>> counts, words = count_words(["Trade talks, more talks", "no trade"])
    >>> words, counts.toarray().astype(int).tolist()
    (['trade', 'talks', 'more', 'no'], [[1, 2, 1, 0], [1, 0, 0, 1]])
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    number: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns.extend(number.setdefault(word, len(number)) for word in split_letters(text))
        ends.append(len(columns))
    counts = csr_matrix(
        (np.ones(len(columns), np.float32), columns, ends), shape=(len(texts), len(number))
    )
    counts.sum_duplicates()
    return counts, list(number)


def split_letters(text: str) -> list[str]:
    """Return runs of letters and digits, lower-case, in the order of the text."""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return _WORD.findall(composed.lower())


def load_static() -> StaticEncoder | None:
    """Load the encoder with the shipped table; None if that file is missing or damaged, which is
    logged.
    """
    table = tables.read_table()
    return None if table is None else StaticEncoder(table)
