"""The dated history of a question set: what happened, how it was answered, and invented forecasts.

It is `history.toml`, which a set need not have; a replay feeds it through the same pipeline as live
news.
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
    """Another outlet's report of an event, its headline in our words."""

    source: str
    title: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in our words with a link, and the questions it bears on.

    `yes` and `no` are the set author's reading; a replay uses them to review what was matched.
    `needs_check` marks what was written from memory: nobody has looked yet at whether the link says
    so.
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
    """How a retrospective question was answered.

    With `needs_check` it was written from memory: it is shown, and never resolves the question
    until somebody has checked it.
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
    """A forecast written for the replay, by nobody real; `distribution` None withdraws."""

    at: datetime
    question_id: QuestionId
    forecaster_id: ForecasterId
    distribution: Distribution | None
    rationale: str


@dataclass(frozen=True, slots=True)
class History:
    """Everything that `history.toml` says; all of it may be empty. `headlines`: who worded the
    titles of its events.
    """

    events: tuple[Event, ...]
    resolutions: tuple[PastResolution, ...]
    forecasters: Mapping[ForecasterId, str]
    forecasts: tuple[InventedForecast, ...]
    headlines: str = ""


@dataclass(frozen=True, slots=True)
class _Name:
    id: ForecasterId
    name: str


def read_history(file: SetFile, questions: Mapping[QuestionId, Question]) -> History:
    """Parse and check the history against the set's questions; raises `InvalidQuestionSet`."""
    file.only("headlines", "event", "resolution", "forecaster", "forecast")
    names = unique((r, _name(r)) for r in file.records("forecaster"))
    forecasters = MappingProxyType({f.id: f.name for f in names})
    resolutions = tuple(_resolution(r, questions) for r in file.records("resolution"))
    closes = _closes(questions, resolutions)
    return History(
        events=unique((r, _event(r, questions)) for r in file.records("event")),
        resolutions=resolutions,
        forecasters=forecasters,
        forecasts=tuple(
            _forecast(r, questions, closes, forecasters) for r in file.records("forecast")
        ),
        headlines=file.top().text("headlines", ""),
    )


def _closes(
    questions: Mapping[QuestionId, Question], resolutions: Iterable[PastResolution]
) -> Mapping[QuestionId, datetime]:
    """When each question stops taking forecasts: at its scheduled close, or once the answer was
    known for sure.
    """
    closes = {question_id: question.closes_at for question_id, question in questions.items()}
    for resolution in (r for r in resolutions if not r.needs_check):
        closes[resolution.question_id] = min(closes[resolution.question_id], resolution.known_at)
    return closes


def _event(r: Record, questions: Collection[QuestionId]) -> Event:
    yes, no = r.sides(questions)
    event = Event(
        id=r.slug(),
        at=r.when("at"),
        title=r.text("title"),
        summary=r.text("summary"),
        source=r.text("source"),
        url=r.link(),
        yes=yes,
        no=no,
        copies=_copies(r),
        needs_check=r.flag("needs_check"),
    )
    r.done()
    return event


def _copies(r: Record) -> tuple[Copy, ...]:
    copies = r.get("copies", [])
    if not isinstance(copies, list) or not all(_is_copy(c) for c in copies):
        r.refuse('copies must be a list such as [{ source = "…", title = "…" }]', "copies")
    return tuple(Copy(c["source"], c["title"]) for c in copies)


def _is_copy(entry: object) -> bool:
    if not isinstance(entry, dict) or set(entry) != {"source", "title"}:
        return False
    return all(isinstance(value, str) and value.strip() for value in entry.values())


def _resolution(r: Record, questions: Mapping[QuestionId, Question]) -> PastResolution:
    question_id = QuestionId(r.word("question", questions))
    known_at, event_at = r.when("known_at"), r.when("event_at")
    if known_at < questions[question_id].opens_at:
        r.refuse("the answer was known before the question opened", "known_at")
    if event_at > known_at:
        r.refuse("an event cannot be known before it happened", "event_at")
    outcome, answer = r.checked(
        lambda: read_answer(questions[question_id], r.text("outcome")), "outcome"
    )
    source, note, needs_check = r.link(), r.text("note", ""), r.flag("needs_check")
    resolution = PastResolution(
        question_id, outcome, event_at, known_at, source, note, answer, needs_check
    )
    r.done()
    return resolution


def _name(r: Record) -> _Name:
    name = _Name(ForecasterId(r.slug()), r.text("name"))
    r.done()
    return name


def _forecast(
    r: Record,
    questions: Mapping[QuestionId, Question],
    closes: Mapping[QuestionId, datetime],
    forecasters: Collection[ForecasterId],
) -> InventedForecast:
    withdrawn = r.flag("withdraw")
    if withdrawn and r.get("p") is not None:
        r.refuse("a withdrawal has no p: leave out one of the two", "p")
    at, question_id = r.when("at"), QuestionId(r.word("question", closes))
    forecast = InventedForecast(
        at=at,
        question_id=question_id,
        forecaster_id=ForecasterId(r.word("forecaster", forecasters)),
        distribution=None if withdrawn else _held(r, questions[question_id], at),
        rationale=r.text("rationale"),
    )
    if forecast.at >= closes[forecast.question_id]:
        r.refuse(
            f"the question took forecasts until {closes[forecast.question_id]:%Y-%m-%d %H:%M} "
            "UTC only",
            "at",
        )
    r.done()
    return forecast


def _held(r: Record, question: Question, at: datetime) -> Distribution:
    """`p` as a number on a binary question, on another as the text that people would type or as a
    curve.
    """
    if question.scale is not None and (curve := read_curve(r, "p")) is not None:
        r.checked(lambda: check_distribution(question, curve), "p")
        return curve
    if question.kind == "binary":
        return r.checked(lambda: Binary(r.number("p")), "p")
    return r.checked(lambda: read_forecast(question, r.text("p"), at), "p")
