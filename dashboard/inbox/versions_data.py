"""An item that its outlet edited: every version as it was seen, the oldest first."""

from dataclasses import dataclass
from datetime import datetime

from tracker.model.read_models import StoryItem


@dataclass(frozen=True, slots=True)
class Version:
    """One version. `said` tells what is different from the one before; `summary` is "" where it is
    the same.
    """

    seen_at: datetime
    said: str
    title: str
    summary: str


def versions(copy: StoryItem) -> tuple[Version, ...]:
    """All versions of a copy, the first as it was first seen."""
    first = copy.item
    found = [Version(first.first_seen_at, "first seen", first.title, first.summary)]
    title, summary = first.title, first.summary
    for later in copy.revisions:
        changed = [
            *(["headline"] if later.title != title else []),
            *(["summary"] if later.summary != summary else []),
        ]
        said = f"{' and '.join(changed) or 'text'} changed"
        found.append(
            Version(
                later.seen_at, said, later.title, later.summary if later.summary != summary else ""
            )
        )
        title, summary = later.title, later.summary
    return tuple(found)
