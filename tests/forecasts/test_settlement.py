"""Rules by which a series settles a question: what they give, and what they wait for."""

from datetime import UTC, date, datetime

import pytest

from forecasts.distributions.cdf import Scale
from forecasts.errors import InvalidQuestion
from forecasts.questions.new_question import date_scale
from forecasts.questions.question import Question
from forecasts.questions.series import Period, SeriesValue, parse_period
from forecasts.questions.settlement import (
    MissingValue,
    answer_question,
    apply_rule,
    check_rule,
    parse_rule,
)
from tests.builders import a_question, a_question_of
from tests.tables import check_rows

WINDOW = date_scale("2026-12-01", "2026-12-31")
READ_AT = datetime(2027, 3, 1, tzinfo=UTC)


def number(scale: Scale | None = None) -> Question:
    return a_question_of("level", kind="numeric", scale=scale or Scale(0, 100))


def value(period: str, amount: float) -> SeriesValue:
    parsed = parse_period(period, alone=True)
    assert parsed is not None
    return SeriesValue(parsed, amount, f"{amount:g}", READ_AT, "0" * 64)


MONTHS = [value("2026-10", 40), value("2026-11", 0), value("2026-12", 60), value("2027-01", 70)]
DAYS = [value("2026-12-01", 50), value("2026-12-31", 60), value("2027-01-04", 70)]


@check_rows(
    [
        (MONTHS, "value in 2026-12", 60.0),
        (DAYS, "value in 2026-12", "has 2 values in December 2026: let the rule say"),
        (DAYS[1:], "value in 2026-12", 60.0),  # one day stands for the month that is over
        (DAYS[1:2], "value in 2026-12", "December 2026 is not complete"),
        (DAYS, "mean of 2026-12", 55.0),
        (DAYS, "standing at 2027-01-31", 70.0),
        (DAYS, "standing at 2026-11-30", "has no value for 2026-11-30, but later ones"),
        (DAYS, "standing at 2027-03", "March 2027"),  # not over when it was read
        ([], "standing at 2026-12-31", "no value yet"),
        (MONTHS, "change of Q4 2026", "has no value before Q4 2026"),
        (MONTHS, "change of 2026-11", -40.0),
        (MONTHS, "percent change of 2026-12", "the value before December 2026 is 0"),
        (MONTHS, "percent change of 2027-01", pytest.approx(100 / 6)),
        (MONTHS, "mean of 2025", "no value for 2025, but later ones"),
        (MONTHS, "last of 2027", "2027 is not complete"),
    ],
    "values", "rule", "result",
)  # fmt: skip
def test_a_rule_gives_a_number_or_what_is_missing(
    values: list[SeriesValue], rule: str, result: float | str
) -> None:
    given = apply_rule(number(), parse_rule(rule), values, READ_AT)
    if isinstance(given, MissingValue):
        assert isinstance(result, str), given.reason
        assert result in given.reason
    else:
        assert given.number == result


def test_a_date_waits_for_the_end_of_its_window() -> None:
    rule = parse_rule("first day on which value more than 65")
    question = a_question_of("when", kind="date", scale=WINDOW)
    for values, answer in ((DAYS[:1], None), (DAYS, "never")):
        given = apply_rule(question, rule, values, READ_AT)
        if isinstance(given, MissingValue):
            assert answer is None
            assert given.due == Period(date(2026, 12, 1), date(2026, 12, 31))
        else:
            assert answer_question(question, rule, given, lambda _: None) == answer


@check_rows(
    [
        (Scale(50, 80, open_lower=True), -0.5, "below"),
        (Scale(50, 80, open_upper=True), 90.0, "above"),
        (Scale(50, 80), 90.0, "90"),
        (Scale(-50, 80), 1 / 3, "0.3333333333"),
    ]
)
def test_a_number_beyond_an_open_end_is_named(scale: Scale, amount: float, answer: str) -> None:
    rule = parse_rule("value in 2026-12")
    given = apply_rule(number(), rule, [value("2026-12", amount)], READ_AT)
    assert not isinstance(given, MissingValue)
    assert answer_question(number(scale), rule, given, lambda _: None) == answer


@check_rows(
    [
        (number(), "value in 2026-12 more than 60", "leave “more than 60” out"),
        (a_question_of("when", kind="date", scale=WINDOW), "value in 2026-12", "asks for a date"),
        (a_question(), "value in 2026-12", "end the rule with a threshold"),
    ]
)
def test_a_rule_has_to_fit_the_kind(question: Question, rule: str, reason: str) -> None:
    with pytest.raises(InvalidQuestion, match=reason):
        check_rule(question, parse_rule(rule))


def test_a_period_of_its_own_is_named_by_its_ends() -> None:
    assert str(Period(date(2026, 1, 5), date(2026, 1, 11))) == "2026-01-05 to 2026-01-11"
