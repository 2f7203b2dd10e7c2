"""Revision chart of a yes-no question: probabilities over time, with the news on the line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import charts
from dashboard.charts.revisions import Domain
from dashboard.components.frames import memoise
from dashboard.components.probability_lines import (
    MAX_LINES,
    ProbabilityLine,
    TimeWindow,
    acts_frame,
    answer_frame,
    band_frame,
    chart_window,
    choose_domain,
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
from dashboard.question import compare, evidence
from dashboard.question.head import lead_forecaster
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
ZOOM_PARAM: Final = "zoom"


@dataclass(frozen=True, slots=True)
class ZoomWindow:
    """Window of a chart, and the instant that counts as now in it."""

    window: TimeWindow
    now: datetime


def read_zoom(visit: Visit, page: QuestionPage) -> ZoomWindow:
    """Return the window of the zoom of the address."""
    period = ZOOM_LEVELS.get(st.query_params.get(ZOOM_PARAM, ""))
    until = visit.chart_end(page.summary.question.opens_at, period)
    return ZoomWindow(chart_window(page, until, period), until)


def show_zoom() -> None:
    """Show the buttons of the zoom, which keep it in the address."""
    _show_kept_buttons("Zoom", list(ZOOM_LEVELS), "All", ZOOM_PARAM)


def _show_kept_buttons(label: str, options: Sequence[str], usual: str, param: str) -> None:
    """Show buttons whose choice stays in the address when their drawer is closed.

    Streamlit's own binding forgets it then.
    """
    key, chosen = f"choose-{param}", st.query_params.get(param)
    st.session_state[key] = chosen if chosen in options else usual
    st.segmented_control(
        label,
        options,
        key=key,
        required=True,
        on_change=_keep_choice,
        args=(param, key, usual),
        label_visibility="collapsed",
    )


def _keep_choice(param: str, key: str, usual: str) -> None:
    chosen = st.session_state[key]
    if chosen == usual:
        st.query_params.pop(param, None)
    else:
        st.query_params[param] = chosen


BOLD, THIN = 3.5, 1.5
"""Widths of the line that the page is about, and of the others."""

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
    lead = lead_forecaster(page, visit.me)
    return tuple(
        replace(by_id[line_series.id], width=BOLD if line_series.id == lead else THIN)
        for line_series in series
    )


def _show_line_picker(visit: Visit, page: QuestionPage) -> None:
    """Show the choice of lines, which reads all questions."""
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
    st.caption("Other questions show their estimate. The address keeps your choice.")


def _get_picker_key(page: QuestionPage) -> str:
    return f"with-{page.summary.question.id}"


def _store_lines(key: str) -> None:
    selected = st.session_state[key]
    if selected:
        st.query_params[LINES_PARAM] = ",".join(selected)
    else:
        st.query_params.pop(LINES_PARAM, None)


FULL_PARAM: Final = "full"
SCALE_PARAM: Final = "scale"
SCALES: Final = ("Probability", "Log-odds")


@dataclass(frozen=True, slots=True)
class ChartView:
    """Viewer, shown window, scale and range of a chart, and optional comparison dates."""

    me: ForecasterId
    shown: ZoomWindow
    scale: charts.ProbabilityScale = "probability"
    full: bool = False
    between: tuple[datetime, datetime] | None = None


def show_full_range(label: str) -> bool:
    """Show the switch between the range of the content and the whole scale."""
    return st.toggle(label, key=FULL_PARAM, bind="query-params")


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the controls, the chart, and the news selected in it."""
    with st.container(horizontal=True, vertical_alignment="center", key="chart-controls"):
        full = show_full_range("0–100%")
        options = show_chart_options()
    if options.open:
        with options:
            show_zoom()
            _show_kept_buttons("Scale", SCALES, SCALES[0], SCALE_PARAM)
            _show_line_picker(visit, page)
    scale: charts.ProbabilityScale = (
        "log-odds" if st.query_params.get(SCALE_PARAM) == SCALES[1] else "probability"
    )
    shown = read_zoom(visit, page)
    between = compare.get_compared_dates(visit, page)
    _show_chart(visit, page, ChartView(visit.me, shown, scale, full, between))


def show_chart_options() -> Any:
    """Show the drawer of what is seldom changed in a chart."""
    return st.popover(
        "Chart", icon=":material/tune:", key="chart-options", type="tertiary", on_change="rerun"
    )


def _show_chart(visit: Visit, page: QuestionPage, view: ChartView) -> None:
    selection = select_lines(visit, page)
    drawing = build_drawing(page, selection.series, view)
    optional = frozenset(drawing.frames) & {"band", "marks", "answer"}
    spec = charts.revisions_chart(selection.styles, view.scale, drawing.domain, layers=optional)
    names = ", ".join(line_series.name for line_series in selection.series)
    state = st.vega_lite_chart(
        spec=charts.bind_data(spec, **drawing.frames),
        width="stretch",
        key=f"revisions-{view.scale}-{not drawing.marks}",
        on_select="rerun" if drawing.marks else "ignore",
        selection_mode=["evidence"] if drawing.marks else None,
        alt=f"Probability of YES over time: {names}; {drawing.evidence} pieces of evidence",
    )
    for note in selection.notes:
        st.caption(escape_markdown(note))
    st.caption(_describe_chart(visit, page, drawing))
    if drawing.marks:
        evidence.show_selected_card(visit, page, state)


def _describe_chart(visit: Visit, page: QuestionPage, drawing: "RevisionDrawing") -> str:
    """Describe marks, band and times below the chart."""
    count = f"the strongest {drawing.marks} of {drawing.evidence:,}; "
    limit_note = "" if drawing.marks == drawing.evidence else count
    marks = f"▲▼ evidence: {limit_note}click a marker to read it. " if drawing.marks else ""
    band = "Grey band: the range of people’s forecasts. " if "band" in drawing.frames else ""
    return f"{marks}{band}Times in {visit.charts_zone}."


@dataclass(frozen=True, slots=True)
class RevisionDrawing:
    """Frames of a chart by name, its range; number of drawn marks, and of pieces of evidence."""

    frames: Mapping[str, pa.Table]
    domain: Domain
    marks: int
    evidence: int


@memoise(by_identity=2)
def build_drawing(
    page: QuestionPage, series: tuple[ProbabilityLine, ...], view: ChartView
) -> RevisionDrawing:
    """Build the frames of the chart, memoised as Arrow tables, as they are sent to the browser."""
    window, until = view.shown.window, _get_chart_end(page, view.shown.window)
    steps = steps_frame(series, window, view.scale)
    acts = crop_to_window(acts_frame(page, view.me, view.scale), window)
    rules = vertical_rules_frame(page, view.shown.now, view.between)
    all_marks = crop_to_window(evidence_marks_frame(page, view.scale), window)
    frames = {
        "steps": steps,
        "crossings": crosshair_frame(series, window),
        "acts": acts[acts["forecaster"].isin([line_series.name for line_series in series])],
        "rules": crop_to_window(rules[rules["time"] <= pd.Timestamp(until)], window),
        "band": band_frame(page, window, view.scale),
        "marks": thin_marks(all_marks, window),
        "answer": answer_frame(page.summary.question, page.summary.resolution, view.scale),
    }
    heights = [y for name in ("steps", "acts", "marks", "answer") for y in frames[name]["y"]]
    heights += [*frames["band"]["y"], *frames["band"]["high"]]
    domain = choose_domain([y for y in heights if pd.notna(y)], view.scale, full=view.full)
    frames["ends"] = line_labels_frame(steps, (window[0], until), domain)
    optional = {name for name in ("band", "marks", "answer") if frames[name].empty}
    tables = {
        name: pa.Table.from_pandas(frame, preserve_index=False)
        for name, frame in frames.items()
        if name not in optional
    }
    return RevisionDrawing(tables, domain, len(frames["marks"]), len(all_marks))


def _get_chart_end(page: QuestionPage, window: TimeWindow) -> datetime:
    """Return the end of the drawing: the answer may have become known after the last step."""
    resolution = page.summary.resolution
    return window[1] if resolution is None else max(window[1], resolution.known_at)
