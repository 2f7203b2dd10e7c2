"""Texts → tokens: stems of words and concepts, as numbers that sparse matrices can count."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from tracker.matching.aliases import HAN, WORD, Aliases, aliases
from tracker.matching.spotting import Spotter, flat, one_spaced

NOTHING: Final = 0
"""The token of words that say nothing by themselves; it has no weight anywhere."""

PLAIN_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[.'][A-Za-z0-9]+)*")
"""`WORD` in plain ASCII, where it finds the same in half the time."""

MOST_TEXT: Final = 2_000
"""Characters of a text that are read: what an item is about stands at its beginning."""

MOST_WORDS: Final = 300_000
"""Words remembered with their tokens; past that the memory is emptied and fills again."""

MOST_TOKENS: Final = 1_000_000
"""Tokens from which a vocabulary is `full`, about 150 MB."""

OTHER_SCRIPT: Final = re.compile(f"[\u0400-\u052f{HAN}]")
"""A letter of the scripts beside Latin in which the gazetteer has names: Cyrillic and Han."""

STOPPED: Final = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below between
    both but by can could did do does doing don down during each few for from further had has have
    having he her here hers him his how i if in into is it its itself just me more most my no nor
    not now of off on once only or other our out over own per s same says said say she should so
    some such t than that the their them then there these they this those through to too under until
    up upon us very via was we were what when where which while who whom why will with
    would you your new year years day days week month today amid""".split()
)


class Tokens:
    """The vocabulary: which word is which token. It only grows, and the same words always meet.

    A word is remembered as it is written, so that a text costs one look-up a word.
    """

    def __init__(self, known: Aliases | None = None) -> None:
        self._aliases = aliases() if known is None else known
        self.names: list[str] = [""]
        self._ids: dict[str, int] = {"": NOTHING}
        self._seen = _Remembered(self._learned)
        self._phrases = list(self._aliases.phrases)
        self._spotter = Spotter(
            self._phrases, longest=True
        )  # 印度尼西亚 is Indonesia, and not India, too
        self._concepts = [
            self._token(f"@{self._aliases.phrases[phrase]}") for phrase in self._phrases
        ]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def full(self) -> bool:
        """Whether it is time for a new vocabulary and a matcher that is built on it: a token is
        never forgotten.
        """
        return len(self.names) >= MOST_TOKENS

    def of(self, text: str, most: int = MOST_TEXT) -> list[int]:
        """The tokens of the first `most` characters of a text in order, names of several words at
        the end.
        """
        text = text[:most]
        found = list(
            map(self._seen.__getitem__, (PLAIN_WORD if text.isascii() else WORD).findall(text))
        )
        if spotted := self._spotter.indexes(flat(text)):
            found += [self._concepts[i] for i in spotted]
        return found

    def in_english(self, text: str) -> str:
        """The text with the concepts that it names in other scripts added in English, for an
        encoder of English.
        """
        if text.isascii() or not OTHER_SCRIPT.search(text):
            return text
        text = one_spaced(text)
        read = text[:MOST_TEXT]
        found = [self._seen[word] for word in WORD.findall(read) if OTHER_SCRIPT.match(word)]
        found += [
            self._concepts[i]
            for i in self._spotter.indexes(flat(read))
            if OTHER_SCRIPT.search(self._phrases[i])
        ]
        names = [self.names[t][1:] for t in found if self.names[t].startswith("@")]
        return f"{' '.join(dict.fromkeys(names)).replace('-', ' ')} {text}" if names else text

    def surfaces(self, text: str, wanted: Iterable[int]) -> tuple[str, ...]:
        """The words of a text that are these tokens, as they stand in it."""
        tokens = set(wanted) - {NOTHING}
        text = text[:MOST_TEXT]
        words = [word for word in WORD.findall(text) if self._seen[word] in tokens]
        text = one_spaced(text)
        spans = [
            (start, end)
            for i, start, end in self._spotter.spans(flat(text))
            if self._concepts[i] in tokens
        ]
        return tuple(dict.fromkeys([*words, *(text[start:end] for start, end in spans)]))

    def is_entity(self, token: int) -> bool:
        """Is the token a person, a place or a body?"""
        return self.names[token][1:] in self._aliases.entities

    def _learned(self, word: str) -> int:
        return self._token(token_name(word, self._aliases))

    def _token(self, name: str) -> int:
        token = self._ids.setdefault(name, len(self.names))
        if token == len(self.names):
            self.names.append(name)
        return token


class _Remembered(dict[str, int]):
    """Words with their tokens; a new word is learned when it is first asked for."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, word: str) -> int:
        if len(self) >= MOST_WORDS:
            self.clear()
        token = self[word] = self._learn(word)
        return token


def token_name(word: str, known: Aliases) -> str:
    """What a word is as a token: `@` and its concept, or its stem; nothing for a word that says
    nothing by itself.

    >>> token_name("Beijing's", aliases()), token_name("sanctioned", Aliases()), token_name("the", aliases())
    ('@china', 'sanction', '')
    """
    if concept := known.concept(word):
        return f"@{concept}"
    lower = word.lower()
    if lower in STOPPED or (len(lower) == 1 and lower < "\u3040"):
        return ""
    root = word.replace("’", "'").removesuffix("'s")
    concept = known.concept(root)
    return f"@{concept}" if concept else stem(root.lower())


@lru_cache(maxsize=1)
def _stemmers() -> tuple[Any, Any]:
    import snowballstemmer

    return snowballstemmer.stemmer("english"), snowballstemmer.stemmer("russian")


def stem(word: str) -> str:
    """A word without its ending, in English and Russian.

    >>> stem("sanctions"), stem("санкций")
    ('sanction', 'санкц')
    """
    english, russian = _stemmers()
    found: str = (russian if "а" <= word[:1] <= "я" else english).stemWord(word)
    return found
