"""Calibration in a track record: a chart with its sentence, the offer to recalibrate, measures."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    get_latest_pick,
    show_choice,
    show_empty,
    show_refusals,
    show_skeleton,
    show_table,
)
from dashboard.record.answered import show_questions
from dashboard.record.calibration_data import (
    band_frame,
    bins_frame,
    curve_frame,
    describe_intervals,
    list_bin_questions,
    list_measures,
    ranks_frame,
)
from dashboard.wording.numbers import escape_markdown, name_forecasts, percent_whole, plural
from forecasts.calibration.band import BAND_LEVEL
from forecasts.calibration.ranks import RankRecord
from forecasts.calibration.reliability import Reliability
from forecasts.calibration.snapshots import LEADS_DAYS
from forecasts.questions.question import Forecaster, ForecasterId
from forecasts.statistics.small_samples import MIN_FAMILIES
from tracker.model.read_models import Accuracy, CalibrationReport

_C = st.column_config

DIAGONAL: Final = pd.DataFrame({"said": [0.0, 1.0], "happened": [0.0, 1.0]})
_LEADS: Final = {str(days): f"{days} days before the close" for days in LEADS_DAYS}
_USUAL_LEAD: Final = LEADS_DAYS[1]


def _load_report(visit: Visit, accuracy: Accuracy) -> CalibrationReport:
    """Load the calibration at the lead of the address."""
    lead = st.query_params.get("lead", "")
    days = int(lead) if lead in _LEADS else _USUAL_LEAD
    with show_skeleton():
        return visit.tracker.accuracy.calibration(accuracy.choice, lead_days=days)


def show_calibration(visit: Visit, accuracy: Accuracy, chosen: ForecasterId) -> None:
    """Show the reliability curve, or for numbers and dates where answers came in the curves."""
    report = _load_report(visit, accuracy)
    reliability, ranks = report.reliability.get(chosen), report.ranks.get(chosen)
    lead = plural(report.lead_days, "day")
    st.markdown(f"**Calibration** · as forecasts stood {lead} before the close")
    if reliability is not None:
        forecaster = accuracy.forecasters[chosen]
        (style,) = charts.forecaster_lines([forecaster], [forecaster.name], visit.me)
        _show_curve(reliability, name_forecasts(forecaster, visit.me), style.colour)
    elif ranks is not None:
        _show_rank_bars(ranks)
    else:
        st.caption("No forecast at that time. Details have other times.")
    if chosen == visit.me:
        _show_recalibration(visit)


def _show_curve(reliability: Reliability, subject: str, colour: str) -> None:
    frames = {
        "band": band_frame(reliability.test.simultaneous),
        "diagonal": DIAGONAL,
        "curve": curve_frame(reliability.curve),
    }
    chart = charts.calibration_chart(colour, curved=reliability.is_enough)
    spec = charts.bind_data(chart, **frames)
    alt = f"How often forecasts of each size came true, {plural(reliability.n, 'question')}"
    st.vega_lite_chart(spec=spec, width="stretch", key="calibration", alt=alt)
    sample = reliability.test.correlation.describe()
    dots = "how often forecasts of each size came true; bigger dots, more questions."
    if not reliability.is_enough:
        needed = f"A curve appears from {MIN_FAMILIES} independent questions."
        st.caption(f"Over {sample}. Dots: {dots} {needed}")
        return
    st.markdown(
        f"**{escape_markdown(reliability.describe(subject))}** {reliability.caution}".rstrip()
    )
    st.caption(
        f"Over {sample}. Line: {dots} Above the diagonal forecasts were too low. Grey: where "
        f"chance alone would keep the whole line, {percent_whole(BAND_LEVEL)} of the time."
    )


def _show_rank_bars(ranks: RankRecord) -> None:
    frame = ranks_frame(ranks)
    bands = {"band": frame} if ranks.is_enough else {}
    chart = charts.ranks_chart(banded=ranks.is_enough)
    spec = charts.bind_data(chart, ranks=frame, **bands)
    alt = "Where answers came in the curves"
    st.vega_lite_chart(spec=spec, width="stretch", key="ranks", alt=alt)
    level = percent_whole(BAND_LEVEL)
    shaded = f" Shaded: where all bars of calibrated curves lie in {level} of cases."
    st.caption(
        "Where in the curve the answers came: even bars are calibrated, high ends mean too narrow."
        + shaded * ranks.is_enough
    )


def _show_recalibration(visit: Visit) -> None:
    """Show what my record offers, or that I am recalibrated, with the button for it."""
    state = visit.tracker.accuracy.recalibration()
    if state.standing is None and state.offer.is_empty:
        return
    is_on = state.standing is not None and state.since is not None
    with st.container(border=True):
        if is_on and state.since is not None:
            st.markdown(
                f"**Your forecasts are recalibrated since {visit.day(state.since)}.** The "
                "recalibrated ones are scored beside yours from then on."
            )
        else:
            for sentence in state.sentences:
                st.markdown(f"**{escape_markdown(sentence)}**")
            st.markdown(
                "If you do, recalibrated forecasts are shown and scored beside yours from then on. "
                "Yours stay unchanged. The fewer the questions, the smaller the change."
            )
        label = "Switch off" if is_on else "Recalibrate from now on"
        if st.button(label, key="recalibrate", icon=":material/tune:"):
            _switch_recalibration(visit, on=not is_on)


def _switch_recalibration(visit: Visit, *, on: bool) -> None:
    with show_refusals():
        if on:
            visit.tracker.accuracy.recalibrate(by=visit.me)
        else:
            visit.tracker.accuracy.stop_recalibrating(by=visit.me)
        words = "recalibrated from now on" if on else "no longer recalibrated"
        notify(f"Your forecasts are {words}.")
        st.rerun()


def show_measures(visit: Visit, accuracy: Accuracy, forecaster: Forecaster) -> None:
    """Show bins, measures, bands and ranks of one forecaster, at a lead that can be chosen."""
    place = _LEADS[str(_USUAL_LEAD)]
    show_choice("As it stood", _LEADS, "lead", index=list(_LEADS.values()).index(place), width=240)
    report = _load_report(visit, accuracy)
    reliability, ranks = report.reliability.get(forecaster.id), report.ranks.get(forecaster.id)
    if reliability is None and ranks is None:
        show_empty("No forecast at that time.", "Choose fewer days before the close.")
    if reliability is not None:
        _show_bins(report, reliability)
        for measure, meaning, technical in list_measures(reliability):
            st.markdown(f"**{measure}** · {meaning}", help=technical or None)
    if ranks is not None:
        _show_ranks(name_forecasts(forecaster, visit.me), ranks, with_bars=reliability is not None)


_WILSON = f"What the true share may be; shown from {MIN_FAMILIES} independent questions on."
_BINS = {
    "range": _C.TextColumn("Forecasts of", width=90),
    "n": _C.NumberColumn("Questions", width=80),
    "families": _C.NumberColumn("Independent", width=95),
    "said": _C.NumberColumn("Average forecast", format="%.0f%%", width=115),
    "of": _C.TextColumn("Came true", width=85),
    "happened": _C.NumberColumn("Share", format="%.0f%%", width=60),
    "wilson": _C.TextColumn("95% interval", width=95, alignment="right", help=_WILSON),
}


def _show_bins(report: CalibrationReport, reliability: Reliability) -> None:
    """Show coarse bins; a picked one opens to its questions, the worst misses first."""
    frame = bins_frame(reliability.bins)
    modes = ["single-row", "single-cell"]
    state = show_table(
        frame, _BINS, "Bins", key="bins-table", on_select="rerun", selection_mode=modes
    )
    picked = get_latest_pick(state, "bins-table")
    if picked is None or picked[0] >= len(frame):
        st.caption("Click a row to see its questions.")
        return
    number = int(frame["number"].iloc[picked[0]])
    listed = list_bin_questions(reliability.snapshots, number, report.questions)
    show_questions("Questions of the bin", "Forecast, outcome", listed)


def _show_ranks(subject: str, ranks: RankRecord, *, with_bars: bool) -> None:
    """Show numbers and dates; with their bars unless the page has them as its chart."""
    st.markdown(
        f"**{escape_markdown(subject)} of numbers and dates: {escape_markdown(ranks.verdict)}** "
        f"Over {ranks.correlation.describe()}. {' '.join(describe_intervals(ranks))}",
        help="An answer beyond the range, such as “never”, counts as inside by the share of that "
        "mass that is.",
    )
    if with_bars:
        _show_rank_bars(ranks)
