"""The chart of a yes-no question: every probability over time, the news below it, and why to look
where.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import charts
from dashboard.charts.revisions_data import (
    Window,
    acts_frame,
    answer_frame,
    drawn_marks,
    inside,
    marks_frame,
    rules_frame,
)
from dashboard.charts.series import Series, crossings_frame, ends_frame, steps_frame
from dashboard.components.memoise import once
from dashboard.components.visit import Visit
from dashboard.components.widgets import buttons
from dashboard.inbox import cards
from dashboard.question import changes as moved
from dashboard.question import compare as comparing
from dashboard.question.zoom import Shown, zoomed
from forecasts.questions.question import ForecasterId
from tracker.model.read_models import QuestionPage

SCALES: Final = ("Probability", "Log-odds")


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, at what time, and between which two dates, if between any."""

    me: ForecasterId
    shown: Shown
    between: tuple[datetime, datetime] | None


def render(visit: Visit, page: QuestionPage) -> None:
    """How it is drawn, the chart, and the news that is picked in it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = buttons("Scale", SCALES, SCALES[0], "scale")
        shown = zoomed(visit, page)
        comparing.control(visit, page)
    look = Look(visit.me, shown, moved.looked_between(visit, page))
    _chart(visit, page, "log-odds" if chosen == "Log-odds" else "probability", look)


def _chart(visit: Visit, page: QuestionPage, scale: charts.Scale, look: Look) -> None:
    shown = comparing.compared(visit, page)
    names = [each.name for each in shown.series]
    found = drawing(page, shown.series, look)
    with_answer = "answer" in found.frames
    spec = charts.revisions(shown.styles, scale, marks=found.marks > 0, answer=with_answer)
    state = st.vega_lite_chart(
        spec=charts.drawn(spec, **found.frames),
        width="stretch",
        key=f"revisions-{scale}-{not found.marks}",
        on_select="rerun" if found.marks else "ignore",
        selection_mode=["evidence"] if found.marks else None,
        alt=f"Probability of YES over time: {', '.join(names)}; {found.evidence} pieces of "
        "evidence",
    )
    comparing.notes(shown)
    if not found.marks:
        st.caption(f"Probability of YES. Times in {visit.charts_zone}.")
        return
    few = (
        ""
        if found.marks == found.evidence
        else f" The strongest {found.marks} of {found.evidence:,} are drawn."
    )
    st.caption(
        f"Probability of YES. ▲ news for YES, ▼ for NO: pick one to read it.{few} Times in "
        f"{visit.charts_zone}."
    )
    cards.picked(visit, page, state)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a chart draws, by the names that it knows; how many marks, and of how many pieces of
    evidence.
    """

    frames: Mapping[str, pa.Table]
    marks: int
    evidence: int


@once(frozen=2)
def drawing(page: QuestionPage, series: tuple[Series, ...], look: Look) -> Drawing:
    """The frames of the chart, made once while nothing changes, and as Arrow already, as they go to
    the browser.
    """
    window, until = look.shown.window, _drawn_until(page, look.shown.window)
    steps = steps_frame(series, window)
    rules, acts = (
        rules_frame(page, look.shown.now, look.between),
        inside(acts_frame(page, look.me), window),
    )
    every = inside(marks_frame(page.evidence), window)
    frames = {
        "steps": steps,
        "ends": ends_frame(steps, (window[0], until)),
        "crossings": crossings_frame(series, window),
        "acts": acts[acts["forecaster"].isin([each.name for each in series])],
        "rules": inside(rules[rules["time"] <= pd.Timestamp(until)], window),
        "marks": drawn_marks(every, window),
        "answer": answer_frame(page.summary.question, page.summary.resolution),
    }
    optional = {name for name in ("marks", "answer") if frames[name].empty}
    sent = {
        name: pa.Table.from_pandas(f, preserve_index=False)
        for name, f in frames.items()
        if name not in optional
    }
    return Drawing(sent, len(frames["marks"]), len(every))


def _drawn_until(page: QuestionPage, window: Window) -> datetime:
    """Where the drawing ends: the answer may have become known after the lines had stopped."""
    resolution = page.summary.resolution
    return window[1] if resolution is None else max(window[1], resolution.known_at)
