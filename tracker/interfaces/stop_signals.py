"""End a process by a signal: in its own time at first, then cut off."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SECONDS = 4.0
"""Time that a process, or all processes of one parent, have to end after they were asked to."""


@contextmanager
def stop_by_signal(stop: Callable[[], object]) -> Iterator[None]:
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
