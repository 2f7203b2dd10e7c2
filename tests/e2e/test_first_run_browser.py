"""A new installation in a browser: the first steps, under both names of this machine, and closed to
pages of other servers.
"""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PHONE, Arrive, served
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

OPEN = """address => new Promise(told => {
    const wire = new WebSocket(address, ["streamlit"]);
    wire.onopen = () => told("open");
    wire.onerror = () => told("refused");
})"""
"""Opens the web socket of a dashboard as a script of any page can."""

READ = """address => fetch(address).then(answer => answer.text(), () => "unread")"""
SEND = """([address, method]) => fetch(address, {method, body: "x"}).then(answer => answer.type, () => "refused")"""


class Stranger(BaseHTTPRequestHandler):
    """A page of any dev server or notebook."""

    def do_GET(self) -> None:
        """Answer with an empty page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Stranger</title>")

    def log_message(self, *_: object) -> None:
        """Keep silent."""


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard on a database that was made just now."""
    data = tmp_path_factory.mktemp("new")
    open_tracker(Settings(data_dir=data)).close()
    yield from served(data, data / "dashboard.log")


@pytest.mark.behaviour(17)
def test_empty_pages_lead_to_the_first_questions(new: str, arrive: Arrive) -> None:
    visitor = arrive(at=new, viewport=PHONE, color_scheme="dark")
    page = visitor.page
    main = page.get_by_test_id("stMain")
    for name, step in {
        "inbox": "shows whether they answer",
        "record": "Forecast a question",
        "home": "First steps: 0 of 4 done",
    }.items():
        visitor.go(f"/{name}")
        expect(main.get_by_text(step).filter(visible=True).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        visitor.picture(f"empty-{name}")
    page.get_by_role("button", name="After the noon glut").click()
    expect(main.get_by_text("First steps: 1 of 4 done")).to_be_visible()
    expect(main.get_by_role("button", name="After the noon glut")).to_have_count(0)
    page.get_by_role("button", name="Hide").click()
    expect(main.get_by_text("First steps")).to_have_count(0)
    expect(main.get_by_text("What changed and why")).to_be_visible()


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """A page on a second port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with contextlib.closing(browser.new_context()) as context:
            page = context.new_page()
            page.goto(f"http://localhost:{server.server_port}/")
            yield page
        server.shutdown()


def test_a_page_on_another_port_reads_and_writes_nothing(
    new: str, stranger: Page, arrive: Arrive
) -> None:
    for name in ("127.0.0.1", "localhost"):
        host = new.replace("http://127.0.0.1", name)
        wire = f"ws://{host}/_stcore/stream"
        assert stranger.evaluate(OPEN, wire) == "refused"
        assert stranger.evaluate(READ, f"http://{host}/api/v1/questions") == "unread"
        for method in ("POST", "PUT"):
            upload = [f"http://{host}/_stcore/upload_file/a/b", method]
            assert stranger.evaluate(SEND, upload) == "refused"
    own = arrive(at=f"http://{host}").open("/settings")
    assert own.evaluate(OPEN, wire) == "open"
    assert '"items"' in own.evaluate(READ, f"http://{host}/api/v1/questions")
