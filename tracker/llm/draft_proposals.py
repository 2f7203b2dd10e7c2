"""Questions that a language model drafts from a claim, beside those of the rules.

The model never opens, judges or resolves a question: a person chooses among its drafts, as among
those of the rules. The prompt marks the essay as data, but the protection is here: what does not
pass every gate is left out, and an answer can be nothing but the text, criteria, source and dates
of a question.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from forecasts.essays.draft import ClaimDraft, ClaimSource
from forecasts.essays.drafting.attitudes import HeldClaim
from forecasts.essays.drafting.plan import QuestionPlan
from forecasts.essays.drafting.window import Window
from forecasts.questions.question import MODEL_PREFIX, ForecasterId
from tracker.feeds.plain_text import shorten_text
from tracker.llm.draft_gates import find_candidate_fault, find_draft_fault, gather_names
from tracker.llm.draft_prompts import (
    MAX_TEXT_CHARS,
    PROPOSAL_SCHEMA,
    REVIEW_SCHEMA,
    TEXT_FIELDS,
    build_draft_prompt,
    build_review_prompt,
    clean,
)
from tracker.llm.llm_messages import (
    AnswerSchema,
    LlmAnswer,
    LlmFailure,
    LlmMessage,
    ModelDialogue,
    find_mismatch,
)
from tracker.model.llm_endpoint import LlmEndpoint
from tracker.settings import Settings, make_model_endpoint
from tracker.storage.sessions import Store

logger = structlog.get_logger("tracker.llm")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Drafts of a model that passed every gate, and why the others did not."""

    drafts: tuple[ClaimDraft, ...]
    refused: tuple[str, ...]
    model: str

    @property
    def by(self) -> ForecasterId:
        """Forecaster id of the model, which no person can take."""
        return ForecasterId(f"{MODEL_PREFIX}{self.model}")


ProposalResult = Proposal | LlmFailure


def propose_from_settings(
    store: Store,
    settings: Settings,
    drafts: Sequence[ClaimDraft],
    now: Callable[[], datetime],
    *,
    essay: str = "",
) -> ProposalResult:
    """Ask the configured model about the claim of these drafts; without one nothing is asked."""
    endpoint = make_model_endpoint(settings)
    if endpoint is None:
        return LlmFailure("no model is set up: see the setting 'model_url'")
    return request_proposal(store, endpoint, drafts, now, essay=essay)


def request_proposal(
    store: Store,
    endpoint: LlmEndpoint,
    drafts: Sequence[ClaimDraft],
    now: Callable[[], datetime],
    *,
    essay: str = "",
) -> ProposalResult:
    """Return the model's drafts for the claim of `drafts`, which are those of the rules.

    `essay` is the whole text that the claim is of.

    Two requests, within the budget or from kept answers: for drafts, and for a review of those that
    pass the gates. A failure has the reason for missing drafts.
    """
    dialogue = ModelDialogue(store, endpoint, now)
    source = drafts[0].source
    answer = _ask(dialogue, build_draft_prompt(source, essay), PROPOSAL_SCHEMA)
    if isinstance(answer, LlmFailure):
        return answer
    proposal = read_proposal(answer, drafts, now(), essay)
    if not proposal.drafts:
        return proposal
    review = _ask(dialogue, build_review_prompt(proposal.drafts), REVIEW_SCHEMA)
    return review if isinstance(review, LlmFailure) else apply_review(proposal, review)


def _ask(
    dialogue: ModelDialogue, messages: Sequence[LlmMessage], schema: AnswerSchema
) -> LlmAnswer | LlmFailure:
    result = dialogue.find_answer(messages, schema, timedelta(0))
    if result is None:
        # The review belongs to the piece of its drafts.
        if why := dialogue.find_pause() or ("" if dialogue.requests else dialogue.count_piece()):
            return LlmFailure(why)
        result = dialogue.request(messages, schema)
        event = {"shape": schema.name, "requests": result.requests}
        if isinstance(result, LlmAnswer):
            logger.info("model_asked", **event, tokens=result.tokens)
        else:
            logger.warning("model_asked", **event, reason=result.reason)
    if isinstance(result, LlmAnswer) and (wrong := find_mismatch(result.value, schema.schema)):
        return LlmFailure(f"the answer has not the shape asked for: {wrong}")
    return result


def read_proposal(
    answer: LlmAnswer, drafts: Sequence[ClaimDraft], now: datetime, essay: str = ""
) -> Proposal:
    """Return the candidates that pass every gate, as drafts; stored answers are checked again."""
    source, accepted = drafts[0].source, list[ClaimDraft]()
    names = gather_names(source, essay)
    refused: list[str] = []
    by = f"{MODEL_PREFIX}{answer.model}"
    for candidate in answer.value["candidates"]:
        texts = {name: clean(candidate[name], 10 * MAX_TEXT_CHARS) for name in TEXT_FIELDS}
        fault = find_candidate_fault(candidate, texts, source, names)
        draft = None if fault else _build_draft(candidate, texts, source, by)
        fault = fault or (find_draft_fault(draft, [*drafts, *accepted], now) if draft else "")
        if draft is not None and not fault:
            accepted.append(draft)
        else:
            refused.append(f"“{shorten_text(texts['text'], 80)}”: {fault}")
    return Proposal(tuple(accepted), tuple(refused), answer.model)


def _build_draft(
    candidate: Mapping[str, Any], texts: Mapping[str, str], source: ClaimSource, by: str
) -> ClaimDraft:
    last = date.fromisoformat(candidate["last_day"].strip())
    plan = QuestionPlan(
        kind=candidate["kind"],
        shape="event_by" if candidate["kind"] != "numeric" else "state_at",
        text=texts["text"],
        criteria=texts["criteria"],
        sources=(texts["source"], f"{texts['fallback']}, as fall-back"),
        last=last,
        published=date.fromisoformat(candidate["published_by"].strip()),
        bears_out=clean(candidate["bears_out"], 40),
        unit=texts["unit"] if candidate["kind"] == "numeric" else "",
        base_rate="How often did this happen in comparable cases? Give k of n.",
    )
    window = Window(source.today, last, (last,))
    return ClaimDraft(source, HeldClaim(source.sentence.text), window, plan, by=by)


def apply_review(proposal: Proposal, review: LlmAnswer) -> Proposal:
    """Leave out the drafts that the second pass calls ambiguous, trivial or beside the claim."""
    accepted, refused = list[ClaimDraft](), list(proposal.refused)
    reviews = review.value["reviews"]
    for draft, mark in zip(proposal.drafts, reviews, strict=False):
        faults = [word for word in ("ambiguous", "trivial") if mark[word]]
        faults += [] if mark["faithful"] else ["beside the claim"]
        if faults:
            why = f": {clean(mark['why'], 160)}" if mark["why"] else ""
            text = shorten_text(draft.plan.text, 80)
            refused.append(f"“{text}”: {' and '.join(faults)}{why}")
        else:
            accepted.append(draft)
    unread = len(proposal.drafts) - len(reviews)
    if unread > 0:
        refused.append(f"{unread} without a review")
    return replace(proposal, drafts=tuple(accepted), refused=tuple(refused))
