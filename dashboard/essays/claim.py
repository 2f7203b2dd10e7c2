"""Panel of the selected sentence of an essay: its status, its questions, and the actions on it."""

from dataclasses import dataclass

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question, show_empty, show_refusals
from dashboard.essays import drafting
from dashboard.essays.data import find_next_unasked
from dashboard.essays.text import describe_claim_state, describe_modality, describe_test
from dashboard.wording import escape_markdown, forecast_headline, question_status_line
from forecasts.essays.claim_map import MappedSentence
from forecasts.questions.amendments import fold_removed_options
from tracker.errors import Refused
from tracker.model.essays import EssayPage
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.question_list import board_forecast

MAX_REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class SelectedSentence:
    """Selected sentence of an essay."""

    page: EssayPage
    mapped: MappedSentence

    @property
    def essay_id(self) -> str:
        """Id of its essay."""
        return self.page.essay.id

    @property
    def offset(self) -> int:
        """Offset of its first character."""
        return self.mapped.sentence.offset


def render(visit: Visit, page: EssayPage, mapped: MappedSentence | None) -> None:
    """Show the panel of the sentence, or how to begin."""
    if mapped is None:
        _show_no_selection(page)
        return
    selected = SelectedSentence(page, mapped)
    _show_sentence(selected)
    _show_questions(visit, selected)
    if page.text is None:
        if not mapped.question_ids:
            st.caption("To draft a question from it, first add the text of the essay above.")
    else:
        _show_actions(visit, selected)


def _show_no_selection(page: EssayPage) -> None:
    if not page.mapped:
        return
    show_empty(
        "No sentence selected.",
        "Click an underlined sentence: its status appears here, and you can make a question of it.",
    )
    if page.text is not None:
        _show_next_button(page, -1, "Start with the first one without a question")


def _show_next_button(page: EssayPage, after: int, label: str) -> None:
    sentence = find_next_unasked(page, after)
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


def _show_sentence(selected: SelectedSentence) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(
            f"“{selected.mapped.sentence.text}”"
            if selected.mapped.sentence.text
            else "The words of this claim are not stored."
        )
        st.markdown(f"**{escape_markdown(describe_claim_state(selected.mapped))}**")
        is_drafting = drafting.is_open(selected.page, selected.mapped)
        if not is_drafting and (note := describe_modality(selected.mapped)):
            st.caption(escape_markdown(note))


def _show_questions(visit: Visit, selected: SelectedSentence) -> None:
    """Show its questions, live ones first, each with its current number."""
    questions = [
        selected.page.questions[q]
        for q in selected.mapped.question_ids
        if q in selected.page.questions
    ]
    for summary in sorted(
        questions, key=lambda s: (s.question.retrospective, s.question.closes_at)
    ):
        with st.container(border=True, gap=None):
            _show_question(visit, summary)


def _show_question(visit: Visit, summary: QuestionSummary) -> None:
    question = summary.question
    number, _ = forecast_headline(
        question, fold_removed_options(question, visit.now, board_forecast(summary).distribution)
    )
    label = f"**{escape_markdown(number)}**" if summary.resolution is None else "**Answered**"
    link_to_question(visit, question, label, ":material/show_chart:")
    st.markdown(escape_markdown(question.text))
    line = question_status_line(
        question, summary.status, summary.resolution, (visit.now, visit.zone)
    )
    notes = [line, "looking back" if question.retrospective else "", describe_test(question)]
    st.caption(escape_markdown(" · ".join(filter(None, notes))))


def _show_actions(visit: Visit, selected: SelectedSentence) -> None:
    mapped, page = selected.mapped, selected.page
    if mapped.state == "rejected":
        if st.button("Restore it", icon=":material/undo:", key="take-up"):
            with show_refusals():
                visit.tracker.essays.restore_claim(selected.essay_id, selected.offset)
                notify("The sentence is restored")
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
    _show_next_button(page, selected.offset, "Next sentence without a question")


def _show_rejection_form(visit: Visit, selected: SelectedSentence) -> None:
    with st.expander(
        "Set it aside as untestable",
        icon=":material/do_not_disturb_on:",
        key=f"aside-{selected.offset}",
    ):
        reason = st.text_input(
            "Why can it not be tested?",
            key=f"why-{selected.essay_id}-{selected.offset}",
            max_chars=MAX_REASON_CHARACTERS,
            autocomplete="off",
            persist_state="session",
            placeholder="An opinion: no observation would decide it.",
        )
        if st.button("Set it aside", key="set-aside"):
            with show_refusals():
                if not (reason or "").strip():
                    raise Refused("say why it cannot be tested: the reason is shown with the essay")
                visit.tracker.essays.reject_claim(selected.essay_id, selected.offset, reason or "")
                notify("The sentence is set aside")
                st.rerun()
