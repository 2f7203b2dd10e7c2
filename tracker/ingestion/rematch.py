"""Match the archive with new questions, or with a new matcher: plan, then chunk after chunk.

A chunk is one transaction: its evidence and the mark that it is done are stored together or not at
all, so a killed process loses nothing and duplicates nothing. Evidence from the archive has the
time when it was first seen, and its effects begin now: existing evidence keeps its reviews, items
stay in their story, and no past suggestion is rewritten.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from forecasts.evidence.evidence import StoryId
from forecasts.questions.question import Question, QuestionId
from tracker.feeds.item import ItemId
from tracker.ingestion.evidence import Arrivals, Reading, matched
from tracker.ingestion.match_state import Newsdesk, Watch
from tracker.matching.profile import Profile, profile_of
from tracker.matching.semantic import kind_of
from tracker.matching.stories import LONGEST, WINDOW, Floats, KnownStory, Placed, Sides, Stories
from tracker.questions.queries.question_page import open_questions
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import evidence, items, questions, stories
from tracker.storage import rematch as chunks
from tracker.storage.items import Stored
from tracker.storage.rematch import Chunk, Stretch, Task
from tracker.storage.sessions import Session, Store

logger = structlog.get_logger("tracker.ingestion.rematch")

BEFORE_OPENING: Final = timedelta(days=180)
"""Period before its opening in which a question is matched, to learn its usual level."""

CHUNK: Final = 2000
"""Items of one transaction: a second in which nobody else can write."""

AT_ONCE: Final = 100
"""Items matched before incoming news may be."""

Counts = Mapping[QuestionId, tuple[int, int, datetime]]


@dataclass(frozen=True, slots=True)
class RematchReport:
    """Result of a run: chunks done and left, items matched, new pieces of evidence."""

    chunks_done: int = 0
    chunks_left: int = 0
    items: int = 0
    found: int = 0

    def __add__(self, later: "RematchReport") -> "RematchReport":
        done, seen = self.chunks_done + later.chunks_done, self.items + later.items
        return RematchReport(done, later.chunks_left, seen, self.found + later.found)


def rematch(
    store: Store,
    match_state: Newsdesk,
    now: Callable[[], datetime],
    *,
    most_chunks: int | None = None,
) -> RematchReport:
    """Plan what is new, then process chunks: all that are left, or a maximum number."""
    report = RematchReport(chunks_left=_plan_chunks(store, match_state, now()))
    run = Rematching(store, match_state)
    while report.chunks_left and (most_chunks is None or report.chunks_done < most_chunks):
        report += run.chunk(now())
    if report.chunks_done:
        logger.info(
            "archive.matched",
            chunks=report.chunks_done,
            left=report.chunks_left,
            found=report.found,
        )
    return report


def _plan_chunks(store: Store, match_state: Newsdesk, now: datetime) -> int:
    """Plan each open question once per version of matcher and indicators; count the chunks left."""
    with store.reading() as session:
        questions_by_task = _list_tasks(session, match_state.version, open_questions(session, now))
        new = questions_by_task.keys() - chunks.planned(session, match_state.version)
        stale = chunks.unfinished(session, match_state.version) - questions_by_task.keys()
        if not new and not stale:
            return chunks.left(session, match_state.version)
    with store.writing() as session:
        chunks.drop(session, stale)
        for opens_at in sorted({questions_by_task[task].opens_at for task in new}):
            tasks = sorted(task for task in new if questions_by_task[task].opens_at == opens_at)
            first, last = items.bounds(session, opens_at - BEFORE_OPENING)
            if last:
                chunks.plan(session, tasks, stretches(first, last))
            else:
                chunks.nothing_to_do(session, tasks, now)
        return chunks.left(session, match_state.version)


def _list_tasks(
    session: Session, version: str, opened: Mapping[QuestionId, Question]
) -> dict[Task, Question]:
    """Key each open question by the matcher version and a hash of its indicator profiles."""
    waits: dict[QuestionId, set[str]] = {question_id: set() for question_id in opened}
    for indicator in questions.indicators(session, list(opened)):
        waits[indicator.question_id].add(repr(profile_of(indicator)))
    questions_by_task = {}
    for question_id, question in opened.items():
        profiles = sorted(waits[question_id]) or [repr(Profile(question.text))]
        digest = hashlib.sha256("\n".join(profiles).encode()).hexdigest()[:12]
        questions_by_task[Task(f"{version}#{digest}", question_id)] = question
    return questions_by_task


def stretches(first: ItemId, last: ItemId) -> tuple[Stretch, ...]:
    """Split the ids from `first` to `last` at common boundaries, so that questions share chunks.

    >>> [(s.first, s.last) for s in stretches(ItemId(1500), ItemId(4100))]
    [(1500, 2000), (2001, 4000), (4001, 4100)]
    """
    cuts = range((first - 1) // CHUNK * CHUNK, last, CHUNK)
    return tuple(
        Stretch(ItemId(max(first, cut + 1)), ItemId(min(last, cut + CHUNK))) for cut in cuts
    )


class Rematching:
    """One run over chunks; the matcher is reused while they are for the same questions."""

    def __init__(self, store: Store, match_state: Newsdesk) -> None:
        self._store = store
        self._match_state = match_state
        self._profiles: Watch | None = None

    def chunk(self, now: datetime) -> RematchReport:
        """Process the next chunk; nothing is done when another process was faster."""
        version = self._match_state.version
        with self._store.reading() as session:
            chunk = chunks.first_left(session, version)
            if chunk is None:
                return RematchReport()
            profiles = self._load_profiles(session, chunk, now)
            ahead = _load_items(session, chunk)
        results = self._match_items(profiles, ahead)
        with self._store.writing() as session:
            if not chunks.claim(session, version, chunk):
                return RematchReport(chunks_left=chunks.left(session, version))
            before = evidence.counts(session)
            # Some items may have joined a story since they were matched.
            stored = [item for item in _load_items(session, chunk) if item.id in results]
            touched = self._link_items(session, profiles, stored, results, now=now)
            pieces = _count_added(before, evidence.counts(session), chunk.questions)
            chunks.finish(session, chunk, pieces, now)
            _update_suggestions(session, version, {*chunk.questions, *touched}, now)
            left = chunks.left(session, version)
        if touched and stored[-1].seen_at is not None and stored[-1].seen_at >= now - LONGEST:
            self._match_state.forget()  # new items may join the stories that were begun here
        return RematchReport(1, left, len(stored), sum(pieces.values()))

    def _load_profiles(self, session: Session, chunk: Chunk, now: datetime) -> Watch:
        if self._profiles is None or self._profiles.questions.keys() != set(chunk.questions):
            self._profiles = self._match_state.watch(session, now, only=chunk.questions)
        return self._profiles

    def _match_items(self, profiles: Watch, stored: Sequence[Stored]) -> dict[ItemId, Reading]:
        """Match items before the transaction, since a transformer takes seconds."""
        results: dict[ItemId, Reading] = {}
        for start in range(0, len(stored), AT_ONCE):
            batch = stored[start : start + AT_ONCE]
            with self._match_state.lock:  # released between batches, for incoming news
                results.update(
                    zip([item.id for item in batch], matched(profiles, batch), strict=True)
                )
        return results

    def _link_items(
        self,
        session: Session,
        profiles: Watch,
        stored: Sequence[Stored],
        results: Mapping[ItemId, Reading],
        *,
        now: datetime,
    ) -> set[QuestionId]:
        """Assign items to stories and log new evidence; return the questions with more evidence."""
        if not stored:
            return set()
        with self._match_state.lock:
            known_stories = _load_stories(
                session, self._match_state, [item.seen_at or now for item in stored]
            )
            linker = Arrivals(session, self._match_state, profiles, known_stories, now=now)
            linker.take(stored, [results[item.id] for item in stored])
        return linker.touched


def _load_items(session: Session, chunk: Chunk) -> list[Stored]:
    return items.archive(session, ItemId(chunk.stretch.first - 1), chunk.stretch.last)


def _count_added(
    before: Counts, after: Counts, question_ids: Sequence[QuestionId]
) -> dict[QuestionId, int]:
    """Count the pieces of evidence added on each of these questions."""
    return {
        q: after[q][0] - (before[q][0] if q in before else 0) for q in question_ids if q in after
    }


def _update_suggestions(
    session: Session, version: str, touched: Collection[QuestionId], now: datetime
) -> None:
    """Update suggestions of questions without a chunk left; the others wait for their last one."""
    waiting = {task.question_id for task in chunks.unfinished(session, version)}
    opened = open_questions(session, now)
    settled = [opened[q] for q in sorted(set(touched) - waiting) if q in opened]
    record_suggestions(session, settled, now, prompted=True)


def _load_stories(
    session: Session, match_state: Newsdesk, times: Sequence[datetime]
) -> "StoriesOfThen":
    """Load the stories that items first seen at these times could have joined."""
    begin, end = min(times) - WINDOW, max(times)
    known_stories = stories.recent(session, begin, end, match_state.encoder_name)
    return StoriesOfThen(
        known_stories, chunks.sightings(session, begin, end), kind_of(match_state.encoder)
    )


class StoriesOfThen(Stories):
    """Stories of the archive; an item sees only those that had begun when it was seen."""

    def __init__(
        self,
        known_stories: Iterable[KnownStory],
        sightings: Iterable[tuple[datetime, StoryId]],
        kind: str,
    ) -> None:
        super().__init__((), kind)
        self._future_stories = {story.id: story for story in known_stories}
        self._sightings = deque(sightings)

    def get(self, story: StoryId) -> KnownStory | None:
        """Get a story by its id, even one that begins later: it may get evidence before."""
        return super().get(story) or self._future_stories.get(story)

    def place(self, title: str, vector: Floats, sides: Sides, at: datetime) -> Placed:
        """Find the story of the same event among those that had begun by then."""
        while self._sightings and self._sightings[0][0] <= at:
            self._add_sighting(*self._sightings.popleft()[::-1])
        return super().place(title, vector, sides, at)

    def _add_sighting(self, story_id: StoryId, at: datetime) -> None:
        if (story := self._future_stories.pop(story_id, None)) is not None:
            story.last_seen_at = at
            self.add(story)
        elif (story := self.get(story_id)) is not None:
            story.last_seen_at = max(story.last_seen_at, at)
