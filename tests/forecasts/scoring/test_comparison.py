"""Two forecasters on common questions and times: numbers, verdicts, and the words for them."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from forecasts.distributions.distribution import Binary
from forecasts.questions.families import FamilyId
from forecasts.questions.question import ForecasterId
from forecasts.questions.timeline import build_timeline
from forecasts.scoring.common_time import compare_paths, hold_first_forecast, trace_losses
from forecasts.scoring.comparison import (
    CommonQuestion,
    Comparison,
    compare_pairs,
    trace_evidence,
)
from forecasts.statistics.betting import Differences
from tests.forecasts.scored import read_one
from tests.forecasts.strategies import OPENS, day, question, resolution

ANN, BOB, CY = map(ForecasterId, ("ann", "bob", "cy"))


def common(
    number: int, gain: float, *, yes: bool | None = None, family: str = ""
) -> CommonQuestion:
    differences = Differences(np.array([1.0]), np.array([gain]), np.array([abs(gain) + 0.1]))
    answer = number % 2 == 0 if yes is None else yes
    name = FamilyId(family or f"q{number:03}")
    return CommonQuestion(name, OPENS + timedelta(days=number), answer, differences)


def compare(questions: Sequence[CommonQuestion]) -> Comparison:
    return compare_pairs([((ANN, BOB), questions)])[0]


LED = [common(n, 0.05 + 0.02 * (n % 3)) for n in range(60)]
LEVEL = [common(n, 0.1 * (-1) ** n) for n in range(60)]


def test_a_steady_lead_is_a_verdict_for_either_side() -> None:
    found = compare(LED)
    assert (found.verdict, found.questions, found.families, found.rarer) == ("better", 60, 60, 30)
    assert found.advantage == pytest.approx(0.07)
    assert 0.0 < found.low < 0.07 < found.high
    assert found.describe("Ann", "Bob").startswith("Ann was 7.0 points better than Bob over 60")
    assert found.describe("you", "Bob").endswith(", with 95% confidence: you are better.")
    turned = compare([q._replace(differences=_turn(q.differences)) for q in LED])
    assert turned.verdict == "worse"
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def _turn(differences: Differences) -> Differences:
    return Differences(differences.weights, -differences.gains, differences.bounds)


def test_equals_show_no_difference() -> None:
    found = compare(LEVEL)
    assert found.verdict == "no difference shown"
    assert found.low < 0.0 < found.high
    assert ". It could be anything from " in found.describe("Ann", "Bob")
    assert found.p_value is not None
    assert "One planned look at 60 independent questions" in found.describe_fixed_test()


def test_few_families_or_rare_answers_are_too_early() -> None:
    few = compare(LED[:14])
    assert few.verdict == "too early to say"
    assert few.describe("Ann", "Bob").endswith(
        "14 questions: too early to say, it takes 15 independent questions."
    )
    assert few.describe_fixed_test() == ""
    never = compare([q._replace(answer=n < 4) for n, q in enumerate(LED)])
    assert never.e_value >= never.threshold
    assert never.verdict == "too early to say"
    assert "in 5 independent questions, and the rarer came in 4" in never.describe("Ann", "Bob")
    numbers = compare([q._replace(answer=None) for q in LED])
    assert (numbers.verdict, numbers.rarer) == ("better", None)


def test_copies_in_a_family_count_once() -> None:
    copied = compare([q for q in LED for _ in range(4)])
    once = compare(LED)
    assert (copied.questions, copied.families) == (240, 60)
    assert (copied.e_value, copied.low) == pytest.approx((once.e_value, once.low))


def test_pairs_looked_at_together_need_more_evidence() -> None:
    alone = compare(LED[:28])
    assert alone.verdict == "better"
    few = ((ANN, CY), LED[:14])  # not tested, so it makes nothing harder
    pairs = [((ANN, BOB), LED[:28]), few, *[((BOB, CY), LEVEL)] * 19]
    many = compare_pairs(pairs)
    assert compare_pairs(pairs, shown={(ANN, BOB)}) == many[:1]
    assert many[0].e_value == alone.e_value
    assert (many[0].threshold, many[0].pairs) == (400.0, 20)
    assert many[0].verdict == "no difference shown"
    assert many[0].low < alone.low


def test_without_common_time_nothing_is_compared() -> None:
    found = compare([])
    assert (found.advantage, found.families, found.verdict) == (None, 0, "too early to say")
    assert "never had a forecast on the same question" in found.describe("Ann", "Bob")


def test_the_chart_ends_where_the_comparison_stands() -> None:
    found, points = compare(LED), trace_evidence(LED, 20.0)
    assert len(points) == 40
    last = points[-1]
    assert (last.families, last.advantage, last.low, last.e_value) == pytest.approx(
        (60, found.advantage, found.low, found.e_value)
    )
    assert [p.families for p in points] == sorted({p.families for p in points})
    assert last.at == OPENS + timedelta(days=59)


# Common time


def test_losses_are_compared_while_both_stood() -> None:
    asked, answer = question(days=10), resolution("yes", 8)
    held = {
        ANN: build_timeline([(day(0), Binary(0.6)), (day(6), Binary(0.9))]),
        BOB: build_timeline([(day(4), Binary(0.5)), (day(7), None)]),
    }
    (paths,) = trace_losses(read_one(asked, answer, held))
    found = compare_paths(asked, paths[ANN], paths[BOB])
    assert found.weights == pytest.approx([0.2, 0.1])
    assert found.gains == pytest.approx([0.25 - 0.16, 0.25 - 0.01])
    assert found.bounds == pytest.approx([0.36 - 0.25, 0.81 - 0.25])
    assert (found.coverage, found.left) == pytest.approx((0.3, 0.6))
    first = compare_paths(asked, paths[ANN], hold_first_forecast(paths[ANN]))
    assert first.gains == pytest.approx([0.0, 0.16 - 0.01])
    assert first.coverage == pytest.approx(0.8)


def test_the_same_forecast_joined_late_is_no_difference() -> None:
    asked, answer = question(days=60), resolution("no", 60)
    held = {
        ANN: build_timeline([(day(0), Binary(0.2))]),
        BOB: build_timeline([(day(30), Binary(0.2))]),
    }
    (paths,) = trace_losses(read_one(asked, answer, held))
    assert compare_paths(asked, paths[ANN], paths[BOB]).gains == pytest.approx([0.0])
