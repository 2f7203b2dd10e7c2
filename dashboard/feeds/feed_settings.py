"""How a feed is read: a form with all that can be set, saved by one click."""

from typing import Any, Final

import streamlit as st

from dashboard.components.toasts import say
from dashboard.components.visit import Visit
from dashboard.components.widgets import calm
from dashboard.wording import GRADE, clipped
from tracker.feeds.feed import Feed

_HELP: Final = {
    "theme": (
        "As the tags of questions are written: a feed on the theme of an open question is "
        "asked more often."
    ),
    "grade": "How reliable the source is. Its evidence counts accordingly.",
    "source_group": "Its owner or wire: copies inside one group count once.",
    "importance": "Usually 1. Above 1 it is asked more often than its like, below 1 less often.",
    "every_minutes": "Empty: how often it publishes is learned, and it is asked accordingly.",
    "max_megabytes": "A larger document is refused. Empty: the usual limit.",
    "user_agent": "How we introduce ourselves to this server. Empty: as everywhere.",
    "full_text": (
        "Only the pages of items that match a question, and only where the site's "
        "robots.txt allows it."
    ),
}


def render(visit: Visit, feed: Feed) -> None:
    """The form; a refusal stands below it, and what was typed stays."""
    st.markdown("**How it is read**")
    with st.form(f"settings-{feed.id}", width=760):
        wanted = _fields(feed)
        if st.form_submit_button("Save", type="primary"):
            with calm():
                visit.tracker.change_feed(feed.id, **wanted)
                say(f"{clipped(wanted['title'], 80)}: saved, it holds from the next poll on")
                st.rerun()


def _fields(feed: Feed) -> dict[str, Any]:
    """What stands in the form, by the names that the settings of a feed have."""
    left, right = st.columns(2, gap="medium")
    with left:
        title = _text(feed, "title", "Title")
        theme = _text(feed, "theme", "Theme")
        every = _number(feed, "every_minutes", "Minutes between polls", placeholder="learned")
        megabytes = _number(feed, "max_megabytes", "Size limit, MB", placeholder="the usual one")
    with right:
        grades = list(GRADE)
        grade = st.selectbox(
            "Grade",
            grades,
            index=grades.index(feed.grade),
            format_func=lambda letter: f"{letter}: {GRADE[letter]}",
            key=f"grade-{feed.id}",
            help=_HELP["grade"],
        )
        group = _text(feed, "source_group", "Source group")
        importance = _number(feed, "importance", "Importance")
        agent = _text(feed, "user_agent", "User agent", placeholder="as everywhere")
    whole = st.checkbox(
        "Also read the whole article of items that match",
        feed.full_text,
        key=f"full_text-{feed.id}",
        help=_HELP["full_text"],
    )
    return {
        "title": title,
        "grade": grade,
        "theme": theme,
        "source_group": group,
        "importance": 1.0 if importance is None else importance,
        "every_minutes": every,
        "max_megabytes": megabytes,
        "user_agent": agent,
        "full_text": whole,
    }


def _text(feed: Feed, name: str, label: str, **how: Any) -> str:
    said = st.text_input(
        label,
        getattr(feed, name),
        key=f"{name}-{feed.id}",
        max_chars=300,
        autocomplete="off",
        help=_HELP.get(name),
        **how,
    )
    return (said or "").strip()


def _number(feed: Feed, name: str, label: str, **how: Any) -> float | None:
    """A number, empty for what is usual. The bounds are the tracker's to know: it refuses in
    words.
    """
    value = getattr(feed, name)
    found = st.number_input(
        label, value=value, step=0.1 if name == "importance" else 1.0, format="%g", key=f"{name}-{feed.id}",
        help=_HELP[name], **how,
    )  # fmt: skip
    return None if found is None else float(found)
