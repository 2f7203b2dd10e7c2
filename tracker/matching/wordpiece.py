"""Text → word pieces of the BERT-uncased vocabulary, for both encoders.

Our own sixty lines stand in for the `tokenizers` package, which would bring a client of a model hub
with it. The steps are those of BERT's published tokenizer (Devlin et al. 2019, `tokenization.py`):
drop control characters, set Chinese characters apart, strip accents, lower-case, split at
punctuation, then the longest pieces from the left.
"""

import re
import unicodedata
from collections.abc import Sequence

LONGEST_WORD = 100
"""Words with more characters are unknown as a whole, as in BERT."""

MOST_CACHED = 100_000
"""Words whose pieces are remembered, about 15 MB; beyond it the memory starts anew."""

_CJK = re.compile(
    "([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002b81f\U0002b820-\U0002ceaf"
    "\U0002f800-\U0002fa1f])"
)
_ASCII_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


class WordPiece:
    """Splits words into pieces and knows the number of each piece.

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
        """The numbers of a word's pieces; `[UNK]`'s for what the vocabulary cannot spell, empty for
        a blank.

        A word may hold punctuation (`isn't`) or be several words: it is split as a text would be.
        """
        found = self._cached.get(word)
        if found is None:
            if len(self._cached) >= MOST_CACHED:
                self._cached.clear()
            found = tuple(number for part in _parts(word) for number in self._spell(part))
            self._cached[word] = found
        return found

    def encode(self, text: str, limit: int) -> list[int]:
        """A text for a transformer: `[CLS]`, pieces, `[SEP]`, cut so that all of it has at most
        `limit` numbers.
        """
        numbers = [self._number["[CLS]"]]
        for word in text.split():
            if len(numbers) >= limit:
                break
            numbers.extend(self.pieces(word))
        return [*numbers[: limit - 1], self._number["[SEP]"]]

    def _spell(self, part: str) -> list[int]:
        """Pieces of one run of letters: the longest known beginning, then the longest continuation,
        and so on.
        """
        if len(part) > LONGEST_WORD:
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


def _parts(word: str) -> list[str]:
    """Lower-case runs without accents, with every punctuation mark and Chinese character apart."""
    if word.isascii():
        return _ASCII_SIGNS.sub(r" \1 ", _printable(word).lower()).split()
    spaced = _CJK.sub(r" \1 ", "".join(map(_clean, word)))
    plain = "".join(
        c for c in unicodedata.normalize("NFD", spaced) if unicodedata.category(c) != "Mn"
    )
    return "".join(map(_set_apart, plain.lower())).split()


def _printable(word: str) -> str:
    """ASCII without its control characters, which BERT drops rather than replaces."""
    return word if word.isprintable() else "".join(map(_clean, word))


def _clean(character: str) -> str:
    """Control characters vanish, white space of any kind is a space, the rest stays."""
    if character in "\t\n\r":
        return " "
    category = unicodedata.category(character)
    if category[0] == "C" or character == "\ufffd":
        return ""
    return " " if category == "Zs" else character


def _set_apart(character: str) -> str:
    """Punctuation between spaces. BERT counts all ASCII signs as punctuation, `$` and `+` too."""
    is_sign = unicodedata.category(character)[0] == "P" or _ASCII_SIGNS.match(character)
    return f" {character} " if is_sign else character
