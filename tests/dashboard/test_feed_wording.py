"""Feeds in words: how they fare, what servers answered, when each is asked next."""

from dataclasses import replace
from datetime import timedelta

from dashboard import wording
from dashboard.wording import NBSP
from tests.dashboard.examples import NOW, days, feed
from tracker.feeds.feed import FeedState
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.feed_health import assess_fleet
from tracker.model.read_models import FeedCoverage, FeedImport, SilentFeed


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


WELL = feed("well").state
FAILING = feed(
    "failing", last_success_at=NOW - days(6), failures=3, failing_since=NOW - days(5)
).state
PAUSED = feed("paused", paused_why="paused by hand").state
NEW = feed("new", last_success_at=None, last_attempt_at=None, next_reason="not polled yet").state
LATE = feed("late", next_due_at=NOW - timedelta(hours=3)).state


def sentence(*states: FeedState) -> str:
    return plain(wording.fleet_sentence(assess_fleet(states, NOW), NOW))


def test_fleet_is_told_in_sentences() -> None:
    # The fleet is told in one sentence with its trouble.
    told = sentence(WELL, replace(WELL), FAILING, PAUSED, LATE, NEW)
    assert told == (
        "**2 of 6 feeds are well**; 1 failing, 1 paused, 1 late, 1 not polled yet. The "
        "newest answer came just now."
    )
    # A fleet of any kind is told in whole sentences.
    for states, told in (
        ([WELL, WELL], "**All 2 feeds are well.** The newest answer came just now."),
        ([WELL, PAUSED], "**1 of 2 feeds is well**; 1 paused. The newest answer came just now."),
        (
            [FAILING, FAILING],
            "**None of 2 feeds is well**; 2 failing. The newest answer came 6 days ago.",
        ),
        ([WELL], "**The only feed is well.** The newest answer came just now."),
        ([FAILING], "**The only feed is failing.** The newest answer came 6 days ago."),
        ([NEW, NEW], "**None of the feeds has been polled yet.**"),
        ([NEW], "**The only feed is not polled yet.**"),
        (
            [NEW, replace(FAILING, last_success_at=None)],
            "**None of 2 feeds is well**; 1 failing, 1 not polled yet.",
        ),
    ):
        assert sentence(*states) == told


def test_feed_state_in_words() -> None:
    # One feed is told by its state.
    for state, health, told in (
        (WELL, "ok", "It last answered just now."),
        (
            FAILING,
            "failing",
            "3 failures in a row, the first 5 days ago. It last answered 6 days ago.",
        ),
        (PAUSED, "paused", "Nobody polls it. It last answered just now."),
        (
            LATE,
            "late",
            "It has been due for 3 hours, and nobody polls it. It last answered just now.",
        ),
        (WELL, "quiet", "It answers, and brings nothing new. It last answered just now."),
        (NEW, "new", "It has not been asked yet."),
        (replace(NEW, failures=1), "failing", "1 failure in a row. It has never answered."),
    ):
        assert plain(wording.describe_health(state, health, NOW)) == told
    # Every state has a shape and a word of its own.
    shapes = {told.partition(" ")[0] for told in wording.HEALTH_LABELS.values()}
    assert len(shapes) == len(wording.HEALTH_LABELS)


def test_polls_and_moves_in_words() -> None:
    # The next poll is told with its moment and its reason.
    why = "about 12 items a day: asked every 35 min or so"
    assert plain(wording.describe_next_poll(WELL, NOW)) == f"Asked again in 30 minutes: {why}."
    assert (
        plain(wording.describe_next_poll(WELL, NOW, "14:05"))
        == f"Asked again in 30 minutes, at 14:05: {why}."
    )
    assert (
        wording.describe_next_poll(LATE, NOW, "09:05") == f"Asked again in the next round: {why}."
    )
    assert plain(wording.describe_next_poll(NEW, NOW)) == "First asked in 30 minutes."
    assert wording.describe_next_poll(PAUSED, NOW) == ""
    # A pending move is told with how long it has been said.
    assert wording.redirect_notice(WELL, NOW) == ""
    there = replace(WELL, moved_to="https://new.example/rss", moved_since=NOW - days(3))
    told = "For 3 days its server has said that it moved for good to https://new.example/rss"
    assert plain(wording.redirect_notice(there, NOW)) == told
    # The last answers are told in a row and counted.
    recent = "200 304 304 304 - - 500"
    assert wording.format_answer_runs(recent) == "200, 304 ×3, no answer ×2, 500"
    told = "3 × 304 not modified, 2 × no answer, 1 × 200 a document, 1 × 500 internal server error"
    assert wording.format_answer_counts(recent) == told
    assert wording.format_answer_runs("") == wording.format_answer_counts("") == ""


def test_answers_and_sizes_in_words() -> None:
    # An answer is a number and a word.
    for status, told in (
        ("200", "200 a document"),
        ("304", "304 not modified"),
        ("404", "404 not found"),
        ("429", "429 too many requests"),
        ("-", "no answer"),
        ("799", "799"),
        ("odd", "odd"),
    ):
        assert wording.describe_status(status) == told
    # A size is told in its largest unit.
    for count, told in (
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (45_200, "45 kB"),
        (1_250_000, "1.2 MB"),
    ):
        assert plain(wording.format_bytes(count)) == told


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
        assert plain(wording.silent_line(coverage)) == told


def test_list_import_is_counted() -> None:
    for found, told in (
        (FeedImport("", 12, 0, ()), "12 feeds added."),
        (FeedImport("", 1, 1, ("x",)), "1 feed added, 1 was there already."),
        (FeedImport("", 0, 3, ()), "No feed added, 3 were there already."),
    ):
        assert plain(wording.describe_import(found)) == told
