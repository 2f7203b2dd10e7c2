"""One question opened from a sentence."""

from collections.abc import Sequence

from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import Question
from tracker.app.tracker import Tracker
from tracker.essays.claim_questions import PlannedQuestion


def open_claim(
    tracker: Tracker,
    question: NewQuestion,
    offset: int,
    *,
    indicators: Sequence[Indicator] = (),
    override: str = "",
) -> Question:
    """Open one question from the sentence at an offset of its essay."""
    plan = PlannedQuestion(question, tuple(indicators))
    (opened,) = tracker.essays.open_claims([plan], offset, override=override)
    return opened
