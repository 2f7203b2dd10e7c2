"""Split texts into word pieces of the BERT-uncased vocabulary, for both encoders.

Sixty lines replace the `tokenizers` package, which would bring a client of a model hub with it. The
steps are those of BERT's published tokenizer (Devlin et al. 2019, `tokenization.py`): drop control
characters, separate Chinese characters, strip accents, lower-case, split at punctuation, then take
the longest pieces from the left.
"""

import re
import unicodedata
from collections.abc import Sequence

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
