"""Assertions of a headline: negated words, ends of opposites, and hedges.

No parser: a cue governs the words after it up to the end of its clause, or, in "plan rejected",
those before it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from tracker.matching.polarity_lexicon import (
    CLAUSE_BOUNDARIES,
    EMPTY_WORDS,
    NAMES_WITH_CUES,
    PREPOSITIONS,
    RESTRICTION_STEMS,
    PolarityCue,
    is_negation,
    load_lexicon,
    stem_english,
)

MAX_GOVERNED_WORDS = 12
"""Maximum number of words that a cue governs."""

BACKGROUND_WEIGHT = 0.4
"""Weight of opposites named behind the main clause ("pauses after fourteen rises"), if it does not
name them itself.
"""

MAX_TEXT_LENGTH = 1_000
"""Characters of a text that are read."""

NAME_MASK = "_"

GOING_AXES = frozenset("go support join open ties meet give deal succeed true".split())
"""Axes on which the first end means that something goes ahead."""

MORE_AXES = frozenset("more fast strong well".split())
"""Axes on which the first end means more of something."""

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:['’.-][^\W_]+)*|[,;:?!…—–|()]|\.(?=\s)")
_PAST = re.compile(
    r"\w*(?:ed|en|shut|lost|cut|sunk|held|built|left|thrown|struck|torn|withdrawn|put_off"
    r"|\w_(?:off|out|down|up))$"
)
_ALWAYS_FORWARD = frozenset("hardly barely scarcely against".split())
_BOTH_WAYS = frozenset("nothing nowhere none nobody".split())
_FAILURE_STEMS = frozenset(
    "stop end halt ceas collaps fail failur stall fade fizzl laps expir unravel break fall"
    " crash explod deni block".split()
)
_NARROWING = frozenset(["to", "from", "of"])
_ARTICLES = frozenset("a an the any".split())
_SUPPOSITIONS = frozenset("if unless why how explained explainer".split())
_FIRST_WORDS = frozenset("what when where".split())
"""Words of headlines that suppose the event, or explain it: no report of either outcome. The second
ones do so only as the first word: "It abstained when the assembly voted" reports.
"""

_CLOSING_STEMS = frozenset("end conclud finish close wrap".split())


@dataclass(frozen=True, slots=True)
class CueMatch:
    """A cue in a text: its range of words, its words, and the words it governs if it
    reverses them.
    """

    start: int
    end: int
    cue: PolarityCue
    words: str
    governs: range = range(0)


@dataclass(frozen=True, slots=True)
class HeadlineAssertions:
    """Assertions of a text, for comparison with another.

    `stems` maps its words to +1, or -1 under a negation; `axes` maps opposites to the end named,
    -1..1; `parity` is -1 if the main clause is reversed an odd number of times; `going` and `more`
    are the ends named on the axes of either kind, -1..1. `names` are stems of capitalised words
    where others are not, in order. `cues` are the opposites that it names: their axes, and their
    place in `order`.
    """

    text: str
    stems: dict[str, float] = field(default_factory=dict)
    axes: dict[str, float] = field(default_factory=dict)
    parity: int = 1
    going: float = 0.0
    more: float = 0.0
    hedges: frozenset[str] = frozenset()
    turns: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    asks: bool = False
    supposes: bool = False
    cues: tuple[tuple[frozenset[str], int], ...] = ()


def analyse_assertions(text: str, plain: frozenset[str] = frozenset()) -> HeadlineAssertions:
    """Analyse a text; `plain` holds phrases ("no limit", in stems) that are names and negate
    nothing.

    >>> assertions = analyse_assertions("Beijing refuses to condemn the invasion")
    >>> assertions.axes["condemn"], assertions.stems["invas"], assertions.parity
    (-1.0, -1.0, -1)
    """
    short = text[:MAX_TEXT_LENGTH].replace("’", "'")
    tokens = _drop_negated_articles(_TOKEN.findall(short))
    words = [token.lower() for token in tokens]
    matches = _assign_scopes(words, list(_find_cues(_mask_names(tokens), plain)))
    signs = _find_signs(len(words), matches)
    main = _find_main_clause_end(words)
    leading = _sum_axes([f for f in matches if f.start < main], signs, len(words))
    axes = _sum_axes([f for f in matches if f.start >= main], signs, len(words))
    axes = {
        name: leading.get(name, BACKGROUND_WEIGHT * axes.get(name, 0.0))
        for name in (*leading, *axes)
    }
    reversing = [f for f in matches if len(f.governs) and f.start < main]
    stems: dict[str, float] = {}
    for word, sign in zip(words, signs, strict=True):
        if word not in EMPTY_WORDS and (word[0].isalnum()):
            key = stem_english(word)
            stems[key] = max(-1.0, min(1.0, stems.get(key, 0.0) + sign))
    return HeadlineAssertions(
        text=text,
        stems=stems,
        axes=axes,
        parity=-1 if len(reversing) % 2 else 1,
        going=_sum_kind(leading, GOING_AXES),
        more=_sum_kind(leading, MORE_AXES),
        hedges=frozenset(f.words for f in matches if f.cue.hedges),
        turns=tuple(f.words for f in reversing),
        order=tuple(stem_english(word) for word in words),
        names=_list_names(tokens),
        asks=_is_question(words),
        supposes=not _SUPPOSITIONS.isdisjoint(words) or not _FIRST_WORDS.isdisjoint(words[:1]),
        cues=tuple(
            (frozenset(axis for axis, _ in f.cue.ends), f.start) for f in matches if f.cue.ends
        ),
    )


def _mask_names(tokens: list[str]) -> list[str]:
    """Return the words in lower case, names masked: "Gaza Strip" strips nobody, "ICE" is no ice.

    In a headline in title case only acronyms and some pairs of words are known to be names.
    """
    is_title = _is_title_case(tokens)
    lower = [token.lower() for token in tokens]
    named = {
        place
        for n, pair in enumerate(pairwise(lower))
        if " ".join(pair) in NAMES_WITH_CUES
        for place in (n, n + 1)
    }
    is_shouting = all(token.isupper() for token in tokens if token[0].isalpha())
    return [
        NAME_MASK
        if n in named
        or (not is_shouting and len(token) > 1 and token.isupper())
        or (not is_title and before[-1:].isalnum() and token[0].isupper())
        else token.lower()
        for n, (before, token) in enumerate(zip(("", *tokens), tokens, strict=False))
    ]


def _is_title_case(tokens: list[str]) -> bool:
    capitals = sum(token[0].isupper() for token in tokens)
    return capitals > 0.7 * len(tokens)


def _drop_negated_articles(tokens: list[str]) -> list[str]:
    """Drop the articles behind negations: "without a deal" says what "without deal" says."""
    before = ("", *(token.lower() for token in tokens))
    return [
        token
        for previous, token in zip(before, tokens, strict=False)
        if not (token.lower() in _ARTICLES and is_negation(previous))
    ]


@lru_cache(maxsize=50_000)
def _find_candidates(word: str) -> tuple[tuple[tuple[str, ...], PolarityCue], ...]:
    """Return the cues that begin with a word, the longest first."""
    known = load_lexicon()
    candidates = known.get("=" + word, ()) + known.get(stem_english(word), ())
    return tuple(sorted(candidates, key=lambda candidate: -len(candidate[0])))


def _find_cues(words: list[str], plain: frozenset[str]) -> Iterator[CueMatch]:
    position = 0
    while position < len(words):
        for key, cue in _find_candidates(words[position]):
            end = position + len(key)
            if (
                len(key) > 1
                and tuple(stem_english(w) for w in words[position + 1 : end]) != key[1:]
            ):
                continue
            if (
                not plain
                or f"{words[position]} {stem_english(words[end]) if end < len(words) else ''}"
                not in plain
            ):
                yield CueMatch(
                    position, end, _resolve_sense(cue, key, words), " ".join(words[position:end])
                )
            position = end - 1
            break
        position += 1


def _resolve_sense(cue: PolarityCue, key: tuple[str, ...], words: list[str]) -> PolarityCue:
    """Resolve "lift", which ends a ban and raises anything else."""
    if key != ("lift",):
        return cue
    if any(stem_english(word) in RESTRICTION_STEMS for word in words):
        return PolarityCue((("restrict", -1), ("go", -1)), turns=True)
    return PolarityCue((("more", 1),))


def _assign_scopes(words: list[str], matches: list[CueMatch]) -> list[CueMatch]:
    scoped = [
        CueMatch(f.start, f.end, f.cue, f.words, _find_scope(words, f)) if f.cue.turns else f
        for f in matches
    ]
    conditions = {
        f.start
        for f in scoped
        if f.words == "without" and any(f.start in g.governs for g in scoped)
    }
    # "No ties without a state" is still no ties.
    return [f for f in scoped if f.start not in conditions]


def _find_scope(words: list[str], match: CueMatch) -> range:
    """Return the words that a reversing cue governs: up to the end of the clause behind it, else
    the clause before it.
    """
    following = words[match.end] if match.end < len(words) else ""
    if following == "without" and stem_english(words[match.start]) in _CLOSING_STEMS:
        return range(0)  # a summit that ends without a deal took place
    ended = not following or _ends_clause(following)
    loose = following in PREPOSITIONS and (
        bool(_PAST.match(words[match.start])) or stem_english(words[match.start]) in _FAILURE_STEMS
    )
    if match.cue.only_with_object and (
        ended or following in PREPOSITIONS or following in _NARROWING
    ):
        return range(0)
    first = words[match.start]
    if first in _BOTH_WAYS:
        return range(
            _clause_start(words, match.start), max(_clause_end(words, match.end), match.end)
        )
    if (ended or loose) and first not in _ALWAYS_FORWARD and not is_negation(first):
        return range(_clause_start(words, match.start), match.start)
    return range(match.end, max(_clause_end(words, match.end), match.end + 1))


def _clause_start(words: list[str], position: int) -> int:
    start = position
    while (
        start > 0 and not _ends_clause(words[start - 1]) and position - start < MAX_GOVERNED_WORDS
    ):
        start -= 1
    return start


def _clause_end(words: list[str], position: int) -> int:
    end = position
    while end < len(words) and not _ends_clause(words[end]) and end - position < MAX_GOVERNED_WORDS:
        end += 1
    return end


def _ends_clause(word: str) -> bool:
    return word in CLAUSE_BOUNDARIES or not word[0].isalnum()


def _find_signs(count: int, matches: list[CueMatch]) -> list[int]:
    """Return +1 for each word, or -1 if cues reverse it an odd number of times; no cue reverses the
    one that reverses it.
    """
    signs = [1] * count
    for cue in matches:
        for position in cue.governs:
            if position < count and not _is_reversed_by(cue, position, matches):
                signs[position] = -signs[position]
    return signs


def _is_reversed_by(cue: CueMatch, position: int, matches: list[CueMatch]) -> bool:
    """In "ban lifted", "lifted" reverses "ban", so "ban" must not reverse "lifted"."""
    return position > cue.start and any(
        f.start <= position < f.end and cue.start in f.governs for f in matches if len(f.governs)
    )


def _sum_axes(matches: list[CueMatch], signs: list[int], count: int) -> dict[str, float]:
    axes: dict[str, float] = {}
    for f in matches:
        for name, end in f.cue.ends:
            axes[name] = max(
                -1.0,
                min(1.0, axes.get(name, 0.0) + end * (signs[f.start] if f.start < count else 1)),
            )
    return axes


def _sum_kind(axes: dict[str, float], kind: frozenset[str]) -> float:
    return max(-1.0, min(1.0, sum(value for name, value in axes.items() if name in kind)))


def _find_main_clause_end(words: list[str]) -> int:
    """Return the end of the first clause of at least two words."""
    for position, word in enumerate(words):
        if position > 2 and word != "and" and (word in CLAUSE_BOUNDARIES or word in ".;"):
            return position
    return len(words)


def _list_names(tokens: list[str]) -> tuple[str, ...]:
    if _is_title_case(tokens):
        return ()
    capitals = [token for token in tokens if token[0].isupper()]
    return tuple(
        stem_english(token.lower()) for token in capitals if token.lower() not in EMPTY_WORDS
    )


def _is_question(words: list[str]) -> bool:
    if not words:
        return False
    return "?" in words or words[:2] == ["what", "if"]
