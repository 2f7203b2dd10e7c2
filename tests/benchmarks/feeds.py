"""Reading 500 feeds with us and with lemon24/reader, in one go on one local server.

python3 -m venv ../with-reader
../with-reader/bin/pip install "reader==3.26" sgmllib3k
.venv/bin/python -m tests.benchmarks.feeds --reader-python ../with-reader/bin/python

(reader does not start without sgmllib3k.) The phases are those of `feed_phases.py`, in that order,
on a fresh database for each run; the two take turns, and every figure is the median of the runs.
Each sweep is a process of its own, as from a timer; what is compared is the sweep without the start
of its process, which both say themselves. CPU seconds are user and system time, children included.
reader has the better of the numbers of workers it is tried with, phase by phase. What each found is
checked after each sweep, and so is how often the server was asked; the benchmark stops when a
number is wrong, as speed that comes of doing less than was asked is worth nothing.

With `--corpus FOLDER` the documents are put together from the entries of real feeds in that folder.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from rich import box
from rich.console import Console
from rich.table import Table

from tests.benchmarks.feed_phases import PHASES, PORTS, Phase, addresses, make_site
from tests.benchmarks.feed_server import Server
from tests.benchmarks.feed_world import ADDED, CHANGED_EVERY, ENTRIES, FEEDS
from tests.benchmarks.processes import Ran, run
from tracker.app.tracker import open_tracker
from tracker.settings import Settings

CHANGED = FEEDS // CHANGED_EVERY
FOUND: dict[Phase, tuple[int, int]] = {
    "cold": (FEEDS * ENTRIES, 0),
    "changed": (CHANGED * ADDED, CHANGED),
}
"""New and changed entries of the phases that have any."""
SENT: dict[Phase, dict[str, int]] = {
    "cold": {"200": FEEDS},
    "same": {"304": FEEDS},
    "slow": {"304": FEEDS},
    "changed": {"200": CHANGED, "304": FEEDS - CHANGED},
    "identical": {"200": FEEDS},
    "timestamps": {"200": FEEDS},
}
CPU_TARGETS: dict[Phase, float] = {
    "cold": 2.4,
    "same": 10,
    "changed": 6,
    "identical": 80,
    "timestamps": 30,
}
WALL_TARGETS: dict[Phase, float] = {"cold": 4.5}
SLOW_SECONDS = 1.0
MEMORY_MB = 120
WORDS: dict[Phase, str] = {
    "cold": "cold, 15,000 new entries",
    "same": "nothing changed, 304",
    "slow": "the same, 150 ms latency",
    "changed": "5 % of the feeds changed",
    "identical": "same bodies, no validators",
    "timestamps": "only timestamps changed",
}


@dataclass(frozen=True, slots=True)
class Sweep:
    """One poll of all the feeds. `whole` is the process with its start, `cpu` and `wall` the poll
    alone.
    """

    cpu: float
    wall: float
    whole: Ran


class Contender(Protocol):
    """Somebody who reads feeds, with a database of its own."""

    name: str

    def add(self, feeds: Sequence[str], folder: Path) -> None:
        """Take in the addresses, with a database in this folder."""

    def command(self) -> list[str]:
        """What polls all of them and prints one JSON line."""


class WithReader:
    """lemon24/reader with so many threads."""

    def __init__(self, python: str, workers: int) -> None:
        self.name = f"reader, {workers} worker{'s' * (workers > 1)}"
        self._program = [python, str(Path(__file__).with_name("with_reader.py"))]
        self._workers = str(workers)

    def add(self, feeds: Sequence[str], folder: Path) -> None:
        listed = folder / "addresses.txt"
        listed.write_text("\n".join(feeds))
        self._program = [*self._program[:2], str(folder / "reader.sqlite")]
        run([*self._program, "--add", str(listed)])

    def command(self) -> list[str]:
        return [*self._program, "--workers", self._workers]


class WithTracker:
    """Ours, by its command line."""

    name = "ours"

    def __init__(self, program: str) -> None:
        self._program = program.split()
        self._folder = Path()

    def add(self, feeds: Sequence[str], folder: Path) -> None:
        listed = folder / "feeds.opml"
        outlines = "".join(
            f'<outline type="rss" text="Feed {n}" xmlUrl="{feed}"/>' for n, feed in enumerate(feeds)
        )
        listed.write_text(f'<opml version="2.0"><head/><body>{outlines}</body></opml>')
        self._folder = folder
        open_tracker(Settings(data_dir=folder)).close()
        run(
            [*self._program, "--data", str(folder), "feed", "import", str(listed)],
            env=_no_settings(),
        )

    def command(self) -> list[str]:
        everything = ["feed", "poll", "--once", "--all", "--allow-private", "--no-politeness"]
        return [*self._program, "--data", str(self._folder), *everything]


def main() -> None:
    """Measure and print the table."""
    args = _arguments()
    corpus = Path(args.corpus).resolve() if args.corpus else None
    readers = [
        WithReader(args.reader_python, int(workers))
        for workers in args.workers.split(",")
        if workers
    ]
    contenders: list[Contender] = [
        *readers,
        *([] if args.without_ours else [WithTracker(args.ours)]),
    ]
    sweeps: dict[str, dict[Phase, list[Sweep]]] = {
        who.name: {phase: [] for phase in PHASES} for who in contenders
    }
    with Server(make_site(corpus), ["127.0.0.1"] * PORTS) as server:
        for number in range(args.runs):
            for who in contenders if number % 2 == 0 else contenders[::-1]:
                for phase, sweep in _one_run(who, server):
                    sweeps[who.name][phase].append(sweep)
                    sys.stderr.write(
                        f"{number + 1} {who.name} {phase}: {sweep.cpu:.3f} s CPU, "
                        f"{sweep.wall:.3f} s\n"
                    )
    console = Console(width=150)
    for table in (_each(sweeps), *([] if args.without_ours else [_compared(sweeps)])):
        console.print(table)


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description="Read 500 feeds with us and with lemon24/reader.")
    asked.add_argument("--reader-python", required=True, help="a Python that has reader")
    asked.add_argument(
        "--workers", default="8,32", help="the numbers of workers to try reader with"
    )
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--corpus", help="a folder of captured feeds, to take real entries from")
    asked.add_argument(
        "--ours", default=f"{sys.executable} -m tracker", help="the command that is ours"
    )
    asked.add_argument("--without-ours", action="store_true", help="measure reader alone")
    return asked.parse_args()


def _one_run(who: Contender, server: Server) -> Iterator[tuple[Phase, Sweep]]:
    with tempfile.TemporaryDirectory() as folder:
        who.add(addresses(server.addresses), Path(folder))
        for phase in PHASES:
            server.ask("phase", phase)
            ran = run(who.command(), env=_no_settings())
            said = json.loads(ran.printed.splitlines()[-1])
            _check(f"{who.name}, {phase}", said, phase=phase, sent=server.ask("answered"))
            yield phase, Sweep(said["cpu_seconds"], said["wall_seconds"], ran)


def _check(where: str, said: dict[str, Any], *, phase: Phase, sent: dict[str, int]) -> None:
    new, changed = FOUND.get(phase, (0, 0))
    expected: dict[str, Any] = {"feeds": FEEDS, "new": new, "changed": changed, "errors": 0}
    if "entries" in said:
        expected["entries"] = FEEDS * ENTRIES + (
            CHANGED * ADDED if phase in PHASES[PHASES.index("changed") :] else 0
        )
    wrong = {name: said.get(name) for name in expected if said.get(name) != expected[name]}
    if wrong or sent != SENT[phase]:
        raise SystemExit(
            f"{where}: expected {expected} and answers {SENT[phase]}, found {wrong} and {sent}: "
            f"{said}"
        )


def _no_settings() -> dict[str, str]:
    """The environment without what would set up the tracker in another way than a new user has
    it.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}


def _each(sweeps: dict[str, dict[Phase, list[Sweep]]]) -> Table:
    table = Table(title="Seconds: CPU / wall (CPU of the whole process)", box=box.MARKDOWN)
    table.add_column("phase")
    for name in sweeps:
        table.add_column(name, justify="right")
    for phase in PHASES:
        table.add_row(WORDS[phase], *(_seconds(phases[phase]) for phases in sweeps.values()))
    table.add_row("peak memory, MB", *(f"{_peak_mb(phases):.0f}" for phases in sweeps.values()))
    return table


def _seconds(taken: Sequence[Sweep]) -> str:
    cpu, wall = median(s.cpu for s in taken), median(s.wall for s in taken)
    return f"{cpu:.3g} / {wall:.3g} ({median(s.whole.cpu_seconds for s in taken):.3g})"


def _compared(sweeps: dict[str, dict[Phase, list[Sweep]]]) -> Table:
    table = Table(
        title=f"{FEEDS} feeds of {ENTRIES} entries: reader at its best against ours",
        box=box.MARKDOWN,
    )
    columns = (
        "phase",
        "reader CPU s",
        "reader wall s",
        "ours CPU s",
        "ours wall s",
        "CPU ×",
        "wall ×",
        "target",
        "met",
    )
    for column in columns:
        table.add_column(
            column, justify="left" if column in ("phase", "target", "met") else "right"
        )
    readers = [phases for name, phases in sweeps.items() if name != "ours"]
    for phase in PHASES:
        theirs = [
            min(median(getattr(s, what) for s in r[phase]) for r in readers)
            for what in ("cpu", "wall")
        ]
        ours = [median(getattr(s, what) for s in sweeps["ours"][phase]) for what in ("cpu", "wall")]
        ratios = [a / b for a, b in zip(theirs, ours, strict=True)]
        target, met = _verdict(phase, ratios, ours[1])
        shown = [f"{seconds:.3g}" for seconds in (*theirs, *ours)] + [
            f"{ratio:.1f}" for ratio in ratios
        ]
        table.add_row(WORDS[phase], *shown, target, met)
    peaks = [max(map(_peak_mb, readers)), _peak_mb(sweeps["ours"])]
    met = "yes" if peaks[1] <= MEMORY_MB else "NO"
    table.add_row(
        "peak memory, MB",
        f"{peaks[0]:.0f}",
        "",
        f"{peaks[1]:.0f}",
        "",
        "",
        "",
        f"≤ {MEMORY_MB} MB",
        met,
    )
    return table


def _verdict(phase: Phase, ratios: Sequence[float], our_wall: float) -> tuple[str, str]:
    aims = []
    if phase in CPU_TARGETS:
        aims.append((f"CPU ≥ {CPU_TARGETS[phase]:g}", ratios[0] >= CPU_TARGETS[phase]))
    if phase in WALL_TARGETS:
        aims.append((f"wall ≥ {WALL_TARGETS[phase]:g}", ratios[1] >= WALL_TARGETS[phase]))
    if phase == "slow":
        aims.append((f"ours < {SLOW_SECONDS:g} s wall", our_wall < SLOW_SECONDS))
    return ", ".join(words for words, _ in aims), "yes" if all(met for _, met in aims) else "NO"


def _peak_mb(phases: dict[Phase, list[Sweep]]) -> float:
    """The median of the runs' peaks over all phases."""
    runs = zip(*phases.values(), strict=True)
    peaks: list[int] = [max(sweep.whole.peak_bytes for sweep in one_run) for one_run in runs]
    return median(peaks) / 1e6


if __name__ == "__main__":
    main()
