"""Scenario sets: their words, what is refused, and what the question board makes of them."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError, InvalidForecast, InvalidProbability, InvalidQuestion
from forecasts.questions.question import Option, Question, QuestionId
from forecasts.scenarios.likelihood_table import scenario_posterior
from forecasts.scenarios.scenario_set import (
    FIVE_WORDS,
    ScenarioLikelihoods,
    ScenarioPosterior,
    ScenarioSet,
    check_scenario_set,
    compute_posterior,
    find_shared_causes,
    nearest_word,
    parse_likelihood,
    posterior_history,
)
from tests.forecasts.strategies import categorical_question, day, law, numeric_question, question
from tests.tables import check_rows

NAMES = ("neutral", "closer", "Other")
FUTURES = replace(
    categorical_question(*NAMES, name="futures"), prior=Categorical(NAMES, (0.5, 0.3, 0.2))
)
CONTRACT, SUMMIT = QuestionId("contract"), QuestionId("summit")
KNOWN = {name: question(name=name) for name in (CONTRACT, SUMMIT)}
ROWS = (
    ScenarioLikelihoods(CONTRACT, (0.8, 0.3, 0.6)),
    ScenarioLikelihoods(SUMMIT, (0.1, 0.6, 0.05)),
)

inner = st.floats(0.01, 0.99)
boards = st.dictionaries(st.sampled_from(["r0", "r1", "r2"]), inner | st.sampled_from([0.0, 1.0]))
Case = tuple[Question, ScenarioSet, dict[QuestionId, float]]


def scenario_set(*rows: ScenarioLikelihoods) -> ScenarioSet:
    return ScenarioSet(FUTURES.id, "Two years", ("stays", "comes closer", "anything else"), rows)


TABLE = scenario_set(*ROWS)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A question with 2 to 4 scenarios, a table of 3 rows, and a board that holds some of them."""
    names = ("a", "b", "c", "d")[: draw(st.integers(2, 4))]
    weights = draw(st.lists(st.floats(0.05, 1.0), min_size=len(names), max_size=len(names)))
    prior = Categorical(names, tuple(w / math.fsum(weights) for w in weights))
    row = st.lists(inner, min_size=len(names), max_size=len(names))
    rows = (ScenarioLikelihoods(QuestionId(f"r{n}"), tuple(draw(row))) for n in range(3))
    asked = replace(categorical_question(*names, name="futures"), prior=prior)
    found = ScenarioSet(asked.id, "", names, tuple(rows))
    return asked, found, {QuestionId(name): p for name, p in draw(boards).items()}


def total(found: ScenarioPosterior, name: str) -> float:
    return math.fsum(line.log_share for line in found.lines[name])


def test_likelihoods_are_words_or_numbers() -> None:
    # Each of the five words is its own nearest.
    assert list(FIVE_WORDS.values()) == pytest.approx([0.03, 0.125, 0.5, 0.875, 0.97])
    assert [nearest_word(p) for p in FIVE_WORDS.values()] == list(FIVE_WORDS)
    assert (nearest_word(0.0), nearest_word(1.0), nearest_word(0.3)) == (
        "almost no chance",
        "almost certain",
        "very unlikely",
    )
    with pytest.raises(InvalidProbability):
        nearest_word(1.5)
    # A likelihood is typed as a word or a number.
    assert [parse_likelihood(text) for text in ("almost  certain", " 12.5% ", "0.3")] == [
        FIVE_WORDS["almost certain"],
        0.125,
        0.3,
    ]
    with pytest.raises(InvalidProbability, match="or one of: almost no chance"):
        parse_likelihood("likely")


def test_sets_fit_their_question() -> None:
    # A set that fits its question is accepted.
    check_scenario_set(TABLE, FUTURES, KNOWN)
    check_scenario_set(scenario_set(), FUTURES, {})
    # A set of another question or kind is refused.
    for other in (question(name="futures"), replace(FUTURES, id=QuestionId("others"))):
        with pytest.raises(InvalidQuestion, match="options of a categorical question"):
            check_scenario_set(TABLE, other, KNOWN)
    # Every scenario has a description.
    with pytest.raises(
        InvalidQuestion,
        match="2 descriptions for 3 scenarios: give one for each of neutral, closer",
    ):
        check_scenario_set(replace(TABLE, descriptions=("stays", "goes")), FUTURES, KNOWN)


@check_rows(
    [
        (ScenarioLikelihoods(SUMMIT, (0.5, 0.5)), "has 2 numbers for 3 scenarios"),
        (
            ScenarioLikelihoods(QuestionId("trade"), (0.5, 0.5, 0.5)),
            "'trade' is numeric: a row is about a binary question",
        ),
        (ScenarioLikelihoods(FUTURES.id, (0.5, 0.5, 0.5)), "the scenarios' own question"),
        (ScenarioLikelihoods(CONTRACT, (0.5, 0.5, 0.5)), "in the table twice"),
        (
            ScenarioLikelihoods(QuestionId("weather"), (0.5, 0.5, 0.5)),
            "there is no question 'weather'",
        ),
        (ScenarioLikelihoods(SUMMIT, (0.5, 1.5, 0.5)), "between 0 and 1"),
        (ScenarioLikelihoods(SUMMIT, (0.5, 1.0, 0.5)), r"write 0\.01 or 0\.99"),
        (ScenarioLikelihoods(SUMMIT, (0.0, 0.5, 0.5)), r"write 0\.01 or 0\.99"),
    ]
)
def test_a_row_that_does_not_fit_is_refused(row: ScenarioLikelihoods, reason: str) -> None:
    known = {**KNOWN, QuestionId("trade"): numeric_question(name="trade")}
    with pytest.raises((InvalidQuestion, InvalidProbability), match=reason):
        check_scenario_set(scenario_set(ROWS[0], row), FUTURES, known)


def test_answers_are_bayes_rule_and_the_lines_say_so() -> None:
    found = compute_posterior(FUTURES, TABLE, {SUMMIT: True, CONTRACT: False})
    observed = [[0.2, 0.7, 0.4], [0.1, 0.6, 0.05]]
    assert found.distribution.p == pytest.approx(
        scenario_posterior([0.5, 0.3, 0.2], observed), abs=1e-12
    )
    first, contract, summit, last = found.lines["closer"]
    assert (first.log_share, first.question_id, last.question_id) == (math.log(0.3), None, None)
    # By itself, the summit makes "closer" 0.18 of 0.24, where it was 0.3.
    assert summit.log_share == pytest.approx(math.log(0.18 / 0.24 / 0.3), abs=1e-12)
    assert summit.why == "answered YES, where the prior alone expects 24%"
    assert contract.why == "answered NO, where the prior alone expects 61%"


@law
@given(cases())
def test_the_lines_of_a_scenario_add_up_to_its_share(case: Case) -> None:
    found = compute_posterior(*case)
    assert math.fsum(found.distribution.p) == pytest.approx(1.0, abs=1e-12)
    for name, p in zip(found.distribution.options, found.distribution.p, strict=True):
        assert total(found, name) == pytest.approx(math.log(p), abs=1e-12)
    closing = [own[-1].log_share for own in found.lines.values()]
    assert closing == pytest.approx([closing[0]] * len(closing), abs=1e-9)


@law
@given(cases())
def test_the_order_of_the_rows_does_not_matter(case: Case) -> None:
    asked, table, board = case
    found, other = (
        compute_posterior(*case),
        compute_posterior(asked, replace(table, rows=table.rows[::-1]), board),
    )
    assert other.distribution.p == pytest.approx(found.distribution.p, abs=1e-9)
    assert set(other.left_out) == set(found.left_out)
    for name in found.distribution.options:
        by_row = {line.question_id: line.log_share for line in other.lines[name][1:-1]}
        assert by_row == pytest.approx(
            {line.question_id: line.log_share for line in found.lines[name][1:-1]}, abs=1e-8
        )


@law
@given(cases(), inner)
def test_rows_of_one_family_count_as_one(case: Case, p: float) -> None:
    asked, table, board = case
    asked_of = table.rows[0].question_id
    twin = replace(table.rows[0], question_id=QuestionId("twin"))
    board = {**board, asked_of: p}
    once = compute_posterior(asked, table, board)
    both = compute_posterior(
        asked,
        replace(table, rows=(*table.rows, twin)),
        {**board, twin.question_id: p},
        families={asked_of: "event", twin.question_id: "event"},
    )
    assert both.distribution.p == pytest.approx(once.distribution.p, abs=1e-8)
    whys = {line.question_id: line.why for own in both.lines.values() for line in own}
    assert whys[twin.question_id].endswith("; one of 2 rows of one cause, which count as one")
    assert total(both, asked.options[0].name) == pytest.approx(
        math.log(both.distribution.p[0]), abs=1e-12
    )
    # While the other has no number, one of them counts whole.
    alone = {**board, twin.question_id: p}
    alone.pop(asked_of)
    families = {asked_of: "event", twin.question_id: "event"}
    found = compute_posterior(
        asked, replace(table, rows=(*table.rows, twin)), alone, families=families
    )
    assert found.distribution.p == pytest.approx(once.distribution.p, abs=1e-8)


def test_rows_of_one_cause_are_found() -> None:
    rows = [ScenarioLikelihoods(QuestionId(name), (0.7, 0.3)) for name in ("a", "b", "c")]
    assert find_shared_causes(rows, {QuestionId("a"): "x", QuestionId("c"): "x"}) == (("a", "c"),)
    assert find_shared_causes(rows, {}) == ()


@law
@given(cases(), inner)
def test_rows_without_difference_move_nothing(case: Case, p: float) -> None:
    asked, table, board = case
    fog = ScenarioLikelihoods(QuestionId("fog"), (p,) * len(asked.options))
    found = compute_posterior(
        asked, replace(table, rows=(*table.rows, fog)), {**board, fog.question_id: 0.9}
    )
    assert found.distribution.p == pytest.approx(compute_posterior(*case).distribution.p, abs=1e-9)
    added = [
        line.log_share
        for own in found.lines.values()
        for line in own
        if line.question_id == fog.question_id
    ]
    assert added == pytest.approx([0.0] * len(asked.options), abs=1e-12)


@law
@given(cases())
def test_one_row_alone_needs_no_closing_line(case: Case) -> None:
    asked, table, _ = case
    found = compute_posterior(asked, table, {QuestionId("r1"): 0.8})
    assert [own[-1].log_share for own in found.lines.values()] == pytest.approx(
        [0.0] * len(asked.options), abs=1e-9
    )
    assert found.left_out == ("r0", "r2")


def test_lines_of_impossible_and_unobserved_scenarios() -> None:
    # Without the board it is exactly the prior and every row is named.
    found = compute_posterior(FUTURES, TABLE, {QuestionId("weather"): 0.9})
    assert found.distribution == FUTURES.prior
    assert (found.nats, found.left_out) == (0.0, (CONTRACT, SUMMIT))
    # What is impossible stays out without lines and what is ruled out says by what.
    asked = replace(FUTURES, prior=Categorical(NAMES, (0.6, 0.4, 0.0)))
    found = compute_posterior(
        asked, scenario_set(ScenarioLikelihoods(SUMMIT, (0.0, 0.5, 0.5))), {SUMMIT: 1.0}
    )
    assert found.distribution.p == (0.0, 1.0, 0.0)
    assert found.lines["Other"] == ()
    assert [line.log_share for line in found.lines["neutral"]] == [math.log(0.6), -math.inf, 0.0]


def test_changed_options_are_read_from_other() -> None:
    options = (
        "neutral",
        Option("closer", removed_at=day(20)),
        "Other",
        Option("war", added_at=day(30)),
    )
    asked = replace(categorical_question(*options, name="futures"), prior=FUTURES.prior)
    board = {SUMMIT: 1.0}
    assert compute_posterior(asked, TABLE, board, at=day(10)) == compute_posterior(
        FUTURES, TABLE, board
    )
    later = compute_posterior(asked, TABLE, board, at=day(40))
    assert later.distribution.options == ("neutral", "Other")
    assert later.distribution.p == pytest.approx((0.05 / 0.075, 0.025 / 0.075))


def test_misfitting_questions_and_rows_are_refused() -> None:
    with pytest.raises(InvalidForecast, match="scenarios are options"):
        compute_posterior(question(name="futures"), TABLE, {})
    short = scenario_set(ScenarioLikelihoods(SUMMIT, (0.5, 0.5)))
    with pytest.raises(ForecastsError, match="says nothing of 'Other'"):
        compute_posterior(FUTURES, short, {SUMMIT: 0.5})


def test_a_history_has_the_moments_at_which_the_scenarios_moved() -> None:
    steps: list[tuple[Any, Mapping[QuestionId, float]]] = [
        (day(0), {}),
        (day(1), {QuestionId("weather"): 0.3}),
        (day(2), {SUMMIT: 0.5}),
        (day(3), {SUMMIT: 0.5, QuestionId("weather"): 0.9}),
        (day(4), {SUMMIT: 1.0}),
    ]
    found = posterior_history(FUTURES, TABLE, steps)
    assert [at for at, _ in found] == [day(0), day(2), day(4)]
    assert found[0][1] == (0.5, 0.3, 0.2)
    assert found[-1][1] == compute_posterior(FUTURES, TABLE, {SUMMIT: 1.0}).distribution.p
    assert posterior_history(FUTURES, TABLE, []) == ()
    fog = scenario_set(*ROWS, ScenarioLikelihoods(QuestionId("weather"), (0.3, 0.3, 0.3)))
    assert [at for at, _ in posterior_history(FUTURES, fog, steps)] == [day(0), day(2), day(4)]
