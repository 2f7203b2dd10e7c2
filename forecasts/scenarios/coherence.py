"""Coherence of probabilities: repair to the nearest coherent ones, and its cost.

A repair moves forecasts to the coherent ones of least Kullback–Leibler divergence Σ KL(after ‖
before), in nats. For the log score that is a gain in every possible world (Predd et al. 2009, IEEE
Transactions on Information Theory 55), so accepting it costs nothing; it is still only proposed.
Coherent forecasts are returned unchanged.

A certain forecast keeps its value where a coherent answer can keep it. Contradicting certainties
are infinitely far from any answer, and the repair is the limit of probabilities that approach 0 and
1 alike: two options that are both certain get a half each.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq, isotonic_regression
from scipy.special import expit, kl_div, logit

from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.errors import ForecastsError, InvalidTime

World = tuple[int | None, ...]
"""Outcome of each forecast in a possible world: 1, 0, or None if its condition fails."""

_ROUNDING = 1e-9  # tolerance of coherence
_NOT_EITHER = np.array([1.0, 1.0, 0.0])  # |this − (A, B, both)| is (not A, not B, both)
_CERTAIN = 1000.0  # exceeds the log-odds of any other float probability (−745)


@dataclass(frozen=True, slots=True)
class Repair:
    """Forecasts before and after a repair, in the same order.

    `nats` is their incoherence (0: coherent). `worlds` are the possible outcomes, in each of which
    the repair can be scored.
    """

    before: tuple[float, ...]
    after: tuple[float, ...]
    nats: float
    worlds: tuple[World, ...] = field(repr=False)

    @property
    def gains(self) -> tuple[float, ...]:
        """Gain of the repair in total log score, in nats, in each of `worlds`; above 0 is better.

        Never below 0 but for rounding. Infinite where it removes a certainty that turns out wrong,
        and 0 where before and after are both infinitely wrong. Source: Predd et al. 2009.

        >>> [round(gain, 4) for gain in repair_sum_to_one([0.55, 0.3, 0.25, 0.1]).gains]
        [0.0281, 0.0281, 0.0281, 0.0281]
        """
        return tuple(_score_gain(self.before, self.after, world) for world in self.worlds)


def incoherence(before: ArrayLike, after: ArrayLike, weights: ArrayLike = 1.0) -> float:
    """Divergence of coherent forecasts from the given ones, in nats: Σ w · KL(after ‖ before).

    Range 0 (equal) to infinity (a forecast of 0 or 1 had to move); lower is better. `weights` weigh
    the forecasts, as for one that is scored only if its condition holds. Raises
    `InvalidProbability`, and `ForecastsError` when the lengths differ. Source: Predd et al. 2009.

    >>> round(incoherence([0.6, 0.45], [0.525577, 0.525577]), 4), incoherence([0.2],
    ...     [0.2]), incoherence([0.0], [0.5])
    (0.0228, 0.0, inf)
    """
    old, new = check_probabilities(before), check_probabilities(after)
    if old.shape != new.shape:
        raise ForecastsError("give as many forecasts after as before")
    apart = kl_div(new, old) + kl_div(1.0 - new, 1.0 - old)
    shares = np.broadcast_to(np.asarray(weights, dtype=np.float64), apart.shape)
    return float(np.sum(apart[shares > 0.0] * shares[shares > 0.0]))


def repair_sum_to_one(p: ArrayLike) -> Repair:
    """Repair forecasts of exclusive, exhaustive options to a sum of 1.

    All log-odds move by one common amount. 0 stays 0; an option that is certain takes all. If every
    forecast is 0, or more than one is 1, these share the 1 equally. Raises `InvalidProbability` for
    what is no probability, `ForecastsError` unless `p` is a flat list of one or more. Source: Predd
    et al. 2009.

    >>> [round(p, 3) for p in repair_sum_to_one([0.55, 0.3, 0.25, 0.1]).after]
    [0.479, 0.244, 0.2, 0.077]
    """
    before = check_probabilities(p)
    if before.ndim != 1 or before.size == 0:
        raise ForecastsError("give the probabilities of the options as a flat list, one for each")
    after = before if abs(before.sum() - 1.0) <= _ROUNDING else _shift_alike(before)
    worlds = tuple(tuple(row) for row in np.eye(before.size, dtype=int).tolist())
    return _make_repair(before, after, worlds)


def repair_conjunction(p_a: float, p_b: float, p_both: float) -> Repair:
    """Repair forecasts of A, B and both to the Fréchet bounds.

    max(0, P(A) + P(B) − 1) ≤ P(both) ≤ min(P(A), P(B)). `before` and `after` are (A, B, both). If
    P(both) is too high, it and the lower of the two get their mean log-odds, and so does the other
    if it lies lower still; if P(both) is too low, the log-odds of "both", "not A" and "not B" move
    by one amount, up to a sum of 1. Raises `InvalidProbability`. Source: Predd et al. 2009.

    >>> [round(p, 4) for p in repair_conjunction(0.8, 0.7, 0.3).after]
    [0.7434, 0.6283, 0.3717]
    """
    before = check_probabilities([p_a, p_b, p_both])
    after = before
    if before[:2].sum() - 1.0 - before[2] > _ROUNDING:
        after = np.abs(_NOT_EITHER - _shift_alike(np.abs(_NOT_EITHER - before)))
        after[2] = after.min()  # rounding, if A or B is certain
    elif before[2] > before[:2].min():
        after = _lower_conjunction(before)
    return _make_repair(before, after, ((1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 0)))


def repair_nested_dates(forecasts: Sequence[tuple[date, float]]) -> Repair:
    """Repair forecasts of an event by several dates, which may not fall as the date gets later.

    Where they fall, the neighbours concerned share their mean in log-odds (isotonic regression).
    `before` and `after` are in the given order, which is arbitrary; the worlds are "by none of
    them" and so on up to "by all". Raises `InvalidProbability` for a forecast, `InvalidTime` for a
    date given twice. Source: Predd et al. 2009.

    >>> chain = [(date(2026, 12, 31), 0.3), (date(2027, 6, 30), 0.25), (date(2027, 12, 31), 0.5)]
    >>> [round(p, 4) for p in repair_nested_dates(chain).after]
    [0.2743, 0.2743, 0.5]
    """
    if len({day for day, _ in forecasts}) < len(forecasts):
        raise InvalidTime("one date is given twice: give one forecast for each")
    before = check_probabilities([p for _, p in forecasts])
    order = sorted(range(len(forecasts)), key=lambda index: forecasts[index][0])
    place = np.argsort(order)
    worlds = tuple(tuple(world[i] for i in place) for world in _chain_worlds(len(forecasts)))
    return _make_repair(before, _make_rising(before[order])[place], worlds)


def total_probability_gap(
    *, p_b: float, p_a_given_b: float, p_a_given_not_b: float, p_a: float
) -> float:
    """Violation of total probability: P(A) − P(A|B) P(B) − P(A|not B) P(not B).

    Range −1 to 1; 0 is coherent, above 0 P(A) is too high for the other three. Raises
    `InvalidProbability`.

    >>> round(total_probability_gap(p_b=0.3, p_a_given_b=0.8, p_a_given_not_b=0.2, p_a=0.5), 4)
    0.12
    """
    checked = check_probabilities([p_b, p_a_given_b, p_a_given_not_b, p_a])
    return float(checked[3]) - _total_probability(checked)


def repair_total_probability(
    *, p_b: float, p_a_given_b: float, p_a_given_not_b: float, p_a: float
) -> Repair:
    """Repair forecasts of A, B and A on either side of B by the law of total probability.

    `before` and `after` are (B, A given B, A given not B, A). P(A) moves to the mean log-odds of
    itself and of the value implied by the other three; these are then updated by Jeffrey's rule. A
    conditional forecast is weighted by the probability of its condition, as it is scored only then.
    The worlds are (B, A), (B, not A), (not B, A), (neither). If P(A) is 0 or 1 and the others imply
    the opposite, all three of A become a half. Raises `InvalidProbability`. Sources: Predd et al.
    2008, 2009; in the joint distribution of A and B the divergence is KL(joint ‖ joint before) +
    KL(P(A) ‖ P(A) before), whose least value has this closed form.

    >>> found = repair_total_probability(p_b=0.3, p_a_given_b=0.8, p_a_given_not_b=0.2, p_a=0.5)
    >>> [round(p, 4) for p in found.after]
    [0.3316, 0.8363, 0.242, 0.4391]
    """
    before = check_probabilities([p_b, p_a_given_b, p_a_given_not_b, p_a])
    after = (
        before if abs(before[3] - _total_probability(before)) <= _ROUNDING else _fit_total(before)
    )
    weights = np.array([1.0, after[0], 1.0 - after[0], 1.0])
    worlds: tuple[World, ...] = ((1, 1, None, 1), (1, 0, None, 0), (0, None, 1, 1), (0, None, 0, 0))
    return _make_repair(before, after, worlds, weights)


def _make_repair(
    before: Floats, after: Floats, worlds: tuple[World, ...], weights: ArrayLike = 1.0
) -> Repair:
    return Repair(
        tuple(before.tolist()), tuple(after.tolist()), incoherence(before, after, weights), worlds
    )


def _score_gain(before: Sequence[float], after: Sequence[float], world: World) -> float:
    old, new = _total_log_score(before, world), _total_log_score(after, world)
    return 0.0 if old == new else new - old  # −inf − −inf is NaN


def _total_log_score(p: Sequence[float], world: World) -> float:
    scored = [
        (chance, outcome) for chance, outcome in zip(p, world, strict=True) if outcome is not None
    ]
    outcome_probabilities = [chance if outcome else 1.0 - chance for chance, outcome in scored]
    return math.fsum(map(_ln, outcome_probabilities))


def _chain_worlds(n: int) -> tuple[World, ...]:
    return tuple((0,) * (n - happened) + (1,) * happened for happened in range(n + 1))


def _shift_alike(p: Floats) -> Floats:
    """Add one amount to every logit so that the sum is 1; the limit of that if some are certain."""
    if p.max() in (0.0, 1.0):
        return np.asarray((p == p.max()) / np.sum(p == p.max()))
    z = logit(p[p > 0.0])
    if z.size == 1:
        return np.asarray(np.where(p > 0.0, 1.0, 0.0))
    even = float(logit(1.0 / z.size))
    shift = brentq(
        lambda c: float(expit(z + c).sum()) - 1.0,
        even - z.max() - 1.0,
        even - z.min() + 1.0,
        xtol=1e-14,
    )
    return np.asarray(expit(logit(p) + shift))


def _make_rising(p: Floats) -> Floats:
    if not (np.diff(p) < 0.0).any():
        return p
    z = _finite_logits(p)
    shared = isotonic_regression(z).x
    moved = np.where(shared == z, p, expit(shared))  # unchanged values are not rounded
    return np.maximum.accumulate(moved)  # values that differ in the last bit can have equal logits


def _lower_conjunction(p: Floats) -> Floats:
    """(A, B, both) with "both" lowered to the smaller of A and B, or all three equal."""
    z = _finite_logits(p)
    low = int(z[:2].argmin())
    shared = (z[low] + z[2]) / 2.0
    if shared > z[1 - low]:
        return np.full(3, expit(z.mean()))
    after = p.copy()
    after[[low, 2]] = min(float(expit(shared)), p[1 - low])
    return after


def _finite_logits(p: Floats) -> Floats:
    """Log-odds with large finite values for certainties, so that opposite ones cancel."""
    return np.clip(logit(p), -_CERTAIN * p.size, _CERTAIN * p.size)


def _total_probability(p: Floats) -> float:
    """P(A) by the law of total probability, from (P(B), P(A|B), P(A|not B), …)."""
    return float(p[0] * p[1] + (1.0 - p[0]) * p[2])


def _fit_total(p: Floats) -> Floats:
    b, if_b, if_not, _ = p.tolist()
    with_a, without = b * if_b + (1.0 - b) * if_not, b * (1.0 - if_b) + (1.0 - b) * (1.0 - if_not)
    implied = _ln(with_a) - _ln(without)  # more exact near 1 than logit(with_a)
    middle = float(np.clip([implied, logit(p[3])], -2.0 * _CERTAIN, 2.0 * _CERTAIN).mean())
    a, not_a = float(expit(middle)), float(expit(-middle))
    if (
        with_a == 0.0 or without == 0.0
    ):  # the other three are certain of A, and stay unless P(A) is the opposite
        return np.array([b, 0.5, 0.5, 0.5] if a == 0.5 else [b, if_b, if_not, a])
    b_after = a * (b * if_b / with_a) + not_a * (b * (1.0 - if_b) / without)
    if a == 0.0 or not_a == 0.0:
        return np.array([b_after, a, a, a])
    return np.array([min(b_after, 1.0), *expit(logit(p[1:3]) + middle - implied), a])


def _ln(value: float) -> float:
    return math.log(value) if value > 0.0 else -math.inf
