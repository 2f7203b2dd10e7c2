"""What the answer to a question is, how people write it, and which answers are refused."""

import math
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Scale, day_number
from forecasts.errors import InvalidResolution
from forecasts.questions.answers import Answer, check_resolution, get_answer, parse_answer
from forecasts.questions.question import Option, Outcome, Question, Resolution
from tests.forecasts.strategies import (
    KINDS,
    answered,
    answers_to,
    categorical_question,
    date_question,
    day,
    law,
    numeric_question,
    ordered_question,
    question,
    resolution,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/answers")

OPEN = Scale(0.0, 100.0, open_lower=True, open_upper=True)

# What is scored against


@check_rows(KINDS)
def test_an_annulled_or_ambiguous_or_missing_answer_is_none(asked: Question) -> None:
    assert get_answer(asked, None) is None
    assert get_answer(asked, resolution("annulled")) is None
    assert get_answer(asked, resolution("ambiguous")) is None


def test_yes_is_1_and_no_is_0() -> None:
    assert get_answer(question(), resolution("yes")) == 1
    assert get_answer(question(), resolution("no")) == 0


@check_rows(
    [
        (categorical_question(), "Beijing", "Beijing"),
        (categorical_question(), "beijing", "Beijing"),
        (ordered_question(), "high", "high"),
        (numeric_question(), "41.5", 41.5),
        (numeric_question(), "0", 0.0),
        (numeric_question(OPEN), "-7", -7.0),
        (numeric_question(OPEN), "above", math.inf),
        (numeric_question(OPEN), "BELOW", -math.inf),
        (date_question(), "2026-01-11", day_number(day(10))),
        (date_question(), "2026-01-11T12:00:00Z", day_number(day(10.5))),
        (date_question(), "Never", math.inf),
    ]
)
def test_an_answer_is_an_option_a_number_or_a_day(
    asked: Question, said: str, expected: Answer
) -> None:
    assert get_answer(asked, answered(said)) == expected


# How people write it


@check_rows(product(KINDS, ["annulled", "ambiguous"]))
def test_every_kind_can_be_annulled_or_ambiguous(asked: Question, said: str) -> None:
    assert parse_answer(asked, f" {said.title()} ") == (said, "")


@check_rows([("yes", "yes"), (" NO ", "no"), ("Yes", "yes")])
def test_a_binary_question_is_answered_with_yes_or_no(typed: str, outcome: Outcome) -> None:
    assert parse_answer(question(), typed) == (outcome, "")


@check_rows(["", "maybe", "1", "true"])
def test_anything_else_does_not_answer_a_binary_question(typed: str) -> None:
    with pytest.raises(InvalidResolution, match="answered with yes, no, annulled or ambiguous"):
        parse_answer(question(), typed)


def test_options_are_read_in_any_case_or_refused() -> None:
    # An option is read in any case and kept as the question names it.
    assert parse_answer(categorical_question(), " MOSCOW ") == ("answered", "Moscow")
    assert parse_answer(categorical_question("Yes", "No"), "yes") == ("answered", "Yes")
    # What is no option is refused with the options there are.
    with pytest.raises(
        InvalidResolution, match="no option 'Minsk': the options are Moscow, Beijing, Other"
    ):
        parse_answer(categorical_question(), "Minsk")


@check_rows(TABLES["a_number_may_be_written_in_groups_of_three"])
def test_a_number_may_be_written_in_groups_of_three(typed: str, value: float) -> None:
    asked = numeric_question(OPEN)
    assert parse_answer(asked, typed) == ("answered", typed.strip())
    assert get_answer(asked, answered(typed.strip())) == value


@check_rows(["", "many", "nan", "inf", "-infinity", "4,5", "1,23,456", "1 2", "12,3456", "10%"])
def test_ambiguous_numbers_are_refused(typed: str) -> None:
    with pytest.raises(InvalidResolution, match=r"is not a number: write 41\.5"):
        parse_answer(numeric_question(OPEN), typed)


@check_rows(["", "soon", "2026-13-01", "2026-01-11T12:00", "above"])
def test_what_is_no_date_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidResolution, match="or never if it did not come within the window"):
        parse_answer(date_question(), typed)


def test_answers_beyond_bounds_fit_their_kind() -> None:
    # Beyond an open bound lies an answer.
    assert parse_answer(numeric_question(OPEN), "Above") == ("answered", "Above")
    assert parse_answer(numeric_question(OPEN), "500") == ("answered", "500")
    assert parse_answer(date_question(days=10), "2026-02-01") == ("answered", "2026-02-01")
    # A number does not come never and a date is not above.
    with pytest.raises(InvalidResolution):
        parse_answer(numeric_question(OPEN), "never")
    with pytest.raises(InvalidResolution):
        parse_answer(date_question(), "above")


@check_rows(["above", "below", "never"])
def test_there_is_nothing_beyond_a_closed_bound(typed: str) -> None:
    with pytest.raises(InvalidResolution, match="is not a number"):
        parse_answer(numeric_question(), typed)


@check_rows(
    [
        (numeric_question(), "-0.1"),
        (numeric_question(), "100.1"),
        (numeric_question(Scale(0.0, 100.0, open_lower=True)), "101"),
        (numeric_question(Scale(0.0, 100.0, open_upper=True)), "-1"),
        (date_question(), "2025-12-31"),
    ]
)
def test_a_value_beyond_a_closed_bound_is_refused(asked: Question, typed: str) -> None:
    with pytest.raises(InvalidResolution, match="outside the closed range"):
        parse_answer(asked, typed)


@law
@given(
    st.sampled_from(KINDS).flatmap(
        lambda asked: st.tuples(st.just(asked), st.sampled_from(_typed(asked)))
    )
)
def test_what_was_read_once_can_be_stored_and_checked(pair: tuple[Question, str]) -> None:
    asked, typed = pair
    outcome, kept = parse_answer(asked, typed)
    stored = replace(resolution(outcome, known=50), answer=kept)
    check_resolution(asked, stored)
    assert get_answer(asked, stored) is not None


def _typed(asked: Question) -> list[str]:
    return ["yes", "no"] if asked.kind == "binary" else answers_to(asked)


# Which are refused


@check_rows(product(KINDS, ["annulled", "ambiguous"]))
def test_a_sound_resolution_passes(asked: Question, outcome: Outcome) -> None:
    check_resolution(asked, resolution(outcome, known=50, entered=51))
    check_resolution(question(), resolution("yes", known=50, entered=51))


@check_rows(
    [
        ({"source_url": "  "}, "needs a source"),
        ({"source_url": "a newspaper"}, r"http\(s\) link"),
        ({"known_at": day(-1), "event_at": day(-1)}, "before the question opened"),
        ({"event_at": day(51)}, "before it happened"),
        ({"entered_at": day(49)}, "in the future"),
    ]
)
def test_impossible_resolutions_are_refused(changed: dict[str, object], reason: str) -> None:
    wrong: Resolution = replace(resolution("yes", known=50), **changed)  # type: ignore[arg-type]
    with pytest.raises(InvalidResolution, match=reason):
        check_resolution(question(), wrong)


@check_rows(product([q for q in KINDS if q.kind != "binary"], ["yes", "no"]))
def test_yes_and_no_answer_binary_questions_only(asked: Question, outcome: Outcome) -> None:
    with pytest.raises(
        InvalidResolution, match=f"is a {asked.kind} question: '{outcome}' does not answer it"
    ):
        check_resolution(asked, resolution(outcome, known=50))


def test_options_of_answers_have_to_be_offered() -> None:
    # An option or a number does not answer a binary question.
    with pytest.raises(
        InvalidResolution, match="is a binary question: 'answered' does not answer it"
    ):
        check_resolution(question(), answered("yes", known=50))
    # An option has to be offered when the answer is known.
    late, gone = Option("Minsk", added_at=day(10)), Option("Beijing", removed_at=day(20))
    asked = categorical_question("Moscow", late, gone, "Other", days=100)
    check_resolution(asked, answered("Minsk", known=10))
    check_resolution(
        asked, answered("Minsk", known=500)
    )  # known after the close, it is asked at the close
    check_resolution(asked, answered("Beijing", known=19))
    for said, known in (("Minsk", 9), ("Beijing", 20), ("beijing", 500)):
        with pytest.raises(InvalidResolution, match="was not offered when the answer was known"):
            check_resolution(asked, answered(said, known=known))


@check_rows(
    [
        (categorical_question(), "Minsk"),
        (categorical_question(), "annulled"),
        (ordered_question(), ""),
        (numeric_question(), "many"),
        (numeric_question(), "annulled"),
        (numeric_question(), "101"),
        (date_question(), "soon"),
    ]
)
def test_an_answer_has_to_be_one_of_the_questions_answers(asked: Question, said: str) -> None:
    with pytest.raises(InvalidResolution):
        check_resolution(asked, answered(said, known=50))
