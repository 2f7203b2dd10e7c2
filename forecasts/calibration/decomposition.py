"""Decompositions of a mean Brier score: Murphy, Yates, calibration error and sharpness.

With few questions prefer `corp`, which needs no bins. All functions take one row per resolved
question, never one per revision.

Sources: Murphy 1973, Journal of Applied Meteorology 12; Stephenson, Coelho & Jolliffe 2008, Weather
and Forecasting 23, for the spread inside bins; Ferro & Fricker 2012, Quarterly Journal of the Royal
Meteorological Society 138, for the bias; Yates 1982, Organizational Behavior and Human Performance
30.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasts.distributions.probability import Floats, check_probabilities
from forecasts.distributions.probability import check_outcomes as checked_outcomes
from forecasts.errors import ForecastsError

TENTHS: tuple[float, ...] = tuple(k / 10 for k in range(11))
"""Edges of ten equal bins, each the nearest float to its decimal."""

BINS = 10
"""Bins of the calibration error."""

ON_EDGE = 1e-9
"""Tolerance of bin edges: 0.1 + 0.2 is 0.30000000000000004 and counts as 0.3."""

PLACES = 12
"""Decimals to which forecasts count as equal: 0.4 − 0.05 is 0.35000000000000003 and counts as 0.35.
"""


def check_pairs(p: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    """Check forecasts and outcomes: two arrays of one length, at least one row.

    Raises `InvalidProbability` for an invalid probability, `ValueError` for an outcome that is not
    0 or 1, and `ForecastsError` when there are no rows or the lengths differ.

    >>> [column.tolist() for column in check_pairs([0.3, 0.9], [0, 1])]
    [[0.3, 0.9], [0.0, 1.0]]
    """
    forecasts, happened = check_probabilities(p), checked_outcomes(outcomes)
    if forecasts.ndim != 1 or forecasts.shape != happened.shape:
        raise ForecastsError(
            f"forecasts of shape {forecasts.shape} and outcomes of shape {happened.shape} do not "
            "pair up: give two lists with one outcome for each forecast"
        )
    if forecasts.size == 0:
        raise ForecastsError(
            "there is no resolved forecast to judge: give at least one, or wait for a resolution"
        )
    return forecasts, happened


@dataclass(frozen=True, slots=True)
class Murphy:
    """Decomposition of the mean Brier score: brier = rel − res + unc + wbv − wbc, exactly.

    `brier`: 0 to 1, lower is better. `rel` reliability: distance of the bins' shares from their
    mean forecasts, 0 to 1, lower is better. `res` resolution: distance of the bins' shares from the
    overall share, 0 to `unc`, higher is better. `unc` uncertainty: score of always forecasting the
    overall share, 0 to 0.25, a property of the questions. `wbv`, `wbc`: variance of forecasts
    inside bins, and twice their covariance with outcomes; both 0 when forecasts in a bin are equal.

    `rel_bc`, `res_bc`, `unc_bc`: bias-corrected components with the same sum. They may fall below
    0, which means indistinguishable from 0: show max(0, ·) and keep the raw value.
    """

    brier: float
    rel: float
    res: float
    unc: float
    wbv: float
    wbc: float
    rel_bc: float
    res_bc: float
    unc_bc: float


def murphy(p: ArrayLike, outcomes: ArrayLike, edges: ArrayLike | None = None) -> Murphy:
    """Murphy's decomposition of the mean Brier score, exact also within bins.

    One row per resolved question: `p` the forecasts, `outcomes` 1 or 0. `edges` rise from 0 to 1;
    bins are (low, high], and the first holds 0 too; ten tenths by default. See `Murphy` for ranges
    and directions. Raises as `check_pairs` does, and `ForecastsError` for edges that do not rise
    from 0 to 1. Sources: Murphy 1973; Stephenson, Coelho & Jolliffe 2008; Ferro & Fricker 2012.

    >>> found = murphy([0.1, 0.1, 0.8, 0.8], [0, 0, 1, 0])
    >>> round(found.brier, 4), round(found.rel, 4), round(found.res, 4), round(found.unc, 4)
    (0.175, 0.05, 0.0625, 0.1875)
    """
    forecasts, happened = check_pairs(p, outcomes)
    index = _bin_indices(forecasts, _check_edges(TENTHS if edges is None else edges))
    n, mean_p, share, index = _bin_means(forecasts, happened, index)
    total, overall = forecasts.size, happened.mean()
    rel = float(n @ (mean_p - share) ** 2) / total
    res = float(n @ (share - overall) ** 2) / total
    unc = float(overall * (1.0 - overall))
    off_mean = forecasts - mean_p[index]
    wbv = float((off_mean**2).mean())
    wbc = 2.0 * float(((happened - share[index]) * off_mean).mean())
    several = n > 1.0  # a single question has no variance estimate
    noise = float((n * share * (1.0 - share))[several] @ (1.0 / (n[several] - 1.0))) / total
    level_noise = unc / max(total - 1, 1)  # with one question unc is 0
    brier = float(((forecasts - happened) ** 2).mean())
    return Murphy(
        brier, rel, res, unc, wbv, wbc, rel - noise, res - noise + level_noise, unc + level_noise
    )


@dataclass(frozen=True, slots=True)
class Discrimination:
    """Discrimination between outcomes by the forecasts, whatever their level.

    `auc`: probability that of a random pair the question that happened had the higher forecast, 0
    to 1, higher is better, 0.5 is none. `mean_if_yes`, `mean_if_no`: mean forecast by outcome.
    `slope`: their difference, −1 to 1, higher is better (Yates' slope). `yes`, `no`: number of
    questions by outcome. None for what needs an outcome that never occurred.
    """

    auc: float | None
    mean_if_yes: float | None
    mean_if_no: float | None
    slope: float | None
    yes: int
    no: int


def measure_discrimination(p: ArrayLike, outcomes: ArrayLike) -> Discrimination:
    """Area under the ROC curve and mean forecasts by outcome, one row per resolved question.

    Equal forecasts count half in `auc`. See `Discrimination` for ranges and directions. Raises as
    `check_pairs` does. Sources: Mason & Graham 2002, Quarterly Journal of the Royal Meteorological
    Society 128; Yates 1982.

    >>> found = measure_discrimination([0.2, 0.6, 0.6, 0.9], [0, 0, 1, 1])
    >>> found.auc, found.mean_if_yes, found.mean_if_no, round(found.slope, 4)
    (0.875, 0.75, 0.4, 0.35)
    """
    forecasts, happened = check_pairs(p, outcomes)
    was_yes = happened == 1.0
    yes = int(was_yes.sum())
    no = forecasts.size - yes
    mean_if_yes = float(forecasts[was_yes].mean()) if yes > 0 else None
    mean_if_no = float(forecasts[~was_yes].mean()) if no > 0 else None
    if mean_if_yes is None or mean_if_no is None:
        return Discrimination(None, mean_if_yes, mean_if_no, None, yes, no)
    values, index = np.unique(np.round(forecasts, PLACES), return_inverse=True)
    yes_at = np.bincount(index[was_yes], minlength=values.size)
    no_at = np.bincount(index[~was_yes], minlength=values.size)
    won_twice = 2 * (np.cumsum(no_at) - no_at) + no_at  # a tie is half a win
    return Discrimination(
        int(yes_at @ won_twice) / (2 * yes * no),
        mean_if_yes,
        mean_if_no,
        mean_if_yes - mean_if_no,
        yes,
        no,
    )


def sharpness(p: ArrayLike) -> float:
    """Sharpness: variance of the forecasts around their own mean, over questions.

    Range 0 (always the same number) to 0.25 (half of them 0, half 1). It does not depend on
    outcomes; higher is better only among calibrated forecasters. Raises `InvalidProbability`, and
    `ForecastsError` without a forecast. Source: Murphy 1993, Weather and Forecasting 8.

    >>> sharpness([0.0, 1.0, 0.5, 0.5])
    0.125
    """
    forecasts = check_probabilities(p)
    if forecasts.size == 0:
        raise ForecastsError("there is no forecast to look at: give at least one")
    return float(forecasts.var())


def measure_gap(p: ArrayLike, outcomes: ArrayLike) -> float:
    """Expected calibration error: mean over questions of |mean forecast − share| of their bin.

    A diagnostic only, never shown bare: it is biased upwards, and a perfect forecaster with 50
    questions has 0.14 on average. `band.judge_calibration` has what such a forecaster has on the
    same forecasts. In `BINS` equal bins (low, high]. Range 0 to 1, lower is better. Raises as
    `check_pairs` does. Source: Naeini, Cooper & Hauskrecht 2015, AAAI 29.

    >>> round(measure_gap([0.1, 0.1, 0.8, 0.8], [0, 0, 1, 0]), 4)
    0.2
    """
    forecasts, happened = check_pairs(p, outcomes)
    index = index_bins(forecasts, BINS)
    error = np.bincount(index, weights=forecasts - happened, minlength=BINS)
    return float(np.abs(error).sum()) / forecasts.size


def index_bins(forecasts: Floats, bins: int) -> NDArray[np.intp]:
    """Return the one of equally wide bins (low, high] that holds each forecast, from 0."""
    return _bin_indices(forecasts, np.arange(bins + 1) / bins)


def _bin_means(
    forecasts: Floats, happened: Floats, index: NDArray[np.intp]
) -> tuple[Floats, Floats, Floats, NDArray[np.intp]]:
    """Size, mean forecast and share of each bin that is not empty, and the bin of each row."""
    _, index, sizes = np.unique(index, return_inverse=True, return_counts=True)
    n = sizes.astype(np.float64)
    return (
        n,
        np.bincount(index, weights=forecasts) / n,
        np.bincount(index, weights=happened) / n,
        index,
    )


def _bin_indices(forecasts: Floats, edges: Floats) -> NDArray[np.intp]:
    """Bin (low, high] of each forecast, counted from 0."""
    return np.searchsorted(edges[1:-1], forecasts - ON_EDGE, side="left")


def _check_edges(edges: ArrayLike) -> Floats:
    checked = np.asarray(edges, dtype=np.float64)
    rising = checked.ndim == 1 and checked.size >= 2 and bool(np.all(np.diff(checked) > 0.0))
    if not rising or abs(checked[0]) > ON_EDGE or abs(checked[-1] - 1.0) > ON_EDGE:
        raise ForecastsError("the edges of bins rise from 0 to 1: give them as in [0, 0.2, 0.5, 1]")
    return checked
