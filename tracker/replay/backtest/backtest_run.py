"""Run a back-test: replay a news archive, and score the suggestion against what happened.

    archive → walk (walk: one process, a transaction a day) → tracks (snapshots: a question each, on
    all cores) → scores → report.json

Every step stores its result in the folder of the run, so that an interrupted run resumes and ends
with the same report.
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
from tracker.app import question_set_files
from tracker.model.json_values import to_json
from tracker.questions.queries.families import load_families
from tracker.replay.backtest.backtest_scores import RETROSPECTIVE_NOTE, BacktestScores, score_tracks
from tracker.replay.backtest.question_tracks import (
    DailyMove,
    ForecastSnapshot,
    QuestionTrack,
    track_question,
)
from tracker.replay.backtest.replay import (
    BacktestRequest,
    BacktestResult,
    ProgressCallback,
    replay_archive,
)
from tracker.settings import Settings
from tracker.storage import evidence_history

__all__ = ["BacktestReport", "BacktestRequest", "run_backtest"]

REPORT_FILE: Final = "report.json"
TRACKS_FOLDER: Final = "tracks"
"""Folder of the finished questions."""

QuestionWithAnswer = tuple[QuestionId, PastResolution | None]
"""A question and its answer, if known."""


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """Result of a back-test, marked as retrospective.

    `not_open` counts the yes/no questions that were not open during the archive and are not scored.
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
    scores: BacktestScores


def run_backtest(
    settings: Settings, request: BacktestRequest, say: ProgressCallback
) -> BacktestReport:
    """Run or resume a back-test, and write its report to the folder of the run.

    The database in use is neither read nor written. Raises `Refused` for an archive that cannot be
    used, and for a folder that holds another run.
    """
    question_set = question_set_files.load_question_set(request.set_name)
    result = replay_archive(settings, request, question_set, say)
    try:
        binary = {str(q.id): q for q in question_set.questions if q.kind == "binary"}
        opened = [
            q
            for q in binary.values()
            if q.opens_at <= result.span.until and q.closes_at > result.span.since
        ]
        answers = {r.question_id: r for r in question_set.resolutions if not r.needs_check}
        with_answers = [(q.id, answers.get(q.id)) for q in opened]
        tracks = _complete_tracks(result, request, with_answers, say)
        outcomes = {str(question_id): answer.outcome for question_id, answer in answers.items()}
        with result.store.reading() as session:
            families = load_families(session, question_set.questions)
        scores = score_tracks(tracks, binary, outcomes, families)
        report = _build_report(result, request, scores, len(binary) - len(opened))
    finally:
        result.store.close()
    _write_file(request.out / REPORT_FILE, to_json(report))
    return report


def _build_report(
    result: BacktestResult, request: BacktestRequest, scores: BacktestScores, not_open: int
) -> BacktestReport:
    with result.store.reading() as session:
        sources, items, stories, evidence = evidence_history.count_stored_rows(session)
    skipped = result.archive.skipped
    left_out = (
        (f"{len(skipped)} bad entries were left out, the first one: {skipped[0]}",)
        if skipped
        else ()
    )
    return BacktestReport(
        retrospective=RETROSPECTIVE_NOTE,
        archive=str(request.archive),
        question_set=request.set_name,
        since=result.span.since,
        until=result.span.until,
        sources=sources,
        items=items,
        stories=stories,
        evidence=evidence,
        not_open=not_open,
        warnings=(*result.archive.warnings, *left_out),
        scores=scores,
    )


def _complete_tracks(
    result: BacktestResult,
    request: BacktestRequest,
    questions: Sequence[QuestionWithAnswer],
    say: ProgressCallback,
) -> list[QuestionTrack]:
    """Return the tracks of all questions, reading finished ones from their files."""
    folder = request.out / TRACKS_FOLDER
    folder.mkdir(exist_ok=True)
    done: dict[str, QuestionTrack] = {}
    for question_id, _ in questions:
        if (stored := _load_track(folder / f"{question_id}.json", result.run)) is not None:
            done[question_id] = stored
    todo = [
        (result.url, question_id, result.span, past)
        for question_id, past in questions
        if question_id not in done
    ]
    for finished in _compute_tracks(todo, request.workers):
        done[finished.question_id] = finished
        _write_file(
            folder / f"{finished.question_id}.json", to_json({"run": result.run, "track": finished})
        )
        say("weighing", len(done), len(questions), finished.question_id)
    return [done[question_id] for question_id, _ in questions]


def _compute_tracks(todo: Sequence[tuple[Any, ...]], workers: int) -> Iterator[QuestionTrack]:
    """Yield the track of each question, worked out on `workers` cores (0: all)."""
    count = min(workers or os.cpu_count() or 1, len(todo))
    if count <= 1:
        yield from (track_question(*arguments) for arguments in todo)
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(track_question, *arguments) for arguments in todo]):
            yield future.result()


def _write_file(path: Path, text: str) -> None:
    """Write a file atomically."""
    half = path.with_suffix(".part")
    half.write_text(text + "\n", encoding="utf-8")
    half.replace(path)


def _load_track(path: Path, run: str) -> QuestionTrack | None:
    """Load a track that this run stored, or None."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return _parse_track(stored["track"]) if stored.get("run") == run else None


def _parse_track(stored: Mapping[str, Any]) -> QuestionTrack:
    snapshots = tuple(
        ForecastSnapshot(datetime.fromisoformat(s["at"]), s["said"], s["without"])
        for s in stored["snapshots"]
    )
    move = stored["largest_move"]
    largest = (
        DailyMove(move["question_id"], datetime.fromisoformat(move["day"]), move["log_odds"])
        if move
        else None
    )
    return QuestionTrack(**{**stored, "snapshots": snapshots, "largest_move": largest})
