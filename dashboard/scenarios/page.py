"""Scenarios page: all scenario sets, or one with its shares, their history and their reasons."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard import charts
from dashboard.charts.scenarios import scenarios_over_time_chart
from dashboard.components import widgets
from dashboard.components.rows import Cell, LinkCell, Row, RowColumn, TextCell, page_address
from dashboard.components.rows import show_rows as show_row_list
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    format_sentence,
    link_to_question,
    show_empty,
    unwrap_prose,
)
from dashboard.question import forecasting
from dashboard.scenarios import data, edit, table
from dashboard.scenarios.data import ScenarioRow, ShareStep
from dashboard.scenarios.text import (
    describe_board_state,
    describe_largest_change,
    format_factor,
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
from forecasts.scenarios.scenario_set import ScenarioPosterior
from tracker.errors import NotFound
from tracker.model.chart_style import LineStyle
from tracker.model.scenarios import ScenarioPage, ScenarioSummary

SECTIONS: Final = ("Why", "Your forecast", "What would change it", "Table")
MAX_STRAIN_CHARACTERS: Final = 120
_MAX_NAME_CHARACTERS: Final = 24


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
    st.subheader("Scenario sets", anchor=False)
    if not sets:
        show_empty(
            "There are no scenario sets yet.",
            "A scenario set is a question whose options are whole futures, with a table of what "
            "each of them says about other questions. Make one below, or load a question set "
            "that has one: `tracker set import china_russia_2022`.",
        )
    else:
        rows = [
            _build_summary(visit, visit.tracker.scenarios.get(s.scenario_set.question_id))
            for s in sets
        ]
        show_row_list("sets", "Scenario sets", [RowColumn("title", "")], rows)
    edit.show_set_form(visit, sets)


def _build_summary(visit: Visit, page: ScenarioPage) -> Row:
    question_id = page.scenario_set.question_id
    try:
        posterior = data.current_posterior(page, visit.now)
    except ForecastsError as refusal:
        note = str(refusal)
    else:
        note = leader_sentence(data.option_shares(posterior.distribution))
    link = LinkCell(page.scenario_set.title, page_address("scenarios", q=question_id), note)
    return Row(question_id, {"title": link})


def _show_not_found(visit: Visit, question_id: str) -> None:
    st.subheader("There is no such scenario set", anchor=False)
    st.text(
        f"No scenario set here belongs to a question called “{question_id[:80]}”. The link may be "
        "mistyped."
    )
    st.page_link(
        visit.pages["scenarios"], label="All scenario sets", icon=":material/stacked_bar_chart:"
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
        link_to_question(visit, summary.question, "View question", ":material/show_chart:")
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
    _show_strain(page, posterior)
    names = [option.name for option in summary.question.options]
    styles = charts.option_lines(names, ordered=False)
    _show_scenarios(data.build_scenario_rows(page, posterior, visit.me, visit.now), styles)
    _show_chart(visit, page, styles)
    _show_sections(visit, page, posterior)
    widgets.show_report_buttons(visit, "scenarios", summary.question.id)


def _describe_changes(visit: Visit, page: ScenarioPage) -> str:
    recent = data.recent_changes(page, visit.now)
    if recent is None:
        return (
            f"It opens on {visit.day(page.summary.question.opens_at)}; until then this is "
            "the base rate and the table."
        )
    since, changes = recent
    return share_changes_sentence(changes, since, visit.zone)


def _show_strain(page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show a warning if current forecasts and table contradict each other."""
    strain = data.measure_strain(page, posterior)
    if strain is None:
        return
    text = clip(page.board[strain.question_id].question.question.text, MAX_STRAIN_CHARACTERS)
    warning = strain_sentence(strain.nats, text, strain.observed, strain.expected)
    if warning:
        st.markdown(f":material/warning: {escape_markdown(warning)}")


def _show_scenarios(scenarios: tuple[ScenarioRow, ...], styles: tuple[LineStyle, ...]) -> None:
    """Show each scenario in its colour, with what it means and what everyone gives it."""
    colours = {style.name: style.colour for style in styles}
    people = list(dict.fromkeys(name for s in scenarios for name, _ in s.forecasts))
    columns = [
        RowColumn("title", "Scenario"),
        RowColumn("prior", "Base rate", "end"),
        RowColumn("now", "Now", "end", help="Estimated from indicator questions, updated daily"),
        *(RowColumn(name, name, "end") for name in people),
    ]
    rows = []
    for s in scenarios:
        shares = {"prior": s.prior, "now": s.now, **dict(s.forecasts)}
        cells: dict[str, Cell] = {
            name: TextCell(percent_exact(p), tone="strong" if name == "now" else "")
            for name, p in shares.items()
            if p is not None
        }
        if s.now is None:
            cells["now"] = TextCell("no number", tone="quiet")
        note = unwrap_prose(s.description)
        cells["title"] = TextCell(s.name, note, swatch=colours.get(s.name, ""))
        rows.append(Row(s.name, cells))
    show_row_list("shares", "Scenarios", columns, rows)


def _show_chart(visit: Visit, page: ScenarioPage, styles: tuple[LineStyle, ...]) -> None:
    stack = data.stack_frame(page, visit.now)
    if stack.empty:
        show_empty("There is no history yet.", "The chart begins when the question opens.")
        return
    st.vega_lite_chart(
        spec=charts.bind_data(
            scenarios_over_time_chart(styles),
            stack=stack,
            stretches=data.stable_periods_frame(page, visit.now),
            ends=data.share_labels_frame(page, visit.now),
        ),
        width="stretch",
        key="scenarios",
        alt=f"The shares of {len(styles)} scenarios over time, stacked to 100%",
    )
    st.caption(f"Estimated from indicator questions, updated daily. Times in {visit.charts_zone}.")


def _show_sections(visit: Visit, page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    tabs = st.tabs(
        SECTIONS, default=SECTIONS[0], key="section", on_change="rerun", bind="query-params"
    )
    bodies = (
        lambda: _show_reasons(page, posterior),
        lambda: _show_own_forecast(visit, page),
        lambda: _show_tests(page, posterior),
        lambda: table.render(visit, page),
    )
    for tab, body in zip(tabs, bodies, strict=True):
        if tab.open:
            with tab:
                body()


def _show_own_forecast(visit: Visit, page: ScenarioPage) -> None:
    if page.summary.status not in ("open", "upcoming"):
        st.caption("It takes no forecasts any more.")
        return
    with st.container(width=760):
        forecasting.show_form(visit, page.summary)


def _show_reasons(page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show by how much each row of the table multiplies each share, from the base rate to now."""
    steps, unchanged = data.explain_shares(posterior)
    names = posterior.distribution.options
    columns = [
        RowColumn("title", ""),
        RowColumn("now", "Now", "end"),
        *(RowColumn(name, clip(name, _MAX_NAME_CHARACTERS), "end") for name in names),
    ]
    rows = [
        _build_shares("Base rate", posterior.prior),
        *(_build_step(page, step) for step in steps),
        _build_shares("Estimate", posterior.distribution),
    ]
    show_row_list("reasons", "From the base rate to the estimate", columns, rows)
    notes = [
        "Each row multiplies the shares; “All rows together” counts what several rows say once, "
        "and makes the shares add up to 100%."
    ]
    if unchanged:
        notes.append(f"It includes {plural(unchanged, 'row')} of little effect.")
    if posterior.left_out:
        without = plural(len(posterior.left_out), "row has", "rows have")
        notes.append(f"{without} no number yet and count nothing.")
    st.caption(" ".join(notes))
    st.markdown("**The base rate**")
    st.text(unwrap_prose(page.summary.question.dated_prior_reason))


def _build_shares(title: str, shares: Categorical) -> Row:
    cells: dict[str, Cell] = {
        name: TextCell(percent_exact(p), tone="strong") for name, p in data.option_shares(shares)
    }
    return Row(title, {**cells, "title": TextCell(title, tone="strong")})


def _build_step(page: ScenarioPage, step: ShareStep) -> Row:
    cells: dict[str, Cell] = {
        name: TextCell(words, tone="" if abs(factor - 1.0) >= data.MIN_FACTOR_CHANGE else "quiet")
        for name, factor in step.factors.items()
        if (words := format_factor(factor))
    }
    if step.question_id is None:
        return Row("together", {**cells, "title": TextCell("All rows together")})
    return Row(step.question_id, {**cells, **_build_question_cells(page, step)})


def _build_question_cells(page: ScenarioPage, step: ShareStep) -> Mapping[str, Cell]:
    assert step.question_id is not None
    seat = page.board[step.question_id]
    question = seat.question.question
    return {
        "title": LinkCell(question.text, page_address("question", q=question.id)),
        "now": TextCell(describe_board_state(seat), tone="quiet"),
    }


def _show_tests(page: ScenarioPage, posterior: ScenarioPosterior) -> None:
    """Show what each open question's answer would change most, the most telling one first."""
    values = data.answer_values(page, posterior)
    if not values:
        show_empty(
            "No indicator question is open.", "Add a row about an open question to the table."
        )
        return
    now = posterior.distribution
    columns = [
        RowColumn("title", "Question"),
        RowColumn("now", "Now", "end"),
        RowColumn("yes", "If YES"),
        RowColumn("no", "If NO"),
        RowColumn("shift", "Expected shift", "end", help="Of all shares together, once answered"),
    ]
    rows = [
        Row(
            value.question_id,
            {
                **_build_question_cells(page, ShareStep(value.question_id, {})),
                "yes": TextCell(describe_largest_change(now, value.if_yes)),
                "no": TextCell(describe_largest_change(now, value.if_no)),
                "shift": TextCell(percent_whole(value.expected_shift).replace("%", " points")),
            },
        )
        for value in values
    ]
    show_row_list("tests", "What would change it", columns, rows)
    st.caption("The questions that tell most come first: forecast these with care.")
