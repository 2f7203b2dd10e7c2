"""What holds for every suggestion, whatever the question and the evidence."""

import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.probability import logit
from forecasts.evidence.evidence import Direction, Evidence, SourceReport, Strength
from forecasts.evidence.log_odds import RAW_NEWS_KINDS
from forecasts.questions.question import Question
from forecasts.suggestion.binary import SuggestionModel, suggest
from tests.forecasts.strategies import (
    INDICATORS,
    by_id,
    day,
    evidence,
    evidence_lists,
    indicator,
    law,
    moments,
    question,
    questions,
    report,
)

UNCLIPPED = SuggestionModel(p_min=1e-9, p_max=1 - 1e-9)
OF_NEWS = (*RAW_NEWS_KINDS, "doubt", "evidence scale")


@law
@given(questions(), evidence_lists(), moments, st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(
    q: Question, known: list[Evidence], at: float, random: Any
) -> None:
    shuffled = [replace(e, reports=tuple(random.sample(e.reports, len(e.reports)))) for e in known]
    random.shuffle(shuffled)
    assert suggest(q, shuffled, INDICATORS, day(at)) == suggest(q, known, INDICATORS, day(at))


def test_simultaneous_stories_are_listed_in_any_order() -> None:
    weak, firm = evidence(1, strength=Strength.SLIGHT), evidence(2, strength=Strength.STRONG)
    found = suggest(question(), [firm, weak], {}, day(10))
    assert found == suggest(question(), [weak, firm], {}, day(10))


@law
@given(
    questions(),
    evidence_lists(),
    moments,
    st.builds(
        SuggestionModel,
        gamma=st.floats(0.0, 2.0),
        doubt=st.floats(0.0, 0.4),
        shift=st.floats(-1.0, 1.0),
    ),
)
def test_lines_add_up_to_p(
    q: Question, known: list[Evidence], at: float, model: SuggestionModel
) -> None:
    found = suggest(q, known, INDICATORS, day(at), model=model)
    assert math.fsum(line.log_odds for line in found.lines) == pytest.approx(
        logit(found.p), rel=0, abs=1e-12
    )
    assert found.lines[-1].p_after == pytest.approx(found.p, abs=1e-9)
    running = 0.0
    for line in found.lines:
        running += line.log_odds
        assert (
            logit(line.p_after) == pytest.approx(running, abs=1e-6, rel=1e-6) or abs(running) > 20
        )
    assert 0.01 <= found.p <= 0.99


@law
@given(st.integers(0, 1000), st.floats(0.0, 1e6))
def test_lines_add_up_however_many_they_are_and_however_usual(stories: int, usual: float) -> None:
    known = by_id(indicator(usual=usual))
    many = [evidence(n, at=n / 100, strength=Strength.STRONG) for n in range(stories)]
    found = suggest(question(), many, known, day(60))
    assert math.fsum(line.log_odds for line in found.lines) == pytest.approx(
        logit(found.p), rel=0, abs=1e-12
    )


@law
@given(questions(), evidence_lists(), moments, st.floats(0.25, 500.0))
def test_later_evidence_leaves_the_past_unchanged(
    q: Question, known: list[Evidence], at: float, delay: float
) -> None:
    before = suggest(q, known, INDICATORS, day(at))
    late_report = report(at + delay, "late", 0.97)
    poisoned = [replace(e, reports=(*e.reports, late_report)) for e in known]
    poisoned += [
        evidence(100 + n, at + delay, strength=Strength.DECISIVE, signpost=s)
        for n, s in enumerate("ab")
    ]
    poisoned += [
        evidence(200 + n, at + delay, signpost=i.name) for n, i in enumerate(INDICATORS.values())
    ]
    assert suggest(q, poisoned, INDICATORS, day(at)) == before


@law
@given(
    questions(),
    evidence_lists(),
    st.lists(st.integers(0, 500), min_size=1, max_size=12, unique=True),
)
def test_a_replay_equals_what_was_stored(
    q: Question, known: list[Evidence], days: list[int]
) -> None:
    """Live, nothing of the future is there yet; in the replay all of it is."""
    stored = []
    for at in map(day, sorted(days)):
        seen = [
            replace(e, reports=tuple(r for r in e.reports if r.first_seen_at <= at))
            for e in known
            if e.first_seen_at <= at
        ]
        stored.append(suggest(q, seen, INDICATORS, at))
    assert [suggest(q, known, INDICATORS, old.at) for old in stored] == stored


@law
@given(questions(), evidence_lists(), moments)
def test_two_hundred_copies_from_one_source_group_move_nothing(
    q: Question, known: list[Evidence], at: float
) -> None:
    def copied(story: Evidence) -> Evidence:
        copies = [
            SourceReport("first", 0.9, story.first_seen_at + timedelta(minutes=n))
            for n in range(200)
        ]
        return replace(story, reports=(*story.reports, *copies))

    assert_same_weights(q, known, [copied(e) for e in known], at)


@law
@given(questions(), evidence_lists(), moments)
def test_two_hundred_copies_in_two_hundred_outlets_move_nothing(
    q: Question, known: list[Evidence], at: float
) -> None:
    def syndicated(story: Evidence, copies: int) -> Evidence:
        first = report(0, "first", 0.7, text=9)
        own = replace(first, first_seen_at=story.first_seen_at)
        late = (
            SourceReport(f"outlet {n}", 0.97, story.first_seen_at + timedelta(minutes=n), 9)
            for n in range(1, copies)
        )
        return replace(story, reports=(*story.reports, own, *late))

    assert_same_weights(
        q, [syndicated(e, 1) for e in known], [syndicated(e, 201) for e in known], at
    )


def assert_same_weights(
    q: Question, before: list[Evidence], after: list[Evidence], at: float
) -> None:
    """The same number and the same weights, to the last bit; the words may count the reports."""
    one, other = (suggest(q, known, INDICATORS, day(at)) for known in (before, after))
    assert other.p == one.p
    assert [line.log_odds for line in other.lines] == [line.log_odds for line in one.lines]


@law
@given(questions(), st.floats(2.0, 12.0), st.sampled_from([Direction.YES, Direction.NO]))
def test_a_stronger_story_moves_further_in_its_direction(
    q: Question, at: float, direction: Direction
) -> None:
    known = by_id(indicator("talks", direction, usual=1.0))

    def with_strength(strength: Strength) -> float:
        return suggest(q, [evidence(99, 1.0, direction, strength)], known, day(at)).p * direction

    graded = [with_strength(s) for s in Strength]
    assert all(weaker <= stronger + 1e-12 for weaker, stronger in pairwise(graded))


@law
@given(questions(), moments)
def test_a_new_story_moves_towards_its_side(q: Question, at: float) -> None:
    alone = suggest(q, [], {}, day(at)).p
    assert suggest(q, [evidence(at=at, strength=Strength.NONE)], {}, day(at)).p == alone
    assert suggest(q, [evidence(at=at)], {}, day(at)).p >= alone
    assert suggest(q, [evidence(at=at, direction=Direction.NO)], {}, day(at)).p <= alone


@law
@given(
    questions(),
    evidence_lists(),
    moments,
    st.sampled_from(["talks", "summit", "deleted"]),
    st.sampled_from([{"relevance": 0.0}, {"p_direction": 0.5}]),
)
def test_irrelevant_matches_move_nothing(
    q: Question, known: list[Evidence], at: float, signpost: str, doubt: dict[str, Any]
) -> None:
    coins = [
        evidence(100 + n, at - 40 + n, signpost=signpost, status="logged", **doubt)
        for n in range(40)
    ]
    before, after = (suggest(q, seen, INDICATORS, day(at)) for seen in (known, [*known, *coins]))
    assert after.p == before.p
    assert sum(before_line.log_odds for before_line in before.lines) == pytest.approx(
        sum(line.log_odds for line in after.lines), abs=1e-12
    )


@law
@given(evidence_lists(), st.floats(0.01, 0.99), st.sampled_from([365.0, 366.0, 2000.0]))
def test_the_deadline_decides(known: list[Evidence], prior: float, at: float) -> None:
    assert suggest(question("event_by", prior=prior), known, INDICATORS, day(at)).p == 0.01
    assert suggest(question("holds_until", prior=prior), known, INDICATORS, day(at)).p == 0.99


@law
@given(st.floats(0.01, 0.99))
def test_events_get_less_likely_with_time(
    prior: float,
) -> None:
    course = [
        suggest(question(prior=prior), [], {}, day(365 - left), model=UNCLIPPED).p
        for left in (365, 90, 9, 0.001)
    ]
    assert all(later < earlier for earlier, later in pairwise(course))
    assert course[-1] < 1e-4


@law
@given(
    questions(),
    st.integers(1, 400),
    st.sampled_from([Direction.YES, Direction.NO]),
    st.floats(0.1, 5.0),
)
def test_no_volume_of_evidence_moves_more_than_the_doubt_allows(
    q: Question, volume: int, direction: Direction, gamma: float
) -> None:
    flood = [
        evidence(n, 5 + n / 1000, direction, Strength.DECISIVE, signpost=f"s{n}")
        for n in range(volume)
    ]
    found = suggest(q, flood, {}, day(8), model=replace(UNCLIPPED, gamma=gamma))
    moved = math.fsum(line.log_odds for line in found.lines if line.kind in OF_NEWS)
    assert abs(moved) <= gamma * math.log(49) + 1e-9
