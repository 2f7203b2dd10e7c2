"""Linked questions: side by side on a chart, or a sentence with their numbers."""

from datetime import UTC

import streamlit as st

from dashboard import charts
from dashboard.charts.scenarios import ANSWER_LINE, by_date_chart, by_label_chart, label_fan_chart
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, unwrap_prose
from dashboard.question import groups_data, siblings
from dashboard.question.groups_data import LinkMember
from dashboard.wording import (
    LINK_RULES,
    clip,
    describe_contradiction,
    describe_total_probability,
    display_name,
    escape_markdown,
    forecast_headline,
    format_forecast,
    format_link_numbers,
    name_forecasts,
)
from forecasts.questions.links import Link
from forecasts.questions.question import Forecaster, QuestionId
from forecasts.scenarios.link_rules import condition_text
from tracker.model.read_models import QuestionPage
from tracker.model.scenarios import LinkGroup

MAX_QUESTION_CHARACTERS = 160


def render(visit: Visit, page: QuestionPage) -> None:
    """Show all links of a question, with charts or sentences and links to their questions."""
    siblings.show_form(visit, page)
    groups = visit.tracker.links.groups(page.summary.question.id)
    if not groups:
        show_empty(
            "It is linked to no other question.",
            "Questions on one event by several dates, on several countries, or one if the "
            "other: `tracker scenario add-link`.",
        )
        return
    for group in groups:
        with st.container(border=True):
            _show_group(visit, page, group)


def _show_group(visit: Visit, page: QuestionPage, group: LinkGroup) -> None:
    link = group.link
    st.markdown(f"**{escape_markdown(link.title)}**")
    st.caption(escape_markdown(" ".join(_list_reasons(link))))
    if link.kind == "condition":
        _show_pair(visit, page, group)
    elif link.kind in ("dates", "members"):
        _show_chart(visit, group)
        _show_members(visit, page, group)
    else:
        _show_sentences(visit, group)
        _show_members(visit, page, group)
    broken = groups_data.list_contradictions(group, visit.me)
    for forecaster, violation in broken:
        message = escape_markdown(describe_contradiction(violation))
        st.markdown(
            f":material/warning: **{escape_markdown(name_forecasts(forecaster, visit.me))} "
            f"contradict this**: {message}"
        )
    if broken:
        st.page_link(
            visit.pages["coherence"], label="Repair it, or keep it as it is", icon=":material/rule:"
        )


def _list_reasons(link: Link) -> tuple[str, ...]:
    """Return the rule of the link and its reason; a chart shows the rule by itself."""
    why = unwrap_prose(link.why)
    return (
        (why,)
        if why and link.kind in ("dates", "members", "condition")
        else (LINK_RULES[link.kind], why)
    )


def _show_chart(visit: Visit, group: LinkGroup) -> None:
    kind = group.questions[0].question.kind
    if kind == "binary":
        _show_probabilities(visit, group)
    elif group.questions[0].question.scale is not None:
        _show_fan(visit, group)


def _show_probabilities(visit: Visit, group: LinkGroup) -> None:
    frame = groups_data.member_probabilities_frame(group, visit.me)
    if frame.empty:
        return
    forecasters = groups_data.list_speakers(group, visit.me)
    styles = charts.forecaster_lines(
        forecasters, [display_name(forecaster, visit.me) for forecaster in forecasters], visit.me
    )
    if groups_data.ANSWER_NAME in set(frame["forecaster"]):
        styles = (*styles, ANSWER_LINE)
    if group.link.kind == "dates":
        ticks = tuple(
            (_to_milliseconds(member), member.label) for member in groups_data.list_members(group)
        )
        spec = by_date_chart(styles, ticks)
    else:
        spec = by_label_chart(styles, groups_data.sort_labels_by_probability(frame))
    st.vega_lite_chart(
        spec=charts.bind_data(spec, chances=frame),
        width="stretch",
        key=f"group-{group.link.id}",
        alt=f"Probability of YES of {len(group.questions)} linked questions: {group.link.title}",
    )
    st.caption("Probability of YES.")


def _to_milliseconds(member: LinkMember) -> int:
    return round(member.question.closes_at.astimezone(UTC).timestamp() * 1_000)


def _show_fan(visit: Visit, group: LinkGroup) -> None:
    forecasters = groups_data.list_speakers(group, visit.me)
    if not forecasters:
        return
    question = group.questions[0].question
    frame = groups_data.label_fan_frame(group, forecasters[0].id)
    if frame.empty:
        return
    log = all(
        row.question.scale is not None and row.question.scale.zero_point == 0.0
        for row in group.questions
    )
    spec = label_fan_chart(tuple(frame["label"]), dates=question.kind == "date", log=log)
    name = display_name(forecasters[0], visit.me)
    st.vega_lite_chart(
        spec=charts.bind_data(spec, fan=frame), width="stretch", key=f"group-{group.link.id}",
        alt=f"{name}: middle, half and 80% of each forecast: {group.link.title}",
    )  # fmt: skip
    unit = (
        f", in {question.scale.unit}" if question.scale is not None and question.scale.unit else ""
    )
    st.caption(escape_markdown(f"{name}: middle, half and 80% of each forecast{unit}."))


def _show_sentences(visit: Visit, group: LinkGroup) -> None:
    for forecaster in groups_data.list_speakers(group, visit.me):
        numbers = groups_data.probabilities_of(group, forecaster.id)
        if numbers is not None:
            st.markdown(
                f"**{escape_markdown(display_name(forecaster, visit.me))}**: "
                f"{escape_markdown(format_link_numbers(group.link.kind, numbers))}"
            )


def _show_members(visit: Visit, page: QuestionPage, group: LinkGroup) -> None:
    forecasters = groups_data.list_speakers(group, visit.me)
    for member in groups_data.list_members(group):
        with st.container(gap=None):
            _show_member(page, member, label=member.label if group.link.labels else "")
            st.caption(escape_markdown(_format_numbers(visit, member, forecasters)))


def _show_member(page: QuestionPage, member: LinkMember, *, label: str) -> None:
    """Show a question by its label and text, with a button except on its own page."""
    is_current = member.question.id == page.summary.question.id
    text = clip(member.question.text, MAX_QUESTION_CHARACTERS)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if is_current:
            st.badge("This one", color="gray")
        else:
            _show_open_button(member)
        st.markdown(
            f"**{escape_markdown(label)}**: {escape_markdown(text)}"
            if label
            else escape_markdown(text),
            width="content",
        )


def _show_open_button(member: LinkMember) -> None:
    """Show a button to another question; a link to the current page would leave the old address."""
    st.button(
        "Open",
        icon=":material/show_chart:",
        key=f"open-{member.link}-{member.question.id}",
        type="tertiary",
        on_click=_open_question,
        args=(member.question.id,),
    )


def _open_question(question_id: QuestionId) -> None:
    st.query_params["q"] = question_id


def _format_numbers(visit: Visit, member: LinkMember, forecasters: tuple[Forecaster, ...]) -> str:
    if member.answer:
        return f"Answered: {member.answer}"
    forecasts = [
        (
            f"{display_name(forecaster, visit.me)} "
            f"{format_forecast(member.question, member.forecasts[forecaster.id])}"
        )
        for forecaster in forecasters
        if forecaster.id in member.forecasts
    ]
    return " · ".join(forecasts) or "nobody has forecast it yet"


def _show_pair(visit: Visit, page: QuestionPage, group: LinkGroup) -> None:
    condition, if_so, if_not, *unconditional = groups_data.list_members(group)
    forecasters = groups_data.list_speakers(group, visit.me)
    st.markdown("**The condition**")
    _show_member(page, condition, label="")
    st.caption(escape_markdown(_format_numbers(visit, condition, forecasters)))
    left, right = st.columns(2, gap="medium")
    with left:
        _show_branch(visit, page, group, if_so)
    with right:
        _show_branch(visit, page, group, if_not)
    for forecaster in forecasters:
        numbers = groups_data.probabilities_of(group, forecaster.id)
        if numbers is not None:
            st.markdown(
                f"**{escape_markdown(display_name(forecaster, visit.me))}**, whatever becomes of "
                f"it: {escape_markdown(describe_total_probability(numbers))}"
            )
    for member in unconditional:
        _show_member(page, member, label="Without the condition")
        st.caption(escape_markdown(_format_numbers(visit, member, forecasters)))


def _show_branch(visit: Visit, page: QuestionPage, group: LinkGroup, member: LinkMember) -> None:
    """Show one side of a conditional pair: its condition, the number, the question."""
    questions = {row.question.id: row.question for row in group.questions}
    is_if_branch = member.question.id == group.link.question_ids[1]
    forecasters = groups_data.list_speakers(group, visit.me)
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**If {'it comes about' if is_if_branch else 'it does not'}**")
        if member.answer:
            st.subheader(escape_markdown(f"Answered: {member.answer}"), anchor=False)
        elif first := next(
            (forecaster for forecaster in forecasters if forecaster.id in member.forecasts), None
        ):
            number, _ = forecast_headline(member.question, member.forecasts[first.id])
            st.subheader(escape_markdown(number), anchor=False)
            st.caption(escape_markdown(_format_numbers(visit, member, forecasters)))
        st.caption(escape_markdown(condition_text(group.link, member.question.id, questions)))
        _show_member(page, member, label="")
