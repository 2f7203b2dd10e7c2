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
from tracker.ingestion.evidence import EvidenceLinker
from tracker.ingestion.item_matches import MatchResult, match_items
from tracker.ingestion.match_state import MatchState, OpenProfiles
from tracker.matching.matching_profile import profile_from_indicator, profiles_from_question
from tracker.matching.semantic import encoder_kind
from tracker.matching.story_index import (
    JOIN_WINDOW,
    MAX_STORY_AGE,
    Floats,
    KnownStory,
    Sides,
    StoryIndex,
    StoryPlacement,
)
from tracker.questions.queries.compiled_questions import load_compiled_questions
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import evidence, items, questions, rematch
from tracker.storage.items import SavedItem
from tracker.storage.record import list_open_questions
from tracker.storage.rematch import ItemRange, RematchChunk, RematchTask
from tracker.storage.sessions import Session, Store

logger = structlog.get_logger("tracker.ingestion.rematch")

REMATCH_PERIOD: Final = timedelta(days=180)
"""Period before its opening in which a question is matched, to learn how often such news comes."""

CHUNK_SIZE: Final = 2000
"""Items of one transaction: a second in which nobody else can write."""

MATCH_BATCH: Final = 100
"""Items matched before incoming news may be."""

EvidenceCounts = Mapping[QuestionId, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RematchReport:
    """Result of a run: chunks done and left, items matched, new pieces of evidence."""

    chunks_done: int = 0
    chunks_left: int = 0
    items: int = 0
    new_evidence: int = 0

    def __add__(self, later: "RematchReport") -> "RematchReport":
        done, seen = self.chunks_done + later.chunks_done, self.items + later.items
        return RematchReport(done, later.chunks_left, seen, self.new_evidence + later.new_evidence)


def match_archive(
    store: Store,
    match_state: MatchState,
    now: Callable[[], datetime],
    *,
    max_chunks: int | None = None,
) -> RematchReport:
    """Plan what is new, then process chunks: all that are left, or a maximum number."""
    report = RematchReport(chunks_left=_plan_chunks(store, match_state, now()))
    run = RematchRun(store, match_state)
    while report.chunks_left and (max_chunks is None or report.chunks_done < max_chunks):
        report += run.process_chunk(now())
    if report.chunks_done:
        logger.info(
            "archive.matched",
            chunks=report.chunks_done,
            left=report.chunks_left,
            found=report.new_evidence,
        )
    return report


def plan_archive(store: Store, match_state: MatchState, now: datetime) -> tuple[ItemRange, ...]:
    """Plan what is new; return the ranges of items that are left, for several processes."""
    if not _plan_chunks(store, match_state, now):
        return ()
    with store.reading() as session:
        return rematch.list_remaining_ranges(session, match_state.version)


def _plan_chunks(store: Store, match_state: MatchState, now: datetime) -> int:
    """Plan each open question once per version of matcher and indicators; count the chunks left."""
    with store.reading() as session:
        questions_by_task = _list_tasks(
            session, match_state.version, list_open_questions(session, now)
        )
        new = questions_by_task.keys() - rematch.list_planned_tasks(session, match_state.version)
        stale = (
            rematch.list_unfinished_tasks(session, match_state.version) - questions_by_task.keys()
        )
        if not new and not stale:
            return rematch.count_remaining_chunks(session, match_state.version)
    with store.writing() as session:
        rematch.delete_tasks(session, stale)
        for opens_at in sorted({questions_by_task[task].opens_at for task in new}):
            tasks = sorted(task for task in new if questions_by_task[task].opens_at == opens_at)
            first, last = items.find_id_bounds(session, opens_at - REMATCH_PERIOD)
            if last:
                rematch.plan_chunks(session, tasks, split_stretches(first, last))
            else:
                rematch.mark_tasks_done(session, tasks, now)
        return rematch.count_remaining_chunks(session, match_state.version)


def _list_tasks(
    session: Session, version: str, opened: Mapping[QuestionId, Question]
) -> dict[RematchTask, Question]:
    """Key each open question by the matcher version and a hash of its profiles.

    Confirmed headlines are left out: the archive is not matched anew with each of them.
    """
    waits: dict[QuestionId, set[str]] = {question_id: set() for question_id in opened}
    for indicator in questions.list_indicators(session, list(opened)):
        waits[indicator.question_id].add(repr(profile_from_indicator(indicator)))
    questions_by_task = {}
    compiled = load_compiled_questions(session, list(opened.values()))
    for question_id, question in opened.items():
        own_profiles = profiles_from_question(question, compiled[question_id])
        profiles = sorted([*waits[question_id], *(repr(profile) for _, profile in own_profiles)])
        digest = hashlib.sha256("\n".join(profiles).encode()).hexdigest()[:12]
        questions_by_task[RematchTask(f"{version}#{digest}", question_id)] = question
    return questions_by_task


def split_stretches(first: ItemId, last: ItemId) -> tuple[ItemRange, ...]:
    """Split the ids from `first` to `last` at common boundaries, so that questions share chunks.

    >>> [(s.first, s.last) for s in split_stretches(ItemId(1500), ItemId(4100))]
    [(1500, 2000), (2001, 4000), (4001, 4100)]
    """
    cuts = range((first - 1) // CHUNK_SIZE * CHUNK_SIZE, last, CHUNK_SIZE)
    return tuple(
        ItemRange(ItemId(max(first, cut + 1)), ItemId(min(last, cut + CHUNK_SIZE))) for cut in cuts
    )


class RematchRun:
    """One run over chunks; the matcher is reused while they are for the same questions."""

    def __init__(self, store: Store, match_state: MatchState) -> None:
        self._store = store
        self._match_state = match_state
        self._profiles: OpenProfiles | None = None

    def process_chunk(self, now: datetime, only: ItemRange | None = None) -> RematchReport:
        """Process the next chunk, or the one of a range of items.

        Nothing is done when another process was faster.
        """
        version = self._match_state.version
        with self._store.reading() as session:
            chunk = rematch.find_next_chunk(session, version, only)
            if chunk is None:
                return RematchReport()
            profiles = self._load_profiles(session, chunk, now)
            ahead = _load_items(session, chunk)
        results = self._match_items(profiles, ahead)
        with self._store.writing() as session:
            self._match_state.take_turn(session, now)
            if not rematch.claim_chunk(session, version, chunk):
                return RematchReport(chunks_left=rematch.count_remaining_chunks(session, version))
            before = evidence.count_evidence(session)
            # Some items may have joined a story since they were matched.
            stored = [item for item in _load_items(session, chunk) if item.id in results]
            touched = self._link_items(session, profiles, stored, results, now=now)
            pieces = _count_added(before, evidence.count_evidence(session), chunk.question_ids)
            rematch.finish_chunk(session, chunk, pieces, now)
            _update_suggestions(session, version, {*chunk.question_ids, *touched}, now)
            left = rematch.count_remaining_chunks(session, version)
        if touched and stored[-1].seen_at is not None and stored[-1].seen_at >= now - MAX_STORY_AGE:
            self._match_state.clear_caches()  # new items may join the stories that were begun here
        return RematchReport(1, left, len(stored), sum(pieces.values()))

    def _load_profiles(self, session: Session, chunk: RematchChunk, now: datetime) -> OpenProfiles:
        if self._profiles is None or self._profiles.questions.keys() != set(chunk.question_ids):
            self._profiles = self._match_state.load_profiles(session, now, only=chunk.question_ids)
        return self._profiles

    def _match_items(
        self, profiles: OpenProfiles, stored: Sequence[SavedItem]
    ) -> dict[ItemId, MatchResult]:
        """Match items before the transaction, since a transformer takes seconds."""
        results: dict[ItemId, MatchResult] = {}
        for start in range(0, len(stored), MATCH_BATCH):
            batch = stored[start : start + MATCH_BATCH]
            with self._match_state.lock:  # released between batches, for incoming news
                results.update(
                    zip([item.id for item in batch], match_items(profiles, batch), strict=True)
                )
        return results

    def _link_items(
        self,
        session: Session,
        profiles: OpenProfiles,
        stored: Sequence[SavedItem],
        results: Mapping[ItemId, MatchResult],
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
            linker = EvidenceLinker(session, self._match_state, profiles, known_stories, now=now)
            linker.link_items(stored, [results[item.id] for item in stored])
        return linker.affected_question_ids


def _load_items(session: Session, chunk: RematchChunk) -> list[SavedItem]:
    return items.list_archive_items(
        session, ItemId(chunk.item_range.first - 1), chunk.item_range.last
    )


def _count_added(
    before: EvidenceCounts, after: EvidenceCounts, question_ids: Sequence[QuestionId]
) -> dict[QuestionId, int]:
    """Count the pieces of evidence added on each of these questions."""
    return {
        q: after[q][0] - (before[q][0] if q in before else 0) for q in question_ids if q in after
    }


def _update_suggestions(
    session: Session, version: str, touched: Collection[QuestionId], now: datetime
) -> None:
    """Update suggestions of questions without a chunk left; the others wait for their last one."""
    waiting = {task.question_id for task in rematch.list_unfinished_tasks(session, version)}
    opened = list_open_questions(session, now)
    settled = [opened[q] for q in sorted(set(touched) - waiting) if q in opened]
    record_suggestions(session, settled, now, prompted=True)


def _load_stories(
    session: Session, match_state: MatchState, times: Sequence[datetime]
) -> "ArchiveStories":
    """Load the stories that items first seen at these times could have joined."""
    begin, end = min(times) - JOIN_WINDOW, max(times)
    known_stories = evidence.list_recent_stories(session, begin, end, match_state.encoder_name)
    return ArchiveStories(
        known_stories,
        rematch.list_story_sightings(session, begin, end),
        encoder_kind(match_state.encoders.wide),
    )


class ArchiveStories(StoryIndex):
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

    def place(self, title: str, vector: Floats, sides: Sides, at: datetime) -> StoryPlacement:
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
