"""Copies of one report join one story; a denial never joins what it denies."""

import pytest

from forecasts.evidence import StoryId
from tracker.matching.stories import RecentStories, same_report, words_of

FIRST = "Arland invites Borland's leader to a summit in June"


@pytest.mark.parametrize(
    "other",
    [
        "Arland invites Borland's leader to a summit in June - The Daily",
        "Arland invites leader of Borland to summit in June",
        "ARLAND INVITES BORLAND’S LEADER TO A SUMMIT IN JUNE",
    ],
)
def test_nearly_the_same_words_are_the_same_report(other: str) -> None:
    assert same_report(words_of(FIRST), words_of(other))


@pytest.mark.parametrize(
    "other",
    [
        "Arland denies it invites Borland's leader to a summit in June",
        "Arland rejects invitation of Borland's leader to a summit in June",
        "Borland's economy grows faster than expected",
    ],
)
def test_a_denial_or_another_event_is_another_story(other: str) -> None:
    assert not same_report(words_of(FIRST), words_of(other))


def test_other_numbers_are_another_event() -> None:
    assert not same_report(
        words_of("Trade rises 12 % in May year on year"), words_of("Trade rises 15 % in May year on year")
    )


def test_headlines_that_say_too_little_are_never_joined() -> None:
    assert not same_report(words_of("Live updates: war"), words_of("Live updates: war"))


def test_an_item_finds_the_story_with_most_words_in_common() -> None:
    stories = RecentStories(((StoryId(1), "Arland and Borland sign a trade treaty"), (StoryId(2), FIRST)))
    assert stories.find("Arland invites Borland's leader to summit in June | Wire") == StoryId(2)
    assert stories.find("Storm hits the coast of Corland today") is None
    stories.add(StoryId(3), "Storm hits the coast of Corland today")
    assert stories.find("Storm hits coast of Corland today") == StoryId(3)
