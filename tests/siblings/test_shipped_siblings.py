"""The shipped sets open siblings that close within weeks, whatever the day of their import."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import FakeClock
from tracker.app.question_set_files import list_built_in_sets, load_question_set
from tracker.app.tracker import Tracker

SOON = timedelta(days=60)
DAYS = ("2026-11-28", pytest.param("2027-08-31", marks=pytest.mark.full))


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("name", list_built_in_sets())
def test_an_import_opens_ten_questions_that_close_soon(
    tracker: Tracker, clock: FakeClock, name: str, day: str
) -> None:
    clock.time = now = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=UTC)
    loaded = tracker.question_sets.load(load_question_set(name))
    rows = [row for row in tracker.questions.list() if row.parent_id is not None]
    assert len(rows) == loaded.siblings >= 10
    texts = {row.question.text for row in rows}
    assert len(texts) == len(rows)
    for question in (row.question for row in rows):
        assert now < question.closes_at <= now + SOON
        assert "{" not in question.text + question.criteria
        flaws = tracker.questions.lint_stored(question.id)
        assert not [flaw for flaw in flaws if flaw.severity == "blocking"]
    run = tracker.questions.open_siblings()
    assert (run.opened, dict(run.failed)) == ((), {})
