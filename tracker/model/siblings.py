"""Values of the use cases of repeated questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forecasts.essays.siblings.foretelling import SiblingAnswer, SiblingRecord
from forecasts.essays.siblings.sibling import Sibling
from forecasts.questions.question import Question, QuestionId
from forecasts.questions.repetition import Repetition
from forecasts.questions.settlement import Settlement

if TYPE_CHECKING:
    from forecasts.linting.lint import Flaw


@dataclass(frozen=True, slots=True)
class SiblingPlan:
    """The next sibling as it would be opened, what settles it, and what the linter finds in it."""

    repetition: Repetition
    sibling: Sibling
    question: Question
    flaws: "tuple[Flaw, ...]"
    settlement: Settlement | None = None


@dataclass(frozen=True, slots=True)
class SiblingRun:
    """Siblings that a run opened, and why others that are due could not be."""

    opened: tuple[QuestionId, ...]
    failed: Mapping[QuestionId, str]


@dataclass(frozen=True, slots=True)
class SiblingFamily:
    """A long question with its siblings, the newest first, for the page of one of them.

    `repetition` is the standing order, None while none stands. `record` sums up the answers and
    the acting person's scores.
    """

    parent: Question
    repetition: Repetition | None
    siblings: tuple[SiblingAnswer, ...]
    record: SiblingRecord
