"""Question page: current numbers, history of every probability, and the reasons."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import widgets
from dashboard.components.probability_lines import list_question_forecasters
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_no_questions
from dashboard.feeds import feed
from dashboard.inbox import proposed_answers
from dashboard.question import (
    answering,
    as_of,
    details,
    distributions,
    forecasting,
    groups,
    revision_chart,
    settling,
    siblings,
    why,
)
from dashboard.wording import (
    clip,
    display_name,
    escape_markdown,
    forecast_headline,
    format_forecast,
    format_points,
    plural,
    question_status_line,
    silent_line,
)
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import CROWD, PRIOR, SUGGESTION, Forecaster, QuestionId, is_person
from tracker.errors import NotFound
from tracker.model.read_models import CurrentForecast, QuestionPage, QuestionSummary

MAX_PEOPLE = 8
"""Other people who are named; the chart and the history show all."""


def show_numbers(visit: Visit, page: QuestionPage) -> None:
    """Show the main numbers as boxes, the others as text below."""
    standings = page.summary.standings
    forecasters = [
        forecaster
        for forecaster in list_question_forecasters(page, visit.me)
        if forecaster.id in standings
    ]
    boxed_ids = {visit.me, CROWD, SUGGESTION if SUGGESTION in standings else PRIOR}
    with st.container(horizontal=True):
        for forecaster in forecasters:
            if forecaster.id in boxed_ids:
                _show_number(
                    visit,
                    _format_name(visit, forecaster, page.summary),
                    standings[forecaster.id],
                    page.summary,
                )
    if CROWD in standings:
        boxed_ids.add(standings[CROWD].forecaster.id)
    remaining = [forecaster for forecaster in forecasters if forecaster.id not in boxed_ids]
    if remaining:
        st.caption(escape_markdown(_format_others(visit, page, remaining)))


def _format_name(visit: Visit, forecaster: Forecaster, summary: QuestionSummary) -> str:
    """Return the name of a forecaster; for the crowd with its size."""
    if forecaster.id != CROWD:
        return display_name(forecaster, visit.me)
    pool = summary.standings[CROWD].forecaster.name.removeprefix("Crowd")
    return f"Crowd of {sum(map(is_person, summary.standings)):,}{pool}"


def _format_others(visit: Visit, page: QuestionPage, forecasters: Sequence[Forecaster]) -> str:
    """Format everyone else's forecasts, people first; of many people only the first are named."""
    question, standings = page.summary.question, page.summary.standings
    people = [forecaster for forecaster in forecasters if is_person(forecaster.id)]
    shown = [
        *people[:MAX_PEOPLE],
        *(forecaster for forecaster in forecasters if not is_person(forecaster.id)),
    ]
    rest_note = (
        [plural(len(people) - MAX_PEOPLE, "more person", "more people")]
        if len(people) > MAX_PEOPLE
        else []
    )
    current = (
        (f, fold_removed_options(question, visit.now, standings[f.id].distribution)) for f in shown
    )
    forecasts = (
        f"{display_name(f, visit.me)}: {format_forecast(question, forecast)}"
        for f, forecast in current
    )
    return " · ".join([*forecasts, *rest_note])


def _show_number(
    visit: Visit, name: str, standing: CurrentForecast, summary: QuestionSummary
) -> None:
    """Show one forecaster's current forecast: the number, and details in small print."""
    question = summary.question
    number, details = forecast_headline(
        question, fold_removed_options(question, visit.now, standing.distribution)
    )
    if question.kind != "binary":
        with st.container(border=True, width=170, height="stretch", gap="xxsmall"):
            st.caption(escape_markdown(name))
            st.subheader(escape_markdown(number), anchor=False)
            st.caption(escape_markdown(details))
        return
    has_change = (
        standing.forecaster.id == SUGGESTION
        and summary.change_7d is not None
        and summary.status == "open"
    )
    delta = f"{format_points(summary.change_7d or 0.0)} in 7 days" if has_change else None
    st.metric(
        escape_markdown(name),
        number,
        delta,
        delta_color="off",
        delta_arrow="off",
        border=True,
        width=170,
        height="stretch",
    )


MAX_REASON_CHARACTERS = 200
PRESENT_TABS = ("Linked",)
"""Tabs that concern the present only."""
TABS = ("Why", "Evidence", "History", "Question", "Linked", "Answer")


def render(visit: Visit) -> None:
    """Show the question of `?q=`, or a way to choose one."""
    question_id = st.query_params.get("q", "")
    if not question_id:
        _choose_question(visit)
        return
    as_of.sync_slider()
    try:
        present, page = visit, as_of.load_page_as_of(visit, question_id)
        if page is None:
            page = visit.tracker.questions.get(question_id)
        else:
            visit = as_of.get_visit_as_of(visit)
    except NotFound as error:
        _show_not_found(visit, question_id, error.near)
        return
    _show_header(visit, page)
    family = (
        None if visit.looks_back else visit.tracker.questions.siblings(page.summary.question.id)
    )
    if family is not None:
        siblings.show_parent(visit, page, family)
    as_of.show_as_of_banner(visit, present, page.summary.question)
    show_numbers(visit, page)
    proposed_answers.show_on_question(visit, page.desk.proposals)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        if page.summary.question.kind == "binary":
            revision_chart.render(visit, page)
        else:
            distributions.render(visit, page)
        settling.show_series_line(page.desk)
        as_of.show_day_slider(present, page.summary.question)
        if family is not None:
            siblings.show_record(visit, page, family)
    with right:
        _show_panel(visit, page)
    _show_silent_feeds(visit, page)
    _show_tabs(present, page.summary.question.id)
    widgets.show_report_buttons(visit, "question", page.summary.question.id)


def _show_panel(visit: Visit, page: QuestionPage) -> None:
    """Show the panel beside the chart: forecast form or answer; no form in an as-of view."""
    if page.summary.status not in ("open", "upcoming"):
        answering.show_verdict(visit, page)
    elif visit.looks_back:
        with st.container(border=True):
            st.markdown("**You look back**")
            st.caption("Forecasts are made now: go back to now to make one.")
    else:
        forecasting.render(visit, page)


def _choose_question(visit: Visit) -> None:
    st.subheader("Choose a question", anchor=False)
    texts = {s.question.id: s.question.text for s in visit.tracker.questions.list()}
    if not texts:
        show_no_questions(visit)
        return
    picked = st.selectbox(
        "Question",
        list(texts),
        index=None,
        format_func=texts.__getitem__,
        placeholder="Type to search",
    )
    if picked is not None:
        st.switch_page(visit.pages["question"], query_params={"q": picked})
    st.page_link(visit.pages["questions"], label="All questions", icon=":material/list:")


def _show_not_found(visit: Visit, question_id: str, similar_ids: Sequence[str]) -> None:
    st.subheader("There is no such question", anchor=False)
    st.text(
        f"Nothing here is called “{question_id[:80]}”. The link may be mistyped, or from "
        "another database."
    )
    for name in similar_ids:
        st.page_link(
            visit.pages["question"],
            label=f"Did you mean {escape_markdown(name)}?",
            query_params={"q": name},
        )
    st.page_link(visit.pages["questions"], label="All questions", icon=":material/list:")


def _show_header(visit: Visit, page: QuestionPage) -> None:
    summary = page.summary
    st.set_page_config(page_title=summary.question.text)
    st.header(escape_markdown(summary.question.text), anchor=False)
    line = question_status_line(
        summary.question, summary.status, summary.resolution, (visit.now, visit.zone)
    )
    tags = "".join(f" · {tag}" for tag in summary.question.tags)
    retrospective_note = (
        " · retrospective: written after its opening, practice only"
        if summary.question.retrospective
        else ""
    )
    if not page.scenarios:
        st.caption(escape_markdown(f"{line}{tags}{retrospective_note}"))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(escape_markdown(f"{line}{tags}{retrospective_note}"), width="content")
        st.page_link(
            visit.pages["scenarios"],
            label="As scenarios",
            icon=":material/stacked_bar_chart:",
            query_params={"q": summary.question.id},
        )


def _show_silent_feeds(visit: Visit, page: QuestionPage) -> None:
    """Show a note if feeds that should cover the question are silent: no news may then mean no
    reading.
    """
    coverage = page.coverage
    is_live = page.summary.status == "open" and visit.replayed_until is None
    if coverage is None or not coverage.silent or not is_live:
        return
    with st.expander(
        silent_line(coverage), type="compact", icon=":material/rss_feed:", key="silent"
    ):
        for silent_feed in coverage.silent:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                feed.link_to_feed(visit, silent_feed.feed_id, silent_feed.title)
                st.text(clip(silent_feed.why, MAX_REASON_CHARACTERS))


@st.fragment
def _show_tabs(visit: Visit, question_id: QuestionId) -> None:
    """Show the tabs as a fragment, so that a change of tab does not draw the chart again."""
    visit = visit.refresh()
    page = as_of.load_page_as_of(visit, question_id)
    if page is None:
        page = visit.tracker.questions.get(question_id)
    else:
        visit = as_of.get_visit_as_of(visit)
    default_tab = "Answer" if page.summary.resolution else "Why"
    bodies = (
        why.render,
        details.show_evidence,
        details.show_history,
        details.show_about,
        groups.render,
        answering.render,
    )
    shown = [
        (name, body)
        for name, body in zip(TABS, bodies, strict=True)
        if not (visit.looks_back and name in PRESENT_TABS)
    ]
    tabs = st.tabs(
        [name for name, _ in shown],
        default=default_tab,
        key="tab",
        on_change="rerun",
        bind="query-params",
    )
    for tab, (_, body) in zip(tabs, shown, strict=True):
        if tab.open:
            with tab:
                body(visit, page)
