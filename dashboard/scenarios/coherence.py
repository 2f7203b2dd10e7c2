"""What contradicts what: the contradictions with their repairs, how earlier repairs did, and all
links.
"""

from collections.abc import Mapping

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED,
    calm,
    empty,
    flat,
    link_to_question,
    table,
    worked_out,
)
from dashboard.scenarios import coherence_data as frames
from dashboard.scenarios import linking
from dashboard.scenarios.coherence_data import Moved
from dashboard.scenarios.coherence_text import KIND_OF_LINK, nats, offers, record
from dashboard.wording import RULE, clipped, inert, named, plural
from forecasts.questions.links import Link
from forecasts.questions.question import Question, QuestionId
from tracker.model.scenarios import Coherence, Contradiction

_C = st.column_config
LONGEST = 130
FIRST = 3
"""Contradictions of others that are shown before all of them are asked for."""


def render(visit: Visit) -> None:
    """Contradictions first, then the record of repairs, then the links."""
    st.subheader("What contradicts what", anchor=False)
    with worked_out():
        found = visit.tracker.coherence()
    if not found.links:
        empty(
            "No questions are linked yet.",
            "A link says what questions have to do with each other, such as that one follows "
            "from the other. Forecasts that contradict it are then found here, with the nearest "
            "ones that do not. Links come with question sets, or from `tracker links add`.",
        )
    else:
        _contradictions(visit, found)
        _record(visit, found)
    _links(visit, found)


def _contradictions(visit: Visit, found: Coherence) -> None:
    sorted_out = frames.sorted_out(found, visit.me)
    if not sorted_out.mine and not sorted_out.others:
        st.success(
            "No forecasts contradict each other by more than noise.", icon=":material/check:"
        )
    for each in sorted_out.mine:
        _contradiction(visit, each)
    many = len(sorted_out.others) > FIRST
    every = many and st.toggle(f"All {len(sorted_out.others)} of others", key="all-others")
    for each in sorted_out.others if every else sorted_out.others[:FIRST]:
        _contradiction(visit, each)
    if sorted_out.noise:
        count = plural(len(sorted_out.noise), "slight contradiction")
        with st.expander(
            f"{count}, within the noise that any forecast has", key="noise", on_change="rerun"
        ) as drawer:
            if drawer.open:
                for each in sorted_out.noise:
                    _contradiction(visit, each)


def _contradiction(visit: Visit, found: Contradiction) -> None:
    """Whose, what is wrong, how far apart, the nearest that agree; for mine, what to do."""
    broken = found.violation
    mine = found.forecaster.id == visit.me
    with st.container(border=True, gap="xsmall"):
        whose = "Your forecasts" if mine else f"Forecasts by “{named(found.forecaster, visit.me)}”"
        st.markdown(
            f":material/warning: **{inert(broken.link.title)}** · {inert(whose)} contradict each "
            "other"
        )
        st.markdown(inert(f"{broken.words}."))
        for moved in frames.moved(found):
            _moved(visit, moved)
        slight = "" if broken.flagged else " Small enough to be noise."
        st.caption(inert(f"{nats(broken.nats).capitalize()}. {offers(broken)}{slight}"))
        if mine:
            _decide(visit, found)


def _moved(visit: Visit, moved: Moved) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        link_to_question(visit, moved.question, "Open", ":material/show_chart:")
        same = moved.before == moved.after
        numbers = f"{moved.before}, stays" if same else f"{moved.before} → {moved.after}"
        about = moved.label or clipped(moved.question.text, LONGEST)
        st.markdown(f"**{inert(numbers)}** {inert(about)}", width="content")


def _decide(visit: Visit, found: Contradiction) -> None:
    link, decided = found.violation.link, found.decided
    if decided is not None and frames.still_decided(found):
        because = f", because: {decided.why}" if decided.why else ""
        st.caption(inert(f"You kept yours on {visit.day(decided.at)}{because}"))
    with st.container(horizontal=True):
        if st.button("Adopt the nearest", type="primary", key=f"adopt-{link.id}"):
            with calm():
                visit.tracker.decide_repair(link.id, "adopted")
                say("Adopted: your forecasts agree now. Both versions will be scored")
                st.rerun()
        if not frames.still_decided(found):
            with st.popover("Keep mine", key=f"keeping-{link.id}"):
                _keep(visit, link)


def _keep(visit: Visit, link: Link) -> None:
    with st.form(f"keep-{link.id}", border=False):
        why = st.text_input("Why", key=f"keep-why-{link.id}", max_chars=500, autocomplete="off")
        st.caption("Both versions will be scored once the questions are answered.")
        if st.form_submit_button("Keep mine"):
            with calm():
                visit.tracker.decide_repair(link.id, "declined", why=(why or "").strip())
                say("Kept. Both versions will be scored")
                st.rerun()


def _record(visit: Visit, found: Coherence) -> None:
    st.markdown("#### Did repairing pay?")
    if not found.repairs:
        st.caption(
            "No repair was adopted or declined yet. Each is scored once all its questions are "
            "answered."
        )
        return
    told = [
        words
        for decision in ("adopted", "declined")
        if (words := record(decision, frames.gains(found.repairs, decision)))
    ]
    st.markdown(
        inert(" ".join(told)) or "None of their questions is answered yet, so none is scored."
    )
    columns = {
        "at": _C.DatetimeColumn("When", format="D MMM YYYY", timezone=visit.zone.key),
        "link": _C.TextColumn("Link", width=260),
        "who": _C.TextColumn("Who", width=80),
        "decision": _C.TextColumn("Decision", width=80),
        "moved": _C.TextColumn("Repair", width=190),
        "nats": _C.NumberColumn(
            "Apart", format="%.3f", help="How far the forecasts were from agreeing, in nats."
        ),
        "gain": _C.TextColumn(
            "Gain", help="Of the repair in log score, in nats, once answered. Above 0 is better."
        ),
        "why": _C.TextColumn("Why", width=260),
    }
    names = {each.forecaster.id: each.forecaster.name for each in found.contradictions}
    frame = frames.repairs_frame(found, {**names, visit.me: "Me"})
    table(frame, columns, "All decisions on repairs", row_height=WRAPPED)


def _links(visit: Visit, found: Coherence) -> None:
    if found.links:
        st.markdown("#### All links")
        texts = {row.question.id: row.question for row in visit.tracker.questions()}
        for kind, links in frames.by_kind(found.links):
            label = f"{KIND_OF_LINK[kind]} ({len(links)})"
            with st.expander(
                label, key=f"kind-{kind.replace(' ', '-')}", on_change="rerun"
            ) as drawer:
                if drawer.open:
                    st.caption(inert(RULE[kind]))
                    for link in links:
                        _link(visit, link, texts)
    linking.render(visit, found)


def _link(visit: Visit, link: Link, texts: Mapping[QuestionId, Question]) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{inert(link.title)}**")
        if link.why:
            st.caption(inert(flat(link.why)))
        labels = dict(zip(link.question_ids, link.labels, strict=False))
        for question_id in link.question_ids:
            question = texts[question_id]
            label = f"**{inert(labels[question_id])}** · " if question_id in labels else ""
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                link_to_question(visit, question, "Open", ":material/show_chart:")
                st.markdown(f"{label}{inert(clipped(question.text, LONGEST))}", width="content")
