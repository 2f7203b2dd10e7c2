"""The suggestion for a scenario question, in the form of those for other questions with options."""

import math
from dataclasses import replace

import pytest
from hypothesis import given

from forecasts.distributions.distribution import Categorical
from forecasts.questions.question import Option
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, compute_posterior
from forecasts.suggestion.categorical import VERSION, suggest_scenarios
from tests.forecasts.strategies import categorical_question, day, law
from tests.forecasts.test_scenario_set import (
    FUTURES,
    NAMES,
    SUMMIT,
    TABLE,
    Case,
    cases,
    scenario_set,
)


@law
@given(cases())
def test_it_is_the_posterior_and_its_lines_add_up(case: Case) -> None:
    asked, table, board = case
    found = suggest_scenarios(asked, table, board, day(3))
    assert found.distribution == compute_posterior(*case).distribution
    assert (found.question_id, found.at, found.version) == (asked.id, day(3), VERSION)
    for name, p in zip(found.distribution.options, found.distribution.p, strict=True):
        own = found.lines[name]
        assert math.fsum(line.log_share for line in own) == pytest.approx(math.log(p), abs=1e-12)
        assert [line.kind for line in own] == [
            "base rate",
            *["evidence"] * len(board),
            "all options",
        ]


def test_lines_of_scenarios_by_hand() -> None:
    # A line names its question.
    found = suggest_scenarios(FUTURES, TABLE, {SUMMIT: 0.5}, day(3))
    assert found.lines["closer"][1].why == "summit: at 50%, where the prior alone expects 24%"
    assert found.lines["closer"][1].evidence_id is None
    # What is ruled out has no lines.
    found = suggest_scenarios(
        FUTURES, scenario_set(ScenarioLikelihoods(SUMMIT, (0.0, 0.5, 0.5))), {SUMMIT: 1.0}, day(3)
    )
    assert found.distribution.of("neutral") == 0.0
    assert found.lines["neutral"] == ()
    assert len(found.lines["closer"]) == 3
    # It speaks of the options that are offered.
    options = ("neutral", Option("closer", removed_at=day(20)), "Other")
    asked = replace(
        categorical_question(*options, name="futures"), prior=Categorical(NAMES, (0.5, 0.3, 0.2))
    )
    assert suggest_scenarios(asked, TABLE, {}, day(19)).distribution.options == NAMES
    assert suggest_scenarios(asked, TABLE, {}, day(20)).distribution == Categorical(
        ("neutral", "Other"), (0.5, 0.5)
    )
