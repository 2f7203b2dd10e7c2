"""The suggestion for a scenario question, in the form of those for other questions with options."""

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given

from forecasts.distributions.distribution import Categorical
from forecasts.evidence.evidence import Direction, Evidence
from forecasts.evidence.weights import DEFAULT_MODEL
from forecasts.questions.question import Option, Question, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet, compute_posterior
from forecasts.suggestion.categorical import OptionSuggestion, suggest_scenarios
from tests.forecasts.strategies import categorical_question, day, evidence, law
from tests.forecasts.test_scenario_set import (
    FUTURES,
    NAMES,
    SUMMIT,
    TABLE,
    Case,
    cases,
    scenario_set,
)


def suggested(
    asked: Question,
    table: ScenarioSet,
    board: Mapping[QuestionId, float],
    *known: Evidence,
    at: float = 3,
) -> OptionSuggestion:
    posterior = compute_posterior(asked, table, board, at=day(at))
    return suggest_scenarios(asked, posterior, known, {}, at=day(at))


@law
@given(cases())
def test_it_is_the_posterior_and_its_lines_add_up(case: Case) -> None:
    asked, table, board = case
    found = suggested(asked, table, board)
    assert found.distribution == compute_posterior(*case).distribution
    assert (found.question_id, found.at, found.version) == (
        asked.id,
        day(3),
        DEFAULT_MODEL.version,
    )
    for name, p in zip(found.distribution.options, found.distribution.p, strict=True):
        own = found.lines[name]
        assert math.fsum(line.log_share for line in own) == pytest.approx(math.log(p), abs=1e-12)
        assert [line.kind for line in own] == [
            "base rate",
            *["table row"] * len(board),
            "all options",
        ]


def test_lines_of_scenarios_by_hand() -> None:
    # A line names its question.
    found = suggested(FUTURES, TABLE, {SUMMIT: 0.5})
    assert found.lines["closer"][1].why == "summit: at 50%, where the prior alone expects 24%"
    assert found.lines["closer"][1].effects == ()
    # What is ruled out has no lines.
    found = suggested(
        FUTURES, scenario_set(ScenarioLikelihoods(SUMMIT, (0.0, 0.5, 0.5))), {SUMMIT: 1.0}
    )
    assert found.distribution.of("neutral") == 0.0
    assert found.lines["neutral"] == ()
    assert len(found.lines["closer"]) == 3
    # It speaks of the options that are offered.
    options = ("neutral", Option("closer", removed_at=day(20)), "Other")
    asked = replace(
        categorical_question(*options, name="futures"), prior=Categorical(NAMES, (0.5, 0.3, 0.2))
    )
    assert suggested(asked, TABLE, {}, at=19).distribution.options == NAMES
    assert suggested(asked, TABLE, {}, at=20).distribution == Categorical(
        ("neutral", "Other"), (0.5, 0.5)
    )


def test_stories_multiply_the_odds_beside_the_table() -> None:
    board = {SUMMIT: 0.5}
    table = suggested(FUTURES, TABLE, board, at=20)
    story = evidence(7, at=20, of=FUTURES.id, option="closer")
    found = suggested(FUTURES, TABLE, board, story, at=20)
    ratio = math.exp(math.fsum(line.log_share for line in found.lines["closer"][-3:-1]))
    odds = [s.distribution.of("closer") / s.distribution.of("neutral") for s in (found, table)]
    assert odds[0] / odds[1] == pytest.approx(ratio)
    assert ratio > 1.5
    kinds = ["base rate", "table row", "evidence", "doubt", "all options"]
    assert [line.kind for line in found.lines["closer"]] == kinds
    assert found.lines["closer"][2].effects[0].evidence_id == 7
    for name, p in zip(found.distribution.options, found.distribution.p, strict=True):
        total = math.fsum(line.log_share for line in found.lines[name])
        assert total == pytest.approx(math.log(p), abs=1e-12)
    both = suggested(
        FUTURES, TABLE, board, story, replace(story, id=8, direction=Direction.NO), at=20
    )
    assert both.distribution.p == pytest.approx(table.distribution.p)
