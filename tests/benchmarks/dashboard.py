"""The dashboard on 1,000 questions and a million pieces of evidence: `python -m
tests.benchmarks.dashboard`.

Against `streamlit run` on an empty app (a button and a line that counts), on the same machine in
the same minutes: each measure alternates between the two, and the table gives medians and their
ratios, which are what the targets are about. Needs Chromium at /usr/bin/chromium. `--share 0.1`
makes a world of a tenth; `--data FOLDER` keeps the world there, and takes it from there the next
time. The world is that of `dashboard_world.py`.

* A visit lasts from the navigation to when the script has run and every chart and table is drawn;
  warm: with the browser's cache; cold: with an empty one, as the first visit to a server that has
  just started.
* A click lasts from the click to the first change that the server made. On the list another state
  is chosen, on the question another section of its details.
* A page switch is one by the navigation's own links; the empty app of this measure has two pages.
* CPU is that of the server's process between a request to run the page again and its end, asked for
  by a client that speaks Streamlit's protocol (protobuf over a web socket) and draws nothing.
* The sessions are such clients too, each on a question of its own; each waits five seconds between
  an answer and the next request, on average, exponentially. Their p95 is held against the median of
  one session alone.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, sync_playwright
from rich import box
from rich.console import Console
from rich.table import Table

from tests.benchmarks.dashboard_browser import (
    AGAIN,
    CAPTIONS,
    CHROMIUM,
    DRAWER,
    FLAGS,
    SECTIONS,
    STATES,
    click,
    cold,
    there_and_back,
    visit,
)
from tests.benchmarks.dashboard_client import alone, cpu, together
from tests.benchmarks.dashboard_servers import Served, Servers
from tests.benchmarks.dashboard_world import Size, build
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

LIST = "/questions"


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

    def alternate(
        self, name: str, target: float, ours: Callable[[], float], theirs: Callable[[], float]
    ) -> None:
        """Measure both in turns; what comes first warms both up and does not count."""
        pairs = [(theirs(), ours()) for _ in range(self._rounds + 1)][1:]
        self.keep(
            Measured(name, [mine for _, mine in pairs], [other for other, _ in pairs], target)
        )

    def keep(self, measured: Measured) -> None:
        """Add a line to the table, and say so."""
        self.found.append(measured)
        sys.stderr.write(
            f"{measured.name}: {median(measured.ours):.1f} / {median(measured.theirs):.1f} ms\n"
        )


def visits(
    measuring: Measuring, browser: Browser, servers: tuple[Served, Served], question: str
) -> None:
    """Pages that are asked for by their address, again and again."""
    ours, empty = servers
    mine, other = (browser.new_context().new_page() for _ in servers)
    for name, path, target in (
        ("list", LIST, 1.5),
        ("question", f"/question?q={question}", 1.5),
        ("track record", "/record", 1.5),
    ):
        measuring.alternate(
            name,
            target,
            lambda p=path: visit(mine, ours.address + p),
            lambda: visit(other, empty.address),
        )


def clicks(
    measuring: Measuring, browser: Browser, servers: tuple[Served, Served], question: str
) -> None:
    """Clicks on a page that stands."""
    ours, empty = servers
    mine, other = (browser.new_context().new_page() for _ in servers)
    visit(other, empty.address)
    for name, path, button, changing in (
        ("click on the list", LIST, STATES, CAPTIONS),
        ("click on a question", f"/question?q={question}&details=Signposts", SECTIONS, DRAWER),
    ):
        visit(mine, ours.address + path)
        measuring.alternate(
            name,
            1.0,
            lambda b=button, c=changing: click(mine, b, c),
            lambda: click(other, AGAIN, CAPTIONS),
        )


def switches(measuring: Measuring, browser: Browser, servers: tuple[Served, Served]) -> None:
    """Ways by the navigation, there and back."""
    ours, pages = servers
    mine, other = (browser.new_context().new_page() for _ in servers)
    visit(other, pages.address)

    for name, ways in (
        ("switch to the list", ("/record", LIST)),
        ("switch to the track record", (LIST, "/record")),
    ):
        visit(mine, ours.address + ways[1])
        measuring.alternate(
            name, 1.3,
            lambda w=ways: there_and_back(mine, ours, w),
            lambda: there_and_back(other, pages, ("/two", "/")),
        )  # fmt: skip


def first_visits(measuring: Measuring, browser: Browser, servers: Servers) -> None:
    """The list as the first page that a new server shows."""
    ours, empty = (
        (lambda: cold(browser, servers.ours, LIST)),
        (lambda: cold(browser, servers.empty, "/")),
    )
    measuring.alternate("first visit of a new server", 1.5, ours, empty)


def sessions(
    measuring: Measuring, servers: tuple[Served, Served], ids: Sequence[str], seconds: float
) -> None:
    """What runs of the pages cost the server, and how long they take when many ask for them; no
    browser.
    """
    ours, empty = servers
    for name, page, query in (
        ("list", LIST.strip("/"), ""),
        ("question", "question", f"q={ids[0]}"),
    ):
        measuring.alternate(
            f"CPU of a run, {name}", 0.8,
            lambda p=page, q=query: asyncio.run(cpu(ours, p, q)), lambda: asyncio.run(cpu(empty, "", "")),
        )  # fmt: skip
    lonely = asyncio.run(alone(ours, f"q={ids[0]}"))
    took = asyncio.run(together(ours, [f"q={question}" for question in ids], seconds))
    late = quantiles(took, n=20, method="inclusive")[-1]
    sys.stderr.write(
        f"{len(ids)} sessions: {len(took)} requests, p50 {median(took):.0f} ms, p95 {late:.0f} ms\n"
    )
    measuring.keep(
        Measured(f"{len(ids)} sessions, p95 (p50 of one)", [late], [median(lonely)], 3.0)
    )


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
            summaries = tracker.questions.list()
        ids = [
            s.question.id for s in summaries if s.status == "open" and s.question.kind == "binary"
        ]
        servers = Servers(settings.data_dir.absolute(), folder)
        with servers.ours() as ours, servers.empty() as empty, servers.empty("pages.py") as pages:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                visits(measuring, browser, (ours, empty), ids[0])
                clicks(measuring, browser, (ours, empty), ids[0])
                switches(measuring, browser, (ours, pages))
                first_visits(measuring, browser, servers)
                browser.close()
            sessions(
                measuring,
                (ours, empty),
                [ids[n % len(ids)] for n in range(asked.sessions)],
                asked.seconds,
            )
    title = (
        f"{len(summaries):,} questions, {sum(s.evidence for s in summaries):,} pieces of evidence"
    )
    Console(width=120).print(_table(title, measuring.found))


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(
        description="The dashboard on a large database, against an empty app."
    )
    asked.add_argument("--share", type=float, default=1.0, help="of the world's full size")
    asked.add_argument(
        "--data", type=Path, help="where the world is, or is kept; else it is made anew"
    )
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
        table.add_row(
            one.name, f"{ours:.1f}", f"{theirs:.1f}", f"{ratio:.2f}", f"≤ {one.target:g}", met
        )
    return table


if __name__ == "__main__":
    main()
