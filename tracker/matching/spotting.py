"""Many phrases in one text at once: an automaton finds them, word borders are checked after.

A phrase is matched without regard to case, a trailing `*` lets its last word end in any way, and
scripts without spaces between words have no borders. A phrase without a letter ("*") stands
nowhere.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tracker.matching.aliases import HAN

_HAN: Final = re.compile(f"[{HAN}]")
_OF_WORD: Final = re.compile(rf"[^\W{HAN}]")
_REST_OF_WORD: Final = re.compile(rf"[^\W{HAN}]*")

Span = tuple[int, int, int]
"""Number of a phrase, start and end of a hit."""


def flat(text: str) -> str:
    """A text as the automaton sees it: lower case, one space for any white space; as long as
    `one_spaced`.
    """
    return one_spaced(lowered(text))


def lowered(text: str) -> str:
    """A text in lower case, character by character: `İ` alone would become two, and spans would
    slip.
    """
    return text.lower() if text.isascii() else text.replace("İ", "I").lower()


def one_spaced(text: str) -> str:
    """A text with one space for any white space, and none around it."""
    return " ".join(text.split())


class Spotter:
    """Finds which of its phrases stand in a text: all of them, or of those that overlap the
    `longest` alone.
    """

    def __init__(self, phrases: Sequence[str], *, longest: bool = False) -> None:
        from ahocorasick_rs import AhoCorasick

        self._open = [p.endswith("*") for p in phrases]
        self._anywhere = [_HAN.search(p) is not None for p in phrases]
        self._longest = longest
        bodies = [_encodable(flat(p.rstrip("*").strip())) for p in phrases]
        self._numbers = [number for number, body in enumerate(bodies) if body]
        self._automaton = AhoCorasick([body for body in bodies if body]) if self._numbers else None

    def indexes(self, text: str) -> list[int]:
        """Which phrases stand in a text that is `flat`, each as often as it does."""
        return [number for number, _, _ in self._bordering(text)]

    def spans(self, text: str) -> Iterator[Span]:
        """Phrase, start and end of each hit in a text that is `flat`; a starred phrase ends with
        its word.
        """
        for number, start, end in self._bordering(text):
            goes_on = self._open[number] and not self._anywhere[number]
            yield number, start, self._word_end(text, end) if goes_on else end

    def _bordering(self, text: str) -> list[Span]:
        """The hits whose ends are borders of words, wherever they must be."""
        hits = self._hits(text)
        found = [hit for hit in hits if self._bordered(text, *hit)] if hits else []
        return _longest(found) if self._longest and len(found) > 1 else found

    def _hits(self, text: str) -> list[Span]:
        if self._automaton is None:
            return []
        try:
            found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # half of a surrogate pair, which a broken feed may bring
            found = self._automaton.find_matches_as_indexes(_encodable(text), overlapping=True)
        return [(self._numbers[n], start, end) for n, start, end in found]

    def _bordered(self, text: str, which: int, start: int, end: int) -> bool:
        if self._anywhere[which]:
            return True
        if start and _OF_WORD.match(text, start - 1):
            return False
        return self._open[which] or not _OF_WORD.match(text, end)

    @staticmethod
    def _word_end(text: str, end: int) -> int:
        rest = _REST_OF_WORD.match(text, end)
        return rest.end() if rest else end


def _longest(hits: Sequence[Span]) -> list[Span]:
    """Of hits that overlap the one that starts first, and of those that start together the
    longest.
    """
    found: list[Span] = []
    for hit in sorted(hits, key=lambda hit: (hit[1], -hit[2])):
        if not found or hit[1] >= found[-1][2]:
            found.append(hit)
    return found


def _encodable(text: str) -> str:
    """A text with `?` for each half of a surrogate pair, so that it is as long as before."""
    return text.encode("utf-8", "replace").decode("utf-8")
