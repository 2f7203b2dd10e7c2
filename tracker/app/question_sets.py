"""Question sets: load them from files, export them."""

from forecasts.question_sets.question_set import PastResolution, QuestionSet
from forecasts.questions.question import EssayId
from tracker.app import export_question_set, import_question_set, question_set_files
from tracker.app.service import Service
from tracker.errors import NotFound
from tracker.model.audit import Authorship
from tracker.model.read_models import SetImport


class QuestionSetService(Service):
    """Use cases on question sets."""

    def load(self, question_set: QuestionSet, *, replay: bool = False) -> SetImport:
        """Store what is new in a question set; existing entries stay as first loaded.

        Retrospective questions are resolved at once from the set's own history. A replay brings
        feeds and answers itself, each at its time. Raises `Unresolvable` for a question that the
        linter blocks and for which the set gives no override.
        """
        with self._store.writing() as session:
            return import_question_set.import_question_set(
                session, question_set, self._settings.keep_days, self._now(), replay=replay
            )

    def load_built_in(self, name: str) -> SetImport:
        """Load a question set that ships with the tracker; raises `NotFound` for any other."""
        if name not in question_set_files.list_built_in_sets():
            raise NotFound(
                "question set",
                name,
                f"those that come along: {', '.join(question_set_files.list_built_in_sets())}",
            )
        return self.load(question_set_files.load_question_set(name))

    def export(self, essay_id: str) -> QuestionSet:
        """Return everything of one essay as a question set; raises `NotFound`."""
        with self._store.reading() as session:
            return export_question_set.export_question_set(session, EssayId(essay_id))

    def note_unchecked(self, past: PastResolution) -> None:
        """Store an answer from memory, which a person has to verify before it counts."""
        with self._store.writing() as session:
            import_question_set.record_unchecked_answer(
                session, past, Authorship(import_question_set.QUESTION_SET_FORECASTER, self._now())
            )
