"""What the second built-in set knows of the news: its indicators, its feeds, and what happened so
far.
"""

from collections import Counter
from datetime import UTC, datetime

import pytest

from forecasts.evidence.evidence import Indicator
from forecasts.question_sets.question_set import QuestionSet
from forecasts.questions.question import Question, QuestionId
from tracker.app import question_set_files as question_sets
from tracker.feeds.urls import canonical_url
from tracker.matching.matching_profile import profile_from_indicator
from tracker.matching.term_rules import fulfils_rule

OPENS = datetime(2026, 12, 1, tzinfo=UTC)
"""The day on which the live questions open; nothing that the set tells is younger."""

THEMES = set("storage solar grid europe statistics".split())


@pytest.fixture(scope="module")
def grid_set() -> QuestionSet:
    return question_sets.load_question_set("grid_storage_2026")


@pytest.fixture(scope="module")
def asked(grid_set: QuestionSet) -> dict[str, Question]:
    return {question.id: question for question in grid_set.questions}


def test_indicators_and_feeds_are_sound(grid_set: QuestionSet) -> None:
    # Every question has indicators of both directions.
    for question in grid_set.questions:
        own = [i for i in grid_set.indicators if i.question_id == question.id]
        assert len({i.direction for i in own}) == 2, question.id
    # No example matches an indicator of the other direction.
    crossed = [
        (indicator.id, example, found.id)
        for indicator in grid_set.indicators
        for example in indicator.examples
        for found in _opposed(grid_set, indicator)
        if fulfils_rule(example, profile_from_indicator(found))
    ]
    assert crossed == []
    # No opposite matches its own indicator.
    wrong = [
        (i.id, o)
        for i in grid_set.indicators
        for o in i.opposites
        if fulfils_rule(o, profile_from_indicator(i))
    ]
    assert wrong == []
    # Indicators weigh and fade as agreed.
    for indicator in grid_set.indicators:
        assert indicator.half_life_days in (45.0, 90.0, None), indicator.id
        assert 4 <= len(indicator.examples) <= 6, indicator.id
        assert 2 <= len(indicator.opposites) <= 4, indicator.id
        assert 0.0 <= indicator.usual_level <= 0.5, indicator.id
    # Feeds cover all themes at different addresses.
    assert {feed.theme for feed in grid_set.feeds} == THEMES
    assert max(Counter(canonical_url(feed.url) for feed in grid_set.feeds).values()) == 1
    assert all(feed.url.startswith("https://") for feed in grid_set.feeds)


def test_silence_counts_while_questions_are_open(
    grid_set: QuestionSet, asked: dict[str, Question]
) -> None:
    due = [i for i in grid_set.indicators if i.expected is not None]
    assert len({i.id.split("/")[1] for i in due}) >= 5
    for indicator in due:
        assert indicator.expected is not None
        question = asked[indicator.question_id]
        assert question.opens_at < indicator.expected.by <= question.closes_at, indicator.id
        assert (indicator.expected.ratio_when_seen - 1.0) * indicator.direction > 0.0, indicator.id


# ---- history --------------------------------------------------------------------------------------------------------


def test_answers_and_events_are_consistent(
    grid_set: QuestionSet, asked: dict[str, Question]
) -> None:
    # Every retrospective question is answered once and for sure.
    past = sorted(q.id for q in grid_set.questions if q.retrospective)
    assert sorted(r.question_id for r in grid_set.resolutions) == past
    assert not any(r.needs_check for r in grid_set.resolutions)
    for answer in grid_set.resolutions:
        assert asked[answer.question_id].opens_at <= answer.event_at <= answer.known_at < OPENS, (
            answer.question_id
        )
    # Events are older than the essay and have links of their own.
    assert all(event.at < OPENS for event in grid_set.events)
    assert max(Counter(canonical_url(event.url) for event in grid_set.events).values()) == 1
    # The rules find what the author labelled.
    missed = [
        (event.id, question_id)
        for event in grid_set.events
        for question_id in (*event.yes, *event.no)
        if not _found(grid_set, f"{event.title} {event.summary}", question_id)
    ]
    assert missed == []


def _opposed(grid_set: QuestionSet, indicator: Indicator) -> list[Indicator]:
    """The indicators that speak against what this one speaks for, on the same question and of the
    same option.
    """
    return [
        i
        for i in grid_set.indicators
        if i.question_id == indicator.question_id and i.option == indicator.option
        if i.direction == -indicator.direction
    ]


def _found(grid_set: QuestionSet, text: str, question_id: QuestionId) -> bool:
    return any(
        fulfils_rule(text, profile_from_indicator(i))
        for i in grid_set.indicators
        if i.question_id == question_id
    )
