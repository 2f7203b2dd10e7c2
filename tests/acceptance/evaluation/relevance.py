"""How good are relevance and direction on a labelled file, beside baselines made in the same run?

For each question its labelled items are pooled with items of an archive that nobody labelled, which
stand for the news that has nothing to do with it; items labelled for other questions are left out.
Some of the unlabelled ones will bear on the question all the same, and count as mistakes: so
precision in the pool is a lower bound, and the precision among labelled items alone stands beside
it.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.errors import ForecastsError
from forecasts.question_sets.question_set import QuestionSet
from tests.acceptance.evaluation import baselines
from tests.acceptance.evaluation.labelled import AskedAbout, Label, Unlabelled, folded
from tests.acceptance.evaluation.ranking import (
    Accepted,
    Confusion,
    Cut,
    at_threshold,
    average_precision,
    confusion,
    ndcg,
    recall_at_precision,
)

MARGIN = 0.02
"""Average precision by which a question may fall short of BM25 before it is flagged."""

FLOORS = (0.8, 0.9)
"""Precisions at which recall is told."""

Directions = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judge says of every question and item, as arrays of questions × items.

    `relevance` is P(relevant), 0 to 1; `direction` −1 (for NO), 0 (abstains), +1 (for YES);
    `p_direction` the probability, 0 to 1, that a direction called is right. `understood` says how
    each question was understood. Raises `ForecastsError` when they do not fit each other.
    """

    relevance: Floats
    direction: Directions
    p_direction: Floats
    understood: tuple[str, ...]

    def __post_init__(self) -> None:
        shapes = {self.relevance.shape, self.direction.shape, self.p_direction.shape}
        if len(shapes) > 1 or self.relevance.shape[:1] != (len(self.understood),):
            raise ForecastsError(
                "a judge gives relevance, direction and its probability for every question and item"
            )
        check_probabilities(self.relevance)
        check_probabilities(self.p_direction)


class Judge(Protocol):
    """Says how surely items bear on questions, and which way. Items above its threshold would
    become evidence.
    """

    @property
    def name(self) -> str:
        """What it is called in reports."""

    @property
    def threshold(self) -> float:
        """P(relevant) from which it accepts an item: the working threshold."""

    def judge(self, asked: Sequence[AskedAbout], items: Sequence[tuple[str, str]]) -> Judged:
        """Judge items, given as title and summary, about questions, given as the file names
        them.
        """


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well a scorer orders the pool of a question."""

    average_precision: float
    ndcg10: float


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question: `n` items in its pool, of which so many `labelled` and `relevant`.

    `ours` and `bm25` are None when no item is relevant. `below_bm25`: by more than `MARGIN`.
    """

    asked: AskedAbout
    understood: str
    n: int
    labelled: int
    relevant: int
    ours: Ranking | None
    bm25: Ranking | None
    below_bm25: bool
    accepted: Accepted
    among_labelled: Accepted


@dataclass(frozen=True, slots=True)
class DirectionFigures:
    """Direction on the relevant items.

    `stated` is the mean probability of being right that goes with the calls on items that have a
    stance. The majority baseline gives every item the direction that is commonest in the file:
    `majority_accuracy` over all items with a stance, `majority_where_called` over those alone that
    the judge made a call on.
    """

    confusion: Confusion
    stated: float | None
    majority: int
    majority_accuracy: float | None
    majority_where_called: float | None


@dataclass(frozen=True, slots=True)
class RelevanceReport:
    """Everything that an evaluation of relevance found; means are over the `ranked` questions with
    a relevant item.

    `cuts` and `bm25_cuts` have the best recall over all questions together at each precision of
    `FLOORS`.
    """

    judge: str
    threshold: float
    unlabelled: int
    questions: tuple[QuestionFigures, ...]
    ranked: int
    mean_ours: Ranking | None
    mean_bm25: Ranking | None
    accepted: Accepted
    among_labelled: Accepted
    cuts: Mapping[float, Cut | None]
    bm25_cuts: Mapping[float, Cut | None]
    direction: DirectionFigures


@dataclass(frozen=True, slots=True)
class _Pool:
    """A question's own labels, then the unlabelled items (gain 0), with both scores of each."""

    asked: AskedAbout
    own: NDArray[np.bool_]
    gains: Floats
    ours: Floats
    bm25: Floats


def wordings(question_set: QuestionSet) -> Mapping[str, str]:
    """The text of everything in a set that a file may name by its id."""
    claims = {str(claim.id): claim.restatement for claim in question_set.claims}
    statements = {str(statement.id): statement.text for statement in question_set.statements}
    return (
        claims
        | statements
        | {str(question.id): question.text for question in question_set.questions}
    )


def sampled(
    archive: Sequence[Unlabelled], labels: Sequence[Label], size: int, seed: int
) -> tuple[Unlabelled, ...]:
    """A random sample of the items that nobody labelled, by id or under the same headline; all, if
    they are fewer.
    """
    ids = {label.id for label in labels} - {""}
    titles = {folded(label.title) for label in labels} - {""}
    left = [item for item in archive if item.id not in ids and folded(item.title) not in titles]
    return tuple(random.Random(seed).sample(left, min(size, len(left))))


def evaluate_relevance(
    judge: Judge,
    labels: Sequence[Label],
    unlabelled: Sequence[Unlabelled] = (),
    *,
    wording: Mapping[str, str] | None = None,
) -> RelevanceReport:
    """Judge every pair and compare with the labels. `wording` has the texts of questions named by
    id, for BM25.
    """
    asked = tuple(dict.fromkeys(label.asked for label in labels))
    items = [
        *((label.title, label.summary) for label in labels),
        *((i.title, i.summary) for i in unlabelled),
    ]
    judged = judge.judge(asked, items)
    if judged.relevance.shape != (len(asked), len(items)):
        raise ForecastsError(
            f"{judge.name} judged {judged.relevance.shape}, not {len(asked)} questions × "
            f"{len(items)}"
        )
    index = baselines.Bm25("\n".join(item) for item in items)
    texts = [_wording(question, wording or {}) for question in asked]
    pools = [
        _pool(question, labels, judged.relevance[row], partial(index.scores, texts[row]))
        for row, question in enumerate(asked)
    ]
    questions = tuple(map(_of_question, pools, judged.understood, repeat(judge.threshold)))
    own, gains, ours, bm25 = (
        np.concatenate(parts) for parts in zip(*map(_columns, pools), strict=True)
    )
    return RelevanceReport(
        judge=judge.name,
        threshold=judge.threshold,
        unlabelled=len(unlabelled),
        questions=questions,
        ranked=sum(question.ours is not None for question in questions),
        mean_ours=_mean(question.ours for question in questions),
        mean_bm25=_mean(question.bm25 for question in questions),
        accepted=at_threshold(gains > 0, ours, judge.threshold),
        among_labelled=at_threshold(gains[own] > 0, ours[own], judge.threshold),
        cuts=_cuts(gains > 0, ours),
        bm25_cuts=_cuts(gains > 0, bm25),
        direction=_directions(asked, labels, judged),
    )


def _wording(asked: AskedAbout, wording: Mapping[str, str]) -> str:
    """The text of a question: as the file has it, unless that is an id, or there is only an id."""
    name, text = asked
    return wording.get(text) or text or wording.get(name) or name


def _pool(
    asked: AskedAbout,
    labels: Sequence[Label],
    relevance: Floats,
    bm25: Callable[[NDArray[np.intp]], Floats],
) -> _Pool:
    own = [column for column, label in enumerate(labels) if label.asked == asked]
    chosen = np.array([*own, *range(len(labels), relevance.size)], dtype=np.intp)
    gains = np.zeros(chosen.size)
    gains[: len(own)] = [labels[column].relevance for column in own]
    return _Pool(
        asked, np.arange(chosen.size) < len(own), gains, ours=relevance[chosen], bm25=bm25(chosen)
    )


def _columns(pool: _Pool) -> tuple[NDArray[np.bool_], Floats, Floats, Floats]:
    return pool.own, pool.gains, pool.ours, pool.bm25


def _of_question(pool: _Pool, understood: str, threshold: float) -> QuestionFigures:
    relevant = pool.gains > 0
    ours, bm25 = _ranking(pool.gains, pool.ours), _ranking(pool.gains, pool.bm25)
    short = (
        ours is not None
        and bm25 is not None
        and bm25.average_precision - ours.average_precision > MARGIN
    )
    return QuestionFigures(
        asked=pool.asked,
        understood=understood,
        n=relevant.size,
        labelled=int(pool.own.sum()),
        relevant=int(relevant.sum()),
        ours=ours,
        bm25=bm25,
        below_bm25=short,
        accepted=at_threshold(relevant, pool.ours, threshold),
        among_labelled=at_threshold(relevant[pool.own], pool.ours[pool.own], threshold),
    )


def _ranking(gains: Floats, scores: Floats) -> Ranking | None:
    return (
        Ranking(average_precision(gains > 0, scores), ndcg(gains, scores)) if gains.any() else None
    )


def _mean(rankings: Iterable[Ranking | None]) -> Ranking | None:
    found = [
        (ranking.average_precision, ranking.ndcg10) for ranking in rankings if ranking is not None
    ]
    return Ranking(*np.mean(found, axis=0).tolist()) if found else None


def _cuts(relevant: NDArray[np.bool_], scores: Floats) -> Mapping[float, Cut | None]:
    return {
        floor: recall_at_precision(relevant, scores, floor) if relevant.any() else None
        for floor in FLOORS
    }


def _directions(
    asked: Sequence[AskedAbout], labels: Sequence[Label], judged: Judged
) -> DirectionFigures:
    """Labels stand first among the items that were judged, so that a label's number is its
    column.
    """
    rows = {question: row for row, question in enumerate(asked)}
    places = [(rows[label.asked], column) for column, label in enumerate(labels) if label.relevance]
    truth = np.array([label.stance for label in labels if label.relevance], dtype=np.intp)
    calls = np.array([judged.direction[place] for place in places], dtype=np.intp)
    sure = np.array([judged.p_direction[place] for place in places], dtype=np.float64)
    directed, called = truth != 0, (truth != 0) & (calls != 0)
    commonest = baselines.majority(truth.tolist())
    return DirectionFigures(
        confusion=confusion(truth, calls),
        stated=_average(sure[called]),
        majority=commonest,
        majority_accuracy=_average(truth[directed] == commonest),
        majority_where_called=_average(truth[called] == commonest),
    )


def _average(values: NDArray[Any]) -> float | None:
    return float(np.mean(values)) if values.size else None
