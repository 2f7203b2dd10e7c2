"""Record of the matcher: the share of what it logged that people kept, and what it left out."""

from collections.abc import Iterable
from dataclasses import dataclass

MIN_SHOWN_REVIEWS = 3
"""Reviews from which a precision is shown."""

MIN_DEMOTION_REVIEWS = 8
"""Reviews from which an indicator or a feed can be demoted."""

DEMOTION_PRECISION = 0.3
"""Precision below which it is: what it brings is usually rejected."""

MIN_RECALL_ANSWERS = 5
"""Judged near misses from which recall is estimated."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Number of pieces that people kept, confirmed or edited, of those that they reviewed.

    Only what the matcher logged counts: evidence added by hand says nothing about its precision.

    >>> Precision(2, 9).share, Precision(2, 9).is_low
    (0.2222222222222222, True)
    >>> str(Precision(12, 17)), str(Precision(2, 3)), str(Precision(1, 2))
    ('12 of 17 kept (71%)', '2 of 3 kept (67%)', '')
    """

    accepted: int = 0
    reviewed: int = 0

    @property
    def share(self) -> float | None:
        """Share that was kept, 0 to 1; None below 3 reviews."""
        return self.accepted / self.reviewed if self.reviewed >= MIN_SHOWN_REVIEWS else None

    @property
    def is_low(self) -> bool:
        """True if it is below .3 from 8 reviews on, so that unreviewed pieces move nothing."""
        enough = self.reviewed >= MIN_DEMOTION_REVIEWS
        return enough and self.accepted < DEMOTION_PRECISION * self.reviewed

    def __str__(self) -> str:
        if self.share is None:
            return ""
        return f"{self.accepted:,} of {self.reviewed:,} kept ({100 * self.share:.0f}%)"


NO_REVIEWS = Precision()


@dataclass(frozen=True, slots=True)
class NearMissSample:
    """Near misses of a period: of `listed` some were drawn at random, `answered` of them judged.

    `missed` of those answered were evidence. `logged` counts what the matcher logged meanwhile.
    """

    logged: int
    listed: int
    answered: int
    missed: int


@dataclass(frozen=True, slots=True)
class Recall:
    """Estimated share of the evidence that the matcher logged, from `n` judged near misses."""

    share: float
    n: int


def estimate_recall(samples: Iterable[NearMissSample], precision: Precision) -> Recall | None:
    """Estimate Σ logged · precision / (Σ logged · precision + Σ listed · missed / answered).

    Range 0 to 1. Near misses are a stratified random sample of what was left out (Cochran 1977,
    *Sampling Techniques*, 5.3), a stratum for each period. What is below the range of near misses
    counts as no evidence, so it is an upper bound. None below 5 answers or 3 reviews, or if nothing
    was evidence.

    >>> weeks = [NearMissSample(40, 100, 5, 1), NearMissSample(20, 60, 5, 0)]
    >>> estimate_recall(weeks, Precision(30, 40))
    Recall(share=0.6923076923076923, n=10)
    """
    judged = [sample for sample in samples if sample.answered]
    n = sum(sample.answered for sample in judged)
    if n < MIN_RECALL_ANSWERS or precision.share is None:
        return None
    logged = precision.share * sum(sample.logged for sample in judged)
    missed = sum(sample.listed * sample.missed / sample.answered for sample in judged)
    return Recall(logged / (logged + missed), n) if logged + missed else None
