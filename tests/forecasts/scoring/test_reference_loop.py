"""The whole table at once says what the readable loop says, and what scores with receipts say."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import p_yes
from forecasts.errors import ForecastsError, InvalidProbability, InvalidTime
from forecasts.questions.question import ForecasterId, Outcome
from forecasts.questions.timeline import Timeline
from forecasts.scoring.score_table import (
    BinaryTable,
    TableScores,
    Windows,
    score_table,
    to_microseconds,
)
from forecasts.scoring.scores import score_question
from tests.forecasts.scoring import reference_scoring
from tests.forecasts.strategies import (
    OPENS,
    day,
    law,
    probabilities,
    question,
    resolution,
    timelines,
)
from tests.tables import check_rows

Row = tuple[int, int, int, float]


def table(rows: list[Row], pairs: list[tuple[int, int, int, int]]) -> BinaryTable:
    """A table from (pair, start, end, p) and, for each pair, (opens, closes, ends, outcome)."""
    pair, start, end = (
        np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)
    )
    opens, closes, ends, outcome = np.array(pairs, dtype=np.int64).reshape(-1, 4).T
    p = np.array([row[3] for row in rows], dtype=np.float64)
    return BinaryTable(
        pair.astype(np.intp),
        start,
        end,
        p,
        Windows(opens, closes, ends),
        outcome.astype(np.float64),
    )


@st.composite
def tables(draw: st.DrawFn) -> BinaryTable:
    """Several pairs whose intervals come in any order, with gaps between them, some outside their
    windows.
    """
    times = st.integers(-20, 120)
    windows = draw(
        st.lists(st.tuples(st.integers(0, 30), st.integers(1, 70), times), min_size=1, max_size=5)
    )
    pairs = [(opens, opens + long, ends, draw(st.integers(0, 1))) for opens, long, ends in windows]
    rows: list[Row] = []
    for pair in range(len(pairs)):
        cuts = sorted(draw(st.sets(times, max_size=6)))
        kept = draw(st.lists(st.booleans(), min_size=len(cuts), max_size=len(cuts)))
        stood = zip(pairwise(cuts), kept[1:], strict=True)
        rows += [
            (pair, start, end, draw(probabilities)) for (start, end), stands in stood if stands
        ]
    return table(draw(st.permutations(rows)), pairs)


def assert_as_the_loop_says(given_table: BinaryTable, found: dict[str, TableScores]) -> None:
    rows = [np.flatnonzero(given_table.pair == pair) for pair in range(len(given_table.outcome))]
    for pair, asked in enumerate(reference_scoring.asked(given_table, len(given_table.outcome))):
        for name, expected in reference_scoring.score(asked).items():
            scores = found[name]
            mean = np.nan if expected.mean_while_active is None else expected.mean_while_active
            assert scores.mean_while_active[pair] == pytest.approx(
                mean, abs=1e-9, rel=1e-12, nan_ok=True
            )
            assert scores.skill_over_schedule[pair] == pytest.approx(
                expected.skill_over_schedule, abs=1e-9
            )
            assert scores.coverage[pair] == pytest.approx(expected.coverage, abs=1e-12)
            assert scores.attainable_coverage[pair] == pytest.approx(
                expected.attainable_coverage, abs=1e-12
            )
            assert scores.score[rows[pair]] == pytest.approx(
                [line.score for line in expected.receipt], abs=1e-9
            )
            parts = [line.contribution for line in expected.receipt]
            assert scores.contribution[rows[pair]] == pytest.approx(parts, abs=1e-9)


@law
@given(tables())
def test_the_table_equals_the_readable_loop(drawn: BinaryTable) -> None:
    found = dict(score_table(drawn))
    assert set(found) == set(reference_scoring.RULES)
    assert_as_the_loop_says(drawn, found)


@law
@given(
    st.lists(timelines, min_size=1, max_size=4), st.integers(0, 480), st.sampled_from(["yes", "no"])
)
def test_the_table_equals_scores_with_receipts(
    held: list[Timeline], quarters: int, outcome: Outcome
) -> None:
    asked, said = question(days=100), resolution(outcome, known=quarters / 4)
    everyone = {ForecasterId(str(n)): line for n, line in enumerate(held)}
    scored = score_question(asked, said, everyone)
    count = len(held)
    # What stood for ever before and after is left to the table to cut.
    spans = [(n, s) for n, line in enumerate(held) for s in line.spans(day(-500), day(500))]
    opens, closes, ends = to_microseconds(
        [OPENS, asked.closes_at, min(asked.closes_at, said.known_at)]
    ).tolist()
    found = score_table(
        BinaryTable(
            np.array([n for n, _ in spans], dtype=np.intp),
            to_microseconds([s.start for _, s in spans]),
            to_microseconds([s.end for _, s in spans]),
            np.array([p_yes(s.distribution) for _, s in spans], dtype=np.float64),
            Windows(*(np.full(count, t) for t in (opens, closes, ends))),
            np.full(count, float(outcome == "yes")),
        )
    )
    assert {one.rule for one in scored} >= {*found} - {"brier_two_sided"} or not held
    for one in (one for one in scored if one.rule in found):
        scores, pair = found[one.rule], int(one.forecaster_id)
        mean = np.nan if one.mean_while_active is None else one.mean_while_active
        assert scores.mean_while_active[pair] == pytest.approx(mean, nan_ok=True)
        assert scores.skill_over_schedule[pair] == pytest.approx(one.skill_over_schedule, abs=1e-9)
        assert scores.coverage[pair] == one.coverage
        assert scores.attainable_coverage[pair] == one.attainable_coverage


def test_two_sided_scores_coverage_and_certainty() -> None:
    # Two sided is twice the brier score.
    found = score_table(table([(0, 0, 5, 0.8), (0, 5, 10, 0.3)], [(0, 10, 8, 1)]))
    assert found["brier"].mean_while_active.tolist() == pytest.approx([(5 * 0.04 + 3 * 0.49) / 8])
    assert found["brier_two_sided"].mean_while_active == pytest.approx(
        2 * found["brier"].mean_while_active
    )
    assert found["brier_two_sided"].skill_over_schedule == pytest.approx(
        2 * found["brier"].skill_over_schedule
    )
    # Rules share the coverage.
    found = list(score_table(table([(0, 0, 5, 0.8)], [(0, 10, 8, 1)])).values())
    assert all(scores.coverage is found[0].coverage for scores in found)
    assert found[0].coverage.tolist() == [0.5]
    assert found[0].attainable_coverage.tolist() == [0.8]
    # Certainty is taken as it is.
    found = score_table(table([(0, 0, 10, 0.0), (1, 0, 10, 1.0)], [(0, 10, 10, 1), (0, 10, 10, 1)]))
    assert found["brier"].score.tolist() == [1.0, 0.0]
    assert found["spherical"].score.tolist() == [0.0, 1.0]


def test_empty_tables_have_scores() -> None:
    idle = score_table(table([], [(0, 10, 8, 1), (0, 5, 5, 0)]))["brier"]
    assert np.isnan(idle.mean_while_active).all()
    assert idle.skill_over_schedule.tolist() == [0.0, 0.0]
    assert idle.score.size == 0
    empty = score_table(table([], []))["log"]
    assert (empty.mean_while_active.size, empty.score.size) == (0, 0)


GOOD = table([(0, 0, 5, 0.8), (1, 0, 5, 0.3)], [(0, 10, 8, 1), (0, 10, 8, 0)])


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ForecastsError, match="one row for each interval, not 2, 2, 2, 1"):
        replace(GOOD, p=GOOD.p[:1])
    with pytest.raises(ForecastsError, match="one row for each pair, not 1, 2, 2, 2"):
        replace(GOOD, outcome=GOOD.outcome[:1])


@check_rows([-1, 2])
def test_an_interval_of_no_pair_is_refused(wrong: int) -> None:
    with pytest.raises(ForecastsError, match="numbered from 0 to 1"):
        replace(GOOD, pair=np.array([0, wrong]))


def test_windows_that_do_not_close_are_refused() -> None:
    with pytest.raises(InvalidTime, match="closes before it opens"):
        replace(GOOD, windows=replace(GOOD.windows, closes=np.array([10, 0])))


@check_rows([-0.1, 1.1, np.nan])
def test_what_is_no_probability_is_refused_by_its_own_number(wrong: float) -> None:
    with pytest.raises(InvalidProbability, match=f"not {wrong}"):
        replace(GOOD, p=np.array([0.5, wrong]))


@check_rows([0.5, 2.0, np.nan])
def test_an_outcome_that_is_neither_yes_nor_no_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        replace(GOOD, outcome=np.array([1.0, wrong]))
