"""Page script: streamlit runs it at every visit and click."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import streamlit as st

from dashboard.opened import shared_tracker
from dashboard.views import (
    accuracy,
    asking,
    calendar,
    coherence,
    essay,
    essays,
    feeds,
    inbox,
    learned,
    question,
    questions,
    reports,
    scenarios,
    settings,
    today,
)
from dashboard.views.acting import acting, acting_banner, zone
from dashboard.views.keys import foot
from dashboard.views.notice import show_notice
from dashboard.views.parts import replay_banner
from dashboard.views.visit import PageName, Visit

NAME: Final = "Scenario tracker"
_FIRST_SUFFIX: Final = "-first"
_STYLE_FILE: Final = Path(__file__).with_name("look.css")


class Entry(NamedTuple):
    """Entry of a page in the navigation."""

    title: str
    icon: str
    render: Callable[[Visit], None]
    hidden: bool = False


ENTRIES: Final[Mapping[PageName, Entry]] = {
    "today": Entry("Today", ":material/today:", today.render),
    "questions": Entry("Questions", ":material/list:", questions.render),
    "essays": Entry("Essays", ":material/article:", essays.render),
    "essay": Entry("Essay", ":material/article:", essay.render, hidden=True),
    "question": Entry("Question", ":material/show_chart:", question.render, hidden=True),
    "inbox": Entry("Inbox", ":material/inbox:", inbox.render),
    "calendar": Entry("Calendar", ":material/event:", calendar.render),
    "scenarios": Entry("Scenarios", ":material/stacked_bar_chart:", scenarios.render),
    "coherence": Entry("Coherence", ":material/rule:", coherence.render),
    "accuracy": Entry("Accuracy", ":material/target:", accuracy.render),
    "learned": Entry("Learned", ":material/school:", learned.render, hidden=True),
    "feeds": Entry("Feeds", ":material/rss_feed:", feeds.render),
    "reports": Entry("Reports", ":material/description:", reports.render),
    "ask": Entry("Ask", ":material/add:", asking.render),
    "settings": Entry("Settings", ":material/settings:", settings.render),
}


def _show_page(name: PageName, visit: Visit) -> None:
    ENTRIES[name].render(visit)
    foot(visit, name)


def _build_page(name: PageName, entry: Entry, visits: Sequence[Visit], start: PageName) -> st.Page:
    """Build the streamlit page of an entry.

    The visit needs the pages, so it is looked up only when the page runs.
    """
    return st.Page(
        lambda: _show_page(name, visits[0]),
        title=entry.title,
        icon=entry.icon,
        url_path=f"{name}{_FIRST_SUFFIX}" if name == start else name,
        default=name == start,
        visibility="hidden" if entry.hidden else "visible",
    )


def _build_start_alias(start: PageName, visits: Sequence[Visit]) -> st.Page:
    """Build a hidden copy of the first page under its own name.

    Streamlit serves the first page at the root address only.
    """
    entry = ENTRIES[start]
    return st.Page(
        lambda: _show_page(start, visits[0]),
        title=entry.title,
        icon=entry.icon,
        url_path=start,
        visibility="hidden",
    )


def main(start: PageName = "today") -> None:
    """Run the requested page; `start` is the one at the root address."""
    tracker = acting(shared_tracker())
    # Before the navigation: else the page's icon becomes the tab's, fetched from another host.
    st.set_page_config(NAME, "🧭", layout="wide")
    visits: list[Visit] = []
    pages = {name: _build_page(name, entry, visits, start) for name, entry in ENTRIES.items()}
    visit = Visit(tracker, pages, tracker.now(), zone(), tracker.replayed_until())
    visits.append(visit)
    st.html(_STYLE_FILE)
    page = st.navigation([*pages.values(), _build_start_alias(start, visits)], position="top")
    st.set_page_config(page_title=f"{page.title} · {NAME}")
    replay_banner(visit)
    acting_banner(visit)
    show_notice()
    page.run()


if __name__ == "__main__":
    main()
