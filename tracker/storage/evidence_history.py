"""Evidence as of an earlier instant."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Final, Protocol, TypeVar

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import Direction, Evidence, StoryId
from forecasts.evidence.weights import merge_story_evidence
from forecasts.questions.question import MATCHER, MODEL_PREFIX, EvidenceId, QuestionId
from tracker.feeds.item import FeedId, ItemId
from tracker.model.evidence import Decision, judge_by_decisions, list_decisions_by
from tracker.storage import evidence, learned
from tracker.storage.decisions import load_decisions, parse_decision
from tracker.storage.evidence_rows import parse_evidence
from tracker.storage.matcher_precision import load_demotions
from tracker.storage.tables import DecisionRow, EvidenceRow, FeedRow, ItemRow, StoryRow


def list_report_feeds(
    session: Session, story_ids: Collection[StoryId]
) -> dict[StoryId, list[FeedId]]:
    """Return the feed of each report of these stories, in the order of the evidence's reports."""
    query = sa_select(col(ItemRow.story_id), col(FeedRow.id)).join(
        FeedRow, col(FeedRow.id) == ItemRow.feed_id
    )
    query = query.where(col(ItemRow.story_id).in_(set(story_ids)))
    feeds: dict[StoryId, list[FeedId]] = {story_id: [] for story_id in story_ids}
    for story_id, feed_id in session.execute(
        query.order_by(col(ItemRow.first_seen_at), col(ItemRow.id))
    ):
        feeds[StoryId(story_id)].append(FeedId(feed_id))
    return feeds


def count_stored_rows(session: Session) -> tuple[int, int, int, int]:
    """Count the stored feeds, items, stories and pieces of evidence."""
    feeds, items, stories, evidence = (
        session.execute(sa_select(func.count()).select_from(table)).scalar_one()
        for table in (FeedRow, ItemRow, StoryRow, EvidenceRow)
    )
    return feeds, items, stories, evidence


BEFORE_LEARNING: Final = datetime(1, 1, 1, tzinfo=UTC)
"""An instant at which nothing was learned: feeds are as reliable as their grade."""


def load_evidence_as_of(
    session: Session, question_id: QuestionId, at: datetime
) -> tuple[Evidence, ...]:
    """Return the evidence on a question first seen by an instant, with its decisions as of then.

    Evidence logged only later, since its question was opened later, has its first decision.
    """
    return EvidenceOverTime(session, question_id).as_of(
        at, learned.load_values(session, "reliability", at)
    )


class EvidenceOverTime:
    """The evidence on a question, read once, for any instant."""

    def __init__(self, session: Session, question_id: QuestionId) -> None:
        self._evidence = evidence.evidence_of_question(session, question_id, BEFORE_LEARNING)
        story_ids = {e.story_id for e in self._evidence}
        self._merges = evidence.list_merges(session, story_ids) if story_ids else ()
        self._feeds = list_report_feeds(session, story_ids)
        self._decisions = load_decisions(session, [e.id for e in self._evidence])
        self._demotions_at = load_demotions(session)

    def as_of(self, at: datetime, reliability: Mapping[str, float]) -> tuple[Evidence, ...]:
        """Return the evidence at an instant.

        `reliability` is that learned of feeds by then, by feed id.
        """
        then = [
            judge_by_decisions(e, list_decisions_by(self._decisions[e.id], at))
            for e in self._evidence
            if e.first_seen_at <= at
        ]
        rated = [self._set_reliability(e, reliability) for e in then] if reliability else then
        demotions = self._demotions_at(at)
        weighed = [
            replace(e, demoted=demotions.find_reason(e.indicator_id, self._feeds[e.story_id]))
            for e in rated
        ]
        return merge_story_evidence(weighed, self._merges, at)

    def _set_reliability(self, e: Evidence, reliability: Mapping[str, float]) -> Evidence:
        reports = zip(e.reports, self._feeds[e.story_id], strict=True)
        return replace(
            e,
            reports=tuple(
                replace(report, reliability=reliability.get(feed_id, report.reliability))
                for report, feed_id in reports
            ),
        )


class Lifts:
    """Decisions on the evidence that a later report has lifted, with the feed of that report."""

    def __init__(
        self,
        lifted: Mapping[EvidenceId, Sequence[Decision]],
        feeds: Mapping[ItemId, FeedId],
    ) -> None:
        self._lifted, self._feeds = lifted, feeds

    def judge_at(self, e: Evidence, at: datetime, *, without: str = "") -> Evidence:
        """Return evidence as the reports seen by then make it, `without` those of a feed."""
        if e.id not in self._lifted:
            return e
        known = [
            decision
            for decision in self._lifted[e.id]
            if not without or self._find_feed(decision) != without
        ]
        return judge_by_decisions(e, list_decisions_by(known, at))

    def _find_feed(self, decision: Decision) -> FeedId | None:
        carrier = _get_carrier(decision)
        return None if carrier is None else self._feeds.get(carrier)


def load_lifts(session: Session, evidence_ids: Sequence[EvidenceId]) -> Lifts:
    """Load the decisions on those of these pieces that were lifted."""
    lifted = {
        evidence_id: known
        for evidence_id, known in load_decisions(session, evidence_ids).items()
        if any(_get_carrier(decision) for decision in known)
    }
    carriers = {_get_carrier(decision) for known in lifted.values() for decision in known}
    query = select(ItemRow.id, ItemRow.feed_id).where(col(ItemRow.id).in_(carriers - {None}))
    feeds = {ItemId(item_id): FeedId(feed) for item_id, feed in session.exec(query) if item_id}
    return Lifts(lifted, feeds)


def _get_carrier(decision: Decision) -> ItemId | None:
    return None if decision.revision is None else decision.revision.item_id


class ReviewDecision(Protocol):
    """The part of a decision that determines if it counts as a review."""

    @property
    def status(self) -> str:
        """The status of the evidence; `logged` means that it awaits review again."""
        ...

    @property
    def by(self) -> str:
        """The author of the decision."""
        ...


ReviewDecisionT = TypeVar("ReviewDecisionT", bound=ReviewDecision)


@dataclass(frozen=True, slots=True)
class FirstReview:
    """A piece of evidence as `shown` by the matcher, and after its first review.

    `log_seq` is the number under which the matcher logged it, or lifted it last.
    """

    shown: Evidence
    logged_at: datetime
    log_seq: int
    reviewed: Evidence
    at: datetime


def list_first_reviews(
    session: Session, question_id: QuestionId | None = None
) -> Iterator[FirstReview]:
    """Iterate over first reviews by people, of all questions or one, in the order of logging.

    Only of evidence that the matcher alone assessed: a model's decision replaces the matcher's
    probabilities, so a later review says nothing about the matcher. A review that was undone does
    not count: the next one is the first then.
    """
    query = select(EvidenceRow, DecisionRow).join(
        DecisionRow, col(DecisionRow.evidence_id) == EvidenceRow.id
    )
    if question_id is not None:
        query = query.where(EvidenceRow.question_id == question_id)
    rows = session.exec(query.order_by(col(EvidenceRow.id), col(DecisionRow.id)))
    for _, pairs in groupby(rows, key=lambda pair: pair[0].id):
        (row, logged), *following = pairs
        later = [decision for _, decision in following]
        review = find_standing_decision(later)
        if review is not None and logged.by == MATCHER and logged.status == "logged":
            lifts = [d for d in later[: later.index(review)] if d.by == MATCHER]
            yield _make_first_review(row, [logged, *lifts], review)


def _make_first_review(
    row: EvidenceRow, shown: Sequence[DecisionRow], review: DecisionRow
) -> FirstReview:
    """Make it of the matcher's decisions and the review."""
    logged = parse_evidence(row)
    decisions = [parse_decision(decision) for decision in (*shown, review)]
    return FirstReview(
        judge_by_decisions(logged, decisions[:-1]),
        shown[-1].at,
        shown[-1].log_seq,
        judge_by_decisions(logged, decisions),
        review.at,
    )


def find_standing_decision(later: Sequence[ReviewDecisionT]) -> ReviewDecisionT | None:
    """Return the first review that was not undone; None if a model decided first, or nobody did."""
    first: ReviewDecisionT | None = None
    for decision in later:
        if decision.status != "logged":
            first = first or decision
        elif decision.by.startswith(MODEL_PREFIX):
            return first
        else:
            first = None
    return first


def list_feed_directions(
    session: Session, question_id: QuestionId, *, before: datetime
) -> list[tuple[FeedId, Direction]]:
    """Return feed and direction of each piece of evidence on a question that counted by then.

    Each as decided by then, so that hindsight cannot favour a feed. One logged only later has its
    first decision.
    """
    directions = _load_directions(session, question_id, before)
    query = select(ItemRow.feed_id, EvidenceRow.id).join(
        EvidenceRow, col(EvidenceRow.story_id) == ItemRow.story_id
    )
    query = query.where(
        EvidenceRow.question_id == question_id,
        ItemRow.first_seen_at < before,
        EvidenceRow.first_seen_at < before,  # that added by hand is later than its items
    ).distinct()
    rows = session.exec(query.order_by(ItemRow.feed_id, col(EvidenceRow.id)))
    return [
        (FeedId(feed), directions[piece])
        for feed, piece in rows
        if piece is not None and directions[piece]
    ]


def _load_directions(
    session: Session, question_id: QuestionId, before: datetime
) -> dict[int, Direction]:
    """Return the direction of each piece by then; neutral if it was rejected."""
    query = select(DecisionRow).join(EvidenceRow, col(DecisionRow.evidence_id) == EvidenceRow.id)
    directions: dict[int, Direction] = {}
    for row in session.exec(
        query.where(EvidenceRow.question_id == question_id).order_by(col(DecisionRow.id))
    ):
        if row.at < before or row.evidence_id not in directions:
            directions[row.evidence_id] = (
                Direction.NEUTRAL if row.status == "rejected" else Direction(row.direction)
            )
    return directions
