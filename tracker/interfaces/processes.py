"""Running processes: the scheduler alone, everything under one parent, a replay and its
dashboard.
"""

import signal
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from tracker.app.question_set_files import DEFAULT, load
from tracker.app.tracker import Tracker, clock, open_tracker
from tracker.errors import Refused
from tracker.interfaces.supervisor import Children, Say
from tracker.model.bind_address import check_address, check_port
from tracker.replay.demo import Progress as ReplayProgress
from tracker.replay.demo import replay
from tracker.settings import Settings, replay_settings

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 -- only recognised; check_address refuses it
LINE_SECONDS = 3.0
"""A replay that writes into a file says so often how far it is."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the dashboard listens, and whether a browser is opened."""

    port: int
    address: str
    browser: bool
    open_door: bool
    named: bool

    @classmethod
    def chosen(cls, settings: Settings, options: Mapping[str, Any]) -> "Serving":
        """What the command line said, else what the settings say."""
        return cls(
            port=options["port"] or settings.port,
            address=options["address"] or settings.address,
            browser=not options["no_browser"],
            open_door=options["open_door"],
            named=settings.named,
        )

    @property
    def host(self) -> str:
        """Where this machine reaches the dashboard."""
        return "127.0.0.1" if self.address in EVERYWHERE else self.address

    @property
    def url(self) -> str:
        """What to type into a browser."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"


def run_scheduler(tracker: Tracker) -> int:
    """Tick until SIGINT or SIGTERM; 0 when stopped, 1 when the timer died and wants a restart.

    Raises `AlreadyRunning`, `LeadershipLost` and `StorageDamaged`, after which a restart would not
    help.
    """
    from tracker.interfaces.gc_tuning import settle
    from tracker.interfaces.scheduler import Scheduler

    settle()
    tracker.check_database()
    with tracker.leading() as leadership:
        scheduler = Scheduler(tracker, check_lock=leadership.check)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda _number, _frame: scheduler.stop())
        return 0 if scheduler.run() else 1


def start_everything(settings: Settings, serving: Serving, say: Say) -> int:
    """Database, question set on first start, then scheduler and dashboard until Ctrl-C."""
    check_serving(serving)
    with open_tracker(settings) as tracker:
        if tracker.replayed_until() is not None:
            raise Refused(
                "this database is a replay: see it with `tracker demo`, and choose another "
                "--data for live work"
            )
        if not tracker.questions():
            loaded = tracker.load(load(DEFAULT))
            say(
                f"First start: loaded “{loaded.title}” with {loaded.questions} questions and "
                f"{loaded.feeds} feeds."
            )
        with (
            tracker.leading()
        ):  # refuse here, before anything is started, when a scheduler runs already
            pass
    children = Children(say)
    children.start("scheduler", [*_tracker(settings), "run"])
    children.start("dashboard", _dashboard(settings, serving))
    return _watch(children, serving, settings, say)


def serve_replay(settings: Settings, serving: Serving, say: Say) -> int:
    """The dashboard on the replay's database; no scheduler, nothing is polled."""
    check_serving(serving)
    children = Children(say)
    children.start("dashboard", [*_dashboard(settings, serving), "--replay"])
    return _watch(children, serving, settings, say)


def replay_with_progress(
    settings: Settings, console: Console, *, fresh: bool, until: datetime | None
) -> None:
    """Replay, with a bar on a terminal, and a line every few seconds elsewhere."""
    path = Path(str(replay_settings(settings).url.removeprefix("sqlite:///")))
    if fresh:
        _throw_away(path)
    began = time.monotonic()
    with _bar(console) if console.is_terminal else nullcontext(lines(console.print)) as progress:
        steps = replay(settings, load(DEFAULT), until or clock(), progress)
    console.print(f"Replayed {steps} steps in {time.monotonic() - began:.0f} s into {path}")


def lines(say: Say, monotonic: Callable[[], float] = time.monotonic) -> ReplayProgress:
    """The progress of a replay as lines for a file: one at the beginning, then one every
    `LINE_SECONDS`.
    """
    due = monotonic()

    def tell(done: int, total: int, at: datetime) -> None:
        nonlocal due
        if monotonic() >= due:
            due = monotonic() + LINE_SECONDS
            say(f"Replaying {at:%Y-%m-%d} ({100 * done // total} %)")

    return tell


@contextmanager
def _bar(console: Console) -> Iterator[ReplayProgress]:
    columns = (TextColumn("Replaying {task.fields[day]}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("replay", day="", total=None)
        yield lambda done, total, at: progress.update(
            task, completed=done, total=total, day=f"{at:%Y-%m-%d}"
        )


def _throw_away(database: Path) -> None:
    for stale in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        try:
            stale.unlink(missing_ok=True)
        except OSError as error:
            raise Refused(
                f"{stale} cannot be removed ({error.strerror}): remove it by hand"
            ) from None


def _watch(children: Children, serving: Serving, settings: Settings, say: Say) -> int:
    def ready() -> None:
        say(
            f"Dashboard: {serving.url}\nData:      {settings.data_dir.absolute()}\nStop with "
            "Ctrl-C."
        )
        if serving.browser:
            webbrowser.open(serving.url)

    return children.watch(serving.host, serving.port, ready)


def check_serving(serving: Serving) -> None:
    """Refuse before anything is started or stored."""
    check_address(serving.address, open_to_all=serving.open_door, named=serving.named)
    check_port(serving.address, serving.port)


def _tracker(settings: Settings) -> list[str]:
    return [*_python(), "-m", "tracker", "--data", str(settings.data_dir.absolute())]


def _dashboard(settings: Settings, serving: Serving) -> list[str]:
    where = ["--port", str(serving.port), "--address", serving.address]
    door = ["--i-know-there-is-no-login"] if serving.open_door else []
    return [
        *_python(),
        "-m",
        "dashboard",
        "--data",
        str(settings.data_dir.absolute()),
        *where,
        *door,
    ]


def _python() -> list[str]:
    """This Python, looking for modules where this process does."""
    return [sys.executable, *(["-P"] if sys.flags.safe_path else [])]
