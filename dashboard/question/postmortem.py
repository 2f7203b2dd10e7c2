"""Post-mortem: best path, helpful and harmful evidence, missed signposts."""

from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED_ROW_HEIGHT, show_table
from dashboard.question.postmortem_data import contributions_frame, unseen_signposts_frame
from dashboard.question.postmortem_text import SINGLE_QUESTION_CAVEAT, path_sentences
from dashboard.wording import display_name, escape_markdown
from forecasts.suggestion.postmortem import PostMortem
from tracker.model.read_models import QuestionPage

_C = st.column_config

MAX_IMMEDIATE_EVIDENCE: Final = 100
"""Pieces of evidence up to which it is computed without a click."""


def show_postmortem(visit: Visit, page: QuestionPage) -> None:
    """Show the post-mortem, collapsed where much evidence would slow the page."""
    drawer = st.expander(
        "What there is to learn", len(page.evidence) <= MAX_IMMEDIATE_EVIDENCE, icon=":material/school:",
        key="post-mortem", on_change="rerun",
    )  # fmt: skip
    if not drawer.open:
        return
    post_mortem = visit.tracker.resolutions.post_mortem(page.summary.question.id)
    if post_mortem is not None:
        with drawer:
            _show_best_path(visit, page, post_mortem)
            _show_evidence_effects(visit, page, post_mortem)
            _show_missed_signposts(visit, page, post_mortem)
            st.caption(SINGLE_QUESTION_CAVEAT)


def _show_best_path(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    st.markdown("**Best path**")
    if post_mortem.path is None:
        st.caption(
            "You held no forecast that counts here, so there is no path of yours to compare."
        )
        return
    best, worst = (
        display_name(page.forecasters[post_mortem.path.best], visit.me),
        post_mortem.path.worst,
    )
    dates = ("", "") if worst is None else (visit.day(worst.start), visit.day(worst.end))
    st.markdown(
        escape_markdown(path_sentences(page.summary.question, post_mortem.path, best, dates))
    )


def _show_evidence_effects(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    if page.summary.question.kind != "binary":
        return
    st.markdown("**Most helpful and most harmful evidence**")
    frame = contributions_frame(post_mortem, page)
    if frame.empty:
        st.caption("No evidence moved the suggestion.")
        return
    columns = {
        "way": _C.TextColumn("It pointed", width=160),
        "log_odds": _C.NumberColumn(
            "Log-odds", format="%+.2f", width=80, help="At its strongest; + is towards it."
        ),
        "seen": _C.DatetimeColumn(
            "First seen", format="D MMM YYYY", timezone=visit.zone.key, width=110
        ),
        "headline": _C.TextColumn("Headline", width=380),
        "signpost": _C.TextColumn("Signpost", width=300),
    }
    show_table(
        frame, columns, "Most helpful and most harmful evidence", row_height=WRAPPED_ROW_HEIGHT
    )


def _show_missed_signposts(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    frame = unseen_signposts_frame(post_mortem, page)
    if frame.empty:
        return
    st.markdown("**Signposts that were not seen**")
    columns = {
        "signpost": _C.TextColumn("Signpost", width=380),
        "strength": _C.TextColumn("Strength", width=100),
        "due": _C.DatetimeColumn(
            "Expected by", format="D MMM YYYY", timezone=visit.zone.key, width=110
        ),
        "told": _C.TextColumn("What that says", width=380),
    }
    if frame["due"].isna().all():
        del columns["due"]
    show_table(frame, columns, "Signposts that were not seen", row_height=WRAPPED_ROW_HEIGHT)
    st.caption(
        "Not seen is not the same as did not happen: the news that is read here may not have "
        "had it."
    )
