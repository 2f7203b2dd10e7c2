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
    list_option_lines,
    list_question_forecasters,
    other_question_line,
    steps_frame,
    thin_marks,
    vertical_rules_frame,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_choice
from dashboard.question import compare, distributions_data, evidence
from dashboard.question.head import lead_forecaster
from dashboard.wording import clip, display_name, escape_markdown, format_forecast
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    LEARNED_POOLS,
    PRIOR,
    SUGGESTION,
    ForecasterId,
)
from tracker.errors import NotFound
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
LINES_PARAM: Final = "with"
FORECASTER_PARAM: Final = "of"
ME: Final = "me"
"""Name of the viewer in the address."""

BOLD, THIN = 3.5, 1.5
"""Widths of the line that the page is about, and of the others."""

BESIDE: Final = (SUGGESTION, CROWD, PRIOR)
"""Forecasters of a number who stand beside the first before other people."""

_MAX_NAME_CHARACTERS: Final = 80


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
    """Show the chart, its controls, and the news selected in it."""
    slot = st.container(gap="xsmall")
    is_binary = page.summary.question.kind == "binary"
    with st.container(horizontal=True, vertical_alignment="center", key="chart-controls"):
        full = st.toggle(
            "0–100%" if is_binary else "Full range", key=FULL_PARAM, bind="query-params"
        )
        options = st.popover(
            "Chart", icon=":material/tune:", key="chart-options", type="tertiary", on_change="rerun"
        )
    if options.open:
        with options:
            _show_options(visit, page)
    is_log = is_binary and st.query_params.get(SCALE_PARAM) == SCALES[1]
    view = ChartView(
        visit.me,
        _read_zoom(visit, page),
        "log-odds" if is_log else "probability",
        full,
        compare.get_compared_dates(visit, page) if is_binary else None,
    )
    with slot:
        _show_drawing(visit, page, _draw(visit, page, view))


def _show_options(visit: Visit, page: QuestionPage) -> None:
    """Show what is seldom changed in a chart."""
    buttons = partial(
        show_choice, show=st.segmented_control, required=True, label_visibility="collapsed"
    )
    buttons("Zoom", {name: name for name in ZOOM_LEVELS}, ZOOM_PARAM, index=3)
    if page.summary.question.kind == "binary":
        buttons("Scale", {name: name for name in SCALES}, SCALE_PARAM, index=0)
        _show_line_picker(visit, page)
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
    st.caption(" ".join([*map(escape_markdown, notes), f"Times in {visit.charts_zone}."]))
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
    page: QuestionPage, selection: "ComparisonLines", view: ChartView, about: str
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
    first, *others = charts.forecaster_lines(shown, names, me)
    lines = (
        ProbabilityLine(f.id, n, page.timelines[f.id]) for f, n in zip(shown, names, strict=True)
    )
    bold = replace(first, colour=charts.BLUE, width=3.0)
    return tuple(lines), (bold, *(replace(style, width=THIN) for style in others))


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
