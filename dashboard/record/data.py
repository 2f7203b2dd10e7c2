"""Frames of a track record: skill over time, everyone's standing, pairs, and cohorts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import pandas as pd

from dashboard import charts
from dashboard.components.frames import build_frame, memoise
from dashboard.components.probability_lines import line_labels_frame
from dashboard.wording.numbers import display_name, percent_number
from forecasts.questions.families import describe_families
from forecasts.questions.formatting import format_signed, format_utc_day
from forecasts.questions.question import Forecaster, ForecasterId, sort_forecasters
from forecasts.scoring.comparison import Comparison, EvidencePoint
from forecasts.scoring.rulebook import RULES, RuleName
from forecasts.scoring.skill_record import RecordPoint
from forecasts.scoring.summary import format_interval
from forecasts.statistics.small_samples import explain_interval_shortage
from tracker.model.read_models import Accuracy, ComparisonReport, ForecasterRecord

MAX_LINES: Final = 6
"""Lines of the chart of skill: the forecaster, computed ones, and people with the best skill."""

_THIN: Final = 1.2
_MARGIN: Final = 0.08


def list_scored_forecasters(accuracy: Accuracy, me: ForecasterId) -> tuple[Forecaster, ...]:
    """List everyone who was scored: me, other people, then computed forecasters."""
    scored = {s.forecaster_id for s in accuracy.summaries if s.questions}
    return sort_forecasters((f for f in accuracy.forecasters.values() if f.id in scored), me)


@dataclass(frozen=True, slots=True)
class SkillDrawing:
    """Frames of the chart of skill, its lines, and the range of its axis."""

    frames: Mapping[str, pd.DataFrame]
    styles: tuple[charts.LineStyle, ...]
    domain: tuple[float, float]


@memoise(by_identity=2)
def build_skill_drawing(
    record: ForecasterRecord, accuracy: Accuracy, me: ForecasterId, until: datetime
) -> SkillDrawing:
    """Build the chart of a record up to `until`: the forecaster with the band, others thinly."""
    assert record.skill is not None
    points, subject = record.skill.points, record.skill.subject
    last = points[-1].skills
    ranked = sorted((name for name in last if name != subject), key=lambda n: -last[n])
    shown = [subject, *ranked[: MAX_LINES - 1]]
    people = {**accuracy.forecasters, subject: record.forecaster}
    return _draw(points, [people[name] for name in shown], me, until)


@memoise()
def build_pair_drawing(
    points: Sequence[EvidencePoint], subject: Forecaster, me: ForecasterId, until: datetime
) -> SkillDrawing:
    """Build the chart of how much one forecaster was better than another, up to `until`."""
    by_time = {
        p.at: RecordPoint(p.at, p.families, {subject.id: p.advantage}, p.low, p.high)
        for p in points
    }
    return _draw(list(by_time.values()), [subject], me, until)


def _draw(
    points: Sequence[RecordPoint], shown: Sequence[Forecaster], me: ForecasterId, until: datetime
) -> SkillDrawing:
    """Draw the first forecaster with the band.

    The axis holds all lines and the band of today; where the first answers came in, the band may
    reach beyond.
    """
    names = [display_name(forecaster, me) for forecaster in shown]
    bold, *thin = charts.forecaster_lines(shown, names, me)
    styles = (replace(bold, width=3.0), *(replace(style, width=_THIN) for style in thin))
    stretches = [*((p, p.at) for p in points), (points[-1], until)]
    steps = build_frame(
        "time:time y:float forecaster shown",
        (
            (at, 100.0 * p.skills[f.id], name, format_signed(round(100.0 * p.skills[f.id], 1)))
            for f, name in zip(shown, names, strict=True)
            for p, at in stretches
            if f.id in p.skills
        ),
    )
    band = build_frame(
        "time:time low:float high:float y:float day interval families:int",
        (
            (at, 100.0 * p.low, 100.0 * p.high, 100.0 * p.skills[shown[0].id],
             format_utc_day(p.at), format_interval(100.0 * p.low, 100.0 * p.high), p.families)
            for p, at in stretches
        ),
    )  # fmt: skip
    heights = [*steps["y"], band["low"].iloc[-1], band["high"].iloc[-1], 0.0]
    margin = _MARGIN * max(max(heights) - min(heights), 1.0)
    domain = (min(heights) - margin, max(heights) + margin)
    ends = line_labels_frame(steps, (points[0].at, until), domain)
    zero = pd.DataFrame({"zero": [0.0]})
    return SkillDrawing({"steps": steps, "band": band, "ends": ends, "zero": zero}, styles, domain)


def standing_frame(accuracy: Accuracy, rule: RuleName, me: ForecasterId) -> pd.DataFrame:
    """One row per forecaster scored by a rule, people by skill, then the others by points. Columns:

    forecaster, skill (points better than the average person), interval (in words, or why there is
    none), pooling (percent drawn to the average): empty unless people are compared; points (sum
    over questions), on (questions in words), coverage (percent of the scheduled time), mean (while
    active; empty for points).
    """
    people = {skill.forecaster_id: skill for skill in accuracy.adjusted.get(rule, ())}
    order = {name: place for place, name in enumerate(people)}
    summaries = [s for s in accuracy.summaries if s.rule == rule and s.questions]
    summaries.sort(key=lambda s: (order.get(s.forecaster_id, len(order)), -s.points))
    rows = []
    for s in summaries:
        skill = people.get(s.forecaster_id)
        measured: tuple[float | None, str, float | None] = (None, "", None)
        if skill is not None:
            shortage = explain_interval_shortage(skill.families, skill.rarer)
            interval = format_interval(*_scale(skill.low, skill.high)) or shortage
            measured = (100.0 * skill.skill, interval, percent_number(skill.pooling))
        name = display_name(accuracy.forecasters[s.forecaster_id], me)
        sample = describe_families(s.questions, s.families)
        mean = None if RULES[rule].is_points else s.mean_while_active
        rows.append((name, *measured, s.points, sample, percent_number(s.coverage), mean))
    return build_frame(
        "forecaster skill:float interval pooling:float points:float on coverage:float mean:float",
        rows,
    )


def _scale(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    return None if low is None else 100.0 * low, None if high is None else 100.0 * high


def opponents_frame(
    report: ComparisonReport, comparisons: Sequence[Comparison], me: ForecasterId
) -> pd.DataFrame:
    """One row per opponent of one forecaster. Columns:

    other, skill (points better than the other), verdict, interval (in words), evidence (e-value),
    on (questions in words), common (percent of the scheduled time).
    """
    return build_frame(
        "other skill:float verdict interval evidence:float on common:float",
        (
            (
                display_name(report.forecasters[c.b], me),
                100.0 * (c.advantage or 0.0),
                c.verdict,
                format_interval(*_scale(c.low, c.high)),
                c.e_value,
                describe_families(c.questions, c.families),
                percent_number(c.coverage),
            )
            for c in comparisons
        ),
    )


def cohorts_frame(accuracy: Accuracy) -> pd.DataFrame:
    """One row per quarter of opening, oldest first. Columns:

    quarter, opened, over, answered, annulled, ambiguous, unanswered, early: numbers of questions.
    """
    counts = ("opened", "over", "answered", "annulled", "ambiguous", "unanswered", "early")
    types = {"quarter": "str", **dict.fromkeys(counts, "int64")}
    return build_frame(
        types, ((c.quarter, *(getattr(c, name) for name in counts)) for c in accuracy.cohorts)
    )
