"""The page *Reports*, and the buttons that give reports away on other pages."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette

from dashboard.components import widgets
from dashboard.components.visit import Visit
from dashboard.server import configuration
from dashboard.server.assets import build_routes
from tests.builders import no_network
from tests.dashboard.pages import open_page, words
from tests.reports.lived import QUESTION, Lived, lived, lived_file
from tracker.app.tracker import open_tracker
from tracker.reports.report_files import render_report
from tracker.settings import Settings

__all__ = ["lived", "lived_file"]


def labels(visit: Any) -> list[str]:
    """The buttons that give something away."""
    return [element.proto.label for element in visit.get("download_button")]


def test_reports_page(lived: Lived) -> None:
    # The page offers the last week and every table.
    visit = open_page(lived.tracker, "reports")
    assert labels(visit) == ["HTML", "PDF", "Data", "CSV", "Parquet", "JSON"]
    assert "/changes.atom" in words(visit)
    (_, table) = visit.selectbox
    assert {"forecast", "feed day", "log"} <= {*table.options}
    assert table.value == "forecast"
    # Home gives the last week away in its own place.
    assert labels(open_page(lived.tracker, "home")) == ["HTML", "PDF", "Data"]
    # A report is chosen in the address.
    for kind, name in (("question", QUESTION), ("essay", "essay")):
        visit = open_page(lived.tracker, "reports", report=kind, name=name)
        assert labels(visit)[:3] == ["HTML", "PDF", "Data"]
        assert [box.value for box in visit.selectbox][:2] == [kind, name]
    # A tracker without scenarios says so.
    visit = open_page(lived.tracker, "reports", report="scenarios")
    assert "There is nothing to report on yet." in words(visit)
    assert labels(visit) == ["CSV", "Parquet", "JSON"]
    # The question and the essay give their reports away.
    visit = open_page(lived.tracker, "question", q=QUESTION, details="Report")
    assert labels(visit)[-3:] == ["HTML", "PDF", "Data"]
    assert labels(open_page(lived.tracker, "essay", e="essay", details="Report"))[-3:] == [
        "HTML",
        "PDF",
        "Data",
    ]
    # A button makes what the terminal makes of the same instant.
    visit = Visit(lived.tracker, {}, lived.answered, None, None)  # type: ignore[arg-type]
    made = widgets.make_report_later(visit, "question", QUESTION, "json")()
    assert made == render_report(
        lived.tracker.reports.build("question", QUESTION, as_of=lived.answered), "json"
    )


def test_no_report_is_made_before_its_button_is_pressed(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        type(lived.tracker.reports), "build", lambda *a, **k: asked.append("report")
    )
    monkeypatch.setattr(
        type(lived.tracker.reports), "export_table", lambda *a, **k: asked.append("table")
    )
    open_page(lived.tracker, "reports")
    open_page(lived.tracker, "question", q=QUESTION)
    assert asked == []


# What programs ask


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application answered."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(app: Any, path: str, method: str = "GET", host: str = "127.0.0.1:8501") -> Answer:
    """What an application answers to one request, without a socket."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": unquote(path), "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "headers": [(b"host", host.encode())], "scheme": "http", "server": ("127.0.0.1", 8501),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(
        sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])
    )


@pytest.fixture
def app(lived: Lived) -> Starlette:
    """The addresses beside the pages."""
    return Starlette(routes=build_routes(lived.tracker))


def test_feed_of_changes_names_the_address_asked(app: Starlette) -> None:
    found = ask(app, "/changes.atom")
    assert found.headers["content-type"].startswith("application/atom+xml")
    assert b'href="http://127.0.0.1:8501/changes.atom"' in found.body


def test_feed_of_changes_names_the_public_address(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_url="https://forecast.example.org/")
    with open_tracker(settings, fetch=no_network) as tracker:
        answer = ask(Starlette(routes=build_routes(tracker)), "/changes.atom")
    assert b'href="https://forecast.example.org/changes.atom"' in answer.body


def test_tables_of_pages_have_no_download_of_their_own() -> None:
    assert configuration.streamlit_options()["client.disableDataExport"] is True
