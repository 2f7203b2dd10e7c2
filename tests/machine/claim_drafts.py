"""A claim of an invented essay, with the drafts of the rules."""

from forecasts.essays.draft import ClaimDraft, ClaimSource, propose_drafts
from forecasts.essays.extract import Sentence
from forecasts.questions.question import utc

NOW = utc("2026-11-24T12:00:00Z")
TODAY = NOW.date()
CLAIM = "Arland will sign the river treaty by the end of 2027."


def drafts_of(text: str = CLAIM) -> tuple[ClaimDraft, ...]:
    """The drafts of the rules."""
    sentence = Sentence(0, len(text), text, "explicit prediction", "will", 1.0, 0.9, True, "")
    return propose_drafts(ClaimSource(sentence, TODAY, None, ("Prices fell.",), "On the river"))
