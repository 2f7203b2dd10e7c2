"""The same question elsewhere: a person links it, polls bring forecasts, and they are scored."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from forecasts.questions.question import Forecaster, ForecasterId, QuestionId
from tests import benchmark_answers as answers
from tests.benchmark_answers import ADDRESSES, Platforms, as_bytes
from tests.builders import DAY, FakeClock, a_question, a_question_of, a_set
from tests.tables import check_rows
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import BadSettings, NotFound, Refused
from tracker.feeds.fetch_results import (
    Deferred,
    Fetched,
    FetchFailed,
    NotModified,
)
from tracker.interfaces.jobs import poll_benchmarks
from tracker.model.benchmarks import Benchmark, QuoteReport, SameQuestion
from tracker.model.principal import Principal
from tracker.settings import Settings, load_settings

SUMMIT, CITY = "summit-2027", "city-2027"
MANIFOLD = ForecasterId("market:manifold")
CITIES = ("Oslo", "Bern", "Other")
HOURS_6 = timedelta(hours=6)


@pytest.fixture
def platforms() -> Platforms:
    """Platforms that answer what a test gives them."""
    return Platforms()


@pytest.fixture
def tracker(on_sqlite: Settings, clock: FakeClock, platforms: Platforms) -> Iterator[Tracker]:
    """A tracker with two questions, in front of these platforms."""
    settings = replace(on_sqlite, metaculus_token="t0ken")
    with open_tracker(settings, now=clock, fetch=platforms.fetch) as opened:
        city = a_question_of(CITY, kind="categorical", options=CITIES)
        opened.question_sets.load(a_set(a_question(SUMMIT), city, indicators=[], feeds=[]))
        yield opened


def link(
    tracker: Tracker, platforms: Platforms, p: Any = 0.42, *, choice: SameQuestion | None = None
) -> Benchmark:
    """Link the summit to a market of Manifold."""
    platforms.give("manifold", answers.manifold_market(p))
    return tracker.benchmarks.link(
        tracker.benchmarks.look_up(SUMMIT, ADDRESSES["manifold"]), choice
    )


def list_made(tracker: Tracker, who: ForecasterId = MANIFOLD) -> list[float | None]:
    """Return what a platform forecast on the summit, the oldest first."""
    steps = tracker.questions.get(SUMMIT).timelines[who].steps
    return [getattr(distribution, "p", None) for _, distribution in steps]


def get_benchmark(tracker: Tracker) -> Benchmark:
    (benchmark,) = tracker.benchmarks.list(SUMMIT)
    return benchmark


def test_both_questions_are_shown_and_nothing_is_stored(
    tracker: Tracker, platforms: Platforms
) -> None:
    platforms.give("manifold", answers.manifold_market())
    entry = tracker.system.newest_entry()
    seen = tracker.benchmarks.look_up(SUMMIT, ADDRESSES["manifold"])
    assert seen.question.criteria == a_question().criteria
    assert (seen.quote.criteria, seen.quote.p, seen.refusal) == (answers.RULES, 0.42, "")
    assert tracker.benchmarks.list() == ()
    assert tracker.system.newest_entry() == entry


def test_a_link_is_an_act_in_the_log_and_forecasts(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    benchmark = link(tracker, platforms)
    assert (benchmark.status, benchmark.hint) == ("read", "")
    assert (benchmark.link.by, benchmark.link.at) == (tracker.me, clock.time)
    assert benchmark.polls.next_at == clock.time + HOURS_6
    page = tracker.questions.get(SUMMIT)
    standing = page.summary.standings[MANIFOLD]
    assert standing.forecaster == Forecaster(MANIFOLD, "Manifold", "market")
    assert standing.p == 0.42
    assert tracker.system.verify().bad_seq is None


@check_rows(ADDRESSES, "name")
def test_every_platform_becomes_a_forecaster_of_its_kind(
    name: str, tracker: Tracker, platforms: Platforms
) -> None:
    platforms.give("manifold", answers.manifold_market())
    platforms.give("polymarket", answers.polymarket_market())
    platforms.give("kalshi", answers.kalshi_event(answers.kalshi_market()))
    platforms.give("metaculus", answers.metaculus_post())
    tracker.benchmarks.link(tracker.benchmarks.look_up(SUMMIT, ADDRESSES[name]))
    kind = "platform" if name == "metaculus" else "market"
    forecaster = ForecasterId(f"{kind}:{name}")
    assert tracker.questions.get(SUMMIT).summary.standings[forecaster].p == pytest.approx(0.42)


def test_polls_enter_moves_of_half_a_point_and_a_day(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    link(tracker, platforms)
    assert tracker.benchmarks.poll() == QuoteReport()
    for p in (0.424, 0.43, 0.43):
        clock.advance(hours=6)
        platforms.give("manifold", answers.manifold_market(p))
        assert tracker.benchmarks.poll().requested == 1
    assert list_made(tracker) == [0.42, 0.43]
    entry = tracker.system.newest_entry()
    clock.advance(hours=18)
    assert poll_benchmarks(tracker) == "1 benchmarks, 0 failed, 1 moved, 0 paused"
    assert tracker.system.newest_entry() == entry + 1
    assert poll_benchmarks(tracker) is None
    (act, *_) = sorted(tracker.questions.get(SUMMIT).acts, key=lambda act: -act.id)
    assert (act.made_at, act.entered_at, act.rationale) == (clock.time, clock.time, "")


def test_their_yes_may_be_our_no(tracker: Tracker, platforms: Platforms, clock: FakeClock) -> None:
    link(tracker, platforms, choice=SameQuestion(is_inverted=True))
    clock.advance(hours=6)
    platforms.give("manifold", answers.manifold_market(0.9))
    tracker.benchmarks.poll()
    assert list_made(tracker) == [0.58, 0.1]


def test_options_are_linked_one_to_one(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    shares = [("oslo", 0.5), ("Bern, CH", 0.3), ("Other", 0.2)]
    platforms.give("manifold", answers.manifold_options(*shares))
    seen = tracker.benchmarks.look_up(CITY, ADDRESSES["manifold"])
    assert seen.options == (("Oslo", "oslo"), ("Other", "Other"))
    with pytest.raises(Refused, match="each option needs one of theirs"):
        tracker.benchmarks.link(seen)
    twice = (("Oslo", "oslo"), ("Bern", "oslo"), ("Other", "Other"))
    with pytest.raises(Refused, match="each option needs one of theirs"):
        tracker.benchmarks.link(seen, SameQuestion(options=twice))
    pairs = (("Oslo", "oslo"), ("Bern", "Bern, CH"), ("Other", "Other"))
    with pytest.raises(Refused, match="other way round"):
        tracker.benchmarks.link(seen, SameQuestion(is_inverted=True, options=pairs))
    tracker.benchmarks.link(seen, SameQuestion(options=pairs))
    made = tracker.questions.get(CITY).summary.standings[MANIFOLD].distribution
    assert dict(zip(CITIES, made.p, strict=True)) == {"Oslo": 0.5, "Bern": 0.3, "Other": 0.2}
    # An option that they add ends the equality.
    more = answers.manifold_options(*shares[:2], ("Other", 0.1), ("Rome", 0.1))
    platforms.give("manifold", more)
    clock.advance(hours=6)
    assert tracker.benchmarks.poll().failed == 1
    assert "other options now" in tracker.benchmarks.list(CITY)[0].hint


def test_changed_criteria_wait_for_a_person(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    link(tracker, platforms)
    clock.advance(hours=6)
    changed = answers.manifold_market(0.7, textDescription="YES if they phone.")
    platforms.give("manifold", changed)
    assert tracker.benchmarks.poll() == QuoteReport(requested=1, paused=1)
    benchmark = get_benchmark(tracker)
    assert (benchmark.status, list_made(tracker)) == ("paused", [0.42])
    assert "YES if they phone." in benchmark.polls.changed
    assert "changed its criteria" in benchmark.hint
    clock.advance(days=30)
    assert tracker.benchmarks.poll() == QuoteReport()
    tracker.benchmarks.link(tracker.benchmarks.look_up(SUMMIT, ADDRESSES["manifold"]))
    assert get_benchmark(tracker).status == "read"
    assert list_made(tracker) == [0.42, 0.7]


def test_unlinking_keeps_what_was_read(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    link(tracker, platforms)
    clock.advance(hours=1)
    tracker.benchmarks.unlink(SUMMIT, "Manifold")
    assert tracker.benchmarks.list(SUMMIT) == ()
    assert list_made(tracker) == [0.42, None]
    clock.advance(days=9)
    assert tracker.benchmarks.poll() == QuoteReport()
    with pytest.raises(NotFound, match="there is no benchmark"):
        tracker.benchmarks.unlink(SUMMIT, "manifold")
    assert tracker.system.verify().bad_seq is None


def test_an_answer_elsewhere_is_a_hint_alone(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    link(tracker, platforms)
    clock.advance(hours=6)
    platforms.give("manifold", answers.manifold_market(0.99, isResolved=True, resolution="YES"))
    tracker.benchmarks.poll()
    benchmark = get_benchmark(tracker)
    assert (benchmark.status, list_made(tracker)) == ("ended", [0.42])
    assert "Manifold resolved YES" in benchmark.hint
    page = tracker.questions.get(SUMMIT)
    assert (page.summary.resolution, page.desk.proposals) == (None, ())
    asked = len(platforms.asked)
    clock.advance(days=30)
    tracker.benchmarks.poll()
    assert len(platforms.asked) == asked
    seen = tracker.benchmarks.look_up(SUMMIT, ADDRESSES["manifold"])
    with pytest.raises(Refused, match="nothing to read"):
        tracker.benchmarks.link(seen)


def test_failures_wait_longer_and_recover(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    link(tracker, platforms)
    start = clock.time = clock.time + HOURS_6
    platforms.answer = lambda r: FetchFailed(r.feed_id, "HTTP 503", 503)
    assert tracker.benchmarks.poll().failed == 1
    assert get_benchmark(tracker).polls.next_at == start + 2 * HOURS_6
    assert get_benchmark(tracker).hint.startswith("Not read: HTTP 503. It is asked again")
    clock.advance(hours=12)
    platforms.answer = lambda r: FetchFailed(r.feed_id, "HTTP 429", 429, 9 * 86400.0)
    tracker.benchmarks.poll()
    assert get_benchmark(tracker).polls.next_at == clock.time + 9 * DAY
    clock.advance(days=9)
    platforms.answer = lambda r: Deferred(r.feed_id, 60, "busy")
    tracker.benchmarks.poll()
    assert get_benchmark(tracker).polls.next_at == clock.time + timedelta(seconds=60)
    clock.advance(seconds=60)
    platforms.answer = lambda r: Fetched(r.feed_id, r.url, 200, b"{", "", None, None, 0.0)
    tracker.benchmarks.poll()
    assert "no JSON" in get_benchmark(tracker).hint
    assert list_made(tracker) == [0.42]
    clock.advance(days=9)
    platforms.answer = lambda r: Fetched(
        r.feed_id, r.url, 200, as_bytes(answers.manifold_market(0.5)), "", '"v1"', None, 0.0
    )
    assert tracker.benchmarks.poll() == QuoteReport(requested=1, forecasts=1)
    assert get_benchmark(tracker).polls.failures == 0
    # The next request is conditional; unchanged for a day, the price is entered again.
    clock.advance(days=1)
    platforms.answer = lambda r: NotModified(r.feed_id, 0.0)
    assert tracker.benchmarks.poll() == QuoteReport(requested=1, forecasts=1)
    assert platforms.asked[-1].etag == '"v1"'


def test_a_question_that_closed_asks_nothing(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    link(tracker, platforms)
    asked = len(platforms.asked)
    clock.time = a_question().closes_at + DAY
    assert tracker.benchmarks.poll() == QuoteReport()
    assert len(platforms.asked) == asked
    platforms.give("kalshi", answers.kalshi_event(answers.kalshi_market()))
    seen = tracker.benchmarks.look_up(SUMMIT, ADDRESSES["kalshi"])
    with pytest.raises(Refused, match="takes no more forecasts"):
        tracker.benchmarks.link(seen)
    tracker.benchmarks.unlink(SUMMIT, "manifold")
    assert list_made(tracker) == [0.42]


def test_a_benchmark_is_scored_with_receipts(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    link(tracker, platforms, 0.9)
    tracker.forecasts.submit(SUMMIT, "30%")
    clock.time = a_question().closes_at + DAY
    tracker.resolutions.resolve(
        SUMMIT, "yes", source_url="https://example.org/a", known_at=clock.time
    )
    page = tracker.questions.get(SUMMIT)
    assert (MANIFOLD, "brier") in {(s.forecaster_id, s.rule) for s in page.scores}
    (receipt,) = [
        score.receipt
        for score in tracker.resolutions.receipts(SUMMIT).scores
        if (score.forecaster_id, score.rule) == (MANIFOLD, "brier")
    ]
    assert receipt
    assert MANIFOLD in {s.forecaster_id for s in tracker.accuracy.summarise().summaries}


def test_what_cannot_be_linked_is_refused_in_a_line(tracker: Tracker, platforms: Platforms) -> None:
    platforms.give("manifold", answers.manifold_market())
    with pytest.raises(Refused, match="categorical question, theirs has yes/no"):
        tracker.benchmarks.link(tracker.benchmarks.look_up(CITY, ADDRESSES["manifold"]))
    with pytest.raises(Refused, match="HTTP 404"):
        tracker.benchmarks.look_up(SUMMIT, ADDRESSES["kalshi"])
    with pytest.raises(Refused, match="address of a question on one of Manifold"):
        tracker.benchmarks.look_up(SUMMIT, "https://example.org")
    with pytest.raises(NotFound):
        tracker.benchmarks.look_up("nothing", ADDRESSES["manifold"])
    seen = tracker.benchmarks.look_up(SUMMIT, ADDRESSES["manifold"])
    wording = Wording(a_question().text, "YES when they meet by 30 June 2027 (UTC).")
    tracker.questions.edit(SUMMIT, wording, why="shorter")
    with pytest.raises(Refused, match="reworded since"):
        tracker.benchmarks.link(seen)
    assert tracker.benchmarks.list() == ()


def test_what_was_read_long_ago_is_read_again(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    platforms.give("manifold", answers.manifold_market())
    seen = tracker.benchmarks.look_up(SUMMIT, ADDRESSES["manifold"])
    clock.advance(minutes=61)
    with pytest.raises(Refused, match="over an hour ago"):
        tracker.benchmarks.link(seen)


def test_without_a_token_metaculus_is_not_asked(
    on_sqlite: Settings, clock: FakeClock, platforms: Platforms
) -> None:
    platforms.give("metaculus", answers.metaculus_post())
    with open_tracker(
        replace(on_sqlite, metaculus_token="t0ken"), now=clock, fetch=platforms.fetch
    ) as tracker:
        tracker.question_sets.load(a_set())
        tracker.benchmarks.link(tracker.benchmarks.look_up(SUMMIT, ADDRESSES["metaculus"]))
    assert [request.authorization for request in platforms.asked] == ["Token t0ken"]
    clock.advance(hours=6)
    with open_tracker(on_sqlite, now=clock, fetch=platforms.fetch) as tracker:
        with pytest.raises(Refused, match="'metaculus_token'"):
            tracker.benchmarks.look_up(SUMMIT, ADDRESSES["metaculus"])
        assert tracker.benchmarks.poll().failed == 1
        assert "'metaculus_token'" in get_benchmark(tracker).hint
    assert len(platforms.asked) == 1
    with pytest.raises(BadSettings, match="benchmark_hours"):
        load_settings(on_sqlite.data_dir, {"TRACKER_BENCHMARK_HOURS": "0"})


def test_a_link_of_a_private_question_is_private(tracker: Tracker, platforms: Platforms) -> None:
    tracker.questions.share(SUMMIT, ())
    link(tracker, platforms)
    ben = tracker.serve(Principal(ForecasterId("ben"), "viewer", "page", account="b"))
    assert ben.benchmarks.list() == ()
    with pytest.raises(NotFound):
        ben.benchmarks.list(SUMMIT)
    assert get_benchmark(tracker).link.question_id == QuestionId(SUMMIT)


def test_a_link_is_stored_alike_on_both_databases(both: Tracker, platforms: Platforms) -> None:
    both.question_sets.load(a_set())
    tracker = both.serve(both.principal)
    tracker.context.network._fetch_override = platforms.fetch
    link(tracker, platforms)
    assert get_benchmark(tracker).link.criteria == answers.RULES
    assert get_benchmark(tracker).status == "read"
