"""Which story does an item belong to? Items that word the same event alike join one story.

Joining is causal: an item joins a story seen earlier or starts one, and stays there. Two headlines
join when they share most of their words, name the same numbers, and agree in denial: "denies" never
joins what it denies.
"""

import re
from collections import Counter

from forecasts.evidence import StoryId

WINDOW_DAYS = 3
"""How long after its last report a story can still be joined."""

ALIKE = 0.6
"""Share of common words (Jaccard) from which two headlines are copies of one report."""

FEWEST_WORDS = 4
"""Headlines with fewer words of substance ("Live updates") say too little to be joined."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_OUTLET = re.compile(r"\s+[-–—|]\s+[^-–—|]{2,40}$")
_DENIAL = frozenset(
    "no not never denies deny denied rejects reject rejected refuses refuse refused without against declines decline"
    " declined cancels cancel cancelled canceled fails fail failed halts halt suspends suspend suspended isn't won't"
    " doesn't cannot can't falls fall fell rises rise rose".split()
)
_EMPTY = frozenset(
    "a an the of in on at to for and or by with as is are was were its it after over from that this".split()
)

Words = frozenset[str]


def words_of(title: str) -> Words:
    """The words of a headline that carry meaning, without the outlet's name at its end."""
    text = _OUTLET.sub("", title).lower().replace("’", "'")
    return frozenset(_WORD.findall(text)) - _EMPTY


def same_report(a: Words, b: Words) -> bool:
    """Do two headlines report the same event in nearly the same words?"""
    if min(len(a), len(b)) < FEWEST_WORDS or a & _DENIAL != b & _DENIAL:
        return False
    if {w for w in a if w[0].isdigit()} != {w for w in b if w[0].isdigit()}:
        return False
    return len(a & b) >= ALIKE * len(a | b)


class RecentStories:
    """The stories that a new item could join, with an index of their words."""

    def __init__(self, stories: tuple[tuple[StoryId, str], ...] = ()) -> None:
        self._words: dict[StoryId, Words] = {}
        self._by_word: dict[str, list[StoryId]] = {}
        for story_id, title in stories:
            self.add(story_id, title)

    def add(self, story_id: StoryId, title: str) -> None:
        """Remember a story under the words of its first headline."""
        words = words_of(title)
        self._words[story_id] = words
        for word in words:
            self._by_word.setdefault(word, []).append(story_id)

    def find(self, title: str) -> StoryId | None:
        """The story that the headline belongs to: the one with most words in common, if alike."""
        words = words_of(title)
        shared = Counter(story for word in words for story in self._by_word.get(word, ()))
        for story_id, _ in shared.most_common(10):
            if same_report(words, self._words[story_id]):
                return story_id
        return None
