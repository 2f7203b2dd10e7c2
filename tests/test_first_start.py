"""The first start: feeds of a set that do not answer are paused once, and pages and `up` say so."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import DAY, NOW, FakeClock, a_feed, a_set, an_rss
from tests.dashboard.pages import open_page, words
from tests.tables import check_rows
from tests.test_running import free_port
from tracker.app.tracker import Tracker, open_tracker
from tracker.feeds.feed import FeedState
from tracker.feeds.fetch_results import (
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    RequestSource,
    answer_in_batches,
)
from tracker.feeds.scheduling.first_start import (
    SECOND_ATTEMPT_AFTER,
    FirstStart,
    assess_first_start,
    was_paused_at_start,
)
from tracker.feeds.scheduling.polling import feed_from_seed, make_feed_state
from tracker.interfaces import processes
from tracker.interfaces.jobs import JOBS, run_job
from tracker.interfaces.process_setup import describe_retention
from tracker.interfaces.processes import ServeOptions, describe_first_start
from tracker.interfaces.supervisor import Supervisor
from tracker.settings import Settings

NEWS = an_rss(("Arland invites Borland to a summit", "https://wire.invalid/1"))
FEEDS = tuple(a_feed(name) for name in ("good", "gone", "page", "slow"))


class Outlets:
    """Outlets of which each gives its answer: a status, a document, or nothing at all (None)."""

    def __init__(self, **answers: int | bytes | None) -> None:
        self.answers = answers

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Answer every request."""
        return answer_in_batches(self._answer, more)

    def _answer(self, request: FetchRequest) -> FetchResult:
        match self.answers.get(request.feed_id):
            case bytes(body):
                kind = "application/rss+xml"
                return Fetched(request.feed_id, request.url, 200, body, kind, None, None, 0.0)
            case int(status):
                return FetchFailed(request.feed_id, f"HTTP {status}", status)
            case _:
                return FetchFailed(request.feed_id, "no answer")


@pytest.fixture
def outlets() -> Outlets:
    """One outlet answers, one is gone, one has a page there, one is too slow."""
    return Outlets(good=NEWS, gone=404, page=b"<html><body>Hello</body></html>", slow=503)


@pytest.fixture
def started(on_sqlite: Settings, clock: FakeClock, outlets: Outlets) -> Iterator[Tracker]:
    """A tracker with a set that has just been loaded, its feeds never asked."""
    with open_tracker(on_sqlite, now=clock, fetch=outlets.fetch) as tracker:
        tracker.question_sets.load(a_set(feeds=FEEDS))
        yield tracker


def pauses(tracker: Tracker) -> dict[str, str]:
    """Why each paused feed is paused."""
    states = (row.state for row in tracker.feeds.list())
    return {state.id: state.paused_why for state in states if state.paused}


def test_the_first_start_says_how_long_texts_are_kept(
    on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(processes, "load_question_set", lambda _name: a_set())
    monkeypatch.setattr(processes, "_run_children", lambda *_arguments: 0)
    monkeypatch.setattr(Supervisor, "start_process", lambda *_arguments: None)
    options = ServeOptions(free_port(), "127.0.0.1", False, True, False)
    for _ in range(2):
        assert processes.start_everything(on_sqlite, options, told.append) == 0
    assert len(told) == 2
    assert "deleted after 90 days: keep_days in tracker.toml changes that" in told[1]
    assert "for ever" in describe_retention(replace(on_sqlite, keep_days=0))


def test_feeds_that_do_not_answer_are_paused_once(
    started: Tracker, clock: FakeClock, outlets: Outlets
) -> None:
    assert started.feeds.judge_first_start() is None  # nobody was asked yet
    started.feeds.poll()
    result = started.feeds.judge_first_start()
    assert result is not None
    assert result.summary == "1 of 4 feeds answers; 2 paused, 1 asked again"
    assert pauses(started) == {
        "gone": "did not answer at the first start: HTTP 404",
        "page": "did not answer at the first start: an HTML page, not a feed",
    }
    assert started.feeds.judge_first_start() is None
    assert started.feeds.first_start() == result
    clock.advance(hours=2)
    outlets.answers["good"] = None
    started.feeds.poll()
    result = started.feeds.judge_first_start()
    assert result is not None
    assert result.summary == "1 of 4 feeds answers; 3 paused"
    assert "good" not in pauses(started)  # it answered: now it may fail as any other
    started.feeds.retry("gone")
    clock.advance(hours=2)
    started.feeds.poll()
    assert started.feeds.judge_first_start() is None
    assert "gone" not in pauses(started)


def test_a_feed_that_answers_the_second_time_is_kept(
    started: Tracker, clock: FakeClock, outlets: Outlets
) -> None:
    started.feeds.poll()
    started.feeds.judge_first_start()
    outlets.answers["slow"] = NEWS
    clock.advance(hours=2)
    started.feeds.poll()
    result = started.feeds.judge_first_start()
    assert result is not None
    assert result.summary == "2 of 4 feeds answer; 2 paused"


def test_without_a_network_no_feed_is_judged(
    started: Tracker, clock: FakeClock, outlets: Outlets
) -> None:
    found, outlets.answers = outlets.answers, {}
    for _ in range(3):
        started.feeds.poll(every=True)
        assert started.feeds.judge_first_start() is None
        clock.advance(hours=3)
    outlets.answers = {**found, "gone": None, "slow": None}
    started.feeds.poll(every=True)
    result = started.feeds.judge_first_start()
    assert result is not None
    assert (result.answering, result.paused) == (1, ("page",))
    assert sorted(result.waiting) == ["gone", "slow"]


def test_feeds_that_were_there_before_are_not_judged(
    on_sqlite: Settings, clock: FakeClock, outlets: Outlets
) -> None:
    with open_tracker(on_sqlite, now=clock, fetch=outlets.fetch) as tracker:
        tracker.feeds.add(FEEDS[0])
        tracker.question_sets.load(a_set(feeds=FEEDS))
        tracker.feeds.poll()
        assert tracker.feeds.judge_first_start() is None
        assert (tracker.feeds.first_start(), pauses(tracker)) == (None, {})


def test_the_scheduler_and_up_say_how_many_answer(started: Tracker, on_sqlite: Settings) -> None:
    (job,) = (job for job in JOBS if job.name == "first_start")
    assert describe_first_start(on_sqlite) == ""
    started.feeds.poll()
    assert run_job(started, job) is None
    said = describe_first_start(on_sqlite)
    assert said.startswith("Feeds: 1 of 4 feeds answers; 2 paused, 1 asked again. `tracker feed")
    assert job.run(started) is None


def test_pages_say_how_many_answer_and_stay_calm(started: Tracker) -> None:
    assert "First start" not in words(open_page(started, "feeds"))
    started.feeds.poll()
    started.feeds.judge_first_start()
    text = words(open_page(started, "feeds"))
    assert "First start: 1 of 4 feeds answers; 2 paused, 1 asked again." in text
    step = "Connect a feed: 1 of 4 feeds answers"
    assert step in words(open_page(started, "home"))


def test_a_line_is_announced_once_or_given_up() -> None:
    told: list[str] = []
    clock, lines = [0.0], iter(["", "Feeds: all answer."])
    children = Supervisor(told.append, monotonic=lambda: clock[0])
    children.announce_once(lambda: next(lines))
    for seconds in range(0, 60, 2):
        clock[0] = float(seconds)
        children._announce_news()
    assert told == ["Feeds: all answer."]
    asked: list[float] = []
    children.announce_once(lambda: asked.append(clock[0]) or "")  # type: ignore[func-returns-value]
    for seconds in range(60, 2_000, 5):
        clock[0] = float(seconds)
        children._announce_news()
    assert (told[1:], asked[-1] < 700) == ([], True)


def a_state(name: str, **changed: object) -> FeedState:
    """A feed that has been asked at NOW."""
    state = make_feed_state(feed_from_seed(a_feed(name)), NOW)
    return replace(state, **{"last_attempt_at": NOW, **changed})  # type: ignore[arg-type]


GOOD = a_state("good", last_success_at=NOW, last_status=200)


@check_rows(
    [
        ({"failures": 1, "last_status": 404}, "paused"),
        ({"failures": 1, "last_status": 200}, "paused"),
        ({"failures": 1, "last_status": 429}, "waiting"),
        ({"failures": 1, "last_status": 503}, "waiting"),
        ({"failures": 5, "last_status": None}, "waiting"),
        ({"failures": 5, "last_attempt_at": NOW + SECOND_ATTEMPT_AFTER}, "paused"),
        ({"failures": 1, "last_attempt_at": NOW + SECOND_ATTEMPT_AFTER}, "waiting"),
        ({"failures": 3, "last_status": 404, "last_attempt_at": NOW - DAY}, "waiting"),
        ({"failures": 1, "last_status": 404, "paused_why": "paused by hand"}, "neither"),
    ],
    "changed",
    "verdict",
)
def test_a_feed_is_judged_by_answers_that_last(changed: dict[str, object], verdict: str) -> None:
    result = assess_first_start([GOOD, a_state("other", **changed)], None)
    assert result is not None
    assert result.answering == 1
    assert ("other" in result.paused, "other" in result.waiting) == (
        verdict == "paused",
        verdict == "waiting",
    )


def test_a_first_start_waits_for_every_feed_and_a_first_answer() -> None:
    unasked = a_state("other", last_attempt_at=None)
    assert assess_first_start([GOOD, unasked], None) is None
    assert assess_first_start([a_state("other", failures=1, last_status=404)], None) is None
    before = FirstStart(NOW - timedelta(hours=1), 3, (), (unasked.id,))
    assert assess_first_start([GOOD, unasked], before) == before
    assert not was_paused_at_start(a_state("other", paused_why="paused by hand"))
