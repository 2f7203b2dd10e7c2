"""Gazetteer: concepts and their names in three languages, as "Beijing", "китайский" and "中国" for
China.

The gazetteer is `load_aliases.toml` beside this file. It is general: nothing in it is about one
question set.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

GAZETTEER: Final = Path(__file__).with_name("aliases.toml")

HAN_RANGES: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Scripts without spaces between words, for a regular expression's brackets."""

WORD_PATTERN: Final = re.compile(
    rf"[{HAN_RANGES}]|[^\W_{HAN_RANGES}]+(?:[.'’][^\W_{HAN_RANGES}]+)*"
)
"""A word, or one character of a script that has no spaces."""

MAX_PREFIX_LENGTH: Final = 24
"""Maximum length of the prefix of a word."""

_HAN: Final = re.compile(f"[{HAN_RANGES}]")


_LETTER: Final = re.compile(r"[^\W\d_]")
_LATIN_LETTER: Final = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


def is_latin(text: str) -> bool:
    """Return True unless most letters of a text are of another script.

    >>> is_latin("Xi meets Putin"), is_latin("Путин прибыл в Пекин"), is_latin("2026")
    (True, False, True)
    """
    if text.isascii():
        return True
    return 2 * len(_LATIN_LETTER.findall(text)) >= len(_LETTER.findall(text))


@dataclass(frozen=True, slots=True)
class Aliases:
    """Names mapped to concepts.

    `words` holds single words in lower case, `exact` case-sensitive ones ("US" is not "us"),
    `prefixes` prefixes of words ("китайск"), `phrases` names of several words and those in
    scripts without spaces, in lower case, with a final `*` if the last word may have any ending.
    `entities` are the concepts that are people, places or bodies.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    exact: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    entities: frozenset[str] = frozenset()

    def find_concept(self, word: str) -> str | None:
        """Return the concept that a single word names, if any; of several prefixes the longest
        counts.

        >>> Aliases(words={"beijing": "china"}, exact={"US": "usa"}).find_concept("Beijing")
        'china'
        """
        if word in self.exact:
            return self.exact[word]
        lower = word.lower()
        if lower in self.words:
            return self.words[lower]
        ends = range(min(len(lower), MAX_PREFIX_LENGTH), 0, -1)
        return next(
            (self.prefixes[lower[:end]] for end in ends if lower[:end] in self.prefixes), None
        )


@lru_cache(maxsize=1)
def load_aliases() -> Aliases:
    """Return the gazetteer of the tracker; read once."""
    return parse_aliases(GAZETTEER.read_text(encoding="utf-8"))


def parse_aliases(text: str) -> Aliases:
    """Parse a gazetteer in TOML."""
    words: dict[str, str] = {}
    exact: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    phrases: dict[str, str] = {}
    entities = set()
    for entry in tomllib.loads(text)["concept"]:
        concept = entry["name"]
        words.setdefault(concept, concept)
        if entry.get("entity"):
            entities.add(concept)
        exact.update(dict.fromkeys(entry.get("exact", ()), concept))
        for name in _list_names(entry):
            if name.endswith("*") and " " not in name:
                beginnings[name.rstrip("*").lower()] = concept
            elif " " in name or _HAN.search(name) or not WORD_PATTERN.fullmatch(name):
                phrases[name.lower()] = concept
            else:
                words[name.lower()] = concept
    return Aliases(
        words=MappingProxyType(words),
        exact=MappingProxyType(exact),
        prefixes=MappingProxyType(beginnings),
        phrases=MappingProxyType(phrases),
        entities=frozenset(entities),
    )


def _list_names(entry: Mapping[str, Any]) -> Iterator[str]:
    exact = set(entry.get("exact", ()))
    for language in ("en", "ru", "zh"):
        yield from (name for name in entry.get(language, ()) if name not in exact)


_WORD_CHARACTER: Final = re.compile(rf"[^\W{HAN_RANGES}]")
_REST_OF_WORD: Final = re.compile(rf"[^\W{HAN_RANGES}]*")

PhraseHit = tuple[int, int, int]
"""Number of a phrase, start and end of a hit."""


def flatten_text(text: str) -> str:
    """Return a text as the automaton sees it: lower case, one space for any white space."""
    return collapse_spaces(lower_text(text))


def lower_text(text: str) -> str:
    """Return a text in lower case, character by character: `İ` alone would become two and shift the
    spans.
    """
    return text.lower() if text.isascii() else text.replace("İ", "I").lower()


def collapse_spaces(text: str) -> str:
    """Return a text with one space for any white space, and none around it."""
    return " ".join(text.split())


class PhraseFinder:
    """Finds its phrases in texts: all of them, or only the `longest` of those that overlap."""

    def __init__(self, phrases: Sequence[str], *, longest: bool = False) -> None:
        from ahocorasick_rs import AhoCorasick

        self._open = [p.endswith("*") for p in phrases]
        self._anywhere = [_HAN.search(p) is not None for p in phrases]
        self._longest = longest
        bodies = [_make_encodable(flatten_text(p.rstrip("*").strip())) for p in phrases]
        self._numbers = [number for number, body in enumerate(bodies) if body]
        self._automaton = AhoCorasick([body for body in bodies if body]) if self._numbers else None

    def find_indexes(self, text: str) -> list[int]:
        """Return the phrases in a `flatten_text` text, with repetitions."""
        return [number for number, _, _ in self._find_at_borders(text)]

    def find_spans(self, text: str) -> Iterator[PhraseHit]:
        """Yield phrase, start and end of each hit in a `flatten_text` text; a starred phrase ends
        with its word.
        """
        for number, start, end in self._find_at_borders(text):
            goes_on = self._open[number] and not self._anywhere[number]
            yield number, start, self._find_word_end(text, end) if goes_on else end

    def _find_at_borders(self, text: str) -> list[PhraseHit]:
        """Return the hits whose ends are word borders, where required."""
        hits = self._find_hits(text)
        bordered = [hit for hit in hits if self._is_at_borders(text, *hit)] if hits else []

        return _select_longest(bordered) if self._longest and len(bordered) > 1 else bordered

    def _find_hits(self, text: str) -> list[PhraseHit]:
        if self._automaton is None:
            return []
        try:
            matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # half of a surrogate pair
            matches = self._automaton.find_matches_as_indexes(
                _make_encodable(text), overlapping=True
            )
        return [(self._numbers[n], start, end) for n, start, end in matches]

    def _is_at_borders(self, text: str, number: int, start: int, end: int) -> bool:
        if self._anywhere[number]:
            return True
        if start and _WORD_CHARACTER.match(text, start - 1):
            return False
        return self._open[number] or not _WORD_CHARACTER.match(text, end)

    @staticmethod
    def _find_word_end(text: str, end: int) -> int:
        match = _REST_OF_WORD.match(text, end)
        return match.end() if match else end


def _select_longest(hits: Sequence[PhraseHit]) -> list[PhraseHit]:
    """Return, of overlapping hits, the one that starts first, and of those the longest."""
    selected: list[PhraseHit] = []
    for hit in sorted(hits, key=lambda hit: (hit[1], -hit[2])):
        if not selected or hit[1] >= selected[-1][2]:
            selected.append(hit)
    return selected


def _make_encodable(text: str) -> str:
    """Replace each half of a surrogate pair by `?`, which keeps the length."""
    return text.encode("utf-8", "replace").decode("utf-8")
