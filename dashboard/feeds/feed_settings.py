"""Form of a feed's settings, saved by one click."""

from typing import Any, Final

import streamlit as st

from dashboard.components.toasts import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording import GRADE_MEANINGS, clip
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


def show_settings_form(visit: Visit, feed: Feed) -> None:
    """Show the form; an error appears below it, and the input stays."""
    st.markdown("**How it is read**")
    with st.form(f"settings-{feed.id}", width=760):
        changes = _show_fields(feed)
        if st.form_submit_button("Save", type="primary"):
            with show_refusals():
                visit.tracker.feeds.change(feed.id, **changes)
                notify(f"{clip(changes['title'], 80)}: saved, it holds from the next poll on")
                st.rerun()


def _show_fields(feed: Feed) -> dict[str, Any]:
    """Show the fields and return their values by the names of a feed's settings."""
    left, right = st.columns(2, gap="medium")
    with left:
        title = _show_text_field(feed, "title", "Title")
        theme = _show_text_field(feed, "theme", "Theme")
        minutes = _show_number_field(
            feed, "every_minutes", "Minutes between polls", placeholder="learned"
        )
        megabytes = _show_number_field(
            feed, "max_megabytes", "Size limit, MB", placeholder="the usual one"
        )
    with right:
        grades = list(GRADE_MEANINGS)
        grade = st.selectbox(
            "Grade",
            grades,
            index=grades.index(feed.grade),
            format_func=lambda letter: f"{letter}: {GRADE_MEANINGS[letter]}",
            key=f"grade-{feed.id}",
            help=_HELP["grade"],
        )
        source_group = _show_text_field(feed, "source_group", "Source group")
        importance = _show_number_field(feed, "importance", "Importance")
        user_agent = _show_text_field(feed, "user_agent", "User agent", placeholder="as everywhere")
    full_text = st.checkbox(
        "Also read the whole article of items that match",
        feed.full_text,
        key=f"full_text-{feed.id}",
        help=_HELP["full_text"],
    )
    return {
        "title": title,
        "grade": grade,
        "theme": theme,
        "source_group": source_group,
        "importance": 1.0 if importance is None else importance,
        "every_minutes": minutes,
        "max_megabytes": megabytes,
        "user_agent": user_agent,
        "full_text": full_text,
    }


def _show_text_field(feed: Feed, name: str, label: str, **options: Any) -> str:
    value = st.text_input(
        label,
        getattr(feed, name),
        key=f"{name}-{feed.id}",
        max_chars=300,
        autocomplete="off",
        help=_HELP.get(name),
        **options,
    )
    return (value or "").strip()


def _show_number_field(feed: Feed, name: str, label: str, **options: Any) -> float | None:
    """Show a number field, empty for the default. The tracker checks the bounds."""
    value = getattr(feed, name)
    entered = st.number_input(
        label, value=value, step=0.1 if name == "importance" else 1.0, format="%g",
        key=f"{name}-{feed.id}", help=_HELP[name], **options,
    )  # fmt: skip
    return None if entered is None else float(entered)
