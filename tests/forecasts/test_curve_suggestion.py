"""Suggested distributions of numbers and dates: laws of the tilt, of time passed and of lines."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.curve_builders import cut_past, largest_gap, tilt_curve
from forecasts.distributions.probability import logit
from forecasts.errors import InvalidForecast
from forecasts.evidence.evidence import Direction, Evidence, Strength
from forecasts.questions.question import Question
from forecasts.suggestion.binary import SuggestionModel, suggest
from forecasts.suggestion.curves import suggest_curve
from tests.forecasts.strategies import (
    INDICATORS,
    by_id,
    categorical_question,
    cdfs,
    date_question,
    day,
    due,
    evidence,
    evidence_lists,
    indicator,
    law,
    moments,
    numeric_question,
    question,
    report,
)
from tests.tables import check_rows

OPEN = Scale(1.0, 1000.0, open_lower=True, open_upper=True, zero_point=0.0)
CLOSED = Scale(0.0, 100.0)
WINDOW = Scale(day_number(day(0)), day_number(day(365)), open_upper=True)
curves = st.sampled_from([OPEN, CLOSED, WINDOW]).flatmap(cdfs)
tilts = st.floats(-3.4, 3.4)
curve_questions = st.sampled_from([
    numeric_question(), numeric_question(OPEN), date_question(),
]).flatmap(lambda q: cdfs(q.scale).map(lambda prior: replace(q, prior=prior)))  # fmt: skip


def median_odds(before: Cdf, after: Cdf) -> float | None:
    """How far the log-odds of "above the median of the first" moved; None without a median."""
    middle = before.quantile(0.5)
    if middle is None or abs(before.at(middle) - 0.5) > 1e-9:
        return None
    return logit(1.0 - after.at(middle))


@law
@given(curves, tilts)
def test_a_tilt_moves_every_threshold_alike_and_keeps_bounds(curve: Cdf, z: float) -> None:
    tilted = tilt_curve(curve, z)
    for x in tilted.x:
        before, after = curve.at(x), tilted.at(x)
        if 1e-6 < before < 1.0 - 1e-6:
            assert logit(1.0 - after) - logit(1.0 - before) == pytest.approx(z, abs=1e-7)
        elif before in (0.0, 1.0):
            assert after == before
    assert (tilted.x[0], tilted.x[-1]) == (curve.x[0], curve.x[-1])
    moved = median_odds(curve, tilted)
    assert moved is None or moved == pytest.approx(z, abs=1e-9)


@law
@given(curves, tilts, tilts)
def test_more_tilt_is_never_lower_and_the_opposite_takes_it_back(
    curve: Cdf, z: float, more: float
) -> None:
    assert tilt_curve(curve, 0.0) == curve
    low, high = (tilt_curve(curve, tilt) for tilt in sorted((z, more)))
    assert all(high.at(x) <= low.at(x) + 1e-12 for x in {*low.x, *high.x})
    back = tilt_curve(tilt_curve(curve, z), -z)
    assert [back.at(x) for x in curve.x] == pytest.approx(curve.p, abs=1e-9)
    assert largest_gap(back, curve) < 0.02


@law
@given(cdfs(WINDOW), st.floats(-10.0, 400.0))
def test_what_is_left_of_a_window_is_the_conditional_distribution(curve: Cdf, at: float) -> None:
    now = day_number(day(at))
    left = cut_past(curve, now, WINDOW)
    past = curve.at(now) if now >= curve.x[0] else 0.0
    if past < 1.0:
        for x in (*curve.x, now + 1.0, now + 50.0):
            expected = max(0.0, curve.at(x) - past) / (1.0 - past)
            assert left.at(x) == pytest.approx(expected, abs=1e-9)
        assert left.above == pytest.approx(curve.above / (1.0 - past), abs=1e-9)
    else:
        assert left.above == 1.0
    assert now < curve.x[0] or left.at(now) == 0.0


@check_rows([(30.0, 30.0), (100.0, 50.0), (130.0, 50.0)])
def test_a_closed_window_of_which_all_is_past_keeps_its_last_days(at: float, first: float) -> None:
    early = Cdf((0.0, 20.0, 50.0, 100.0), (0.0, 1.0, 1.0, 1.0))
    left = cut_past(early, at, Scale(0.0, 100.0))
    assert (left.at(first), left.at(100.0)) == (0.0, 1.0)


@law
@given(curve_questions, evidence_lists(), moments)
def test_lines_add_up_to_the_tilt_and_reversed_evidence_reverses_it(
    q: Question, known: list[Evidence], at: float
) -> None:
    plain = by_id(*(replace(i, expected=None) for i in INDICATORS.values()))
    mirror = by_id(*(replace(i, direction=Direction(-i.direction)) for i in plain.values()))
    found = suggest_curve(q, known, plain, day(at))
    turned = suggest_curve(
        q, [replace(e, direction=Direction(-e.direction)) for e in known], mirror, day(at)
    )
    total = math.fsum(line.log_odds for line in found.lines)
    assert math.fsum(group.log_odds for group in found.groups) == pytest.approx(total, abs=1e-12)
    assert turned.log_odds == pytest.approx(-total, abs=1e-9)
    sign = -1.0 if q.kind == "date" else 1.0
    assert found.distribution == tilt_curve(found.start, sign * total)
    moved = median_odds(found.start, found.distribution)
    assert moved is None or moved == pytest.approx(sign * total, abs=1e-9)


@law
@given(curve_questions, evidence_lists(), moments)
def test_curves_know_neither_order_nor_future(
    q: Question, known: list[Evidence], at: float
) -> None:
    seen = [e for e in known if e.first_seen_at <= day(at)]
    late = report(at + 1, "late", 0.97)
    poisoned = [replace(e, reports=(*e.reports, late)) for e in reversed(known)]
    assert suggest_curve(q, poisoned, INDICATORS, day(at)) == suggest_curve(
        q, seen, INDICATORS, day(at)
    )


@law
@given(evidence_lists(), moments)
def test_news_of_a_number_weighs_as_that_of_a_yes_no_question(
    known: list[Evidence], at: float
) -> None:
    """Their lines are those of a question on "above the median" at even chances."""
    model = SuggestionModel(p_min=1e-9, p_max=1 - 1e-9)
    asked = question("state_at", prior=0.5)
    other = suggest(asked, known, INDICATORS, day(at), model=model)
    found = suggest_curve(numeric_question(), known, INDICATORS, day(at), model=model)
    assert found.log_odds == pytest.approx(logit(other.p), abs=1e-9)


def test_suggested_curves_by_hand() -> None:
    # Without evidence it is the prior.
    assert suggest_curve(numeric_question(), [], {}, day(10)).distribution == (
        numeric_question().prior
    )
    # For a date the days that passed are off: a fifth of the even window, so "never" grows.
    found = suggest_curve(date_question(), [], {}, day(73))
    assert found.distribution == found.start
    assert found.distribution.above == pytest.approx(0.05 / 0.81)
    assert found.lines[1].why == "73 days passed without the event: they are taken off"
    # Earlier is to the left.
    story = evidence(at=73, strength=Strength.STRONG)
    sooner = suggest_curve(date_question(), [story], {}, day(73)).distribution
    assert sooner.above < found.distribution.above
    assert all(sooner.at(x) >= found.distribution.at(x) for x in sooner.x)
    # A number goes up, its bounds stay.
    higher = suggest_curve(numeric_question(), [story], {}, day(73))
    assert [line.kind for line in higher.lines] == [
        "base rate",
        "evidence",
        "doubt",
    ]
    assert higher.distribution.quantile(0.5) == pytest.approx(
        100.0 / (1.0 + math.exp(-higher.log_odds)), abs=0.1
    )
    assert (higher.distribution.at(0.0), higher.distribution.at(100.0)) == (0.0, 1.0)
    # The silence of a signpost counts.
    silent = suggest_curve(numeric_question(), [], by_id(indicator(expected=due(50))), day(60))
    assert silent.log_odds < -0.5


@check_rows([question(), categorical_question()])
def test_a_question_without_a_scale_is_refused(q: Question) -> None:
    with pytest.raises(InvalidForecast, match="only numbers and dates"):
        suggest_curve(q, [], {}, day(1))


def test_a_flood_moves_a_curve_no_further_than_the_cap() -> None:
    flood = [evidence(n, strength=Strength.DECISIVE, signpost=f"s{n}") for n in range(1, 60)]
    found = suggest_curve(numeric_question(), flood, {}, day(10))
    assert 1.0 - found.distribution.at(50.0) == pytest.approx(0.98)
    levels = np.array(found.distribution.p)
    assert all(a <= b for a, b in pairwise(levels))


def test_days_past_without_the_event_leave_what_lies_later() -> None:
    window, closed = Scale(0.0, 100.0, open_upper=True), Scale(0.0, 100.0)
    # All of an open window is past: only "never" is left.
    never = cut_past(Cdf((0.0, 100.0), (0.0, 1.0)), 100.0, window)
    assert never.above == 1.0
    # All of a closed window is past: its last days are left, evenly.
    last = cut_past(Cdf((0.0, 100.0), (0.0, 1.0)), 100.0, closed)
    assert (last.at(0.0), last.at(50.0), last.at(100.0)) == (0.0, 0.5, 1.0)
    # What lay before the window is past on its first day.
    begun = cut_past(Cdf((0.0, 100.0), (0.2, 0.6)), 0.0, Scale(0.0, 100.0, True, True))
    assert (begun.at(0.0), round(begun.at(100.0), 4)) == (0.0, 0.5)
