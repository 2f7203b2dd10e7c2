"""Scores computed by hand for every kind of question, and published examples."""

import math
from dataclasses import replace

import pytest

from forecasts.distributions.cdf import (
    Cdf,
    Scale,
    curve_from_quantiles,
    date_from_day_number,
    uniform_curve,
)
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions.families import FamilyId
from forecasts.questions.question import (
    ForecasterId,
    Option,
    Outcome,
    Question,
    QuestionId,
    Resolution,
)
from forecasts.questions.timeline import ForecastSpan, Timeline
from forecasts.scoring.rulebook import RULES, SOLO_RULES, RuleName
from forecasts.scoring.scores import (
    LazySequence,
    Score,
    recompute_score,
    score_alone,
    verify_receipt,
)
from forecasts.scoring.span_table import SpanTable, stand, standing_spans
from forecasts.scoring.summary import Summary, summarise_scores
from tests.forecasts.scored import score_question
from tests.forecasts.strategies import (
    ANN,
    OPTIONS,
    answered,
    categorical_question,
    date_question,
    day,
    holding,
    numeric_question,
    ordered_question,
    question,
    resolution,
    steps,
)
from tests.tables import check_rows


def by_rule(asked: Question, said: Resolution, held: Timeline, rule: RuleName) -> Score:
    (found,) = [score for score in score_question(asked, said, {ANN: held}) if score.rule == rule]
    return found


def scored(
    held: Timeline,
    outcome: Outcome = "yes",
    *,
    days: float = 10,
    known: float = 10,
    rule: RuleName = "brier",
) -> Score:
    return by_rule(question(days=days), resolution(outcome, known), held, rule)


def numbers(found: Score) -> tuple[float | None, float, float]:
    return found.mean_while_active, found.coverage, found.skill_over_schedule


def again(found: Score, *, days: float = 10, known: float = 10) -> Score:
    return recompute_score(question(days=days), resolution("yes", known), found)


# Over time


def test_scores_weigh_forecasts_by_time() -> None:
    # A forecast that stands all the time scores as it is.
    assert numbers(scored(steps((0, 0.8)))) == pytest.approx((0.04, 1.0, 0.21))
    # Revisions count by the time they stood.
    found = scored(steps((0, 0.4), (6, 0.9)))  # 6 days of 0.36, 4 of 0.01
    assert numbers(found) == pytest.approx((0.22, 1.0, 0.03))
    # A gap is left out and lowers coverage.
    found = scored(steps((0, 0.8), (2, None), (7, 0.2)), "no")  # 2 days of 0.64, 3 of 0.04
    assert numbers(found) == pytest.approx(
        (1.4 / 5, 0.5, (2 * (0.25 - 0.64) + 3 * (0.25 - 0.04)) / 10)
    )
    # An early answer leaves the rest of the schedule at zero.
    found = scored(steps((0, 0.9)), known=4)
    assert numbers(found) == pytest.approx((0.01, 0.4, 0.4 * 0.24))
    assert found.attainable_coverage == 0.4
    # Who came late can only cover the rest.
    found = scored(steps((5, 0.9)))
    assert numbers(found) == pytest.approx((0.01, 0.5, 0.12))
    assert found.attainable_coverage == 1.0


def test_when_the_answer_was_known() -> None:
    # What becomes known after the close changes nothing.
    assert scored(steps((0, 0.8)), known=10) == scored(steps((0, 0.8)), known=25)
    # An answer from before the opening leaves nothing to cover.
    found = scored(steps((0, 0.9)), known=-3)
    assert (found.attainable_coverage, found.coverage) == (0.0, 0.0)


@check_rows([(steps(), 10), (steps((12, 0.9)), 10), (steps((0, 0.9)), 0)])
def test_no_forecast_has_no_mean_and_no_skill(held: Timeline, known: float) -> None:
    found = scored(held, known=known)
    assert numbers(found) == (None, 0.0, 0.0)
    assert found.receipt == ()
    assert again(found, known=known) == found


@check_rows(["annulled", "ambiguous"])
def test_an_annulled_or_ambiguous_question_is_not_scored(outcome: Outcome) -> None:
    asked, said, held = question(days=10), resolution(outcome, 10), steps((0, 0.8))
    assert score_question(asked, said, {ANN: held}) == ()


def test_every_rule_scores_everyone_in_order() -> None:
    held = {
        ForecasterId("bob"): steps((0, 0.2)),
        ANN: steps((0, 0.8)),
        ForecasterId("idle"): steps(),
    }
    found = score_question(question(days=10), resolution("yes", 10), held)
    assert [(s.rule, s.forecaster_id) for s in found] == [
        (rule, who)
        for rule in SOLO_RULES
        if "binary" in RULES[rule].kinds
        for who in ("bob", "ann", "idle")
    ]
    alone = score_question(question(days=10), resolution("yes", 10), {ANN: held[ANN]})
    assert [s for s in found if s.forecaster_id == ANN] == list(alone)
    assert score_question(question(days=10), resolution("yes", 10), {}) == ()


def test_skill_of_log_spherical_and_points() -> None:
    # The log score is weighted in the same way.
    found = scored(steps((0, 0.5), (5, 0.8)), rule="log")
    surprise = (math.log(2) - math.log(0.8)) / 2
    assert numbers(found) == pytest.approx((surprise, 1.0, math.log(2) - surprise))
    # Where higher is better skill is what lies above knowing nothing.
    found = scored(steps((0, 0.8)), known=5, rule="spherical")
    given = 0.8 / math.sqrt(0.68)
    assert numbers(found) == pytest.approx((given, 0.5, 0.5 * (given - math.sqrt(0.5))))
    # Points are their own skill.
    found = scored(steps((0, 0.8)), known=5, rule="baseline")
    points = 100 * (1 + math.log2(0.8))
    assert numbers(found) == pytest.approx((points, 0.5, 0.5 * points))
    # Certainty costs by the log score and by points what a thousandth does.
    for rule, right, wrong in (
        ("log", -math.log(0.999), math.log(1000)),
        ("baseline", 100 * (1 + math.log2(0.999)), 100 * (1 + math.log2(0.001))),
    ):
        assert scored(steps((0, 1.0)), rule=rule).mean_while_active == pytest.approx(right)  # type: ignore[arg-type]
        assert scored(steps((0, 0.0)), rule=rule).mean_while_active == pytest.approx(wrong)  # type: ignore[arg-type]


@check_rows(["brier", "spherical"])
def test_certainty_is_scored_without_being_moved(rule: RuleName) -> None:
    right, wrong = (1.0, 0.0) if rule == "spherical" else (0.0, 1.0)
    for held, expected in ((steps((0, 1.0)), right), (steps((0, 0.0)), wrong)):
        assert scored(held, rule=rule).mean_while_active == expected


def test_scores_are_averaged_over_time() -> None:
    # Published example of a forecast lowered too late.
    found = scored(steps((0, 0.8), (6, 0.4)), "no", days=9, known=9)
    assert found.mean_while_active == pytest.approx(0.48)
    # Scores are averaged and not forecasts.
    found = scored(steps((0, 0.2), (5, 1.0)))
    assert found.mean_while_active == pytest.approx(
        0.32
    )  # the averaged forecast, 60 %, would score 0.16


# Options


def test_options_score_by_hand_over_time() -> None:
    # A categorical question scores by hand over time.
    held = holding(
        (0, Categorical(OPTIONS, (0.2, 0.5, 0.3))),
        (4, None),
        (6, Categorical(OPTIONS, (0.0, 1.0, 0.0))),
    )
    found = by_rule(categorical_question(days=10), answered("Beijing", 8), held, "brier")
    # 4 days of 0.19 and 2 of nothing lost; three options alike would lose a third.
    assert numbers(found) == pytest.approx((0.76 / 6, 0.6, (4 * (1 / 3 - 0.19) + 2 / 3) / 10))
    assert found.attainable_coverage == pytest.approx(0.8)
    # An option added later is read from other until the forecast is revised.
    asked = categorical_question("Moscow", Option("Minsk", added_at=day(5)), "Other", days=10)
    held = holding(
        (0, Categorical(("Moscow", "Other"), (0.4, 0.6))),
        (8, Categorical(("Moscow", "Minsk", "Other"), (0.4, 0.5, 0.1))),
    )
    found = by_rule(asked, answered("Minsk", 10), held, "brier")
    assert [line.score for line in found.receipt] == pytest.approx([0.16, 0.21])
    # Two options were offered at the opening, so knowing nothing lost a quarter.
    assert numbers(found) == pytest.approx(
        (0.8 * 0.16 + 0.2 * 0.21, 1.0, 0.25 - 0.8 * 0.16 - 0.2 * 0.21)
    )


def test_a_removed_option_moves_to_other() -> None:
    # A removed option moves to other and splits the receipt.
    asked = categorical_question("Moscow", Option("Beijing", removed_at=day(4)), "Other", days=10)
    held = holding(
        (0, Categorical(OPTIONS, (0.25, 0.25, 0.5))),
        (6, Categorical(("Moscow", "Other"), (0.75, 0.25))),
    )
    found = by_rule(asked, answered("Moscow", 10), held, "brier")
    assert [(line.start, line.end, line.forecast) for line in found.receipt] == [
        (day(0), day(4), Categorical(OPTIONS, (0.25, 0.25, 0.5))),
        (day(4), day(6), Categorical(("Moscow", "Other"), (0.25, 0.75))),
        (day(6), day(10), Categorical(("Moscow", "Other"), (0.75, 0.25))),
    ]
    assert [line.score for line in found.receipt] == pytest.approx([0.4375, 0.5625, 0.0625])
    assert recompute_score(asked, answered("Moscow", 10), found) == found
    # An option removed after the answer was known splits nothing.
    asked = categorical_question("Moscow", Option("Beijing", removed_at=day(4)), "Other", days=10)
    held = holding((0, Categorical(OPTIONS, (0.25, 0.25, 0.5))))
    assert standing_spans(asked, answered("Moscow", 4), held) == (
        ForecastSpan(day(0), day(4), Categorical(OPTIONS, (0.25, 0.25, 0.5))),
    )


# Numbers and dates


def test_curves_score_by_hand_over_time() -> None:
    # A numeric question scores by hand over time.
    asked = numeric_question(days=10)
    held = holding(
        (0, uniform_curve(Scale(0.0, 100.0))), (5, Cdf((0.0, 20.0, 100.0), (0.0, 0.5, 1.0)))
    )
    found = by_rule(asked, answered("20", 10), held, "crps")
    even = (0.2**3 + 0.8**3) / 3
    skewed = 0.2 * 0.25 / 3 + 0.8 * 0.25 / 3
    assert numbers(found) == pytest.approx(((even + skewed) / 2, 1.0, (even - skewed) / 2))
    # A date question scores by hand and never is an answer.
    asked = date_question(days=100)
    held = holding((0, curve_from_quantiles({0.5: asked.scale.lower + 50}, asked.scale, above=0.2)))
    never = by_rule(asked, answered("never", 100), held, "crps")
    assert never.mean_while_active == pytest.approx(0.5 * 0.25 / 3 + 0.5 * (0.25 + 0.4 + 0.64) / 3)
    assert never.mean_while_active is not None
    assert never.skill_over_schedule == pytest.approx(0.95**2 / 3 - never.mean_while_active)
    came = by_rule(
        asked, answered(date_from_day_number(asked.scale.lower + 50).isoformat(), 50), held, "crps"
    )
    assert came.mean_while_active == pytest.approx(0.5 * 0.25 / 3 + 0.5 * (0.25 + 0.1 + 0.04) / 3)
    assert (came.coverage, came.attainable_coverage) == (0.5, 0.5)


@check_rows(
    [
        (categorical_question(days=10), ["brier", "log", "spherical", "baseline"]),
        (ordered_question(days=10), ["brier", "ranked", "log", "spherical", "baseline"]),
        (numeric_question(days=10), ["crps", "quantile", "baseline"]),
        (date_question(days=10), ["crps", "quantile", "baseline"]),
    ]
)
def test_knowing_nothing_has_no_skill_by_any_rule(asked: Question, rules: list[RuleName]) -> None:
    said = {"categorical": "Beijing", "ordered": "low", "numeric": "37.5", "date": "2026-01-04"}[
        asked.kind
    ]
    found = score_question(asked, answered(said, 7), {ANN: holding((0, asked.prior))})
    assert sorted(s.rule for s in found) == sorted(rules)
    assert [s.skill_over_schedule for s in found] == pytest.approx([0.0] * len(rules), abs=1e-9)
    assert {s.coverage for s in found} == {0.7}


# Receipts


def test_a_receipt_lists_spans_and_scores() -> None:
    first, second = scored(steps((0, 0.4), (4, None), (5, 0.9))).receipt
    assert (first.start, first.end, first.forecast) == (day(0), day(4), Binary(0.4))
    assert (first.weight, first.score) == pytest.approx((0.4, 0.36))
    assert first.contribution == pytest.approx(0.36 * 4 / 9)
    assert (second.start, second.end, second.forecast) == (day(5), day(10), Binary(0.9))
    assert (second.weight, second.score, second.contribution) == pytest.approx(
        (0.5, 0.01, 0.01 * 5 / 9)
    )


@check_rows(
    [
        {"forecast": Binary(0.5)},
        {"score": 0.3},
        {"weight": 0.9},
        {"contribution": 0.0},
        {"end": day(3)},
        {"start": day(1)},
    ]
)
def test_a_forged_receipt_gives_another_score(
    forged: dict[str, object],
) -> None:
    honest = scored(steps((0, 0.4), (4, None), (5, 0.9)))
    first, second = honest.receipt
    wrong = replace(honest, receipt=(replace(first, **forged), second))  # type: ignore[arg-type]
    assert again(honest) == honest
    assert again(wrong) != wrong


@check_rows([{"mean_while_active": 0.1}, {"coverage": 1.0}, {"skill_over_schedule": 0.2}])
def test_a_changed_total_does_not_follow_from_its_receipt(forged: dict[str, float]) -> None:
    honest = scored(steps((0, 0.4), (5, 0.9)), known=8)
    wrong = replace(honest, **forged)  # type: ignore[arg-type]
    assert again(honest, known=8) == honest
    assert again(wrong, known=8) != wrong


@check_rows(
    [
        (
            categorical_question(days=10),
            answered("Moscow", 10),
            Categorical(OPTIONS, (0.2, 0.5, 0.3)),
            Categorical(OPTIONS, (0.3, 0.4, 0.3)),
        ),
        (
            numeric_question(days=10),
            answered("30", 10),
            Cdf((0.0, 40.0, 100.0), (0.0, 0.5, 1.0)),
            Cdf((0.0, 41.0, 100.0), (0.0, 0.5, 1.0)),
        ),
    ]
)
def test_another_forecast_in_a_receipt_is_noticed(
    asked: Question, said: Resolution, held: Distribution, forged: Distribution
) -> None:
    for honest in score_question(asked, said, {ANN: holding((0, held))}):
        wrong = replace(honest, receipt=(replace(honest.receipt[0], forecast=forged),))
        assert recompute_score(asked, said, honest) == honest
        assert recompute_score(asked, said, wrong) != wrong


# Summaries

FAMILIES = {QuestionId(f"q{n}"): FamilyId("q0" if n < 2 else f"q{n}") for n in range(4)}


def summarise(
    *held: dict[str, Timeline], rules: tuple[RuleName, ...] = ("brier",)
) -> list[Summary]:
    """Summaries of what people held on questions q0, q1, and so on, each answered YES."""
    table = SpanTable.read(
        [
            stand(
                question(days=10, name=f"q{n}"),
                replace(resolution("yes", 10), question_id=QuestionId(f"q{n}")),
                {ForecasterId(who): line for who, line in own.items()},
            )
            for n, own in enumerate(held)
        ]
    )
    return list(summarise_scores(score_alone(table, rules), FAMILIES))


def test_summaries_add_up_what_was_scored() -> None:
    (summary,) = summarise(
        {"ann": steps((0, 0.5))},
        {"ann": steps((5, 0.9))},
        {"ann": steps((0, 0.2))},
        {"ann": steps()},
    )
    assert (summary.questions, summary.families) == (3, 2)
    assert (summary.points, summary.mean_while_active, summary.coverage) == pytest.approx(
        (100 * (0.5 * 0.24 - 0.39), (0.25 + 0.01 + 0.64) / 3, 2.5 / 3)
    )
    (alone,) = summarise({"ann": steps()})
    assert (alone.questions, alone.families, alone.points, alone.mean_while_active) == (
        0, 0, 0.0, None,
    )  # fmt: skip
    assert summarise() == []


def test_summaries_are_sorted_by_rule_and_points() -> None:
    held = {
        "idle": steps(),
        "bad": steps((0, 0.1)),
        "good": steps((0, 0.9)),
        "even": steps((0, 0.5)),
        "also even": steps((0, 0.5)),
    }
    order = ["good", "also even", "even", "bad", "idle"]
    assert [(s.rule, s.forecaster_id) for s in summarise(held, rules=("log", "brier"))] == [
        *(("brier", name) for name in order),
        *(("log", name) for name in order),
    ]


def test_a_question_counts_under_the_headline_of_its_kind() -> None:
    asked = ordered_question(days=10)
    table = SpanTable.read([stand(asked, answered("middle", 10), {ANN: holding((0, asked.prior))})])
    counted = summarise_scores(score_alone(table), {asked.id: FamilyId("one")})
    assert [summary.rule for summary in counted] == ["ranked", "log", "spherical", "baseline"]


# Receipts


def test_a_receipt_is_made_when_it_is_read() -> None:
    made: list[int] = []

    def make() -> tuple[int, ...]:
        made.append(1)
        return 7, 8

    lazy = LazySequence(2, make)
    assert (len(lazy), bool(lazy), made) == (2, True, [])
    assert (lazy[1], lazy[:1], list(lazy), repr(lazy)) == (8, (7,), [7, 8], "(7, 8)")
    assert lazy == (7, 8)
    assert (lazy == (7, 9), lazy == 7, hash(lazy) == hash((7, 8))) == (False, False, True)
    assert made == [1]


def test_a_receipt_verifies_solo_rules_alone() -> None:
    asked, held = question(days=10), steps((0, 0.8))
    said = resolution("yes", 10)
    (found, *_) = score_question(asked, said, {ANN: held})
    assert verify_receipt(asked, said, found) is True
    assert verify_receipt(asked, said, replace(found, coverage=0.5)) is False
    assert verify_receipt(asked, None, found) is None
    assert verify_receipt(asked, resolution("annulled", 10), found) is None
    assert verify_receipt(asked, said, replace(found, rule="peer")) is None


def test_the_last_forecast_that_stood_is_known() -> None:
    asked, said = question(days=10), resolution("yes", 8)
    held = steps((0, 0.6), (6, 0.9))
    standing = stand(asked, said, {ANN: held}).standing
    assert standing.find_last(ANN) == Binary(0.9)
    assert standing.find_last(ForecasterId("bob")) is None
    late = stand(asked, said, {ANN: steps((9, 0.9))}).standing
    assert late.find_last(ANN) is None
