"""How good is an ordering, a cut or a grouping, against labels that people gave?

    an ordering       `average_precision`: are the relevant items at the top?
    a cut             `at_threshold`: what comes through, and is it right?
    a grouping        `b_cubed`, `pairs`: do items stand together that belong together?
    a call            `confusion`: is the direction right, and how often is one dared?

Equal scores say nothing about the order of their items. So an ordering with ties has the value that
it has on average when tied items are shuffled (McSherry & Najork 2008, ECIR, "Computing information
retrieval performance measures efficiently in the presence of tied scores"): a scorer earns nothing
from the order in which a file happens to be, and a cut never falls between equals.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.distributions.probability import Floats
from forecasts.errors import ForecastsError
from forecasts.statistics.intervals import number_labels

Counts = NDArray[np.signedinteger[Any]]  # of any width


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a threshold lets through: of `n` items `relevant` are, `accepted` come through, `hits`
    are both.

    `precision` = hits / accepted, `recall` = hits / relevant, both 0 to 1, higher is better; None
    for 0 of 0.
    """

    n: int
    relevant: int
    accepted: int
    hits: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision, recall and their harmonic mean, 0 to 1, higher is better; None where it is 0 of
    0.
    """

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of items that stand together in both groupings, in the found one, and in the true
    one.
    """

    both: int
    found: int
    true: int

    def __sub__(self, other: "Pairs") -> "Pairs":
        return Pairs(self.both - other.both, self.found - other.found, self.true - other.true)

    @property
    def agreement(self) -> Agreement:
        """Precision both/found, recall both/true, F1 = 2·both / (found + true).

        >>> Pairs(both=2, found=4, true=2).agreement
        Agreement(precision=0.5, recall=1.0, f1=0.6666666666666666)
        """
        f1 = _share(2 * self.both, self.found + self.true)
        return Agreement(_share(self.both, self.found), _share(self.both, self.true), f1)


@dataclass(frozen=True, slots=True)
class Confusion:
    """Calls of a direction against the true one.

    `table[truth][call]` counts items, both in the order −1 (against), 0 (neither; no call), +1
    (for). Of the items that have a direction (`directed`) so many were `called`, and of these so
    many `right`: `accuracy` = right / called, `coverage` = called / directed. Of the `neutral`
    items `dared` got a call that they should not have; `daring` = dared / neutral, the only one of
    the three that is better when lower. All 0 to 1, None for 0 of 0.
    """

    table: tuple[tuple[int, int, int], ...]
    directed: int
    called: int
    right: int
    accuracy: float | None
    coverage: float | None
    neutral: int
    dared: int
    daring: float | None


def average_precision(relevant: ArrayLike, scores: ArrayLike) -> float:
    """Mean, over the relevant items, of the precision among all items down to that one, best score
    first.

    `relevant` is 0 or 1 (or False, True) an item, `scores` any finite number, higher means more
    surely relevant. Ranges above 0 to 1, higher is better; 1 when every relevant item stands before
    every other one, and about the share of relevant items for an order at random. Tied items count
    as shuffled (see above). Raises `ForecastsError` when no item is relevant, when a score is not
    finite, or when the two differ in length. Sources: Buckley & Voorhees 2000, SIGIR; with ties
    McSherry & Najork 2008.

    >>> average_precision([1, 0, 1], [0.9, 0.5, 0.2])  # (1/1 + 2/3) / 2
    0.8333333333333333
    >>> average_precision([1, 0], [0.5, 0.5])  # half the time first, half the time second
    0.75
    """
    wanted, given = _checked(_truths(relevant), scores)
    sizes, hits = _ties(wanted, given)
    if hits.sum() == 0:
        raise ForecastsError(
            "average precision needs a relevant item: leave out questions that have none"
        )
    before = np.repeat(np.cumsum(hits) - hits, sizes)
    place = _place_in_tie(sizes)
    size, hit = np.repeat(sizes, sizes), np.repeat(hits, sizes)
    # A relevant item in place j of a tie has, on average, (j − 1)(k − 1)/(m − 1) of its k − 1
    # equals before it.
    equals_before = place * np.maximum(hit - 1, 0) / np.maximum(size - 1, 1)
    precision = (before + equals_before + 1) / np.arange(1, wanted.size + 1)
    return float(np.sum(hit / size * precision) / hits.sum())


def at_threshold(relevant: ArrayLike, scores: ArrayLike, threshold: float) -> Accepted:
    """Precision and recall of accepting every item whose score is at least the threshold. Raises as
    above.

    >>> at_threshold([1, 0, 1, 0], [0.9, 0.8, 0.3, 0.1], 0.5)
    Accepted(n=4, relevant=2, accepted=2, hits=1, precision=0.5, recall=0.5)
    """
    wanted, given = _checked(_truths(relevant), scores)
    through = given >= threshold
    n_relevant, accepted, hits = int(wanted.sum()), int(through.sum()), int(wanted[through].sum())
    return Accepted(
        wanted.size, n_relevant, accepted, hits, _share(hits, accepted), _share(hits, n_relevant)
    )


def b_cubed(true: Iterable[Hashable], found: Iterable[Hashable]) -> Agreement:
    """B³: for each item the share of its found cluster that belongs with it, and of its true
    cluster that is there.

    `true` and `found` name the cluster of each item, in the same order. Precision and recall are
    the means over items, above 0 to 1, higher is better. Everything alone has precision 1,
    everything together recall 1, so only both say something. Raises `ForecastsError` without items
    and when the two differ in length. Source: Bagga & Baldwin 1998, "Entity-based cross-document
    coreferencing using the vector space model".

    >>> b_cubed(["quake", "quake", "vote", "strike"], [1, 1, 1, 1])  # (2/4 + 2/4 + 1/4 + 1/4) / 4
    Agreement(precision=0.375, recall=1.0, f1=0.5454545454545454)
    """
    cells, rows, columns = _contingency(true, found)
    n = cells.sum()
    row_sizes, column_sizes = _sums(cells, rows), _sums(cells, columns)
    precision = float(np.sum(cells**2 / column_sizes[columns]) / n)
    recall = float(np.sum(cells**2 / row_sizes[rows]) / n)
    return Agreement(precision, recall, 2 * precision * recall / (precision + recall))


def pairs(true: Iterable[Hashable], found: Iterable[Hashable]) -> Pairs:
    """Pairs of items that are together in the true grouping, in the found one and in both; raises
    as `b_cubed`.

    Its `agreement` is pairwise precision, recall and F1: large clusters weigh by the square of
    their size.

    >>> pairs(["quake", "quake", "vote"], [1, 1, 1])
    Pairs(both=1, found=3, true=1)
    """
    cells, rows, columns = _contingency(true, found)
    return Pairs(
        _pairs_within(cells),
        _pairs_within(_sums(cells, columns)),
        _pairs_within(_sums(cells, rows)),
    )


def confusion(truth: ArrayLike, calls: ArrayLike) -> Confusion:
    """Directions called against true ones, each −1, 0 or +1 an item; a call of 0 abstains, a truth
    of 0 has none.

    Raises `ForecastsError` for another number and when the two differ in length. Accuracy over the
    calls that were made goes with coverage: El-Yaniv & Wiener 2010, Journal of Machine Learning
    Research 11.

    >>> found = confusion([1, 1, -1, 0], [1, 0, 1, 1])
    >>> found.table
    ((0, 0, 1), (0, 0, 1), (0, 1, 1))
    >>> found.accuracy, round(found.coverage, 3), found.daring
    (0.5, 0.667, 1.0)
    """
    true, called = np.asarray(truth, dtype=np.float64), np.asarray(calls, dtype=np.float64)
    if true.shape != called.shape or true.ndim != 1:
        raise ForecastsError(
            f"give one call for each item: there are {called.size} for {true.size}"
        )
    if not (np.isin(true, (-1, 0, 1)).all() and np.isin(called, (-1, 0, 1)).all()):
        raise ForecastsError("a direction is −1 (against), 0 (neither) or 1 (for)")
    counts = np.zeros((3, 3), dtype=np.intp)
    np.add.at(counts, (true.astype(np.intp) + 1, called.astype(np.intp) + 1), 1)
    against, neither, for_ = (tuple(int(n) for n in row) for row in counts)
    directed, dared, neutral = sum(against) + sum(for_), neither[0] + neither[2], sum(neither)
    n_called, right = directed - against[1] - for_[1], against[0] + for_[2]
    table = tuple((row[0], row[1], row[2]) for row in (against, neither, for_))
    shares = (_share(right, n_called), _share(n_called, directed))
    return Confusion(
        table, directed, n_called, right, *shares, neutral, dared, _share(dared, neutral)
    )


def _truths(relevant: ArrayLike) -> Floats:
    found = np.asarray(relevant, dtype=np.float64)
    if not np.isin(found, (0.0, 1.0)).all():
        raise ForecastsError("an item is relevant (1) or not (0)")
    return found


def _checked(labels: Floats, scores: ArrayLike) -> tuple[Floats, Floats]:
    given = np.asarray(scores, dtype=np.float64)
    if labels.shape != given.shape or labels.ndim != 1 or labels.size == 0:
        raise ForecastsError(
            f"give one score for each item: there are {given.size} for {labels.size}"
        )
    if not np.isfinite(given).all():
        raise ForecastsError(
            "a score is missing or infinite: an item that cannot be scored has the lowest score"
        )
    return labels, given


def _ties(labels: Floats, scores: Floats) -> tuple[Counts, Floats]:
    """How many items share each score, and the sum of their labels; the best score first."""
    _, group = np.unique(-scores, return_inverse=True)
    return np.bincount(group), np.bincount(group, weights=labels).astype(np.float64)


def _place_in_tie(sizes: Counts) -> Counts:
    """0, 1, 2, … within each tie."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _contingency(
    true: Iterable[Hashable], found: Iterable[Hashable]
) -> tuple[Counts, Counts, Counts]:
    """How many items each true and each found cluster share, where they share any, with the two
    clusters' numbers.
    """
    rows, columns = number_labels(true), number_labels(found)
    if rows.size != columns.size or rows.size == 0:
        raise ForecastsError(
            f"give one found cluster for each item: there are {columns.size} for {rows.size}"
        )
    met, counts = np.unique(np.stack([rows, columns]), axis=1, return_counts=True)
    return counts, met[0], met[1]


def _sums(cells: Counts, clusters: Counts) -> Counts:
    sizes: Counts = np.zeros(int(clusters.max()) + 1, dtype=np.int64)
    np.add.at(sizes, clusters, cells)
    return sizes


def _pairs_within(sizes: Counts) -> int:
    return int(np.sum(sizes * (sizes - 1))) // 2


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
