"""All that can be said of one forecaster's calibration, in numbers and in words."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.calibration.reliability import Departure, Reliability, assess_reliability
from forecasts.calibration.snapshots import CalibrationSnapshot
from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.questions.question import QuestionId
from forecasts.statistics.small_samples import MIN_FAMILIES
from tests.forecasts.strategies import law, probabilities
from tests.tables import check_rows


def points(
    *found: tuple[float, int], families: list[str] | None = None
) -> list[CalibrationSnapshot]:
    names = [f"q{n}" for n in range(len(found))]
    return [
        CalibrationSnapshot(QuestionId(name), family, p, outcome)
        for name, family, (p, outcome) in zip(names, families or names, found, strict=True)
    ]


def groups(*each: tuple[float, int, int]) -> list[CalibrationSnapshot]:
    """So many of (p, n, how many of them happened), evenly spread."""
    return points(
        *((p, (at + 1) * happened // n - at * happened // n) for p, n, happened in each
          for at in range(n))
    )  # fmt: skip


def judged(rows: list[CalibrationSnapshot], *, draws: int = 400, seed: int = 0) -> Reliability:
    found = assess_reliability(rows, draws=draws, seed=seed)
    assert found is not None
    return found


def test_reliability_of_few_or_certain_points() -> None:
    # Without a point there is nothing to say.
    assert assess_reliability([]) is None
    # One point is judged as far as it goes.
    found = judged(points((0.7, 1)))
    assert (found.n, found.families, found.is_enough) == (1, 1, False)
    assert (found.corp.score, found.corp.mcb, found.corp.dsc, found.corp.unc) == pytest.approx(
        (0.09, 0.09, 0.0, 0.0)
    )
    assert [b.n for b in found.bins] == [0, 0, 0, 1, 0]
    assert (found.discrimination.auc, found.sharpness) == (None, 0.0)
    # Where everything happened there is nothing to tell apart.
    found = judged(points(*((p / 100, 1) for p in range(70, 99))))
    assert (found.corp.unc, found.corp.dsc) == (0.0, 0.0)
    assert {at.recalibrated for at in found.curve} == {1.0}
    # Certainties that were right are perfect.
    found = judged(points((1.0, 1), (0.0, 0), (1.0, 1)))
    assert (found.corp.score, found.corp.mcb, found.test.p_value) == (0.0, 0.0, 1.0)


def test_causes_that_nobody_recorded_are_told() -> None:
    assert judged(groups((0.5, 60, 30))).caution == ""
    # Who is told to change is told what that rests on, until families are recorded.
    alone = groups((0.7, 60, 18))
    assert judged(alone).caution.startswith("This holds if questions are independent: link")
    tied = [replace(point, family=f"f{n // 2}") for n, point in enumerate(alone)]
    assert judged(tied).caution == ""
    together = judged(points(*((0.5, int(n % 20 < 10)) for n in range(60))))
    assert together.caution.startswith("Questions opened one after the other came true together")
    assert "link those that turn on one event" in together.caution
    assert judged(points(*((0.5, int(n < 7)) for n in range(14)))).caution == ""


@check_rows([1, 14])
def test_the_verdict_says_how_many_questions_there_are(n: int) -> None:
    assert judged(groups((0.9, n, 0))).verdict == (
        f"Not enough data: {n} of {MIN_FAMILIES} independent questions."
    )
    tied = points(*[(0.2, 1)] * 24, families=["war"] * 24)
    assert judged(tied).verdict.startswith("Not enough data: 1 of 15 independent")


@check_rows([
    (groups((0.7, 20, 14)), "Forecasts came true about as often as they said, within chance."),
    (groups((0.1, 30, 3), (0.5, 30, 15), (0.9, 30, 27)), "Forecasts came true about as often"),
    (groups((0.7, 20, 5)), "Forecasts were too high: 70% on average, and 25% came true; go lower."),
    (groups((0.3, 20, 15)), "Forecasts were too low: 30% on average, and 75% came true; go higher."),
    (groups((0.95, 20, 12), (0.05, 20, 8)),
     "Forecasts were too sure: 45 points from 50% on average"),
    (groups((0.6, 40, 40), (0.4, 40, 0)),
     "Forecasts were too cautious: 10 points from 50% on average"),
    (groups((1.0, 10, 10), (0.0, 10, 0)), "Forecasts came true about as often"),
    (groups((1.0, 10, 9), (0.0, 10, 0)), "Forecasts were too high: 50% on average"),
    (groups((1.0, 10, 9), (0.0, 10, 1)), "Forecasts were too sure: 50 points"),
])  # fmt: skip
def test_the_verdict_says_what_to_change(rows: list[CalibrationSnapshot], start: str) -> None:
    assert judged(rows).verdict.startswith(start)


def test_departures_join_neighbours_outside_the_band() -> None:
    found = judged(groups((0.1, 60, 6), (0.3, 40, 32), (0.35, 40, 32), (0.9, 60, 54)))
    assert found.departures == (Departure(0.3, 0.35, 80, pytest.approx(0.325), 64),)
    assert found.verdict.endswith("forecasts of 30% to 35% came true 64 times out of 80.")


def departure(low: float, high: float, n: int, happened: int) -> Departure:
    return Departure(low, high, n, (low + high) / 2, happened)


@check_rows([
    ([departure(0.35, 0.38, 4, 4)], "Ada's forecasts of 35% to 38% came true 4 times out of 4, "
     "more often than chance explains. Elsewhere no mismatch shows."),
    ([departure(0.9, 0.9, 9, 1), departure(0.1, 0.1, 4, 3)],
     "Ada's forecasts of 90% came true 1 time out of 9, less often than chance explains. "
     "Another range is off, too."),
    ([departure(0.9, 0.9, 9, 0)] * 3, "Ada's forecasts of 90% came true 0 times out of 9, less "
     "often than chance explains. 2 other ranges are off, too."),
])  # fmt: skip
def test_a_departure_alone_is_the_verdict(rows: list[Departure], told: str) -> None:
    calibrated = judged(groups((0.7, 20, 14)))
    assert not calibrated.test.deviation.is_far
    assert replace(calibrated, departures=tuple(rows)).describe("Ada's forecasts") == told


def test_reliability_depends_on_seed_and_families() -> None:
    # The same seed gives the same answer.
    rows = points(*((n / 20, n % 2) for n in range(20)))
    assert judged(rows, seed=3) == judged(rows, seed=3)
    assert judged(rows, seed=3).test != judged(rows, seed=4).test
    # Said 20 % thirty times, and half of it happened: an accusation, unless it was one event.
    found = [(0.2, n % 2) for n in range(30)]
    apart, tied = judged(points(*found)), judged(points(*found, families=["one"] * 30))
    assert (apart.families, tied.families) == (30, 1)
    assert apart.verdict.startswith("Forecasts were too low")
    assert tied.verdict.startswith("Not enough data")
    assert apart.corp == tied.corp


def test_what_is_no_probability_or_no_outcome_is_refused() -> None:
    with pytest.raises(InvalidProbability):
        assess_reliability(points((1.1, 1)))
    with pytest.raises(InvalidProbability):
        assess_reliability(points((math.nan, 1)))
    with pytest.raises(ValueError, match="0 or 1"):
        assess_reliability(points((0.5, 2), (0.5, 0)))
    with pytest.raises(ForecastsError, match="at least one draw"):
        assess_reliability(points((0.5, 1)), draws=0)


@law
@given(
    st.lists(
        st.tuples(probabilities, st.integers(0, 1), st.sampled_from("abc")), min_size=1, max_size=12
    )
)
def test_the_parts_belong_to_one_whole(facts: list[tuple[float, int, str]]) -> None:
    found = judged(
        points(*((p, o) for p, o, _ in facts), families=[c for _, _, c in facts]), draws=20
    )
    assert found.n == len(facts) == sum(b.n for b in found.bins) == sum(at.n for at in found.curve)
    assert found.families == len({family for _, _, family in facts})
    assert found.corp.score == pytest.approx(found.corp.mcb - found.corp.dsc + found.corp.unc)
    assert found.test.simultaneous.x == tuple(at.p for at in found.curve)
    assert 1 / 21 <= found.test.p_value <= 1.0
