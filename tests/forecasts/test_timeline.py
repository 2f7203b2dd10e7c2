"""Forecasts over time: what stood when, the last act at an instant, gaps, and undoing."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary, Distribution, p_yes
from forecasts.errors import InvalidForecast
from forecasts.questions.question import Question, Resolution
from forecasts.questions.timeline import (
    MAX_LINE_STEPS,
    Act,
    Forecast,
    ForecastId,
    ForecastSpan,
    Timeline,
    build_timeline,
    distribution_before,
    find_redoable,
    find_undoable,
    forecaster_timeline,
    hindsight_forecasts,
)
from tests.forecasts.strategies import (
    ANN,
    QUESTION,
    categoricals,
    day,
    holding,
    law,
    moments,
    probabilities,
    steps,
    worlds,
)


def act(number: int, kind: Act, p: float | None, undoes: int | None = None) -> Forecast:
    when = day(number)
    return Forecast(
        id=ForecastId(number),
        question_id=QUESTION,
        forecaster_id=ANN,
        act=kind,
        distribution=None if p is None else Binary(p),
        made_at=when,
        entered_at=when,
        undoes=None if undoes is None else ForecastId(undoes),
    )


def undo(acts: list[Forecast]) -> Forecast:
    """Take back the last act, as an act of its own."""
    gone = find_undoable(acts)
    before = distribution_before(acts, gone)
    return act(len(acts) + 1, "undo", p_yes(before), undoes=gone.id)


def redo(acts: list[Forecast]) -> Forecast:
    """Take back the last undo, as an act of its own."""
    back = find_redoable(acts)
    brought = next(each for each in acts if each.id == back.undoes)
    return act(len(acts) + 1, "redo", p_yes(brought.distribution), undoes=back.id)


def held(line: Timeline, at: float) -> float | None:
    return p_yes(line.at(day(at)))


def test_what_stands_at_an_instant() -> None:
    # A forecast stands from its instant until the next.
    line = steps((1, 0.2), (3, 0.5))
    assert [held(line, at) for at in (0.9, 1, 2.9, 3, 99)] == [None, 0.2, 0.2, 0.5, 0.5]
    # Nothing stands in an empty timeline.
    assert held(steps(), 5) is None
    assert steps().spans(day(0), day(9)) == ()
    # A withdrawal leaves a gap.
    line = steps((0, 0.6), (2, None), (6, 0.2))
    assert held(line, 4) is None
    assert line.spans(day(0), day(10)) == (
        ForecastSpan(day(0), day(2), Binary(0.6)),
        ForecastSpan(day(6), day(10), Binary(0.2)),
    )
    # Of two acts at one instant the one entered last wins.
    assert held(steps((1, 0.2), (1, 0.9)), 1) == 0.9
    assert held(steps((1, 0.9), (1, 0.2)), 1) == 0.2
    # Acts entered out of order are sorted by their instant.
    assert steps((5, 0.9), (1, 0.2)) == steps((1, 0.2), (5, 0.9))
    # A timeline keeps one step an instant.
    line = build_timeline([(day(1), Binary(0.2)), (day(0), Binary(0.1)), (day(1), None)])
    assert line.steps == ((day(0), Binary(0.1)), (day(1), None))


def test_spans_are_clipped_to_the_window() -> None:
    line = steps((-5, 0.3), (5, 0.6), (20, 0.9))
    assert [(s.start, s.end) for s in line.spans(day(0), day(10))] == [
        (day(0), day(5)),
        (day(5), day(10)),
    ]
    assert line.spans(day(10), day(10)) == ()
    assert line.spans(day(0), day(5))[0].days == 5.0


@law
@given(worlds, moments, moments)
def test_spans_partition_the_window_where_something_stands(
    world: tuple[Question, Resolution, Timeline], one: float, other: float
) -> None:
    line = world[2]
    start, end = sorted((one, other))
    spans = line.spans(day(start), day(end))
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(day(start) <= s.start < s.end <= day(end) for s in spans)
    quarter = 0.25  # every act falls on a quarter of a day, so what stands is constant between
    for step in range(int((end - start) / quarter)):
        instant = day(start + step * quarter)
        inside = [s.distribution for s in spans if s.start <= instant < s.end]
        assert inside == ([line.at(instant)] if line.at(instant) is not None else [])


held_or_not: st.SearchStrategy[Distribution | None] = st.none() | categoricals()


@law
@given(st.lists(st.tuples(st.integers(0, 5), held_or_not)), st.integers(-1, 6))
def test_the_last_act_stands(acts: list[tuple[int, Distribution | None]], at: int) -> None:
    until = [(instant, place) for place, (instant, _) in enumerate(acts) if instant <= at]
    expected = acts[max(until)[1]][1] if until else None
    assert holding(*acts).at(day(at)) == expected


def test_undo_goes_back_one_act() -> None:
    # Undo takes back the last act and restores what stood before.
    acts = [act(1, "forecast", 0.3), act(2, "forecast", 0.8)]
    acts.append(undo(acts))
    line = forecaster_timeline(acts)
    assert [held(line, at) for at in (1, 2, 3)] == [0.3, 0.8, 0.3]
    # Undoing twice goes back two acts and the first leaves nothing.
    acts = [act(1, "forecast", 0.3), act(2, "forecast", 0.8)]
    acts.append(undo(acts))
    acts.append(undo(acts))
    assert acts[-1].distribution is None
    with pytest.raises(InvalidForecast, match="no forecast of yours"):
        find_undoable(acts)
    # A withdrawal can be undone.
    acts = [act(1, "forecast", 0.3), act(2, "withdraw", None)]
    acts.append(undo(acts))
    assert acts[-1].distribution == Binary(0.3)
    # There is nothing to undo before the first forecast.
    with pytest.raises(InvalidForecast, match="no forecast of yours"):
        find_undoable([])


def test_what_was_forecast_when_the_answer_was_known_is_hindsight() -> None:
    acts = [
        act(1, "forecast", 0.3),
        act(2, "forecast", 0.8),
        act(3, "reaffirm", 0.8),
        act(4, "withdraw", None),
    ]
    assert hindsight_forecasts(acts, day(2)) == tuple(acts[1:3])
    assert hindsight_forecasts(acts, day(3.5)) == ()


@law
@given(st.lists(st.sampled_from(["undo", "redo", "withdraw"]) | probabilities, max_size=25))
def test_undo_and_redo_do_what_two_stacks_of_acts_would(moves: list[float | str]) -> None:
    acts: list[Forecast] = []
    held_so_far: list[float | None] = [None]
    taken: list[float | None] = []
    for move in moves:
        number = len(acts) + 1
        if move == "undo":
            if len(held_so_far) == 1:
                continue
            taken.append(held_so_far.pop())
            acts.append(undo(acts))
        elif move == "redo":
            if not taken:
                with pytest.raises(InvalidForecast, match="nothing to do again"):
                    find_redoable(acts)
                continue
            held_so_far.append(taken.pop())
            acts.append(redo(acts))
        else:
            p = None if isinstance(move, str) else move
            held_so_far.append(p)
            taken.clear()
            acts.append(act(number, "withdraw" if p is None else "forecast", p))
        assert held(forecaster_timeline(acts), number) == held_so_far[-1]


def test_a_line_is_drawn_with_its_gaps() -> None:
    line = build_timeline(
        [(day(1), Binary(0.2)), (day(3), None), (day(5), Binary(0.6)), (day(6), Binary(0.7))]
    )
    assert line.drawn_steps(day(0), day(9)) == [
        (day(1), Binary(0.2)),
        (day(3), Binary(0.2)),
        (day(3), None),
        (day(5), Binary(0.6)),
        (day(6), Binary(0.7)),
        (day(9), Binary(0.7)),
    ]


def test_a_long_line_keeps_its_first_step_and_the_last_of_each_stretch() -> None:
    hours = [(day(0) + timedelta(hours=hour), Binary(hour / 2000)) for hour in range(1, 1001)]
    drawn = build_timeline(hours).drawn_steps(day(0), day(50))
    assert MAX_LINE_STEPS / 2 < len(drawn) <= MAX_LINE_STEPS + 1
    assert (drawn[0], drawn[-1]) == (hours[0], (day(50), Binary(0.5)))
    assert set(drawn[:-1]) <= set(hours)
    assert [at for at, _ in drawn] == sorted(at for at, _ in drawn)
