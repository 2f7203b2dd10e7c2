"""The sentence that is picked in an essay: how it stands, what was asked of it, and what can be
done with it.
"""

from dataclasses import dataclass

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm, empty, link_to_question
from dashboard.essays import drafting
from dashboard.essays.essay_data import next_unasked
from dashboard.essays.essay_text import said_with, standing
from dashboard.question.distributions_data import as_read
from dashboard.wording import headline, inert, status_line
from forecasts.essays.claim_map import Mapped
from tracker.errors import Refused
from tracker.model.essays import EssayPage
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.current_forecasts import on_the_board

DRAWER = 200


@dataclass(frozen=True, slots=True)
class Picked:
    """A sentence of an essay that was picked."""

    page: EssayPage
    one: Mapped

    @property
    def essay_id(self) -> str:
        """The essay it stands in."""
        return self.page.essay.id

    @property
    def offset(self) -> int:
        """Where it starts."""
        return self.one.sentence.offset


def render(visit: Visit, page: EssayPage, one: Mapped | None) -> None:
    """The panel of the sentence, or how to begin."""
    if one is None:
        _begin(page)
        return
    picked = Picked(page, one)
    _sentence(picked)
    _questions(visit, picked)
    if page.text is None:
        if not one.question_ids:
            st.caption(
                "To draft a question from it, the text of the essay has to be here: see above."
            )
    else:
        _actions(visit, picked)


def _begin(page: EssayPage) -> None:
    if not page.mapped:
        return
    empty(
        "No sentence is picked.",
        "Pick one in the text: here it says how it stands, and what can be made of it.",
    )
    if page.text is not None:
        _next(page, -1, "Start with the first that has no question yet")


def _next(page: EssayPage, after: int, label: str) -> None:
    found = next_unasked(page, after)
    if found is not None and found.sentence.offset != after:
        st.button(
            label,
            icon=":material/arrow_forward:",
            key="next-claim",
            on_click=_pick,
            args=(found.sentence.offset,),
        )


def _pick(offset: int) -> None:
    st.query_params["s"] = str(offset)


def _sentence(picked: Picked) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(
            f"“{picked.one.sentence.text}”" if picked.one.sentence.text else "Its text is not kept."
        )
        st.markdown(f"**{inert(standing(picked.one))}**")
        if told := said_with(picked.one):
            st.caption(inert(told))


def _questions(visit: Visit, picked: Picked) -> None:
    """What was asked of it, live questions first, each with the number that stands."""
    asked = [
        picked.page.questions[q] for q in picked.one.question_ids if q in picked.page.questions
    ]
    for summary in sorted(asked, key=lambda s: (s.question.retrospective, s.question.closes_at)):
        with st.container(border=True, gap=None):
            _question(visit, summary)


def _question(visit: Visit, summary: QuestionSummary) -> None:
    question = summary.question
    number, _ = headline(question, as_read(question, on_the_board(summary).distribution, visit.now))
    label = f"**{inert(number)}**" if summary.resolution is None else "**Answered**"
    link_to_question(visit, question, label, ":material/show_chart:")
    st.markdown(inert(question.text))
    line = status_line(question, summary.status, summary.resolution, (visit.now, visit.zone))
    st.caption(inert(f"{line}{' · looking back' if question.retrospective else ''}"))


def _actions(visit: Visit, picked: Picked) -> None:
    one, page = picked.one, picked.page
    if one.state == "rejected":
        if st.button("Take it up again", icon=":material/undo:", key="take-up"):
            with calm():
                visit.tracker.restore_claim(picked.essay_id, picked.offset)
                say("It is taken up again")
                st.rerun()
    elif drafting.is_open(page, one):
        drafting.render(visit, page, one)
    else:
        label = "Draft another question" if one.question_ids else "Draft a question"
        st.button(
            label, type="secondary" if one.question_ids else "primary", icon=":material/edit:", key="draft-it",
            on_click=drafting.open_form, args=(picked.essay_id, picked.offset),
        )  # fmt: skip
    if one.state != "rejected" and not one.question_ids:
        _set_aside(visit, picked)
    _next(page, picked.offset, "Next without a question")


def _set_aside(visit: Visit, picked: Picked) -> None:
    with st.expander(
        "Set it aside as untestable",
        icon=":material/do_not_disturb_on:",
        key=f"aside-{picked.offset}",
    ):
        why = st.text_input(
            "Why can it not be tested?",
            key=f"why-{picked.essay_id}-{picked.offset}",
            max_chars=DRAWER,
            autocomplete="off",
            persist_state="session",
            placeholder="An opinion: no observation would decide it.",
        )
        if st.button("Set it aside", key="set-aside"):
            with calm():
                if not (why or "").strip():
                    raise Refused("say why it cannot be tested: the reason is shown over the essay")
                visit.tracker.reject_claim(picked.essay_id, picked.offset, why or "")
                say("It is set aside")
                st.rerun()
