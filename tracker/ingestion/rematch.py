"""The archive is held against questions that are new, or that a newer matcher has not seen: plan →
chunk after chunk.

A chunk is one transaction: its evidence and the mark that it is done are kept together or not at
all, so a process that is killed loses nothing and doubles nothing. What the archive says dates from
when it was seen, what it changes counts from now on: evidence that stands stays as people left it,
items stay in the story they are in, and no suggestion of the past is written anew.
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
"""How far back before its opening a question is held against the archive: its usual level is
learned from that.
"""

CHUNK: Final = 2000
"""Items gone through in one transaction: a second in which nobody else can write."""

AT_ONCE: Final = 100
"""Items matched before news that has come may be."""

Counts = Mapping[QuestionId, tuple[int, int, datetime]]


@dataclass(frozen=True, slots=True)
class RematchReport:
    """What going through the archive came to: chunks done and still left, items held up, new pieces
    of evidence.
    """

    chunks_done: int = 0
    chunks_left: int = 0
    items: int = 0
    found: int = 0

    def __add__(self, later: "RematchReport") -> "RematchReport":
        done, seen = self.chunks_done + later.chunks_done, self.items + later.items
        return RematchReport(done, later.chunks_left, seen, self.found + later.found)


def rematch(
    store: Store, desk: Newsdesk, now: Callable[[], datetime], *, most_chunks: int | None = None
) -> RematchReport:
    """Plan for what is new, then go through chunks: all that are left, or `most_chunks` of them."""
    report = RematchReport(chunks_left=_plan(store, desk, now()))
    going = Rematching(store, desk)
    while report.chunks_left and (most_chunks is None or report.chunks_done < most_chunks):
        report += going.chunk(now())
    if report.chunks_done:
        logger.info(
            "archive.matched",
            chunks=report.chunks_done,
            left=report.chunks_left,
            found=report.found,
        )
    return report


def _plan(store: Store, desk: Newsdesk, now: datetime) -> int:
    """Plan each open question once for each version of matcher and indicators; the chunks that are
    left.
    """
    with store.reading() as session:
        wanted = _tasks(session, desk.version, open_questions(session, now))
        new = wanted.keys() - chunks.planned(session, desk.version)
        stale = chunks.unfinished(session, desk.version) - wanted.keys()
        if not new and not stale:
            return chunks.left(session, desk.version)
    with store.writing() as session:
        chunks.drop(session, stale)
        for opens_at in sorted({wanted[task].opens_at for task in new}):
            tasks = sorted(task for task in new if wanted[task].opens_at == opens_at)
            first, last = items.bounds(session, opens_at - BEFORE_OPENING)
            if last:
                chunks.plan(session, tasks, stretches(first, last))
            else:
                chunks.nothing_to_do(session, tasks, now)
        return chunks.left(session, desk.version)


def _tasks(
    session: Session, version: str, opened: Mapping[QuestionId, Question]
) -> dict[Task, Question]:
    """Each open question under the name of the matcher as it sees it: the version, and a hash of
    what it waits for.
    """
    waits: dict[QuestionId, set[str]] = {question_id: set() for question_id in opened}
    for indicator in questions.indicators(session, list(opened)):
        waits[indicator.question_id].add(repr(profile_of(indicator)))
    found = {}
    for question_id, question in opened.items():
        said = sorted(waits[question_id]) or [repr(Profile(question.text))]
        digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]
        found[Task(f"{version}#{digest}", question_id)] = question
    return found


def stretches(first: ItemId, last: ItemId) -> tuple[Stretch, ...]:
    """Chunks of the ids from `first` to `last`, cut where those of every other question are: many
    share a pass.

    >>> [(s.first, s.last) for s in stretches(ItemId(1500), ItemId(4100))]
    [(1500, 2000), (2001, 4000), (4001, 4100)]
    """
    cuts = range((first - 1) // CHUNK * CHUNK, last, CHUNK)
    return tuple(
        Stretch(ItemId(max(first, cut + 1)), ItemId(min(last, cut + CHUNK))) for cut in cuts
    )


class Rematching:
    """One run over chunks; the matcher is kept while they are for the same questions."""

    def __init__(self, store: Store, desk: Newsdesk) -> None:
        self._store = store
        self._desk = desk
        self._watch: Watch | None = None

    def chunk(self, now: datetime) -> RematchReport:
        """Go through the next chunk; nothing is done when another process was faster."""
        version = self._desk.version
        with self._store.reading() as session:
            chunk = chunks.first_left(session, version)
            if chunk is None:
                return RematchReport()
            watch = self._watching(session, chunk, now)
            ahead = _items(session, chunk)
        found = self._matched(watch, ahead)
        with self._store.writing() as session:
            if not chunks.claim(session, version, chunk):
                return RematchReport(chunks_left=chunks.left(session, version))
            before = evidence.counts(session)
            stored = [
                one for one in _items(session, chunk) if one.id in found
            ]  # some may have joined a story since
            touched = self._take(session, watch, stored, found, now=now)
            pieces = _more(before, evidence.counts(session), chunk.questions)
            chunks.finish(session, chunk, pieces, now)
            _record(session, version, {*chunk.questions, *touched}, now)
            left = chunks.left(session, version)
        if touched and stored[-1].seen_at is not None and stored[-1].seen_at >= now - LONGEST:
            self._desk.forget()  # what arrives next may join the stories that were begun here
        return RematchReport(1, left, len(stored), sum(pieces.values()))

    def _watching(self, session: Session, chunk: Chunk, now: datetime) -> Watch:
        if self._watch is None or self._watch.questions.keys() != set(chunk.questions):
            self._watch = self._desk.watch(session, now, only=chunk.questions)
        return self._watch

    def _matched(self, watch: Watch, stored: Sequence[Stored]) -> dict[ItemId, Reading]:
        """What items bear on, worked out before the transaction: a transformer takes seconds,
        nobody waits for it.
        """
        found: dict[ItemId, Reading] = {}
        for start in range(0, len(stored), AT_ONCE):
            some = stored[start : start + AT_ONCE]
            with self._desk.lock:  # and news that comes meanwhile has its turn
                found.update(zip([one.id for one in some], matched(watch, some), strict=True))
        return found

    def _take(
        self,
        session: Session,
        watch: Watch,
        stored: Sequence[Stored],
        found: Mapping[ItemId, Reading],
        *,
        now: datetime,
    ) -> set[QuestionId]:
        """Put items into stories and log what is new evidence; the questions whose evidence
        grew.
        """
        if not stored:
            return set()
        with self._desk.lock:
            known = _stories(session, self._desk, [one.seen_at or now for one in stored])
            arrivals = Arrivals(session, self._desk, watch, known, now=now)
            arrivals.take(stored, [found[one.id] for one in stored])
        return arrivals.touched


def _items(session: Session, chunk: Chunk) -> list[Stored]:
    return items.archive(session, ItemId(chunk.stretch.first - 1), chunk.stretch.last)


def _more(before: Counts, after: Counts, wanted: Sequence[QuestionId]) -> dict[QuestionId, int]:
    """How many pieces of evidence were added on each of these questions."""
    return {q: after[q][0] - (before[q][0] if q in before else 0) for q in wanted if q in after}


def _record(session: Session, version: str, touched: Collection[QuestionId], now: datetime) -> None:
    """Bring up to now the suggestions of questions that have no chunk left; the others wait for
    their last one.
    """
    waiting = {task.question_id for task in chunks.unfinished(session, version)}
    opened = open_questions(session, now)
    settled = [opened[q] for q in sorted(set(touched) - waiting) if q in opened]
    record_suggestions(session, settled, now, prompted=True)


def _stories(session: Session, desk: Newsdesk, seen: Sequence[datetime]) -> "StoriesOfThen":
    """The stories that items first seen at these times could have joined."""
    begin, end = min(seen) - WINDOW, max(seen)
    known = stories.recent(session, begin, end, desk.encoder_name)
    return StoriesOfThen(known, chunks.sightings(session, begin, end), kind_of(desk.encoder))


class StoriesOfThen(Stories):
    """Stories of the archive, of which an item finds those that had been begun when it came, and as
    fresh as then.
    """

    def __init__(
        self, known: Iterable[KnownStory], sightings: Iterable[tuple[datetime, StoryId]], kind: str
    ) -> None:
        super().__init__((), kind)
        self._to_come = {story.id: story for story in known}
        self._sightings = deque(sightings)

    def get(self, story: StoryId) -> KnownStory | None:
        """A story by its id, even one that no item has come to yet: what it bears on may become
        known before.
        """
        return super().get(story) or self._to_come.get(story)

    def place(self, title: str, vector: Floats, sides: Sides, at: datetime) -> Placed:
        """The story that tells the same event, among those that had been reported by then."""
        while self._sightings and self._sightings[0][0] <= at:
            self._report(*self._sightings.popleft()[::-1])
        return super().place(title, vector, sides, at)

    def _report(self, story_id: StoryId, at: datetime) -> None:
        if (story := self._to_come.pop(story_id, None)) is not None:
            story.last_seen_at = at
            self.add(story)
        elif (story := self.get(story_id)) is not None:
            story.last_seen_at = max(story.last_seen_at, at)
