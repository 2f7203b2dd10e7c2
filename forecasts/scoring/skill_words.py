"""Formatting of skill in points, with one decimal and a sign."""

from forecasts.questions.format import MINUS, format_signed
from forecasts.scoring.rulebook import RULES, RuleName
from forecasts.scoring.scores import Summary


def skill_points(rule: RuleName, skill: float) -> float:
    """Skill in points: a hundredth of a Brier score is one; points stay as they are.

    >>> skill_points("brier", 0.25), skill_points("peer", 12.5)
    (25.0, 12.5)
    """
    return skill if RULES[rule].is_points else 100 * skill


def format_interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """Format an interval of gains, `−1.3 to +11.2`; empty without one."""
    return (
        ""
        if low is None or high is None
        else f"{format_signed(low, digits)} to {format_signed(high, digits)}"
    )


def format_skill(rule: RuleName, skill: float | None) -> str:
    """Format the skill of a summary or a score, such as `+5.7`; a dash without one."""
    return "–" if skill is None else format_signed(skill_points(rule, skill))


def format_summary_interval(summary: Summary) -> str:
    """Format the 95 % interval of a summary in points; empty without one."""
    if summary.low is None or summary.high is None:
        return ""
    return format_interval(
        skill_points(summary.rule, summary.low), skill_points(summary.rule, summary.high)
    )


def format_skill_difference(difference: float) -> str:
    """Format a difference between two skills: `5.7 points`."""
    return f"{100 * difference:.1f} points".replace("-", MINUS)
