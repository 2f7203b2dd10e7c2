"""Group reports of the same event into stories, in whatever words.

Joining is causal: an item joins an earlier story or starts one, and stays there. Meaning decides,
as the cosine with the story's centre. A report that contradicts any of a story never joins, since
opposite headlines are as near in meaning as any (matching by meaning alone would join 59% of such
pairs); nor does the deed join the rumours of it. When a report is near to two stories that are near
to each other, these are merged from then on.
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
from forecasts.evidence.weights import StoryMerge
from forecasts.questions.question import QuestionId
from tracker.matching.boilerplate import clean_headline, split_words
from tracker.matching.gazetteer import WORD_PATTERN, load_aliases
from tracker.matching.headline_contradiction import (
    have_same_script,
    is_deed_and_plan,
    titles_contradict,
)
from tracker.matching.semantic import round_to_grid
from tracker.matching.tokens import (
    MAX_TEXT_LENGTH,
    make_token_name,
    token_rarity,
)

Floats = NDArray[np.float32]
Sides = Mapping[QuestionId, Direction]

JOIN_WINDOW: Final = timedelta(days=3)
"""Maximum time after its last report for a story to be joined."""

LULL: Final = timedelta(hours=36)
"""Time without a report from which a story is joined only by what is clearly nearer
(`CLEAR_MARGIN`): what follows a lull is mostly the next event of a running affair.
"""

MAX_STORY_AGE: Final = timedelta(days=10)
"""Maximum time after its first report: a war is no story, however steadily it is reported."""

MIN_JOIN_COSINE: Final = {"static": 0.75, "minilm": 0.7}
"""Minimum cosine with the centre for a report to join, by kind of encoder; chosen in
docs/evidence.md.
"""

MIN_SHARED_RARITY: Final = 0.4
"""Share of the words of either headline, by rarity, that must occur in the other: in a war all news
is near all news.

Not required of headlines in different scripts.
"""

MIN_LIKENESS: Final = 1.05
"""Minimum sum of the cosine and the share of common words, by rarity, among all of two headlines:
the same actors do more than one thing.

Not required of headlines in different scripts.
"""

SETTLED_LENGTH: Final = 2.5
"""Length of a sum of vectors from which the centre of a story is fixed; otherwise it would drift to
the general topic.
"""

CLEAR_MARGIN: Final = 0.08
"""Additional cosine that two stories need to be merged, and a report to join after a lull."""

MIN_WORD_OVERLAP: Final = 0.5
"""Share of common words of substance from which headlines report the same event, without an
encoder.
"""

MIN_HELD_STORIES: Final = 1_000
"""Stories from which those that can no longer be joined are dropped, each time their number has
doubled.
"""

MIN_TITLE_WORDS: Final = 4
"""Headlines with fewer words of substance ("Live updates") are too general to be joined
by words.
"""

_ROLLING: Final = re.compile(
    r"\blive (?:updates?|blog|news|coverage)\b|\bwar updates\b|\bneed to know\b|\bkey events\b"
    r"|\blatest (?:[\w-]+ ){1,3}(?:updates?|news)\b",
    re.IGNORECASE,
)
"""A page of a day's events reports no single one."""

_EMPTY_WORDS: Final = frozenset(
    (
        "a an the of in on at to for and or by with as is are was were its it after over from that "
        "this"
    ).split()
)


@dataclass(slots=True)
class KnownStory:
    """A story that can be joined: the sum of its reports' vectors, its times, its direction by
    question, and its headlines.
    """

    id: StoryId
    title: str
    vector: Floats
    first_seen_at: datetime
    last_seen_at: datetime
    sides: dict[QuestionId, Direction] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.titles.add(self.title)

    def pack_vector(self) -> bytes:
        """Return the vector in its stored form: little-endian float32."""
        return self.vector.astype("<f4").tobytes()

    @classmethod
    def from_row(  # noqa: PLR0917 - the columns of a row
        cls,
        story: StoryId,
        title: str,
        vector: bytes,
        seen: tuple[datetime, datetime],
        sides: Sides,
        titles: Iterable[str] = (),
    ) -> "KnownStory":
        """Restore a stored story; headlines are as they were published."""
        return cls(
            story,
            clean_headline(title),
            np.frombuffer(vector, dtype="<f4").astype(np.float32),
            *seen,
            dict(sides),
            {clean_headline(other) for other in titles},
        )


@dataclass(frozen=True, slots=True)
class StoryPlacement:
    """Story of an item, or None for a new one; `also` is a story to be merged with it."""

    story: KnownStory | None
    also: KnownStory | None = None
    cosine: float = 0.0


class StoryIndex:
    """The stories that a new item could join."""

    def __init__(self, known: Iterable[KnownStory], kind: str) -> None:
        self._near = MIN_JOIN_COSINE.get(kind)
        self._max_stories = MIN_HELD_STORIES
        self._rebuild(known)

    def _rebuild(self, known: Iterable[KnownStory]) -> None:
        self._stories: list[KnownStory] = []
        self._row: dict[StoryId, int] = {}
        self._centres = np.zeros((0, 0), dtype=np.float32)
        self._by_word: dict[str, list[int]] = {}
        for story in known:
            self._add(story)

    def get(self, story: StoryId) -> KnownStory | None:
        """Return a story by its id; for a merged one, the story that it is part of."""
        row = self._row.get(story)
        return None if row is None else self._stories[row]

    def add(self, story: KnownStory) -> None:
        """Add a new or restored story."""
        if len(self._stories) >= self._max_stories:
            oldest = story.first_seen_at - JOIN_WINDOW - MAX_STORY_AGE
            self._rebuild(
                [s for s in self._stories if self.get(s.id) is s and s.last_seen_at >= oldest]
            )
            self._max_stories = max(MIN_HELD_STORIES, 2 * len(self._stories))
        self._add(story)

    def _add(self, story: KnownStory) -> None:
        row = self._row[story.id] = len(self._stories)
        self._stories.append(story)
        self._set_centre(row, story.vector)
        if self._near is None:
            for word in substance_words(story.title):
                self._by_word.setdefault(word, []).append(row)

    def place(self, title: str, vector: Floats, sides: Sides, at: datetime) -> StoryPlacement:
        """Find the story of the same event and direction, the nearest first."""
        if self._near is None or not vector.any():
            return StoryPlacement(self._find_by_words(title, sides, at))
        if not self._stories or self._centres.shape[1] != vector.size:
            return StoryPlacement(None)
        cosines = self._centres[: len(self._stories)] @ round_to_grid(vector)
        near = np.flatnonzero(cosines >= self._near)
        nearest = near[np.argsort(-cosines[near], kind="stable")].tolist()
        joined = (
            row
            for row in nearest
            if is_same_event(title, self._stories[row].title, float(cosines[row]))
            and _is_open(self._stories[row], at, float(cosines[row]) - self._near)
            and _agree(self._stories[row], (title,), sides)
        )
        fits = list(islice(joined, 2))
        if not fits:
            return StoryPlacement(None)
        return StoryPlacement(
            self._stories[fits[0]], self._find_duplicate(fits, cosines), float(cosines[fits[0]])
        )

    def join(self, story: KnownStory, vector: Floats, sides: Sides, at: datetime) -> None:
        """Add a report to a story, or to the one that it was merged into; callers add its headline
        to `titles`.
        """
        story = self.get(story.id) or story
        story.last_seen_at = max(story.last_seen_at, at)
        story.sides.update(
            {question: side for question, side in sides.items() if question not in story.sides}
        )
        if vector.size:
            settled = story.vector.size and float(np.linalg.norm(story.vector)) >= SETTLED_LENGTH
            story.vector = (
                story.vector if settled else story.vector + vector if story.vector.size else vector
            )
            if story.id in self._row:
                self._set_centre(self._row[story.id], story.vector)

    def merge(self, story: KnownStory, into: KnownStory) -> None:
        """Merge a story into an earlier one; it is joined no more."""
        self.join(into, story.vector, story.sides, story.last_seen_at)
        into.titles |= story.titles
        self._set_centre(self._row[story.id], np.zeros(0, dtype=np.float32))
        self._row[story.id] = self._row[into.id]

    def refresh(self, known: Iterable[KnownStory], merges: Iterable[StoryMerge]) -> None:
        """Take over what other processes stored: new, longer and merged stories."""
        for merge in merges:
            story, into = self.get(merge.story), self.get(merge.into)
            if story is not None and into is not None and story.id == merge.story:
                self.merge(story, into)
        for story in known:
            if (row := self._row.get(story.id)) is None:
                self.add(story)
            else:
                self._stories[row] = story
                self._set_centre(row, story.vector)

    def _find_duplicate(self, fits: Sequence[int], cosines: Floats) -> KnownStory | None:
        """Return the second story that the item fits, if item and both stories are near to each
        other and agree.
        """
        if len(fits) < 2:
            return None
        first, second = fits
        story, duplicate = self._stories[first], self._stories[second]
        between = float(self._centres[first] @ self._centres[second])
        if (
            min(float(cosines[first]), float(cosines[second]), between)
            < (self._near or 1.0) + CLEAR_MARGIN
        ):
            return None
        return duplicate if _agree(story, duplicate.titles, duplicate.sides) else None

    def _find_by_words(self, title: str, sides: Sides, at: datetime) -> KnownStory | None:
        title_words = substance_words(title)
        if len(title_words) < MIN_TITLE_WORDS:
            return None
        shared = Counter(row for word in title_words for row in self._by_word.get(word, ()))
        for row, common in sorted(shared.items(), key=lambda hit: (-hit[1], hit[0]))[:10]:
            story = self._stories[row]
            overlap = common / len(title_words | substance_words(story.title))
            if (
                overlap >= MIN_WORD_OVERLAP
                and _is_open(story, at, overlap - MIN_WORD_OVERLAP)
                and _agree(story, (title,), sides)
            ):
                return story
        return None

    def _set_centre(self, row: int, vector: Floats) -> None:
        if row >= len(self._centres) or self._centres.shape[1] < vector.size:
            grown = np.zeros(
                (max(64, 2 * (row + 1)), max(vector.size, self._centres.shape[1])), dtype=np.float32
            )
            grown[: len(self._centres), : self._centres.shape[1]] = self._centres
            self._centres = grown
        length = float(np.linalg.norm(vector)) if vector.size else 0.0
        self._centres[row] = 0.0
        if length > 0.0:
            self._centres[row, : vector.size] = round_to_grid(vector / np.float32(length))


def have_opposite_sides(sides: Sides, other_sides: Sides) -> bool:
    """Return True if they have opposite directions on a common question."""
    return any(side and other_sides.get(question) == -side for question, side in sides.items())


def _is_open(story: KnownStory, at: datetime, margin: float) -> bool:
    """Return True if a report may join a story at its time; `margin` is by what its similarity
    exceeds the minimum.
    """
    silence = abs(at - story.last_seen_at)
    if silence > JOIN_WINDOW or at - story.first_seen_at > MAX_STORY_AGE:
        return False
    return silence <= LULL or margin >= CLEAR_MARGIN


def _agree(story: KnownStory, titles: Iterable[str], sides: Sides) -> bool:
    """Return True if reports contradict none of a story's, and are all of the deed, or all of what
    precedes it.
    """
    return not have_opposite_sides(story.sides, sides) and not any(
        is_deed_and_plan(title, other) or titles_contradict(title, other)
        for title in titles
        for other in story.titles
    )


def is_same_event(title: str, other: str, cosine: float) -> bool:
    """Return True if headlines have the common words that one event requires: the fewer, the nearer
    they are in meaning. Headlines in different scripts cannot be compared, and pass.

    Rolling pages never match, whatever their words.
    """
    if _ROLLING.search(title) or _ROLLING.search(other):
        return False
    if not have_same_script(title, other):
        return True
    names, other_names = _list_token_names(title), _list_token_names(other)
    shared = _sum_rarity(names & other_names)
    if not shared:
        return False
    smaller = min(_sum_rarity(names), _sum_rarity(other_names))
    overlap = shared / _sum_rarity(names | other_names)
    return shared >= MIN_SHARED_RARITY * smaller and cosine + overlap >= MIN_LIKENESS


@lru_cache(maxsize=4_096)
def _list_token_names(title: str) -> frozenset[str]:
    """Return the stems and concepts of a headline."""
    return frozenset(
        make_token_name(word, load_aliases())
        for word in WORD_PATTERN.findall(title[:MAX_TEXT_LENGTH])
    ) - {""}


def _sum_rarity(names: Iterable[str]) -> float:
    return math.fsum(token_rarity(name) for name in names)


def substance_words(title: str) -> frozenset[str]:
    """Return the words of a headline that carry meaning."""
    return frozenset(split_words(title)) - _EMPTY_WORDS
