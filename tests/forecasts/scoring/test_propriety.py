"""Which report is best, by trying them all with the ordinary scores."""

import pytest

from forecasts.questions.question import Outcome
from forecasts.scoring.scores import Score
from tests.forecasts.scored import score_points, score_question
from tests.forecasts.strategies import ANN, question, resolution, steps
from tests.tables import check_rows


@check_rows([(0.1, 2), (0.5, 7), (0.8, 2), (0.8, 7)])
def test_only_the_schedule_rewards_the_true_probability(p_true: float, known: int) -> None:
    def scored(q: float, outcome: Outcome, at: int) -> Score:
        return score_question(
            question(days=10), resolution(outcome, at), {ANN: steps((0, q), (known, 0.0))}
        )[0]

    def by_life(q: float) -> float:
        came, never = (
            scored(q, "yes", known).mean_while_active,
            scored(q, "no", 10).mean_while_active,
        )
        assert came is not None
        return p_true * came + (1 - p_true) * never

    def by_schedule(q: float) -> float:
        came, never = scored(q, "yes", known), scored(q, "no", 10)
        return -p_true * came.skill_over_schedule - (1 - p_true) * never.skill_over_schedule

    said = [n / 50 for n in range(51)]
    # Sempere & Lawsen 2021: the mean while active rewards exaggeration.
    exaggerated = p_true / (p_true + (1 - p_true) * known / 10)
    assert min(said, key=by_life) == pytest.approx(exaggerated, abs=1 / 100 + 1e-9)
    assert min(said, key=by_schedule) == pytest.approx(p_true, abs=1 / 100 + 1e-9)


@check_rows([0.1, 0.8])
def test_spot_points_reward_the_true_probability_of_an_early_event(p_true: float) -> None:
    # It comes on day 3 of 16, after two of the four instants, or never.
    def expect(q: float) -> float:
        held = {ANN: steps((0, q), (3, 0.001))}
        came, never = (
            score_points(question(days=16), resolution(outcome, known), held)[1]
            for outcome, known in (("yes", 3), ("no", 16))
        )
        assert came.rule == "spot_baseline"
        return p_true * came.skill_over_schedule + (1 - p_true) * never.skill_over_schedule

    reports = [n / 50 for n in range(1, 50)]
    assert max(reports, key=expect) == pytest.approx(p_true, abs=1 / 100 + 1e-9)
