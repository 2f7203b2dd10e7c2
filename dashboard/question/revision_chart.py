"""Chart of a question over time: probabilities, options, or the fan of a number or date.

The news lies on the line of the estimate, or below the lines. The address keeps what is chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import charts
from dashboard.charts.revisions import Domain
from dashboard.components.frames import memoise
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.probability_lines import (
    MAX_LINES,
    ProbabilityLine,
    TimeWindow,
    band_frame,
    chart_window,
    choose_domain,
    crop_to_window,
    crosshair_frame,
    line_labels_frame,
    list_option_lines,
    list_question_forecasters,
    steps_frame,
)
from dashboard.components.probability_marks import (
    acts_frame,
    answer_frame,
    evidence_marks_frame,
    thin_marks,
    vertical_rules_frame,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_choice
from dashboard.question import compare, distributions_data, evidence
from dashboard.question.compare import THIN, ComparisonLines, select_lines, show_line_picker
from dashboard.question.head import lead_forecaster
from dashboard.wording.numbers import display_name
from dashboard.wording.questions import format_forecast
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    LEARNED_POOLS,
    PRIOR,
    SUGGESTION,
    ForecasterId,
)
from tracker.model.read_models import QuestionPage

ZOOM_LEVELS: Final = {
    "1 week": timedelta(days=7),
    "1 month": timedelta(days=30),
    "3 months": timedelta(days=91),
    "All": None,
}
ZOOM_PARAM: Final = "zoom"
SCALE_PARAM: Final = "scale"
SCALES: Final = ("Probability", "Log-odds")
FULL_PARAM: Final = "full"
FORECASTER_PARAM: Final = "of"
BESIDE: Final = (SUGGESTION, CROWD, PRIOR)
"""Forecasters of a number who stand beside the first before other people."""


@dataclass(frozen=True, slots=True)
class ZoomWindow:
    """Window of a chart, and the instant that counts as now in it."""

    window: TimeWindow
    now: datetime


@dataclass(frozen=True, slots=True)
class ChartView:
    """Viewer, shown window, scale and range of a chart, and optional comparison dates."""

    me: ForecasterId
    shown: ZoomWindow
    scale: charts.ProbabilityScale = "probability"
    full: bool = False
    between: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Chart with its frames, what it shows, notes, and how many marks of how much evidence."""

    spec: charts.ChartSpec
    frames: Mapping[str, Any]
    about: str
    notes: tuple[str, ...]
    marks: int
    evidence: int


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the controls, the chart, and the news selected in it."""
    options = st.popover("Chart", key="chart-options", type="tertiary", on_change="rerun")
    if options.open:
        with options:
            _show_options(visit, page)
    is_binary = page.summary.question.kind == "binary"
    is_log = is_binary and st.query_params.get(SCALE_PARAM) == SCALES[1]
    view = ChartView(
        visit.me,
        _read_zoom(visit, page),
        "log-odds" if is_log else "probability",
        st.query_params.get(FULL_PARAM) == "true",
        compare.get_compared_dates(visit, page) if is_binary else None,
    )
    _show_drawing(visit, page, _draw(visit, page, view))


def _show_options(visit: Visit, page: QuestionPage) -> None:
    """Show what is seldom changed in a chart."""
    buttons = partial(
        show_choice, show=st.segmented_control, required=True, label_visibility="collapsed"
    )
    is_binary = page.summary.question.kind == "binary"
    buttons("Zoom", {name: name for name in ZOOM_LEVELS}, ZOOM_PARAM, index=3)
    whole = "0–100%" if is_binary else "Full range"
    buttons("Range", {"": "Fitted range", "true": whole}, FULL_PARAM, index=0)
    if is_binary:
        buttons("Scale", {name: name for name in SCALES}, SCALE_PARAM, index=0)
        show_line_picker(visit, page)
        return
    names = {f.id: display_name(f, visit.me) for f in list_question_forecasters(page, visit.me)}
    first = list(names).index(lead_forecaster(page, visit.me))
    show_choice("Whose forecast", names, FORECASTER_PARAM, index=first, width=220)


def _read_zoom(visit: Visit, page: QuestionPage) -> ZoomWindow:
    period = ZOOM_LEVELS.get(st.query_params.get(ZOOM_PARAM, ""))
    until = visit.chart_end(page.summary.question.opens_at, period)
    return ZoomWindow(chart_window(page, until, period), until)


def _show_drawing(visit: Visit, page: QuestionPage, drawing: Drawing) -> None:
    """Show the chart, its caption, and the card of a picked mark."""
    has_marks = drawing.marks > 0
    state = st.vega_lite_chart(
        spec=charts.bind_data(drawing.spec, **drawing.frames),
        width="stretch",
        key=f"chart-{drawing.about[:40]}-{has_marks}",
        on_select="rerun" if has_marks else "ignore",
        selection_mode=["evidence"] if has_marks else None,
        alt=f"{drawing.about}; {drawing.evidence} pieces of evidence",
    )
    notes = list(drawing.notes)
    if has_marks:
        is_thinned = drawing.marks < drawing.evidence
        count = f"the strongest {drawing.marks} of {drawing.evidence:,}; " if is_thinned else ""
        sign = "▲▼" if page.summary.question.kind == "binary" else "◆"
        notes.append(f"{sign} evidence: {count}click a marker to read it.")
    words = " ".join([*notes, f"Times in {visit.charts_zone}."])
    show_markup(make_tag("p", words, kind="note"))
    if has_marks:
        evidence.show_selected_card(visit, page, state)


def _draw(visit: Visit, page: QuestionPage, view: ChartView) -> Drawing:
    question = page.summary.question
    if question.kind == "binary":
        selection = select_lines(visit, page)
        names = ", ".join(line.name for line in selection.series)
        about = f"Probability of YES over time: {names}"
        return _draw_lines(page, selection, view, about)
    asked_for = ForecasterId(st.query_params.get(FORECASTER_PARAM, ""))
    lead = asked_for if asked_for in page.timelines else lead_forecaster(page, visit.me)
    if question.scale is not None:
        return _draw_fan(page, lead, view)
    name = display_name(page.forecasters[lead], visit.me)
    options = [option.name for option in question.options]
    styles = charts.option_lines(options, ordered=question.kind == "ordered")
    about = f"{name}: probability of each option."
    selection = ComparisonLines(_list_option_lines(page, lead), styles, (about,))
    return _draw_lines(page, selection, view, f"{about[:-1]}, over time")


_list_option_lines = memoise()(list_option_lines)


def _draw_lines(
    page: QuestionPage, selection: ComparisonLines, view: ChartView, about: str
) -> Drawing:
    lines = build_drawing(page, selection.series, view)
    layers = frozenset(lines.frames) & {"band", "marks", "answer"}
    layers |= frozenset() if page.summary.question.kind == "binary" else {"options"}
    spec = charts.revisions_chart(selection.styles, view.scale, lines.domain, layers=layers)
    band = ("Grey band: the range of people’s forecasts.",) if "band" in layers else ()
    notes = (*selection.notes, *band)
    return Drawing(spec, lines.frames, about, notes, lines.marks, lines.evidence)


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
    question, is_binary = page.summary.question, page.summary.question.kind == "binary"
    steps = steps_frame(series, window, view.scale)
    rules = vertical_rules_frame(page, view.shown.now, view.between)
    all_marks = crop_to_window(evidence_marks_frame(page, view.scale), window)
    frames = {
        "steps": steps,
        "crossings": crosshair_frame(series, window),
        "rules": crop_to_window(rules[rules["time"] <= pd.Timestamp(until)], window),
        "marks": thin_marks(all_marks, window),
    }
    if is_binary:
        acts = crop_to_window(acts_frame(page, view.me, view.scale), window)
        frames["acts"] = acts[acts["forecaster"].isin([line.name for line in series])]
        frames["band"] = band_frame(page, window, view.scale)
        frames["answer"] = answer_frame(question, page.summary.resolution, view.scale)
    heights = [y for name in frames for y in frames[name].get("y", ())]
    heights += frames["band"]["high"].tolist() if is_binary else [0.0]
    domain = choose_domain([y for y in heights if pd.notna(y)], view.scale, full=view.full)
    if not is_binary:
        frames["answer"] = answer_frame(question, page.summary.resolution, top=domain[1])
    frames["ends"] = line_labels_frame(steps, (window[0], until), domain)
    missing = {
        name for name in ("band", "marks", "answer") if name in frames and frames[name].empty
    }
    tables = {
        name: pa.Table.from_pandas(frame, preserve_index=False)
        for name, frame in frames.items()
        if name not in missing
    }
    return RevisionDrawing(tables, domain, len(frames["marks"]), len(all_marks))


def _get_chart_end(page: QuestionPage, window: TimeWindow) -> datetime:
    """Return the end of the drawing: the answer may have become known after the last step."""
    resolution = page.summary.resolution
    return window[1] if resolution is None else max(window[1], resolution.known_at)


@memoise()
def _draw_fan(page: QuestionPage, lead: ForecasterId, view: ChartView) -> Drawing:
    """Draw one forecaster's median and intervals, and the medians of those beside it."""
    question, window = page.summary.question, view.shown.window
    lines, styles = _select_fan_lines(page, lead, view.me)
    fan = distributions_data.fan_frame(page, lead, window)
    medians = distributions_data.medians_frame(question, lines, window)
    all_marks = crop_to_window(evidence_marks_frame(page, "probability"), window)
    optional = {
        "marks": thin_marks(all_marks, window),
        "answer": distributions_data.value_answer_frame(question, page.summary.resolution),
        "series": distributions_data.series_frame(page, window),
    }
    optional = {name: frame for name, frame in optional.items() if not frame.empty}
    frames = {
        "fan": fan,
        "others": medians,
        "ends": distributions_data.fan_labels_frame(question, fan, medians, window),
        "crossings": crosshair_frame(lines, window, partial(format_forecast, question)),
        "rules": crop_to_window(vertical_rules_frame(page, view.shown.now), window),
    }
    full = distributions_data.full_range(question) if view.full else None
    axis = charts.value_axis(question)
    spec = charts.fan_chart(styles, axis, full, layers=frozenset(optional))
    about = _describe_fan(page, lines[0].name, series="series" in optional)
    marks = len(optional.get("marks", ()))
    return Drawing(
        spec, frames | optional, f"{about}, over time", (f"{about}.",), marks, len(all_marks)
    )


def _select_fan_lines(
    page: QuestionPage, lead: ForecasterId, me: ForecasterId
) -> tuple[tuple[ProbabilityLine, ...], tuple[charts.LineStyle, ...]]:
    """Return the lines of the forecaster of the fan and of those beside it, and their styles."""
    everyone = [
        f
        for f in list_question_forecasters(page, me)
        if f.id == lead or f.id not in (HAZARD, *LEARNED_POOLS)
    ]
    shown = sorted(everyone, key=lambda f: (f.id != lead, f.id not in BESIDE))[:MAX_LINES]
    names = [display_name(f, me) for f in shown]
    first, *further = charts.forecaster_lines(shown, names, me)
    lines = (
        ProbabilityLine(f.id, n, page.timelines[f.id]) for f, n in zip(shown, names, strict=True)
    )
    bold = replace(first, colour=charts.BLUE, width=3.0)
    return tuple(lines), (bold, *(replace(style, width=THIN) for style in further))


def _describe_fan(page: QuestionPage, name: str, *, series: bool) -> str:
    """Describe the chart of a number or date: `You: median, 50% and 90% interval, in dollars`."""
    question = page.summary.question
    scale = question.scale
    assert scale is not None
    unit = f", in {scale.unit}" if scale.unit else ""
    words = f"{name}: median, 50% and 90% interval{unit}; thin lines: other medians"
    if scale.open_lower or scale.open_upper:
        top = "“never”" if question.kind == "date" else "values beyond the range"
        words += f"; {top} at the edge"
    return f"{words}; ○ values of the series" if series else words
