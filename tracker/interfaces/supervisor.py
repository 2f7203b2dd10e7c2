"""Child processes under one parent: started, watched, started again, and ended with it."""

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

STOP_SECONDS = 10.0
REFUSED = 2
"""Exit code of a process that was asked for something impossible: trying again would not help."""

SHORTEST_DELAY, LONGEST_DELAY = 1.0, 60.0
HEALTHY_SECONDS = 600.0
"""A process that lived this long before it died gets its whole budget of quick restarts back."""

QUICK_RESTARTS = 6
"""The budget: so many restarts wait less than the longest delay (1, 2, 4, 8, 16 and 32 seconds)."""

Say = Callable[[str], object]
Process = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Restarts:
    """How much of its budget of quick restarts a process has used."""

    used: int = 0

    def after(self, lived: float) -> "Restarts":
        """The budget after one more death, of a process that lived so many seconds."""
        return Restarts(1 if lived >= HEALTHY_SECONDS else min(self.used + 1, QUICK_RESTARTS + 1))

    @property
    def delay(self) -> float:
        """Seconds until the process is started again."""
        return min(LONGEST_DELAY, SHORTEST_DELAY * 2.0 ** max(self.used - 1, 0))

    @property
    def are_spent(self) -> bool:
        """Whether every further restart waits for the longest delay."""
        return self.used > QUICK_RESTARTS


@dataclass(frozen=True, slots=True)
class Child:
    """A process and its restarts; `due` is when a dead one is started again. Times are monotonic
    seconds.
    """

    command: Sequence[str]
    process: Process
    started: float
    restarts: Restarts = Restarts()
    due: float | None = None


def _launch(command: Sequence[str]) -> Process:
    """Start a process that ends when this one does, however it ends."""
    # This parent has one thread, so what runs between fork and exec is safe.
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: PLW1509


class Children:
    """The processes under one parent. One that dies is started again, and the others live on
    meanwhile.
    """

    def __init__(
        self,
        say: Say,
        *,
        launch: Callable[[Sequence[str]], Process] = _launch,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._say = say
        self._launch = launch
        self._monotonic = monotonic
        self._sleep = sleep
        self._children: dict[str, Child] = {}
        self._stopping = False

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process; it is started again whenever it dies, unless it was refused."""
        self._children[name] = Child(command, self._launch(command), self._monotonic())

    def watch(self, host: str, port: int, ready: Callable[[], object]) -> int:
        """Call `ready` once something answers at host and port, then wait.

        0 after SIGINT or SIGTERM; `REFUSED` when a process ended with that code.
        """
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        told = False
        try:
            while not self._stopping:
                if any(self._tend(name) == REFUSED for name in self._children):
                    return REFUSED
                if not told and _answers(host, port):
                    told = True
                    ready()
                self._sleep(0.1)
            return 0
        finally:
            self._end()

    def _tend(self, name: str) -> int | None:
        """Look after one process: its exit code when it has just died, None while it lives or waits
        for its restart.
        """
        child = self._children[name]
        if child.due is not None:
            if (now := self._monotonic()) >= child.due:
                process = self._launch(child.command)
                self._children[name] = replace(child, process=process, started=now, due=None)
            return None
        code = child.process.poll()
        if code == REFUSED:
            self._say(f"The {name} ended with code {code}.")
        elif code is not None:
            now = self._monotonic()
            restarts = child.restarts.after(now - child.started)
            self._children[name] = replace(child, restarts=restarts, due=now + restarts.delay)
            self._say(_restart_words(name, code, restarts))
        return code

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        processes = [child.process for child in self._children.values()]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for process in processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _restart_words(name: str, code: int, restarts: Restarts) -> str:
    words = f"The {name} ended with code {code}; starting it again in {restarts.delay:.0f} s."
    if not restarts.are_spent:
        return words
    healthy = f"{HEALTHY_SECONDS / 60:.0f} minutes"
    return (
        f"{words} It keeps ending: until it has run for {healthy}, every restart waits that long."
    )


def _answers(host: str, port: int) -> bool:
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
