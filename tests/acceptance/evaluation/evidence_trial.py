"""Put labelled questions and news through the product, and collect what it made of every pair.

Questions are entered by the verbs that a user has, items are published by outlets and polled, on a
clock of its own and in a database of its own. What was logged comes from the database; the score of
a pair from the matcher with the profiles that production has for the question.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
import numpy as np

from forecasts.distributions.cdf import Scale
from forecasts.evidence.evidence import Evidence, StoryId
from forecasts.question_sets.question_set import FeedSeed
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import MATCHER, QuestionId
from tests.acceptance.evaluation.baselines import Bm25
from tests.acceptance.evaluation.labelled import OWN, LabelledPair, LabelledQuestion
from tests.builders import DAY, FakeClock
from tracker.app.question_set_files import list_built_in_sets, load_question_set
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Refused
from tracker.feeds.fetch_results import (
    Fetched,
    FetchRequest,
    FetchResult,
    RequestSource,
    answer_in_batches,
)
from tracker.feeds.item import FeedId, ItemId
from tracker.ingestion.item_matches import select_best_matches
from tracker.llm.evidence_judgement import MIN_RELEVANCE
from tracker.llm.model_check import ModelCheck, save_check
from tracker.matching.matcher import clean_item_text
from tracker.replay.backtest.news_archive import read_archive
from tracker.replay.demo import DemoReport, render_rss
from tracker.settings import Settings, make_model_endpoint
from tracker.storage import evidence, items
from tracker.storage.learned import calibration_at
from tracker.storage.sessions import Session

ENTRIES_SHOWN: Final = 50
"""Older entries that an outlet's feed still shows, as feeds do."""

MAX_PIECES: Final = 1_000_000
"""Pieces that a model may judge after a poll."""

NOON: Final = timedelta(hours=12)
"""Hour of the poll of a day: the files name days."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item of an outlet, and the day on which it is seen; `key` is its id."""

    day: datetime
    outlet: str
    key: str
    title: str
    summary: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class LoggedPiece:
    """The evidence that was logged for the story of an item."""

    story: int
    relevance: float
    direction: int
    p_direction: float


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """A judged pair: its labels, the matcher's score and call, BM25, and what was logged if
    anything.

    `score` is the largest P(relevant) over the question's profiles, 0 where no stage proposes the
    pair; `call` the direction that goes with it, whether logged or not.
    """

    question_id: QuestionId
    item_id: str
    relevance: int
    direction: int
    score: float
    call: int
    p_call: float
    bm25: float
    logged: LoggedPiece | None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Outcome of a group: its pairs, the unlabelled items that were seen, and the stories of these
    alone that became evidence, by question.
    """

    version: str
    pairs: tuple[PairOutcome, ...]
    unlabelled_items: int
    unlabelled_pieces: Mapping[QuestionId, int]


class Newsstand:
    """Outlets that publish items, as the fetcher of a tracker meets them."""

    def __init__(self) -> None:
        self.outlets: dict[str, FeedId] = {}
        self._shown: dict[FeedId, list[DemoReport]] = {}

    def publish(self, tracker: Tracker, arrivals: Iterable[Arrival], at: datetime) -> set[FeedId]:
        """Put items on top of the feeds of their outlets; return these feeds."""
        fresh: dict[FeedId, list[DemoReport]] = defaultdict(list)
        for item in arrivals:
            report = DemoReport(item.key, at, item.title, item.summary, item.url)
            fresh[self._subscribe(tracker, item.outlet)].append(report)
        for feed_id, reports in fresh.items():
            self._shown[feed_id] = reports[::-1] + self._shown.get(feed_id, [])[:ENTRIES_SHOWN]
        return set(fresh)

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Answer every request with the whole feed."""
        return answer_in_batches(self._answer, more)

    def _subscribe(self, tracker: Tracker, outlet: str) -> FeedId:
        if outlet not in self.outlets:
            name = FeedId(f"outlet-{len(self.outlets) + 1}")
            url = f"https://{name}.invalid/"
            tracker.feeds.add(FeedSeed(name, outlet, url, outlet, "B", "labelled news"))
            self.outlets[outlet] = name
        return self.outlets[outlet]

    def _answer(self, request: FetchRequest) -> FetchResult:
        body = render_rss(request.feed_id, self._shown[request.feed_id])
        kind = "application/rss+xml"
        return Fetched(request.feed_id, request.url, 200, body, kind, None, None, 0.0)


def run_trial(
    questions: Sequence[LabelledQuestion],
    pairs: Sequence[LabelledPair],
    archive: Path | None,
    chosen: Settings,
) -> TrialResult:
    """Enter questions of one group, feed it the items, and collect the outcome of every pair.

    A model of the settings judges after every poll, as one that has passed its check. Raises
    `Refused` for a built-in set that lacks one of the questions.
    """
    judged = {p.item_id: _arrival_of(p) for p in pairs}
    unlabelled = [] if archive is None else _read_unlabelled(archive, judged, questions)
    arrivals = sorted([*judged.values(), *unlabelled], key=lambda item: item.day)
    with TemporaryDirectory() as folder:
        stand, clock = Newsstand(), FakeClock(arrivals[0].day)
        settings = replace(chosen, data_dir=Path(folder))
        with open_tracker(settings, now=clock, fetch=stand.fetch) as tracker:
            _trust_model(tracker)
            own = questions[0].group == OWN
            enter = _ask_questions if own else _load_set
            window = enter(tracker, clock, questions)
            _publish_and_poll(tracker, clock, stand, arrivals, window=window)
            with tracker.context.store.reading() as session:
                found = _Collector(tracker, session, stand, arrivals)
                outcomes = [
                    outcome
                    for question in questions
                    for outcome in found.collect_pairs(
                        question, [p for p in pairs if p.question_id == question.id]
                    )
                ]
                pieces = {
                    q.id: found.count_unlabelled(q.id, {a.key for a in unlabelled})
                    for q in questions
                }
                version = tracker.context.match_state.version
    return TrialResult(version, tuple(outcomes), len(unlabelled), pieces)


def _arrival_of(pair: LabelledPair) -> Arrival:
    return Arrival(_noon(pair.date), pair.source, pair.item_id, pair.title, pair.summary)


def _noon(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0) + NOON


def _read_unlabelled(
    archive: Path, judged: Mapping[str, Arrival], questions: Sequence[LabelledQuestion]
) -> list[Arrival]:
    """Items of an archive that nobody judged, of the days of the judged ones and the questions."""
    days = [arrival.day for arrival in judged.values()]
    first = min([*days, *(q.opens for q in questions if q.opens)])
    last = max([*days, *(q.closes + DAY for q in questions if q.closes)])
    return [
        Arrival(_noon(seen.at), seen.source, item.key, item.title, item.summary, item.url)
        for seen in read_archive(archive, skip_bad=True).sightings_between(first, last)
        for item in seen.entries
        if item.key not in judged
    ]


@dataclass(frozen=True, slots=True)
class _Window:
    """Time in which items are seen: from `start` on, and before `end` where there is one."""

    start: datetime
    end: datetime | None = None


def _ask_questions(
    tracker: Tracker, clock: FakeClock, questions: Sequence[LabelledQuestion]
) -> _Window:
    """Ask questions as a user does, by text, criteria, kind, options and dates."""
    start = min(clock.time, *(q.opens for q in questions if q.opens))
    clock.time = start
    for question in questions:
        if question.opens is None or question.closes is None:
            raise Refused(f"{question.id} has no days: write from and to")
        closes = question.closes + DAY
        new = NewQuestion(
            id=question.id,
            text=question.text,
            criteria=question.criteria or question.text,
            sources=(question.source,),
            opens_at=question.opens,
            closes_at=closes,
            resolves_at=closes,
            kind=question.kind,
            options=question.options,
            scale=Scale(0.0, 1e6, True, True) if question.kind in ("numeric", "date") else None,
        )
        tracker.questions.ask(new, override="worded by somebody else, for a measurement")
    return _Window(start)


def drop_retired(questions: Sequence[LabelledQuestion]) -> list[LabelledQuestion]:
    """Return the questions without those that a built-in set has no more, which are named once.

    Own questions are returned as they are, and so are those of a set that has none of them.
    """
    ids = {
        name: {question.id for question in load_question_set(name).questions}
        for name in {q.source for q in questions if q.group != OWN}
        if name in list_built_in_sets()
    }
    known = [q for q in questions if q.group == OWN or q.id in ids.get(q.source, {q.id})]
    retired = sorted({q.id for q in questions} - {q.id for q in known})
    if not known or not retired:
        return list(questions)
    click.echo(f"Left out, as the set has them no more: {', '.join(retired)}", err=True)
    return known


def _load_set(tracker: Tracker, clock: FakeClock, questions: Sequence[LabelledQuestion]) -> _Window:
    """Load the built-in sets that hold the questions, at the first instant when all are open."""
    for name in dict.fromkeys(q.source for q in questions):
        tracker.question_sets.load_built_in(name)
    known = {summary.question.id: summary.question for summary in tracker.questions.list()}
    for question in questions:
        if question.id not in known:
            raise Refused(f"the set {question.source} has no question {question.id}")
    asked = [known[q.id] for q in questions]
    clock.time = max(q.opens_at for q in asked)
    return _Window(clock.time, min(q.closes_at for q in asked))


def _publish_and_poll(
    tracker: Tracker,
    clock: FakeClock,
    stand: Newsstand,
    arrivals: Sequence[Arrival],
    *,
    window: _Window,
) -> None:
    """Publish the items of each day, and poll their outlets.

    A window with an end shifts the days, and shrinks the time between them where it is too short.
    """
    first, last = arrivals[0].day, arrivals[-1].day
    start, pace = first, 1.0
    if window.end is not None:
        start = window.start + timedelta(minutes=1)
        pace = min(1.0, (window.end - start) / (last - first + DAY))
    for day, group in groupby(arrivals, key=lambda item: item.day):
        clock.time = start + (day - first) * pace
        chosen = stand.publish(tracker, group, clock.time)
        report = tracker.feeds.poll(only=sorted(chosen))
        if report.failed:
            raise Refused(f"the items of {day:%Y-%m-%d} could not be read: {report.errors[0]}")
        if tracker.settings.model_url:
            judged = tracker.evidence.ask_model(limit=MAX_PIECES)
            if judged.why and not judged.is_idle:
                raise Refused(f"the model stopped on {day:%Y-%m-%d}: {judged.why}")


def _trust_model(tracker: Tracker) -> None:
    """Mark the model as checked: a trial measures what it would do."""
    endpoint = make_model_endpoint(tracker.settings)
    if endpoint is not None:
        check = ModelCheck(
            base_url=endpoint.base_url,
            model=endpoint.model,
            checked_at=tracker.now(),
            pairs=0,
            accuracy=1.0,
            auc=1.0,
            coverage=1.0,
            right=1.0,
            sided=0.0,
            topic_auc=1.0,
            is_plain=False,
        )
        with tracker.context.store.writing() as session:
            save_check(session, check)


class _Collector:
    """What the database and the matcher say of pairs after the last poll."""

    def __init__(
        self, tracker: Tracker, session: Session, stand: Newsstand, arrivals: Sequence[Arrival]
    ) -> None:
        self._state, self._session, self._now = tracker.context.match_state, session, tracker.now()
        keys = [(stand.outlets[item.outlet], item.key) for item in arrivals]
        known = items.find_items_by_key(session, keys)
        self._stories = items.map_items_to_stories(session, [ItemId(i.id) for i in known])
        self._item_ids = {item.key: item.id for item in known}
        self._merged = {merge.story: merge.into for merge in evidence.list_merges(session)}

    def collect_pairs(
        self, question: LabelledQuestion, pairs: Sequence[LabelledPair]
    ) -> Iterator[PairOutcome]:
        """Yield the outcome of each judged pair of a question."""
        if not pairs:
            return
        pieces = evidence.evidence_of_question(self._session, question.id)
        by_story = {piece.story_id: piece for piece in reversed(pieces)}
        by_whole = {self._whole(piece.story_id): piece for piece in reversed(pieces)}
        bm25 = Bm25(f"{p.title}\n{p.summary}" for p in pairs).scores(
            question.text, np.arange(len(pairs))
        )
        for pair, scored, words in zip(
            pairs, self._score(question.id, pairs), bm25.tolist(), strict=True
        ):
            story = self._story_of(pair.item_id)
            piece = by_story.get(story) or by_whole.get(self._whole(story)) if story else None
            if piece and piece.judged_by != MATCHER and piece.relevance < MIN_RELEVANCE:
                piece = None  # the model calls it unrelated
            yield replace(scored, bm25=words, logged=_describe(piece) if piece else None)

    def count_unlabelled(self, question_id: QuestionId, unlabelled: set[str]) -> int:
        """Count the pieces of evidence whose story holds unlabelled items alone."""
        judged = {
            self._whole(story)
            for key in self._item_ids
            if key not in unlabelled and (story := self._story_of(key))
        }
        pieces = evidence.evidence_of_question(self._session, question_id)
        return len({self._whole(piece.story_id) for piece in pieces} - judged)

    def _score(
        self, question_id: QuestionId, pairs: Sequence[LabelledPair]
    ) -> Iterator[PairOutcome]:
        """Yield the score of every pair by the question's own profiles, without a threshold."""
        profiles = self._state.load_profiles(self._session, self._now, only=[question_id])
        calibration = calibration_at(self._session, self._now)
        texts = [clean_item_text(pair.title, pair.summary) for pair in pairs]
        matches = profiles.matcher.match(texts, threshold=0.0)
        for pair, found in zip(pairs, matches, strict=True):
            best = select_best_matches(found, profiles, calibration).get(question_id)
            yield PairOutcome(
                question_id=question_id,
                item_id=pair.item_id,
                relevance=pair.relevance,
                direction=pair.direction,
                score=best.relevance if best else 0.0,
                call=int(best.direction) if best else 0,
                p_call=best.p_direction if best else 0.5,
                bm25=0.0,
                logged=None,
            )

    def _story_of(self, key: str) -> StoryId | None:
        item_id = self._item_ids.get(key)
        return None if item_id is None else self._stories.get(ItemId(item_id))

    def _whole(self, story: StoryId) -> StoryId:
        """The story that one is part of in the end."""
        while story in self._merged:
            story = self._merged[story]
        return story


def _describe(piece: Evidence) -> LoggedPiece:
    return LoggedPiece(
        int(piece.story_id), piece.relevance, int(piece.direction), piece.p_direction
    )
