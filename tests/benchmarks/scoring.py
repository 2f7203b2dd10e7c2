"""How long a million intervals take to score by every binary rule: `python -m
tests.benchmarks.scoring`.

Against the plain loop over questions, rules and forecasts of
`tests.forecasts.scoring.reference_scoring`, in the same run on the same intervals; the target is a
hundred times as fast. The loop is timed on a sample of the questions and scaled up, and what turns
columns into its objects is left out of its time. The table's time includes the checks of its
columns. Each time is the best of several, as other work on the machine only ever adds to one.
"""

import gc
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console
from rich.table import Table

from forecasts.scoring.score_table import BinaryTable, Windows, score_table
from tests.forecasts.scoring import reference_scoring

INTERVALS = (250_000, 500_000, 1_000_000)
PER_QUESTION = 10
SAMPLE = 2_000
TARGET = 100.0
TRIED = 7
DAY = 86_400_000_000


def main() -> None:
    """Measure each size and print the table."""
    shown = Table(
        title=f"{len(reference_scoring.RULES)} binary rules, questions of {PER_QUESTION} intervals "
        "each"
    )
    for column in (
        "intervals",
        "questions",
        "table",
        "per interval",
        "loop, scaled",
        "times as fast",
    ):
        shown.add_column(column, justify="right")
    ratio = 0.0
    for intervals in INTERVALS:
        table = drawn(intervals)
        questions = intervals // PER_QUESTION
        took = _seconds(lambda t=table: score_table(_anew(t)))
        sample = reference_scoring.asked(table, SAMPLE)
        loop = _seconds(lambda s=sample: [reference_scoring.score(question) for question in s])
        scaled = loop * questions / SAMPLE
        ratio = scaled / took
        each, times = f"{1e9 * took / intervals:.0f} ns", f"{ratio:.0f}"
        shown.add_row(
            f"{intervals:,}",
            f"{questions:,}",
            f"{1e3 * took:.0f} ms",
            each,
            f"{scaled:.2f} s",
            times,
        )
    console = Console(width=120)
    console.print(shown)
    console.print(f"The loop ran over {SAMPLE:,} questions and is scaled to all of them.")
    console.print(
        f"Target of {TARGET:g} times at {INTERVALS[-1]:,} intervals: "
        f"{'met' if ratio >= TARGET else 'NOT MET'}."
    )


def drawn(intervals: int) -> BinaryTable:
    """Questions of a month to a year, most of them answered early; whole percentages, revised at
    random times.
    """
    rng = np.random.default_rng(0)
    questions = intervals // PER_QUESTION
    opens = rng.integers(0, 1_000, questions) * DAY
    scheduled = rng.integers(30, 365, questions) * DAY
    ends = opens + (scheduled * np.minimum(rng.uniform(0.3, 1.2, questions), 1.0)).astype(np.int64)
    revised = np.sort(rng.random((questions, PER_QUESTION)), axis=1)
    start = opens[:, np.newaxis] + (scheduled[:, np.newaxis] * revised).astype(np.int64)
    end = np.append(start[:, 1:], (opens + scheduled)[:, np.newaxis], axis=1)
    return BinaryTable(
        pair=np.repeat(np.arange(questions), PER_QUESTION),
        start=start.ravel(),
        end=end.ravel(),
        p=rng.integers(0, 101, intervals) / 100,
        windows=Windows(opens, opens + scheduled, ends),
        outcome=rng.integers(0, 2, questions).astype(np.float64),
    )


def _anew(table: BinaryTable) -> BinaryTable:
    """The same columns checked once more."""
    return BinaryTable(table.pair, table.start, table.end, table.p, table.windows, table.outcome)


def _seconds(measured: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(TRIED):
        gc.collect()
        start = time.perf_counter()
        result = measured()
        best = min(best, time.perf_counter() - start)
        del result
    return best


if __name__ == "__main__":
    main()
