"""Find many phrases in one text at once: an automaton finds them, word borders are checked after.

Case is ignored, a trailing `*` lets the last word have any ending, and scripts without spaces
between words have no borders. A phrase without a letter ("*") never matches.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tracker.matching.aliases import HAN_RANGES

_HAN: Final = re.compile(f"[{HAN_RANGES}]")
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
