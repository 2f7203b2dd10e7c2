"""The chart of a question whose answer is an option, a number or a date: one forecaster over time,
or everyone now.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.charts.revisions_data import in_order, inside, marks_frame, rules_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import buttons, choice, table
from dashboard.inbox import cards
from dashboard.question import distributions_data as frames
from dashboard.question.zoom import Shown, zoomed
from dashboard.wording import inert, named
from forecasts.questions.question import ForecasterId
from tracker.model.read_models import QuestionPage

VIEWS = ("Over time", "Everyone")
_C = st.column_config


def render(visit: Visit, page: QuestionPage) -> None:
    """The chart that was chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = buttons("View", VIEWS, VIEWS[0], "view")
        chosen = None if view == "Everyone" else (_chosen(visit, page), zoomed(visit, page))
    if chosen is not None:
        _over_time(visit, page, *chosen)
    elif page.summary.question.scale is None:
        _options_now(visit, page)
    else:
        _curves_now(visit, page)


def _chosen(visit: Visit, page: QuestionPage) -> ForecasterId:
    names = {f.id: named(f, visit.me) for f in in_order(page, visit.me)}
    first = list(names).index(frames.shown_first(page, visit.me))
    picked = choice("Forecaster", names, "of", index=first, label_visibility="collapsed", width=220)
    return picked or frames.shown_first(page, visit.me)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart over time: what it is about, its specification, and its frames."""

    about: str
    spec: charts.Spec
    frames: Mapping[str, pd.DataFrame]


def _over_time(visit: Visit, page: QuestionPage, who: ForecasterId, shown: Shown) -> None:
    marks = inside(marks_frame(page.evidence, page.summary.question.kind), shown.window)
    draw = _options_over_time if page.summary.question.scale is None else _fan
    drawing = draw(visit, (page, who), shown, marks=not marks.empty)
    rules = inside(rules_frame(page, shown.now), shown.window)
    state = st.vega_lite_chart(
        spec=charts.drawn(
            drawing.spec, rules=rules, **drawing.frames, **({} if marks.empty else {"marks": marks})
        ),
        width="stretch",
        key=f"over-time-{who}-{marks.empty}",
        on_select="ignore" if marks.empty else "rerun",
        selection_mode=None if marks.empty else ["evidence"],
        alt=f"{drawing.about}, over time",
    )
    news = "" if marks.empty else " ◆ news: pick one to read it."
    st.caption(f"{inert(drawing.about)}. Times in {visit.charts_zone}.{news}")
    if not marks.empty:
        cards.picked(visit, page, state)


def _options_over_time(
    visit: Visit, about: tuple[QuestionPage, ForecasterId], shown: Shown, *, marks: bool
) -> Drawing:
    (page, who), question = about, about[0].summary.question
    steps = frames.options_frame(page, who, shown.window)
    top = frames.top_of(steps)
    answer = frames.option_answer_frame(question, page.summary.resolution, top)
    styles = charts.option_lines(
        [o.name for o in question.options], ordered=question.kind == "ordered"
    )
    spec = charts.options_over_time(styles, top, marks=marks, answer=not answer.empty)
    name = named(page.forecasters[who], visit.me)
    return Drawing(
        f"{name}: probability of each option", spec, {"steps": steps, **_unless_empty(answer)}
    )


def _fan(
    visit: Visit, about: tuple[QuestionPage, ForecasterId], shown: Shown, *, marks: bool
) -> Drawing:
    (page, who), question = about, about[0].summary.question
    answer = frames.value_answer_frame(question, page.summary.resolution)
    others = [f for f in in_order(page, visit.me) if f.id != who]
    styles = charts.lines(others, [named(f, visit.me) for f in others], visit.me)
    axis = charts.axis_of(question)
    spec = charts.fan(styles, axis, marks=marks, answer=not answer.empty)
    fan = frames.fan_frame(page, who, shown.window)
    medians = frames.medians_frame(page, who, visit.me, shown.window)
    unit = (
        f", in {question.scale.unit}" if question.scale is not None and question.scale.unit else ""
    )
    name = named(page.forecasters[who], visit.me)
    words = (
        f"{name}: middle, half and 90 % of the forecast{unit}; thin lines are the middles of "
        "everyone else's"
    )
    if question.scale is not None and (question.scale.open_lower or question.scale.open_upper):
        top = "never" if question.kind == "date" else "values beyond the range"
        words += f"; what reaches the edge stands for {top}"
    return Drawing(words, spec, {"fan": fan, "others": medians, **_unless_empty(answer)})


def _unless_empty(answer: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {} if answer.empty else {"answer": answer}


def _styles(visit: Visit, page: QuestionPage) -> tuple[charts.Line, ...]:
    everyone = in_order(page, visit.me)
    return charts.lines(everyone, [named(f, visit.me) for f in everyone], visit.me)


def _options_now(visit: Visit, page: QuestionPage) -> None:
    frame = frames.shares_frame(page, visit.me, visit.now)
    held = set(frame["forecaster"])
    styles = tuple(line for line in _styles(visit, page) if line.name in held)
    labels = tuple(frames.option_labels(page, visit.now).values())
    st.vega_lite_chart(
        spec=charts.drawn(charts.options_now(styles, labels, frames.top_of(frame)), shares=frame),
        width="stretch",
        key="now-options",
        alt="What everyone gives to each option",
    )
    tick = " ✓ marks the answer." if page.summary.status == "resolved" else ""
    st.caption(f"What everyone gives to each option{_when(page)}.{tick}")


def _curves_now(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    frame = frames.curves_frame(page, visit.me, visit.now)
    held = set(frame["forecaster"])
    styles = tuple(line for line in _styles(visit, page) if line.name in held)
    answer = frames.value_answer_frame(question, page.summary.resolution)
    spec = charts.curves_now(styles, charts.axis_of(question), answer=not answer.empty)
    st.vega_lite_chart(
        spec=charts.drawn(spec, curves=frame, **_unless_empty(answer)),
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
        inert(f"Where everyone's forecast lies{_when(page)}: the higher, the likelier.{unit}{rule}")
    )
    table(
        frames.levels_frame(page, visit.me, visit.now),
        _levels(page),
        "Everyone's forecast in numbers",
    )


def _when(page: QuestionPage) -> str:
    return " now" if page.summary.status in ("open", "upcoming") else ", as it stood at the end"


def _levels(page: QuestionPage) -> dict[str, object]:
    """The columns of everyone's numbers; masses beyond a bound only where it is open."""
    scale = page.summary.question.scale
    columns: dict[str, object] = {
        "forecaster": _C.TextColumn("Forecaster"),
        "low90": _C.TextColumn("5 %", help="It lies below this with 5 %."),
        "low50": _C.TextColumn("25 %"),
        "middle": _C.TextColumn("Middle"),
        "high50": _C.TextColumn("75 %"),
        "high90": _C.TextColumn("95 %", help="It lies below this with 95 %."),
    }
    if scale is not None and scale.open_lower:
        columns["below"] = _C.NumberColumn("Below the range", format="%.1f %%")
    if scale is not None and scale.open_upper:
        never = page.summary.question.kind == "date"
        columns["above"] = _C.NumberColumn(
            "Never" if never else "Above the range", format="%.1f %%"
        )
    return columns
