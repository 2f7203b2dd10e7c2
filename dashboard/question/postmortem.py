"""Post-mortem: best path, helpful and harmful evidence, missed signposts."""

from typing import Final

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED, table
from dashboard.question.postmortem_data import missed_frame, pushes_frame
from dashboard.question.postmortem_text import ONE, path_sentences
from dashboard.wording import inert, named
from forecasts.suggestion.postmortem import PostMortem
from tracker.model.read_models import QuestionPage

_C = st.column_config

SOON: Final = 100
"""Pieces of evidence up to which it is computed without a click."""


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the post-mortem, collapsed where much evidence would slow the page."""
    drawer = st.expander(
        "What there is to learn", len(page.evidence) <= SOON, icon=":material/school:",
        key="post-mortem", on_change="rerun",
    )  # fmt: skip
    if not drawer.open:
        return
    post_mortem = visit.tracker.post_mortem(page.summary.question.id)
    if post_mortem is not None:
        with drawer:
            _show_best_path(visit, page, post_mortem)
            _show_evidence_effects(visit, page, post_mortem)
            _show_missed_signposts(visit, page, post_mortem)
            st.caption(ONE)


def _show_best_path(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    st.markdown("**Best path**")
    if post_mortem.path is None:
        st.caption(
            "You held no forecast that counts here, so there is no path of yours to compare."
        )
        return
    best, worst = named(page.forecasters[post_mortem.path.best], visit.me), post_mortem.path.worst
    dates = ("", "") if worst is None else (visit.day(worst.start), visit.day(worst.end))
    st.markdown(inert(path_sentences(page.summary.question, post_mortem.path, best, dates)))


def _show_evidence_effects(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    if page.summary.question.kind != "binary":
        return
    st.markdown("**Most helpful and most harmful evidence**")
    frame = pushes_frame(post_mortem, page)
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
    table(frame, columns, "Most helpful and most harmful evidence", row_height=WRAPPED)


def _show_missed_signposts(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    frame = missed_frame(post_mortem, page)
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
    table(frame, columns, "Signposts that were not seen", row_height=WRAPPED)
    st.caption(
        "Not seen is not the same as did not happen: the news that is read here may not have "
        "had it."
    )
