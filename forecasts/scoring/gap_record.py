"""Record of a pair of forecasters in gaps: who was nearer when they were far apart.

Losses are compared over the time on which the two were at least so far apart, as in
`forecasts.scoring.comparison`: a family of questions counts once, and the interval holds however
often one looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.questions.families import describe_families
from forecasts.questions.formatting import format_signed
from forecasts.scoring.comparison import CommonQuestion, be, sort_families
from forecasts.statistics.betting import confidence_interval, pool_families

MIN_GAP_FAMILIES: Final = 10
"""Families below which nothing is said: 7 of 10 come about by luck in every third case."""


@dataclass(frozen=True, slots=True)
class GapRecord:
    """Record of A against B on answered questions, while they were at least so far apart.

    `nearer` counts the families in which A was on the right side for most of it. `advantage` is B's
    mean Brier score less A's, −1 to 1, above 0 if A was better; `low` to `high` is its 95%
    confidence sequence.
    """

    questions: int
    families: int
    nearer: int
    advantage: float
    low: float
    high: float

    @property
    def is_enough(self) -> bool:
        """Return True if there are enough families to say anything."""
        return self.families >= MIN_GAP_FAMILIES

    def describe(self, a: str) -> str:
        """Describe the record in a sentence, with A's name as it stands inside a sentence.

        >>> GapRecord(14, 12, 9, 0.05, -0.02, 0.12).describe("Ben")
        'On 14 questions (12 independent) with such a gap Ben was nearer in 9 of 12: Brier score
        0.050 better on average, somewhere from 0.020 worse to 0.120 better'
        """
        was = be(a).replace("are", "were").replace("is", "was")
        return (
            f"On {describe_families(self.questions, self.families)} with such a gap {a} {was} "
            f"nearer in {self.nearer} of {self.families}: Brier score "
            f"{_describe_size(self.advantage)} on average, somewhere from "
            f"{_describe_size(self.low)} to {_describe_size(self.high)}"
        )


def _describe_size(advantage: float) -> str:
    size = format_signed(abs(advantage), 3).lstrip("+")
    return f"{size} {'better' if advantage >= 0.0 else 'worse'}"


def record_gaps(questions: Sequence[CommonQuestion]) -> GapRecord:
    """Return the record of a pair; the differences of `questions` are those in gaps alone."""
    ordered = sort_families(questions)
    gains = pool_families((q.family, q.differences) for q in ordered)
    low, high = confidence_interval(gains)
    nearer = int((gains.gains.sum(axis=1) > 0.0).sum())
    return GapRecord(len(ordered), len(gains), nearer, gains.advantage, low, high)
