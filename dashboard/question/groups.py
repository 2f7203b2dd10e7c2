"""The questions that are linked to this one: side by side on a chart, or a sentence with their
numbers.
"""

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
    """All links of a question, each with its chart or its sentence, and a way to every question in
    it.
    """
    found = visit.tracker.groups(page.summary.question.id)
    if not found:
        empty(
            "It is linked to no other question.",
            "Questions on one event by several dates, on several countries, or one if the "
            "other: `tracker links add`.",
        )
        return
    for group in found:
        with st.container(border=True):
            _group(visit, page, group)


def _group(visit: Visit, page: QuestionPage, group: Group) -> None:
    link = group.link
    st.markdown(f"**{inert(link.title)}**")
    st.caption(inert(" ".join(_rests_on(link))))
    if link.kind == "condition":
        _pair(visit, page, group)
    elif link.kind in ("dates", "members"):
        _chart(visit, group)
        _members(visit, page, group)
    else:
        _sentences(visit, group)
        _members(visit, page, group)
    broken = frames.contradictions(group, visit.me)
    for who, found in broken:
        said = inert(contradiction(found))
        st.markdown(
            f":material/warning: **{inert(named(who, visit.me))} contradicts this**: {said}"
        )
    if broken:
        st.page_link(
            visit.pages["coherence"], label="Repair it, or keep it as it is", icon=":material/rule:"
        )


def _rests_on(link: Link) -> tuple[str, ...]:
    """What the link says, and why: a chart says the first by itself."""
    why = flat(link.why)
    return (
        (why,) if why and link.kind in ("dates", "members", "condition") else (RULE[link.kind], why)
    )


# A chart


def _chart(visit: Visit, group: Group) -> None:
    kind = group.questions[0].question.kind
    if kind == "binary":
        _chances(visit, group)
    elif group.questions[0].question.scale is not None:
        _fan(visit, group)


def _chances(visit: Visit, group: Group) -> None:
    frame = frames.chances_frame(group, visit.me)
    if frame.empty:
        return
    who = frames.speakers(group, visit.me)
    styles = charts.lines(who, [named(each, visit.me) for each in who], visit.me)
    if frames.ANSWER in set(frame["forecaster"]):
        styles = (*styles, ANSWER)
    if group.link.kind == "dates":
        ticks = tuple((_instant(member), member.label) for member in frames.members(group))
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


def _instant(member: Member) -> int:
    return round(member.question.closes_at.astimezone(UTC).timestamp() * 1_000)


def _fan(visit: Visit, group: Group) -> None:
    who = frames.speakers(group, visit.me)
    if not who:
        return
    question = group.questions[0].question
    frame = frames.fan_frame(group, who[0].id)
    if frame.empty:
        return
    log = all(
        row.question.scale is not None and row.question.scale.zero_point == 0.0
        for row in group.questions
    )
    spec = fan_over(tuple(frame["label"]), dates=question.kind == "date", log=log)
    name = named(who[0], visit.me)
    st.vega_lite_chart(
        spec=charts.drawn(spec, fan=frame), width="stretch", key=f"group-{group.link.id}",
        alt=f"{name}: middle, half and 80 % of each forecast: {group.link.title}",
    )  # fmt: skip
    unit = (
        f", in {question.scale.unit}" if question.scale is not None and question.scale.unit else ""
    )
    st.caption(inert(f"{name}: middle, half and 80 % of each forecast{unit}."))


# Sentences and lists


def _sentences(visit: Visit, group: Group) -> None:
    for who in frames.speakers(group, visit.me):
        given = frames.said_by(group, who.id)
        if given is not None:
            st.markdown(
                f"**{inert(named(who, visit.me))}**: {inert(with_numbers(group.link.kind, given))}"
            )


def _members(visit: Visit, page: QuestionPage, group: Group) -> None:
    who = frames.speakers(group, visit.me)
    for member in frames.members(group):
        with st.container(gap=None):
            _member(page, member, label=member.label if group.link.labels else "")
            st.caption(inert(_numbers(visit, member, who)))


def _member(page: QuestionPage, member: Member, *, label: str) -> None:
    """A question by its label and text; a link, unless it is the one whose page this is."""
    here = member.question.id == page.summary.question.id
    text = clipped(member.question.text, LONGEST)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if here:
            st.badge("This one", color="gray")
        else:
            _open(member)
        st.markdown(f"**{inert(label)}**: {inert(text)}" if label else inert(text), width="content")


def _open(member: Member) -> None:
    """A way to another question. A link to the page that one is on would leave the old question in
    the address.
    """
    st.button(
        "Open",
        icon=":material/show_chart:",
        key=f"open-{member.link}-{member.question.id}",
        type="tertiary",
        on_click=_go,
        args=(member.question.id,),
    )


def _go(question_id: QuestionId) -> None:
    st.query_params["q"] = question_id


def _numbers(visit: Visit, member: Member, who: tuple[Forecaster, ...]) -> str:
    if member.answer:
        return f"Answered: {member.answer}"
    said = [
        f"{named(each, visit.me)} {in_short(member.question, member.held[each.id])}"
        for each in who
        if each.id in member.held
    ]
    return " · ".join(said) or "nobody has forecast it yet"


# A conditional pair


def _pair(visit: Visit, page: QuestionPage, group: Group) -> None:
    condition, if_so, if_not, *rest = frames.members(group)
    who = frames.speakers(group, visit.me)
    st.markdown("**The condition**")
    _member(page, condition, label="")
    st.caption(inert(_numbers(visit, condition, who)))
    left, right = st.columns(2, gap="medium")
    with left:
        _branch(visit, page, group, if_so)
    with right:
        _branch(visit, page, group, if_not)
    for each in who:
        given = frames.said_by(group, each.id)
        if given is not None:
            st.markdown(
                f"**{inert(named(each, visit.me))}**, whatever becomes of it: "
                f"{inert(together(given))}"
            )
    for member in rest:
        _member(page, member, label="Without the condition")
        st.caption(inert(_numbers(visit, member, who)))


def _branch(visit: Visit, page: QuestionPage, group: Group, member: Member) -> None:
    """One side of the pair: when it counts, the number first, then the question."""
    questions = {row.question.id: row.question for row in group.questions}
    so = member.question.id == group.link.question_ids[1]
    who = frames.speakers(group, visit.me)
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f"**If {'it comes about' if so else 'it does not'}**")
        if member.answer:
            st.subheader(inert(f"Answered: {member.answer}"), anchor=False)
        elif first := next((each for each in who if each.id in member.held), None):
            number, _ = headline(member.question, member.held[first.id])
            st.subheader(inert(number), anchor=False)
            st.caption(inert(_numbers(visit, member, who)))
        st.caption(inert(condition_text(group.link, member.question.id, questions)))
        _member(page, member, label="")
