"""Options that come and go while a question is open."""

from typing import Literal

import pytest

from forecasts.distributions.distribution import Categorical
from forecasts.errors import InvalidQuestion
from forecasts.questions.amendments import (
    OptionChange,
    apply_option_changes,
    check_option_change,
    check_option_names,
)
from forecasts.questions.parse_forecast import parse_forecast
from forecasts.questions.question import Option, Question
from tests.forecasts.strategies import (
    ANN,
    QUESTION,
    categorical_question,
    day,
    ordered_question,
    question,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/options")

CAPITALS = categorical_question(days=100)  # Moscow, Beijing, Other


def change(name: str, what: Literal["added", "removed"], at: float = 10) -> OptionChange:
    return OptionChange(QUESTION, name, what, day(at), ANN)


def refusal(of: Question, wanted: OptionChange) -> str:
    with pytest.raises(InvalidQuestion) as caught:
        check_option_change(of, wanted)
    return str(caught.value)


def test_options_of_a_question_over_time() -> None:
    # A question without changes stays the same.
    assert apply_option_changes(CAPITALS, ()) is CAPITALS
    # A forecast names the options of its time.
    of = apply_option_changes(CAPITALS, [change("Minsk", "added", 10)])
    assert parse_forecast(of, "minsk=40 Other=rest", day(10)) == Categorical(
        ("Moscow", "Beijing", "Other", "Minsk"), (0.0, 0.0, 0.6, 0.4)
    )


def test_options_are_offered_until_removed() -> None:
    # Options are offered from when they were added until they were removed.
    of = apply_option_changes(
        CAPITALS, [change("Minsk", "added", 10), change("Moscow", "removed", 20)]
    )
    assert of.options == (
        Option("Moscow", removed_at=day(20)), Option("Beijing"), Option("Other"), Option("Minsk", added_at=day(10))
    )  # fmt: skip
    assert of.offered_options(day(9)) == ("Moscow", "Beijing", "Other")
    assert of.offered_options(day(10)) == ("Moscow", "Beijing", "Other", "Minsk")
    assert of.offered_options(day(20)) == ("Beijing", "Other", "Minsk")
    assert of.prior == CAPITALS.prior
    # An option that was added can be removed again and keeps both times.
    of = apply_option_changes(
        CAPITALS, [change("Minsk", "added", 10), change("Minsk", "removed", 20)]
    )
    assert of.options[-1] == Option("Minsk", added_at=day(10), removed_at=day(20))
    assert (
        apply_option_changes(
            apply_option_changes(CAPITALS, [change("Minsk", "added", 10)]),
            [change("Minsk", "removed", 20)],
        )
        == of
    )


@check_rows([change("Minsk", "added"), change("Moscow", "removed"), change("Minsk", "added", -5)])
def test_a_change_that_leaves_every_forecast_its_meaning_is_allowed(wanted: OptionChange) -> None:
    check_option_change(CAPITALS, wanted)
    assert apply_option_changes(CAPITALS, [wanted]) != CAPITALS


@check_rows(
    [
        (
            question(days=100),
            change("Minsk", "added"),
            "only a categorical question with an option 'Other'",
        ),
        (ordered_question("low", "Other"), change("high", "added"), "only a categorical question"),
        (
            categorical_question("Moscow", "Beijing"),
            change("Minsk", "added"),
            "only a categorical question",
        ),
        (CAPITALS, change("Minsk", "added", 100), "is closed: its options stay as they are"),
        (CAPITALS, change("Moscow", "removed", 101), "is closed"),
        (CAPITALS, change("Moscow", "added"), "'Moscow' is there already, or was"),
        (CAPITALS, change("moscow", "added"), "'moscow' is there already, or was"),
        (CAPITALS, change("OTHER", "added"), "'OTHER' is there already, or was"),
        (CAPITALS, change("", "added"), "'' is not a valid name for an option"),
        (CAPITALS, change("  ", "added"), "'  ' is not a valid name for an option"),
        (CAPITALS, change(" Minsk", "added"), "' Minsk' is not a valid name for an option"),
        (
            CAPITALS,
            change("Minsk=50", "added"),
            "'Minsk=50' is not a valid name for an option: leave out equal signs",
        ),
        (CAPITALS, change("ambiguous", "added"), "would be taken for a question without an answer"),
        (
            CAPITALS,
            change("Minsk", "removed"),
            "'Minsk' cannot be removed: offered are Moscow, Beijing, Other",
        ),
        (CAPITALS, change("moscow", "removed"), "'moscow' cannot be removed"),
        (CAPITALS, change("Other", "removed"), "'Other' cannot be removed"),
        (
            categorical_question("Moscow", "Other"),
            change("Moscow", "removed"),
            "'Moscow' cannot be removed",
        ),
    ]
)
def test_changes_without_meaning_are_refused(
    of: Question, wanted: OptionChange, reason: str
) -> None:
    assert reason in refusal(of, wanted)


def test_what_was_removed_can_neither_come_back_nor_go_twice() -> None:
    of = apply_option_changes(
        CAPITALS, [change("Moscow", "removed", 10), change("Minsk", "added", 11)]
    )
    assert "'Moscow' is there already, or was" in refusal(of, change("Moscow", "added", 12))
    assert "offered are Beijing, Other, Minsk" in refusal(of, change("Moscow", "removed", 12))
    assert "cannot be removed: offered are Moscow, Beijing" in refusal(
        of, change("Minsk", "removed", 9)
    )


@check_rows(TABLES["names_that_can_be_typed_are_taken"])
def test_names_that_can_be_typed_are_taken(names: tuple[str, ...]) -> None:
    check_option_names(names)
    if len(names) > 1:
        of = categorical_question(*names)
        typed = " ".join(f"{name.upper()}={100 if name == names[-1] else 0}%" for name in names)
        assert parse_forecast(of, typed, day(0)) == Categorical(
            names, (0.0,) * (len(names) - 1) + (1.0,)
        )


@check_rows(TABLES["names_that_nobody_could_type_or_tell_apart_are_refused"])
def test_names_that_nobody_could_type_or_tell_apart_are_refused(
    names: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(InvalidQuestion, match=reason):
        check_option_names(names)
