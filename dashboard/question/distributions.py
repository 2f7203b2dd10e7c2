"""Charts of questions on options, numbers or dates: one forecaster over time, others beside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.components.probability_lines import (
    MAX_LINES,
    TimeWindow,
    choose_domain,
    crop_to_window,
    evidence_marks_frame,
    line_labels_frame,
    list_question_forecasters,
    thin_marks,
    vertical_rules_frame,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_choice
from dashboard.question import distributions_data, evidence
from dashboard.question.head import lead_forecaster
from dashboard.question.revision_chart import (
    read_zoom,
    show_chart_options,
    show_full_range,
    show_zoom,
)
from dashboard.wording import display_name, escape_markdown
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    LEARNED_POOLS,
    PRIOR,
    SUGGESTION,
    ForecasterId,
)
from tracker.model.read_models import QuestionPage

FORECASTER_PARAM: Final = "of"
BESIDE: Final = (SUGGESTION, CROWD, PRIOR)
"""Forecasters who stand beside the first before other people."""


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the controls, the chart over time, and the news selected in it."""
    with st.container(horizontal=True, vertical_alignment="center", key="chart-controls"):
        full = show_full_range("Full range")
        options = show_chart_options()
        if options.open:
            with options:
                show_zoom()
                _choose_forecaster(visit, page)
    asked_for = ForecasterId(st.query_params.get(FORECASTER_PARAM, ""))
    lead = asked_for if asked_for in page.timelines else lead_forecaster(page, visit.me)
    _show_over_time(visit, page, lead, full=full)


def _choose_forecaster(visit: Visit, page: QuestionPage) -> None:
    """Show the choice of the bold line, which the address keeps."""
    names = {f.id: display_name(f, visit.me) for f in list_question_forecasters(page, visit.me)}
    first = list(names).index(lead_forecaster(page, visit.me))
    show_choice("Whose forecast", names, FORECASTER_PARAM, index=first, width=220)


@dataclass(frozen=True, slots=True)
class DistributionDrawing:
    """Chart over time: its description, specification and frames."""

    about: str
    spec: charts.ChartSpec
    frames: Mapping[str, pd.DataFrame]


def _show_over_time(
    visit: Visit, page: QuestionPage, forecaster_id: ForecasterId, *, full: bool
) -> None:
    zoom = read_zoom(visit, page)
    window = zoom.window
    marks = crop_to_window(evidence_marks_frame(page, "probability"), window)
    marks = thin_marks(marks, window)
    view = DistributionView(forecaster_id, window, full, not marks.empty)
    draw = _draw_options if page.summary.question.scale is None else _draw_fan
    drawing = draw(visit, page, view)
    rules = crop_to_window(vertical_rules_frame(page, zoom.now), window)
    state = st.vega_lite_chart(
        spec=charts.bind_data(
            drawing.spec, rules=rules, **drawing.frames, **({} if marks.empty else {"marks": marks})
        ),
        width="stretch",
        key=f"over-time-{forecaster_id}-{marks.empty}",
        on_select="ignore" if marks.empty else "rerun",
        selection_mode=None if marks.empty else ["evidence"],
        alt=f"{drawing.about}, over time",
    )
    news = "" if marks.empty else " ◆ evidence: click a marker to read it."
    st.caption(f"{escape_markdown(drawing.about)}.{news} Times in {visit.charts_zone}.")
    if not marks.empty:
        evidence.show_selected_card(visit, page, state)


@dataclass(frozen=True, slots=True)
class DistributionView:
    """Forecaster and window of a chart, whether it has the whole range, and marks of evidence."""

    forecaster: ForecasterId
    window: TimeWindow
    full: bool
    marks: bool


def _draw_options(visit: Visit, page: QuestionPage, view: DistributionView) -> DistributionDrawing:
    question = page.summary.question
    steps = distributions_data.option_lines_frame(page, view.forecaster, view.window)
    heights = steps["y"].dropna().tolist()
    domain = choose_domain([0.0, *heights], "probability", full=view.full)
    answer = distributions_data.option_answer_frame(question, page.summary.resolution, domain[1])
    styles = charts.option_lines(
        [o.name for o in question.options], ordered=question.kind == "ordered"
    )
    spec = charts.options_over_time_chart(styles, domain, marks=view.marks, answer=not answer.empty)
    name = display_name(page.forecasters[view.forecaster], visit.me)
    ends = line_labels_frame(steps, view.window, domain, "option")
    frames = {"steps": steps, "ends": ends, **_include("answer", answer)}
    return DistributionDrawing(f"{name}: probability of each option", spec, frames)


def _draw_fan(visit: Visit, page: QuestionPage, view: DistributionView) -> DistributionDrawing:
    question = page.summary.question
    name = display_name(page.forecasters[view.forecaster], visit.me)
    styles = _select_fan_lines(visit, page, view.forecaster)
    fan = distributions_data.fan_frame(page, view.forecaster, view.window)
    medians = distributions_data.medians_frame(page, view.forecaster, visit.me, view.window)
    medians = medians[medians["forecaster"].isin([style.name for style in styles])]
    ends = distributions_data.fan_labels_frame(question, name, fan, medians, window=view.window)
    answer = distributions_data.value_answer_frame(question, page.summary.resolution)
    series = distributions_data.series_frame(page, view.window)
    optional = {**_include("answer", answer), **_include("series", series)}
    spec = charts.fan_chart(
        styles,
        charts.value_axis(question),
        distributions_data.full_range(question) if view.full else None,
        layers=frozenset(optional) | ({"marks"} if view.marks else set()),
    )
    frames = {"fan": fan, "others": medians, "ends": ends, **optional}
    return DistributionDrawing(_describe_fan(page, name, series=not series.empty), spec, frames)


def _select_fan_lines(
    visit: Visit, page: QuestionPage, lead: ForecasterId
) -> tuple[charts.LineStyle, ...]:
    """Return the styles of the forecaster of the fan, bold, and of those beside it."""
    everyone = [
        f
        for f in list_question_forecasters(page, visit.me)
        if f.id == lead or f.id not in (HAZARD, *LEARNED_POOLS)
    ]
    shown = sorted(everyone, key=lambda f: (f.id != lead, f.id not in BESIDE))[:MAX_LINES]
    styles = charts.forecaster_lines(shown, [display_name(f, visit.me) for f in shown], visit.me)
    return tuple(
        replace(style, colour=charts.BLUE, width=3.0) if f.id == lead else replace(style, width=1.5)
        for f, style in zip(shown, styles, strict=True)
    )


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


def _include(name: str, frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {} if frame.empty else {name: frame}
