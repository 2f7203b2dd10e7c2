"""Marks on a chart of probabilities: acts, evidence, answers and vertical rules."""

from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from dashboard.charts.revisions import ProbabilityScale
from dashboard.components.frames import build_frame
from dashboard.components.probability_lines import TimeWindow, place
from dashboard.wording.evidence import describe_bearing
from dashboard.wording.numbers import clip, display_name, percent_exact
from dashboard.wording.questions import format_answer
from forecasts.distributions.distribution import p_yes
from forecasts.evidence.evidence import Direction
from forecasts.questions.answers import get_answer
from forecasts.questions.question import (
    HAZARD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    Question,
    Resolution,
    effective_close,
)
from forecasts.questions.timeline import Timeline
from tracker.model.read_models import QuestionPage


def acts_frame(
    page: QuestionPage, me: ForecasterId, scale: ProbabilityScale = "probability"
) -> pd.DataFrame:
    """Forecasts that people made, as points on their lines. Columns: time, y, forecaster, shown,
    why.
    """
    people = {
        f.id: display_name(f, me)
        for f in page.forecasters.values()
        if f.id not in (SUGGESTION, HAZARD, PRIOR)
    }
    end = effective_close(page.summary.question, page.summary.resolution)
    opens = page.summary.question.opens_at
    rows = [
        (
            max(a.made_at, opens),
            place(p, scale),
            people[a.forecaster_id],
            percent_exact(p),
            clip(a.rationale, 160),
        )
        for a in page.acts
        if a.forecaster_id in people
        and a.made_at < end
        and (p := p_yes(a.distribution)) is not None
    ]
    return build_frame("time:time y:float forecaster shown why", rows)


def evidence_marks_frame(page: QuestionPage, scale: ProbabilityScale) -> pd.DataFrame:
    """Evidence that was not rejected, as marks on the line of the estimate. Columns:

    id, time (first seen), y (empty on questions that are not yes-no), direction (word), level (−1
    for NO, 1 for YES), weight (strength 0..5), bears (in the words of the question's kind),
    headline and source (feed text).
    """
    question, estimate = page.summary.question, page.timelines.get(SUGGESTION)
    rows = [
        (
            piece.evidence.id,
            piece.evidence.first_seen_at,
            None if line is None else place(line, scale),
            _DIRECTION_WORDS[piece.evidence.direction],
            int(piece.evidence.direction),
            int(piece.evidence.strength),
            describe_bearing(piece.evidence, question.kind),
            clip(piece.headline, 140),
            piece.source,
        )
        for piece in page.pieces
        if piece.evidence.status != "rejected"
        for line in [_height_at(question, estimate, piece.evidence.first_seen_at)]
    ]
    columns = "id:int time:time y:float direction level:int weight:int bears headline source"
    return build_frame(columns, rows)


def _height_at(question: Question, estimate: Timeline | None, at: datetime) -> float | None:
    """Return the estimate just after an instant, the base rate where there is none yet."""
    if question.kind != "binary":
        return None
    estimate_p = None if estimate is None else p_yes(estimate.at(at + _PROMPT))
    return question.base_rate if estimate_p is None else estimate_p


_PROMPT: Final = timedelta(minutes=30)
"""Time in which an estimate takes up a piece of news."""

MAX_MARKS: Final = 30
"""Maximum number of distinguishable marks side by side, for each direction."""


def thin_marks(marks: pd.DataFrame, window: TimeWindow) -> pd.DataFrame:
    """Thin the marks if they are too many: keep the strongest at each place, the newest of
    equals.
    """
    if len(marks) <= MAX_MARKS:
        return marks
    start, width = pd.Timestamp(window[0]), (window[1] - window[0]) / MAX_MARKS
    place = ((marks["time"] - start) // pd.Timedelta(width)).clip(0, MAX_MARKS - 1)
    order = marks.assign(place=place).sort_values(["weight", "time"], kind="stable")
    strongest = order.drop_duplicates(["place", "level"], keep="last").drop(columns="place")
    return strongest.sort_values("time", kind="stable").reset_index(drop=True)


_DIRECTION_WORDS: Final = {
    Direction.YES: "for YES",
    Direction.NO: "for NO",
    Direction.NEUTRAL: "neutral",
}


def vertical_rules_frame(
    page: QuestionPage, now: datetime, between: tuple[datetime, datetime] | None = None
) -> pd.DataFrame:
    """Vertical rules inside the shown time. Columns:

    time, what (`reworded`, `closes`, `answer known`; `before` and `after` for the two dates in
    `between` that are compared), row (0 to 2, which staggers the labels of neighbours).
    """
    question, resolution = page.summary.question, page.summary.resolution
    rows = [
        (version.at, "reworded")
        for version in page.versions[1:]
        if question.opens_at < version.at <= now
    ]
    if question.closes_at <= now:
        rows.append((question.closes_at, "closes"))
    if resolution is not None and resolution.known_at != question.closes_at:
        rows.append((resolution.known_at, "answer known"))
    rows += [] if between is None else [(between[0], "before"), (between[1], "after")]
    numbered = [(*row, n % 3) for n, row in enumerate(sorted(rows))]
    return build_frame("time:time what row:int", numbered)


def answer_frame(
    question: Question,
    resolution: Resolution | None,
    scale: ProbabilityScale = "probability",
    top: float = 1.0,
) -> pd.DataFrame:
    """The answer as one mark: at 0 or 1, for an option at the top; empty while unanswered.

    Columns: time, y, forecaster (the option), answer.
    """
    outcome = get_answer(question, resolution)
    rows: list[tuple[Any, ...]] = []
    if resolution is not None and isinstance(outcome, int | str):
        is_option = isinstance(outcome, str)
        y = top if isinstance(outcome, str) else place(float(outcome), scale)
        words = f"resolved {format_answer(question, resolution)}"
        rows = [(resolution.known_at, y, str(outcome) if is_option else "", words)]
    return build_frame("time:time y:float forecaster answer", rows)
