"""How long a test waits for what may never end: long enough for the slowest machine, far too short
for a runaway.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SECONDS: Final = 60
"""Of this process's own work. What the tests guard against takes minutes to hours, and what is
right, a second.
"""


@contextmanager
def patience(seconds: float = SECONDS) -> Iterator[None]:
    """Stop what takes more than so many seconds of this process's own work, as a failed test."""

    def stop(_: int, __: FrameType | None) -> None:
        raise AssertionError(f"it did not end within {seconds:g} s of work")

    former = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)
