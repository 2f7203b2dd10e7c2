"""What should have been reported by a date, whether it was, and what to expect next."""

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.evidence.evidence import Evidence, EvidenceStatus, Indicator
from forecasts.evidence.signposts import (
    CalendarQuestion,
    Signpost,
    build_calendar,
    describe_likelihood_ratio,
    find_sighted,
    list_signposts,
)
from forecasts.questions.question import Kind, Question, QuestionId
from forecasts.suggestion.binary import suggest
from tests.forecasts.strategies import (
    INDICATORS,
    day,
    due,
    evidence,
    evidence_lists,
    indicator,
    law,
    lines_of,
    moments,
    question,
    questions,
)
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/signposts")

VISIT = indicator(expected=due(30))


def one(at: float, *stories: Evidence, of: Indicator = VISIT) -> Signpost:
    (found,) = list_signposts(question(days=100), [of], stories, day(at))
    return found


@law
@given(questions(), evidence_lists(), moments)
def test_signposts_tell_of_silence_exactly_where_the_suggestion_weighs_it(
    q: Question, known: list[Evidence], at: float
) -> None:
    found = list_signposts(q, INDICATORS.values(), known, day(at))
    came = [s for s in found if s.indicator.expected and s.indicator.expected.by <= day(at)]
    sighted = find_sighted(q, INDICATORS.values(), known, day(at))
    silent = {s.indicator.id: s.silent_share for s in sighted}
    weights = [
        math.log(s.indicator.expected.ratio_when_silent) * silent[s.indicator.id]
        for s in came
        if s.indicator.expected and silent[s.indicator.id]
    ]
    lines = lines_of(suggest(q, known, INDICATORS, day(at)), "signpost")
    unseen = [line.log_odds for line in lines if "and not seen" in line.why]
    assert sorted(unseen) == sorted(weights)
    assert all(silent[s.indicator.id] == 0.0 for s in found if s not in came)
    counted = math.fsum(line.log_odds for line in lines)
    assert math.fsum(math.log(s.ratio) for s in found) == pytest.approx(counted, abs=1e-12)


@law
@given(questions(), evidence_lists(), moments, st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(
    q: Question, known: list[Evidence], at: float, random: Any
) -> None:
    shuffled = random.sample(known, len(known))
    assert list_signposts(q, INDICATORS.values(), shuffled, day(at)) == list_signposts(
        q, INDICATORS.values(), known, day(at)
    )


@law
@given(questions(), evidence_lists(), moments)
def test_what_is_seen_later_leaves_the_past_as_it_was(
    q: Question, known: list[Evidence], at: float
) -> None:
    by_then = [e for e in known if e.first_seen_at <= day(at)]
    assert list_signposts(q, INDICATORS.values(), known, day(at)) == list_signposts(
        q, INDICATORS.values(), by_then, day(at)
    )


def test_signposts_wait_until_their_date() -> None:
    # A signpost waits until its date and is silent from then on.
    assert [one(at).state for at in (0, 29.9, 30, 90)] == ["waiting", "waiting", "silent", "silent"]
    assert (one(40).seen_at, one(40).trust) == (None, 0.0)
    # A signpost that was seen in time stays seen.
    assert [one(at, evidence(1, 10)).state for at in (9, 10, 30, 90)] == [
        "waiting",
        "seen",
        "seen",
        "seen",
    ]
    assert one(90, evidence(1, 10), evidence(2, 20)).seen_at == day(10)
    # A date is reached at its very instant.
    assert one(30 - timedelta(microseconds=1) / timedelta(days=1)).state == "waiting"
    assert one(30).state == "silent"


@check_rows(
    [
        evidence(1, -1),
        evidence(1, 30.25),
        evidence(1, 10, status="rejected"),
        evidence(1, 10, signpost="other"),
        evidence(1, 10, of=QuestionId("other")),
    ]
)
def test_only_timely_evidence_shows_a_signpost(story: Evidence) -> None:
    assert one(40, story).state == "silent"


@check_rows([("logged", "silent"), ("confirmed", "seen"), ("edited", "seen")])
def test_confirmation_shows_a_signpost(status: EvidenceStatus, state: str) -> None:
    for relevance, trust in ((0.4, 0.0), (0.8, 0.4)):
        story = evidence(1, 10, status=status, relevance=relevance, p_direction=0.75)
        found = one(40, story)
        assert found.state == state
        assert found.trust == pytest.approx(trust if state == "silent" else 1.0)


def test_doubtful_matches_and_expected_signposts() -> None:
    # Matches in doubt add up to one that was seen when they make it likelier than not.
    doubtful = [
        evidence(n, 10 * n, status="logged", relevance=0.8, p_direction=0.75) for n in (2, 1)
    ]
    found = one(40, *doubtful)
    assert (found.state, found.seen_at) == ("seen", day(20))
    assert found.trust == pytest.approx(0.64)
    # What is not expected or was due before the opening is no signpost.
    others = [
        indicator("plain"),
        indicator("late", expected=due(0)),
        indicator("theirs", of=QuestionId("other"), expected=due(30)),
    ]
    assert list_signposts(question(), others, [], day(50)) == ()
    # The next date comes first.
    several = [
        indicator("c", expected=due(50)),
        indicator("b", expected=due(20)),
        indicator("a", expected=due(50)),
    ]
    assert [s.indicator.name for s in list_signposts(question(), several, [], day(30))] == [
        "b",
        "a",
        "c",
    ]


def test_the_calendar_lists_everything_in_order() -> None:
    first, second = question(days=100), question(days=40, name="other")
    late = indicator("after the close", expected=due(101))
    posts = list_signposts(first, [VISIT, late], [evidence(1, 10)], day(20))
    found = build_calendar([CalendarQuestion(first, posts), CalendarQuestion(second)], day(20))
    assert [((e.at - day(0)).days, e.what, e.question_id, e.state) for e in found] == [
        (30, "signpost", "neutral", "seen"),
        (40, "close", "other", "waiting"),
        (47, "answer due", "other", "waiting"),
        (100, "close", "neutral", "waiting"),
        (107, "answer due", "neutral", "waiting"),
    ]
    assert found[0].if_seen == pytest.approx(0.875 / 0.325)
    assert found[0].if_silent == pytest.approx(0.125 / 0.675)
    assert (found[1].indicator, found[1].if_seen, found[1].if_silent) == (None, None, None)


def test_the_calendar_leaves_out_what_is_over() -> None:
    # The calendar leaves out what is over unless it is asked for and keeps overdue answers.
    entries = [CalendarQuestion(question(days=50), (one(60),))]
    assert [(e.what, e.state) for e in build_calendar(entries, day(55))] == [
        ("answer due", "waiting")
    ]
    assert [(e.what, e.state) for e in build_calendar(entries, day(60))] == [
        ("answer due", "overdue")
    ]
    found = build_calendar(entries, day(60), since=day(30))
    assert [(e.what, e.state) for e in found] == [
        ("signpost", "silent"),
        ("close", "past"),
        ("answer due", "overdue"),
    ]
    # Nothing is expected of a question with an answer.
    assert build_calendar([CalendarQuestion(question(), (one(1),), answered=True)], day(1)) == ()


@law
@given(moments, moments)
def test_the_calendar_runs_forward_and_loses_nothing_that_lies_ahead(
    now: float, since: float
) -> None:
    entries = [CalendarQuestion(question(days=n, name=f"q{n}"), (one(now),)) for n in (3, 40, 300)]
    found = build_calendar(entries, day(now), since=min(day(now), day(since)))
    assert [e.at for e in found] == sorted(e.at for e in found)
    assert {e for e in build_calendar(entries, day(now)) if e.at > day(now)} == {
        e for e in found if e.at > day(now)
    }


@check_rows(TABLES["a_ratio_is_told_by_its_side"])
def test_a_ratio_is_told_by_its_side(ratio: float, kind: Kind, words: str) -> None:
    assert describe_likelihood_ratio(ratio, kind) == words
