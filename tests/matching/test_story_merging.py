"""Stories that turn out to be one, and stories that can no longer be joined."""

from typing import Any

import pytest

from forecasts.evidence.evidence import Direction, StoryId
from tests.matching.some_stories import HOUR, MONDAY, QUESTION, SUMMIT, a_story, at_cosine, place
from tests.tables import check_rows
from tracker.matching import story_index
from tracker.matching.story_index import (
    CLEAR_MARGIN,
    JOIN_WINDOW,
    MAX_STORY_AGE,
    MIN_JOIN_COSINE,
    StoryIndex,
)


def test_two_stories_that_one_report_joins_are_named() -> None:
    one, other = a_story(1, vector=at_cosine(0.99)), a_story(2, vector=at_cosine(0.98))
    placed = place([one, other])
    assert (placed.story, placed.also) == (one, other)
    yes, no = ({QUESTION: side} for side in (Direction.YES, Direction.NO))
    assert place([a_story(1, sides=yes), a_story(2, sides=no)]).also is None
    up, down = (
        "Arland shares rise after Borland's summit",
        "Arland shares fall after Borland's summit",
    )
    neither = "Arland shares after Borland's summit"
    assert place([a_story(1, up), a_story(2, down)], neither).also is None
    assert StoryIndex([a_story()], "static").get(StoryId(7)) is None


@check_rows(
    [
        {"vector": at_cosine(MIN_JOIN_COSINE["static"] + CLEAR_MARGIN - 0.02)},
        {"title": "Borland's economy grows faster than expected"},
        {"first_seen_at": MONDAY - MAX_STORY_AGE - HOUR},
        {"last_seen_at": MONDAY - JOIN_WINDOW - HOUR, "first_seen_at": MONDAY - JOIN_WINDOW - HOUR},
    ]
)
def test_stories_that_are_not_alike_in_everything_stay_two(changed: dict[str, Any]) -> None:
    placed = place([a_story(1), a_story(2, **changed)])
    assert placed.story is not None
    assert placed.also is None


def test_a_merged_story_leads_to_the_whole() -> None:
    earlier, later = (
        a_story(1),
        a_story(2, first_seen_at=MONDAY + HOUR, sides={QUESTION: Direction.YES}),
    )
    held = StoryIndex([earlier, later], "static")
    held.merge(later, earlier)
    assert held.get(later.id) is held.get(earlier.id) is earlier
    assert earlier.sides == {QUESTION: Direction.YES}
    placed = held.place(SUMMIT, at_cosine(1.0), {}, MONDAY)
    assert (placed.story, placed.also) == (earlier, None)
    before = earlier.last_seen_at
    held.join(later, at_cosine(1.0), {}, before + HOUR)  # a report that was placed before the merge
    assert earlier.last_seen_at == before + HOUR


def test_stories_that_can_no_longer_be_joined_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_index, "MIN_HELD_STORIES", 10)
    held = StoryIndex([], "static")
    for n in range(200):
        held.add(
            a_story(n, first_seen_at=MONDAY + n * HOUR * 12, last_seen_at=MONDAY + n * HOUR * 12)
        )
    assert held.get(StoryId(0)) is None
    assert held.get(StoryId(199)) is not None
    alive = [n for n in range(200) if held.get(StoryId(n))]
    assert len(alive) < 80
    assert {n for n in range(200) if n * 12 >= 199 * 12 - 3 * 24} <= {*alive}
    assert held.place(SUMMIT, at_cosine(1.0), {}, MONDAY + 199 * HOUR * 12).story is not None


def test_a_merged_story_does_not_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(story_index, "MIN_HELD_STORIES", 4)
    storm = a_story(2, "Storm hits the coast of Corland", vector=at_cosine(-1.0))
    held = StoryIndex([a_story(1), storm], "static")
    held.merge(storm, a_story(1))
    for n in range(3, 30):
        held.add(a_story(n, vector=at_cosine(0.0)))
    assert held.get(StoryId(1)) is not None
    assert held.place(storm.title, at_cosine(-1.0), {}, MONDAY).story is None
