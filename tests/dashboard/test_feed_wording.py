"""Feeds in words: how they fare, what servers answered, when each is asked next."""

from dataclasses import replace
from datetime import timedelta

from dashboard.wording.feeds import (
    describe_health,
    describe_import,
    describe_next_poll,
    fleet_sentence,
    format_answer_runs,
    format_bytes,
    redirect_notice,
    silent_line,
)
from dashboard.wording.numbers import NBSP
from tests.dashboard.examples import NOW, days, feed
from tests.tables import check_rows
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.feed_health import Health, assess_fleet
from tracker.model.feed_read_models import FeedCoverage, FeedImport, SilentFeed


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


WELL = feed("well").state
FAILING = feed(
    "failing", last_success_at=NOW - days(6), failures=3, failing_since=NOW - days(5)
).state
PAUSED = feed("paused", paused_why="paused by hand").state
NEW = feed("new", last_success_at=None, last_attempt_at=None, next_reason="not polled yet").state
LATE = feed("late", next_due_at=NOW - timedelta(hours=3)).state


NEWEST = " The latest answer came just now."
NEVER = " None has ever answered."


@check_rows(
    [
        ((WELL, WELL), f"**All 2 feeds are OK.**{NEWEST}"),
        ((WELL, PAUSED), f"**1 of 2 feeds is OK**: 1 paused.{NEWEST}"),
        (
            (WELL, WELL, FAILING, PAUSED, LATE, NEW),
            f"**2 of 6 feeds are OK**: 1 failing, 1 paused, 1 late, 1 waiting.{NEWEST}",
        ),
        (
            (FAILING, FAILING),
            "**All 2 feeds are failing.** Check your internet connection. The latest answer came 6 "
            "days ago.",
        ),
        ((WELL,), f"**The only feed is OK.**{NEWEST}"),
        ((NEW, NEW), "**No feed has been checked yet.**"),
        (
            (NEW, replace(FAILING, last_success_at=None)),
            f"**None of 2 feeds is OK**: 1 failing, 1 waiting.{NEVER}",
        ),
        (
            (FAILING, FAILING, WELL, WELL, WELL),
            f"**3 of 5 feeds are OK**: 2 failing.{NEWEST} Many fail at once: check your internet "
            "connection.",
        ),
    ]
)
def test_fleet_is_told_in_sentences(states: tuple[FeedState, ...], told: str) -> None:
    assert plain(fleet_sentence(assess_fleet(states, NOW), NOW)) == told


@check_rows(
    [
        (WELL, "ok", "Last answer just now."),
        (FAILING, "failing", "3 failures in a row, the first 5 days ago. Last answer 6 days ago."),
        (PAUSED, "paused", "Last answer just now."),
        (LATE, "late", "Due for 3 hours, but nothing checks it. Last answer just now."),
        (WELL, "quiet", "It answers but brings nothing new. Last answer just now."),
        (NEW, "new", ""),
        (replace(NEW, failures=1), "failing", "1 failure in a row. It has never answered."),
    ]
)
def test_feed_state_in_words(state: FeedState, health: Health, told: str) -> None:
    assert plain(describe_health(state, health, NOW)) == told


def test_polls_and_moves_in_words() -> None:
    # The next poll is told with its reason, which of a failing feed is known already.
    why = "about 12 items a day: checked about every 35 min"
    for state, told in (
        (WELL, f"Next check in 30 minutes: {why}."),
        (LATE, f"Next check in the next round: {why}."),
        (
            replace(WELL, next_due_at=NOW + timedelta(seconds=40)),
            f"Next check in the next round: {why}.",
        ),
        (FAILING, "Next check in 30 minutes."),
        (NEW, "First check in 30 minutes."),
        (PAUSED, ""),
    ):
        assert plain(describe_next_poll(state, NOW)) == told
    # A pending move is told with how long it has been said.
    assert redirect_notice(WELL, NOW) == ""
    there = replace(WELL, moved_to="https://new.example/rss", moved_since=NOW - days(3))
    told = "Its server announced 3 days ago that it moved to https://new.example/rss"
    assert plain(redirect_notice(there, NOW)) == told
    # The last answers are told in a row.
    told = "200, 304 ×3, no answer ×2, 500"
    assert format_answer_runs("200 304 304 304 - - 500") == told
    assert format_answer_runs("") == ""


@check_rows(
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (45_200, "45 kB"),
        (1_250_000, "1.2 MB"),
    ]
)
def test_a_size_is_told_in_its_largest_unit(count: int, told: str) -> None:
    assert plain(format_bytes(count)) == told


def test_silence_is_counted() -> None:
    for feeds, silent, told in (
        (5, 0, ""),
        (5, 1, "1 of 5 feeds that should carry its evidence is silent"),
        (5, 2, "2 of 5 feeds that should carry its evidence are silent"),
        (1, 1, "The one feed that should carry its evidence is silent"),
    ):
        coverage = FeedCoverage(
            feeds, tuple(SilentFeed(FeedId(str(n)), "A feed", "failing") for n in range(silent))
        )
        assert plain(silent_line(coverage)) == told


def test_list_import_is_counted() -> None:
    for found, told in (
        (FeedImport("", 12, 0, ()), "12 feeds added."),
        (FeedImport("", 1, 1, ("x",)), "1 feed added, 1 already subscribed."),
        (FeedImport("", 0, 3, ()), "No feed added, 3 already subscribed."),
    ):
        assert plain(describe_import(found)) == told
