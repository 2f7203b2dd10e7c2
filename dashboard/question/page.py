"""Question page: the number and its chart, what moved it, evidence, history, and the rest."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import show_no_questions
from dashboard.inbox.proposed_answers import show_proposal
from dashboard.question import (
    answering,
    as_of,
    comments,
    details,
    evidence,
    forecasting,
    head,
    history,
    related,
    resolving,
    revision_chart,
    why,
)
from dashboard.scenarios import sections as scenarios
from dashboard.wording.numbers import escape_markdown
from tracker.errors import NotFound
from tracker.model.read_models import QuestionPage


def render(visit: Visit) -> None:
    """Show the question of `?q=`, or a way to choose one."""
    question_id = st.query_params.get("q", "")
    if not question_id:
        _choose_question(visit)
        return
    try:
        present, page = visit, as_of.load_page_as_of(visit, question_id)
        if page is None:
            page = visit.tracker.questions.get(question_id, newest=evidence.PAGE_SIZE)
        else:
            visit = as_of.get_visit_as_of(visit)
    except NotFound as error:
        _show_not_found(visit, question_id, error.near)
        return
    head.show_head(visit, page)
    as_of.show_as_of_banner(visit, present, page.summary.question)
    # The style sheet lays the parts out: two columns, or one on a phone.
    with st.container(key="question-parts"):
        head.show_numbers(visit, page)
        for name, show in _PARTS.items():
            with st.container(key=f"question-{name}"):
                show(visit, page)
        details.render(visit, present, page)


def _show_entry(visit: Visit, page: QuestionPage) -> None:
    """Show the form of the forecast, once it has closed that of its answer, then the answer."""
    if page.summary.resolution is not None:
        answering.show_verdict(visit, page)
    elif visit.looks_back:
        st.caption("Viewing the past: return to today to forecast.")
    else:
        for proposal in page.desk.proposals:
            show_proposal(visit, proposal, with_question=False)
        if page.summary.status in ("open", "upcoming"):
            forecasting.render(visit, page)
        else:
            answering.show_due(visit, page)


def _show_chart(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    if page.summary.status == "upcoming":
        st.caption(f"The chart begins when the question opens, {visit.day(question.opens_at)}.")
    else:
        revision_chart.render(visit, page)
    resolving.show_series_line(page.desk)


def _show_story(visit: Visit, page: QuestionPage) -> None:
    """Show what the numbers rest on."""
    if page.scenarios and not visit.looks_back:
        scenarios.show_scenarios(visit, page.summary)
    why.show_causes(visit, page)
    evidence.render(visit, page)
    history.render(visit, page)
    comments.render(visit, page)


def _show_aside(visit: Visit, page: QuestionPage) -> None:
    """Show what the answer teaches, and related questions."""
    if page.scores and not visit.looks_back:
        answering.show_postmortem(visit, page)
    related.render(visit, page)


_PARTS: Final[Mapping[str, Callable[[Visit, QuestionPage], None]]] = {
    "entry": _show_entry,
    "chart": _show_chart,
    "story": _show_story,
    "aside": _show_aside,
}


def _choose_question(visit: Visit) -> None:
    st.subheader("Choose a question", anchor=False)
    texts = {s.question.id: s.question.text for s in visit.tracker.questions.list()}
    if not texts:
        show_no_questions(visit)
        return
    picked = st.selectbox(
        "Question",
        list(texts),
        index=None,
        format_func=texts.__getitem__,
        placeholder="Type to search",
    )
    if picked is not None:
        st.switch_page(visit.pages["question"], query_params={"q": picked})
    st.page_link(visit.pages["questions"], label="All questions", icon=":material/list:")


def _show_not_found(visit: Visit, question_id: str, similar_ids: Sequence[str]) -> None:
    st.subheader("There is no such question", anchor=False)
    st.text(
        f"No question has the ID “{question_id[:80]}”. The link may be mistyped or from "
        "another database."
    )
    for name in similar_ids:
        st.page_link(
            visit.pages["question"],
            label=f"Did you mean {escape_markdown(name)}?",
            query_params={"q": name},
        )
    st.page_link(visit.pages["questions"], label="All questions", icon=":material/list:")
