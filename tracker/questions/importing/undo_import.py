"""Undo an import: its forecasts no longer stand, its answers and questions are taken back.

One entry of the log says so of all forecasts (see `tracker.storage.imports`); an answer is taken
back as one is re-opened, a question as one is retracted. A question that others have used since
stays.
"""

from forecasts.questions.question import (
    RESERVED,
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
)
from tracker.errors import Forbidden, NotFound, Refused
from tracker.model.audit import Authorship
from tracker.model.forecast_import import ImportBatch, ImportUndone
from tracker.questions.question_lifecycle import find_container
from tracker.questions.resolve_question import rescore
from tracker.storage import event_log, imports, questions, record, resolution_record
from tracker.storage.sessions import Session


def undo_import(
    session: Session, batch_id: int, authorship: Authorship, *, is_admin: bool
) -> ImportUndone:
    """Take back all that an import entered, and score again what it had touched.

    Raises `NotFound`, `Refused` for one that was undone already, and `Forbidden` for that of
    somebody else, unless an admin asks.
    """
    event_log.acquire_append_lock(session)
    batch = _find_batch(session, batch_id)
    if batch.undone_at is not None:
        raise Refused(f"import {batch_id} was undone on {batch.undone_at:%Y-%m-%d %H:%M} UTC")
    if batch.by != authorship.by and not is_admin:
        raise Forbidden(f"only an admin undoes the import of another: ask {batch.by} or an admin")
    first_seq = event_log.find_newest_seq(session) + 1
    opened, answered, forecast = imports.list_entered(session, batch_id)
    taken_back = _reopen(session, batch, answered, authorship)
    undo = ImportBatch(
        id=0,
        source=batch.source,
        name=batch.name,
        questions=0,
        forecasts=0,
        answers=0,
        at=authorship.at,
        by=authorship.by,
    )
    imports.add_batch(session, undo, first_seq, undoes=batch_id)
    retracted = [name for name in opened if _is_unused(session, name)]
    for name in retracted:
        questions.retract_question(
            session, name, f"import {batch_id} was undone", at=authorship.at, by=authorship.by
        )
    _score_again(session, {*forecast, *answered} - set(retracted), [*taken_back, *retracted])
    in_use = tuple(name for name in opened if name not in retracted)
    return ImportUndone(batch.forecasts, len(taken_back), len(retracted), in_use)


def _find_batch(session: Session, batch_id: int) -> ImportBatch:
    for batch in imports.list_batches(session):
        if batch.id == batch_id:
            return batch
    raise NotFound("import", batch_id, "`tracker forecast imports` lists them")


def _reopen(
    session: Session, batch: ImportBatch, answered: list[QuestionId], authorship: Authorship
) -> list[QuestionId]:
    """Take back the answers that the import gave and nobody has replaced since."""
    later = imports.list_answered_since(session, batch.id)
    standing = resolution_record.load_current_resolutions(session)
    to_reopen = [standing[name] for name in answered if name in standing and name not in later]
    why = f"import {batch.id} was undone"
    resolution_record.add_resolutions(
        session, [_take_back(resolution, why, authorship) for resolution in to_reopen]
    )
    return [resolution.question_id for resolution in to_reopen]


def _take_back(resolution: Resolution, why: str, authorship: Authorship) -> Resolution:
    at = max(authorship.at, resolution.entered_at)  # entered before it, it would not count
    return Resolution(
        resolution.question_id, "reopened", resolution.source_url, why, at, at, at, authorship.by
    )


def _is_unused(session: Session, name: QuestionId) -> bool:
    """Return True if nobody has forecast, answered or bound a question, the import aside."""
    acts = record.forecasts_of_question(session, name)
    by_people: set[ForecasterId] = {act.forecaster_id for act in acts} - set(RESERVED)
    is_answered = resolution_record.find_resolution(session, name) is not None
    return not by_people and not is_answered and not find_container(session, name)


def _score_again(session: Session, touched: set[QuestionId], unanswered: list[QuestionId]) -> None:
    resolution_record.replace_scores(session, unanswered)
    standing = resolution_record.load_current_resolutions(session)
    known: dict[QuestionId, Question] = {q.id: q for q in questions.list_questions(session)}
    rescore(
        session,
        [(known[q], standing[q]) for q in sorted(touched) if q in standing and q in known],
    )
