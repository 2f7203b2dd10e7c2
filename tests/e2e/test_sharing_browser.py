"""A shared chart stands in another site's page, and the shared page itself does not."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from tests.builders import a_question, a_set
from tests.e2e.conftest import PHONE, served
from tracker.app.tracker import open_tracker
from tracker.model.shares import NewShare
from tracker.settings import Settings

SUMMIT = "summit-2027"


@contextlib.contextmanager
def another_site(folder: Path, body: str) -> Iterator[str]:
    """The address of a page on another server of this machine."""
    folder.mkdir()
    (folder / "index.html").write_text(body, encoding="utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[str, NewShare]]:
    """The address of a guarded dashboard, and a link to a question on it."""
    before = datetime.now(UTC) - timedelta(days=1)
    closes = before + timedelta(days=400)
    dates = {"opens_at": before, "closes_at": closes, "resolves_at": closes}
    settings = Settings(data_dir=tmp_path / "data", me="ada")
    with open_tracker(settings, now=lambda: before) as tracker:
        tracker.question_sets.load(a_set(a_question(SUMMIT, **dates)))
        tracker.forecasts.submit(SUMMIT, "20%")
        share = tracker.shares.make("question", SUMMIT)
    dashboard = served(tmp_path / "data", tmp_path / "dashboard.log", guarded=True)
    for address in dashboard:
        yield address, share


def test_a_blog_shows_the_frame_and_not_the_page(
    browser: Browser, shared: tuple[str, NewShare], tmp_path: Path
) -> None:
    address, share = shared
    home = f"{address}/"
    page = browser.new_page()
    whole = f'<iframe id="whole" src="{home}share/{share.secret}"></iframe>'
    body = f"<!doctype html><h1>Blog</h1>{share.write_frame(home, 'A summit?')}{whole}"
    with another_site(tmp_path / "blog", body) as blog:
        page.goto(blog)
        frame = page.frame_locator('iframe[title="A summit?"]')
        expect(frame.locator("figure svg")).to_be_visible()
        expect(frame.locator("figcaption")).to_contain_text("ada 20%")
        with page.context.expect_page() as opened:
            frame.get_by_role("link").click()
        expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Will the leaders")
        expect(page.frame_locator("#whole").locator("h1")).to_contain_text("blocked")
    page.context.close()


def test_a_phone_shows_one_chart_within_its_width(
    browser: Browser, shared: tuple[str, NewShare]
) -> None:
    address, share = shared
    page = browser.new_page(viewport=PHONE, color_scheme="dark")
    page.goto(f"{address}/share/{share.secret}")
    assert [svg.is_visible() for svg in page.locator("figure svg").all()] == [False, True]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 27)"
    page.context.close()
