"""Once a week, offer five near misses to be judged, so that the recall of the matcher is known.

They are drawn at random, so that a few answers say how many of all near misses were evidence.
"""

import hashlib
from datetime import datetime
from typing import Final

from forecasts.questions.question import QuestionId
from tracker.errors import Refused
from tracker.feeds.item import ItemId
from tracker.ingestion.match_state import MatchState
from tracker.ingestion.near_misses import NearMiss, list_near_misses
from tracker.model.evidence import OfferedNearMiss
from tracker.storage import evidence, item_search, matcher_precision
from tracker.storage.matcher_precision import NearMissOffer
from tracker.storage.record import list_open_questions
from tracker.storage.sessions import Session, Store

OFFER_SIZE: Final = 5


def offer_near_misses(store: Store, match_state: MatchState, now: datetime) -> int:
    """Draw this week's near misses unless that is done; return their number.

    While there are fewer than five, nothing is offered yet.
    """
    week = matcher_precision.name_week(now)
    with store.reading() as session:
        if matcher_precision.find_offer(session, week) is not None:
            return 0
        misses = list_near_misses(session, match_state, now)
        if len(misses) < OFFER_SIZE:
            return 0
        start = min(miss.item.seen_at or now for miss in misses)
        logged = matcher_precision.count_logged_since(session, start)
    sample = sorted(misses, key=lambda miss: _draw_number(week, miss))[:OFFER_SIZE]
    pairs = tuple((miss.item.id, miss.question.id) for miss in sample)
    with store.writing() as session:
        matcher_precision.save_offer(session, NearMissOffer(week, logged, len(misses), pairs))
    return len(pairs)


def _draw_number(week: str, miss: NearMiss) -> str:
    """Return a number that is random over near misses, and the same whenever it is asked."""
    return hashlib.sha256(f"{week} {miss.item.id} {miss.question.id}".encode()).hexdigest()


def check_offered(session: Session, item_id: ItemId, question_id: QuestionId) -> None:
    """Raise `Refused` unless an item was offered as a near miss, and is no evidence by now."""
    offers = matcher_precision.list_offers(session)
    if not any((item_id, question_id) in offer.pairs for offer in offers):
        raise Refused(
            f"item {item_id} was not offered as a near miss on {question_id}: dismiss only what "
            "the list of near misses offers"
        )
    piece = evidence.find_evidence_of_item(session, item_id, question_id)
    if piece is not None and piece.status != "rejected":
        raise Refused(
            f"item {item_id} is evidence {piece.id} on {question_id}, {piece.status}: reject that "
            "in a review instead"
        )


def list_offered(session: Session, now: datetime) -> tuple[OfferedNearMiss, ...]:
    """List this week's near misses that nobody has judged yet, on questions that are open."""
    offer = matcher_precision.find_offer(session, matcher_precision.name_week(now))
    if offer is None:
        return ()
    judged = matcher_precision.load_statuses(session, offer)
    opened = list_open_questions(session, now)
    items = [item for item, _ in offer.pairs]
    hits = {hit.item.id: hit for hit in item_search.load_hits(session, items, OFFER_SIZE)}
    return tuple(
        OfferedNearMiss(hits[item], opened[question])
        for item, question in offer.pairs
        if (item, question) not in judged and item in hits and question in opened
    )
