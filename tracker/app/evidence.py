"""Evidence: list, add, find and review it, match the archive, ask the model, update suggestions."""

from dataclasses import replace
from datetime import datetime

from forecasts.distributions.distribution import Distribution
from forecasts.evidence.evidence import Direction, Evidence, EvidenceStatus, Strength
from forecasts.evidence.parameters import LearnedValue
from forecasts.questions.question import EvidenceId, ForecasterId
from tracker.app.service import Service, cacheable
from tracker.errors import NotFound
from tracker.feeds.item import ItemId
from tracker.ingestion.rematch import RematchReport
from tracker.llm.evidence_run import LlmRunReport
from tracker.model.evidence import (
    EvidenceCard,
    ManualEvidence,
    ManualResult,
    MatcherRecord,
    OfferedNearMiss,
    SearchHit,
)
from tracker.model.work import MATCH_TASK, QueuedTask
from tracker.questions import review_evidence
from tracker.questions import review_evidence as inbox
from tracker.questions.fit_parameters import ParameterDecision
from tracker.questions.queries.matcher_record import load_matcher_record
from tracker.questions.queries.question_page import require_question
from tracker.questions.review_evidence import EvidenceReview, NoEffectReason, ReviewEffect
from tracker.questions.review_lessons import correct_waiting
from tracker.questions.update_suggestion import record_suggestions
from tracker.storage import evidence_cards, item_search, learned, queue, record
from tracker.storage.learned import LearnedRecord
from tracker.storage.rematch import ItemRange


class EvidenceService(Service, noun="evidence"):
    """Use cases on evidence."""

    @cacheable()
    def inbox(self, question_id: str | None = None) -> tuple[EvidenceCard, ...]:
        """Return evidence that awaits review on open questions (≤ 200).

        Possible answers come first, then proposals, then the most influential.
        """
        with self._store.reading() as session:
            cards = inbox.list_inbox(session, question_id, self._now())
            return correct_waiting(session, cards, self._now())

    @cacheable()
    def list(
        self, question_id: str, *, offset: int = 0, limit: int = 10
    ) -> tuple[EvidenceCard, ...]:
        """Return the evidence on a question, newest first, rejected pieces included."""
        with self._store.reading() as session:
            cards = evidence_cards.list_newest_cards(session, question_id, offset, limit)
            return correct_waiting(session, cards, self._now())

    @cacheable()
    def get(self, evidence_id: int) -> EvidenceCard:
        """Return a piece of evidence with its reports and decisions; raises `NotFound`."""
        for card in self.cards((EvidenceId(evidence_id),)):
            return card
        raise NotFound("evidence", evidence_id, "see `tracker evidence inbox` for the numbers")

    @cacheable()
    def cards(self, evidence_ids: tuple[EvidenceId, ...]) -> tuple[EvidenceCard, ...]:
        """Return these pieces of evidence with their reports and decisions; unknown ones not."""
        with self._store.reading() as session:
            cards = evidence_cards.find_cards(session, evidence_ids)
            return correct_waiting(session, cards, self._now())

    def review(
        self,
        evidence_id: int,
        verdict: EvidenceStatus,
        *,
        direction: Direction | None = None,
        strength: Strength | None = None,
        option: str = "",
        note: str = "",
        forecaster: ForecasterId | None = None,
    ) -> Evidence:
        """Confirm, edit or reject evidence; the decision is logged and the suggestion follows.

        An `option` corrects which one it is about. Raises `InvalidQuestion` for one that is not
        there.
        """
        author = self._author(forecaster)
        decision = EvidenceReview(verdict, direction, strength, note, author, option)
        with self._store.writing() as session:
            return review_evidence.review_evidence(session, evidence_id, decision, self._now())

    def reopen(self, evidence_id: int, forecaster: ForecasterId | None = None) -> Evidence:
        """Take the review of evidence back: it awaits review again, and the suggestion follows."""
        with self._store.writing() as session:
            return review_evidence.reopen_evidence(
                session, evidence_id, self._author(forecaster), self._now()
            )

    def add(self, piece: ManualEvidence, *, by: ForecasterId | None = None) -> ManualResult:
        """Add a report as evidence by hand: an address, a headline, or an item that was read.

        A page that no feed has brought is fetched for its headline. The piece counts fully from now
        on, as its author's decision; a story that is evidence already gets their review instead.
        What somebody adds who may not judge evidence is a proposal: it waits for a review, and
        moves nothing until then. Raises `Refused` for a question that is not open, and a page that
        cannot be read.
        """
        from tracker.ingestion.manual_evidence import add_manual_evidence

        context, author = self._context, self._authorship(by)
        with self._store.reading() as session:
            require_question(session, piece.question_id)
        if not context.principal.has("curate"):
            piece = replace(piece, is_proposal=True)
        return add_manual_evidence(
            self._whole_store, context.network, context.match_state, piece, author=author
        )

    def offer_near_misses(self) -> int:
        """Draw this week's near misses to be judged, unless that is done; return their number."""
        from tracker.ingestion import near_miss_offers

        state = self._context.match_state
        return near_miss_offers.offer_near_misses(self._whole_store, state, self._now())

    def near_misses(self) -> tuple[OfferedNearMiss, ...]:
        """Return those of this week's near misses that nobody has judged yet, five at most."""
        from tracker.ingestion import near_miss_offers

        with self._store.reading() as session:
            return near_miss_offers.list_offered(session, self._now())

    def dismiss(self, item_id: int, question_id: str) -> ManualResult:
        """Say that a near miss is no evidence on a question: it is not asked about again.

        Raises `Refused` for an item that was not offered, or that is evidence by now.
        """
        from tracker.ingestion import near_miss_offers

        with self._store.reading() as session:
            question = require_question(session, question_id)
            near_miss_offers.check_offered(session, ItemId(item_id), question.id)
        piece = ManualEvidence(question_id, ItemId(item_id), Direction.NEUTRAL, is_evidence=False)
        return self.add(piece)

    @cacheable()
    def search(
        self, words: str, *, since: datetime | None = None, limit: int = 20
    ) -> tuple[SearchHit, ...]:
        """Search everything that was read, the newest first; one of several copies of a report.

        All words have to occur; if nothing has all, those with any come, the best first. "Quoted"
        words follow one another, and a word may end in *.
        """
        with self._store.reading() as session:
            return item_search.search_items(session, words, since=since, limit=limit)

    @cacheable(per_person=True)
    def preview_review(
        self, evidence_id: int, direction: Direction | None = None, strength: Strength | None = None
    ) -> ReviewEffect | NoEffectReason:
        """Return the suggestion after confirming (so corrected) and after rejecting evidence."""
        decision = EvidenceReview("confirmed", direction, strength, "", self._me)
        with self._store.reading() as session:
            return review_evidence.preview_effect(session, evidence_id, decision, self._now())

    def estimate(self, question_id: str) -> Distribution:
        """Compute the suggestion on a question now, so that it can be compared after an act."""
        with self._store.reading() as session:
            return review_evidence.compute_estimate(session, question_id, self._now())

    def rematch(self, *, max_chunks: int | None = None) -> RematchReport:
        """Match the archive against new questions or with a newer matcher, chunk by chunk."""
        from tracker.ingestion import rematch

        state = self._context.match_state
        return rematch.match_archive(self._whole_store, state, self._now, max_chunks=max_chunks)

    def hand_out_archive(self) -> int | None:
        """Hand the chunks of the archive that are left to the workers; None without a worker."""
        from tracker.ingestion import rematch

        with self._whole_store.reading() as session:
            if not queue.count_workers(session, "match"):
                return None
        ranges = rematch.plan_archive(self._whole_store, self._context.match_state, self._now())
        tasks = [
            QueuedTask(MATCH_TASK, "match", {"first": r.first, "last": r.last}, f"match {r.first}")
            for r in ranges
        ]
        with self._whole_store.writing() as session:
            return sum(queue.enqueue(session, task) for task in tasks)

    def match_chunk(self, first: ItemId, last: ItemId) -> RematchReport:
        """Match one range of the archive; nothing is done where that was done before."""
        from tracker.ingestion import rematch

        run = rematch.RematchRun(self._whole_store, self._context.match_state)
        return run.process_chunk(self._now(), ItemRange(first, last))

    def ask_model(self, *, limit: int = 20) -> LlmRunReport:
        """Let the language model, if set up, judge evidence that waits, and near misses."""
        from tracker.llm import evidence_run

        state = self._context.match_state
        return evidence_run.judge_candidates(
            self._whole_store, self._settings, state, self._now, limit=limit
        )

    def update_suggestions(self) -> int:
        """Update the suggestion of every open question to now; the number that changed."""
        now = self._now()
        with self._whole_store.writing() as session:
            opened = record.list_open_questions(session, now).values()
            return record_suggestions(session, opened, now)


class LearningService(Service, noun="learning"):
    """Use cases on learned parameters."""

    def fit(self) -> tuple[LearnedValue, ...]:
        """Fit parameters to reviews and answers; return those that changed, valid from now on."""
        from tracker.questions import fit_parameters

        now = self._now()
        with self._whole_store.reading() as session:
            fitted = fit_parameters.fit_parameters(session, now)
        with self._whole_store.writing() as session:
            return fit_parameters.store_parameters(session, fitted)

    @cacheable()
    def matcher_record(self) -> MatcherRecord:
        """Return the matcher's precision so far by question, indicator and feed, and its recall."""
        with self._store.reading() as session:
            return load_matcher_record(session)

    @cacheable()
    def list(self) -> tuple[LearnedRecord, ...]:
        """Return every learned parameter with its sample size."""
        with self._store.reading() as session:
            return tuple(learned.load_current_records(session).values())

    @cacheable()
    def history(self, name: str, scope: str) -> tuple[LearnedRecord, ...]:
        """Return every version of one learned parameter, the oldest first."""
        with self._store.reading() as session:
            return learned.list_versions(session, name, scope)

    def decide(self, name: str, scope: str, decided: ParameterDecision) -> LearnedRecord:
        """Freeze a learned parameter, let it learn again, or reset it; raises `NotFound`."""
        from tracker.questions import fit_parameters

        with self._store.writing() as session:
            return fit_parameters.decide_parameter(
                session, name, scope, decided, by=self._me, now=self._now()
            )
