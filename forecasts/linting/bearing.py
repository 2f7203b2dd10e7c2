"""Lint check of the answer that bears a claim out."""

from collections.abc import Iterator

from forecasts.errors import ForecastsError
from forecasts.essays.claim_outcomes import base_chance, find_weakness
from forecasts.linting.flaws import Flaw
from forecasts.questions.formatting import format_percent
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import Question


def find_bearing_flaws(question: NewQuestion | Question) -> Iterator[Flaw]:
    """Yield advice on a test of a claim that could hardly fail, or succeed, by its own prior."""
    try:
        built = question if isinstance(question, Question) else build_question(question)
        weakness, chance = find_weakness(built), base_chance(built)
    except ForecastsError:
        return  # opening it says what is wrong
    if weakness is None:
        return
    reason = f"its own prior bears the claim out with {format_percent(chance)}: the test {weakness}"
    fix = (
        "Choose a threshold, a date or an event that leaves the answer open, such as a change "
        "instead of a level."
    )
    yield Flaw("cannot-fail", "advice", "prior", reason, fix)
