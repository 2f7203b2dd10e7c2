"""States and outcomes of questions."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.wording.held import answer_of
from dashboard.wording.moments import age, day
from forecasts.questions.question import Question, Resolution, Status

STATUS: Final = {
    "upcoming": "Not open yet",
    "open": "Open",
    "closed": "Closed, waiting for its answer",
    "resolved": "Resolved",
    "annulled": "Annulled",
    "ambiguous": "Ambiguous",
}
"""Names of question states."""

OUTCOME: Final = {
    "yes": "YES",
    "no": "NO",
    "answered": "answered",
    "annulled": "annulled",
    "ambiguous": "ambiguous",
    "reopened": "re-opened",
}
"""Names of outcomes."""


def status_line(
    question: Question,
    state: Status,
    resolution: Resolution | None,
    clock: tuple[datetime, ZoneInfo],
) -> str:
    """Describe the state of a question in one line; `clock` is now and the viewer's zone."""
    now, zone = clock
    if resolution is not None:
        return f"{answered(question, resolution)}, known {day(resolution.known_at, zone)}"
    closes = f"{day(question.closes_at, zone)} ({age(question.closes_at, now)})"
    match state:
        case "upcoming":
            opens = f"{day(question.opens_at, zone)} ({age(question.opens_at, now)})"
            return f"Opens {opens}, closes {day(question.closes_at, zone)}"
        case "open":
            return f"Open since {day(question.opens_at, zone)}, closes {closes}"
        case _:
            return f"Closed {closes}, waiting for its answer"


def answered(question: Question, resolution: Resolution) -> str:
    """Describe a resolution: `Resolved YES`, `Resolved: Astana`, `Annulled: not scored`."""
    match resolution.outcome:
        case "annulled" | "ambiguous":
            return f"{STATUS[resolution.outcome]}: not scored"
        case "answered":
            return f"Resolved: {answer_of(question, resolution)}"
        case _:
            return f"Resolved {answer_of(question, resolution)}"
