"""Run processes under one parent: restarts, signs of life, and their end."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import FrameType

from tracker.interfaces.stop_signals import STOP_SECONDS
from tracker.interfaces.systemd import notify_systemd

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
