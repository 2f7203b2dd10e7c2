"""How long 50,000 forecasts with their answers take to import and score, to undo, and to carry to
another database: `python -m tests.benchmarks.imports`.

A thousand questions of a month to a year, most of them answered early, with 50 forecasts each by
ten people. A file is read, checked, stored with its log entries, answered and scored in one
transaction, in a process of its own, so that its peak of memory is told. Then some of the forecasts
are entered one by one, with a clock moved by hand and their questions answered, and scaled up. Times
are those of the processor, as other work on the machine would be counted otherwise; the target of
60 seconds is for the clock on the wall all the same, that of memory is 1 GB. `--share 0.1` makes a tenth of the world.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from forecasts.questions.question import ForecasterId, Question, QuestionId
from tests.builders import FakeClock, a_question, a_set, no_network
from tracker.app.tracker import Tracker, open_tracker
from tracker.model.forecast_import import ImportChoices
from tracker.questions.importing import fatebook
from tracker.settings import Settings

QUESTIONS, PEOPLE, REVISIONS = 1_000, 10, 5
SAMPLE = 4
"""Questions whose forecasts are entered one by one."""

Row = tuple[Question, str, list[tuple[str, datetime, float]]]
"""Question, time at which its answer was known, and forecasts: who, when and how much."""

START, NOW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
MAX_SECONDS, MAX_MEGABYTES = 60.0, 1_000.0


def main() -> None:
    """Import, enter a sample by hand, and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="share of the world")
    count = max(round(QUESTIONS * parser.parse_args().share), SAMPLE)
    rows = list(draw_rows(count))
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as folder:
        seconds, wall = import_all(Path(folder), count, rows)
        carry(Path(folder), console)
    with tempfile.TemporaryDirectory() as folder:
        import_export(Path(folder), rows, console)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1e6 if sys.platform == "darwin" else 1e3
    )
    with tempfile.TemporaryDirectory() as folder:
        by_hand = enter_by_hand(Path(folder), rows) * count / SAMPLE
    shown = Table(title=f"{count * PEOPLE * REVISIONS:,} forecasts on {count:,} answered questions")
    for column in ("import and score", "a forecast", "peak memory", "one by one", "times as fast"):
        shown.add_column(column, justify="right")
    shown.add_row(
        f"{seconds:.1f} s",
        f"{1e3 * seconds / count / PEOPLE / REVISIONS:.2f} ms",
        f"{peak:.0f} MB",
        f"{by_hand:.0f} s",
        f"{by_hand / seconds:.0f}",
    )
    console.print(shown)
    console.print(f"By the clock on the wall, the import took {wall:.1f} s.")
    met = wall <= MAX_SECONDS and peak <= MAX_MEGABYTES
    console.print(
        f"Target of {MAX_SECONDS:g} s and {MAX_MEGABYTES:g} MB: {'met' if met else 'NOT MET'}."
    )


def draw_rows(count: int) -> Iterator[Row]:
    """Questions with their answers, and the forecasts in the order of time."""
    rng = random.Random(1)
    for number in range(count):
        opens = START + timedelta(days=rng.randrange(1_000))
        days = rng.randrange(30, 365)
        known = opens + timedelta(days=days * min(rng.uniform(0.3, 1.2), 1.0))
        question = replace(
            a_question(f"q{number}", retrospective=True),
            opens_at=opens,
            closes_at=opens + timedelta(days=days),
            resolves_at=opens + timedelta(days=days + 7),
            prior_as_of=None,
        )
        forecasts = sorted(
            (
                opens + (known - opens) * rng.random(),
                f"person-{person}",
                rng.randrange(1, 100) / 100,
            )
            for person in range(PEOPLE)
            for _ in range(REVISIONS)
        )
        yield question, known.isoformat(), [(name, at, p) for at, name, p in forecasts]


def import_all(folder: Path, count: int, rows: Sequence[Row]) -> tuple[float, float]:
    """Seconds of the processor, and on the wall, of the import of all forecasts and answers."""
    forecasts = ["question,forecaster,made_at,probability"]
    answers = ["question,outcome,known_at,source"]
    for number, (question, known, own) in enumerate(rows):
        forecasts += [f"{question.id},{name},{at.isoformat()},{p}" for name, at, p in own]
        answers.append(f"{question.id},{'yes' if number % 3 else 'no'},{known},https://example.org")
    with open_world(folder, FakeClock(NOW), [question for question, _, _ in rows]) as tracker:
        start, clock = time.process_time(), time.perf_counter()
        result = tracker.forecasts.import_files(
            {
                "forecasts.csv": "\n".join(forecasts).encode(),
                "answers.csv": "\n".join(answers).encode(),
            }
        )
        seconds, wall = time.process_time() - start, time.perf_counter() - clock
    assert (result.forecasts, result.answers) == (count * PEOPLE * REVISIONS, count), result
    return seconds, wall


def carry(folder: Path, console: Console) -> None:
    """Print the seconds to export the database, and to fill another one with the file."""
    file = folder / "all.zip"
    for name, data in (("export", folder), ("import", folder / "new")):
        with open_tracker(Settings(data_dir=data), now=FakeClock(NOW), fetch=no_network) as tracker:
            start, clock = time.process_time(), time.perf_counter()
            act = (
                tracker.system.export_database
                if name == "export"
                else tracker.system.import_database
            )
            manifest = act(file)
            report(console, f"{name} of {sum(manifest.rows.values()):,} rows", start, clock)


def import_export(folder: Path, rows: Sequence[Row], console: Console) -> None:
    """Print the seconds to read the same forecasts as a Fatebook export, open their questions, and
    undo all.
    """
    lines = [
        f"Question title,Forecast created by,{fatebook.FORECAST},Forecast created at,Question created at,Question resolve by,Resolution,Resolved at"
    ]
    for question, known, own in rows:
        window = f"{question.opens_at:%Y-%m-%d %H:%M:%S},{question.closes_at:%Y-%m-%d %H:%M:%S}"
        lines += [
            f"Will {question.id} happen?,{name},{p},{at.isoformat()},{window},YES,{known}"
            for name, at, p in own
        ]
    files = {"fatebook.csv": "\n".join(lines).encode()}
    with open_world(folder, FakeClock(NOW), [rows[0][0]]) as tracker:
        start, clock = time.process_time(), time.perf_counter()
        result = tracker.forecasts.import_files(files, ImportChoices(skip_broken=True))
        report(console, f"Fatebook export with {result.questions:,} new questions", start, clock)
        assert len(result.refused) < result.forecasts / 100, result.refused[:3]
        start, clock = time.process_time(), time.perf_counter()
        tracker.forecasts.undo_import(result.batch or 0)
        report(console, f"undoing {result.forecasts:,} forecasts", start, clock)


def report(console: Console, name: str, start: float, clock: float) -> None:
    """Print the seconds of the processor and on the wall since two instants."""
    console.print(
        f"{name}: {time.process_time() - start:.1f} s of the processor, "
        f"{time.perf_counter() - clock:.1f} s by the clock."
    )


def enter_by_hand(folder: Path, rows: Sequence[Row]) -> float:
    """Seconds to enter and answer the sample act by act."""
    clock = FakeClock(NOW)
    some = rows[:SAMPLE]
    with open_world(folder, clock, [question for question, _, _ in some]) as tracker:
        start = time.process_time()
        for question, known, own in some:
            for name, at, p in own:
                clock.time = at
                tracker.forecasts.submit(
                    question.id, f"{100 * p:g}%", forecaster=ForecasterId(name)
                )
            clock.time = NOW
            tracker.resolutions.resolve(
                QuestionId(question.id),
                "yes",
                source_url="https://example.org",
                known_at=datetime.fromisoformat(known),
            )
        return time.process_time() - start


def open_world(folder: Path, clock: FakeClock, questions: list[Question]) -> Tracker:
    """A tracker with the questions, without indicators or feeds."""
    tracker = open_tracker(Settings(data_dir=folder), now=clock, fetch=no_network)
    tracker.question_sets.load(a_set(*questions, indicators=[], feeds=[]))
    return tracker


if __name__ == "__main__":
    main()
