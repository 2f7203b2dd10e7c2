"""The table of faults, and the process in which one of its rows runs."""

import json
import signal
import sys
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Final

from tests.faults.outcome import NotTried, Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, what is wanted, and the function `module:name` in this folder that tries it.

    `minutes` is its limit. One that is `alone` measures what this machine can do, so no other row
    runs beside it.
    """

    name: str
    fault: str
    wanted: str
    place: str
    minutes: float = 5
    alone: bool = False


ROWS: Final = (
    Row(
        "kill-ingest",
        "100 × SIGKILL of ingest, SQLite",
        "0 acknowledged lost, 0 doubled, all done ≤ 60 s after the last",
        "kills:kill_ingest",
        minutes=8,
    ),
    Row(
        "kill-workers",
        "40 × SIGKILL of workers mid-run, PostgreSQL",
        "0 acknowledged lost, 0 doubled, all done ≤ 60 s after the last",
        "workers:kill_workers",
        minutes=6,
    ),
    Row(
        "leaders",
        "three clocks, leader killed 20 ×, its connection cut",
        "0 slots doubled, gap ≤ 5 s",
        "workers:kill_leaders",
        minutes=6,
    ),
    Row(
        "database-away",
        "PostgreSQL away 60 s; restarted",
        "backlog gone ≤ 120 s, banner, no traceback, leadership right",
        "outages:lose_database",
        minutes=8,
    ),
    Row(
        "disk-full",
        "disk full (12 MB tmpfs), then room",
        "reads go on, nothing lost, resumes by itself, the message is true",
        "outages:fill_disk",
        minutes=6,
    ),
    Row(
        "wall-clock",
        "wall clock ± 1 h; time zones",
        "no stall > 10 s, no slot doubled",
        "clocks:set_wall_clock",
        minutes=6,
    ),
    Row(
        "fleet",
        "10,000 feeds, 30% bad, 36 simulated hours, 3 workers",
        "p95 lateness ≤ 60 s, ≤ 300 MB a process",
        "benchmarks:run_fleet",
        minutes=10,
        alone=True,
    ),
    Row(
        "hostile",
        "each hostile body of the list",
        "capped, others unharmed, peak + ≤ 20 MB",
        "hostile:poll_hostile_feeds",
    ),
    Row(
        "backup",
        "backup during ingest + restore",
        "equal head, counts, scores",
        "copies:restore_backup",
    ),
    Row(
        "migration",
        "migration killed",
        "old or new, never between",
        "migrations:kill_migration",
    ),
    Row("tampering", "twenty tamperings", "twenty found", "benchmarks:tamper"),
    Row(
        "poison",
        "poison item",
        "parked after 3, others go on",
        "workers:poison_worker",
    ),
    Row(
        "soak",
        "week of soak, compressed",
        "RSS < 1 MB/h, poller ≤ 170 MB, dashboard ≤ 400 MB, descriptors flat",
        "benchmarks:soak",
        minutes=8,
        alone=True,
    ),
    Row(
        "throughput",
        "one worker → two → four processes",
        "≥ 1.8 × and ≥ 3 × (else by waiting I/O)",
        "benchmarks:scale_workers",
        minutes=4,
        alone=True,
    ),
)


def main(name: str) -> int:
    """Run one row in this process, and print its outcome as JSON."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what it opened is closed
    row = next(row for row in ROWS if row.name == name)
    module, _, function = row.place.partition(":")
    try:
        outcome: Outcome = getattr(import_module(f"tests.faults.{module}"), function)()
    except NotTried as reason:
        outcome = Outcome(None, str(reason))
    sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
