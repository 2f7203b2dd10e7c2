"""Pairs of forecasters, skill adjusted for difficulty, and how people revise."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.accuracy.skill_data import tersely
from dashboard.components.columns_data import frame_of
from dashboard.wording import named
from forecasts.questions.question import ForecasterId
from forecasts.scoring.skill_words import interval
from forecasts.statistics.comparison import Comparison
from forecasts.statistics.dynamics import TOO_FEW
from tracker.model.read_models import ComparisonReport, Habits

_TURNED = {"better": "worse", "worse": "better"}


def pairs_of(report: ComparisonReport, who: ForecasterId | None) -> tuple[Comparison, ...]:
    """The pairs that have a question in common: all, or those of one forecaster; the most questions
    first.
    """
    name = None if who is None else report.forecasters[who].name
    found = [c for c in report.comparisons if c.n and (name is None or name in (c.a, c.b))]
    return tuple(
        sorted(found, key=lambda c: (c.verdict == "not enough data", -c.n_clusters, -c.n, c.a, c.b))
    )


def names_of(report: ComparisonReport, me: ForecasterId) -> dict[str, str]:
    """How who is looking calls the forecasters of a report, by the names that its comparisons
    have.
    """
    return {f.name: named(f, me) for f in report.forecasters.values()}


def pairs_frame(
    found: Sequence[Comparison], names: Mapping[str, str], *, first: str | None = None
) -> pd.DataFrame:
    """One row a pair; a forecaster who is asked for, by the name in the report, is the first of
    each. Columns:

    first, other, verdict (on the first; empty where there is not enough data), difference (points
    of skill, above 0 the first was better), interval (95 %, in words), on (questions and groups in
    words).
    """
    types = {
        "first": "str",
        "other": "str",
        "verdict": "str",
        "difference": "float64",
        "interval": "str",
        "on": "str",
    }
    return frame_of(types, (_pair_row(c, names, turned=c.b == first) for c in found))


def _pair_row(found: Comparison, names: Mapping[str, str], *, turned: bool) -> tuple[Any, ...]:
    side = -100 if turned else 100
    difference, low, high = (
        None if x is None else side * x for x in (found.mean_difference, found.low, found.high)
    )
    a, b = (found.b, found.a) if turned else (found.a, found.b)
    ends = (high, low) if turned else (low, high)
    verdict: str = "" if found.verdict == "not enough data" else found.verdict
    verdict = _TURNED.get(verdict, verdict) if turned else verdict
    return (
        names[a],
        names[b],
        verdict,
        difference,
        interval(*ends),
        tersely(found.n, found.n_clusters),
    )


def adjusted_frame(report: ComparisonReport, me: ForecasterId) -> pd.DataFrame:
    """Skill as if all had answered the same questions, the best first. Columns:

    forecaster, adjusted (points above the average forecaster on the same questions), questions (how
    many).
    """
    types = {"forecaster": "str", "adjusted": "float64", "questions": "int64"}
    if report.difficulty is None:
        return frame_of(types, ())
    rows = [
        (
            named(report.forecasters[ForecasterId(who)], me),
            -100 * effect,
            report.difficulty.questions[who],
        )
        for who, effect in report.difficulty.effects.items()
    ]
    return frame_of(types, rows)


def apart(report: ComparisonReport, me: ForecasterId) -> tuple[str, ...]:
    """The names of those who share no question, not even over others, with most forecasters."""
    if report.difficulty is None:
        return ()
    return tuple(
        sorted(
            named(report.forecasters[ForecasterId(who)], me)
            for group in report.difficulty.components[1:]
            for who in group
        )
    )


def habits_frame(found: Iterable[Habits], me: ForecasterId) -> pd.DataFrame:
    """How people revise, one row a forecaster. Columns:

    forecaster, acts, questions, monthly (updates in 30 days), move (mean, points), reaffirmed and
    reversed (percent), momentum (−1 to 1), ratio (movement over the uncertainty removed; 1 is
    right), slope (reaction to evidence; 1 goes all the way). What there is nothing to count for is
    empty, and the last two below 30 questions or revisions.
    """
    types = {"forecaster": "str", "acts": "int64", "questions": "int64"}
    numbers = ("monthly", "move", "reaffirmed", "reversed", "momentum", "ratio", "slope")
    return frame_of(
        {**types, **dict.fromkeys(numbers, "float64")}, (_habit_row(one, me) for one in found)
    )


def _habit_row(one: Habits, me: ForecasterId) -> tuple[Any, ...]:
    habit = one.updates
    move, reaffirmed, reversed_ = (
        None if x is None else 100 * x
        for x in (habit.mean_move, habit.reaffirmation_share, habit.reversal_share)
    )
    return (
        named(one.forecaster, me),
        habit.n_acts,
        habit.n_questions,
        habit.per_30_days,
        move,
        reaffirmed,
        reversed_,
        habit.momentum,
        one.excess.ratio if one.excess.n >= TOO_FEW else None,
        one.reaction.slope if one.reaction.n >= TOO_FEW else None,
    )
