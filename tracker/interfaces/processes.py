"""Start processes: the scheduler alone, everything under one parent, a replay and its dashboard."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from tracker.app.question_set_files import DEFAULT_SET, load_question_set
from tracker.app.tracker import Tracker, open_tracker, wait_for_database
from tracker.errors import AlreadyRunning, Refused, StorageUnavailable, TrackerError
from tracker.interfaces.systemd import notify_systemd
from tracker.model.bind_address import check_address, check_port
from tracker.replay.demo import PREVIEW_END, START, replay
from tracker.replay.demo import Progress as ReplayProgress
from tracker.settings import Settings, replay_settings

logger = structlog.get_logger("tracker.interfaces.processes")

STOP_SECONDS = 4.0
"""Time that all processes together have to end after they were asked to."""

WATCHDOG_SECONDS = 10.0
"""Interval between two signs of life for systemd."""

EXIT_REFUSED = 2
"""Exit code of a process that cannot run as requested: a restart would not help."""

MIN_DELAY_SECONDS = 1.0
MAX_DELAY_SECONDS = 60.0
HEALTHY_SECONDS = 600.0
"""A process that ran this long before it exited gets its whole budget of quick restarts back."""

QUICK_RESTARTS = 6
"""Restarts that wait less than the maximum delay (1, 2, 4, 8, 16 and 32 seconds)."""

NEWS_SECONDS = 5.0
"""Interval at which a line is looked for that is announced once."""

MAX_NEWS_SECONDS = 600.0
"""Time after which it is no longer looked for."""

Notify = Callable[[str], object]
Process = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class RestartBudget:
    """Budget of quick restarts that a process has used."""

    used: int = 0

    def record_exit(self, lived: float) -> "RestartBudget":
        """Return the budget after one more exit, of a process that ran so many seconds."""
        return RestartBudget(
            1 if lived >= HEALTHY_SECONDS else min(self.used + 1, QUICK_RESTARTS + 1)
        )

    @property
    def delay_seconds(self) -> float:
        """Seconds until the process is restarted."""
        return min(MAX_DELAY_SECONDS, MIN_DELAY_SECONDS * 2.0 ** max(self.used - 1, 0))

    @property
    def is_exhausted(self) -> bool:
        """True if every further restart waits for the maximum delay."""
        return self.used > QUICK_RESTARTS


@dataclass(frozen=True, slots=True)
class ChildProcess:
    """A process and its restarts.

    `due` is the time of the next restart of a process that has exited. Times are monotonic seconds.
    One that `ends` is not restarted after it has exited with code 0.
    """

    command: Sequence[str]
    process: Process
    started: float
    restarts: RestartBudget = RestartBudget()
    due: float | None = None
    ends: bool = False


def _launch_process(command: Sequence[str]) -> Process:
    """Start a process that ends when this one does, for whatever reason."""
    # This parent has one thread, so what runs between fork and exec is safe.
    return subprocess.Popen(
        command,
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509
    )


class Supervisor:
    """Processes under one parent. One that exits is restarted; the others run on meanwhile."""

    def __init__(
        self,
        notify: Notify,
        *,
        launch: Callable[[Sequence[str]], Process] = _launch_process,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._notify = notify
        self._launch_process = launch
        self._monotonic = monotonic
        self._sleep = sleep
        self._children: dict[str, ChildProcess] = {}
        self._stopping = False
        self._find_news: Callable[[], str] | None = None
        self._news_due = self._news_until = 0.0
        self._watchdog_due = 0.0

    def start_process(self, name: str, command: Sequence[str], *, ends: bool = False) -> None:
        """Start a process; it is restarted whenever it exits, unless a restart would not help.

        One that `ends` has done its work when it exits with code 0.
        """
        self._children[name] = ChildProcess(
            command, self._launch_process(command), self._monotonic(), ends=ends
        )

    def announce_once(self, find_news: Callable[[], str]) -> None:
        """Announce the first line that `find_news` returns; it returns "" until there is one."""
        self._find_news = find_news
        self._news_due = self._monotonic() + NEWS_SECONDS
        self._news_until = self._monotonic() + MAX_NEWS_SECONDS

    def wait_for_exit(self, host: str, port: int, ready: Callable[[], object]) -> int:
        """Call `ready` once a server accepts connections at host and port, then wait for the end.

        Returns 0 after SIGINT or SIGTERM, 2 when a process exited because it cannot run as
        requested.
        """
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._handle_stop_signal)
        announced = False
        try:
            while not self._stopping:
                if any(self._check_process(name) == EXIT_REFUSED for name in list(self._children)):
                    return EXIT_REFUSED
                if not announced and _accepts_connections(host, port):
                    announced = True
                    notify_systemd("READY=1")
                    ready()
                self._announce_news()
                self._show_life()
                self._sleep(0.1)
            return 0
        finally:
            notify_systemd("STOPPING=1")
            self.end_processes()

    def _show_life(self) -> None:
        if (now := self._monotonic()) >= self._watchdog_due:
            self._watchdog_due = now + WATCHDOG_SECONDS
            notify_systemd("WATCHDOG=1")

    def _announce_news(self) -> None:
        now = self._monotonic()
        if self._find_news is None or now < self._news_due:
            return
        self._news_due = now + NEWS_SECONDS
        line = self._find_news()
        if line:
            self._notify(line)
        if line or now >= self._news_until:
            self._find_news = None

    def _check_process(self, name: str) -> int | None:
        """Check one process; return its exit code if it has just exited, None otherwise."""
        child = self._children[name]
        if child.due is not None:
            if (now := self._monotonic()) >= child.due:
                process = self._launch_process(child.command)
                self._children[name] = replace(child, process=process, started=now, due=None)
            return None
        code = child.process.poll()
        if code == 0 and child.ends:
            del self._children[name]
        elif code == EXIT_REFUSED:
            self._notify(f"The {name} ended with code {code}.")
        elif code is not None:
            now = self._monotonic()
            restarts = child.restarts.record_exit(now - child.started)
            self._children[name] = replace(
                child, restarts=restarts, due=now + restarts.delay_seconds
            )
            self._notify(_describe_restart(name, code, restarts))
        return code

    def _handle_stop_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def end_processes(self) -> None:
        """End all processes, those that do not end in time by force."""
        processes = [child.process for child in self._children.values()]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _describe_restart(name: str, code: int, restarts: RestartBudget) -> str:
    words = (
        f"The {name} ended with code {code}; starting it again in {restarts.delay_seconds:.0f} s."
    )
    if not restarts.is_exhausted:
        return words
    healthy = f"{HEALTHY_SECONDS / 60:.0f} minutes"
    return (
        f"{words} It keeps ending: until it has run for {healthy}, every restart waits that long."
    )


def _accepts_connections(host: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def _die_with_parent() -> None:
    """Ask Linux to end this child when its parent is gone, even after kill -9."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
        if os.getppid() == 1:  # the parent died before we could ask
            os._exit(1)


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


STANDBY_SECONDS = 0.5
"""Interval at which a standby tries to lead."""


def run_scheduler(tracker: Tracker, *, standby: bool = False) -> int:
    """Run jobs until SIGINT or SIGTERM; 0 when stopped, 1 when the timer died and needs a restart.

    A `standby` waits while another scheduler leads. Raises `AlreadyRunning`, `LeadershipLost` and
    `StorageDamaged`, after which a restart would not help.
    """
    from tracker.interfaces.process_setup import freeze_gc, limit_heaps
    from tracker.interfaces.scheduler import Scheduler

    limit_heaps()
    freeze_gc()
    tracker.system.check_database()
    stop = threading.Event()
    with ExitStack() as stack:
        stack.enter_context(_stop_by_signal(stop.set))
        check_lock = _take_lead(stack, tracker, stop, standby=standby)
        if check_lock is None:
            return 0
        if not tracker.questions.list():
            logger.info("scheduler.first_start", retention=describe_retention(tracker.settings))
        scheduler = Scheduler(tracker.through("job"), check_lock=check_lock)
        stack.enter_context(_stop_by_signal(scheduler.stop))
        return 0 if stop.is_set() or scheduler.run() else 1


def _take_lead(
    stack: ExitStack, tracker: Tracker, stop: threading.Event, *, standby: bool
) -> Callable[[], object] | None:
    """Lead until the stack ends, and return the check of the lock.

    None if a standby was stopped while it waited.
    """
    is_announced = False
    while not stop.is_set():
        try:
            return stack.enter_context(tracker.system.lead()).check
        except (AlreadyRunning, StorageUnavailable) as error:
            if not standby:
                raise
            if not is_announced:
                logger.info("scheduler.standby", reason=str(error))
            is_announced = True
        stop.wait(STANDBY_SECONDS)
    return None


@contextmanager
def _stop_by_signal(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` on SIGINT or SIGTERM; work that goes on for too long after it is cut off.

    Its transaction is rolled back, as after a crash.
    """
    cut_off = threading.Timer(STOP_SECONDS, os._exit, (0,))
    cut_off.daemon = True

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()
        if not cut_off.is_alive():
            cut_off.start()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, handle)
    try:
        yield
    finally:
        cut_off.cancel()


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
        is_first = not tracker.questions.list()
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


def describe_retention(settings: Settings) -> str:
    """Describe for how long texts that bear on nothing are kept, with the setting that says so."""
    if not settings.keep_days:
        return "Texts of news are kept for ever (setting keep_days = 0)."
    return (
        f"Texts of news that bear on no question are deleted after {settings.keep_days:g} days: "
        "keep_days in tracker.toml changes that, 0 keeps all."
    )


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
