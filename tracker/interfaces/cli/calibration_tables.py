"""Terminal tables of calibration: a sentence first, then what it rests on."""

from collections.abc import Iterator

from rich.table import Table

from forecasts.calibration.band import BAND_LEVEL, POINTWISE_LEVEL, Band
from forecasts.calibration.reliability import Reliability
from forecasts.questions.formatting import format_percent
from forecasts.questions.question import Forecaster, ForecasterId
from tracker.interfaces.cli.score_tables import format_number
from tracker.interfaces.cli.tables import escape_title, new_table
from tracker.model.read_models import CalibrationReport, RecalibrationState

COMMAND = "tracker accuracy calibration --recalibrate"


def reliability_tables(report: CalibrationReport, forecaster: ForecasterId) -> tuple[Table, Table]:
    """Build the table of bins, headed by the verdict, and the table of calibration measures."""
    reliability = report.reliability[forecaster]
    bins = new_table("said", "questions", "families", "said on average", "happened", "95% (Wilson)")
    bins.title = escape_title(
        f"{_head(report, forecaster)}: {reliability.verdict} Over "
        f"{reliability.test.correlation.describe()}. {reliability.caution}".rstrip()
    )
    for row in (b for b in reliability.bins if b.n):
        bins.add_row(
            f"{row.low:.0%} to {row.high:.0%}",
            str(row.n),
            str(row.families),
            format_percent(row.mean_p),
            f"{row.happened} = {format_number(row.share, '.0%')}",
            _format_range(row.low95, row.high95),
        )
    measures = new_table("measure", "value", "what it says")
    for line in _list_measures(reliability):
        measures.add_row(*line)
    return bins, measures


def band_table(report: CalibrationReport, forecaster: ForecasterId) -> Table:
    """Build the table of the curve with both bands of a calibrated forecaster."""
    reliability = report.reliability[forecaster]
    test = reliability.test
    table = new_table(
        "said",
        "questions",
        "worth",
        f"{BAND_LEVEL:.0%} band of whole curves",
        f"{POINTWISE_LEVEL:.0%} band at this point",
        "",
    )
    table.caption = escape_title(
        f"{_head(report, forecaster)}. A calibrated forecaster leaves the first band anywhere in "
        f"{1 - BAND_LEVEL:.0%} of cases at most; the second one at each point in "
        f"{1 - POINTWISE_LEVEL:.0%}, so most leave it somewhere."
    )
    for index, point in enumerate(reliability.curve):
        table.add_row(
            format_percent(point.p),
            str(point.n),
            f"{point.recalibrated:.0%}",
            _format_band(test.simultaneous, index),
            _format_band(reliability.pointwise, index),
            "outside" if test.outside[index] else "",
        )
    return table


def ranks_table(report: CalibrationReport, forecaster: ForecasterId) -> Table:
    """Build the table of answers inside central intervals, headed by the verdict."""
    ranks = report.ranks[forecaster]
    table = new_table("interval", "answers inside", "95% interval of that", "mean width")
    table.title = escape_title(
        f"{_head(report, forecaster)}, numbers and dates: {ranks.verdict} Over "
        f"{ranks.correlation.describe()}."
    )
    for row in ranks.intervals:
        table.add_row(
            f"{row.level:.0%}",
            f"{row.share:.0%}",
            _format_range(row.low95, row.high95),
            f"{row.mean_width:.0%} of the range",
        )
    bars = ", ".join(f"{bar.low:.0%} to {bar.high:.0%}: {bar.share:.0%}" for bar in ranks.bars)
    table.caption = f"ranks of the answers, even if calibrated: {bars}"
    return table


def describe_recalibration(state: RecalibrationState) -> Iterator[str]:
    """Say whether my forecasts are recalibrated, and what could be done."""
    if state.standing is not None and state.since is not None:
        yield (
            f"Your forecasts are recalibrated since {state.since:%Y-%m-%d}, and scored beside the "
            f"others from then on. `{COMMAND} off` ends that."
        )
    elif not state.offer.is_empty:
        yield from state.sentences
        yield (
            f"Shall further forecasts of yours be shown and scored recalibrated, too? `{COMMAND} "
            "on`; the past stays as it is."
        )


def _head(report: CalibrationReport, forecaster: ForecasterId) -> str:
    person: Forecaster = report.forecasters[forecaster]
    return f"{person.name}, {report.lead_days} days before the close"


def _format_range(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{low:.0%} to {high:.0%}"


def _format_band(band: Band, index: int) -> str:
    return f"{band.lower[index]:.0%} to {band.upper[index]:.0%}"


def _list_measures(reliability: Reliability) -> list[tuple[str, str, str]]:
    corp, murphy, discrimination = reliability.corp, reliability.murphy, reliability.discrimination
    gap, expected = reliability.gap, reliability.test.expected_gap
    return [
        ("Brier score", format_number(corp.score), "MCB − DSC + UNC; lower is better"),
        (
            "miscalibration (MCB)",
            format_number(corp.mcb),
            "what recalibration would save; 0 is perfect",
        ),
        (
            "p-value of MCB",
            format_number(reliability.test.p_value, ".3f"),
            "how often a perfectly calibrated forecaster looks like this",
        ),
        (
            "discrimination (DSC)",
            format_number(corp.dsc),
            "what telling questions apart gained; higher is better",
        ),
        ("uncertainty (UNC)", format_number(corp.unc), "what the questions themselves cost"),
        (
            "calibration error (ECE)",
            format_number(gap, ".3f"),
            f"in tenths; a calibrated forecaster has {expected:.3f} here on average",
        ),
        (
            "reliability, bias corrected",
            format_number(max(0.0, murphy.rel_bc)),
            f"in tenths; raw {format_number(murphy.rel_bc, '+.4f')}",
        ),
        (
            "resolution, bias corrected",
            format_number(max(0.0, murphy.res_bc)),
            f"in tenths; raw {format_number(murphy.res_bc, '+.4f')}",
        ),
        (
            "area under the ROC",
            format_number(discrimination.auc, ".3f"),
            "how often a YES was given more than a NO; 0.5 is chance",
        ),
        (
            "sharpness",
            format_number(reliability.sharpness),
            "variance of the forecasts; only worth something if calibrated",
        ),
    ]
