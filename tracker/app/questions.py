"""Questions: list, read, ask, check, edit and retract them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from forecasts.evidence.evidence import Indicator
from forecasts.questions.amendments import OptionChange, QuestionEdit
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import ForecasterId, Question, QuestionId
from forecasts.suggestion.changes import ProbabilityChange
from tracker.app.service import Service, cacheable
from tracker.model.access import Access, Shared
from tracker.model.read_models import (
    QuestionHistory,
    QuestionPage,
    QuestionStatements,
    QuestionSummary,
)
from tracker.questions import change_access, propose_answer
from tracker.questions.queries import question_list, question_page
from tracker.storage import access, questions

if TYPE_CHECKING:
    from forecasts.linting.lint import Flaw
    from forecasts.questions.repetition import Repetition
    from tracker.model.disagreement import Disagreement
    from tracker.model.siblings import SiblingFamily, SiblingPlan, SiblingRun


@dataclass(frozen=True, slots=True)
class Wording:
    """New wording of a question; None leaves a part unchanged."""

    text: str | None = None
    criteria: str | None = None
    sources: tuple[str, ...] | None = None


class QuestionService(Service, noun="questions"):
    """Use cases on questions."""

    @cacheable(from_log=True)
    def list(self) -> tuple[QuestionSummary, ...]:
        """Return all questions with their current probabilities, the next to close first."""
        with self._store.reading() as session:
            return question_list.summarise_questions(session, self._now())

    @cacheable()
    def get(self, question_id: str, newest: int | None = None) -> QuestionPage:
        """Return everything about one question; raises `NotFound`.

        With `newest`, only so many pieces of its evidence come as cards, which read most: see
        `tracker.evidence.list` for the others.
        """
        with self._store.reading() as session:
            page = question_page.build_question_page(session, question_id, self._now(), newest)
            question, resolution = page.summary.question, page.summary.resolution
            return replace(
                page,
                desk=propose_answer.build_answer_desk(session, question, resolution, self._now()),
                access=access.find_access(session, Shared("question", question.id)),
            )

    @cacheable()
    def get_as_of(self, question_id: str, at: datetime) -> QuestionPage:
        """Return the question as it was known at `at`: entered by then, reviewed as it was then."""
        from tracker.questions.queries import question_as_of

        with self._store.reading() as session:
            return question_as_of.build_question_page_at(session, question_id, min(at, self._now()))

    @cacheable()
    def history(self, question_id: str) -> QuestionHistory:
        """Return every forecaster's forecasts over time; raises `NotFound`."""
        with self._store.reading() as session:
            return question_page.get_question_history(session, question_id, self._now())

    @cacheable()
    def explain_change(
        self, question_id: str, since: datetime, until: datetime | None = None
    ) -> ProbabilityChange:
        """Explain why the suggestion of a yes-no question changed from `since` to `until`.

        Lines add up to the change in log-odds; `until` defaults to now. Each end uses only what
        was known then. Raises `NotFound`, and `Refused` where there was no suggestion.
        """
        from tracker.questions.queries import explanations

        now = self._now()
        with self._store.reading() as session:
            end = min(until or now, now)
            return explanations.explain_suggestion_change(session, question_id, since, end)

    @cacheable()
    def explain_act(self, question_id: str, forecast_id: int) -> ProbabilityChange | None:
        """Explain a forecaster's update: the evidence that they cite, and their judgement.

        None where no forecast stands after the act, and for the first suggestion.
        """
        from tracker.questions.queries import explanations

        with self._store.reading() as session:
            return explanations.explain_act_change(session, question_id, forecast_id)

    @cacheable(per_person=True)
    def explain_gaps(self, question_id: str) -> "Disagreement":
        """Explain how me, crowd, suggestion and markets differ on a yes-no question, and why.

        With the record of each two in such gaps. Raises `NotFound`, and `Refused` for other kinds.
        """
        from tracker.questions.queries import disagreement

        with self._store.reading() as session:
            return disagreement.explain_disagreement(session, question_id, self._me, self._now())

    def lint(
        self, new_question: NewQuestion | Question, indicators: Sequence[Indicator] = ()
    ) -> "tuple[Flaw, ...]":
        """Return the linter's findings on a question, blocking ones first."""
        from tracker.questions import question_lifecycle

        with self._store.reading() as session:
            return question_lifecycle.find_question_flaws(
                session, new_question, self._settings.keep_days, self._now(), indicators=indicators
            )

    @cacheable()
    def lint_stored(self, question_id: str) -> "tuple[Flaw, ...]":
        """Return the linter's findings on a stored question with its indicators."""
        from tracker.questions import question_lifecycle

        with self._store.reading() as session:
            question = question_page.require_question(session, question_id)
            watched = questions.list_indicators(session, [question.id])
            return question_lifecycle.find_question_flaws(
                session, question, self._settings.keep_days, self._now(), indicators=watched
            )

    @cacheable()
    def get_statements(self, question_id: str) -> QuestionStatements:
        """Return the lines that news on a question is compared with; raises `NotFound`."""
        from tracker.questions.queries import compiled_questions

        with self._store.reading() as session:
            question = question_page.require_question(session, question_id)
            versions = question_page.list_versions(session, question)
            return compiled_questions.describe_statements(session, question, versions)

    def compile(self, new_question: NewQuestion) -> CompiledQuestion:
        """Return the lines that the rules make of a question not yet asked."""
        from forecasts.questions.new_question import build_question
        from tracker.matching.compile_question import compile_question

        return compile_question(build_question(new_question))

    def set_statements(
        self, question_id: str, lines: CompiledQuestion, *, by: ForecasterId | None = None
    ) -> QuestionStatements:
        """Write lines of a question; an empty one, or one as the rules have it, is left to them."""
        from tracker.questions import question_lifecycle

        with self._store.writing() as session:
            question_lifecycle.set_statements(session, question_id, lines, self._authorship(by))
        return self.get_statements(question_id)

    def reset_statements(
        self, question_id: str, *, by: ForecasterId | None = None
    ) -> QuestionStatements:
        """Leave all lines of a question to the rules again."""
        from tracker.questions import question_lifecycle

        with self._store.writing() as session:
            question_lifecycle.reset_statements(session, question_id, self._authorship(by))
        return self.get_statements(question_id)

    def ask(
        self,
        new_question: NewQuestion,
        *,
        indicators: Sequence[Indicator] = (),
        override: str = "",
        private_to: Sequence[ForecasterId] | None = None,
    ) -> Question:
        """Open a question; its name must be new.

        A blocking finding of the linter raises `Unresolvable`, unless `override` gives the reason
        to open it nevertheless; both are logged. With `private_to`, only the acting person and
        these people see it.
        """
        from tracker.questions import question_lifecycle

        with self._store.writing() as session:
            question = question_lifecycle.create_question(
                session,
                new_question,
                self._settings.keep_days,
                self._authorship(),
                indicators=indicators,
                override=override,
            )
            if private_to is not None:
                change_access.make_private(
                    session, Shared("question", question.id), private_to, self._authorship()
                )
            return question

    def share(self, question_id: str, private_to: Sequence[ForecasterId] | None) -> Access:
        """Let only the owner and these people see a question; None makes it public again.

        The owner is whoever made it private first. Only the owner and an admin change it later:
        raises `Forbidden`, and `NotFound` for an unknown question or person.
        """
        principal, authorship = self._context.principal, self._authorship()
        with self._store.writing() as session:
            name = question_page.require_question(session, question_id).id
            is_admin = principal.has("administer")
            change_access.check_owner(
                session, Shared("question", name), self._me, is_admin=is_admin
            )
            if private_to is None:
                return change_access.make_public(session, Shared("question", name), authorship)
            return change_access.make_private(
                session, Shared("question", name), private_to, authorship
            )

    def plan_sibling(self, repetition: "Repetition") -> "SiblingPlan":
        """Return the next sibling of a question as it would open; nothing is stored."""
        from tracker.questions import repeat_question

        with self._store.reading() as session:
            return repeat_question.plan_sibling(
                session, repetition, self._settings.keep_days, self._now()
            )

    def repeat(
        self, repetition: "Repetition", *, by: ForecasterId | None = None
    ) -> Question | None:
        """Repeat a question: open its first sibling, and from now on the next when one ends.

        None if a sibling is open already. Raises `Unresolvable` for a blocking finding of the
        linter, unless the repetition has a reason to override it.
        """
        from tracker.questions import repeat_question

        with self._store.writing() as session:
            return repeat_question.repeat_question(
                session, repetition, self._settings.keep_days, self._authorship(by)
            )

    def stop_repeating(self, question_id: str, *, by: ForecasterId | None = None) -> "Repetition":
        """Open no further sibling of a question; raises `Refused` if it is not repeated."""
        from tracker.questions import repeat_question

        with self._store.writing() as session:
            return repeat_question.stop_repetition(session, question_id, self._authorship(by))

    def open_siblings(self) -> "SiblingRun":
        """Open the next sibling of each repeated question that has none open."""
        from tracker.questions import repeat_question

        with self._whole_store.writing() as session:
            return repeat_question.open_due_siblings(session, self._settings.keep_days, self._now())

    @cacheable(per_person=True)
    def siblings(self, question_id: str) -> "SiblingFamily | None":
        """Return a question's siblings, or those beside it; None if it has none."""
        from tracker.questions.queries import sibling_family

        with self._store.reading() as session:
            return sibling_family.load_family(session, question_id, self._me, self._now())

    def add_indicator(self, indicator: Indicator) -> Indicator:
        """Add an indicator to a question.

        Raises `Refused` if it does not fit the question or fails to match its own example.
        """
        from tracker.questions import add_indicator

        with self._store.writing() as session:
            return add_indicator.add_indicator(session, indicator, self._now())

    def edit(
        self,
        question_id: str,
        wording: Wording,
        *,
        why: str,
        by: ForecasterId | None = None,
        override: str = "",
    ) -> Question:
        """Reword a question, with a reason; forecasts keep the wording that they were made on."""
        from tracker.questions import question_lifecycle

        with self._store.writing() as session:
            question = question_page.require_question(session, question_id)
            edit = QuestionEdit(
                question_id=question.id,
                at=self._now(),
                by=self._author(by),
                why=why,
                text=question.text if wording.text is None else wording.text,
                criteria=question.criteria if wording.criteria is None else wording.criteria,
                sources=question.sources if wording.sources is None else wording.sources,
            )
            return question_lifecycle.edit_question(
                session, edit, self._settings.keep_days, override=override
            )

    def retract(self, question_id: str, why: str, *, by: ForecasterId | None = None) -> None:
        """Retract a question that has no forecast yet."""
        from tracker.questions import question_lifecycle

        with self._store.writing() as session:
            question_lifecycle.withdraw_question(session, question_id, why, self._authorship(by))

    def change_option(
        self,
        question_id: str,
        name: str,
        change: Literal["added", "removed"],
        *,
        by: ForecasterId | None = None,
    ) -> Question:
        """Add an option to a categorical question, or remove one; past forecasts stay unchanged."""
        from tracker.questions import question_lifecycle

        change_made = OptionChange(
            QuestionId(question_id), name, change, self._now(), self._author(by)
        )
        with self._store.writing() as session:
            return question_lifecycle.change_option(session, change_made)
