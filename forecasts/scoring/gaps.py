"""Imputation of forecasts for gaps in a timeline, for comparison with tournaments.

Our scores leave gaps out and report coverage. Tournaments that rank by one mean over the whole time
fill the gaps with 50 %, with the base rate or with the median of the others, so that waiting for an
easy moment gains nothing.
"""

import math
from datetime import datetime, timedelta

import numpy as np

from forecasts.distributions.distribution import Binary
from forecasts.errors import InvalidForecast
from forecasts.questions.timeline import Timeline
from forecasts.scoring.rules import brier


def mean_with_gaps(
    timeline: Timeline,
    outcome: int,
    *,
    opens_at: datetime,
    ends_at: datetime,
    imputed: float | None = None,
) -> float | None:
    """Time-weighted mean Brier score on [opens_at, ends_at), with gaps filled by `imputed`.

    For binary questions. `imputed` is the probability of YES used in gaps: 0.5, a base rate, or
    None to leave gaps out. Range 0 to 1; lower is better. None without any forecast or imputation,
    or for an empty period. Raises `InvalidForecast` when a forecast is not of a binary question,
    `InvalidProbability` for `imputed`, `ValueError` for an outcome that is not 1 or 0. Source: the
    Good Judgment Project filled the days before a first forecast.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> late, ten = build_timeline([(utc("2026-01-04"), Binary(0.8))]), {"opens_at": utc("2026-01-01"),
    ...     "ends_at": utc("2026-01-11")}
    >>> [round(mean_with_gaps(late, 1, imputed=p, **ten), 3) for p in (None, 0.5, 0.2)]
    [0.04, 0.103, 0.22]
    """
    spans = timeline.spans(opens_at, ends_at)
    p = [span.distribution.p for span in spans if isinstance(span.distribution, Binary)]
    if len(p) < len(spans):
        raise InvalidForecast(
            "gaps are filled on binary questions only: give forecasts of a probability"
        )
    days = [span.days for span in spans]
    if imputed is not None:
        p.append(imputed)
        days.append(max((ends_at - opens_at) / timedelta(days=1) - math.fsum(days), 0.0))
    losses = brier(p, np.full(len(p), outcome))
    total = math.fsum(days)
    return math.fsum(losses * days) / total if total > 0.0 else None
