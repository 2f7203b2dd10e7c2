"""Calibration of one forecaster on yes-no questions: numbers, bands and a verdict in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from forecasts.calibration.band import (
    DRAWS,
    Band,
    CalibrationTest,
    Deviation,
    fit_pointwise_band,
    judge_calibration,
)
from forecasts.calibration.bins import Bin, bin_forecasts
from forecasts.calibration.corp import Corp, CurvePoint, corp, reliability_curve
from forecasts.calibration.decomposition import (
    PLACES,
    Discrimination,
    Murphy,
    measure_discrimination,
    measure_gap,
    murphy,
    sharpness,
)
from forecasts.calibration.snapshots import CalibrationSnapshot
from forecasts.statistics.small_samples import MIN_FAMILIES

MIN_NOTABLE_FACTOR: Final = 1.2
"""Factor from which a wider band is told with its reason."""

MIN_SHARED_FAMILIES: Final = 5
"""Families of several questions below which nobody seems to have recorded what questions share."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Neighbouring forecasts, `low` to `high`, at which the curve leaves the simultaneous band.

    Of the `n` questions there `mean_p` was forecast on average, and `happened` came true.
    """

    low: float
    high: float
    n: int
    mean_p: float
    happened: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """Calibration of one forecaster at one lead.

    `curve` is the CORP reliability diagram; `test` has the simultaneous band of a calibrated
    forecaster, the p-value of the miscalibration and the correlation within families; `pointwise`
    is the band at each forecast by itself; `departures` are the places where the curve leaves the
    simultaneous band. `gap` is the calibration error in bins.
    `verdict` says all that in one or two sentences: of calibrated forecasters at most one in
    twenty is told to change anything.
    """

    snapshots: tuple[CalibrationSnapshot, ...]
    bins: tuple[Bin, ...]
    corp: Corp
    curve: tuple[CurvePoint, ...]
    test: CalibrationTest
    pointwise: Band
    departures: tuple[Departure, ...]
    murphy: Murphy
    discrimination: Discrimination
    sharpness: float
    gap: float
    verdict: str

    @property
    def n(self) -> int:
        """Number of questions."""
        return len(self.snapshots)

    @property
    def families(self) -> int:
        """Number of families of questions."""
        return self.test.correlation.families

    @property
    def is_enough(self) -> bool:
        """Return True if there are families enough for a verdict and a band."""
        return self.families >= MIN_FAMILIES

    @property
    def caution(self) -> str:
        """Caution about causes that questions may share and nobody recorded; else empty."""
        factor = math.sqrt(self.test.dispersion)
        if not self.is_enough:
            return ""
        if factor < MIN_NOTABLE_FACTOR:
            is_accused = self.test.deviation.is_far or bool(self.departures)
            if not is_accused or self.test.correlation.shared >= MIN_SHARED_FAMILIES:
                return ""
            return "This holds if questions are independent: link those that turn on one event."
        return (
            "Questions opened one after the other came true together more often than chance "
            f"explains, so the band is {factor:.1f} times as wide: link those that turn on one "
            "event."
        )

    def describe(self, subject: str) -> str:
        """Describe the calibration as `verdict` does, about `Ada's forecasts`."""
        points = [(s.p, s.outcome) for s in self.snapshots]
        return describe_calibration(points, self.test, self.departures, subject)


def assess_reliability(
    points: Sequence[CalibrationSnapshot], *, draws: int = DRAWS, seed: int = 0
) -> Reliability | None:
    """Assess the calibration of one forecaster's snapshots; None if there are none.

    >>> points = [CalibrationSnapshot(f"q{n}", f"q{n}", 0.7, int(n % 10 < 7)) for n in range(40)]
    >>> found = assess_reliability(points)
    >>> found.n, round(found.corp.mcb, 3)
    (40, 0.0)
    >>> found.verdict
    'Forecasts came true about as often as they said, within chance.'
    """
    if not points:
        return None
    p, outcomes = [s.p for s in points], [s.outcome for s in points]
    families = [s.family for s in points]
    pairs = tuple(zip(p, outcomes, strict=True))
    test = judge_calibration(p, outcomes, families, draws=draws, seed=seed)
    departures = find_departures(pairs, test)
    return Reliability(
        snapshots=tuple(points),
        bins=bin_forecasts(pairs, families, test.correlation.correlation),
        corp=corp(p, outcomes),
        curve=reliability_curve(p, outcomes),
        test=test,
        pointwise=fit_pointwise_band(
            p, families, correlation=test.correlation.correlation, seed=seed
        ),
        departures=departures,
        murphy=murphy(p, outcomes),
        discrimination=measure_discrimination(p, outcomes),
        sharpness=sharpness(p),
        gap=measure_gap(p, outcomes),
        verdict=describe_calibration(pairs, test, departures),
    )


def find_departures(
    points: Sequence[tuple[float, int]], test: CalibrationTest
) -> tuple[Departure, ...]:
    """Join neighbouring forecasts outside the simultaneous band; those on most questions first."""
    departures = []
    sides = zip(test.outside, test.simultaneous.x, strict=True)
    for side, neighbours in groupby(sides, key=lambda at: at[0]):
        run = [x for _, x in neighbours]
        if not side:
            continue
        inside = [(p, o) for p, o in points if run[0] <= round(p, PLACES) <= run[-1]]
        mean_p = math.fsum(p for p, _ in inside) / len(inside)
        happened = sum(o for _, o in inside)
        departures.append(Departure(run[0], run[-1], len(inside), mean_p, happened))
    return tuple(sorted(departures, key=lambda d: (-d.n, d.low)))


def describe_calibration(
    points: Sequence[tuple[float, int]],
    test: CalibrationTest,
    departures: Sequence[Departure],
    subject: str = "Forecasts",
) -> str:
    """Say what to change, if anything, and where the curve leaves the simultaneous band.

    `subject` begins the sentence. Below `MIN_FAMILIES` families it says how many are missing.
    """
    families = test.correlation.families
    if families < MIN_FAMILIES:
        return f"Not enough data: {families} of {MIN_FAMILIES} independent questions."
    if test.deviation.is_far:
        deviation = _describe_deviation(points, test.deviation, subject)
        if not departures:
            return deviation
        return f"{deviation} It shows here: forecasts {_describe_departure(departures[0])}."
    if not departures:
        return f"{subject} came true about as often as they said, within chance."
    other_ranges = len(departures) - 1
    elsewhere = "Elsewhere no mismatch shows."
    if other_ranges:
        elsewhere = (
            "Another range is off, too."
            if other_ranges == 1
            else f"{other_ranges} other ranges are off, too."
        )
    widest = departures[0]
    return f"{subject} {_describe_departure(widest)}, {_compare_with_chance(widest)}. {elsewhere}"


def _describe_departure(departure: Departure) -> str:
    low, high = f"{departure.low:.0%}", f"{departure.high:.0%}"
    span = low if low == high else f"{low} to {high}"
    times = "time" if departure.happened == 1 else "times"
    return f"of {span} came true {departure.happened} {times} out of {departure.n}"


def _compare_with_chance(departure: Departure) -> str:
    word = "more" if departure.happened > departure.mean_p * departure.n else "less"
    return f"{word} often than chance explains"


def _describe_deviation(
    points: Sequence[tuple[float, int]], deviation: Deviation, subject: str
) -> str:
    # For equal forecasts both measures coincide; level is simpler to explain.
    if abs(deviation.level) >= abs(deviation.confidence) - 1e-6:
        return _describe_level(points, subject)
    distance = math.fsum(abs(p - 0.5) for p, _ in points) / len(points) * 100
    lay = f"{distance:.0f} points from 50% on average"
    if deviation.confidence > 0.0:
        return f"{subject} were too sure: {lay}, more than outcomes bear out; move towards 50%."
    return f"{subject} were too cautious: {lay}, less than outcomes bear out; move away from 50%."


def _describe_level(points: Sequence[tuple[float, int]], subject: str) -> str:
    mean_p = math.fsum(p for p, _ in points) / len(points)
    share = sum(outcome for _, outcome in points) / len(points)
    word, change = ("high", "lower") if mean_p > share else ("low", "higher")
    figures = f"{mean_p:.0%} on average, and {share:.0%} came true"
    return f"{subject} were too {word}: {figures}; go {change}."
