"""Linked questions: side by side on a chart, or a sentence with their numbers."""

from datetime import UTC

import streamlit as st

from dashboard import charts
from dashboard.charts.groups import ANSWER, by_date, fan_over, in_order
from dashboard.components.visit import Visit
from dashboard.components.widgets import empty, flat
from dashboard.question import groups_data as frames
from dashboard.question.groups_data import Member
from dashboard.wording import (
    RULE,
    clipped,
    contradiction,
    headline,
    in_short,
    inert,
    named,
    together,
    with_numbers,
)
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.links import Link
from forecasts.questions.question import QuestionId
from forecasts.scenarios.link_rules import condition_text
from tracker.model.read_models import QuestionPage
from tracker.model.scenarios import Group

LONGEST = 160


def render(visit: Visit, page: QuestionPage) -> None:
    """Show all links of a question, with charts or sentences and links to their questions."""
    groups = visit.tracker.groups(page.summary.question.id)
    if not groups:
        empty(
            "It is linked to no other question.",
            "Questions on one event by several dates, on several countries, or one if the "
            "other: `tracker links add`.",
        )
        return
    for group in groups:
        with st.container(border=True):
            _show_group(visit, page, group)


def _show_group(visit: Visit, page: QuestionPage, group: Group) -> None:
    link = group.link
    st.markdown(f"**{inert(link.title)}**")
    st.caption(inert(" ".join(_list_reasons(link))))
    if link.kind == "condition":
        _show_pair(visit, page, group)
    elif link.kind in ("dates", "members"):
        _show_chart(visit, group)
        _show_members(visit, page, group)
    else:
        _show_sentences(visit, group)
        _show_members(visit, page, group)
    broken = frames.contradictions(group, visit.me)
    for forecaster_id, violation in broken:
        message = inert(contradiction(violation))
        st.markdown(
            f":material/warning: **{inert(named(forecaster_id, visit.me))} contradicts this**: "
            f"{message}"
        )
    if broken:
        st.page_link(
            visit.pages["coherence"], label="Repair it, or keep it as it is", icon=":material/rule:"
        )


def _list_reasons(link: Link) -> tuple[str, ...]:
    """Return the rule of the link and its reason; a chart shows the rule by itself."""
    why = flat(link.why)
    return (
        (why,) if why and link.kind in ("dates", "members", "condition") else (RULE[link.kind], why)
    )


def _show_chart(visit: Visit, group: Group) -> None:
    kind = group.questions[0].question.kind
    if kind == "binary":
        _show_probabilities(visit, group)
    elif group.questions[0].question.scale is not None:
        _show_fan(visit, group)


def _show_probabilities(visit: Visit, group: Group) -> None:
    frame = frames.chances_frame(group, visit.me)
    if frame.empty:
        return
    forecasters = frames.speakers(group, visit.me)
    styles = charts.lines(
        forecasters, [named(forecaster, visit.me) for forecaster in forecasters], visit.me
    )
    if frames.ANSWER in set(frame["forecaster"]):
        styles = (*styles, ANSWER)
    if group.link.kind == "dates":
        ticks = tuple((_to_milliseconds(member), member.label) for member in frames.members(group))
        spec = by_date(styles, ticks)
    else:
        spec = in_order(styles, frames.by_chance(frame))
    st.vega_lite_chart(
        spec=charts.drawn(spec, chances=frame),
        width="stretch",
        key=f"group-{group.link.id}",
        alt=f"Probability of YES of {len(group.questions)} linked questions: {group.link.title}",
    )
    st.caption("Probability of YES.")


def _to_milliseconds(member: Member) -> int:
    return round(member.question.closes_at.astimezone(UTC).timestamp() * 1_000)


def _show_fan(visit: Visit, group: Group) -> None:
    forecasters = frames.speakers(group, visit.me)
    if not forecasters:
        return
    question = group.questions[0].question
    frame = frames.fan_frame(group, forecasters[0].id)
    if frame.empty:
        return
    log = all(
        row.question.scale is not None and row.question.scale.zero_point == 0.0
        for row in group.questions
    )
    spec = fan_over(tuple(frame["label"]), dates=question.kind == "date", log=log)
    name = named(forecasters[0], visit.me)
    st.vega_lite_chart(
        spec=charts.drawn(spec, fan=frame), width="stretch", key=f"group-{group.link.id}",
        alt=f"{name}: middle, half and 80 % of each forecast: {group.link.title}",
    )  # fmt: skip
    unit = (
        f", in {question.scale.unit}" if question.scale is not None and question.scale.unit else ""
    )
    st.caption(inert(f"{name}: middle, half and 80 % of each forecast{unit}."))


def _show_sentences(visit: Visit, group: Group) -> None:
    for forecaster in frames.speakers(group, visit.me):
        numbers = frames.said_by(group, forecaster.id)
        if numbers is not None:
            st.markdown(
                f"**{inert(named(forecaster, visit.me))}**: "
                f"{inert(with_numbers(group.link.kind, numbers))}"
            )


def _show_members(visit: Visit, page: QuestionPage, group: Group) -> None:
    forecasters = frames.speakers(group, visit.me)
    for member in frames.members(group):
        with st.container(gap=None):
            _show_member(page, member, label=member.label if group.link.labels else "")
            st.caption(inert(_format_numbers(visit, member, forecasters)))


def _show_member(page: QuestionPage, member: Member, *, label: str) -> None:
    """Show a question by its label and text, with a button except on its own page."""
    is_current = member.question.id == page.summary.question.id
    text = clipped(member.question.text, LONGEST)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if is_current:
            st.badge("This one", color="gray")
        else:
            _show_open_button(member)
        st.markdown(f"**{inert(label)}**: {inert(text)}" if label else inert(text), width="content")


def _show_open_button(member: Member) -> None:
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


def _format_numbers(visit: Visit, member: Member, forecasters: tuple[Forecaster, ...]) -> str:
    if member.answer:
        return f"Answered: {member.answer}"
    forecasts = [
        f"{named(forecaster, visit.me)} {in_short(member.question, member.held[forecaster.id])}"
        for forecaster in forecasters
        if forecaster.id in member.held
    ]
    return " · ".join(forecasts) or "nobody has forecast it yet"


def _show_pair(visit: Visit, page: QuestionPage, group: Group) -> None:
    condition, if_so, if_not, *unconditional = frames.members(group)
    forecasters = frames.speakers(group, visit.me)
    st.markdown("**The condition**")
    _show_member(page, condition, label="")
    st.caption(inert(_format_numbers(visit, condition, forecasters)))
    left, right = st.columns(2, gap="medium")
    with left:
        _show_branch(visit, page, group, if_so)
    with right:
        _show_branch(visit, page, group, if_not)
    for forecaster in forecasters:
        numbers = frames.said_by(group, forecaster.id)
        if numbers is not None:
            st.markdown(
                f"**{inert(named(forecaster, visit.me))}**, whatever becomes of it: "
                f"{inert(together(numbers))}"
            )
    for member in unconditional:
        _show_member(page, member, label="Without the condition")
        st.caption(inert(_format_numbers(visit, member, forecasters)))


def _show_branch(visit: Visit, page: QuestionPage, group: Group, member: Member) -> None:
    """Show one side of a conditional pair: its condition, the number, the question."""
    questions = {row.question.id: row.question for row in group.questions}
    is_if_branch = member.question.id == group.link.question_ids[1]
    forecasters = frames.speakers(group, visit.me)
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**If {'it comes about' if is_if_branch else 'it does not'}**")
        if member.answer:
            st.subheader(inert(f"Answered: {member.answer}"), anchor=False)
        elif first := next(
            (forecaster for forecaster in forecasters if forecaster.id in member.held), None
        ):
            number, _ = headline(member.question, member.held[first.id])
            st.subheader(inert(number), anchor=False)
            st.caption(inert(_format_numbers(visit, member, forecasters)))
        st.caption(inert(condition_text(group.link, member.question.id, questions)))
        _show_member(page, member, label="")
