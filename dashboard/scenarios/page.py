"""Scenarios page: all scenario sets, or one with its shares, their history and each scenario."""

import streamlit as st

from dashboard import charts
from dashboard.charts.scenarios import scenarios_over_time_chart
from dashboard.components import downloads
from dashboard.components.visit import Visit
from dashboard.components.widgets import format_sentence, link_to_question, show_empty, unwrap_prose
from dashboard.scenarios import add as scenario_adding
from dashboard.scenarios import diagnosticity as scenario_mind
from dashboard.scenarios import edit as scenario_editing
from dashboard.scenarios import scenarios_data as frames
from dashboard.scenarios import table as scenario_table
from dashboard.scenarios import why as scenario_why
from dashboard.scenarios.scenarios_data import ScenarioRow
from dashboard.scenarios.scenarios_text import leader_sentence, share_changes_sentence
from dashboard.wording import escape_markdown, percent_exact, percent_whole, question_status_line
from forecasts.errors import ForecastsError
from forecasts.scenarios.scenario_set import ScenarioPosterior
from tracker.errors import NotFound
from tracker.model.scenarios import ScenarioPage, ScenarioSummary

SECTIONS = ("Why", "My own", "What would change it", "The table")


def render(visit: Visit) -> None:
    """Show the scenario set of `?q=`; without it the only one, or all of them."""
    question_id = st.query_params.get("q", "")
    sets = visit.tracker.scenarios.list()
    if not question_id and len(sets) != 1:
        _show_all(visit, sets)
        return
    try:
        page = visit.tracker.scenarios.get(question_id or sets[0].scenario_set.question_id)
    except NotFound:
        _show_not_found(visit, question_id)
        return
    _show_set(visit, page)
    if not question_id:
        scenario_adding.render(visit, sets)


def _show_all(visit: Visit, sets: tuple[ScenarioSummary, ...]) -> None:
    st.subheader("Scenarios", anchor=False)
    if not sets:
        show_empty(
            "There are no scenario sets yet.",
            "A scenario set is a question whose options are whole futures, with a table of what "
            "each of them says about other questions. Make one below, or load a question set "
            "that has one: `tracker sets import china_russia_2022`.",
        )
    for summary in sets:
        _show_summary(visit, visit.tracker.scenarios.get(summary.scenario_set.question_id))
    scenario_adding.render(visit, sets)


def _show_summary(visit: Visit, page: ScenarioPage) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{escape_markdown(page.scenario_set.title)}**")
        try:
            posterior = frames.current_posterior(page, visit.now)
        except ForecastsError as refusal:
            st.caption(format_sentence(str(refusal)))
        else:
            st.markdown(
                escape_markdown(
                    f"{leader_sentence(frames.option_shares(posterior.distribution))} "
                    f"{_describe_changes(visit, page)}"
                )
            )
        question_id = page.scenario_set.question_id
        st.page_link(
            visit.pages["scenarios"],
            label="Open",
            icon=":material/stacked_bar_chart:",
            query_params={"q": question_id},
        )


def _show_not_found(visit: Visit, question_id: str) -> None:
    st.subheader("There is no such scenario set", anchor=False)
    st.text(
        f"No scenario set here belongs to a question called “{question_id[:80]}”. The link may be "
        "mistyped."
    )
    st.page_link(
        visit.pages["scenarios"], label="All scenarios", icon=":material/stacked_bar_chart:"
    )


def _show_set(visit: Visit, page: ScenarioPage) -> None:
    st.set_page_config(page_title=page.scenario_set.title)
    st.header(escape_markdown(page.scenario_set.title), anchor=False)
    summary = page.summary
    line = question_status_line(
        summary.question, summary.status, summary.resolution, (visit.now, visit.zone)
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(escape_markdown(line), width="content")
        link_to_question(visit, summary.question, "Its question", ":material/show_chart:")
    try:
        posterior = frames.current_posterior(page, visit.now)
    except ForecastsError as refusal:
        st.warning(
            format_sentence(f"{refusal}: until then the table moves nothing"),
            icon=":material/table_edit:",
        )
        scenario_table.render(visit, page)
        return
    _show_leader(visit, page, posterior)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_chart(visit, page)
    with right:
        for scenario in frames.build_scenario_rows(page, posterior, visit.me, visit.now):
            _show_scenario(scenario)
    _show_sections(visit, page, posterior)
    downloads.show_report_buttons(visit, "scenarios", summary.question.id)


def _show_leader(visit: Visit, page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    st.subheader(
        escape_markdown(leader_sentence(frames.option_shares(posterior.distribution))), anchor=False
    )
    st.markdown(escape_markdown(_describe_changes(visit, page)))
    scenario_why.show_strain(page, posterior)


def _describe_changes(visit: Visit, page: ScenarioPage) -> str:
    recent = frames.recent_changes(page, visit.now)
    if recent is None:
        return (
            f"It opens on {visit.day(page.summary.question.opens_at)}; until then this is "
            "the prior and the table."
        )
    since, changes = recent
    return share_changes_sentence(changes, since, visit.zone)


def _show_chart(visit: Visit, page: ScenarioPage) -> None:
    stack = frames.stack_frame(page, visit.now)
    if stack.empty:
        show_empty("There is no history yet.", "The chart begins when the question opens.")
        return
    names = [option.name for option in page.summary.question.options]
    spec = scenarios_over_time_chart(charts.option_lines(names, ordered=False))
    shown = {
        "stretches": frames.stable_periods_frame(page, visit.now),
        "ends": frames.share_labels_frame(page, visit.now),
    }
    st.vega_lite_chart(
        spec=charts.bind_data(spec, stack=stack, **shown),
        width="stretch",
        key="scenarios",
        alt=f"The shares of {len(names)} scenarios over time, stacked to 100 %",
    )
    st.caption(
        "By the table: how likely each indicator question is in each scenario, held against "
        "what the people, else the suggestion, give it each day. The first scenario lies on "
        f"top. Times in {visit.charts_zone}."
    )


def _show_scenario(scenario: ScenarioRow) -> None:
    """Show a scenario: its share first, then its description and people's forecasts."""
    with st.container(border=True, gap="xxsmall"):
        before = "" if scenario.prior is None else f"{percent_whole(scenario.prior)} → "
        now = "no number" if scenario.now is None else percent_whole(scenario.now)
        st.markdown(f"**{escape_markdown(scenario.name)}** · {before}**{now}**")
        if scenario.description:
            st.caption(escape_markdown(unwrap_prose(scenario.description)))
        forecasts = [f"{name} {percent_exact(p)}" for name, p in scenario.forecasts]
        st.caption(escape_markdown(" · ".join(forecasts) or "Nobody holds a forecast yet"))


def _show_sections(visit: Visit, page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    tabs = st.tabs(
        SECTIONS, default=SECTIONS[0], key="section", on_change="rerun", bind="query-params"
    )
    bodies = (
        lambda: scenario_why.show_share_lines(page, posterior),
        lambda: scenario_editing.render(visit, page, posterior),
        lambda: scenario_mind.show_diagnosticity(visit, page, posterior),
        lambda: scenario_table.render(visit, page),
    )
    for tab, body in zip(tabs, bodies, strict=True):
        if tab.open:
            with tab:
                body()
