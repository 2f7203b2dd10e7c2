"""A forecaster's recalibration: what their record bears out, offered, consented to, and applied.

Yes-no forecasts are shifted and stretched in log-odds, curves are widened about their median. Both
are fitted to forecasts at a lead fixed by the schedule, on questions that count, and shrunk
towards changing nothing. What was consented to stays as it was at the consent: it changes what is
computed from that instant on, never the past.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from forecasts.calibration.bins import bin_forecasts
from forecasts.calibration.family_correlation import correlate_outcomes, number_families
from forecasts.calibration.snapshots import CalibrationSnapshot, RankSnapshot
from forecasts.calibration.widening import Widening, offer_widening
from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.questions.question import Question
from forecasts.questions.timeline import ForecastStep, Timeline, build_timeline
from forecasts.statistics.recalibration import (
    MIN_RECALIBRATION_QUESTIONS,
    Recalibration,
    fit_recalibration,
)
from forecasts.statistics.small_samples import MIN_FAMILIES

SD_SHIFT: Final = 0.25
SD_STRETCH: Final = 0.2
"""Standard deviations of shift and stretch among people, towards which few questions shrink."""

MIN_CHANGE: Final = 0.02
"""Change of a probability that is worth an offer."""

MIN_FACTOR_CHANGE: Final = 0.1


@dataclass(frozen=True, slots=True)
class PersonalRecalibration:
    """Recalibration of yes-no forecasts, of curves, or of both, and the sample of the former.

    None where the record is too small, or gives no reason to change anything.
    """

    yes_no: Recalibration | None = None
    questions: int = 0
    families: int = 0
    widening: Widening | None = None

    @property
    def is_empty(self) -> bool:
        """Return True if nothing would change."""
        return self.yes_no is None and self.widening is None

    def apply(self, question: Question, forecast: Distribution | None) -> Distribution | None:
        """Recalibrated forecast; None where nothing applies to it.

        >>> halved = PersonalRecalibration(Recalibration(0.0, 0.5), 60, 60)
        >>> halved.apply(None, Binary(0.9))
        Binary(p=0.75)
        """
        if isinstance(forecast, Binary) and self.yes_no is not None:
            return Binary(round(float(self.yes_no.apply(forecast.p)), 6))
        if isinstance(forecast, Cdf) and self.widening is not None:
            assert question.scale is not None
            return self.widening.apply(forecast, question.scale)
        return None


RecalibrationStep = tuple[datetime, PersonalRecalibration | None]
"""Consent from an instant on; None where it is withdrawn."""


def offer_recalibration(
    snapshots: Sequence[CalibrationSnapshot], ranks: Sequence[RankSnapshot]
) -> PersonalRecalibration:
    """Fit what a record bears out: empty with too few questions, or where hardly anything changes.

    Rows of a family count together as its effective number, by the correlation of outcomes.
    """
    families = len({s.family for s in snapshots})
    yes_no = None
    if len(snapshots) >= MIN_RECALIBRATION_QUESTIONS and families >= MIN_FAMILIES:
        fitted = _fit_yes_no(snapshots)
        p = np.array([s.p for s in snapshots])
        if float(np.abs(fitted.apply(p) - p).max()) >= MIN_CHANGE:
            yes_no = fitted
    widening = offer_widening(ranks)
    if widening is not None and abs(widening.factor - 1.0) < MIN_FACTOR_CHANGE:
        widening = None
    return PersonalRecalibration(
        yes_no, len(snapshots) if yes_no else 0, families if yes_no else 0, widening
    )


def _fit_yes_no(snapshots: Sequence[CalibrationSnapshot]) -> Recalibration:
    p = np.array([s.p for s in snapshots])
    happened = np.array([s.outcome for s in snapshots], dtype=np.float64)
    family = number_families([s.family for s in snapshots], len(snapshots))
    correlation = correlate_outcomes(p, happened, family).correlation
    sizes = np.bincount(family)[family]
    weights = np.asarray(1.0 / (1.0 + (sizes - 1.0) * correlation), dtype=np.float64)
    return fit_recalibration(p, happened, sd_a=SD_SHIFT, sd_b=SD_STRETCH, weights=weights)


def describe_offer(
    snapshots: Sequence[CalibrationSnapshot], offer: PersonalRecalibration
) -> tuple[str, ...]:
    """Sentences on what the offer would change, one for each kind of forecast that it concerns.

    >>> rows = [CalibrationSnapshot(f"q{n}", f"q{n}", 0.9, int(n % 10 < 7)) for n in range(60)]
    >>> describe_offer(rows, offer_recalibration(rows, ()))
    ('Where you gave 80% to 100%, 90% on average, 70% happened (42 of 60 questions). A further 90%
    would be shown as 77%.',)
    """
    sentences = []
    if offer.yes_no is not None:
        recalibration = offer.yes_no
        bins = [b for b in bin_forecasts([(s.p, s.outcome) for s in snapshots]) if b.n]
        mean_p = [b.mean_p or 0.0 for b in bins]
        changes = [
            abs(float(recalibration.apply(p)) - p) * b.n for b, p in zip(bins, mean_p, strict=True)
        ]
        most = int(np.argmax(changes))
        chosen, typical = bins[most], mean_p[most]
        sentences.append(
            f"Where you gave {chosen.low:.0%} to {chosen.high:.0%}, {typical:.0%} on average, "
            f"{chosen.share:.0%} happened ({chosen.happened} of {chosen.n} questions). A further "
            f"{typical:.0%} would be shown as {float(recalibration.apply(typical)):.0%}."
        )
    if offer.widening is not None:
        verb = "wider" if offer.widening.factor > 1.0 else "narrower"
        sentences.append(
            f"To hold 9 of 10 answers, your 90% intervals have to be {verb}: "
            f"{offer.widening.factor:.2g} times as wide ({offer.widening.questions} questions, "
            f"{offer.widening.families} independent)."
        )
    return tuple(sentences)


def recalibrate_timeline(
    question: Question, timeline: Timeline, steps: Sequence[RecalibrationStep]
) -> Timeline:
    """Recalibrate a forecaster's timeline, from the first consent on and while one stands.

    A forecast that stands at the consent is recalibrated from that instant on.
    """
    changed: list[ForecastStep] = []
    for index, (start, consent) in enumerate(steps):
        if consent is None:
            changed.append((start, None))
            continue
        end = steps[index + 1][0] if index + 1 < len(steps) else None
        changed.append((start, consent.apply(question, timeline.at(start))))
        changed.extend(
            (at, consent.apply(question, forecast))
            for at, forecast in timeline.steps
            if at > start and (end is None or at < end)
        )
    return build_timeline(changed)
