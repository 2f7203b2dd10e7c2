"""The page script: streamlit runs it at every visit and click."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import streamlit as st

from dashboard.opened import shared_tracker
from dashboard.views import accuracy, asking, feeds, inbox, learned, overview, question
from dashboard.views.parts import replay_banner, said
from dashboard.views.visit import PageName, Visit
from dashboard.wording import zone_of

NAME: Final = "Scenario tracker"


class Entry(NamedTuple):
    """A page as it stands in the navigation."""

    title: str
    icon: str
    help: str
    render: Callable[[Visit], None]


ENTRIES: Final[Mapping[PageName, Entry]] = {
    "overview": Entry("Overview", ":material/list:", "What moved, what waits, and all questions.", overview.render),
    "question": Entry(
        "Question", ":material/show_chart:", "One question: its chart, reasons and forecasts.", question.render
    ),
    "inbox": Entry("Inbox", ":material/inbox:", "Evidence that waits for a judgement.", inbox.render),
    "accuracy": Entry("Accuracy", ":material/target:", "How good every forecaster was.", accuracy.render),
    "learned": Entry(
        "Learned", ":material/school:", "What reviews and answers have taught, and what it rests on.", learned.render
    ),
    "feeds": Entry("Feeds", ":material/rss_feed:", "The health of every news feed.", feeds.render),
    "ask": Entry("Ask", ":material/add:", "Open a question of your own.", asking.render),
}


def _page(name: PageName, entry: Entry, visits: Sequence[Visit], start: PageName) -> st.Page:
    """The page as streamlit knows it. It is needed to make the visit, so it looks the visit up when it runs."""
    return st.Page(
        lambda: entry.render(visits[0]),
        title=entry.title,
        icon=entry.icon,
        help=entry.help,
        url_path=name,
        default=name == start,
    )


def main(start: PageName = "overview") -> None:
    """Run the page that was asked for; `start` is the one at the root address."""
    tracker = shared_tracker()
    # Before the navigation: else a page's own icon becomes the tab's, and the browser fetches it from elsewhere.
    st.set_page_config(NAME, "🧭", layout="wide")
    visits: list[Visit] = []
    pages = {name: _page(name, entry, visits, start) for name, entry in ENTRIES.items()}
    visit = Visit(tracker, pages, tracker.now(), zone_of(st.context.timezone), tracker.replayed_until())
    visits.append(visit)
    page = st.navigation(list(pages.values()), position="top")
    st.set_page_config(page_title=f"{page.title} · {NAME}")
    replay_banner(visit)
    said()
    page.run()


if __name__ == "__main__":
    main()
