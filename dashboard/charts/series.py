"""Data frames for the probability lines of a chart: steps, end labels, and values under the
crosshair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from dashboard.charts.revisions_data import (
    MAX_LOG_ODDS,
    TimeWindow,
    clamp_log_odds,
    line_steps,
    list_question_forecasters,
)
from dashboard.components.columns_data import TIME, build_frame
from dashboard.components.memoise import memoise
from dashboard.wording import clip, display_name, percent_exact
from forecasts.distributions.distribution import p_yes
from forecasts.questions.forecaster import CROWD, HAZARD, PRIOR, SUGGESTION
from forecasts.questions.question import ForecasterId, Question
from forecasts.questions.timeline import Timeline
from tracker.model.read_models import QuestionPage

CROSSHAIR_POSITIONS: Final = 100
"""Number of evenly spaced crosshair positions; every change of a line with few changes is added."""

LABEL_ROOM: Final = 0.24
"""Share of the window left free at the right for the names of the lines."""

_MIN_DISTANCE_P, _MIN_DISTANCE_Z = 0.052, 0.52
"""Minimum distance of names in probability and in log-odds: a line of text on a chart of 400
pixels.
"""

MAX_LINES: Final = 5
"""Maximum number of lines that can be told apart in one chart."""

_MAX_CHANGES_SHOWN: Final = 40
_MAX_QUESTION_CHARS: Final = 60
_MAX_NAME_CHARS: Final = 24


@dataclass(frozen=True, slots=True)
class ProbabilityLine:
    """A line of a chart: id (used in the address), display name and timeline."""

    id: str
    name: str
    timeline: Timeline


def list_lines(page: QuestionPage, me: ForecasterId) -> tuple[ProbabilityLine, ...]:
    """List a line for every forecaster of a question."""
    return tuple(
        ProbabilityLine(f.id, display_name(f, me), page.timelines[f.id])
        for f in list_question_forecasters(page, me)
    )


@memoise()
def default_lines(page: QuestionPage, me: ForecasterId) -> tuple[ProbabilityLine, ...]:
    """Return the lines shown by default, as many as fit: people first, base rates last."""
    rank = {HAZARD: 1, PRIOR: 2}
    lines = list_lines(page, me)
    by_priority = sorted(
        lines,
        key=lambda line: (
            line.id not in (me, SUGGESTION, CROWD),
            rank.get(ForecasterId(line.id), 0),
        ),
    )
    first_ids = {line.id for line in by_priority[:MAX_LINES]}
    return tuple(line for line in lines if line.id in first_ids)


def other_question_line(
    question: Question, timelines: Mapping[ForecasterId, Timeline]
) -> ProbabilityLine:
    """Return the line of another question: its suggestion, else its base rate."""
    forecaster_id = SUGGESTION if SUGGESTION in timelines else PRIOR
    return ProbabilityLine(
        question.id, clip(question.text, _MAX_QUESTION_CHARS), timelines[forecaster_id]
    )


def steps_frame(lines: Sequence[ProbabilityLine], window: TimeWindow) -> pd.DataFrame:
    """The steps of every line. Columns:

    time, p and log_odds (empty where a gap begins), forecaster (name), shown (percent in words).
    The last value is repeated at the end, so that no line stops early.
    """
    types = {
        "time": TIME,
        "p": "float64",
        "log_odds": "float64",
        "forecaster": "str",
        "shown": "str",
    }
    rows = [row for line in lines for row in _step_rows(line, window)]
    return build_frame(types, rows)


def _step_rows(line: ProbabilityLine, window: TimeWindow) -> list[tuple[Any, ...]]:
    points = ((at, p_yes(distribution)) for at, distribution in line_steps(line.timeline, window))
    return [
        (at, p, None if p is None else clamp_log_odds(p), line.name, _format_probability(p))
        for at, p in points
    ]


def _format_probability(p: float | None) -> str:
    return "no forecast" if p is None else percent_exact(p)


def line_labels_frame(steps: pd.DataFrame, window: TimeWindow) -> pd.DataFrame:
    """The name of each line at its end, without overlaps. Columns:

    time, forecaster, p and log_odds (height of the name, not of the line), label; and a last row
    without a name, which reserves room at the right.
    """
    last_rows = steps.dropna(subset=["p"]).groupby("forecaster", sort=False).last()
    p = _spread_heights(last_rows["p"].tolist(), _MIN_DISTANCE_P, (0.0, 1.0))
    z = _spread_heights(
        last_rows["log_odds"].tolist(), _MIN_DISTANCE_Z, (-MAX_LOG_ODDS, MAX_LOG_ODDS)
    )
    rows: list[tuple[Any, ...]] = [
        (window[1], name, p[n], z[n], clip(str(name), _MAX_NAME_CHARS))
        for n, name in enumerate(last_rows.index)
    ]
    if rows:
        rows.append(
            (
                window[1] + LABEL_ROOM * (window[1] - window[0]),
                rows[0][1],
                rows[0][2],
                rows[0][3],
                "",
            )
        )
    types = {
        "time": TIME,
        "forecaster": "str",
        "p": "float64",
        "log_odds": "float64",
        "label": "str",
    }
    return build_frame(types, rows)


def _spread_heights(
    heights: Sequence[float], min_distance: float, bounds: tuple[float, float]
) -> list[float]:
    """Move heights apart to at least `min_distance`, keeping their order, within the bounds if
    possible.
    """
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    lower_limit = bounds[0] - min_distance
    for n in order:
        lower_limit = placed[n] = max(placed[n], lower_limit + min_distance)
    upper_limit = bounds[1] + min_distance
    for n in reversed(order):
        upper_limit = placed[n] = min(placed[n], upper_limit - min_distance)
    return placed


def crosshair_frame(lines: Sequence[ProbabilityLine], window: TimeWindow) -> pd.DataFrame:
    """Values of all lines at each crosshair position. Columns: time, and s0, s1, … (in words), one
    per line.
    """
    names = [f"s{n}" for n in range(len(lines))]
    rows = [
        (at, *(_format_probability(p_yes(line.timeline.at(at))) for line in lines))
        for at in _crosshair_instants(lines, window)
    ]
    return build_frame({"time": TIME, **dict.fromkeys(names, "str")}, rows)


def _crosshair_instants(lines: Sequence[ProbabilityLine], window: TimeWindow) -> list[datetime]:
    start, end = window
    if start >= end:
        return []
    width: timedelta = (end - start) / CROSSHAIR_POSITIONS
    even = {start + n * width for n in range(CROSSHAIR_POSITIONS)}
    changes = [{at for at, _ in line.timeline.steps if start <= at < end} for line in lines]
    return sorted(
        even.union(*(instants for instants in changes if len(instants) <= _MAX_CHANGES_SHOWN))
    )
