"""Questions as known at an instant, from what had been entered by then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from forecasts.distributions.cdf import Cdf, date_from_day_number
from forecasts.distributions.distribution import Categorical, Distribution, p_yes
from forecasts.questions.amendments import QuestionVersion, find_version
from forecasts.questions.formatting import format_utc_minute
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    Claim,
    Essay,
    Forecaster,
    ForecasterId,
    Question,
    QuestionId,
    Resolution,
    effective_close,
    question_status,
    sort_forecasters,
)
from forecasts.questions.timeline import Forecast, Timeline, build_timeline
from forecasts.scoring.scores import Score
from forecasts.suggestion.explanation import AnySuggestion
from tracker.errors import NotFound
from tracker.model.chart_style import find_line_role
from tracker.model.evidence import EvidenceCard
from tracker.model.read_models import CurrentForecast, QuestionSummary
from tracker.questions.crowd_lessons import load_crowd_lessons
from tracker.questions.queries.question_as_of import list_versions_by, word_as
from tracker.questions.queries.question_list import compute_current_forecasts
from tracker.questions.queries.question_page import require_question
from tracker.questions.resolve_question import load_timelines
from tracker.questions.update_suggestion import compute_suggestion, load_background_as_of
from tracker.reports.content import Axis, Chart, ChartEvent, EvidenceMark, Point, ReportSeries
from tracker.storage import (
    as_of,
    database_info,
    essays,
    evidence_cards,
    evidence_history,
    questions,
    record,
    resolution_record,
)
from tracker.storage.record import LastAct
from tracker.storage.sessions import Session

_AXES: Final[Mapping[str, Axis]] = {"binary": "share", "date": "date"}
_BAND_LEVELS: Final = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class HistoryWindow:
    """All forecasts on a question over a window of time, and the reader of the report."""

    question: Question
    timelines: Mapping[ForecasterId, Timeline]
    people: Mapping[ForecasterId, Forecaster]
    window: tuple[datetime, datetime]
    me: ForecasterId

    def list_forecasters(self) -> tuple[ForecasterId, ...]:
        """Return the forecasters in the window: `me`, other people, then computed ones."""
        active = (
            self.people[forecaster_id]
            for forecaster_id, steps in self.timelines.items()
            if forecaster_id in self.people and steps.spans(*self.window)
        )
        return tuple(f.id for f in sort_forecasters(active, self.me))

    @property
    def leading_forecaster(self) -> ForecasterId:
        """The forecaster whose option shares are drawn: crowd, else suggestion, else base rate."""
        active = self.list_forecasters()
        return next(
            forecaster_id for forecaster_id in (CROWD, SUGGESTION, PRIOR) if forecaster_id in active
        )


def build_history_chart(
    forecasts: HistoryWindow,
    *,
    marks: Sequence[EvidenceMark] = (),
    rules: Sequence[ChartEvent] = (),
    answer: Point | None = None,
) -> Chart | None:
    """Build the chart of a question of any kind; None if there is no forecast yet."""
    if not forecasts.list_forecasters():
        return None
    question = forecasts.question
    span = f"from {forecasts.window[0]:%Y-%m-%d} to {forecasts.window[1]:%Y-%m-%d}"
    more = f", with {len(marks)} pieces of evidence below (▲ for, ▼ against)" if marks else ""
    if question.kind in ("categorical", "ordered"):
        name = forecasts.people[forecasts.leading_forecaster].name
        alt = f"Probability of each option, as {name} had it, {span}{more}."
        return Chart("share", "", _build_option_series(forecasts), alt, tuple(marks), tuple(rules))
    axis = _AXES.get(question.kind, "number")
    unit = question.scale.unit if question.scale is not None and question.kind == "numeric" else ""
    quantity = "Probability of YES" if axis == "share" else "Middle and 90% range of each forecast"
    alt = f"{quantity} over time, {span}{more}."
    return Chart(
        axis, unit, _build_forecaster_series(forecasts), alt, tuple(marks), tuple(rules), answer
    )


def _build_forecaster_series(forecasts: HistoryWindow) -> tuple[ReportSeries, ...]:
    series = []
    for forecaster_id in forecasts.list_forecasters():
        role = "me" if forecaster_id == forecasts.me else find_line_role(forecaster_id)
        points = [
            Point(at, *_read_values(forecasts.question, d))
            for at, d in forecasts.timelines[forecaster_id].drawn_steps(*forecasts.window)
        ]
        series.append(ReportSeries(forecasts.people[forecaster_id].name, role, tuple(points)))
    return tuple(series)


def _build_option_series(forecasts: HistoryWindow) -> tuple[ReportSeries, ...]:
    steps = forecasts.timelines[forecasts.leading_forecaster].drawn_steps(*forecasts.window)
    names = [option.name for option in forecasts.question.options]
    return tuple(
        ReportSeries(name, "option", tuple(Point(at, _option_share(d, name)) for at, d in steps))
        for name in names
    )


def _option_share(distribution: Distribution | None, name: str) -> float | None:
    return (
        distribution.of(name)
        if isinstance(distribution, Categorical) and name in distribution.options
        else None
    )


def _read_values(
    question: Question, distribution: Distribution | None
) -> tuple[float | None, float | None, float | None]:
    """Return the value drawn of a forecast, and its range."""
    if not isinstance(distribution, Cdf):
        return p_yes(distribution), None, None
    assert question.scale is not None
    low, middle, high = (
        to_chart_value(question, distribution.bounded_quantile(question.scale, level))
        for level in (_BAND_LEVELS[0], 0.5, _BAND_LEVELS[1])
    )
    return middle, low, high


def to_chart_value(question: Question, x: float) -> float:
    """Return a value in chart units: a number, or seconds since 1970 for a date."""
    return date_from_day_number(x).timestamp() if question.kind == "date" else x


QuestionRows = Mapping[QuestionId, QuestionSummary]


def load_questions_as_of(session: Session, at: datetime) -> QuestionRows:
    """Return all questions asked by then as summaries, next to close first.

    Pending reviews and recent changes are left out.
    """
    people = record.list_forecasters(session)
    asked_ids = as_of.list_asked_ids(session, at)
    answers = resolution_record.load_current_resolutions(session, at)
    counts = as_of.count_evidence_at(session, at)
    last_acts: dict[QuestionId, dict[ForecasterId, LastAct]] = {}
    for act in as_of.list_last_forecasts(session, at):
        last_acts.setdefault(act.question_id, {})[act.forecaster_id] = (
            act.made_at,
            act.distribution,
        )
    edited_later = {
        q
        for q, question_edits in questions.list_edits(session).items()
        if question_edits[-1].at > at
    }
    rows, lessons = {}, load_crowd_lessons(session)
    for newest in questions.list_questions(session):
        if newest.id in asked_ids:
            question = restore_wording(session, newest, at) if newest.id in edited_later else newest
            close = effective_close(question, answers.get(question.id))
            acts = last_acts.get(question.id, {})
            rows[question.id] = _build_summary(
                question,
                answers.get(question.id),
                compute_current_forecasts(
                    question,
                    acts,
                    people,
                    min(at, close),
                    lessons=lessons.get(question.kind, ()),
                ),
                evidence=counts.get(question.id, 0),
                at=at,
            )
    return rows


def restore_wording(session: Session, question: Question, at: datetime) -> Question:
    """Return a question in its wording at an instant."""
    return word_as(question, find_version(list_versions_by(session, question, at), at))


def _build_summary(
    question: Question,
    resolution: Resolution | None,
    current: Mapping[ForecasterId, CurrentForecast],
    *,
    evidence: int,
    at: datetime,
) -> QuestionSummary:
    return QuestionSummary(
        question=question,
        status=question_status(question, resolution, at),
        resolution=resolution,
        standings=current,
        history=(),
        change_7d=None,
        evidence=evidence,
        waiting=0,
    )


_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class QuestionAsOf:
    """A question as known at an instant."""

    at: datetime
    me: ForecasterId
    question: Question
    essay: Essay
    claims: tuple[Claim, ...]
    versions: tuple[QuestionVersion, ...]
    resolution: Resolution | None
    people: Mapping[ForecasterId, Forecaster]
    acts: tuple[Forecast, ...]
    history: HistoryWindow
    cards: tuple[EvidenceCard, ...]
    suggestion: AnySuggestion
    scores: tuple[Score, ...]
    headlines: str = ""

    def forecaster_name(self, forecaster_id: str) -> str:
        """Return the display name of a forecaster."""
        forecaster = self.people.get(ForecasterId(forecaster_id))
        return forecaster_id if forecaster is None else forecaster.name


def load_question_as_of(
    session: Session, question_id: str, at: datetime, me: ForecasterId
) -> QuestionAsOf:
    """Load a question as known at an instant; raises `NotFound`, also for one asked later."""
    question = restore_wording(session, require_question(session, question_id), at)
    if question.id not in as_of.list_asked_ids(session, at):
        raise NotFound("question", question_id, f"it was asked after {format_utc_minute(at)}")
    resolution = resolution_record.find_resolution(session, question.id, at)
    close = effective_close(question, resolution)
    acts = record.forecasts_of_question(session, question.id, entered_by=at)
    essay = essays.find_essay(session, question.essay_id)
    assert essay is not None  # a foreign key forbids it
    people = record.list_forecasters(session)
    until = min(at + _INSTANT, close)  # acts at that very instant count
    window = (question.opens_at, max(until, question.opens_at))
    pieces = evidence_history.load_evidence_as_of(session, question.id, at)
    told_at = max(_find_suggestion_time(acts, at, close), question.opens_at)
    return QuestionAsOf(
        at=at,
        me=me,
        question=question,
        essay=essay,
        claims=essays.claims_of_question(session, question),
        versions=list_versions_by(session, question, at),
        resolution=resolution,
        people=people,
        acts=acts,
        history=HistoryWindow(
            question,
            _cut_timelines(load_timelines(session, question, until), at),
            people,
            window,
            me,
        ),
        cards=evidence_cards.build_cards(session, pieces, at)[::-1],
        suggestion=compute_suggestion(
            session, question, told_at, load_background_as_of(session, question, told_at)
        ),
        scores=resolution_record.list_scores(session, question.id)
        if resolution == resolution_record.find_resolution(session, question.id)
        else (),
        headlines=database_info.read_property(session, database_info.HEADLINES_KEY) or "",
    )


def _cut_timelines(
    timelines_by_id: Mapping[ForecasterId, Timeline], at: datetime
) -> dict[ForecasterId, Timeline]:
    """Return the timelines without later steps."""
    cut = {
        forecaster_id: build_timeline(step for step in steps.steps if step[0] <= at)
        for forecaster_id, steps in timelines_by_id.items()
    }
    return {forecaster_id: steps for forecaster_id, steps in cut.items() if steps.steps}


def _find_suggestion_time(acts: Sequence[Forecast], at: datetime, close: datetime) -> datetime:
    """Return the time of the last valid suggestion: now, or its last change before the close."""
    if at < close:
        return at
    return next(
        (a.made_at for a in reversed(acts) if a.forecaster_id == SUGGESTION and a.made_at < close),
        close,
    )
