"""Scenarios page: all scenario sets, or one with its shares, their history and each scenario."""

import streamlit as st

from dashboard import charts
from dashboard.charts.scenarios import scenarios_in_cases_chart, scenarios_over_time_chart
from dashboard.components import widgets
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    format_sentence,
    link_to_question,
    show_choice,
    show_empty,
    show_table,
    unwrap_prose,
)
from dashboard.scenarios import data, edit, table
from dashboard.scenarios.data import ScenarioRow
from dashboard.scenarios.text import (
    describe_board_state,
    format_information,
    leader_sentence,
    share_changes_sentence,
    strain_sentence,
)
from dashboard.wording import (
    clip,
    escape_markdown,
    percent_exact,
    percent_whole,
    plural,
    question_status_line,
)
from forecasts.distributions.distribution import Categorical
from forecasts.errors import ForecastsError
from forecasts.scenarios.diagnosticity import RowValue
from forecasts.scenarios.scenario_set import ScenarioPosterior
from tracker.errors import NotFound
from tracker.model.chart_style import LineStyle
from tracker.model.scenarios import ScenarioPage, ScenarioSummary

MAX_STRAIN_CHARACTERS = 120
_C = st.column_config


def show_strain(page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show a warning if current forecasts and table contradict each other."""
    strain = data.measure_strain(page, posterior)
    if strain is None:
        return
    text = clip(page.board[strain.question_id].question.question.text, MAX_STRAIN_CHARACTERS)
    warning = strain_sentence(strain.nats, text, strain.observed, strain.expected)
    if warning:
        st.markdown(f":material/warning: {escape_markdown(warning)}")


def show_share_lines(page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show the lines of one scenario's share, which add up to its logarithm."""
    names = {name: name for name in posterior.distribution.options}
    first = list(names).index(data.most_changed_scenario(posterior))
    option = show_choice(
        "Why this share", names, "scenario", index=first, width=320
    ) or data.most_changed_scenario(posterior)
    frame = data.scenario_why_frame(page, posterior, option)
    if frame.empty:
        st.caption("Its prior is 0, and no answer moves what cannot happen.")
        return
    share = posterior.distribution.of(option)
    st.markdown(
        f"**{escape_markdown(option)}: from {percent_whole(posterior.prior.of(option))} to "
        f"{percent_whole(share)}**"
    )
    columns = {
        "what": _C.TextColumn("What", width=400),
        "adds": _C.NumberColumn(
            "Adds", format="%+.2f", width=70, help="To the natural logarithm of its share."
        ),
        "times": _C.TextColumn("Multiplies it by", width=110),
        "alone": _C.TextColumn(
            "Alone", width=70, help="What it would multiply the prior by, if no other row counted."
        ),
        "weighed": _C.TextColumn("How", width=330),
    }
    show_table(frame, columns, f"The lines of the share of {option}", row_height=WRAPPED_ROW_HEIGHT)
    st.caption(
        "The lines add up to the logarithm of the share. “How” compares the board with the "
        "prior alone, and so does “Alone”; “Multiplies it by” is what a row does beside the "
        "others. Rows about one event, one claim, or linked questions count as one. A row that "
        "alone would raise a scenario may lower it here, where another has raised it too far. "
        "“All rows together” is the rest, so that what several rows say counts once and the "
        "shares make 100%."
    )
    if posterior.left_out:
        st.caption(
            f"{plural(len(posterior.left_out), 'row has', 'rows have')} no number on the board and "
            "count nothing."
        )
    st.markdown("**The prior**")
    st.text(unwrap_prose(page.summary.question.dated_prior_reason))


MAX_INITIAL_QUESTIONS = 4
"""Questions that are shown by default."""

MAX_QUESTION_CHARACTERS = 160


def show_diagnosticity(visit: Visit, page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show the scenarios now and after each answer, the most informative question first."""
    values = data.answer_values(page, posterior)
    if not values:
        show_empty(
            "No indicator question is open.", "Add a row about an open question to the table."
        )
        return
    names = posterior.distribution.options
    styles = charts.option_lines(names, ordered=False)
    st.caption(
        "What the answer of each open question would make of the scenarios, the one that is "
        "expected to tell most first. A bit is what a fair coin's toss tells; watch these "
        "questions, and forecast them with care."
    )
    _show_bars(styles, {"Now": posterior.distribution}, "now", legend=True)
    show_all = len(values) > MAX_INITIAL_QUESTIONS and st.toggle(
        f"All {len(values)}", key="all-values"
    )
    for value in values if show_all else values[:MAX_INITIAL_QUESTIONS]:
        _show_question_value(visit, page, value, styles)


def _show_question_value(
    visit: Visit, page: ScenarioPage, value: RowValue, styles: tuple[LineStyle, ...]
) -> None:
    row = page.board[value.question_id]
    question = row.question.question
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            link_to_question(visit, question, "Open", ":material/show_chart:")
            st.markdown(
                f"**{escape_markdown(clip(question.text, MAX_QUESTION_CHARACTERS))}**",
                width="content",
            )
        st.caption(
            escape_markdown(
                f"{describe_board_state(row)} on the board · {format_information(value.bits)} · "
                f"expected to move {percent_whole(value.expected_shift)} of the probability"
            )
        )
        _show_bars(styles, {"If YES": value.if_yes, "If NO": value.if_no}, value.question_id)


def _show_bars(
    styles: tuple[LineStyle, ...], cases: dict[str, Categorical], name: str, *, legend: bool = False
) -> None:
    shares_by_case = {
        case: ", ".join(f"{option} {percent_whole(p)}" for option, p in data.option_shares(shares))
        for case, shares in cases.items()
    }
    description = "; ".join(f"{case}: {shares}" for case, shares in shares_by_case.items())
    st.vega_lite_chart(
        spec=charts.bind_data(
            scenarios_in_cases_chart(styles, tuple(cases), legend=legend),
            cases=data.cases_frame(cases),
        ),
        width="stretch",
        key=f"cases-{name}",
        alt=description,
    )


SECTIONS = ("Why", "Your own", "What would change it", "The table")


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
        edit.show_set_form(visit, sets)


def _show_all(visit: Visit, sets: tuple[ScenarioSummary, ...]) -> None:
    st.subheader("Scenarios", anchor=False)
    if not sets:
        show_empty(
            "There are no scenario sets yet.",
            "A scenario set is a question whose options are whole futures, with a table of what "
            "each of them says about other questions. Make one below, or load a question set "
            "that has one: `tracker set import china_russia_2022`.",
        )
    for summary in sets:
        _show_summary(visit, visit.tracker.scenarios.get(summary.scenario_set.question_id))
    edit.show_set_form(visit, sets)


def _show_summary(visit: Visit, page: ScenarioPage) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{escape_markdown(page.scenario_set.title)}**")
        try:
            posterior = data.current_posterior(page, visit.now)
        except ForecastsError as refusal:
            st.caption(format_sentence(str(refusal)))
        else:
            st.markdown(
                escape_markdown(
                    f"{leader_sentence(data.option_shares(posterior.distribution))} "
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
        posterior = data.current_posterior(page, visit.now)
    except ForecastsError as refusal:
        st.warning(
            format_sentence(f"{refusal}: until then the table moves nothing"),
            icon=":material/table_edit:",
        )
        table.render(visit, page)
        return
    st.subheader(
        escape_markdown(leader_sentence(data.option_shares(posterior.distribution))), anchor=False
    )
    st.markdown(escape_markdown(_describe_changes(visit, page)))
    show_strain(page, posterior)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_chart(visit, page)
    with right:
        for scenario in data.build_scenario_rows(page, posterior, visit.me, visit.now):
            _show_scenario(scenario)
    _show_sections(visit, page, posterior)
    widgets.show_report_buttons(visit, "scenarios", summary.question.id)


def _describe_changes(visit: Visit, page: ScenarioPage) -> str:
    recent = data.recent_changes(page, visit.now)
    if recent is None:
        return (
            f"It opens on {visit.day(page.summary.question.opens_at)}; until then this is "
            "the prior and the table."
        )
    since, changes = recent
    return share_changes_sentence(changes, since, visit.zone)


def _show_chart(visit: Visit, page: ScenarioPage) -> None:
    stack = data.stack_frame(page, visit.now)
    if stack.empty:
        show_empty("There is no history yet.", "The chart begins when the question opens.")
        return
    names = [option.name for option in page.summary.question.options]
    spec = scenarios_over_time_chart(charts.option_lines(names, ordered=False))
    shown = {
        "stretches": data.stable_periods_frame(page, visit.now),
        "ends": data.share_labels_frame(page, visit.now),
    }
    st.vega_lite_chart(
        spec=charts.bind_data(spec, stack=stack, **shown),
        width="stretch",
        key="scenarios",
        alt=f"The shares of {len(names)} scenarios over time, stacked to 100%",
    )
    st.caption(
        "By the table: how likely each indicator question is in each scenario, held against "
        "what the people, else the estimate, give it each day. The first scenario lies on "
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
        lambda: show_share_lines(page, posterior),
        lambda: edit.render(visit, page, posterior),
        lambda: show_diagnosticity(visit, page, posterior),
        lambda: table.render(visit, page),
    )
    for tab, body in zip(tabs, bodies, strict=True):
        if tab.open:
            with tab:
                body()
