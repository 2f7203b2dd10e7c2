"""Versions of a feed item that its outlet edited."""

from dataclasses import dataclass
from datetime import datetime

from tracker.model.read_models import StoryItem


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One version and its change from the one before; `summary` is "" if it did not change."""

    seen_at: datetime
    change: str
    title: str
    summary: str


def list_item_versions(story_item: StoryItem) -> tuple[ItemVersion, ...]:
    """List all versions of an item, oldest first."""
    first = story_item.item
    result = [ItemVersion(first.first_seen_at, "first seen", first.title, first.summary)]
    title, summary = first.title, first.summary
    for later in story_item.revisions:
        changed = [
            *(["headline"] if later.title != title else []),
            *(["summary"] if later.summary != summary else []),
        ]
        change = f"{' and '.join(changed) or 'text'} changed"
        result.append(
            ItemVersion(
                later.seen_at,
                change,
                later.title,
                later.summary if later.summary != summary else "",
            )
        )
        title, summary = later.title, later.summary
    return tuple(result)
