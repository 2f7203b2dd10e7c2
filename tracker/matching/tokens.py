"""Tokenise texts: stems of words and concepts, as numbers for sparse matrices."""

import lzma
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from tracker.matching.gazetteer import (
    HAN_RANGES,
    WORD_PATTERN,
    Aliases,
    PhraseFinder,
    collapse_spaces,
    flatten_text,
    load_aliases,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_TOKEN: Final = 0
"""Token of words without meaning of their own; it has no weight."""

ASCII_WORD_PATTERN: Final = re.compile(r"[A-Za-z0-9]+(?:[.'][A-Za-z0-9]+)*")
"""`WORD_PATTERN` in plain ASCII, where it gives the same in half the time."""

MAX_TEXT_LENGTH: Final = 2_000
"""Characters of a text that are read: its beginning states its topic."""

MAX_CACHED_WORDS: Final = 300_000
"""Maximum number of cached words; at the limit the cache is cleared."""

MAX_TOKENS: Final = 1_000_000
"""Tokens from which a vocabulary is `full`, about 150 MB."""

OTHER_SCRIPT_PATTERN: Final = re.compile(f"[\u0400-\u052f{HAN_RANGES}]")
"""A letter of the scripts other than Latin in which the gazetteer has names: Cyrillic and Han."""

STOP_WORDS: Final = frozenset(
    """a about above after again against all also am an and any are as at be because been before
    being below between both but by can could did do does doing don down during each few for
    from further had has have having he her here hers him his how i if in into is it its itself
    just me more most my no nor not now of off on once only or other our out over own per s same
    says said say she should so some such t than that the their them then there these they this
    those through to too under until up upon us very via was we were what when where which while
    who whom why will with would you your new year years day days week month today amid""".split()
)


class Vocabulary:
    """Vocabulary of words and their tokens. It only grows, and the same words always match.

    Words are cached as written, so that a text costs one look-up a word.
    """

    def __init__(self, known: Aliases | None = None) -> None:
        self._aliases = load_aliases() if known is None else known
        self.names: list[str] = [""]
        self._ids: dict[str, int] = {"": NO_TOKEN}
        self._token_cache = _TokenCache(self._look_up)
        self._phrases = list(self._aliases.phrases)
        # The longest only: 印度尼西亚 is Indonesia and contains India.
        self._spotter = PhraseFinder(self._phrases, longest=True)
        self._concepts = [
            self._add_name(f"@{self._aliases.phrases[phrase]}") for phrase in self._phrases
        ]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def full(self) -> bool:
        """True if a new vocabulary and a matcher based on it are due, as tokens are
        never removed.
        """
        return len(self.names) >= MAX_TOKENS

    def of(self, text: str, limit: int = MAX_TEXT_LENGTH) -> list[int]:
        """Return the tokens of the first `limit` characters of a text in order, names of several
        words at the end.
        """
        text = text[:limit]
        tokens = list(
            map(
                self._token_cache.__getitem__,
                (ASCII_WORD_PATTERN if text.isascii() else WORD_PATTERN).findall(text),
            )
        )
        if spotted := self._spotter.find_indexes(flatten_text(text)):
            tokens += [self._concepts[i] for i in spotted]
        return tokens

    def in_english(self, text: str) -> str:
        """Add the English names of concepts that a text names in other scripts, for an encoder of
        English.
        """
        if text.isascii() or not OTHER_SCRIPT_PATTERN.search(text):
            return text
        text = collapse_spaces(text)
        beginning = text[:MAX_TEXT_LENGTH]
        tokens = [
            self._token_cache[word]
            for word in WORD_PATTERN.findall(beginning)
            if OTHER_SCRIPT_PATTERN.match(word)
        ]
        tokens += [
            self._concepts[i]
            for i in self._spotter.find_indexes(flatten_text(beginning))
            if OTHER_SCRIPT_PATTERN.search(self._phrases[i])
        ]
        names = [self.names[t][1:] for t in tokens if self.names[t].startswith("@")]
        return f"{' '.join(dict.fromkeys(names)).replace('-', ' ')} {text}" if names else text

    def find_surfaces(self, text: str, selected: Iterable[int]) -> tuple[str, ...]:
        """Return the words of a text that have these tokens, verbatim."""
        tokens = set(selected) - {NO_TOKEN}
        text = text[:MAX_TEXT_LENGTH]
        words = [word for word in WORD_PATTERN.findall(text) if self._token_cache[word] in tokens]
        text = collapse_spaces(text)
        spans = [
            (start, end)
            for i, start, end in self._spotter.find_spans(flatten_text(text))
            if self._concepts[i] in tokens
        ]
        return tuple(dict.fromkeys([*words, *(text[start:end] for start, end in spans)]))

    def is_entity(self, token: int) -> bool:
        """Return True if the token is a person, a place or a body."""
        return self.names[token][1:] in self._aliases.entities

    def _look_up(self, word: str) -> int:
        return self._add_name(make_token_name(word, self._aliases))

    def _add_name(self, name: str) -> int:
        token = self._ids.setdefault(name, len(self.names))
        if token == len(self.names):
            self.names.append(name)
        return token


class _TokenCache(dict[str, int]):
    """Cache of words and their tokens, filled on demand."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, word: str) -> int:
        if len(self) >= MAX_CACHED_WORDS:
            self.clear()
        token = self[word] = self._learn(word)
        return token


def make_token_name(word: str, known: Aliases) -> str:
    """Return the name of a word's token: `@` and its concept, or its stem; "" for a word without
    meaning of its own.

    >>> make_token_name("Beijing's", load_aliases()), make_token_name("sanctioned", Aliases())
    ('@china', 'sanction')
    >>> make_token_name("the", load_aliases())
    ''
    """
    if concept := known.find_concept(word):
        return f"@{concept}"
    lower = word.lower()
    if lower in STOP_WORDS or (len(lower) == 1 and lower < "\u3040"):
        return ""
    root = word.replace("’", "'").removesuffix("'s")
    concept = known.find_concept(root)
    return f"@{concept}" if concept else stem_word(root.lower())


@cache
def _load_stemmer(language: Literal["english", "russian"]) -> Any:
    import snowballstemmer  # takes 30 ms, which processes that only poll avoid

    return snowballstemmer.stemmer(language)


def stem_with(language: Literal["english", "russian"], word: str) -> str:
    """Return a lower-case word without its ending, by the stemmer of a language."""
    return str(_load_stemmer(language).stemWord(word))


def stem_word(word: str) -> str:
    """Return a word without its ending, in English and Russian.

    >>> stem_word("sanctions"), stem_word("санкций")
    ('sanction', 'санкц')
    """
    return stem_with("russian" if "а" <= word[:1] <= "я" else "english", word)


COUNTS_FILE: Final = Path(__file__).with_name("rarity.txt.xz")


@lru_cache(maxsize=1)
def load_counts() -> tuple[int, Mapping[str, int]]:
    """Return the number of texts, and for each token the number of texts that contain it."""
    lines = lzma.decompress(COUNTS_FILE.read_bytes()).decode().splitlines()
    entries = (line.rsplit(" ", 1) for line in lines[1:])
    return int(lines[0]), {token: int(n) for token, n in entries}


def token_rarity(name: str) -> float:
    """Return the inverse document frequency of a token in nats: ln((N + 1) / (n + ½)); 0 for the
    empty token.

    From about 1 (in every third text) to about 9 (in none). Source: Robertson & Spärck Jones 1976.
    """
    texts, seen = load_counts()
    return math.log((texts + 1) / (seen.get(name, 0) + 0.5)) if name else 0.0


def token_rarities(names: Sequence[str]) -> "NDArray[np.float32]":
    """Return the rarity of each token by its number."""
    import numpy as np

    return np.array([token_rarity(name) for name in names], dtype=np.float32)
