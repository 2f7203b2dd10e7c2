"""A replayable world: the dated history of a question set, run through the real pipeline.

A simulated clock walks from event to event. Outlets publish, feeds are polled, matches become
evidence, invented analysts review and forecast, answers become known, everyone is scored. A replay
that was killed goes on where it stopped: every step can be repeated without being doubled.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from forecasts.evidence.evidence import Direction
from forecasts.question_sets.question_set import (
    Event,
    InventedForecast,
    PastResolution,
    QuestionSet,
)
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId
from tracker.app.tracker import Said, Tracker, open_tracker
from tracker.model.read_models import EvidenceCard
from tracker.replay.demo_feeds import Newsroom
from tracker.settings import Settings, replay_settings

START = datetime(2022, 2, 1, tzinfo=UTC)
POLL_DELAY = timedelta(minutes=20)
REVIEW_DELAY = timedelta(hours=20)
RESOLVE_DELAY = timedelta(hours=1)
UNREVIEWED = timedelta(days=200)
"""What happened in the last months waits in the inbox, so that there is something to do."""

QUARTER = 91
"""Days between two times of learning, in whole weeks."""

Progress = Callable[[int, int, datetime], None]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens at a time; `order` settles what comes first at one instant."""

    at: datetime
    order: int
    name: str
    do: Callable[[], object]


class Clock:
    """Simulated time, moved by the replay alone."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        """The time that the replay has reached."""
        return self.time


def replay(
    settings: Settings, question_set: QuestionSet, until: datetime, progress: Progress
) -> int:
    """Replay the history up to `until` into its own database; the number of steps done now."""
    now = Clock()
    newsroom = Newsroom(question_set, now)
    with open_tracker(replay_settings(settings), now=now, fetch=newsroom.fetch) as tracker:
        world = World(tracker, newsroom, question_set, now, until)
        tracker.note_headlines(question_set.headlines)
        reached = tracker.replayed_until()
        progress(0, 1, reached or now.time)
        if reached is None:
            world.found()
        todo = [step for step in world.agenda() if reached is None or step.at > reached]
        for number, step in enumerate(todo, 1):
            now.time = step.at
            step.do()
            if number == len(todo) or todo[number].at > step.at:
                tracker.mark_replayed(step.at)
            progress(number, len(todo), step.at)
        return len(todo)


@dataclass(frozen=True, slots=True)
class World:
    """The people and outlets of a replay, and what they do when."""

    tracker: Tracker
    newsroom: Newsroom
    set: QuestionSet
    now: Clock
    until: datetime

    @property
    def reviewer(self) -> ForecasterId:
        """The invented analyst who judges evidence and enters answers: the first one of the set."""
        return next(iter(self.set.forecasters), ForecasterId("analyst"))

    def found(self) -> None:
        """The world as it stands before anything happened: questions, outlets, analysts."""
        self.tracker.load(self.set, replay=True)
        for seed in self.newsroom.outlets.values():
            self.tracker.add_feed(seed)
        for forecaster_id, name in self.set.forecasters.items():
            self.tracker.add_forecaster(Forecaster(forecaster_id, name, "person"))

    def agenda(self) -> list[Step]:
        """Everything that happens up to the end, in order."""
        steps = [*self._news(), *self._weeks(), *self._forecasts(), *self._answers()]
        return sorted(
            (s for s in steps if START <= s.at <= self.until), key=lambda s: (s.at, s.order)
        )

    def _news(self) -> Iterator[Step]:
        for event in self.set.events:
            yield Step(event.at + POLL_DELAY, 0, f"news {event.id}", partial(self._poll, event))
            if event.at < self.until - UNREVIEWED:
                yield Step(
                    event.at + REVIEW_DELAY, 2, f"review {event.id}", partial(self._review, event)
                )

    def _weeks(self) -> Iterator[Step]:
        week = START
        while week <= self.until:
            yield Step(week, 1, f"week of {week:%Y-%m-%d}", self.tracker.suggest)
            if (week - START).days % QUARTER == 0:
                yield Step(week, 0, f"lessons of {week:%Y-%m-%d}", self.tracker.learn)
            week += timedelta(days=7)
        yield Step(self.until, 9, "today", self.tracker.suggest)

    def _forecasts(self) -> Iterator[Step]:
        for number, made in enumerate(self.set.forecasts):
            yield Step(made.at, 3, f"forecast {number}", partial(self._forecast, made, number))

    def _answers(self) -> Iterator[Step]:
        for past in self.set.resolutions:
            at = max(past.known_at, past.event_at) + RESOLVE_DELAY
            yield Step(at, 4, f"answer {past.question_id}", partial(self._answer, past))

    def _poll(self, event: Event) -> None:
        self.tracker.poll(only=self.newsroom.publishing(event))

    def _review(self, event: Event) -> None:
        """The invented analyst judges what the matcher made of an event, by the set author's
        reading.
        """
        for card in self.tracker.inbox():
            if any(copy.item.url == event.url for copy in card.items):
                self._judge(card, event)

    def _judge(self, card: EvidenceCard, event: Event) -> None:
        piece = card.evidence
        if piece.question_id in event.yes or piece.question_id in event.no:
            side = Direction.YES if piece.question_id in event.yes else Direction.NO
            self.tracker.review(piece.id, "confirmed", direction=side, forecaster=self.reviewer)
        else:
            self.tracker.review(
                piece.id,
                "rejected",
                note="does not bear on this question",
                forecaster=self.reviewer,
            )

    def _forecast(self, made: InventedForecast, number: int) -> None:
        said = Said(rationale=made.rationale, forecaster=made.forecaster_id, key=f"replay-{number}")
        if made.distribution is None:
            self.tracker.withdraw(made.question_id, **said)
        else:
            self.tracker.forecast(made.question_id, made.distribution, **said)

    def _answer(self, past: PastResolution) -> None:
        if past.needs_check:
            self.tracker.note_unchecked(past)
        elif not self.tracker.question(past.question_id).resolutions:
            self.tracker.resolve(
                past.question_id,
                past.answer or past.outcome,
                source_url=past.source_url,
                known_at=past.known_at,
                event_at=past.event_at,
                note=past.note,
                by=self.reviewer,
            )
