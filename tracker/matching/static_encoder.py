"""Default encoder (the sum of a text's word vectors from a table, at length 1) and its word pieces.

The table imitates a sentence transformer (all-MiniLM-L6-v2): the cosine of two vectors measures the
similarity of their topics, -1..1, at a hundredth of the transformer's cost. It ignores word order,
negation, punctuation and scripts other than Latin.

Word pieces, of the BERT-uncased vocabulary, serve both encoders. Sixty lines replace the
`tokenizers` package, which would bring a client of a model hub with it. The steps are those of
BERT's published tokenizer (Devlin et al. 2019, `tokenization.py`): drop control characters,
separate Chinese characters, strip accents, lower-case, split at punctuation, then take the longest
pieces from the left.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from tracker.matching import table as tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

MAX_WORD_LENGTH = 100
"""Longer words are unknown as a whole, as in BERT."""

MAX_CACHED_WORDS = 100_000
"""Maximum number of cached words, about 15 MB; at the limit the cache is cleared."""

_CJK = re.compile(
    "([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002b81f"
    "\U0002b820-\U0002ceaf"
    "\U0002f800-\U0002fa1f])"
)
_ASCII_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


class WordPiece:
    """Splits words into numbered pieces.

    The vocabulary is in the order of its numbers. It must hold `[UNK]`; `encode` also needs `[CLS]`
    and `[SEP]`.

    >>> pieces = WordPiece(["[UNK]", "[CLS]", "[SEP]", "sanction", "##s", "##ed", ","])
    >>> pieces.pieces("Sanctions"), pieces.encode("Sanctioned, unheard", limit=8)
    ((3, 4), [1, 3, 5, 6, 0, 2])
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.size = len(vocabulary)
        self._number = {piece: number for number, piece in enumerate(vocabulary)}
        self.unknown = self._number["[UNK]"]
        self._cached: dict[str, tuple[int, ...]] = {}

    def pieces(self, word: str) -> tuple[int, ...]:
        """Return the numbers of a word's pieces; `[UNK]`'s if the vocabulary cannot spell it, empty
        for a blank.

        A word may hold punctuation (`isn't`) or be several words: it is split as a text would be.
        """
        numbers = self._cached.get(word)
        if numbers is None:
            if len(self._cached) >= MAX_CACHED_WORDS:
                self._cached.clear()
            numbers = tuple(
                number for part in _split_word(word) for number in self._split_part(part)
            )
            self._cached[word] = numbers
        return numbers

    def encode(self, text: str, limit: int) -> list[int]:
        """Encode a text for a transformer: `[CLS]`, pieces, `[SEP]`, cut to at most `limit`
        numbers.
        """
        numbers = [self._number["[CLS]"]]
        for word in text.split():
            if len(numbers) >= limit:
                break
            numbers.extend(self.pieces(word))
        return [*numbers[: limit - 1], self._number["[SEP]"]]

    def _split_part(self, part: str) -> list[int]:
        """Split one run of letters: the longest known beginning, then the longest continuation, and
        so on.
        """
        if len(part) > MAX_WORD_LENGTH:
            return [self.unknown]
        numbers: list[int] = []
        start, mark = 0, ""
        while start < len(part):
            end = len(part)
            while end > start and mark + part[start:end] not in self._number:
                end -= 1
            if end == start:
                return [self.unknown]
            numbers.append(self._number[mark + part[start:end]])
            start, mark = end, "##"
        return numbers


def _split_word(word: str) -> list[str]:
    """Return lower-case runs without accents, every punctuation mark and Chinese character
    separate.
    """
    if word.isascii():
        return _ASCII_SIGNS.sub(r" \1 ", _remove_control(word).lower()).split()
    spaced = _CJK.sub(r" \1 ", "".join(map(_clean_character, word)))
    plain = "".join(
        c for c in unicodedata.normalize("NFD", spaced) if unicodedata.category(c) != "Mn"
    )
    return "".join(map(_space_sign, plain.lower())).split()


def _remove_control(word: str) -> str:
    """Remove control characters from ASCII, as BERT does."""
    return word if word.isprintable() else "".join(map(_clean_character, word))


def _clean_character(character: str) -> str:
    """Remove control characters, make white space a space, and keep anything else."""
    if character in "\t\n\r":
        return " "
    category = unicodedata.category(character)
    if category[0] == "C" or character == "\ufffd":
        return ""
    return " " if category == "Zs" else character


def _space_sign(character: str) -> str:
    """Put spaces around punctuation. BERT counts all ASCII signs as punctuation, `$`
    and `+` too.
    """
    is_sign = unicodedata.category(character)[0] == "P" or _ASCII_SIGNS.match(character)
    return f" {character} " if is_sign else character


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
