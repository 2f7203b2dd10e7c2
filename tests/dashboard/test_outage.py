"""While database or scheduler are away, pages say so, since when, and come back by themselves."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dashboard.components import outage
from dashboard.components.visit import PAGES
from dashboard.server import response_cache
from dashboard.server.login import LoginGate, name_cookie
from tests.builders import FakeClock, a_feed, a_set
from tests.dashboard.pages import open_page, words
from tests.dashboard.test_serve import answer
from tracker.app.tracker import Tracker
from tracker.errors import StorageUnavailable
from tracker.storage.sessions import Store

REASON = "no database answers at 10.0.0.5:5432: start PostgreSQL"


@contextmanager
def database_away() -> Iterator[None]:
    """The database refuses everything until the end of the block."""

    def refuse(*_: object) -> None:
        raise StorageUnavailable(REASON)

    with pytest.MonkeyPatch.context() as patch:
        for method in ("reading", "writing", "read_version"):
            patch.setattr(Store, method, refuse)
        yield


@pytest.fixture(autouse=True)
def end_outage() -> Iterator[None]:
    """No test leaves an outage to the next."""
    yield
    outage.database_outage.end()


def test_a_page_says_since_when_the_database_is_away(
    tracker: Tracker, caplog: pytest.LogCaptureFixture
) -> None:
    tracker.question_sets.load(a_set())
    with database_away():
        visit = open_page(tracker, "home")
        assert "The database has not answered since" in words(visit)
        assert "UTC (just now)" in words(visit)
        assert "No database answers at 10.0.0.5:5432: start PostgreSQL." in words(visit)
        visit.run()
    told = [record for record in caplog.records if record.name == "dashboard"]
    assert [record.message for record in told] == [f"the database is away: {REASON}"]
    assert "has not answered" not in words(visit.run())
    assert "the database is back after 0 s" in caplog.text


def test_strangers_are_not_told_where_the_database_is(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_cache, "_guarded", [])
    monkeypatch.setattr("dashboard.app.is_guarded", lambda: True)
    with database_away():
        visit = open_page(tracker, "questions")
    assert "has not answered since" in words(visit)
    assert "10.0.0.5" not in words(visit)


def test_an_outage_within_a_page_is_no_bug(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageUnavailable(REASON)

    monkeypatch.setattr(tracker.feeds, "list", refuse)
    visit = open_page(tracker, "feeds")
    assert "has not answered since" in words(visit)


def test_every_page_says_that_the_scheduler_is_away(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    tracker.system.note_scheduler()
    assert "has been away" not in words(open_page(tracker, "questions"))
    clock.advance(minutes=12)
    for name in ("home", "question"):
        assert name in PAGES
        visit = open_page(tracker, name, q="summit-2027")
        assert "The scheduler has been away since 1 Dec 2026, 09:30 UTC (12 minutes ago)" in words(
            visit
        )
    tracker.system.note_scheduler()
    assert "has been away" not in words(visit.run())


def test_readiness_names_what_is_wrong(tracker: Tracker, clock: FakeClock) -> None:
    def read() -> tuple[int, Any]:
        found = answer(tracker, "/readyz")
        return found.status_code, json.loads(bytes(found.body))["troubles"]

    assert read() == (503, ["no scheduler has run here"])
    tracker.system.note_scheduler()
    tracker.feeds.add(a_feed())
    assert read() == (200, [])
    clock.advance(minutes=20)
    troubles = ["no sign of the scheduler since 2026-12-01 09:30 UTC", "a feed is 20 minutes late"]
    assert read() == (503, troubles)
    tracker.feeds.pause("wire")
    tracker.system.note_scheduler()
    assert read() == (200, [])
    with database_away():
        assert answer(tracker, "/readyz").status_code == 503


def test_the_gate_lets_a_browser_try_again_by_itself(tracker: Tracker) -> None:
    async def open_the_page(*_: object) -> None:
        raise AssertionError("nobody may pass")

    def refuse_at_the_gate(accept: str, kind: str = "http") -> list[Any]:
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        cookie = f"{name_cookie(tracker)}=a-secret".encode()
        headers = [(b"accept", accept.encode()), (b"cookie", cookie)]
        scope = {"type": kind, "path": "/questions", "headers": headers}
        with database_away():
            asyncio.run(LoginGate(open_the_page, tracker)(scope, None, keep))  # type: ignore[arg-type]
        return sent

    start, body = refuse_at_the_gate("text/html")
    assert start["status"] == 503
    assert b"<meta http-equiv=refresh content=5>" in body["body"]
    start, body = refuse_at_the_gate("*/*")
    assert (start["status"], json.loads(body["body"])["status"]) == (503, 503)
    assert refuse_at_the_gate("", "websocket") == [
        {"type": "websocket.close", "code": 1013, "reason": "try again"}
    ]
