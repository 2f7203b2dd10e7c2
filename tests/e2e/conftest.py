"""A real browser on a real dashboard: the demo's replay, served by its own process."""

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.builders import FakeClock, Press, a_feed
from tracker.api import open_tracker
from tracker.demo import replay_settings
from tracker.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

HOSTILE = (
    "Power of Siberia 2 talks end without agreement ![x](http://evil.example/p.png) [now](http://evil.example) $5 $6"
)
"""A headline that Markdown would make a picture, a link and a formula of."""

HOSTILE_TITLE = "Stranger ![x](http://evil.example/p.png) [now](http://evil.example) www.evil.example $5 $6"
"""A feed's own title of the same kind: it stands in a heading and in links, which read Markdown."""

PATIENCE = 30_000
"""Milliseconds: a slow machine with other work takes several times as long as ours."""

expect.set_options(timeout=PATIENCE)

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
USUAL: dict[str, Any] = {
    "viewport": DESKTOP,
    "timezone_id": "Europe/Berlin",
    "locale": "en-GB",
    "reduced_motion": "reduce",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A data directory with the whole replay, and one hostile headline at its end. One process makes it for all."""
    data = tmp_path_factory.mktemp("demo")
    if worker_id == "master":
        _replay(data)
        return data
    made = tmp_path_factory.getbasetemp().parent / "replay"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait here until it is made
        if not made.exists():
            half = made.with_suffix(".half")
            _replay(half)
            half.rename(made)
    return shutil.copytree(made, data, dirs_exist_ok=True)


def _replay(data: Path) -> None:
    command = [sys.executable, "-m", "tracker", "--data", str(data), "demo", "--no-serve"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=900)
    _publish(data, HOSTILE)


def _publish(data: Path, headline: str) -> None:
    settings = replay_settings(Settings(data_dir=data, me="ada"))
    press = Press()
    press.publish("stranger", headline, "https://stranger.invalid/report")
    with open_tracker(settings) as live:
        until = live.now()
    with open_tracker(settings, now=FakeClock(until), fetch=press.fetch) as tracker:
        tracker.add_feed(a_feed("stranger", title=HOSTILE_TITLE))
        tracker.poll()
        assert any(card.headline == headline for card in tracker.inbox())


@pytest.fixture(scope="session")
def address(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the dashboard on the replay answers."""
    yield from served(demo, tmp_path_factory.mktemp("log") / "dashboard.log", "--replay")


def served(data: Path, log: Path, *flags: str) -> Iterator[str]:
    """Where a dashboard on this data answers; it runs in a foreign working directory, until the last one is done."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TRACKER_ME": "ada"}
    command = [sys.executable, "-m", "dashboard", "--data", str(data), *flags, "--port", str(port)]
    with (
        log.open("w") as out,
        subprocess.Popen(command, cwd=log.parent, env=environment, stdout=out, stderr=out) as server,
    ):
        found = f"http://127.0.0.1:{port}"
        try:
            _wait(found, server, log)
            yield found
        finally:
            server.terminate()
            assert server.wait(20) == 0, log.read_text()


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
            assert answer.read() == b"ok"
            return
        time.sleep(0.1)
    raise AssertionError(f"the dashboard does not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@dataclass
class Visitor:
    """A person at a browser, and everything that went wrong on the way."""

    address: str
    page: Page
    troubles: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note from now on what goes wrong."""
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("request", self.asked)

    def open(self, path: str) -> Page:
        """Open a page by its address and wait until it stands."""
        self.page.goto(self.address + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page's script has run."""
        expect(self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
        expect(self.page.locator('[data-testid="stSkeleton"]')).to_have_count(0)

    def heard(self, message: ConsoleMessage) -> None:
        """Note an error in the console. Streamlit first asks for its health below the page's own path."""
        if message.type == "error" and "_stcore" not in f"{message.text} {message.location}":
            self.troubles.append(f"console: {message.text}")

    def asked(self, request: Request) -> None:
        """Note a request to anywhere else."""
        if not request.url.startswith((self.address, self.address.replace("http", "ws", 1), "data:", "blob:")):
            self.troubles.append(f"request to {request.url}")

    def picture(self, name: str) -> None:
        """Keep what the page looks like, as high as it is."""
        PICTURES.mkdir(exist_ok=True)
        size = self.page.viewport_size or DESKTOP
        height = self.page.locator('[data-testid="stMain"]').evaluate("e => e.scrollHeight")
        self.page.set_viewport_size({"width": size["width"], "height": min(max(height, size["height"]), 4_000)})
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=PICTURES / f"{name}.png")
        self.page.set_viewport_size(size)


def sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    width, room = page.locator('[data-testid="stMain"]').evaluate("e => [e.scrollWidth, e.clientWidth]")
    return bool(width > room)


Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Arrive]:
    """Bring a visitor, to the replay or to the dashboard `at` another address.

    At the end of the test nothing may have gone wrong for any of them.
    """
    came: list[tuple[BrowserContext, Visitor]] = []

    def arrive(at: str | None = None, **how: Any) -> Visitor:
        context = browser.new_context(**{**USUAL, **how})
        context.set_default_timeout(PATIENCE)
        visitor = Visitor(at or request.getfixturevalue("address"), context.new_page())
        visitor.listen()
        came.append((context, visitor))
        return visitor

    yield arrive
    for context, visitor in came:
        context.close()
        assert visitor.troubles == []


@pytest.fixture(scope="session")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that keeps what it has loaded: most tests are visits by the same person."""
    context = browser.new_context(**USUAL)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def visitor(desk: BrowserContext, address: str) -> Iterator[Visitor]:
    """Somebody at a desk in Berlin; nothing may have gone wrong for them, and no draft is left behind."""
    came = Visitor(address, desk.new_page())
    came.listen()
    yield came
    if came.page.url.startswith(address):
        came.page.evaluate("localStorage.clear()")
    came.page.close()
    assert came.troubles == []
