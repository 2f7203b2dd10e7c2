"""Put reports into stories as a poll does, without a database."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from forecasts.evidence.evidence import StoryId
from tracker.matching.matcher import clean_item_text
from tracker.matching.near_duplicates import NearDuplicates
from tracker.matching.semantic import encoder_input, encoder_kind, open_encoders, round_to_grid
from tracker.matching.story_index import KnownStory, StoryIndex
from tracker.matching.tokens import Vocabulary


def cluster(reports: Sequence[tuple[str, str, datetime]]) -> list[int]:
    """Put reports (title, summary, first seen), in the order of time, into stories; the number of
    each one's story.
    """
    encoder, tokens = open_encoders("static").wide, Vocabulary()
    roots = NearDuplicates().add(
        [(n, title, summary, at) for n, (title, summary, at) in enumerate(reports, 1)]
    )
    texts = [
        tokens.in_english(encoder_input(*_said(title, summary))) for title, summary, _ in reports
    ]
    vectors = (
        round_to_grid(encoder.encode(texts))
        if encoder
        else np.zeros((len(reports), 0), dtype=np.float32)
    )
    stories, found = StoryIndex([], encoder_kind(encoder)), list[int]()
    part_of: dict[int, int] = {}
    for n, ((title, summary, at), root) in enumerate(zip(reports, roots, strict=True)):
        if root is not None:
            found.append(found[root - 1])
            continue
        heading = _said(title, summary)[0]
        placed = stories.place(heading, vectors[n], {}, at)
        story = placed.story
        if story is None:
            story = KnownStory(StoryId(n), heading, vectors[n].copy(), at, at)
            stories.add(story)
        elif placed.also:
            earlier, later = sorted((story, placed.also), key=lambda s: s.id)
            part_of[later.id] = earlier.id
            stories.merge(later, earlier)
        stories.join(story, vectors[n], {}, at)
        story.titles.add(heading)
        found.append(int(story.id))
    return [_whole(story, part_of) for story in found]


def _whole(story: int, part_of: Mapping[int, int]) -> int:
    """The story that one is part of in the end."""
    while story in part_of:
        story = part_of[story]
    return story


def _said(title: str, summary: str) -> tuple[str, str]:
    words = clean_item_text(title, summary)
    return words.title, words.summary
