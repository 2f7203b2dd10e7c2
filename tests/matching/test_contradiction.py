"""Reports that contradict each other never share a story, in any order; wordings of one do."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.evidence.evidence import StoryId
from tests.matching.opposite_pairs import development, held_out
from tests.matching.opposites_of_headlines import OPPOSITES
from tests.matching.some_stories import HOUR, MONDAY, a_story, at_cosine, place
from tests.matching.story_pairs import HeadlinePair, read_pairs
from tests.tables import check_rows
from tracker.matching.headline_assertions import analyse_assertions
from tracker.matching.headline_contradiction import is_deed_and_plan, titles_contradict
from tracker.matching.semantic import Encoder, open_encoders, round_to_grid
from tracker.matching.story_index import KnownStory, StoryIndex

PAIRS = (*read_pairs("same"), *read_pairs("contradiction"), *read_pairs("different"))
TITLES = tuple(dict.fromkeys(title for pair in PAIRS for title in (pair.first, pair.second)))
LISTED = tuple(title for pair in OPPOSITES for title in pair)
headlines = st.sampled_from((*TITLES, *LISTED)) | st.text(max_size=40)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """The encoder of stories."""
    wide = open_encoders("static").wide
    assert wide is not None
    return wide


def joins(encoder: Encoder, first: str, second: str, later: timedelta = HOUR) -> bool:
    """True if the second of two reports joins the story of the first."""
    vectors = round_to_grid(encoder.encode([first, second]))
    story = a_story(title=first, vector=vectors[0])
    return (
        StoryIndex([story], "static").place(second, vectors[1], {}, MONDAY + later).story is story
    )


def count_joined(encoder: Encoder, pairs: tuple[HeadlinePair, ...]) -> int:
    return sum(joins(encoder, pair.first, pair.second) for pair in pairs)


def test_pairs_are_complete() -> None:
    counts = [len(read_pairs(relation)) for relation in ("same", "contradiction", "different")]
    assert counts == [20, 20, 20]


def test_wordings_of_one_event_share_a_story(encoder: Encoder) -> None:
    assert count_joined(encoder, read_pairs("same")) >= 18


def test_contradictions_and_other_facts_seldom_share_one(encoder: Encoder) -> None:
    assert count_joined(encoder, read_pairs("contradiction")) <= 3
    assert count_joined(encoder, read_pairs("different")) <= 6


@check_rows([
    ("US extends waiver on Venezuelan oil", "US rules out renewal of Venezuelan oil waiver", False),
    (
        "Finland ready to hand over spent nuclear fuel to Norway",
        "Finland says stockpile of spent nuclear fuel has grown",
        False,
    ),
    (
        "Alaska summit of Putin and Trump ends without a deal",
        "Trump and Putin's Alaska summit ends without deal",
        True,
    ),
    (
        "China publishes 12-point position paper on the Ukraine crisis",
        "China publishes 12-point position paper on Ukraine",
        True,
    ),
], "first", "second", "shared")  # fmt: skip
def test_known_mistakes_stay_mended(
    encoder: Encoder, first: str, second: str, shared: bool
) -> None:
    assert joins(encoder, first, second) is joins(encoder, second, first) is shared


def test_opposites_on_unseen_topics_contradict() -> None:
    pairs = held_out()
    assert sum(titles_contradict(p.examples[0], p.denies) for p in pairs) >= 0.85 * len(pairs)
    assert sum(titles_contradict(p.examples[0], p.affirms) for p in pairs) <= 0.05 * len(pairs)
    assert sum(titles_contradict(p.affirms, p.denies) for p in development()) >= 0.8 * len(pairs)


@given(headlines, headlines)
def test_order_does_not_decide_whether_reports_contradict(first: str, second: str) -> None:
    assert titles_contradict(first, second) is titles_contradict(second, first)
    assert is_deed_and_plan(first, second) is is_deed_and_plan(second, first)
    assert not titles_contradict(first, first)
    assert not is_deed_and_plan(first, first)


@given(st.sampled_from(PAIRS))
def test_order_does_not_decide_whether_reports_join(pair: HeadlinePair) -> None:
    placed = place([a_story(title=pair.first)], pair.second).story
    assert (placed is None) is (place([a_story(title=pair.second)], pair.first).story is None)


@given(st.lists(st.tuples(st.sampled_from((*TITLES, *LISTED)), st.floats(0.7, 1)), max_size=25))
def test_no_story_contradicts_itself(reports: list[tuple[str, float]]) -> None:
    index = StoryIndex([], "static")
    for number, (title, cosine) in enumerate(reports):
        placed = index.place(title, at_cosine(cosine), {}, MONDAY)
        story = placed.story
        if story is None:
            story = KnownStory(StoryId(number), title, at_cosine(cosine), MONDAY, MONDAY)
            index.add(story)
        if placed.also is not None:
            index.merge(placed.also, story)
        index.join(story, np.zeros(0, dtype=np.float32), {}, MONDAY)
        story.titles.add(title)
        assert not any(
            titles_contradict(a, b) or is_deed_and_plan(a, b)
            for a in story.titles
            for b in story.titles
        )


@check_rows(
    [
        ("Summit ends without a deal", "Summit ends without deal"),
        ("Minister does not sign a treaty", "Minister does not sign treaty"),
        ("Talks collapse without any agreement", "Talks collapse without agreement"),
    ]
)
def test_negations_read_alike_with_and_without_article(one: str, other: str) -> None:
    a, b = analyse_assertions(one), analyse_assertions(other)
    assert (a.stems, a.axes, a.parity, a.going) == (b.stems, b.axes, b.parity, b.going)


def test_an_event_that_ends_without_result_took_place() -> None:
    summit = analyse_assertions("Arland's summit with Borland ends without a deal")
    assert (summit.axes["meet"], summit.axes["deal"], summit.parity) == (1.0, -1.0, -1)


@check_rows(
    [
        ("At least 40 people die in Arland flood", "More than 60 people die in Arland flood"),
        ("Не менее 40 человек погибли в Арланде", "В Арланде погибли 40 человек"),
    ]
)
def test_a_minimum_denies_nothing(one: str, other: str) -> None:
    assert not titles_contradict(one, other)


@check_rows([("Prices rise in Arland", "Prices fall in Arland"), ("Yes", "No")])
def test_listed_opposites_contradict(one: str, other: str) -> None:
    assert titles_contradict(one, other)
