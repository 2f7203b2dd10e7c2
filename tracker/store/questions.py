"""Essays, claims, questions and indicators."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlmodel import Session, col, select

from forecasts.distribution import Binary
from forecasts.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.question import Claim, ClaimId, Essay, EssayId, HorizonShape, Kind, Question, QuestionId
from tracker.store import log
from tracker.tables import ClaimRow, EssayRow, IndicatorRow, QuestionRow


def add_essay(session: Session, essay: Essay, claims: Sequence[Claim]) -> None:
    """Store an essay with its claims; one that is there already gets only its new claims."""
    if session.get(EssayRow, essay.id) is None:
        session.add(EssayRow(**_fields(essay)))
        session.flush()
    known = {c.id for c in claims_of(session, essay.id)}
    session.add_all(ClaimRow(**_fields(claim)) for claim in claims if claim.id not in known)
    session.flush()


def essay(session: Session, essay_id: EssayId) -> Essay | None:
    """One essay by its id."""
    row = session.get(EssayRow, essay_id)
    return None if row is None else Essay(EssayId(row.id), row.title, row.published, row.language, row.note)


def claims_of(session: Session, essay_id: EssayId) -> tuple[Claim, ...]:
    """The claims of an essay in the order of its text."""
    rows = session.exec(select(ClaimRow).where(ClaimRow.essay_id == essay_id).order_by(col(ClaimRow.offset)))
    return tuple(
        Claim(ClaimId(r.id), EssayId(r.essay_id), r.quote, r.offset, r.claim_kind, r.modality, r.restatement)
        for r in rows
    )


def add(session: Session, question: Question, at: datetime) -> None:
    """Store a question and log its text in the same transaction."""
    facts = question_facts(question)
    seq = log.append(session, "question", question.id, facts=facts, at=at)
    times = {"opens_at": question.opens_at, "closes_at": question.closes_at, "resolves_at": question.resolves_at}
    session.add(QuestionRow(**{**facts, **times, "log_seq": seq}))
    session.flush()


def question_facts(question: Question) -> dict[str, Any]:
    """What the log holds of a question: everything that is forecast on."""
    lists = ("sources", "claim_ids", "tags")
    return {**_fields(question), "prior": question.prior.p, **{name: list(getattr(question, name)) for name in lists}}


def add_indicators(session: Session, indicators: Sequence[Indicator]) -> None:
    """Store indicators that are not there yet."""
    known = set(session.exec(select(IndicatorRow.id)))
    for indicator in indicators:
        if indicator.id not in known:
            lists = {"terms": [list(g) for g in indicator.terms], "unless": list(indicator.unless)}
            session.add(IndicatorRow(**{**_fields(indicator), **lists, "examples": list(indicator.examples)}))
    session.flush()


def get(session: Session, question_id: str) -> Question | None:
    """One question by its id."""
    row = session.get(QuestionRow, question_id)
    return None if row is None else question_of(row)


def every(session: Session) -> tuple[Question, ...]:
    """All questions, the next to close first."""
    rows = session.exec(select(QuestionRow).order_by(col(QuestionRow.closes_at), col(QuestionRow.id)))
    return tuple(question_of(row) for row in rows)


def seqs(session: Session) -> Mapping[int, dict[str, Any]]:
    """Facts of each stored question by the log entry that recorded it."""
    return {row.log_seq: question_facts(question_of(row)) for row in session.exec(select(QuestionRow))}


def indicators(session: Session, question_ids: Sequence[QuestionId]) -> tuple[Indicator, ...]:
    """The indicators of some questions."""
    wanted = col(IndicatorRow.question_id).in_(question_ids)
    return tuple(
        _indicator(row) for row in session.exec(select(IndicatorRow).where(wanted).order_by(col(IndicatorRow.id)))
    )


def question_of(row: QuestionRow) -> Question:
    """A row as a question."""
    return Question(
        id=QuestionId(row.id),
        essay_id=EssayId(row.essay_id),
        kind=cast(Kind, row.kind),
        text=row.text,
        criteria=row.criteria,
        sources=tuple(row.sources),
        horizon_shape=cast(HorizonShape, row.horizon_shape),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        resolves_at=row.resolves_at,
        prior=Binary(row.prior),
        prior_reason=row.prior_reason,
        claim_ids=tuple(map(ClaimId, row.claim_ids)),
        tags=tuple(row.tags),
        retrospective=row.retrospective,
    )


def _indicator(row: IndicatorRow) -> Indicator:
    return Indicator(
        id=IndicatorId(row.id),
        question_id=QuestionId(row.question_id),
        name=row.name,
        direction=Direction(row.direction),
        strength=Strength(row.strength),
        terms=tuple(tuple(group) for group in row.terms),
        unless=tuple(row.unless),
        examples=tuple(row.examples),
        half_life_days=row.half_life_days,
        usual_level=row.usual_level,
    )


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
