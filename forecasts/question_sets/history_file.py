"""History of a question set: dated events, resolutions and invented forecasts.

The file `history.toml` is optional; a replay feeds it through the same pipeline as live news.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.question_sets.curves import read_curve
from forecasts.question_sets.reader import Record, SetFile, unique
from forecasts.questions.answers import read_answer
from forecasts.questions.parse_forecast import read_forecast
from forecasts.questions.question import (
    ForecasterId,
    Outcome,
    Question,
    QuestionId,
    check_distribution,
)


@dataclass(frozen=True, slots=True)
class Copy:
    """Report of an event by another outlet, its headline paraphrased."""

    source: str
    title: str


@dataclass(frozen=True, slots=True)
class Event:
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
    copies: tuple[Copy, ...]
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
class History:
    """Contents of `history.toml`; any part may be empty. `headlines` credits the wording of the
    titles.
    """

    events: tuple[Event, ...]
    resolutions: tuple[PastResolution, ...]
    forecasters: Mapping[ForecasterId, str]
    forecasts: tuple[InventedForecast, ...]
    headlines: str = ""


@dataclass(frozen=True, slots=True)
class _InventedForecaster:
    id: ForecasterId
    name: str


def read_history(file: SetFile, questions: Mapping[QuestionId, Question]) -> History:
    """Parse and check the history against the set's questions; raises `InvalidQuestionSet`."""
    file.only("headlines", "event", "resolution", "forecaster", "forecast")
    named = unique((record, _read_forecaster(record)) for record in file.records("forecaster"))
    forecasters = MappingProxyType({forecaster.id: forecaster.name for forecaster in named})
    resolutions = tuple(
        _read_resolution(record, questions) for record in file.records("resolution")
    )
    closes = _find_closes(questions, resolutions)
    return History(
        events=unique((record, _read_event(record, questions)) for record in file.records("event")),
        resolutions=resolutions,
        forecasters=forecasters,
        forecasts=tuple(
            _read_forecast(record, questions, closes, forecasters)
            for record in file.records("forecast")
        ),
        headlines=file.top().text("headlines", ""),
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


def _read_event(record: Record, questions: Collection[QuestionId]) -> Event:
    yes, no = record.sides(questions)
    event = Event(
        id=record.slug(),
        at=record.when("at"),
        title=record.text("title"),
        summary=record.text("summary"),
        source=record.text("source"),
        url=record.link(),
        yes=yes,
        no=no,
        copies=_read_copies(record),
        needs_check=record.flag("needs_check"),
    )
    record.done()
    return event


def _read_copies(record: Record) -> tuple[Copy, ...]:
    copies = record.get("copies", [])
    if not isinstance(copies, list) or not all(_is_copy(copy) for copy in copies):
        record.refuse('copies must be a list such as [{ source = "…", title = "…" }]', "copies")
    return tuple(Copy(copy["source"], copy["title"]) for copy in copies)


def _is_copy(entry: object) -> bool:
    if not isinstance(entry, dict) or set(entry) != {"source", "title"}:
        return False
    return all(isinstance(value, str) and value.strip() for value in entry.values())


def _read_resolution(record: Record, questions: Mapping[QuestionId, Question]) -> PastResolution:
    question_id = QuestionId(record.word("question", questions))
    known_at, event_at = record.when("known_at"), record.when("event_at")
    if known_at < questions[question_id].opens_at:
        record.refuse("the answer was known before the question opened", "known_at")
    if event_at > known_at:
        record.refuse("an event cannot be known before it happened", "event_at")
    outcome, answer = record.checked(
        lambda: read_answer(questions[question_id], record.text("outcome")), "outcome"
    )
    source, note, needs_check = record.link(), record.text("note", ""), record.flag("needs_check")
    resolution = PastResolution(
        question_id, outcome, event_at, known_at, source, note, answer, needs_check
    )
    record.done()
    return resolution


def _read_forecaster(record: Record) -> _InventedForecaster:
    name = _InventedForecaster(ForecasterId(record.slug()), record.text("name"))
    record.done()
    return name


def _read_forecast(
    record: Record,
    questions: Mapping[QuestionId, Question],
    closes: Mapping[QuestionId, datetime],
    forecasters: Collection[ForecasterId],
) -> InventedForecast:
    is_withdrawn = record.flag("withdraw")
    if is_withdrawn and record.get("p") is not None:
        record.refuse("a withdrawal has no p: leave out one of the two", "p")
    at, question_id = record.when("at"), QuestionId(record.word("question", closes))
    forecast = InventedForecast(
        at=at,
        question_id=question_id,
        forecaster_id=ForecasterId(record.word("forecaster", forecasters)),
        distribution=None
        if is_withdrawn
        else _read_distribution(record, questions[question_id], at),
        rationale=record.text("rationale"),
    )
    if forecast.at >= closes[forecast.question_id]:
        record.refuse(
            f"the question took forecasts until {closes[forecast.question_id]:%Y-%m-%d %H:%M} "
            "UTC only",
            "at",
        )
    record.done()
    return forecast


def _read_distribution(record: Record, question: Question, at: datetime) -> Distribution:
    """Read `p`: a number on a binary question, typed text or a curve on others."""
    if question.scale is not None and (curve := read_curve(record, "p")) is not None:
        record.checked(lambda: check_distribution(question, curve), "p")
        return curve
    if question.kind == "binary":
        return record.checked(lambda: Binary(record.number("p")), "p")
    return record.checked(lambda: read_forecast(question, record.text("p"), at), "p")
