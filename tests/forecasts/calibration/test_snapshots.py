"""What stood at a lead before the scheduled close: a row a question, of numbers as of yes or no."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.calibration.snapshots import (
    LEADS_DAYS,
    CalibrationSnapshot,
    ResolvedRecord,
    take_ranks,
    take_snapshots,
)
from forecasts.distributions.cdf import Cdf, Scale, uniform_curve
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.questions.question import Outcome, Question, QuestionId
from forecasts.questions.timeline import Timeline
from tests.forecasts.strategies import (
    answered,
    categorical_question,
    date_question,
    day,
    holding,
    law,
    numeric_question,
    question,
    resolution,
    steps,
    timelines,
    worlds,
)
from tests.tables import check_rows

HELD = steps((0, 0.4))
OPEN = Scale(0.0, 100.0, open_lower=True, open_upper=True)
LOG = Scale(1.0, 1000.0, zero_point=0.0)


def record(
    held: Timeline, outcome: Outcome = "yes", known: float = 100, days: float = 100
) -> ResolvedRecord:
    return question(days=days), resolution(outcome, known), held


def measured(
    answer: str, held: Cdf | None = None, of: Question | None = None, known: float = 100
) -> ResolvedRecord:
    """A numeric or date question of 100 days on which a curve, by default the even one, stood all
    the time.
    """
    asked = numeric_question(days=100) if of is None else of
    return asked, answered(answer, known), holding((0, asked.prior if held is None else held))


def points(*records: ResolvedRecord, lead: int = 30) -> list[tuple[float, int]]:
    return [(s.p, s.outcome) for s in take_snapshots(records, lead, {})]


def test_snapshots_stand_at_their_lead() -> None:
    # A snapshot is what stood that long before the scheduled close.
    held = record(steps((0, 0.2), (50, 0.4), (80, 0.9)))
    assert [points(held, lead=lead) for lead in LEADS_DAYS] == [[(0.2, 1)], [(0.4, 1)], [(0.9, 1)]]
    # A snapshot names its question and its family; without one it is a family of its own.
    alone = replace(question(days=100, name="alone"), claim_ids=())
    families = {QuestionId("neutral"): "war"}
    found = take_snapshots(
        [record(HELD, "no"), (alone, resolution("yes", 100), HELD)], 30, families
    )
    # Rows are in the order of opening, then by name.
    assert found == (
        CalibrationSnapshot(QuestionId("alone"), "alone", 0.4, 1),
        CalibrationSnapshot(QuestionId("neutral"), "war", 0.4, 0),
    )
    # A question gives one point however often it was revised.
    often = steps(*((n / 10, n / 1000) for n in range(900)))
    assert points(record(often, "no"), record(often, "yes"), lead=7) == [(0.899, 0), (0.899, 1)]
    # A lead of nothing is the scheduled close itself.
    assert points(record(steps((0, 0.4), (99, 0.8)), known=101), lead=0) == [(0.8, 1)]


@check_rows(
    [
        record(HELD, known=70),  # known exactly then
        record(HELD, known=60),
        record(HELD, days=29),  # not yet open then
        record(HELD, days=29.99),
        record(steps((71, 0.4))),  # nothing stood yet
        record(steps((0, 0.4), (60, None))),  # withdrawn by then
        record(steps((0, 0.4), (70, None))),  # withdrawn at that instant
        record(steps()),
        record(HELD, "annulled"),
        record(HELD, "ambiguous"),
        measured("7"),
        measured("2026-02-01", of=date_question(days=100)),
        (
            categorical_question(days=100),
            answered("Moscow", 100),
            holding((0, categorical_question().prior)),
        ),
    ]
)
def test_a_question_without_a_live_probability_then_gives_no_point(
    left_out: ResolvedRecord,
) -> None:
    assert points(left_out) == []


@check_rows(
    [record(HELD, known=70.25), record(steps((70, 0.4))), record(steps((-5, 0.4)), days=30)]
)
def test_the_edges_of_a_snapshot_count(kept: ResolvedRecord) -> None:
    assert points(kept) == [(0.4, 1)]


@check_rows([101, 36_500, 10**7, 10**12, -1])
def test_a_lead_outside_of_the_question_finds_nothing(lead: int) -> None:
    held = steps((0, 0.4), (101, 0.99))
    assert points(record(held, known=120), lead=lead) == []
    assert take_ranks([measured("7", known=120)], lead, {}) == ()


@law
@given(timelines, st.integers(1, 120), st.sampled_from(LEADS_DAYS))
def test_what_came_after_the_lead_never_moves_a_snapshot(
    held: Timeline, known: int, lead: int
) -> None:
    poison = Timeline(
        (
            *(step for step in held.steps if step[0] <= day(100 - lead)),
            (day(100.5 - lead), Binary(1.0)),
        )
    )
    assert points(record(held, known=known), lead=lead) == points(
        record(poison, known=known), lead=lead
    )


# Ranks


def ranked(answer: str, held: Cdf | None = None, of: Question | None = None) -> tuple[float, ...]:
    """The ends of the answer's rank."""
    (found,) = take_ranks([measured(answer, held, of)], 30, {})
    return found.low, found.high


def test_a_rank_is_the_mass_up_to_the_answer() -> None:
    narrow = Cdf((0.0, 40.0, 60.0, 100.0), (0.0, 0.05, 0.95, 1.0))
    assert ranked("50") == (0.5, 0.5)
    assert ranked("50", narrow) == pytest.approx((0.5, 0.5))
    assert ranked("40", narrow) == pytest.approx((0.05, 0.05))
    # On a log scale it follows the curve.
    assert ranked("10", of=numeric_question(LOG, days=100))[0] == pytest.approx(1 / 3, abs=1e-3)


def test_a_rank_beyond_the_curve_is_between_two_values() -> None:
    of = date_question(days=100)
    unsure = Cdf((of.scale.lower, of.scale.upper), (0.0, 0.3))
    assert ranked("never", unsure, of) == (0.3, 1.0)
    assert ranked("2026-02-01", unsure, of)[1] < 0.3
    low = Cdf((0.0, 100.0), (0.3, 1.0))
    for answer in ("below", "-5"):
        assert ranked(answer, low, numeric_question(OPEN, days=100)) == (0.0, 0.3)


@check_rows(
    [
        measured("50", known=70),
        measured("50", of=numeric_question(days=29)),
        (
            numeric_question(days=100),
            resolution("annulled", 100),
            holding((0, uniform_curve(Scale(0.0, 100.0)))),
        ),
        (
            numeric_question(days=100),
            answered("50", 100),
            holding((71, uniform_curve(Scale(0.0, 100.0)))),
        ),
        (
            numeric_question(days=100),
            answered("50", 100),
            holding((0, uniform_curve(Scale(0.0, 100.0))), (60, None)),
        ),
        record(HELD),
        (
            categorical_question("Moscow", "Other", days=100),
            answered("Moscow", 100),
            holding((0, Categorical(("Moscow", "Other"), (0.5, 0.5)))),
        ),
    ]
)
def test_questions_without_a_live_curve_then_have_no_rank(left_out: ResolvedRecord) -> None:
    assert take_ranks([left_out], 30, {}) == ()
    assert len(take_ranks([left_out, measured("50")], 30, {})) == 1


@law
@given(st.lists(worlds, max_size=6), st.sampled_from(LEADS_DAYS))
def test_every_question_is_in_one_record_at_most(records: list[ResolvedRecord], lead: int) -> None:
    points, ranks = take_snapshots(records, lead, {}), take_ranks(records, lead, {})
    assert len(points) <= sum(of.kind == "binary" for of, _, _ in records)
    assert len(ranks) <= sum(of.scale is not None for of, _, _ in records)
    assert all(0.0 <= row.low <= row.high <= 1.0 for row in ranks)
