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
from types import FrameType

STOP_SECONDS = 10.0
REFUSED = 2
"""Exit code of a process that was asked for something impossible: trying again would not help."""

Say = Callable[[str], object]


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

    def watch(self, host: str, port: int, ready: Callable[[], object]) -> int:
        """Call `ready` once something answers at host and port, then wait.

        0 after SIGINT or SIGTERM; else the exit code of the process that ended for good, at least 1.
        """
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        told = False
        try:
            while not self._stopping:
                if (ended := self._ended()) is not None:
                    return ended
                if not told and _answers(host, port):
                    told = True
                    ready()
                time.sleep(0.1)
            return 0
        finally:
            self._end()

    def _ended(self) -> int | None:
        """The exit code of a process that ended and is not started again; None while all run."""
        for name, process in list(self._running.items()):
            code = process.poll()
            if code is None:
                continue
            if code == REFUSED or not self._restarts[name]:
                self._say(f"The {name} ended with code {code}.")
                return max(code, 1)
            self._say(f"The {name} ended with code {code}; starting it again.")
            self.start(name, self._commands[name], self._restarts[name] - 1)
        return None

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
