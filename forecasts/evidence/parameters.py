"""What an installation learned from its own reviews and answers: values with a name, a size and a
reason.
"""

from dataclasses import dataclass
from datetime import datetime

from forecasts.distributions.probability import logit, probabilities, sigmoid
from forecasts.questions.cohorts import counts
from forecasts.questions.question import Question, Resolution


@dataclass(frozen=True, slots=True)
class Learned:
    """One learned value, fit to be logged, shown, frozen and reset.

    `scope` is what it holds for: the id of an indicator or a feed, or "all". `n` counts what it was
    learned from (days, decisions, questions: `why` says which) and `as_of` is the instant before
    which all of that was known. While there is too little to learn from, `value` is the default and
    `why` says so.

    >>> from forecasts.questions.question import utc
    >>> Learned("gamma", "all", 0.5, 12, utc("2026-06-01"), "default: 12 of 30 reviews").value
    0.5
    """

    name: str
    scope: str
    value: float
    n: int
    as_of: datetime
    why: str


def teaches(
    question: Question, resolution: Resolution | None, now: datetime, *, replayed: bool = False
) -> bool:
    """True if something can be learned at `now` from how a question came out.

    A yes/no question whose scheduled close has passed and whose answer was known before `now`. One
    that was answered early waits for its close: among the questions that opened lately those
    answered are mostly YES, because an event that comes answers at once and one that does not only
    at the end. Retrospective questions teach in a replay alone.
    """
    if question.kind != "binary" or resolution is None or (question.retrospective and not replayed):
        return False
    return (
        counts(question, now) and resolution.outcome in ("yes", "no") and resolution.known_at < now
    )


CLIP = (0.001, 0.999)
"""Beyond these ends all chances count alike: certainty has log-odds that can be neither shifted nor
stretched.
"""


@dataclass(frozen=True, slots=True)
class LearnedMap:
    """logit p ↦ shift + slope · logit p, learned from decisions; never falling, as the slope is 0
    or more.
    """

    shift: Learned
    slope: Learned

    def apply(self, p: float) -> float:
        """The chance as it is borne out, 0 to 1; p itself while nothing was learned.

        Raises `InvalidProbability`.

        >>> from forecasts.questions.question import utc
        >>> shift, slope = (Learned(name, "all", value, 40, utc("2026-06-01"), "") for name, value in
        ...     (("relevance shift", -0.4), ("relevance slope", 0.8)))
        >>> round(LearnedMap(shift, slope).apply(0.9), 4)
        0.7954
        """
        probabilities(p)
        if (self.shift.value, self.slope.value) == (0.0, 1.0):
            return p
        return sigmoid(self.shift.value + self.slope.value * logit(min(max(p, CLIP[0]), CLIP[1])))
