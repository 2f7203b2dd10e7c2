"""Import forecasts that were made elsewhere, with their own times, and answers; then score.

Forecasts of people are imported on retrospective questions alone: a live record holds nothing but
what was entered at the time, and the two never mix.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.errors import ForecastsError, InvalidForecast, InvalidResolution, InvalidTime
from forecasts.questions.answers import check_resolution
from forecasts.questions.parse_forecast import base_for_change, parse_forecast
from forecasts.questions.question import (
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
    utc,
)
from forecasts.questions.timeline import Act, Forecast, ForecastId
from tracker.errors import NotFound, TrackerError
from tracker.model.audit import Authorship
from tracker.model.forecast_import import FileRow, ForecastImport, RefusedRow
from tracker.questions.forecast_files import ANSWER_COLUMNS, FORECAST_COLUMNS
from tracker.questions.resolve_question import AnswerInput, rescore, resolve_questions
from tracker.questions.scenarios.scenario_edits import annul_branches
from tracker.questions.submit_forecast import refuse_reserved, refuse_unfit, register_forecaster
from tracker.storage import questions, record, resolution_record
from tracker.storage.questions import distribution_from_json
from tracker.storage.sessions import Session

ActKey = tuple[QuestionId, ForecasterId, datetime]
"""Identity of an imported forecast: question, forecaster, and the time when it was made."""


@dataclass(slots=True)
class _Import:
    """An import in progress: what is known of the questions, and what the rows add."""

    authorship: Authorship
    questions: Mapping[QuestionId, Question]
    resolutions: dict[QuestionId, Resolution]
    acts: dict[ActKey, Distribution | None]
    added_acts: list[Forecast] = field(default_factory=list)
    added_answers: list[tuple[Question, Resolution]] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    unchanged: int = 0


def import_rows(
    session: Session, rows: Iterable[FileRow | RefusedRow], authorship: Authorship
) -> ForecastImport:
    """Store what the rows add and score the answered questions; refused rows change nothing.

    A forecast or an answer that is there already counts as unchanged, so that an import can be
    repeated once its refused rows are mended.
    """
    all_rows = list(rows)
    readable = [row for row in all_rows if isinstance(row, FileRow)]
    state = _gather(session, readable, authorship)
    state.refused += [row for row in all_rows if isinstance(row, RefusedRow)]
    # Answers first, as they say until when forecasts are taken.
    for add, columns in ((_add_answer, ANSWER_COLUMNS), (_add_forecast, FORECAST_COLUMNS)):
        for row in readable:
            if row.values.keys() & set(columns):
                try:
                    add(state, row)
                except (ForecastsError, TrackerError) as error:
                    state.refused.append(RefusedRow(row.file, row.line, str(error)))
    _refuse_bare_rows(state, readable)
    return _store(session, state)


def _gather(session: Session, rows: Sequence[FileRow], authorship: Authorship) -> _Import:
    named = {str(row.values["question"]) for row in rows if "question" in row.values}
    known = {q.id: q for q in questions.list_questions(session) if q.id in named}
    acts = record.load_forecasts(session, list(known))
    answered = resolution_record.load_current_resolutions(session)
    return _Import(
        authorship,
        known,
        {name: answered[name] for name in known if name in answered},
        {
            (act.question_id, act.forecaster_id, act.made_at): act.distribution
            for own_acts in acts.values()
            for act in own_acts
        },
    )


def _refuse_bare_rows(state: _Import, rows: Iterable[FileRow]) -> None:
    both = {*FORECAST_COLUMNS, *ANSWER_COLUMNS}
    state.refused += [
        RefusedRow(
            row.file, row.line, "there is neither a forecast nor an outcome: give one of them"
        )
        for row in rows
        if not row.values.keys() & both
    ]


def _store(session: Session, state: _Import) -> ForecastImport:
    acts = sorted(state.added_acts, key=lambda act: act.made_at)
    for forecaster_id in {act.forecaster_id for act in acts}:
        register_forecaster(session, forecaster_id)
    record.add_forecasts(session, acts)
    resolve_questions(session, state.added_answers)
    for question, resolution in state.added_answers:
        annul_branches(session, question, resolution)
    new = {question.id for question, _ in state.added_answers}
    touched = {act.question_id for act in acts} & state.resolutions.keys() - new
    rescore(session, [(state.questions[q], state.resolutions[q]) for q in sorted(touched)])
    return ForecastImport(
        forecasts=len(acts),
        answers=len(state.added_answers),
        unchanged=state.unchanged,
        refused=tuple(sorted(state.refused, key=lambda row: (row.file, row.line))),
        scored=tuple(sorted(new | touched)),
    )


def _find_question(state: _Import, row: FileRow) -> Question:
    name = _require(row, "question")
    question = state.questions.get(QuestionId(name))
    if question is None:
        raise NotFound("question", name, "open it first, or load it with a question set")
    return question


def _require(row: FileRow, column: str) -> str:
    value = row.values.get(column)
    if value is None:
        raise InvalidForecast(f"{column} is missing: give it a value")
    return str(value)


def _add_answer(state: _Import, row: FileRow) -> None:
    question = _find_question(state, row)
    event_at = row.values.get("event_at")
    answer = AnswerInput(
        answer=_require(row, "outcome"),
        source_url=_require(row, "source"),
        known_at=utc(_require(row, "known_at")),
        event_at=None if event_at is None else utc(str(event_at)),
        note=str(row.values.get("note", "")),
        by=state.authorship.by,
    )
    resolution = answer.to_resolution(question, state.authorship.at)
    check_resolution(question, resolution)
    standing = state.resolutions.get(question.id)
    if standing is None:
        state.resolutions[question.id] = resolution
        state.added_answers.append((question, resolution))
    elif _is_same_answer(standing, resolution):
        state.unchanged += 1
    else:
        raise InvalidResolution(
            f"{question.id} was answered {standing.answer or standing.outcome} on "
            f"{standing.known_at:%Y-%m-%d %H:%M} UTC: take that answer back before another is given"
        )


def _is_same_answer(standing: Resolution, new: Resolution) -> bool:
    return (standing.outcome, standing.answer, standing.known_at) == (
        new.outcome,
        new.answer,
        new.known_at,
    )


def _add_forecast(state: _Import, row: FileRow) -> None:
    question = _find_question(state, row)
    forecaster = ForecasterId(_require(row, "forecaster"))
    refuse_reserved(forecaster)
    if not question.retrospective:
        raise InvalidForecast(
            f"{question.id} is a live question, and forecasts made elsewhere do not mix with its "
            "record: import them on a retrospective question"
        )
    made_at = utc(_require(row, "made_at"))
    _refuse_late(state, question, made_at)
    act, distribution = _read_distribution(question, row.values, made_at)
    key = (question.id, forecaster, made_at)
    if key in state.acts:
        if state.acts[key] != distribution:
            raise InvalidForecast(
                f"{forecaster} made another forecast on {question.id} at the same time "
                f"({made_at:%Y-%m-%d %H:%M} UTC): correct one of the two times"
            )
        state.unchanged += 1
        return
    state.acts[key] = distribution
    state.added_acts.append(
        Forecast(
            ForecastId(0),
            question.id,
            forecaster,
            act,
            distribution,
            made_at=made_at,
            entered_at=state.authorship.at,
            rationale=str(row.values.get("rationale", "")),
            imported_by=state.authorship.by,
        )
    )


def _refuse_late(state: _Import, question: Question, made_at: datetime) -> None:
    if made_at > state.authorship.at:
        raise InvalidTime(f"{made_at:%Y-%m-%d %H:%M} UTC is still to come: correct made_at")
    close = effective_close(question, state.resolutions.get(question.id))
    if made_at >= close:
        raise InvalidForecast(
            f"{question.id} closed on {close:%Y-%m-%d %H:%M} UTC: a forecast made on "
            f"{made_at:%Y-%m-%d %H:%M} UTC earns nothing"
        )


def _read_distribution(
    question: Question, values: Mapping[str, Any], made_at: datetime
) -> tuple[Act, Distribution | None]:
    """Return the act and its distribution; a forecast `withdraw` ends the one before."""
    forms = [name for name in ("probability", "forecast", "distribution") if name in values]
    if len(forms) != 1:
        raise InvalidForecast("give one of probability, forecast and distribution")
    value = values[forms[0]]
    if value == "withdraw":
        return "withdraw", None
    match forms[0]:
        case "probability":
            distribution: Distribution = Binary(_parse_number(value))
        case "forecast":
            base = base_for_change(question, None)
            distribution = parse_forecast(question, str(value), made_at, base)
        case _:
            distribution = _parse_distribution(value)
    refuse_unfit(question, distribution, made_at)
    return "forecast", distribution


def _parse_number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InvalidForecast(
            f"a probability is a number from 0 to 1, not {value!r}; what is typed as 63% is a "
            "forecast"
        ) from None


def _parse_distribution(value: Any) -> Distribution:
    try:
        return distribution_from_json(value)
    except (AttributeError, KeyError, TypeError):
        raise InvalidForecast(
            'a distribution is an object such as {"kind": "cdf", "x": [0, 10], "p": [0, 1]}'
        ) from None
