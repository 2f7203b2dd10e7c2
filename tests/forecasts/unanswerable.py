"""Questions that nobody could answer, by class; they lie in `tests/data/forecasts/unanswerable.toml`."""

from collections.abc import Mapping
from typing import Any, Final

from forecasts.linting.lint import LintContext, find_flaws
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import utc
from tests.tables import read_tables

HALVES: Final = ("tuned", "held_out")
_OPENS: Final = utc("2027-01-01")


def build_unanswerable(half: str) -> dict[str, tuple[NewQuestion, ...]]:
    """Build the questions of a half of the list, by class."""
    classes: Any = read_tables("forecasts/unanswerable")[half]
    return {name: tuple(map(_build_question, rows)) for name, rows in classes.items()}


def list_blocking_codes(question: NewQuestion) -> tuple[str, ...]:
    """List the codes that block a question on the day on which it opens."""
    flaws = find_flaws(question, LintContext(question.opens_at))
    return tuple(dict.fromkeys(flaw.code for flaw in flaws if flaw.severity == "blocking"))


def _build_question(row: Mapping[str, Any]) -> NewQuestion:
    criteria = row.get("criteria") or (
        f"YES if, between 1 January 2027 and 30 June 2027 (UTC), {row['yes']}. NO if not. Annulled if "
        "no record is left."
    )
    return NewQuestion(
        id="unanswerable",
        text=row["text"],
        criteria=criteria,
        sources=row.get("sources", ("Reuters", "AP, as fall-back")),
        opens_at=_OPENS,
        closes_at=utc("2027-07-01"),
        resolves_at=utc("2027-07-08"),
    )
