"""The usual level of an indicator, learned from before its question opened."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.evidence.evidence import Direction, Evidence, IndicatorId, Strength
from forecasts.evidence.parameters import LearnedValue, learn_usual_level
from forecasts.questions.question import QuestionId
from forecasts.suggestion.binary import suggest
from tests.forecasts.strategies import (
    by_id,
    day,
    evidence,
    evidence_lists,
    indicator,
    law,
    lines_of,
    question,
    report,
)
from tests.tables import check_rows

FULL = math.log(1 + 0.9 * 2)


def learned(
    *known: Evidence, stated: float = 0.0, days: float = 100.0, half_life: float | None = 45.0
) -> LearnedValue:
    signpost = indicator(usual=stated, half_life=half_life)
    return learn_usual_level(signpost, known, archive_from=day(-days), opens_at=day(0))


def test_levels_shrink_to_the_stated_one() -> None:
    # The level is the mean over days shrunk to the stated one by sixty days.
    found = learned(evidence(at=-10), stated=0.3)
    mean = FULL * sum(2 ** (-age / 45) for age in range(11)) / 100
    assert found.value == pytest.approx((100 * mean + 60 * 0.3) / 160)
    assert (found.name, found.scope, found.n, found.as_of) == (
        "usual level",
        "neutral/talks",
        100,
        day(0),
    )
    assert f"mean {mean:.3f} over 100 days before the opening (1 pieces of evidence)" in found.why
    # A quiet archive draws the stated level towards nothing.
    assert learned(stated=0.4, days=60).value == pytest.approx(0.2)
    assert learned(stated=0.4, days=540).value == pytest.approx(0.04)
    # A report counts from the day on which it was seen.
    story = evidence(at=-2, reports=())
    assert learned(story).value == 0.0
    # A further report makes the story weigh more from then on.
    one = learned(evidence(at=-10, reports=[report(-10, "wire", 0.5)])).value
    both = learned(
        evidence(at=-10, reports=[report(-10, "wire", 0.5), report(-4, "daily", 0.8)])
    ).value
    late = [2 ** (-age / 45) for age in range(6, 11)]
    gained = (math.log(1 + 0.9 * 2) - math.log(1 + 0.5 * 2)) * sum(late)
    assert both - one == pytest.approx(gained / 160)


@law
@given(evidence_lists())
def test_a_days_level_is_what_the_suggestion_would_have_counted(known: list[Evidence]) -> None:
    """With one day of archive the mean is that day's level, told here by the lines of a
    suggestion.
    """
    signpost = indicator()
    mine = [replace(e, indicator_id=signpost.id) for e in known if e.first_seen_at < day(0)]
    lines = lines_of(suggest(question(), mine, by_id(signpost), day(0)), "evidence")
    found = learn_usual_level(signpost, mine, archive_from=day(-1), opens_at=day(0))
    assert found.value == pytest.approx(
        max(0.0, math.fsum(line.log_odds for line in lines)) / 61, abs=1e-12
    )


def test_novelty_and_direction_of_levels() -> None:
    # News of one fact counts less here too.
    one, two = (learned(*(evidence(n, at=-10) for n in range(count))).value for count in (1, 2))
    assert two == pytest.approx(1.5 * one)
    # What speaks against the indicator is taken off and the level never falls below nothing.
    both = learned(evidence(1, -10), evidence(2, -10, Direction.NO, Strength.SLIGHT)).value
    assert 0.0 < both < learned(evidence(1, -10)).value
    assert learned(evidence(1, -10, Direction.NO)).value == 0.0
    # An indicator that speaks for no has a level too.
    signpost = indicator(direction=Direction.NO)
    found = learn_usual_level(
        signpost,
        [evidence(at=-10, direction=Direction.NO)],
        archive_from=day(-100),
        opens_at=day(0),
    )
    assert found.value == learned(evidence(at=-10)).value > 0.0


@check_rows([(None, 100.0), (45.0, 0.5), (45.0, -3.0)])
def test_without_an_archive_the_stated_level_stands(half_life: float | None, days: float) -> None:
    found = learned(evidence(at=-10), stated=0.3, days=days, half_life=half_life)
    assert (found.value, found.n) == (0.3, 0)
    assert "as the set states it" in found.why


def test_an_indicator_for_neither_side_keeps_its_level() -> None:
    signpost = indicator(direction=Direction.NEUTRAL, usual=0.3)
    assert learn_usual_level(signpost, [], archive_from=day(-100), opens_at=day(0)).n == 0


@law
@given(evidence_lists(), evidence_lists())
def test_what_is_seen_after_the_opening_never_matters(
    known: list[Evidence], later: list[Evidence]
) -> None:
    before = [e for e in known if e.first_seen_at < day(0)]
    after = [replace(e, first_seen_at=max(e.first_seen_at, day(0))) for e in later]
    assert learned(*before, *after) == learned(*before)


@law
@given(evidence_lists(), st.floats(0.0, 2.0))
def test_other_indicators_questions_and_rejected_evidence_do_not_matter(
    known: list[Evidence], stated: float
) -> None:
    strange = [replace(e, indicator_id=IndicatorId("neutral/other")) for e in known]
    strange += [replace(e, question_id=QuestionId("another")) for e in known]
    strange += [replace(e, status="rejected") for e in known]
    assert learned(*strange, stated=stated) == learned(stated=stated)


def test_a_steady_rate_hardly_moves_the_suggestion() -> None:
    beats = [evidence(n, at=-730 + 35 * n, strength=Strength.SOME) for n in range(1, 27)]
    signpost = indicator()
    level = learn_usual_level(signpost, beats, archive_from=day(-730), opens_at=day(0))
    q, at = question("state_at", prior=0.3), day(197)
    levels = {signpost.id: level.value}
    naive = suggest(q, beats, by_id(signpost), at)
    centred = suggest(q, beats, by_id(signpost), at, archive_from=day(-730), usual_levels=levels)
    assert naive.p > 0.32
    assert centred.p == pytest.approx(0.3, abs=0.02)
