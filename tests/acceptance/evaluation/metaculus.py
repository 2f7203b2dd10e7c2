"""Metaculus questions of 2023 as a question set, and forecasts of its crowd as import files.

Of a folder with `questions.jsonl` (questions with the community's prediction day by day) and
`published_arrays.json` (crowd and outcome at five retrieval dates, as published with Halawi et al.
2024, arXiv 2402.18563) come two sets. *questions* are the questions as they ran. In *pairs* each
pair of a question and a retrieval date is a question of its own with one forecast, so that each
counts once, and its tag names the retrieval date. Nothing of the texts is kept in the project.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forecasts.distributions.distribution import Binary
from forecasts.question_sets.question_set import QuestionSet
from forecasts.questions.question import (
    Claim,
    ClaimId,
    Essay,
    EssayId,
    Question,
    QuestionId,
    utc,
)
from tracker.app.question_set_files import save_question_set
from tracker.files.user_files import read_text

CROWD = "metaculus crowd"
ESSAY = EssayId("metaculus-2023")
OVERRIDE = "asked by others, and scored as they answered it"
PAIRS_OPEN = datetime(2023, 1, 1, tzinfo=UTC)
LENGTH = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Converted:
    """A question with its answer, when it was known, and the crowd's forecasts by time."""

    question: Question
    outcome: str
    known_at: datetime
    source: str
    forecasts: Sequence[tuple[datetime, float]]


def convert(source: Path, target: Path) -> Mapping[str, int]:
    """Write both sets with their files of forecasts and answers; return the numbers of questions.

    Raises `Refused` for files that cannot be read or written.
    """
    questions = [
        _convert_question(json.loads(line))
        for line in read_text(source / "questions.jsonl").splitlines()
        if line.strip()
    ]
    arrays = json.loads(read_text(source / "published_arrays.json"))
    pairs = list(_convert_pairs(arrays["crowd"], arrays["answers"]))
    target.mkdir(parents=True, exist_ok=True)
    _write(target / "questions", "Metaculus 2023, questions as they ran", questions)
    _write(target / "pairs", "Metaculus 2023, pairs of a question and a retrieval date", pairs)
    return {"questions": len(questions), "pairs": len(pairs)}


def _convert_question(raw: Mapping[str, Any]) -> Converted:
    opens, closes = utc(raw["date_begin"]), utc(raw["date_close"])
    known = max(utc(raw["date_resolve_at"]), opens)
    ends = min(closes, known)
    return Converted(
        _make_question(
            QuestionId("m" + raw["page_url"].strip("/").split("/")[1]),
            raw["question"],
            (raw["resolution_criteria"] or "As Metaculus resolved it.", "sample"),
            (opens, closes, max(closes, known)),
        ),
        "yes" if raw["resolution"] == 1.0 else "no",
        known,
        "https://www.metaculus.com" + raw["page_url"],
        # The last of each day; those of the day of the close and later would be refused.
        [(utc(day), p) for day, p in dict(raw["community_predictions"]).items() if utc(day) < ends],
    )


def _convert_pairs(
    crowd: Sequence[Sequence[float]], answers: Sequence[Sequence[int]]
) -> Iterator[Converted]:
    closes = PAIRS_OPEN + LENGTH
    for retrieval, (row, outcomes) in enumerate(zip(crowd, answers, strict=True), start=1):
        for number, (p, outcome) in enumerate(zip(row, outcomes, strict=True), start=1):
            yield Converted(
                _make_question(
                    QuestionId(f"r{retrieval}-{number}"),
                    f"Did pair {number} of retrieval date {retrieval} end in YES?",
                    ("As published.", f"retrieval-{retrieval}"),
                    (PAIRS_OPEN, closes, closes),
                ),
                "yes" if outcome else "no",
                closes,
                "https://arxiv.org/abs/2402.18563",
                [(PAIRS_OPEN, p)],
            )


def _make_question(
    name: QuestionId,
    text: str,
    criteria_and_tag: tuple[str, str],
    times: tuple[datetime, datetime, datetime],
) -> Question:
    """A retrospective question with 50 % as its base rate; times are opening, close, resolution."""
    criteria, tag = (" ".join(part.split()) for part in criteria_and_tag)
    opens_at, closes_at, resolves_at = times
    return Question(
        id=name,
        essay_id=ESSAY,
        kind="binary",
        text=" ".join(text.split()),
        criteria=criteria,
        sources=("https://www.metaculus.com",),
        horizon_shape="state_at",
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=resolves_at,
        prior=Binary(0.5),
        prior_reason="nothing is known beforehand",
        claim_ids=(),
        tags=(tag,),
        retrospective=True,
    )


def _write(folder: Path, title: str, converted: Sequence[Converted]) -> None:
    claim = Claim(ClaimId("C1"), ESSAY, "the crowd knows", 0, "explicit prediction", "will", title)
    questions = tuple(each.question for each in converted)
    question_set = QuestionSet(
        essay=Essay(ESSAY, title, "2023", "en", ""),
        claims=(claim,),
        questions=questions,
        indicators=(),
        feeds=(),
        events=(),
        resolutions=(),
        forecasts=(),
        forecasters={},
        overrides={question.id: OVERRIDE for question in questions},
    )
    save_question_set(question_set, folder, force=True)
    _write_csv(
        folder.with_name(f"{folder.name}-forecasts.csv"),
        ("question", "forecaster", "made_at", "probability"),
        ((c.question.id, CROWD, at.isoformat(), p) for c in converted for at, p in c.forecasts),
    )
    _write_csv(
        folder.with_name(f"{folder.name}-answers.csv"),
        ("question", "outcome", "known_at", "source"),
        ((c.question.id, c.outcome, c.known_at.isoformat(), c.source) for c in converted),
    )


def _write_csv(file: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(header)
        writer.writerows(rows)
