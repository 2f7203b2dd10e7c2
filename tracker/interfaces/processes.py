"""Start processes: the scheduler alone, everything under one parent, a replay and its dashboard."""

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

from tracker.app.question_set_files import DEFAULT_SET, load_question_set
from tracker.app.tracker import Tracker, clock, open_tracker
from tracker.errors import Refused
from tracker.interfaces.supervisor import Notify, Supervisor
from tracker.model.bind_address import check_address, check_port
from tracker.replay.demo import Progress as ReplayProgress
from tracker.replay.demo import replay
from tracker.settings import Settings, replay_settings

WILDCARD_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 -- only recognised; check_address refuses it
PROGRESS_SECONDS = 3.0
"""Interval between the progress lines of a replay that writes into a file."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Address of the dashboard, and options of serving it."""

    port: int
    address: str
    browser: bool
    allow_remote: bool
    has_public_names: bool

    @classmethod
    def from_options(cls, settings: Settings, options: Mapping[str, Any]) -> "ServeOptions":
        """Combine the command-line options with the settings."""
        return cls(
            port=options["port"] or settings.port,
            address=options["address"] or settings.address,
            browser=not options["no_browser"],
            allow_remote=options["open_door"],
            has_public_names=settings.has_public_names,
        )

    @property
    def host(self) -> str:
        """Host by which this machine reaches the dashboard."""
        return "127.0.0.1" if self.address in WILDCARD_ADDRESSES else self.address

    @property
    def url(self) -> str:
        """Address to open in a browser."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"


def run_scheduler(tracker: Tracker) -> int:
    """Run jobs until SIGINT or SIGTERM; 0 when stopped, 1 when the timer died and needs a restart.

    Raises `AlreadyRunning`, `LeadershipLost` and `StorageDamaged`, after which a restart would not
    help.
    """
    from tracker.interfaces.gc_tuning import freeze_gc
    from tracker.interfaces.scheduler import Scheduler

    freeze_gc()
    tracker.system.check_database()
    with tracker.system.lead() as leadership:
        scheduler = Scheduler(tracker, check_lock=leadership.check)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda _number, _frame: scheduler.stop())
        return 0 if scheduler.run() else 1


def start_everything(settings: Settings, options: ServeOptions, notify: Notify) -> int:
    """Set up the database, then run scheduler and dashboard until Ctrl-C."""
    check_serve_options(options)
    with open_tracker(settings) as tracker:
        if tracker.system.replayed_until() is not None:
            raise Refused(
                "this database is a replay: see it with `tracker demo`, and choose another "
                "--data for live work"
            )
        if not tracker.questions.list():
            loaded = tracker.question_sets.load(load_question_set(DEFAULT_SET))
            notify(
                f"First start: loaded “{loaded.title}” with {loaded.questions} questions and "
                f"{loaded.feeds} feeds."
            )
        # Refuse here, before anything is started, when a scheduler runs already.
        with tracker.system.lead():
            pass
    supervisor = Supervisor(notify)
    supervisor.start_process("scheduler", [*_tracker_command(settings), "run"])
    supervisor.start_process("dashboard", _dashboard_command(settings, options))
    return _run_children(supervisor, options, settings, notify)


def serve_replay(settings: Settings, options: ServeOptions, notify: Notify) -> int:
    """Serve the dashboard on the replay's database; no scheduler, nothing is polled."""
    check_serve_options(options)
    supervisor = Supervisor(notify)
    supervisor.start_process("dashboard", [*_dashboard_command(settings, options), "--replay"])
    return _run_children(supervisor, options, settings, notify)


def replay_with_progress(
    settings: Settings, console: Console, *, fresh: bool, until: datetime | None
) -> None:
    """Replay with a progress bar on a terminal, and with lines elsewhere."""
    path = Path(str(replay_settings(settings).url.removeprefix("sqlite:///")))
    if fresh:
        _delete_database(path)
    began = time.monotonic()
    with (
        _progress_bar(console)
        if console.is_terminal
        else nullcontext(make_line_progress(console.print)) as progress
    ):
        steps = replay(settings, load_question_set(DEFAULT_SET), until or clock(), progress)
    console.print(f"Replayed {steps} steps in {time.monotonic() - began:.0f} s into {path}")


def make_line_progress(
    notify: Notify, monotonic: Callable[[], float] = time.monotonic
) -> ReplayProgress:
    """Return a progress function that prints a line at the beginning, then at fixed intervals."""
    due = monotonic()

    def tell(done: int, total: int, at: datetime) -> None:
        nonlocal due
        if monotonic() >= due:
            due = monotonic() + PROGRESS_SECONDS
            notify(f"Replaying {at:%Y-%m-%d} ({100 * done // total} %)")

    return tell


@contextmanager
def _progress_bar(console: Console) -> Iterator[ReplayProgress]:
    columns = (TextColumn("Replaying {task.fields[day]}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("replay", day="", total=None)
        yield lambda done, total, at: progress.update(
            task, completed=done, total=total, day=f"{at:%Y-%m-%d}"
        )


def _delete_database(database: Path) -> None:
    for stale in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        try:
            stale.unlink(missing_ok=True)
        except OSError as error:
            raise Refused(
                f"{stale} cannot be removed ({error.strerror}): remove it by hand"
            ) from None


def _run_children(
    supervisor: Supervisor, options: ServeOptions, settings: Settings, notify: Notify
) -> int:
    def ready() -> None:
        notify(
            f"Dashboard: {options.url}\nData:      {settings.data_dir.absolute()}\nStop with "
            "Ctrl-C."
        )
        if options.browser:
            webbrowser.open(options.url)

    return supervisor.wait_for_exit(options.host, options.port, ready)


def check_serve_options(options: ServeOptions) -> None:
    """Refuse an unusable address or port before anything is started or stored."""
    check_address(options.address, open_to_all=options.allow_remote, named=options.has_public_names)
    check_port(options.address, options.port)


def _tracker_command(settings: Settings) -> list[str]:
    return [*_python_command(), "-m", "tracker", "--data", str(settings.data_dir.absolute())]


def _dashboard_command(settings: Settings, options: ServeOptions) -> list[str]:
    where = ["--port", str(options.port), "--address", options.address]
    door = ["--i-know-there-is-no-login"] if options.allow_remote else []
    return [
        *_python_command(),
        "-m",
        "dashboard",
        "--data",
        str(settings.data_dir.absolute()),
        *where,
        *door,
    ]


def _python_command() -> list[str]:
    """Command of this Python with the same module search path."""
    return [sys.executable, *(["-P"] if sys.flags.safe_path else [])]
