"""Data frames for the chart of a yes-no question: lines of probability or log-odds, evidence on
them, rules, answer.

The column `y` is the height in the scale of the chart.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any, Final

import pandas as pd

from dashboard.charts.revisions import LABEL_ROOM, MAX_LOG_ODDS, Domain, ProbabilityScale
from dashboard.components.frames import TIME, build_frame, memoise
from dashboard.wording.numbers import clip, display_name, percent_exact
from forecasts.distributions.distribution import Binary, Categorical, Distribution, p_yes
from forecasts.distributions.probability import logit
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    LEARNED_POOLS,
    PRIOR,
    SUGGESTION,
    Forecaster,
    ForecasterId,
    Question,
    effective_close,
    find_outside_kind,
    is_person,
    sort_forecasters,
)
from forecasts.questions.timeline import Timeline, build_timeline
from tracker.model.read_models import QuestionPage

TimeWindow = tuple[datetime, datetime]
"""Start and end of the time that a chart shows."""


def place(p: float, scale: ProbabilityScale) -> float:
    """Return the height of a probability; log-odds are clamped to the range of the chart."""
    return p if scale == "probability" else min(MAX_LOG_ODDS, max(-MAX_LOG_ODDS, logit(p)))


def list_question_forecasters(page: QuestionPage, me: ForecasterId) -> tuple[Forecaster, ...]:
    """List everyone who held a forecast: me, other people, then computed forecasters."""
    return sort_forecasters((f for f in page.forecasters.values() if f.id in page.timelines), me)


def chart_end(page: QuestionPage, now: datetime) -> datetime:
    """Return where the lines of a chart stop: at the effective close, or now while it is open."""
    return min(
        effective_close(page.summary.question, page.summary.resolution),
        max(now, page.summary.question.opens_at),
    )


def chart_window(page: QuestionPage, now: datetime, back: timedelta | None = None) -> TimeWindow:
    """Return the time window of a chart: all of it, or the last `back` before its end."""
    end = chart_end(page, now)
    opens = page.summary.question.opens_at
    return (opens if back is None else max(opens, end - back)), end


def crop_to_window(frame: pd.DataFrame, window: TimeWindow) -> pd.DataFrame:
    """Keep the rows from the start of a window on."""
    return frame[frame["time"] >= pd.Timestamp(window[0])].reset_index(drop=True)


CROSSHAIR_POSITIONS: Final = 12
"""Number of stripes that show the values of all lines."""

LABEL_GAP: Final = 0.07
"""Minimum distance of names as a share of the height: a line of text on a chart of 300 pixels."""

MIN_SPAN: Final[Mapping[ProbabilityScale, float]] = {"probability": 0.1, "log-odds": 1.0}
"""Smallest range of a chart: what hardly moved looks calm."""

MAX_LINES: Final = 5
"""Maximum number of lines that can be told apart in one chart."""

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
    """Return the lines shown by default, as many as fit.

    First mine, the estimate and the crowd, then those outside, other people, and the base rate.
    People who fill a band (see `band_frame`) have no line each.
    """
    has_band = len(_people(page)) >= MIN_BAND_PEOPLE
    lines = [
        line
        for line in list_lines(page, me)
        if line.id not in (HAZARD, *LEARNED_POOLS)
        and (line.id == me or not (has_band and is_person(ForecasterId(line.id))))
    ]
    by_priority = sorted(
        lines,
        key=lambda line: (
            line.id not in (me, SUGGESTION, CROWD),
            find_outside_kind(ForecasterId(line.id)) is None,
            line.id == PRIOR,
        ),
    )
    first_ids = {line.id for line in by_priority[: MAX_LINES - has_band]}
    return tuple(line for line in lines if line.id in first_ids)


MIN_BAND_PEOPLE: Final = 3
"""People from whom on their forecasts are a band."""

_MIN_QUARTILE_PEOPLE: Final = 8
"""People from whom on the band is the middle half, without the extremes."""


def _people(page: QuestionPage) -> list[Timeline]:
    return [line for name, line in page.timelines.items() if is_person(name) and line.steps]


def band_frame(page: QuestionPage, window: TimeWindow, scale: ProbabilityScale) -> pd.DataFrame:
    """The range of what people forecast, of many the middle half. Columns: time, y, high.

    Empty while there are too few people.
    """
    people = _people(page)
    changes = {max(at, window[0]) for line in people for at, _ in line.steps if at < window[1]}
    rows: list[tuple[Any, ...]] = []
    if len(people) >= MIN_BAND_PEOPLE:
        for at in sorted(changes | {window[1]}):
            probabilities = sorted(p for line in people if (p := p_yes(line.at(at))) is not None)
            cut = len(probabilities) // 4 if len(probabilities) >= _MIN_QUARTILE_PEOPLE else 0
            if len(probabilities) > 1:
                rows.append(
                    (at, place(probabilities[cut], scale), place(probabilities[-1 - cut], scale))
                )
    return build_frame("time:time y:float high:float", rows)


def choose_domain(
    heights: Sequence[float], scale: ProbabilityScale, *, full: bool = False
) -> Domain:
    """Choose the range of a chart: that of its content, rounded, or all.

    >>> choose_domain([0.92, 0.97], "probability"), choose_domain([0.5], "probability", full=True)
    ((0.88, 1.0), (0.0, 1.0))
    """
    bottom, top = (0.0, 1.0) if scale == "probability" else (-MAX_LOG_ODDS, MAX_LOG_ODDS)
    if full or not heights:
        return bottom, top
    low, high = min(heights), max(heights)
    step = MIN_SPAN[scale] / (5 if high - low < 2 * MIN_SPAN[scale] else 2)
    missing = max(0.0, MIN_SPAN[scale] - (high - low)) / 2 + 0.05 * (high - low)
    low, high = floor((low - missing) / step + 0.01), ceil((high + missing) / step - 0.01)
    return max(bottom, round(low * step, 4)), min(top, round(high * step, 4))


def other_question_line(
    question: Question, timelines: Mapping[ForecasterId, Timeline]
) -> ProbabilityLine:
    """Return the line of another question: its suggestion, else its base rate."""
    forecaster_id = SUGGESTION if SUGGESTION in timelines else PRIOR
    return ProbabilityLine(
        question.id, clip(question.text, _MAX_QUESTION_CHARS), timelines[forecaster_id]
    )


def list_option_lines(
    page: QuestionPage, forecaster_id: ForecasterId
) -> tuple[ProbabilityLine, ...]:
    """List a line for every option of a question, with one forecaster's probability of it."""
    question = page.summary.question
    timeline = fold_timeline(question, page.timelines[forecaster_id])
    lines = []
    for option in question.options:
        steps = [(at, _probability_of(option.name, d)) for at, d in timeline.steps]
        start = next((n for n, (_, p) in enumerate(steps) if p is not None), len(steps))
        lines.append(ProbabilityLine(option.name, option.name, Timeline(tuple(steps[start:]))))
    return tuple(lines)


def fold_timeline(question: Question, raw: Timeline) -> Timeline:
    """Return a timeline with removed options merged, and a step wherever an option was removed."""
    removed = [o.removed_at for o in question.options if o.removed_at is not None]
    instants = {at: raw.at(at) for at in (*(at for at, _ in raw.steps), *removed)}
    return build_timeline(
        (at, None if distribution is None else fold_removed_options(question, at, distribution))
        for at, distribution in instants.items()
    )


def _probability_of(option: str, distribution: Distribution | None) -> Binary | None:
    if isinstance(distribution, Categorical) and option in distribution.options:
        return Binary(distribution.of(option))
    return None


def steps_frame(
    lines: Sequence[ProbabilityLine], window: TimeWindow, scale: ProbabilityScale = "probability"
) -> pd.DataFrame:
    """The steps of every line. Columns:

    time, y (empty where a gap begins), forecaster (name), shown (percent in words). The last value
    is repeated at the end, so that no line stops early.
    """
    rows = [
        (at, None if p is None else place(p, scale), line.name, _format_probability(distribution))
        for line in lines
        for at, distribution in line.timeline.drawn_steps(*window)
        for p in [p_yes(distribution)]
    ]
    return build_frame("time:time y:float forecaster shown", rows)


def _format_probability(distribution: Distribution | None) -> str:
    p = p_yes(distribution)
    return "no forecast" if p is None else percent_exact(p)


def line_labels_frame(steps: pd.DataFrame, window: TimeWindow, domain: Domain) -> pd.DataFrame:
    """The value and name of each line at its end, without overlaps. Columns:

    time, forecaster, y (height of the name, not of the line), label, short (without the value, for
    a phone); and a last row without a name, which reserves room at the right.
    """
    last_rows = steps.dropna(subset=["y"]).groupby("forecaster", sort=False).last()
    heights = spread_heights(last_rows["y"].tolist(), domain)
    rows: list[tuple[Any, ...]] = [
        (window[1], name, height, f"{value} {clip(str(name), _MAX_NAME_CHARS)}", shorten_name(name))
        for name, height, value in zip(last_rows.index, heights, last_rows["shown"], strict=True)
    ]
    if rows:
        rows.append((window[1] + LABEL_ROOM * (window[1] - window[0]), *rows[0][1:3], "", ""))
    return build_frame("time:time forecaster y:float label short", rows)


def shorten_name(name: object) -> str:
    """Return a name without its remark in brackets: `Ana` for `Ana (invented)`."""
    return clip(str(name).split(" (")[0], _MAX_NAME_CHARS)


def spread_heights(heights: Sequence[float], domain: Domain) -> list[float]:
    """Move heights apart, so that names do not overlap, keeping their order, and within the range
    where they fit.
    """
    distance = LABEL_GAP * (domain[1] - domain[0])
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed = list(heights)
    lower_limit = domain[0] - distance
    for n in order:
        lower_limit = placed[n] = max(placed[n], lower_limit + distance)
    upper_limit = domain[1] + distance
    for n in reversed(order):
        upper_limit = placed[n] = min(placed[n], upper_limit - distance)
    return placed


def crosshair_frame(
    lines: Sequence[ProbabilityLine],
    window: TimeWindow,
    format_value: Callable[[Distribution | None], str] = _format_probability,
) -> pd.DataFrame:
    """Values of all lines in each stripe. Columns: time and until (its ends), and s0, s1, … (in
    words), one per line.
    """
    names = [f"s{n}" for n in range(len(lines))]
    start, width = window[0], (window[1] - window[0]) / CROSSHAIR_POSITIONS
    rows = [
        (at, at + width, *(format_value(line.timeline.at(at)) for line in lines))
        for at in (start + n * width for n in range(CROSSHAIR_POSITIONS if width else 0))
    ]
    return build_frame({"time": TIME, "until": TIME, **dict.fromkeys(names, "str")}, rows)
