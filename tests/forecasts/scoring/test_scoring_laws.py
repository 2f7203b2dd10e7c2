"""What holds for every score of every kind: the rules are honest, and receipts say everything."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale, uniform_curve
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions.answers import Answer, get_answer
from forecasts.questions.question import ForecasterId, Question, Resolution, effective_close
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring.rulebook import (
    BUCKETS,
    QUANTILE_LEVELS,
    RULES,
    SOLO_RULES,
    RuleName,
    ignorance_forecast,
    rule_gains,
    rule_values,
)
from forecasts.scoring.scores import Score, recompute_score
from forecasts.scoring.span_table import standing_spans
from tests.forecasts.scored import score_question
from tests.forecasts.strategies import (
    ANN,
    KINDS,
    categoricals,
    cdfs,
    day,
    distributions,
    law,
    moments,
    question,
    resolution,
    steps,
    timelines_on,
    worlds,
)

World = tuple[Question, Resolution, Timeline]


def scored(asked: Question, said: Resolution, held: Timeline) -> tuple[Score, ...]:
    return score_question(asked, said, {ANN: held})


def totals(asked: Question, said: Resolution, held: Timeline) -> list[float]:
    """Every number of every score but the receipts, one after the other."""
    return [
        number
        for s in scored(asked, said, held)
        for number in (
            s.mean_while_active or 0.0,
            s.coverage,
            s.attainable_coverage,
            s.skill_over_schedule,
        )
    ]


# Honesty

# On a log scale a curve is linear in one sense between its knots and scored in another: the law
# holds to their width.
HONEST = [q for q in KINDS if q.scale is None or q.scale.zero_point is None]
PROPER = [rule for rule in SOLO_RULES if RULES[rule].is_proper]
RULES_OF = [(q, rule) for q in HONEST for rule in PROPER if q.kind in RULES[rule].kinds]


def inside(asked: Question) -> st.SearchStrategy[Distribution]:
    """Reports to which no clip and no floor applies."""
    if asked.kind == "binary":
        return st.floats(0.001, 0.999).map(Binary)
    if asked.scale is not None:
        return cdfs(asked.scale).map(lambda curve: _mixed_curve(curve, uniform_curve(asked.scale)))  # type: ignore[arg-type]
    return categoricals([option.name for option in asked.options]).map(_mixed)


def _mixed(held: Categorical) -> Categorical:
    return replace(held, p=tuple(0.99 * p + 0.01 / len(held.p) for p in held.p))


def _mixed_curve(held: Cdf, even: Cdf) -> Cdf:
    return Cdf(
        held.x, tuple(0.95 * p + 0.05 * even.at(x) for x, p in zip(held.x, held.p, strict=True))
    )


def possible(
    rule: RuleName, asked: Question, believed: Distribution, said: Distribution
) -> Iterator[tuple[Answer, float]]:
    """Answers with their probabilities if the belief is right, so dense that every sum over them is
    exact.
    """
    if isinstance(believed, Binary):
        yield from ((1, believed.p), (0, 1.0 - believed.p))
    elif isinstance(believed, Categorical):
        yield from zip(believed.options, believed.p, strict=True)
    else:
        assert isinstance(said, Cdf)
        assert asked.scale is not None
        yield from ((-math.inf, believed.below), (math.inf, believed.above))
        nodes, weights = np.polynomial.legendre.leggauss(
            2
        )  # scores are parabolas between these breaks
        breaks = np.unique([*believed.x, *said.x, *_breaks(rule, asked.scale, believed, said)])
        for low, high in zip(breaks[:-1].tolist(), breaks[1:].tolist(), strict=True):
            mass = believed.at(high) - believed.at(low)
            for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
                yield low + (high - low) * (1 + node) / 2, mass * weight / 2


def _breaks(rule: RuleName, scale: Scale, *curves: Cdf) -> list[float]:
    if rule == "baseline":
        edges: list[float] = scale.values(np.arange(1, BUCKETS) / BUCKETS).tolist()
        return edges
    return [
        v
        for curve in curves
        for level in QUANTILE_LEVELS
        if (v := curve.quantile(level)) is not None
    ]


def expected_cost(
    rule: RuleName, asked: Question, believed: Distribution, said: Distribution
) -> float:
    """How much worse a report is to be expected to score than the belief, if the belief is
    right.
    """
    total = 0.0
    for happened, chance in possible(rule, asked, believed, said):
        honest, other = rule_values(rule, asked, happened, [believed, said]).tolist()
        total += chance * (other - honest if RULES[rule].better == "lower" else honest - other)
    return total


reports = st.sampled_from(RULES_OF).flatmap(
    lambda pair: st.tuples(st.just(pair[0]), st.just(pair[1]), inside(pair[0]), inside(pair[0]))
)


@law
@given(reports)
def test_honest_reports_have_the_best_expected_score(
    drawn: tuple[Question, RuleName, Distribution, Distribution],
) -> None:
    asked, rule, believed, said = drawn
    cost = expected_cost(rule, asked, believed, said)
    assert cost >= -1e-9
    distance = squared_distance(asked, believed, said)
    if rule in ("brier", "crps"):
        assert cost == pytest.approx(distance, abs=1e-9)
    elif rule in ("log", "spherical", "ranked") and distance > 1e-4:
        assert cost > 0.0


def squared_distance(asked: Question, one: Distribution, other: Distribution) -> float:
    """What the Brier score, and for curves the CRPS, makes a false report cost."""
    if isinstance(one, Binary) and isinstance(other, Binary):
        return (one.p - other.p) ** 2
    if isinstance(one, Categorical) and isinstance(other, Categorical):
        return sum((a - b) ** 2 for a, b in zip(one.p, other.p, strict=True)) / 2
    x = np.unique([*one.x, *other.x])
    gap = np.array([one.at(v) - other.at(v) for v in x.tolist()])
    squares = (gap[:-1] ** 2 + gap[:-1] * gap[1:] + gap[1:] ** 2) / 3
    return float((squares * np.diff(x)).sum() / asked.scale.span)


def expected_scores(first_day: float) -> tuple[float, float]:
    """Mean while active and skill to expect where an event comes on day 1 of 10 with 50 %, or
    never.

    The forecaster says `first_day` until then and 0 once the event has not come, which is the
    truth.
    """
    held, asked = steps((0, first_day), (1, 0.0)), question(days=10)
    came, *_ = scored(asked, resolution("yes", known=1), held)
    never, *_ = scored(asked, resolution("no", known=10), held)
    assert came.mean_while_active is not None
    assert never.mean_while_active is not None
    mean = (came.mean_while_active + never.mean_while_active) / 2
    return mean, (came.skill_over_schedule + never.skill_over_schedule) / 2


def test_honesty_is_best_by_skill_over_schedule() -> None:
    # Honest beats gaming by skill over schedule and not by the mean while active.
    honest, gaming = expected_scores(0.5), expected_scores(0.91)
    assert gaming[0] < honest[0]  # lower is better: the mean rewards exaggeration
    assert honest[1] > gaming[1]
    # The best report is the truth by skill and far from it by the mean.
    said = [n / 100 for n in range(101)]
    assert max(said, key=lambda p: expected_scores(p)[1]) == 0.5
    assert min(said, key=lambda p: expected_scores(p)[0]) == 0.91  # 10/11


# Receipts


@law
@given(worlds)
def test_a_receipt_recomputes_to_its_score_to_the_last_bit(world: World) -> None:
    asked, said, held = world
    for found in scored(asked, said, held):
        assert recompute_score(asked, said, found) == found


@law
@given(worlds, st.sampled_from(["start", "end", "weight", "score", "contribution"]), st.data())
def test_a_receipt_with_anything_changed_no_longer_gives_its_score(
    world: World, what: str, data: st.DataObject
) -> None:
    asked, said, held = world
    for honest in scored(asked, said, held):
        if honest.receipt:
            place = data.draw(st.integers(0, len(honest.receipt) - 1))
            line = honest.receipt[place]
            old = getattr(line, what)
            new = old + (
                timedelta(microseconds=1 if what == "start" else -1)
                if what in ("start", "end")
                else 1e-9
            )
            forged = (
                *honest.receipt[:place],
                replace(line, **{what: new}),
                *honest.receipt[place + 1 :],
            )
            wrong = replace(honest, receipt=forged)
            assert recompute_score(asked, said, wrong) != wrong


@law
@given(worlds)
def test_a_receipt_adds_up_to_its_score(world: World) -> None:
    asked, said, held = world
    happened = get_answer(asked, said)
    assert happened is not None
    for found in scored(asked, said, held):
        lines = found.receipt
        assert math.fsum(line.weight for line in lines) == pytest.approx(found.coverage)
        assert math.fsum(line.contribution for line in lines) == pytest.approx(
            found.mean_while_active or 0.0
        )
        zero = float(rule_values(found.rule, asked, happened, [ignorance_forecast(asked)])[0])
        gained = rule_gains(found.rule, np.array([line.score for line in lines]), zero)
        whole = math.fsum(gained * np.array([line.weight for line in lines]))
        assert whole == pytest.approx(found.skill_over_schedule, abs=1e-9)
        assert 0.0 <= found.coverage <= found.attainable_coverage <= 1.0
        assert (found.mean_while_active is None) == (not lines) == (found.coverage == 0.0)


@law
@given(worlds)
def test_a_receipt_scores_each_span_by_itself(world: World) -> None:
    asked, said, held = world
    happened = get_answer(asked, said)
    assert happened is not None
    spans = standing_spans(asked, said, held)
    for found in scored(asked, said, held):
        assert [(i.start, i.end, i.forecast) for i in found.receipt] == [
            (s.start, s.end, s.distribution) for s in spans
        ]
        for line in found.receipt:
            assert line.score == float(rule_values(found.rule, asked, happened, [line.forecast])[0])


# Time


@law
@given(worlds, moments)
def test_repeating_a_forecast_changes_no_number(world: World, again: float) -> None:
    asked, said, held = world
    reaffirmed = build_timeline([*held.steps, (day(again), held.at(day(again)))])
    assert totals(asked, said, reaffirmed) == pytest.approx(totals(asked, said, held), abs=1e-9)


@law
@given(worlds, st.integers(0, 400), st.data())
def test_what_is_said_when_the_answer_is_known_changes_nothing(
    world: World, later: int, data: st.DataObject
) -> None:
    asked, said, held = world
    close = effective_close(asked, said)
    early = build_timeline([step for step in held.steps if step[0] < close])
    late = build_timeline(
        [*early.steps, (close + timedelta(hours=6 * later), data.draw(distributions(asked)))]
    )
    assert scored(asked, said, late) == scored(asked, said, early) == scored(asked, said, held)


@law
@given(worlds)
def test_what_was_said_before_the_opening_counts_from_the_opening(world: World) -> None:
    asked, said, held = world
    at_opening = [(asked.opens_at, held.at(asked.opens_at))]
    later = [step for step in held.steps if step[0] > asked.opens_at]
    assert scored(asked, said, build_timeline(at_opening + later)) == scored(asked, said, held)


# Forecasters


@law
@given(worlds, st.data())
def test_everyone_scores_as_if_alone_and_equal_forecasts_score_equally(
    world: World, data: st.DataObject
) -> None:
    asked, said, held = world
    others = data.draw(st.lists(timelines_on(asked), max_size=3))
    everyone = {ForecasterId(f"f{n}"): line for n, line in enumerate([held, *others, held])}
    together = score_question(asked, said, everyone)
    for who, line in everyone.items():
        own = [s for s in together if s.forecaster_id == who]
        assert own == list(score_question(asked, said, {who: line}))
    first, *_, last = ([s for s in together if s.forecaster_id == who] for who in everyone)
    assert [replace(s, forecaster_id=ANN) for s in first] == [
        replace(s, forecaster_id=ANN) for s in last
    ]
