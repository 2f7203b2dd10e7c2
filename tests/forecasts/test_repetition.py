"""Repetitions that no sibling can follow are refused."""

from dataclasses import replace

import pytest

from forecasts.distributions.cdf import Scale
from forecasts.errors import InvalidQuestion
from forecasts.questions.new_question import date_scale
from forecasts.questions.question import Question, QuestionId
from forecasts.questions.repetition import Repetition, SiblingTemplate, check_repetition
from tests.builders import a_question, a_question_of
from tests.tables import check_rows

WORDED = SiblingTemplate(
    text="What in {window}?", criteria="As told.", prior="5%=1 95%=9", prior_reason="so"
)
NUMBER = a_question_of("level", kind="numeric", scale=Scale(0, 9))
CHOICE = a_question_of("visit", kind="categorical", options=("Oslo", "Other"))


@check_rows(
    [
        (
            a_question_of("when", kind="date", scale=date_scale("2026-12-01", "2026-12-31")),
            SiblingTemplate(),
            "which no shorter window has",
        ),
        (a_question(retrospective=True), SiblingTemplate(), "is retrospective"),
        (NUMBER, SiblingTemplate(rule="value in {month}"), "rule holds {month}: write {first}"),
        (NUMBER, SiblingTemplate(kind="binary"), "needs text, criteria and prior"),
        (NUMBER, replace(WORDED, kind="categorical"), "cannot have options"),
        (CHOICE, replace(WORDED, kind="numeric"), "a number needs its range"),
        (CHOICE, SiblingTemplate(scale=Scale(0, 9)), "a categorical question has no range"),
        (NUMBER, SiblingTemplate(prior="5%=1 95%=9"), "needs its reason"),
    ]
)
def test_what_no_sibling_can_follow_is_refused(
    parent: Question, template: SiblingTemplate, reason: str
) -> None:
    with pytest.raises(InvalidQuestion) as refused:
        check_repetition(Repetition(QuestionId(parent.id), "month", template=template), parent)
    assert reason in str(refused.value)
