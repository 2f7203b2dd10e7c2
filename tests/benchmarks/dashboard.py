"""The dashboard on 1,000 questions and a million pieces of evidence: `python -m tests.benchmarks.dashboard`.

Against `streamlit run` on an empty app (a button and a line that counts), on the same machine in the same minutes: each
measure alternates between the two, and the table gives medians and their ratios, which are what the targets are about.
Needs Chromium at /usr/bin/chromium. `--share 0.1` makes a world of a tenth; `--data FOLDER` keeps the world there, and
takes it from there the next time. The world is that of `dashboard_world.py`.

* A visit lasts from the navigation to when the script has run and every chart and table is drawn; warm: with the
  browser's cache; cold: with an empty one, as the first visit to a server that has just started.
* A click lasts from the click to the first change that the server made. On the list another state is chosen, on the
  question another tab.
* A page switch is one by the navigation's own links; the empty app of this measure has two pages.
* CPU is that of the server's process between a request to run the page again and its end, asked for by a client that
  speaks Streamlit's protocol (protobuf over a web socket) and draws nothing.
* The sessions are such clients too, each on a question of its own; each waits five seconds between an answer and the
  next request, on average, exponentially. Their p95 is held against the median of one session alone.
"""

import argparse
import asyncio
import contextlib
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Self

from playwright.sync_api import Browser, Page, sync_playwright
from rich import box
from rich.console import Console
from rich.table import Table
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.dashboard_world import Size, build
from tracker.api import open_tracker
from tracker.settings import Settings

ROOT = Path(__file__).parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
THINK_SECONDS = 5.0
RERUNS = 8
EMPTY = """
import streamlit as st

st.session_state.runs = st.session_state.get("runs", 0) + 1
st.button("Again")
st.caption(f"run {st.session_state.runs}")
"""
TWO_PAGES = """
import streamlit as st

pages = [st.Page(lambda n=n: st.caption(f"page {n}"), title=n, url_path=n, default=n == "one") for n in ("one", "two")]
st.navigation(pages, position="top").run()
"""
_DRAWN = """
const drawn = () => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (app?.dataset.testScriptState !== 'notRunning' || document.querySelector('[data-testid="stSkeleton"]'))
    return false;
  const parts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"], [data-testid="stDataFrame"]')];
  return parts.every(part => part.querySelector('svg.marks, canvas'))
    && (parts.length || /^(run|page) /.test(document.querySelector('[data-testid="stCaptionContainer"]')
      ?.textContent));
};
"""
STANDS = f"""() => new Promise(done => {{ {_DRAWN}
  const look = () => drawn() ? done(performance.now()) : requestAnimationFrame(look);
  look();
}})"""
CLICK = """([button, changing]) => new Promise(done => {
  const said = () => [...document.querySelectorAll(changing)].map(part => part.textContent).join('');
  const before = said(), start = performance.now();
  const watch = new MutationObserver(() => {
    const now = said();
    if (now && now !== before) { watch.disconnect(); done(performance.now() - start); }
  });
  watch.observe(document.body, {subtree: true, childList: true, characterData: true});
  document.querySelector(button).click();
})"""
SWITCH = f"""link => new Promise(done => {{ {_DRAWN}
  const before = location.pathname, start = performance.now();
  const look = () =>
    location.pathname !== before && drawn() ? done(performance.now() - start) : requestAnimationFrame(look);
  document.querySelector(link).click();
  look();
}})"""
CAPTIONS = '[data-testid="stCaptionContainer"]'
PANEL = '[role="tabpanel"]'
AGAIN = '[data-testid="stButton"] button'
FILTER = '[data-testid="stSelectbox"] input'
STATES = '[role="option"]:is([data-key="0"], [data-key="5"]):not([aria-selected="true"])'
TABS = '[role="tab"]:is([data-key="2"], [data-key="3"]):not([aria-selected="true"])'


@dataclass(frozen=True, slots=True)
class Served:
    """A server, and what it has cost so far."""

    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """CPU of the whole process, of threads that have ended too (Linux: the clock of another process)."""
        return time.clock_gettime((~self.pid << 3) | 2)


@contextlib.contextmanager
def served(command: Sequence[str], health: str, folder: Path) -> Iterator[Served]:
    """Run a server on a free port until the end of the block; its health is asked for until it answers."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TRACKER_ME": "ada"}
    log = (folder / f"{port}.log").open("w")
    with log, subprocess.Popen([*command, str(port)], cwd=folder, env=environment, stdout=log, stderr=log) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            while not _answers(address + health):
                assert process.poll() is None, Path(log.name).read_text()
                time.sleep(0.05)
            yield Served(address, process.pid)
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
        return bool(answer.status == 200)
    return False


class Servers:
    """How the three are started: ours, the empty app, the empty app of two pages."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data, self._folder = data, folder
        (folder / "empty.py").write_text(EMPTY)
        (folder / "pages.py").write_text(TWO_PAGES)

    def ours(self) -> contextlib.AbstractContextManager[Served]:
        """The dashboard as it is started."""
        command = [sys.executable, "-m", "dashboard", "--data", str(self._data), "--port"]
        return served(command, "/healthz", self._folder)

    def empty(self, script: str = "empty.py") -> contextlib.AbstractContextManager[Served]:
        """An app with nothing in it, as everybody starts one."""
        command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true"]
        command += ["--browser.gatherUsageStats=false", "--server.port"]
        return served(command, "/_stcore/health", self._folder)


def visit(page: Page, url: str) -> float:
    """Milliseconds from the navigation to the finished page."""
    page.goto(url, wait_until="commit")
    return float(page.evaluate(STANDS))


def cold(browser: Browser, start: Callable[[], contextlib.AbstractContextManager[Served]], path: str) -> float:
    """Milliseconds that the first visitor of a new server waits, with an empty cache."""
    with start() as server, contextlib.closing(browser.new_context()) as context:
        return visit(context.new_page(), server.address + path)


def click(page: Page, button: str, changing: str) -> float:
    """Milliseconds until the text of what is changing is another; then waits until the page stands."""
    if button == STATES:  # they stand in a list that has to be opened first
        page.locator(FILTER).first.click()
        page.wait_for_selector(STATES)
    took = float(page.evaluate(CLICK, [button, changing]))
    page.evaluate(STANDS)
    return took


class Client:
    """A session without a browser."""

    def __init__(self, connection: ClientConnection, page: str, query: str) -> None:
        self._connection = connection
        self._ask = BackMsg()
        state = self._ask.rerun_script
        state.page_name, state.query_string, state.context_info.timezone = page, query, "Europe/Berlin"

    @classmethod
    @contextlib.asynccontextmanager
    async def connected(cls, server: Served, page: str, query: str) -> AsyncIterator[Self]:
        """A session that has seen its page once."""
        url = server.address.replace("http", "ws", 1) + "/_stcore/stream"
        async with connect(
            url, subprotocols=["streamlit"], origin=server.address, max_size=None, compression=None, ping_interval=None
        ) as connection:  # fmt: skip
            client = cls(connection, page, query)
            await client.rerun()
            yield client

    async def rerun(self) -> float:
        """Milliseconds from the request to run the page to its end; a page that fails, or has nothing, is an error."""
        start, parts = time.perf_counter(), 0
        await self._connection.send(self._ask.SerializeToString())
        while True:
            said = ForwardMsg.FromString(await self._connection.recv(decode=False))
            match said.WhichOneof("type"):
                case "new_session":
                    self._ask.rerun_script.page_script_hash = said.new_session.page_script_hash
                case "delta" | "ref_hash":
                    assert said.delta.new_element.WhichOneof("type") != "exception", said
                    parts += 1
                case "script_finished":
                    assert said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
                    assert parts > 1
                    return 1000.0 * (time.perf_counter() - start)


async def cpu(server: Served, page: str, query: str) -> float:
    """Milliseconds of CPU that one more run of a page costs."""
    async with Client.connected(server, page, query) as client:
        before = server.cpu_seconds()
        for _ in range(RERUNS):
            await client.rerun()
        return 1000.0 * (server.cpu_seconds() - before) / RERUNS


async def together(server: Served, queries: Sequence[str], seconds: float) -> list[float]:
    """How long each request of so many sessions took, in milliseconds.

    After twice the time nobody waits any longer: what is not answered by then has taken so long at least.
    """
    end = time.monotonic() + seconds
    took = []

    async def session(query: str, rng: random.Random) -> None:
        asked = time.monotonic() + rng.uniform(0.0, THINK_SECONDS)
        try:
            async with asyncio.timeout(2 * seconds):
                await asyncio.sleep(asked - time.monotonic())
                async with Client.connected(server, "question", query) as client:
                    while (asked := time.monotonic() + rng.expovariate(1.0 / THINK_SECONDS)) < end:
                        await asyncio.sleep(asked - time.monotonic())
                        took.append(await client.rerun())
        except TimeoutError:
            took.append(1000.0 * (time.monotonic() - asked))

    await asyncio.gather(*(session(query, random.Random(n)) for n, query in enumerate(queries)))
    return took


async def alone(server: Served, query: str) -> list[float]:
    """The same for one session with nobody beside it."""
    async with Client.connected(server, "question", query) as client:
        return [await client.rerun() for _ in range(RERUNS)]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of ours and of what it is held against, in milliseconds."""

    name: str
    ours: list[float]
    theirs: list[float]
    target: float


class Measuring:
    """Alternates between the two, measure by measure."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self.found: list[Measured] = []

    def alternate(self, name: str, target: float, ours: Callable[[], float], theirs: Callable[[], float]) -> None:
        """Measure both in turns; what comes first warms both up and does not count."""
        pairs = [(theirs(), ours()) for _ in range(self._rounds + 1)][1:]
        self.keep(Measured(name, [mine for _, mine in pairs], [other for other, _ in pairs], target))

    def keep(self, measured: Measured) -> None:
        """Add a line to the table, and say so."""
        self.found.append(measured)
        sys.stderr.write(f"{measured.name}: {median(measured.ours):.1f} / {median(measured.theirs):.1f} ms\n")


def visits(measuring: Measuring, browser: Browser, servers: tuple[Served, Served], question: str) -> None:
    """Pages that are asked for by their address, again and again."""
    ours, empty = servers
    mine, other = (browser.new_context().new_page() for _ in servers)
    for name, path, target in (
        ("warm list page", list_path(), 1.8),
        ("question page", f"/question?q={question}", 2.9),
        ("accuracy page", "/accuracy", 2.9),
    ):
        measuring.alternate(
            name, target, lambda p=path: visit(mine, ours.address + p), lambda: visit(other, empty.address)
        )


def clicks(measuring: Measuring, browser: Browser, servers: tuple[Served, Served], question: str) -> None:
    """Clicks on a page that stands."""
    ours, empty = servers
    mine, other = (browser.new_context().new_page() for _ in servers)
    visit(other, empty.address)
    for name, path, button, changing in (
        ("click on the list", list_path(), STATES, CAPTIONS),
        ("click on a question", f"/question?q={question}", TABS, PANEL),
    ):
        visit(mine, ours.address + path)
        measuring.alternate(
            name, 1.0, lambda b=button, c=changing: click(mine, b, c), lambda: click(other, AGAIN, CAPTIONS)
        )


def switches(measuring: Measuring, browser: Browser, servers: tuple[Served, Served]) -> None:
    """Ways by the navigation, there and back."""
    ours, pages = servers
    mine, other = (browser.new_context().new_page() for _ in servers)
    visit(other, pages.address)

    def there_and_back(page: Page, served: Served, paths: Sequence[str]) -> float:
        page.evaluate(SWITCH, f'a[href="{served.address}{paths[0]}"]')
        return float(page.evaluate(SWITCH, f'a[href="{served.address}{paths[1]}"]'))

    for name, ways in (
        ("switch to the list", ("/accuracy", list_path())),
        ("switch to accuracy", (list_path(), "/accuracy")),
    ):
        visit(mine, ours.address + ways[1])
        measuring.alternate(
            name, 1.5,
            lambda w=ways: there_and_back(mine, ours, w),
            lambda: there_and_back(other, pages, ("/two", "/")),
        )  # fmt: skip


def first_visits(measuring: Measuring, browser: Browser, servers: Servers) -> None:
    """The list as the first page that a new server shows."""
    ours, empty = (lambda: cold(browser, servers.ours, list_path())), (lambda: cold(browser, servers.empty, "/"))
    measuring.alternate("cold first visit", 1.6, ours, empty)


def sessions(measuring: Measuring, servers: tuple[Served, Served], ids: Sequence[str], seconds: float) -> None:
    """What runs of the pages cost the server, and how long they take when many ask for them; no browser."""
    ours, empty = servers
    for name, page, query in (("list", list_path().strip("/"), ""), ("question", "question", f"q={ids[0]}")):
        measuring.alternate(
            f"server CPU per rerun, {name}", 1.0,
            lambda p=page, q=query: asyncio.run(cpu(ours, p, q)), lambda: asyncio.run(cpu(empty, "", "")),
        )  # fmt: skip
    lonely = asyncio.run(alone(ours, f"q={ids[0]}"))
    took = asyncio.run(together(ours, [f"q={question}" for question in ids], seconds))
    late = quantiles(took, n=20, method="inclusive")[-1]
    sys.stderr.write(f"{len(ids)} sessions: {len(took)} requests, p50 {median(took):.0f} ms, p95 {late:.0f} ms\n")
    measuring.keep(Measured(f"{len(ids)} sessions, p95 (p50 of one)", [late], [median(lonely)], 3.0))


def list_path() -> str:
    """Where the list of all questions is."""
    from dashboard.app import ENTRIES

    return "/questions" if "questions" in ENTRIES else "/"


def main() -> None:
    """Make the world, measure on it, and print the table."""
    asked = _arguments()
    measuring = Measuring(asked.rounds)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        settings = Settings(data_dir=asked.data or folder / "world")
        if not (settings.data_dir / "tracker.sqlite").exists():
            build(settings, Size().times(asked.share), datetime.now(UTC))
        with open_tracker(settings) as tracker:
            summaries = tracker.questions()
        ids = [s.question.id for s in summaries if s.status == "open" and s.question.kind == "binary"]
        servers = Servers(settings.data_dir.absolute(), folder)
        with servers.ours() as ours, servers.empty() as empty, servers.empty("pages.py") as pages:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                visits(measuring, browser, (ours, empty), ids[0])
                clicks(measuring, browser, (ours, empty), ids[0])
                switches(measuring, browser, (ours, pages))
                first_visits(measuring, browser, servers)
                browser.close()
            sessions(measuring, (ours, empty), [ids[n % len(ids)] for n in range(asked.sessions)], asked.seconds)
    title = f"{len(summaries):,} questions, {sum(s.evidence for s in summaries):,} pieces of evidence"
    Console(width=120).print(_table(title, measuring.found))


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description="The dashboard on a large database, against an empty app.")
    asked.add_argument("--share", type=float, default=1.0, help="of the world's full size")
    asked.add_argument("--data", type=Path, help="where the world is, or is kept; else it is made anew")
    asked.add_argument("--rounds", type=int, default=9, help="how often each measure is taken")
    asked.add_argument("--sessions", type=int, default=50, help="how many act at once")
    asked.add_argument("--seconds", type=float, default=30.0, help="how long they do")
    return asked.parse_args()


def _table(title: str, found: Sequence[Measured]) -> Table:
    table = Table(title=title, box=box.MARKDOWN)
    for column in ("what", "ours, ms", "empty app, ms", "ratio", "target", "met"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for one in found:
        ours, theirs = median(one.ours), median(one.theirs)
        ratio = ours / theirs
        met = "yes" if ratio <= one.target else "NO"
        table.add_row(one.name, f"{ours:.1f}", f"{theirs:.1f}", f"{ratio:.2f}", f"≤ {one.target:g}", met)
    return table


if __name__ == "__main__":
    main()
