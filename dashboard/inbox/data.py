"""Stories in the order of the inbox, and the reports and versions behind a piece of evidence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from forecasts.evidence.evidence import StoryId
from forecasts.questions.question import Question, QuestionId
from tracker.feeds.item import Item, ItemId, ItemRevision
from tracker.model.evidence import EvidenceCard, StoryItem

Story = Sequence[EvidenceCard]
"""Pieces of evidence of one story, each on a question of its own."""

Questions = Mapping[QuestionId, Question]


def group_stories(cards: Sequence[EvidenceCard]) -> list[Story]:
    """Group evidence by story, in the order of their first pieces."""
    stories: dict[StoryId, list[EvidenceCard]] = {}
    for card in cards:
        stories.setdefault(card.evidence.story_id, []).append(card)
    return list(stories.values())


def flag_copies(items: Sequence[StoryItem]) -> list[tuple[StoryItem, bool]]:
    """Flag the copies among the reports of a story, first seen first."""
    texts: set[ItemId] = set()
    reports = []
    for item in sorted(items, key=lambda i: (i.item.first_seen_at, i.item.id)):
        text_id = item.copy_of or item.item.id
        reports.append((item, text_id in texts))
        texts.add(text_id)
    return reports


def count_reports(items: Sequence[StoryItem]) -> tuple[int, int, int]:
    """Count distinct reports, independent source groups, and copies, as story reliability does.

    Neither a copy nor the same owner is independent.
    """
    groups = [item.source_group for item, is_copy in flag_copies(items) if not is_copy]
    return len(groups), len(set(groups)), len(items) - len(groups)


class ItemVersion(NamedTuple):
    """One version and its change from the one before; `summary` is "" if it did not change."""

    seen_at: datetime
    change: str
    title: str
    summary: str


def list_item_versions(story_item: StoryItem) -> list[ItemVersion]:
    """List all versions of an item, oldest first."""
    first = story_item.item
    versions = [ItemVersion(first.first_seen_at, "first seen", first.title, first.summary)]
    before: Item | ItemRevision = first
    for later in story_item.revisions:
        parts = [
            name for name in ("title", "summary") if getattr(later, name) != getattr(before, name)
        ]
        change = " and ".join(parts).replace("title", "headline") or "text"
        summary = later.summary if "summary" in parts else ""
        versions.append(ItemVersion(later.seen_at, f"{change} changed", later.title, summary))
        before = later
    return versions
