"""Signposts expected by a date: whether they were seen, and what silence means."""

from datetime import datetime

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.wording import (
    describe_signpost_ratio,
    describe_signpost_state,
    describe_silence,
    escape_markdown,
)
from forecasts.evidence.signposts import Signpost, list_signposts
from tracker.model.read_models import QuestionPage


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the expected signposts of a question, the next date first."""
    expected = _list_signposts(visit, page)
    if not expected:
        return
    st.markdown(
        "**Expected by a date**: what should be reported by then, and what it says if it is not"
    )
    for signpost in expected:
        with st.container(border=True, gap="xxsmall"):
            st.markdown(escape_markdown(signpost.indicator.name))
            st.caption(
                f"**{escape_markdown(describe_signpost_state(signpost, (visit.now, visit.zone)))}**"
            )
            st.caption(
                escape_markdown(
                    describe_signpost_ratio(page.summary.question, signpost, visit.zone)
                )
            )


def show_silences(visit: Visit, page: QuestionPage) -> None:
    """Show the dates that passed unseen, as evidence, the newest first."""
    silent = [signpost for signpost in _list_signposts(visit, page) if signpost.state == "silent"]
    if not silent:
        return
    logged = {mark.indicator_id: mark.at for mark in page.marks if mark.state == "silent"}
    for signpost in sorted(silent, key=_get_due_date, reverse=True):
        with st.container(border=True):
            message = describe_silence(
                page.summary.question,
                signpost.indicator,
                logged.get(signpost.indicator.id),
                visit.zone,
            )
            st.markdown(f":material/notifications_off: {escape_markdown(message)}")


def _list_signposts(visit: Visit, page: QuestionPage) -> tuple[Signpost, ...]:
    indicators = [i for i in page.indicators.values() if i.expected is not None]
    if not indicators:
        return ()
    until = visit.now
    if page.summary.resolution is not None:
        until = min(until, page.summary.resolution.known_at)
    return list_signposts(
        page.summary.question, indicators, [card.evidence for card in page.evidence], until
    )


def _get_due_date(signpost: Signpost) -> datetime:
    assert signpost.indicator.expected is not None
    return signpost.indicator.expected.by
