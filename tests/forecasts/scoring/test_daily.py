"""Scores on a daily grid: by hand, as published, and against the scores over continuous time."""

import math
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary, Categorical
from forecasts.questions.question import ForecasterId, Option, Outcome, Question, Resolution
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.daily import count_midnights
from forecasts.scoring.scores import Score
from forecasts.scoring.span_table import Timelines
from forecasts.scoring.time_averages import to_microseconds
from tests.forecasts.scored import score_daily, score_question
from tests.forecasts.strategies import (
    ANN,
    LEVELS,
    OPTIONS,
    answered,
    categorical_question,
    day,
    holding,
    law,
    moments,
    numeric_question,
    ordered_question,
    probabilities,
    question,
    resolution,
    steps,
    timelines,
)
from tests.tables import check_rows

BOB = ForecasterId("bob")
everyone = st.dictionaries(
    st.sampled_from([ForecasterId(name) for name in ("ann", "bob", "cy")]), timelines
)
outcomes: st.SearchStrategy[Outcome] = st.sampled_from(["yes", "no"])
answers = st.builds(
    resolution, outcomes, known=st.integers(0, 480).map(lambda quarters: quarters / 4)
)


class Daily(NamedTuple):
    """Daily scores as the platforms show them: relative ones divided by the days so far."""

    days: int
    active: int
    mean: float | None
    relative: float


def daily(*held: Timeline, until: float = 7, outcome: Outcome = "yes") -> list[Daily]:
    """Daily scores of forecasters on a question that closes at `until`."""
    names = [ForecasterId(str(number)) for number in range(len(held))]
    asked = question(days=until)
    scores = score_daily(asked, resolution(outcome, until), dict(zip(names, held, strict=True)))
    found = {(score.rule, score.forecaster_id): score for score in scores}
    days = count_days(0, until)
    return [
        Daily(
            days,
            round(found["daily_brier", name].coverage * days),
            found["daily_brier", name].mean_while_active,
            -found["relative_brier", name].skill_over_schedule,
        )
        for name in names
    ]


def count_days(opens: float, ends: float) -> int:
    """Midnights after the opening, up to the end."""
    first, last = count_midnights(to_microseconds([day(opens), day(ends)])).tolist()
    return last - first


def scored(
    held: Timelines, outcome: Outcome = "yes", *, known: float = 10, asked: Question | None = None
) -> dict[tuple[str, str], Score]:
    found = score_daily(
        question(days=10) if asked is None else asked, resolution(outcome, known), held
    )
    return {(s.rule, s.forecaster_id): s for s in found}


def numbers(found: Score) -> tuple[float | None, float, float]:
    return found.mean_while_active, found.coverage, found.skill_over_schedule


# Which days count


def test_midnights_that_count() -> None:
    # The midnight of opening ends no day and that of closing ends one.
    assert count_days(0, 3) == 3
    # A day that is not over does not count.
    assert count_days(0.5, 2.9) == 2
    assert count_days(0.2, 0.9) == 0
    # Midnight is that of utc whatever zone the times are written in.
    east = timezone(timedelta(hours=5))
    times = datetime(2026, 1, 1, 4, tzinfo=east), datetime(2026, 1, 1, 6, tzinfo=east)
    before, after = count_midnights(to_microseconds(times)).tolist()
    assert after - before == 1
    # Times before 1970 are counted alike.
    assert count_midnights(np.array([-1, 0])).tolist() == [-1, 0]


# Daily and relative Brier scores


def test_published_examples_of_daily_scores() -> None:
    # Published example of three forecasters on the two sided scale.
    first, second, third = daily(
        steps((0, 0.9), (3, 0.95)), steps((0, 0.25), (2, 0.2)), steps((5, 0.99))
    )
    assert first.mean is not None
    assert 2 * first.mean == pytest.approx(0.0114, abs=1e-4)
    assert 2 * first.relative == pytest.approx(-0.43, abs=1e-4)
    assert 2 * second.relative == pytest.approx(0.7943, abs=1e-4)
    assert 2 * third.relative == pytest.approx(-0.00137, abs=1e-4)
    assert (third.days, third.active) == (7, 2)
    # Published example of two forecasters whose last word of a day counts.
    george, kramer = daily(steps((0.5, 0.3), (2.5, 0.4)), steps((1.5, 0.6), (4.5, 0.7)))
    assert george.mean is not None
    assert kramer.mean is not None
    assert 2 * george.mean == pytest.approx(0.794285714)
    assert 2 * kramer.mean == pytest.approx(0.25)
    assert 2 * george.relative == pytest.approx(0.22)
    assert 2 * kramer.relative == pytest.approx(-0.22)
    assert (george.active, kramer.active) == (7, 6)


def test_which_forecast_speaks_for_a_day() -> None:
    # Withdrawing ends the days that count.
    (found,) = daily(steps((0, 0.6), (4.2, None)))
    assert (found.days, found.active, found.mean) == (7, 4, pytest.approx(0.16))
    # The last forecast before midnight speaks for the day.
    assert daily(steps((0, 0.6), (0.3, 0.1), (0.9, 0.8))) == daily(steps((0, 0.8)))
    # A forecast at midnight belongs to the new day.
    (found,) = daily(steps((0, 1.0), (1, 0.0)), until=2)
    assert found.mean == 0.5
    # A forecast of the closing day scores nothing.
    late, early = daily(steps((6.5, 0.99)), steps((0, 0.5)), until=6.9)
    assert late == Daily(days=6, active=0, mean=None, relative=0.0)
    assert early == Daily(days=6, active=6, mean=0.25, relative=0.0)
    # A question without a full day has no daily scores.
    assert daily(steps((0.1, 0.9)), until=0.7) == [Daily(0, 0, None, 0.0)]
    # Nobody has no daily scores.
    assert daily() == []


@law
@given(everyone, st.integers(1, 30).map(lambda quarters: quarters / 4), outcomes)
def test_relative_scores_stay_in_range(
    held: dict[ForecasterId, Timeline], until: float, outcome: Outcome
) -> None:
    found = daily(*held.values(), until=until, outcome=outcome)
    assert all(-1.0 <= each.relative <= 1.0 for each in found)
    assert all(each.active <= each.days for each in found)
    for own in held.values():
        assert daily(own, until=until, outcome=outcome)[0].relative == 0.0


# As scores with receipts


def test_daily_scores_have_a_line_a_forecast() -> None:
    found = scored({ANN: steps((0.5, 0.9), (1.5, None)), BOB: steps((0, 0.5))}, known=3)
    (line,) = found["relative_brier", "ann"].receipt
    assert (line.start, line.end, line.forecast) == (day(0.5), day(1.5), Binary(0.9))
    assert line.weight == 0.1
    assert (line.score, line.contribution) == pytest.approx((-0.12, -0.12))
    assert numbers(found["daily_brier", "ann"]) == pytest.approx((0.01, 0.1, 0.024))
    assert numbers(found["relative_brier", "ann"]) == pytest.approx((-0.12, 0.1, 0.012))
    assert numbers(found["relative_brier", "bob"]) == pytest.approx((0.12 / 3, 0.3, -0.012))
    (line,) = found["daily_brier", "bob"].receipt
    assert (line.start, line.end, line.weight) == (day(0), day(3), pytest.approx(0.3))
    # A forecast that holds no midnight has no line.
    found = scored({ANN: steps((0, 0.5), (0.2, 0.6), (0.8, 0.9))}, known=3)
    assert [x.forecast for x in found["daily_brier", "ann"].receipt] == [Binary(0.9)]
    # An early answer leaves the other days of the schedule at zero.
    found = scored({ANN: steps((0, 0.9))}, known=4)["daily_brier", "ann"]
    assert numbers(found) == pytest.approx((0.01, 0.4, 0.4 * 0.24))
    assert found.attainable_coverage == 0.4


def test_questions_without_a_full_day_or_probability() -> None:
    # A question that is open for part of a day is scored for nothing.
    asked = replace(question(days=10), opens_at=day(0.2), closes_at=day(0.8))
    for found in scored({ANN: steps((0, 0.9))}, asked=asked, known=0.8).values():
        assert numbers(found) == (None, 0.0, 0.0)
        assert (found.attainable_coverage, found.receipt) == (0.0, ())
    # A question about a number has no daily scores.
    asked = numeric_question(days=10)
    assert score_daily(asked, answered("50", 10), {ANN: holding((0, asked.prior))}) == ()


@check_rows(["annulled", "ambiguous"])
def test_an_annulled_or_ambiguous_question_has_no_daily_scores(outcome: Outcome) -> None:
    assert scored({ANN: steps((0, 0.9))}, outcome) == {}


def test_options_are_scored_by_the_day() -> None:
    # Options are scored by the day too.
    ann = holding((0, Categorical(OPTIONS, (0.5, 0.3, 0.2))))
    bob = holding((2, Categorical(OPTIONS, (0.2, 0.5, 0.3))))
    found = score_daily(categorical_question(days=10), answered("Moscow", 10), {ANN: ann, BOB: bob})
    by = {(s.rule, s.forecaster_id): s for s in found}
    assert numbers(by["daily_brier", ANN]) == pytest.approx((0.19, 1.0, 1 / 3 - 0.19))
    assert numbers(by["daily_brier", BOB]) == pytest.approx((0.49, 0.8, 0.8 * (1 / 3 - 0.49)))
    assert numbers(by["relative_brier", ANN]) == pytest.approx((-0.12, 1.0, 0.12))
    assert numbers(by["relative_brier", BOB]) == pytest.approx((0.15, 0.8, -0.12))
    # Ordered options are scored by the ordered rule.
    held = {ANN: holding((0, Categorical(LEVELS, (0.2, 0.5, 0.3))))}
    found = score_daily(ordered_question(days=10), answered("high", 10), held)
    assert found[0].mean_while_active == pytest.approx((0.2**2 + 0.7**2) / 2)
    # A removed option is read from other from that day on.
    asked = categorical_question("Moscow", Option("Beijing", removed_at=day(5)), "Other", days=10)
    held = {ANN: holding((0, Categorical(OPTIONS, (0.2, 0.5, 0.3))))}
    found = score_daily(asked, answered("Other", 10), held)[0]
    assert [line.score for line in found.receipt] == pytest.approx([0.39, 0.04])


@law
@given(everyone, answers)
def test_a_daily_receipt_adds_up_to_its_score(
    held: dict[ForecasterId, Timeline], answer: Resolution
) -> None:
    for found in score_daily(question(days=100), answer, held):
        zero = 0.25 if found.rule == "daily_brier" else 0.0
        gain = math.fsum((zero - x.score) * x.weight for x in found.receipt)
        assert gain == pytest.approx(found.skill_over_schedule)
        assert math.fsum(x.contribution for x in found.receipt) == pytest.approx(
            found.mean_while_active or 0.0
        )
        assert math.fsum(x.weight for x in found.receipt) == pytest.approx(found.coverage)
        assert 0.0 <= found.coverage <= found.attainable_coverage <= 1.0


@law
@given(
    st.lists(st.tuples(st.integers(0, 12), st.none() | probabilities), max_size=6),
    st.integers(0, 12),
    outcomes,
)
def test_midnight_acts_agree_with_continuous_time(
    acts: list[tuple[int, float | None]], known: int, outcome: Outcome
) -> None:
    held = {ANN: steps(*acts)}
    over_time = score_question(question(days=10), resolution(outcome, known), held)[0]
    assert over_time.rule == "brier"
    mean, coverage, skill = numbers(over_time)
    assert numbers(scored(held, outcome, known=known)["daily_brier", "ann"]) == (
        None if mean is None else pytest.approx(mean),
        pytest.approx(coverage),
        pytest.approx(skill),
    )


@law
@given(everyone, answers, moments)
def test_repeating_a_forecast_changes_no_daily_score(
    held: dict[ForecasterId, Timeline], answer: Resolution, again: float
) -> None:
    saying = {
        who: build_timeline([*own.steps, (day(again), own.at(day(again)))])
        for who, own in held.items()
    }
    before, after = (score_daily(question(days=100), answer, each) for each in (held, saying))
    for a, b in zip(before, after, strict=True):
        assert numbers(b) == (
            None if a.mean_while_active is None else pytest.approx(a.mean_while_active, abs=1e-9),
            a.coverage,
            pytest.approx(a.skill_over_schedule, abs=1e-9),
        )


@law
@given(everyone, outcomes, st.integers(0, 400), st.sampled_from([0, 1, 30]), probabilities)
def test_late_forecasts_change_no_daily_score(
    held: dict[ForecasterId, Timeline], outcome: Outcome, known: int, later: int, p: float
) -> None:
    answer, asked = resolution(outcome, known / 4), question(days=100)
    early = {
        who: build_timeline(s for s in own.steps if s[0] < day(known / 4))
        for who, own in held.items()
    }
    late = {
        who: build_timeline([*own.steps, (day(known / 4 + later), Binary(p))])
        for who, own in early.items()
    }
    assert score_daily(asked, answer, late) == score_daily(asked, answer, early)
