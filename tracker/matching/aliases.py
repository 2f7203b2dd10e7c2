"""Gazetteer: concepts and their names in three languages, as "Beijing", "китайский" and "中国" for
China.

The gazetteer is `load_aliases.toml` beside this file. It is general: nothing in it is about one
question set.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
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

        >>> Aliases(words={"beijing": "china"}, exact={"US": "usa"}).concept("Beijing")
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
