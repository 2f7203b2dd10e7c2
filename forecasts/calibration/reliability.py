"""Calibration report of one forecaster: numbers, band and advice, from one row a question."""

from collections.abc import Sequence
from dataclasses import dataclass

from forecasts.calibration.bins import Bin, bin_forecasts, give_advice
from forecasts.calibration.corp import (
    Band,
    Corp,
    CurvePoint,
    consistency_band,
    corp,
    mcb_test,
    reliability_curve,
)
from forecasts.calibration.decomposition import (
    Discrimination,
    Murphy,
    measure_discrimination,
    murphy,
    sharpness,
)
from forecasts.calibration.snapshots import CalibrationSnapshot

BAND_LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Reliability:
    """Calibration of one forecaster at one lead.

    `reliability_curve` is the CORP reliability diagram, `band` its 90 % consistency band for a
    perfectly calibrated forecaster, and `p_value` the probability that such a forecaster looks at
    least as miscalibrated. `clusters` is the number of clusters of related questions; all
    resampling is by cluster. `give_advice` is a summary in one sentence.
    """

    snapshots: tuple[CalibrationSnapshot, ...]
    clusters: int
    bins: tuple[Bin, ...]
    corp: Corp
    curve: tuple[CurvePoint, ...]
    band: Band
    p_value: float
    murphy: Murphy
    discrimination: Discrimination
    sharpness: float
    advice: str

    @property
    def n(self) -> int:
        """Number of questions."""
        return len(self.snapshots)


def assess_reliability(
    points: Sequence[CalibrationSnapshot], *, resamples: int = 1000, seed: int = 0
) -> Reliability | None:
    """Assess the calibration of one forecaster's snapshots; None if there are none.

    >>> from forecasts.questions.question import QuestionId
    >>> points = [CalibrationSnapshot(QuestionId(f"q{n}"), f"q{n}", 0.7, int(n % 10 < 7)) for n in range(40)]
    >>> found = assess_reliability(points)
    >>> found.n, round(found.corp.mcb, 3), found.advice
    (40, 0.0, 'Over 40 questions forecasts and outcomes agree within chance: nothing to change.')
    """
    if not points:
        return None
    p, outcomes = [s.p for s in points], [s.outcome for s in points]
    clusters = [s.cluster for s in points]
    pairs = tuple(zip(p, outcomes, strict=True))
    return Reliability(
        snapshots=tuple(points),
        clusters=len(set(clusters)),
        bins=bin_forecasts(pairs, clusters),
        corp=corp(p, outcomes),
        curve=reliability_curve(p, outcomes),
        band=consistency_band(
            p, level=BAND_LEVEL, resamples=resamples, seed=seed, clusters=clusters
        ),
        p_value=mcb_test(p, outcomes, resamples=resamples, seed=seed, clusters=clusters),
        murphy=murphy(p, outcomes),
        discrimination=measure_discrimination(p, outcomes),
        sharpness=sharpness(p),
        advice=give_advice(pairs, clusters),
    )
