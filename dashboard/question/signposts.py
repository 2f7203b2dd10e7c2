"""What is expected of a question by a date: whether it was seen, and what silence says."""

from datetime import datetime

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.wording import inert, signpost_says, signpost_state, silence
from forecasts.evidence.signposts import Signpost, signposts
from tracker.model.read_models import QuestionPage


def render(visit: Visit, page: QuestionPage) -> None:
    """The expected signposts of a question, the next date first; nothing where none is expected."""
    found = _found(visit, page)
    if not found:
        return
    st.markdown(
        "**Expected by a date**: what should be reported by then, and what it says if it is not"
    )
    for post in found:
        with st.container(border=True, gap="xxsmall"):
            st.markdown(inert(post.indicator.name))
            st.caption(f"**{inert(signpost_state(post, (visit.now, visit.zone)))}**")
            st.caption(inert(signpost_says(page.summary.question, post, visit.zone)))


def silences(visit: Visit, page: QuestionPage) -> None:
    """Dates that passed unseen, as evidence: an entry each, the newest first."""
    silent = [post for post in _found(visit, page) if post.state == "silent"]
    if not silent:
        return
    logged = {mark.indicator_id: mark.at for mark in page.marks if mark.state == "silent"}
    for post in sorted(silent, key=_by, reverse=True):
        with st.container(border=True):
            said = silence(
                page.summary.question, post.indicator, logged.get(post.indicator.id), visit.zone
            )
            st.markdown(f":material/notifications_off: {inert(said)}")


def _found(visit: Visit, page: QuestionPage) -> tuple[Signpost, ...]:
    expecting = [i for i in page.indicators.values() if i.expected is not None]
    if not expecting:
        return ()
    until = visit.now
    if page.summary.resolution is not None:
        until = min(until, page.summary.resolution.known_at)
    return signposts(
        page.summary.question, expecting, [card.evidence for card in page.evidence], until
    )


def _by(post: Signpost) -> datetime:
    assert post.indicator.expected is not None
    return post.indicator.expected.by
