"""Start the dashboard with the processes behind it: everything, or a replay."""

import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from tracker.app.question_set_files import DEFAULT_SET, load_question_set
from tracker.app.tracker import open_tracker, wait_for_database
from tracker.errors import Refused, TrackerError
from tracker.interfaces.process_setup import describe_retention
from tracker.interfaces.supervisor import Notify, Supervisor
from tracker.model.bind_address import check_address, check_port
from tracker.replay.demo import PREVIEW_END, START, replay
from tracker.replay.demo import Progress as ReplayProgress
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
    require_login: bool
    has_public_names: bool

    @classmethod
    def from_options(cls, settings: Settings, options: Mapping[str, Any]) -> "ServeOptions":
        """Combine the command-line options with the settings."""
        return cls(
            port=options["port"] or settings.port,
            address=options["address"] or settings.address,
            browser=not options["no_browser"],
            require_login=settings.require_login and not options["no_token"],
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


def start_everything(settings: Settings, options: ServeOptions, notify: Notify) -> int:
    """Set up the database, then run scheduler and dashboard until Ctrl-C."""
    check_serve_options(options)
    wait_for_database(settings, notify)
    with open_tracker(settings) as tracker:
        if tracker.system.replayed_until() is not None:
            raise Refused(
                "this database is a replay: see it with `tracker demo`, and choose another "
                "--data for live work"
            )
        is_first = not tracker.system.first_steps().asked
        if is_first:
            loaded = tracker.question_sets.load(load_question_set(DEFAULT_SET))
            notify(
                f"First start: loaded “{loaded.title}” with {loaded.questions} questions and "
                f"{loaded.feeds} feeds. {loaded.offer}".rstrip()
            )
            notify(describe_retention(settings))
        # Refuse here, before anything is started, when a scheduler runs already. On PostgreSQL
        # another machine may have it: then ours stands by.
        is_shared = not settings.url.startswith("sqlite")
        with nullcontext() if is_shared else tracker.system.lead():
            pass
    supervisor = Supervisor(notify)
    standby = ["--standby"] if is_shared else []
    supervisor.start_process("scheduler", [*_tracker_command(settings), "system", "run", *standby])
    supervisor.start_process("dashboard", _dashboard_command(settings, options))
    if is_first:
        supervisor.announce_once(partial(describe_first_start, settings))
    return _run_children(supervisor, options, settings, notify)


def describe_first_start(settings: Settings) -> str:
    """Say how many of the first feeds answer; "" before they were asked."""
    with suppress(TrackerError), open_tracker(settings, create=False) as tracker:
        result = tracker.feeds.first_start()
        if result is not None:
            hint = " `tracker feed check` looks for their new addresses." if result.paused else ""
            return f"Feeds: {result.summary}.{hint}"
    return ""


def serve_replay(
    settings: Settings, options: ServeOptions, notify: Notify, *, fresh: bool, until: datetime
) -> int:
    """Serve the dashboard while the replay goes on behind it.

    The address is announced when the first months are replayed, so that pages have content.
    """
    check_serve_options(options)
    if fresh:
        _delete_replay(settings)
    notify("Opening the replay …")
    question_set = load_question_set(DEFAULT_SET)
    replay_to = partial(replay, settings, question_set, until, lambda *_progress: None)
    replay_to(stop=START)
    supervisor = Supervisor(notify)
    supervisor.start_process("dashboard", [*_dashboard_command(settings, options), "--replay"])
    try:
        replay_to(stop=PREVIEW_END)
        with open_tracker(replay_settings(settings), create=False) as tracker:
            is_unfinished = tracker.system.replay_end() is not None
    except BaseException:  # also Ctrl-C: the dashboard is in a session of its own
        supervisor.end_processes()
        raise

    def continue_replay() -> None:
        arguments = ["demo", "--no-serve", "--until", until.isoformat()]
        supervisor.start_process("replay", [*_tracker_command(settings), *arguments], ends=True)

    return _run_children(
        supervisor,
        options,
        replay_settings(settings),
        notify,
        go_on=continue_replay if is_unfinished else None,
    )


def replay_with_progress(
    settings: Settings, console: Console, *, fresh: bool, until: datetime
) -> None:
    """Replay with a progress bar on a terminal, and with lines elsewhere."""
    if fresh:
        _delete_replay(settings)
    began = time.monotonic()
    with (
        _progress_bar(console)
        if console.is_terminal
        else nullcontext(make_line_progress(console.print)) as progress
    ):
        steps = replay(settings, load_question_set(DEFAULT_SET), until, progress)
    path = _replay_path(settings)
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
            notify(f"Replaying {at:%Y-%m-%d} ({100 * done // total}%)")

    return tell


@contextmanager
def _progress_bar(console: Console) -> Iterator[ReplayProgress]:
    columns = (TextColumn("Replaying {task.fields[day]}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("replay", day="", total=None)
        yield lambda done, total, at: progress.update(
            task, completed=done, total=total, day=f"{at:%Y-%m-%d}"
        )


def _replay_path(settings: Settings) -> Path:
    return Path(replay_settings(settings).url.removeprefix("sqlite:///"))


def _delete_replay(settings: Settings) -> None:
    database = _replay_path(settings)
    for stale in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        try:
            stale.unlink(missing_ok=True)
        except OSError as error:
            raise Refused(
                f"{stale} cannot be removed ({error.strerror}): remove it by hand"
            ) from None


def _run_children(
    supervisor: Supervisor,
    options: ServeOptions,
    settings: Settings,
    notify: Notify,
    *,
    go_on: Callable[[], None] | None = None,
) -> int:
    """Announce the dashboard once it answers, call `go_on`, and watch the children."""

    def ready() -> None:
        notify(
            f"Dashboard: {make_address(settings, options)}\n"
            f"Data:      {settings.data_dir.absolute()}\nStop with Ctrl-C."
        )
        if options.browser:
            webbrowser.open(make_address(settings, options))
        if go_on is not None:
            go_on()

    return supervisor.wait_for_exit(options.host, options.port, ready)


def make_address(settings: Settings, options: ServeOptions) -> str:
    """Return the address to open; where a log-in is required, one that lets its owner in once."""
    if not options.require_login:
        return options.url
    with open_tracker(settings, create=False) as tracker:
        return f"{options.url}enter#{tracker.accounts.make_owner_link().secret}"


def check_serve_options(options: ServeOptions) -> None:
    """Refuse an unusable address or port before anything is started or stored."""
    check_address(options.address, named=options.has_public_names)
    check_port(options.address, options.port)


def _tracker_command(settings: Settings) -> list[str]:
    return [*_python_command(), "-m", "tracker", "--data", str(settings.data_dir.absolute())]


def _dashboard_command(settings: Settings, options: ServeOptions) -> list[str]:
    where = ["--port", str(options.port), "--address", options.address]
    door = [] if options.require_login else ["--no-token"]
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
