"""Forecasts of options, numbers and dates: over time for one forecaster, and as everyone holds them
now.

Values of a date question are times in frames, those of a numeric one numbers. On a log scale a
value is drawn as its distance from the zero point, which is what a logarithmic axis can show.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.charts.revisions_data import Step, Window, chart_end, in_order, steps
from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import (
    answer_of,
    edge,
    in_short,
    named,
    percent,
    percent_exact,
    told,
    value_of,
)
from forecasts.distributions.cdf import Cdf, Scale, date_of
from forecasts.distributions.distribution import OTHER, Categorical, Distribution
from forecasts.questions.answers import answer
from forecasts.questions.forecaster import CROWD, PRIOR, SUGGESTION, Forecaster
from forecasts.questions.question import ForecasterId, Question, Resolution, effective_close
from forecasts.questions.timeline import Timeline, timeline
from tracker.model.read_models import QuestionPage

BUCKETS: Final = 80
"""Into how many parts a range is cut to draw where a forecast is dense."""

FAN: Final[Mapping[str, float]] = {
    "low90": 0.05,
    "low50": 0.25,
    "middle": 0.5,
    "high50": 0.75,
    "high90": 0.95,
}
"""The levels that a fan is made of."""


def as_read(question: Question, held: Distribution, at: datetime) -> Distribution:
    """A forecast as it is read at an instant: what it gave to options removed by then counts for
    `Other`.
    """
    for option in question.options:
        if (
            isinstance(held, Categorical)
            and option.removed_at is not None
            and option.removed_at <= at
        ):
            held = held.without(option.name)
    return held


def _read(question: Question, line: Timeline) -> Timeline:
    """A timeline as it is read, with a step wherever an option was removed."""
    removed = [o.removed_at for o in question.options if o.removed_at is not None]
    instants = {at: line.at(at) for at in (*(at for at, _ in line.steps), *removed)}
    return timeline(
        (at, None if held is None else as_read(question, held, at)) for at, held in instants.items()
    )


def shown_first(page: QuestionPage, me: ForecasterId) -> ForecasterId:
    """Whose forecasts a chart of one forecaster shows at first: mine, the crowd's, the suggestion,
    or the base rate.
    """
    return next(
        (
            who
            for who in (me, CROWD, SUGGESTION)
            if who in page.timelines and page.timelines[who].steps
        ),
        PRIOR,
    )


def _steps_of(page: QuestionPage, who: ForecasterId, window: Window) -> list[Step]:
    return steps(_read(page.summary.question, page.timelines[who]), window)


# Options


def options_frame(page: QuestionPage, who: ForecasterId, window: Window) -> pd.DataFrame:
    """One step line an option, of one forecaster, within a window. Columns:

    time, p (0..1, empty where a line ends), option, shown (percent in words). An option has no line
    before it was given a probability of its own, or after it was removed.
    """
    points = _steps_of(page, who, window)
    rows = [
        row for option in page.summary.question.options for row in _option_line(points, option.name)
    ]
    return frame_of({"time": TIME, "p": "float64", "option": "str", "shown": "str"}, rows)


def _option_line(points: Iterable[Step], option: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    before: float | None = None
    for at, held in points:
        p = held.of(option) if isinstance(held, Categorical) and option in held.options else None
        if p is None and before is not None:
            rows.append((at, before, option, percent_exact(before)))
        if p is not None or before is not None:
            rows.append((at, p, option, "no forecast" if p is None else percent_exact(p)))
        before = p
    return rows


def shares_frame(page: QuestionPage, me: ForecasterId, now: datetime) -> pd.DataFrame:
    """What everyone gives to each option now, or gave last. Columns: option, forecaster, p (0..1),
    shown.

    Options are those offered when the question closed, or now; the one that happened carries a
    tick.
    """
    names = option_labels(page, now)
    rows = [
        (label, named(forecaster, me), held.of(option), percent_exact(held.of(option)))
        for forecaster, held in _current(page, me, now)
        if isinstance(held, Categorical)
        for option, label in names.items()
        if option in held.options
    ]
    return frame_of({"option": "str", "forecaster": "str", "p": "float64", "shown": "str"}, rows)


def option_labels(page: QuestionPage, now: datetime) -> dict[str, str]:
    """The options that can be chosen now, or could at the end, each as an axis names it: the answer
    with a tick.
    """
    question = page.summary.question
    happened = answer(question, page.summary.resolution)
    offered = question.offered(chart_end(page, now))
    return {
        name: f"✓ {name}" if name == happened else name
        for name in sorted(offered, key=OTHER.__eq__)
    }


def top_of(frame: pd.DataFrame) -> float:
    """How far up a chart of shares goes: everything, or a half or a quarter where all of them are
    small.
    """
    most = frame["p"].max()
    return next((top for top in (0.25, 0.5) if most <= 0.9 * top), 1.0)


def option_answer_frame(
    question: Question, resolution: Resolution | None, top: float = 1.0
) -> pd.DataFrame:
    """The option that happened, as a mark at the top. Columns: time, p, option, answer; empty while
    there is none.
    """
    happened = answer(question, resolution)
    rows = [] if resolution is None or happened is None else [
        (resolution.known_at, top, str(happened), f"answer: {answer_of(question, resolution)}")
    ]  # fmt: skip
    return frame_of({"time": TIME, "p": "float64", "option": "str", "answer": "str"}, rows)


# Numbers and dates


def fan_frame(page: QuestionPage, who: ForecasterId, window: Window) -> pd.DataFrame:
    """Middle, half and 90 % of one forecaster's forecasts within a window. Columns:

    time, low90, low50, middle, high50, high90 (values; an end beyond the range is drawn at its
    bound, all of them are empty where a gap begins), shown (the forecast in words).
    """
    question = page.summary.question
    scale = _scale(question)
    types = {"time": TIME, **dict.fromkeys(FAN, _type(question)), "shown": "str"}
    rows = []
    for at, held in _steps_of(page, who, window):
        ends = (
            [_drawn(question, _bounded(held, scale, q)) for q in FAN.values()]
            if isinstance(held, Cdf)
            else [None] * 5
        )
        rows.append((at, *ends, in_short(question, held) if held is not None else "no forecast"))
    return frame_of(types, rows)


def medians_frame(
    page: QuestionPage, who: ForecasterId, me: ForecasterId, window: Window
) -> pd.DataFrame:
    """The middle of everyone else's forecasts within a window. Columns: time, middle, forecaster,
    shown.
    """
    question = page.summary.question
    scale = _scale(question)
    rows = [
        (at, _drawn(question, _bounded(held, scale, 0.5)) if isinstance(held, Cdf) else None, named(forecaster, me),
         in_short(question, held) if held is not None else "no forecast")
        for forecaster in in_order(page, me)
        if forecaster.id != who
        for at, held in _steps_of(page, forecaster.id, window)
    ]  # fmt: skip
    return frame_of(
        {"time": TIME, "middle": _type(question), "forecaster": "str", "shown": "str"}, rows
    )


def curves_frame(page: QuestionPage, me: ForecasterId, now: datetime) -> pd.DataFrame:
    """Where everyone's forecast lies now, or lay last. Columns of `density_frame`, and
    forecaster.
    """
    question = page.summary.question
    parts = [
        density_frame(question, held).assign(forecaster=named(forecaster, me))
        for forecaster, held in _current(page, me, now)
        if isinstance(held, Cdf)
    ]
    return pd.concat(parts, ignore_index=True)


def density_frame(question: Question, curve: Cdf) -> pd.DataFrame:
    """A forecast as heights over its range. Columns:

    value, height (mass for each length of the scale; 1 is an even spread), by (chance of at most
    this value, in words), at (the value in words).
    """
    scale = _scale(question)
    edges = scale.values(np.linspace(0.0, 1.0, BUCKETS + 1))
    below = np.array([curve.at(float(edge)) for edge in edges])
    heights = np.diff(below) * BUCKETS
    middles = scale.values((np.arange(BUCKETS) + 0.5) / BUCKETS)
    types = {"value": _type(question), "height": "float64", "by": "str", "at": "str"}
    rows = [
        (
            _drawn(question, float(x)),
            float(height),
            percent(curve.at(float(x))),
            value_of(question, float(x)),
        )
        for x, height in zip(middles, heights, strict=True)
    ]
    return frame_of(types, rows)


def levels_frame(page: QuestionPage, me: ForecasterId, now: datetime) -> pd.DataFrame:
    """Everyone's forecast in numbers. Columns:

    forecaster, below and above (percent beyond the range), low90 to high90 (values in words, at the
    levels of `FAN`).
    """
    question = page.summary.question
    types = {
        "forecaster": "str",
        **dict.fromkeys(FAN, "str"),
        "below": "float64",
        "above": "float64",
    }
    rows = [
        (
            named(forecaster, me),
            *(edge(question, held, q) for q in FAN.values()),
            100 * held.below,
            100 * held.above,
        )
        for forecaster, held in _current(page, me, now)
        if isinstance(held, Cdf)
    ]
    return frame_of(types, rows)


def value_answer_frame(question: Question, resolution: Resolution | None) -> pd.DataFrame:
    """The number or date that came true; one beyond the range at its bound. Columns: time (known),
    value, answer.
    """
    happened = answer(question, resolution)
    scale = _scale(question)
    rows = [] if resolution is None or not isinstance(happened, float) else [
        (resolution.known_at, _drawn(question, min(max(happened, scale.lower), scale.upper)),
         f"answer: {answer_of(question, resolution)}")
    ]  # fmt: skip
    return frame_of({"time": TIME, "value": _type(question), "answer": "str"}, rows)


def middle_frame(question: Question, curve: Cdf) -> pd.DataFrame:
    """The middle of a forecast as one mark. Columns: value, told; empty where it lies beyond the
    range.
    """
    middle = curve.quantile(0.5)
    rows = [] if middle is None else [(_drawn(question, middle), told(question, curve))]
    return frame_of({"value": _type(question), "told": "str"}, rows)


def _bounded(curve: Cdf, scale: Scale, share: float) -> float:
    found = curve.quantile(share)
    if found is not None:
        return found
    return scale.lower if share < curve.below else scale.upper


def _drawn(question: Question, value: float) -> Any:
    if question.kind == "date":
        return date_of(value)
    zero = _scale(question).zero_point
    return value if zero is None else value - zero


def _type(question: Question) -> str:
    return TIME if question.kind == "date" else "float64"


def _scale(question: Question) -> Scale:
    assert question.scale is not None
    return question.scale


def _current(
    page: QuestionPage, me: ForecasterId, now: datetime
) -> Sequence[tuple[Forecaster, Distribution]]:
    """What everyone holds now, or held when the question closed, in order."""
    question, end = page.summary.question, chart_end(page, now)
    # Nothing stands at the close itself: a forecast made then came too late.
    instant = (
        end
        if end < effective_close(question, page.summary.resolution)
        else end - timedelta(microseconds=1)
    )
    held = ((f, _read(question, page.timelines[f.id]).at(instant)) for f in in_order(page, me))
    return [
        (forecaster, distribution) for forecaster, distribution in held if distribution is not None
    ]
