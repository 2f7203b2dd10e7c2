"""Parameters learned from an installation's own reviews and answers."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from forecasts.distributions.probability import check_probabilities, logit, sigmoid
from forecasts.evidence.evidence import Evidence, Indicator
from forecasts.evidence.likelihood_ratios import decay_weight
from forecasts.evidence.weights import (
    DAY,
    DEFAULT_MODEL,
    SuggestionModel,
    novelty_factors,
    visible_evidence,
    weigh_story,
)
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


PRIOR_DAYS = 60.0
"""Weight of the stated level, in days of archive."""


def learn_usual_level(
    indicator: Indicator,
    evidence: Iterable[Evidence],
    *,
    archive_from: datetime,
    opens_at: datetime,
    model: SuggestionModel = DEFAULT_MODEL,
) -> LearnedValue:
    """Learn the usual level of an indicator, in log-odds from 0 on, from the archive.

    (n · mean + 60 · stated) / (n + 60): the mean over the n whole days from `archive_from` to
    `opens_at` of L(d) = Σ over stories first seen by day d of ln LR · novelty · decay, in the
    indicator's direction (opposite evidence is negative), weighed as in the suggestion; `stated` is
    the level of the question set. A negative result becomes 0. Evidence from the opening on is
    ignored. An indicator without decay or direction keeps its stated level, of which the suggestion
    subtracts nothing.

    >>> from datetime import timedelta
    >>> from forecasts.evidence.evidence import Direction, SourceReport, Strength
    >>> from forecasts.questions.question import utc
    >>> talks = Indicator("peace/talks", "peace", "talks", Direction.YES, Strength.SOME, ())
    >>> opens = utc("2026-01-01")
    >>> def story(n):
    ...     seen = opens - timedelta(days=10 * n)
    ...     return Evidence(n, "peace", n, "peace/talks", Direction.YES, Strength.SOME, 1.0,
    ...     "confirmed", "ann", seen,
    ...         (SourceReport("wire", 0.9, seen),))
    >>> found = learn_usual_level(talks, [story(n) for n in range(1, 37)],
    ...     archive_from=utc("2025-01-01"),
    ...     opens_at=opens)
    >>> round(found.value, 3), found.n
    (0.161, 365)
    """
    days = max(0, math.floor((opens_at - archive_from) / DAY))
    if not days or indicator.half_life_days is None or not indicator.direction:
        return _keep_stated_level(indicator, opens_at)
    before = (e for e in evidence if e.indicator_id == indicator.id and e.first_seen_at < opens_at)
    known = list(novelty_factors(visible_evidence(before, indicator.question_id, opens_at), model))
    stories = [
        (e.first_seen_at, _weights_without_decay(e, novelty, indicator)) for e, novelty in known
    ]
    levels = _daily_levels(
        stories, (archive_from + DAY * day for day in range(1, days + 1)), indicator.half_life_days
    )
    mean = indicator.direction * math.fsum(levels) / days
    value = max(0.0, (days * mean + PRIOR_DAYS * indicator.usual_level) / (days + PRIOR_DAYS))
    why = (
        f"mean {mean:z.3f} over {days} days before the opening ({len(known)} pieces of "
        f"evidence), shrunk towards {indicator.usual_level:.3f} as if that were {PRIOR_DAYS:g} "
        "days more"
    )
    return replace(_keep_stated_level(indicator, opens_at), value=value, n=days, why=why)


def _keep_stated_level(indicator: Indicator, opens_at: datetime) -> LearnedValue:
    why = "as the set states it: there is no archive before the opening, or no level to settle at"
    return LearnedValue("usual level", indicator.id, indicator.usual_level, 0, opens_at, why)


def _weights_without_decay(
    e: Evidence, novelty: float, indicator: Indicator
) -> list[tuple[datetime, float]]:
    """Weights of a story without decay, from its first report and from each further one."""
    times = sorted({max(e.first_seen_at, report.first_seen_at) for report in e.reports})
    return [
        (at, replace(weigh_story(e, novelty, indicator, at), decay=1.0).log_odds) for at in times
    ]


def _daily_levels(
    stories: Sequence[tuple[datetime, list[tuple[datetime, float]]]],
    days: Iterable[datetime],
    half_life: float,
) -> Iterator[float]:
    for day in days:
        seen = (
            (first, [weight for at, weight in fresh if at <= day])
            for first, fresh in stories
            if first <= day
        )
        yield math.fsum(
            decay_weight(known[-1], (day - first) / DAY, half_life)
            for first, known in seen
            if known
        )
