"""What has just been stored or edited → story → match → evidence → suggestion, inside the writer's transaction.

An item needs no story until it bears on a question: only then does it matter that copies count once. So
one that matches nothing joins a story that is there already, and starts none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from forecasts.evidence import Evidence, EvidenceId, Indicator, StoryId
from forecasts.forecaster import MATCHER
from forecasts.question import Question, QuestionId
from tracker.feeds.item import ItemId
from tracker.matching.stories import WINDOW_DAYS, RecentStories
from tracker.matching.terms import Match, Words, match
from tracker.reading import open_questions
from tracker.store import evidence, items, questions
from tracker.store.engine import Session
from tracker.store.items import Stored
from tracker.suggesting import record_suggestions
from tracker.summaries import Decision


@dataclass(frozen=True, slots=True)
class Watch:
    """What items are held against: the open questions and all their indicators."""

    questions: Mapping[QuestionId, Question]
    indicators: tuple[Indicator, ...]


def open_watch(session: Session, now: datetime) -> Watch:
    """The questions that are open at `now`, with their indicators."""
    opened = open_questions(session, now)
    return Watch(opened, questions.indicators(session, list(opened)))


def arrive(session: Session, watch: Watch, stored: Sequence[Stored], now: datetime) -> int:
    """Take items in, one after the other; the number of new pieces of evidence."""
    arrivals = Arrivals(session, watch, now)
    evidence_on = [hit for one in stored for hit in arrivals.add(one)]
    touched = sorted(set(evidence_on))
    record_suggestions(session, [watch.questions[q] for q in touched], now, prompted=True)
    return len(evidence_on)


class Arrivals:
    """The items of one transaction, and the stories that they can join."""

    def __init__(self, session: Session, watch: Watch, now: datetime) -> None:
        self._session = session
        self._watch = watch
        self._now = now
        self._recent: RecentStories | None = None
        self._of: dict[ItemId | None, StoryId] = {}

    def add(self, stored: Stored) -> tuple[QuestionId, ...]:
        """Put an item into its story and log it as evidence; the questions it is new evidence on."""
        best: dict[QuestionId, Match] = {}
        for found in match(Words(stored.item.title, stored.item.summary), self._watch.indicators):
            best.setdefault(found.indicator.question_id, found)  # matches come best first
        story_id = self._story(stored, start=bool(best))
        if story_id is None:
            return ()
        return tuple(q for q, found in best.items() if self._log(story_id, found, edited=stored.edited))

    def _story(self, stored: Stored, *, start: bool) -> StoryId | None:
        """The item's story: its own, that of the item it repeats, one that tells the same, or a new one."""
        if stored.edited and stored.story_id is not None:
            return stored.story_id
        story_id = stored.story_id or self._of.get(stored.same_as) or self._stories().find(stored.item.title)
        if story_id is None and start:
            story_id = self._start(stored)
        if story_id is not None:
            self._join(stored.id, story_id)
        return story_id

    def _start(self, stored: Stored) -> StoryId:
        """A new story, of the item and of the one that it repeats, which had none."""
        story_id = items.add_story(self._session, stored.item.title, self._now)
        self._stories().add(story_id, stored.item.title)
        if stored.same_as is not None:
            self._join(stored.same_as, story_id)
        return story_id

    def _join(self, item_id: ItemId, story_id: StoryId) -> None:
        items.join(self._session, item_id, story_id, self._now)
        self._of[item_id] = story_id

    def _stories(self) -> RecentStories:
        if self._recent is None:
            since = self._now - timedelta(days=WINDOW_DAYS)
            self._recent = RecentStories(items.recent_stories(self._session, since))
        return self._recent

    def _log(self, story_id: StoryId, found: Match, *, edited: bool) -> bool:
        """Log a match as evidence unless the story stands on that question already."""
        indicator = found.indicator
        if evidence.exists(self._session, story_id, indicator.question_id):
            return False
        piece = Evidence(
            id=EvidenceId(0),
            question_id=indicator.question_id,
            story_id=story_id,
            indicator_id=indicator.id,
            direction=indicator.direction,
            strength=indicator.strength,
            relevance=found.relevance,
            status="logged",
            judged_by=MATCHER,
            first_seen_at=self._now,
            reports=(),
            matched=found.matched,
        )
        reason = f"matched {', '.join(found.matched)}{' in an edited version' if edited else ''}"
        logged = Decision("logged", piece.direction, piece.strength, MATCHER, self._now, reason)
        evidence.add(self._session, piece, logged)
        return True
