"""Panel of the selected sentence of an essay: its state, its questions, and the acts on it."""

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.rows import (
    TITLE,
    Cell,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_refusals
from dashboard.essays import drafting
from dashboard.essays.data import find_next_unasked
from dashboard.essays.draft_form import is_open, open_form
from dashboard.essays.text import describe_claim_state, describe_modality, describe_test
from dashboard.wording.questions import forecast_headline, question_status_line
from forecasts.essays.claim_map import MappedSentence
from forecasts.questions.amendments import fold_removed_options
from tracker.errors import Refused
from tracker.model.essays import EssayPage
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.question_list import board_forecast


def render(visit: Visit, page: EssayPage, mapped: MappedSentence | None) -> None:
    """Show the panel of the sentence, or how to begin."""
    if mapped is None:
        _show_no_selection(page)
        return
    if not is_open(page, mapped):  # a form needs the room, and the text shows what is selected
        _show_sentence(mapped)
    _show_questions(visit, page, mapped)
    if page.text is not None:
        _show_acts(visit, page, mapped)
    elif not mapped.question_ids:
        st.caption("To draft a question from it, first add the text of the essay.")


def _show_no_selection(page: EssayPage) -> None:
    if not page.mapped:
        return
    if page.text is None:
        show_empty("Nothing selected.", "Select a claim to see its status and its questions.")
    else:
        show_empty("Nothing selected.", "Select a sentence to see its status or draft a question.")
        _show_next_button(page, -1)


def _show_next_button(page: EssayPage, after: int) -> None:
    sentence = find_next_unasked(page, after)
    if sentence is not None and sentence.sentence.offset != after:
        st.button(
            "Next unasked sentence",
            icon=":material/arrow_forward:",
            key="next-claim",
            type="tertiary",
            on_click=_select_sentence,
            args=(sentence.sentence.offset,),
        )


def _select_sentence(offset: int) -> None:
    st.query_params["s"] = str(offset)


def _show_sentence(mapped: MappedSentence) -> None:
    text = mapped.sentence.text
    quote = f"“{text}”" if text else "The words of this claim are not stored."
    notes = [describe_claim_state(mapped), describe_modality(mapped)]
    show_markup(
        make_tag("p", quote, kind="quote"),
        make_tag("p", " · ".join(filter(None, notes)), kind="note"),
    )


def _show_questions(visit: Visit, page: EssayPage, mapped: MappedSentence) -> None:
    """Show its questions, live ones first, each with its current number."""
    questions = [page.questions[q] for q in mapped.question_ids if q in page.questions]
    ranked = sorted(questions, key=lambda s: (s.question.retrospective, s.question.closes_at))
    if ranked:
        columns = [RowColumn(TITLE, "Question"), RowColumn("now", "Forecast", "end")]
        rows = [_build_question(visit, summary) for summary in ranked]
        show_rows("claim-questions", "Questions of this sentence", columns, rows)


def _build_question(visit: Visit, summary: QuestionSummary) -> Row:
    question, resolution = summary.question, summary.resolution
    current = fold_removed_options(question, visit.now, board_forecast(summary).distribution)
    state = question_status_line(question, summary.status, resolution, (visit.now, visit.zone))
    notes = [state, "looking back" if question.retrospective else "", describe_test(question)]
    link = LinkCell(
        question.text, page_address("question", q=question.id), note=" · ".join(filter(None, notes))
    )
    cells: dict[str, Cell] = {TITLE: link}
    if resolution is None:
        cells["now"] = TextCell(forecast_headline(question, current)[0], tone="strong")
    return Row(question.id, cells)


def _show_acts(visit: Visit, page: EssayPage, mapped: MappedSentence) -> None:
    place = page.essay.id, mapped.sentence.offset
    if is_open(page, mapped):
        drafting.render(visit, page, mapped)
        return
    with st.container(horizontal=True, gap="small"):
        if mapped.state == "rejected":
            if st.button("Restore", icon=":material/undo:", key="take-up"):
                with show_refusals():
                    visit.tracker.essays.restore_claim(*place)
                    notify("The sentence is restored")
                    st.rerun()
        else:
            has_questions = bool(mapped.question_ids)
            st.button(
                "Draft another question" if has_questions else "Draft a question",
                type="secondary" if has_questions else "primary",
                icon=":material/edit:", key="draft-it", on_click=open_form, args=place,
            )  # fmt: skip
            if not has_questions:
                _show_rejection_form(visit, *place)
        _show_next_button(page, mapped.sentence.offset)


def _show_rejection_form(visit: Visit, essay_id: str, offset: int) -> None:
    with st.popover("Mark as untestable", key=f"aside-{offset}"):
        reason = st.text_input(
            "Why can it not be tested?", key=f"why-{essay_id}-{offset}",
            max_chars=200, autocomplete="off", persist_state="session",
            placeholder="An opinion: no observation would decide it.",
        )  # fmt: skip
        if st.button("Mark as untestable", key="set-aside"):
            with show_refusals():
                if not (reason or "").strip():
                    raise Refused("say why it cannot be tested: the reason is shown with the essay")
                visit.tracker.essays.reject_claim(essay_id, offset, reason or "")
                notify("Marked as untestable")
                st.rerun()
