"""Skill on the same questions at the same times: laws, and least squares by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.families import FamilyId
from forecasts.questions.question import ForecasterId
from forecasts.scoring.adjusted_skill import AdjustedSkill, Row, adjust_skill
from forecasts.scoring.common_time import LossPath
from tests.forecasts.strategies import law

ANN, BOB, CY = map(ForecasterId, ("ann", "bob", "cy"))
losses = st.floats(0.0, 1.0)


def path(loss: float, start: float = 0.0, end: float = 1.0) -> LossPath:
    return LossPath(np.array([start]), np.array([end]), np.array([loss]), np.zeros((1, 2)))


def row(number: int, paths: dict[ForecasterId, LossPath], *, yes: bool | None = None) -> Row:
    return FamilyId(f"q{number}"), number % 2 == 0 if yes is None else yes, paths


def solve(*rows: Row) -> dict[ForecasterId, AdjustedSkill]:
    return {skill.forecaster_id: skill for skill in adjust_skill(rows)}


def raw(skill: AdjustedSkill) -> float:
    """Skill before it was drawn towards the average."""
    return skill.skill / (1.0 - skill.pooling)


@law
@given(st.lists(st.tuples(losses, losses, losses), min_size=1, max_size=12))
def test_effects_are_those_of_least_squares(rows: list[tuple[float, float, float]]) -> None:
    names, design, target = (ANN, BOB, CY), [], []
    asked = []
    for number, values in enumerate(rows):
        present = names if number % 3 else names[: 2 + number % 2]
        asked.append(row(number, {n: path(v) for n, v in zip(present, values, strict=False)}))
        for place, value in enumerate(values[: len(present)]):
            design.append(
                [float(k == place) for k in range(3)]
                + [float(k == number) for k in range(len(rows))]
            )
            target.append(value)
    found = solve(*asked)
    solution = np.linalg.lstsq(np.array(design), np.array(target), rcond=None)[0][:3]
    present_names = [n for n in names if n in found]
    for place, name in enumerate(present_names[1:], start=1):
        expected = solution[place] - solution[0]
        assert raw(found[ANN]) - raw(found[name]) == pytest.approx(expected, abs=1e-7)


@law
@given(st.lists(st.tuples(losses, losses), min_size=2, max_size=10), st.floats(0.1, 0.9))
def test_joining_late_or_leaving_early_earns_nothing(
    rows: list[tuple[float, float]], at: float
) -> None:
    whole = solve(*(row(n, {ANN: path(a), BOB: path(b)}) for n, (a, b) in enumerate(rows)))
    late = solve(*(row(n, {ANN: path(a), BOB: path(b, at)}) for n, (a, b) in enumerate(rows)))
    assert raw(late[ANN]) == pytest.approx(raw(whole[ANN]), abs=1e-9)


def test_easy_questions_earn_nothing() -> None:
    both = [row(n, {ANN: path(0.2), BOB: path(0.2)}) for n in range(6)]
    easy = [row(n, {ANN: path(0.01), CY: path(0.01)}) for n in range(6, 12)]
    assert {round(s.skill, 9) for s in adjust_skill([*both, *easy])} == {0.0}


def test_a_newcomer_starts_in_the_middle() -> None:
    rng = np.random.default_rng(3)
    old = [
        row(n, {ANN: path(a), BOB: path(a + 0.1)}) for n, a in enumerate(rng.uniform(0, 0.5, 60))
    ]
    found = solve(*old, row(100, {ANN: path(0.3), CY: path(0.9)}))
    assert found[CY].pooling > 0.8
    assert found[ANN].pooling < 0.3
    assert found[CY].low is None
    assert (found[CY].families, found[ANN].families, found[ANN].questions) == (1, 61, 61)


def test_an_interval_takes_families_and_rare_answers() -> None:
    def world(count: int, **more: bool) -> AdjustedSkill:
        rows = [row(n, {ANN: path(0.1), BOB: path(0.1 + n % 7 / 50)}, **more) for n in range(count)]
        return solve(*rows)[ANN]

    assert world(14).low is None
    shown = world(15)
    assert shown.low is not None
    assert shown.high is not None
    assert shown.low < raw(shown) < shown.high
    assert (world(60, yes=False).low, world(60, yes=False).rarer) == (None, 0)
    numbers = [
        (FamilyId(f"n{n}"), None, {ANN: path(0.1), BOB: path(0.1 + n % 7 / 50)}) for n in range(15)
    ]
    assert solve(*numbers)[ANN].low is not None


def test_copies_of_a_question_in_one_family_add_no_certainty() -> None:
    rows = [row(n, {ANN: path(0.1), BOB: path(0.1 + n % 7 / 50)}) for n in range(20)]
    once, thrice = solve(*rows)[ANN], solve(*(r for r in rows for _ in range(3)))[ANN]
    assert (once.low, once.high) == pytest.approx((thrice.low, thrice.high))
    assert (thrice.families, thrice.questions) == (20, 60)


def test_without_a_question_in_common_nobody_is_compared() -> None:
    alone = [row(1, {ANN: path(0.1)}), row(2, {BOB: path(0.2)})]
    assert adjust_skill(alone) == ()
    apart = row(1, {ANN: path(0.1, 0.0, 0.5), BOB: path(0.2, 0.5)})
    assert adjust_skill([apart]) == ()
    largest = [row(n, {ANN: path(0.1), BOB: path(0.2)}) for n in range(3)]
    island = row(9, {CY: path(0.1), ForecasterId("dan"): path(0.2)})
    assert {s.forecaster_id for s in adjust_skill([*largest, island])} == {ANN, BOB}
