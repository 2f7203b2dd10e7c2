"""Series and proposed answers on the command line."""

import json

import pytest

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
    """The command line on a database with one question."""
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    with open_tracker(on_sqlite) as tracker:
        tracker.question_sets.load(a_set(a_question("brent", opens_at=a_question().opens_at)))
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
    assert "needs a --format" in shell.refused("feed", "test", address, "--date", "Date")
    assert "needs a --format" in shell.refused("feed", "add-series", "oil", address)


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
    assert (told["proposed"][0]["quote"], told["missing"]) == ("2026-01-06: 61", [])
    assert "Dismissed: yes" in shell("question", "dismiss-answer", "brent", "--why", "Not spot")
    assert "No answer is proposed" in shell("question", "proposed-answers")
    shell("question", "settle-by", "brent", "oil", "--rule", "max of 2026-01-06 at most 60")
    assert "brings the answer" in shell.refused("question", "resolve", "brent", "yes", "--proposed")
    shell("question", "resolve", "brent", "--proposed")
    assert '"status": "resolved"' in shell("question", "show", "brent", "--json")
