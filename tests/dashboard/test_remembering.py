"""What the tracker answered is kept exactly as long as it would answer the same, whoever writes."""

from collections import Counter
from collections.abc import Callable
from functools import cached_property, wraps
from threading import Event, Thread
from typing import Any, cast

import pytest

from dashboard.server import response_cache
from dashboard.server.response_cache import ResponseCache, get_tracker, share_tracker
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import CROWD, ForecasterId
from tests.builders import FakeClock, a_question, a_set, no_network
from tracker.app.service import cacheable
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import NotFound

ADA = ForecasterId("ada")
ASKED = "summit-2027"


def count_calls(name: str, method: Callable[..., Any], calls: Counter[str]) -> Callable[..., Any]:
    """The same method, which counts its calls under a name."""

    @wraps(method)  # with its cache policy
    def counted(*args: Any, **options: Any) -> Any:
        calls[name] += 1
        return method(*args, **options)

    return counted


def remembering(tracker: Tracker) -> tuple[Tracker, Counter[str]]:
    """The tracker with a cache, and how often the methods behind it were called."""
    calls = Counter[str]()
    for noun, value in vars(Tracker).items():
        service = getattr(tracker, noun) if isinstance(value, cached_property) else None
        for name in dir(service):
            method = getattr(service, name)
            if hasattr(method, "cache_policy"):
                setattr(service, name, count_calls(f"{noun}.{name}", method, calls))
    return cast(Tracker, ResponseCache(tracker)), calls


@pytest.fixture
def kept(both: Tracker) -> tuple[Tracker, Counter[str]]:
    both.question_sets.load(a_set())
    return remembering(both)


def test_what_nothing_was_written_to_is_read_once(kept: tuple[Tracker, Counter[str]]) -> None:
    tracker, asked = kept
    assert tracker.questions.get(ASKED) is tracker.questions.get(ASKED)
    assert tracker.questions.list() is tracker.questions.list()
    assert tracker.accuracy.calibration(lead_days=7) is tracker.accuracy.calibration(lead_days=7)
    assert tracker.accuracy.calibration(lead_days=30).lead_days == 30
    assert asked == {"questions.get": 1, "questions.list": 1, "accuracy.calibration": 2}


def test_what_is_written_here_shows_at_once(kept: tuple[Tracker, Counter[str]]) -> None:
    tracker, _ = kept
    assert ADA not in tracker.questions.get(ASKED).summary.standings
    tracker.forecasts.submit(ASKED, Binary(0.63))
    assert tracker.questions.get(ASKED).summary.standings[ADA].p == 0.63
    assert tracker.questions.list()[0].standings[CROWD].p == 0.63


def test_what_another_connection_writes_shows_at_once(
    kept: tuple[Tracker, Counter[str]], both: Tracker, clock: FakeClock
) -> None:
    tracker, _ = kept
    assert ADA not in tracker.questions.list()[0].standings
    with open_tracker(both.settings, now=clock, fetch=no_network) as other:
        for p in (0.2, 0.7):
            other.forecasts.submit(ASKED, Binary(p))
            assert tracker.questions.get(ASKED).summary.standings[ADA].p == p
            assert tracker.questions.list()[0].standings[ADA].p == p


def test_after_five_minutes_time_itself_has_moved_the_numbers(
    kept: tuple[Tracker, Counter[str]], clock: FakeClock
) -> None:
    tracker, asked = kept
    before = tracker.questions.get(ASKED)
    clock.advance(seconds=299)
    assert tracker.questions.get(ASKED) is before
    clock.advance(seconds=1)
    later = tracker.questions.get(ASKED)
    assert later is not before
    clock.advance(days=-1)  # a clock that was set back
    assert tracker.questions.get(ASKED) is not later
    assert asked["questions.get"] == 3


def test_writes_beside_the_log_change_pages_alone(
    kept: tuple[Tracker, Counter[str]], both: Tracker
) -> None:
    tracker, asked = kept
    assert tracker.feeds.list()[0].state.paused_why == ""
    rows = tracker.questions.list()
    both.feeds.pause("wire")
    assert tracker.feeds.list()[0].state.paused_why != ""
    assert tracker.questions.list() is rows
    assert (asked["feeds.list"], asked["questions.list"]) == (2, 1)
    both.questions.retract(ASKED, "asked by mistake")
    assert tracker.questions.list() == ()


def test_a_refusal_is_not_kept(kept: tuple[Tracker, Counter[str]], both: Tracker) -> None:
    tracker, asked = kept
    for _ in range(2):
        with pytest.raises(NotFound):
            tracker.questions.get("rain")
    assert asked["questions.get"] == 2
    both.question_sets.load(a_set(a_question("rain")))
    assert tracker.questions.get("rain").summary.question.id == "rain"


def test_a_question_that_is_gone_is_not_shown_from_memory(
    kept: tuple[Tracker, Counter[str]], both: Tracker
) -> None:
    tracker, _ = kept
    tracker.questions.get(ASKED)
    both.questions.retract(ASKED, "asked by mistake")
    for _ in range(2):
        with pytest.raises(NotFound):
            tracker.questions.get(ASKED)


def test_no_more_answers_are_kept_than_there_is_room_for(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_cache, "MAX_ENTRIES", 3)
    looked_at, asked = remembering(tracker)
    for lead in range(4):
        looked_at.accuracy.calibration(lead_days=lead)
    looked_at.accuracy.calibration(lead_days=3)
    assert asked["accuracy.calibration"] == 4
    looked_at.accuracy.calibration(lead_days=0)
    assert asked["accuracy.calibration"] == 5


def test_concurrent_sessions_wait_for_one_result(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    started, go_on, seen = Event(), Event(), []
    looked_at, asked = remembering(tracker)

    @cacheable()
    def slow() -> Any:
        asked["questions.list"] += 1
        started.set()
        assert go_on.wait(20)
        return "rows"

    cast(Any, tracker.questions).list = slow
    both = [Thread(target=lambda: seen.append(looked_at.questions.list())) for _ in range(2)]
    for thread in both:
        thread.start()
    assert started.wait(20)
    go_on.set()
    for thread in both:
        thread.join(20)
    assert seen == ["rows", "rows"]
    assert asked["questions.list"] == 1


def test_pages_look_at_what_is_remembered(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    share_tracker(tracker)
    assert get_tracker().questions.list() is get_tracker().questions.list()
    assert get_tracker().me == tracker.me
