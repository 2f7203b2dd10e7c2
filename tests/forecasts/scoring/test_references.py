"""What references would have lost in a forecaster's place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import p_yes
from forecasts.questions.question import HAZARD, PRIOR, ForecasterId, Outcome, Question, Resolution
from forecasts.questions.timeline import Timeline
from forecasts.scoring.scores import Score, score_spans, standing_spans
from forecasts.scoring.skill import own_loss, reference_losses
from forecasts.suggestion.binary import hazard_timeline
from tests.forecasts.strategies import (
    ANN,
    answered,
    categorical_question,
    holding,
    law,
    moments,
    probabilities,
    question,
    resolution,
    steps,
    timelines,
)

OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(["yes", "no"])
TEN_DAYS = question(days=10)
YES = resolution("yes", 10)


def scored(
    held: dict[ForecasterId, Timeline], answer: Resolution = YES, of: Question = TEN_DAYS
) -> dict[ForecasterId, Score]:
    spans = {who: standing_spans(of, answer, steps) for who, steps in held.items()}
    return {score.forecaster_id: score for score in score_spans(of, answer, "brier", spans)}


# 3 days at 0.6 and 3 days at 0.9 on a question of 10 days: losses 0.16 and 0.01, six tenths
# covered.
OWN = steps((2, 0.6), (5, 0.9), (8, None))


def test_references_count_over_the_forecasters_time() -> None:
    # One s own loss is counted over the schedule.
    assert own_loss(scored({ANN: OWN})[ANN]) == pytest.approx((3 * 0.16 + 3 * 0.01) / 10)
    assert own_loss(scored({ANN: steps()})[ANN]) == 0.0
    # Every reference is counted over the forecaster s own time.
    # The hazard revises on days of its own: 0.49 until day 4, 0.64 until day 7, then 0.81.
    everyone = scored(
        {ANN: OWN, PRIOR: steps((0, 0.3)), HAZARD: steps((0, 0.3), (4, 0.2), (7, 0.1))}
    )
    found = reference_losses(everyone[ANN], everyone, climatology=0.2)
    assert found == pytest.approx(
        {
            "half": 0.25 * 0.6,
            "no_change": 0.16 * 0.6,
            "base_rate": 0.49 * 0.6,
            "hazard": (2 * 0.49 + 3 * 0.64 + 1 * 0.81) / 10,
            "climatology": 0.2 * 0.6,
        }
    )
    # Time after the answer was known counts for nobody.
    early = resolution("yes", 6)
    everyone = scored(
        {ANN: OWN, PRIOR: steps((0, 0.3)), HAZARD: steps((0, 0.3), (4, 0.2), (7, 0.1))}, early
    )
    assert reference_losses(everyone[ANN], everyone) == pytest.approx(
        {
            "half": 0.25 * 0.4,
            "no_change": 0.16 * 0.4,
            "base_rate": 0.49 * 0.4,
            "hazard": (2 * 0.49 + 2 * 0.64) / 10,
        }
    )
    assert own_loss(everyone[ANN]) == pytest.approx((3 * 0.16 + 1 * 0.01) / 10)
    # Gaps of the forecaster are left out for the reference too.
    gappy = steps((0, 0.5), (1, None), (3, 0.8), (4, None), (6, 0.8))
    everyone = scored({ANN: gappy, HAZARD: steps((0, 0.4), (3.5, 0.3), (9, 0.1))})
    found = reference_losses(everyone[ANN], everyone)
    # [0, 1) and half of [3, 4) at 0.4; the other half and [6, 9) at 0.3; the last day at 0.1.
    assert found["hazard"] == pytest.approx((1.5 * 0.36 + 3.5 * 0.49 + 1 * 0.81) / 10)
    assert found["no_change"] == pytest.approx(0.25 * 0.6)
    # What stood before the opening is the first forecast from the opening on.
    everyone = scored({ANN: steps((-9, 0.1), (-5, 0.6), (5, 0.9))})
    assert reference_losses(everyone[ANN], everyone)["no_change"] == pytest.approx(0.16)


def test_which_references_a_question_has() -> None:
    # A reference that the question does not have is left out.
    everyone = scored({ANN: OWN, PRIOR: steps((0, 0.3))})
    assert set(reference_losses(everyone[ANN], everyone)) == {"half", "no_change", "base_rate"}
    assert set(reference_losses(everyone[ANN], {}, 0.25)) == {"half", "no_change", "climatology"}
    # Who held nothing has no references.
    everyone = scored({ANN: steps(), PRIOR: steps((0, 0.3))})
    assert reference_losses(everyone[ANN], everyone, 0.2) == {}
    # A climatology that lost nothing is a reference all the same.
    everyone = scored({ANN: OWN})
    assert reference_losses(everyone[ANN], everyone, 0.0)["climatology"] == 0.0
    # Half stands for knowing nothing on other kinds.
    of = categorical_question(days=10)
    answer = answered("Moscow", 10)
    held = {ANN: holding((5, of.prior))}
    spans = {who: standing_spans(of, answer, line) for who, line in held.items()}
    (score,) = score_spans(of, answer, "brier", spans)
    assert reference_losses(score, {})["half"] == pytest.approx(own_loss(score))


@law
@given(timelines, st.integers(1, 400), OUTCOMES)
def test_a_reference_that_did_the_same_lost_the_same(
    held: Timeline, known: int, outcome: Outcome
) -> None:
    of, answer = question(days=400), resolution(outcome, known)
    everyone = scored(
        {ANN: held, PRIOR: held, HAZARD: hazard_timeline(of, of.opens_at, of.closes_at)}, answer, of
    )
    found = reference_losses(everyone[ANN], everyone)
    if found:
        assert found["base_rate"] == pytest.approx(own_loss(everyone[ANN]))
    everyone = scored({ANN: hazard_timeline(of, of.opens_at, of.closes_at)}, answer, of)
    found = reference_losses(everyone[ANN], {HAZARD: everyone[ANN]})
    assert found["hazard"] == pytest.approx(own_loss(everyone[ANN]))


@law
@given(timelines, st.lists(st.tuples(moments, probabilities), max_size=8), st.integers(1, 40))
def test_overlays_sum_over_quarters_of_a_day(
    held: Timeline, acts: list[tuple[float, float]], known: int
) -> None:
    of, answer, reference = question(days=40), resolution("yes", known), steps((0, 0.3), *acts)
    everyone = scored({ANN: held, HAZARD: reference}, answer, of)
    found = reference_losses(everyone[ANN], everyone)
    total, quarter = (
        0.0,
        0.25,
    )  # every act falls on a quarter of a day, so that nothing changes inside one
    for place in range(int(known / quarter)):
        instant = of.opens_at + (of.closes_at - of.opens_at) * (place * quarter / 40)
        other = p_yes(reference.at(instant))
        if held.at(instant) is not None and other is not None:
            total += (1.0 - other) ** 2 * quarter
    assert found.get("hazard", 0.0) == pytest.approx(total / 40)
