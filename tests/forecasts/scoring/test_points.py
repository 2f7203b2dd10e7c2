"""Points against each other: computed by hand, as published, and by law."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from statistics import geometric_mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.errors import InvalidProbability, InvalidTime
from forecasts.questions.question import ForecasterId, Option, Outcome, Question, Resolution
from forecasts.questions.timeline import Timeline, build_timeline
from forecasts.scoring import time_averages
from forecasts.scoring.points import average_peer_points, spot_times
from forecasts.scoring.rulebook import CURVE_FLOOR, RuleName
from forecasts.scoring.scores import Score
from forecasts.scoring.span_table import Timelines
from tests.forecasts.scored import score_points, score_question
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


everyone = st.dictionaries(
    st.sampled_from([ForecasterId(name) for name in ("ann", "bob", "cy")]), timelines
)
outcomes: st.SearchStrategy[Outcome] = st.sampled_from(["yes", "no"])
answers = st.builds(
    resolution, outcomes, known=st.integers(0, 480).map(lambda quarters: quarters / 4)
)


def at_once(masses: Sequence[float], *, halved: bool = False) -> list[float]:
    """Peer points of forecasters who all stand at one instant."""
    count = len(masses)
    start, end = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    return average_peer_points(np.arange(count), start, end, masses, halved=halved).tolist()


def over_time(*rows: tuple[int, int, int, float]) -> list[float]:
    """Peer points of forecasts given as (forecaster, start, end, probability)."""
    pair, start, end = (
        np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)
    )
    return average_peer_points(pair, start, end, [row[3] for row in rows]).tolist()


# At one instant


def test_peer_points_by_hand() -> None:
    # Who gave nine times as much gains what the other loses.
    assert at_once([0.9, 0.1]) == pytest.approx([100 * math.log(9), -100 * math.log(9)])
    # Who stands alone earns nothing.
    assert at_once([0.9]) == [0.0]
    assert at_once([]) == []
    # Each is held against the mean of the others.
    others = (math.log(0.5) + math.log(0.9)) / 2
    found = at_once([0.1, 0.5, 0.9])
    assert found[0] == pytest.approx(100 * (math.log(0.1) - others))
    assert found == pytest.approx([-190.333124488516, 51.082562376599064, 139.2505621119169])
    # Points of numbers and dates are halved.
    assert at_once([0.04, 0.01], halved=True)[0] == pytest.approx(50 * math.log(4))


@law
@given(st.lists(limited, min_size=2, max_size=6))
def test_points_are_log_ratios_to_the_geometric_mean(given_by: list[float]) -> None:
    middle, n = geometric_mean(given_by), len(given_by)
    assert at_once(given_by) == pytest.approx(
        [100 * n / (n - 1) * math.log(p / middle) for p in given_by], abs=1e-9
    )


@law
@given(st.floats(0.01, 0.99), limited, st.lists(limited, min_size=1, max_size=4))
def test_honest_reports_have_the_best_expected_points(
    believed: float, said: float, others: list[float]
) -> None:
    def expected(p: float) -> float:
        yes, no = [p, *others], [1 - p, *(1 - other for other in others)]
        return believed * at_once(yes)[0] + (1 - believed) * at_once(no)[0]

    assert expected(believed) >= expected(said) - 1e-9


@check_rows([0.0, -0.1, 1.1, math.nan])
def test_what_earns_minus_infinity_or_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(InvalidProbability):
        at_once([wrong, 0.5])


# Over time


def test_peer_points_over_time() -> None:
    # Joining late earns for the time that remains.
    assert over_time((0, 0, 10, 0.1), (1, 0, 10, 0.5), (2, 5, 10, 0.9)) == pytest.approx(
        [-175.638457865963, 106.01317681000455, 2 * 69.62528105595845]
    )
    # Who is alone for a while earns nothing then.
    found = over_time((0, 0, 10, 0.9), (1, 2, 4, 0.6), (1, 4, 6, 0.3))
    assert found == pytest.approx([20 * math.log(4.5), -100 * math.log(1.5), -100 * math.log(3)])
    # Forecasts that never stand earn nothing.
    assert over_time((0, 3, 3, 0.5), (1, 0, 10, 0.9)) == [0.0, 0.0]


def test_many_instants_are_compared_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    rows = [
        (person, int(start), int(start) + 3, float(p))
        for person in range(4)
        for start, p in zip(range(person, 90, 3), rng.uniform(0.1, 0.9, 40), strict=False)
    ]
    whole = over_time(*rows)
    monkeypatch.setattr(time_averages, "MAX_CELLS", 12)
    assert over_time(*rows) == pytest.approx(whole, abs=1e-9)


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
        asked,
        replace(resolution(outcome, known), answer=answer),
        held,
        spots=None if spot_at is None else (spot_at,),
    )
    return {(s.rule, s.forecaster_id): s for s in found}


def numbers(found: Score) -> tuple[float | None, float, float]:
    return found.mean_while_active, found.coverage, found.skill_over_schedule


def test_peer_scores_and_their_receipts() -> None:
    # Peer points of two timelines.
    found = scored({ANN: steps((0, 0.9)), BOB: steps((5, 0.6))})
    assert numbers(found["peer", "ann"]) == pytest.approx(
        (50 * math.log(1.5), 1.0, 50 * math.log(1.5))
    )
    assert numbers(found["peer", "bob"]) == pytest.approx(
        (-100 * math.log(1.5), 0.5, -50 * math.log(1.5))
    )
    # Scores come rule by rule and in the order of the forecasters.
    found = list(scored({BOB: steps((0, 0.9)), ANN: steps((5, 0.6))}))
    assert found == [(rule, who) for rule in RULES for who in ("bob", "ann")]
    # A peer receipt has a line for each forecast, with its mean points while it stood.
    found = scored({ANN: steps((-3, 0.9), (5, 0.8)), BOB: steps((4, 0.6), (6, None))}, known=8)
    lines = found["peer", "ann"].receipt
    assert [(x.start, x.end, x.forecast, x.weight) for x in lines] == [
        (day(0), day(5), Binary(0.9), 0.5),
        (day(5), day(8), Binary(0.8), pytest.approx(0.3)),
    ]
    points = [20 * math.log(1.5), 100 / 3 * math.log(4 / 3)]
    assert [x.score for x in lines] == pytest.approx(points)
    assert [x.contribution for x in lines] == pytest.approx([points[0] * 5 / 8, points[1] * 3 / 8])
    assert (found["peer", "ann"].coverage, found["peer", "ann"].attainable_coverage) == (0.8, 0.8)
    # Certainties cost and earn no more than a thousandth does.
    found = scored({ANN: steps((0, 1.0)), BOB: steps((0, 0.0))})
    assert found["peer", "ann"].skill_over_schedule == pytest.approx(100 * math.log(999))
    assert found["spot_baseline", "bob"].skill_over_schedule == pytest.approx(
        100 * (1 + math.log2(0.001))
    )


def test_spot_scores_at_one_instant() -> None:
    held = {ANN: steps((0, 0.2), (5, 0.9)), BOB: steps((0, 0.6), (9, 0.1)), CY: steps((6, 0.9))}
    found = scored(held, spot_at=day(5))
    assert numbers(found["spot_peer", "ann"]) == pytest.approx(
        (100 * math.log(1.5), 1.0, 100 * math.log(1.5))
    )
    assert numbers(found["spot_baseline", "bob"]) == pytest.approx(
        (100 * math.log2(1.2), 1.0, 100 * math.log2(1.2))
    )
    (line,) = found["spot_peer", "ann"].receipt
    assert (line.start, line.end, line.forecast, line.weight) == (day(5), day(10), Binary(0.9), 1.0)
    for rule in ("spot_baseline", "spot_peer"):
        assert numbers(found[rule, "cy"]) == (None, 0.0, 0.0)
        assert found[rule, "cy"].receipt == ()
        assert found[rule, "cy"].attainable_coverage == 1.0
    # A withdrawn forecast stands no longer at the instant of withdrawing.
    found = scored({ANN: steps((0, 0.2), (5, None)), BOB: steps((0, 0.6))}, spot_at=day(5))
    assert numbers(found["spot_peer", "ann"]) == (None, 0.0, 0.0)
    assert numbers(found["spot_peer", "bob"]) == (0.0, 1.0, 0.0)
    # A spot without a zone is refused.
    with pytest.raises(InvalidTime, match="no time zone"):
        scored({ANN: steps((0, 0.2))}, spot_at=datetime(2026, 1, 5))  # noqa: DTZ001


def test_spot_scores_are_means_over_four_instants() -> None:
    assert spot_times(question(days=16)) == (day(1), day(2), day(4), day(8))
    asked = question(days=16)
    held = {ANN: steps((0, 0.2), (3, 0.9)), BOB: steps((2, 0.6))}
    found = scored(held, asked=asked, known=16)
    ann, bob = found["spot_peer", "ann"], found["spot_peer", "bob"]
    mean = (100 * math.log(1 / 3) + 200 * math.log(1.5)) / 4
    assert numbers(ann) == pytest.approx((mean, 1.0, mean))
    assert numbers(bob) == pytest.approx((-mean * 4 / 3, 0.75, -mean))
    assert [line.weight for line in ann.receipt] == [0.5, 0.5]
    # An early answer leaves the instants before it.
    early = scored(held, asked=asked, known=4)
    assert numbers(early["spot_peer", "ann"]) == pytest.approx(
        (50 * math.log(1 / 3), 0.5, 25 * math.log(1 / 3))
    )
    assert early["spot_peer", "ann"].attainable_coverage == 0.5


@check_rows([0.5, 1.0])
def test_spot_points_need_an_open_answer(known: float) -> None:
    held = {ANN: steps((0, 0.2)), BOB: steps((0, 0.6))}
    found = scored(held, known=known, asked=question(days=16))
    for rule in ("spot_baseline", "spot_peer"):
        for who in ("ann", "bob"):
            assert numbers(found[rule, who]) == (None, 0.0, 0.0)
            assert found[rule, who].attainable_coverage == 0.0


@check_rows(["annulled", "ambiguous"])
def test_an_annulled_or_ambiguous_question_has_no_points(outcome: Outcome) -> None:
    assert scored({ANN: steps((0, 0.2))}, outcome) == {}


def test_nothing_to_score_gives_no_points() -> None:
    # Nobody is scored where nobody forecast.
    assert scored({}) == {}
    # An answer from before the opening leaves nothing to score.
    found = scored({ANN: steps((-5, 0.2))}, known=-3)
    for rule in RULES:
        assert numbers(found[rule, "ann"]) == (None, 0.0, 0.0)
        assert found[rule, "ann"].attainable_coverage == 0.0


def with_options(*options: Option) -> Question:
    names = tuple(option.name for option in options)
    even = Categorical(names, (1.0 / len(names),) * len(names))
    return replace(question(days=10), kind="categorical", options=options, prior=even)


def test_options_that_change_are_read_from_other() -> None:
    # An option added later is read from other.
    asked = with_options(Option("Moscow"), Option("Minsk", added_at=day(5)), Option("Other"))
    early = build_timeline([(day(0), Categorical(("Moscow", "Other"), (0.2, 0.8)))])
    late = build_timeline([(day(5), Categorical(("Moscow", "Minsk", "Other"), (0.2, 0.4, 0.4)))])
    found = scored({ANN: early, BOB: late}, "answered", asked=asked, answer="Minsk", spot_at=day(6))
    assert found["spot_peer", "ann"].skill_over_schedule == pytest.approx(100 * math.log(2))
    assert found["spot_baseline", "ann"].skill_over_schedule == pytest.approx(100 * math.log2(1.6))
    assert found["spot_baseline", "bob"].skill_over_schedule == pytest.approx(
        100 * math.log(1.2) / math.log(3)
    )
    # The mass of a removed option counts for other from then on.
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


def test_curves_are_compared_by_mass_and_halved() -> None:
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
def test_an_excluded_answer_costs_a_limited_amount(answer: str, least: float) -> None:
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
@given(everyone, answers, moments)
def test_repeating_a_forecast_changes_no_points(
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
def test_late_forecasts_change_no_points(
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
def test_constant_forecasts_score_alike_at_spot_and_over_time(
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
