"""Import forecasts that were made elsewhere, with their own times, and answers; then score.

First all is planned, which stores nothing: that is the preview. Forecasts of people are imported on
retrospective questions alone: a live record holds nothing but what was entered at the time, and the
two never mix.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from forecasts.distributions.distribution import Distribution
from forecasts.errors import ForecastsError, InvalidForecast, InvalidResolution, InvalidTime
from forecasts.questions.answers import check_resolution
from forecasts.questions.question import (
    Forecaster,
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
    is_person,
)
from forecasts.questions.timeline import Forecast, ForecastId
from tracker.errors import Forbidden, NotFound, Refused, TrackerError
from tracker.model.accounts import slug_name
from tracker.model.audit import Authorship
from tracker.model.forecast_import import (
    FileRow,
    ForecastImport,
    ImportBatch,
    ImportChoices,
    ImportPreview,
    RefusedRow,
    Source,
)
from tracker.questions.importing.match_questions import MatchedRows, match_rows
from tracker.questions.importing.own_format import ANSWER_COLUMNS, FORECAST_COLUMNS
from tracker.questions.importing.row_acts import read_distribution, require, require_time
from tracker.questions.importing.sources import PERSONAL, ReadFiles
from tracker.questions.question_lifecycle import OWN_QUESTIONS_ESSAY
from tracker.questions.resolve_question import AnswerInput, rescore, resolve_questions
from tracker.questions.scenarios.scenario_edits import annul_branches
from tracker.questions.submit_forecast import refuse_reserved, register_forecaster
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import essays, event_log, imports, questions, record, resolution_record
from tracker.storage.sessions import Session

MAX_NAME_LENGTH = 200
"""Characters that are kept of the names of the files."""

FIRST_ROWS = 10
"""Rows that a preview shows."""

ActKey = tuple[QuestionId, ForecasterId, datetime]
"""Identity of an imported forecast: question, forecaster, and the time when it was made."""


@dataclass(frozen=True, slots=True)
class Importer:
    """Whoever imports, and whether they may enter forecasts of other people."""

    authorship: Authorship
    is_admin: bool


@dataclass(slots=True)
class ImportPlan:
    """An import as planned: what is known of the questions, and what the rows add."""

    files: ReadFiles
    choices: ImportChoices
    importer: Importer
    matched: MatchedRows
    people: Mapping[str, ForecasterId]
    questions: Mapping[QuestionId, Question]
    resolutions: dict[QuestionId, Resolution]
    acts: dict[ActKey, Distribution | None]
    added_acts: list[Forecast] = field(default_factory=list)
    added_answers: list[tuple[Question, Resolution]] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    unchanged: int = 0

    def list_new_questions(self) -> list[Question]:
        """List the questions to be opened: those that get a forecast or an answer."""
        used = {act.question_id for act in self.added_acts}
        used |= {question.id for question, _ in self.added_answers}
        return [question for name, question in self.matched.new.items() if name in used]

    def preview(self) -> ImportPreview:
        """Return what would be entered."""
        rows = [row for row in self.files.rows if isinstance(row, FileRow)]
        return ImportPreview(
            source=self.files.source,
            questions=tuple(self.matched.planned),
            forecasts=len(self.added_acts),
            answers=len(self.added_answers),
            unchanged=self.unchanged,
            refused=_sort_refused(self.refused),
            people={name: person for name, person in self.people.items() if name},
            columns=self.files.columns,
            headers=self.files.headers,
            first_rows=tuple(rows[:FIRST_ROWS]),
        )


def plan_import(
    session: Session, files: ReadFiles, choices: ImportChoices, importer: Importer
) -> ImportPlan:
    """Plan what the rows add; nothing is stored, and refused rows change nothing.

    A forecast or an answer that is there already counts as unchanged, so that an import can be
    repeated once its refused rows are mended.
    """
    plan = _gather(session, files, choices, importer)
    # Answers first, as they say until when forecasts are taken.
    for add, columns in ((_add_answer, ANSWER_COLUMNS), (_add_forecast, FORECAST_COLUMNS)):
        for row in plan.matched.rows:
            if row.values.keys() & set(columns):
                try:
                    add(plan, row)
                except (ForecastsError, TrackerError) as error:
                    plan.refused.append(RefusedRow(row.file, row.line, str(error)))
    _refuse_bare_rows(plan)
    return plan


def _gather(
    session: Session, files: ReadFiles, choices: ImportChoices, importer: Importer
) -> ImportPlan:
    rows = [row for row in files.rows if isinstance(row, FileRow)]
    existing = questions.list_questions(session)
    matched = match_rows(
        rows,
        files.source,
        choices,
        existing=existing,
        used_ids=questions.list_used_ids(session),
    )
    named = {str(row.values["question"]) for row in matched.rows}
    known = {q.id: q for q in existing if q.id in named}
    acts = record.load_forecasts(session, list(known))
    answered = resolution_record.load_current_resolutions(session)
    return ImportPlan(
        files,
        choices,
        importer,
        matched,
        _identify_people(rows, files, choices, importer.authorship.by),
        known | matched.new,
        {name: answered[name] for name in known if name in answered},
        {
            (act.question_id, act.forecaster_id, act.made_at): act.distribution
            for own_acts in acts.values()
            for act in own_acts
        },
        refused=[
            *(row for row in files.rows if isinstance(row, RefusedRow)),
            *matched.refused,
        ],
    )


def _identify_people(
    rows: Iterable[FileRow], files: ReadFiles, choices: ImportChoices, me: ForecasterId
) -> dict[str, ForecasterId]:
    """Map the names in the files to forecasters: as chosen, or made from the name.

    Who stands alone in a file of their own, or has no name there, is whoever imports it.
    """
    names = dict.fromkeys(str(row.values.get("person", "")) for row in rows)
    is_alone = files.source in PERSONAL and len([name for name in names if name]) == 1
    return {
        name: ForecasterId(choices.people.get(name) or slug_name(name))
        if name and (name in choices.people or not is_alone)
        else me
        for name in names
    }


def _refuse_bare_rows(plan: ImportPlan) -> None:
    both = {*FORECAST_COLUMNS, *ANSWER_COLUMNS}
    plan.refused += [
        RefusedRow(
            row.file, row.line, "there is neither a forecast nor an outcome: give one of them"
        )
        for row in plan.matched.rows
        if not row.values.keys() & both
    ]


def _sort_refused(refused: Iterable[RefusedRow]) -> tuple[RefusedRow, ...]:
    return tuple(sorted(dict.fromkeys(refused), key=lambda row: (row.file, row.line)))


def store_import(session: Session, plan: ImportPlan) -> ForecastImport:
    """Store a plan in one transaction and score the answered questions.

    Raises `Refused` if rows are broken that should not be left out.
    """
    if plan.refused and not plan.choices.skip_broken:
        return _report(plan, (), None, entered=False)
    event_log.acquire_append_lock(session)  # what an import enters is one stretch of the log
    first_seq = event_log.find_newest_seq(session) + 1
    authorship = plan.importer.authorship
    opened = plan.list_new_questions()
    if opened:
        essays.add_essay(session, OWN_QUESTIONS_ESSAY, ())
    for question in opened:
        questions.add_question(session, question, authorship.at)
    acts = sorted(plan.added_acts, key=lambda act: act.made_at)
    _register_people(session, plan, {act.forecaster_id for act in acts}, authorship.at)
    record.add_forecasts(session, acts)
    resolve_questions(session, plan.added_answers)
    for question, resolution in plan.added_answers:
        annul_branches(session, question, resolution)
    answered = {question.id for question, _ in plan.added_answers}
    touched = {act.question_id for act in acts} & plan.resolutions.keys() - answered
    rescore(session, [(plan.questions[q], plan.resolutions[q]) for q in sorted(touched)])
    record_suggestions(session, [q for q in opened if q.opens_at <= authorship.at], authorship.at)
    batch = _add_batch(session, plan, first_seq) if acts or answered else None
    return _report(plan, tuple(sorted(answered | touched)), batch)


def _register_people(
    session: Session, plan: ImportPlan, forecasters: Iterable[ForecasterId], at: datetime
) -> None:
    names = {identity: name for name, identity in plan.people.items() if name}
    for forecaster in sorted(forecasters):
        if is_person(forecaster) and forecaster in names:
            record.add_forecaster(session, Forecaster(forecaster, names[forecaster], "person"), at)
        else:
            register_forecaster(session, forecaster, at)


def _add_batch(session: Session, plan: ImportPlan, first_seq: int) -> int:
    names = sorted(Path(name).name for name in plan.files.names)
    batch = ImportBatch(
        id=0,
        source=plan.files.source,
        name=", ".join(names)[:MAX_NAME_LENGTH],
        questions=len(plan.list_new_questions()),
        forecasts=len(plan.added_acts),
        answers=len(plan.added_answers),
        at=plan.importer.authorship.at,
        by=plan.importer.authorship.by,
    )
    return imports.add_batch(session, batch, first_seq)


def _report(
    plan: ImportPlan, scored: tuple[QuestionId, ...], batch: int | None, *, entered: bool = True
) -> ForecastImport:
    return ForecastImport(
        source=plan.files.source,
        questions=len(plan.list_new_questions()) if entered else 0,
        forecasts=len(plan.added_acts) if entered else 0,
        answers=len(plan.added_answers) if entered else 0,
        unchanged=plan.unchanged,
        refused=_sort_refused(plan.refused),
        scored=scored,
        batch=batch,
    )


def _find_question(plan: ImportPlan, row: FileRow) -> Question:
    name = require(row, "question")
    question = plan.questions.get(QuestionId(name))
    if question is None:
        raise NotFound("question", name, "open it first, or load it with a question set")
    return question


def _add_answer(plan: ImportPlan, row: FileRow) -> None:
    question = _find_question(plan, row)
    event_at = row.values.get("event_at")
    answer = AnswerInput(
        answer=require(row, "outcome"),
        source_url=plan.choices.link if "source" not in row.values else require(row, "source"),
        known_at=require_time(row, "known_at"),
        event_at=None if event_at is None else require_time(row, "event_at"),
        note=str(row.values.get("note", "")),
        by=plan.importer.authorship.by,
    )
    resolution = answer.to_resolution(question, plan.importer.authorship.at)
    check_resolution(question, resolution)
    standing = plan.resolutions.get(question.id)
    if standing is None:
        plan.resolutions[question.id] = resolution
        plan.added_answers.append((question, resolution))
    elif _is_same_answer(standing, resolution, plan.files.source):
        plan.unchanged += 1
    else:
        raise InvalidResolution(
            f"{question.id} was answered {standing.answer or standing.outcome} on "
            f"{standing.known_at:%Y-%m-%d %H:%M} UTC: take that answer back before another is given"
        )


def _is_same_answer(standing: Resolution, new: Resolution, source: Source) -> bool:
    """Return True for the same answer; two sites may have known it at different times."""
    same = (standing.outcome, standing.answer) == (new.outcome, new.answer)
    return same and (source != "tracker" or standing.known_at == new.known_at)


def _add_forecast(plan: ImportPlan, row: FileRow) -> None:
    question = _find_question(plan, row)
    forecaster = _find_forecaster(plan, row)
    if not question.retrospective:
        raise InvalidForecast(
            f"{question.id} is a live question, and forecasts made elsewhere do not mix with its "
            "record: import them on a retrospective question"
        )
    made_at = require_time(row, "made_at")
    _refuse_late(plan, question, made_at)
    act, distribution = read_distribution(question, row.values, made_at)
    key = (question.id, forecaster, made_at)
    if key in plan.acts:
        if plan.acts[key] != distribution:
            raise InvalidForecast(
                f"{forecaster} made another forecast on {question.id} at the same time "
                f"({made_at:%Y-%m-%d %H:%M} UTC): correct one of the two times"
            )
        plan.unchanged += 1
        return
    plan.acts[key] = distribution
    plan.added_acts.append(
        Forecast(
            ForecastId(0),
            question.id,
            forecaster,
            act,
            distribution,
            made_at=made_at,
            entered_at=plan.importer.authorship.at,
            rationale=str(row.values.get("rationale", "")),
            imported_by=plan.importer.authorship.by,
        )
    )


def _find_forecaster(plan: ImportPlan, row: FileRow) -> ForecasterId:
    """Return who forecast; raises for a name that cannot be one, and without the right to it."""
    if "forecaster" not in row.values and plan.files.source != "tracker":
        name = str(row.values.get("person", ""))
        forecaster = plan.people[name]
        if not forecaster:
            raise Refused(f"no id can be made of the name {name!r}: choose one with --person")
    else:
        forecaster = ForecasterId(require(row, "forecaster"))
    refuse_reserved(forecaster)
    is_other = forecaster != plan.importer.authorship.by and is_person(forecaster)
    if is_other and not plan.importer.is_admin:
        raise Forbidden(f"only an admin imports forecasts of others: {forecaster} is not you")
    return forecaster


def _refuse_late(plan: ImportPlan, question: Question, made_at: datetime) -> None:
    if made_at > plan.importer.authorship.at:
        raise InvalidTime(f"{made_at:%Y-%m-%d %H:%M} UTC is still to come: correct made_at")
    close = effective_close(question, plan.resolutions.get(question.id))
    if made_at >= close:
        raise InvalidForecast(
            f"{question.id} closed on {close:%Y-%m-%d %H:%M} UTC: a forecast made on "
            f"{made_at:%Y-%m-%d %H:%M} UTC earns nothing"
        )
