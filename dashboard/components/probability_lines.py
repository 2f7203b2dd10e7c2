"""Data frames for the chart of a yes-no question: probability lines, evidence marks, rules,
answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from dashboard.charts.revisions import LABEL_ROOM, MAX_LOG_ODDS
from dashboard.components.frames import TIME, build_frame, memoise
from dashboard.wording import (
    clip,
    describe_bearing,
    display_name,
    format_answer,
    percent_exact,
)
from forecasts.distributions.distribution import p_yes
from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import Direction
from forecasts.questions.answers import get_answer
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    LEARNED_POOLS,
    PRIOR,
    SUGGESTION,
    Forecaster,
    ForecasterId,
    Kind,
    Question,
    Resolution,
    effective_close,
    find_outside_kind,
    sort_forecasters,
)
from forecasts.questions.timeline import Timeline
from tracker.model.evidence import EvidenceCard
from tracker.model.read_models import QuestionPage

TimeWindow = tuple[datetime, datetime]
"""Start and end of the time that a chart shows."""


def clamp_log_odds(p: float) -> float:
    """Return log-odds clamped to the range of the chart."""
    return min(MAX_LOG_ODDS, max(-MAX_LOG_ODDS, logit(p)))


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


def acts_frame(page: QuestionPage, me: ForecasterId) -> pd.DataFrame:
    """Forecasts that people made, as points on their lines. Columns: time, p, log_odds, forecaster,
    shown, why.
    """
    people = {
        f.id: display_name(f, me)
        for f in page.forecasters.values()
        if f.id not in (SUGGESTION, HAZARD, PRIOR)
    }
    end = effective_close(page.summary.question, page.summary.resolution)
    opens = page.summary.question.opens_at
    acts = (
        (a, p_yes(a.distribution))
        for a in page.acts
        if a.forecaster_id in people and a.made_at < end
    )
    return build_frame(
        "time:time p:float log_odds:float forecaster shown why",
        (
            (
                max(a.made_at, opens),
                p,
                clamp_log_odds(p),
                people[a.forecaster_id],
                percent_exact(p),
                clip(a.rationale, 160),
            )
            for a, p in acts
            if p is not None
        ),
    )


def evidence_marks_frame(cards: Sequence[EvidenceCard], kind: Kind = "binary") -> pd.DataFrame:
    """Evidence marks below the chart, without rejected evidence. Columns:

    id, time (first seen), direction (word), level (row of marks: −1 for NO, 1 for YES), weight
    (strength 0..5), bears (in the words of the question's kind), headline and source (feed text).
    """
    return build_frame(
        "id:int time:time direction level:int weight:int bears headline source",
        (
            (
                c.evidence.id,
                c.evidence.first_seen_at,
                _DIRECTION_WORDS[c.evidence.direction],
                int(c.evidence.direction),
                int(c.evidence.strength),
                describe_bearing(c.evidence, kind),
                clip(c.headline, 140),
                c.carrier.feed_title,
            )
            for c in cards
            if c.evidence.status != "rejected"
        ),
    )


MAX_MARKS: Final = 80
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

    time, what (`opens`, `worded anew`, `closes`, `answer known`; `before` and `after` for the two
    dates in `between` that are compared), row (0 to 2, which staggers the labels of neighbours).
    """
    question, resolution = page.summary.question, page.summary.resolution
    rows = [(question.opens_at, "opens")]
    rows += [
        (version.at, "worded anew")
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


def answer_frame(question: Question, resolution: Resolution | None) -> pd.DataFrame:
    """The answer of a yes-no question as one mark at 0 or 1; empty while unanswered.

    Columns: time, p, log_odds, answer.
    """
    outcome = get_answer(question, resolution)
    rows = (
        []
        if resolution is None or not isinstance(outcome, int)
        else [
            (
                resolution.known_at,
                float(outcome),
                clamp_log_odds(float(outcome)),
                f"resolved {format_answer(question, resolution)}",
            )
        ]
    )
    return build_frame("time:time p:float log_odds:float answer", rows)


CROSSHAIR_POSITIONS: Final = 100
"""Number of evenly spaced crosshair positions; every change of a line with few changes is added."""


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
    """Return the lines shown by default, as many as fit.

    First mine, suggestion and crowd, then those outside, other people, the crowds that learn, and
    base rates.
    """
    rank = dict.fromkeys(LEARNED_POOLS, 1) | {HAZARD: 2, PRIOR: 3}
    lines = list_lines(page, me)
    by_priority = sorted(
        lines,
        key=lambda line: (
            line.id not in (me, SUGGESTION, CROWD),
            find_outside_kind(ForecasterId(line.id)) is None,
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
    rows = [row for line in lines for row in _step_rows(line, window)]
    return build_frame("time:time p:float log_odds:float forecaster shown", rows)


def _step_rows(line: ProbabilityLine, window: TimeWindow) -> list[tuple[Any, ...]]:
    points = ((at, p_yes(distribution)) for at, distribution in line.timeline.drawn_steps(*window))
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
    return build_frame("time:time forecaster p:float log_odds:float label", rows)


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
