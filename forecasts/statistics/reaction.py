"""Reaction of forecasts to evidence: a person's revisions beside those that the ledger suggests."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from forecasts.distributions.probability import Floats
from forecasts.errors import InvalidForecast
from forecasts.statistics.dynamics import LEVEL, explain_shortage, is_near_ideal, sum_by_family
from forecasts.statistics.small_samples import MIN_FIXED_TEST

_MIN_SUGGESTED = 1e-9  # smaller suggested moves are rounding errors

_MAX_INTERVAL = 2.0
"""Width of an interval around 1 from which it says nothing: from 0 to 2 everything is likely."""

ReactionVerdict = Literal["under-reacts", "over-reacts"]


class TimedRevision(NamedTuple):
    """A person's revision in log-odds, what evidence suggested since the one before, and time."""

    moved: float
    suggested: float
    by_time: float = 0.0


@dataclass(frozen=True, slots=True)
class Reaction:
    """Slope of a person's revisions on those suggested by the evidence, over `n` revisions.

    `families`: families of questions in which the evidence suggested a move. `slope`: 1 follows the
    suggestion fully, below 1 under-reacts, above 1 over-reacts, below 0 moves the other way; None
    when the suggestion never moved. `low`, `high`: its 95% t interval with families − 1 degrees of
    freedom, None also for a single family.
    """

    n: int
    families: int
    slope: float | None
    low: float | None
    high: float | None

    @property
    def is_enough(self) -> bool:
        """Return True if there are families enough for a verdict."""
        return self.families >= MIN_FIXED_TEST

    @property
    def is_telling(self) -> bool:
        """Return True if the slope says anything: a verdict, or an interval that is not wide."""
        if not self.is_enough or self.low is None or self.high is None:
            return False
        return self.verdict is not None or self.high - self.low <= _MAX_INTERVAL

    @property
    def verdict(self) -> ReactionVerdict | None:
        """Verdict from `MIN_FIXED_TEST` families on, if the interval excludes 1; else None.

        >>> Reaction(40, 40, 0.5, 0.3, 0.7).verdict, Reaction(40, 40, 0.8, 0.5, 1.1).verdict
        ('under-reacts', None)
        """
        if not self.is_enough or self.low is None or self.high is None:
            return None
        if self.high < 1.0:
            return "under-reacts"
        return "over-reacts" if self.low > 1.0 else None

    @property
    def sentence(self) -> str:
        """Summary in one sentence.

        >>> Reaction(40, 40, 0.5, 0.3, 0.7).sentence
        'Under-reacts: revisions go 0.50 of the way that the evidence suggests (95%: 0.30 to 0.70).'
        >>> Reaction(40, 40, 11.78, -4.0, 27.0).sentence
        'Too uncertain to say anything yet.'
        """
        if not self.is_enough:
            return explain_shortage("independent questions with evidence", self.families)
        if self.slope is None or self.low is None or not self.is_telling:
            return "Too uncertain to say anything yet."
        interval = f"(95%: {self.low:.2f} to {self.high:.2f})"
        extent = f"revisions go {self.slope:.2f} of the way that the evidence suggests {interval}"
        if self.verdict == "under-reacts" and self.low <= 0.0:
            return f"No reaction to the evidence shows: {extent}."
        if self.verdict is not None:
            return f"{self.verdict.capitalize()}: {extent}."
        within = f"({self.slope:.2f}; 1.00 is ideal, and the gap is within chance)"
        if is_near_ideal(self.slope):
            return f"Revisions follow the evidence about as far as they should {within}."
        return f"No sign that revisions go too far or not far enough {within}."


def measure_reaction(revisions: Sequence[TimedRevision], families: Sequence[Hashable]) -> Reaction:
    """Slope of revisions on the evidence, with the passing of time held constant; in nats.

    Each row is one revision, the sum of suggested log-likelihood ratios since the one before, and
    the move by time alone; `logit_move` gives the first number, finite at 0 and 1 too. `families`
    names the family of the question of each row. Least squares on evidence and time, without a
    constant: somebody who lets forecasts fall as time passes does not count as going against
    evidence that rises. The error is that of the jackknife which leaves out one family at a time,
    so that revisions of a family may depend, and a single family with most of the evidence widens
    the interval. Raises `InvalidForecast` for a number that is not finite. Sources: Eisenhauer
    2003, Teaching Statistics 25; Cameron & Miller 2015, Journal of Human Resources 50 (the estimate
    CV3).

    >>> rows = [TimedRevision(*row) for row in ((0.5, 1.0), (0.9, 2.0), (-0.6, -1.0))]
    >>> found = measure_reaction(rows, ["rain", "vote", "summit"])
    >>> round(found.slope, 3), round(found.low, 3), round(found.high, 3), found.verdict
    (0.483, 0.235, 0.732, None)
    """
    from scipy.special import stdtrit

    table = np.array(revisions, dtype=np.float64).reshape(-1, 3)
    if not np.isfinite(table).all():
        raise InvalidForecast("a move in log-odds is a finite number: take it with logit_move")
    moved, causes, n = table[:, 0], table[:, 1:], len(table)
    causes = np.where(np.abs(causes) < _MIN_SUGGESTED, 0.0, causes)
    count = int((sum_by_family(causes[:, 0] ** 2, families) > 0.0).sum())
    if not count:
        return Reaction(n, 0, None, None, None)
    products = causes[:, :, np.newaxis] * np.column_stack([causes, moved])[:, np.newaxis]
    sums = sum_by_family(products.reshape(n, 6), families).reshape(-1, 2, 3)
    slope = float(_fit_slopes(sums.sum(axis=0)))
    if count < 2:
        return Reaction(n, count, slope, None, None)
    partial_slopes = _fit_slopes(sums.sum(axis=0) - sums)
    error = math.sqrt((count - 1) / count * float(((partial_slopes - slope) ** 2).sum()))
    half = float(stdtrit(count - 1, (1.0 + LEVEL) / 2)) * error
    return Reaction(n, count, slope, slope - half, slope + half)


def _fit_slopes(equations: Floats) -> Floats:
    """Solve normal equations of evidence and time, with their right side as last column."""
    solved = np.linalg.pinv(equations[..., :2], hermitian=True) @ equations[..., 2:]
    slopes: Floats = solved[..., 0, 0]
    return slopes
