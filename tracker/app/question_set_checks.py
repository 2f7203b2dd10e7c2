"""Lint a question set before it is imported."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from forecasts.question_sets.question_set import QuestionSet
from forecasts.questions.question import Question, QuestionId

if TYPE_CHECKING:
    from forecasts.linting.lint import Flaw


def lint_question_set(
    question_set: QuestionSet, keep_days: float, now: datetime
) -> Mapping[QuestionId, "tuple[Flaw, ...]"]:
    """Find the flaws of each question, as of its own opening and with the feeds of the set only.

    `keep_days` is the retention of reports, 0 for ever. Questions without a flaw are left out.
    """
    from forecasts.linting.lint import LintContext, find_flaws

    feeds = tuple(f"{feed.title} {feed.theme}" for feed in question_set.feeds) or None
    flaws_by_question = {}
    for question in question_set.questions:
        around = LintContext(
            now=min(now, question.opens_at),
            keeps_days=keep_days or None,
            feeds=feeds,
            indicators=tuple(i for i in question_set.indicators if i.question_id == question.id),
            sibling_questions=_find_related(question_set, question),
        )
        flaws_by_question[question.id] = find_flaws(question, around)
    return {question_id: flaws for question_id, flaws in flaws_by_question.items() if flaws}


def list_blocked_questions(
    question_set: QuestionSet, flaws_by_question: Mapping[QuestionId, "tuple[Flaw, ...]"]
) -> tuple[QuestionId, ...]:
    """List the questions with blocking flaws without an override: they would not be imported."""
    return tuple(
        question_id
        for question_id, flaws in flaws_by_question.items()
        if question_id not in question_set.overrides
        and any(flaw.severity == "blocking" for flaw in flaws)
    )


def _find_related(question_set: QuestionSet, question: Question) -> tuple[Question, ...]:
    claims = set(question.claim_ids)
    return tuple(
        q for q in question_set.questions if claims & set(q.claim_ids) and q.id != question.id
    )
