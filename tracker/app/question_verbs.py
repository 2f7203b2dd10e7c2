"""The verbs on questions: load a set, ask, check, word anew, take back.

A part of `Tracker`, apart because it is the part that decides what may be asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from forecasts.evidence.evidence import Indicator
from forecasts.questions.options import OptionChange
from forecasts.questions.question import EssayId, ForecasterId, Question, QuestionId
from forecasts.questions.versions import QuestionEdit
from forecasts.suggestion.changes import ProbabilityChange
from tracker.app.lazy_module import LazyModule
from tracker.model.audit import Authorship
from tracker.model.read_models import QuestionHistory, QuestionPage, QuestionSummary, SetImport
from tracker.questions.queries import question_list as listing
from tracker.questions.queries import question_page as reading
from tracker.settings import Settings
from tracker.storage import questions
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    from forecasts.linting.lint import Flaw
    from forecasts.question_sets.question_set import PastResolution, QuestionSet
    from forecasts.questions.new_question import NewQuestion
    from tracker.app import export_question_set as exporting
    from tracker.app import import_question_set as loading
    from tracker.questions import add_indicator as watching
    from tracker.questions import edit as editing
    from tracker.questions import lint as linting
    from tracker.questions import open as asking
    from tracker.questions.queries import probability_changes as moving
    from tracker.questions.queries import question_as_of as looking_back
else:  # a list of questions needs none of these
    asking, editing, linting, watching = (
        LazyModule(f"tracker.questions.{name}")
        for name in ("open", "edit", "lint", "add_indicator")
    )
    exporting, loading = (
        LazyModule(f"tracker.app.{name}") for name in ("export_question_set", "import_question_set")
    )
    looking_back, moving = (
        LazyModule(f"tracker.questions.queries.{name}")
        for name in ("question_as_of", "probability_changes")
    )


@dataclass(frozen=True, slots=True)
class Wording:
    """How a question is worded anew; what is None stays as it is."""

    text: str | None = None
    criteria: str | None = None
    sources: tuple[str, ...] | None = None


class QuestionVerbs:
    """What the application does with questions. All times are aware UTC; all errors are one line
    for a person.
    """

    settings: Settings
    now: Callable[[], datetime]
    me: ForecasterId
    _store: Store

    def load(self, question_set: "QuestionSet", *, replay: bool = False) -> SetImport:
        """Store what is new in a question set; what is there stays as it was first loaded.

        Retrospective questions are resolved at once from the set's own history. A replay brings
        feeds and answers itself, each in its time. Raises `Unresolvable` for a question that the
        linter blocks and for which the set gives no override.
        """
        with self._store.writing() as session:
            return loading.import_question_set(
                session, question_set, self.settings.keep_days, self.now(), replay=replay
            )

    def note_unchecked(self, past: "PastResolution") -> None:
        """Keep an answer from somebody's memory, which a person has to check before it counts."""
        with self._store.writing() as session:
            loading.record_unchecked_answer(
                session, past, Authorship(loading.QUESTION_SET_FORECASTER, self.now())
            )

    def export_set(self, essay_id: str) -> "QuestionSet":
        """Everything of one essay as a question set, to be written to a folder; raises
        `NotFound`.
        """
        with self._store.reading() as session:
            return exporting.export_question_set(session, EssayId(essay_id))

    def questions(self) -> tuple[QuestionSummary, ...]:
        """All questions with their current numbers, the next to close first."""
        with self._store.reading() as session:
            return listing.summarise_questions(session, self.now())

    def question(self, question_id: str) -> QuestionPage:
        """Everything about one question; raises `NotFound`."""
        with self._store.reading() as session:
            return reading.build_question_page(session, question_id, self.now())

    def question_at(self, question_id: str, at: datetime) -> QuestionPage:
        """The same as it was known at an earlier instant: what was entered by then, judged as it
        was then.
        """
        with self._store.reading() as session:
            return looking_back.build_question_page_at(session, question_id, min(at, self.now()))

    def held(self, question_id: str) -> QuestionHistory:
        """What everyone held over time on a question, and nothing else of it; raises `NotFound`."""
        with self._store.reading() as session:
            return reading.get_question_history(session, question_id, self.now())

    def moved(
        self, question_id: str, since: datetime, until: datetime | None = None
    ) -> ProbabilityChange:
        """Why the suggestion of a yes-no question moved between two instants (until now), in lines
        that add up.

        Each is worked out from what was known then. Raises `NotFound`, and `Refused` where there
        was no suggestion.
        """
        now = self.now()
        with self._store.reading() as session:
            return moving.explain_suggestion_change(
                session, question_id, since, min(until or now, now)
            )

    def act_moved(self, question_id: str, forecast_id: int) -> ProbabilityChange | None:
        """Why a forecaster moved with one of their acts: the evidence that they cite, and their
        judgement.

        None where nothing stands after the act, and for the first suggestion, which moved from
        nothing.
        """
        with self._store.reading() as session:
            return moving.explain_act_change(session, question_id, forecast_id)

    def lint(
        self, asked: "NewQuestion | Question", indicators: Sequence[Indicator] = ()
    ) -> "tuple[Flaw, ...]":
        """What the linter finds in a question, the findings that block it first."""
        now = self.now()
        with self._store.reading() as session:
            return linting.find_question_flaws(
                session,
                asked,
                linting.gather_surroundings(session, self.settings.keep_days, now),
                indicators,
            )

    def lint_question(self, question_id: str) -> "tuple[Flaw, ...]":
        """What the linter finds in a question that is there, with its indicators."""
        now = self.now()
        with self._store.reading() as session:
            question = reading.require_question(session, question_id)
            around = linting.gather_surroundings(session, self.settings.keep_days, now)
            return linting.find_question_flaws(
                session, question, around, questions.list_indicators(session, [question.id])
            )

    def ask(
        self, asked: "NewQuestion", *, indicators: Sequence[Indicator] = (), override: str = ""
    ) -> Question:
        """Open a question of one's own; its name must be new.

        What the linter blocks raises `Unresolvable`, unless `override` says why it opens all the
        same; both are logged.
        """
        made = Authorship(self.me, self.now())
        with self._store.writing() as session:
            return asking.create_question(
                session,
                asked,
                self.settings.keep_days,
                made,
                indicators=indicators,
                override=override,
            )

    def add_indicator(self, indicator: Indicator) -> Indicator:
        """Watch for something more on a question; raises for one that does not fit it or misses its
        own example.
        """
        with self._store.writing() as session:
            return watching.add_indicator(session, indicator, self.now())

    def edit_question(
        self,
        question_id: str,
        wording: Wording,
        *,
        why: str,
        by: ForecasterId | None = None,
        override: str = "",
    ) -> Question:
        """Word a question anew, with the reason; forecasts keep the wording that they were made
        on.
        """
        with self._store.writing() as session:
            question = reading.require_question(session, question_id)
            edit = QuestionEdit(
                question_id=question.id,
                at=self.now(),
                by=by or self.me,
                why=why,
                text=question.text if wording.text is None else wording.text,
                criteria=question.criteria if wording.criteria is None else wording.criteria,
                sources=question.sources if wording.sources is None else wording.sources,
            )
            return editing.edit_question(session, edit, self.settings.keep_days, override=override)

    def retract(self, question_id: str, why: str, *, by: ForecasterId | None = None) -> None:
        """Take a question back that nobody has forecast yet."""
        with self._store.writing() as session:
            editing.withdraw_question(
                session, question_id, why, Authorship(by or self.me, self.now())
            )

    def change_option(
        self,
        question_id: str,
        name: str,
        change: Literal["added", "removed"],
        *,
        by: ForecasterId | None = None,
    ) -> Question:
        """Add an option to a categorical question, or remove one; forecasts keep what they said."""
        with self._store.writing() as session:
            wanted = OptionChange(QuestionId(question_id), name, change, self.now(), by or self.me)
            return asking.change_option(session, wanted)
