"""What time alone does to a prior."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidForecast
from forecasts.questions.question import HorizonShape, Question
from forecasts.suggestion.binary import (
    MAX_HAZARD_STEPS,
    decay_prior,
    describe_time_passed,
    hazard_probability,
    hazard_timeline,
)
from tests.forecasts.strategies import (
    day,
    law,
    moments,
    numeric_question,
    question,
    questions,
    shapes,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/hazard")


@check_rows(
    [
        ("event_by", [0.3, 0.3, 1 - 0.7**0.5, 0.0, 0.0]),
        ("holds_until", [0.3, 0.3, 0.3**0.5, 1.0, 1.0]),
        ("state_at", [0.3] * 5),
    ]
)
def test_the_prior_moves_with_time_by_shape(shape: HorizonShape, expected: list[float]) -> None:
    q = question(shape, days=100)
    assert [hazard_probability(q, day(at)) for at in (-10, 0, 50, 100, 200)] == pytest.approx(
        expected
    )


@law
@given(questions(), moments, moments)
def test_the_hazard_moves_one_way(q: Question, one: float, other: float) -> None:
    early, late = (hazard_probability(q, day(at)) for at in sorted((one, other)))
    assert 0.0 <= early <= 1.0
    assert {"event_by": late <= early, "holds_until": late >= early, "state_at": late == early}[
        q.horizon_shape
    ]


@law
@given(shapes, st.floats(0.001, 0.999), st.floats(0.0, 1.0))
def test_holding_is_the_complement_of_an_event(shape: HorizonShape, p0: float, left: float) -> None:
    assert decay_prior(p0, "holds_until", left) == pytest.approx(
        1 - decay_prior(1 - p0, "event_by", left)
    )
    assert decay_prior(p0, shape, 1.0) == pytest.approx(p0)


def test_the_hazard_forecaster_revises_daily() -> None:
    # The hazard forecaster revises once a day.
    q = question(days=100)
    line = hazard_timeline(q, day(0), day(3.5))
    assert [at for at, _ in line.steps] == [day(0), day(1), day(2), day(3)]
    assert line.at(day(2.9)) == Binary(hazard_probability(q, day(2)))
    assert hazard_timeline(q, day(2), day(2)).steps == ()
    # Where time says nothing the hazard forecaster speaks once.
    assert hazard_timeline(question("state_at"), day(0), day(50)).steps == ((day(0), Binary(0.3)),)
    before = hazard_timeline(question(), day(-3), day(1.5)).steps
    assert [at for at, _ in before] == [day(-3), day(1)]
    # A question of another kind has no hazard.
    with pytest.raises(InvalidForecast, match="no single base rate"):
        hazard_probability(numeric_question(), day(1))


def test_long_questions_are_revised_less_often() -> None:
    century = question(days=365_242)
    line = hazard_timeline(century, century.opens_at, century.closes_at).steps
    assert MAX_HAZARD_STEPS - 5 <= len(line) <= MAX_HAZARD_STEPS
    assert line[1][0] - line[0][0] == timedelta(days=366)
    # The schedule decides how often, so that an early end only cuts the line short.
    assert hazard_timeline(century, century.opens_at, day(1000)).steps == line[:3]
    edge = question(days=MAX_HAZARD_STEPS)
    assert len(hazard_timeline(edge, day(0), edge.closes_at).steps) == MAX_HAZARD_STEPS


@check_rows([(0.0, 0.5, (0.0, 0.0)), (1.0, 0.5, (1.0, 1.0)), (1.0, 0.0, (0.0, 1.0))])
def test_certainty_is_moved_only_by_the_end_of_its_time(
    p0: float, left: float, expected: tuple[float, float]
) -> None:
    assert (decay_prior(p0, "event_by", left), decay_prior(p0, "holds_until", left)) == expected
    assert decay_prior(p0, "state_at", left) == p0


@check_rows(TABLES["time_passed_is_told_in_words"])
def test_time_passed_is_told_in_words(shape: HorizonShape, at: float, expected: str) -> None:
    assert describe_time_passed(question(shape), day(at)) == expected
