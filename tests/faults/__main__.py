"""Try the faults and print the table: `./test --faults [--row NAME]`.

Three rows run at a time, since most of them wait; those that measure the machine come last, alone.
Exit code 1 when a row misses what is wanted; a row that cannot be tried here says why.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import click
from rich import box
from rich.console import Console
from rich.table import Table

from tests.faults.outcome import Outcome
from tests.faults.rows import ROWS, Row

AT_ONCE = 3
END_SECONDS = 20
TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class Tried:
    """A row, what it reached and the seconds that it took."""

    row: Row
    outcome: Outcome
    seconds: float

    @property
    def verdict(self) -> str:
        """The word of the table."""
        return {True: "yes", False: "NO", None: "not tried"}[self.outcome.met]


@click.command()
@click.option("--row", "names", multiple=True, help="This row alone; may be repeated.")
def main(names: Sequence[str]) -> None:
    """Try what is named, or everything, and print the table."""
    unknown = set(names) - {row.name for row in ROWS}
    if unknown:
        raise click.UsageError(
            f"no row {', '.join(unknown)}; rows: {', '.join(r.name for r in ROWS)}"
        )
    rows = [row for row in ROWS if not names or row.name in names]
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        shared = list(threads.map(try_row, (row for row in rows if not row.alone)))
    results = {t.row.name: t for t in (*shared, *(try_row(row) for row in rows if row.alone))}
    print_table([results[row.name] for row in rows], time.monotonic() - began)
    sys.exit(any(t.outcome.met is False for t in results.values()))


def try_row(row: Row) -> Tried:
    """Run a row in a process of its own, which ends at its limit with all that it started."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.rows", row.name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    try:
        printed, errors = process.communicate(timeout=60 * row.minutes)
        outcome = read_outcome(printed, errors)
    except subprocess.TimeoutExpired:
        end_session(process)
        outcome = Outcome(False, f"MISSED: did not end within {row.minutes:g} minutes")
    seconds = time.monotonic() - began
    click.echo(f"{row.name}: {outcome.figures} ({seconds:.0f} s)", err=True)
    return Tried(row, outcome, seconds)


def read_outcome(printed: str, errors: str) -> Outcome:
    """Read what a row printed last; one that broke has missed what is wanted."""
    try:
        return Outcome(**json.loads(printed.strip().splitlines()[-1]))
    except (ValueError, IndexError, TypeError):
        tail = errors.strip().splitlines()[-TAIL_LINES:]
        click.echo("\n".join(tail), err=True)
        return Outcome(False, f"MISSED: the row broke: {tail[-1] if tail else 'no reason'}")


def end_session(process: subprocess.Popen[str]) -> None:
    """End a row, and by force all that is left of it."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def print_table(results: Sequence[Tried], seconds: float) -> None:
    """Print the table as Markdown."""
    table = Table(box=box.MARKDOWN)
    for column in ("fault", "wanted", "reached", "figures", "seconds"):
        table.add_column(column, overflow="fold")
    for tried in results:
        cells = tried.row.fault, tried.row.wanted, tried.verdict, tried.outcome.figures
        table.add_row(*cells, f"{tried.seconds:.0f}")
    console = Console(width=max(map(len, (t.outcome.figures for t in results)), default=0) + 160)
    console.print(table)
    console.print(f"{seconds / 60:.1f} minutes")


if __name__ == "__main__":
    main()
