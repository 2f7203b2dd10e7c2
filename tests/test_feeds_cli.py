"""Feeds on the command line: subscribing, trying, lists, settings, and measuring a round."""

import json
from pathlib import Path

import pytest

from tests.builders import a_feed, a_set, an_rss
from tests.feeds.feed_server import FeedServer
from tests.test_cli import Shell
from tests.test_learning import open_for_years
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

NEWS = an_rss(
    ("Arland invites Borland to a summit", "https://wire.invalid/1"), title="The wire of the town"
)


@pytest.fixture
def shell(
    on_sqlite: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """The command line on an empty database."""
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    return Shell(on_sqlite.data_dir, capsys, monkeypatch)


@pytest.fixture
def press(feed_server: FeedServer) -> FeedServer:
    """A server with a feed, a page that names it, and a page that names none."""
    feed_server.serve("/rss", NEWS)
    link = f'<link rel="alternate" type="application/rss+xml" href="{feed_server.url("/rss")}">'
    feed_server.serve(
        "/", f"<html><head>{link}</head><body>News</body></html>".encode(), content_type="text/html"
    )
    feed_server.serve(
        "/about", b"<html><body>Nothing to read here</body></html>", content_type="text/html"
    )
    return feed_server


def test_a_feed_is_subscribed_to_by_the_address_of_its_page(
    shell: Shell, press: FeedServer
) -> None:
    said = shell(
        "feed", "add", press.url("/"), "--theme", "talks", "--grade", "B", "--allow-private"
    )
    assert "the-wire-of-the-town: The wire of the town" in said
    feed = shell.json("feed", "list")["feeds"][0]["state"]["feed"]
    assert (feed["url"], feed["theme"], feed["grade"]) == (press.url("/rss"), "talks", "B")
    assert "is read already" in shell.refused("feed", "add", press.url("/rss"), "--allow-private")


def test_an_address_without_a_feed_is_refused_with_what_there_is(
    shell: Shell, press: FeedServer
) -> None:
    assert "an HTML page, not a feed" in shell.refused(
        "feed", "add", press.url("/about"), "--allow-private"
    )
    assert "private_feeds" in shell.refused("feed", "add", press.url("/rss"))
    assert shell.json("feed", "list")["feeds"] == []


def test_an_address_can_be_tried_and_nothing_is_kept(shell: Shell, press: FeedServer) -> None:
    said = shell("feed", "test", press.url("/rss"), "--allow-private")
    assert "HTTP 200" in said
    assert "The wire of the town: 1 entries" in said
    assert "Arland invites Borland to a summit" in said
    assert "nothing in it would be evidence" in said
    found = json.loads(shell("feed", "test", press.url("/rss"), "--allow-private", "--json"))
    assert found["parsed"]["items"][0]["title"] == "Arland invites Borland to a summit"
    assert "body" not in found["result"]
    assert shell.json("feed", "list")["feeds"] == []


def test_trying_a_page_names_its_feeds_and_fails(shell: Shell, press: FeedServer) -> None:
    said = shell("feed", "test", press.url("/"), "--allow-private", code=1)
    assert f"try {press.url('/rss')}" in said


def test_lists_come_in_and_go_out_with_all_that_is_set(shell: Shell, tmp_path: Path) -> None:
    listed = tmp_path / "list.opml"
    outline = (
        '<outline text="The wire" xmlUrl="https://wire.invalid/rss"/><outline text="No" '
        'xmlUrl="ftp://x.invalid/"/>'
    )
    nested = f'<outline text="World"><outline text="East">{outline}</outline></outline>'
    listed.write_text(
        f'<opml version="2.0"><head><title>Mine</title></head><body>{nested}</body></opml>'
    )
    said = shell("feed", "import", str(listed))
    assert "1 feeds added, 0 were there already." in said
    assert "left out:" in said
    shell(
        "feed",
        "set",
        "the-wire",
        "--importance",
        "2.5",
        "--every",
        "30",
        "--grade",
        "A",
        "--full-text",
    )
    shell("feed", "export", str(tmp_path / "out.opml"))
    other = shell.elsewhere(tmp_path / "other")
    open_tracker(Settings(data_dir=other.directory)).close()
    other("feed", "import", str(tmp_path / "out.opml"))
    ours, theirs = (
        each.json("feed", "list")["feeds"][0]["state"]["feed"] for each in (shell, other)
    )
    assert ours == theirs
    assert (theirs["importance"], theirs["every_minutes"], theirs["full_text"]) == (2.5, 30.0, True)
    assert theirs["categories"] == [["World", "East"]]
    assert "1 feeds added" not in other("feed", "import", str(listed))


def test_what_is_no_list_is_refused_and_adds_nothing(shell: Shell, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body>Hello</body></html>")
    assert "OPML" in shell.refused("feed", "import", str(page))
    assert shell.json("feed", "list")["feeds"] == []


def test_settings_of_a_feed_go_back_to_what_is_usual(shell: Shell, press: FeedServer) -> None:
    shell("feed", "add", press.url("/rss"), "--allow-private")
    name = "the-wire-of-the-town"
    said = shell("feed", "set", name, "--every", "15", "--megabytes", "2", "--user-agent", "Me/1.0")
    assert "every 15 min" in said
    said = shell("feed", "set", name, "--every", "0", "--megabytes", "0", "--user-agent", "")
    assert "interval learned" in said
    assert "Me/1.0" not in said
    assert "the minutes between two polls must lie between 5" in shell.refused(
        "feed", "set", name, "--every", "1"
    )


def test_one_feed_is_shown_with_its_next_poll_and_the_reason(
    shell: Shell, press: FeedServer
) -> None:
    shell("feed", "add", press.url("/rss"), "--allow-private")
    shell("feed", "poll", "--allow-private")
    said = shell("feed", "show", "the-wire-of-the-town")
    assert "next poll" in said
    assert "checked about every" in said
    assert "last answers 200" in said
    assert "(missing date)" in said
    assert "Arland invites Borland" in said
    shell("feed", "pause", "the-wire-of-the-town")
    assert "paused: paused by hand" in shell("feed", "show", "the-wire-of-the-town")
    assert "there is no feed nope" in shell.refused("feed", "show", "nope")


def test_failing_feeds_are_retried_together(shell: Shell, press: FeedServer) -> None:
    shell("feed", "add", press.url("/rss"), "--allow-private")
    assert "0 failing feeds due now" in shell("feed", "retry", "--failing")
    press.answer("/rss", 503, b"gone")
    shell("feed", "poll", "--all", "--allow-private")
    assert "1 failing feed due now: the next round" in shell("feed", "retry", "--failing")
    (row,) = shell.json("feed", "list")["feeds"]
    assert (row["state"]["failures"], row["why_next"]) == (0, "requested by hand")
    for arguments in ((), ("the-wire-of-the-town", "--failing")):
        assert "name one FEED, or give --failing" in shell.refused("feed", "retry", *arguments)


def test_a_measured_round_prints_one_line_of_json(shell: Shell, press: FeedServer) -> None:
    shell("feed", "add", press.url("/rss"), "--allow-private")
    shell("feed", "pause", "the-wire-of-the-town")
    shell("feed", "retry", "the-wire-of-the-town")
    everything = ("feed", "poll", "--once", "--all", "--allow-private", "--no-politeness")
    (line,) = shell(*everything).splitlines()
    found = json.loads(line)
    assert (found["feeds"], found["new"], found["changed"], found["errors"]) == (1, 1, 0, 0)
    assert found["wall_seconds"] > 0
    assert found["cpu_seconds"] > 0
    press.serve("/rss", NEWS.replace(b"invites", b"disinvites"))
    assert json.loads(shell(*everything))["changed"] == 1
    assert json.loads(shell("feed", "poll", "--once", "--all"))["errors"] == 1


def test_metrics_are_what_prometheus_reads(shell: Shell, press: FeedServer) -> None:
    shell("feed", "add", press.url("/rss"), "--allow-private")
    shell("feed", "poll", "--allow-private")
    lines = shell("system", "metrics").splitlines()
    assert 'tracker_feeds{state="ok"} 1.0' in lines
    assert "tracker_feeds_alarm 0.0" in lines
    assert "tracker_items_total 1.0" in lines
    for what in ("failures", "silent"):
        assert f'tracker_feed_{what}{{feed="the-wire-of-the-town"}} 0.0' in lines
    assert 'tracker_feed_items_7d{feed="the-wire-of-the-town"} 1.0' in lines


def test_a_feed_that_has_moved_is_given_its_new_address_and_read_whole(
    shell: Shell, press: FeedServer
) -> None:
    shell("feed", "add", press.url("/rss"), "--allow-private")
    shell("feed", "poll", "--allow-private")
    press.serve("/new", NEWS, etag='"1"')
    name = "the-wire-of-the-town"
    assert press.url("/new") in shell("feed", "set", name, "--url", press.url("/new"))
    assert json.loads(shell("feed", "poll", "--once", "--all", "--allow-private"))["new"] == 0
    assert press.seen[-1].path == "/new"
    assert "no http or https address" in shell.refused(
        "feed", "set", name, "--url", "file:///etc/passwd"
    )
    shell("feed", "import", str(_a_list(shell)))
    assert "is read already" in shell.refused(
        "feed", "set", name, "--url", "https://other.invalid/rss"
    )


def _a_list(shell: Shell) -> Path:
    listed = shell.directory.parent / "list.opml"
    outline = '<outline text="Other" xmlUrl="https://other.invalid/rss"/>'
    listed.write_text(f'<opml version="2.0"><body>{outline}</body></opml>')
    return listed


def test_a_question_says_which_of_its_feeds_are_silent(shell: Shell) -> None:
    with open_tracker(Settings(data_dir=shell.directory)) as tracker:
        tracker.question_sets.load(
            a_set(open_for_years(), feeds=[a_feed("wire"), a_feed("gazette")])
        )
    assert "silent" not in shell("question", "show", "summit-2027")
    shell("feed", "pause", "wire")
    said = " ".join(shell("question", "show", "summit-2027").split())
    assert "1 of 2 feeds that should carry its evidence are silent: The wire:" in said
