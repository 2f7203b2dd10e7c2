"""Reports of one event join one story; a denial never joins what it denies, nor does what comes too
late.
"""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.evidence.evidence import Direction, StoryId
from forecasts.questions.question import QuestionId
from tests.matching.opposites_of_headlines import OPPOSITES
from tests.matching.some_stories import (
    HOUR,
    MONDAY,
    NOTHING,
    QUESTION,
    SECOND,
    SUMMIT,
    a_story,
    at_cosine,
    place,
)
from tests.tables import check_rows
from tracker.matching.semantic import round_to_grid
from tracker.matching.story_index import (
    CLEAR_MARGIN,
    JOIN_WINDOW,
    LULL,
    MAX_STORY_AGE,
    MIN_JOIN_COSINE,
    SETTLED_LENGTH,
    KnownStory,
    StoryIndex,
    have_opposite_sides,
    is_same_event,
    substance_words,
)

MOVES = ("", " rise", " fall")


def by_words(title: str, *known: str) -> int | None:
    """The story that a report joins where there is no encoder."""
    held = [a_story(n, other, vector=NOTHING) for n, other in enumerate(known, 1)]
    placed = StoryIndex(held, "lexical").place(title, NOTHING, {}, MONDAY).story
    return None if placed is None else placed.id


def test_a_report_joins_the_nearest_story_that_fits() -> None:
    near, nearest = a_story(1, vector=at_cosine(0.9)), a_story(2, vector=at_cosine(0.99))
    placed = place([near, nearest])
    assert placed.story is nearest
    assert placed.cosine == pytest.approx(0.99, abs=1e-3)
    assert place([near], cosine=-0.5).story is None
    assert place([]).story is None
    denials = [
        a_story(n, "Arland denies it invites Borland's leader to a summit in June")
        for n in range(1, 40)
    ]
    fits = a_story(99, vector=at_cosine(0.9))
    assert place([*denials, fits]).story is fits


@check_rows([(0.01, True), (-0.01, False)])
def test_the_threshold_decides(gap: float, joins: bool) -> None:
    assert (place([a_story()], cosine=MIN_JOIN_COSINE["static"] + gap).story is not None) is joins


@check_rows(
    [
        "Arland denies it invites Borland's leader to a summit in June",
        "Arland rejects invitation of Borland's leader to a summit in June",
        "Arland does not invite Borland's leader to a summit in June",
    ]
)
def test_a_denial_never_joins_the_story_it_denies(title: str) -> None:
    assert place([a_story()], title).story is None
    assert place([a_story(title=title)]).story is None
    assert by_words(title, SUMMIT) is None


def test_hardly_a_headline_joins_its_opposite() -> None:
    joined = [
        pair for pair in OPPOSITES if place([a_story(title=pair[0])], pair[1]).story is not None
    ]
    assert len(joined) <= 0.03 * len(OPPOSITES)


def test_opposite_directions_on_a_shared_question_never_join() -> None:
    yes = {QUESTION: Direction.YES}
    assert place([a_story(sides=yes)], side=-1).story is None
    assert place([a_story(sides=yes)], side=1).story is not None
    assert place([a_story(sides={QUESTION: Direction.NEUTRAL})], side=-1).story is not None
    assert place([a_story(sides={QuestionId("another"): Direction.YES})], side=-1).story is not None


def test_names_alone_do_not_make_one_event() -> None:
    assert (
        place(
            [a_story(title="Russian forces shell Ukrainian port")], "Ukraine and Russia hold talks"
        ).story
        is None
    )
    assert not is_same_event(
        "Zelensky calls Biden on Ukraine sanctions", "Russia bombs hospital in Ukraine", 1.0
    )
    assert is_same_event(
        "Biden bans Russian oil imports", "Biden to announce ban on imports of Russian oil", 0.8
    )
    opens, storm = "Arland opens port", "Storm in port of Arland damages nine ships, minister says"
    assert is_same_event(opens, storm, 0.9)
    assert not is_same_event(opens, storm, 0.7)
    assert (
        place([a_story(title="习近平会见普京")], "Xi meets Putin in Moscow for talks").story
        is not None
    )
    assert is_same_event("Арланд и Борланд", "A treaty is signed", 0.75)
    live = "Russia-Ukraine War LIVE Updates: Arland invites Borland's leader to a summit in June"
    assert place([a_story()], live).story is None
    assert place([a_story(title=live)], live).story is None


@check_rows(
    [
        (JOIN_WINDOW, True),
        (JOIN_WINDOW + SECOND, False),
        (-JOIN_WINDOW, True),
        (-JOIN_WINDOW - SECOND, False),
    ]
)
def test_a_story_is_joined_only_around_its_last_report(later: timedelta, joins: bool) -> None:
    assert (place([a_story()], at=MONDAY + later).story is not None) is joins


@check_rows([
    (LULL, 0.01, True),
    (LULL + SECOND, CLEAR_MARGIN - 0.01, False),
    (LULL + SECOND, CLEAR_MARGIN + 0.01, True),
])  # fmt: skip
def test_after_a_lull_only_clearly_near_reports_join(
    later: timedelta, margin: float, joins: bool
) -> None:
    cosine = MIN_JOIN_COSINE["static"] + margin
    assert (place([a_story()], cosine=cosine, at=MONDAY + later).story is not None) is joins


@check_rows(
    [
        ("Arland may invite Borland's leader to a summit in June", False),
        ("Arland will invite Borland's leader to a summit in June", False),
        ("Arland has invited Borland's leader to a summit in June", True),
    ]
)
def test_the_deed_joins_no_story_of_plans(title: str, joins: bool) -> None:
    assert (place([a_story()], title).story is not None) is joins
    assert (place([a_story(title=title)]).story is not None) is joins


def test_a_report_contradicts_later_reports_of_a_story_too() -> None:
    vague, rise, fall = (f"Arland shares{move} after Borland's move" for move in MOVES)
    assert place([a_story(title=vague)], fall).story is not None
    assert place([a_story(title=vague, titles={rise})], fall).story is None


@check_rows([(MAX_STORY_AGE, True), (MAX_STORY_AGE + SECOND, False)])
def test_a_story_is_not_joined_after_its_longest_time(age: timedelta, joins: bool) -> None:
    steady = a_story(last_seen_at=MONDAY + age)
    assert (place([steady], at=MONDAY + age).story is not None) is joins


def test_joining_moves_a_story_only_so_far() -> None:
    story = a_story(sides={QUESTION: Direction.YES})
    held = StoryIndex([story], "static")
    other = QuestionId("another")
    held.join(story, at_cosine(0.8), {QUESTION: Direction.NO, other: Direction.NO}, MONDAY + HOUR)
    assert story.last_seen_at == MONDAY + HOUR
    assert story.sides == {QUESTION: Direction.YES, other: Direction.NO}
    assert story.vector == pytest.approx(at_cosine(1.0) + at_cosine(0.8))
    assert held.place(SUMMIT, at_cosine(0.8), {}, MONDAY).cosine > 0.9
    held.join(story, NOTHING, {}, MONDAY)
    assert story.last_seen_at == MONDAY + HOUR
    story = a_story()
    held = StoryIndex([story], "static")
    for n in range(50):
        held.join(story, at_cosine(0.8), {}, MONDAY + n * HOUR)
    assert np.linalg.norm(story.vector) < SETTLED_LENGTH + 1.0
    assert held.place(SUMMIT, at_cosine(0.0), {}, MONDAY).story is None


def test_without_vectors_words_decide() -> None:
    others = ("Arland and Borland sign a trade treaty", SUMMIT)
    assert by_words("Arland invites leader of Borland to summit in June", *others) == 2
    assert by_words("ARLAND INVITES BORLAND’S LEADER TO A SUMMIT IN JUNE", *others) == 2
    assert by_words("Storm hits the coast of Corland today", *others) is None
    assert by_words("Live updates: war", "Live updates: war") is None
    assert by_words("", "") is None
    assert (
        StoryIndex([a_story()], "static")
        .place(SUMMIT, np.zeros(3, dtype=np.float32), {}, MONDAY)
        .story
        is None
    )
    assert substance_words("The end of an era") == {"end", "era"}


def test_vectors_of_another_encoder_are_not_compared() -> None:
    old = a_story(1, vector=NOTHING)
    assert StoryIndex([old], "static").place(SUMMIT, at_cosine(1.0), {}, MONDAY).story is None
    held = StoryIndex([old, a_story(2)], "static")
    assert held.place(SUMMIT, at_cosine(1.0), {}, MONDAY).story is held.get(StoryId(2))
    assert held.place(SUMMIT, np.ones(7, dtype=np.float32), {}, MONDAY).story is None
    held.join(old, at_cosine(1.0), {}, MONDAY)
    assert held.place(SUMMIT, at_cosine(1.0), {}, MONDAY).story is old


@given(st.lists(st.floats(width=32, allow_nan=False), max_size=20))
def test_a_centre_comes_back_from_storage_to_the_last_bit(numbers: list[float]) -> None:
    story = a_story(5, vector=np.array(numbers, dtype=np.float32), sides={QUESTION: Direction.NO})
    again = KnownStory.from_row(
        story.id, story.title, story.pack_vector(), (MONDAY, MONDAY), story.sides
    )
    assert again.vector.tobytes() == story.vector.tobytes()
    assert (again.id, again.title, again.sides) == (story.id, story.title, story.sides)
    assert again.sides is not story.sides


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=12), st.floats(-1, 1), st.randoms())
def test_the_cosine_does_not_depend_on_other_stories(
    cosines: list[float], asked: float, chance: Any
) -> None:
    held = [a_story(n, vector=at_cosine(cosine)) for n, cosine in enumerate(cosines)]
    vector = round_to_grid(at_cosine(asked))
    first = StoryIndex(held, "static").place(SUMMIT, vector, {}, MONDAY)
    chance.shuffle(held)
    assert StoryIndex(held, "static").place(SUMMIT, vector, {}, MONDAY).cosine == first.cosine
    if first.story:
        actual = StoryIndex([first.story], "static").place(SUMMIT, vector, {}, MONDAY).cosine
        assert actual == first.cosine


@given(st.dictionaries(st.sampled_from("abc"), st.sampled_from(Direction)))
def test_nothing_is_opposed_to_itself_and_opposition_is_mutual(sides: dict[str, Direction]) -> None:
    one = {QuestionId(q): side for q, side in sides.items()}
    other = {q: Direction(-side) for q, side in one.items()}
    assert not have_opposite_sides(one, one)
    assert have_opposite_sides(one, other) == have_opposite_sides(other, one) == any(one.values())


@check_rows(["", "\0", "🎉" * 1_000, "a" * 100_000, "\ud800 war", "\u202eabc"])
def test_odd_headlines_are_placed_like_others(title: str) -> None:
    placed = place([a_story(), a_story(2, title)], title)
    assert placed.story is None or placed.story.id == 2
    assert by_words(title, SUMMIT) is None
