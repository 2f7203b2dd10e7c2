"""Essays, claims, questions and indicators."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import Direction, Expectation, Indicator, IndicatorId, Strength
from forecasts.questions.options import OptionChange, with_changes
from forecasts.questions.question import (
    Claim,
    ClaimId,
    Essay,
    EssayId,
    ForecasterId,
    HorizonShape,
    Kind,
    Option,
    Question,
    QuestionId,
)
from forecasts.questions.versions import with_edits
from tracker.storage import edits
from tracker.storage import event_log_rows as log
from tracker.storage.distributions import from_json, scale_from_json, scale_to_json, to_json
from tracker.storage.tables import ClaimRow, EssayRow, IndicatorRow, OptionChangeRow, QuestionRow

QUESTION: Final = QuestionRow.__table__  # type: ignore[attr-defined]
"""Read as plain columns where all questions are: a row that can be changed costs four times as
much.
"""


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
    return (
        None
        if row is None
        else Essay(EssayId(row.id), row.title, row.published, row.language, row.note)
    )


def add_claim(session: Session, claim: Claim) -> None:
    """Store a claim that somebody took up; one that is there already stays as it is."""
    if session.get(ClaimRow, (claim.id, claim.essay_id)) is None:
        session.add(ClaimRow(**_fields(claim)))
        session.flush()


def claims_of(session: Session, essay_id: EssayId) -> tuple[Claim, ...]:
    """The claims of an essay in the order of its text."""
    rows = session.exec(
        select(ClaimRow).where(ClaimRow.essay_id == essay_id).order_by(col(ClaimRow.offset))
    )
    return tuple(
        Claim(
            ClaimId(r.id),
            EssayId(r.essay_id),
            r.quote,
            r.offset,
            r.claim_kind,
            r.modality,
            r.restatement,
        )
        for r in rows
    )


def add(session: Session, question: Question, at: datetime) -> None:
    """Store a question and log its text in the same transaction."""
    seq = log.append(session, "question", question.id, facts=question_facts(question), at=at)
    stored = _stored(question)
    stored |= {"prior": to_json(question.prior), "options": [o.name for o in question.options]}
    session.add(QuestionRow(**stored, scale=scale_to_json(question.scale), log_seq=seq))
    session.flush()


def question_facts(question: Question) -> dict[str, Any]:
    """What the log holds of a question: everything that is forecast on. What a kind does not have
    is left out.
    """
    prior = question.prior.p if isinstance(question.prior, Binary) else to_json(question.prior)
    facts: dict[str, Any] = {**_stored(question), "prior": prior}
    if not question.bears_out:
        del facts["bears_out"]
    if question.options:
        facts["options"] = [option.name for option in question.options if option.added_at is None]
    if question.scale is not None:
        facts["scale"] = scale_to_json(question.scale)
    return facts


def _stored(question: Question) -> dict[str, Any]:
    lists = ("sources", "claim_ids", "tags")
    plain = {
        name: value
        for name, value in _fields(question).items()
        if name not in ("prior", "options", "scale")
    }
    return {**plain, **{name: list(getattr(question, name)) for name in lists}}


def add_option_change(session: Session, change: OptionChange) -> None:
    """Append that an option was added or removed, in the log too."""
    facts = _fields(change)
    seq = log.append(
        session, "option", f"{change.question_id}/{change.name}", facts=facts, at=change.at
    )
    session.add(OptionChangeRow(**facts, log_seq=seq))
    session.flush()


def _option_changes(session: Session) -> dict[str, list[OptionChange]]:
    found: dict[str, list[OptionChange]] = {}
    for row in session.exec(select(OptionChangeRow).order_by(col(OptionChangeRow.id))):
        found.setdefault(row.question_id, []).append(_option_change(row))
    return found


def _option_change(row: OptionChangeRow) -> OptionChange:
    return OptionChange(
        QuestionId(row.question_id), row.name, cast(Any, row.change), row.at, ForecasterId(row.by)
    )


def option_seqs(session: Session) -> Mapping[int, dict[str, Any]]:
    """Facts of each stored change of options by the log entry that recorded it."""
    return log.by_seq(
        session.exec(select(OptionChangeRow)), lambda row: _fields(_option_change(row))
    )


def add_indicators(session: Session, indicators: Sequence[Indicator]) -> None:
    """Store indicators that are not there yet."""
    known = set(session.exec(select(IndicatorRow.id)))
    for indicator in indicators:
        if indicator.id not in known:
            session.add(IndicatorRow(**_indicator_fields(indicator)))
    session.flush()


def _indicator_fields(indicator: Indicator) -> dict[str, Any]:
    plain = {name: value for name, value in _fields(indicator).items() if name != "expected"}
    plain["terms"] = [list(group) for group in indicator.terms]
    for name in ("unless", "examples", "opposites"):
        plain[name] = list(getattr(indicator, name))
    if (expected := indicator.expected) is not None:
        plain |= {"expected_by": expected.by, "if_yes": expected.if_yes, "if_no": expected.if_no}
    return plain


def get(session: Session, question_id: str) -> Question | None:
    """One question by its id, as it reads now; None when it was taken back."""
    row = session.get(QuestionRow, question_id)
    if row is None or row.id in edits.retracted(session):
        return None
    asked = with_changes(
        question_of(row), _option_changes(session).get(row.id, ()) if row.options else ()
    )
    return with_edits(asked, edits.of_question(session, asked.id))


def taken(session: Session, question_id: str) -> bool:
    """Whether there is, or ever was, a question of that name: a name is never given twice."""
    return session.get(QuestionRow, question_id) is not None


def names(session: Session) -> tuple[QuestionId, ...]:
    """The names of all questions that were not taken back, in alphabetical order."""
    gone = edits.retracted(session)
    return tuple(
        QuestionId(name)
        for name in session.scalars(sa_select(QUESTION.c.id).order_by(QUESTION.c.id))
        if name not in gone
    )


def as_opened(session: Session, question_id: QuestionId) -> Question:
    """A question in the wording with which it opened."""
    return question_of(session.exec(select(QuestionRow).where(QuestionRow.id == question_id)).one())


def every(session: Session) -> tuple[Question, ...]:
    """All questions as they read now, the next to close first; those that were taken back are left
    out.
    """
    return _as_they_read(session, sa_select(QUESTION))


def between_times(session: Session, now: datetime) -> tuple[Question, ...]:
    """Those whose opening lies behind and whose close lies ahead, answered or not."""
    return _as_they_read(
        session, sa_select(QUESTION).where(QUESTION.c.opens_at <= now, QUESTION.c.closes_at > now)
    )


def _as_they_read(session: Session, query: Any) -> tuple[Question, ...]:
    rows = session.execute(query.order_by(QUESTION.c.closes_at, QUESTION.c.id))
    changes, later, gone = _option_changes(session), edits.every(session), edits.retracted(session)
    asked = (
        with_changes(question_of(row), changes.get(row.id, ()))
        for row in rows
        if row.id not in gone
    )
    return tuple(with_edits(question, later.get(question.id, ())) for question in asked)


def seqs(session: Session) -> Mapping[int, dict[str, Any]]:
    """Facts of each stored question by the log entry that recorded it."""
    return log.by_seq(
        session.exec(select(QuestionRow)), lambda row: question_facts(question_of(row))
    )


def indicators(session: Session, question_ids: Sequence[QuestionId]) -> tuple[Indicator, ...]:
    """The indicators of some questions."""
    wanted = col(IndicatorRow.question_id).in_(question_ids)
    return tuple(
        _indicator(row)
        for row in session.exec(select(IndicatorRow).where(wanted).order_by(col(IndicatorRow.id)))
    )


def question_of(row: Any) -> Question:
    """A row as the question that was stored, before any change of its options."""
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
        prior=from_json(row.prior),
        prior_reason=row.prior_reason,
        claim_ids=tuple(map(ClaimId, row.claim_ids)),
        tags=tuple(row.tags),
        retrospective=row.retrospective,
        options=tuple(map(Option, row.options)),
        scale=scale_from_json(row.scale),
        bears_out=row.bears_out,
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
        opposites=tuple(row.opposites),
        expected=None
        if row.expected_by is None
        else Expectation(row.expected_by, row.if_yes, row.if_no),
        option=row.option,
    )


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
