"""Is a question resolvable, here and now? What the linter has to know of the surroundings, gathered
for it.
"""

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
    """What is true of every question asked here: the time, how long reports stay, what each polled
    feed is about.
    """
    polled = [state.feed for state in feeds.feeds(session) if not state.paused_why]
    words = tuple(" ".join([feed.title, feed.theme, *sum(feed.categories, ())]) for feed in polled)
    return Surroundings(now=now, keeps_days=keep_days or None, feeds=words)


def flaws(
    session: Session,
    asked: Asked | Question,
    around: Surroundings,
    indicators: Sequence[Indicator] = (),
) -> tuple[Flaw, ...]:
    """What the linter finds in a question with its indicators, beside those that came from the same
    claims.
    """
    return flaws_among(questions.every(session), asked, around, indicators)


def flaws_among(
    others: Iterable[Question],
    asked: Asked | Question,
    around: Surroundings,
    indicators: Sequence[Indicator],
) -> tuple[Flaw, ...]:
    """The same, where all other questions are at hand."""
    claims = set(asked.claim_ids)
    alike = tuple(
        q
        for q in others
        if claims & set(q.claim_ids) and q.essay_id == asked.essay_id and q.id != asked.id
    )
    return lint(asked, replace(around, indicators=tuple(indicators), alike=alike))


def insist(
    session: Session, question: Question, found: Sequence[Flaw], why: str, *, made: Standpoint
) -> None:
    """Refuse blocking flaws that nobody takes upon themselves; log who did, and why. Raises
    `Unresolvable`.
    """
    blocking = [flaw for flaw in found if flaw.severity == "blocking"]
    if not blocking:
        return
    if not why.strip():
        raise Unresolvable(question.id, tuple(blocking))
    codes = tuple(dict.fromkeys(flaw.code for flaw in blocking))
    edits.add_override(
        session, Override(QuestionId(question.id), codes, why.strip(), made.by, made.at)
    )
