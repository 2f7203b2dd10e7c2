"""The chart of a yes-no question: every probability over time, the news below it, and why to look where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import charts
from dashboard.frames.once import once
from dashboard.frames.revisions import acts_frame, answer_frame, drawn_marks, marks_frame, rules_frame, window_of
from dashboard.frames.series import Series, Window, crossings_frame, ends_frame, steps_frame
from dashboard.views import cards, comparing, moved
from dashboard.views.visit import Visit
from forecasts.question import ForecasterId
from tracker.summaries import QuestionPage

SCALES: Final = ("Probability", "Log-odds")
ZOOMS: Final = {"1 week": timedelta(days=7), "1 month": timedelta(days=30), "3 months": timedelta(days=91), "All": None}
LONG: Final = timedelta(days=400)
"""From here on the years stand on the time axis."""


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, when, from when to when, and between which two dates, if between any."""

    me: ForecasterId
    now: datetime
    window: Window
    between: tuple[datetime, datetime] | None


def render(visit: Visit, page: QuestionPage) -> None:
    """How it is drawn, the chart, and the news that is picked in it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _buttons("Scale", SCALES, SCALES[0], "scale")
        zoom = _buttons("Zoom", tuple(ZOOMS), "All", "zoom")
        comparing.control(visit, page)
    shown = ZOOMS[zoom]
    until = visit.drawn_to(page.summary.question.opens_at, shown)
    look = Look(visit.me, until, window_of(page, until, shown), moved.looked_between(visit, page))
    _chart(visit, page, "log-odds" if chosen == "Log-odds" else "probability", look)


def _buttons(label: str, options: tuple[str, ...], usual: str, key: str) -> str:
    picked = st.segmented_control(
        label, options, default=usual, required=True, key=key, bind="query-params", label_visibility="collapsed"
    )
    return picked or usual


def _chart(visit: Visit, page: QuestionPage, scale: charts.Scale, look: Look) -> None:
    shown = comparing.compared(visit, page)
    names = [each.name for each in shown.series]
    found = drawing(page, shown.series, look)
    long = look.window[1] - look.window[0] > LONG
    spec = charts.revisions(shown.styles, scale, marks=found.marks > 0, answer="answer" in found.frames, long=long)
    state = st.vega_lite_chart(
        spec=charts.drawn(spec, **found.frames),
        width="stretch",
        key=f"revisions-{scale}-{not found.marks}",
        on_select="rerun" if found.marks else "ignore",
        selection_mode=["evidence"] if found.marks else None,
        alt=f"Probability of YES over time: {', '.join(names)}; {found.evidence} pieces of evidence",
    )
    comparing.notes(shown)
    if not found.marks:
        st.caption(f"Probability of YES. Times in {visit.charts_zone}.")
        return
    few = "" if found.marks == found.evidence else f" The strongest {found.marks} of {found.evidence:,} are drawn."
    st.caption(f"Probability of YES. ▲ news for YES, ▼ for NO: pick one to read it.{few} Times in {visit.charts_zone}.")
    cards.picked(visit, page, state)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a chart draws, by the names that it knows; how many marks, and of how many pieces of evidence."""

    frames: Mapping[str, pa.Table]
    marks: int
    evidence: int


@once(frozen=2)
def drawing(page: QuestionPage, series: tuple[Series, ...], look: Look) -> Drawing:
    """The frames of the chart, made once while nothing changes, and as Arrow already, as they go to the browser."""
    window, until = look.window, _drawn_until(page, look.window)
    steps = steps_frame(series, window)
    rules, acts = rules_frame(page, look.now, look.between), _inside(acts_frame(page, look.me), window)
    every = _inside(marks_frame(page.evidence), window)
    frames = {
        "steps": steps,
        "ends": ends_frame(steps, (window[0], until)),
        "crossings": crossings_frame(series, window),
        "acts": acts[acts["forecaster"].isin([each.name for each in series])],
        "rules": _inside(rules[rules["time"] <= pd.Timestamp(until)], window),
        "marks": drawn_marks(every, window),
        "answer": answer_frame(page.summary.question, page.summary.resolution),
    }
    optional = {name for name in ("marks", "answer") if frames[name].empty}
    sent = {name: pa.Table.from_pandas(f, preserve_index=False) for name, f in frames.items() if name not in optional}
    return Drawing(sent, len(frames["marks"]), len(every))


def _drawn_until(page: QuestionPage, window: Window) -> datetime:
    """Where the drawing ends: the answer may have become known after the lines had stopped."""
    resolution = page.summary.resolution
    return window[1] if resolution is None else max(window[1], resolution.known_at)


def _inside(frame: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows from the beginning of a window on."""
    return frame[frame["time"] >= pd.Timestamp(window[0])].reset_index(drop=True)
