"""Calibration section of the accuracy page: reliability curve, coarse bins with their questions,
measures.
"""

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.accuracy.calibration_data import (
    band_frame,
    bins_frame,
    curve_frame,
    describe_p_value,
    interval_coverage_frame,
    list_bin_questions,
    measures_frame,
)
from dashboard.accuracy.data import describe_sample
from dashboard.accuracy.insights import describe_interval_record
from dashboard.accuracy.skill import choose_forecaster
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    get_selected_row,
    show_choice,
    show_empty,
    show_question_line,
    show_skeleton,
    show_table,
)
from dashboard.wording import display_name, escape_markdown, percent_whole, plural
from forecasts.calibration.reliability import LEADS_DAYS, MIN_CLUSTERS_FOR_ADVICE, Reliability
from forecasts.questions.question import Forecaster
from tracker.model.read_models import Accuracy, CalibrationReport

_C = st.column_config
DIAGONAL = pd.DataFrame({"said": [0.0, 1.0], "happened": [0.0, 1.0]})
_LEADS = {str(days): f"{days} days before the close" for days in LEADS_DAYS}
_MAX_UNSCROLLED_QUESTIONS = 8


@st.fragment
def show_calibration(visit: Visit, accuracy: Accuracy) -> None:
    """Show the calibration of one forecaster at one lead before the scheduled close."""
    place = st.container()
    with st.container(horizontal=True):
        chosen = choose_forecaster(visit, accuracy)
        lead = show_choice(
            "As it stood", _LEADS, "lead", index=1, width=220, label_visibility="collapsed"
        )
    forecaster = accuracy.forecasters[chosen]
    with show_skeleton():
        report = visit.tracker.accuracy.calibration(
            accuracy.choice, lead_days=int(lead or LEADS_DAYS[1])
        )
    reliability = report.reliability.get(chosen)
    if reliability is not None:
        with place:
            _show_claim(
                reliability, escape_markdown(display_name(forecaster, visit.me)), report.lead_days
            )
        _show_reliability(reliability)
        _show_bins(visit, report, reliability)
    elif chosen not in report.intervals:
        show_empty(
            "No forecast of theirs stood at that time.",
            "Choose fewer days before the close, or another forecaster.",
        )
    if report.intervals:
        _show_intervals(visit, report, forecaster)


def _show_claim(reliability: Reliability, name: str, lead_days: int) -> None:
    st.markdown(
        f"**{name}: {escape_markdown(reliability.advice)}** "
        f"{describe_sample(reliability.n, reliability.clusters).capitalize()}, "
        f"each as it stood {plural(lead_days, 'day')} before its scheduled close. "
        f"{describe_p_value(reliability.p_value)}"
    )


def _show_reliability(reliability: Reliability) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        frames = {
            "band": band_frame(reliability.band),
            "diagonal": DIAGONAL,
            "curve": curve_frame(reliability.curve),
        }
        alt = (
            f"Reliability curve over {plural(reliability.n, 'question')}, with the band of a "
            "calibrated forecaster"
        )
        enough = reliability.clusters >= MIN_CLUSTERS_FOR_ADVICE
        spec = charts.bind_data(charts.calibration_chart(curved=enough), **frames)
        st.vega_lite_chart(spec=spec, width="stretch", key="calibration", alt=alt)
        line_label = (
            "Line"
            if enough
            else f"No line is drawn below {MIN_CLUSTERS_FOR_ADVICE} groups of questions. Dots"
        )
        st.caption(
            f"{line_label}: what forecasts were worth, by CORP, which needs no bins; dots grow "
            "with their number of questions. Below the diagonal forecasts were too high. Shaded: "
            "where the line of a perfectly calibrated forecaster lies in "
            f"{percent_whole(reliability.band.level)} of cases, at each forecast."
        )
    with right:
        # Text, because a phone has no room for a table with sentences.
        lines = (
            f"- **{row.measure}: {row.value}**  \n  {row.says}"
            for row in measures_frame(reliability).itertuples()
        )
        st.markdown("\n".join(lines))


_WILSON = "What the true share may be, given so few questions."
_BINS = {
    "range": _C.TextColumn("Forecasts of", width=110),
    "n": _C.NumberColumn("Questions", width=90),
    "said": _C.NumberColumn("Said on average", format="%.0f %%", width=125),
    "of": _C.TextColumn("Happened", width=90),
    "happened": _C.NumberColumn("Share", format="%.0f %%", width=75),
    "wilson": _C.TextColumn("95 % (Wilson)", width=110, alignment="right", help=_WILSON),
}


def _show_bins(visit: Visit, report: CalibrationReport, reliability: Reliability) -> None:
    st.markdown("**In five coarse bins.** Pick one to see its questions.")
    frame = bins_frame(reliability.bins)
    left, right = st.columns([3, 2], gap="large")
    with left:
        modes = ["single-row", "single-cell"]
        picked = get_selected_row(
            show_table(
                frame, _BINS, "Bins", key="bins-table", on_select="rerun", selection_mode=modes
            )
        )
    with right:
        spec = charts.bind_data(charts.bins_chart(), bins=frame, diagonal=DIAGONAL)
        st.vega_lite_chart(
            spec=spec, width="stretch", key="bins", alt="Bins: what was said against what happened"
        )
        st.caption(
            "Bars: 95 % intervals (Wilson; Jeffreys' in the tips), questions of one fate "
            "counted as one."
        )
    if picked is not None:
        _show_bin_questions(visit, report, reliability, int(frame["number"].iloc[picked]))


def _show_bin_questions(
    visit: Visit, report: CalibrationReport, reliability: Reliability, number: int
) -> None:
    """Show the questions of a bin, the worst misses first."""
    members = list_bin_questions(reliability.snapshots, number, report.questions)
    many = len(members) > _MAX_UNSCROLLED_QUESTIONS
    with st.container(height=360 if many else "content", border=many, gap="xsmall"):
        for question, words in members:
            show_question_line(visit, question, f"**{words}**", ":material/arrow_forward:")


_INTERVALS = {
    "forecaster": _C.TextColumn("Forecaster", width=170),
    "n": _C.NumberColumn("Questions"),
    "inside": _C.NumberColumn(
        "Inside", format="%g %%", help="Of the answers. It should be near 90 %."
    ),
    "bar": _C.TextColumn("95 % interval of that", alignment="right"),
    "width": _C.NumberColumn(
        "Mean width",
        format="%.0f %% of the range",
        help="Narrower is better, if enough lies inside.",
    ),
}


def _show_intervals(visit: Visit, report: CalibrationReport, forecaster: Forecaster) -> None:
    st.markdown(
        "**Numbers and dates: does the answer lie inside the 90 % interval 9 times in 10?**"
    )
    coverage = report.intervals.get(forecaster.id)
    if coverage is not None:
        st.markdown(
            escape_markdown(describe_interval_record(display_name(forecaster, visit.me), coverage))
        )
    show_table(interval_coverage_frame(report, visit.me), _INTERVALS, "Coverage of 90 % intervals")
    st.caption(f"As forecasts stood {plural(report.lead_days, 'day')} before the scheduled close.")
