"""A real browser on a real dashboard: the demo's replay, served by its own process."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.e2e import replaying
from tests.e2e.forking import start_dashboard
from tests.e2e.places import live_in
from tracker.settings import Settings

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

PATIENCE = 30_000
"""Milliseconds: a slow machine with other work takes several times as long as ours."""

expect.set_options(timeout=PATIENCE)

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
USUAL: dict[str, Any] = {
    "viewport": DESKTOP,
    "timezone_id": "Europe/Berlin",
    "locale": "en-GB",
    "reduced_motion": "reduce",
}


_making: list[subprocess.Popen[bytes]] = []
"""The replay's process, where it was begun here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser. What needs the replay comes last, so that it can
    be made meanwhile.
    """
    ours = [place for place, item in enumerate(items) if Path(__file__).parent in item.path.parents]
    in_order = sorted((items[place] for place in ours), key=_needs_the_replay)
    for place, item in zip(ours, in_order, strict=True):
        item.add_marker("browser")
        items[place] = item


def _needs_the_replay(item: pytest.Item) -> bool:
    return "demo" in getattr(item, "fixturenames", ())


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin the replay as soon as it is known that it is needed."""
    ready = CHROMIUM.exists() and not session.config.option.collectonly
    if ready and any(map(_needs_the_replay, session.items)):
        _begin(_replay_of(session.config._tmp_path_factory))  # type: ignore[attr-defined]


def _begin(made: Path) -> None:
    process = replaying.begin(made)
    if process is not None:
        _making.append(process)


def pytest_sessionfinish(exitstatus: int) -> None:
    """Other workers may still wait for the replay that was begun here, but nobody does who broke
    off.
    """
    for process in _making:
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a replay that somebody has used, and one hostile headline at its end; a
    copy of what serves all.
    """
    made = _replay_of(tmp_path_factory)
    _begin(made)
    data = shutil.copytree(
        replaying.finished(made), tmp_path_factory.mktemp("demo"), dirs_exist_ok=True
    )
    live_in(Settings(data_dir=data, me="ada"))
    return data


def _replay_of(places: pytest.TempPathFactory) -> Path:
    """Where the replay of the whole run lies: workers have a folder each in the one of the run."""
    shared = (
        places.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else places.getbasetemp()
    )
    return shared / "replay"


@pytest.fixture(scope="session")
def address(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the dashboard on the replay answers."""
    yield from served(demo, tmp_path_factory.mktemp("log") / "dashboard.log", "--replay")


def served(data: Path, log: Path, *flags: str, guarded: bool = False) -> Iterator[str]:
    """Where a dashboard on this data answers; it runs in a foreign working directory, until the
    last one is done. Only a guarded one asks whoever comes to log in.
    """
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    flags = flags if guarded else (*flags, "--no-token")
    server = start_dashboard(["--data", str(data), *flags, "--port", str(port)], log)
    found = f"http://127.0.0.1:{port}"
    try:
        _wait(found, server, log)
        yield found
    finally:
        server.terminate()
        server.join(20)
        assert server.exitcode == 0, log.read_text()


def _wait(address: str, server: BaseProcess, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.is_alive(), log.read_text()
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer,
        ):
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


MOVE: Final = """([address, patience]) => new Promise((moved, failed) => {
    const named = new MutationObserver(() => {
        if (document.title === "Scenario tracker") return;
        named.disconnect();
        requestAnimationFrame(() => setTimeout(moved));
    });
    named.observe(document.querySelector("title"), {childList: true, characterData: true, subtree: true});
    setTimeout(() => failed(new Error(`no page came of ${address}`)), patience);
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
})"""
"""Goes to an address as the buttons of a browser do, and waits for the page's script to name it: it
first names the app, then the page."""


@dataclass
class Visitor:
    """A person at a browser, and everything that went wrong on the way."""

    address: str
    page: Page
    troubles: list[str] = field(default_factory=list)

    @property
    def _ears(self) -> dict[Any, Callable[[Any], None]]:
        return {"console": self.heard, "pageerror": self.failed, "request": self.asked}

    def listen(self) -> None:
        """Note from now on what goes wrong."""
        for event, heard in self._ears.items():
            self.page.on(event, heard)

    def leave(self) -> None:
        """Note no longer what goes wrong."""
        for event, heard in self._ears.items():
            self.page.remove_listener(event, heard)

    def open(self, path: str) -> Page:
        """Open a page by its address, in a session of its own, and wait until it stands."""
        self.page.goto(self.address + path)
        self.settle()
        return self.page

    def go(self, path: str) -> Page:
        """Move on to a page within the session, as the browser's own buttons do; a quarter of the
        work of `open`.

        The session may be that of an earlier test: for what only reads, or leaves nothing behind
        but its address.
        """
        if not self.page.url.startswith(self.address):
            return self.open(path)
        self.page.evaluate(MOVE, [self.address + path, PATIENCE])
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page's script has run."""
        expect(
            self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
        ).to_be_visible()
        expect(self.page.locator('[data-testid="stSkeleton"]')).to_have_count(0)

    def press(self, key: str) -> None:
        """Press a key that is a command, as soon as commands act."""
        expect(self.page.locator('html[data-keys="on"]')).to_have_count(1)
        self.page.keyboard.press(key)

    def heard(self, message: ConsoleMessage) -> None:
        """Note an error in the console. Streamlit first asks for its health below the page's own
        path.
        """
        if message.type == "error" and "_stcore" not in f"{message.text} {message.location}":
            self.troubles.append(f"console: {message.text}")

    def failed(self, error: Error) -> None:
        """Note an error that a script did not catch."""
        self.troubles.append(f"error: {error}")

    def asked(self, request: Request) -> None:
        """Note a request to anywhere else."""
        if not request.url.startswith(
            (self.address, self.address.replace("http", "ws", 1), "data:", "blob:")
        ):
            self.troubles.append(f"request to {request.url}")

    def picture(self, name: str) -> None:
        """Keep what the page looks like, as high as it is, where somebody asked for it
        (`PICTURES=yes`).
        """
        if not os.environ.get("PICTURES"):
            return
        PICTURES.mkdir(exist_ok=True)
        size = self.page.viewport_size or DESKTOP
        height = self.page.locator('[data-testid="stMain"]').evaluate("e => e.scrollHeight")
        self.page.set_viewport_size(
            {"width": size["width"], "height": min(max(height, size["height"]), 4_000)}
        )
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=PICTURES / f"{name}.png")
        self.page.set_viewport_size(size)


def still(page: Page) -> None:
    """Wait until nothing on the page moves or changes its colour any more."""
    assert page.evaluate(
        UNTIL.format("document.getAnimations().every(each => each.playState !== 'running')"),
        PATIENCE,
    )


UNTIL: Final = """async patience => {{
    const end = performance.now() + patience, there = () => {};
    while (!there() && performance.now() < end) await new Promise(requestAnimationFrame);
    return there();
}}"""
"""Waits in the page until something holds, and tells whether it does."""


def sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    width, room = page.locator('[data-testid="stMain"]').evaluate(
        "e => [e.scrollWidth, e.clientWidth]"
    )
    return bool(width > room)


class Desks:
    """A browser that keeps what it has loaded: a tab at a dashboard is used again by who comes
    next, with all the code that it has read. Opening a page in it begins a new session and a new
    document, as in a new tab."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: dict[str, BrowserContext] = {}
        self._free: dict[str, list[Page]] = {}

    def sit(
        self,
        at: str,
        color_scheme: Literal["light", "dark"] = "light",
        viewport: ViewportSize = DESKTOP,
        **how: Any,
    ) -> tuple[str, Page]:
        """A tab for a visitor of this kind, and the desk that it goes back to."""
        desk = repr((at, sorted(how.items())))
        free = self._free.setdefault(desk, [])
        page = free.pop() if free else self._context(**how).new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme)
        return desk, page

    def leave(self, desk: str, page: Page) -> None:
        """Tidy up: no draft and no choice is left behind, and the pointer lies on nothing."""
        page.context.clear_cookies()
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.mouse.move(0, 0)
        self._free[desk].append(page)

    def close(self) -> None:
        """Close all tabs. What was loaded stays for the next ones."""
        for free in self._free.values():
            while free:
                free.pop().close()

    def _context(self, **how: Any) -> BrowserContext:
        kind = repr(sorted(how.items()))
        if kind not in self._contexts:
            self._contexts[kind] = self._browser.new_context(**{**USUAL, **how})
            self._contexts[kind].set_default_timeout(PATIENCE)
        return self._contexts[kind]


@pytest.fixture(scope="session")
def desks(browser: Browser) -> Desks:
    """The desks of the whole run."""
    return Desks(browser)


@pytest.fixture(scope="module")
def seats(desks: Desks) -> Iterator[Desks]:
    """The same, cleared when the module is done: its servers end with it."""
    yield desks
    desks.close()


def fits(page: Page) -> bool:
    """Whether the page is no wider than the window, as soon as charts and tables have been drawn
    anew.
    """
    main = "document.querySelector('[data-testid=stMain]')"
    return bool(page.evaluate(UNTIL.format(f"{main}.scrollWidth <= {main}.clientWidth"), PATIENCE))


Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(seats: Desks, request: pytest.FixtureRequest) -> Iterator[Arrive]:
    """Bring a visitor, to the replay or to the dashboard `at` another address.

    At the end of the test nothing may have gone wrong for any of them, and no draft is left behind.
    """
    came: list[tuple[str, Visitor]] = []

    def arrive(at: str | None = None, **how: Any) -> Visitor:
        at = at or request.getfixturevalue("address")
        desk, page = seats.sit(at, **how)
        visitor = Visitor(at, page)
        visitor.listen()
        came.append((desk, visitor))
        return visitor

    yield arrive
    for desk, visitor in came:
        visitor.leave()
        seats.leave(desk, visitor.page)
    assert [trouble for _, visitor in came for trouble in visitor.troubles] == []


@pytest.fixture
def visitor(arrive: Arrive) -> Visitor:
    """Somebody at a desk in Berlin; nothing may have gone wrong for them, and no draft is left
    behind.
    """
    return arrive()
