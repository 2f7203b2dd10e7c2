"""Data frames of pairwise comparisons, difficulty-adjusted skill and updating habits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.accuracy.data import format_sample
from dashboard.components.frames import build_frame
from dashboard.wording import display_name
from forecasts.questions.question import ForecasterId
from forecasts.scoring.skill import format_interval
from forecasts.statistics.comparison import Comparison
from forecasts.statistics.dynamics import MIN_SAMPLE
from tracker.model.read_models import ComparisonReport, Habits

_OPPOSITE_VERDICT = {"better": "worse", "worse": "better"}


def list_pairs(
    report: ComparisonReport, forecaster_id: ForecasterId | None
) -> tuple[Comparison, ...]:
    """List the pairs with common questions, of all or of one forecaster, most questions first."""
    name = None if forecaster_id is None else report.forecasters[forecaster_id].name
    pairs = [c for c in report.comparisons if c.n and (name is None or name in (c.a, c.b))]
    return tuple(
        sorted(pairs, key=lambda c: (c.verdict == "not enough data", -c.n_clusters, -c.n, c.a, c.b))
    )


def map_display_names(report: ComparisonReport, me: ForecasterId) -> dict[str, str]:
    """Map the forecaster names used in a report's comparisons to display names."""
    return {f.name: display_name(f, me) for f in report.forecasters.values()}


def pairs_frame(
    pairs: Sequence[Comparison], names: Mapping[str, str], *, first: str | None = None
) -> pd.DataFrame:
    """One row per pair; the forecaster `first`, by the name in the report, always comes first.
    Columns:

    first, other, verdict (on the first; empty if there is not enough data), difference (points of
    skill, above 0 the first was better), interval (95 %, in words), on (questions and groups in
    words).
    """
    return build_frame(
        "first other verdict difference:float interval on",
        (_pair_row(c, names, turned=c.b == first) for c in pairs),
    )


def _pair_row(comparison: Comparison, names: Mapping[str, str], *, turned: bool) -> tuple[Any, ...]:
    factor = -100 if turned else 100
    difference, low, high = (
        None if x is None else factor * x
        for x in (comparison.mean_difference, comparison.low, comparison.high)
    )
    first, other = (comparison.b, comparison.a) if turned else (comparison.a, comparison.b)
    ends = (high, low) if turned else (low, high)
    verdict: str = "" if comparison.verdict == "not enough data" else comparison.verdict
    verdict = _OPPOSITE_VERDICT.get(verdict, verdict) if turned else verdict
    return (
        names[first],
        names[other],
        verdict,
        difference,
        format_interval(*ends),
        format_sample(comparison.n, comparison.n_clusters),
    )


def difficulty_adjusted_frame(report: ComparisonReport, me: ForecasterId) -> pd.DataFrame:
    """Difficulty-adjusted skill, best first. Columns:

    forecaster, adjusted (points above the average forecaster on the same questions), questions
    (count).
    """
    if report.difficulty is None:
        return build_frame("forecaster adjusted:float questions:int", ())
    rows = [
        (
            display_name(report.forecasters[ForecasterId(forecaster_id)], me),
            -100 * effect,
            report.difficulty.questions[forecaster_id],
        )
        for forecaster_id, effect in report.difficulty.effects.items()
    ]
    return build_frame("forecaster adjusted:float questions:int", rows)


def list_disconnected_names(report: ComparisonReport, me: ForecasterId) -> tuple[str, ...]:
    """List the names of forecasters who share no question, directly or not, with the largest
    group.
    """
    if report.difficulty is None:
        return ()
    return tuple(
        sorted(
            display_name(report.forecasters[ForecasterId(forecaster_id)], me)
            for group in report.difficulty.components[1:]
            for forecaster_id in group
        )
    )


def habits_frame(habits: Iterable[Habits], me: ForecasterId) -> pd.DataFrame:
    """Updating habits, one row per forecaster. Columns:

    forecaster, acts, questions, monthly (updates in 30 days), move (mean, points), reaffirmed and
    reversed (percent), momentum (−1 to 1), ratio (movement over the uncertainty removed; 1 is
    right), slope (reaction to evidence; 1 goes all the way). Cells without data are empty; so are
    ratio and slope below 30 questions or revisions.
    """
    types = {"forecaster": "str", "acts": "int64", "questions": "int64"}
    numbers = ("monthly", "move", "reaffirmed", "reversed", "momentum", "ratio", "slope")
    return build_frame(
        {**types, **dict.fromkeys(numbers, "float64")}, (_habit_row(habit, me) for habit in habits)
    )


def _habit_row(habits: Habits, me: ForecasterId) -> tuple[Any, ...]:
    updates = habits.updates
    move, reaffirmed, reversed_ = (
        None if x is None else 100 * x
        for x in (updates.mean_move, updates.reaffirmation_share, updates.reversal_share)
    )
    return (
        display_name(habits.forecaster, me),
        updates.n_acts,
        updates.n_questions,
        updates.per_30_days,
        move,
        reaffirmed,
        reversed_,
        updates.momentum,
        habits.excess.ratio if habits.excess.n >= MIN_SAMPLE else None,
        habits.reaction.slope if habits.reaction.n >= MIN_SAMPLE else None,
    )
