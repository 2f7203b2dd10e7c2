"""Home page in words: moves, evidence to review, my forecasts, disagreements."""

from datetime import datetime
from typing import Final

from dashboard.wording.numbers import NBSP, format_age, format_points, percent_exact, plural
from dashboard.wording.questions import format_forecast
from forecasts.distributions.distribution import Distribution
from forecasts.questions.format import capitalise
from forecasts.questions.question import CROWD, SUGGESTION, ForecasterId, Question

ARROW: Final = "\u2192"


def describe_move(before: float, after: float) -> str:
    """Describe a move with its start and end.

    >>> describe_move(0.34, 0.46).replace(NBSP, " ")
    'Up 12 points, 34 % → 46 %'
    """
    return (
        f"{capitalise(format_points(after - before))}, {percent_exact(before)} {ARROW} "
        f"{percent_exact(after)}"
    )


def describe_gap(pair: tuple[tuple[ForecasterId, float], tuple[ForecasterId, float]]) -> str:
    """Describe a disagreement and its size.

    >>> describe_gap(((ForecasterId("ada"), 0.3), (SUGGESTION, 0.55))).replace(NBSP, " ")
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


def describe_stale(
    question: Question, distribution: Distribution, since: datetime, now: datetime
) -> str:
    """Describe a stale forecast: `40 %, confirmed 45 days ago`."""
    return f"{format_forecast(question, distribution)}, confirmed {format_age(since, now)}"


def describe_closing(question: Question, distribution: Distribution, now: datetime) -> str:
    """Describe a question that closes soon: `Closes in 3 days, you hold 40 %`."""
    return (
        f"Closes {format_age(question.closes_at, now)}, you hold "
        f"{format_forecast(question, distribution)}"
    )


def describe_overdue(question: Question, now: datetime) -> str:
    """Describe an overdue answer: `Due 3 days ago`."""
    return f"Due {format_age(question.resolves_at, now)}"


def no_moves_sentence(over: str, longer: int) -> str:
    """State that nothing moved, and how many questions did in a longer period.

    >>> no_moves_sentence("24 hours", 3).replace(NBSP, " ")
    'No open question moved by a point or more; 3 questions did in 30 days.'
    """
    more = (
        f"; {plural(longer, 'question')} did in 30{NBSP}days"
        if longer and over != "30 days"
        else ""
    )
    return f"No open question moved by a point or more{more}."


def overview_sentence(over: str, moves: int, pieces: int, due: tuple[int, int, int]) -> str:
    """Summarise moves and pending tasks in a sentence.

    `due` counts my forecasts that close soon, my stale forecasts, and overdue answers.

    >>> overview_sentence("7 days", 2, 12, (0, 0, 1)).replace(NBSP, " ")
    '**2 questions moved** in 7 days. 12 pieces of evidence to review, 1 answer overdue.'
    >>> overview_sentence("24 hours", 0, 0, (0, 0, 0)).replace(NBSP, " ")
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
