"""Precision of the matcher so far, what it demoted, and the near misses that it offered.

Precision is by question, indicator and feed: how many pieces people kept.

Only pieces that were logged first and reviewed later count: evidence that was added by hand, or
dismissed by hand as a near miss, was never the matcher's.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import case, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import IndicatorId, is_own_text
from forecasts.evidence.matcher_record import NearMissSample, Precision
from forecasts.questions.question import MATCHER, QuestionId
from tracker.feeds.item import FeedId, ItemId
from tracker.storage.database_info import read_property, write_property
from tracker.storage.tables import DecisionRow, EvidenceRow, ItemRow, LearnedRow, PropertyRow

_REVIEWED = ("confirmed", "edited", "rejected")


def count_by_question(session: Session) -> dict[str, Precision]:
    """Count the reviewed and the kept pieces of each question."""
    return _read_counts(session, _select_counts(col(EvidenceRow.question_id)))


def count_by_indicator(
    session: Session, question_id: QuestionId | None = None
) -> dict[str, Precision]:
    """Count the reviewed and the kept pieces of each indicator, of all questions or one."""
    query = _select_counts(col(EvidenceRow.indicator_id))
    if question_id is not None:
        query = query.where(col(EvidenceRow.question_id) == question_id)
    return _read_counts(session, query)


def count_by_feed(session: Session) -> dict[str, Precision]:
    """Count the reviewed and the kept pieces of each feed, one for each story that it reported."""
    query = _select_counts(col(ItemRow.feed_id))
    return _read_counts(
        session, query.join(ItemRow, col(ItemRow.story_id) == col(EvidenceRow.story_id))
    )


def _select_counts(key: Any) -> Any:
    piece = col(EvidenceRow.id)
    accepted = case((col(EvidenceRow.status) != "rejected", piece))
    by_matcher = sa_select(col(DecisionRow.evidence_id)).where(
        col(DecisionRow.status) == "logged", col(DecisionRow.by) == MATCHER
    )
    return (
        sa_select(key, func.count(func.distinct(accepted)), func.count(func.distinct(piece)))
        .select_from(EvidenceRow)
        .where(col(EvidenceRow.status).in_(_REVIEWED), piece.in_(by_matcher))
        .group_by(key)
    )


def _read_counts(session: Session, query: Any) -> dict[str, Precision]:
    return {key: Precision(*counts) for key, *counts in session.execute(query)}


_PREFIX: Final = "near misses "


@dataclass(frozen=True, slots=True)
class NearMissOffer:
    """Pairs of item and question drawn at random from `listed` near misses.

    `logged` counts what the matcher logged of the items among which they were.
    """

    week: str
    logged: int
    listed: int
    pairs: tuple[tuple[ItemId, QuestionId], ...]


def name_week(now: datetime) -> str:
    """Return the name of an ISO week, such as 2026-W48."""
    year, week, _ = now.isocalendar()
    return f"{year}-W{week:02}"


def find_offer(session: Session, week: str) -> NearMissOffer | None:
    """Return the offer of a week."""
    text = read_property(session, _PREFIX + week)
    return None if text is None else _parse_offer(text)


def save_offer(session: Session, offer: NearMissOffer) -> None:
    """Save the offer of a week."""
    write_property(session, _PREFIX + offer.week, json.dumps(asdict(offer)))


def list_offers(session: Session) -> tuple[NearMissOffer, ...]:
    """Return all offers, oldest first."""
    key = col(PropertyRow.key)
    query = select(PropertyRow.value).where(key.startswith(_PREFIX)).order_by(key)
    return tuple(_parse_offer(text) for text in session.exec(query))


def _parse_offer(text: str) -> NearMissOffer:
    facts = json.loads(text)
    pairs = tuple((ItemId(item), QuestionId(question)) for item, question in facts["pairs"])
    return NearMissOffer(facts["week"], facts["logged"], facts["listed"], pairs)


def load_statuses(session: Session, offer: NearMissOffer) -> dict[tuple[ItemId, QuestionId], str]:
    """Return the status of each offered pair that is evidence by now, rejected or not."""
    query = select(ItemRow.id, EvidenceRow.question_id, EvidenceRow.status)
    query = query.join(EvidenceRow, col(EvidenceRow.story_id) == col(ItemRow.story_id))
    query = query.where(col(ItemRow.id).in_([item for item, _ in offer.pairs]))
    statuses = {(ItemId(i or 0), QuestionId(q)): status for i, q, status in session.exec(query)}
    return {pair: statuses[pair] for pair in offer.pairs if pair in statuses}


def sample_offer(session: Session, offer: NearMissOffer) -> NearMissSample:
    """Count the answers to an offer: confirmed pieces were missed, rejected ones were not."""
    statuses = load_statuses(session, offer).values()
    missed = sum(status in ("confirmed", "edited") for status in statuses)
    answered = missed + sum(status == "rejected" for status in statuses)
    return NearMissSample(offer.logged, offer.listed, answered, missed)


def count_logged_since(session: Session, since: datetime) -> int:
    """Count the pieces of evidence first seen from then on that the matcher logged."""
    query = select(func.count(func.distinct(EvidenceRow.id))).join(
        DecisionRow, col(DecisionRow.evidence_id) == EvidenceRow.id
    )
    query = query.where(DecisionRow.status == "logged", DecisionRow.by == MATCHER)
    return session.exec(query.where(EvidenceRow.first_seen_at >= since)).one()


DEMOTED_INDICATOR: Final = "demoted signpost"
DEMOTED_FEED: Final = "demoted feed"


@dataclass(frozen=True, slots=True)
class Demotions:
    """Reasons of the demotions at an instant, by indicator and by feed."""

    indicators: Mapping[str, str]
    feeds: Mapping[str, str]

    def find_reason(self, indicator_id: IndicatorId, feed_ids: Sequence[FeedId]) -> str:
        """Return why a piece moves nothing; "" if its indicator, or one of its feeds, may."""
        if reason := self.indicators.get(indicator_id, ""):
            finder = "the question itself" if is_own_text(indicator_id) else "this signpost"
            return f"what {finder} finds is usually rejected: {reason}"
        reasons = [self.feeds.get(feed_id, "") for feed_id in feed_ids]
        if reasons and all(reasons):
            return f"what this feed brings is usually rejected: {reasons[0]}"
        return ""


def load_demotions(session: Session) -> Callable[[datetime | None], Demotions]:
    """Load all versions once; return a function of the instant, None for now."""
    names = (DEMOTED_INDICATOR, DEMOTED_FEED)
    query = select(LearnedRow).where(col(LearnedRow.name).in_(names))
    versions = session.exec(query.order_by(col(LearnedRow.id))).all()

    def at(instant: datetime | None) -> Demotions:
        newest = {
            (row.name, row.scope): row
            for row in versions
            if instant is None or row.as_of <= instant
        }
        reasons: dict[str, dict[str, str]] = defaultdict(dict)
        for (name, scope), row in newest.items():
            if row.state != "reset" and row.value > 0.5:
                reasons[name][scope] = row.why
        return Demotions(reasons[DEMOTED_INDICATOR], reasons[DEMOTED_FEED])

    return at
