"""Best path of an answered question in words."""

from dashboard.wording.held import format_forecast
from dashboard.wording.numbers import NBSP
from forecasts.questions.question import Question
from forecasts.suggestion.postmortem import PathComparison

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
