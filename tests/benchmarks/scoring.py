"""How long a million intervals take to score by every binary rule: `python -m
tests.benchmarks.scoring`.

Against the plain loop over questions, rules and forecasts of
`tests.forecasts.scoring.reference_scoring`, in the same run on the same intervals; the target is
fifty times as fast. *Columns* is the part of `score_questions` that computes: all scores of all
intervals. *With receipts* is the whole of `score_questions`, from timelines to scores with receipts
as they are stored: Python objects, which cost more than the numbers in them. The loop is timed on a
sample of the questions and scaled up, and what makes its objects is left out of its time. Each time
is the best of several, as other work on the machine only ever adds to one.
"""

import gc
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from forecasts.distributions.cdf import EPOCH
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import ForecasterId, Question, QuestionId, Resolution
from forecasts.questions.timeline import Timeline
from forecasts.scoring.rulebook import BINARY_RULES
from forecasts.scoring.scores import AnsweredQuestion, score_questions
from forecasts.scoring.time_averages import Counts, Windows, average_scores, clip_intervals
from tests.forecasts.scoring import reference_scoring
from tests.forecasts.scoring.reference_scoring import DAY, Asked, Stood
from tests.forecasts.strategies import question, resolution

INTERVALS = (250_000, 500_000, 1_000_000)
PER_QUESTION = 10
SAMPLE = 2_000
TARGET = 50.0
TRIED = 7


class Drawn(NamedTuple):
    """Forecasts in columns, one forecaster on each question."""

    pair: NDArray[np.intp]
    start: Counts
    end: Counts
    p: NDArray[np.float64]
    windows: Windows
    outcome: NDArray[np.float64]


def main() -> None:
    """Measure each size and print the table."""
    shown = Table(
        title=f"{len(reference_scoring.RULES)} binary rules, questions of {PER_QUESTION} intervals "
        "each"
    )
    for column in ("intervals", "questions", "columns", "per interval", "loop", "times as fast"):
        shown.add_column(column, justify="right")
    for column in ("with receipts", "times as fast"):
        shown.add_column(column, justify="right")
    ratio = 0.0
    for intervals in INTERVALS:
        drawn = draw(intervals)
        questions = intervals // PER_QUESTION
        took = _seconds(lambda d=drawn: score_columns(d))
        sample = asked(drawn, SAMPLE)
        loop = _seconds(lambda s=sample: [reference_scoring.score(one) for one in s])
        cases = answered(drawn, SAMPLE)
        whole = _seconds(lambda c=cases: score_questions(c)) * questions / SAMPLE
        scaled = loop * questions / SAMPLE
        ratio = scaled / took
        shown.add_row(
            f"{intervals:,}",
            f"{questions:,}",
            f"{1e3 * took:.0f} ms",
            f"{1e9 * took / intervals:.0f} ns",
            f"{scaled:.2f} s",
            f"{ratio:.0f}",
            f"{whole:.2f} s",
            f"{scaled / whole:.1f}",
        )
    console = Console(width=120)
    console.print(shown)
    console.print(f"Loop and receipts ran over {SAMPLE:,} questions and are scaled to all of them.")
    console.print(
        f"Target of {TARGET:g} times at {INTERVALS[-1]:,} intervals: "
        f"{'met' if ratio >= TARGET else 'NOT MET'}."
    )


def score_columns(drawn: Drawn) -> None:
    """Score all intervals by every binary rule, as `score_questions` does."""
    cut = clip_intervals(drawn.pair, drawn.start, drawn.end, drawn.windows)
    given = np.where((drawn.outcome == 1.0)[drawn.pair], drawn.p, 1.0 - drawn.p)
    for name, rule in BINARY_RULES.items():
        average_scores(cut, name, rule(given, 1), float(rule(0.5, 1)))


def draw(intervals: int) -> Drawn:
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
    return Drawn(
        pair=np.repeat(np.arange(questions), PER_QUESTION),
        start=start.ravel(),
        end=end.ravel(),
        p=rng.integers(0, 101, intervals) / 100,
        windows=Windows(opens, opens + scheduled, ends),
        outcome=rng.integers(0, 2, questions).astype(np.float64),
    )


def asked(drawn: Drawn, questions: int) -> list[Asked]:
    """The first so many questions, for the readable loop."""
    rows = zip(drawn.start.tolist(), drawn.end.tolist(), drawn.p.tolist(), strict=True)
    stood = [Stood(*row) for row, _ in zip(rows, range(questions * PER_QUESTION), strict=False)]
    windows = drawn.windows
    columns = (windows.opens, windows.closes, windows.ends, drawn.outcome.astype(int))
    return [
        Asked(*times, stood[number * PER_QUESTION : (number + 1) * PER_QUESTION])
        for number, times in enumerate(
            zip(*(column[:questions].tolist() for column in columns), strict=True)
        )
    ]


def answered(drawn: Drawn, questions: int) -> list[AnsweredQuestion]:
    """The first so many questions, for the product."""
    name = ForecasterId("ann")
    return [
        AnsweredQuestion(*_build(number, one), {name: _timeline(one)})
        for number, one in enumerate(asked(drawn, questions))
    ]


def _build(number: int, one: Asked) -> tuple[Question, Resolution]:
    name = QuestionId(str(number))
    known = _instant(one.ends)
    outcome = "yes" if one.outcome else "no"
    return (
        replace(question(), id=name, opens_at=_instant(one.opens), closes_at=_instant(one.closes)),
        replace(resolution(outcome), question_id=name, event_at=known, known_at=known),
    )


def _timeline(one: Asked) -> Timeline:
    return Timeline(tuple((_instant(s.start), Binary(s.p)) for s in one.stood))


def _instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


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
