"""Parameters learned from an installation's own reviews and answers."""

from dataclasses import dataclass
from datetime import datetime

from forecasts.distributions.probability import check_probabilities, logit, sigmoid
from forecasts.questions.links import is_past_close
from forecasts.questions.question import Question, Resolution


@dataclass(frozen=True, slots=True)
class LearnedValue:
    """Learned value, which can be logged, shown, frozen and reset.

    `scope` is the id of an indicator or a feed, or "all". `n` is the sample size (days, decisions
    or questions, as stated in `why`); only data from before `as_of` was used. While the sample is
    too small, `value` is the default, and `why` says so.

    >>> from forecasts.questions.question import utc
    >>> LearnedValue("gamma", "all", 0.5, 12, utc("2026-06-01"), "default: 12 of 30 reviews").value
    0.5
    """

    name: str
    scope: str
    value: float
    n: int
    as_of: datetime
    why: str


def is_learnable(
    question: Question, resolution: Resolution | None, now: datetime, *, replayed: bool = False
) -> bool:
    """Return True if the outcome of a question can be used for learning at `now`.

    A yes/no question whose scheduled close has passed and whose answer was known before `now`. One
    that was answered early waits for its close: among recently opened questions those answered are
    mostly YES, because an event that occurs answers at once and one that does not only at the end.
    Retrospective questions count only if `replayed`.
    """
    if question.kind != "binary" or resolution is None or (question.retrospective and not replayed):
        return False
    return (
        is_past_close(question, now)
        and resolution.outcome in ("yes", "no")
        and resolution.known_at < now
    )


CLIP = (0.001, 0.999)
"""Range to which probabilities are clipped, as certainty has infinite log-odds."""


@dataclass(frozen=True, slots=True)
class LearnedLogitMap:
    """Map logit p ↦ shift + slope · logit p learned from decisions; slope is 0 or more."""

    shift: LearnedValue
    slope: LearnedValue

    def apply(self, p: float) -> float:
        """Calibrated probability; p itself while nothing was learned.

        Raises `InvalidProbability`.

        >>> from forecasts.questions.question import utc
        >>> shift, slope = (LearnedValue(name, "all", value, 40, utc("2026-06-01"), "") for name,
        ...     value in
        ...     (("relevance shift", -0.4), ("relevance slope", 0.8)))
        >>> round(LearnedLogitMap(shift, slope).apply(0.9), 4)
        0.7954
        """
        check_probabilities(p)
        if (self.shift.value, self.slope.value) == (0.0, 1.0):
            return p
        return sigmoid(self.shift.value + self.slope.value * logit(min(max(p, CLIP[0]), CLIP[1])))
