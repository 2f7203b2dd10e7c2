"""Check questions against the linter, in the context of this installation."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from forecasts.evidence.evidence import Indicator
from forecasts.linting.lint import Flaw, LintContext, find_flaws
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import Question, QuestionId
from tracker.errors import Unresolvable
from tracker.model.audit import Authorship, Override
from tracker.storage import edits, feeds, questions
from tracker.storage.sessions import Session


def gather_surroundings(session: Session, keep_days: float, now: datetime) -> LintContext:
    """Context of all questions: time, retention of reports in days, topics of polled feeds."""
    polled = [state.feed for state in feeds.list_feeds(session) if not state.paused_why]
    words = tuple(" ".join([feed.title, feed.theme, *sum(feed.categories, ())]) for feed in polled)
    return LintContext(now=now, keeps_days=keep_days or None, feeds=words)


def find_question_flaws(
    session: Session,
    question: NewQuestion | Question,
    around: LintContext,
    indicators: Sequence[Indicator] = (),
) -> tuple[Flaw, ...]:
    """Find the linter's flaws in a question, its indicators and questions from the same claims."""
    return find_flaws_among(questions.list_questions(session), question, around, indicators)


def find_flaws_among(
    all_questions: Iterable[Question],
    question: NewQuestion | Question,
    around: LintContext,
    indicators: Sequence[Indicator],
) -> tuple[Flaw, ...]:
    """Find flaws as above, with all other questions given."""
    claims = set(question.claim_ids)
    alike = tuple(
        q
        for q in all_questions
        if claims & set(q.claim_ids) and q.essay_id == question.essay_id and q.id != question.id
    )
    return find_flaws(
        question, replace(around, indicators=tuple(indicators), sibling_questions=alike)
    )


def refuse_blocking_flaws(
    session: Session,
    question: Question,
    found_flaws: Sequence[Flaw],
    why: str,
    *,
    authorship: Authorship,
) -> None:
    """Refuse blocking flaws without an override reason; log the override otherwise.

    Raises `Unresolvable`.
    """
    blocking = [flaw for flaw in found_flaws if flaw.severity == "blocking"]
    if not blocking:
        return
    if not why.strip():
        raise Unresolvable(question.id, tuple(blocking))
    codes = tuple(dict.fromkeys(flaw.code for flaw in blocking))
    edits.add_override(
        session, Override(QuestionId(question.id), codes, why.strip(), authorship.by, authorship.at)
    )
