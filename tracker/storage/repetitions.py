"""Repetitions of questions: started, changed and stopped; the last entry of a question counts."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from forecasts.questions.question import ForecasterId, Kind, QuestionId
from forecasts.questions.repetition import Repetition, SiblingTemplate
from forecasts.questions.windows import Rhythm
from tracker.model.audit import Authorship
from tracker.storage import facts
from tracker.storage.questions import scale_from_json, scale_to_json
from tracker.storage.tables import RepetitionRow


def add_repetition(
    session: Session, repetition: Repetition, authorship: Authorship, *, stopped: bool = False
) -> None:
    """Append that a repetition starts, with what it is like, or that it is stopped."""
    columns = {
        "question_id": repetition.question_id,
        "every": repetition.every,
        "until": "" if repetition.until is None else repetition.until.isoformat(),
        "count": repetition.count,
        "template": _template_to_json(repetition.template),
        "override": repetition.override,
        "stopped": stopped,
    }
    facts.append_fact(
        session,
        "repetition",
        repetition.question_id,
        columns,
        at=authorship.at,
        by=authorship.by,
    )


def list_repetitions(session: Session) -> tuple[Repetition, ...]:
    """Return the repetitions that are not stopped, by question."""
    return tuple(
        _parse_repetition(row) for row in _load_newest(session).values() if not row.stopped
    )


def list_repeated_ids(session: Session) -> frozenset[QuestionId]:
    """Return the ids of all questions that were ever repeated, stopped ones included."""
    return frozenset(_load_newest(session))


def _load_newest(session: Session) -> Mapping[QuestionId, RepetitionRow]:
    newest = select(func.max(RepetitionRow.id)).group_by(RepetitionRow.question_id)
    query = select(RepetitionRow).where(col(RepetitionRow.id).in_(newest))
    rows = session.exec(query.order_by(col(RepetitionRow.question_id)))
    return {QuestionId(row.question_id): row for row in rows}


def _template_to_json(template: SiblingTemplate) -> dict[str, Any]:
    """Serialise a template without its empty parts."""
    values = {
        **facts.read_slots(template),
        "sources": list(template.sources),
        "scale": scale_to_json(template.scale),
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _parse_repetition(row: RepetitionRow) -> Repetition:
    stored = row.template
    template = SiblingTemplate(
        **{
            **stored,
            "kind": cast(Kind | None, stored.get("kind")),
            "sources": tuple(stored.get("sources", ())),
            "scale": scale_from_json(stored.get("scale")),
        }
    )
    return Repetition(
        question_id=QuestionId(row.question_id),
        every=cast(Rhythm, row.every),
        until=date.fromisoformat(row.until) if row.until else None,
        count=row.count,
        template=template,
        override=row.override,
        by=ForecasterId(row.by),
    )
