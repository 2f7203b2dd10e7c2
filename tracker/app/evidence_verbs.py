"""The verbs on evidence: judge it, learn from judgements, match the archive again, ask the model.

A part of `Tracker`, apart because it is the part that knows the newsdesk.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.evidence.parameters import Learned
from forecasts.questions.question import ForecasterId
from tracker.ingestion.match_state import Newsdesk
from tracker.model.read_models import EvidenceCard
from tracker.questions import review_evidence as reviewing
from tracker.questions.queries import inbox
from tracker.questions.review_evidence import Effect, Review, Unmoved
from tracker.settings import Settings
from tracker.storage import learned
from tracker.storage.learned import Kept
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    from tracker.ingestion.rematch import RematchReport
    from tracker.llm.asking import MachineReport
    from tracker.questions.fit_parameters import Decided


class EvidenceVerbs:
    """What the application does with evidence. All times are aware UTC; all errors are one line for
    a person.
    """

    settings: Settings
    now: Callable[[], datetime]
    me: ForecasterId
    _store: Store
    _desk: Newsdesk

    def inbox(self, question_id: str | None = None) -> tuple[EvidenceCard, ...]:
        """Evidence on open questions that waits for a judgement, what moves a suggestion most first
        (at most 200).
        """
        with self._store.reading() as session:
            return inbox.inbox(session, question_id, self.now())

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
        asked = Review(verdict, direction, strength, note, forecaster or self.me)
        with self._store.writing() as session:
            return reviewing.review(session, evidence_id, asked, self.now())

    def reopen_evidence(self, evidence_id: int, forecaster: ForecasterId | None = None) -> Evidence:
        """Take the judgement of a piece of evidence back: it waits again, and the suggestion
        follows.
        """
        with self._store.writing() as session:
            return reviewing.reopen(session, evidence_id, forecaster or self.me, self.now())

    def effect_of_review(
        self, evidence_id: int, direction: Direction | None = None, strength: Strength | None = None
    ) -> Effect | Unmoved:
        """What confirming evidence (so corrected) and rejecting it would make of the suggestion;
        nothing is written.
        """
        asked = Review("confirmed", direction, strength, "", self.me)
        with self._store.reading() as session:
            return reviewing.effect(session, evidence_id, asked, self.now())

    def learn(self) -> tuple[Learned, ...]:
        """Learn from reviews and answers; the values that changed, which count from now on."""
        from tracker.questions import fit_parameters as learning

        now = self.now()
        with self._store.reading() as session:
            found = learning.fitted(session, now)
        with self._store.writing() as session:
            return learning.keep(session, found)

    def learned(self) -> tuple[Kept, ...]:
        """Every learned value as it stands, with what it rests on."""
        with self._store.reading() as session:
            return tuple(learned.current(session).values())

    def learned_history(self, name: str, scope: str) -> tuple[Kept, ...]:
        """Every version of one learned value, the oldest first."""
        with self._store.reading() as session:
            return learned.history(session, name, scope)

    def decide_learned(self, name: str, scope: str, decided: "Decided") -> Kept:
        """Freeze a learned value, let it learn again, or reset it; raises `NotFound`."""
        from tracker.questions import fit_parameters as learning

        with self._store.writing() as session:
            return learning.decide(session, name, scope, decided, by=self.me, now=self.now())

    def rematch(self, *, most_chunks: int | None = None) -> "RematchReport":
        """Hold the archive against questions that are new, or that a newer matcher has not seen,
        chunk by chunk.
        """
        from tracker.ingestion import rematch as rematching

        return rematching.rematch(self._store, self._desk, self.now, most_chunks=most_chunks)

    def ask_model(self, *, most: int = 20) -> "MachineReport":
        """Let the model judge evidence that waits, if one is set up: in the order of the inbox."""
        from tracker.llm import asking as machine_asking

        return machine_asking.ask_about_waiting(self._store, self.settings, self.now, most=most)
