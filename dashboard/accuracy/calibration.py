"""Section of the accuracy page on calibration: a sentence, one chart, the rest behind a click."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.accuracy.calibration_data import (
    band_frame,
    bands_frame,
    bins_frame,
    curve_frame,
    describe_p_value,
    intervals_frame,
    list_bin_questions,
    measures_frame,
    ranks_frame,
)
from dashboard.accuracy.standing import choose_forecaster
from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    get_latest_pick,
    show_choice,
    show_empty,
    show_question_line,
    show_refusals,
    show_skeleton,
    show_table,
)
from dashboard.wording import escape_markdown, name_forecasts, percent_whole, plural
from forecasts.calibration.band import BAND_LEVEL, POINTWISE_LEVEL
from forecasts.calibration.ranks import RankRecord
from forecasts.calibration.reliability import Reliability
from forecasts.calibration.snapshots import LEADS_DAYS
from forecasts.statistics.small_samples import MIN_FAMILIES
from tracker.model.read_models import Accuracy, CalibrationReport

_C = st.column_config

DIAGONAL: Final = pd.DataFrame({"said": [0.0, 1.0], "happened": [0.0, 1.0]})
_LEADS: Final = {str(days): f"{days} days before the close" for days in LEADS_DAYS}
_MAX_UNSCROLLED_QUESTIONS: Final = 8


@st.fragment
def show_calibration(visit: Visit, accuracy: Accuracy) -> None:
    """Show the calibration of one forecaster at one lead before the scheduled close."""
    place = st.container()
    with st.container(horizontal=True):
        chosen = choose_forecaster(visit, accuracy)
        lead = show_choice(
            "As it stood", _LEADS, "lead", index=1, width=220, label_visibility="collapsed"
        )
    with show_skeleton():
        report = visit.tracker.accuracy.calibration(
            accuracy.choice, lead_days=int(lead or LEADS_DAYS[1])
        )
    subject = name_forecasts(accuracy.forecasters[chosen], visit.me)
    reliability, ranks = report.reliability.get(chosen), report.ranks.get(chosen)
    if reliability is None and ranks is None:
        show_empty(
            "No forecast of theirs stood at that time.",
            "Choose fewer days before the close, or another forecaster.",
        )
    if reliability is not None:
        with place:
            _show_verdict(subject, reliability, report.lead_days)
        _show_curve(reliability)
    if chosen == visit.me:
        _show_recalibration(visit)
    if reliability is not None:
        with st.expander("Details: bins, measures, and the band at each point"):
            _show_bins(visit, report, reliability)
            _show_measures(reliability)
            _show_bands(reliability)
    if ranks is not None:
        _show_ranks(subject, ranks, report.lead_days)


def _show_verdict(subject: str, reliability: Reliability, lead_days: int) -> None:
    st.markdown(
        f"**{escape_markdown(reliability.describe(subject))}** "
        f"{reliability.test.correlation.describe()}, each as it stood "
        f"{plural(lead_days, 'day')} before its scheduled close. {reliability.caution}".rstrip()
    )


def _show_curve(reliability: Reliability) -> None:
    frames = {
        "band": band_frame(reliability.test.simultaneous),
        "diagonal": DIAGONAL,
        "curve": curve_frame(reliability.curve),
    }
    spec = charts.bind_data(charts.calibration_chart(curved=reliability.is_enough), **frames)
    alt = (
        f"Reliability curve over {plural(reliability.n, 'question')}, with the band of a "
        "calibrated forecaster"
    )
    st.vega_lite_chart(spec=spec, width="stretch", key="calibration", alt=alt)
    if not reliability.is_enough:
        st.caption(
            "Dots: how often forecasts of each size came true, smoothed; bigger dots, more "
            f"questions. Line and band are drawn from {MIN_FAMILIES} families of questions on."
        )
        return
    st.caption(
        "Line: how often forecasts of each size came true (smoothed); bigger dots, more "
        "questions. Above the diagonal forecasts were too low. Grey: where chance alone would keep "
        f"the whole line, {percent_whole(BAND_LEVEL)} of the time."
    )


def _show_recalibration(visit: Visit) -> None:
    """Show what my record offers, or that I am recalibrated, with the button for it."""
    state = visit.tracker.accuracy.recalibration()
    if state.standing is None and state.offer.is_empty:
        return
    with st.container(border=True):
        if state.standing is not None and state.since is not None:
            st.markdown(
                f"**Your forecasts are recalibrated since {visit.day(state.since)}.** "
                "The recalibrated ones are scored beside yours from then on."
            )
            _show_switch(visit, is_on=False)
            return
        for sentence in state.sentences:
            st.markdown(f"**{escape_markdown(sentence)}**")
        st.markdown(
            "Shall your further forecasts be shown and scored recalibrated, too? Yours stay as "
            "they are, and so does the past. The fewer the questions, the smaller the change."
        )
        _show_switch(visit, is_on=True)


def _show_switch(visit: Visit, *, is_on: bool) -> None:
    label = "Recalibrate from now on" if is_on else "Switch off"
    if st.button(label, key="recalibrate", icon=":material/tune:"):
        with show_refusals():
            if is_on:
                visit.tracker.accuracy.recalibrate(by=visit.me)
                notify("Your forecasts are recalibrated from now on.")
            else:
                visit.tracker.accuracy.stop_recalibrating(by=visit.me)
                notify("Your forecasts are recalibrated no longer.")
            st.rerun()


_WILSON = f"What the true share may be; shown from {MIN_FAMILIES} families of questions on."
_BINS = {
    "range": _C.TextColumn("Forecasts of", width=90),
    "n": _C.NumberColumn("Questions", width=80),
    "families": _C.NumberColumn("Families", width=65),
    "said": _C.NumberColumn("Average forecast", format="%.0f%%", width=105),
    "of": _C.TextColumn("Came true", width=75),
    "happened": _C.NumberColumn("Share", format="%.0f%%", width=60),
    "wilson": _C.TextColumn("95% interval", width=95, alignment="right", help=_WILSON),
}


def _show_bins(visit: Visit, report: CalibrationReport, reliability: Reliability) -> None:
    st.markdown("**In five coarse bins.** Pick one to see its questions.")
    frame = bins_frame(reliability.bins)
    left, right = st.columns([3, 2], gap="large")
    with left:
        modes = ["single-row", "single-cell"]
        state = show_table(
            frame, _BINS, "Bins", key="bins-table", on_select="rerun", selection_mode=modes
        )
        picked = get_latest_pick(state, "bins-table")
    with right:
        spec = charts.bind_data(charts.bins_chart(), bins=frame, diagonal=DIAGONAL)
        st.vega_lite_chart(
            spec=spec,
            width="stretch",
            key="bins",
            alt="Bins: forecasts against how often they came true",
        )
    if picked is not None and picked[0] < len(frame):
        _show_bin_questions(visit, report, reliability, int(frame["number"].iloc[picked[0]]))


def _show_bin_questions(
    visit: Visit, report: CalibrationReport, reliability: Reliability, number: int
) -> None:
    """Show the questions of a bin, the worst misses first."""
    members = list_bin_questions(reliability.snapshots, number, report.questions)
    many = len(members) > _MAX_UNSCROLLED_QUESTIONS
    with st.container(height=360 if many else "content", border=many, gap="xsmall"):
        for question, words in members:
            show_question_line(visit, question, f"**{words}**", ":material/arrow_forward:")


def _show_measures(reliability: Reliability) -> None:
    # Text, because a phone has no room for a table with sentences.
    with st.container(gap="xsmall"):
        for row in measures_frame(reliability).itertuples():
            st.markdown(
                f"**{row.measure}: {row.value}**  \n{row.says}", help=str(row.technical) or None
            )


_BANDS = {
    "said": _C.NumberColumn("Forecast", format="%g%%"),
    "n": _C.NumberColumn("Questions"),
    "worth": _C.NumberColumn("Came true, smoothed", format="%.0f%%"),
    "whole": _C.TextColumn("Chance, whole line"),
    "point": _C.TextColumn("Chance, this point"),
    "outside": _C.TextColumn(""),
}


def _show_bands(reliability: Reliability) -> None:
    if not reliability.is_enough:
        return
    show_table(bands_frame(reliability), _BANDS, "Curve and bands")
    st.caption(
        f"{describe_p_value(reliability.test.p_value)} The narrower band holds at each point by "
        f"itself, in {percent_whole(POINTWISE_LEVEL)} of cases: most calibrated curves leave it "
        "somewhere."
    )


_INTERVALS = {
    "interval": _C.TextColumn("Central interval", width=130),
    "inside": _C.NumberColumn("Answers inside", format="%g%%"),
    "bar": _C.TextColumn("95% interval of that", alignment="right", help=_WILSON),
    "width": _C.NumberColumn(
        "Width, of range",
        format="%.0f%%",
        help="On average. Narrower is better, if enough lies inside.",
    ),
}


def _show_ranks(subject: str, ranks: RankRecord, lead_days: int) -> None:
    st.markdown(
        f"**{escape_markdown(subject)} of numbers and dates: {escape_markdown(ranks.verdict)}** "
        f"Over {ranks.correlation.describe()}, each as it stood "
        f"{plural(lead_days, 'day')} before its scheduled close."
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        frame = ranks_frame(ranks)
        bands = {"band": frame} if ranks.is_enough else {}
        chart = charts.ranks_chart(banded=ranks.is_enough)
        spec = charts.bind_data(chart, ranks=frame, **bands)
        st.vega_lite_chart(
            spec=spec, width="stretch", key="ranks", alt="Where answers came in the curves"
        )
        st.caption(
            "Where in the curve the answers came: even bars are calibrated, high ends mean too "
            "narrow."
            + (
                f" Shaded: where all bars of calibrated curves lie in {percent_whole(BAND_LEVEL)} "
                "of cases or more."
                if ranks.is_enough
                else ""
            )
        )
    with right:
        show_table(intervals_frame(ranks), _INTERVALS, "Answers inside central intervals")
        st.caption(
            "An answer beyond the range, such as “never”, counts as inside by the share of that "
            "mass that is."
        )
