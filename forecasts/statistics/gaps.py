"""Gaps between two probabilities in log-odds: which are a disagreement, and which a wide one."""

import math
from typing import Final

from forecasts.distributions.probability import logit

MIN_PROBABILITY: Final = 0.0001
"""Probabilities are moved this far from 0 and 1 before log-odds are taken."""

MIN_GAP: Final = math.log(2.0)
"""Gap that counts as disagreement: the odds of the one are twice those of the other."""

MIN_WIDE_GAP: Final = math.log(8.0)
"""Gap that is worth a talk: 2.1, as between 20% and 67%.

It is the likelihood ratio of one *strong* piece of evidence, so one of the two has seen something
that the other has not, or reads it otherwise.
"""


def clamp_logit(p: float) -> float:
    """Log-odds of a probability, in nats; those of 0 and 1 are finite.

    >>> round(clamp_logit(0.75), 4), round(clamp_logit(1.0), 2)
    (1.0986, 9.21)
    """
    return logit(min(max(p, MIN_PROBABILITY), 1.0 - MIN_PROBABILITY))


def measure_gap(p: float, q: float) -> float:
    """Gap between two probabilities, in nats, at least 0.

    >>> round(measure_gap(0.2, 0.75), 2), measure_gap(0.2, 0.67) > MIN_WIDE_GAP
    (2.48, True)
    """
    return abs(clamp_logit(p) - clamp_logit(q))
