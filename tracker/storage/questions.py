"""Questions with their edits and options, and their indicators.

Distributions and scales are stored as JSON that names their kind.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, assert_never, cast

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.evidence.evidence import Direction, Expectation, Indicator, IndicatorId, Strength
from forecasts.questions.amendments import (
    OptionChange,
    QuestionEdit,
    apply_edits,
    apply_option_changes,
)
from forecasts.questions.question import (
    ClaimId,
    EssayId,
    ForecasterId,
    HorizonShape,
    Kind,
    Option,
    Question,
    QuestionId,
)
from tracker.model.audit import Override, UncheckedAnswer
from tracker.storage import event_log, facts, states
from tracker.storage.access import SEE_ALL
from tracker.storage.tables import (
    IndicatorRow,
    LintOverrideRow,
    OptionChangeRow,
    QuestionEditRow,
    QuestionRow,
    ResolutionRow,
    RetractionRow,
    UncheckedAnswerRow,
)


def distribution_to_json(distribution: Distribution) -> dict[str, Any]:
    """Serialise a distribution."""
    match distribution:
        case Binary():
            return {"kind": "binary", "p": distribution.p}
        case Categorical():
            return {
                "kind": "categorical",
                "options": list(distribution.options),
                "p": list(distribution.p),
            }
        case Cdf():
            return {"kind": "cdf", "x": list(distribution.x), "p": list(distribution.p)}
        case _:
            assert_never(distribution)


def distribution_from_json(stored: Mapping[str, Any]) -> Distribution:
    """Deserialise a distribution."""
    match stored["kind"]:
        case "categorical":
            return Categorical(tuple(stored["options"]), tuple(stored["p"]))
        case "cdf":
            return Cdf(tuple(stored["x"]), tuple(stored["p"]))
        case _:
            return Binary(stored["p"])


def scale_to_json(scale: Scale | None) -> dict[str, Any] | None:
    """Serialise a scale."""
    return None if scale is None else asdict(scale)


def scale_from_json(stored: Mapping[str, Any] | None) -> Scale | None:
    """Deserialise a scale."""
    return None if stored is None else Scale(**stored)


def add_edit(session: Session, edit: QuestionEdit) -> None:
    """Append an edit of a question."""
    columns = {name: getattr(edit, name) for name in ("question_id", "why", "text", "criteria")}
    facts.append_fact(
        session,
        "edit",
        edit.question_id,
        {**columns, "sources": list(edit.sources)},
        at=edit.at,
        by=edit.by,
    )


def list_edits(session: Session) -> Mapping[str, Sequence[QuestionEdit]]:
    """Return the edits of each edited question, oldest first."""
    edits: dict[str, list[QuestionEdit]] = {}
    for row in session.exec(select(QuestionEditRow).order_by(col(QuestionEditRow.id))):
        edits.setdefault(row.question_id, []).append(_parse_edit(row))
    return edits


def edits_of_question(session: Session, question_id: QuestionId) -> tuple[QuestionEdit, ...]:
    """Return the edits of a question, oldest first."""
    query = select(QuestionEditRow).where(QuestionEditRow.question_id == question_id)
    return tuple(map(_parse_edit, session.exec(query.order_by(col(QuestionEditRow.id)))))


def _parse_edit(row: QuestionEditRow) -> QuestionEdit:
    return QuestionEdit(
        question_id=QuestionId(row.question_id),
        at=row.at,
        by=ForecasterId(row.by),
        why=row.why,
        text=row.text,
        criteria=row.criteria,
        sources=tuple(row.sources),
    )


def retract_question(
    session: Session, question_id: QuestionId, why: str, *, at: datetime, by: ForecasterId
) -> None:
    """Append the retraction of a question."""
    facts.append_fact(
        session, "retraction", question_id, {"question_id": question_id, "why": why}, at=at, by=by
    )


def list_retracted_ids(session: Session) -> frozenset[str]:
    """Return the ids of retracted questions."""
    return frozenset(session.exec(select(RetractionRow.question_id)))


def add_override(session: Session, override: Override) -> None:
    """Append the reason for overriding the linter."""
    columns = {
        "question_id": override.question_id,
        "codes": list(override.codes),
        "why": override.why,
    }
    facts.append_fact(
        session, "override", override.question_id, columns, at=override.at, by=override.by
    )


def find_override(session: Session, question_id: QuestionId) -> Override | None:
    """Return the last lint override of a question; None if there is none."""
    query = select(LintOverrideRow).where(LintOverrideRow.question_id == question_id)
    row = session.exec(query.order_by(col(LintOverrideRow.id).desc()).limit(1)).first()
    if row is None:
        return None
    return Override(
        QuestionId(row.question_id), tuple(row.codes), row.why, ForecasterId(row.by), row.at
    )


def add_unverified_answer(
    session: Session, answer: UncheckedAnswer, *, at: datetime, by: ForecasterId
) -> None:
    """Append an answer that a person has to verify."""
    columns = {name: getattr(answer, name) for name in answer.__slots__}
    facts.append_fact(session, "unchecked", answer.question_id, columns, at=at, by=by)


def list_unverified_answers(
    session: Session, question_id: QuestionId
) -> tuple[UncheckedAnswer, ...]:
    """Return all unverified answers ever stored for a question, oldest first."""
    query = select(UncheckedAnswerRow).where(UncheckedAnswerRow.question_id == question_id)
    return tuple(
        UncheckedAnswer(
            QuestionId(r.question_id),
            r.outcome,
            r.answer,
            r.source_url,
            r.note,
            r.event_at,
            r.known_at,
        )
        for r in session.exec(query.order_by(col(UncheckedAnswerRow.id)))
    )


def list_pending_answers(session: Session, question_id: QuestionId) -> tuple[UncheckedAnswer, ...]:
    """Return the answers that await verification; empty once the question is resolved."""
    answered = session.exec(
        select(ResolutionRow.id).where(ResolutionRow.question_id == question_id).limit(1)
    ).first()
    return list_unverified_answers(session, question_id) if answered is None else ()


QUESTION: Final = QuestionRow.__table__  # type: ignore[attr-defined]
"""For reading all questions as plain columns: ORM rows cost four times as much."""


def add_question(session: Session, question: Question, at: datetime) -> None:
    """Store a question and log its text in the same transaction."""
    seq = event_log.append_entry(
        session, "question", question.id, facts=question_facts(question), at=at
    )
    columns = _question_columns(question)
    columns |= {
        "prior": distribution_to_json(question.prior),
        "options": [o.name for o in question.options],
    }
    session.add(QuestionRow(**columns, scale=scale_to_json(question.scale), log_seq=seq))
    session.flush()


def question_facts(question: Question) -> dict[str, Any]:
    """Return the logged facts of a question, without those its kind does not have."""
    prior = (
        question.prior.p
        if isinstance(question.prior, Binary)
        else distribution_to_json(question.prior)
    )
    columns: dict[str, Any] = {**_question_columns(question), "prior": prior}
    if not question.bears_out:
        del columns["bears_out"]
    if question.prior_as_of is None:
        del columns["prior_as_of"]
    if question.options:
        columns["options"] = [option.name for option in question.options if option.added_at is None]
    if question.scale is not None:
        columns["scale"] = scale_to_json(question.scale)
    return columns


def _question_columns(question: Question) -> dict[str, Any]:
    lists = ("sources", "claim_ids", "tags")
    plain = {
        name: value
        for name, value in facts.read_slots(question).items()
        if name not in ("prior", "options", "scale")
    }
    return {**plain, **{name: list(getattr(question, name)) for name in lists}}


def add_option_change(session: Session, change: OptionChange) -> None:
    """Append the addition or removal of an option, in the log too."""
    columns = facts.read_slots(change)
    seq = event_log.append_entry(
        session, "option", f"{change.question_id}/{change.name}", facts=columns, at=change.at
    )
    session.add(OptionChangeRow(**columns, log_seq=seq))
    session.flush()


def _load_option_changes(session: Session) -> dict[str, list[OptionChange]]:
    changes: dict[str, list[OptionChange]] = {}
    for row in session.exec(select(OptionChangeRow).order_by(col(OptionChangeRow.id))):
        changes.setdefault(row.question_id, []).append(_parse_option_change(row))
    return changes


def _parse_option_change(row: OptionChangeRow) -> OptionChange:
    return OptionChange(
        QuestionId(row.question_id), row.name, cast(Any, row.change), row.at, ForecasterId(row.by)
    )


def index_option_facts(session: Session) -> Mapping[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored option changes."""
    return event_log.index_facts_by_seq(
        session.exec(select(OptionChangeRow)),
        lambda row: facts.read_slots(_parse_option_change(row)),
    )


def add_indicators(session: Session, indicators: Sequence[Indicator], at: datetime) -> None:
    """Store indicators unless already stored, in the log too."""
    stored_ids = set(session.exec(select(IndicatorRow.id)))
    new = {i.id: i for i in indicators if i.id not in stored_ids}
    for indicator in new.values():
        session.add(IndicatorRow(**_indicator_columns(indicator)))
    session.flush()
    states.log_states(session, "indicator", list(new), at)


def _indicator_columns(indicator: Indicator) -> dict[str, Any]:
    plain = {
        name: value for name, value in facts.read_slots(indicator).items() if name != "expected"
    }
    plain["terms"] = [list(group) for group in indicator.terms]
    for name in ("unless", "examples", "opposites"):
        plain[name] = list(getattr(indicator, name))
    if (expected := indicator.expected) is not None:
        plain |= {"expected_by": expected.by, "if_yes": expected.if_yes, "if_no": expected.if_no}
    return plain


def find_question(session: Session, question_id: str) -> Question | None:
    """Return a question with its current wording; None if it was retracted."""
    row = session.get(QuestionRow, question_id)
    if row is None or row.id in list_retracted_ids(session):
        return None
    question = apply_option_changes(
        question_of_row(row), _load_option_changes(session).get(row.id, ()) if row.options else ()
    )
    return apply_edits(question, edits_of_question(session, question.id))


def question_id_exists(session: Session, question_id: str) -> bool:
    """Return True if the id was ever used; ids are never reused."""
    query = select(QuestionRow.id).where(QuestionRow.id == question_id)
    return session.exec(query, execution_options=SEE_ALL).first() is not None


def list_used_ids(session: Session) -> frozenset[str]:
    """Return all ids that were ever used."""
    return frozenset(session.scalars(sa_select(QUESTION.c.id)))


def list_question_ids(session: Session) -> tuple[QuestionId, ...]:
    """Return the ids of all questions not retracted, in alphabetical order."""
    retracted = list_retracted_ids(session)
    return tuple(
        QuestionId(question_id)
        for question_id in session.scalars(sa_select(QUESTION.c.id).order_by(QUESTION.c.id))
        if question_id not in retracted
    )


def find_original_question(session: Session, question_id: QuestionId) -> Question:
    """Return a question in its original wording."""
    return question_of_row(
        session.exec(select(QuestionRow).where(QuestionRow.id == question_id)).one()
    )


def list_questions(
    session: Session, only: Collection[QuestionId] | None = None
) -> tuple[Question, ...]:
    """Return all questions not retracted, or these, in their current wording, next to close
    first.
    """
    query = sa_select(QUESTION)
    return _load_current(session, query if only is None else query.where(QUESTION.c.id.in_(only)))


def list_questions_in_window(session: Session, now: datetime) -> tuple[Question, ...]:
    """Return questions that have opened and not reached their scheduled close, resolved or not."""
    return _load_current(
        session, sa_select(QUESTION).where(QUESTION.c.opens_at <= now, QUESTION.c.closes_at > now)
    )


def _load_current(session: Session, query: Any) -> tuple[Question, ...]:
    rows = session.execute(query.order_by(QUESTION.c.closes_at, QUESTION.c.id))
    changes = _load_option_changes(session)
    edits_by_question, retracted = list_edits(session), list_retracted_ids(session)
    questions = (
        apply_option_changes(question_of_row(row), changes.get(row.id, ()))
        for row in rows
        if row.id not in retracted
    )
    return tuple(
        apply_edits(question, edits_by_question.get(question.id, ())) for question in questions
    )


def index_question_facts(session: Session) -> Mapping[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored questions."""
    return event_log.index_facts_by_seq(
        session.exec(select(QuestionRow)), lambda row: question_facts(question_of_row(row))
    )


def list_indicators(session: Session, question_ids: Sequence[QuestionId]) -> tuple[Indicator, ...]:
    """Return the indicators of these questions."""
    condition = col(IndicatorRow.question_id).in_(question_ids)
    return tuple(
        _parse_indicator(row)
        for row in session.exec(
            select(IndicatorRow).where(condition).order_by(col(IndicatorRow.id))
        )
    )


def question_of_row(row: Any) -> Question:
    """Return a row as a question, before option changes and edits."""
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
        prior=distribution_from_json(row.prior),
        prior_reason=row.prior_reason,
        claim_ids=tuple(map(ClaimId, row.claim_ids)),
        tags=tuple(row.tags),
        retrospective=row.retrospective,
        options=tuple(map(Option, row.options)),
        scale=scale_from_json(row.scale),
        bears_out=row.bears_out,
        prior_as_of=row.prior_as_of,
    )


def _parse_indicator(row: IndicatorRow) -> Indicator:
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
        usual_per_year=row.usual_per_year,
        opposites=tuple(row.opposites),
        expected=None
        if row.expected_by is None
        else Expectation(row.expected_by, row.if_yes, row.if_no),
        option=row.option,
    )
