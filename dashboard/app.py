"""Page script: streamlit runs it at every visit and click."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import streamlit as st

from dashboard.accuracy import page as accuracy
from dashboard.components.acting import get_acting_tracker, get_zone, show_acting_banner
from dashboard.components.shortcuts import show_footer
from dashboard.components.toasts import show_notice
from dashboard.components.visit import PageName, Visit
from dashboard.components.widgets import show_replay_banner
from dashboard.essays import essay
from dashboard.essays import page as essays
from dashboard.feeds import page as feeds
from dashboard.home import ask as asking
from dashboard.home import deadlines_calendar as calendar
from dashboard.home import page as today
from dashboard.home import questions, reports
from dashboard.inbox import page as inbox
from dashboard.question import page as question
from dashboard.scenarios import coherence
from dashboard.scenarios import page as scenarios
from dashboard.server.response_cache import get_tracker
from dashboard.settings import learned
from dashboard.settings import page as settings

NAME: Final = "Scenario tracker"
_FIRST_SUFFIX: Final = "-first"
_STYLE_FILE: Final = Path(__file__).parent / "static" / "look.css"


class PageEntry(NamedTuple):
    """Entry of a page in the navigation."""

    title: str
    icon: str
    render: Callable[[Visit], None]
    hidden: bool = False


ENTRIES: Final[Mapping[PageName, PageEntry]] = {
    "today": PageEntry("Today", ":material/today:", today.render),
    "questions": PageEntry("Questions", ":material/list:", questions.render),
    "essays": PageEntry("Essays", ":material/article:", essays.render),
    "essay": PageEntry("Essay", ":material/article:", essay.render, hidden=True),
    "question": PageEntry("Question", ":material/show_chart:", question.render, hidden=True),
    "inbox": PageEntry("Inbox", ":material/inbox:", inbox.render),
    "calendar": PageEntry("Calendar", ":material/event:", calendar.render),
    "scenarios": PageEntry("Scenarios", ":material/stacked_bar_chart:", scenarios.render),
    "coherence": PageEntry("Coherence", ":material/rule:", coherence.render),
    "accuracy": PageEntry("Accuracy", ":material/target:", accuracy.render),
    "learned": PageEntry("Learned", ":material/school:", learned.render, hidden=True),
    "feeds": PageEntry("Feeds", ":material/rss_feed:", feeds.render),
    "reports": PageEntry("Reports", ":material/description:", reports.render),
    "ask": PageEntry("Ask", ":material/add:", asking.render),
    "settings": PageEntry("Settings", ":material/settings:", settings.render),
}


def _show_page(name: PageName, visit: Visit) -> None:
    ENTRIES[name].render(visit)
    show_footer(visit, name)


def _build_page(
    name: PageName, entry: PageEntry, visits: Sequence[Visit], start: PageName
) -> st.Page:
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
    tracker = get_acting_tracker(get_tracker())
    # Before the navigation: else the page's icon becomes the tab's, fetched from another host.
    st.set_page_config(NAME, "🧭", layout="wide")
    visits: list[Visit] = []
    pages = {name: _build_page(name, entry, visits, start) for name, entry in ENTRIES.items()}
    visit = Visit(tracker, pages, tracker.now(), get_zone(), tracker.system.replayed_until())
    visits.append(visit)
    st.html(_STYLE_FILE)
    page = st.navigation([*pages.values(), _build_start_alias(start, visits)], position="top")
    st.set_page_config(page_title=f"{page.title} · {NAME}")
    show_replay_banner(visit)
    show_acting_banner(visit)
    show_notice()
    page.run()


if __name__ == "__main__":
    main()
