"""Resolutions of questions and their scores."""

from collections.abc import Sequence
from datetime import datetime

from forecasts.questions.answers import check_resolution
from forecasts.questions.question import ForecasterId, Question, Resolution
from forecasts.questions.series import SeriesId
from forecasts.questions.settlement import Settlement
from forecasts.scoring.scores import Score
from forecasts.suggestion.postmortem import PostMortem
from tracker.app.service import Service, cacheable
from tracker.model.proposed_answers import AnswerDesk, MissingAnswer, ProposedAnswer
from tracker.model.read_models import Receipts
from tracker.model.signed_heads import LogProof
from tracker.questions import propose_answer, resolve_question, settle_by_series
from tracker.questions.queries import question_page
from tracker.questions.resolve_question import AnswerInput
from tracker.questions.scenarios.scenario_edits import annul_branches
from tracker.questions.submit_forecast import refuse_reserved
from tracker.storage import log_tree
from tracker.storage.sessions import Session


class ResolutionService(Service, noun="resolutions"):
    """Use cases on resolutions."""

    def resolve(
        self,
        question_id: str,
        answer: str,
        *,
        source_url: str,
        known_at: datetime,
        event_at: datetime | None = None,
        note: str = "",
        by: ForecasterId | None = None,
    ) -> tuple[Score, ...]:
        """Resolve or annul a question and score everyone; a later resolution supersedes this one.

        `answer` is yes or no, the name of an option, a number or a date, or annulled or ambiguous.
        If the question is the condition of a pair, the branch that has become impossible is
        annulled with it.
        """
        answer_input = AnswerInput(answer, source_url, known_at, event_at, note, self._author(by))
        with self._store.writing() as session:
            refuse_reserved(answer_input.by)
            question = question_page.require_question(session, question_id)
            resolution = answer_input.to_resolution(question, self._now())
            return self._resolve(session, question, resolution)

    def _resolve(
        self, session: Session, question: Question, resolution: Resolution
    ) -> tuple[Score, ...]:
        resolve_question.resolve_questions(session, [(question, resolution)])
        annul_branches(session, question, resolution)
        # none if the question is itself a branch that was annulled
        return question_page.list_receipts(session, question, resolution)

    @cacheable()
    def proposals(self) -> tuple[ProposedAnswer, ...]:
        """Return the answers that series or decisive reports give; nothing resolves by itself."""
        with self._store.reading() as session:
            return propose_answer.list_proposals(session, self._now())

    @cacheable()
    def missing(self) -> tuple[MissingAnswer, ...]:
        """Return the overdue questions for which nothing is proposed, and what is missing."""
        with self._store.reading() as session:
            return propose_answer.list_missing(session, self._now())

    def resolve_proposed(
        self, question_id: str, *, key: str | None = None, by: ForecasterId | None = None
    ) -> tuple[Score, ...]:
        """Confirm a proposed answer, and score everyone.

        Raises `Refused` if none is proposed, or several that differ and no `key` chooses one.
        """
        made = self._authorship(by)
        with self._store.writing() as session:
            refuse_reserved(made.by)
            proposal = propose_answer.find_proposal(session, question_id, key, made.at)
            resolution = proposal.to_resolution(made.by, made.at)
            return self._resolve(session, proposal.question, resolution)

    def dismiss_proposed(
        self,
        question_id: str,
        why: str,
        *,
        key: str | None = None,
        by: ForecasterId | None = None,
    ) -> ProposedAnswer:
        """Dismiss a proposed answer for a reason; the same one is not proposed again."""
        with self._store.writing() as session:
            return propose_answer.dismiss_proposal(
                session, question_id, why, self._authorship(by), key=key
            )

    def settle_by(
        self, question_id: str, series_id: str, rule: str, *, by: ForecasterId | None = None
    ) -> AnswerDesk:
        """Name the series and rule that settle a question; an empty rule leaves it to people.

        Returns what the rule gives now.
        """
        made = self._authorship(by)
        with self._store.writing() as session:
            typed = Settlement(SeriesId(series_id), rule)
            question = settle_by_series.set_settlement(session, question_id, typed, made)
            return propose_answer.build_answer_desk(session, question, None, made.at)

    def reopen(self, question_id: str, why: str, *, by: ForecasterId | None = None) -> None:
        """Take a resolution back, with a reason; its scores are dropped until it is resolved again.

        The question is open again, or awaits its answer. Nothing is overwritten.
        """
        made = self._authorship(by)
        with self._store.writing() as session:
            refuse_reserved(made.by)
            question = question_page.require_question(session, question_id)
            resolve_question.reopen_question(session, question, why, made)

    def check(
        self,
        question_id: str,
        answer: str,
        *,
        source_url: str,
        known_at: datetime,
        event_at: datetime | None = None,
        note: str = "",
    ) -> Resolution:
        """Return the resolution that `resolve` would store, validated but not stored."""
        answer_input = AnswerInput(answer, source_url, known_at, event_at, note, self._me)
        with self._store.reading() as session:
            question = question_page.require_question(session, question_id)
            resolution = answer_input.to_resolution(question, self._now())
            check_resolution(question, resolution)
            return resolution

    def preview(
        self, question_id: str, answers: Sequence[str], known_at: datetime
    ) -> dict[str, tuple[Score, ...]]:
        """Return everyone's scores under each of several answers; nothing is stored."""
        with self._store.reading() as session:
            question = question_page.require_question(session, question_id)
            return resolve_question.preview_scores(session, question, answers, known_at)

    @cacheable(per_person=True)
    def post_mortem(self, question_id: str) -> PostMortem | None:
        """Return the lessons of an answered question for the acting person; None without answer."""
        from tracker.questions.queries import explanations

        with self._store.reading() as session:
            return explanations.build_post_mortem(session, question_id, self._me)

    @cacheable()
    def prove(
        self, question_id: str, forecasters: tuple[ForecasterId, ...] | None = None
    ) -> LogProof | None:
        """Return the proof that the signed log has what scores on a question rest on.

        Of everyone's, or of these `forecasters`; None if no head was ever signed. The script
        `docs/verify_receipt.py` checks it beside the receipts, without the tracker.
        """
        with self._store.reading() as session:
            question = question_page.require_question(session, question_id)
            seqs = log_tree.list_receipt_entries(session, question.id, forecasters)
            return log_tree.prove_entries(session, seqs)

    @cacheable()
    def receipts(self, question_id: str) -> Receipts:
        """Return everyone's scores with their receipts, and forecasts that came too late."""
        with self._store.reading() as session:
            return question_page.get_receipts(session, question_id, self._now())
