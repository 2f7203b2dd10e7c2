"""Essays: add texts, draft and open questions from their claims."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from forecasts.errors import ForecastsError
from forecasts.essays.claim_map import ClaimRejection
from forecasts.essays.draft import ClaimDraft
from forecasts.questions.question import EssayId, ForecasterId, Question
from tracker.app.service import Service, cacheable
from tracker.errors import NotFound, Refused
from tracker.essays import (
    claim_questions,
    draft_files,
    draft_opening,
    essay_edits,
    essay_pages,
    extracting,
)
from tracker.essays.claim_questions import PlannedQuestion
from tracker.essays.draft_files import DraftedQuestion, DraftProblem, PickedDraft
from tracker.essays.draft_opening import DraftReport, OpenedDraft
from tracker.model.access import Access, Shared
from tracker.model.essays import EssayComparison, EssayPage, EssaySummary, EssayText, NewEssay
from tracker.questions import change_access
from tracker.storage import access, essays, questions

if TYPE_CHECKING:
    from tracker.llm.draft_proposals import ProposalResult


class EssayService(Service, noun="essays"):
    """Use cases on essays."""

    @cacheable()
    def list(self) -> tuple[EssaySummary, ...]:
        """Return all essays with their coverage by questions and the record of their claims."""
        with self._store.reading() as session:
            return essay_pages.summarise_essays(session, self._now())

    @cacheable()
    def titles(self) -> Mapping[EssayId, str]:
        """Return the titles of all essays by their names, sorted by title; reads no question."""
        with self._store.reading() as session:
            return essay_pages.load_essay_titles(session)

    @cacheable()
    def get(self, essay_id: str) -> EssayPage:
        """Return an essay with its claims and their record; raises `NotFound`."""
        with self._store.reading() as session:
            return essay_pages.load_essay_page(session, EssayId(essay_id), self._now())

    @cacheable()
    def compare(self, first_id: str, second_id: str) -> EssayComparison:
        """Return the records of two essays side by side; raises `NotFound` or `Refused`."""
        with self._store.reading() as session:
            return essay_pages.compare_essays(
                session, EssayId(first_id), EssayId(second_id), self._now()
            )

    def add(self, new: NewEssay, *, private_to: Sequence[ForecasterId] | None = None) -> EssayText:
        """Store an essay, or a new version of its text; questions opened from it stay unchanged.

        With `private_to`, only the acting person and these people see it, and its questions.
        """
        with self._store.writing() as session:
            text = essay_edits.add_essay(session, new, self._authorship())
            if private_to is not None:
                change_access.make_private(
                    session, Shared("essay", new.id), private_to, self._authorship()
                )
            return text

    def share(self, essay_id: str, private_to: Sequence[ForecasterId] | None) -> Access:
        """Let only the owner and these people see an essay and its questions; None: everybody.

        See `tracker.questions.share`.
        """
        authorship, is_admin = self._authorship(), self._context.principal.has("administer")
        with self._store.writing() as session:
            if essays.find_essay(session, EssayId(essay_id)) is None:
                raise NotFound("essay", essay_id, "`tracker essay list` has their names")
            change_access.check_owner(
                session, Shared("essay", essay_id), self._me, is_admin=is_admin
            )
            if private_to is None:
                return change_access.make_public(session, Shared("essay", essay_id), authorship)
            return change_access.make_private(
                session, Shared("essay", essay_id), private_to, authorship
            )

    def get_access(self, essay_id: str) -> Access:
        """Return who sees an essay."""
        with self._store.reading() as session:
            return access.find_access(session, Shared("essay", essay_id))

    def remove(self, essay_id: str) -> None:
        """Remove an essay from which no question was opened; adding it again brings it back."""
        with self._store.writing() as session:
            essay_edits.remove_essay(session, EssayId(essay_id), self._authorship())

    @staticmethod
    def read_text(raw: bytes, name: str) -> str:
        """Extract the plain text of a file: text, Markdown or a web page; raises `Refused`."""
        return extracting.extract_text(raw, name)

    @staticmethod
    def read_title(raw: bytes, name: str) -> str:
        """Extract the title of an essay from a file; empty without one."""
        return extracting.find_title(raw, name)

    def drafts(self, essay_id: str, offset: int) -> tuple[ClaimDraft, ...]:
        """Draft questions from the sentence at `offset` (characters), the best one first."""
        with self._store.reading() as session:
            return claim_questions.propose_claim_drafts(
                session, EssayId(essay_id), offset, self._authorship()
            )

    def save_draft(self, essay_id: str, offset: int, fields: Mapping[str, Any]) -> None:
        """Store an unfinished question, replacing the one stored for the same sentence."""
        with self._store.writing() as session:
            essay_edits.save_draft(
                session, EssayId(essay_id), offset, fields, authorship=self._authorship()
            )

    def delete_draft(self, essay_id: str, offset: int) -> None:
        """Delete the stored draft of a sentence, if there is one."""
        with self._store.writing() as session:
            essay_edits.delete_draft(session, EssayId(essay_id), offset)

    def write_drafts(self, essay_id: str, picked: Sequence[PickedDraft]) -> str:
        """Write drafts as one file to complete; questions without a name get a free one."""
        with self._store.reading() as session:
            return draft_files.write_drafts(
                picked,
                essay_edits.require_essay(session, EssayId(essay_id)),
                used_names=questions.list_question_ids(session),
                now=self._now().replace(microsecond=0),
            )

    def open_drafts(
        self, essay_id: str, text: str, file_name: str, *, override: str = "", dry_run: bool = False
    ) -> DraftReport:
        """Open the questions of a completed draft file, each as a whole or not at all.

        Those that are open already stay as they are. A `dry_run` only says what would come of it.
        """
        with self._store.reading() as session:
            essay = essay_edits.require_essay(session, EssayId(essay_id))
        drafted = draft_files.read_drafts(text, file_name, essay)
        return draft_opening.report_drafts(
            [
                self._open_draft(essay.id, draft, override, dry_run)
                if isinstance(draft, DraftedQuestion)
                else draft
                for draft in drafted
            ]
        )

    def _open_draft(
        self, essay_id: EssayId, draft: DraftedQuestion, override: str, dry_run: bool
    ) -> OpenedDraft | DraftProblem:
        try:
            with self._store.writing() as session:
                opened = draft_opening.open_draft(
                    session,
                    essay_id,
                    draft,
                    self._settings.keep_days,
                    authorship=self._authorship(),
                    override=override,
                )
                if dry_run:
                    session.rollback()
                return opened
        except (ForecastsError, NotFound, Refused) as error:
            return draft_opening.describe_problem(draft, error)

    def open_claims(
        self, plans: Sequence[PlannedQuestion], offset: int, *, override: str = ""
    ) -> tuple[Question, ...]:
        """Open questions from one sentence, all or none; deadlines of one event form a group."""
        with self._store.writing() as session:
            return claim_questions.open_claims(
                session,
                plans,
                offset,
                self._settings.keep_days,
                authorship=self._authorship(),
                override=override,
            )

    def reject_claim(self, essay_id: str, offset: int, why: str) -> ClaimRejection:
        """Mark a sentence as untestable, with a reason."""
        with self._store.writing() as session:
            made = self._authorship()
            return essay_edits.reject_claim(
                session, EssayId(essay_id), offset, why, authorship=made
            )

    def restore_claim(self, essay_id: str, offset: int) -> None:
        """Restore a rejected sentence."""
        with self._store.writing() as session:
            essay_edits.restore_claim(session, EssayId(essay_id), offset, self._authorship())

    def propose(self, essay_id: str, offset: int) -> "ProposalResult":
        """Ask the language model, if set up, to draft questions beside those of the rules."""
        from tracker.llm import draft_proposals

        drafts = self.drafts(essay_id, offset)
        with self._store.reading() as session:
            text = essay_edits.require_text(session, EssayId(essay_id)).text
        return draft_proposals.propose_from_settings(
            self._store, self._settings, drafts, self._now, essay=text
        )
