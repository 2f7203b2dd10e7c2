"""Replay the dated history of a question set through the real pipeline.

A simulated clock steps from event to event: outlets publish, feeds are polled, matches become
evidence, invented analysts review and forecast, answers become known, everyone is scored. A replay
that was killed resumes where it stopped: every step is idempotent. It writes in short transactions,
so that pages can be read meanwhile.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from xml.etree import ElementTree

from forecasts.evidence.evidence import Direction, Grade
from forecasts.question_sets.question_set import (
    FeedSeed,
    HistoryEvent,
    InventedForecast,
    PastResolution,
    QuestionSet,
)
from forecasts.questions.question import Forecaster, ForecasterId
from tracker.app.forecasts import ActOptions
from tracker.app.tracker import Tracker, open_tracker
from tracker.feeds.fetch_results import (
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    RequestSource,
    answer_in_batches,
)
from tracker.feeds.item import FeedId
from tracker.model.evidence import EvidenceCard
from tracker.settings import Settings, replay_settings

MAX_FEED_ENTRIES = 20
"""Maximum entries of a feed document, as in real feeds."""

DEMO_BASE_URL = "https://replay.invalid"
"""A host name that never resolves: a replay cannot reach the network."""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """A report of one outlet."""

    guid: str
    at: datetime
    title: str
    summary: str
    url: str


class DemoFeeds:
    """Outlets of a question set's history, each with its reports."""

    def __init__(self, question_set: QuestionSet, now: Callable[[], datetime]) -> None:
        self._now = now
        self._reports: dict[FeedId, list[DemoReport]] = {}
        self.outlets: dict[FeedId, FeedSeed] = {}
        grades = {feed.title.lower(): feed for feed in question_set.feeds}
        for event in sorted(question_set.events, key=lambda e: e.at):
            self._add_report(
                event.source,
                DemoReport(event.id, event.at, event.title, event.summary, event.url),
                grades,
            )
            for number, copy in enumerate(event.copies, 1):
                self._add_report(
                    copy.source,
                    DemoReport(f"{event.id}-{number}", event.at, copy.title, "", ""),
                    grades,
                )

    def _add_report(self, source: str, report: DemoReport, seeds: Mapping[str, FeedSeed]) -> None:
        feed_id = FeedId(re.sub(r"[^a-z0-9]+", "-", source.lower()).strip("-"))
        seed = seeds.get(source.lower())
        grade: Grade = seed.grade if seed else "C"
        group = seed.source_group if seed else feed_id
        self.outlets.setdefault(
            feed_id, FeedSeed(feed_id, source, f"{DEMO_BASE_URL}/{feed_id}", group, grade, "replay")
        )
        self._reports.setdefault(feed_id, []).append(report)

    def list_publishers(self, event: HistoryEvent) -> tuple[FeedId, ...]:
        """List the outlets that report an event."""
        guids = {event.id, *(f"{event.id}-{n}" for n, _ in enumerate(event.copies, 1))}
        return tuple(
            feed_id
            for feed_id, reports in self._reports.items()
            if any(r.guid in guids for r in reports)
        )

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Answer requests like web servers, with validators, as of the simulated time."""
        return answer_in_batches(self._answer_request, more)

    def _answer_request(self, request: FetchRequest) -> FetchResult:
        reports = self._reports.get(request.feed_id)
        if reports is None:
            return FetchFailed(request.feed_id, "not part of this replay")
        out = [r for r in reports if r.at <= self._now()]
        etag = f'"{len(out)}"'
        if request.etag == etag:
            return NotModified(request.feed_id, 0.0)
        body = render_rss(request.feed_id, out[-MAX_FEED_ENTRIES:][::-1])
        return Fetched(
            request.feed_id, request.url, 200, body, "application/rss+xml", etag, None, 0.0
        )


def render_rss(title: str, reports: Sequence[DemoReport]) -> bytes:
    """Render reports as an RSS 2.0 document, the newest first."""
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    ElementTree.SubElement(channel, "title").text = title
    for report in reports:
        item = ElementTree.SubElement(channel, "item")
        for tag, value in (
            ("title", report.title),
            ("description", report.summary),
            ("link", report.url),
        ):
            if value:
                ElementTree.SubElement(item, tag).text = value
        ElementTree.SubElement(item, "guid", isPermaLink="false").text = report.guid
        ElementTree.SubElement(item, "pubDate").text = format_datetime(report.at)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


START = datetime(2022, 2, 1, tzinfo=UTC)
POLL_DELAY = timedelta(minutes=20)
REVIEW_DELAY = timedelta(hours=20)
RESOLVE_DELAY = timedelta(hours=1)
UNREVIEWED_PERIOD = timedelta(weeks=3)
"""The last news of a history stays in the inbox, so that there is something to review."""

PREVIEW_END = START + timedelta(days=140)
"""Time up to which the demo is replayed before its address is announced: the first questions have
been open for some weeks then.
"""

LEARNING_INTERVAL_DAYS = 91
"""Days between two fits of the learned parameters, in whole weeks."""

Progress = Callable[[int, int, datetime], None]


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """A scheduled action; `order` sorts the actions of one instant."""

    at: datetime
    order: int
    run: Callable[[], object]


class SimulatedClock:
    """Simulated time, advanced by the replay alone."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        """Return the current simulated time."""
        return self.time


def replay(
    settings: Settings,
    question_set: QuestionSet,
    until: datetime,
    progress: Progress,
    *,
    stop: datetime | None = None,
) -> int:
    """Replay the history up to `until` into its own database; return the number of steps done.

    With `stop` it pauses after the steps of that time: a later call goes on, and ends as one that
    never paused. Meanwhile the database says where the replay goes on to, and can be looked at.
    """
    now = SimulatedClock()
    newsroom = DemoFeeds(question_set, now)
    with (
        open_tracker(replay_settings(settings), now=now, fetch=newsroom.fetch) as tracker,
        tracker.system.lead(),  # a second replay would do the same steps once more
    ):
        world = ReplayWorld(tracker.through("job"), newsroom, question_set, now, until)
        tracker.system.set_headline_credit(question_set.headlines)
        reached = tracker.system.replayed_until()
        progress(0, 1, reached or now.time)
        if reached is None:
            world.set_up()
        todo = [step for step in world.list_steps() if reached is None or step.at > reached]
        if reached is not None:
            tracker.system.mark_replayed(reached, until if todo else None)
        done = 0
        for step in todo:
            if stop is not None and step.at > stop:
                break
            now.time = step.at
            step.run()
            done += 1
            is_last = done == len(todo)
            if is_last or todo[done].at > step.at:
                tracker.system.mark_replayed(step.at, None if is_last else until)
            progress(done, len(todo), step.at)
        return done


@dataclass(frozen=True, slots=True)
class ReplayWorld:
    """People and outlets of a replay, and their schedule."""

    tracker: Tracker
    demo_feeds: DemoFeeds
    set: QuestionSet
    now: SimulatedClock
    until: datetime

    @property
    def reviewer(self) -> ForecasterId:
        """Invented analyst who reviews evidence and enters answers: the first one of the set."""
        return next(iter(self.set.forecasters), ForecasterId("analyst"))

    def set_up(self) -> None:
        """Set up the initial state: questions, outlets, analysts."""
        self.tracker.question_sets.load(self.set, replay=True)
        for seed in self.demo_feeds.outlets.values():
            self.tracker.feeds.add(seed)
        for forecaster_id, name in self.set.forecasters.items():
            self.tracker.people.register(Forecaster(forecaster_id, name, "person"))

    def list_steps(self) -> list[ReplayStep]:
        """List all steps up to the end, in order."""
        steps = [
            *self._news_steps(),
            *self._archive_steps(),
            *self._weekly_steps(),
            *self._forecast_steps(),
            *self._answer_steps(),
        ]
        return sorted(
            (s for s in steps if START <= s.at <= self.until), key=lambda s: (s.at, s.order)
        )

    def _news_steps(self) -> Iterator[ReplayStep]:
        for event in self.set.events:
            yield ReplayStep(event.at + POLL_DELAY, 0, partial(self._poll_outlets, event))
            yield ReplayStep(event.at + REVIEW_DELAY, 2, self._review_inbox)

    def _archive_steps(self) -> Iterator[ReplayStep]:
        """Match what was read with questions as they open, and review that."""
        for at in {question.opens_at for question in self.set.questions}:
            yield ReplayStep(at, 0, self.tracker.evidence.rematch)
            yield ReplayStep(at + REVIEW_DELAY, 2, self._review_inbox)

    def _weekly_steps(self) -> Iterator[ReplayStep]:
        week = START
        while week <= self.until:
            yield ReplayStep(week, 1, self.tracker.evidence.update_suggestions)
            if (week - START).days % LEARNING_INTERVAL_DAYS == 0:
                yield ReplayStep(week, 0, self.tracker.learning.fit)
            week += timedelta(days=7)
        yield ReplayStep(self.until, 8, self.tracker.questions.open_siblings)
        yield ReplayStep(self.until, 8, self.tracker.evidence.rematch)
        yield ReplayStep(self.until, 9, self.tracker.evidence.update_suggestions)

    def _forecast_steps(self) -> Iterator[ReplayStep]:
        for number, forecast in enumerate(self.set.forecasts):
            yield ReplayStep(forecast.at, 3, partial(self._submit_forecast, forecast, number))

    def _answer_steps(self) -> Iterator[ReplayStep]:
        for past in self.set.resolutions:
            at = max(past.known_at, past.event_at) + RESOLVE_DELAY
            yield ReplayStep(at, 4, partial(self._enter_answer, past))

    def _poll_outlets(self, event: HistoryEvent) -> None:
        self.tracker.feeds.poll(only=self.demo_feeds.list_publishers(event))

    def _review_inbox(self) -> None:
        """Judge what waits as the set's author reads it, the last news excepted."""
        last = min(self.until, max((event.at for event in self.set.events), default=START))
        end = min(self.now() - REVIEW_DELAY, last - UNREVIEWED_PERIOD)
        news = {event.url: event for event in self.set.events if event.url and event.at <= end}
        for card in self.tracker.evidence.inbox():
            event = next((news[i.item.url] for i in card.items if i.item.url in news), None)
            if event is not None:
                self._judge_card(card, event)

    def _judge_card(self, card: EvidenceCard, event: HistoryEvent) -> None:
        piece = card.evidence
        if piece.question_id in event.yes or piece.question_id in event.no:
            side = Direction.YES if piece.question_id in event.yes else Direction.NO
            self.tracker.evidence.review(
                piece.id, "confirmed", direction=side, forecaster=self.reviewer
            )
        else:
            self.tracker.evidence.review(
                piece.id,
                "rejected",
                note="does not bear on this question",
                forecaster=self.reviewer,
            )

    def _submit_forecast(self, forecast: InventedForecast, number: int) -> None:
        options = ActOptions(
            rationale=forecast.rationale, forecaster=forecast.forecaster_id, key=f"replay-{number}"
        )
        if forecast.distribution is None:
            self.tracker.forecasts.withdraw(forecast.question_id, **options)
        else:
            self.tracker.forecasts.submit(forecast.question_id, forecast.distribution, **options)

    def _enter_answer(self, past: PastResolution) -> None:
        if past.needs_check:
            self.tracker.question_sets.note_unchecked(past)
        elif not self.tracker.questions.get(past.question_id).resolutions:
            self.tracker.resolutions.resolve(
                past.question_id,
                past.answer or past.outcome,
                source_url=past.source_url,
                known_at=past.known_at,
                event_at=past.event_at,
                note=past.note,
                by=self.reviewer,
            )
