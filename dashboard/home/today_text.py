"""Home page in words: moves, evidence to review, my forecasts, disagreements."""

from datetime import datetime
from typing import Final

from dashboard.wording.held import in_short
from dashboard.wording.moments import age
from dashboard.wording.numbers import NBSP, percent_exact, plural, points
from dashboard.wording.texts import capital
from forecasts.distributions.distribution import Distribution
from forecasts.questions.forecaster import CROWD, SUGGESTION
from forecasts.questions.question import ForecasterId, Question

ARROW: Final = "\u2192"


def moved(before: float, after: float) -> str:
    """Describe a move with its start and end.

    >>> moved(0.34, 0.46).replace(NBSP, " ")
    'Up 12 points, 34 % → 46 %'
    """
    return (
        f"{capital(points(after - before))}, {percent_exact(before)} {ARROW} {percent_exact(after)}"
    )


def apart(pair: tuple[tuple[ForecasterId, float], tuple[ForecasterId, float]]) -> str:
    """Describe a disagreement and its size.

    >>> apart(((ForecasterId("ada"), 0.3), (SUGGESTION, 0.55))).replace(NBSP, " ")
    '25 points apart: you 30 %, suggested 55 %'
    """
    (first_id, p), (second_id, q) = pair
    whole = int(abs(p - q) * 100 + 0.5)
    distance = plural(whole, "point") if whole else "Less than a point"
    first = f"{_forecaster_word(first_id)} {percent_exact(p)}"
    second = f"{_forecaster_word(second_id)} {percent_exact(q)}"
    return f"{distance} apart: {first}, {second}"


def _forecaster_word(forecaster_id: ForecasterId) -> str:
    return {CROWD: "crowd", SUGGESTION: "suggested"}.get(forecaster_id, "you")


def stale(question: Question, distribution: Distribution, since: datetime, now: datetime) -> str:
    """Describe a stale forecast: `40 %, confirmed 45 days ago`."""
    return f"{in_short(question, distribution)}, confirmed {age(since, now)}"


def closing(question: Question, distribution: Distribution, now: datetime) -> str:
    """Describe a question that closes soon: `Closes in 3 days, you hold 40 %`."""
    return f"Closes {age(question.closes_at, now)}, you hold {in_short(question, distribution)}"


def late(question: Question, now: datetime) -> str:
    """Describe an overdue answer: `Due 3 days ago`."""
    return f"Due {age(question.resolves_at, now)}"


def still(over: str, longer: int) -> str:
    """State that nothing moved, and how many questions did in a longer period.

    >>> still("24 hours", 3).replace(NBSP, " ")
    'No open question moved by a point or more; 3 questions did in 30 days.'
    """
    more = (
        f"; {plural(longer, 'question')} did in 30{NBSP}days"
        if longer and over != "30 days"
        else ""
    )
    return f"No open question moved by a point or more{more}."


def waits(over: str, moves: int, pieces: int, due: tuple[int, int, int]) -> str:
    """Summarise moves and pending tasks in a sentence.

    `due` counts my forecasts that close soon, my stale forecasts, and overdue answers.

    >>> waits("7 days", 2, 12, (0, 0, 1)).replace(NBSP, " ")
    '**2 questions moved** in 7 days. 12 pieces of evidence to review, 1 answer overdue.'
    >>> waits("24 hours", 0, 0, (0, 0, 0)).replace(NBSP, " ")
    '**Nothing moved** in 24 hours. Nothing waits for you.'
    """
    closing, stale, late = due
    parts = [
        f"{plural(pieces, 'piece', 'pieces')} of evidence to review" if pieces else "",
        f"{plural(closing, 'forecast')} of yours close{'s' if closing == 1 else ''} soon"
        if closing
        else "",
        f"{plural(stale, 'forecast')} of yours not confirmed lately" if stale else "",
        f"{plural(late, 'answer')} overdue" if late else "",
    ]
    moved = f"{plural(moves, 'question')} moved" if moves else "Nothing moved"
    return (
        f"**{moved}** in {over.replace(' ', NBSP)}. "
        f"{', '.join(filter(None, parts)) or 'Nothing waits for you'}."
    )
