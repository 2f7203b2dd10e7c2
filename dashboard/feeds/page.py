"""All feeds: in words first, then what needs somebody, then every one of them, then how to add
more.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED, empty, selected_row, sentence, table
from dashboard.feeds import feed
from dashboard.feeds import subscribe as adding
from dashboard.feeds.feeds_data import feeds_frame, troubled, what_is_wrong, worst_first
from dashboard.wording import HEALTH, asked_next, clipped, faring, fleet_sentence, inert, plural
from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.health import fleet
from tracker.model.read_models import FeedHealth

_C = st.column_config
TROUBLES = 6
"""Cards of trouble; more of them would be a second list above the list."""

ALIKE = 2
"""Cards while the whole fleet is in trouble: they say the same."""

_ASKED = "ask-feed"
LONGEST = 300
WORDS = 840
"""Width of the words of a card: on a phone, which has less, its buttons go below them."""


def render(visit: Visit) -> None:
    """The feed named by `?feed=`, else all of them."""
    asked = st.query_params.get("feed", "")
    # A link to the page that one is on changes what it shows and leaves the address as it was; this
    # sets it right.
    st.query_params.from_dict({"feed": asked} if asked else {})
    if asked:
        feed.render(visit, asked)
        return
    feeds = visit.tracker.feeds()
    st.subheader("Feeds", anchor=False)
    if visit.replayed_until is not None:
        _replayed(visit, feeds)
        return
    if not feeds:
        empty(
            "There are no feeds yet.",
            "They come with a question set (`tracker sets import china_russia_2022`), or add "
            "your own here.",
        )
    else:
        _fleet(visit, feeds)
        _all(visit, worst_first(feeds))
    adding.render(visit, first=not feeds)


def _replayed(visit: Visit, feeds: Sequence[FeedHealth]) -> None:
    if not feeds:
        empty("No outlet was replayed.", "Make the replay anew: `tracker demo`.")
        return
    st.markdown(
        f"**{plural(len(feeds), 'outlet')} of the past were replayed.** Nothing is polled in a "
        "replay."
    )
    _all(visit, feeds)


def _fleet(visit: Visit, feeds: Sequence[FeedHealth]) -> None:
    """The answer first, in a sentence; the alarm, if there is one; and the feeds that need
    somebody.
    """
    found = fleet([each.state for each in feeds], visit.now)
    st.markdown(fleet_sentence(found, visit.now))
    if found.alarm:
        st.error(
            f"**{sentence(found.alarm)}** When many feeds fail at once it is seldom the feeds: "
            "look at this machine's own network first.",
            icon=":material/warning:",
        )
    if found.counts["late"]:
        st.warning(
            "Late feeds have been due for more than an hour. Polling is done by `tracker up` or "
            "`tracker run`; neither seems to be running.",
            icon=":material/schedule:",
        )
    some = troubled(feeds)
    shown = some[: ALIKE if found.alarm else TROUBLES]
    for each in shown:
        _trouble(visit, each)
    if len(some) > len(shown):
        st.caption(
            f"{plural(len(some) - len(shown), 'more feed')} in trouble; the list below begins "
            "with them."
        )


def _trouble(visit: Visit, found: FeedHealth) -> None:
    """What is wrong with one feed, since when, and what will be done about it; beside it what
    somebody can do.
    """
    state = found.state
    place = st.container(
        border=True,
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
    )
    with place:
        with st.container(gap="xxsmall", width=WORDS):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                st.markdown(f"**{HEALTH[found.health]}**", width="content")
                feed.link(visit, state.id, state.feed.title)
            st.text(clipped(what_is_wrong(found), LONGEST) or "No reason was kept.")
            st.caption(
                inert(f"{faring(state, found.health, visit.now)} {asked_next(state, visit.now)}")
            )
        feed.buttons(visit, found)


def _all(visit: Visit, feeds: Sequence[FeedHealth]) -> None:
    st.caption(f"{plural(len(feeds), 'feed')}. Pick a row to open it.")
    picked = selected_row(
        table(
            feeds_frame(feeds, visit.now),
            _columns(visit, feeds),
            "All feeds",
            key="feeds",
            on_select="rerun",
            selection_mode=["single-row", "single-cell"],
            row_height=WRAPPED,
        )
    )
    st.caption(f"Times in {visit.zone.key}; days are those of UTC.")
    if picked is not None:
        st.switch_page(visit.pages["feeds"], query_params={"feed": feeds[picked].state.id})


def _ask_row(visit: Visit, ids: Sequence[FeedId]) -> None:
    """The button of a row: the feed that stood there when the list was drawn is asked in the next
    round.
    """
    clicked = st.session_state[_ASKED]
    if clicked is not None and clicked.row < len(ids):
        feed.ask_now(visit, ids[clicked.row])


def _columns(visit: Visit, feeds: Sequence[FeedHealth]) -> dict[str, Any]:
    """What is worth knowing of a feed; a replayed outlet is never asked again, so less of it is."""
    zone = visit.zone.key
    columns: dict[str, Any] = {
        "health": _C.TextColumn("State", width=80),
        "title": _C.TextColumn("Feed", width=165),
        "daily": _C.BarChartColumn("28 days", y_min=0, width=115, help="New items of each day."),
        "yesterday": _C.NumberColumn(
            "Yesterday", format="localized", width=80, help="New items of the last whole day."
        ),
        "usual": _C.NumberColumn(
            "Usually", width=70, format="%g", help="Of the median day of four weeks."
        ),
        "lag": _C.TextColumn("Lag", width=85, help="Time since it last answered."),
        "next": _C.DatetimeColumn("Next poll", format="D MMM, HH:mm", timezone=zone, width=105),
        "ask": _C.ButtonColumn(
            "Ask",
            width=95,
            help="In the next round; a paused feed is read again.",
            type="tertiary",
            key=_ASKED,
            on_click=_ask_row,
            args=(visit, [each.state.id for each in feeds]),
        ),
        "why": _C.TextColumn("Why then", width=345),
        "note": _C.TextColumn("What is wrong", width=260),
        "unchanged": _C.NumberColumn(
            "Not modified",
            format="%.0f %%",
            width=95,
            help="Of the answers in 28 days. They cost next to nothing.",
        ),
        "answers": _C.TextColumn(
            "Last answers",
            width=220,
            help="HTTP statuses, oldest first: 200 a document, 304 not modified.",
        ),
        "success": _C.DatetimeColumn(
            "Last answer", format="D MMM YYYY, HH:mm", timezone=zone, width=135
        ),
        "theme": _C.TextColumn("Theme", width=100),
        "ever": _C.NumberColumn("Items in all", format="localized", width=90),
    }
    if visit.replayed_until is not None:
        return {name: columns[name] for name in ("title", "success", "ever")}
    del columns["ever"]
    return columns
