"""Open the questions of a draft file, and say of each what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from forecasts.errors import InvalidQuestion
from forecasts.linting.lint import Flaw
from forecasts.questions.compiled_question import list_lines
from forecasts.questions.question import EssayId, Question, QuestionId
from tracker.errors import NotFound, Unresolvable
from tracker.essays.claim_questions import open_claim
from tracker.essays.draft_files import DraftedQuestion, DraftProblem
from tracker.essays.essay_edits import find_sentence
from tracker.model.audit import Authorship
from tracker.questions.queries.compiled_questions import load_compiled_questions
from tracker.questions.question_lifecycle import find_question_flaws
from tracker.storage import questions
from tracker.storage.sessions import Session


@dataclass(frozen=True, slots=True)
class OpenedDraft:
    """Question of a draft file that is open, with the linter's advice.

    `lines` are those that news is compared with, each with the answer that it reports. `is_new` is
    False for one that was open before.
    """

    question: Question
    lines: tuple[tuple[str, str], ...] = ()
    advice: tuple[Flaw, ...] = ()
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class DraftReport:
    """Outcome of a draft file: what is open now, and what keeps the others from it."""

    opened: tuple[OpenedDraft, ...]
    problems: tuple[DraftProblem, ...]

    @property
    def new(self) -> tuple[OpenedDraft, ...]:
        """Questions that were not open before."""
        return tuple(draft for draft in self.opened if draft.is_new)

    @property
    def shared_advice(self) -> tuple[Flaw, ...]:
        """Advice that all new questions of several have in common."""
        if len(self.new) < 2:
            return ()
        first, *further = self.new
        return tuple(f for f in first.advice if all(f in other.advice for other in further))


def open_draft(
    session: Session,
    essay_id: EssayId,
    drafted: DraftedQuestion,
    keep_days: float,
    *,
    authorship: Authorship,
    override: str = "",
) -> OpenedDraft:
    """Open a question of a draft file, or find the one that was opened from it before.

    Raises what `open_claim` raises; the caller's transaction then rolls back.
    """
    new_question = drafted.new_question
    before = questions.find_question(session, QuestionId(new_question.id))
    if before is not None and before.essay_id == essay_id:
        first = questions.find_original_question(session, before.id)
        wordings = {(question.text, question.criteria) for question in (before, first)}
        if (new_question.text, new_question.criteria) in wordings:
            return OpenedDraft(before, is_new=False)
        raise InvalidQuestion(
            f"{before.id} is open in other words: `tracker question edit {before.id}` changes "
            "them, or give this one an id of its own"
        )
    if find_sentence(session, essay_id, drafted.at).offset != drafted.at:
        hint = "the text has changed since: draft it again"
        raise NotFound("sentence that begins at character", drafted.at, hint)
    question = open_claim(
        session,
        new_question,
        drafted.at,
        keep_days,
        authorship=authorship,
        indicators=drafted.indicators,
        override=override or drafted.override,
    )
    flaws = find_question_flaws(
        session, question, keep_days, authorship.at, indicators=drafted.indicators
    )
    lines = load_compiled_questions(session, [question])[question.id]
    advice = tuple(flaw for flaw in flaws if flaw.severity == "advice")
    return OpenedDraft(question, list_lines(question, lines), advice)


def describe_problem(drafted: DraftedQuestion, error: Exception) -> DraftProblem:
    """Describe why a question did not open, with the line of the first part to mend."""
    if not isinstance(error, Unresolvable):
        return DraftProblem(drafted.new_question.id, drafted.line, str(error))
    gaps = [flaw for flaw in error.flaws if flaw.code == "placeholder"]
    flaws = [flaw for flaw in error.flaws if flaw not in gaps]
    reasons = [f"{flaw.reason}. {flaw.fix}" for flaw in flaws]
    if gaps:
        reasons.append(f"replace the gaps […] of {', '.join(flaw.where for flaw in gaps)}")
    where = error.flaws[0].where
    line = drafted.lines.get(where, drafted.line)
    return DraftProblem(drafted.new_question.id, line, " ".join(reasons), is_gap=not flaws)


def report_drafts(outcomes: Sequence[OpenedDraft | DraftProblem]) -> DraftReport:
    """Report what came of the questions of a file, in its order."""
    return DraftReport(
        tuple(outcome for outcome in outcomes if isinstance(outcome, OpenedDraft)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, DraftProblem)),
    )
