"""What the first page says: moves, what waits, forecasts of one's own, who disagrees."""

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
    """A move with its ends.

    >>> moved(0.34, 0.46).replace(NBSP, " ")
    'Up 12 points, 34 % → 46 %'
    """
    return (
        f"{capital(points(after - before))}, {percent_exact(before)} {ARROW} {percent_exact(after)}"
    )


def apart(held: tuple[tuple[ForecasterId, float], tuple[ForecasterId, float]]) -> str:
    """Two who disagree, and by how much.

    >>> apart(((ForecasterId("ada"), 0.3), (SUGGESTION, 0.55))).replace(NBSP, " ")
    '25 points apart: you 30 %, suggested 55 %'
    """
    (one, p), (other, q) = held
    far = plural(whole, "point") if (whole := int(abs(p - q) * 100 + 0.5)) else "Less than a point"
    return f"{far} apart: {_voice(one)} {percent_exact(p)}, {_voice(other)} {percent_exact(q)}"


def _voice(who: ForecasterId) -> str:
    return {CROWD: "crowd", SUGGESTION: "suggested"}.get(who, "you")


def stale(question: Question, held: Distribution, since: datetime, now: datetime) -> str:
    """`40 %, confirmed 45 days ago`."""
    return f"{in_short(question, held)}, confirmed {age(since, now)}"


def closing(question: Question, held: Distribution, now: datetime) -> str:
    """`Closes in 3 days, you hold 40 %`."""
    return f"Closes {age(question.closes_at, now)}, you hold {in_short(question, held)}"


def late(question: Question, now: datetime) -> str:
    """`Due 3 days ago`."""
    return f"Due {age(question.resolves_at, now)}"


def still(over: str, longer: int) -> str:
    """That nothing moved, and how many did in a longer time.

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
    """What moved and all that waits for a person, in a sentence.

    `due` counts the forecasts of one's own that close soon, those that are stale, and the answers
    overdue.

    >>> waits("7 days", 2, 12, (0, 0, 1)).replace(NBSP, " ")
    '**2 questions moved** in 7 days. 12 pieces of evidence to review, 1 answer overdue.'
    >>> waits("24 hours", 0, 0, (0, 0, 0)).replace(NBSP, " ")
    '**Nothing moved** in 24 hours. Nothing waits for you.'
    """
    closing, stale, late = due
    told = [
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
        f"{', '.join(filter(None, told)) or 'Nothing waits for you'}."
    )
