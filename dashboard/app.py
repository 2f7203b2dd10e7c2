"""Page script: streamlit runs it at every visit and click."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.accuracy import page as accuracy
from dashboard.components.acting import (
    get_acting_tracker,
    get_zone,
    show_acting_banner,
    show_footer,
    show_notice,
)
from dashboard.components.visit import PAGES, PageEntry, PageName, Visit
from dashboard.components.widgets import show_replay_banner
from dashboard.essays import essay
from dashboard.essays import page as essays
from dashboard.feeds import page as feeds
from dashboard.home import ask, deadlines_calendar, questions, reports
from dashboard.home import page as today
from dashboard.inbox import add
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


RENDERERS: Final[Mapping[PageName, Callable[[Visit], None]]] = {
    "today": today.render,
    "questions": questions.render,
    "essays": essays.render,
    "essay": essay.render,
    "question": question.render,
    "inbox": inbox.render,
    "add": add.render,
    "calendar": deadlines_calendar.render,
    "scenarios": scenarios.render,
    "coherence": coherence.render,
    "accuracy": accuracy.render,
    "learned": learned.render,
    "feeds": feeds.render,
    "reports": reports.render,
    "ask": ask.render,
    "settings": settings.render,
}


def _show_page(name: PageName, visit: Visit) -> None:
    RENDERERS[name](visit)
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
    entry = PAGES[start]
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
    pages = {name: _build_page(name, entry, visits, start) for name, entry in PAGES.items()}
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
