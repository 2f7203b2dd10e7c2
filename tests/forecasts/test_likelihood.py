"""Likelihood ratios, words for them, and what repetition, time and silence leave of them."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from forecasts.errors import ForecastsError, InvalidProbability
from forecasts.evidence.likelihood_ratios import (
    ICD_203,
    ICD_203_BANDS,
    combine_likelihood_ratios,
    count_log_ratio,
    decay_weight,
    hawkes_independence,
    novelty_total,
    ratio_from_words,
    silence_log_ratio,
)
from tests.forecasts.strategies import law
from tests.tables import check_rows

inner = st.floats(0.01, 0.99)
ratios = st.floats(0.01, 100.0)
moments = st.lists(st.floats(0.0, 50.0), max_size=8).map(sorted)


def test_evidence_multiplies_odds() -> None:
    # Evidence multiplies the odds.
    # Odds of 1 to 4, times 3, halved, times 6: 9 to 4.
    assert combine_likelihood_ratios(0.2, [3, 0.5, 6]) == pytest.approx(9 / 13, abs=1e-12)
    assert combine_likelihood_ratios(0.2, []) == pytest.approx(0.2, abs=1e-12)
    # Decisive evidence decides.
    assert combine_likelihood_ratios(0.3, [0.0, 5.0]) == 0.0
    assert combine_likelihood_ratios(0.3, [math.inf, 0.2]) == 1.0


@law
@given(inner, st.lists(ratios, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(
    prior: float, found: list[float], chance: random.Random
) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert combine_likelihood_ratios(prior, shuffled) == combine_likelihood_ratios(prior, found)


@law
@given(ratios)
def test_a_certain_prior_is_never_moved(ratio: float) -> None:
    assert combine_likelihood_ratios(0.0, [ratio]) == 0.0
    assert combine_likelihood_ratios(1.0, [ratio]) == 1.0


@check_rows([(0.0, [math.inf]), (1.0, [0.0]), (0.5, [0.0, math.inf])])
def test_what_rules_out_both_answers_is_refused(prior: float, found: list[float]) -> None:
    with pytest.raises(ForecastsError, match="rule out both"):
        combine_likelihood_ratios(prior, found)


@check_rows([-0.1, math.nan])
def test_a_ratio_that_is_none_is_refused(wrong: float) -> None:
    with pytest.raises(ForecastsError, match="likelihood ratio"):
        combine_likelihood_ratios(0.5, [2.0, wrong])
    with pytest.raises(InvalidProbability):
        combine_likelihood_ratios(wrong, [2.0])


def test_repeated_stories_count_half_each() -> None:
    # Each story of the same kind counts half of the one before.
    assert [novelty_total(0.8, n, 0.5) for n in range(4)] == pytest.approx(
        [0.0, 0.8, 1.2, 1.4], abs=1e-12
    )
    assert [novelty_total(0.8, n, 0.0) for n in range(4)] == pytest.approx(
        [0.0, 0.8, 0.8, 0.8], abs=1e-12
    )
    assert [novelty_total(0.8, n, 1.0) for n in range(4)] == pytest.approx(
        [0.0, 0.8, 1.6, 2.4], abs=1e-12
    )
    # No story weighs nothing even if it would be decisive.
    assert novelty_total(-math.inf, 0, 1.0) == 0.0
    assert novelty_total(-math.inf, 2, 0.5) == -math.inf
    # A negative number of stories or a discount outside 0 to 1 is refused.
    with pytest.raises(ForecastsError, match="number of stories"):
        novelty_total(1.0, -1, 0.5)
    with pytest.raises(InvalidProbability):
        novelty_total(1.0, 1, 1.5)


@law
@given(st.floats(-3.0, 3.0), st.integers(0, 60), st.floats(0.0, 0.99))
def test_repetition_never_weighs_more_than_its_limit(ln_lr: float, n: int, delta: float) -> None:
    total = novelty_total(ln_lr, n, delta)
    assert abs(total) <= abs(ln_lr) / (1 - delta) + 1e-12
    assert total == pytest.approx(math.fsum(ln_lr * delta**k for k in range(n)), abs=1e-9)


def test_a_weight_halves_with_each_half_life() -> None:
    assert [decay_weight(2.0, age, 14.0) for age in (0, 7, 14, 42)] == pytest.approx(
        [2.0, 2**0.5, 1.0, 0.25], abs=1e-12
    )
    assert decay_weight(2.0, 1e9, None) == 2.0
    assert decay_weight(-math.inf, 1e6, 1.0) == 0.0


@check_rows([(-1.0, 14.0), (1.0, 0.0), (1.0, -3.0), (math.nan, 14.0), (1.0, math.inf)])
def test_evidence_from_the_future_and_impossible_half_lives_are_refused(
    age: float, half: float
) -> None:
    with pytest.raises(ForecastsError):
        decay_weight(1.0, age, half)


@law
@given(st.integers(0, 50), st.integers(0, 50), inner, inner)
def test_counts_are_the_ratio_of_two_binomial_likelihoods(
    hits: int, misses: int, yes: float, no: float
) -> None:
    found = count_log_ratio(hits, hits + misses, yes, no)
    expected = binom.logpmf(hits, hits + misses, yes) - binom.logpmf(hits, hits + misses, no)
    assert found == pytest.approx(expected, abs=1e-9)
    assert found == pytest.approx(-count_log_ratio(hits, hits + misses, no, yes), abs=1e-9)
    assert count_log_ratio(hits, hits + misses, yes, no, overdispersion=4.0) == pytest.approx(
        found / 4, abs=1e-12
    )


def test_impossible_counts() -> None:
    # A count that cannot be under one answer is infinite evidence.
    assert count_log_ratio(3, 10, 0.0, 0.2) == -math.inf
    assert count_log_ratio(3, 10, 0.2, 1.0) == math.inf
    assert count_log_ratio(0, 10, 0.0, 0.2) == pytest.approx(-10 * math.log(0.8))
    assert count_log_ratio(0, 0, 0.0, 1.0) == 0.0
    # Counts that are none are refused.
    for matched, total in ((-1, 5), (6, 5), (math.nan, 5), (1, math.inf)):
        with pytest.raises(ForecastsError, match="no count"):
            count_log_ratio(matched, total, 0.1, 0.2)
    with pytest.raises(ForecastsError, match="overdispersion"):
        count_log_ratio(1, 5, 0.1, 0.2, overdispersion=0.5)
    with pytest.raises(InvalidProbability):
        count_log_ratio(1, 5, 1.1, 0.2)


@check_rows([(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
def test_a_count_that_cannot_be_under_either_answer_is_refused(yes: float, no: float) -> None:
    with pytest.raises(ForecastsError, match="impossible under YES and under NO"):
        count_log_ratio(3, 10, yes, no)


def test_silence_and_impossible_reports() -> None:
    # Silence speaks against what would make noise.
    assert silence_log_ratio(0.5, 0.1, 7) == pytest.approx(-2.8, abs=1e-12)
    assert silence_log_ratio(0.1, 0.5, 7) == pytest.approx(2.8, abs=1e-12)
    assert silence_log_ratio(0.0, 0.0, 7) == 0.0
    # A report that only one answer can bring is infinite evidence.
    assert silence_log_ratio(0.0, 0.1, 7, 1) == -math.inf
    assert silence_log_ratio(0.1, 0.0, 7, 1) == math.inf
    with pytest.raises(ForecastsError, match="impossible"):
        silence_log_ratio(0.0, 0.0, 7, 1)


@law
@given(st.floats(0.01, 5.0), st.floats(0.01, 5.0), st.floats(0.1, 30.0), st.integers(0, 30))
def test_reports_over_time_are_the_ratio_of_two_poisson_likelihoods(
    yes: float, no: float, days: float, count: int
) -> None:
    expected = poisson.logpmf(count, yes * days) - poisson.logpmf(count, no * days)
    assert silence_log_ratio(yes, no, days, count) == pytest.approx(expected, abs=1e-8)


@check_rows([(-0.1, 0.1, 7, 0), (0.1, math.inf, 7, 0), (0.1, 0.1, -7, 0), (0.1, 0.1, 7, -1)])
def test_rates_days_and_counts_below_zero_are_refused(
    wrong: tuple[float, float, float, float],
) -> None:
    with pytest.raises(ForecastsError, match="0 or more"):
        silence_log_ratio(*wrong)


@law
@given(moments, st.floats(0.1, 3.0), st.floats(0.0, 3.0), st.floats(0.1, 5.0))
def test_each_story_raises_the_rate_of_those_after_it(
    times: list[float], mu: float, alpha: float, beta: float
) -> None:
    found = hawkes_independence(times, mu, alpha, beta)
    direct = [
        mu + sum(alpha * math.exp(-beta * (now - before)) for before in times[:index])
        for index, now in enumerate(times)
    ]
    assert found.intensity == pytest.approx(direct)
    assert found.n_eff == pytest.approx(sum(mu / rate for rate in direct))
    assert 0.0 <= found.n_eff <= len(times) + 1e-9


def test_independent_and_simultaneous_stories() -> None:
    # Stories that nothing echoes are all independent.
    assert hawkes_independence([1.0, 1.0, 2.0], 0.3, 0.0, 1.0).n_eff == pytest.approx(3.0)
    assert hawkes_independence([], 0.3, 1.0, 1.0).intensity == ()
    assert hawkes_independence([], 0.3, 1.0, 1.0).n_eff == 0.0
    # A copy at the same instant counts the first as its cause.
    assert hawkes_independence([4.0, 4.0], 0.5, 1.5, 1.0).intensity == pytest.approx((0.5, 2.0))


@check_rows([[2.0, 1.0], [0.0, math.nan], [math.inf]])
def test_stories_out_of_order_are_refused(times: list[float]) -> None:
    with pytest.raises(ForecastsError, match="earliest first"):
        hawkes_independence(times, 0.3, 1.0, 1.0)


@check_rows([(0.0, 1.0, 1.0), (1.0, -1.0, 1.0), (1.0, 1.0, 0.0)])
def test_rates_that_no_stream_has_are_refused(mu: float, alpha: float, beta: float) -> None:
    with pytest.raises(ForecastsError):
        hawkes_independence([0.0], mu, alpha, beta)


def test_words_become_ratios() -> None:
    # Words become the ratio of their midpoints.
    assert ratio_from_words("likely", "unlikely") == pytest.approx(0.675 / 0.325, abs=1e-12)
    assert ratio_from_words("rare", "common", {"rare": 0.1, "common": 0.4}) == pytest.approx(
        0.25, abs=1e-12
    )
    assert list(ICD_203.values()) == pytest.approx(
        [0.03, 0.125, 0.325, 0.5, 0.675, 0.875, 0.97], abs=1e-12
    )
    # An unknown word is refused with the known ones.
    with pytest.raises(
        ForecastsError,
        match="'perhaps' is no word for a chance here: use one of almost no chance, ",
    ):
        ratio_from_words("likely", "perhaps")
    # The bands of chance words touch.
    assert [low.high for low in ICD_203_BANDS[:-1]] == [high.low for high in ICD_203_BANDS[1:]]


@check_rows([0.0, 1.0, math.nan])
def test_a_word_that_means_certainty_leaves_no_ratio(midpoint: float) -> None:
    with pytest.raises(ForecastsError, match="midpoint of 'never'"):
        ratio_from_words("never", "likely", {"never": midpoint, "likely": 0.7})
