"""Why a probability moved: the words of each cause, and the sentence over its table."""

from typing import Final

from dashboard.wording.evidence import LINE
from dashboard.wording.numbers import NBSP, log_odds, percent_exact, percent_number
from forecasts.suggestion.changes import Move

CAUSE: Final = {
    "came in": "a story that was not known before",
    "faded": "what a story lost by its age alone",
    "judged anew": "what a judgement changed: a story was confirmed, edited, rejected or called",
    "merged": "a story that turned out to be one with another, and counts there",
    "other reports": "a story gained reports, or its feeds are trusted otherwise",
    "other novelty": "a story counts more or less beside others of its kind",
    "small changes": "what moved it too little for a row each",
    "recorded otherwise": "what was written down then and cannot be worked out again, as news was logged later",
    "cited": "a piece of evidence that the forecast rests on, by what it moves the suggestion",
    "judgement": "the rest, which is the forecaster's own",
}
"""What each cause of a move means, where it is no line of the suggestion."""

_OBVIOUS: Final = frozenset({"came in", "base rate", "time passed", "small changes", "sum"})


def moved_sentence(move: Move, since: str, until: str, *, from_base_rate: bool = False) -> str:
    """`From 25.2 % (2 Mar) to 31 % (1 May): up 5.8 points, +0.29 in log-odds.`; `since` and `until`
    in words.
    """
    base = "the base rate, " if from_base_rate else ""
    told = f"From {_fine(move.before)} ({base}{since}) to {_fine(move.after)} ({until})"
    if move.log_odds is None:
        return f"{told}. Certainty is infinitely far away in log-odds, so no reasons add up to it."
    return f"{told}: {_size(move)}, {log_odds(move.log_odds)} in log-odds."


def tenths(p: float) -> float:
    """A percentage with one decimal, and more near the ends: a move is often smaller than a
    point.
    """
    return round(100 * p, 1) if 0.1 <= p <= 0.9 else percent_number(p)


def _fine(p: float) -> str:
    return f"{tenths(p):g}{NBSP}%" if 0.1 <= p <= 0.9 else percent_exact(p)


def _size(move: Move) -> str:
    change = move.after - move.before
    if not change:
        return "unchanged"
    way, size = "up" if change > 0 else "down", round(100 * abs(change), 1)
    return (
        f"{way} {size:g}{NBSP}{'point' if size == 1 else 'points'}"
        if size
        else f"{way} by less than 0.1{NBSP}points"
    )


def causes_explained(causes: set[str]) -> str:
    """What the less obvious causes among these mean, in a sentence each; empty when there is
    none.
    """
    known = {**LINE, **CAUSE}
    return " ".join(
        f"{c.capitalize()}: {said}." for c, said in known.items() if c in causes - _OBVIOUS
    )
