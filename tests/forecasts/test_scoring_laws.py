"""What holds for every score: the rules are honest, and receipts say everything."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distribution import Binary
from forecasts.question import Outcome, Resolution
from forecasts.scoring import RULES, RuleName, Score, recompute, score
from forecasts.timeline import Timeline, timeline
from tests.forecasts.strategies import ANN, day, law, moments, probabilities, question, resolution, steps, timelines

rules: st.SearchStrategy[RuleName] = st.sampled_from(list(RULES))
outcomes: st.SearchStrategy[Outcome] = st.sampled_from(["yes", "no"])
answers = st.builds(resolution, outcomes, known=st.integers(0, 480).map(lambda quarters: quarters / 4))


def scored(held: Timeline, answer: Resolution, rule: RuleName) -> Score:
    found = score(question(days=100), answer, ANN, held, rule)
    assert found is not None
    return found


@law
@given(rules, st.floats(0.001, 0.999), probabilities)
def test_nobody_expects_a_better_score_from_saying_what_they_do_not_believe(
    name: RuleName, believed: float, said: float
) -> None:
    rule = RULES[name].of

    def expected(p: float) -> float:
        return believed * rule(Binary(p), 1) + (1 - believed) * rule(Binary(p), 0)

    assert expected(believed) <= expected(said) + 1e-12
    if abs(believed - said) > 0.01:
        assert expected(believed) < expected(said)


def expected_scores(first_day: float) -> tuple[float, float]:
    """Mean while active and skill to expect where an event comes on day 1 of 10 with 50 %, or never.

    The forecaster says `first_day` until then and 0 once the event has not come, which is the truth.
    """
    held, asked = steps((0, first_day), (1, 0.0)), question(days=10)
    came = score(asked, resolution("yes", known=1), ANN, held, "brier")
    never = score(asked, resolution("no", known=10), ANN, held, "brier")
    assert came is not None
    assert never is not None
    assert came.mean_while_active is not None
    assert never.mean_while_active is not None
    mean = (came.mean_while_active + never.mean_while_active) / 2
    return mean, (came.skill_over_schedule + never.skill_over_schedule) / 2


def test_honest_beats_gaming_by_skill_over_schedule_and_not_by_the_mean_while_active() -> None:
    honest, gaming = expected_scores(0.5), expected_scores(0.91)
    assert gaming[0] < honest[0]  # lower is better: the mean rewards exaggeration
    assert honest[1] > gaming[1]


def test_the_best_report_is_the_truth_by_skill_and_far_from_it_by_the_mean() -> None:
    said = [n / 100 for n in range(101)]
    assert max(said, key=lambda p: expected_scores(p)[1]) == 0.5
    assert min(said, key=lambda p: expected_scores(p)[0]) == 0.91  # 10/11


@law
@given(timelines, answers, rules)
def test_a_receipt_recomputes_to_its_score_to_the_last_bit(held: Timeline, answer: Resolution, rule: RuleName) -> None:
    found = scored(held, answer, rule)
    assert recompute(found) == found


@law
@given(timelines, answers, rules)
def test_a_receipt_adds_up(held: Timeline, answer: Resolution, rule: RuleName) -> None:
    found = scored(held, answer, rule)
    assert math.fsum(i.weight for i in found.receipt) == pytest.approx(found.coverage)
    assert math.fsum(i.contribution for i in found.receipt) == pytest.approx(found.mean_while_active or 0.0)
    gain = math.fsum(RULES[rule].reference * i.weight - i.score * i.weight for i in found.receipt)
    assert gain == pytest.approx(found.skill_over_schedule)
    assert 0.0 <= found.coverage <= found.attainable_coverage <= 1.0


@law
@given(timelines, answers, rules, moments)
def test_saying_again_what_stands_changes_no_number(
    held: Timeline, answer: Resolution, rule: RuleName, again: float
) -> None:
    reaffirmed = timeline([*held.steps, (day(again), held.at(day(again)))])
    before, after = scored(held, answer, rule), scored(reaffirmed, answer, rule)
    assert after.mean_while_active == pytest.approx(before.mean_while_active)
    assert after.coverage == pytest.approx(before.coverage)
    assert after.skill_over_schedule == pytest.approx(before.skill_over_schedule)


@law
@given(timelines, rules, outcomes, st.integers(0, 100), st.integers(1, 400))
def test_what_is_said_after_the_answer_was_known_changes_nothing(
    held: Timeline, rule: RuleName, outcome: Outcome, known: int, later: int
) -> None:
    answer = resolution(outcome, known)
    late = timeline([*(s for s in held.steps if s[0] < day(known)), (day(known + later), Binary(1.0))])
    early = timeline([s for s in held.steps if s[0] < day(known)])
    assert scored(late, answer, rule) == scored(early, answer, rule)
