"""Running processes: the scheduler alone, everything under one parent, a replay and its dashboard."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from tracker.api import Tracker, clock, open_tracker
from tracker.demo import replay, replay_settings
from tracker.errors import Refused
from tracker.question_sets import DEFAULT, load
from tracker.scheduler import Scheduler
from tracker.settings import Settings

READY_SECONDS = 30.0
STOP_SECONDS = 10.0
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 -- recognised here, refused in the dashboard without its switch
RESTARTS = 5
"""How often a scheduler that died is started again before everything stops."""

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Serving:
    """Where the dashboard listens, and whether a browser is opened."""

    port: int
    address: str
    browser: bool
    open_door: bool

    @classmethod
    def chosen(cls, settings: Settings, options: Mapping[str, Any]) -> "Serving":
        """What the command line said, else what the settings say."""
        return cls(
            port=options["port"] or settings.port,
            address=options["address"] or settings.address,
            browser=not options["no_browser"],
            open_door=options["open_door"],
        )

    @property
    def url(self) -> str:
        """What to type into a browser."""
        host = "127.0.0.1" if self.address in EVERYWHERE else self.address
        return f"http://{host}:{self.port}/"


def run_scheduler(tracker: Tracker) -> int:
    """Tick until SIGINT or SIGTERM; 0 when stopped, 1 when the timer died and wants a restart."""
    with tracker.leading():
        scheduler = Scheduler(tracker)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda _number, _frame: scheduler.stop())
        return 0 if scheduler.run() else 1


def start_everything(settings: Settings, serving: Serving, say: Say) -> int:
    """Database, question set on first start, then scheduler and dashboard until Ctrl-C."""
    _refuse_taken_port(serving)
    with open_tracker(settings) as tracker:
        if tracker.replayed_until() is not None:
            raise Refused(
                "this database is a replay: see it with `tracker demo`, and choose another --data for live work"
            )
        if not tracker.questions():
            loaded = tracker.load(load(DEFAULT))
            say(f"First start: loaded “{loaded.title}” with {loaded.questions} questions and {loaded.feeds} feeds.")
        with tracker.leading():  # refuse here, before anything is started, when a scheduler runs already
            pass
    children = Children(say)
    children.start("scheduler", [*_tracker(settings), "run"], RESTARTS)
    children.start("dashboard", _dashboard(settings, serving), 0)
    return children.serve(serving, settings.data_dir)


def serve_replay(settings: Settings, serving: Serving, say: Say) -> int:
    """The dashboard on the replay's database; no scheduler, nothing is polled."""
    _refuse_taken_port(serving)
    children = Children(say)
    children.start("dashboard", [*_dashboard(settings, serving), "--replay"], 0)
    return children.serve(serving, settings.data_dir)


def replay_with_progress(settings: Settings, console: Console, *, fresh: bool, until: datetime | None) -> None:
    """Replay, with a bar for people and two lines for a log."""
    path = Path(str(replay_settings(settings).url.removeprefix("sqlite:///")))
    if fresh:
        for stale in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            stale.unlink(missing_ok=True)
    columns = (TextColumn("Replaying {task.fields[day]}"), BarColumn(), TaskProgressColumn())
    began = time.monotonic()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("replay", day="", total=None)
        steps = replay(
            settings,
            load(DEFAULT),
            until or clock(),
            lambda done, total, at: progress.update(task, completed=done, total=total, day=f"{at:%Y-%m-%d}"),
        )
    console.print(f"Replayed {steps} steps in {time.monotonic() - began:.0f} s into {path}")


class Children:
    """The processes under one parent. They end when it ends, however it ends."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._commands: dict[str, Sequence[str]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._restarts: dict[str, int] = {}
        self._stopping = False

    def start(self, name: str, command: Sequence[str], restarts: int) -> None:
        """Start a process; it is started again at most `restarts` times when it dies."""
        self._commands[name], self._restarts[name] = command, restarts
        # This parent has one thread, so what runs between fork and exec is safe.
        self._running[name] = subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: PLW1509

    def serve(self, serving: Serving, data_dir: Path) -> int:
        """Say where the dashboard is once it answers, then wait; 0 after Ctrl-C, 1 when a process died."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        try:
            if self._ready(serving):
                self._say(f"Dashboard: {serving.url}\nData:      {data_dir.absolute()}\nStop with Ctrl-C.")
                if serving.browser:
                    webbrowser.open(serving.url)
            while not self._stopping:
                if not self._alive():
                    return 1
                time.sleep(0.2)
            return 0
        finally:
            self._end()

    def _ready(self, serving: Serving) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        host = serving.url.removeprefix("http://").rpartition(":")[0]
        while not self._stopping and time.monotonic() < deadline and self._alive():
            with suppress(OSError), socket.create_connection((host, serving.port), timeout=1):
                return True
            time.sleep(0.1)
        return False

    def _alive(self) -> bool:
        for name, process in list(self._running.items()):
            if process.poll() is None:
                continue
            if process.returncode == 2 or not self._restarts[name]:
                self._say(f"The {name} ended with code {process.returncode}.")
                return False
            self._say(f"The {name} ended with code {process.returncode}; starting it again.")
            self.start(name, self._commands[name], self._restarts[name] - 1)
        return True

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        for process in self._running.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _refuse_taken_port(serving: Serving) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((serving.address, serving.port))
        except OSError as error:
            raise Refused(
                f"cannot listen on {serving.address}:{serving.port} ({error.strerror}): choose another --port"
            ) from None


def _tracker(settings: Settings) -> list[str]:
    return [sys.executable, "-m", "tracker", "--data", str(settings.data_dir.absolute())]


def _dashboard(settings: Settings, serving: Serving) -> list[str]:
    where = ["--port", str(serving.port), "--address", serving.address]
    door = ["--i-know-there-is-no-login"] if serving.open_door else []
    return [sys.executable, "-m", "dashboard", "--data", str(settings.data_dir.absolute()), *where, *door]


def _die_with_parent() -> None:
    """Ask Linux to end this child when its parent is gone, even after kill -9."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
        if os.getppid() == 1:  # the parent died before we could ask
            os._exit(1)
