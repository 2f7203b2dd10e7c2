"""The health of every feed: in words first, then trouble with its error, then all of them."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.frames.feeds import Answering, answering, feeds_frame, worst_first
from dashboard.views.parts import calm, empty, say, table
from dashboard.views.visit import Visit
from dashboard.wording import HEALTH, clipped, plural
from tracker.summaries import FeedHealth

_C = st.column_config
TROUBLES = 10


def render(visit: Visit) -> None:
    """Do the feeds answer?"""
    feeds = visit.tracker.feeds()
    st.subheader("Feeds", anchor=False)
    if not feeds:
        empty("There are no feeds yet.", "They come with a question set: `tracker load china_russia_2022`.")
        return
    if visit.replayed_until is not None:
        st.markdown(f"**{plural(len(feeds), 'outlet')} of the past were replayed.** Nothing is polled in a replay.")
    else:
        st.markdown(_in_words(answering(feeds, visit.now)))
        _troubles(visit, [f for f in worst_first(feeds) if f.health in ("failing", "paused")])
    _all(visit, feeds)


def _in_words(found: Answering) -> str:
    states = ((found.failing, "failing"), (found.late, "late"), (found.paused, "paused"))
    trouble = ", ".join(f"{count} {word}" for count, word in states if count) or "none is failing"
    new = f" {plural(found.new, 'feed')} not polled yet." if found.new else ""
    return f"**{found.answered} of {plural(found.feeds, 'feed')} answered in the last day**; {trouble}.{new}"


def _troubles(visit: Visit, troubled: Sequence[FeedHealth]) -> None:
    for feed in troubled[:TROUBLES]:
        state = feed.state
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(gap=None):
                st.text(f"{HEALTH[feed.health]}: {state.title}")
                st.text(clipped(state.last_error, 300) or "no error was kept")
                last = (
                    f"last answered {visit.age(state.last_success_at)}"
                    if state.last_success_at
                    else "has never answered"
                )
                following = "" if state.paused else f", next try {visit.age(state.next_due_at)}"
                st.caption(f"{plural(state.failures, 'failure')} in a row, {last}{following}")
            if st.button("Try again", key=f"retry-{state.id}", icon=":material/refresh:"):
                with calm():
                    visit.tracker.retry_feed(state.id)
                    say(f"{state.title}: due now, the next round of polling tries it")
                    st.rerun()


def _all(visit: Visit, feeds: Sequence[FeedHealth]) -> None:
    frame = feeds_frame(feeds)
    frame["url"] = frame["url"].where(frame["url"].str.match(r"https?://", case=False))
    table(frame, _columns(visit), "All feeds")
    st.caption(f"Times in {visit.zone.key}.")


def _columns(visit: Visit) -> dict[str, Any]:
    """What is worth knowing of a feed; a replayed outlet is never asked again, so less of it is."""
    zone = visit.zone.key
    columns: dict[str, Any] = {
        "health": _C.TextColumn("State"),
        "title": _C.TextColumn("Feed", width="medium"),
        "theme": _C.TextColumn("Theme"),
        "success": _C.DatetimeColumn("Last answer", format="D MMM YYYY, HH:mm", timezone=zone),
        "next": _C.DatetimeColumn("Next try", format="D MMM YYYY, HH:mm", timezone=zone),
        "items": _C.NumberColumn("Items, 7 days", help="New entries in seven days."),
        "evidence": _C.NumberColumn("Evidence, 7 days", help="Matches with a signpost in seven days."),
        "ever": _C.NumberColumn("Items in all"),
        "error": _C.TextColumn("Error", width="medium"),
        "url": _C.LinkColumn("Address", display_text="open", validate="^https?://"),
    }
    if visit.replayed_until is not None:
        return {name: columns[name] for name in ("title", "success", "ever")}
    return columns
