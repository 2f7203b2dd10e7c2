"""Values of drafting: the parts of a claim, and the proposed question."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from forecasts.essays.dates import format_long_date
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.figures import Figure
from forecasts.essays.drafting.letter_case import lowercase_subject
from forecasts.essays.drafting.placeholders import SUBJECT_PLACEHOLDER
from forecasts.essays.drafting.verbs import is_plural
from forecasts.questions.question import HorizonShape, Kind

OPENING_PHRASE: Final = "from the opening of the question to"
"""Phrase before the last day in the criteria of a draft, replaced by a date when it is asked."""


def format_period(first: date, last: date) -> str:
    """Format a period, both days included.

    >>> format_period(date(2027, 1, 1), date(2027, 12, 31))
    'between 1 January 2027 and 31 December 2027'
    """
    return f"between {format_long_date(first)} and {format_long_date(last)}"


@dataclass(frozen=True, slots=True)
class ClaimParts:
    """Parts of a claim. `deadline` is its own deadline, None without one; `last` the last day to
    ask about.

    `first` is the start of the period of a figure, None if it counts from the opening.
    """

    clause: Clause
    claim_kind: str
    figure: Figure | None
    last: date
    deadline: date | None
    sources: tuple[str, ...]
    first: date | None = None

    @property
    def named_subject(self) -> str:
        """Subject, or a placeholder for it."""
        return self.clause.subject or SUBJECT_PLACEHOLDER

    @property
    def until_last_day(self) -> str:
        """Time frame up to the last day, with its zone."""
        return f"{OPENING_PHRASE} {format_long_date(self.last)} (UTC)"

    @property
    def span(self) -> str:
        """Period of a figure, with its zone."""
        return (
            f"{format_period(self.first, self.last)} (UTC)" if self.first else self.until_last_day
        )

    @property
    def annul_rule(self) -> str:
        """Rule for no answer: without the claim's condition, its subject, or any source."""
        clause, sources = self.clause, "none of the sources can be consulted a week after the close"
        if clause.condition:
            comes = "comes about" if clause.is_unless else "does not come about"
            return (
                f"Annulled if the condition, “{clause.condition}”, {comes} by "
                f"{format_long_date(self.last)} (UTC)."
            )
        if clause.subject and clause.subject != "there":
            exists = "exist" if is_plural(clause.subject) else "exists"
            return f"Annulled if {clause.subject} no longer {exists}, or {sources}."
        return f"Annulled if {sources}."

    def apply_condition(self, question: str) -> str:
        """Return the question under the claim's condition, if it has one."""
        condition = self.clause.condition
        word = "Unless" if self.clause.is_unless else "If"
        return (
            f"{word} {lowercase_subject(condition)}, {question[:1].lower()}{question[1:]}"
            if condition
            else question
        )


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """Proposed question. `report` is the event as a clause, `reports` and `denials` are headlines.

    `is_lower`: a report of the event favours the lower number.
    """

    kind: Kind
    shape: HorizonShape
    text: str
    criteria: str
    base_rate_prompt: str
    report: str
    reports: tuple[str, ...]
    denials: tuple[str, ...]
    bears_out: str = ""
    options: tuple[str, ...] = ()
    unit: str = ""
    is_lower: bool = False
