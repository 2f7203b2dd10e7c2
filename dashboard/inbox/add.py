"""Page that another page shares a report with: a bookmark, or the share menu of a phone."""

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.inbox import add_evidence
from dashboard.inbox.add_text import read_shared


def render(visit: Visit) -> None:
    """Show the form, filled in with what was shared; nothing is added before it is sent."""
    st.subheader("Add evidence", anchor=False)
    shared = read_shared({name: st.query_params.get(name, "") for name in ("url", "title", "text")})
    with st.container(width=760):
        add_evidence.show_with_picker(
            visit, add_evidence.AddForm("add", shared), st.query_params.get("q", "")
        )
        if not shared.source:
            add_evidence.show_bookmarklet(visit)
