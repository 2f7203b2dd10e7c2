"""The question board: what is known or believed of each question at an instant, and by whom."""

from datetime import datetime

import pytest

from forecasts.questions.question import QuestionId
from tests.builders import DAY, NOW, FakeClock
from tests.dashboard.scenario_examples import FAIR, FUTURES, OPTIONS, PACT, a_world
from tests.lives import BEN
from tests.quick_databases import begin
from tests.scenarios.linked_questions import PAPER, answer, ask, say
from tracker.app.tracker import Tracker
from tracker.questions.scenarios.board_timelines import (
    BoardTimeline,
    load_board,
    load_board_timelines,
)

RAIN = QuestionId("rain")


def row_of(tracker: Tracker, until: datetime, name: QuestionId = RAIN) -> BoardTimeline:
    with tracker.context.store.reading() as session:
        (row,) = load_board_timelines(session, [name], until)
    return row


def board_at(tracker: Tracker, at: datetime, *names: str) -> dict[QuestionId, float]:
    with tracker.context.store.reading() as session:
        return load_board(session, [QuestionId(name) for name in names or (RAIN,)], at)


@pytest.fixture
def late(tracker: Tracker) -> Tracker:
    """A question that opens in two days, with a base rate of 30 %."""
    ask(tracker, RAIN, opens=2, prior="30%", prior_reason="3 of 10")
    return tracker


# What is believed


def test_an_unopened_question_has_no_number(late: Tracker, clock: FakeClock) -> None:
    assert board_at(late, NOW) == {}
    clock.advance(days=3)
    row = row_of(late, clock.time)
    assert [row.at(NOW + n * DAY) for n in (0, 1, 2, 3)] == [None, None, 0.3, 0.3]


def test_people_come_before_suggestion_and_base_rate(late: Tracker, clock: FakeClock) -> None:
    clock.advance(days=12)
    assert late.evidence.update_suggestions() == 1
    (suggested,) = board_at(late, clock.time).values()
    assert suggested < 0.3  # time has passed without rain
    clock.advance(days=1)
    say(late, {RAIN: "80%"})
    say(late, {RAIN: "80%"}, BEN)
    clock.advance(days=1)
    assert board_at(late, clock.time)[RAIN] == pytest.approx(0.8)
    row = row_of(late, clock.time)
    assert [row.at(NOW + n * DAY) for n in (11, 12)] == [0.3, suggested]
    for who in (late.me, BEN):
        late.forecasts.withdraw(RAIN, forecaster=who)
    clock.advance(days=1)
    assert board_at(late, clock.time) == {RAIN: suggested}


def test_the_last_number_stands_until_the_answer(late: Tracker, clock: FakeClock) -> None:
    clock.advance(days=3)
    say(late, {RAIN: "80%"})
    clock.advance(days=40)
    assert board_at(late, clock.time)[RAIN] == pytest.approx(0.8)


# What is known


@pytest.mark.parametrize(("outcome", "p"), [("yes", 1.0), ("no", 0.0)])
def test_an_answer_is_certain_from_its_known_time(
    late: Tracker, clock: FakeClock, outcome: str, p: float
) -> None:
    clock.advance(days=3)
    say(late, {RAIN: "80%"})
    clock.advance(days=3)
    late.resolutions.resolve(RAIN, outcome, source_url=PAPER, known_at=NOW + 5 * DAY)
    row = row_of(late, clock.time)
    assert (row.answered_at, row.answer) == (NOW + 5 * DAY, p)
    assert row.at(NOW + 4 * DAY) == pytest.approx(0.8)
    assert (row.at(NOW + 5 * DAY), row.at(clock.time)) == (p, p)
    assert board_at(late, clock.time) == {RAIN: p}


@pytest.mark.parametrize("outcome", ["annulled", "ambiguous"])
def test_what_has_no_answer_leaves_the_board(late: Tracker, clock: FakeClock, outcome: str) -> None:
    clock.advance(days=3)
    say(late, {RAIN: "80%"})
    clock.advance(days=1)
    answer(late, RAIN, outcome)
    assert board_at(late, clock.time) == {}
    assert row_of(late, clock.time).at(NOW + 3 * DAY) == pytest.approx(0.8)


def test_an_answer_that_was_entered_later_is_not_known_yet(late: Tracker, clock: FakeClock) -> None:
    clock.advance(days=3)
    say(late, {RAIN: "80%"})
    clock.advance(days=5)
    late.resolutions.resolve(RAIN, "yes", source_url=PAPER, known_at=NOW + 4 * DAY)
    assert board_at(late, NOW + 7 * DAY)[RAIN] == pytest.approx(0.8)
    assert board_at(late, clock.time) == {RAIN: 1.0}


def test_a_corrected_answer_counts_from_its_entry_on(late: Tracker, clock: FakeClock) -> None:
    clock.advance(days=4)
    answer(late, RAIN, "yes")
    clock.advance(days=1)
    answer(late, RAIN, "no")
    assert board_at(late, NOW + 4 * DAY) == {RAIN: 1.0}
    assert board_at(late, clock.time) == {RAIN: 0.0}


def test_only_existing_yes_no_questions_have_a_row(late: Tracker, clock: FakeClock) -> None:
    ask(late, "futures", kind="categorical", options=OPTIONS, horizon_shape="state_at")
    clock.advance(days=3)
    assert board_at(late, clock.time, "nope", "futures", RAIN) == {RAIN: 0.3}


# The page


def test_every_seat_says_whose_number_it_is(tracker: Tracker, clock: FakeClock) -> None:
    begin(tracker, clock, a_world)
    seats = tracker.scenarios.get(FUTURES).board
    assert {name: seat.p for name, seat in seats.items()} == pytest.approx({PACT: 0.8, FAIR: 0.3})
    assert {name: seat.by for name, seat in seats.items()} == {PACT: "Crowd", FAIR: "Estimate"}


@pytest.mark.parametrize(
    ("outcome", "p"), [("yes", 1.0), ("no", 0.0), ("annulled", None), ("ambiguous", None)]
)
def test_an_answered_seat_says_so_and_moves_the_shares(
    tracker: Tracker, clock: FakeClock, outcome: str, p: float | None
) -> None:
    begin(tracker, clock, a_world)
    before = tracker.scenarios.get(FUTURES).history
    answer(tracker, PACT, outcome)
    clock.advance(days=1)
    page = tracker.scenarios.get(FUTURES)
    assert (page.board[PACT].p, page.board[PACT].by) == (p, f"answered {outcome}")
    friends = page.history[-1].shares[0]
    assert page.history[:3] == before
    if p is None:
        alone = 0.3 * (
            0.3 * 0.5 / 0.44 + 0.7 * 0.5 / 0.56
        )  # by Jeffrey's rule: the fair is at 30 %, and 44 % expected
        assert friends == pytest.approx(alone)
    else:
        assert (friends > before[-1].shares[0]) is (p == 1.0)
