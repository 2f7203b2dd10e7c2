"""Scores computed by hand, and published examples."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from forecasts.distribution import Binary
from forecasts.question import ForecasterId, Outcome
from forecasts.scoring import RULES, RuleName, Score, Summary, brier, log_score, recompute, score, summarise
from forecasts.timeline import Timeline
from tests.forecasts.strategies import ANN, day, question, resolution, steps


def scored(
    held: Timeline, outcome: Outcome = "yes", *, days: float = 10, known: float = 10, rule: RuleName = "brier"
) -> Score:
    found = score(question(days=days), resolution(outcome, known), ANN, held, rule)
    assert found is not None
    return found


def numbers(found: Score) -> tuple[float | None, float, float]:
    return found.mean_while_active, found.coverage, found.skill_over_schedule


# One forecast


@pytest.mark.parametrize(
    ("p", "outcome", "squared", "nats"),
    [
        (0.8, 1, 0.04, -math.log(0.8)),
        (0.8, 0, 0.64, -math.log(0.2)),
        (0.5, 1, 0.25, math.log(2)),
        (1.0, 1, 0.0, -math.log(0.999)),
        (0.0, 0, 0.0, -math.log(0.999)),
        (1.0, 0, 1.0, -math.log(0.001)),
        (0.0005, 1, 0.9995**2, -math.log(0.001)),
    ],
)
def test_brier_is_the_squared_distance_and_log_the_surprise_in_nats(
    p: float, outcome: int, squared: float, nats: float
) -> None:
    assert brier(Binary(p), outcome) == pytest.approx(squared, abs=1e-12)
    assert log_score(Binary(p), outcome) == pytest.approx(nats, abs=1e-12)


@pytest.mark.parametrize("rule", [brier, log_score])
@pytest.mark.parametrize("outcome", [-1, 2, 0.5])
def test_an_outcome_that_is_neither_0_nor_1_is_refused(rule: Callable[[Binary, int], float], outcome: int) -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        rule(Binary(0.5), outcome)


@pytest.mark.parametrize("name", list(RULES))
def test_every_rule_knows_its_name_its_reference_and_its_direction(name: RuleName) -> None:
    rule = RULES[name]
    assert rule.name == name
    assert rule.reference == rule.of(Binary(0.5), 0) == rule.of(Binary(0.5), 1)
    assert rule.direction == "lower is better"
    low, high = (float(word) for word in rule.range.removesuffix(" nats").split(" to "))
    assert rule.of(Binary(1.0), 1) == pytest.approx(low, abs=0.0005)
    assert rule.of(Binary(1.0), 0) == pytest.approx(high, abs=0.0005)


# Over time


def test_a_forecast_that_stands_all_the_time_scores_as_it_is() -> None:
    assert numbers(scored(steps((0, 0.8)))) == pytest.approx((0.04, 1.0, 0.21))


def test_revisions_count_by_the_time_they_stood() -> None:
    found = scored(steps((0, 0.4), (6, 0.9)))  # 6 days of 0.36, 4 of 0.01
    assert numbers(found) == pytest.approx((0.22, 1.0, 0.03))


def test_a_gap_is_left_out_and_lowers_coverage() -> None:
    found = scored(steps((0, 0.8), (2, None), (7, 0.2)), "no")  # 2 days of 0.64, 3 of 0.04
    assert numbers(found) == pytest.approx((1.4 / 5, 0.5, (2 * (0.25 - 0.64) + 3 * (0.25 - 0.04)) / 10))


def test_an_early_answer_leaves_the_rest_of_the_schedule_at_zero() -> None:
    found = scored(steps((0, 0.9)), known=4)
    assert numbers(found) == pytest.approx((0.01, 0.4, 0.4 * 0.24))
    assert found.attainable_coverage == 0.4


def test_who_came_late_can_only_cover_the_rest() -> None:
    found = scored(steps((5, 0.9)))
    assert numbers(found) == pytest.approx((0.01, 0.5, 0.12))
    assert found.attainable_coverage == 1.0


def test_a_forecast_from_before_the_opening_counts_from_the_opening() -> None:
    assert numbers(scored(steps((-30, 0.8)))) == numbers(scored(steps((0, 0.8))))


def test_hindsight_earns_nothing() -> None:
    assert scored(steps((0, 0.5), (5, 0.99)), known=5) == scored(steps((0, 0.5)), known=5)
    assert numbers(scored(steps((5, 0.99)), known=5)) == (None, 0.0, 0.0)


def test_what_becomes_known_after_the_close_changes_nothing() -> None:
    assert scored(steps((0, 0.8)), known=10) == scored(steps((0, 0.8)), known=25)


@pytest.mark.parametrize(("held", "known"), [(steps(), 10), (steps((12, 0.9)), 10), (steps((0, 0.9)), 0)])
def test_where_nothing_ever_stood_there_is_no_mean_and_no_skill(held: Timeline, known: float) -> None:
    found = scored(held, known=known)
    assert numbers(found) == (None, 0.0, 0.0)
    assert found.receipt == ()
    assert recompute(found) == found


def test_an_answer_from_before_the_opening_leaves_nothing_to_cover() -> None:
    found = scored(steps((0, 0.9)), known=-3)
    assert (found.attainable_coverage, found.coverage) == (0.0, 0.0)


@pytest.mark.parametrize("outcome", ["annulled", "ambiguous"])
def test_an_annulled_or_ambiguous_question_is_not_scored(outcome: Outcome) -> None:
    assert score(question(days=10), resolution(outcome, 10), ANN, steps((0, 0.8)), "brier") is None


def test_the_log_score_is_weighted_in_the_same_way() -> None:
    found = scored(steps((0, 0.5), (5, 0.8)), rule="log")
    surprise = (math.log(2) - math.log(0.8)) / 2
    assert numbers(found) == pytest.approx((surprise, 1.0, math.log(2) - surprise))


def test_published_example_of_a_forecast_lowered_too_late() -> None:
    found = scored(steps((0, 0.8), (6, 0.4)), "no", days=9, known=9)
    assert found.mean_while_active == pytest.approx(0.48)


def test_published_example_on_the_two_sided_scale() -> None:
    found = scored(steps((0, 0.9), (3, 0.95)), days=7, known=7)
    assert found.mean_while_active is not None
    assert round(2 * found.mean_while_active, 4) == 0.0114


def test_scores_are_averaged_and_not_forecasts() -> None:
    found = scored(steps((0, 0.2), (5, 1.0)))
    assert found.mean_while_active == pytest.approx(0.32)  # the averaged forecast, 60 %, would score 0.16


# Receipts


def test_a_receipt_lists_what_stood_from_when_to_when_and_what_it_earned() -> None:
    first, second = scored(steps((0, 0.4), (4, None), (5, 0.9))).receipt
    assert (first.start, first.end, first.p) == (day(0), day(4), 0.4)
    assert (first.weight, first.score) == pytest.approx((0.4, 0.36))
    assert first.contribution == pytest.approx(0.36 * 4 / 9)
    assert (second.start, second.end, second.p) == (day(5), day(10), 0.9)
    assert (second.weight, second.score, second.contribution) == pytest.approx((0.5, 0.01, 0.01 * 5 / 9))


@pytest.mark.parametrize(
    "forged",
    [
        {"p": 0.5},
        {"score": 0.3},
        {"weight": 0.9},
        {"contribution": 0.0},
        {"end": day(3)},
        {"start": day(1)},
    ],
)
def test_a_receipt_with_a_changed_number_no_longer_gives_its_score(forged: dict[str, object]) -> None:
    honest = scored(steps((0, 0.4), (4, None), (5, 0.9)))
    first, second = honest.receipt
    wrong = replace(honest, receipt=(replace(first, **forged), second))  # type: ignore[arg-type]
    assert recompute(honest) == honest
    assert recompute(wrong) != wrong


@pytest.mark.parametrize("forged", [{"mean_while_active": 0.1}, {"coverage": 1.0}, {"skill_over_schedule": 0.2}])
def test_a_changed_total_does_not_follow_from_its_receipt(forged: dict[str, float]) -> None:
    wrong = replace(scored(steps((0, 0.4), (5, 0.9)), known=8), **forged)  # type: ignore[arg-type]
    assert recompute(wrong) != wrong


# Summaries


def plain(who: str, mean: float | None, skill: float, rule: RuleName = "brier", coverage: float = 1.0) -> Score:
    blank = scored(steps())
    return replace(
        blank,
        forecaster_id=ForecasterId(who),
        rule=rule,
        mean_while_active=mean,
        skill_over_schedule=skill,
        coverage=coverage,
    )


def test_a_summary_is_the_plain_mean_over_questions() -> None:
    scores = [plain("ann", 0.1, 0.2), plain("ann", 0.3, -0.1, coverage=0.5)]
    (summary,) = summarise(scores)
    assert (summary.forecaster_id, summary.rule, summary.questions) == (ForecasterId("ann"), "brier", 2)
    assert (summary.mean_while_active, summary.skill, summary.coverage) == pytest.approx((0.2, 0.05, 0.75))


def test_questions_on_which_nothing_stood_count_in_no_part_of_a_summary() -> None:
    scores = [plain("ann", 0.1, 0.2), plain("ann", None, 0.0, coverage=0.0)]
    assert summarise(scores) == summarise(scores[:1])
    assert summarise(scores[1:]) == (Summary(ForecasterId("ann"), "brier", 0, None, None, 0.0),)


def test_summaries_come_by_rule_with_the_best_skill_first_and_the_idle_last() -> None:
    scores = [
        plain("idle", None, 0.0, coverage=0.0),
        plain("bad", 0.4, -0.2),
        plain("good", 0.1, 0.2),
        plain("bad", 0.2, 0.5, "log"),
        plain("even", 0.25, 0.0),
        plain("also even", 0.25, 0.0),
    ]
    order = [(s.rule, s.forecaster_id) for s in summarise(scores)]
    assert order == [
        ("brier", "good"),
        ("brier", "also even"),
        ("brier", "even"),
        ("brier", "bad"),
        ("brier", "idle"),
        ("log", "bad"),
    ]


def test_no_scores_have_no_summaries() -> None:
    assert summarise([]) == ()
