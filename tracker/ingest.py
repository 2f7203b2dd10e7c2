"""From due feeds to evidence: fetch → parse → new → story → match → evidence → suggestion.

It decides nothing: when to poll is `feeds.polling`, what matches is `matching.terms`, what a story is
`matching.stories`, what evidence weighs is `forecasts.suggestion`. Each feed is one transaction and
one result; a feed that fails is a state of that feed and stops no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import assert_never

import structlog

from forecasts.evidence import Evidence, EvidenceId, Indicator, StoryId
from forecasts.forecaster import MATCHER
from forecasts.question import Question, QuestionId
from tracker.errors import StorageUnavailable
from tracker.feeds.answers import Fetch, Fetched, FetchFailed, FetchRequest, FetchResult, NotModified
from tracker.feeds.item import FeedId, ParsedItem
from tracker.feeds.parse import Parsed, ParseFailed, parse
from tracker.feeds.polling import FeedState, PollRules, after_failure, after_success
from tracker.matching.stories import WINDOW_DAYS, RecentStories
from tracker.matching.terms import Match, Words, match
from tracker.reading import open_questions
from tracker.store import evidence, items, questions
from tracker.store.engine import Session, Store
from tracker.suggesting import record_suggestions
from tracker.summaries import Decision, PollReport

BATCH = 50
"""Feeds fetched together; more of them wait for the next round."""

logger = structlog.get_logger("tracker.ingest")


@dataclass(frozen=True, slots=True)
class Watch:
    """What new items are held against: the open questions and all their indicators."""

    questions: Mapping[QuestionId, Question]
    indicators: tuple[Indicator, ...]


def poll(store: Store, fetch: Fetch, rules: PollRules, now: datetime) -> PollReport:
    """Poll the feeds that are due; a report of what came of it, never an exception for a feed."""
    with store.reading() as session:
        due = items.due_feeds(session, now, BATCH)
    if not due:
        return PollReport(0, 0, 0, 0, 0)
    results = fetch([FetchRequest(f.id, f.url, f.etag, f.last_modified) for f in due])
    with store.reading() as session:
        watch = open_watch(session, now)
    this_round = Round(store, rules, watch, now)
    return reduce(_added, (this_round.one_feed(f, r) for f, r in zip(due, results, strict=True)))


def open_watch(session: Session, now: datetime) -> Watch:
    """The questions that are open at `now`, with their indicators."""
    opened = open_questions(session, now)
    return Watch(opened, questions.indicators(session, list(opened)))


@dataclass(frozen=True, slots=True)
class Round:
    """One round of polling: what every feed in it is treated with."""

    store: Store
    rules: PollRules
    watch: Watch
    now: datetime

    def one_feed(self, state: FeedState, result: FetchResult) -> PollReport:
        """Keep what came of one feed."""
        try:
            report = self._keep(state, result)
        except StorageUnavailable:
            raise
        except Exception as error:  # a bug met by one feed must not stop the others; it is logged and shown
            logger.exception("feed.broke", feed=state.id)
            reason = f"internal error: {type(error).__name__}: {error}"
            report = self._failed(after_failure(state, reason, self.now, self.rules))
        found = {"new": report.new_items, "evidence": report.new_evidence}
        logger.info("feed.polled", feed=state.id, **found, error="; ".join(report.errors) or None)
        return report

    def _keep(self, state: FeedState, result: FetchResult) -> PollReport:
        match result:
            case FetchFailed() as failed:
                after = after_failure(
                    state,
                    failed.reason,
                    self.now,
                    self.rules,
                    status=failed.status,
                    retry_after_seconds=failed.retry_after_seconds,
                    gone=failed.gone,
                )
                return self._failed(after)
            case NotModified() as unchanged:
                with self.store.writing() as session:
                    items.save_feed(session, after_success(state, unchanged, 0, self.now, self.rules))
                return PollReport(1, 1, 0, 0, 0)
            case Fetched() as fetched:
                return self._read(state, fetched)
            case _:
                assert_never(result)

    def _read(self, state: FeedState, fetched: Fetched) -> PollReport:
        match parse(fetched.body, fetched.content_type, fetched.url):
            case ParseFailed(reason):
                status = fetched.status
                after = after_failure(state, reason, self.now, self.rules, status=status, drop_validators=True)
                return self._failed(after)
            case Parsed() as parsed:
                return self._take_in(state, fetched, parsed)

    def _take_in(self, state: FeedState, fetched: Fetched, parsed: Parsed) -> PollReport:
        """One transaction: the new items, what they mean, and the feed's next due time."""
        warning = parsed.warning or ""
        with self.store.writing() as session:
            new = _unknown(session, state, parsed.items)
            arrivals = Arrivals(session, self.watch, state.id, self.now)
            evidence_on = [hit for item in new for hit in arrivals.add(item)]
            touched = sorted(set(evidence_on))
            record_suggestions(session, [self.watch.questions[q] for q in touched], self.now, prompted=True)
            after = after_success(state, fetched, len(new), self.now, self.rules, warning=warning)
            items.save_feed(session, after)
        return PollReport(1, 0, 0, len(new), len(evidence_on))

    def _failed(self, state: FeedState) -> PollReport:
        with self.store.writing() as session:
            items.save_feed(session, state)
        return PollReport(1, 0, 1, 0, 0, (f"{state.title}: {state.last_error}",))


def _unknown(session: Session, state: FeedState, parsed: Sequence[ParsedItem]) -> list[ParsedItem]:
    """The items that are new by key and by canonical address, the oldest entry first."""
    keys, urls = items.known_keys(session, state.id, parsed)
    new = []
    for item in reversed(parsed):
        if item.key not in keys and item.canonical_url not in urls:
            new.append(item)
            keys.add(item.key)
            urls |= {item.canonical_url} - {""}
    return new


class Arrivals:
    """The new items of one feed, taken in one after the other inside one transaction."""

    def __init__(self, session: Session, watch: Watch, feed_id: FeedId, now: datetime) -> None:
        self._session = session
        self._watch = watch
        self._feed_id = feed_id
        self._now = now
        self._recent: RecentStories | None = None

    def add(self, item: ParsedItem) -> tuple[QuestionId, ...]:
        """Store an item in its story and log it as evidence; the questions it is new evidence on."""
        story_id = self._story(item)
        if items.add_item(self._session, self._feed_id, story_id, item=item, now=self._now) is None:
            return ()
        best: dict[QuestionId, Match] = {}
        for found in match(Words(item.title, item.summary), self._watch.indicators):
            best.setdefault(found.indicator.question_id, found)  # matches come best first
        return tuple(q for q, found in best.items() if self._log(story_id, found))

    def _story(self, item: ParsedItem) -> StoryId:
        if self._recent is None:  # most polls bring nothing new and need not read the stories
            since = self._now - timedelta(days=WINDOW_DAYS)
            self._recent = RecentStories(items.recent_stories(self._session, since))
        story_id = self._recent.find(item.title)
        if story_id is not None:
            items.touch_story(self._session, story_id, self._now)
            return story_id
        story_id = items.add_story(self._session, item.title, self._now)
        self._recent.add(story_id, item.title)
        return story_id

    def _log(self, story_id: StoryId, found: Match) -> bool:
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
        reason = f"matched {', '.join(found.matched)}"
        logged = Decision("logged", piece.direction, piece.strength, MATCHER, self._now, reason)
        evidence.add(self._session, piece, logged)
        return True


def _added(a: PollReport, b: PollReport) -> PollReport:
    return PollReport(**{name: getattr(a, name) + getattr(b, name) for name in PollReport.__slots__})
