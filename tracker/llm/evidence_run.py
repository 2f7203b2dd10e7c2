"""Language model judgement of pending evidence, in inbox order and within budget.

Collect pending evidence, ask outside of any transaction since a model may take long, then store the
judgement of evidence that no person has judged meanwhile. The effect of an answer is limited by the
judgement module.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from forecasts.questions.question import MATCHER, EvidenceId, Forecaster, Question
from tracker.llm.evidence_judgement import (
    JudgementCase,
    LlmJudgement,
    apply_judgement,
    build_judgement_prompt,
    judgement_schema,
    read_judgement,
)
from tracker.llm.llm_messages import AnswerSchema, LlmAnswer, LlmFailure, LlmMessage, answer_key
from tracker.model.evidence import Decision
from tracker.model.llm_endpoint import LlmEndpoint
from tracker.questions.review_evidence import list_inbox
from tracker.questions.update_suggestion import record_suggestions
from tracker.settings import Settings, make_model_endpoint
from tracker.storage import event_log, evidence, llm_answers, questions, record
from tracker.storage.llm_answers import CachedAnswer
from tracker.storage.record import list_open_questions
from tracker.storage.sessions import Session, Store

MAX_RUN_TIME: Final = timedelta(minutes=4)
"""Time after which no further request is sent, so that the scheduler can stop."""

MAX_FAILURES: Final = 3
"""Consecutive failures after which the endpoint is at fault, not the items."""

RETRY_DELAY: Final = timedelta(hours=6)
"""Pause before a failed item is retried."""


@dataclass(frozen=True, slots=True)
class LlmRunReport:
    """Result of a run.

    `sent` pieces of evidence were sent to the model, in `requests` requests; `judged` were judged,
    also from stored answers; `refused` had unusable answers. What a person judged meanwhile is in
    neither. `why` is the reason for an early end, "" if there is none.
    """

    sent: int = 0
    judged: int = 0
    refused: int = 0
    requests: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class PendingEvidence:
    """A piece of evidence judged by the matcher alone, as a case for the model."""

    id: EvidenceId
    question: Question
    case: JudgementCase


def judge_pending_evidence(
    store: Store, settings: Settings, now: Callable[[], datetime], *, limit: int
) -> LlmRunReport:
    """Judge a limited number of pieces.

    Nothing is asked without an endpoint, or during a pause that it asked for.
    """
    endpoint = make_model_endpoint(settings)
    if endpoint is None:
        return LlmRunReport(why="no model is set up: see the setting 'model_url'")
    started = now()
    with store.reading() as session:
        quiet = llm_answers.read_retry_after(session, endpoint.base_url)
        if quiet is not None and started < quiet:
            return LlmRunReport(
                why=f"the model asked to be left alone until {quiet:%Y-%m-%d %H:%M} UTC"
            )
        cases = list_pending_evidence(session, started)
    run = LlmRun(store, endpoint, now)
    for piece in cases:
        if run.why or run.sent >= limit:
            break
        if now() - started > MAX_RUN_TIME:
            run.why = "the time of a round is up"
            break
        run.judge_piece(piece)
    return run.report()


def list_pending_evidence(session: Session, now: datetime) -> list[PendingEvidence]:
    """List evidence for the model in inbox order.

    Questions without indicators are left out: an answer could not name any.
    """
    cards = [card for card in list_inbox(session, None, now) if card.evidence.judged_by == MATCHER]
    opened = list_open_questions(session, now)
    groups = groupby(
        questions.list_indicators(session, sorted(opened)),
        key=lambda indicator: indicator.question_id,
    )
    indicators = {question_id: tuple(group) for question_id, group in groups}
    pending = []
    for card in cards:
        question, first = opened[card.evidence.question_id], card.items[0].item
        if question.id in indicators:
            case = JudgementCase(
                kind=question.kind,
                question_text=question.text,
                criteria=question.criteria,
                indicators=indicators[question.id],
                title=first.title,
                summary=first.summary,
            )
            pending.append(PendingEvidence(card.evidence.id, question, case))
    return pending


class LlmRun:
    """One run over pending evidence; `why` is set once it should end."""

    def __init__(self, store: Store, endpoint: LlmEndpoint, now: Callable[[], datetime]) -> None:
        self._store = store
        self._endpoint = endpoint
        self._now = now
        self._failures = 0
        self._judged = self._refused = self._requests = 0
        self.sent = 0
        self.why = ""

    def report(self) -> LlmRunReport:
        """Report what was done so far."""
        return LlmRunReport(self.sent, self._judged, self._refused, self._requests, self.why)

    def judge_piece(self, piece: PendingEvidence) -> None:
        """Judge a piece by its stored answer, or ask; skip it if the model failed on it
        recently.
        """
        messages, shape = build_judgement_prompt(piece.case), judgement_schema(piece.case)
        key = answer_key(self._endpoint.model, messages, shape)
        with self._store.reading() as session:
            stored = llm_answers.find_answer(session, key)
        if stored is not None and stored.value:
            self._apply(
                piece,
                read_judgement(LlmAnswer(stored.value, stored.model, 0, stored.tokens), piece.case),
                is_new=False,
            )
        elif stored is None or self._now() - stored.asked_at >= RETRY_DELAY:
            result = self._request_answer(messages, shape, key)
            if not self.why:
                answer = (
                    read_judgement(result, piece.case) if isinstance(result, LlmAnswer) else result
                )
                self._apply(piece, answer, is_new=True)

    def _request_answer(
        self, messages: tuple[LlmMessage, ...], shape: AnswerSchema, key: str
    ) -> LlmAnswer | LlmFailure:
        from tracker.llm.chat_client import request_answer  # loads the HTTP client

        spent = self._take_from_budget()
        result = request_answer(self._endpoint, messages, shape, spent_today=spent)
        self._requests += result.requests
        if result.requests:
            self.sent += 1
        if isinstance(result, LlmFailure):
            self._failures += 1
            self.why = self._reason_to_end(result)
        else:
            self._failures = 0
        with self._store.writing() as session:
            self._store_result(session, result, shape, key)
        return result

    def _take_from_budget(self) -> int:
        """Count a request before it is sent, so that it counts even if the process dies."""
        with self._store.writing() as session:
            spent = llm_answers.count_requests(session, self._now().date())
            if spent < self._endpoint.budget_per_day:
                llm_answers.add_requests(session, self._now().date(), 1)
        return spent

    def _reason_to_end(self, failure: LlmFailure) -> str:
        is_final = failure.wait_seconds > 0 or not failure.requests or failure.is_auth_error
        return failure.reason if is_final or self._failures >= MAX_FAILURES else ""

    def _store_result(
        self, session: Session, result: LlmAnswer | LlmFailure, shape: AnswerSchema, key: str
    ) -> None:
        """Store the answer or its absence, its cost, and the pause that the endpoint asked for."""
        now = self._now()
        if result.requests:
            llm_answers.add_requests(session, now.date(), result.requests - 1)
        if isinstance(result, LlmAnswer):
            llm_answers.save_answer(
                session,
                key,
                CachedAnswer(result.model, shape.name, now, result.value, result.tokens),
            )
        elif result.wait_seconds > 0:
            llm_answers.save_retry_after(
                session, self._endpoint.base_url, now + timedelta(seconds=result.wait_seconds)
            )
        elif not self.why:
            llm_answers.save_answer(
                session, key, CachedAnswer(self._endpoint.model, shape.name, now, {})
            )

    def _apply(
        self, piece: PendingEvidence, judgement: LlmJudgement | LlmFailure, *, is_new: bool
    ) -> None:
        if isinstance(judgement, LlmFailure):
            self._refused += is_new
            return
        with self._store.writing() as session:
            self._judged += store_judgement(session, piece, judgement, self._now())


def store_judgement(
    session: Session, pending: PendingEvidence, judgement: LlmJudgement, now: datetime
) -> bool:
    """Store the judgement of a piece that is still pending, and update the suggestion; False if it
    is not.
    """
    event_log.acquire_append_lock(session)  # serialise with other writers of the log
    piece = evidence.find_evidence(session, pending.id)
    if piece is None or piece.judged_by != MATCHER:
        return False
    judged = apply_judgement(
        piece, judgement, questions.list_indicators(session, [piece.question_id])
    )
    if judged is piece:
        return False
    record.add_forecaster(
        session, Forecaster(judgement.by, f"{judgement.model} (machine judgement)", "bot")
    )
    decision = Decision(
        "logged", judged.direction, judged.strength, judgement.by, now, judgement.note
    )
    evidence.add_decision(session, piece.id, decision, judged)
    record_suggestions(session, [pending.question], now, prompted=True)
    return True
