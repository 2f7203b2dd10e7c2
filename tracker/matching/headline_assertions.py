"""What a headline asserts: which words stand under a negation, which ends of opposites it names,
what it only hints at.

No parser: a cue governs the words after it up to the end of its clause, or, in "plan rejected",
those before it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from tracker.matching.polarity_lexicon import (
    BOUNDARIES,
    EMPTY,
    PREPOSITIONS,
    RESTRICTIONS,
    Cue,
    lexicon,
    stem,
)

REACH = 12
"""How many words a cue can govern."""

BACKGROUND = 0.4
"""Weight of opposites named behind the main clause ("pauses after fourteen rises"), if it does not
name them itself.
"""

LONGEST = 1_000
"""Characters of a text that are read; the rest of a longer one is left alone."""

GOING = frozenset("go support join open ties meet give deal succeed true".split())
"""Axes on which the first end means that something goes ahead."""

MORE = frozenset("more fast strong well".split())
"""Axes on which the first end means more of something."""

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_]+(?:['’.-][^\W_]+)*|[,;:?!…—–|()]|\.(?=\s)")
_PAST = re.compile(
    r"\w*(?:ed|en|shut|lost|cut|sunk|held|built|left|thrown|struck|torn|withdrawn|put_off|\w_(?:off|out|down|up))$"
)
_ALWAYS_FORWARD = frozenset(
    "no not never without neither nor hardly barely scarcely cannot against".split()
)
_BOTH_WAYS = frozenset("nothing nowhere none nobody".split())
_FAILING = frozenset(
    "stop end halt ceas collaps fail failur stall fade fizzl laps expir unravel break fall"
    " crash explod deni block".split()
)
_NARROWED = frozenset(["to", "from", "of"])


@dataclass(frozen=True, slots=True)
class Found:
    """A cue in a text: where it begins and ends (words), its words, and the words it governs if it
    turns them round.
    """

    start: int
    end: int
    cue: Cue
    words: str
    governs: range = range(0)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a text asserts, for comparing with another.

    `stems` maps its words to +1, or -1 under a negation; `axes` maps opposites to the end named,
    -1..1; `parity` is -1 when the main clause is turned round an odd number of times; `going` and
    `more` are the ends named on the axes of either kind, -1..1. `names` are stems of words with a
    capital where others have none, in order.
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


def profile(text: str, plain: frozenset[str] = frozenset()) -> Profile:
    """What a text asserts; `plain` holds phrases ("no limit", in stems) that are names and negate
    nothing.

    >>> said = profile("Beijing refuses to condemn the invasion")
    >>> said.axes["condemn"], said.stems["invas"], said.parity
    (-1.0, -1.0, -1)
    """
    short = text[:LONGEST].replace("’", "'")
    tokens = _TOKEN.findall(short)
    words = [token.lower() for token in tokens]
    found = _governing(words, list(_cues(words, plain)))
    states = _states(len(words), found)
    main = _main_clause(words)
    leading = _axes([f for f in found if f.start < main], states, len(words))
    axes = _axes([f for f in found if f.start >= main], states, len(words))
    axes = {name: leading.get(name, BACKGROUND * axes.get(name, 0.0)) for name in (*leading, *axes)}
    turning = [f for f in found if len(f.governs) and f.start < main]
    stems: dict[str, float] = {}
    for word, state in zip(words, states, strict=True):
        if word not in EMPTY and (word[0].isalnum()):
            key = stem(word)
            stems[key] = max(-1.0, min(1.0, stems.get(key, 0.0) + state))
    return Profile(
        text=text,
        stems=stems,
        axes=axes,
        parity=-1 if len(turning) % 2 else 1,
        going=_net(leading, GOING),
        more=_net(leading, MORE),
        hedges=frozenset(f.words for f in found if f.cue.hedges),
        turns=tuple(f.words for f in turning),
        order=tuple(stem(word) for word in words),
        names=_names(tokens),
        asks=_asks(words),
    )


@lru_cache(maxsize=50_000)
def _candidates(word: str) -> tuple[tuple[tuple[str, ...], Cue], ...]:
    known = lexicon()
    return known.get("=" + word, ()) + known.get(stem(word), ())


def _cues(words: list[str], plain: frozenset[str]) -> Iterator[Found]:
    at = 0
    while at < len(words):
        for key, cue in _candidates(words[at]):
            end = at + len(key)
            if len(key) > 1 and tuple(stem(w) for w in words[at + 1 : end]) != key[1:]:
                continue
            if (
                not plain
                or f"{words[at]} {stem(words[end]) if end < len(words) else ''}" not in plain
            ):
                yield Found(at, end, _sense(cue, key, words), " ".join(words[at:end]))
            at = end - 1
            break
        at += 1


def _sense(cue: Cue, key: tuple[str, ...], words: list[str]) -> Cue:
    """ "Lift" ends a ban and raises anything else."""
    if key != ("lift",):
        return cue
    if any(stem(word) in RESTRICTIONS for word in words):
        return Cue((("restrict", -1), ("go", -1)), turns=True)
    return Cue((("more", 1),))


def _governing(words: list[str], found: list[Found]) -> list[Found]:
    scoped = [
        Found(f.start, f.end, f.cue, f.words, _scope(words, f)) if f.cue.turns else f for f in found
    ]
    conditions = {
        f.start
        for f in scoped
        if f.words == "without" and any(f.start in g.governs for g in scoped)
    }
    return [
        f for f in scoped if f.start not in conditions
    ]  # "no ties without a state" is still no ties


def _scope(words: list[str], found: Found) -> range:
    """The words that a turning cue governs: up to the end of the clause behind it, else the clause
    before it.
    """
    following = words[found.end] if found.end < len(words) else ""
    ended = not following or _ends_clause(following)
    loose = following in PREPOSITIONS and (
        bool(_PAST.match(words[found.start])) or stem(words[found.start]) in _FAILING
    )
    if found.cue.only_with_object and (
        ended or following in PREPOSITIONS or following in _NARROWED
    ):
        return range(0)
    first = words[found.start]
    if first in _BOTH_WAYS:
        return range(
            _clause_start(words, found.start), max(_clause_end(words, found.end), found.end)
        )
    if (ended or loose) and first not in _ALWAYS_FORWARD and not first.endswith("n't"):
        return range(_clause_start(words, found.start), found.start)
    return range(found.end, max(_clause_end(words, found.end), found.end + 1))


def _clause_start(words: list[str], at: int) -> int:
    start = at
    while start > 0 and not _ends_clause(words[start - 1]) and at - start < REACH:
        start -= 1
    return start


def _clause_end(words: list[str], at: int) -> int:
    end = at
    while end < len(words) and not _ends_clause(words[end]) and end - at < REACH:
        end += 1
    return end


def _ends_clause(word: str) -> bool:
    return word in BOUNDARIES or not word[0].isalnum()


def _states(count: int, found: list[Found]) -> list[int]:
    """+1 for each word, or -1 when cues turn it round an odd number of times; no cue turns what it
    is turned by.
    """
    states = [1] * count
    for cue in found:
        for at in cue.governs:
            if at < count and not _turned_by(cue, at, found):
                states[at] = -states[at]
    return states


def _turned_by(cue: Found, at: int, found: list[Found]) -> bool:
    """In "ban lifted", "lifted" turns "ban", so "ban" must not turn "lifted"."""
    return at > cue.start and any(
        f.start <= at < f.end and cue.start in f.governs for f in found if len(f.governs)
    )


def _axes(found: list[Found], states: list[int], count: int) -> dict[str, float]:
    axes: dict[str, float] = {}
    for f in found:
        for name, end in f.cue.ends:
            axes[name] = max(
                -1.0,
                min(1.0, axes.get(name, 0.0) + end * (states[f.start] if f.start < count else 1)),
            )
    return axes


def _net(axes: dict[str, float], kind: frozenset[str]) -> float:
    return max(-1.0, min(1.0, sum(value for name, value in axes.items() if name in kind)))


def _main_clause(words: list[str]) -> int:
    """Where the first clause ends that says anything (two words or more)."""
    for at, word in enumerate(words):
        if at > 2 and word != "and" and (word in BOUNDARIES or word in ".;"):
            return at
    return len(words)


def _names(tokens: list[str]) -> tuple[str, ...]:
    capitals = [token for token in tokens if token[0].isupper()]
    if len(capitals) > 0.7 * len(tokens):  # Every Word Has One
        return ()
    return tuple(stem(token.lower()) for token in capitals if token.lower() not in EMPTY)


def _asks(words: list[str]) -> bool:
    if not words:
        return False
    return "?" in words or words[:2] == ["what", "if"]
