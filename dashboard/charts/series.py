"""The lines of one chart: whose probability over time, where each ends, and what all of them say at
an instant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from dashboard.charts.revisions_data import FURTHEST, Window, clamped_log_odds, in_order, steps
from dashboard.components.columns_data import TIME, frame_of
from dashboard.components.memoise import once
from dashboard.wording import clipped, named, percent_exact
from forecasts.distributions.distribution import p_yes
from forecasts.questions.forecaster import CROWD, HAZARD, PRIOR, SUGGESTION
from forecasts.questions.question import ForecasterId, Question
from forecasts.questions.timeline import Timeline
from tracker.model.read_models import QuestionPage

CROSSINGS: Final = 100
"""At so many instants the crosshair can stand, evenly spread, and at every act of a line that has
few.
"""

ROOM: Final = 0.24
"""How much of the window is left free at its right for the names of the lines."""

_APART_P, _APART_Z = 0.052, 0.52
"""How far apart names stand at least, in probability and in log-odds: a line of text on a chart of
400 pixels.
"""

MOST: Final = 5
"""Lines that one chart can tell apart."""

_FEW: Final = 40
_TEXT: Final = 60
_NAME: Final = 24


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: the id by which the address names it, how it is called, and what it
    holds over time.
    """

    id: str
    name: str
    timeline: Timeline


def everyone(page: QuestionPage, me: ForecasterId) -> tuple[Series, ...]:
    """Everybody who held a forecast on a question, as lines."""
    return tuple(Series(f.id, named(f, me), page.timelines[f.id]) for f in in_order(page, me))


@once()
def first_lines(page: QuestionPage, me: ForecasterId) -> tuple[Series, ...]:
    """Whose lines are drawn until somebody chooses, up to `MOST`: base rates come last, people
    before them.
    """
    last = {HAZARD: 1, PRIOR: 2}
    every = everyone(page, me)
    wanted = sorted(
        every,
        key=lambda each: (
            each.id not in (me, SUGGESTION, CROWD),
            last.get(ForecasterId(each.id), 0),
        ),
    )
    chosen = {each.id for each in wanted[:MOST]}
    return tuple(each for each in every if each.id in chosen)


def of_other_question(question: Question, held: Mapping[ForecasterId, Timeline]) -> Series:
    """Another question as one line: its suggestion, or its base rate before there is one."""
    who = SUGGESTION if SUGGESTION in held else PRIOR
    return Series(question.id, clipped(question.text, _TEXT), held[who])


def steps_frame(series: Sequence[Series], window: Window) -> pd.DataFrame:
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
    rows = [row for each in series for row in _line(each, window)]
    return frame_of(types, rows)


def _line(series: Series, window: Window) -> list[tuple[Any, ...]]:
    drawn = ((at, p_yes(held)) for at, held in steps(series.timeline, window))
    return [
        (at, p, None if p is None else clamped_log_odds(p), series.name, _shown(p))
        for at, p in drawn
    ]


def _shown(p: float | None) -> str:
    return "no forecast" if p is None else percent_exact(p)


def ends_frame(steps_of: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The name of each line where it ends, none upon another. Columns:

    time, forecaster, p and log_odds (heights of the name, not of the line), label; and a last row
    without a name, which keeps room for them at the right.
    """
    ends = steps_of.dropna(subset=["p"]).groupby("forecaster", sort=False).last()
    p = _spread(ends["p"].tolist(), _APART_P, (0.0, 1.0))
    z = _spread(ends["log_odds"].tolist(), _APART_Z, (-FURTHEST, FURTHEST))
    rows: list[tuple[Any, ...]] = [
        (window[1], name, p[n], z[n], clipped(str(name), _NAME))
        for n, name in enumerate(ends.index)
    ]
    if rows:
        rows.append(
            (window[1] + ROOM * (window[1] - window[0]), rows[0][1], rows[0][2], rows[0][3], "")
        )
    types = {
        "time": TIME,
        "forecaster": "str",
        "p": "float64",
        "log_odds": "float64",
        "label": "str",
    }
    return frame_of(types, rows)


def _spread(heights: Sequence[float], apart: float, within: tuple[float, float]) -> list[float]:
    """Heights moved so that none are nearer than `apart`, in the same order, within the bounds
    where there is room.
    """
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    below = within[0] - apart
    for n in order:
        below = placed[n] = max(placed[n], below + apart)
    above = within[1] + apart
    for n in reversed(order):
        above = placed[n] = min(placed[n], above - apart)
    return placed


def crossings_frame(series: Sequence[Series], window: Window) -> pd.DataFrame:
    """What every line says at an instant. Columns: time, and s0, s1, … (in words) in the order of
    the lines.
    """
    names = [f"s{n}" for n in range(len(series))]
    rows = [
        (at, *(_shown(p_yes(each.timeline.at(at))) for each in series))
        for at in _instants(series, window)
    ]
    return frame_of({"time": TIME, **dict.fromkeys(names, "str")}, rows)


def _instants(series: Sequence[Series], window: Window) -> list[datetime]:
    start, end = window
    if start >= end:
        return []
    width: timedelta = (end - start) / CROSSINGS
    even = {start + n * width for n in range(CROSSINGS)}
    acts = [{at for at, _ in each.timeline.steps if start <= at < end} for each in series]
    return sorted(even.union(*(own for own in acts if len(own) <= _FEW)))
