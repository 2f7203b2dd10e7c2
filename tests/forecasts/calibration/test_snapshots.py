"""What stood at a lead before the scheduled close: a point a question, and the record of
intervals.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.calibration.reliability import (
    LEADS_DAYS,
    CalibrationSnapshot,
    ResolvedRecord,
    measure_interval_record,
    take_snapshots,
)
from forecasts.distributions.cdf import Cdf, Scale, uniform_curve
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.errors import ForecastsError
from forecasts.questions.question import Outcome, Question, QuestionId
from forecasts.questions.timeline import Timeline
from forecasts.statistics.intervals import wilson
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
    return [(s.p, s.outcome) for s in take_snapshots(records, lead)]


def test_snapshots_stand_at_their_lead() -> None:
    # A snapshot is what stood that long before the scheduled close.
    held = record(steps((0, 0.2), (50, 0.4), (80, 0.9)))
    assert [points(held, lead=lead) for lead in LEADS_DAYS] == [[(0.2, 1)], [(0.4, 1)], [(0.9, 1)]]
    # A snapshot names its question and those that share its fate.
    alone = replace(question(days=100, name="alone"), claim_ids=())
    found = take_snapshots([record(HELD, "no"), (alone, resolution("yes", 100), HELD)], 30)
    assert found == (
        CalibrationSnapshot(QuestionId("neutral"), "claim essay/C01", 0.4, 0),
        CalibrationSnapshot(QuestionId("alone"), "question alone", 0.4, 1),
    )
    # A question gives one point however often it was revised.
    often = steps(*((n / 10, n / 1000) for n in range(900)))
    assert points(record(often, "no"), record(often, "yes"), lead=7) == [(0.899, 0), (0.899, 1)]
    # Early answers can be held back until the scheduled close has passed.
    early = record(HELD, known=80)
    assert take_snapshots([early], 30, as_of=day(99.9)) == ()
    assert [s.p for s in take_snapshots([early], 30, as_of=day(100))] == [0.4]
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
    assert measure_interval_record([measured("7", known=120)], lead) is None


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


# Intervals


def test_intervals_are_measured_along_the_scale() -> None:
    # The record of intervals says how many held the answer and how wide they were.
    narrow = Cdf((0.0, 40.0, 60.0, 100.0), (0.0, 0.05, 0.95, 1.0))
    found = measure_interval_record(
        [measured("50"), measured("41", narrow), measured("39", narrow), measured("60", narrow)], 30
    )
    assert (found.n, found.coverage) == (4, 0.75)
    assert (found.low95, found.high95) == wilson(3, 4)
    assert found.mean_width == pytest.approx((0.9 + 3 * 0.2) / 4)
    # Widths of different units are shares of their scales.
    thousands = numeric_question(Scale(0.0, 1e6), days=100)
    window = date_question(days=100)
    days = Cdf((window.scale.lower, window.scale.upper), (0.0, 1.0))
    found = measure_interval_record(
        [measured("41"), measured("41", of=thousands), measured("2026-02-01", days, window)], 30
    )
    assert (found.n, found.coverage, found.mean_width) == pytest.approx((3, 2 / 3, 0.9))
    # On a log scale widths are measured along it.
    of = numeric_question(LOG, days=100)
    answers = [
        "1",
        "1.42",
        "10",
        "700",
        "709",
    ]  # the middle 90 % go from 10^0.15 = 1.413 to 10^2.85 = 707.9
    found = measure_interval_record([measured(answer, of=of) for answer in answers], 30)
    assert (found.n, found.coverage, found.mean_width) == pytest.approx((5, 0.6, 0.9))


def test_answers_beyond_the_bounds_of_intervals() -> None:
    # A date that never came lies in an interval that reaches beyond the window.
    of = date_question(days=100)
    sure_of_never = Cdf((of.scale.lower, of.scale.upper), (0.0, 0.1))
    for held, inside in ((None, 0.0), (sure_of_never, 1.0)):
        found = measure_interval_record([measured("never", held, of)], 30)
        assert (found.n, found.coverage) == (1, inside)
    came = measure_interval_record(
        [measured("2026-02-01", None, of), measured("2027-02-01", None, of)], 30
    )
    assert came.coverage == 0.5
    # An answer beyond an open bound lies outside.
    for scale in (OPEN, replace(LOG, open_lower=True, open_upper=True)):
        of = numeric_question(scale, days=100)
        found = measure_interval_record(
            [measured(answer, of=of) for answer in ("below", "above", "-5", "2000", "10")], 30
        )
        assert found.coverage == pytest.approx(0.2)
    # A mass below an open bound reaches there.
    low = Cdf((0.0, 100.0), (0.3, 1.0))
    found = measure_interval_record(
        [measured(answer, low, numeric_question(OPEN, days=100)) for answer in ("below", "-5")], 30
    )
    assert found.coverage == 1.0


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
def test_questions_without_a_live_curve_then_have_no_record(left_out: ResolvedRecord) -> None:
    assert measure_interval_record([left_out], 30) is None
    kept = measure_interval_record([left_out, measured("50")], 30)
    assert kept.n == 1


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ForecastsError):
        measure_interval_record([measured("50")], 30, level=1.5)


@law
@given(st.lists(worlds, max_size=6), st.sampled_from(LEADS_DAYS))
def test_every_question_is_in_one_record_at_most(records: list[ResolvedRecord], lead: int) -> None:
    point, inside = take_snapshots(records, lead), measure_interval_record(records, lead)
    assert len(point) <= sum(of.kind == "binary" for of, _, _ in records)
    curves = sum(of.scale is not None for of, _, _ in records)
    if inside is not None:
        assert 1 <= inside.n <= curves
        assert 0.0 <= inside.coverage <= 1.0
        assert 0.0 <= inside.mean_width <= 1.0 + 1e-9
