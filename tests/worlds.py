"""Small worlds to replay, and their folders on disk."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from forecasts.question_sets.question_set import QuestionSet, read_question_set
from tests.forecasts.small_set import TEXTS

END = datetime(2023, 2, 1, tzinfo=UTC)
FIRST = datetime(2022, 6, 5, 12, tzinfo=UTC)


def set_folder(directory: Path) -> Path:
    """The small set as a folder that `tracker question import-set` takes; its only feed is on a host that
    never resolves.
    """
    folder = directory / "small-set"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(
            text.replace("example.org/feed.xml", "wire.invalid/feed.xml"), encoding="utf-8"
        )
    return folder


def busy_world(events: int = 40) -> QuestionSet:
    """The small set with an event every few days and a forecast every week."""
    news = "".join(_event(number) for number in range(events))
    revisions = "".join(_forecast(week) for week in range(20))
    return read_question_set({**TEXTS, "history.toml": TEXTS["history.toml"] + news + revisions})


def _event(number: int) -> str:
    at = FIRST + timedelta(days=4 * number)
    what = "It abstained" if number % 3 else "Joint drills begin"
    side = 'yes = ["neutral"]' if number % 3 else 'yes = ["treaty"]\nno = ["neutral"]'
    return f"""
[[event]]
id = "event-{number}"
at = {at:%Y-%m-%dT%H:%M:%SZ}
title = "{what} on occasion {number} of the season"
summary = "Reported from the capital."
source = "{"wire" if number % 2 else "daily"}"
url = "https://example.org/event/{number}"
{side}
"""


def _forecast(week: int) -> str:
    at = FIRST + timedelta(days=7 * week, hours=5)
    return f"""
[[forecast]]
at = {at:%Y-%m-%dT%H:%M:%SZ}
question = "treaty"
forecaster = "demo-ada"
p = {0.05 + 0.02 * week:.2f}
rationale = "Week {week}."
"""
