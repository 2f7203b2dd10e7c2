"""Compare what the product logged with the labels: precision, recall, order and direction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from forecasts.questions.question import QuestionId
from tests.acceptance.evaluation.baselines import majority
from tests.acceptance.evaluation.evidence_trial import (
    PairOutcome,
    TrialResult,
    drop_retired,
    run_trial,
)
from tests.acceptance.evaluation.labelled import EVIDENCE, LabelledPair, LabelledQuestion
from tests.acceptance.evaluation.ranking import (
    Accepted,
    Confusion,
    at_threshold,
    average_precision,
    confusion,
)
from tracker.errors import Refused
from tracker.settings import Settings

COUNTS_FROM: Final = 0.7
"""P(relevant) from which a piece counts without a review."""

TOP: Final = 10
"""Pieces that are read first: the most relevant ones of a question."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """Average precision of an order: the mean over questions with evidence, and over all pairs of
    these questions in one list, which asks for scores that mean the same everywhere.
    """

    mean: float
    pooled: float


@dataclass(frozen=True, slots=True)
class EvidenceFigures:
    """Figures of a group, or of one question, on judged pairs alone.

    `logged` is what became evidence, `counting` what counts without a review, `top` the ten most
    relevant logged pairs of each question. `direction` compares the logged pieces on pairs with a
    directed label; `majority` is the accuracy of the commoner direction where one was called.
    `ours` and `bm25` are None without evidence. `unlabelled` counts the pieces from unlabelled
    items, `per_10000` is their number per question and 10,000 such items.
    """

    name: str
    group: str
    text: str
    questions: int
    logged: Accepted
    counting: Accepted
    top: Accepted
    direction: Confusion
    majority: float | None
    ours: Ordering | None
    bm25: Ordering | None
    unlabelled: int
    per_10000: float | None


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """Everything that a measurement found, by group, question and pair."""

    matcher: str
    groups: tuple[EvidenceFigures, ...]
    questions: tuple[EvidenceFigures, ...]
    pairs: tuple[PairOutcome, ...]


def evaluate_evidence(
    questions: Sequence[LabelledQuestion],
    pairs: Sequence[LabelledPair],
    *,
    stream: Path | None = None,
    settings: Settings = Settings(),  # noqa: B008 -- frozen
) -> EvidenceReport:
    """Put questions and items through the product, a group at a time, and compare with the labels.

    `stream` is an archive of items that nobody judged, which are seen in the same days; `settings`
    choose encoder and model. Raises
    `Refused` for a pair on a question that is not among them, and for one that is judged twice.
    """
    _check(questions, pairs)
    judged = {pair.question_id for pair in pairs}
    groups: list[EvidenceFigures] = []
    rows: list[EvidenceFigures] = []
    outcomes: list[PairOutcome] = []
    version = ""
    for group in dict.fromkeys(q.group for q in questions if q.id in judged):
        members = drop_retired([q for q in questions if q.group == group and q.id in judged])
        ids = {q.id for q in members}
        trial = run_trial(members, [p for p in pairs if p.question_id in ids], stream, settings)
        groups.append(_measure(group, group, "", trial, ids))
        rows += [_measure(q.id, group, q.text, trial, {q.id}) for q in members]
        outcomes += trial.pairs
        version = trial.version
    return EvidenceReport(version, tuple(groups), tuple(rows), tuple(outcomes))


def _check(questions: Sequence[LabelledQuestion], pairs: Sequence[LabelledPair]) -> None:
    known = {q.id for q in questions}
    seen: set[tuple[QuestionId, str]] = set()
    for pair in pairs:
        which = (pair.question_id, pair.item_id)
        if pair.question_id not in known:
            raise Refused(f"there are pairs on {pair.question_id}, and no such question: add it")
        if which in seen:
            raise Refused(f"{pair.question_id} has two labels for {pair.item_id}: leave one out")
        seen.add(which)


def _measure(
    name: str, group: str, text: str, trial: TrialResult, ids: set[QuestionId]
) -> EvidenceFigures:
    """Figures over the pairs of these questions together."""
    by_question = {i: [p for p in trial.pairs if p.question_id == i] for i in ids}
    pairs = list(chain.from_iterable(by_question.values()))
    top = set(chain.from_iterable(map(_select_top, by_question.values())))
    directed = [p for p in pairs if p.relevance == EVIDENCE and p.logged]
    calls = [p.logged.direction for p in directed if p.logged]
    truth = [p.direction for p in directed]
    unlabelled = sum(trial.unlabelled_pieces[i] for i in ids)
    weight = len(ids) * trial.unlabelled_items / 10_000
    return EvidenceFigures(
        name=name,
        group=group,
        text=text,
        questions=len(ids),
        logged=_accept(pairs, [p.logged is not None for p in pairs]),
        counting=_accept(
            pairs, [p.logged is not None and p.logged.relevance >= COUNTS_FROM for p in pairs]
        ),
        top=_accept(pairs, [p in top for p in pairs]),
        direction=confusion(truth, calls),
        majority=_measure_majority(truth, calls),
        ours=_order(by_question, [p.score for p in pairs]),
        bm25=_order(by_question, [p.bm25 for p in pairs]),
        unlabelled=unlabelled,
        per_10000=unlabelled / weight if weight else None,
    )


def _select_top(pairs: Iterable[PairOutcome]) -> list[PairOutcome]:
    logged = [(p.logged.relevance, p.score, p.item_id, p) for p in pairs if p.logged]
    return [p for *_, p in sorted(logged, key=lambda row: row[:3], reverse=True)[:TOP]]


def _accept(pairs: Sequence[PairOutcome], accepted: Sequence[bool]) -> Accepted:
    return at_threshold([p.relevance == EVIDENCE for p in pairs], accepted, 1.0)


def _measure_majority(truth: Sequence[int], calls: Sequence[int]) -> float | None:
    called = [true for true, call in zip(truth, calls, strict=True) if true and call]
    return float(np.mean(np.array(called) == majority(called))) if called else None


def _order(
    by_question: Mapping[QuestionId, Sequence[PairOutcome]], scores: Sequence[float]
) -> Ordering | None:
    """Order of the pairs of the questions that have evidence, by scores in the same order."""
    places = iter(scores)
    lists = [
        ([p.relevance == EVIDENCE for p in pairs], [next(places) for _ in pairs])
        for pairs in by_question.values()
    ]
    ranked = [(labels, given) for labels, given in lists if any(labels)]
    if not ranked:
        return None
    mean = float(np.mean([average_precision(labels, given) for labels, given in ranked]))
    pooled = average_precision(
        [label for labels, _ in ranked for label in labels],
        [score for _, given in ranked for score in given],
    )
    return Ordering(mean, pooled)
