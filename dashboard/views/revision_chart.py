"""The chart of a yes-no question: every probability over time, the news below it, and why to look where."""

from datetime import datetime, timedelta
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.frames.revisions import acts_frame, answer_frame, marks_frame, rules_frame, window_of
from dashboard.frames.series import Window, crossings_frame, ends_frame, steps_frame
from dashboard.views import cards, comparing, moved
from dashboard.views.visit import Visit
from tracker.summaries import QuestionPage

SCALES: Final = ("Probability", "Log-odds")
ZOOMS: Final = {"1 week": timedelta(days=7), "1 month": timedelta(days=30), "3 months": timedelta(days=91), "All": None}
LONG: Final = timedelta(days=400)
"""From here on the years stand on the time axis."""


def render(visit: Visit, page: QuestionPage) -> None:
    """How it is drawn, the chart, and the news that is picked in it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _buttons("Scale", SCALES, SCALES[0], "scale")
        zoom = _buttons("Zoom", tuple(ZOOMS), "All", "zoom")
        comparing.control(visit, page)
    window = window_of(page, visit.minute, ZOOMS[zoom])
    _chart(visit, page, "log-odds" if chosen == "Log-odds" else "probability", window)


def _buttons(label: str, options: tuple[str, ...], usual: str, key: str) -> str:
    picked = st.segmented_control(
        label, options, default=usual, required=True, key=key, bind="query-params", label_visibility="collapsed"
    )
    return picked or usual


def _chart(visit: Visit, page: QuestionPage, scale: charts.Scale, window: Window) -> None:
    shown = comparing.compared(visit, page)
    names = [each.name for each in shown.series]
    steps = steps_frame(shown.series, window)
    rules = rules_frame(page, visit.minute, moved.looked_between(visit, page))
    until = _drawn_until(page, window)
    marks = _inside(marks_frame(page.evidence), window)
    answer = answer_frame(page.summary.question, page.summary.resolution)
    long = window[1] - window[0] > LONG
    acts = _inside(acts_frame(page, visit.me), window)
    spec = charts.revisions(shown.styles, scale, marks=not marks.empty, answer=not answer.empty, long=long)
    frames = {
        "steps": steps,
        "ends": ends_frame(steps, (window[0], until)),
        "crossings": crossings_frame(shown.series, window),
        "acts": acts[acts["forecaster"].isin(names)],
        "rules": _inside(rules[rules["time"] <= pd.Timestamp(until)], window),
        **({} if marks.empty else {"marks": marks}),
        **({} if answer.empty else {"answer": answer}),
    }
    state = st.vega_lite_chart(
        spec=charts.drawn(spec, **frames),
        width="stretch",
        key=f"revisions-{scale}-{marks.empty}",
        on_select="ignore" if marks.empty else "rerun",
        selection_mode=None if marks.empty else ["evidence"],
        alt=f"Probability of YES over time: {', '.join(names)}; {len(marks)} pieces of evidence",
    )
    comparing.notes(shown)
    if marks.empty:
        st.caption(f"Probability of YES. Times in {visit.charts_zone}.")
        return
    st.caption(f"Probability of YES. ▲ news for YES, ▼ for NO: pick one to read it. Times in {visit.charts_zone}.")
    cards.picked(visit, page, state)


def _drawn_until(page: QuestionPage, window: Window) -> datetime:
    """Where the drawing ends: the answer may have become known after the lines had stopped."""
    resolution = page.summary.resolution
    return window[1] if resolution is None else max(window[1], resolution.known_at)


def _inside(frame: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows from the beginning of a window on."""
    return frame[frame["time"] >= pd.Timestamp(window[0])].reset_index(drop=True)
