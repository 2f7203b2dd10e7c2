"""How long a million intervals take to score on the way that pages and commands take: `python -m
tests.benchmarks.scoring`.

Everything runs on a real database in which questions are answered: a thousand with a thousand
intervals each, and ten thousand with a hundred. *Select* reads the questions of a choice and what stood on them, *score* computes
all scores of all intervals, *sum* adds them up by forecaster and rule; *store* writes what stood
and the scores. The measure is the plain loop over questions, rules and forecasts of
`tests.forecasts.scoring.reference_scoring`, in the same run on the same intervals: by the rules
that need no others, and by all. It reads no database and stores nothing; it is timed on a sample of
the questions and scaled up, and what makes its objects is left out of its time. Each time is the
best of several, and of the processor, as other work on the machine only ever adds to one. `--share 0.1` makes a tenth.
"""

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from forecasts.questions.question import Forecaster, ForecasterId, QuestionId
from forecasts.scoring.points import SPOT_SHARES
from forecasts.scoring.scores import ScoreColumns, score_alone
from forecasts.scoring.span_table import AnsweredQuestion, SpanTable, Standing
from forecasts.scoring.summary import summarise_scores
from forecasts.scoring.time_averages import to_instant
from tests.benchmarks.imports import open_world
from tests.builders import FakeClock, a_question
from tests.forecasts.scoring import reference_scoring
from tests.forecasts.scoring.reference_scoring import DAY, Asked, Stood
from tests.forecasts.strategies import resolution
from tracker.model.read_models import Choice
from tracker.questions.queries.accuracy import measure_accuracy
from tracker.questions.queries.score_selection import (
    QuestionSelection,
    gather_questions,
    load_table,
)
from tracker.questions.resolve_question import compute_scores
from tracker.storage import questions, record, resolution_record
from tracker.storage.sessions import Session

INTERVALS = 1_000_000
WORLDS = ((50, 20), (10, 10))
"""People on a question, and forecasts of each."""

SAMPLE = 4_000
"""Intervals that the loop scores."""

TARGET = 50.0
TRIED = 5
NOW = datetime(2000, 1, 1, tzinfo=UTC)
CHOICE = Choice(retrospective=True)
RULES = {"4 that need no others": score_alone, "all 9": compute_scores}


class Timed(NamedTuple):
    """Seconds of each part of the way."""

    select: float
    score: float
    sum: float

    @property
    def all(self) -> float:
        """Seconds of the whole way."""
        return sum(self)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="share of the world")
    intervals = round(INTERVALS * parser.parse_args().share)
    console = Console(width=120)
    for people, revisions in WORLDS:
        ratio = measure_world(console, intervals, people, revisions)
        met = "met" if ratio >= TARGET else "NOT MET"
        console.print(
            f"Target of {TARGET:g} times, the whole way by all rules, on questions of "
            f"{people * revisions:,} intervals: {met}."
        )


def measure_world(console: Console, intervals: int, people: int, revisions: int) -> float:
    """Measure and print one world; return how many times as fast as the loop the way by all rules is."""
    count = intervals // (people * revisions)
    drawn = draw(count, people, revisions)
    loops = time_loop(drawn[: max(SAMPLE // (people * revisions), 1)], count)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_world(Path(folder), FakeClock(NOW), []) as tracker,
    ):
        with tracker.context.store.writing() as session:
            stored = store_world(session, drawn)
        with tracker.context.store.reading() as session:
            ways = [time_way(session, score) for score in RULES.values()]
            page = _seconds(lambda: measure_accuracy(session, CHOICE, NOW), tried=1)
    console.print(build_table(intervals, count, ways, loops))
    console.print(
        f"The page of accuracy takes {page:.2f} s in all, with skill and comparisons; storing what"
        f" stood and the scores by all rules {stored:.2f} s. The loop is scaled up from"
        f" {SAMPLE:,} intervals."
    )
    return loops[-1] / ways[-1].all


def build_table(intervals: int, count: int, ways: Sequence[Timed], loops: Sequence[float]) -> Table:
    """Build the table of times: the way by parts, the loop, and how many times as fast."""
    shown = Table(title=f"{intervals:,} intervals on {count:,} questions")
    columns = ("rules", "select", "score", "sum", "whole way", "loop", "score alone", "whole way")
    for column in columns:
        shown.add_column(column, justify="right")
    for rules, timed, loop in zip(RULES, ways, loops, strict=True):
        shown.add_row(
            rules,
            *(f"{seconds:.3f} s" for seconds in (*timed, timed.all)),
            f"{loop:.1f} s",
            f"{loop / timed.score:.0f} times",
            f"{loop / timed.all:.0f} times",
        )
    return shown


def time_way(session: Session, score: Callable[[SpanTable], tuple[ScoreColumns, ...]]) -> Timed:
    """Time what a page does: select questions and what stood, score it, and sum it up."""

    def select() -> tuple[QuestionSelection, SpanTable]:
        selection = gather_questions(session, CHOICE, NOW)
        return selection, load_table(session, selection.countable, selection.resolutions)

    selection, table = select()
    columns = score(table)
    return Timed(
        _seconds(select),
        _seconds(lambda: score(table)),
        _seconds(lambda: summarise_scores(columns, selection.families)),
    )


def time_loop(sample: list[list[Asked]], count: int) -> tuple[float, float]:
    """Seconds of the plain loop for all questions: by the rules that need no others, and by all."""

    def score_everyone() -> None:
        for everyone in sample:
            for own in everyone:
                reference_scoring.score(own)

    def compare_everyone() -> None:
        for everyone in sample:
            length = everyone[0].closes - everyone[0].opens
            spots = [everyone[0].opens + round(share * length) for share in SPOT_SHARES]
            reference_scoring.peer_points(everyone)
            reference_scoring.spot_peer_points(everyone, spots)
            reference_scoring.daily_gains(everyone)

    alone = _seconds(score_everyone) * count / len(sample)
    return alone, alone + _seconds(compare_everyone, tried=1) * count / len(sample)


def draw(count: int, people: int, revisions: int) -> list[list[Asked]]:
    """Draw questions of a month to a year, most of them answered early, as everyone met them.

    Whole percentages, revised at random times.
    """
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(count):
        opens = int(rng.integers(0, 1_000)) * DAY
        length = int(rng.integers(30, 365)) * DAY
        ends = opens + int(length * min(rng.uniform(0.3, 1.2), 1.0))
        revised = np.sort(rng.random((people, revisions)), axis=1) * (ends - opens)
        start = opens + revised.astype(np.int64)
        end = np.append(start[:, 1:], np.full((people, 1), ends), axis=1)
        p = rng.integers(0, 101, (people, revisions)) / 100
        outcome = int(rng.integers(0, 2))
        drawn.append(
            [
                Asked(opens, opens + length, ends, outcome, list(map(Stood, *own)))
                for own in zip(start.tolist(), end.tolist(), p.tolist(), strict=True)
            ]
        )
    return drawn


def store_world(session: Session, drawn: list[list[Asked]]) -> float:
    """Store the questions with their answers and what stood; seconds that the scores take."""
    names = [ForecasterId(f"person-{number}") for number in range(len(drawn[0]))]
    for name in names:
        record.add_forecaster(session, Forecaster(name, name, "person"), NOW)
    answered = [_answer(QuestionId(f"q{number}"), names, own) for number, own in enumerate(drawn)]
    for case in answered:
        questions.add_question(session, case.question, case.question.opens_at)
    resolution_record.add_resolutions(session, [case.resolution for case in answered])
    columns = compute_scores(SpanTable.read(answered))
    start = time.process_time()
    ids = [case.question.id for case in answered]
    resolution_record.replace_scores(session, ids, answered, columns)
    return time.process_time() - start


def _answer(
    name: QuestionId, people: Sequence[ForecasterId], everyone: list[Asked]
) -> AnsweredQuestion:
    """One question as the product has it."""
    one = everyone[0]
    opens, closes, known = map(to_instant, (one.opens, one.closes, one.ends))
    asked = replace(
        a_question(name, retrospective=True),
        opens_at=opens,
        closes_at=closes,
        resolves_at=closes + timedelta(days=7),
        prior_as_of=None,
    )
    said = replace(
        resolution("yes" if one.outcome else "no"), question_id=name, event_at=known, known_at=known
    )
    rows = [stood for own in everyone for stood in own.stood]
    standing = Standing(
        forecasters=tuple(people),
        sizes=tuple(len(own.stood) for own in everyone),
        start=np.array([stood.start for stood in rows]),
        end=np.array([stood.end for stood in rows]),
        yes=np.array([stood.p for stood in rows]),
    )
    return AnsweredQuestion(asked, said, standing)


def _seconds(measured: Callable[[], object], *, tried: int = TRIED) -> float:
    best = float("inf")
    for _ in range(tried):
        gc.collect()
        start = time.process_time()
        result = measured()
        best = min(best, time.process_time() - start)
        del result
    return best


if __name__ == "__main__":
    main()
