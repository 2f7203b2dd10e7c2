"""Panel of the selected sentence of an essay: its status, its questions, and the actions on it."""

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
    """Selected sentence of an essay."""

    page: EssayPage
    one: Mapped

    @property
    def essay_id(self) -> str:
        """Id of its essay."""
        return self.page.essay.id

    @property
    def offset(self) -> int:
        """Offset of its first character."""
        return self.one.sentence.offset


def render(visit: Visit, page: EssayPage, mapped: Mapped | None) -> None:
    """Show the panel of the sentence, or how to begin."""
    if mapped is None:
        _show_no_selection(page)
        return
    selected = Picked(page, mapped)
    _show_sentence(selected)
    _show_questions(visit, selected)
    if page.text is None:
        if not mapped.question_ids:
            st.caption(
                "To draft a question from it, the text of the essay has to be here: see above."
            )
    else:
        _show_actions(visit, selected)


def _show_no_selection(page: EssayPage) -> None:
    if not page.mapped:
        return
    empty(
        "No sentence is picked.",
        "Pick one in the text: here it says how it stands, and what can be made of it.",
    )
    if page.text is not None:
        _show_next_button(page, -1, "Start with the first that has no question yet")


def _show_next_button(page: EssayPage, after: int, label: str) -> None:
    sentence = next_unasked(page, after)
    if sentence is not None and sentence.sentence.offset != after:
        st.button(
            label,
            icon=":material/arrow_forward:",
            key="next-claim",
            on_click=_select_sentence,
            args=(sentence.sentence.offset,),
        )


def _select_sentence(offset: int) -> None:
    st.query_params["s"] = str(offset)


def _show_sentence(selected: Picked) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(
            f"“{selected.one.sentence.text}”"
            if selected.one.sentence.text
            else "Its text is not kept."
        )
        st.markdown(f"**{inert(standing(selected.one))}**")
        if note := said_with(selected.one):
            st.caption(inert(note))


def _show_questions(visit: Visit, selected: Picked) -> None:
    """Show its questions, live ones first, each with its current number."""
    questions = [
        selected.page.questions[q]
        for q in selected.one.question_ids
        if q in selected.page.questions
    ]
    for summary in sorted(
        questions, key=lambda s: (s.question.retrospective, s.question.closes_at)
    ):
        with st.container(border=True, gap=None):
            _show_question(visit, summary)


def _show_question(visit: Visit, summary: QuestionSummary) -> None:
    question = summary.question
    number, _ = headline(question, as_read(question, on_the_board(summary).distribution, visit.now))
    label = f"**{inert(number)}**" if summary.resolution is None else "**Answered**"
    link_to_question(visit, question, label, ":material/show_chart:")
    st.markdown(inert(question.text))
    line = status_line(question, summary.status, summary.resolution, (visit.now, visit.zone))
    st.caption(inert(f"{line}{' · looking back' if question.retrospective else ''}"))


def _show_actions(visit: Visit, selected: Picked) -> None:
    mapped, page = selected.one, selected.page
    if mapped.state == "rejected":
        if st.button("Take it up again", icon=":material/undo:", key="take-up"):
            with calm():
                visit.tracker.restore_claim(selected.essay_id, selected.offset)
                say("It is taken up again")
                st.rerun()
    elif drafting.is_open(page, mapped):
        drafting.render(visit, page, mapped)
    else:
        label = "Draft another question" if mapped.question_ids else "Draft a question"
        st.button(
            label, type="secondary" if mapped.question_ids else "primary",
            icon=":material/edit:", key="draft-it",
            on_click=drafting.open_form, args=(selected.essay_id, selected.offset),
        )  # fmt: skip
    if mapped.state != "rejected" and not mapped.question_ids:
        _show_rejection_form(visit, selected)
    _show_next_button(page, selected.offset, "Next without a question")


def _show_rejection_form(visit: Visit, selected: Picked) -> None:
    with st.expander(
        "Set it aside as untestable",
        icon=":material/do_not_disturb_on:",
        key=f"aside-{selected.offset}",
    ):
        reason = st.text_input(
            "Why can it not be tested?",
            key=f"why-{selected.essay_id}-{selected.offset}",
            max_chars=DRAWER,
            autocomplete="off",
            persist_state="session",
            placeholder="An opinion: no observation would decide it.",
        )
        if st.button("Set it aside", key="set-aside"):
            with calm():
                if not (reason or "").strip():
                    raise Refused("say why it cannot be tested: the reason is shown over the essay")
                visit.tracker.reject_claim(selected.essay_id, selected.offset, reason or "")
                say("It is set aside")
                st.rerun()
