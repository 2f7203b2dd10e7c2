"""Proposed answers: by series and by decisive reports; confirmed or dismissed by a person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from forecasts.distributions.cdf import day_number
from forecasts.errors import ForecastsError
from forecasts.evidence.evidence import Direction
from forecasts.evidence.rungs import Rung
from forecasts.questions.answers import parse_answer
from forecasts.questions.question import (
    Question,
    QuestionId,
    Resolution,
    is_overdue,
)
from forecasts.questions.settlement import MissingValue, Settlement
from tracker.errors import Refused
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId
from tracker.model.audit import Authorship
from tracker.model.evidence import EvidenceCard
from tracker.model.proposed_answers import (
    AnswerDesk,
    MissingAnswer,
    ProposedAnswer,
    SettlingSeries,
)
from tracker.questions.queries.question_page import require_question
from tracker.questions.settle_by_series import (
    describe_gap,
    load_settling_series,
    propose_by_series,
)
from tracker.questions.submit_forecast import refuse_reserved, register_forecaster
from tracker.storage import evidence_cards, feeds, questions, resolution_record, series
from tracker.storage.sessions import Session

MIN_TRUST: Final = 0.9
"""Trust from which a decisive report proposes an answer before a person has confirmed it."""

NO_RULE: Final = (
    "no rule names a series that settles it, and no decisive report came: answer it by hand, or "
    "name a series with `tracker question settle-by`"
)

ALL_DISMISSED: Final = "every answer proposed for it was dismissed: answer it by hand"


def list_proposals(session: Session, now: datetime) -> tuple[ProposedAnswer, ...]:
    """List the proposed answers of all questions that are open or wait for their answer."""
    desks = _build_desks(session, _list_unanswered(session, now), now)
    return tuple(proposal for desk in desks.values() for proposal in desk.proposals)


def list_missing(session: Session, now: datetime) -> tuple[MissingAnswer, ...]:
    """List the overdue questions without a proposed answer, and what is missing for each."""
    overdue = [q for q in _list_unanswered(session, now) if is_overdue(q, None, now)]
    desks = _build_desks(session, overdue, now)
    return tuple(
        MissingAnswer(question, desks[question.id].missing)
        for question in overdue
        if desks[question.id].missing
    )


def build_answer_desk(
    session: Session, question: Question, resolution: Resolution | None, now: datetime
) -> AnswerDesk:
    """Gather how one question gets its answer; after the answer its series alone."""
    desk = _build_desks(session, [question], now)[question.id]
    if resolution is None and question.opens_at <= now:
        return desk
    return AnswerDesk(desk.settling)


def find_proposal(
    session: Session, question_id: str, key: str | None, now: datetime
) -> ProposedAnswer:
    """Return the proposed answer of a question; raises `Refused` if there is none, or no one."""
    question = require_question(session, question_id)
    answered = resolution_record.find_resolution(session, question.id)
    if answered is not None:
        raise Refused(f"{question.id} has its answer already: nothing is proposed")
    proposals = build_answer_desk(session, question, None, now).proposals
    if key is not None:
        proposals = tuple(proposal for proposal in proposals if proposal.key == key)
    if not proposals:
        raise Refused(
            f"no answer is proposed for {question.id}: see `tracker question proposed-answers`"
        )
    if len({(proposal.outcome, proposal.answer) for proposal in proposals}) > 1:
        keys = ", ".join(f"{proposal.key} ({proposal.answer})" for proposal in proposals)
        raise Refused(f"the proposals for {question.id} differ: choose one with --key: {keys}")
    return proposals[0]


def dismiss_proposal(
    session: Session, question_id: str, why: str, made: Authorship, *, key: str | None = None
) -> ProposedAnswer:
    """Dismiss a proposed answer for a reason; the same one is not proposed again."""
    refuse_reserved(made.by)
    if not why.strip():
        raise Refused("a proposed answer is dismissed for a reason: say which")
    proposal = find_proposal(session, question_id, key, made.at)
    register_forecaster(session, made.by, made.at)
    series.add_dismissal(session, proposal.question.id, made, key=proposal.key, why=why.strip())
    return proposal


def _list_unanswered(session: Session, now: datetime) -> list[Question]:
    answered = resolution_record.load_current_resolutions(session)
    return [
        question
        for question in questions.list_questions(session)
        if question.id not in answered and question.opens_at <= now
    ]


def _build_desks(
    session: Session, unanswered: Sequence[Question], now: datetime
) -> Mapping[QuestionId, AnswerDesk]:
    ids = [question.id for question in unanswered]
    settlements = series.load_settlements(session, ids)
    dismissed = series.load_dismissals(session)
    documents = feeds.list_series_documents(session) if settlements else {}
    feeds_by_series = series.map_series_to_feeds(session) if settlements else {}
    cards: dict[QuestionId, list[EvidenceCard]] = {}
    for card in evidence_cards.list_decisive_cards(session, ids):
        cards.setdefault(card.evidence.question_id, []).append(card)
    desks = {}
    for question in unanswered:
        settlement = settlements.get(question.id)
        state = (
            None
            if settlement is None
            else documents.get(feeds_by_series.get(settlement.series_id, FeedId("")))
        )
        settling, proposals, gap = _apply_settlement(session, question, settlement, state)
        proposals = [*proposals, *_propose_by_reports(question, cards.get(question.id, ()))]
        pending = tuple(p for p in proposals if (question.id, p.key) not in dismissed)
        missing = ""
        if not pending and is_overdue(question, None, now):
            missing = ALL_DISMISSED if proposals else _describe_missing(settling, gap, state, now)
        waiting = "" if gap is None else gap.reason
        desks[question.id] = AnswerDesk(settling, pending, waiting, missing)
    return desks


def _apply_settlement(
    session: Session, question: Question, settlement: Settlement | None, state: FeedState | None
) -> tuple[SettlingSeries | None, list[ProposedAnswer], MissingValue | None]:
    if settlement is None:
        return None, [], None
    try:
        settling, result = load_settling_series(session, question, settlement, state)
        proposal = (
            result
            if isinstance(result, MissingValue)
            else propose_by_series(session, question, settling, result)
        )
    except ForecastsError as error:  # such as a value outside a closed range
        return None, [], MissingValue(str(error))
    if isinstance(proposal, MissingValue):
        return settling, [], proposal
    return settling, [proposal], None


def _propose_by_reports(question: Question, cards: Iterable[EvidenceCard]) -> list[ProposedAnswer]:
    """Propose what decisive reports say, those that a person confirmed first."""
    proposals = []
    for card in sorted(cards, key=lambda card: not card.evidence.reviewed):
        e = card.evidence
        answer = _answer_by_report(question, card)
        url = card.carrier.item.url
        known_at = card.carrier.item.first_seen_at
        if answer is None or not url.startswith(("http://", "https://")):
            continue
        if known_at < question.opens_at:  # it was known when this was asked
            continue
        outcome, typed = parse_answer(question, answer)
        trust = "confirmed by a person" if e.reviewed else f"trusted to {e.trust:.0%}"
        day = "; the day is that of the report" if question.kind == "date" else ""
        proposals.append(
            ProposedAnswer(
                question=question,
                key=f"evidence:{e.id}",
                outcome=outcome,
                answer=typed or answer,
                quote=card.headline,
                source_url=url,
                known_at=known_at,
                event_at=min(known_at, card.carrier.item.published_at or known_at),
                note=(
                    f"Decisive report, {trust}: “{card.headline}” ({card.carrier.feed_title}){day}."
                ),
                evidence_id=e.id,
            )
        )
    return proposals


def _answer_by_report(question: Question, card: EvidenceCard) -> str | None:
    """Return the answer that a decisive report gives; None if it is not sure, or gives none.

    A number is not read from a headline, which leaves open of what and of when it is one.
    """
    e = card.evidence
    is_sure = e.reviewed or (e.trust >= MIN_TRUST and e.rung >= Rung.DONE and not card.perhaps)
    if not is_sure or e.direction is Direction.NEUTRAL or card.context_only:
        return None
    if question.kind == "binary":
        return "yes" if e.direction is Direction.YES else "no"
    if question.kind == "date":
        return _date_by_report(question, card)
    names = [option.name for option in question.options]
    return e.option if e.option in names and e.direction is Direction.YES else None


def _date_by_report(question: Question, card: EvidenceCard) -> str | None:
    """Return the day of a report that the event has happened; None outside the window.

    That it was announced, or that it comes later, is no date.
    """
    is_event = card.evidence.direction is Direction.YES and card.evidence.rung >= Rung.DONE
    if not is_event or question.scale is None:
        return None
    item = card.carrier.item
    at = min(item.first_seen_at, item.published_at or item.first_seen_at)
    is_inside = question.scale.lower <= day_number(at) <= question.scale.upper
    return f"{at:%Y-%m-%d}" if is_inside else None


def _describe_missing(
    settling: SettlingSeries | None,
    gap: MissingValue | None,
    state: FeedState | None,
    now: datetime,
) -> str:
    if gap is None:
        return NO_RULE
    return gap.reason if settling is None else describe_gap(settling, gap, state, now)
