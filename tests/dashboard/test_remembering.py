"""What the tracker answered is kept exactly as long as it would answer the same, whoever writes."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from threading import Event, Thread
from typing import Any, cast

import pytest

from dashboard.server.response_cache import CACHED_METHODS, MAX_RESPONSES, ResponseCache
from dashboard.server.tracker_handle import get_tracker, share_tracker
from forecasts.distributions.distribution import Binary
from forecasts.questions.forecaster import CROWD
from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock, a_question, a_set, no_network
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import NotFound

ADA = ForecasterId("ada")
ASKED = "summit-2027"


class Counting:
    """A tracker that counts what it is asked for."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._tracker, name)
        return self._counted(name, found) if name in CACHED_METHODS else found

    def _counted(self, name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            self.asked[name] += 1
            return verb(*args, **named)

        return counted


def remembering(tracker: Tracker) -> tuple[Tracker, Counter[str]]:
    """The tracker with a memory, and how often what is behind it was asked."""
    counting = Counting(tracker)
    return cast(Tracker, ResponseCache(cast(Tracker, counting))), counting.asked


@pytest.fixture
def kept(both: Tracker) -> tuple[Tracker, Counter[str]]:
    both.load(a_set())
    return remembering(both)


def test_what_nothing_was_written_to_is_read_once(kept: tuple[Tracker, Counter[str]]) -> None:
    tracker, asked = kept
    assert tracker.question(ASKED) is tracker.question(ASKED)
    assert tracker.questions() is tracker.questions()
    assert tracker.calibration(lead_days=7) is tracker.calibration(lead_days=7)
    assert tracker.calibration(lead_days=30).lead_days == 30
    assert asked == {"question": 1, "questions": 1, "calibration": 2}


def test_what_is_written_here_shows_at_once(kept: tuple[Tracker, Counter[str]]) -> None:
    tracker, _ = kept
    assert ADA not in tracker.question(ASKED).summary.standings
    tracker.forecast(ASKED, Binary(0.63))
    assert tracker.question(ASKED).summary.standings[ADA].p == 0.63
    assert tracker.questions()[0].standings[CROWD].p == 0.63


def test_what_another_connection_writes_shows_at_once(
    kept: tuple[Tracker, Counter[str]], both: Tracker, clock: FakeClock
) -> None:
    tracker, _ = kept
    assert ADA not in tracker.questions()[0].standings
    with open_tracker(both.settings, now=clock, fetch=no_network) as other:
        for p in (0.2, 0.7):
            other.forecast(ASKED, Binary(p))
            assert tracker.question(ASKED).summary.standings[ADA].p == p
            assert tracker.questions()[0].standings[ADA].p == p


def test_what_another_process_writes_shows_at_once(tracker: Tracker) -> None:
    tracker.load(a_set())
    looked_at, _ = remembering(tracker)
    assert ADA not in looked_at.questions()[0].standings
    program = f"""
from tracker.app.tracker import open_tracker
from tracker.settings import Settings
from datetime import UTC, datetime
with open_tracker(Settings(database_url={tracker.settings.url!r}), now=lambda: datetime(2026, 12, 1, 10, tzinfo=UTC)) as t:
    t.forecast({ASKED!r}, "63%", forecaster="ada")
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    assert looked_at.questions()[0].standings[ADA].p == 0.63
    assert looked_at.question(ASKED).summary.standings[ADA].p == 0.63


def test_after_five_minutes_time_itself_has_moved_the_numbers(
    kept: tuple[Tracker, Counter[str]], clock: FakeClock
) -> None:
    tracker, asked = kept
    before = tracker.question(ASKED)
    clock.advance(seconds=299)
    assert tracker.question(ASKED) is before
    clock.advance(seconds=1)
    later = tracker.question(ASKED)
    assert later is not before
    clock.advance(days=-1)  # a clock that was set back
    assert tracker.question(ASKED) is not later
    assert asked["question"] == 3


def test_what_is_written_beside_the_log_changes_pages_but_not_the_list(
    kept: tuple[Tracker, Counter[str]], both: Tracker
) -> None:
    tracker, asked = kept
    assert tracker.feeds()[0].state.paused_why == ""
    rows = tracker.questions()
    both.pause_feed("wire")
    assert tracker.feeds()[0].state.paused_why != ""
    assert tracker.questions() is rows
    assert (asked["feeds"], asked["questions"]) == (2, 1)
    both.retract(ASKED, "asked by mistake")
    assert tracker.questions() == ()


def test_a_refusal_is_not_kept(kept: tuple[Tracker, Counter[str]], both: Tracker) -> None:
    tracker, asked = kept
    for _ in range(2):
        with pytest.raises(NotFound):
            tracker.question("rain")
    assert asked["question"] == 2
    both.load(a_set(a_question("rain")))
    assert tracker.question("rain").summary.question.id == "rain"


def test_a_question_that_is_gone_is_not_shown_from_memory(
    kept: tuple[Tracker, Counter[str]], both: Tracker
) -> None:
    tracker, _ = kept
    tracker.question(ASKED)
    both.retract(ASKED, "asked by mistake")
    for _ in range(2):
        with pytest.raises(NotFound):
            tracker.question(ASKED)


def test_no_more_answers_are_kept_than_there_is_room_for(tracker: Tracker) -> None:
    looked_at, asked = remembering(tracker)
    for lead in range(MAX_RESPONSES + 1):
        looked_at.calibration(lead_days=lead)
    looked_at.calibration(lead_days=MAX_RESPONSES)
    assert asked["calibration"] == MAX_RESPONSES + 1
    looked_at.calibration(lead_days=0)
    assert asked["calibration"] == MAX_RESPONSES + 2


def test_sessions_that_ask_the_same_at_once_wait_for_one_answer(tracker: Tracker) -> None:
    tracker.load(a_set())
    started, go_on, seen = Event(), Event(), []
    looked_at, asked = remembering(tracker)

    def slow() -> Any:
        asked["questions"] += 1
        started.set()
        assert go_on.wait(20)
        return "rows"

    cast(Any, looked_at)._tracker.questions = slow
    both = [Thread(target=lambda: seen.append(looked_at.questions())) for _ in range(2)]
    for thread in both:
        thread.start()
    assert started.wait(20)
    go_on.set()
    for thread in both:
        thread.join(20)
    assert seen == ["rows", "rows"]
    assert asked["questions"] == 1


def test_every_name_that_is_kept_is_a_verb() -> None:
    assert [name for name in CACHED_METHODS if not callable(getattr(Tracker, name, None))] == []


def test_pages_look_at_what_is_remembered(tracker: Tracker) -> None:
    tracker.load(a_set())
    share_tracker(tracker)
    assert get_tracker().questions() is get_tracker().questions()
    assert get_tracker().me == tracker.me
