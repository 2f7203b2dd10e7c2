"""What has just been stored or edited → copies → match → story → evidence → suggestion, in the
writer's transaction.

An item needs no story until it bears on a question: only then does it matter that reports of one
event count once. So one that matches nothing joins a story only as a copy of what is in it, and
starts none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from forecasts.evidence.evidence import Direction, Evidence, Indicator, StoryId
from forecasts.evidence.story_merges import Merge
from forecasts.questions.forecaster import MATCHER
from forecasts.questions.question import EvidenceId, QuestionId
from tracker.feeds.item import ItemId
from tracker.ingestion.match_state import Newsdesk, Watch
from tracker.model.read_models import Decision, Why
from tracker.questions.parameters import Calibration, calibration
from tracker.questions.scenarios import signposts
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import evidence, items, stories
from tracker.storage.items import Stored
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.matching.matcher import Match
    from tracker.matching.stories import KnownStory, Stories

Reading = tuple["tuple[Match, ...]", object]
"""What one item bears on, the surest first, and its vector if it bears on anything."""


def arrive(
    session: Session, desk: Newsdesk, watch: Watch, stored: Sequence[Stored], *, now: datetime
) -> int:
    """Take items in, one after the other; the number of new pieces of evidence."""
    if not stored:
        return 0
    with desk.lock:
        try:
            marked = find_copies(session, desk, stored, now)
            arrivals = Arrivals(session, desk, watch, desk.stories(session, now), now=now)
            found = arrivals.take(marked)
        except BaseException:
            desk.forget()
            raise
    touched = [watch.questions[q] for q in sorted(arrivals.touched) if q in watch.questions]
    record_suggestions(session, touched, now, prompted=True)
    signposts.mark(session, touched, now)
    return found


def find_copies(
    session: Session, desk: Newsdesk, stored: Sequence[Stored], now: datetime
) -> list[Stored]:
    """The same items, those that are new marked with the item that each copies; kept in the
    database too.
    """
    from tracker.matching.agencies import wire

    new = [one for one in stored if not one.edited]
    copies = desk.copies(session, [one.id for one in new], now)
    roots = copies.add([(one.id, one.item.title, one.item.summary, now) for one in new])
    marks = [
        (one.id, None if root is None else ItemId(root), wire(one.item.title, one.item.summary))
        for one, root in zip(new, roots, strict=True)
    ]
    items.mark_copies(session, marks)
    of = {item: root for item, root, _ in marks}
    return [replace(one, copy_of=of.get(one.id)) for one in stored]


@dataclass(frozen=True, slots=True)
class Bearing:
    """How one item bears on one question: by which indicator, which way, and how surely."""

    indicator: Indicator
    direction: Direction
    p_direction: float
    relevance: float
    found: "Match"


class Arrivals:
    """Items on their way into stories and evidence; `touched` are the questions whose suggestion
    may move.
    """

    def __init__(
        self, session: Session, desk: Newsdesk, watch: Watch, known: "Stories", *, now: datetime
    ) -> None:
        self._session = session
        self._desk = desk
        self._watch = watch
        self._stories = known
        self._now = now
        self._calibration = calibration(session, now)
        self._of: dict[ItemId, StoryId] = {}
        self._changed: dict[StoryId, KnownStory] = {}
        self.touched: set[QuestionId] = set()

    def take(self, stored: Sequence[Stored], read: "Sequence[Reading] | None" = None) -> int:
        """Match items, put each into its story and log what is new evidence; how many pieces that
        were.

        `read` is what matching them found, if that was done before.
        """
        earlier = {one.copy_of for one in stored if one.copy_of} | {
            one.same_as for one in stored if one.same_as
        }
        self._of = items.stories_of(self._session, sorted(earlier))
        found = matched(self._watch, stored) if read is None else read
        count = sum(self._add(one, *reading) for one, reading in zip(stored, found, strict=True))
        stories.keep_vectors(self._session, list(self._changed.values()), self._desk.encoder_name)
        return count

    def _add(self, stored: Stored, matches: "tuple[Match, ...]", vector: object) -> int:
        at = stored.seen_at or self._now
        bears = bearings(matches, self._watch, self._calibration)
        sides = {question: b.direction for question, b in bears.items() if b.direction}
        story = self._story(stored, sides, vector, at)
        if story is None:
            return 0
        return sum(self._log(story, b, at, edited=stored.edited) for b in bears.values())

    def _story(
        self, stored: Stored, sides: Mapping[QuestionId, Direction], vector: object, at: datetime
    ) -> StoryId | None:
        """The item's story: its own, that of the item it repeats, one that tells the same, or a new
        one.
        """
        import numpy as np

        if stored.story_id is not None and (stored.edited or stored.seen_at is not None):
            return stored.story_id
        earlier = (self._of.get(one) for one in (stored.copy_of, stored.same_as) if one is not None)
        known = next((story for story in earlier if story is not None), stored.story_id)
        if known is not None:
            self._join(stored.id, known, at)
            return known
        if vector is None:
            return None
        meaning = np.asarray(vector, dtype=np.float32)
        placed = self._stories.place(_title(stored), meaning, sides, at)
        if placed.story is None:
            return self._start(stored, meaning, sides, at)
        if placed.also is not None:
            self._merge(placed.story, placed.also)
        story = self._stories.get(placed.story.id) or placed.story
        self._stories.join(story, meaning, sides, at)
        self._changed[story.id] = story
        self._join(stored.id, story.id, at)
        self.touched.update(story.sides)
        return story.id

    def _start(
        self, stored: Stored, vector: object, sides: Mapping[QuestionId, Direction], at: datetime
    ) -> StoryId:
        """A new story, of the item and of the one that it repeats, which had none."""
        import numpy as np

        from tracker.matching.stories import KnownStory

        story_id = stories.add(self._session, stored.item.title, at)
        story = KnownStory(
            story_id, _title(stored), np.array(vector, dtype=np.float32), at, at, dict(sides)
        )
        self._stories.add(story)
        self._changed[story_id] = story
        for earlier in (stored.copy_of, stored.same_as):
            if earlier is not None:
                self._join(earlier, story_id, at)
        self._join(stored.id, story_id, at)
        return story_id

    def _join(self, item_id: ItemId, story_id: StoryId, at: datetime) -> None:
        stories.join(self._session, item_id, story_id, at)
        self._of[item_id] = story_id

    def _merge(self, one: "KnownStory", other: "KnownStory") -> None:
        """Two stories turn out to be one: the later one counts as part of the earlier from now
        on.
        """
        earlier, later = sorted((one, other), key=lambda s: (s.first_seen_at, s.id))
        became = Merge(later.id, earlier.id, self._now)
        stories.merge(self._session, became, f"a report fits both: {earlier.title[:150]}")
        self._stories.merge(later, earlier)
        self.touched.update([*one.sides, *other.sides])

    def _log(self, story_id: StoryId, b: Bearing, at: datetime, *, edited: bool) -> bool:
        """Log a match as evidence unless the story stands on that question already."""
        indicator, found = b.indicator, b.found
        if evidence.exists(self._session, story_id, indicator.question_id):
            return False
        piece = Evidence(
            id=EvidenceId(0),
            question_id=indicator.question_id,
            story_id=story_id,
            indicator_id=indicator.id,
            direction=b.direction,
            strength=indicator.strength,
            relevance=b.relevance,
            status="logged",
            judged_by=MATCHER,
            first_seen_at=at,
            reports=(),
            matched=found.matched,
            p_direction=b.p_direction,
            option=indicator.option,
        )
        reason = f"matched {', '.join(found.matched)}{' in an edited version' if edited else ''}"
        logged = Decision("logged", piece.direction, piece.strength, MATCHER, self._now, reason)
        why = Why(found.nearest, found.cosine, found.polarity.why, self._watch.matcher.version)
        evidence.add(self._session, piece, logged, why)
        self.touched.add(indicator.question_id)
        if (known := self._stories.get(story_id)) is not None:
            known.sides.setdefault(indicator.question_id, b.direction)
        return True


def matched(watch: Watch, stored: Sequence[Stored]) -> "list[Reading]":
    """What each of these items bears on, and the vectors of those that bear on anything."""
    from tracker.matching.matcher import words_of

    said = [words_of(one.item.title, one.item.summary) for one in stored]
    matches = list(watch.matcher.match(said))
    some = [n for n, found in enumerate(matches) if found]
    vectors = dict(zip(some, watch.matcher.encode([said[n] for n in some]), strict=True))
    return [(found, vectors.get(n)) for n, found in enumerate(matches)]


def bearings(
    matches: "tuple[Match, ...]", watch: Watch, known: Calibration
) -> dict[QuestionId, Bearing]:
    """The surest match on each question, with direction and chances as reviews have borne them
    out.
    """
    best: dict[QuestionId, Bearing] = {}
    for found in matches:  # the surest come first
        sign, p_right = found.polarity.sign, found.polarity.p_right
        for indicator in watch.bearings[found.profile]:
            called = bool(sign and indicator.direction)
            direction = Direction(int(indicator.direction) * sign) if called else Direction.NEUTRAL
            p = known.direction.apply(p_right) if called else 0.5
            bearing = Bearing(
                indicator, direction, max(0.5, p), known.relevance.apply(found.relevance), found
            )
            best.setdefault(indicator.question_id, bearing)
    return best


def _title(stored: Stored) -> str:
    from tracker.matching.boilerplate import headline

    return headline(stored.item.title)
