"""Series and proposed answers on the command line."""

import json

import pytest

from forecasts.questions.question import utc
from tests.builders import a_question, a_set
from tests.feeds.feed_server import FeedServer
from tests.test_cli import Shell
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

TABLE = b"Date,Price,Grade\n2026-01-05,58.5,spot\n2026-01-06,61,spot\n2026-01-06,99,future\n"


@pytest.fixture
def shell(
    on_sqlite: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """The command line on a database with a question that is open and one that is overdue."""
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    with open_tracker(on_sqlite) as tracker:
        past = {name: utc("2026-01-02") for name in ("closes_at", "resolves_at")}
        late = a_question("late", opens_at=utc("2026-01-01"), **past)
        tracker.question_sets.load(a_set(a_question("brent"), late))
    return Shell(on_sqlite.data_dir, capsys, monkeypatch)


@pytest.fixture
def address(feed_server: FeedServer) -> str:
    """The address of a table."""
    feed_server.serve("/brent.csv", TABLE, content_type="text/csv")
    return feed_server.url("/brent.csv")


COLUMNS = ("--format", "csv", "--date", "Date", "--value", "Price", "--allow-private")
SPOT = (*COLUMNS, "--where", "Grade=spot", "--unit", "USD")


def test_a_series_is_added_listed_and_removed(shell: Shell, address: str) -> None:
    assert "No series yet" in shell("feed", "series")
    assert "2 values, the newest 61 USD for 2026-01-06" in shell(
        "feed", "add-series", "oil", address, *SPOT
    )
    assert "61 USD" in shell("feed", "series")
    shown = shell("feed", "show", "oil")
    assert "Price by Date, where Grade is spot" in shown
    assert "58.5" in shown
    assert "oil is paused; `tracker feed retry oil`" in shell("feed", "pause", "oil")
    assert "paused by hand" in shell("feed", "show", "oil")
    assert "`tracker feed retry SERIES` has a paused one read" in shell("feed", "series")
    assert "is due now" in shell("feed", "retry", "oil")
    assert "its values stay" in shell("feed", "remove-series", "oil")
    assert "there is no feed oil" in shell.refused("feed", "show", "oil")


def test_an_address_is_checked_without_storing(shell: Shell, address: str) -> None:
    words = shell("feed", "test", address, *COLUMNS, "--where", "Grade=future")
    assert "1 values. The newest:" in words
    assert "2026-01-06: 99" in words
    assert "No series yet" in shell("feed", "series")
    assert "two values, 61 and 99" in shell.refused("feed", "add-series", "oil", address, *COLUMNS)
    assert "names no column" in shell.refused(
        "feed", "add-series", "oil", address, *COLUMNS, "--where", "spot"
    )
    public = [option for option in COLUMNS if option != "--allow-private"]
    refusal = shell.refused("feed", "add-series", "oil", address, *public)
    assert "robots.txt cannot be read, so nothing else is asked of the site" in refusal
    assert "127.0.0.1 is not a public address (loopback)" in refusal
    assert "no series of this name is read" in shell.refused("feed", "test", "nosuch")
    assert "needs a --format" in shell.refused("feed", "test", address, "--date", "Date")
    assert "needs a --format" in shell.refused("feed", "add-series", "oil", address)


def test_an_overdue_question_shows_what_is_missing(shell: Shell, address: str) -> None:
    shown = " ".join(shell("question", "show", "late").split())
    assert "Overdue since 2026-01-02: no rule names a series that settles it" in shown
    shell("feed", "add-series", "oil", address, *SPOT)
    shell("question", "settle-by", "late", "oil", "--rule", "mean of 2026-01 more than 60")
    shown = " ".join(shell("question", "show", "late").split())
    assert "Settled by the series oil: mean of 2026-01 more than 60. The newest" in shown
    assert "Overdue since 2026-01-02: series oil: January 2026 is not complete" in shown


def test_an_answer_is_proposed_and_confirmed(shell: Shell, address: str) -> None:
    shell("feed", "add-series", "oil", address, *SPOT)
    assert "there is no series wti" in shell.refused(
        "question", "settle-by", "brent", "wti", "--rule", "value in 2026-01-06 more than 60"
    )
    words = shell(
        "question", "settle-by", "brent", "oil", "--rule", "value in 2026-01-06 more than 60"
    )
    assert "brent: yes, by series oil" in words
    told = json.loads(shell("question", "proposed-answers", "--json"))
    assert told["proposed"][0]["quote"] == "2026-01-06: 61"
    shown = " ".join(shell("question", "show", "brent").split())
    assert "Settled by the series oil: value in 2026-01-06 more than 60. The newest" in shown
    assert (
        "Proposed answer: yes (2026-01-06: 61). Confirm it with: tracker question resolve brent"
        in shown
    )
    assert "Dismissed: yes" in shell("question", "dismiss-answer", "brent", "--why", "Not spot")
    assert "confirm it" not in shell("question", "proposed-answers")
    shell("question", "settle-by", "brent", "oil", "--rule", "max of 2026-01-06 at most 60")
    assert "brings the answer" in shell.refused("question", "resolve", "brent", "yes", "--proposed")
    shell("question", "resolve", "brent", "--proposed")
    assert '"status": "resolved"' in shell("question", "show", "brent", "--json")
