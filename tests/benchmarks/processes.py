"""What a command costs: CPU seconds and peak memory of it and all the processes it starts.

Memory is the proportional set size, in which a page that several processes share counts once, taken
from outside every 20 ms; the command itself knows nothing of it.
"""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, and what it cost from its start to its end, children included."""

    printed: str
    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int


class CommandFailed(Exception):
    """A command did not end as it should; the message has what it said."""


def run(command: Sequence[str], env: Mapping[str, str] | None = None) -> Ran:
    """Run a command to its end; raises `CommandFailed` unless it returns 0."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=complaints)
        with PeakMemory(process.pid) as memory:
            assert process.stdout is not None
            printed = process.stdout.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode:
            complaints.seek(0)
            said = complaints.read().decode(errors="replace")[-3_000:]
            raise CommandFailed(
                f"{' '.join(command)} returned {process.returncode}:\n{printed[-1_000:]}\n{said}"
            )
    return Ran(
        printed, usage.ru_utime + usage.ru_stime, time.perf_counter() - start, memory.peak_bytes
    )


class PeakMemory:
    """The most memory that a process and its descendants had together while this was open.

    `without` names descendants that do not count, such as a server that the benchmark started
    itself.
    """

    def __init__(self, pid: int, *, without: Sequence[int] = (), every: float = 0.02) -> None:
        self.peak_bytes = 0
        self._pid = pid
        self._without = set(without)
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self._every):
            together = sum(_memory(pid) for pid in _tree(self._pid, self._without))
            self.peak_bytes = max(self.peak_bytes, together)


def _tree(pid: int, without: set[int]) -> list[int]:
    if pid in without:
        return []
    tree = [pid]
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                tree += _tree(int(child), without)
    except OSError:  # it has just ended
        pass
    return tree


def _memory(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
