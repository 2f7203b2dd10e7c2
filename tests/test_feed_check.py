"""Checking feeds: which answer, what is in them, and what a site names in place of a dead one."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import NOW, FakeClock, a_feed, an_rss
from tests.feeds.feed_server import FeedServer
from tests.forecasts.small_set import TEXTS
from tests.tables import check_rows
from tests.test_cli import Shell
from tracker.app.question_set_files import list_built_in_sets
from tracker.app.tracker import open_tracker
from tracker.errors import NotFound
from tracker.feeds.fetch_results import (
    Deferred,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    RequestSource,
    answer_in_batches,
)
from tracker.ingestion.feed_check import MAX_CHECK_TIME, NO_TIME
from tracker.settings import Settings

NEWS = an_rss(("Arland invites Borland to a summit", "https://wire.invalid/1"), title="The wire")
DATED = NEWS.replace(b"</guid>", b"</guid><pubDate>Sun, 29 Nov 2026 09:00:00 GMT</pubDate>")


def a_page(*urls: str) -> bytes:
    """A page that declares these feeds."""
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{url}">' for url in urls
    )
    return f"<html><head>{links}</head><body>News</body></html>".encode()


@pytest.fixture
def shell(
    on_sqlite: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """The command line on an empty database."""
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    return Shell(on_sqlite.data_dir, capsys, monkeypatch)


@pytest.fixture
def subscribed(shell: Shell, feed_server: FeedServer) -> Shell:
    """Three feeds: one answers, one is gone from its site, one is a page by now."""
    for path in ("/good", "/gone", "/page"):
        feed_server.serve(path, NEWS)
        shell("feed", "add", feed_server.url(path), "--title", path[1:], "--allow-private")
    feed_server.answer("/gone", 404)
    feed_server.serve("/page", a_page("/good", "/moved"), content_type="text/html")
    feed_server.serve("/moved", NEWS)
    feed_server.serve("/empty", an_rss())
    feed_server.serve("/", a_page("/good", "/empty", "/new"), content_type="text/html")
    feed_server.serve("/new", NEWS)
    return shell


def test_dead_feeds_get_the_feed_of_their_site_as_a_command(
    subscribed: Shell, feed_server: FeedServer
) -> None:
    before = subscribed.json("feed", "list")["feeds"]
    said = subscribed("feed", "check", "--allow-private", code=1)
    assert "1 of 3 feeds answers." in said
    assert "RSS 2.0" in said
    assert f"tracker feed set the-wire-2 --url {feed_server.url('/new')}" in said
    assert f"tracker feed set the-wire-3 --url {feed_server.url('/moved')}" in said
    assert "“The wire”, 1 entry" in said
    assert subscribed.json("feed", "list")["feeds"] == before  # nothing is stored
    subscribed("feed", "set", "the-wire-2", "--url", feed_server.url("/new"))
    assert "The only feed answers." in subscribed("feed", "check", "the-wire-2", "--allow-private")


def test_a_paused_feed_that_answers_is_taken_up_by_a_command(subscribed: Shell) -> None:
    subscribed("feed", "pause", "the-wire")
    said = subscribed("feed", "check", "the-wire", "--allow-private")
    assert "tracker feed retry the-wire" in said


def test_private_addresses_are_refused_and_say_so(subscribed: Shell) -> None:
    said = subscribed("feed", "check", "the-wire", code=1)
    assert "private_feeds" in said
    assert "The only feed does not answer." in said


def test_unknown_feeds_and_mixed_requests_are_refused(shell: Shell) -> None:
    assert "there is no feed nope" in shell.refused("feed", "check", "nope")
    assert "not both" in shell.refused("feed", "check", "nope", "--set", "x")
    assert "There are no feeds" in shell("feed", "check")


class Answers:
    """A network that gives these answers by address, and refuses all others."""

    def __init__(self, clock: FakeClock, answers: dict[str, FetchResult | bytes]) -> None:
        self.asked: list[str] = []
        self.seconds = 0.0
        self._clock = clock
        self._answers = answers

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Answer in batches; each answer takes `seconds`."""
        return answer_in_batches(self._answer, lambda room: more(min(room, 1)))

    def _answer(self, request: FetchRequest) -> FetchResult:
        self.asked.append(request.url)
        self._clock.advance(seconds=self.seconds)
        match self._answers.get(request.url):
            case bytes(body):
                kind = "text/html" if body.startswith(b"<html") else "application/rss+xml"
                return Fetched(request.feed_id, request.url, 200, body, kind, None, None, 0.0)
            case FetchFailed(reason=reason, status=status):
                return FetchFailed(request.feed_id, reason, status)
            case Deferred(wait_seconds=wait, reason=reason):
                return Deferred(request.feed_id, wait, reason)
            case _:
                return FetchFailed(request.feed_id, "HTTP 404", 404)


def test_the_feeds_of_a_set_are_checked_without_being_read(
    on_sqlite: Settings, clock: FakeClock, tmp_path: Path
) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    first = next(line for line in TEXTS["feeds.toml"].splitlines() if line.startswith("url"))
    url = first.split('"')[1]
    network = Answers(clock, {url: DATED})
    with open_tracker(on_sqlite, now=clock, fetch=network.fetch) as tracker:
        report = tracker.feeds.check(set_name=str(tmp_path))
        assert (report.answering, tracker.feeds.list()) == (1, ())
        with pytest.raises(NotFound, match=" or ".join(list_built_in_sets())):
            tracker.feeds.check(set_name="nowhere")
    check = report.checks[0]
    assert check.content is not None
    assert (check.content.entries, check.content.format) == (1, "RSS 2.0")
    assert check.content.newest_at is not None
    assert NOW - check.content.newest_at == timedelta(days=2, minutes=30)


@check_rows(
    [
        (FetchFailed("", "HTTP 503", 503), "fails", False),  # type: ignore[arg-type]
        (FetchFailed("", "HTTP 429", 429), "fails", False),  # type: ignore[arg-type]
        (FetchFailed("", "HTTP 410", 410), "fails", True),  # type: ignore[arg-type]
        (FetchFailed("", "no such host", None), "fails", True),  # type: ignore[arg-type]
        (Deferred("", 60.0, "asked too often"), "not asked", False),  # type: ignore[arg-type]
        (b"<html></html>", "fails", True),
    ],
    "answer",
    "state",
    "dead",
)
def test_only_for_dead_feeds_is_the_site_asked(
    on_sqlite: Settings, clock: FakeClock, answer: FetchResult | bytes, state: str, dead: bool
) -> None:
    feed = a_feed("wire", url="https://feeds.wire.com/rss")
    site, new = "https://wire.com/", "https://wire.com/new"
    network = Answers(clock, {feed.url: answer, site: a_page(new), new: NEWS})
    with open_tracker(on_sqlite, now=clock, fetch=network.fetch) as tracker:
        tracker.feeds.add(feed)
        (check,) = tracker.feeds.check().checks
    assert (check.state, check.proposal is not None, site in network.asked) == (state, dead, dead)
    assert check.remedy == (f"tracker feed set wire --url {new}" if dead else "")
    assert check.reason


def test_a_check_ends_when_its_time_is_over(on_sqlite: Settings, clock: FakeClock) -> None:
    chosen = [a_feed(name, url=f"https://{name}.com/rss") for name in ("a", "b", "c")]
    network = Answers(clock, {feed.url: NEWS for feed in chosen})
    network.seconds = MAX_CHECK_TIME.total_seconds() / 2
    with open_tracker(on_sqlite, now=clock, fetch=network.fetch) as tracker:
        for feed in chosen:
            tracker.feeds.add(feed)
        report = tracker.feeds.check()
    assert [check.state for check in report.checks] == ["answers", "answers", "not asked"]
    assert report.checks[-1].reason == NO_TIME
    assert (report.answering, report.failing, len(network.asked)) == (2, 0, 2)
