"""Scores against reference cases and other platforms' published vectors."""

import math
from dataclasses import replace
from typing import Any

import pytest

from forecasts.distribution import Binary
from forecasts.errors import InvalidProbability
from forecasts.question import Question, Resolution, utc
from forecasts.scoring import RuleName, Score, brier, log_score, score
from forecasts.timeline import Timeline, timeline
from tests.forecasts import oracles
from tests.forecasts.strategies import ANN, question, resolution, steps

CASES, PLATFORMS = "scoring_cases.json", "platform_vectors.json"


@pytest.mark.parametrize("case", oracles.cases(CASES, "A"))
def test_reference_case_of_one_forecast(case: dict[str, Any]) -> None:
    given, expected = case["input"], case["expected"]
    if expected == "ValueError":
        with pytest.raises(InvalidProbability):
            Binary(float(given["p"]))
        return
    if case["function"] == "mean_binary_scores":
        pairs = [(Binary(p), outcome) for p, outcome in zip(given["p"], given["outcomes"], strict=True)]
        found = [math.fsum(rule(*pair) for pair in pairs) / len(pairs) for rule in (brier, log_score)]
        assert found == pytest.approx([expected["brier"], expected["log_loss"]], abs=case["tolerance"])
        return
    forecast, outcome = Binary(given["p"]), given["outcome"]
    assert brier(forecast, outcome) == pytest.approx(expected["brier"], abs=case["tolerance"])
    assert 2 * brier(forecast, outcome) == pytest.approx(expected["brier_gjo"], abs=case["tolerance"])
    assert log_score(forecast, outcome) == pytest.approx(expected["log_loss_clip_001"], abs=case["tolerance"])


def spoken(given: dict[str, Any]) -> tuple[Question, Resolution, Timeline]:
    asked = replace(question(), opens_at=utc(given["open"]), closes_at=utc(given["scheduled_close"]))
    known = utc(given["effective_close"])
    answer = replace(resolution("yes" if given["outcome"] else "no"), event_at=known, known_at=known, entered_at=known)
    acts = [(utc(f["at"]), None if f["p"] is None else Binary(f["p"])) for f in given["forecasts"]]
    return asked, answer, timeline(acts)


def over_time(case_parameters: list[Any]) -> list[Any]:
    """Those that average over continuous time; the daily grid of other platforms is not ours."""
    kept = ("time_weighted_brier", "score_question")
    return [p for p in case_parameters if p.values[0] is None or p.values[0]["function"] in kept]


@pytest.mark.parametrize("case", over_time(oracles.cases(CASES, "C")))
def test_reference_case_over_time(case: dict[str, Any]) -> None:
    if case["expected"] == "unscored":
        assert score(question(), resolution(case["input"]["resolution"]), ANN, steps((0, 0.7)), "brier") is None
        return
    asked, answer, held = spoken(case["input"])
    found = score(asked, answer, ANN, held, "brier")
    assert found is not None
    for name, expected in case["expected"].items():
        value = getattr(found, name)
        assert value == (None if expected is None else pytest.approx(expected, abs=case["tolerance"])), name


def test_reference_case_of_a_gap_that_is_left_out() -> None:
    case = oracles.case(CASES, "C23")
    asked, answer, held = spoken({**case["input"], "scheduled_close": case["input"]["effective_close"]})
    found = score(asked, answer, ANN, held, "brier")
    assert found is not None
    assert found.mean_while_active == pytest.approx(case["expected"]["exclude"], abs=case["tolerance"])


def best_first_day(case: dict[str, Any], *, by_skill: bool) -> float:
    given = case["input"]
    asked, known = question(days=given["scheduled_days"]), given["resolves_day"]

    def expected_loss(p: float) -> float:
        held = steps((0, p), (known, 0.0))
        came = loss(score(asked, resolution("yes", known), ANN, held, "brier"), by_skill=by_skill)
        never = loss(score(asked, resolution("no", given["scheduled_days"]), ANN, held, "brier"), by_skill=by_skill)
        truth: float = given["p_true"]
        return truth * came + (1 - truth) * never

    low, high = 0.0, 1.0
    while high - low > 1e-7:  # the loss is a parabola in p
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, right) if expected_loss(left) < expected_loss(right) else (left, high)
    return (low + high) / 2


def loss(found: Score | None, *, by_skill: bool) -> float:
    assert found is not None
    assert found.mean_while_active is not None
    return -found.skill_over_schedule if by_skill else found.mean_while_active


def test_reference_case_of_exaggeration() -> None:
    case = oracles.case(CASES, "C24")
    assert best_first_day(case, by_skill=False) == pytest.approx(case["expected"]["mean_over_realised_life"], abs=1e-6)
    assert best_first_day(case, by_skill=True) == pytest.approx(case["expected"]["sum_over_schedule"], abs=1e-6)


def binary_vectors(vectors: list[Any]) -> list[Any]:
    return [v for v in vectors if len(v["f"]) == 1 and v["f"][0]["kind"] == "binary"]


def test_reference_case_points_of_another_platform_are_our_log_skill_on_another_scale() -> None:
    vectors = binary_vectors(oracles.read(PLATFORMS)["baseline"])
    assert len(vectors) > 8
    for vector in vectors:
        forecast, outcome = vector["f"][0], "yes" if vector["bucket"] else "no"
        acts = [(forecast["s"], forecast["p"])] + ([] if forecast["e"] is None else [(forecast["e"], None)])
        found = scored(steps(*acts), outcome, vector["t1"], vector["close"], rule="log")
        ((points, coverage),) = vector["expect"]
        assert 100 / math.log(2) * found.skill_over_schedule == pytest.approx(points, abs=1e-7), vector["id"]
        assert found.coverage == pytest.approx(coverage), vector["id"]


def test_reference_case_coverage_ends_when_the_last_forecaster_withdraws() -> None:
    vectors = {v["id"]: v for v in oracles.read(PLATFORMS)["peer"]}["INTENDED-e3e7"]
    for forecast, (_, coverage) in zip(vectors["f"], vectors["expect"], strict=True):
        found = scored(steps((forecast["s"], forecast["p"]), (forecast["e"], None)), "yes", vectors["t1"], 10)
        assert found.coverage == pytest.approx(coverage)


def test_reference_case_two_sided_brier_of_a_binary_question() -> None:
    for vector in oracles.read(PLATFORMS)["brier"]:
        if len(vector["p"]) == 2:
            found = brier(Binary(vector["p"][vector["true"]]), 1)
            assert 2 * found == pytest.approx(vector["expect"])


def test_reference_case_one_forecaster_over_days() -> None:
    cubs, late, part = oracles.read(PLATFORMS)["daily_brier_relative"]
    for vector, expected in (
        (cubs, cubs["expect_abs_single"]["1"]),
        (late, late["expect_abs_single"]["1"]),
        (part, part["time_averaged_brier_instead"]),
    ):
        found = scored(steps(*vector["forecasts"]["1"]), "yes", vector["days"], vector["days"])
        assert found.mean_while_active is not None
        assert 2 * found.mean_while_active == pytest.approx(expected, abs=vector["tol"])


def scored(held: Timeline, outcome: Any, days: float, known: float, *, rule: RuleName = "brier") -> Score:
    found = score(question(days=days), resolution(outcome, known), ANN, held, rule)
    assert found is not None
    return found
