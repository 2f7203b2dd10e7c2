"""Revision chart of a yes-no question: every probability over time, with the news below."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import charts
from dashboard.components.frames import memoise
from dashboard.components.probability_lines import (
    MAX_LINES,
    ProbabilityLine,
    TimeWindow,
    acts_frame,
    answer_frame,
    chart_window,
    crop_to_window,
    crosshair_frame,
    default_lines,
    evidence_marks_frame,
    line_labels_frame,
    list_lines,
    list_question_forecasters,
    other_question_line,
    steps_frame,
    thin_marks,
    vertical_rules_frame,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_buttons
from dashboard.inbox import cards
from dashboard.question import why
from dashboard.wording import clip, display_name, escape_markdown
from forecasts.questions.question import ForecasterId
from tracker.errors import NotFound
from tracker.model.read_models import QuestionPage

ZOOM_LEVELS: Final = {
    "1 week": timedelta(days=7),
    "1 month": timedelta(days=30),
    "3 months": timedelta(days=91),
    "All": None,
}


@dataclass(frozen=True, slots=True)
class ZoomWindow:
    """Window of a chart, and the instant that counts as now in it."""

    window: TimeWindow
    now: datetime


def choose_zoom(visit: Visit, page: QuestionPage) -> ZoomWindow:
    """Show the zoom buttons and return the window."""
    period = ZOOM_LEVELS[show_buttons("Zoom", list(ZOOM_LEVELS), "All", "zoom")]
    until = visit.chart_end(page.summary.question.opens_at, period)
    return ZoomWindow(chart_window(page, until, period), until)


LINES_PARAM: Final = "with"
ME: Final = "me"
"""Name of the viewer in the address."""

_MAX_NAME_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True)
class ComparisonLines:
    """Lines to draw with their styles, and a note for each requested line that is missing."""

    series: tuple[ProbabilityLine, ...]
    styles: tuple[charts.LineStyle, ...]
    notes: tuple[str, ...] = ()


def select_lines(visit: Visit, page: QuestionPage) -> ComparisonLines:
    """Return the lines of the address, or the default lines if it names none that exists."""
    own_series = {line_series.id: line_series for line_series in list_lines(page, visit.me)}
    names = _read_address(visit)
    lines: list[ProbabilityLine] = []
    notes: list[str] = []
    for name in names[:MAX_LINES]:
        try:
            lines.append(
                own_series[name] if name in own_series else _load_other_question(visit, page, name)
            )
        except LookupError as error:
            notes.append(str(error.args[0]))
    if len(names) > MAX_LINES:
        notes.append(f"A chart has room for {MAX_LINES} lines: the first {MAX_LINES} are drawn.")
    series = tuple(lines) or default_lines(page, visit.me)
    return ComparisonLines(series, _build_styles(visit, page, series), tuple(notes))


def _read_address(visit: Visit) -> list[str]:
    names = [name.strip() for name in st.query_params.get(LINES_PARAM, "").split(",")]
    return list(dict.fromkeys(visit.me if name == ME else name for name in names if name))


def _load_other_question(visit: Visit, page: QuestionPage, name: str) -> ProbabilityLine:
    """Return another question as a line; raises `LookupError` with a sentence if it has none."""
    try:
        other = visit.tracker.questions.history(name)
    except NotFound:
        raise LookupError(
            f"Nothing is called “{clip(name, _MAX_NAME_CHARACTERS)}”: it is left out."
        ) from None
    if other.question.kind != "binary" or other.question.id == page.summary.question.id:
        raise LookupError(
            f"“{clip(other.question.text, _MAX_NAME_CHARACTERS)}” has no line to compare: it is "
            "left out."
        )
    return other_question_line(other.question, other.timelines)


def _build_styles(
    visit: Visit, page: QuestionPage, series: tuple[ProbabilityLine, ...]
) -> tuple[charts.LineStyle, ...]:
    """Return the styles: people and computed forecasters as everywhere, other questions with long
    dashes.
    """
    forecasters = list_question_forecasters(page, visit.me)
    known = charts.forecaster_lines(
        forecasters, [display_name(f, visit.me) for f in forecasters], visit.me
    )
    by_id: dict[str, charts.LineStyle] = {
        f.id: line for f, line in zip(forecasters, known, strict=True)
    }
    other_series = [line_series for line_series in series if line_series.id not in by_id]
    by_id |= {
        line_series.id: charts.other_question_style(line_series.name, index)
        for index, line_series in enumerate(other_series)
    }
    return tuple(by_id[line_series.id] for line_series in series)


def show_line_picker(visit: Visit, page: QuestionPage) -> None:
    """Show the choice of lines; all questions are read only when it is opened."""
    popover = st.popover(
        "Compare", icon=":material/compare_arrows:", key="comparing", on_change="rerun"
    )
    if not popover.open:
        return
    with popover:
        own_names = {line_series.id: line_series.name for line_series in list_lines(page, visit.me)}
        other_texts: dict[str, str] = {
            row.question.id: row.question.text
            for row in visit.tracker.questions.list()
            if row.question.kind == "binary" and row.question.id != page.summary.question.id
        }
        words = {**other_texts, **own_names}
        st.multiselect(
            f"Up to {MAX_LINES} lines",
            [*own_names, *(name for name in other_texts if name not in own_names)],
            default=[line_series.id for line_series in select_lines(visit, page).series],
            format_func=words.__getitem__,
            max_selections=MAX_LINES,
            key=_get_picker_key(page),
            on_change=_store_lines,
            args=(_get_picker_key(page),),
        )
        st.caption("Other questions stand with their estimate. The choice is kept in the address.")


def _get_picker_key(page: QuestionPage) -> str:
    return f"with-{page.summary.question.id}"


def _store_lines(key: str) -> None:
    selected = st.session_state[key]
    if selected:
        st.query_params[LINES_PARAM] = ",".join(selected)
    else:
        st.query_params.pop(LINES_PARAM, None)


def show_missing_lines(lines: ComparisonLines) -> None:
    """Show why requested lines are missing."""
    for note in lines.notes:
        st.caption(escape_markdown(note))


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
        show_line_picker(visit, page)
    window = ChartWindow(visit.me, shown, why.get_compared_dates(visit, page))
    _show_chart(visit, page, "log-odds" if chosen == "Log-odds" else "probability", window)


def _show_chart(
    visit: Visit, page: QuestionPage, scale: charts.ProbabilityScale, window: ChartWindow
) -> None:
    selection = select_lines(visit, page)
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
    show_missing_lines(selection)
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
