"""What holds for every suggestion, whatever the question and the evidence."""

import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.evidence import Direction, Evidence, Report, Strength
from forecasts.probability import logit
from forecasts.question import Question
from forecasts.suggestion import Model, suggest
from tests.forecasts.strategies import (
    INDICATORS,
    day,
    evidence,
    evidence_lists,
    law,
    lines_of,
    moments,
    question,
    questions,
    report,
)


@law
@given(questions(), evidence_lists(), moments, st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(q: Question, known: list[Evidence], at: float, random: Any) -> None:
    shuffled = known.copy()
    random.shuffle(shuffled)
    assert suggest(q, shuffled, INDICATORS, day(at)) == suggest(q, known, INDICATORS, day(at))


def test_two_stories_seen_at_one_instant_share_their_novelty_in_the_same_way_in_any_order() -> None:
    weak, firm = evidence(1, strength=Strength.SLIGHT), evidence(2, strength=Strength.STRONG)
    found = suggest(question(), [firm, weak], {}, day(10))
    assert found == suggest(question(), [weak, firm], {}, day(10))
    assert [line.evidence_id for line in lines_of(found, "evidence")] == [weak.id, firm.id]


@law
@given(questions(), evidence_lists(), moments, st.floats(0.1, 2.0))
def test_lines_add_up_to_the_log_odds_of_p_and_tell_the_way(
    q: Question, known: list[Evidence], at: float, gamma: float
) -> None:
    found = suggest(q, known, INDICATORS, day(at), model=Model(gamma=gamma))
    assert math.fsum(line.log_odds for line in found.lines) == pytest.approx(logit(found.p), abs=1e-9)
    assert found.lines[-1].p_after == pytest.approx(found.p, abs=1e-9)
    running = 0.0
    for line in found.lines:
        running += line.log_odds
        assert logit(line.p_after) == pytest.approx(running, abs=1e-6, rel=1e-6) or abs(running) > 20
    assert 0.01 <= found.p <= 0.99


@law
@given(questions(), evidence_lists(), moments, st.floats(0.25, 500.0))
def test_what_is_seen_later_leaves_the_past_as_it_was_to_the_last_bit(
    q: Question, known: list[Evidence], at: float, delay: float
) -> None:
    before = suggest(q, known, INDICATORS, day(at))
    late_report = report(at + delay, "late", 0.97)
    poisoned = [replace(e, reports=(*e.reports, late_report)) for e in known]
    poisoned += [evidence(100 + n, at + delay, strength=Strength.DECISIVE, signpost=s) for n, s in enumerate("ab")]
    assert suggest(q, poisoned, INDICATORS, day(at)) == before


@law
@given(questions(), evidence_lists(), moments)
def test_two_hundred_copies_from_one_source_group_move_nothing(q: Question, known: list[Evidence], at: float) -> None:
    def copied(story: Evidence) -> Evidence:
        copies = [Report("first", 0.9, story.first_seen_at + timedelta(minutes=n)) for n in range(200)]
        return replace(story, reports=(*story.reports, *copies))

    before = suggest(q, known, INDICATORS, day(at))
    after = suggest(q, [copied(e) for e in known], INDICATORS, day(at))
    assert after.p == before.p
    assert [line.log_odds for line in after.lines] == [line.log_odds for line in before.lines]


@law
@given(questions(), evidence_lists(), moments, st.sampled_from([Direction.YES, Direction.NO]))
def test_a_stronger_story_moves_further_in_its_direction(
    q: Question, known: list[Evidence], at: float, direction: Direction
) -> None:
    def with_strength(strength: Strength) -> float:
        story = evidence(99, at - 1, direction, strength)
        return suggest(q, [*known, story], INDICATORS, day(at)).p * direction

    graded = [with_strength(s) for s in Strength if s is not Strength.NONE]
    assert all(weaker <= stronger + 1e-12 for weaker, stronger in pairwise(graded))


@law
@given(questions(), moments)
def test_a_story_of_a_new_kind_moves_towards_its_side_and_one_without_strength_not_at_all(
    q: Question, at: float
) -> None:
    alone = suggest(q, [], {}, day(at)).p
    assert suggest(q, [evidence(at=at, strength=Strength.NONE)], {}, day(at)).p == alone
    assert suggest(q, [evidence(at=at)], {}, day(at)).p >= alone
    assert suggest(q, [evidence(at=at, direction=Direction.NO)], {}, day(at)).p <= alone


@law
@given(evidence_lists(), st.floats(0.01, 0.99), st.sampled_from([365.0, 366.0, 2000.0]))
def test_at_the_deadline_an_event_that_did_not_come_is_out_and_a_state_that_held_is_in(
    known: list[Evidence], prior: float, at: float
) -> None:
    assert suggest(question("event_by", prior=prior), known, INDICATORS, day(at)).p == 0.01
    assert suggest(question("holds_until", prior=prior), known, INDICATORS, day(at)).p == 0.99


def test_a_thousand_neutral_stories_change_nothing() -> None:
    noise = [evidence(n, at=n / 100, direction=Direction.NEUTRAL, strength=Strength.NONE) for n in range(2, 1002)]
    one = evidence(1, at=5)
    assert suggest(question(), [one, *noise], INDICATORS, day(20)) == suggest(question(), [one], INDICATORS, day(20))
