"""The Metaculus sample becomes sets and files that the tracker imports, and scores as published."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.evaluation.metaculus import CROWD, convert
from tracker.app.question_set_files import load_question_set
from tracker.app.tracker import Tracker
from tracker.model.read_models import Choice

ASKED: dict[str, Any] = {
    "page_url": "/questions/17316/made-up/",
    "question": "Will it\nhappen?",
    "resolution_criteria": "As reported.",
    "resolution": 1.0,
    "date_begin": "2023-06-01",
    "date_close": "2023-06-30",
    "date_resolve_at": "2023-06-21",
    "community_predictions": [
        ["2023-06-01", 0.9], ["2023-06-01", 0.5], ["2023-06-11", 0.8], ["2023-06-21", 1.0],
    ],
}  # fmt: skip
ARRAYS = {"crowd": [[0.9, 0.2], [0.6]], "answers": [[1, 0], [0]]}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """What the converter makes of a small sample."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "questions.jsonl").write_text(json.dumps(ASKED) + "\n", encoding="utf-8")
    (source / "published_arrays.json").write_text(json.dumps(ARRAYS), encoding="utf-8")
    assert convert(source, target) == {"questions": 1, "pairs": 3}
    return target


def bring_in(tracker: Tracker, folder: Path, name: str) -> dict[str, tuple[int, float | None]]:
    """Load a set with its files; the crowd's Brier scores by tag."""
    tracker.question_sets.load(load_question_set(str(folder / name)))
    files = [folder / f"{name}-{part}.csv" for part in ("forecasts", "answers")]
    result = tracker.forecasts.import_files({f.name: f.read_bytes() for f in files})
    assert result.refused == ()
    tags = {tag for summary in tracker.questions.list() for tag in summary.question.tags}
    found = {
        tag: tracker.accuracy.summarise(Choice(retrospective=True, tag=tag)).summaries
        for tag in sorted(tags)
    }
    return {
        tag: (summary.questions, summary.mean_while_active)
        for tag, summaries in found.items()
        for summary in summaries
        if (summary.forecaster_id, summary.rule) == (CROWD, "brier")
    }


def test_pairs_count_once_by_retrieval_date(tracker: Tracker, written: Path) -> None:
    assert bring_in(tracker, written, "pairs") == {
        "retrieval-1": (2, pytest.approx((0.01 + 0.04) / 2)),
        "retrieval-2": (1, pytest.approx(0.36)),
    }


def test_questions_run_as_they_did(tracker: Tracker, written: Path) -> None:
    # The last prediction of a day stands, and none from the answer on.
    assert bring_in(tracker, written, "questions") == {
        "sample": (1, pytest.approx((0.25 + 0.04) / 2))
    }
    assert tracker.questions.get("m17316").summary.question.text == "Will it happen?"
