"""Values of drafting: the claim in its window, and a planned question."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from forecasts.essays.catalogue.lookup import ClaimText
from forecasts.essays.drafting.clauses import Clause
from forecasts.essays.drafting.window import Window
from forecasts.questions.question import HorizonShape, Kind

GAP: Final = re.compile(r"\[…[^\]]*\]")
"""Placeholder that a person fills; the linter blocks a question with one."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Claim to draft from: its text, its clause, its window, and the names it refers back to.

    `actor` is the subject, "" if the claim names none; `is_carried` if it was named before the
    claim and only a pronoun stands in it. `dated` is the text that names the last day. `notes` say
    what else is read into it.
    """

    text: ClaimText
    clause: Clause
    window: Window
    actor: str = ""
    is_carried: bool = False
    dated: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """Planned question.

    `last` is the last day it covers, `published` the day by which its answer is out. `notes` say
    what was read into the claim, for a person to check. `prior` is the chance that the essay itself
    gives, `rate` the base rate that follows from `base_rate`, as typed forecasts, "" without one.
    """

    kind: Kind
    shape: HorizonShape
    text: str
    criteria: str
    sources: tuple[str, ...]
    last: date
    published: date
    bears_out: str = ""
    options: tuple[str, ...] = ()
    unit: str = ""
    centre: float | None = None
    spread: float | None = None
    base_rate: str = ""
    rate: str = ""
    edge_cases: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    prior: str = ""

    @property
    def is_question(self) -> bool:
        """True if the text asks something whole; else it is the claim's own words, to be edited."""
        return self.text.endswith("?") and GAP.search(self.text) is None

    @property
    def gaps(self) -> tuple[str, ...]:
        """Placeholders that are left, in the order of the text."""
        return tuple(GAP.findall("\n".join([self.text, self.criteria, *self.sources])))
