"""Everything that can be said of one forecaster's calibration, from one row a question: numbers,
band, and words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forecasts.calibration.bins import Bin, advice, bins
from forecasts.calibration.corp import (
    Band,
    Corp,
    CurvePoint,
    consistency_band,
    corp,
    curve,
    mcb_test,
)
from forecasts.calibration.decomposition import (
    Discrimination,
    Murphy,
    discrimination,
    murphy,
    sharpness,
)
from forecasts.calibration.snapshots import Snapshot

BAND_LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Reliability:
    """How the forecasts of one forecaster at one lead compare with what happened.

    `curve` is the CORP reliability diagram, `band` where it lies nine times in ten for a forecaster
    who is perfectly calibrated, and `p_value` how often such a one would look at least as
    miscalibrated. `clusters` is the number of groups of questions that share their fate; all
    resampling is by group. `advice` is the same in one sentence.
    """

    snapshots: tuple[Snapshot, ...]
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
        """The number of questions behind it."""
        return len(self.snapshots)


def reliability(
    points: Sequence[Snapshot], *, resamples: int = 1000, seed: int = 0
) -> Reliability | None:
    """What the snapshots of one forecaster say; None when there is none.

    >>> from forecasts.questions.question import QuestionId
    >>> points = [Snapshot(QuestionId(f"q{n}"), f"q{n}", 0.7, int(n % 10 < 7)) for n in range(40)]
    >>> found = reliability(points)
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
        bins=bins(pairs, clusters),
        corp=corp(p, outcomes),
        curve=curve(p, outcomes),
        band=consistency_band(
            p, level=BAND_LEVEL, resamples=resamples, seed=seed, clusters=clusters
        ),
        p_value=mcb_test(p, outcomes, resamples=resamples, seed=seed, clusters=clusters),
        murphy=murphy(p, outcomes),
        discrimination=discrimination(p, outcomes),
        sharpness=sharpness(p),
        advice=advice(pairs, clusters),
    )
