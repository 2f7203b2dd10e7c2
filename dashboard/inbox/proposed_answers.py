"""Proposed answers: what a series or a report says, to be confirmed or dismissed."""

from datetime import datetime

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question, link_to_site, show_refusals
from dashboard.wording.numbers import clip
from dashboard.wording.questions import describe_resolution, format_answer
from forecasts.questions.question import ForecasterId
from tracker.model.proposed_answers import ProposedAnswer


def describe_proposal(proposal: ProposedAnswer, now: datetime) -> str:
    """Describe an answer and its origin: `YES, by the series brent`."""
    source = f"the series {proposal.series_id}" if proposal.series_id else "a decisive report"
    resolution = proposal.to_resolution(ForecasterId(""), now)
    return f"{format_answer(proposal.question, resolution)}, by {source}"


def show_proposal(visit: Visit, proposal: ProposedAnswer, *, with_question: bool) -> None:
    """Show one proposed answer: what the source says, since when, and what to do with it."""
    question, key = proposal.question, f"proposed-{proposal.question.id}-{proposal.key}"
    answer = make_tag("b", f"Proposed answer: {describe_proposal(proposal, visit.now)}")
    quote = make_tag("p", clip(proposal.quote, 300))
    facts = [
        f"Known {visit.ago(proposal.known_at)}",
        f"The first release counts: {proposal.revised}" if proposal.revised else "",
        f"SHA-256 of the document {proposal.document_hash[:12]}…" if proposal.document_hash else "",
    ]
    note = make_tag("p", " · ".join(filter(None, facts)), kind="note")
    about = [make_tag("p", question.text)] if with_question else []
    with st.container(border=True, gap="small", key=key.replace(":", "-")):
        show_markup(*about, make_tag("p", answer), quote, note)
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            if st.button("Confirm", key=f"{key}-confirm", type="primary"):
                _confirm(visit, proposal)
            with st.popover("Dismiss", key=f"{key}-dismissing"):
                _show_dismissal(visit, proposal, key)
            link_to_site(proposal.source_url, "Source", key=f"{key}-source")
            if with_question:
                link_to_question(visit, question, "Question", ":material/show_chart:")


def _confirm(visit: Visit, proposal: ProposedAnswer) -> None:
    with show_refusals():
        visit.tracker.resolutions.resolve_proposed(proposal.question.id, key=proposal.key)
        resolution = proposal.to_resolution(visit.me, visit.now)
        notify(describe_resolution(proposal.question, resolution))
        st.rerun()


def _show_dismissal(visit: Visit, proposal: ProposedAnswer, key: str) -> None:
    st.caption("It is not proposed again, unless its rule or its answer changes.")
    reason = st.text_input("Why it is not the answer", key=f"{key}-why", max_chars=1_000)
    if st.button("Dismiss it", key=f"{key}-dismiss"):
        with show_refusals():
            visit.tracker.resolutions.dismiss_proposed(
                proposal.question.id, reason or "", key=proposal.key
            )
            notify("Dismissed: the question waits for its answer")
            st.rerun()
