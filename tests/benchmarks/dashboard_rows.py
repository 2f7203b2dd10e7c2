"""The rows of which the dashboard's world has many, as they go into the tables: stories, items,
evidence, the log.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from forecasts.distributions.cdf import EPOCH, Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions.question import Kind, Question
from tracker.storage.tables import LogRow

INDICATORS = 4
OPTIONS = ("North", "South", "East", "Other")
STATUSES = ("confirmed",) * 7 + ("edited", "rejected", "logged")
DAY = timedelta(days=1)


class News:
    """Stories with their items, and what each says on a question."""

    def __init__(
        self, titles: Sequence[str], summaries: Sequence[str], feeds: int, rng: random.Random
    ) -> None:
        self._titles, self._summaries, self._feeds, self._rng = titles, summaries, feeds, rng

    def story(self, number: int, first: datetime, last: datetime) -> dict[str, Any]:
        title = self._titles[number % len(self._titles)]
        return {
            "id": number,
            "title": title,
            "first_seen_at": first,
            "last_seen_at": last,
            "vector": b"",
            "encoder": "",
        }

    def item(self, numbers: tuple[int, int, int], seen: datetime) -> dict[str, Any]:
        """An item by its own number, its story's and its place in the story; all but the first are
        copies of it.
        """
        item, story, place = numbers
        url = f"https://news.example/{story}/{place}"
        return {
            "id": item,
            "feed_id": f"feed-{(story * 7 + place) % self._feeds}",
            "story_id": story,
            "key": str(item),
            "canonical_url": url,
            "title": self._titles[story % len(self._titles)],
            "summary": self._summaries[story * 3 % len(self._summaries)],
            "content": "",
            "url": url,
            "published_at": seen,
            "published_raw": "",
            "updated_at": None,
            "date_note": "",
            "first_seen_at": seen,
            "fingerprint": f"{item:x}",
            "revisions": 0,
            "same_as": None,
            "copy_of": item - place if place else None,
            "wire": "",
        }

    def piece(self, numbers: tuple[int, int], at: datetime, question: Question) -> dict[str, Any]:
        """A piece of evidence by its own number and its story's."""
        piece, story = numbers
        indicator, status = piece % INDICATORS, self._rng.choice(STATUSES)
        return {
            "id": piece,
            "question_id": question.id,
            "story_id": story,
            "indicator_id": f"{question.id}/{indicator}",
            "direction": -1 if indicator % 2 else 1,
            "strength": indicator + 1,
            "relevance": round(self._rng.uniform(0.5, 1.0), 3),
            "status": status,
            "judged_by": "matcher" if status == "logged" else "ada",
            "first_seen_at": at,
            "matched": ["arland", "summit"],
            "p_direction": 0.9,
            "option": OPTIONS[piece % len(OPTIONS)] if question.options else "",
            "nearest": self._titles[piece % len(self._titles)],
            "cosine": 0.6,
            "leaning": "",
            "matcher": "made",
        }


def held(question: Question, level: float) -> Distribution:
    """What somebody holds whose belief in YES, in the first option or in much is `level`, 0 to
    1.
    """
    return held_by(question.kind, question.scale, level)


def held_by(kind: Kind, scale: Scale | None, level: float) -> Distribution:
    rest = 1.0 - level
    if kind == "binary":
        return Binary(round(level, 3))
    if scale is None:
        return Categorical(OPTIONS, (level, rest / 2, rest / 4, rest / 4))
    middle = 0.1 + 0.8 * level
    knots = (0.0, middle - 0.05, middle, middle + 0.05, 1.0)
    end = 0.9 if scale.open_upper else 1.0
    return Cdf(tuple(map(float, scale.values(knots))), (0.0, 0.25, 0.5, 0.75, end))


def entry(seq: int, at: datetime, kind: str) -> tuple[Any, dict[str, Any]]:
    """An entry of the log that says nothing and is chained to nothing."""
    entry = {
        "seq": seq,
        "entered_at": at,
        "kind": kind,
        "subject": "",
        "body": "{}",
        "prev": "",
        "hash": f"made {seq}",
    }
    return LogRow, entry


def days(at: datetime) -> float:
    return (at - EPOCH) / DAY
