"""Causes of a probability change in words."""

from typing import Final

from dashboard.wording.evidence import LINE_MEANINGS
from dashboard.wording.numbers import NBSP, format_log_odds, percent_exact, percent_number
from dashboard.wording.questions import format_forecast
from forecasts.questions.question import Question
from forecasts.suggestion.changes import ProbabilityChange
from forecasts.suggestion.postmortem import PathComparison

CAUSE_MEANINGS: Final = {
    "came in": "a story that was not known before",
    "faded": "what a story lost by its age alone",
    "judged anew": "what a judgement changed: a story was confirmed, edited, rejected or called",
    "merged": "a story that turned out to be one with another, and counts there",
    "other reports": "a story gained reports, or its feeds are trusted otherwise",
    "other novelty": "a story counts more or less beside others of its kind",
    "small changes": "what moved it too little for a row each",
    "recorded otherwise": (
        "what was written down then and cannot be worked out again, as news was logged later"
    ),
    "cited": "a piece of evidence that the forecast rests on, by what it moves the suggestion",
    "judgement": "the rest, which is the forecaster's own",
}
"""Meaning of each cause of a change that is no line of the suggestion."""

_SELF_EXPLANATORY: Final = frozenset(
    {"came in", "base rate", "time passed", "small changes", "sum"}
)


def change_sentence(
    move: ProbabilityChange, since: str, until: str, *, from_base_rate: bool = False
) -> str:
    """State a change: `From 25.2 % (2 Mar) to 31 % (1 May): up 5.8 points, +0.29 in log-odds.`

    `since` and `until` are in words.
    """
    base = "the base rate, " if from_base_rate else ""
    before, after = _format_tenths(move.before), _format_tenths(move.after)
    sentence = f"From {before} ({base}{since}) to {after} ({until})"
    if move.log_odds is None:
        return (
            f"{sentence}. Certainty is infinitely far away in log-odds, so no reasons add up to it."
        )
    return f"{sentence}: {_format_points(move)}, {format_log_odds(move.log_odds)} in log-odds."


def percent_tenths(p: float) -> float:
    """Return a percentage with one decimal, and more near the ends; changes are often below a
    point.
    """
    return round(100 * p, 1) if 0.1 <= p <= 0.9 else percent_number(p)


def _format_tenths(p: float) -> str:
    return f"{percent_tenths(p):g}{NBSP}%" if 0.1 <= p <= 0.9 else percent_exact(p)


def _format_points(move: ProbabilityChange) -> str:
    change = move.after - move.before
    if not change:
        return "unchanged"
    direction, size = "up" if change > 0 else "down", round(100 * abs(change), 1)
    return (
        f"{direction} {size:g}{NBSP}{'point' if size == 1 else 'points'}"
        if size
        else f"{direction} by less than 0.1{NBSP}points"
    )


def explain_causes(causes: set[str]) -> str:
    """Explain the less obvious causes among these, a sentence each; empty if there is none."""
    meanings = {**LINE_MEANINGS, **CAUSE_MEANINGS}
    return " ".join(
        f"{c.capitalize()}: {meaning}."
        for c, meaning in meanings.items()
        if c in causes - _SELF_EXPLANATORY
    )


SINGLE_QUESTION_CAVEAT = (
    "One question says little about anybody (n = 1): luck and skill look alike on it. It "
    "tells where to look."
)


def path_sentences(
    question: Question, path: PathComparison, best: str, dates: tuple[str, str]
) -> str:
    """Compare my path with the best one.

    `Suggestion would have scored best, 3.1 points of skill ahead of you. You lost most from 1 May
    to 9 June, …` `best` names it, `dates` are the ends of the worst period, all in words.
    """
    if path.worst is None:
        return "No other path would have scored better than yours, of all that were kept here."
    lead, lost = 100 * path.lead, 100 * path.worst.lost
    mine, other = (
        "nothing" if distribution is None else format_forecast(question, distribution)
        for distribution in (path.worst.mine, path.worst.other)
    )
    return (
        f"{best} would have scored best, {_format_skill_points(lead)} of skill ahead of you. "
        f"You lost most from {dates[0]} to {dates[1]}, when you held {mine} and, half-way "
        f"through, {best} {other}: {_format_skill_points(lost)}."
    )


def _format_skill_points(value: float) -> str:
    return f"less than 0.1{NBSP}points" if value < 0.05 else f"{value:.1f}{NBSP}points"
