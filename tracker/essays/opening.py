"""Draft and open a question from a sentence of an essay."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from forecasts.essays.draft import ClaimDraft, draft_question
from forecasts.essays.extract import Sentence
from forecasts.evidence.evidence import Indicator
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import Claim, EssayId, Question
from tracker.essays.adding import find_sentence
from tracker.essays.anchoring import anchor_claims, choose_quote, free_claim_id, has_quote
from tracker.model.audit import Authorship
from tracker.questions import open as asking
from tracker.questions.submit_forecast import register_forecaster
from tracker.storage import essays, questions
from tracker.storage.sessions import Session

MAX_RESTATEMENT_CHARS: Final = 1_000
"""Characters."""


def propose_draft(
    session: Session, essay_id: EssayId, offset: int, authorship: Authorship
) -> ClaimDraft:
    """Draft a question from the sentence at `offset`, for a person to complete."""
    return draft_question(find_sentence(session, essay_id, offset), authorship.at.date())


def open_claim(
    session: Session,
    new_question: NewQuestion,
    offset: int,
    keep_days: float,
    *,
    authorship: Authorship,
    indicators: Sequence[Indicator] = (),
    override: str = "",
) -> Question:
    """Open a question from the sentence at `offset` of its essay; store the sentence as a claim if
    it is new.
    """
    sentence = find_sentence(session, new_question.essay_id, offset)
    register_forecaster(session, authorship.by)
    claim = claim_for_sentence(session, new_question.essay_id, sentence)
    questions.add_claim(session, claim)
    with_claim = replace(
        new_question, claim_ids=tuple(dict.fromkeys([claim.id, *new_question.claim_ids]))
    )
    question = asking.create_question(
        session, with_claim, keep_days, authorship, indicators=indicators, override=override
    )
    essays.delete_draft(session, new_question.essay_id, sentence.offset)
    return question


def claim_for_sentence(session: Session, essay_id: EssayId, sentence: Sentence) -> Claim:
    """Return the claim that starts in a sentence, or build a new one."""
    newest = essays.find_newest_text(session, essay_id)
    text = "" if newest is None else newest.text
    known = anchor_claims(questions.claims_of_essay(session, essay_id), text)
    for claim in known:
        if sentence.offset <= claim.offset < sentence.end and has_quote(claim, text):
            return claim
    quote, offset = choose_quote(sentence, text)
    modality = f"{sentence.cue} ({sentence.modality:g})" if sentence.cue else "none"
    return Claim(
        id=free_claim_id(sentence.offset, {claim.id for claim in known}),
        essay_id=essay_id,
        quote=quote,
        offset=offset,
        claim_kind=sentence.kind or "statement",
        modality=modality,
        restatement=" ".join(sentence.text.split()[:60])[:MAX_RESTATEMENT_CHARS],
    )
