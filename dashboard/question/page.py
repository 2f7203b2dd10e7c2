"""Question page: the number and its chart, what moved it, evidence, history, and the rest."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import show_no_questions
from dashboard.inbox.proposed_answers import show_proposal
from dashboard.question import (
    answering,
    as_of,
    details,
    distributions,
    evidence,
    forecasting,
    head,
    history,
    moved,
    related,
    revision_chart,
    settling,
)
from dashboard.wording import escape_markdown
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
    # The style sheet lays these three out: the entry beside numbers and chart, on a phone between.
    with st.container(key="question-top"):
        with st.container(key="question-numbers"):
            head.show_numbers(visit, page)
        with st.container(key="question-entry"):
            _show_entry(visit, page)
        with st.container(key="question-chart"):
            _show_chart(visit, page)
    with st.container(key="question-story"):
        _show_story(visit, present, page)


def _show_entry(visit: Visit, page: QuestionPage) -> None:
    """Show the form of the forecast, once it has closed that of its answer, then the answer."""
    if page.summary.resolution is not None:
        answering.show_verdict(visit, page)
        return
    if visit.looks_back:
        st.caption("Viewing the past: return to today to forecast.")
        return
    for proposal in page.desk.proposals:
        show_proposal(visit, proposal, with_question=False)
    if page.summary.status in ("open", "upcoming"):
        forecasting.render(visit, page)
    else:
        answering.show_due(visit, page)


def _show_chart(visit: Visit, page: QuestionPage) -> None:
    if page.summary.question.kind == "binary":
        revision_chart.render(visit, page)
    else:
        distributions.render(visit, page)
    settling.show_series_line(page.desk)


def _show_story(visit: Visit, present: Visit, page: QuestionPage) -> None:
    """Show what the numbers rest on, in one column."""
    if page.scores and not visit.looks_back:
        answering.show_postmortem(visit, page)
    moved.render(visit, page)
    evidence.render(visit, page)
    history.render(visit, page)
    related.render(visit, page)
    details.render(visit, present, page)


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
        f"Nothing here is called “{question_id[:80]}”. The link may be mistyped, or from "
        "another database."
    )
    for name in similar_ids:
        st.page_link(
            visit.pages["question"],
            label=f"Did you mean {escape_markdown(name)}?",
            query_params={"q": name},
        )
    st.page_link(visit.pages["questions"], label="All questions", icon=":material/list:")
