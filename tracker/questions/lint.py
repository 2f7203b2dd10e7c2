"""Check questions against the linter, in the context of this installation."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from forecasts.evidence.evidence import Indicator
from forecasts.linting.lint import Flaw, Surroundings, lint
from forecasts.questions.new_question import Asked
from forecasts.questions.question import Question, QuestionId
from tracker.errors import Unresolvable
from tracker.model.audit import Override, Standpoint
from tracker.storage import edits, feeds, questions
from tracker.storage.sessions import Session


def surroundings(session: Session, keep_days: float, now: datetime) -> Surroundings:
    """Context of all questions: time, retention of reports in days, topics of polled feeds."""
    polled = [state.feed for state in feeds.feeds(session) if not state.paused_why]
    words = tuple(" ".join([feed.title, feed.theme, *sum(feed.categories, ())]) for feed in polled)
    return Surroundings(now=now, keeps_days=keep_days or None, feeds=words)


def flaws(
    session: Session,
    question: Asked | Question,
    around: Surroundings,
    indicators: Sequence[Indicator] = (),
) -> tuple[Flaw, ...]:
    """Find the linter's flaws in a question, its indicators and questions from the same claims."""
    return flaws_among(questions.every(session), question, around, indicators)


def flaws_among(
    all_questions: Iterable[Question],
    question: Asked | Question,
    around: Surroundings,
    indicators: Sequence[Indicator],
) -> tuple[Flaw, ...]:
    """Find flaws as above, with all other questions given."""
    claims = set(question.claim_ids)
    alike = tuple(
        q
        for q in all_questions
        if claims & set(q.claim_ids) and q.essay_id == question.essay_id and q.id != question.id
    )
    return lint(question, replace(around, indicators=tuple(indicators), alike=alike))


def insist(
    session: Session, question: Question, found_flaws: Sequence[Flaw], why: str, *, made: Standpoint
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
        session, Override(QuestionId(question.id), codes, why.strip(), made.by, made.at)
    )
