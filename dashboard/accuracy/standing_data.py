"""Frames and sentences on standing: skill of people, and pairs on common questions and times."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording import display_name, percent_number, percent_whole
from forecasts.aggregation.leading_pool import describe_leading_pool
from forecasts.questions.families import describe_families
from forecasts.questions.formatting import format_signed, format_utc_day
from forecasts.questions.question import HAZARD, PRIOR, ForecasterId
from forecasts.scoring.adjusted_skill import AdjustedSkill
from forecasts.scoring.comparison import Comparison, EvidencePoint
from forecasts.scoring.rulebook import RULES, RuleName
from forecasts.scoring.summary import Summary, format_interval
from forecasts.statistics.small_samples import explain_interval_shortage
from tracker.model.read_models import Accuracy, ComparisonReport, RuleComparison

MEANINGS: Final[Mapping[str, str]] = {
    "crowd": "All others together, without this forecaster.",
    "suggestion": "Base rate, time and evidence, added up by the tracker.",
    "hazard": "The base rate, moved by time alone: was the news worth following?",
    "prior": "The base rate as written down: was anything worth doing?",
    "first": "Their own first forecast, where they changed it: was updating worth the effort?",
    "uninformed": "50%, all options alike, or an even curve.",
}
"""Opponents that are no people."""

MAX_POINTS: Final = 30.0
"""Points at which the chart of a pair ends; intervals that go beyond say nothing yet."""

_LIKELIEST_REFERENCES: Final = (HAZARD, PRIOR)


def find_rule_comparison(report: ComparisonReport, rule: RuleName) -> RuleComparison:
    """Return the pairs under a rule that have time in common, as reported."""
    pairs = next((part.comparisons for part in report.rules if part.rule == rule), ())
    return RuleComparison(rule, tuple(c for c in pairs if c.advantage is not None))


def describe_standing(
    people: Sequence[AdjustedSkill], forecaster_id: ForecasterId, name: str
) -> tuple[str, str]:
    """State how good a forecaster is among people, and how sure that is; empty if alone."""
    skill = next((skill for skill in people if skill.forecaster_id == forecaster_id), None)
    if skill is None or len(people) < 2:
        return "", ""
    size = format_signed(abs(100 * skill.skill)).lstrip("+")
    relation = "better" if skill.skill > 0 else "worse"
    claim = (
        f"{name} {_be(name)} {size} points {relation} than the average of {len(people)} people, on "
        "the same questions at the same times."
    )
    sample = f"Over {describe_families(skill.questions, skill.families)}"
    shortage = explain_interval_shortage(skill.families, skill.rarer)
    if shortage:
        return claim, f"{sample}: too early to tell that from luck, {shortage}."
    worse, better = (f"{abs(100 * (end or 0.0)):.1f}" for end in (skill.low, skill.high))
    if skill.low is not None and skill.high is not None and skill.low * skill.high > 0:
        nearest, farthest = (worse, better) if skill.low > 0 else (better, worse)
        return claim, f"{sample}; likely between {nearest} and {farthest} points {relation}."
    return claim, f"{sample}. It may be luck: anything from {worse} worse to {better} better."


def _be(name: str) -> str:
    return "are" if name == "You" else "is"


def choose_reference(comparisons: Sequence[Comparison]) -> Comparison | None:
    """Choose the comparison that says most about a single forecaster: with time, or the prior."""
    by_opponent = {comparison.b: comparison for comparison in comparisons}
    return next((by_opponent[r] for r in _LIKELIEST_REFERENCES if r in by_opponent), None)


def people_frame(
    accuracy: Accuracy, people: Sequence[AdjustedSkill], me: ForecasterId
) -> pd.DataFrame:
    """One row per person, best first. Columns:

    id, forecaster, skill with low and high (points better than the average person; empty ends if
    too little was seen), interval (in words), on (questions and families in words), enough
    (whether there is an interval), pooling (percent drawn to the middle).
    """
    return build_frame(
        "id forecaster skill:float low:float high:float interval on enough:bool pooling:float",
        (
            (
                skill.forecaster_id,
                display_name(accuracy.forecasters[skill.forecaster_id], me),
                100 * skill.skill,
                *_scale(skill.low, skill.high),
                format_interval(*_scale(skill.low, skill.high))
                or explain_interval_shortage(skill.families, skill.rarer),
                describe_families(skill.questions, skill.families),
                skill.low is not None,
                percent_number(skill.pooling),
            )
            for skill in people
        ),
    )


def _scale(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    return None if low is None else 100 * low, None if high is None else 100 * high


def opponents_frame(
    report: ComparisonReport, comparisons: Sequence[Comparison], me: ForecasterId
) -> pd.DataFrame:
    """One row per opponent of one forecaster. Columns:

    other, skill (points better than the other) with low and high, interval (in words), on
    (questions and families in words), common (percent of the scheduled time), verdict, enough
    (whether a verdict can be given), meaning (of an opponent who is no person).
    """
    rows = []
    for comparison in comparisons:
        low, high = _scale(comparison.low, comparison.high)
        rows.append(
            (
                display_name(report.forecasters[comparison.b], me),
                100 * (comparison.advantage or 0.0),
                low,
                high,
                format_interval(low, high),
                describe_families(comparison.questions, comparison.families),
                percent_number(comparison.coverage),
                comparison.verdict,
                comparison.verdict != "too early to say",
                MEANINGS.get(comparison.b, ""),
            )
        )
    return build_frame(
        "other skill:float low:float high:float interval on common:float verdict enough:bool "
        "meaning",
        rows,
    )


def evidence_frame(points: Sequence[EvidencePoint]) -> pd.DataFrame:
    """One row per family that closed. Columns:

    families (count so far), closed (its day), skill (points better so far) with low and high, cut
    off at `MAX_POINTS`, evidence (e-value).
    """
    return build_frame(
        "families:int closed skill:float low:float high:float evidence:float",
        (
            (
                p.families,
                format_utc_day(p.at),
                100 * p.advantage,
                max(100 * p.low, -MAX_POINTS),
                min(100 * p.high, MAX_POINTS),
                p.e_value,
            )
            for p in points
        ),
    )


def describe_pools(accuracy: Accuracy, rule: RuleName, me: ForecasterId) -> str:
    """State which way of pooling people's forecasts leads under a rule; empty without any."""
    names = {f.id: display_name(f, me) for f in accuracy.forecasters.values()}
    return describe_leading_pool(accuracy.pools[rule], names)


def points_frame(accuracy: Accuracy, rows: Sequence[Summary], me: ForecasterId) -> pd.DataFrame:
    """One row per forecaster under one rule, most points first. Columns:

    forecaster, points (sum over questions), on (questions and families in words), coverage
    (percent of the scheduled time), mean (while active; empty for points).
    """
    return build_frame(
        "forecaster points:float on coverage:float mean:float",
        (
            (
                display_name(accuracy.forecasters[s.forecaster_id], me),
                s.points,
                describe_families(s.questions, s.families),
                percent_number(s.coverage),
                None if RULES[s.rule].is_points else s.mean_while_active,
            )
            for s in rows
            if s.questions
        ),
    )


def describe_pair(comparison: Comparison, a: str, b: str) -> str:
    """Describe a comparison with the share of time in common, and why the bar is high."""
    common = percent_whole(comparison.coverage)
    text = f"{comparison.describe(a, b)} Both had a forecast for {common} of the scheduled time."
    if comparison.pairs < 2 or comparison.verdict == "too early to say":
        return text
    return f"{text} The bar is set higher because {comparison.pairs} pairs are looked at together."
