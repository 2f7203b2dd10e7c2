"""Process of the scheduler: one that leads, or waits to lead."""

import threading
from collections.abc import Callable
from contextlib import ExitStack

import structlog

from tracker.app.tracker import Tracker
from tracker.errors import AlreadyRunning, StorageUnavailable
from tracker.interfaces.process_setup import describe_retention, freeze_gc, limit_heaps
from tracker.interfaces.scheduler import Scheduler
from tracker.interfaces.stop_signals import stop_by_signal

logger = structlog.get_logger("tracker.interfaces.scheduler")

STANDBY_SECONDS = 0.5
"""Interval at which a standby tries to lead."""


def run_scheduler(tracker: Tracker, *, standby: bool = False) -> int:
    """Run jobs until SIGINT or SIGTERM; 0 when stopped, 1 when the timer died and needs a restart.

    A `standby` waits while another scheduler leads. Raises `AlreadyRunning`, `LeadershipLost` and
    `StorageDamaged`, after which a restart would not help.
    """
    limit_heaps()
    freeze_gc()
    tracker.system.check_database()
    stop = threading.Event()
    with ExitStack() as stack:
        stack.enter_context(stop_by_signal(stop.set))
        check_lock = _take_lead(stack, tracker, stop, standby=standby)
        if check_lock is None:
            return 0
        if not tracker.system.first_steps().asked:
            logger.info("scheduler.first_start", retention=describe_retention(tracker.settings))
        scheduler = Scheduler(tracker.through("job"), check_lock=check_lock)
        stack.enter_context(stop_by_signal(scheduler.stop))
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
