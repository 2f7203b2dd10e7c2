"""States and outcomes of questions."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.wording.held import format_answer
from dashboard.wording.moments import format_age, format_day
from forecasts.questions.question import Question, Resolution, Status

STATUS_NAMES: Final = {
    "upcoming": "Not open yet",
    "open": "Open",
    "closed": "Closed, waiting for its answer",
    "resolved": "Resolved",
    "annulled": "Annulled",
    "ambiguous": "Ambiguous",
}
"""Names of question states."""

OUTCOME_NAMES: Final = {
    "yes": "YES",
    "no": "NO",
    "answered": "answered",
    "annulled": "annulled",
    "ambiguous": "ambiguous",
    "reopened": "re-opened",
}
"""Names of outcomes."""


def question_status_line(
    question: Question,
    state: Status,
    resolution: Resolution | None,
    clock: tuple[datetime, ZoneInfo],
) -> str:
    """Describe the state of a question in one line; `clock` is now and the viewer's zone."""
    now, zone = clock
    if resolution is not None:
        return (
            f"{describe_resolution(question, resolution)}, known "
            f"{format_day(resolution.known_at, zone)}"
        )
    closes = f"{format_day(question.closes_at, zone)} ({format_age(question.closes_at, now)})"
    match state:
        case "upcoming":
            opens = f"{format_day(question.opens_at, zone)} ({format_age(question.opens_at, now)})"
            return f"Opens {opens}, closes {format_day(question.closes_at, zone)}"
        case "open":
            return f"Open since {format_day(question.opens_at, zone)}, closes {closes}"
        case _:
            return f"Closed {closes}, waiting for its answer"


def describe_resolution(question: Question, resolution: Resolution) -> str:
    """Describe a resolution: `Resolved YES`, `Resolved: Astana`, `Annulled: not scored`."""
    match resolution.outcome:
        case "annulled" | "ambiguous":
            return f"{STATUS_NAMES[resolution.outcome]}: not scored"
        case "answered":
            return f"Resolved: {format_answer(question, resolution)}"
        case _:
            return f"Resolved {format_answer(question, resolution)}"
