"""One question: where it stands, how every probability was revised, and why."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import downloads
from dashboard.components.visit import Visit
from dashboard.components.widgets import no_questions
from dashboard.feeds import feed
from dashboard.question import (
    answering,
    details,
    distributions,
    forecasting,
    groups,
    revision_chart,
    why,
)
from dashboard.question import as_of as known_on
from dashboard.question import question_numbers as numbers
from dashboard.wording import clipped, inert, silent_line, status_line
from forecasts.questions.question import QuestionId
from tracker.errors import NotFound
from tracker.model.read_models import QuestionPage

LONGEST_REASON = 200
NOW = ("Linked",)
"""Tabs that tell of the present alone."""
TABS = ("Why", "Evidence", "History", "Question", "Linked", "Answer")


def render(visit: Visit) -> None:
    """The page of the question named by `?q=`, or a way to choose one."""
    asked = st.query_params.get("q", "")
    if not asked:
        _choose(visit)
        return
    known_on.follow()
    try:
        now, page = visit, known_on.page_then(visit, asked)
        if page is None:
            page = visit.tracker.question(asked)
        else:
            visit = known_on.looking(visit)
    except NotFound as missing:
        _not_found(visit, asked, missing.near)
        return
    _headline(visit, page)
    known_on.banner(visit, now, page.summary.question)
    numbers.render(visit, page)
    left, right = st.columns([2, 1], gap="medium")
    with left:
        if page.summary.question.kind == "binary":
            revision_chart.render(visit, page)
        else:
            distributions.render(visit, page)
        known_on.slider(now, page.summary.question)
    with right:
        _beside(visit, page)
    _silent(visit, page)
    _tabs(now, page.summary.question.id)
    downloads.report(visit, "question", page.summary.question.id)


def _beside(visit: Visit, page: QuestionPage) -> None:
    """What can be done about it now: forecast, or read its answer; nothing in the past."""
    if page.summary.status not in ("open", "upcoming"):
        answering.verdict(visit, page)
    elif visit.looks_back:
        with st.container(border=True):
            st.markdown("**You look back**")
            st.caption("Forecasts are made now: go back to now to make one.")
    else:
        forecasting.render(visit, page)


def _choose(visit: Visit) -> None:
    st.subheader("Choose a question", anchor=False)
    texts = {s.question.id: s.question.text for s in visit.tracker.questions()}
    if not texts:
        no_questions(visit)
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


def _not_found(visit: Visit, asked: str, near: Sequence[str]) -> None:
    st.subheader("There is no such question", anchor=False)
    st.text(
        f"Nothing here is called “{asked[:80]}”. The link may be mistyped, or from another "
        "database."
    )
    for name in near:
        st.page_link(
            visit.pages["question"], label=f"Did you mean {inert(name)}?", query_params={"q": name}
        )
    st.page_link(visit.pages["questions"], label="All questions", icon=":material/list:")


def _headline(visit: Visit, page: QuestionPage) -> None:
    summary = page.summary
    st.set_page_config(page_title=summary.question.text)
    st.header(inert(summary.question.text), anchor=False)
    line = status_line(
        summary.question, summary.status, summary.resolution, (visit.now, visit.zone)
    )
    tags = "".join(f" · {tag}" for tag in summary.question.tags)
    past = (
        " · retrospective: written after its window, practice only"
        if summary.question.retrospective
        else ""
    )
    if not page.scenarios:
        st.caption(inert(f"{line}{tags}{past}"))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(inert(f"{line}{tags}{past}"), width="content")
        st.page_link(
            visit.pages["scenarios"],
            label="As scenarios",
            icon=":material/stacked_bar_chart:",
            query_params={"q": summary.question.id},
        )


def _silent(visit: Visit, page: QuestionPage) -> None:
    """A quiet line when feeds that should carry its evidence are silent: no news may then mean no
    reading.
    """
    coverage = page.coverage
    waits = page.summary.status == "open" and visit.replayed_until is None
    if coverage is None or not coverage.silent or not waits:
        return
    with st.expander(
        silent_line(coverage), type="compact", icon=":material/rss_feed:", key="silent"
    ):
        for found in coverage.silent:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                feed.link(visit, found.feed_id, found.title)
                st.text(clipped(found.why, LONGEST_REASON))


@st.fragment
def _tabs(visit: Visit, question_id: QuestionId) -> None:
    """The tabs by themselves: who chooses another one need not have the chart drawn anew."""
    visit = visit.anew()
    page = known_on.page_then(visit, question_id)
    if page is None:
        page = visit.tracker.question(question_id)
    else:
        visit = known_on.looking(visit)
    first = "Answer" if page.summary.resolution else "Why"
    bodies = (
        why.render,
        details.evidence,
        details.history,
        details.about,
        groups.render,
        answering.render,
    )
    offered = [
        (name, body)
        for name, body in zip(TABS, bodies, strict=True)
        if not (visit.looks_back and name in NOW)
    ]
    tabs = st.tabs(
        [name for name, _ in offered],
        default=first,
        key="tab",
        on_change="rerun",
        bind="query-params",
    )
    for tab, (_, body) in zip(tabs, offered, strict=True):
        if tab.open:
            with tab:
                body(visit, page)
