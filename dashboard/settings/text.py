"""Sentences of the page *Import forecasts*."""

from collections.abc import Mapping
from typing import Final

from dashboard.wording.numbers import plural
from tracker.model.forecast_import import ForecastImport, ImportPreview

IMPORT_COLUMNS: Final[Mapping[str, str]] = {
    "text": "Question",
    "probability": "Probability",
    "made_at": "Made on",
    "closes_at": "Deadline",
    "outcome": "Answer",
    "known_at": "Answer known on",
    "link": "Link",
    "person": "Forecaster",
}
"""Columns of a spreadsheet that can be chosen, as the page names them."""

_SOURCES: Final = {
    "tracker": "Own format",
    "fatebook": "Fatebook",
    "predictionbook": "PredictionBook",
    "metaculus": "Metaculus",
    "manifold": "Manifold",
    "spreadsheet": "Spreadsheet",
}


def name_source(source: str) -> str:
    """Return the name of a source."""
    return _SOURCES.get(source, source)


def describe_preview(plan: ImportPreview) -> str:
    """Say what would enter.

    >>> describe_preview(ImportPreview("fatebook", (), 3, 1, 2, (), {}, {}, (), ())).split()[:2]
    ['Fatebook:', '3']
    """
    new = sum(question.matched is None for question in plan.questions)
    known = len(plan.questions) - new
    counts = f"{plural(plan.forecasts, 'forecast')} and {plural(plan.answers, 'answer')}"
    text = f"{name_source(plan.source)}: {counts}"
    if plan.questions:
        text += f", on {plural(new, 'new question')} and {known:,} known"
    if plan.unchanged:
        are = "is" if plan.unchanged == 1 else "are"
        text += f". {plural(plan.unchanged, 'row')} {are} here already"
    if names := [
        f"{name} enters as {person}" for name, person in plan.people.items() if name != person
    ]:
        text += f". {', '.join(names)}"
    return f"{text}."


def describe_import(result: ForecastImport) -> str:
    """Say what entered, and what was left out."""
    text = f"{plural(result.forecasts, 'forecast')} imported"
    if result.refused:
        text += f"; {plural(len(result.refused), 'broken row')} left out"
    return text
