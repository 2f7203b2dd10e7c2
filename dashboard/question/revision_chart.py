"""Revision chart of a yes-no question: every probability over time, with the news below."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import charts
from dashboard.charts.revisions_data import (
    TimeWindow,
    acts_frame,
    answer_frame,
    crop_to_window,
    evidence_marks_frame,
    thin_marks,
    vertical_rules_frame,
)
from dashboard.charts.series import ProbabilityLine, crosshair_frame, line_labels_frame, steps_frame
from dashboard.components.memoise import memoise
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_buttons
from dashboard.inbox import cards
from dashboard.question import changes as moved
from dashboard.question import compare as comparing
from dashboard.question.zoom import ZoomWindow, choose_zoom
from forecasts.questions.question import ForecasterId
from tracker.model.read_models import QuestionPage

SCALES: Final = ("Probability", "Log-odds")


@dataclass(frozen=True, slots=True)
class ChartWindow:
    """Viewer, shown window and optional comparison dates."""

    me: ForecasterId
    shown: ZoomWindow
    between: tuple[datetime, datetime] | None


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the controls, the chart, and the news selected in it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = show_buttons("Scale", SCALES, SCALES[0], "scale")
        shown = choose_zoom(visit, page)
        comparing.show_line_picker(visit, page)
    window = ChartWindow(visit.me, shown, moved.get_compared_dates(visit, page))
    _show_chart(visit, page, "log-odds" if chosen == "Log-odds" else "probability", window)


def _show_chart(
    visit: Visit, page: QuestionPage, scale: charts.ProbabilityScale, window: ChartWindow
) -> None:
    selection = comparing.select_lines(visit, page)
    names = [line_series.name for line_series in selection.series]
    drawing_data = build_drawing(page, selection.series, window)
    with_answer = "answer" in drawing_data.frames
    spec = charts.revisions_chart(
        selection.styles, scale, marks=drawing_data.marks > 0, answer=with_answer
    )
    state = st.vega_lite_chart(
        spec=charts.bind_data(spec, **drawing_data.frames),
        width="stretch",
        key=f"revisions-{scale}-{not drawing_data.marks}",
        on_select="rerun" if drawing_data.marks else "ignore",
        selection_mode=["evidence"] if drawing_data.marks else None,
        alt=f"Probability of YES over time: {', '.join(names)}; {drawing_data.evidence} pieces of "
        "evidence",
    )
    comparing.show_missing_lines(selection)
    if not drawing_data.marks:
        st.caption(f"Probability of YES. Times in {visit.charts_zone}.")
        return
    limit_note = (
        ""
        if drawing_data.marks == drawing_data.evidence
        else f" The strongest {drawing_data.marks} of {drawing_data.evidence:,} are drawn."
    )
    st.caption(
        f"Probability of YES. ▲ news for YES, ▼ for NO: pick one to read it.{limit_note} Times in "
        f"{visit.charts_zone}."
    )
    cards.show_selected_cards(visit, page, state)


@dataclass(frozen=True, slots=True)
class RevisionDrawing:
    """Frames of a chart by name; number of drawn marks, and of pieces of evidence."""

    frames: Mapping[str, pa.Table]
    marks: int
    evidence: int


@memoise(by_identity=2)
def build_drawing(
    page: QuestionPage, series: tuple[ProbabilityLine, ...], chart_window: ChartWindow
) -> RevisionDrawing:
    """Build the frames of the chart, memoised as Arrow tables, as they are sent to the browser."""
    window, until = chart_window.shown.window, _get_chart_end(page, chart_window.shown.window)
    steps = steps_frame(series, window)
    rules, acts = (
        vertical_rules_frame(page, chart_window.shown.now, chart_window.between),
        crop_to_window(acts_frame(page, chart_window.me), window),
    )
    all_marks = crop_to_window(evidence_marks_frame(page.evidence), window)
    frames = {
        "steps": steps,
        "ends": line_labels_frame(steps, (window[0], until)),
        "crossings": crosshair_frame(series, window),
        "acts": acts[acts["forecaster"].isin([line_series.name for line_series in series])],
        "rules": crop_to_window(rules[rules["time"] <= pd.Timestamp(until)], window),
        "marks": thin_marks(all_marks, window),
        "answer": answer_frame(page.summary.question, page.summary.resolution),
    }
    optional = {name for name in ("marks", "answer") if frames[name].empty}
    tables = {
        name: pa.Table.from_pandas(frame, preserve_index=False)
        for name, frame in frames.items()
        if name not in optional
    }
    return RevisionDrawing(tables, len(frames["marks"]), len(all_marks))


def _get_chart_end(page: QuestionPage, window: TimeWindow) -> datetime:
    """Return the end of the drawing: the answer may have become known after the last step."""
    resolution = page.summary.resolution
    return window[1] if resolution is None else max(window[1], resolution.known_at)
