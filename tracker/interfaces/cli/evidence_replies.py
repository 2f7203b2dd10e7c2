"""Replies of commands that judge evidence: the headline, and what the judgement did."""

from typing import Final

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Categorical, Distribution, p_yes
from forecasts.evidence.evidence import Evidence, describe_side
from forecasts.questions.formatting import format_short
from forecasts.questions.question import Question
from tracker.app.tracker import Tracker

DIRECTION_WORDS: Final = (
    "for or against, higher or lower, earlier or later, an option or “not” and an option, by the "
    "kind of question; or neither."
)
"""Words for the sides of a question, as the help of commands lists them."""


class EstimateWatch:
    """The estimate of a question before an act, so that its effect can be told after it."""

    def __init__(self, tracker: Tracker, question_id: str) -> None:
        self._tracker = tracker
        self.question: Question = tracker.questions.get(question_id, 0).summary.question
        self._before = tracker.evidence.estimate(question_id)

    def describe_move(self, option: str = "") -> str:
        """Describe what the estimate has done since: `The estimate moves 50.0% → 53.1%.`

        Of a question with options it is that of the `option`, or of all of them without one.
        """
        after = self._tracker.evidence.estimate(self.question.id)
        old, new = (_format_estimate(self.question, d, option) for d in (self._before, after))
        name = f"The estimate for {option}" if option else "The estimate"
        return f"{name} stays at {new}." if old == new else f"{name} moves {old} → {new}."


def _format_estimate(question: Question, estimate: Distribution, option: str) -> str:
    """Format a percentage with tenths, as one report seldom moves a point."""
    if isinstance(estimate, Categorical):
        p = dict(zip(estimate.options, estimate.p, strict=True)).get(option)
    else:
        p = None if isinstance(estimate, Cdf) else p_yes(estimate)
    return format_short(question, estimate) if p is None else f"{100 * p:.1f}%"


def describe_piece(question: Question, piece: Evidence, headline: str) -> str:
    """Describe what a piece says: `for YES, some: “Leaders meet”`."""
    side = describe_side(question.kind, piece.direction, piece.option)
    return f"{side}, {piece.strength.name.lower()}: “{headline}”"
