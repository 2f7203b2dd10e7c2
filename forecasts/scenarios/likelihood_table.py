"""Bayesian updates of scenario probabilities from answered or forecast indicator questions.

A scenario set is exclusive and exhaustive, so one of its scenarios is called "other". Its
likelihood table has a row for each indicator (a question) and a column for each scenario:
P(indicator is YES | scenario). Indicators are taken as independent within a scenario; `weights`
below 1 let several with one cause count as one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr, logsumexp

from forecasts.distributions.probability import Floats, check_probabilities, check_sum_to_one
from forecasts.errors import ForecastsError

_MAX_ITERATIONS = 500
_MARGIN_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class SoftUpdate:
    """Probabilities of the scenarios after conditioning on forecasts of the indicators.

    `nats` is the minimum information that those forecasts add to prior and table, 0 when they equal
    `indicator_probabilities`; large numbers mean that board and table disagree. `row_logs` is the
    contribution of each row to ln of each scenario's prior, in nats, before normalisation; −inf
    where an answer rules a scenario out.
    """

    scenarios: tuple[float, ...]
    nats: float
    row_logs: tuple[tuple[float, ...], ...] = ()


def scenario_posterior(
    prior: ArrayLike, likelihoods: ArrayLike, weights: ArrayLike = 1.0
) -> tuple[float, ...]:
    """Posterior probabilities of J scenarios after K observations, in the scenarios' order.

    post_j ∝ prior_j · Π_k likelihoods_kj^weights_k (Bayes' rule at weight 1; the mean of logarithms
    where K rows have weight 1/K). `likelihoods` has K rows of J:
    P(observation | scenario), so the row of an indicator that turned out NO is 1 − its row of the
    table. The order of the rows does not matter; without rows the prior is returned; a scenario of
    prior 0 stays at 0. Raises `InvalidProbability` for invalid probabilities or a prior that does
    not add up to 1, `ForecastsError` for a table of another shape and for observations that every
    possible scenario rules out.

    >>> [round(p, 3) for p in scenario_posterior([0.5, 0.3, 0.2], [[0.8, 0.3, 0.6], [0.1, 0.6,
    ...     0.05]])]
    [0.4, 0.54, 0.06]
    """
    shares, table = _check_table(prior, likelihoods)
    powers = np.broadcast_to(weights, len(table))
    return _as_tuple(_normalise_logs(_ln(shares) + powers @ _ln(table)))


def soft_update(
    prior: ArrayLike, likelihoods: ArrayLike, board: ArrayLike, weights: ArrayLike = 1.0
) -> SoftUpdate:
    """Probabilities of the scenarios when the K indicators are forecast rather than answered.

    Of all joint distributions of scenario and indicators in which indicator k has probability
    board_k, it takes the one nearest to prior × table (minimum Kullback–Leibler divergence), and of
    that the scenarios. With one indicator this is Jeffrey's rule; where the board says 0 or 1 it is
    `scenario_posterior`, so answered and open questions can be mixed. `likelihoods` has K rows of
    J: P(YES | scenario). The order of the indicators does not matter. A row of a weight below 1
    multiplies the scenarios by that power of its factor; all the same each indicator ends at its
    number on the board.

    Raises as `scenario_posterior` does, `InvalidProbability` for the board, and `ForecastsError`
    when no joint distribution fits, which happens only where the table says 0 or 1: write 0.01 or
    0.99 there. Sources: Jeffrey 1965; Csiszár 1975, Annals of Probability 3. Solved by Newton's
    method on the convex dual, which has the solution of iterative proportional fitting without a
    table of 2ᴷ × J cells.

    >>> update = soft_update([0.5, 0.3, 0.2], [[0.8, 0.3, 0.6], [0.1, 0.6, 0.05]], [0.9, 0.25])
    >>> [round(p, 3) for p in update.scenarios], round(update.nats, 3)
    ([0.596, 0.219, 0.186], 0.228)
    """
    shares, table = _check_table(prior, likelihoods)
    board_values = check_probabilities(board)
    if board_values.shape != table.shape[:1]:
        raise ForecastsError(
            f"give one probability for each of the {len(table)} rows of the likelihood table"
        )
    answered = (board_values == 0.0) | (board_values == 1.0)
    powers = np.broadcast_to(np.asarray(weights, dtype=np.float64), len(table))
    row_logs = powers[:, None] * _ln(np.where(board_values[:, None] == 1.0, table, 1.0 - table))
    logs = _ln(shares) + row_logs[answered].sum(axis=0)
    _normalise_logs(logs)  # raises if no scenario allows the answers
    table, board_values, powers = (part[~answered] for part in (table, board_values, powers))
    shifts = _fitting_shifts(logs, table, board_values, powers)
    row_logs[~answered] = powers[:, None] * _apply_shifts(table, shifts)[0]
    moved = logs + row_logs[~answered].sum(axis=0)
    nats = max(0.0, float(shifts @ (powers * board_values) - logsumexp(moved)))
    return SoftUpdate(_as_tuple(_normalise_logs(moved)), nats, tuple(map(_as_tuple, row_logs)))


def indicator_probabilities(prior: ArrayLike, likelihoods: ArrayLike) -> tuple[float, ...]:
    """Prior predictive probability of the K indicators: P(YES) = Σ_j prior_j · likelihoods_kj.

    Compare it with the question board. Raises as `scenario_posterior` does for prior and table.

    >>> indicator_probabilities([0.5, 0.5], [[0.8, 0.4]])
    (0.6000000000000001,)
    """
    weights, table = _check_table(prior, likelihoods)
    return _as_tuple(table @ weights)


def indicator_information(prior: ArrayLike, likelihoods: ArrayLike) -> float:
    """Mutual information between an indicator and the scenarios, in bits.

    Range 0 (the same P(YES) in every scenario) to 1; higher is more informative. `likelihoods` is
    the indicator's row of the table: P(YES | scenario) for each of the J. Raises as
    `scenario_posterior` does. Source: Shannon 1948; entropy of the answer less its mean entropy
    within the scenarios.

    >>> indicator_information([0.5, 0.5], [1.0, 0.0]), indicator_information([0.5, 0.5], [0.4, 0.4])
    (1.0, 0.0)
    """
    weights, table = _check_table(prior, np.asarray(likelihoods, dtype=np.float64)[None])
    information = _binary_entropy(table @ weights) - _binary_entropy(table) @ weights
    return max(0.0, float(information[0]))


def _check_table(prior: ArrayLike, likelihoods: ArrayLike) -> tuple[Floats, Floats]:
    weights, table = check_sum_to_one(prior), check_probabilities(likelihoods)
    if table.size == 0:
        table = table.reshape(0, weights.shape[-1])
    if weights.ndim != 1 or table.ndim != 2 or table.shape[1] != len(weights):
        raise ForecastsError(
            "give each row of the likelihood table one probability for each scenario of the prior"
        )
    return weights, table


def _fitting_shifts(logs: Floats, table: Floats, marginals: Floats, powers: Floats) -> Floats:
    """Shifts of the indicators' log-odds, equal in all scenarios, that fit the given marginals.

    The dual that they minimise has the gradient powers · (marginal − given). Newton's steps are
    shortened by ln(1 + size)/size: proven to descend for a dual of this kind (Sun & Tran-Dinh 2019,
    Mathematical Programming 178), and without effect on small steps.
    """
    shifts = np.zeros(len(table))
    off = shifts
    for _ in range(_MAX_ITERATIONS):
        sizes, shifted = _apply_shifts(table, shifts)
        shares = _normalise_logs(logs + powers @ sizes)
        marginal = shifted @ shares
        off = marginals - marginal
        if not (np.abs(off) > _MARGIN_TOLERANCE).any():
            return shifts
        between = (shifted * shares) @ shifted.T - np.outer(marginal, marginal)
        within = (shifted * (1.0 - shifted)) @ shares
        curvature = np.outer(powers, powers) * between + np.diag(powers * within)
        step = np.linalg.lstsq(curvature, powers * off)[0]
        size = float(np.abs(step).sum())
        shifts = shifts + step * (np.log1p(size) / size if size > 0.0 else 0.0)
    raise ForecastsError(
        "no scenario probabilities fit these forecasts of the indicators: row "
        f"{int(np.abs(off).argmax()) + 1} of the likelihood table contradicts its forecast, or "
        "others do: put 0.01 or 0.99 where the table says 0 or 1"
    )


def _apply_shifts(table: Floats, shifts: Floats) -> tuple[Floats, Floats]:
    """Logs of the factors on scenario weights by cell, and P(YES | scenario) after the shift."""
    yes, no = _ln(table) + shifts[:, None], _ln(1.0 - table)
    sizes = np.logaddexp(yes, no)
    return sizes, np.exp(yes - sizes)


def _normalise_logs(logs: Floats) -> Floats:
    if np.isneginf(logs).all():
        raise ForecastsError(
            "what was observed rules out every scenario: one of the likelihoods of 0 has to give"
        )
    shares = np.exp(logs - logs.max())
    return np.asarray(shares / shares.sum())


def _ln(values: Floats) -> Floats:
    with np.errstate(divide="ignore"):  # log of 0: a scenario that is ruled out
        return np.log(values)


def _binary_entropy(p: Floats) -> Floats:
    return np.asarray((entr(p) + entr(1.0 - p)) / np.log(2.0))


def _as_tuple(values: Floats) -> tuple[float, ...]:
    return tuple(values.tolist())
