"""Scores in columns are what the readable loop says, one question or many at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import p_yes
from forecasts.questions.question import (
    ForecasterId,
    Outcome,
    Question,
    QuestionId,
    Resolution,
    effective_close,
)
from forecasts.questions.timeline import Timeline
from forecasts.scoring import daily as day_by_day
from forecasts.scoring import points as against_others
from forecasts.scoring.daily import count_midnights
from forecasts.scoring.points import average_peer_points, spot_times
from forecasts.scoring.scores import Score, list_scores, score_alone
from forecasts.scoring.span_table import AnsweredQuestion, SpanTable, stand
from forecasts.scoring.time_averages import to_microseconds
from tests.forecasts.scored import score_daily, score_points, score_question
from tests.forecasts.scoring import reference_scoring
from tests.forecasts.scoring.reference_scoring import (
    Asked,
    Stood,
    compare_in_matrix,
    median_rows,
    peer_rows,
)
from tests.forecasts.strategies import (
    ANN,
    answered,
    categorical_question,
    day,
    holding,
    law,
    numeric_question,
    question,
    resolution,
    steps,
    timelines,
)

outcomes: st.SearchStrategy[Outcome] = st.sampled_from(["yes", "no"])
known_days = st.integers(0, 480).map(lambda quarters: quarters / 4)
everyone = st.lists(timelines, min_size=1, max_size=4).map(
    lambda lines: {ForecasterId(str(number)): line for number, line in enumerate(lines)}
)
Everyone = Mapping[ForecasterId, Timeline]
instants = st.integers(0, 3).map(lambda quarter: 25.0 * quarter)
crowds = st.lists(
    st.lists(st.tuples(instants, st.floats(0.0, 1.0)), min_size=1, max_size=3).map(
        lambda told: steps(*told)
    ),
    min_size=1,
    max_size=12,
).map(lambda lines: {ForecasterId(f"{number:02}"): line for number, line in enumerate(lines)})
"""Many people who revise at few instants, so that some are compared in one period alone."""


def written_out(asked: Question, said: Resolution, line: Timeline) -> Asked:
    """A question as one forecaster met it, in whole microseconds."""
    opens, closes, ends = to_microseconds(
        [asked.opens_at, asked.closes_at, effective_close(asked, said)]
    ).tolist()
    spans = line.spans(asked.opens_at, day(500))
    stood = [
        Stood(*to_microseconds([s.start, min(s.end, effective_close(asked, said))]).tolist(),
              p_yes(s.distribution) or 0.0)
        for s in spans
        if s.start < effective_close(asked, said)
    ]  # fmt: skip
    return Asked(opens, closes, ends, int(said.outcome == "yes"), stood)


def by_rule(scores: tuple[Score, ...]) -> dict[tuple[str, str], Score]:
    return {(score.rule, score.forecaster_id): score for score in scores}


def score_together(cases: Sequence[AnsweredQuestion]) -> list[Score]:
    """Everybody's scores by every rule, by question."""
    table = SpanTable.read(cases)
    columns = (
        *score_alone(table),
        *against_others.score_points(table),
        *day_by_day.score_daily(table),
    )
    order = {case.question.id: number for number, case in enumerate(cases)}
    return sorted(list_scores(columns), key=lambda score: order[score.question_id])


@law
@given(everyone, known_days, outcomes)
def test_solo_scores_equal_the_readable_loop(
    held: Everyone, known: float, outcome: Outcome
) -> None:
    asked, said = question(days=100), resolution(outcome, known=known)
    found = by_rule(score_question(asked, said, held))
    for who, line in held.items():
        for rule, expected in reference_scoring.score(written_out(asked, said, line)).items():
            score = found[rule, who]
            assert score.mean_while_active == (
                None
                if expected.mean_while_active is None
                else pytest.approx(expected.mean_while_active, abs=1e-9)
            )
            assert score.skill_over_schedule == pytest.approx(
                expected.skill_over_schedule, abs=1e-9
            )
            assert score.coverage == pytest.approx(expected.coverage, abs=1e-9)
            assert score.attainable_coverage == pytest.approx(
                expected.attainable_coverage, abs=1e-9
            )
            assert [(x.score, x.contribution) for x in score.receipt] == [
                pytest.approx((x.score, x.contribution), abs=1e-9) for x in expected.receipt
            ]


@law
@given(everyone, known_days, outcomes)
def test_points_and_daily_scores_equal_the_readable_loop(
    held: Everyone, known: float, outcome: Outcome
) -> None:
    asked, said = question(days=100), resolution(outcome, known=known)
    all_asked = [written_out(asked, said, line) for line in held.values()]
    points, daily = (by_rule(score(asked, said, held)) for score in (score_points, score_daily))
    peers = reference_scoring.peer_points(all_asked)
    spots = reference_scoring.spot_peer_points(
        all_asked, to_microseconds(spot_times(asked)).tolist()
    )
    days = reference_scoring.daily_gains(all_asked)
    for who, peer, spot, (plain, relative) in zip(held, peers, spots, days, strict=True):
        assert points["peer", who].skill_over_schedule == pytest.approx(peer, abs=1e-9)
        assert points["spot_peer", who].skill_over_schedule == pytest.approx(spot, abs=1e-9)
        assert daily["daily_brier", who].skill_over_schedule == pytest.approx(plain, abs=1e-9)
        assert daily["relative_brier", who].skill_over_schedule == pytest.approx(relative, abs=1e-9)


@law
@given(st.lists(st.tuples(everyone, known_days, outcomes), max_size=4))
def test_many_questions_score_as_one_by_one(
    drawn: list[tuple[Everyone, float, Outcome]],
) -> None:
    cases = [
        stand(
            replace(question(days=100), id=QuestionId(str(number))),
            replace(resolution(outcome, known=known), question_id=QuestionId(str(number))),
            held,
        )
        for number, (held, known, outcome) in enumerate(drawn)
    ]
    assert score_together(cases) == [score for case in cases for score in score_together([case])]


def test_kinds_and_annulled_questions_are_scored_together() -> None:
    options, number = categorical_question(days=10, name="who"), numeric_question(days=10, name="n")
    cases = [
        stand(options, answered("Moscow", 10), {ANN: holding((0, options.prior))}),
        stand(question(days=10, name="void"), resolution("annulled", 5), {ANN: steps((0, 0.5))}),
        stand(question(days=10), resolution("yes", 10), {ANN: steps((0, 0.5))}),
        stand(number, answered("50", 10), {ANN: holding((0, number.prior))}),
        stand(question(days=10, name="idle"), resolution("no", 10), {ANN: steps()}),
    ]
    scores = score_together(cases)
    assert scores == [score for case in cases for score in score_together([case])]
    points, daily = (
        ["baseline", "peer", "spot_baseline", "spot_peer"],
        ["daily_brier", "relative_brier"],
    )
    told = [
        [score.rule for score in scores if score.question_id == case.question.id] for case in cases
    ]
    assert told == [
        ["brier", "log", "spherical", *points, *daily],
        [],
        ["brier", "log", "spherical", *points, *daily],
        ["crps", "quantile", *points],
        ["brier", "log", "spherical", *points, *daily],
    ]


@law
@given(st.lists(st.tuples(crowds, known_days, outcomes), min_size=1, max_size=3))
def test_comparisons_equal_the_matrix_to_the_last_bit(
    drawn: list[tuple[Everyone, float, Outcome]],
) -> None:
    cases = [
        stand(
            replace(question(days=100), id=QuestionId(str(number))),
            replace(resolution(outcome, known=known), question_id=QuestionId(str(number))),
            held,
        )
        for number, (held, known, outcome) in enumerate(drawn)
    ]
    table = SpanTable.read(cases)
    daily = table.on_clock(count_midnights)
    mass = np.clip(table.outcome_probability, 0.001, 0.999)
    peer = average_peer_points(table.pair, table.start, table.end, mass, group=table.question_index)
    brier = (table.outcome_probability - 1.0) ** 2
    _, behind = day_by_day.score_daily(table)
    by_row = table.question_index[table.pair]
    for number in range(len(cases)):
        own = by_row == number
        pair = table.pair[own] - np.flatnonzero(table.question_index == number)[0]
        times = (pair, table.start[own], table.end[own])
        days = (pair, daily.start[own], daily.end[own])
        assert peer[own].tolist() == compare_in_matrix(*times, np.log(mass[own]), peer_rows)
        assert behind.averaged.score[own].tolist() == compare_in_matrix(
            *days, brier[own], median_rows
        )


def test_a_thousand_years_take_no_longer_than_a_week() -> None:
    asked = question(days=365_242)
    held = {ANN: steps((0, 0.2), (200_000, 0.4)), ForecasterId("bob"): steps((10, 0.3))}
    found = by_rule(score_daily(asked, resolution("no", 365_242), held))
    assert len(found["daily_brier", ANN].receipt) == 2
    assert found["daily_brier", ANN].coverage == 1.0
    mean = (200_000 * 0.04 + 165_242 * 0.16) / 365_242
    assert found["daily_brier", ANN].mean_while_active == pytest.approx(mean)
