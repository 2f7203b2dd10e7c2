"""A page of another server on this machine gets nowhere, while the dashboard's own pages do all
that they do.
"""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Arrive, served
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

ESSAY = b"The river treaty\n\nArland will sign the river treaty by the end of 2027. Prices fell in May.\n"
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
    data = tmp_path_factory.mktemp("doors")
    open_tracker(Settings(data_dir=data)).close()
    yield from served(data, data / "dashboard.log")


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


@pytest.mark.parametrize("name", ["127.0.0.1", pytest.param("localhost", marks=pytest.mark.gate)])
def test_a_page_on_another_port_reads_and_writes_nothing(
    new: str, stranger: Page, arrive: Arrive, name: str
) -> None:
    host = new.replace("http://127.0.0.1", name)
    wire = f"ws://{host}/_stcore/stream"
    assert stranger.evaluate(OPEN, wire) == "refused"
    assert stranger.evaluate(READ, f"http://{host}/api/v1/questions") == "unread"
    for method in ("POST", "PUT"):
        assert (
            stranger.evaluate(SEND, [f"http://{host}/_stcore/upload_file/a/b", method]) == "refused"
        )
    own = arrive(at=f"http://{host}").open("/settings")
    assert own.evaluate(OPEN, wire) == "open"
    assert '"items"' in own.evaluate(READ, f"http://{host}/api/v1/questions")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_pages_stand_under_both_names_of_this_machine(new: str, arrive: Arrive, name: str) -> None:
    visitor = arrive(at=new.replace("127.0.0.1", name))
    page = visitor.open("/home")
    expect(page.get_by_test_id("stMain").get_by_text("First steps: 0 of 4 done")).to_be_visible()
    visitor.go("/questions")
    expect(page).to_have_title("Questions · Scenario tracker")


def test_an_essay_is_uploaded_as_a_file(new: str, arrive: Arrive) -> None:
    visitor = arrive(at=new)
    page = visitor.open("/essays")
    page.locator("input[type=file]").set_input_files(
        {"name": "treaty.txt", "mimeType": "text/plain", "buffer": ESSAY}
    )
    expect(page.get_by_text("treaty.txt")).to_be_visible()
    visitor.settle()
    page.get_by_role("button", name="Add this essay").click()
    expect(
        page.get_by_text("Arland will sign the river treaty by the end of 2027.").first
    ).to_be_visible()
    visitor.settle()
