"""Points against each other: computed by hand, as published, and by law."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.aggregation.pooling import geometric_mean
from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.errors import InvalidForecast, InvalidProbability, InvalidTime
from forecasts.questions.question import ForecasterId, Option, Outcome, Question, Resolution
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.points import (
    HeldForecast,
    PeerPoints,
    peer_points,
    peer_points_at,
    read_mass,
    score_points,
    spot_time,
)
from forecasts.scoring.rulebook import CURVE_FLOOR, RuleName
from forecasts.scoring.scores import Score, Timelines, score_question
from tests.forecasts.strategies import (
    day,
    law,
    moments,
    probabilities,
    question,
    resolution,
    steps,
    timelines,
)
from tests.tables import check_rows

RULES: tuple[RuleName, ...] = ("peer", "spot_baseline", "spot_peer")
limited = st.floats(0.001, 0.999)
days = st.integers(0, 60).map(lambda quarters: quarters / 4)


@st.composite
def stretches(draw: st.DrawFn) -> list[HeldForecast]:
    """Stretches of one forecaster within 15 days, in order, with gaps here and there."""
    times = sorted(draw(st.lists(days, max_size=8, unique=True)))
    return [
        HeldForecast(a, b, draw(limited)) for a, b in zip(times[::2], times[1::2], strict=False)
    ]


several = st.dictionaries(st.sampled_from(["ann", "bob", "cy", "dee"]), stretches())
everyone = st.dictionaries(
    st.sampled_from([ForecasterId(name) for name in ("ann", "bob", "cy")]), timelines
)
outcomes: st.SearchStrategy[Outcome] = st.sampled_from(["yes", "no"])
answers = st.builds(
    resolution, outcomes, known=st.integers(0, 480).map(lambda quarters: quarters / 4)
)


def totals(found: Mapping[str, PeerPoints]) -> dict[str, tuple[float, float]]:
    return {name: (each.points, each.coverage) for name, each in found.items()}


# At one instant


def test_who_gave_nine_times_as_much_gains_what_the_other_loses() -> None:
    assert peer_points_at({"ann": 0.9, "bob": 0.1}) == pytest.approx(
        {"ann": 100 * math.log(9), "bob": -100 * math.log(9)}
    )


def test_who_stands_alone_earns_nothing() -> None:
    assert peer_points_at({"ann": 0.9}) == {"ann": 0.0}
    assert peer_points_at({}) == {}


def test_each_is_held_against_the_mean_of_the_others() -> None:
    others = (math.log(0.5) + math.log(0.9)) / 2
    found = peer_points_at({"ann": 0.1, "bob": 0.5, "cy": 0.9})
    assert found["ann"] == pytest.approx(100 * (math.log(0.1) - others))
    assert found == pytest.approx(
        {"ann": -190.333124488516, "bob": 51.082562376599064, "cy": 139.2505621119169}
    )


def test_points_of_numbers_and_dates_are_halved() -> None:
    assert peer_points_at({"ann": 0.04, "bob": 0.01}, halved=True)["ann"] == pytest.approx(
        50 * math.log(4)
    )


@law
@given(st.lists(limited, min_size=2, max_size=6))
def test_points_are_the_log_ratio_to_the_geometric_mean_of_all(given_by: list[float]) -> None:
    middle, n = float(geometric_mean([[p] for p in given_by])[0]), len(given_by)
    found = peer_points_at(dict(enumerate(given_by)))
    for number, p in enumerate(given_by):
        assert found[number] == pytest.approx(100 * n / (n - 1) * math.log(p / middle), abs=1e-9)


@law
@given(st.floats(0.01, 0.99), limited, st.lists(limited, min_size=1, max_size=4))
def test_nobody_expects_more_points_from_saying_what_they_do_not_believe(
    believed: float, said: float, others: list[float]
) -> None:
    def expected(p: float) -> float:
        yes, no = (
            dict(enumerate([p, *others])),
            dict(enumerate([1 - p, *(1 - other for other in others)])),
        )
        return believed * peer_points_at(yes)[0] + (1 - believed) * peer_points_at(no)[0]

    assert expected(believed) >= expected(said) - 1e-9


@check_rows([0.0, -0.1, 1.1, math.nan])
def test_what_earns_minus_infinity_or_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(InvalidProbability):
        peer_points_at({"ann": wrong, "bob": 0.5})
    with pytest.raises(InvalidProbability):
        HeldForecast(0.0, 1.0, wrong)


# Masses by bucket


def test_an_option_that_was_not_offered_is_read_from_the_last_one() -> None:
    assert [read_mass([0.2, 0.3, None, 0.5], bucket) for bucket in range(4)] == [0.2, 0.3, 0.5, 0.5]


def test_a_mass_of_zero_is_a_mass_and_not_missing() -> None:
    assert read_mass([0.0, 1.0], 0) == 0.0


@check_rows([-1, 2])
def test_a_bucket_that_is_not_there_is_refused(bucket: int) -> None:
    with pytest.raises(InvalidForecast, match="no bucket"):
        read_mass([0.5, 0.5], bucket)


def test_a_last_option_without_mass_is_refused_where_another_is_to_be_read_from_it() -> None:
    with pytest.raises(InvalidForecast, match="last option"):
        read_mass([1.0, None, None], 1)


# Over time


def test_joining_late_earns_for_the_time_that_remains() -> None:
    found = peer_points(
        {
            "a": [HeldForecast(0, 10, 0.1)],
            "b": [HeldForecast(0, 10, 0.5)],
            "c": [HeldForecast(5, 10, 0.9)],
        },
        10,
    )
    assert totals(found) == {
        "a": pytest.approx((-175.638457865963, 1.0)),
        "b": pytest.approx((106.01317681000455, 1.0)),
        "c": pytest.approx((69.62528105595845, 0.5)),
    }


def test_time_after_an_early_answer_counts_as_nothing() -> None:
    found = peer_points({"ann": [HeldForecast(0, 3, 0.9)], "bob": [HeldForecast(0, 3, 0.6)]}, 10)
    assert totals(found)["ann"] == pytest.approx((0.3 * 100 * math.log(1.5), 0.3))


def test_coverage_ends_when_the_last_forecaster_withdraws() -> None:
    found = peer_points({"ann": [HeldForecast(0, 3, 0.5)], "bob": [HeldForecast(0, 7, 0.5)]}, 10)
    assert totals(found) == {"ann": (0.0, 0.3), "bob": (0.0, 0.7)}


def test_a_line_ends_whenever_anybody_changes() -> None:
    found = peer_points(
        {
            "ann": [HeldForecast(0, 10, 0.9)],
            "bob": [HeldForecast(2, 4, 0.6), HeldForecast(4, 6, 0.3)],
        },
        10,
    )
    assert [(x.start, x.end, x.stretch, x.weight) for x in found["ann"].lines] == [
        (0, 2, 0, 0.2),
        (2, 4, 0, 0.2),
        (4, 6, 0, 0.2),
        (6, 10, 0, 0.4),
    ]
    assert [x.points for x in found["ann"].lines] == pytest.approx(
        [0, 100 * math.log(1.5), 100 * math.log(3), 0]
    )
    assert [x.stretch for x in found["bob"].lines] == [0, 1]


def test_stretches_without_length_count_nothing() -> None:
    found = peer_points(
        {
            "ann": [HeldForecast(4, 4, 0.1), HeldForecast(5, 3, 0.1), HeldForecast(5, 10, 0.9)],
            "bob": [HeldForecast(7, 7, 0.2)],
        },
        10,
    )
    assert totals(found) == {"ann": (0.0, 0.5), "bob": (0.0, 0.0)}
    assert [line.stretch for line in found["ann"].lines] == [2]


def test_nobody_has_no_points() -> None:
    assert peer_points({}, 10) == {}


@check_rows(
    [
        ([HeldForecast(0, 5, 0.5), HeldForecast(4, 6, 0.5)], 10, "one forecast at a time"),
        ([HeldForecast(4, 6, 0.5), HeldForecast(0, 2, 0.5)], 10, "one forecast at a time"),
        ([HeldForecast(0, math.inf, 0.5)], 10, "start and an end"),
        ([HeldForecast(0, 5, 0.5)], 0, "scheduled length"),
        ([HeldForecast(0, 5, 0.5)], math.inf, "scheduled length"),
        ([HeldForecast(0, 5, 0.5)], math.nan, "scheduled length"),
    ]
)
def test_times_that_cannot_be_are_refused(
    stood: list[HeldForecast], scheduled: float, why: str
) -> None:
    with pytest.raises(InvalidTime, match=why):
        peer_points({"ann": stood}, scheduled)


@law
@given(several, st.booleans())
def test_points_add_up_to_zero_over_forecasters(
    stood: dict[str, list[HeldForecast]], halved: bool
) -> None:
    found = peer_points(stood, 15, halved=halved)
    assert math.fsum(each.points for each in found.values()) == pytest.approx(0.0, abs=1e-9)
    at_once: dict[float, list[float]] = {}
    for each in found.values():
        for line in each.lines:
            at_once.setdefault(line.start, []).append(line.points)
    assert all(math.fsum(points) == pytest.approx(0.0, abs=1e-9) for points in at_once.values())


@law
@given(several, st.floats(0.1, 0.9))
def test_splitting_every_stretch_changes_nothing(
    stood: dict[str, list[HeldForecast]], share: float
) -> None:
    def halves(s: HeldForecast) -> list[HeldForecast]:
        middle = s.start + share * (s.end - s.start)
        return [HeldForecast(s.start, middle, s.p), HeldForecast(middle, s.end, s.p)]

    split = {name: [half for s in own for half in halves(s)] for name, own in stood.items()}
    before, after = totals(peer_points(stood, 15)), totals(peer_points(split, 15))
    assert {name: pytest.approx(each, abs=1e-9) for name, each in before.items()} == after


@law
@given(several, st.sampled_from([2.0, 24.0, 86_400_000_000.0]))
def test_the_unit_of_time_does_not_matter(
    stood: dict[str, list[HeldForecast]], unit: float
) -> None:
    other = {
        name: [HeldForecast(s.start * unit, s.end * unit, s.p) for s in own]
        for name, own in stood.items()
    }
    before, after = totals(peer_points(stood, 15)), totals(peer_points(other, 15 * unit))
    assert {name: pytest.approx(each, abs=1e-9) for name, each in before.items()} == after


# Of questions

ANN, BOB, CY = (ForecasterId(name) for name in ("ann", "bob", "cy"))


def scored(
    held: Timelines,
    outcome: Outcome = "yes",
    *,
    known: float = 10,
    asked: Question | None = None,
    spot_at: datetime | None = None,
    answer: str = "",
) -> dict[tuple[str, str], Score]:
    asked = question(days=10) if asked is None else asked
    found = score_points(
        asked, replace(resolution(outcome, known), answer=answer), held, spot_at=spot_at
    )
    return {(s.rule, s.forecaster_id): s for s in found}


def numbers(found: Score) -> tuple[float | None, float, float]:
    return found.mean_while_active, found.coverage, found.skill_over_schedule


def test_peer_points_of_two_timelines() -> None:
    found = scored({ANN: steps((0, 0.9)), BOB: steps((5, 0.6))})
    assert numbers(found["peer", "ann"]) == pytest.approx(
        (50 * math.log(1.5), 1.0, 50 * math.log(1.5))
    )
    assert numbers(found["peer", "bob"]) == pytest.approx(
        (-100 * math.log(1.5), 0.5, -50 * math.log(1.5))
    )


def test_scores_come_rule_by_rule_and_in_the_order_of_the_forecasters() -> None:
    found = list(scored({BOB: steps((0, 0.9)), ANN: steps((5, 0.6))}))
    assert found == [(rule, who) for rule in RULES for who in ("bob", "ann")]


def test_a_peer_receipt_has_a_line_whenever_anybody_changed() -> None:
    found = scored({ANN: steps((-3, 0.9)), BOB: steps((4, 0.6), (6, None))}, known=8)
    lines = found["peer", "ann"].receipt
    assert [(x.start, x.end, x.forecast, x.weight) for x in lines] == [
        (day(0), day(4), Binary(0.9), 0.4),
        (day(4), day(6), Binary(0.9), 0.2),
        (day(6), day(8), Binary(0.9), 0.2),
    ]
    assert [x.score for x in lines] == pytest.approx([0, 100 * math.log(1.5), 0])
    assert [x.contribution for x in lines] == pytest.approx([0, 25 * math.log(1.5), 0])
    assert (found["peer", "ann"].coverage, found["peer", "ann"].attainable_coverage) == (0.8, 0.8)


def test_certainties_cost_and_earn_no_more_than_a_thousandth_does() -> None:
    found = scored({ANN: steps((0, 1.0)), BOB: steps((0, 0.0))})
    assert found["peer", "ann"].skill_over_schedule == pytest.approx(100 * math.log(999))
    assert found["spot_baseline", "bob"].skill_over_schedule == pytest.approx(
        100 * (1 + math.log2(0.001))
    )


def test_a_spot_is_one_instant_in_the_middle_of_the_schedule() -> None:
    found = scored(
        {ANN: steps((0, 0.2), (5, 0.9)), BOB: steps((0, 0.6), (9, 0.1)), CY: steps((6, 0.9))}
    )
    assert spot_time(question(days=10)) == day(5)
    assert numbers(found["spot_peer", "ann"]) == pytest.approx(
        (100 * math.log(1.5), 1.0, 100 * math.log(1.5))
    )
    assert numbers(found["spot_baseline", "bob"]) == pytest.approx(
        (100 * math.log2(1.2), 1.0, 100 * math.log2(1.2))
    )
    (line,) = found["spot_peer", "ann"].receipt
    assert (line.start, line.end, line.forecast, line.weight) == (day(5), day(5), Binary(0.9), 1.0)
    for rule in ("spot_baseline", "spot_peer"):
        assert numbers(found[rule, "cy"]) == (None, 0.0, 0.0)
        assert found[rule, "cy"].receipt == ()
        assert found[rule, "cy"].attainable_coverage == 1.0


def test_another_spot_can_be_chosen() -> None:
    held = {ANN: steps((0, 0.2), (5, 0.9)), BOB: steps((0, 0.6), (9, 0.1))}
    assert scored(held, spot_at=day(9))["spot_peer", "ann"].skill_over_schedule == pytest.approx(
        100 * math.log(9)
    )


def test_a_withdrawn_forecast_stands_no_longer_at_the_instant_of_withdrawing() -> None:
    found = scored({ANN: steps((0, 0.2), (5, None)), BOB: steps((0, 0.6))})
    assert numbers(found["spot_peer", "ann"]) == (None, 0.0, 0.0)
    assert numbers(found["spot_peer", "bob"]) == (0.0, 1.0, 0.0)


@check_rows([4.0, 5.0])
def test_nobody_has_spot_points_when_the_answer_was_known_by_then(known: float) -> None:
    found = scored({ANN: steps((0, 0.2)), BOB: steps((0, 0.6))}, known=known)
    for rule in ("spot_baseline", "spot_peer"):
        for who in ("ann", "bob"):
            assert numbers(found[rule, who]) == (None, 0.0, 0.0)
            assert found[rule, who].attainable_coverage == 0.0


def test_a_spot_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidTime, match="no time zone"):
        scored({ANN: steps((0, 0.2))}, spot_at=datetime(2026, 1, 5))  # noqa: DTZ001


@check_rows(["annulled", "ambiguous"])
def test_an_annulled_or_ambiguous_question_has_no_points(outcome: Outcome) -> None:
    assert scored({ANN: steps((0, 0.2))}, outcome) == {}


def test_nobody_is_scored_where_nobody_forecast() -> None:
    assert scored({}) == {}


def test_an_answer_from_before_the_opening_leaves_nothing_to_score() -> None:
    found = scored({ANN: steps((-5, 0.2))}, known=-3)
    for rule in RULES:
        assert numbers(found[rule, "ann"]) == (None, 0.0, 0.0)
        assert found[rule, "ann"].attainable_coverage == 0.0


def with_options(*options: Option) -> Question:
    names = tuple(option.name for option in options)
    even = Categorical(names, (1.0 / len(names),) * len(names))
    return replace(question(days=10), kind="categorical", options=options, prior=even)


def test_an_option_added_later_is_read_from_other() -> None:
    asked = with_options(Option("Moscow"), Option("Minsk", added_at=day(5)), Option("Other"))
    early = build_timeline([(day(0), Categorical(("Moscow", "Other"), (0.2, 0.8)))])
    late = build_timeline([(day(5), Categorical(("Moscow", "Minsk", "Other"), (0.2, 0.4, 0.4)))])
    found = scored({ANN: early, BOB: late}, "answered", asked=asked, answer="Minsk", spot_at=day(6))
    assert found["spot_peer", "ann"].skill_over_schedule == pytest.approx(100 * math.log(2))
    assert found["spot_baseline", "ann"].skill_over_schedule == pytest.approx(100 * math.log2(1.6))
    assert found["spot_baseline", "bob"].skill_over_schedule == pytest.approx(
        100 * math.log(1.2) / math.log(3)
    )


def test_the_mass_of_a_removed_option_counts_for_other_from_then_on() -> None:
    asked = with_options(Option("Moscow"), Option("Minsk", removed_at=day(5)), Option("Other"))
    both = Categorical(("Moscow", "Minsk", "Other"), (0.2, 0.4, 0.4))
    found = scored(
        {
            ANN: build_timeline([(day(0), both)]),
            BOB: build_timeline([(day(0), Categorical(("Moscow", "Other"), (0.6, 0.4)))]),
        },
        "answered",
        asked=asked,
        answer="Other",
    )
    assert [x.score for x in found["peer", "ann"].receipt] == pytest.approx(
        [0.0, 100 * math.log(2)]
    )


def numeric(scale: Scale) -> Question:
    flat = Cdf((scale.lower, scale.upper), (0.05 * scale.open_lower, 1 - 0.05 * scale.open_upper))
    return replace(question(days=10), kind="numeric", scale=scale, prior=flat)


def test_a_curve_is_held_against_others_by_the_mass_near_the_answer_and_halved() -> None:
    wide, narrow = (
        Cdf((0.0, 200.0), (0.0, 1.0)),
        Cdf((0.0, 100.0, 104.0, 200.0), (0.0, 0.1, 0.9, 1.0)),
    )
    held = {ANN: build_timeline([(day(0), wide)]), BOB: build_timeline([(day(0), narrow)])}
    found = scored(held, "answered", asked=numeric(Scale(0.0, 200.0)), answer="102.5")
    assert found["peer", "bob"].skill_over_schedule == pytest.approx(50 * math.log(0.2 / 0.005))
    assert found["spot_baseline", "bob"].skill_over_schedule == pytest.approx(
        50 * math.log(0.2 / 0.005)
    )
    assert found["spot_baseline", "ann"].skill_over_schedule == pytest.approx(0.0, abs=1e-9)


@check_rows([("150", CURVE_FLOOR), ("above", 0.001), ("below", 0.001)])
def test_a_curve_that_excluded_the_answer_loses_much_and_not_everything(
    answer: str, least: float
) -> None:
    asked = numeric(Scale(0.0, 200.0, open_lower=True, open_upper=True))
    sure = Cdf((0.0, 1.0, 2.0, 200.0), (0.0, 0.0, 1.0, 1.0))
    found = scored({ANN: build_timeline([(day(0), sure)])}, "answered", asked=asked, answer=answer)
    even = 0.9 / 200 if answer == "150" else 0.05
    assert found["spot_baseline", "ann"].skill_over_schedule == pytest.approx(
        50 * math.log(least / even)
    )


# Laws of scores with receipts


@law
@given(everyone, answers)
def test_a_receipt_adds_up_to_its_score(
    held: dict[ForecasterId, Timeline], answer: Resolution
) -> None:
    for found in score_points(question(days=100), answer, held):
        assert math.fsum(x.score * x.weight for x in found.receipt) == pytest.approx(
            found.skill_over_schedule
        )
        assert math.fsum(x.contribution for x in found.receipt) == pytest.approx(
            found.mean_while_active or 0.0
        )
        assert math.fsum(x.weight for x in found.receipt) == pytest.approx(found.coverage)
        assert 0.0 <= found.coverage <= found.attainable_coverage <= 1.0
        assert (found.mean_while_active is None) == (found.receipt == ())


@law
@given(everyone, answers)
def test_peer_and_spot_peer_points_add_up_to_zero(
    held: dict[ForecasterId, Timeline], answer: Resolution
) -> None:
    found = score_points(question(days=100), answer, held)
    for rule in ("peer", "spot_peer"):
        assert math.fsum(s.skill_over_schedule for s in found if s.rule == rule) == pytest.approx(
            0.0, abs=1e-9
        )


@law
@given(everyone, answers, moments)
def test_saying_again_what_stands_changes_no_points(
    held: dict[ForecasterId, Timeline], answer: Resolution, again: float
) -> None:
    saying = {
        who: build_timeline([*own.steps, (day(again), own.at(day(again)))])
        for who, own in held.items()
    }
    before, after = (score_points(question(days=100), answer, each) for each in (held, saying))
    for a, b in zip(before, after, strict=True):
        assert numbers(b) == (
            None if a.mean_while_active is None else pytest.approx(a.mean_while_active, abs=1e-9),
            pytest.approx(a.coverage),
            pytest.approx(a.skill_over_schedule, abs=1e-9),
        )


@law
@given(everyone, outcomes, st.integers(1, 100), st.sampled_from([0, 1, 30]), probabilities)
def test_what_is_said_after_the_answer_was_known_changes_nothing(
    held: dict[ForecasterId, Timeline], outcome: Outcome, known: int, later: int, p: float
) -> None:
    answer = resolution(outcome, known)
    early = {
        who: build_timeline(s for s in own.steps if s[0] < day(known)) for who, own in held.items()
    }
    late = {
        who: build_timeline([*own.steps, (day(known + later), Binary(p))])
        for who, own in early.items()
    }
    assert score_points(question(days=100), answer, late) == score_points(
        question(days=100), answer, early
    )


@law
@given(st.lists(probabilities, min_size=1, max_size=4), outcomes)
def test_what_never_changes_has_the_same_points_at_the_spot_as_over_time(
    said: Sequence[float], outcome: Outcome
) -> None:
    held = {ForecasterId(str(number)): steps((0, p)) for number, p in enumerate(said)}
    found = scored(held, outcome)
    alone = {
        s.forecaster_id: s
        for s in score_question(question(days=10), resolution(outcome, 10), held)
        if s.rule == "baseline"
    }
    for who in held:
        assert numbers(found["spot_peer", who]) == pytest.approx(numbers(found["peer", who]))
        assert numbers(found["spot_baseline", who]) == pytest.approx(numbers(alone[who]))
