"""The verbs on evidence: judge it, learn from judgements, match the archive again, ask the model.

A part of `Tracker`, apart because it is the part that knows the newsdesk.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.evidence.parameters import LearnedValue
from forecasts.questions.question import ForecasterId
from tracker.ingestion.match_state import MatchState
from tracker.model.read_models import EvidenceCard
from tracker.questions import review_evidence as reviewing
from tracker.questions.queries import inbox
from tracker.questions.review_evidence import EvidenceReview, NoEffectReason, ReviewEffect
from tracker.settings import Settings
from tracker.storage import learned
from tracker.storage.learned import LearnedRecord
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    from tracker.ingestion.rematch import RematchReport
    from tracker.llm.asking import LlmRunReport
    from tracker.questions.fit_parameters import ParameterDecision


class EvidenceVerbs:
    """What the application does with evidence. All times are aware UTC; all errors are one line for
    a person.
    """

    settings: Settings
    now: Callable[[], datetime]
    me: ForecasterId
    _store: Store
    _desk: MatchState

    def inbox(self, question_id: str | None = None) -> tuple[EvidenceCard, ...]:
        """Evidence on open questions that waits for a judgement, what moves a suggestion most first
        (at most 200).
        """
        with self._store.reading() as session:
            return inbox.list_inbox(session, question_id, self.now())

    def review(
        self,
        evidence_id: int,
        verdict: EvidenceStatus,
        *,
        direction: Direction | None = None,
        strength: Strength | None = None,
        note: str = "",
        forecaster: ForecasterId | None = None,
    ) -> Evidence:
        """Confirm, edit or reject a piece of evidence; the decision is logged and the suggestion
        follows.
        """
        asked = EvidenceReview(verdict, direction, strength, note, forecaster or self.me)
        with self._store.writing() as session:
            return reviewing.review_evidence(session, evidence_id, asked, self.now())

    def reopen_evidence(self, evidence_id: int, forecaster: ForecasterId | None = None) -> Evidence:
        """Take the judgement of a piece of evidence back: it waits again, and the suggestion
        follows.
        """
        with self._store.writing() as session:
            return reviewing.reopen_evidence(
                session, evidence_id, forecaster or self.me, self.now()
            )

    def effect_of_review(
        self, evidence_id: int, direction: Direction | None = None, strength: Strength | None = None
    ) -> ReviewEffect | NoEffectReason:
        """What confirming evidence (so corrected) and rejecting it would make of the suggestion;
        nothing is written.
        """
        asked = EvidenceReview("confirmed", direction, strength, "", self.me)
        with self._store.reading() as session:
            return reviewing.preview_effect(session, evidence_id, asked, self.now())

    def learn(self) -> tuple[LearnedValue, ...]:
        """Learn from reviews and answers; the values that changed, which count from now on."""
        from tracker.questions import fit_parameters as learning

        now = self.now()
        with self._store.reading() as session:
            found = learning.fit_parameters(session, now)
        with self._store.writing() as session:
            return learning.store_parameters(session, found)

    def learned(self) -> tuple[LearnedRecord, ...]:
        """Every learned value as it stands, with what it rests on."""
        with self._store.reading() as session:
            return tuple(learned.load_current_records(session).values())

    def learned_history(self, name: str, scope: str) -> tuple[LearnedRecord, ...]:
        """Every version of one learned value, the oldest first."""
        with self._store.reading() as session:
            return learned.list_versions(session, name, scope)

    def decide_learned(self, name: str, scope: str, decided: "ParameterDecision") -> LearnedRecord:
        """Freeze a learned value, let it learn again, or reset it; raises `NotFound`."""
        from tracker.questions import fit_parameters as learning

        with self._store.writing() as session:
            return learning.decide_parameter(
                session, name, scope, decided, by=self.me, now=self.now()
            )

    def rematch(self, *, most_chunks: int | None = None) -> "RematchReport":
        """Hold the archive against questions that are new, or that a newer matcher has not seen,
        chunk by chunk.
        """
        from tracker.ingestion import rematch as rematching

        return rematching.match_archive(self._store, self._desk, self.now, max_chunks=most_chunks)

    def ask_model(self, *, most: int = 20) -> "LlmRunReport":
        """Let the model judge evidence that waits, if one is set up: in the order of the inbox."""
        from tracker.llm import asking as machine_asking

        return machine_asking.judge_pending_evidence(
            self._store, self.settings, self.now, limit=most
        )
