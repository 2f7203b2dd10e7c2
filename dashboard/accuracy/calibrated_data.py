"""Calibration: the curve with its band, coarse bins with their questions, and the numbers beside
them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from dashboard.accuracy.accuracy_data import cases, ordered
from dashboard.components.columns_data import frame_of
from dashboard.wording import DASH, named, percent, percent_exact, percent_number, plural
from forecasts.calibration.bins import Bin, bin_of
from forecasts.calibration.corp import Band, CurvePoint
from forecasts.calibration.reliability import Reliability
from forecasts.calibration.snapshots import Snapshot
from forecasts.questions.question import ForecasterId, Question, QuestionId
from tracker.model.read_models import CalibrationReport

SUSPICIOUS: Final = 0.05
"""A p-value up to here is called a sign of miscalibration."""

_MANY: Final = 10
_DOT: Final = 420.0

_APART: Final = (
    0.02  # a band over a single forecast has no width that could be seen, so it gets this much
)


def curve_frame(points: Sequence[CurvePoint]) -> pd.DataFrame:
    """The recalibrated value at each distinct forecast. Columns: said, happened (0 to 1), n, size
    (of its dot).

    The size is an area in pixels: it grows with n up to the largest, but two or three questions
    stay small dots.
    """
    types = {"said": "float64", "happened": "float64", "n": "int64", "size": "float64"}
    most = max((at.n for at in points), default=1)
    full = max(most, _MANY)
    return frame_of(
        types, ((at.p, at.recalibrated, at.n, _DOT * (0.1 + 0.9 * at.n / full)) for at in points)
    )


def band_frame(band: Band) -> pd.DataFrame:
    """Where the curve of a calibrated forecaster stays nine times in ten. Columns: said, lower,
    upper (0 to 1).
    """
    rows = list(zip(band.x, band.lower, band.upper, strict=True))
    if len(rows) == 1:
        (x, lower, upper), half = rows[0], _APART / 2
        rows = [(max(0.0, x - half), lower, upper), (min(1.0, x + half), lower, upper)]
    return frame_of(dict.fromkeys(("said", "lower", "upper"), "float64"), rows)


def bins_frame(found: Sequence[Bin]) -> pd.DataFrame:
    """The bins that hold something. Columns:

    number (of the bin, from 0), range (in words), n, said (mean, percent) and happened (share,
    percent), of (how many happened, in words), low and high (Wilson's 95 % interval, percent),
    wilson and jeffreys (both intervals in words), label (n in words).
    """
    types = {
        "number": "int64",
        "range": "str",
        "n": "int64",
        "said": "float64",
        "happened": "float64",
        "of": "str",
    }
    types |= {
        "low": "float64",
        "high": "float64",
        "wilson": "str",
        "jeffreys": "str",
        "label": "str",
    }
    return frame_of(types, (_bin_row(number, b) for number, b in enumerate(found) if b.n))


def _bin_row(number: int, b: Bin) -> tuple[Any, ...]:
    mean, share, low, high = (100 * (x or 0.0) for x in (b.mean_p, b.share, b.low95, b.high95))
    return (
        number,
        f"{100 * b.low:.0f}{DASH}{percent(b.high)}",
        b.n,
        mean,
        share,
        f"{b.happened} of {b.n}",
        low,
        high,
        _ends(b.low95, b.high95),
        _ends(b.jeffreys_low95, b.jeffreys_high95),
        f"n = {b.n}",
    )


def _ends(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{100 * low:.0f}{DASH}{percent(high)}"


def in_bin(snapshots: Sequence[Snapshot], number: int) -> tuple[Snapshot, ...]:
    """What lies in a bin, the farthest from what happened first."""
    inside = [s for s in snapshots if bin_of(s.p) == number]
    return tuple(sorted(inside, key=lambda s: (-abs(s.outcome - s.p), s.question_id)))


def bin_questions(
    snapshots: Sequence[Snapshot], number: int, questions: Mapping[QuestionId, Question]
) -> tuple[tuple[Question, str], ...]:
    """The questions of a bin with what was said and what happened: `67 %, YES`."""
    return tuple(
        (questions[s.question_id], f"{percent_exact(s.p)}, {'YES' if s.outcome else 'NO'}")
        for s in in_bin(snapshots, number)
    )


def measures_frame(found: Reliability) -> pd.DataFrame:
    """The numbers beside the diagram. Columns: measure, value (in words), says (one line on its
    meaning).
    """
    corp, tells = found.corp, found.discrimination
    rows = [
        ("Brier score", _number(corp.score), "MCB − DSC + UNC. Lower is better."),
        ("Miscalibration, MCB", _number(corp.mcb), "What recalibrating would save. 0 is perfect."),
        (
            "Discrimination, DSC",
            _number(corp.dsc),
            "What telling questions apart gained. Higher is better.",
        ),
        ("Uncertainty, UNC", _number(corp.unc), "What knowing only the share of YES would cost."),
        (
            "Area under the ROC",
            _number(tells.auc, 2),
            "How often a YES was given more than a NO. 0.5 is chance.",
        ),
        (
            "Said on a YES",
            _share(tells.mean_if_yes),
            f"On average, over {plural(tells.yes, 'question')}.",
        ),
        (
            "Said on a NO",
            _share(tells.mean_if_no),
            f"On average, over {plural(tells.no, 'question')}.",
        ),
        (
            "Sharpness",
            _number(found.sharpness),
            "Variance of the forecasts. Worth something if calibrated.",
        ),
    ]
    return frame_of(dict.fromkeys(("measure", "value", "says"), "str"), rows)


def _number(value: float | None, digits: int = 3) -> str:
    return DASH if value is None else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return DASH if value is None else percent(value)


def luck(p_value: float) -> str:
    """The p-value of the miscalibration, in words."""
    said = "a sign of miscalibration" if p_value <= SUSPICIOUS else "no sign of miscalibration"
    return (
        "A perfectly calibrated forecaster would look at least this miscalibrated in "
        f"{cases(p_value)}: {said}."
    )


def intervals_frame(report: CalibrationReport, me: ForecasterId) -> pd.DataFrame:
    """The 90 % intervals of numbers and dates, one row a forecaster. Columns:

    forecaster, n, inside (percent), bar (95 % interval of that, in words), width (mean, percent of
    the range).
    """
    types = {
        "forecaster": "str",
        "n": "int64",
        "inside": "float64",
        "bar": "str",
        "width": "float64",
    }
    rows = []
    for forecaster in ordered((report.forecasters[who] for who in report.intervals), me):
        found = report.intervals[forecaster.id]
        bar = _ends(found.low95, found.high95)
        rows.append(
            (
                named(forecaster, me),
                found.n,
                percent_number(found.coverage),
                bar,
                100 * found.mean_width,
            )
        )
    return frame_of(types, rows)
