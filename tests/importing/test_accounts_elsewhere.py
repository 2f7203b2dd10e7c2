"""Forecasts of an account elsewhere are fetched over HTTP, one page at a time, and imported."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.builders import FakeClock
from tests.importing.exports import fatebook_answer, manifold, metaculus
from tests.tables import check_rows
from tests.test_cli import Shell
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Refused
from tracker.feeds.fetch_results import (
    Deferred,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    RequestSource,
    answer_in_batches,
)
from tracker.feeds.item import FeedId
from tracker.ingestion import forecast_accounts
from tracker.settings import Settings

KEY = "key-1"


class Sites:
    """Answers by the beginning of the address; `asked` are the requests."""

    def __init__(self) -> None:
        self.asked: list[FetchRequest] = []
        self.answers: dict[str, Any] = {}

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        return answer_in_batches(self._answer, more)

    def _answer(self, request: FetchRequest) -> FetchResult:
        self.asked.append(request)
        for start, answer in self.answers.items():
            if request.url.startswith(start):
                if isinstance(answer, FetchFailed | Deferred):
                    return answer
                body = answer(request.url) if callable(answer) else answer
                return Fetched(
                    request.feed_id, request.url, 200, body, "application/json", None, None, 0.0
                )
        return FetchFailed(request.feed_id, "HTTP 404 Not Found", 404)


@pytest.fixture
def sites() -> Sites:
    return Sites()


@pytest.fixture
def tracker(on_sqlite: Settings, clock: FakeClock, sites: Sites) -> Iterator[Tracker]:
    with open_tracker(on_sqlite, now=clock, fetch=sites.fetch) as opened:
        yield opened


def paged(items: list[Any], page: int, wrap: Callable[[list[Any]], Any]) -> Callable[[str], bytes]:
    """Answers that begin behind the last item asked for."""

    def answer(url: str) -> bytes:
        start = 0
        if "cursor=" in url:
            start = int(url.rpartition("cursor=")[2])
        elif "before=" in url:
            last = url.rpartition("before=")[2]
            start = 1 + next(nr for nr, item in enumerate(items) if item["id"] == last)
        return json.dumps(wrap(items[start : start + page])).encode()

    return answer


def test_fatebook_is_read_page_by_page(
    tracker: Tracker, sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_accounts, "FATEBOOK_PAGE", 1)
    sites.answers["https://fatebook.io/api/v0/getQuestions?apiKey=key-1&limit=1"] = paged(
        fatebook_answer()["items"], 1, lambda items: {"items": items}
    )
    content = tracker.forecasts.fetch_account("fatebook", key=KEY)
    assert json.loads(content) == fatebook_answer()
    assert len(sites.asked) == 3
    assert tracker.forecasts.import_files({"f.json": content}).forecasts == 3


def test_manifold_needs_a_user_name_alone(
    tracker: Tracker, sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_accounts, "MANIFOLD_PAGE", 2)
    document = manifold()
    host = "https://api.manifold.markets/v0"
    sites.answers[f"{host}/bets?username=Ada&limit=2"] = paged(document["bets"], 2, list)
    for market in document["markets"]:
        sites.answers[f"{host}/market/{market['id']}"] = json.dumps(market).encode()
    content = tracker.forecasts.fetch_account("manifold", "Ada")
    told = json.loads(content)
    assert told["bets"] == document["bets"]
    assert {m["id"] for m in told["markets"]} == {"m1", "m2"}
    assert tracker.forecasts.import_files({"m.json": content}).forecasts == 3


def test_metaculus_gets_the_token_in_a_header(tracker: Tracker, sites: Sites) -> None:
    sites.answers["https://www.metaculus.com/api/posts/101/download-data/"] = metaculus()
    content = tracker.forecasts.fetch_account("metaculus", "101", KEY)
    assert tracker.forecasts.import_files({"m.zip": content}).forecasts == 4
    (request,) = sites.asked
    assert request.authorization == f"Token {KEY}"
    assert KEY not in request.url
    assert KEY not in repr(request)


@check_rows(
    [
        ("fatebook", "", "", "wants a key: make one at fatebook.io"),
        ("manifold", "", "", "give the user name"),
        ("metaculus", "x", KEY, "is no number of a question"),
        ("manifold", "nobody", "", "knows no such account"),
        ("fatebook", "", "k-wrong", "does not take the key"),
        ("fatebook", "", "k-down", "does not answer (host not found): try again later, or import"),
        ("fatebook", "", "k-busy", "try again in 5 minutes"),
        ("fatebook", "", "k-html", "did not answer in JSON"),
        ("fatebook", "", "k-odd", "in another form"),
    ],
    "site",
    "name",
    "key",
    "reason",
)
def test_a_site_that_does_not_answer_is_named_in_one_line(
    tracker: Tracker, sites: Sites, site: Any, name: str, key: str, reason: str
) -> None:
    fatebook = "https://fatebook.io/api/v0/getQuestions?apiKey="
    account = FeedId("account")
    sites.answers = {
        f"{fatebook}k-wrong": FetchFailed(account, "HTTP 401 Unauthorized", 401),
        f"{fatebook}k-down": FetchFailed(account, "host not found"),
        f"{fatebook}k-busy": Deferred(account, 300.0, "busy"),
        f"{fatebook}k-html": b"<html>",
        f"{fatebook}k-odd": b"[]",
    }
    with pytest.raises(Refused) as refusal:
        tracker.forecasts.fetch_account(site, name, key)
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert key not in str(refusal.value) or key in ("", KEY)


def test_without_network_one_line_says_so(shell: Shell, tmp_path: Path) -> None:
    line = shell.refused("forecast", "fetch", "manifold", "ada", "--out", str(tmp_path / "m.json"))
    assert "api.manifold.markets does not answer (no network in tests)" in line
    assert not (tmp_path / "m.json").exists()
