"""Skill as people read it on pages, in reports and at the terminal: in points, with one decimal and
a sign.
"""

from forecasts.scoring.rulebook import RULES, RuleName
from forecasts.scoring.scores import Summary
from forecasts.spoken import MINUS, signed


def gained(rule: RuleName, skill: float) -> float:
    """Skill in points: a hundredth of a Brier score is one; what is counted in points already stays
    as it is.

    >>> gained("brier", 0.25), gained("peer", 12.5)
    (25.0, 12.5)
    """
    return skill if RULES[rule].is_points else 100 * skill


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """An interval of gains, `−1.3 to +11.2`; empty where none can be given."""
    return "" if low is None or high is None else f"{signed(low, digits)} to {signed(high, digits)}"


def in_points(rule: RuleName, skill: float | None) -> str:
    """The skill of a summary or a score in words, such as `+5.7`; a dash where there is none."""
    return "–" if skill is None else signed(gained(rule, skill))


def ranged(summary: Summary) -> str:
    """The 95 % interval of a summary in points; empty where there is none."""
    if summary.low is None or summary.high is None:
        return ""
    return interval(gained(summary.rule, summary.low), gained(summary.rule, summary.high))


def apart_in_points(difference: float) -> str:
    """A difference between two skills as a sentence has it: `5.7 points`."""
    return f"{100 * difference:.1f} points".replace("-", MINUS)
