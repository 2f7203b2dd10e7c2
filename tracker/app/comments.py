"""Comments: talk about a question, keep a private note, and see who is far from you."""

from datetime import datetime

from forecasts.questions.question import ForecasterId, QuestionId
from tracker.app.service import Service, cacheable
from tracker.errors import Forbidden
from tracker.model.comments import Comment, TextVersion, WideGap
from tracker.model.principal import Principal
from tracker.questions import comment_on_question as talk
from tracker.questions.comment_on_question import NewComment
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import require_forecasters
from tracker.storage import accounts, comments, questions


class CommentService(Service, noun="comments"):
    """Use cases on comments.

    A note is read and written by the person themselves alone: not by an admin who acts for them.
    """

    @cacheable(from_log=True)
    def list(self, question_id: str, until: datetime | None = None) -> tuple[Comment, ...]:
        """Return the comments on a question, the oldest first, optionally as of an instant."""
        with self._store.reading() as session:
            return talk.list_comments(session, question_id, until)

    def get(self, comment_id: int) -> Comment:
        """Return a comment; raises `NotFound`."""
        with self._store.reading() as session:
            return talk.hide_removed(talk.require_comment(session, comment_id))

    def history(self, comment_id: int) -> tuple[TextVersion, ...]:
        """Return the versions of a comment, the oldest first.

        Those of a removed one are for its author and admins.
        """
        with self._store.reading() as session:
            return talk.list_versions(session, comment_id, self._me, is_admin=self._is_admin)

    def add(
        self,
        question_id: str,
        text: str,
        *,
        reply_to: int | None = None,
        evidence_id: int | None = None,
        by: ForecasterId | None = None,
    ) -> Comment:
        """Comment on a question, perhaps in reply to another comment, or on a piece of evidence.

        `@name` mentions a person who may see the question; any other one is plain text.
        """
        new = NewComment(question_id, text, reply_to, evidence_id)
        addressees = self._find_addressees(question_id, text)
        with self._store.writing() as session:
            author = self._authorship(by)
            return talk.hide_removed(talk.add_comment(session, new, author, addressees=addressees))

    def edit(self, comment_id: int, text: str, *, by: ForecasterId | None = None) -> Comment:
        """Replace the text of one's own comment; earlier versions stay in its history."""
        with self._store.reading() as session:
            question_id = talk.require_comment(session, comment_id).question_id
        addressees = self._find_addressees(question_id, text)
        with self._store.writing() as session:
            author = self._authorship(by)
            return talk.edit_comment(session, comment_id, text, author, addressees=addressees)

    def remove(self, comment_id: int, *, by: ForecasterId | None = None) -> Comment:
        """Remove a comment of one's own; an admin removes any."""
        with self._store.writing() as session:
            author = self._authorship(by)
            removed = talk.remove_comment(session, comment_id, author, is_admin=self._is_admin)
        return talk.hide_removed(removed)

    def note(self, question_id: str) -> tuple[TextVersion, ...]:
        """Return the versions of one's private note on a question, the oldest first."""
        owner = self._note_owner
        with self._store.reading() as session:
            question = require_question(session, question_id)
            return () if owner is None else comments.list_note_versions(session, question.id, owner)

    def write_note(self, question_id: str, text: str) -> tuple[TextVersion, ...]:
        """Write one's private note on a question; an empty text removes it.

        Raises `Forbidden` for whoever acts in another's name.
        """
        if self._note_owner is None:
            raise Forbidden(f"notes are private: only {self._me} writes them")
        with self._store.writing() as session:
            talk.write_note(session, question_id, text, self._authorship())
        return self.note(question_id)

    @cacheable(per_person=True)
    def wide_gaps(self, question_id: str | None = None) -> tuple[WideGap, ...]:
        """Return the widest gap on each open question between me and a person, still to talk about.

        The widest first, on all questions or on one; without those that were set aside.
        """
        from tracker.questions.queries import disagreement

        with self._store.reading() as session:
            only = None if question_id is None else QuestionId(question_id)
            return disagreement.list_wide_gaps(session, self._me, self._now(), only)

    def dismiss_gap(self, question_id: str, other: ForecasterId) -> None:
        """Set the gap to another person aside until one of the two forecasts anew."""
        with self._store.writing() as session:
            question = require_question(session, question_id)
            require_forecasters(session, [other])
            comments.dismiss_gap(session, question.id, other, self._authorship())

    @property
    def _is_admin(self) -> bool:
        return self._context.principal.has("administer")

    @property
    def _note_owner(self) -> ForecasterId | None:
        """Owner of the notes that may be read: whoever is here, not the one they act for."""
        principal = self._context.principal
        return self._me if principal.me == principal.forecaster else None

    def _find_addressees(self, question_id: str, text: str) -> frozenset[ForecasterId]:
        """Find the people whom a text names and who may see the question."""
        with self._store.reading() as session:
            owner = ForecasterId(self._settings.me)
            named = [
                (person, accounts.find_account_of(session, person))
                for person in talk.list_named_people(session, text, owner)
            ]
        people = (
            Principal(person, "viewer", "page")
            if pair is None
            else Principal(person, pair[0].role, "page", account=pair[0].id)
            for person, pair in named
            if pair is None or pair[0].disabled_at is None
        )
        return frozenset(person.me for person in people if self._may_see(person, question_id))

    def _may_see(self, person: Principal, question_id: str) -> bool:
        """Return whether a person may see a question, by reading it as they would."""
        with self._context.acting_as(person).store.reading() as session:
            return questions.find_question(session, question_id) is not None
