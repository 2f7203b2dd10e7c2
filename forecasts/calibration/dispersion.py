"""Dispersion: by how much the luck of questions spreads wider than if each had its own.

Questions that turn on one event are often opened one after the other, whether anybody recorded that
or not. So neighbours in the order of opening that come true together, beyond what their forecasts
tell, are taken as a sign of a shared cause; a calibrated forecaster of such questions is farther
from the diagonal by luck alone. Families that are recorded count as one question here: what they
share is measured apart (`family_correlation`).

Source: Newey & West 1987, Econometrica 55, for the variance of a sum of neighbours that depend.
"""

from typing import Final

import numpy as np

from forecasts.distributions.probability import Floats

NEIGHBOURS: Final = 8
"""Families after each one that may share its cause, the farther ones with less weight."""


def estimate_dispersion(deviations: Floats) -> float:
    """Estimate the variance of a sum of deviations over that of independent ones, 1 or more.

    `deviations` are those of outcomes from a fitted curve, one for each family, in the order of
    opening.

    >>> runs = np.repeat([0.5, -0.5, -0.5, 0.5, -0.5, 0.5], 5)
    >>> round(estimate_dispersion(runs), 2), estimate_dispersion(np.tile([0.5, -0.5], 15))
    (1.89, 1.0)
    """
    scale = float(deviations @ deviations)
    lags = np.arange(1, min(NEIGHBOURS + 1, deviations.size))
    if scale == 0.0 or not lags.size:
        return 1.0
    shared = np.array([deviations[:-lag] @ deviations[lag:] for lag in lags])
    weights = 1.0 - lags / (NEIGHBOURS + 1.0)
    return max(1.0, 1.0 + 2.0 * float(weights @ shared) / scale)
