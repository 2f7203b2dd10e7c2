"""Judgement of evidence and near misses by a language model, within budget.

Collect candidates, those nearest to the matcher's threshold first, ask outside of any transaction
since a model may take long, then store what is judged of evidence that no person has judged
meanwhile. A model that did not pass its check only proposes: its judgement is stored and shown, and
changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from forecasts.evidence.evidence import Evidence
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.formatting import format_count
from forecasts.questions.question import (
    MATCHER,
    MODEL_PREFIX,
    EvidenceId,
    Forecaster,
    ForecasterId,
    Question,
    QuestionId,
)
from tracker.ingestion.match_state import MatchState
from tracker.ingestion.near_misses import (
    NearMiss,
    list_near_misses,
    log_near_miss,
)
from tracker.llm.evidence_judgement import (
    JudgementCase,
    LlmJudgement,
    apply_judgement,
    judge_headline,
)
from tracker.llm.llm_messages import (
    Choice,
    ChoiceForm,
    LlmAnswer,
    LlmFailure,
    LlmMessage,
    ModelDialogue,
    read_choice,
)
from tracker.llm.model_check import may_move_numbers
from tracker.model.evidence import Decision, EvidenceCard, make_revision
from tracker.model.llm_endpoint import LlmEndpoint
from tracker.questions.queries.compiled_questions import load_compiled_questions
from tracker.questions.review_evidence import MAX_CANDIDATES
from tracker.questions.update_suggestion import record_suggestions
from tracker.settings import Settings, make_model_endpoint
from tracker.storage import (
    decisions,
    event_log,
    evidence,
    evidence_cards,
    questions,
    record,
)
from tracker.storage.record import list_open_questions
from tracker.storage.sessions import Session, Store

MAX_RUN_TIME: Final = timedelta(minutes=4)
"""Time after which no further request is sent, so that the scheduler can stop. The answers so far
are kept.
"""

MAX_FAILURES: Final = 3
"""Consecutive failures after which the endpoint is at fault, not the pieces."""

RETRY_DELAY: Final = timedelta(hours=6)
"""Pause before a failed request is retried."""

EVEN_CHANCE: Final = 0.5
"""P(evidence) about which a second reader says most: the candidates nearest to it come first."""

NO_MODEL: Final = "no model is set up: see the setting 'model_url'"
NO_QUESTION: Final = "no question is open"
NOTHING_WAITS: Final = (
    "nothing waits for the model: it has judged all evidence that waits, and all items of the last "
    "two days that are near the threshold of a question"
)


@dataclass(frozen=True, slots=True)
class LlmRunReport:
    """Result of a run.

    `sent` pieces were put to the model, in `requests` requests; `judged` were judged, also from
    kept answers, `added` of them evidence that the matcher had left out; `refused` had unusable
    answers. `may_move` says if judgements count or are proposals. `why` is the reason for an early
    end, or for nothing to be asked; "" if there is none.
    """

    sent: int = 0
    judged: int = 0
    added: int = 0
    refused: int = 0
    requests: int = 0
    may_move: bool = False
    why: str = ""

    @property
    def is_idle(self) -> bool:
        """True if there was nothing to ask about."""
        return self.why in (NOTHING_WAITS, NO_QUESTION)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A headline to be judged on a question: a piece of evidence, or a near miss."""

    case: JudgementCase
    relevance: float
    evidence_id: EvidenceId | None = None
    near_miss: NearMiss | None = None

    @property
    def question(self) -> Question:
        """The question of the case."""
        return self.case.question


def judge_candidates(
    store: Store,
    settings: Settings,
    match_state: MatchState,
    now: Callable[[], datetime],
    *,
    limit: int,
) -> LlmRunReport:
    """Judge a limited number of pieces.

    Nothing is asked without an endpoint, or during a pause that it asked for.
    """
    endpoint = make_model_endpoint(settings)
    if endpoint is None:
        return LlmRunReport(why=NO_MODEL)
    run = LlmRun(store, endpoint, match_state, now)
    if not run.why:
        run.judge(list_candidates(store, run, match_state, now()), limit)
    return run.report()


def list_candidates(
    store: Store, run: "LlmRun", match_state: MatchState, now: datetime
) -> list[Candidate]:
    """List evidence and near misses of open questions, the nearest to the threshold first."""
    with store.reading() as session:
        opened = list_open_questions(session, now)
        if not opened:
            run.why = NO_QUESTION
            return []
        cards = [
            card
            for card in evidence_cards.list_unreviewed_cards(session, list(opened), MAX_CANDIDATES)
            if run.is_open(card)
        ]
        misses = list_near_misses(session, match_state, now)
        touched = {c.evidence.question_id for c in cards} | {m.question.id for m in misses}
        lines = load_compiled_questions(session, [opened[q] for q in sorted(touched)])
    candidates = [_candidate_from_card(c, opened, lines) for c in cards]
    candidates += [_candidate_from_miss(m, lines[m.question.id]) for m in misses]
    return sorted(candidates, key=lambda c: abs(c.relevance - EVEN_CHANCE))


def _candidate_from_card(
    card: EvidenceCard,
    opened: Mapping[QuestionId, Question],
    lines: Mapping[QuestionId, CompiledQuestion],
) -> Candidate:
    e = card.evidence
    case = JudgementCase(opened[e.question_id], card.headline, lines[e.question_id])
    return Candidate(case, e.relevance, evidence_id=e.id)


def _candidate_from_miss(miss: NearMiss, lines: CompiledQuestion) -> Candidate:
    case = JudgementCase(miss.question, miss.item.item.title, lines)
    return Candidate(case, miss.relevance, near_miss=miss)


class LlmRun:
    """One run over candidates; `why` is set once it should end."""

    def __init__(
        self,
        store: Store,
        endpoint: LlmEndpoint,
        match_state: MatchState,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._match_state, self._now = store, match_state, now
        self._model, self._by = endpoint.model, ForecasterId(f"{MODEL_PREFIX}{endpoint.model}")
        self._dialogue = ModelDialogue(store, endpoint, now)
        with store.reading() as session:
            self._may_move = may_move_numbers(session, endpoint)
        self._failures = self._sent = self._judged = self._added = self._refused = 0
        self._skipped = 0
        self._is_counted, self._started = False, now()
        self.why = self._dialogue.find_pause()

    def report(self) -> LlmRunReport:
        """Report what was done so far."""
        why = self.why
        if not (why or self._sent or self._judged):
            failed = f"the model failed on {format_count(self._skipped, 'piece')} in the last hours"
            why = f"{failed}: they come again later" if self._skipped else NOTHING_WAITS
        return LlmRunReport(
            self._sent,
            self._judged,
            self._added,
            self._refused,
            self._dialogue.requests,
            self._may_move,
            why,
        )

    def is_open(self, card: EvidenceCard) -> bool:
        """Return True if a piece is judged by the matcher alone, and not proposed in vain.

        What somebody else proposed waits for a person.
        """
        proposed = any(decision.by == self._by for decision in card.decisions)
        by_matcher = {card.evidence.judged_by, card.decisions[0].by} == {MATCHER}
        return by_matcher and (self._may_move or not proposed)

    def judge(self, candidates: Sequence[Candidate], limit: int) -> None:
        """Judge candidates in their order until the limit, the budget or the time is used up."""
        for candidate in candidates:
            if self.why or self._sent >= limit:
                return
            self._is_counted = False
            judgement = judge_headline(candidate.case, self._model, self._ask)
            if isinstance(judgement, LlmJudgement):
                self._store_judgement(candidate, judgement)

    def _ask(self, messages: tuple[LlmMessage, ...]) -> Choice | LlmFailure:
        """Return the kept answer to a prompt, or ask; a piece is counted before its first
        request.
        """
        stored = self._dialogue.find_answer(messages, ChoiceForm(), RETRY_DELAY)
        if stored is not None:
            self._skipped += isinstance(stored, LlmFailure)
            return _parse_result(stored)
        if self._now() - self._started > MAX_RUN_TIME:
            self.why = "the time of a round is up"
        elif not self._is_counted:
            self.why = self._dialogue.count_piece()
            self._is_counted = not self.why
            self._sent += self._is_counted
        if self.why:
            return LlmFailure(self.why)
        result = self._dialogue.request(messages, ChoiceForm())
        if isinstance(result, LlmFailure):
            self._failures += 1
            is_final = result.wait_seconds > 0 or result.is_auth_error or result.is_unreachable
            if is_final or self._failures >= MAX_FAILURES:
                self.why = result.reason
            else:
                self._refused += 1
        else:
            self._failures = 0
        return _parse_result(result)

    def _store_judgement(self, candidate: Candidate, judgement: LlmJudgement) -> None:
        if candidate.near_miss is not None and not judgement.is_evidence:
            return
        with self._store.writing() as session:
            event_log.acquire_append_lock(session)  # serialise with other writers of the log
            piece = self._find_piece(session, candidate)
            if piece is None or piece.judged_by != MATCHER or piece.status != "logged":
                return
            store_judgement(
                session,
                candidate.question,
                piece,
                judgement,
                now=self._now(),
                may_move=self._may_move,
            )
        self._judged += 1
        self._added += candidate.near_miss is not None

    def _find_piece(self, session: Session, candidate: Candidate) -> Evidence | None:
        """Return the piece as it is now; a near miss is logged."""
        if candidate.near_miss is not None:
            return log_near_miss(session, self._match_state, candidate.near_miss, self._now())
        if candidate.evidence_id is not None:
            return evidence.find_evidence(session, candidate.evidence_id)
        return None


def store_judgement(
    session: Session,
    question: Question,
    piece: Evidence,
    judgement: LlmJudgement,
    *,
    now: datetime,
    may_move: bool,
) -> None:
    """Store a judgement of a piece, and update the suggestion if it may move numbers."""
    indicators = {i.id: i for i in questions.list_indicators(session, [question.id])}
    judged = piece
    if may_move:
        judged = apply_judgement(piece, judgement, indicators.get(piece.indicator_id))
    name = f"{judgement.model} (machine judgement)"
    record.add_forecaster(session, Forecaster(judgement.by, name, "bot"), now)
    note = judgement.describe(question, is_proposal=not may_move)
    decision = Decision(
        "logged",
        judged.direction,
        judged.strength,
        judgement.by,
        now,
        note,
        make_revision(judged) if may_move else None,
    )
    decisions.add_decision(session, piece.id, decision, judged.judged_by)
    if may_move:
        record_suggestions(session, [question], now, prompted=True)


def _parse_result(result: LlmAnswer | LlmFailure) -> Choice | LlmFailure:
    if isinstance(result, LlmFailure):
        return result
    return read_choice(result.value) or LlmFailure("the kept answer is no choice")
