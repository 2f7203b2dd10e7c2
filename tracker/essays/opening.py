"""Draft and open a question from a sentence of an essay."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from forecasts.essays.draft import Draft, draft
from forecasts.essays.extract import Sentence
from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import Asked
from forecasts.questions.question import Claim, EssayId, Question
from tracker.essays.adding import sentence_at
from tracker.essays.anchoring import anchored, free_id, quotable, stands
from tracker.model.audit import Standpoint
from tracker.questions import open as asking
from tracker.questions.submit_forecast import register
from tracker.storage import essays, questions
from tracker.storage.sessions import Session

LONGEST_RESTATEMENT: Final = 1_000
"""Characters."""


def proposed(session: Session, essay_id: EssayId, offset: int, authorship: Standpoint) -> Draft:
    """Draft a question from the sentence at `offset`, for a person to complete."""
    return draft(sentence_at(session, essay_id, offset), authorship.at.date())


def open_claim(
    session: Session,
    new_question: Asked,
    offset: int,
    keep_days: float,
    *,
    made: Standpoint,
    indicators: Sequence[Indicator] = (),
    override: str = "",
) -> Question:
    """Open a question from the sentence at `offset` of its essay; store the sentence as a claim if
    it is new.
    """
    sentence = sentence_at(session, new_question.essay_id, offset)
    register(session, made.by)
    claim = claim_of(session, new_question.essay_id, sentence)
    questions.add_claim(session, claim)
    with_claim = replace(
        new_question, claim_ids=tuple(dict.fromkeys([claim.id, *new_question.claim_ids]))
    )
    question = asking.ask(
        session, with_claim, keep_days, made, indicators=indicators, override=override
    )
    essays.drop_draft(session, new_question.essay_id, sentence.offset)
    return question


def claim_of(session: Session, essay_id: EssayId, sentence: Sentence) -> Claim:
    """Return the claim that starts in a sentence, or build a new one."""
    newest = essays.newest_text(session, essay_id)
    text = "" if newest is None else newest.text
    known = anchored(questions.claims_of(session, essay_id), text)
    for claim in known:
        if sentence.offset <= claim.offset < sentence.end and stands(claim, text):
            return claim
    quote, offset = quotable(sentence, text)
    modality = f"{sentence.cue} ({sentence.modality:g})" if sentence.cue else "none"
    return Claim(
        id=free_id(sentence.offset, {claim.id for claim in known}),
        essay_id=essay_id,
        quote=quote,
        offset=offset,
        claim_kind=sentence.kind or "statement",
        modality=modality,
        restatement=" ".join(sentence.text.split()[:60])[:LONGEST_RESTATEMENT],
    )
