"""The work of several processes: queues, workers, and jobs that wait, run or are parked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

QueueName = Literal["poll", "match", "score", "notify"]
QUEUES: Final[tuple[QueueName, ...]] = get_args(QueueName)

SlotOutcome = Literal["run", "queued", "taken"]
"""Outcome of taking a slot: run the job here, a worker was given it, or another process has it."""

MAX_ATTEMPTS: Final = 3
"""Attempts at a job; after the last one it is parked."""

RETRY_BASE_SECONDS: Final = 5
"""Delay of the second attempt; that of the third is its square."""

STALLED_SECONDS: Final = 15.0
"""Time without a heartbeat after which a worker counts as killed."""

POLL_TASK: Final = "poll_feeds"
MATCH_TASK: Final = "match_chunk"
JOB_TASK: Final = "run_job"


@dataclass(frozen=True, slots=True)
class QueuedTask:
    """A task for a worker: its name, queue and arguments, which are ids.

    No second one with the same `key` waits, or runs at the same time; "" for any number.
    """

    name: str
    queue: QueueName
    arguments: Mapping[str, Any]
    key: str = ""


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """Numbers of jobs of a queue; `lag_seconds` is the age of the oldest that waits."""

    name: str
    waiting: int
    running: int
    parked: int
    lag_seconds: float


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A connected worker process: its queues, process id, machine and start."""

    queues: tuple[str, ...]
    process: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ParkedJob:
    """A job that failed, or ended its worker, as often as it may: it waits for a person."""

    id: int
    queue: str
    task: str
    arguments: Mapping[str, Any]
    attempts: int
    at: datetime

    @property
    def subject(self) -> str:
        """Subject of the job, in words."""
        match self.task:
            case "poll_feeds":
                return f"reading {', '.join(self.arguments['feeds'])}"
            case "match_chunk":
                return f"matching items {self.arguments['first']} to {self.arguments['last']}"
        return str(self.arguments.get("job", self.task))


@dataclass(frozen=True, slots=True)
class WorkStatus:
    """Queues, workers and parked jobs of a database; all are empty in SQLite."""

    queues: tuple[QueueStatus, ...] = ()
    workers: tuple[WorkerStatus, ...] = ()
    parked: tuple[ParkedJob, ...] = ()


@dataclass(frozen=True, slots=True)
class Rescue:
    """Jobs of killed workers: the number that went back to their queue, and those parked."""

    returned: int = 0
    parked: tuple[ParkedJob, ...] = ()
