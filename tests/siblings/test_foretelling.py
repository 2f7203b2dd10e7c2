"""The answers of siblings, summed up, and the parent at their pace."""

from datetime import timedelta
from typing import Any

import pytest

from forecasts.distributions.cdf import Scale
from forecasts.distributions.distribution import Binary
from forecasts.essays.siblings.base_rates import derive_prior, explain_prior
from forecasts.essays.siblings.foretelling import (
    SiblingAnswer,
    SiblingRecord,
    describe_siblings,
    summarise_siblings,
)
from forecasts.questions.question import ForecasterId, Question, Resolution
from tests.builders import DAY, NOW, a_question, a_question_of
from tests.tables import check_rows

RANGE = Scale(0, 10)


def answered(question: Question, outcome: Any, answer: str = "") -> SiblingAnswer:
    times = (NOW, NOW, NOW)
    source = "https://example.org"
    given = Resolution(question.id, outcome, source, "", *times, ForecasterId("ann"), answer)
    return SiblingAnswer(question, given)


def month(outcome: str, **changed: Any) -> SiblingAnswer:
    """A sibling of thirty days, one chance in ten."""
    question = a_question(
        "month", opens_at=NOW, closes_at=NOW + 30 * DAY, prior=Binary(0.1), **changed
    )
    return answered(question, outcome)


@check_rows(
    [
        ("event_by", ["no", "no"], 1 - (1 - 0.1 / 3) ** 2, ""),
        ("event_by", ["no", "yes"], 1 - (1 - 1.1 / 3) ** 2, "yes"),
        ("holds_until", ["yes", "yes"], (2.1 / 3) ** 2, ""),
        ("holds_until", ["yes", "no"], (1.1 / 3) ** 2, "no"),
        ("state_at", ["yes", "no"], 1.1 / 3, ""),
    ]
)
def test_the_parent_follows_at_the_pace_of_its_siblings(
    shape: Any, outcomes: list[str], implied: float, settled: str
) -> None:
    parent = a_question(opens_at=NOW - 300 * DAY, closes_at=NOW + 60 * DAY, horizon_shape=shape)
    siblings = [month(outcome, horizon_shape=shape) for outcome in outcomes]
    record = summarise_siblings(parent, siblings, NOW)
    assert record.implied == pytest.approx(implied)
    assert record.settled == settled


def test_siblings_that_ask_something_else_imply_nothing() -> None:
    other = month("yes", text="Will it rain in Arland?")
    record = summarise_siblings(a_question(), [other], NOW)
    assert (record.yes, record.implied, record.settled) == (1, None, "")
    assert summarise_siblings(a_question(), [], NOW) == SiblingRecord(0, 0)


def test_numbers_have_a_middle() -> None:
    level = a_question_of("level", kind="numeric", scale=RANGE)
    siblings = [answered(level, "answered", number) for number in ("2", "3", "7")]
    siblings.append(SiblingAnswer(level, None, score=0.5))
    record = summarise_siblings(level, siblings, NOW)
    assert (record.opened, record.answered, record.middle, record.mean_score) == (4, 3, 3.0, 0.5)


@check_rows(
    [
        (SiblingRecord(0, 0), "No siblings are asked, and none is answered yet."),
        (SiblingRecord(1, 0), "1 sibling is asked, and none is answered yet."),
        (SiblingRecord(1, 1), "1 of 1 sibling is answered."),
        (
            SiblingRecord(4, 3, middle=3.0, mean_score=0.5),
            "3 of 4 siblings are answered: 3 in the middle. Your mean CRPS is 0.5.",
        ),
        (
            SiblingRecord(2, 1, no=1, implied=0.25),
            "1 of 2 siblings are answered: YES 0, NO 1. At their pace, this question comes to 25%.",
        ),
        (
            SiblingRecord(2, 1, yes=1, settled="yes"),
            "1 of 2 siblings are answered: YES 1, NO 0. That settles this question, too: YES.",
        ),
    ]
)
def test_a_sentence_says_what_siblings_say(record: SiblingRecord, words: str) -> None:
    assert describe_siblings(record) == words


def test_the_base_rate_of_a_number_is_that_of_its_parent() -> None:
    level = a_question_of("level", kind="numeric", scale=RANGE)
    assert derive_prior(level, 30) == level.prior
    assert "asks the same of another time" in explain_prior(level, 30)
    rate = explain_prior(a_question(prior=Binary(0.5)), timedelta(days=30) / DAY)
    assert "50% over" in rate
