"""Stories for tests, and where a report goes among them."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.evidence.evidence import Direction, StoryId
from forecasts.questions.question import QuestionId
from tracker.matching.story_index import KnownStory, StoryIndex, StoryPlacement

Floats = NDArray[np.float32]

SUMMIT = "Arland invites Borland's leader to a summit in June"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
QUESTION = QuestionId("summit")
NOTHING: Floats = np.zeros(0, dtype=np.float32)


def at_cosine(cosine: float) -> Floats:
    """A vector of length 1 with this cosine to `at_cosine(1)`."""
    return np.array([cosine, math.sqrt(1 - cosine**2), 0.0], dtype=np.float32)


def a_story(number: int = 1, title: str = SUMMIT, **changed: Any) -> KnownStory:
    """A story of one report on Monday."""
    values: dict[str, Any] = {
        "vector": at_cosine(1.0), "first_seen_at": MONDAY, "last_seen_at": MONDAY, "sides": {},
    }  # fmt: skip
    return KnownStory(StoryId(number), title, **{**values, **changed})


def place(
    known: Iterable[KnownStory],
    title: str = SUMMIT,
    *,
    cosine: float = 1.0,
    at: datetime = MONDAY,
    side: int = 0,
) -> StoryPlacement:
    """Where a report goes by meaning."""
    sides = {QUESTION: Direction(side)} if side else {}
    return StoryIndex(known, "static").place(title, at_cosine(cosine), sides, at)
