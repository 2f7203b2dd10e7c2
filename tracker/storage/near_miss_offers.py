"""Near misses that were drawn for a person to judge, week by week, and the answers so far.

An offer is a property of the database; an answer is the evidence that the item's story became.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.evidence.matcher_record import NearMissSample
from forecasts.questions.question import MATCHER, QuestionId
from tracker.feeds.item import ItemId
from tracker.storage.database_info import read_property, write_property
from tracker.storage.tables import DecisionRow, EvidenceRow, ItemRow, PropertyRow

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
