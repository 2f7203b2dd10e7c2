"""Pairwise comparison of forecasters, with tests against chance and a verdict in words.

Two forecasters are compared on the questions that both answered, with one score per question:
scores of successive days are not independent. Questions on one event count together as one
*cluster*. Below `MIN_CLUSTERS` of them the verdict is "not enough data": Brier differences scatter
by about 0.15, and detecting 0.02 with a power of 80 % takes some 440 questions.

Sources: Fisher 1935 for flipped signs; Diebold & Mariano 1995 and Harvey, Leybourne & Newbold 1997;
Benjamini & Hochberg 1995 for many comparisons at once.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.errors import ForecastsError
from forecasts.questions.formatting import format_cases, format_count
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.statistics.intervals import (
    as_vector,
    bootstrap_interval,
    check_level,
    cluster_sums,
    sign_flip_test,
)

MIN_CLUSTERS = 30
"""Minimum of separate events for a verdict."""

ROUNDING = 1e-12
"""Relative difference up to which two scores count as equal."""

ComparisonVerdict = Literal["better", "worse", "no difference shown", "not enough data"]

_NO_CLUSTERS: Mapping[QuestionId, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DieboldMariano:
    """Test statistic, with the sign of the mean difference, and two-sided p-value."""

    statistic: float
    p_value: float


def diebold_mariano(differences: ArrayLike, h: int = 1) -> DieboldMariano:
    """Diebold-Mariano test for a mean of zero, with the correction of Harvey, Leybourne & Newbold.

    `differences` holds A's score minus B's, in time order; `h` is the forecast horizon in steps. At
    h = 1 this is exactly the paired t test, the only case used in the product, as its questions are
    no series in equal steps. For h > 1, a variance at or below zero is replaced by one with
    Bartlett's weights, which is positive. Lower p is stronger evidence. All differences 0 give (0,
    1). Raises `ForecastsError` for fewer than two differences, for equal ones other than 0 (no
    spread), or unless 1 ≤ h < n. Source: Diebold & Mariano 1995; Harvey, Leybourne & Newbold 1997,
    International Journal of Forecasting 13, equation 9.

    >>> found = diebold_mariano([0.02, -0.01, 0.05, 0.08, -0.02, 0.03, 0.01, 0.06, -0.03, 0.04])
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (2.025, 0.0735)
    """
    from scipy.special import stdtr

    values = cluster_sums(as_vector(differences))
    n, mean = len(values), float(values.mean())
    if not 1 <= h < n:
        raise ForecastsError(
            f"h is at least 1 and below the number of differences, {n}; it was {h}"
        )
    largest = float(np.abs(values).max())
    if largest == 0.0:
        return DieboldMariano(0.0, 1.0)
    if float(np.ptp(values)) <= ROUNDING * largest:
        raise ForecastsError(
            "all differences are equal, so there is no spread to hold them against: use sign_flip"
        )
    correction = (n + 1 - 2 * h + h * (h - 1) / n) / n
    statistic = mean / math.sqrt(_long_run_variance(values - mean, h) / n) * math.sqrt(correction)
    return DieboldMariano(statistic, float(2.0 * stdtr(n - 1, -abs(statistic))))


def _long_run_variance(centred: Floats, h: int) -> float:
    n = len(centred)
    lags = np.array([centred[k:] @ centred[: n - k] for k in range(h)]) / n
    plain = float(lags[0] + 2.0 * lags[1:].sum())
    if plain > ROUNDING * lags[0]:
        return plain
    weights = 1.0 - np.arange(1, h) / h
    return float(lags[0] + 2.0 * weights @ lags[1:])


def benjamini_hochberg(p_values: ArrayLike) -> tuple[float, ...]:
    """P-values adjusted for multiple comparisons by Benjamini & Hochberg, in the given order.

    Calling those at or below 0.05 differences keeps the false discovery rate at 5 %. Each lies
    between its own p and 1. Raises `InvalidProbability` outside [0, 1]. Source: Benjamini &
    Hochberg 1995.

    >>> [round(p, 4) for p in benjamini_hochberg([0.01, 0.02, 0.03, 0.5])]
    [0.04, 0.04, 0.04, 0.5]
    """
    checked = check_probabilities(p_values)
    if not checked.size:
        return ()
    from scipy.stats import false_discovery_control  # slow to import

    return tuple(float(p) for p in false_discovery_control(checked))


def questions_needed(
    sd: float, difference: float, *, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Number of separate questions needed to detect a mean difference with probability `power`.

    `sd` is the standard deviation of the differences per question, in the same unit as
    `difference`; `alpha` is the rate of false positives. Questions on one event count as one.
    Raises `ForecastsError` unless sd > 0, difference ≠ 0, 0 < alpha < 1 and alpha/2 < power < 1.
    Source: the normal approximation, n = ((z(1 − alpha/2) + z(power)) · sd / difference)².

    >>> questions_needed(0.15, 0.02), questions_needed(0.15, 0.05)
    (442, 71)
    """
    from scipy.special import ndtri

    if not (0.0 < sd < math.inf and 0.0 < abs(difference) < math.inf):
        raise ForecastsError(
            f"give a spread above 0 and a difference other than 0, not {sd} and {difference}"
        )
    if not (0.0 < alpha < 1.0 and alpha / 2.0 < power < 1.0):
        raise ForecastsError(f"give 0 < alpha < 1 and alpha/2 < power < 1, not {alpha} and {power}")
    z = ndtri(power) - ndtri(alpha / 2.0)
    return math.ceil((float(z) * sd / difference) ** 2)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Comparison of A with B on the `n` questions that both answered.

    `a` and `b` are their names. `mean_difference` is A's mean score minus B's, `low` to `high` its
    interval, both in the unit of the scores; the rule decides which sign is better. `p_value` is
    from `sign_flip_test`; `p_adjusted` is adjusted for simultaneous comparisons, and None below
    `MIN_CLUSTERS` clusters, where nothing is tested. `verdict` is about A; `sentence` sums it up in
    words. A number that cannot be computed, for lack of questions or of a second cluster, is None.
    """

    a: str
    b: str
    n: int
    n_clusters: int
    mean_difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    verdict: ComparisonVerdict
    sentence: str


def compare_all(
    scores: Mapping[ForecasterId, Mapping[QuestionId, float]],
    *,
    clusters: Mapping[QuestionId, str] | None = None,
    names: Mapping[ForecasterId, str] | None = None,
    lower_is_better: bool = True,
    seed: int = 0,
    level: float = 0.95,
    format_difference: Callable[[float], str] | None = None,
) -> tuple[Comparison, ...]:
    """Compare every pair of forecasters, in the order of `itertools.combinations(scores, 2)`.

    Each mapping of `scores` holds one score per question, by one rule; give scores over the whole
    schedule, as means over the realised life are not proper. `clusters` names the event of a
    question; one without a name is an event of its own. A difference is shown if chance gives one
    as large in no more than 1 − `level` of all cases, and never below `MIN_CLUSTERS` clusters.

    The p-values of pairs with enough clusters are adjusted by `benjamini_hochberg`, and the
    verdicts use these. A forecaster without an entry in `names` is named by id. `format_difference`
    formats a difference in a unit that people know. Raises `ForecastsError` for a score that is
    missing or infinite, or a level outside (0, 1). Source: Fisher 1935 (`sign_flip_test`); Efron &
    Tibshirani 1993 (`bootstrap_interval`).

    >>> ana = {f"q{i}": 0.10 + i % 7 / 100 for i in range(40)}
    >>> ben = {f"q{i}": 0.12 + i % 5 / 100 for i in range(40)}
    >>> compare_all({"Ana": ana, "Ben": ben})[0].sentence
    'Ana scored 0.011 lower (better) than Ben over 40 questions; 95 % interval −0.018 to −0.004;
    a difference this large would come about by luck in 7 of 1000 cases, so Ana was better than
    Ben.'
    >>> held = {f"q{i}": i % 9 / 50 for i in range(40)}
    >>> found = compare_all({who: {q: s + more for q, s in held.items()} for who, more in
    ...     [("ana", 0.0), ("ben", 0.001), ("cy", 0.0)]})
    >>> [(pair.a, pair.b, pair.verdict) for pair in found]
    [('ana', 'ben', 'better'), ('ana', 'cy', 'no difference shown'), ('ben', 'cy', 'worse')]
    """
    shown = {
        forecaster_id: forecaster_id if names is None else names.get(forecaster_id, forecaster_id)
        for forecaster_id in scores
    }
    measure = partial(_measure_pair, clusters=clusters, seed=seed, level=level)
    measured = [
        measure(scores[a], scores[b], names=(shown[a], shown[b]))
        for a, b in combinations(scores, 2)
    ]
    raw = [p for pair in measured if (p := _testable_p(pair)) is not None]
    adjusted = iter(benjamini_hochberg(raw))
    return tuple(
        _judge_pair(
            pair,
            None if _testable_p(pair) is None else next(adjusted),
            pairs=len(raw),
            lower_is_better=lower_is_better,
            level=level,
            write=format_difference or _format_number,
        )
        for pair in measured
    )


def _measure_pair(
    scores_a: Mapping[QuestionId, float],
    scores_b: Mapping[QuestionId, float],
    *,
    clusters: Mapping[QuestionId, str] | None,
    names: tuple[str, str],
    seed: int,
    level: float,
) -> Comparison:
    """Numbers of a comparison, without a verdict."""
    # Sorted, so that A–B and B–A draw the same samples.
    common = sorted(scores_a.keys() & scores_b.keys())
    events = _NO_CLUSTERS if clusters is None else clusters
    # Pairs separate question ids from event names.
    labels = [(True, events[q]) if q in events else (False, q) for q in common]
    n, m = len(common), len(set(labels))
    check_level(level)
    blank = Comparison(*names, n, m, None, None, None, None, None, "not enough data", "")
    if n == 0:
        return blank
    differences = _score_differences([(scores_a[q], scores_b[q]) for q in common])
    total = float(differences.sum())
    mean = 0.0 if abs(total) <= ROUNDING * float(np.abs(differences).sum()) else total / n
    low, high = (
        bootstrap_interval(differences, labels, level=level, seed=seed) if m > 1 else (None, None)
    )
    p = sign_flip_test(differences, labels, seed=seed)
    return replace(blank, mean_difference=mean, low=low, high=high, p_value=p)


def _score_differences(pairs: Sequence[tuple[float, float]]) -> Floats:
    """Score of A minus that of B, with rounding errors set to 0."""
    both = cluster_sums(pairs)
    apart = both[:, 0] - both[:, 1]
    return np.where(np.abs(apart) <= ROUNDING * np.abs(both).sum(axis=1), 0.0, apart)


def _testable_p(comparison: Comparison) -> float | None:
    return comparison.p_value if comparison.n_clusters >= MIN_CLUSTERS else None


def _judge_pair(
    comparison: Comparison,
    p_adjusted: float | None,
    *,
    pairs: int,
    lower_is_better: bool,
    level: float,
    write: Callable[[float], str],
) -> Comparison:
    verdict: ComparisonVerdict = "not enough data"
    if p_adjusted is not None and comparison.mean_difference is not None:
        verdict = "better" if (comparison.mean_difference < 0.0) is lower_is_better else "worse"
        verdict = verdict if p_adjusted <= 1.0 - level else "no difference shown"
    judged = replace(comparison, p_adjusted=p_adjusted, verdict=verdict)
    parts = [_describe_observation(judged, lower_is_better, write)]
    if comparison.low is not None and comparison.high is not None:
        parts.append(
            f"{level * 100:g} % interval {write(comparison.low)} to {write(comparison.high)}"
        )
    parts.append(_describe_conclusion(judged, pairs))
    return replace(judged, sentence="; ".join(parts) + ".")


def _describe_observation(
    comparison: Comparison, lower_is_better: bool, write: Callable[[float], str]
) -> str:
    if comparison.mean_difference is None:
        return f"{comparison.a} and {comparison.b} have no question in common"
    events = (
        ""
        if comparison.n_clusters == comparison.n
        else f" on {format_count(comparison.n_clusters, 'separate event', thousands='')}"
    )
    extent = f"over {format_count(comparison.n, 'question', thousands='')}{events}"
    if comparison.mean_difference == 0.0:
        return f"{comparison.a} and {comparison.b} scored the same on average {extent}"
    lower = comparison.mean_difference < 0.0
    direction = (
        f"{'lower' if lower else 'higher'} ({'better' if lower is lower_is_better else 'worse'})"
    )
    size = write(abs(comparison.mean_difference))
    return f"{comparison.a} scored {size} {direction} than {comparison.b} {extent}"


def _describe_conclusion(comparison: Comparison, pairs: int) -> str:
    if comparison.p_value is None or comparison.p_adjusted is None:
        missing = MIN_CLUSTERS - comparison.n_clusters
        return (
            f"that is too few to tell: questions on {MIN_CLUSTERS} separate events are "
            f"needed, {missing} more"
        )
    cases = format_cases(comparison.p_value)
    luck = f"a difference this large would come about by luck in {cases} cases"
    if pairs > 1:
        luck += (
            f", or {format_cases(comparison.p_adjusted)} allowing for the {pairs} pairs compared"
        )
    if comparison.verdict == "no difference shown":
        return f"{luck}, so no difference is shown"
    return f"{luck}, so {comparison.a} was {comparison.verdict} than {comparison.b}"


def _format_number(value: float) -> str:
    """Format with three decimals at the size of a Brier score, fewer for points."""
    if value == 0.0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    decimals = max(0, min(2 - size, max(3, -size)))
    return f"{value:.{decimals}f}".replace("-", "−")
