"""Measuring evidence: questions and items go through the product, and labels are compared."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forecasts.questions.question import QuestionId
from tests.acceptance.conftest import Shell
from tests.acceptance.evaluation import evidence_figures
from tests.acceptance.evaluation.evidence_figures import EvidenceReport, evaluate_evidence
from tests.acceptance.evaluation.evidence_trial import (
    LoggedPiece,
    PairOutcome,
    TrialResult,
    drop_retired,
)
from tests.acceptance.evaluation.labelled import (
    OWN,
    SHIPPED,
    LabelledQuestion,
    read_pairs,
    read_questions,
)
from tests.acceptance.evaluation.labels import PAIRS, QUESTIONS, a_pair, written
from tests.machine.model_stub import ModelStub, Reply, reading
from tests.tables import check_rows
from tracker.app import question_set_files
from tracker.errors import Refused
from tracker.settings import Settings

SET = "grid_storage_2026"


def evaluated(
    folder: Path,
    questions: Sequence[dict[str, Any]] = QUESTIONS,
    pairs: Sequence[dict[str, Any]] = PAIRS,
    stream: Path | None = None,
    settings: Settings = Settings(encoder="static"),  # noqa: B008 -- frozen
) -> EvidenceReport:
    """The report on these lines."""
    return evaluate_evidence(
        read_questions(written(folder / "questions.jsonl", questions)),
        read_pairs(written(folder / "pairs.jsonl", pairs)),
        stream=stream,
        settings=settings,
    )


def test_logged_stories_are_compared_with_the_labels(tmp_path: Path) -> None:
    report = evaluated(tmp_path)
    by_pair = {(p.question_id, p.item_id): p for p in report.pairs}
    assert len(by_pair) == len(PAIRS)
    first, copy = by_pair["summit", "a"].logged, by_pair["summit", "b"].logged
    assert first is not None
    assert copy == first  # a copy belongs to the story, which is one piece of evidence
    assert by_pair["summit", "c"].logged is None
    assert by_pair["strike", "e"].logged is not None
    summit, strike = report.questions
    assert (summit.name, summit.questions, summit.logged.n) == ("summit", 1, 4)
    assert (summit.logged.relevant, summit.logged.accepted, summit.logged.hits) == (2, 2, 1)
    assert strike.ours is not None
    assert strike.ours.mean == 1.0
    (own,) = report.groups
    assert (own.name, own.questions, own.logged.n) == ("own question", 2, len(PAIRS))
    assert own.logged.hits == summit.logged.hits + strike.logged.hits
    assert own.per_10000 is None
    # Scores are those of single profiles.
    assert by_pair["summit", "a"].score == pytest.approx(first.relevance, abs=1e-6)
    assert by_pair["summit", "a"].score > by_pair["summit", "c"].score
    assert by_pair["summit", "a"].bm25 > 0.0 == by_pair["summit", "c"].bm25


def test_a_model_judges_what_was_logged(tmp_path: Path) -> None:
    with ModelStub() as stub:
        stub.gives(reading(-3, 0))
        settings = Settings(encoder="static", model_url=stub.endpoint().base_url, model_name="stub")
        report = evaluated(tmp_path, settings=settings)
        assert stub.seen
    assert [pair.logged for pair in report.pairs] == [None] * len(PAIRS)
    with ModelStub() as stub:
        stub.gives(Reply(status=401))
        refusing = replace(settings, model_url=stub.endpoint().base_url)
        with pytest.raises(Refused, match="the model stopped on"):
            evaluated(tmp_path, settings=refusing)


def test_a_question_of_a_shipped_set_has_its_indicators(tmp_path: Path) -> None:
    known = question_set_files.load_question_set(SET)
    live = {q.id: q.text for q in known.questions if not q.retrospective}
    watched = next(i for i in known.indicators if i.direction and i.question_id in live)
    question = {
        "question_id": watched.question_id,
        "group": "shipped set",
        "question": live[watched.question_id],
        "source": SET,
    }
    pairs = [
        a_pair(watched.question_id, "a", watched.examples[0], relevance=2, direction=1),
        a_pair(watched.question_id, "b", "Zebra escapes from a zoo", date="2025-03-04"),
    ]
    (outcome, other) = evaluated(tmp_path, [question], pairs).pairs
    assert outcome.logged is not None
    assert outcome.logged.direction == int(watched.direction)
    assert other.logged is None


def test_unlabelled_items_are_counted_apart(tmp_path: Path) -> None:
    lines = [
        {"title": "Zebra eats a hat", "published": "2026-03-05T09:00:00Z"},
        {"title": "Harbour workers of Cadia strike again", "published": "2026-03-25T09:00:00Z"},
        {"title": "Harbour workers of Cadia strike", "published": "2026-05-05T09:00:00Z"},
        {"title": PAIRS[0]["title"], "published": "2026-03-02T09:00:00Z", "id": "a"},
    ]
    archive = [{"id": f"u{n}", "source": "other.example", **line} for n, line in enumerate(lines)]
    stream = written(tmp_path / "archive.jsonl.gz", archive)
    report = evaluated(tmp_path, stream=stream)
    summit, strike = report.questions
    assert (summit.unlabelled, strike.unlabelled) == (0, 1)
    assert strike.per_10000 == pytest.approx(5_000)  # 1 of 2 items: one is judged, one too late
    assert report.groups[0].per_10000 == pytest.approx(2_500)


def outcome(name: str, item: str, label: int, way: int, logged: LoggedPiece | None) -> PairOutcome:
    """A pair whose score is the relevance that was logged, or little."""
    score = logged.relevance if logged else 0.1
    return PairOutcome(name, item, label, way, score, 0, 0.5, 1.0, logged)  # type: ignore[arg-type]


def test_figures_are_those_worked_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def piece(relevance: float, direction: int) -> LoggedPiece:
        return LoggedPiece(1, relevance, direction, 0.9)

    pairs = (
        outcome("summit", "a", 2, 1, piece(0.9, 1)),
        outcome("summit", "b", 2, -1, piece(0.8, 1)),
        outcome("summit", "c", 2, -1, piece(0.6, 0)),
        outcome("summit", "d", 2, 1, None),
        outcome("summit", "e", 1, 1, piece(0.7, -1)),
        outcome("strike", "f", 0, 0, piece(0.95, 1)),
        outcome("strike", "g", 2, 0, piece(0.5, 1)),
    )
    result = TrialResult("test", pairs, 100, {"summit": 3, "strike": 1})  # type: ignore[dict-item]
    monkeypatch.setattr(evidence_figures, "run_trial", lambda *_: result)
    report = evaluated(tmp_path)
    (group,) = report.groups
    assert (group.logged.accepted, group.logged.hits, group.logged.relevant) == (6, 4, 5)
    assert (group.counting.accepted, group.counting.hits) == (4, 2)
    told = group.direction
    assert (told.directed, told.called, told.right) == (3, 2, 1)
    assert (told.neutral, told.dared, group.majority) == (1, 1, 0.5)
    summit = (1 / 1 + 2 / 2 + 3 / 4 + 4 / 5) / 4
    assert group.ours is not None
    assert group.ours.mean == pytest.approx((summit + 1 / 2) / 2)
    assert group.ours.pooled == pytest.approx((1 / 2 + 2 / 3 + 3 / 5 + 4 / 6 + 5 / 7) / 5)
    assert (group.unlabelled, group.per_10000) == (4, 200.0)
    assert report.questions[0].per_10000 == 300.0


def test_the_top_is_the_ten_most_relevant_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = tuple(
        outcome("summit", str(n), 2 if n < 4 else 0, 0, LoggedPiece(n, 0.9 - n / 100, 0, 0.5))
        for n in range(12)
    )
    result = TrialResult("test", pairs, 0, {"summit": 0})  # type: ignore[dict-item]
    monkeypatch.setattr(evidence_figures, "run_trial", lambda *_: result)
    (group,) = evaluated(tmp_path, QUESTIONS[:1], PAIRS[:1]).groups
    assert (group.top.accepted, group.top.hits, group.logged.accepted) == (10, 4, 12)
    assert group.majority is None


def test_questions_that_a_set_has_no_more_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    def labelled(name: str, group: str = SHIPPED) -> LabelledQuestion:
        return LabelledQuestion(QuestionId(name), group, "", "", "binary", (), None, None, SET)

    known, gone = labelled("china-100gw-2025"), labelled("sold-2019")
    assert drop_retired([known, gone]) == [known]
    assert "sold-2019" in capsys.readouterr().err
    assert drop_retired([gone]) == [gone]
    assert drop_retired([labelled("sold-2019", OWN)]) == [labelled("sold-2019", OWN)]


@check_rows(
    [
        (QUESTIONS[:1], PAIRS, "there are pairs on strike, and no such question"),
        (QUESTIONS, [*PAIRS, PAIRS[0]], "summit has two labels for a"),
        (
            [{**QUESTIONS[0], "group": "shipped set", "source": SET}],
            PAIRS[:1],
            f"the set {SET} has no question summit",
        ),
    ],
    "questions",
    "pairs",
    "why",
)
def test_files_that_do_not_fit_are_refused(
    tmp_path: Path,
    questions: Sequence[dict[str, Any]],
    pairs: Sequence[dict[str, Any]],
    why: str,
) -> None:
    with pytest.raises(Refused, match=why):
        evaluated(tmp_path, questions, pairs)


def test_the_command_prints_a_table_or_json(shell: Shell, tmp_path: Path) -> None:
    files = (
        *("--questions", written(tmp_path / "q.jsonl", QUESTIONS)),
        *("--pairs", written(tmp_path / "p.jsonl", PAIRS)),
    )
    printed = shell("evidence", *files, "--encoder", "static").stdout
    assert "own question: 2 questions, 6 judged pairs." in printed
    assert "direction: called" in printed
    report = json.loads(shell("evidence", *files, "--encoder", "static", "--json").stdout)
    assert [row["name"] for row in report["questions"]] == ["summit", "strike"]
    assert report["groups"][0]["logged"]["n"] == 6
    assert report["pairs"][0]["logged"]["relevance"] > 0.5
