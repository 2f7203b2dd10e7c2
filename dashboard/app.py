"""Page script: streamlit runs it at every visit and click."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.acting import (
    get_acting_tracker,
    get_zone,
    show_corner,
    show_footer,
    show_notice,
)
from dashboard.components.outage import (
    database_outage,
    show_database_outage,
    show_scheduler_outage,
)
from dashboard.components.visit import PAGES, PageEntry, PageName, Visit
from dashboard.essays import essay
from dashboard.essays import page as essays
from dashboard.feeds import page as feeds
from dashboard.home import page as home
from dashboard.home import reports
from dashboard.inbox import add_evidence
from dashboard.inbox import page as inbox
from dashboard.question import page as question
from dashboard.questions import ask
from dashboard.questions import page as questions
from dashboard.record import page as record
from dashboard.scenarios import coherence
from dashboard.server.response_cache import get_tracker, is_guarded
from dashboard.settings import imports, learned, notifications, people
from dashboard.settings import page as settings
from tracker.errors import StorageUnavailable

NAME: Final = "Scenario tracker"
_FIRST_SUFFIX: Final = "-first"
_STYLE_FILE: Final = Path(__file__).parent / "static" / "look.css"


RENDERERS: Final[Mapping[PageName, Callable[[Visit], None]]] = {
    "home": home.render,
    "questions": questions.render,
    "essays": essays.render,
    "essay": essay.render,
    "question": question.render,
    "inbox": inbox.render,
    "add": add_evidence.render,
    "calendar": questions.render_calendar,
    "scenarios": questions.render_scenarios,
    "coherence": coherence.render,
    "record": record.render,
    "learned": learned.render,
    "feeds": feeds.render,
    "reports": reports.render,
    "ask": ask.render,
    "settings": settings.render,
    "people": people.render,
    "notifications": notifications.render,
    "import": imports.render,
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
        visibility="visible" if entry.shown in ("bar", "menu") else "hidden",
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


def _group_pages(
    pages: Mapping[PageName, st.Page], start_alias: st.Page
) -> dict[str, list[st.Page]]:
    """Group pages for the navigation: the bar, and a menu for the rest."""
    bar = [page for name, page in pages.items() if PAGES[name].shown != "menu"]
    menu = [page for name, page in pages.items() if PAGES[name].shown == "menu"]
    return {"": [*bar, start_alias], "More": menu}


def main(start: PageName = "home") -> None:
    """Run the requested page; `start` is the one at the root address."""
    # Before the navigation: else the page's icon becomes the tab's, fetched from another host.
    st.set_page_config(NAME, "🧭", layout="wide")
    visits: list[Visit] = []
    pages = {name: _build_page(name, entry, visits, start) for name, entry in PAGES.items()}
    away = None
    try:
        visits.append(_begin_visit(pages))
    except StorageUnavailable as error:
        away = error
    st.html(_STYLE_FILE)
    page = st.navigation(_group_pages(pages, _build_start_alias(start, visits)), position="top")
    st.set_page_config(page_title=f"{page.title} · {NAME}")
    banner = st.container()
    try:
        if away is not None:
            raise away
        _run_page(page, visits[0], banner)
    except StorageUnavailable as error:
        with banner:
            show_database_outage(error, guarded=is_guarded())


def _begin_visit(pages: Mapping[PageName, st.Page]) -> Visit:
    tracker = get_acting_tracker(get_tracker(), guarded=is_guarded())
    return Visit(tracker, pages, tracker.now(), get_zone(), tracker.system.replayed_until())


def _run_page(page: st.Page, visit: Visit, banner: DeltaGenerator) -> None:
    database_outage.end()
    with banner:
        show_scheduler_outage(visit)
    show_corner(visit)
    show_notice()
    page.run()


if __name__ == "__main__":
    main()
