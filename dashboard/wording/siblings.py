"""Repetitions of questions in words."""

from typing import Final

from forecasts.questions.repetition import Repetition
from forecasts.questions.windows import Rhythm, format_day

RHYTHM_NAMES: Final[dict[Rhythm, str]] = {
    "week": "week",
    "month": "month",
    "quarter": "quarter of a year",
    "year": "year",
}
"""Names of the windows, as behind "each"."""


def describe_rhythm(repetition: Repetition) -> str:
    """Describe a standing repetition in a sentence.

    >>> from forecasts.questions.question import QuestionId
    >>> describe_rhythm(Repetition(QuestionId("rain"), "month", count=6))
    'One opens for each month when the last has ended, 6 in all.'
    """
    name = RHYTHM_NAMES[repetition.every]
    parts = [f"One opens for each {name} when the last has ended"]
    if repetition.count is not None:
        parts.append(f"{repetition.count} in all")
    if repetition.until is not None:
        parts.append(f"none that begins after {format_day(repetition.until)}")
    return f"{', '.join(parts)}."
