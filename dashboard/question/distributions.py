"""Charts of questions on options, numbers or dates: a forecaster over time, or everyone now."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.components.probability_lines import (
    crop_to_window,
    evidence_marks_frame,
    list_question_forecasters,
    vertical_rules_frame,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_buttons, show_choice, show_table
from dashboard.inbox import cards
from dashboard.question import distributions_data
from dashboard.question.revision_chart import ZoomWindow, choose_zoom
from dashboard.wording import display_name, escape_markdown
from forecasts.questions.question import ForecasterId
from tracker.model.read_models import QuestionPage

VIEWS = ("Over time", "Everyone")
_C = st.column_config


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the chosen chart."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = show_buttons("View", VIEWS, VIEWS[0], "view")
        chosen = (
            None
            if view == "Everyone"
            else (_choose_forecaster(visit, page), choose_zoom(visit, page))
        )
    if chosen is not None:
        _show_over_time(visit, page, *chosen)
    elif page.summary.question.scale is None:
        _show_options_now(visit, page)
    else:
        _show_curves_now(visit, page)


def _choose_forecaster(visit: Visit, page: QuestionPage) -> ForecasterId:
    names = {f.id: display_name(f, visit.me) for f in list_question_forecasters(page, visit.me)}
    first = list(names).index(distributions_data.choose_forecaster(page, visit.me))
    picked = show_choice(
        "Forecaster", names, "of", index=first, label_visibility="collapsed", width=220
    )
    return picked or distributions_data.choose_forecaster(page, visit.me)


@dataclass(frozen=True, slots=True)
class DistributionDrawing:
    """Chart over time: its description, specification and frames."""

    about: str
    spec: charts.ChartSpec
    frames: Mapping[str, pd.DataFrame]


def _show_over_time(
    visit: Visit, page: QuestionPage, forecaster_id: ForecasterId, window: ZoomWindow
) -> None:
    marks = crop_to_window(
        evidence_marks_frame(page.evidence, page.summary.question.kind), window.window
    )
    draw = _draw_options if page.summary.question.scale is None else _draw_fan
    drawing = draw(visit, page, forecaster_id, window, marks=not marks.empty)
    rules = crop_to_window(vertical_rules_frame(page, window.now), window.window)
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
    news = "" if marks.empty else " ◆ news: pick one to read it."
    st.caption(f"{escape_markdown(drawing.about)}. Times in {visit.charts_zone}.{news}")
    if not marks.empty:
        cards.show_selected_cards(visit, page, state)


def _draw_options(
    visit: Visit,
    page: QuestionPage,
    forecaster_id: ForecasterId,
    window: ZoomWindow,
    *,
    marks: bool,
) -> DistributionDrawing:
    question = page.summary.question
    steps = distributions_data.option_lines_frame(page, forecaster_id, window.window)
    top = distributions_data.choose_axis_top(steps)
    answer = distributions_data.option_answer_frame(question, page.summary.resolution, top)
    styles = charts.option_lines(
        [o.name for o in question.options], ordered=question.kind == "ordered"
    )
    spec = charts.options_over_time_chart(styles, top, marks=marks, answer=not answer.empty)
    name = display_name(page.forecasters[forecaster_id], visit.me)
    return DistributionDrawing(
        f"{name}: probability of each option", spec, {"steps": steps, **_include_answer(answer)}
    )


def _draw_fan(
    visit: Visit,
    page: QuestionPage,
    forecaster_id: ForecasterId,
    window: ZoomWindow,
    *,
    marks: bool,
) -> DistributionDrawing:
    question = page.summary.question
    answer = distributions_data.value_answer_frame(question, page.summary.resolution)
    other_forecasters = [
        f for f in list_question_forecasters(page, visit.me) if f.id != forecaster_id
    ]
    styles = charts.forecaster_lines(
        other_forecasters, [display_name(f, visit.me) for f in other_forecasters], visit.me
    )
    axis = charts.value_axis(question)
    series = distributions_data.series_frame(page, window.window)
    spec = charts.fan_chart(
        styles, axis, marks=marks, answer=not answer.empty, series=not series.empty
    )
    fan = distributions_data.fan_frame(page, forecaster_id, window.window)
    medians = distributions_data.medians_frame(page, forecaster_id, visit.me, window.window)
    unit = (
        f", in {question.scale.unit}" if question.scale is not None and question.scale.unit else ""
    )
    name = display_name(page.forecasters[forecaster_id], visit.me)
    description = (
        f"{name}: middle, half and 90% of the forecast{unit}; thin lines are the middles of "
        "everyone else's"
    )
    if question.scale is not None and (question.scale.open_lower or question.scale.open_upper):
        top = "never" if question.kind == "date" else "values beyond the range"
        description += f"; what reaches the edge stands for {top}"
    if not series.empty:
        description += "; ○ values of the series"
    frames = {"fan": fan, "others": medians, **_include_answer(answer)}
    return DistributionDrawing(
        description, spec, frames if series.empty else {**frames, "series": series}
    )


def _include_answer(answer: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {} if answer.empty else {"answer": answer}


def _build_styles(visit: Visit, page: QuestionPage) -> tuple[charts.LineStyle, ...]:
    everyone = list_question_forecasters(page, visit.me)
    return charts.forecaster_lines(
        everyone, [display_name(f, visit.me) for f in everyone], visit.me
    )


def _show_options_now(visit: Visit, page: QuestionPage) -> None:
    frame = distributions_data.current_shares_frame(page, visit.me, visit.now)
    active_names = set(frame["forecaster"])
    styles = tuple(line for line in _build_styles(visit, page) if line.name in active_names)
    labels = tuple(distributions_data.label_options(page, visit.now).values())
    st.vega_lite_chart(
        spec=charts.bind_data(
            charts.options_now_chart(styles, labels, distributions_data.choose_axis_top(frame)),
            shares=frame,
        ),
        width="stretch",
        key="now-options",
        alt="What everyone gives to each option",
    )
    tick = " ✓ marks the answer." if page.summary.status == "resolved" else ""
    st.caption(f"What everyone gives to each option{_describe_time(page)}.{tick}")


def _show_curves_now(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    frame = distributions_data.curves_frame(page, visit.me, visit.now)
    active_names = set(frame["forecaster"])
    styles = tuple(line for line in _build_styles(visit, page) if line.name in active_names)
    answer = distributions_data.value_answer_frame(question, page.summary.resolution)
    spec = charts.curves_now_chart(styles, charts.value_axis(question), answer=not answer.empty)
    st.vega_lite_chart(
        spec=charts.bind_data(spec, curves=frame, **_include_answer(answer)),
        width="stretch",
        key="now-curves",
        alt="Where everyone's forecast lies",
    )
    unit = (
        f" Values in {question.scale.unit}."
        if question.scale is not None and question.scale.unit
        else ""
    )
    rule = "" if answer.empty else " The upright line is the answer."
    st.caption(
        escape_markdown(
            f"Where everyone's forecast lies{_describe_time(page)}: the higher, the likelier."
            f"{unit}{rule}"
        )
    )
    show_table(
        distributions_data.quantile_levels_frame(page, visit.me, visit.now),
        _build_level_columns(page),
        "Everyone's forecast in numbers",
    )


def _describe_time(page: QuestionPage) -> str:
    return " now" if page.summary.status in ("open", "upcoming") else ", as it stood at the end"


def _build_level_columns(page: QuestionPage) -> dict[str, object]:
    """Build the columns of everyone's numbers; a mass beyond a bound only where it is open."""
    scale = page.summary.question.scale
    columns: dict[str, object] = {
        "forecaster": _C.TextColumn("Forecaster"),
        "low90": _C.TextColumn("5%", help="It lies below this with 5%."),
        "low50": _C.TextColumn("25%"),
        "middle": _C.TextColumn("Middle"),
        "high50": _C.TextColumn("75%"),
        "high90": _C.TextColumn("95%", help="It lies below this with 95%."),
    }
    if scale is not None and scale.open_lower:
        columns["below"] = _C.NumberColumn("Below the range", format="%.1f%%")
    if scale is not None and scale.open_upper:
        never = page.summary.question.kind == "date"
        columns["above"] = _C.NumberColumn("Never" if never else "Above the range", format="%.1f%%")
    return columns
