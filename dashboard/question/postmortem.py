"""After the answer: what helped, what misled, what was missed, and whose path would have scored
best.
"""

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
"""Pieces of evidence up to which it is worked out without being asked for."""


def render(visit: Visit, page: QuestionPage) -> None:
    """The post-mortem of an answered question, folded up where much evidence would keep the page
    waiting.
    """
    drawer = st.expander(
        "What there is to learn", len(page.evidence) <= SOON, icon=":material/school:", key="post-mortem",
        on_change="rerun",
    )  # fmt: skip
    if not drawer.open:
        return
    found = visit.tracker.post_mortem(page.summary.question.id)
    if found is not None:
        with drawer:
            _path(visit, page, found)
            _evidence(visit, page, found)
            _missed(visit, page, found)
            st.caption(ONE)


def _path(visit: Visit, page: QuestionPage, found: PostMortem) -> None:
    st.markdown("**Best path**")
    if found.path is None:
        st.caption(
            "You held no forecast that counts here, so there is no path of yours to compare."
        )
        return
    best, worst = named(page.forecasters[found.path.best], visit.me), found.path.worst
    dates = ("", "") if worst is None else (visit.day(worst.start), visit.day(worst.end))
    st.markdown(inert(path_sentences(page.summary.question, found.path, best, dates)))


def _evidence(visit: Visit, page: QuestionPage, found: PostMortem) -> None:
    if page.summary.question.kind != "binary":
        return
    st.markdown("**Most helpful and most harmful evidence**")
    frame = pushes_frame(found, page)
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


def _missed(visit: Visit, page: QuestionPage, found: PostMortem) -> None:
    frame = missed_frame(found, page)
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
