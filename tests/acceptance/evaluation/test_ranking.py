"""Orderings, cuts, groupings and calls against labels: by hand, against a plain shuffle, and by
law.
"""

from collections.abc import Callable
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score
from sklearn.metrics.cluster import pair_confusion_matrix

from forecasts.errors import ForecastsError
from tests.acceptance.evaluation.ranking import (
    Agreement,
    Pairs,
    at_threshold,
    average_precision,
    b_cubed,
    confusion,
    pairs,
)
from tests.forecasts.strategies import law

scored = st.lists(st.tuples(st.integers(0, 2), st.integers(-3, 3)), min_size=1, max_size=6)
ranked = st.lists(st.integers(0, 2), min_size=1, max_size=40).filter(any)
groupings = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=25)


def ordered(gains: list[int]) -> list[float]:
    """Scores, all different, that put the items into the order in which they stand."""
    return [float(-place) for place in range(len(gains))]


def plain_average_precision(relevant: list[int]) -> float:
    """Average precision of an order without ties, as the definition says it."""
    hits, total = 0, 0.0
    for place, wanted in enumerate(relevant, start=1):
        hits += wanted
        total += wanted * hits / place
    return total / hits


def shuffles(items: list[tuple[int, int]]) -> list[list[int]]:
    """The labels in every order that the scores allow."""
    best_first = sorted((score for _, score in items), reverse=True)
    allowed = (
        order for order in permutations(items) if [score for _, score in order] == best_first
    )
    return [[gain for gain, _ in order] for order in allowed]


@law
@given(scored.filter(lambda items: any(gain for gain, _ in items)))
def test_a_tie_is_worth_the_mean_of_its_shuffles(
    items: list[tuple[int, int]],
) -> None:
    gains, scores = zip(*items, strict=True)
    relevant = [int(gain > 0) for gain in gains]
    orders = shuffles(items)
    precision = np.mean(
        [plain_average_precision([int(gain > 0) for gain in order]) for order in orders]
    )
    assert average_precision(relevant, scores) == pytest.approx(precision)


@law
@given(ranked)
def test_without_ties_the_values_are_those_that_scikit_learn_computes(gains: list[int]) -> None:
    scores, relevant = ordered(gains), [gain > 0 for gain in gains]
    assert average_precision(relevant, scores) == pytest.approx(
        average_precision_score(relevant, scores)
    )


@law
@given(ranked, st.integers(0, 1000))
def test_the_order_of_the_file_earns_nothing(gains: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 4, len(gains)).astype(float)
    mixed = rng.permutation(len(gains))
    relevant = np.array(gains) > 0
    assert average_precision(relevant[mixed], scores[mixed]) == pytest.approx(
        average_precision(relevant, scores)
    )


@law
@given(ranked)
def test_the_best_order_is_worth_one(gains: list[int]) -> None:
    relevant = [gain > 0 for gain in gains]
    assert average_precision(relevant, gains) == pytest.approx(1.0)
    assert 0.0 < average_precision(relevant, ordered(gains)) <= 1.0


def test_scores_that_say_nothing_rank_no_better_than_chance() -> None:
    relevant = [1, *[0] * 99]
    assert average_precision(relevant, [0.0] * 100) == pytest.approx(
        np.mean([1 / place for place in range(1, 101)])
    )


def test_a_cut_accepts_equal_scores_together() -> None:
    found = at_threshold([1, 0, 1, 0], [0.5, 0.5, 0.4, 0.1], 0.5)
    assert (found.n, found.relevant, found.accepted, found.hits) == (4, 2, 2, 1)
    assert (found.precision, found.recall) == (0.5, 0.5)


def test_a_share_of_nothing_is_no_number() -> None:
    assert at_threshold([1, 0], [0.2, 0.1], 0.5).precision is None
    assert at_threshold([0, 0], [0.7, 0.1], 0.5).recall is None


@law
@given(groupings)
def test_clusters_agree_as_the_definition_says_item_by_item(items: list[tuple[int, int]]) -> None:
    precision, recall = [], []
    for true, found in items:
        both = sum(1 for t, f in items if (t, f) == (true, found))
        precision.append(both / sum(1 for _, f in items if f == found))
        recall.append(both / sum(1 for t, _ in items if t == true))
    agreement = b_cubed(*zip(*items, strict=True))
    assert (agreement.precision, agreement.recall) == pytest.approx(
        (np.mean(precision), np.mean(recall))
    )


@law
@given(groupings)
def test_pairs_are_those_that_one_would_count(items: list[tuple[int, int]]) -> None:
    together = [(a[0] == b[0], a[1] == b[1]) for a, b in combinations(items, 2)]
    found = pairs(*zip(*items, strict=True))
    assert found == Pairs(
        sum(t and f for t, f in together), sum(f for _, f in together), sum(t for t, _ in together)
    )
    if len(items) > 1:
        table = pair_confusion_matrix(*zip(*items, strict=True))
        assert (2 * found.both, 2 * (found.found - found.both)) == (table[1, 1], table[0, 1])


@law
@given(groupings)
def test_exchanging_the_groupings_exchanges_precision_and_recall(
    items: list[tuple[int, int]],
) -> None:
    true, found = zip(*items, strict=True)
    there, back = b_cubed(true, found), b_cubed(found, true)
    assert (there.precision, there.recall) == pytest.approx((back.recall, back.precision))
    assert there.f1 == pytest.approx(back.f1)
    assert b_cubed(true, true) == Agreement(1.0, 1.0, 1.0)


def test_everything_alone_is_precise_and_has_no_pairs() -> None:
    alone = pairs(["quake", "quake", "vote"], [1, 2, 3])
    assert alone.agreement == Agreement(None, 0.0, 0.0)
    assert b_cubed(["quake", "quake", "vote"], [1, 2, 3]).precision == 1.0
    assert pairs(["quake", "vote"], [1, 2]).agreement == Agreement(None, None, None)


def test_pairs_of_a_part_are_taken_off_the_whole() -> None:
    assert Pairs(5, 8, 9) - Pairs(1, 2, 3) == Pairs(4, 6, 6)


def test_a_call_that_abstains_costs_coverage_and_not_accuracy() -> None:
    found = confusion([1, 1, 1, -1, -1], [1, 1, 0, -1, 1])
    assert (found.directed, found.called, found.right) == (5, 4, 3)
    assert (found.accuracy, found.coverage) == (0.75, 0.8)
    assert (found.neutral, found.dared, found.daring) == (0, 0, None)
    assert found.table == ((1, 0, 1), (0, 0, 0), (0, 1, 2))


def test_a_call_on_neutral_news_is_neither_right_nor_wrong() -> None:
    found = confusion([0, 0, 0, 0], [1, -1, 0, 0])
    assert (found.neutral, found.dared, found.daring) == (4, 2, 0.5)
    assert (found.directed, found.accuracy, found.coverage) == (0, None, None)


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda: average_precision([0, 0], [1, 2]), "needs a relevant item"),
        (lambda: average_precision([0, 2], [1, 2]), "relevant (1) or not (0)"),
        (
            lambda: average_precision([0, 1], [1, 2, 3]),
            "one score for each item: there are 3 for 2",
        ),
        (lambda: average_precision([0, 1], [1, float("nan")]), "missing or infinite"),
        (lambda: average_precision([], []), "one score for each item"),
        (lambda: b_cubed([1, 2], [1]), "one found cluster for each item: there are 1 for 2"),
        (lambda: pairs([], []), "one found cluster for each item"),
        (lambda: confusion([1], [1, 0]), "there are 2 for 1"),
        (lambda: confusion([1], [2]), "−1 (against), 0 (neither) or 1 (for)"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_reason(
    refused: Callable[[], object], why: str
) -> None:
    with pytest.raises(ForecastsError) as caught:
        refused()
    assert why in str(caught.value)
