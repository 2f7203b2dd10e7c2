"""Data frames of calibration: curve, bands, bins, measures, ranks."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording import (
    DASH,
    percent_exact,
    percent_number,
    percent_whole,
    plural,
)
from forecasts.calibration.band import Band
from forecasts.calibration.bins import Bin, bin_index
from forecasts.calibration.corp import CurvePoint
from forecasts.calibration.ranks import RankRecord
from forecasts.calibration.reliability import Reliability
from forecasts.calibration.snapshots import CalibrationSnapshot
from forecasts.questions.formatting import format_cases
from forecasts.questions.question import Question, QuestionId

SIGNIFICANCE_LEVEL: Final = 0.05
"""P-values up to this one are called a sign of miscalibration."""

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


def measures_frame(reliability: Reliability) -> pd.DataFrame:
    """Calibration measures. Columns: measure, value (in words), says (meaning in one line),
    technical (name among statisticians, empty without one).
    """
    corp, discrimination = reliability.corp, reliability.discrimination
    rows = [
        (
            "Forecast on a YES",
            _format_share(discrimination.mean_if_yes),
            f"On average, over {plural(discrimination.yes, 'question')}.",
            "",
        ),
        (
            "Forecast on a NO",
            _format_share(discrimination.mean_if_no),
            f"On average, over {plural(discrimination.no, 'question')}.",
            "",
        ),
        (
            "YES told from NO",
            _format_number(discrimination.auc, 2),
            "How often a YES had a higher forecast than a NO: 1 is always, 0.5 is chance.",
            "Area under the ROC curve.",
        ),
        (
            "Penalty",
            _format_number(corp.score),
            "0 is perfect, and saying 50% every time costs 0.25. The next three make it up: the "
            "base, plus the cost, less the gain.",
            "Brier score; Brier score = MCB − DSC + UNC.",
        ),
        (
            "Base",
            _format_number(corp.unc),
            "The penalty of somebody who knows only how many questions came true.",
            "Uncertainty, UNC.",
        ),
        (
            "Cost of numbers too high or too low",
            _format_number(corp.mcb),
            "What recalibrating would save. 0 is perfect.",
            "Miscalibration, MCB.",
        ),
        (
            "Gain from telling questions apart",
            _format_number(corp.dsc),
            "Higher is better.",
            "Discrimination, DSC.",
        ),
    ]
    return build_frame("measure value says technical", rows)


def _format_number(value: float | None, digits: int = 3) -> str:
    return DASH if value is None else f"{value:.{digits}f}"


def _format_share(value: float | None) -> str:
    return DASH if value is None else percent_whole(value)


def describe_p_value(p_value: float) -> str:
    """Explain the p-value of the miscalibration."""
    reading = (
        "a sign of miscalibration" if p_value <= SIGNIFICANCE_LEVEL else "no sign of miscalibration"
    )
    return (
        "A perfectly calibrated forecaster would look at least this miscalibrated in "
        f"{format_cases(p_value, thousands=',')} cases: {reading}."
    )


def intervals_frame(ranks: RankRecord) -> pd.DataFrame:
    """Central intervals of curves. Columns:

    interval (in words), inside (percent of the answers), bar (95% interval of that, in words),
    width (mean, percent of the range).
    """
    return build_frame(
        "interval inside:float bar width:float",
        (
            (
                percent_whole(row.level),
                percent_number(row.share),
                _percent_range(row.low95, row.high95),
                100 * row.mean_width,
            )
            for row in ranks.intervals
        ),
    )


def ranks_frame(ranks: RankRecord) -> pd.DataFrame:
    """Bars of ranks. Columns: low, high, foot (0), share, lower, upper (0 to 1), range and band (in
    words).

    The band is empty with too few families.
    """
    return build_frame(
        "low:float high:float foot:float share:float lower:float upper:float range band",
        (
            (
                bar.low,
                bar.high,
                0.0,
                bar.share,
                bar.band_low if ranks.is_enough else None,
                bar.band_high if ranks.is_enough else None,
                _percent_range(bar.low, bar.high),
                _percent_range(bar.band_low, bar.band_high) if ranks.is_enough else "",
            )
            for bar in ranks.bars
        ),
    )


def bands_frame(reliability: Reliability) -> pd.DataFrame:
    """The curve with both bands. Columns: said, n, worth, and whole and point (bands in words),
    outside (in words, where the curve leaves the band of whole curves).
    """
    test = reliability.test
    rows = zip(
        reliability.curve,
        zip(test.simultaneous.lower, test.simultaneous.upper, strict=True),
        zip(reliability.pointwise.lower, reliability.pointwise.upper, strict=True),
        test.outside,
        strict=True,
    )
    return build_frame(
        "said:float n:int worth:float whole point outside",
        (
            (
                percent_number(at.p),
                at.n,
                percent_number(at.recalibrated),
                _percent_range(*whole),
                _percent_range(*point),
                "outside" if outside else "",
            )
            for at, whole, point, outside in rows
        ),
    )
