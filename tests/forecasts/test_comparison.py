import math
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.statistics import intervals
from forecasts.statistics.comparison import (
    MIN_CLUSTERS,
    Comparison,
    benjamini_hochberg,
    compare_all,
    diebold_mariano,
    questions_needed,
)
from forecasts.statistics.intervals import bootstrap_interval, cluster_sums, sign_flip_test
from tests.forecasts.strategies import law
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/comparison")

DIFFERENCES = [0.03, -0.02, 0.05, 0.01, -0.04, 0.06, 0.02, 0.07]

differences = st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=40)
p_values = st.lists(st.floats(0.0, 1.0), max_size=30)

Scores = dict[QuestionId, float]


def scores(values: list[float]) -> Scores:
    return {QuestionId(f"q{i:03}"): value for i, value in enumerate(values)}


def compare(
    a: Scores, b: Scores, names: tuple[str, str] = ("A", "B"), **options: Any
) -> Comparison:
    """The only pair of two forecasters."""
    one, other = map(ForecasterId, names)
    (pair,) = compare_all({one: a, other: b}, **options)
    return pair


def shifted(held: Scores, by: float) -> Scores:
    return {question: value + by for question, value in held.items()}


def scattered(n: int, mean: float, seed: int = 5) -> list[float]:
    return (mean + 0.1 * np.random.default_rng(seed).standard_normal(n)).tolist()


def led(by: float, over: Scores) -> Scores:
    """Scores that lie below others by so much on average, and by 0.17 more or less here and
    there.
    """
    leads = np.linspace(by - 0.17, by + 0.17, len(over)).tolist()
    return {
        question: score - lead for (question, score), lead in zip(over.items(), leads, strict=True)
    }


@st.composite
def two_forecasters(draw: st.DrawFn) -> tuple[Scores, Scores]:
    n = draw(st.integers(1, 45))
    held = st.lists(st.floats(0.0, 1.0), min_size=n, max_size=n)
    return scores(draw(held)), scores(draw(held))


# Flipped signs


def test_sign_flips_by_hand_scipy_and_seed() -> None:
    # Totals that tie but for rounding count as far.
    # 0.1 + 0.2 − 0.3 is 2.8e-17 in floats; all eight choices of sign reach 0.
    assert sign_flip_test([0.1, 0.2, -0.3]) == 1.0
    assert sign_flip_test([0.0, 0.0]) == 1.0
    # Exact flips agree with scipy.
    theirs = scipy.stats.permutation_test(
        (np.array(DIFFERENCES),), np.mean, permutation_type="samples", n_resamples=256
    )
    assert sign_flip_test(DIFFERENCES) == pytest.approx(theirs.pvalue, abs=1e-12)
    # Random flips never give zero.
    assert sign_flip_test([1.0] * 100, draws=999) == 1 / 1000
    # Random flips repeat with their seed.
    held = scattered(60, 0.02)
    assert (
        sign_flip_test(held, seed=3) == sign_flip_test(held, seed=3) != sign_flip_test(held, seed=4)
    )


@check_rows([intervals.EXACT_CLUSTERS, intervals.EXACT_CLUSTERS + 1])
def test_many_clusters_are_flipped_at_random_and_p_hardly_moves(n: int) -> None:
    held = scattered(n, 0.03)
    flips = np.array(np.meshgrid(*[[1, -1]] * n)).reshape(n, -1)
    exact = np.mean(np.abs(np.array(held) @ flips) >= abs(sum(held)) - 1e-12)
    assert 0.05 < exact < 0.9
    assert sign_flip_test(held) == pytest.approx(
        exact, abs=1e-12 if n <= intervals.EXACT_CLUSTERS else 0.02
    )


def test_work_in_small_portions_is_all_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "MAX_CELLS", 64)
    assert sign_flip_test([1.0] * 20, draws=10) == 1 / 11
    assert (
        intervals.resample_sums(np.ones((20, 2)), resamples=10, seed=0).tolist()
        == [[20.0, 20.0]] * 10
    )


@law
@given(differences, st.integers(0, 3))
def test_p_ignores_sign_and_unit(held: list[float], seed: int) -> None:
    p = sign_flip_test(held, draws=200, seed=seed)
    assert 0.0 < p <= 1.0
    assert sign_flip_test([-d for d in held], draws=200, seed=seed) == p
    assert sign_flip_test([d * 128 for d in held], draws=200, seed=seed) == p


@law
@given(differences, st.integers(0, 3))
def test_clusters_of_one_row_are_no_clusters(held: list[float], seed: int) -> None:
    alone = list(range(len(held)))
    assert sign_flip_test(held, alone, draws=200, seed=seed) == sign_flip_test(
        held, draws=200, seed=seed
    )
    if len(held) > 1:
        with_labels = bootstrap_interval(held, alone, resamples=200, seed=seed)
        assert with_labels == bootstrap_interval(held, resamples=200, seed=seed)


@law
@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=12))
def test_rows_in_one_cluster_count_as_their_sum(held: list[float]) -> None:
    assert sign_flip_test([*held, 0.25], [0] * len(held) + [1]) == sign_flip_test(
        [math.fsum(held), 0.25]
    )


@check_rows(
    [
        ([], None, "at least one score"),
        ([0.1, math.nan], None, "missing or infinite"),
        ([0.1, math.inf], None, "missing or infinite"),
        ([0.1, 0.2], ["a"], "there are 1 for 2"),
        ([[0.1, 0.2]], None, "a plain list"),
        (0.1, None, "a plain list"),
    ]
)
def test_differences_that_cannot_be_tested_are_refused(
    held: object, events: list[str] | None, reason: str
) -> None:
    for test in (sign_flip_test, bootstrap_interval):
        with pytest.raises(ForecastsError, match=reason):
            test(held, events)  # type: ignore[arg-type]


def test_no_draws_and_one_cluster_are_refused() -> None:
    # No draws are refused.
    with pytest.raises(
        ForecastsError, match="at least one repetition is needed, better thousands, not 0"
    ):
        sign_flip_test([0.1] * 20, draws=0)
    # One event gives no interval.
    with pytest.raises(ForecastsError, match="at least two clusters"):
        bootstrap_interval([0.1, 0.2], ["vote", "vote"])


# The interval


def test_intervals_resample_clusters() -> None:
    # The interval takes clusters again and the mean over all rows drawn.
    # Two clusters, of three rows at 1 and one at 0: means 1 (1/4), 3/4 (1/2) and 0 (1/4).
    low, high = bootstrap_interval([1.0, 1.0, 1.0, 0.0], ["a", "a", "a", "b"])
    assert (low, high) == (0.0, 1.0)
    assert bootstrap_interval([1.0, 1.0, 1.0, 0.0], ["a", "a", "a", "b"], level=0.4) == (0.75, 0.75)
    # The interval agrees with scipy.
    held = scattered(50, 0.02)
    theirs = scipy.stats.bootstrap(
        (held,), np.mean, method="percentile", rng=np.random.default_rng(1)
    )
    assert bootstrap_interval(held) == pytest.approx(tuple(theirs.confidence_interval), abs=0.002)
    # Sums of clusters keep columns apart.
    assert cluster_sums([[1, 10], [2, 20], [3, 30]], ["a", "b", "a"]).tolist() == [
        [4.0, 40.0],
        [2.0, 20.0],
    ]


@law
@given(st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=30))
def test_the_interval_lies_within_the_differences_and_mirrors_with_them(held: list[float]) -> None:
    low, high = bootstrap_interval(held, resamples=200)
    assert min(held) - 1e-9 <= low <= high <= max(held) + 1e-9
    assert bootstrap_interval([-d for d in held], resamples=200) == pytest.approx(
        (-high, -low), abs=1e-12
    )


@check_rows([0.0, 1.0, 95.0, math.nan])
def test_a_level_that_is_none_is_refused(level: float) -> None:
    with pytest.raises(ForecastsError, match="the level of an interval lies between 0 and 1"):
        bootstrap_interval(DIFFERENCES, level=level)
    with pytest.raises(ForecastsError, match="the level of an interval lies between 0 and 1"):
        compare({}, {}, level=level)


# Diebold and Mariano


def test_diebold_mariano_by_hand() -> None:
    # One step ahead it is the paired t test.
    a, b = np.array(DIFFERENCES) + 0.3, np.full(8, 0.3)
    theirs = scipy.stats.ttest_rel(a, b)
    ours = diebold_mariano(a - b)
    assert (ours.statistic, ours.p_value) == pytest.approx(
        (theirs.statistic, theirs.pvalue), abs=1e-9
    )
    # Two steps ahead the first lag counts twice.
    # Mean 2.5; deviations −1.5 −.5 .5 1.5: squares 5, neighbours 1.25, over n = 4 that is 1.25 + 2
    # · 0.3125. The correction is (4 + 1 − 4 + 2 · 1 / 4) / 4 = 0.375.
    found = diebold_mariano([1, 2, 3, 4], h=2)
    assert found.statistic == pytest.approx(
        2.5 / math.sqrt(1.875 / 4) * math.sqrt(0.375), abs=1e-12
    )
    assert found.p_value == pytest.approx(2 * scipy.stats.t.sf(found.statistic, 3), abs=1e-12)
    # Where the plain variance is not positive bartletts weights are used.
    # Deviations 1 −1 1 −1 around 1: lags 4/4 and −3/4. Plain 1 − 1.5 < 0; with weight 1/2 it is 1 −
    # 0.75.
    found = diebold_mariano([2, 0, 2, 0], h=2)
    assert found.statistic == pytest.approx(1 / math.sqrt(0.25 / 4) * math.sqrt(0.375), abs=1e-12)
    # No difference anywhere is no evidence.
    found = diebold_mariano([0.0, 0.0, 0.0])
    assert (found.statistic, found.p_value) == (0.0, 1.0)


@check_rows(TABLES["a_t_test_that_cannot_be_made_is_refused"])
def test_a_t_test_that_cannot_be_made_is_refused(held: list[float], h: int, reason: str) -> None:
    with pytest.raises(ForecastsError, match=reason):
        diebold_mariano(held, h)


@law
@given(
    st.lists(st.integers(-9, 9), min_size=3, max_size=20).filter(lambda held: len(set(held)) > 1),
    st.integers(1, 2),
)
def test_turning_the_differences_turns_the_statistic_and_keeps_p(held: list[int], h: int) -> None:
    found, turned = diebold_mariano(held, h), diebold_mariano([-d for d in held], h)
    assert (turned.statistic, turned.p_value) == pytest.approx(
        (-found.statistic, found.p_value), abs=1e-9
    )
    assert 0.0 < found.p_value <= 1.0


# Many comparisons


def test_adjusted_p_values_by_hand() -> None:
    # Adjusted p values by hand.
    # Sorted 0.01 0.03 0.04 0.5: times 4/1, 4/2, 4/3, 4/4 gives 0.04 0.06 0.0533 0.5; from the end,
    # the least so far.
    assert benjamini_hochberg([0.04, 0.01, 0.5, 0.03]) == pytest.approx(
        (0.16 / 3, 0.04, 0.5, 0.16 / 3)
    )
    # No p values stay none and one stays itself.
    assert benjamini_hochberg([]) == ()
    assert benjamini_hochberg([0.03]) == (0.03,)


@law
@given(p_values)
def test_adjusting_raises_p_values_and_keeps_their_order(held: list[float]) -> None:
    adjusted = benjamini_hochberg(held)
    assert all(p <= q <= 1.0 for p, q in zip(held, adjusted, strict=True))
    ranked = [q for _, q in sorted(zip(held, adjusted, strict=True))]
    assert ranked == sorted(ranked)


@check_rows([-0.1, 1.1, math.nan])
def test_a_p_value_outside_its_range_is_refused(wrong: float) -> None:
    with pytest.raises(InvalidProbability):
        benjamini_hochberg([0.5, wrong])


# How many questions it takes


def test_questions_needed_for_a_difference() -> None:
    # To see two hundredths of brier takes some 440 questions.
    assert questions_needed(0.15, 0.02) == questions_needed(0.15, -0.02) == 442
    # That many questions show the difference as often as promised.
    n = questions_needed(1.0, 0.5, power=0.9)
    rng = np.random.default_rng(2)
    found = scipy.stats.ttest_1samp(0.5 + rng.standard_normal((2000, n)), 0.0, axis=1).pvalue
    assert np.mean(found <= 0.05) == pytest.approx(0.9, abs=0.03)


@check_rows(TABLES["an_impossible_plan_is_refused"])
def test_an_impossible_plan_is_refused(
    sd: float, difference: float, power: float, alpha: float
) -> None:
    with pytest.raises(ForecastsError, match="give"):
        questions_needed(sd, difference, power=power, alpha=alpha)


# A against B


def test_only_shared_questions_are_compared() -> None:
    # A comparison looks only at the questions that both answered.
    a = {QuestionId("both"): 0.1, QuestionId("only a"): 0.9}
    b = {QuestionId("only b"): 0.0, QuestionId("both"): 0.3}
    found = compare(a, b)
    assert (found.n, found.n_clusters) == (1, 1)
    assert found.mean_difference == pytest.approx(-0.2)
    assert (found.low, found.high, found.p_value, found.p_adjusted) == (None, None, 1.0, None)
    assert found.sentence == (
        "A scored 0.200 lower (better) than B over 1 question; that is too few to tell: "
        "questions on 30 separate events are needed, 29 more."
    )
    # Nothing in common is said and nothing is computed.
    found = compare(scores([0.1]), {QuestionId("other"): 0.2}, names=("Ana", "Ben"))
    sentence = (
        "Ana and Ben have no question in common; that is too few to tell: "
        "questions on 30 separate events are needed, 30 more."
    )
    assert found == Comparison(
        "Ana", "Ben", 0, 0, None, None, None, None, None, "not enough data", sentence
    )


@check_rows([(MIN_CLUSTERS - 1, "not enough data"), (MIN_CLUSTERS, "better")])
def test_thirty_clusters_are_needed_for_a_verdict(n: int, verdict: str) -> None:
    b = scores(scattered(n, 0.5))
    found = compare(shifted(b, -0.2), b)
    assert found.verdict == verdict
    assert found.p_value is not None
    assert found.p_value < 0.001


def test_clusters_are_counted_and_not_questions() -> None:
    # Many questions on few events are not enough.
    b = scores(scattered(100, 0.5))
    events = {question: f"event {i % 7}" for i, question in enumerate(b)}
    found = compare(shifted(b, -0.2), b, clusters=events, names=("Ana", "Ben"))
    assert (found.n, found.n_clusters, found.verdict) == (100, 7, "not enough data")
    assert found.sentence == (
        "Ana scored 0.200 lower (better) than Ben over 100 questions on 7 separate events; "
        "95 % interval −0.200 to −0.200; "
        "that is too few to tell: questions on 30 separate events are needed, 23 more."
    )
    # A question without an event is one by itself.
    held = scores([0.1, 0.2, 0.3, 0.4])
    events = {QuestionId("q000"): "vote", QuestionId("q001"): "vote", QuestionId("q002"): "q003"}
    assert compare(held, held, clusters=events).n_clusters == 3


def test_the_sentence_tells_difference_and_luck() -> None:
    # A clear difference is told with its numbers.
    b = scores(scattered(45, 0.5))
    found = compare(shifted(b, -12.3), b, names=("Ana", "Ben"), level=0.9)
    assert found.sentence == (
        "Ana scored 12.3 lower (better) than Ben over 45 questions; 90 % interval −12.3 to "
        "−12.3; a difference this large would come about by luck in at most 1 of 1000 cases, so "
        "Ana was better than Ben."
    )
    # A difference that luck explains is not shown.
    a, b = scores(scattered(40, 0.5, seed=1)), scores(scattered(40, 0.5, seed=2))
    found = compare(a, b)
    assert found.p_value is not None
    assert found.verdict == "no difference shown"
    cases = math.ceil(found.p_value * 100 - 1e-9)
    assert found.sentence.endswith(
        f"a difference this large would come about by luck in {cases} of 100 cases, so no "
        "difference is shown."
    )


def test_higher_may_be_better() -> None:
    b = scores(scattered(45, 0.5))
    loss, gain = compare(shifted(b, 0.25), b), compare(shifted(b, 0.25), b, lower_is_better=False)
    assert (loss.verdict, gain.verdict) == ("worse", "better")
    assert "A scored 0.250 higher (worse) than B" in loss.sentence
    assert "so A was worse than B." in loss.sentence
    assert "A scored 0.250 higher (better) than B" in gain.sentence
    assert replace(gain, verdict="worse", sentence=loss.sentence) == loss


def test_rounding_and_small_differences() -> None:
    # Rounding alone makes nobody better.
    a, b = scores([0.1 + 0.2] * 40), scores([0.3] * 40)
    found = compare(a, b)
    assert (found.mean_difference, found.p_value, found.verdict) == (
        0.0,
        1.0,
        "no difference shown",
    )
    assert found.sentence == (
        "A and B scored the same on average over 40 questions; 95 % interval 0 to 0; a "
        "difference this large would come about by luck in 100 of 100 cases, so no difference "
        "is shown."
    )
    # Differences that cancel leave a mean of zero.
    found = compare(scores([0.1, 0.2, 0.0]), scores([0.0, 0.0, 0.3]))
    assert found.mean_difference == 0.0
    # Small numbers never look like zero.
    b = scores([0.5] * 31)
    assert "A scored 0.00004 lower" in compare(shifted(b, -0.00004), b).sentence
    assert "A scored 1.50 lower" in compare(shifted(b, -1.5), b).sentence
    assert "A scored 250 lower" in compare(shifted(b, -250.0), b).sentence


def test_rare_luck_is_told_in_thousands() -> None:
    b = scores([0.5] * 40)
    found = compare(led(0.052, b), b)
    assert found.p_value is not None
    assert 0.001 < found.p_value < 0.01
    assert f"by luck in {math.ceil(found.p_value * 1000)} of 1000 cases" in found.sentence


@check_rows([math.nan, math.inf])
def test_a_score_that_is_no_number_is_refused(wrong: float) -> None:
    with pytest.raises(ForecastsError, match="leave the question out, or clip the score"):
        compare(scores([0.1, wrong]), scores([0.2, wrong]))


@law
@given(two_forecasters())
def test_swapping_the_two_turns_the_signs_and_keeps_the_rest(pair: tuple[Scores, Scores]) -> None:
    there, back = compare(*pair), compare(pair[1], dict(reversed(pair[0].items())))
    opposite = {"better": "worse", "worse": "better"}
    assert back.p_value == there.p_value
    assert back.verdict == opposite.get(there.verdict, there.verdict)
    assert there.mean_difference is not None
    assert back.mean_difference == -there.mean_difference
    if there.low is not None and there.high is not None:
        assert (back.low, back.high) == pytest.approx((-there.high, -there.low), abs=1e-12)


@law
@given(two_forecasters(), st.floats(0.0, 4.0))
def test_adding_the_same_to_both_changes_nothing(pair: tuple[Scores, Scores], by: float) -> None:
    a, b = ({question: round(s, 6) for question, s in held.items()} for held in pair)
    found, moved = compare(a, b), compare(shifted(a, by), shifted(b, by))
    assert (moved.verdict, moved.p_value) == (found.verdict, found.p_value)
    assert moved.mean_difference == pytest.approx(found.mean_difference, abs=1e-9)


# Every pair


def team(**means: float) -> dict[ForecasterId, Scores]:
    """Forecasters with scores of their own around a mean, on the same forty questions."""
    return {
        ForecasterId(who): scores(scattered(40, mean, seed=i))
        for i, (who, mean) in enumerate(means.items())
    }


def test_every_pair_is_compared_once_in_order() -> None:
    held = team(ana=0.2, ben=0.2, cy=0.2, dan=0.2)
    found = compare_all(held, names={ForecasterId("ana"): "Ana"})
    assert [(pair.a, pair.b) for pair in found] == list(
        combinations(["Ana", "ben", "cy", "dan"], 2)
    )
    assert compare_all({}) == compare_all(team(ana=0.2)) == ()


def test_a_pair_has_the_same_numbers_among_many_and_alone() -> None:
    held = team(ana=0.2, ben=0.25, cy=0.3)
    events = {QuestionId("q000"): "vote", QuestionId("q001"): "vote"}
    pair = compare_all(held, clusters=events, lower_is_better=False, seed=3, level=0.8)[1]
    alone = compare(
        *(held[ForecasterId(who)] for who in ("ana", "cy")),
        clusters=events,
        names=("ana", "cy"),
        lower_is_better=False,
        seed=3,
        level=0.8,
    )
    assert replace(pair, p_adjusted=alone.p_adjusted, sentence=alone.sentence) == alone
    assert alone.p_adjusted == alone.p_value


def test_verdicts_among_many_go_by_the_adjusted_p() -> None:
    held = team(ana=0.5, ben=0.5, cy=0.5, dan=0.5)
    held[ForecasterId("ana")] = led(0.036, held[ForecasterId("ben")])
    pair = compare_all(held)[0]
    assert pair.p_value is not None
    assert pair.p_adjusted is not None
    assert pair.p_value <= 0.05 < pair.p_adjusted
    assert pair.verdict == "no difference shown"
    assert (
        f"or {math.ceil(pair.p_adjusted * 100)} of 100 allowing for the 6 pairs compared, so no"
        in pair.sentence
    )
    alone = compare(held[ForecasterId("ana")], held[ForecasterId("ben")])
    assert alone.verdict == "better"


def test_pairs_without_enough_data_are_neither_tested_nor_counted() -> None:
    held = team(ana=0.2, ben=0.3)
    held[ForecasterId("cy")] = scores([0.9, 0.9])
    both, *thin = compare_all(held)
    assert both.p_adjusted == both.p_value
    assert "allowing for" not in both.sentence
    assert [(pair.n, pair.p_adjusted, pair.verdict) for pair in thin] == [
        (2, None, "not enough data")
    ] * 2
