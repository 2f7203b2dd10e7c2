"""History of a question set: dated events, resolutions and invented forecasts.

The file `history.toml` is optional; a replay feeds it through the same pipeline as live news.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.question_sets.curve_values import read_curve
from forecasts.question_sets.record_reader import SetFile, SetRecord, require_unique_ids
from forecasts.questions.answers import parse_answer
from forecasts.questions.parse_forecast import parse_forecast
from forecasts.questions.question import (
    ForecasterId,
    Outcome,
    Question,
    QuestionId,
    check_distribution,
)


@dataclass(frozen=True, slots=True)
class ReportCopy:
    """Report of an event by another outlet, its headline paraphrased."""

    source: str
    title: str


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Event with a paraphrase, a link, and the questions it bears on.

    `yes` and `no` are the set author's reading; a replay uses them to review matches. `needs_check`
    marks an event written from memory, whose link has not been verified yet.
    """

    id: str
    at: datetime
    title: str
    summary: str
    source: str
    url: str
    yes: tuple[QuestionId, ...]
    no: tuple[QuestionId, ...]
    copies: tuple[ReportCopy, ...]
    needs_check: bool = False


@dataclass(frozen=True, slots=True)
class PastResolution:
    """Answer of a retrospective question.

    With `needs_check` it was written from memory: it is shown, but does not resolve the question
    until somebody has verified it.
    """

    question_id: QuestionId
    outcome: Outcome
    event_at: datetime
    known_at: datetime
    source_url: str
    note: str
    answer: str = ""
    needs_check: bool = False


@dataclass(frozen=True, slots=True)
class InventedForecast:
    """Forecast written for the replay by a fictitious forecaster; `distribution` None withdraws."""

    at: datetime
    question_id: QuestionId
    forecaster_id: ForecasterId
    distribution: Distribution | None
    rationale: str


@dataclass(frozen=True, slots=True)
class SetHistory:
    """Contents of `history.toml`; any part may be empty. `headlines` credits the wording of the
    titles.
    """

    events: tuple[HistoryEvent, ...]
    resolutions: tuple[PastResolution, ...]
    forecasters: Mapping[ForecasterId, str]
    forecasts: tuple[InventedForecast, ...]
    headlines: str = ""


@dataclass(frozen=True, slots=True)
class _InventedForecaster:
    id: ForecasterId
    name: str


def read_history(file: SetFile, questions: Mapping[QuestionId, Question]) -> SetHistory:
    """Parse and check the history against the set's questions; raises `InvalidQuestionSet`."""
    file.allow_only("headlines", "event", "resolution", "forecaster", "forecast")
    named = require_unique_ids(
        (record, _read_forecaster(record)) for record in file.records("forecaster")
    )
    forecasters = MappingProxyType({forecaster.id: forecaster.name for forecaster in named})
    resolutions = tuple(
        _read_resolution(record, questions) for record in file.records("resolution")
    )
    closes = _find_closes(questions, resolutions)
    return SetHistory(
        events=require_unique_ids(
            (record, _read_event(record, questions)) for record in file.records("event")
        ),
        resolutions=resolutions,
        forecasters=forecasters,
        forecasts=tuple(
            _read_forecast(record, questions, closes, forecasters)
            for record in file.records("forecast")
        ),
        headlines=file.top_record().read_text("headlines", ""),
    )


def _find_closes(
    questions: Mapping[QuestionId, Question], resolutions: Iterable[PastResolution]
) -> Mapping[QuestionId, datetime]:
    """Return the close of each question: the scheduled one, or the time its answer was known for
    sure.
    """
    closes = {question_id: question.closes_at for question_id, question in questions.items()}
    for resolution in (r for r in resolutions if not r.needs_check):
        closes[resolution.question_id] = min(closes[resolution.question_id], resolution.known_at)
    return closes


def _read_event(record: SetRecord, questions: Collection[QuestionId]) -> HistoryEvent:
    yes, no = record.read_sides(questions)
    event = HistoryEvent(
        id=record.read_slug(),
        at=record.read_time("at"),
        title=record.read_text("title"),
        summary=record.read_text("summary"),
        source=record.read_text("source"),
        url=record.read_url(),
        yes=yes,
        no=no,
        copies=_read_copies(record),
        needs_check=record.read_flag("needs_check"),
    )
    record.refuse_unknown_keys()
    return event


def _read_copies(record: SetRecord) -> tuple[ReportCopy, ...]:
    copies = record.get("copies", [])
    if not isinstance(copies, list) or not all(_is_copy(copy) for copy in copies):
        record.refuse('copies must be a list such as [{ source = "…", title = "…" }]', "copies")
    return tuple(ReportCopy(copy["source"], copy["title"]) for copy in copies)


def _is_copy(entry: object) -> bool:
    if not isinstance(entry, dict) or set(entry) != {"source", "title"}:
        return False
    return all(isinstance(value, str) and value.strip() for value in entry.values())


def _read_resolution(record: SetRecord, questions: Mapping[QuestionId, Question]) -> PastResolution:
    question_id = QuestionId(record.read_choice("question", questions))
    known_at, event_at = record.read_time("known_at"), record.read_time("event_at")
    if known_at < questions[question_id].opens_at:
        record.refuse("the answer was known before the question opened", "known_at")
    if event_at > known_at:
        record.refuse("an event cannot be known before it happened", "event_at")
    outcome, answer = record.check_value(
        lambda: parse_answer(questions[question_id], record.read_text("outcome")), "outcome"
    )
    source, note, needs_check = (
        record.read_url(),
        record.read_text("note", ""),
        record.read_flag("needs_check"),
    )
    resolution = PastResolution(
        question_id, outcome, event_at, known_at, source, note, answer, needs_check
    )
    record.refuse_unknown_keys()
    return resolution


def _read_forecaster(record: SetRecord) -> _InventedForecaster:
    name = _InventedForecaster(ForecasterId(record.read_slug()), record.read_text("name"))
    record.refuse_unknown_keys()
    return name


def _read_forecast(
    record: SetRecord,
    questions: Mapping[QuestionId, Question],
    closes: Mapping[QuestionId, datetime],
    forecasters: Collection[ForecasterId],
) -> InventedForecast:
    is_withdrawn = record.read_flag("withdraw")
    if is_withdrawn and record.get("p") is not None:
        record.refuse("a withdrawal has no p: leave out one of the two", "p")
    at, question_id = record.read_time("at"), QuestionId(record.read_choice("question", closes))
    forecast = InventedForecast(
        at=at,
        question_id=question_id,
        forecaster_id=ForecasterId(record.read_choice("forecaster", forecasters)),
        distribution=None
        if is_withdrawn
        else _read_distribution(record, questions[question_id], at),
        rationale=record.read_text("rationale"),
    )
    if forecast.at >= closes[forecast.question_id]:
        record.refuse(
            f"the question took forecasts until {closes[forecast.question_id]:%Y-%m-%d %H:%M} "
            "UTC only",
            "at",
        )
    record.refuse_unknown_keys()
    return forecast


def _read_distribution(record: SetRecord, question: Question, at: datetime) -> Distribution:
    """Read `p`: a number on a binary question, typed text or a curve on others."""
    if question.scale is not None and (curve := read_curve(record, "p")) is not None:
        record.check_value(lambda: check_distribution(question, curve), "p")
        return curve
    if question.kind == "binary":
        return record.check_value(lambda: Binary(record.read_number("p")), "p")
    return record.check_value(lambda: parse_forecast(question, record.read_text("p"), at), "p")
