"""Back-tests: would the suggestion have helped? An archive of news is lived through again, and
scored.

    archive → walk (walk: one process, a transaction a day) → tracks (snapshots: a question each, on
    all cores) → scores → report.json

Every step leaves in the folder of the run what it has done, so that a run that was killed goes on
where it stopped and ends with the same report.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from forecasts.question_sets.question_set import PastResolution
from forecasts.questions.question import QuestionId
from tracker.app import question_set_files as question_sets
from tracker.model.json_values import to_json
from tracker.replay.backtest.scores import RETROSPECTIVE, Scores, compare
from tracker.replay.backtest.snapshots import Move, Snapshot, Track, track
from tracker.replay.backtest.walk import Progress, Walked, Wanted, walk
from tracker.settings import Settings
from tracker.storage import backtests

__all__ = ["BacktestReport", "Wanted", "backtest"]

REPORT: Final = "report.json"
TRACKS: Final = "tracks"
"""The folder that holds the questions that are done."""

AskedOf = tuple[QuestionId, PastResolution | None]
"""A question, and how it came out if that is known."""


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """What a back-test did and found. It is retrospective, and says so first.

    `not_open` counts the yes/no questions that were not open while the archive lasts, on which
    nothing can be said.
    """

    retrospective: str
    archive: str
    question_set: str
    since: datetime
    until: datetime
    sources: int
    items: int
    stories: int
    evidence: int
    not_open: int
    warnings: tuple[str, ...]
    scores: Scores


def backtest(settings: Settings, wanted: Wanted, say: Progress) -> BacktestReport:
    """Run a back-test, or what is left of it; the report is kept in the folder of the run.

    Nothing is read from or written to the database that is in use. Raises `Refused` for an archive
    that cannot be used, and for a folder that holds something else.
    """
    question_set = question_sets.load(wanted.set_name)
    walked = walk(settings, wanted, question_set, say)
    try:
        asked = {str(q.id): q for q in question_set.questions if q.kind == "binary"}
        opened = [
            q
            for q in asked.values()
            if q.opens_at <= walked.over.until and q.closes_at > walked.over.since
        ]
        answers = {r.question_id: r for r in question_set.resolutions if not r.needs_check}
        asked_of = [(q.id, answers.get(q.id)) for q in opened]
        tracks = _tracks(walked, wanted, asked_of, say)
        outcomes = {str(question_id): answer.outcome for question_id, answer in answers.items()}
        scores = compare(tracks, asked, outcomes)
        report = _report(walked, wanted, scores, len(asked) - len(opened))
    finally:
        walked.store.close()
    _keep(wanted.out / REPORT, to_json(report))
    return report


def _report(walked: Walked, wanted: Wanted, scores: Scores, not_open: int) -> BacktestReport:
    with walked.store.reading() as session:
        sources, items, stories, evidence = backtests.sizes(session)
    skipped = walked.archive.skipped
    left_out = (
        (f"{len(skipped)} bad entries were left out, the first one: {skipped[0]}",)
        if skipped
        else ()
    )
    return BacktestReport(
        retrospective=RETROSPECTIVE,
        archive=str(wanted.archive),
        question_set=wanted.set_name,
        since=walked.over.since,
        until=walked.over.until,
        sources=sources,
        items=items,
        stories=stories,
        evidence=evidence,
        not_open=not_open,
        warnings=(*walked.archive.warnings, *left_out),
        scores=scores,
    )


def _tracks(
    walked: Walked, wanted: Wanted, opened: Sequence[AskedOf], say: Progress
) -> list[Track]:
    """The tracks of all questions, those that were worked out before from their files."""
    folder = wanted.out / TRACKS
    folder.mkdir(exist_ok=True)
    done: dict[str, Track] = {}
    for question_id, _ in opened:
        if (kept := _kept(folder / f"{question_id}.json", walked.run)) is not None:
            done[question_id] = kept
    todo = [
        (walked.url, question_id, walked.over, past)
        for question_id, past in opened
        if question_id not in done
    ]
    for found in _worked_out(todo, wanted.workers):
        done[found.question_id] = found
        _keep(folder / f"{found.question_id}.json", to_json({"run": walked.run, "track": found}))
        say("weighing", len(done), len(opened), found.question_id)
    return [done[question_id] for question_id, _ in opened]


def _worked_out(todo: Sequence[tuple[Any, ...]], workers: int) -> Iterator[Track]:
    """Each question by itself, on so many cores (0: all)."""
    count = min(workers or os.cpu_count() or 1, len(todo))
    if count <= 1:
        yield from (track(*one) for one in todo)
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(track, *one) for one in todo]):
            yield future.result()


def _keep(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    half = path.with_suffix(".part")
    half.write_text(text + "\n", encoding="utf-8")
    half.replace(path)


def _kept(path: Path, run: str) -> Track | None:
    """A track that this run worked out before."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return _track(held["track"]) if held.get("run") == run else None


def _track(held: Mapping[str, Any]) -> Track:
    snapshots = tuple(
        Snapshot(datetime.fromisoformat(s["at"]), s["said"], s["without"])
        for s in held["snapshots"]
    )
    move = held["largest_move"]
    largest = (
        Move(move["question_id"], datetime.fromisoformat(move["day"]), move["log_odds"])
        if move
        else None
    )
    return Track(**{**held, "snapshots": snapshots, "largest_move": largest})
