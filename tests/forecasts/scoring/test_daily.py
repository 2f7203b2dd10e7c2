"""Scores on a daily grid: by hand, as published, and against the scores over continuous time."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.errors import InvalidForecast
from forecasts.questions.question import ForecasterId, Option, Outcome, Question, Resolution
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.daily import DailyBrier, daily_brier, list_midnights, score_daily
from forecasts.scoring.scores import Score, Timelines, score_question
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


def daily(*held: Timeline, until: float = 7, outcome: int = 1) -> list[DailyBrier]:
    return list(
        daily_brier(dict(enumerate(held)), outcome, opens_at=day(0), ends_at=day(until)).values()
    )


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
    assert list_midnights(day(0), day(3)) == (day(1), day(2), day(3))
    # A day that is not over does not count.
    assert list_midnights(day(0.5), day(2.9)) == (day(1), day(2))
    assert list_midnights(day(0.2), day(0.9)) == ()
    # A time before the opening has no days.
    assert list_midnights(day(5), day(1)) == ()
    # Midnight is that of utc whatever zone the times are written in.
    east = timezone(timedelta(hours=5))
    found = list_midnights(
        datetime(2026, 1, 1, 4, tzinfo=east), datetime(2026, 1, 2, 6, tzinfo=east)
    )
    assert found == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


# Daily and relative Brier scores


def test_published_examples_of_daily_scores() -> None:
    # Published example of three forecasters on the two sided scale.
    first, second, third = daily(
        steps((0, 0.9), (3, 0.95)), steps((0, 0.25), (2, 0.2)), steps((5, 0.99))
    )
    assert first.mean_daily_brier is not None
    assert 2 * first.mean_daily_brier == pytest.approx(0.0114, abs=1e-4)
    assert 2 * first.relative_brier == pytest.approx(-0.43, abs=1e-4)
    assert 2 * second.relative_brier == pytest.approx(0.7943, abs=1e-4)
    assert 2 * third.relative_brier == pytest.approx(-0.00137, abs=1e-4)
    assert (third.days, third.active_days) == (7, 2)
    # Published example of two forecasters whose last word of a day counts.
    george, kramer = daily(steps((0.5, 0.3), (2.5, 0.4)), steps((1.5, 0.6), (4.5, 0.7)))
    assert george.mean_daily_brier is not None
    assert kramer.mean_daily_brier is not None
    assert 2 * george.mean_daily_brier == pytest.approx(0.794285714)
    assert 2 * kramer.mean_daily_brier == pytest.approx(0.25)
    assert 2 * george.relative_brier == pytest.approx(0.22)
    assert 2 * kramer.relative_brier == pytest.approx(-0.22)
    assert (george.active_days, kramer.active_days) == (7, 6)


def test_which_forecast_speaks_for_a_day() -> None:
    # Withdrawing ends the days that count.
    (found,) = daily(steps((0, 0.6), (4.2, None)))
    assert (found.days, found.active_days, found.mean_daily_brier) == (7, 4, pytest.approx(0.16))
    # The last forecast before midnight speaks for the day.
    assert daily(steps((0, 0.6), (0.3, 0.1), (0.9, 0.8))) == daily(steps((0, 0.8)))
    # A forecast at midnight belongs to the new day.
    (found,) = daily(steps((0, 1.0), (1, 0.0)), until=2)
    assert found.mean_daily_brier == 0.5
    # A forecast of the closing day scores nothing.
    late, early = daily(steps((6.5, 0.99)), steps((0, 0.5)), until=6.9)
    assert late == DailyBrier(days=6, active_days=0, mean_daily_brier=None, relative_brier=0.0)
    assert early == DailyBrier(days=6, active_days=6, mean_daily_brier=0.25, relative_brier=0.0)
    # A question without a full day has no daily scores.
    assert daily(steps((0.1, 0.9)), until=0.7) == [DailyBrier(0, 0, None, 0.0)]
    # Nobody has no daily scores.
    assert daily() == []


def test_impossible_daily_input_is_refused() -> None:
    # A forecast of another kind is refused.
    with pytest.raises(InvalidForecast, match="binary"):
        daily(build_timeline([(day(0), Cdf((0.0, 1.0), (0.0, 1.0)))]))
    # An outcome that is neither yes nor no is refused.
    with pytest.raises(ValueError, match="0 or 1"):
        daily(steps((0, 0.5)), outcome=2)


@law
@given(everyone, st.integers(0, 30).map(lambda quarters: quarters / 4), st.sampled_from([0, 1]))
def test_relative_scores_stay_in_range(
    held: dict[ForecasterId, Timeline], until: float, outcome: int
) -> None:
    found = daily(*held.values(), until=until, outcome=outcome)
    assert all(-1.0 <= each.relative_brier <= 1.0 for each in found)
    assert all(each.active_days <= each.days for each in found)
    for own in held.values():
        assert daily(own, until=until, outcome=outcome)[0].relative_brier == 0.0


# As scores with receipts


def test_daily_scores_have_a_line_a_day() -> None:
    # Daily scores have a line a day.
    found = scored({ANN: steps((0.5, 0.9), (1.5, None)), BOB: steps((0, 0.5))}, known=3)
    (line,) = found["relative_brier", "ann"].receipt
    assert (line.start, line.end, line.forecast, line.weight) == (day(0), day(1), Binary(0.9), 0.1)
    assert (line.score, line.contribution) == pytest.approx((-0.12, -0.12))
    assert numbers(found["daily_brier", "ann"]) == pytest.approx((0.01, 0.1, 0.024))
    assert numbers(found["relative_brier", "ann"]) == pytest.approx((-0.12, 0.1, 0.012))
    assert numbers(found["relative_brier", "bob"]) == pytest.approx((0.12 / 3, 0.3, -0.012))
    assert len(found["daily_brier", "bob"].receipt) == 3
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
    assert [line.score for line in found.receipt] == pytest.approx([0.39] * 5 + [0.04] * 5)


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
@given(everyone, outcomes)
def test_relative_score_over_the_full_schedule(
    held: dict[ForecasterId, Timeline], outcome: Outcome
) -> None:
    plain = daily_brier(held, int(outcome == "yes"), opens_at=day(0), ends_at=day(100))
    found = {
        (s.rule, s.forecaster_id): s
        for s in score_daily(question(days=100), resolution(outcome, 100), held)
    }
    for who, each in plain.items():
        assert found["relative_brier", who].skill_over_schedule == pytest.approx(
            -each.relative_brier
        )
        assert (found["daily_brier", who].mean_while_active is None) == (
            each.mean_daily_brier is None
        )
        assert (found["daily_brier", who].mean_while_active or 0.0) == pytest.approx(
            each.mean_daily_brier or 0.0
        )


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
    asked = question(days=100)
    assert score_daily(asked, answer, saying) == score_daily(asked, answer, held)


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
