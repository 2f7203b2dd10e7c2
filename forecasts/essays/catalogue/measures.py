"""Recognition of a series by the words of its measure, whatever else names it.

All of its content words have to stand together in a claim, and no other that makes it a part of the
series: "road deaths in Norway", but not "road deaths of cyclists".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.essays.catalogue.narrowing import narrows
from forecasts.essays.dates import MONTHS


@dataclass(frozen=True, slots=True)
class Word:
    """Word of a text as measures are compared by it, with its place; a country is one word."""

    stem: str
    start: int
    end: int
    is_place: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """Words of a measure: those that a claim needs, and all that may stand among them.

    `places` is how many places it is about. Of "the share of X in Y" `part` and `whole`
    are the needed words of X and Y, none of another measure.
    """

    needed: frozenset[str]
    known: frozenset[str]
    places: int = 0
    part: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()


def split_words(text: str, places: Sequence[tuple[int, int, str]] = ()) -> tuple[Word, ...]:
    """Split a text into words; `places` are start, end and name of each mention of a place.

    >>> [word.stem for word in split_words("Women’s share of seats", [])]
    ['women', 's', 'shar', 'of', 'seat']
    """
    mentions = [Word(f"@{name}", start, end, is_place=True) for start, end, name in places]
    covered = {index for word in mentions for index in range(word.start, word.end)}
    words = (
        Word(_find_stem(match[0]), match.start(), match.end())
        for match in _WORD.finditer(text)
        if match.start() not in covered
    )
    return tuple(sorted([*mentions, *words], key=lambda word: word.start))


def read_measure(words: Sequence[Word], own_places: frozenset[str], slots: int) -> Measure:
    """Read the words of a measure, with its `slots` for a place.

    The only place that it names may go unnamed in a claim if it is one of its entry's `own_places`.
    """
    named = {word.stem for word in words if word.is_place}
    implied = named & own_places if len(named) + slots == 1 else frozenset[str]()
    stems = [word.stem for word in words if word.stem not in implied]
    needed = frozenset(stems) - _LIGHT - _OPTIONAL
    if len(needed) < _MIN_WORDS:
        needed = frozenset(stems) - _LIGHT
    part, whole = _split_share(stems)
    places = max(slots + len(named), min(1, len(own_places)))
    return Measure(needed, frozenset(stems), places, part & needed, whole & needed)


def find_measure(measure: Measure, text: str, words: Sequence[Word]) -> str:
    """Return the words of a text that name a measure, "" if it names none or a part of it."""
    if len(measure.needed) < _MIN_WORDS:
        return ""
    return _find_noun(measure, text, words) or _find_share(measure, text, words)


def _find_noun(measure: Measure, text: str, words: Sequence[Word]) -> str:
    """Return the noun phrase of a measure: "the deaths on Norway’s roads"."""
    run: list[Word] = []
    for word in (*words, Word("", len(text), len(text))):
        if word.stem and _may_stand(word, measure):
            run.append(word)
            continue
        if measure.needed <= {standing.stem for standing in run} and _fits(run, measure, text):
            return _cut(run, measure.needed, text)
        run = []
    return ""


def _may_stand(word: Word, measure: Measure) -> bool:
    return word.is_place or word.stem in measure.known | _LIGHT | _OPTIONAL


def _cut(run: Sequence[Word], needed: frozenset[str], text: str) -> str:
    named = [word for word in run if word.stem in needed]
    return text[named[0].start : named[-1].end]


def _fits(run: Sequence[Word], measure: Measure, text: str) -> bool:
    """Return True if the words around the noun phrase make no part of it."""
    if len({word.stem for word in run if word.is_place}) > measure.places:
        return False
    phrase = _cut(run, measure.needed, text)
    start = text.index(phrase, run[0].start)
    owner = _OWNER.search(text[:start])
    is_owned = owner is not None and not any(
        word.end == owner.end("name") and _may_stand(word, measure) for word in run
    )
    is_part = narrows(text[: run[0].start]) and run[0].start == start
    return not is_owned and not is_part and _ends(text[start + len(phrase) :], run, start, text)


_OWNER: Final = re.compile(r"(?P<name>\w+)[’']s?\s$")


def _ends(after: str, run: Sequence[Word], start: int, text: str) -> bool:
    """Return True if what follows a noun phrase is its verb, a place or a time."""
    places = [text[word.start : word.end] for word in run if word.is_place and word.start > start]
    for place in places:
        after = after.replace(place, " ")
    modal = _MODAL.search(after)
    gap = after[: modal.start()] if modal else ""
    if modal is not None and not _is_time(gap):
        return False
    return modal is not None or not _OF_PART.match(after)


def _is_time(gap: str) -> bool:
    return all(
        word.isdigit() or word.lower() in _TIME_WORDS | _LIGHT or word.endswith("ly")
        for word in re.findall(r"\w+", gap)
    )


def _find_share(measure: Measure, text: str, words: Sequence[Word]) -> str:
    """Return X of "X will make 30 per cent of Y" for the measure "the share of X in Y"."""
    joint = _MAKES_SHARE.search(text)
    if joint is None or not (measure.part and measure.whole):
        return ""
    subject = [word for word in words if word.end <= joint.start()]
    whole = []
    for word in (word for word in words if word.start >= joint.end()):
        if not _may_stand(word, measure):
            break
        whole.append(word)
    is_subject = all(_may_stand(word, measure) for word in subject)
    is_named = measure.part <= {w.stem for w in subject} and (
        measure.whole <= {w.stem for w in whole}
    )
    if not (is_subject and is_named) or _OF_PART.match(text[whole[-1].end :]):
        return ""
    return _cut(subject, measure.part, text)


def _split_share(stems: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Split the words of "the share of X in Y" into those of X and of Y, none without both."""
    if stems[:3] != ["the", _find_stem("share"), "of"] or "in" not in stems:
        return frozenset(), frozenset()
    middle = stems.index("in")
    return frozenset(stems[3:middle]), frozenset(stems[middle + 1 :])


def _find_stem(word: str) -> str:
    """Return a word without the endings by which the forms of a noun or verb differ."""
    word = _SAME_WORDS.get(word.lower(), word.lower())
    word = re.sub(r"(?<=\w{3})(?:ies|y)$", "i", word)
    return re.sub(r"(?<=\w{3})(?:es|s|ed|e)$", "", word)


_MIN_WORDS: Final = 2
"""Content words from which a measure can be told from others by them."""

_WORD: Final = re.compile(r"\w+(?:[.&]\w+)*|%")
_NUMBERS: Final = "one two three four five six seven eight nine ten".split()
_SAME_WORDS: Final = {
    **dict.fromkeys(("worldwide", "global", "globally"), "world"),
    **{word: str(number) for number, word in enumerate(_NUMBERS, 1)},
}
_LIGHT: Final = frozenset(
    "the a an of in on at to for from by with into and as per its their s that which who are is"
    " be".split()
)
"""Words that say nothing of what is measured."""

_OPTIONAL: Final = frozenset(
    map(_find_stem, "number average total annual yearly overall latest official estimated".split())
)
"""Words of a measure that a claim may leave out."""

_MODAL: Final = re.compile(r"\b(?:will|would|could|may|might|can|should|must|shall|is|are|has)\b")
_MAKES_SHARE: Final = re.compile(
    r"\s(?:will|would|could|may|might|can|should)\s(?:\w+ly\s)?(?:account for|make up|supply"
    r"|provide|be|reach|hit|pass|exceed|surpass|top|take|hold|have|cover|generate|produce|form"
    r"|represent|meet|deliver|fall below|fall under)\s(?:[a-z]+\s){0,3}?\d[\d.,]*\s?"
    r"(?:%|per ?cent)\s(?:of\s)",
)
_TIME_WORDS: Final = frozenset(
    "in on by the of this next coming early late mid year years month months first second third"
    " fourth half quarter spring summer autumn winter end it also still then soon now too"
    " and".split()
) | {month.lower() for month in MONTHS}
_OF_PART: Final = re.compile(
    r"\s(?:of|for|among|without|with|who|which|that|in|at|from|by)\s(?:the\s)?"
    rf"(?!\d|(?:{'|'.join(sorted(_TIME_WORDS))}|all|general|total|now)\b)(?i:[a-z])",
    re.IGNORECASE,
)
"""Words that make a part of a measure: "of cyclists"."""
