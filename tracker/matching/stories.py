"""Which story does an item belong to? Reports of the same event, in whatever words, join one story.

Joining is causal: an item joins a story seen earlier or starts one, and stays there. Meaning
decides, as the cosine with the story's centre; what points the other way never joins, since
headlines that say opposite things are as near in meaning as any (matching by meaning alone would
join 59 % of such pairs). When a report is near to two stories that are near to each other, they
turn out to be one from then on.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasts.evidence.evidence import Direction, StoryId
from forecasts.questions.question import QuestionId
from tracker.matching.aliases import WORD, aliases
from tracker.matching.boilerplate import words
from tracker.matching.headline_compatibility import stance
from tracker.matching.rarity import rarity
from tracker.matching.semantic import comparable
from tracker.matching.tokens import MOST_TEXT, OTHER_SCRIPT, token_name

Floats = NDArray[np.float32]
Sides = Mapping[QuestionId, Direction]

WINDOW: Final = timedelta(days=3)
"""How long after its last report a story can still be joined."""

LONGEST: Final = timedelta(days=10)
"""How long after its first report: a war is no story, however steadily it is reported."""

NEAR: Final = {"static": 0.75, "minilm": 0.7}
"""Cosine with the centre from which a report joins, by kind of encoder; chosen in
docs/evidence.md.
"""

SHARED: Final = 0.4
"""Share of the words of either headline, by rarity, that has to stand in the other: in a war all
news is near all news.

It is not asked of headlines in different scripts.
"""

SETTLED: Final = 2.5
"""Length of a sum of vectors from which a story is what its first reports said; else its centre
moves to the war.
"""

CLOSER: Final = 0.08
"""How much nearer two stories must be to turn out to be one."""

ALIKE: Final = 0.5
"""Share of common words of substance from which headlines tell the same event, where there is no
encoder.
"""

FEWEST_HELD: Final = 1_000
"""Stories from which on those that can no longer be joined are let go, each time their number has
doubled.
"""

FEWEST_WORDS: Final = 4
"""Headlines with fewer words of substance ("Live updates") say too little to be joined by words."""

_ROLLING: Final = re.compile(
    r"\blive (?:updates?|blog|news|coverage)\b|\bwar updates\b", re.IGNORECASE
)
"""A page of a day's events tells no single one."""

_EMPTY: Final = frozenset(
    (
        "a an the of in on at to for and or by with as is are was were its it after over from that "
        "this"
    ).split()
)


@dataclass(slots=True)
class KnownStory:
    """A story that can be joined: the sum of its reports' vectors, when it was reported, which way
    it points.
    """

    id: StoryId
    title: str
    vector: Floats
    first_seen_at: datetime
    last_seen_at: datetime
    sides: dict[QuestionId, Direction] = field(default_factory=dict)

    def packed(self) -> bytes:
        """The vector as it is stored: four bytes a number, the lowest first, to the last bit."""
        return self.vector.astype("<f4").tobytes()

    @classmethod
    def unpacked(  # noqa: PLR0917 - the columns of a row
        cls,
        story: StoryId,
        title: str,
        vector: bytes,
        seen: tuple[datetime, datetime],
        sides: Sides,
    ) -> "KnownStory":
        """A story as it was stored."""
        return cls(
            story, title, np.frombuffer(vector, dtype="<f4").astype(np.float32), *seen, dict(sides)
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an item belongs: a story, or None for one of its own; `also` is a story that turns out
    to be the same.
    """

    story: KnownStory | None
    also: KnownStory | None = None
    cosine: float = 0.0


class Stories:
    """The stories that a new item could join."""

    def __init__(self, known: Iterable[KnownStory], kind: str) -> None:
        self._near = NEAR.get(kind)
        self._most = FEWEST_HELD
        self._hold(known)

    def _hold(self, known: Iterable[KnownStory]) -> None:
        self._stories: list[KnownStory] = []
        self._row: dict[StoryId, int] = {}
        self._centres = np.zeros((0, 0), dtype=np.float32)
        self._by_word: dict[str, list[int]] = {}
        for story in known:
            self._add(story)

    def get(self, story: StoryId) -> KnownStory | None:
        """A story that can be joined, by its id; for one that was merged, the story that it is part
        of.
        """
        row = self._row.get(story)
        return None if row is None else self._stories[row]

    def add(self, story: KnownStory) -> None:
        """A story that was just begun, or remembered."""
        if len(self._stories) >= self._most:
            oldest = story.first_seen_at - WINDOW - LONGEST
            self._hold(
                [s for s in self._stories if self.get(s.id) is s and s.last_seen_at >= oldest]
            )
            self._most = max(FEWEST_HELD, 2 * len(self._stories))
        self._add(story)

    def _add(self, story: KnownStory) -> None:
        row = self._row[story.id] = len(self._stories)
        self._stories.append(story)
        self._centre(row, story.vector)
        if self._near is None:
            for word in substance(story.title):
                self._by_word.setdefault(word, []).append(row)

    def place(self, title: str, vector: Floats, sides: Sides, at: datetime) -> Placed:
        """The story that tells the same event and points the same way, the nearest first."""
        if self._near is None or not vector.any():
            return Placed(self._by_words(title, sides, at))
        if not self._stories or self._centres.shape[1] != vector.size:
            return Placed(None)
        cosines = self._centres[: len(self._stories)] @ comparable(vector)
        near = np.flatnonzero(cosines >= self._near)
        nearest = near[np.argsort(-cosines[near], kind="stable")].tolist()
        joined = (row for row in nearest if self._joins(self._stories[row], title, sides, at))
        fits = list(
            islice((row for row in joined if shares_words(title, self._stories[row].title)), 2)
        )
        if not fits:
            return Placed(None)
        return Placed(self._stories[fits[0]], self._same(fits, cosines), float(cosines[fits[0]]))

    def join(self, story: KnownStory, vector: Floats, sides: Sides, at: datetime) -> None:
        """Another report of a story, or of the one that it was merged into."""
        story = self.get(story.id) or story
        story.last_seen_at = max(story.last_seen_at, at)
        story.sides.update(
            {question: side for question, side in sides.items() if question not in story.sides}
        )
        if vector.size:
            settled = story.vector.size and float(np.linalg.norm(story.vector)) >= SETTLED
            story.vector = (
                story.vector if settled else story.vector + vector if story.vector.size else vector
            )
            if story.id in self._row:
                self._centre(self._row[story.id], story.vector)

    def merge(self, story: KnownStory, into: KnownStory) -> None:
        """A story counts as part of an earlier one from now on, and is joined no more."""
        self.join(into, story.vector, story.sides, story.last_seen_at)
        self._centre(self._row[story.id], np.zeros(0, dtype=np.float32))
        self._row[story.id] = self._row[into.id]

    def _same(self, fits: Sequence[int], cosines: Floats) -> KnownStory | None:
        """The second story that the item fits, if item and both stories lie near to each other and
        agree.
        """
        if len(fits) < 2:
            return None
        first, second = fits
        one, other = self._stories[first], self._stories[second]
        between = float(self._centres[first] @ self._centres[second])
        if (
            min(float(cosines[first]), float(cosines[second]), between)
            < (self._near or 1.0) + CLOSER
        ):
            return None
        return (
            None
            if opposed(one.sides, other.sides) or contradicts(one.title, other.title)
            else other
        )

    def _joins(self, story: KnownStory, title: str, sides: Sides, at: datetime) -> bool:
        if abs(at - story.last_seen_at) > WINDOW or at - story.first_seen_at > LONGEST:
            return False
        return not opposed(story.sides, sides) and not contradicts(title, story.title)

    def _by_words(self, title: str, sides: Sides, at: datetime) -> KnownStory | None:
        said = substance(title)
        if len(said) < FEWEST_WORDS:
            return None
        shared = Counter(row for word in said for row in self._by_word.get(word, ()))
        for row, common in sorted(shared.items(), key=lambda hit: (-hit[1], hit[0]))[:10]:
            story = self._stories[row]
            if common >= ALIKE * len(said | substance(story.title)) and self._joins(
                story, title, sides, at
            ):
                return story
        return None

    def _centre(self, row: int, vector: Floats) -> None:
        if row >= len(self._centres) or self._centres.shape[1] < vector.size:
            grown = np.zeros(
                (max(64, 2 * (row + 1)), max(vector.size, self._centres.shape[1])), dtype=np.float32
            )
            grown[: len(self._centres), : self._centres.shape[1]] = self._centres
            self._centres = grown
        length = float(np.linalg.norm(vector)) if vector.size else 0.0
        self._centres[row] = 0.0
        if length > 0.0:
            self._centres[row, : vector.size] = comparable(vector / np.float32(length))


def opposed(one: Sides, other: Sides) -> bool:
    """Do they point different ways on a question that both bear on?"""
    return any(side and other.get(question) == -side for question, side in one.items())


def contradicts(title: str, other: str) -> bool:
    """Does one headline deny what the other says, or say the opposite of it? In other words they
    may well agree.
    """
    a, b = stance(title), stance(other)
    return a.denials % 2 != b.denials % 2 or any(-side in b.sides for side in a.sides)


def shares_words(title: str, other: str) -> bool:
    """Have headlines the words in common that one event needs? So they have in different scripts:
    nobody can say.

    Pages that are written on all day share nothing, whatever their words.
    """
    if _ROLLING.search(title) or _ROLLING.search(other):
        return False
    if bool(OTHER_SCRIPT.search(title)) != bool(OTHER_SCRIPT.search(other)):
        return True
    one, two = _named(title), _named(other)
    return bool(one & two) and _weight(one & two) >= SHARED * min(_weight(one), _weight(two))


@lru_cache(maxsize=50_000)
def _named(title: str) -> frozenset[str]:
    """The stems and concepts of a headline."""
    return frozenset(token_name(word, aliases()) for word in WORD.findall(title[:MOST_TEXT])) - {""}


def _weight(names: Iterable[str]) -> float:
    return math.fsum(rarity(name) for name in names)


def substance(title: str) -> frozenset[str]:
    """The words of a headline that carry meaning."""
    return frozenset(words(title)) - _EMPTY
