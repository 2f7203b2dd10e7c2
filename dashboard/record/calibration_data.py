"""Data frames of calibration: curve, bands, bins, measures, ranks."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording.numbers import DASH, percent_exact, percent_whole, plural
from forecasts.calibration.band import Band
from forecasts.calibration.bins import Bin, bin_index
from forecasts.calibration.corp import CurvePoint
from forecasts.calibration.ranks import RankRecord
from forecasts.calibration.reliability import Reliability
from forecasts.calibration.snapshots import CalibrationSnapshot
from forecasts.questions.formatting import format_cases
from forecasts.questions.question import Question, QuestionId

_FULL_SIZE_N: Final = 10
_MAX_DOT_AREA: Final = 420.0

_MIN_BAND_WIDTH: Final = 0.02
"""Width drawn for a band over a single forecast, which has none."""


def curve_frame(points: Sequence[CurvePoint]) -> pd.DataFrame:
    """The recalibrated value at each distinct forecast. Columns: said, happened (0 to 1), n, size.

    `size` is the area of a dot in pixels. It grows with n up to the largest, and stays small while
    the largest is below `_FULL_SIZE_N`.
    """
    max_n = max((point.n for point in points), default=1)
    full_size_n = max(max_n, _FULL_SIZE_N)
    return build_frame(
        "said:float happened:float n:int size:float",
        (
            (
                point.p,
                point.recalibrated,
                point.n,
                _MAX_DOT_AREA * (0.1 + 0.9 * point.n / full_size_n),
            )
            for point in points
        ),
    )


def band_frame(band: Band) -> pd.DataFrame:
    """A band of a calibrated forecaster. Columns: said, lower, upper (0 to 1)."""
    rows = list(zip(band.x, band.lower, band.upper, strict=True))
    if len(rows) == 1:
        (x, lower, upper), half = rows[0], _MIN_BAND_WIDTH / 2
        rows = [(max(0.0, x - half), lower, upper), (min(1.0, x + half), lower, upper)]
    return build_frame("said:float lower:float upper:float", rows)


def bins_frame(bins: Sequence[Bin]) -> pd.DataFrame:
    """One row per bin that is not empty. Columns:

    number (of the bin, from 0), range (in words), n, families, said (mean, percent) and happened
    (share, percent), of (how many happened, in words), wilson (Wilson's 95% interval in words,
    empty with too few families).
    """
    return build_frame(
        "number:int range n:int families:int said:float happened:float of wilson",
        (
            (
                number,
                f"{100 * b.low:.0f}{DASH}{percent_whole(b.high)}",
                b.n,
                b.families,
                None if b.mean_p is None else 100 * b.mean_p,
                None if b.share is None else 100 * b.share,
                f"{b.happened} of {b.n}",
                _percent_range(b.low95, b.high95),
            )
            for number, b in enumerate(bins)
            if b.n
        ),
    )


def _percent_range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{100 * low:.0f}{DASH}{percent_whole(high)}"


def list_bin_questions(
    snapshots: Sequence[CalibrationSnapshot], number: int, questions: Mapping[QuestionId, Question]
) -> tuple[tuple[Question, str], ...]:
    """List the questions of a bin, worst miss first, with forecast and outcome: `67%, YES`."""
    inside = [s for s in snapshots if bin_index(s.p) == number]
    inside.sort(key=lambda s: (-abs(s.outcome - s.p), s.question_id))
    return tuple(
        (questions[s.question_id], f"{percent_exact(s.p)}, {'YES' if s.outcome else 'NO'}")
        for s in inside
    )


def list_measures(reliability: Reliability) -> tuple[tuple[str, str, str], ...]:
    """List measures of calibration: each with its value, its meaning, and its technical name."""
    corp, discrimination = reliability.corp, reliability.discrimination
    yes, no = (
        DASH if mean is None else percent_whole(mean)
        for mean in (discrimination.mean_if_yes, discrimination.mean_if_no)
    )
    auc = DASH if discrimination.auc is None else f"{discrimination.auc:.2f}"
    cases = format_cases(reliability.test.p_value, thousands=",")
    return (
        (
            f"Average forecast: {yes} on a YES, {no} on a NO",
            f"Over {plural(reliability.n, 'question')}, of which {discrimination.yes} came true.",
            "",
        ),
        (
            f"YES told from NO: {auc}",
            "How often a YES had a higher forecast than a NO: 1 is always, 0.5 is chance.",
            "Area under the ROC curve.",
        ),
        (
            f"Penalty: {corp.score:.3f} = base {corp.unc:.3f} + cost {corp.mcb:.3f} − gain "
            f"{corp.dsc:.3f}",
            "0 is perfect, and 50% every time costs 0.25. Base: of somebody who knows only how "
            "many came true. Cost: of numbers too high or too low, which recalibrating would save. "
            "Gain: from telling questions apart.",
            "Brier score = UNC + MCB − DSC.",
        ),
        (
            f"Chance alone: {cases}",
            "How often a perfectly calibrated forecaster would look at least this miscalibrated.",
            "P-value of the miscalibration.",
        ),
    )


def describe_intervals(ranks: RankRecord) -> tuple[str, ...]:
    """Describe how many answers central intervals held, and how wide they were."""
    return tuple(
        f"{percent_whole(row.level)} intervals contained {percent_whole(row.share)} of the answers"
        + (f" (95%: {shown})" if (shown := _percent_range(row.low95, row.high95)) else "")
        + f", and were {percent_whole(row.mean_width)} of the range wide on average."
        for row in ranks.intervals
    )


def ranks_frame(ranks: RankRecord) -> pd.DataFrame:
    """Bars of ranks. Columns: low, high, foot (0), share, lower, upper (0 to 1; the band is empty
    with too few questions).
    """
    rows = []
    for bar in ranks.bars:
        band = (bar.band_low, bar.band_high) if ranks.is_enough else (None, None)
        rows.append((bar.low, bar.high, 0.0, bar.share, *band))
    return build_frame("low:float high:float foot:float share:float lower:float upper:float", rows)
